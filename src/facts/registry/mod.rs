//! The registry of models with its layers, and the capability scopes beside it, as they are in the field.
//!
//! *Takes* the registry and the scope files as trees; *gives* a typed [`Registry`] and everything that is wrong with it.
//! *Promises*: every fact keeps its place; a fact that is not stated, or stated wrongly, is `None`; a model is one model
//! whether its name is written with dots or with dashes; all findings come at once. What nobody can decide over safely
//! is an error, what only leaves a fact unknown or a layer without an answer is a warning. *Leaves out* what follows from
//! the facts: that is for rules.

mod judge;
mod read;
mod scope;

use std::collections::BTreeSet;

use crate::base::{Decimal, FileId, Name, Span};
use crate::data::Node;
use crate::diag::Diagnostic;

/// A fact with the place where it is stated.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed<T> {
    /// The fact.
    pub value: T,
    /// Its place.
    pub span: Span,
}

/// A registry with its scopes.
#[derive(Clone, Debug, PartialEq)]
pub struct Registry {
    /// The file of the registry itself.
    pub file: FileId,
    /// `registry.version`
    pub version: Option<Placed<Name>>,
    /// `registry.effective_date`
    pub effective_date: Option<Placed<Name>>,
    /// `registry.owner`
    pub owner: Option<Placed<Name>>,
    /// The models, in written order.
    pub models: Vec<Model>,
    /// The layers, in written order.
    pub layers: Vec<Layer>,
    /// The scopes, by name of their files.
    pub scopes: Vec<Scope>,
    /// `[fallback_policy]`
    pub fallback_policy: Option<FallbackPolicy>,
    /// `[budget]`
    pub budget: Option<Budget>,
    /// `[audit]`
    pub audit: Option<Audit>,
}

/// A model.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The key of its table: its name with dashes.
    pub key: Placed<Name>,
    /// Its name as its provider writes it; the key, where none is stated.
    pub id: Placed<Name>,
    /// Who runs it.
    pub provider: Option<Placed<Name>>,
    /// The family that it belongs to.
    pub family: Option<Placed<Name>>,
    /// What it is, in words.
    pub description: Option<Placed<Name>>,
    /// Tokens that fit into one request.
    pub context_window: Option<Placed<i64>>,
    /// Tokens that fit into one answer.
    pub max_output_tokens: Option<Placed<i64>>,
    /// Dollars for a thousand tokens read.
    pub cost_per_1k_input: Option<Placed<Decimal>>,
    /// Dollars for a thousand tokens written.
    pub cost_per_1k_output: Option<Placed<Decimal>>,
    /// Milliseconds within which half of the answers come.
    pub latency_p50_ms: Option<Placed<i64>>,
    /// Milliseconds within which 99 of 100 answers come.
    pub latency_p99_ms: Option<Placed<i64>>,
    /// What it can do.
    pub capabilities: Option<Vec<Placed<Name>>>,
    /// What it is meant for; tags that nothing checks.
    pub use_cases: Option<Vec<Placed<Name>>>,
    /// Requests a minute.
    pub rate_limit_rpm: Option<Placed<i64>>,
    /// `production`, or what else it is.
    pub status: Option<Placed<Name>>,
    /// Where it runs.
    pub deployment: Option<Placed<Name>>,
    /// Notes.
    pub notes: Option<Placed<Name>>,
}

/// A layer of work and the models that are to do it.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// The key of its table.
    pub key: Placed<Name>,
    /// What it is, in words.
    pub description: Option<Placed<Name>>,
    /// The model that is to do the work; `None` only where nothing is stated.
    pub primary: Option<Reference>,
    /// The models that stand in, in order; `none` is left out.
    pub fallback: Vec<Reference>,
    /// Whether it says anything of fallbacks.
    pub fallback_stated: bool,
    /// The model that checks the work; `None` only where nothing is stated.
    pub critic: Option<Reference>,
    /// How far it may go.
    pub autonomy: Option<Autonomy>,
    /// Notes.
    pub notes: Option<Placed<Name>>,
}

/// The name of a model as a layer or a scope writes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// As it is written.
    pub text: Name,
    /// Where.
    pub span: Span,
    /// Which model that is.
    pub names: Named,
}

/// Which model a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// `none`: there shall be no model.
    Nobody,
    /// The model with this [`Model::id`].
    Model(Name),
    /// A model that the registry does not know.
    Unknown,
}

impl Reference {
    /// The model, if there is one.
    pub fn model(&self) -> Option<&Name> {
        match &self.names {
            Named::Model(id) => Some(id),
            Named::Nobody | Named::Unknown => None,
        }
    }
}

/// How far somebody may go, from reading to acting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `RO`: reads only.
    ReadOnly,
    /// `REC`: recommends.
    Recommend,
    /// `PROP`: proposes.
    Propose,
    /// `EXEC`: acts.
    Execute,
}

impl Level {
    /// Every level, lowest first.
    pub const ALL: [Self; 4] = [Self::ReadOnly, Self::Recommend, Self::Propose, Self::Execute];

    /// Its word in the registry.
    pub fn word(self) -> &'static str {
        match self {
            Self::ReadOnly => "RO",
            Self::Recommend => "REC",
            Self::Propose => "PROP",
            Self::Execute => "EXEC",
        }
    }
}

/// The autonomy of a layer or a scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Autonomy {
    /// As it is written: `REC/PROP`, `EXEC (forbidden)`.
    pub text: Name,
    /// Where.
    pub span: Span,
    /// The levels that it declares.
    pub levels: BTreeSet<Level>,
    /// Whether it says that these are forbidden.
    pub forbidden: bool,
}

