//! Selection: which model works for a layer of work, as a typed answer.
//!
//! *Takes* a package with a registry and a route `select`, such as `rules/layers`, and what is asked; *gives* a
//! [`Selection`] or a [`Refusal`] with every denial. *Promises*: the route's own decision is the only way to a selection,
//! and a package that does not check never selects; the first denial is the one that a person would be told first.
//! *Leaves out* the rules themselves, which the package writes, and the environment, which the shells read.

mod ask;
mod denial;

use std::path::Path;
use std::sync::Arc;

use crate::base::{Decimal, FileId, Instant, Name, Sources};
use crate::diag::Diagnostic;
use crate::facts::registry::Registry;
use crate::facts::signals::Environment;
use crate::facts::{Inputs, SignalValue, Signals, signals};
use crate::ir::{Effect, Policy};
use crate::package;
use crate::plan::{self, Plan};
use crate::route::{self, Decision, Ending};
use crate::value::Value;
use crate::world::World;
pub use denial::{Denial, DenialKind};

/// The route that is asked, the signal that switches it, and its roles.
const ROUTE: &str = "select";
const SWITCH: &str = "enabled";
const PRIMARY: &str = "primary";
const FALLBACK: &str = "fallback";
const CRITIC: &str = "critic";
const SCOPE: &str = "scope";
/// The output that says why.
const REASON: &str = "reason";

/// What a caller demands of the model besides what the layer says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Constraints {
    /// The most dollars that a thousand tokens may cost, read or written.
    pub max_cost_per_1k_tokens: Option<Decimal>,
    /// The most milliseconds that 99 of 100 answers may take.
    pub max_latency_ms: Option<u64>,
    /// What the model must be able to do.
    pub required_capabilities: Vec<Name>,
    /// Whether the critic must be of another provider.
    pub provider_diversity: bool,
}

/// When a decision is made, and what the host says at that time.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// The time.
    pub now: Instant,
    /// The signals; [`Selector::signals`] reads those of the environment.
    pub signals: Signals,
}

/// Who works for a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// The layer.
    pub layer: Name,
    /// The level of autonomy.
    pub autonomy: Name,
    /// The model that does the work.
    pub primary: Name,
    /// Whether it only stands in: the model that the layer names first may not work.
    pub stands_in: bool,
    /// The models that take over where it fails, in order.
    pub fallbacks: Vec<Name>,
    /// The model that checks the work.
    pub critic: Name,
    /// The capability scope.
    pub scope: Name,
    /// The version of the registry; `unknown` where it states none.
    pub registry_version: Name,
    /// Why, in one sentence: the output `reason` of the route.
    pub reason: String,
    /// The models that the layer names before the one selected, each with what stands against it.
    pub rejected: Vec<Candidate>,
    /// The whole decision.
    pub decision: Decision,
}

/// A model that a layer names and that may not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The model.
    pub model: Name,
    /// The constraints that it does not meet.
    pub reasons: Vec<Name>,
}

/// Why nobody is selected.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Every reason, the first first; never empty.
    pub denials: Vec<Denial>,
    /// The models that the layer names, as far as they may not work.
    pub rejected: Vec<Candidate>,
    /// The whole decision; nothing where the package is too broken to make one.
    pub decision: Option<Decision>,
}

/// How a selector is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Whether it is switched on.
    pub enabled: bool,
    /// The version that the registry states.
    pub registry_version: Option<Name>,
    /// The number of models.
    pub models: usize,
    /// The number of layers that are mapped.
    pub layers: usize,
    /// The number of scopes.
    pub scopes: usize,
    /// What follows.
    pub status: Status,
}

/// Whether anything can be selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Yes.
    Healthy,
    /// It is switched off.
    Disabled,
    /// The package does not check.
    Unsound,
}

impl Status {
    /// `healthy`, `disabled` or `unsound`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Disabled => "disabled",
            Self::Unsound => "unsound",
        }
    }
}

/// A package, ready to select.
#[derive(Debug)]
pub struct Selector {
    plan: Plan,
    /// The same without denials: what else would stand in the way of somebody who is denied.
    undenied: Plan,
    registry: Option<Registry>,
    environment: Environment,
    diagnostics: Vec<Diagnostic>,
    sources: Sources,
}