impl Autonomy {
    /// The levels that are allowed; none where the declared ones are forbidden.
    pub fn allowed(&self) -> BTreeSet<Level> {
        if self.forbidden { BTreeSet::new() } else { self.levels.clone() }
    }

    /// The highest level that is allowed.
    pub fn ceiling(&self) -> Option<Level> {
        self.allowed().last().copied()
    }
}

/// A capability scope: what the models of a layer may see, write and use.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    /// The name of its file without `.toml`.
    pub id: Name,
    /// Its file.
    pub file: FileId,
    /// The layer that it belongs to.
    pub layer: Option<Placed<Name>>,
    /// What it is, in words.
    pub description: Option<Placed<Name>>,
    /// How far it lets a model go.
    pub autonomy: Option<Autonomy>,
    /// Its version.
    pub version: Option<Placed<Name>>,
    /// The day from which it holds.
    pub effective_date: Option<Placed<Name>>,
    /// The model that does the work.
    pub primary: Option<Reference>,
    /// The models that stand in, in order.
    pub fallback: Vec<Reference>,
    /// The model that checks the work.
    pub critic: Option<Reference>,
    /// Patterns of paths that may be read, and that may not.
    pub inputs: Lists,
    /// Kinds of output that may be written, and that may not.
    pub outputs: Lists,
    /// Tools that may be used, and that may not.
    pub tooling: Lists,
    /// The fields that every log entry must have.
    pub required_fields: Vec<Placed<Name>>,
    /// The checks that every output must pass.
    pub safety_checks: Vec<Placed<Name>>,
    /// Whether a violation raises an alert.
    pub alert_on_violation: Option<Placed<bool>>,
    /// Where to.
    pub alert_channel: Option<Placed<Name>>,
    /// Further constraints by name, as they are written.
    pub constraints: Vec<(Placed<Name>, Node)>,
}

/// What is allowed, and what is forbidden whatever is allowed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lists {
    /// Allowed.
    pub allowed: Vec<Placed<Name>>,
    /// Forbidden.
    pub forbidden: Vec<Placed<Name>>,
}

/// What happens when a model does not answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FallbackPolicy {
    /// How often one model is asked again.
    pub max_retries_per_model: Option<Placed<i64>>,
    /// Seconds between two attempts.
    pub retry_delay_seconds: Option<Placed<i64>>,
    /// Whether nobody left means no.
    pub fail_closed: Option<Placed<bool>>,
    /// What single layers say.
    pub layers: Vec<LayerFallback>,
}

/// What the fallback policy says of one layer.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerFallback {
    /// The layer.
    pub layer: Placed<Name>,
    /// The models in order.
    pub order: Vec<Reference>,
    /// Whether nobody left means no.
    pub fail_if_all_unavailable: Option<Placed<bool>>,
    /// Whether falling back raises an alert.
    pub alert_on_fallback: Option<Placed<bool>>,
}

/// What may be spent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Budget {
    /// Dollars a day.
    pub daily_cost_limit_usd: Option<Placed<Decimal>>,
    /// Dollars a month.
    pub monthly_cost_limit_usd: Option<Placed<Decimal>>,
    /// Per cent of the limit from which an alert is raised.
    pub alert_threshold_pct: Option<Placed<i64>>,
    /// Who answers for it.
    pub owner: Option<Placed<Name>>,
    /// Whether spending is tracked.
    pub tracking_enabled: Option<Placed<bool>>,
}

/// What is logged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audit {
    /// Whether every call of a model is.
    pub log_all_model_calls: Option<Placed<bool>>,
    /// Where to.
    pub log_destination: Option<Placed<Name>>,
    /// The fields of an entry.
    pub required_log_fields: Vec<Placed<Name>>,
    /// How long entries are kept.
    pub retention_days: Option<Placed<i64>>,
    /// Whether a critic must be another model.
    pub enforce_different_models: Option<Placed<bool>>,
}

/// A file of a scope: its name without `.toml`, and its text as a tree.
#[derive(Clone, Debug, PartialEq)]
pub struct ScopeFile {
    /// The name of the file without its ending.
    pub stem: Name,
    /// The file.
    pub file: FileId,
    /// What stands in it.
    pub node: Node,
}

/// What a name of a model is told apart by: `gpt-5.2` and `gpt-5-2` are one.
pub fn identity(name: &str) -> String {
    name.replace('.', "-")
}

impl Registry {
    /// The model of this name, in either spelling.
    pub fn model(&self, name: &str) -> Option<&Model> {
        let wanted = identity(name);
        self.models.iter().find(|model| identity(&model.id.value) == wanted)
    }

    /// The layer of this name.
    pub fn layer(&self, name: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| &*layer.key.value == name)
    }

    /// The scope of a layer.
    pub fn scope(&self, layer: &str) -> Option<&Scope> {
        self.scopes.iter().find(|scope| scope.layer.as_ref().is_some_and(|of| &*of.value == layer))
    }
}

/// Reads a registry and its scopes. `layers` are the layers that there must be and beside which there are no others,
/// where the package declares them.
pub fn read(file: FileId, root: &Node, scopes: &[ScopeFile], layers: Option<&[Name]>) -> (Registry, Vec<Diagnostic>) {
    let mut reader = read::Reader::default();
    let mut registry = reader.registry(file, root);
    for scope in scopes {
        let scope = reader.scope(scope);
        registry.scopes.push(scope);
    }
    registry.scopes.sort_by(|a, b| a.id.cmp(&b.id));
    let mut found = reader.findings.into_vec();
    found.extend(judge::judge(&mut registry, root, layers));
    (registry, found)
}

#[cfg(test)]
mod tests;