impl Selector {
    /// Opens the package in a folder. One that does not check opens too: it says why it never selects.
    pub fn open(world: &dyn World, dir: &Path) -> Self {
        let mut package = package::open(world, dir);
        let services = Arc::new(std::mem::take(&mut package.services));
        let policy = std::mem::take(&mut package.policy);
        let held = package.registered.map(|held| held.names);
        let undenied = plan::plan(Arc::new(without_denials(&policy)), Arc::clone(&services));
        Self {
            plan: plan::plan(Arc::new(policy), services).with_registered(held),
            undenied,
            registry: package.registries.into_iter().next(),
            environment: package.environment,
            diagnostics: package.diagnostics,
            sources: package.sources,
        }
    }

    /// What is wrong with the package, warnings included.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The files that the diagnostics point into.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Whether the package checks.
    pub fn is_sound(&self) -> bool {
        self.faults().next().is_none() && self.plan.routes.contains_key(ROUTE)
    }

    /// Whether the package imports a registry at all.
    pub fn has_registry(&self) -> bool {
        self.registry.is_some()
    }

    fn faults(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|found| found.is_error())
    }

    /// The signals that the package reads from the environment; `variable` looks one up.
    pub fn signals(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Signals, Vec<Diagnostic>> {
        let mut sources = Sources::default();
        signals::environment(&self.plan.policy, &self.plan.services, &self.environment, variable, &mut sources)
    }

    /// How it is, given the signals.
    pub fn health(&self, signals: &Signals) -> Health {
        let switch = signals.values.get(SWITCH);
        let enabled = switch == Some(&SignalValue::One(Value::Bool(true)));
        let registry = self.registry.as_ref();
        Health {
            enabled,
            registry_version: registry.and_then(|of| of.version.as_ref()).map(|version| version.value.clone()),
            models: registry.map_or(0, |of| of.models.len()),
            layers: registry.map_or(0, |of| of.layers.len()),
            scopes: registry.map_or(0, |of| of.scopes.len()),
            status: match (self.is_sound(), enabled) {
                (false, _) => Status::Unsound,
                (true, true) => Status::Healthy,
                (true, false) => Status::Disabled,
            },
        }
    }

    /// Selects the model for a layer at a level of autonomy. `context` is what the caller wants on record.
    pub fn select_model(
        &self,
        layer: Option<&str>,
        autonomy: &str,
        task_type: &str,
        constraints: &Constraints,
        context: &[(Name, Name)],
        moment: &Moment,
    ) -> Result<Selection, Box<Refusal>> {
        // Rules that lost a part in a file that does not parse would answer another question.
        if !self.faults().all(|fault| self.is_of_registry(fault.span.file)) || !self.plan.routes.contains_key(ROUTE) {
            return Err(self.refused(Vec::new(), Vec::new(), None, layer));
        }
        let request = match ask::request(&self.plan, layer, autonomy, task_type, constraints, context) {
            Ok(request) => request,
            Err(problems) => {
                let invalid = problems.into_iter().map(Denial::invalid).collect();
                return Err(self.refused(invalid, Vec::new(), None, layer));
            }
        };
        let inputs = Inputs { request, signals: moment.signals.clone(), now: moment.now };
        let decision = match route::decide(&self.plan, ROUTE, &inputs) {
            Ok(decision) => decision,
            Err(limit) => return Err(self.refused(vec![Denial::invalid(limit.to_string())], Vec::new(), None, layer)),
        };
        let candidates = self.candidates(layer);
        if decision.ending == Ending::Routed && self.is_sound() {
            return self.selected(layer, autonomy, decision, &candidates);
        }
        // Who is denied is also told whether anybody could have worked.
        let reasons = match decision.ending {
            Ending::Denied => route::decide(&self.undenied, ROUTE, &inputs).ok(),
            Ending::Routed | Ending::Unroutable | Ending::Invalid => None,
        };
        let told = reasons.as_ref().unwrap_or(&decision);
        let rejected = rejected(told, &candidates);
        let mut denials = denial::of(&decision);
        // Where the registry lacks a model, what the others could do says nothing.
        let silent = |denial: &Denial| denial.kind.is_of_registry() || denial.kind == DenialKind::ConstraintUnsatisfied;
        if !candidates.is_empty() && rejected.len() == candidates.len() && !denials.iter().any(silent) {
            denials.push(denial::nobody());
        }
        Err(self.refused(denials, rejected, Some(decision), layer))
    }

    /// The models that a layer names, in order, each once.
    fn candidates(&self, layer: Option<&str>) -> Vec<Name> {
        let found = layer.and_then(|layer| self.registry.as_ref()?.layer(layer));
        let mut all: Vec<Name> = Vec::new();
        for reference in found.into_iter().flat_map(|layer| layer.primary.iter().chain(&layer.fallback)) {
            if let Some(model) = reference.model().filter(|model| !all.contains(model)) {
                all.push(model.clone());
            }
        }
        all
    }

    /// Whether a file is that of the registry or of a scope.
    fn is_of_registry(&self, file: FileId) -> bool {
        let scopes = |registry: &Registry| registry.scopes.iter().any(|scope| scope.file == file);
        self.registry.as_ref().is_some_and(|registry| registry.file == file || scopes(registry))
    }

    fn selected(
        &self,
        layer: Option<&str>,
        autonomy: &str,
        decision: Decision,
        candidates: &[Name],
    ) -> Result<Selection, Box<Refusal>> {
        let given = |role: &str| -> Vec<Name> {
            let filled = decision.role(role).map_or(&[][..], |filled| &filled.given);
            filled.iter().map(|chosen| chosen.service.clone()).collect()
        };
        let one = |role: &str| given(role).into_iter().next();
        let (Some(primary), Some(critic), Some(scope)) = (one(PRIMARY), one(CRITIC), one(SCOPE)) else {
            // A package may have a route `select` of its own making.
            let strange = Denial::invalid("the route fills no primary, no critic or no scope".to_owned());
            return Err(self.refused(vec![strange], Vec::new(), Some(decision), layer));
        };
        let stated = self.registry.as_ref().and_then(|registry| registry.version.as_ref());
        let registry_version = stated.map_or_else(|| Name::from("unknown"), |version| version.value.clone());
        let layer = layer.unwrap_or_default();
        let reason = decision.outputs.iter().find(|(name, _)| &**name == REASON);
        let reason = reason.and_then(|(_, text)| text.clone()).unwrap_or_default();
        Ok(Selection {
            layer: Name::from(layer),
            autonomy: Name::from(autonomy),
            stands_in: candidates.first() != Some(&primary),
            fallbacks: given(FALLBACK),
            rejected: rejected(&decision, candidates),
            primary,
            critic,
            scope,
            registry_version,
            reason,
            decision,
        })
    }

    /// A refusal with what the check found besides.
    fn refused(
        &self,
        mut denials: Vec<Denial>,
        rejected: Vec<Candidate>,
        decision: Option<Decision>,
        layer: Option<&str>,
    ) -> Box<Refusal> {
        for fault in self.faults() {
            denials.extend(denial::of_fault(fault, layer, self.registry.as_ref(), &denials));
        }
        if denials.is_empty() {
            denials.push(Denial::invalid(format!("the package has no route `{ROUTE}`")));
        }
        denials.sort_by(|a, b| a.kind.cmp(&b.kind));
        Box::new(Refusal { denials, rejected, decision })
    }
}

/// What stands against the candidates of a layer, in their order; none for who has nothing against it.
fn rejected(decision: &Decision, candidates: &[Name]) -> Vec<Candidate> {
    let against = |model: &Name| {
        let all = decision.rejected.iter();
        let found = all.filter(|rejected| &*rejected.role == PRIMARY && rejected.service == *model);
        let mut reasons: Vec<Name> = found.flat_map(|rejected| &rejected.by).map(|by| by.constraint.clone()).collect();
        reasons.dedup();
        reasons
    };
    let each = candidates.iter().map(|model| Candidate { model: model.clone(), reasons: against(model) });
    each.filter(|candidate| !candidate.reasons.is_empty()).collect()
}

/// The policy without what denies requests.
fn without_denials(policy: &Policy) -> Policy {
    let mut policy = policy.clone();
    for constraint in policy.routes.values_mut().flat_map(|route| &mut route.constraints) {
        constraint.clauses.retain(|clause| clause.effect != Effect::Deny);
    }
    policy
}
