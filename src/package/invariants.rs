//! The invariants of traits, asked of every service: a contract that breaks one does not check.
//!
//! An invariant is a `require` on the services of its trait. So each trait becomes a route with one role and its own
//! invariants as constraints, and whoever is rejected breaks one, with both values.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::words::Cardinality;
use crate::base::{Date, Name, Span};
use crate::check::codes;
use crate::diag::Diagnostic;
use crate::explain::miss::miss;
use crate::facts::{Inputs, Request, Signals};
use crate::ir::{Clause, Constraint, Effect, Pipeline, Policy, RequestType, Role, Route, Services, Trait};
use crate::plan;
use crate::resolve::Program;
use crate::route::{self, decision::Rejected};
use crate::value::Value;

/// The name of the request type, the role and the routes made here; none that a package can declare.
const ANYTHING: &str = "?";

/// The services that break an invariant, each with the invariant and its values.
pub(super) fn broken(
    policy: &Policy,
    services: &Services,
    program: &Program,
    imported: &BTreeMap<Name, Span>,
) -> Vec<Diagnostic> {
    let asked = asking(policy);
    if asked.routes.is_empty() {
        return Vec::new();
    }
    let routes: Vec<Name> = asked.routes.keys().cloned().collect();
    let plan = plan::plan(Arc::new(asked), Arc::new(services.clone()));
    let Some(now) = Date::new(2000, 1, 1).map(Date::start) else { return Vec::new() };
    let request = Request { ty: Name::from(ANYTHING), value: Value::Record(Vec::new().into()) };
    let inputs = Inputs { request, signals: Signals::default(), now };
    let mut found = Vec::new();
    for route in routes {
        let Ok(trace) = route::choose(&plan, &route, &inputs) else { continue };
        let Ok(decision) = trace.decision(&inputs) else { continue };
        for rejected in decision.rejected.iter().filter(|r| !r.by.is_empty()) {
            let place = program.service(&rejected.service).map(|d| d.name_span);
            if let Some(span) = place.or_else(|| imported.get(&rejected.service).copied()) {
                found.extend(findings(rejected, span, policy.traits.get(&route)));
            }
        }
    }
    found
}

/// One finding for each invariant that a service breaks; inherited ones are told where they are declared.
fn findings(rejected: &Rejected, span: Span, of: Option<&Trait>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for failure in &rejected.by {
        let why = failure.because.as_ref().map(|b| format!(", because {b}")).unwrap_or_default();
        let message = format!("service `{}` breaks an invariant: {}", rejected.service, miss(failure).words);
        let diagnostic = Diagnostic::error(&codes::INVARIANT, span, message).label("does not keep it");
        let declared = of.and_then(|t| t.invariants.iter().find(|i| i.at == failure.at));
        let at = declared.map_or("", |i| &*i.at);
        found.push(diagnostic.help(format!("the invariant is declared at {at}{why}")));
    }
    found
}

/// The policy with one route a trait, and nothing else to decide.
fn asking(policy: &Policy) -> Policy {
    let mut asked = Policy { routes: BTreeMap::new(), waivers: BTreeMap::new(), ..policy.clone() };
    asked.requests.insert(Name::from(ANYTHING), RequestType { fields: Vec::new(), invariants: Vec::new() });
    for (name, declared) in &policy.traits {
        let own = own_invariants(policy, name, declared);
        if !own.is_empty() {
            asked.routes.insert(name.clone(), route(name, own));
        }
    }
    asked
}

/// The invariants that no trait above declares: those above are asked of their own trait.
fn own_invariants<'p>(policy: &'p Policy, name: &Name, declared: &'p Trait) -> Vec<&'p crate::ir::Invariant> {
    let above: Vec<&Name> = declared
        .ancestors
        .iter()
        .filter(|a| *a != name)
        .filter_map(|a| policy.traits.get(a))
        .flat_map(|t| t.invariants.iter().map(|i| &i.at))
        .collect();
    declared.invariants.iter().filter(|i| !above.contains(&&i.at)).collect()
}

fn route(trait_: &Name, invariants: Vec<&crate::ir::Invariant>) -> Route {
    let role = Name::from(ANYTHING);
    let constraint = |(i, invariant): (usize, &crate::ir::Invariant)| Constraint {
        name: Name::from(format!("{i:04}")),
        rule: false,
        scope: vec![role.clone()],
        when: None,
        unless: None,
        clauses: vec![Clause {
            effect: Effect::Require,
            condition: invariant.condition.clone(),
            at: invariant.at.clone(),
        }],
        because: invariant.because.clone(),
        protected: true,
        docs: None,
        annotations: Vec::new(),
        waivers: Vec::new(),
        at: invariant.at.clone(),
    };
    Route {
        request: Name::from(ANYTHING),
        roles: vec![Role { name: role.clone(), trait_: trait_.clone(), cardinality: Cardinality::Optional }],
        pipeline: Pipeline::default(),
        constraints: invariants.into_iter().enumerate().map(constraint).collect(),
        scores: BTreeMap::new(),
        ties: BTreeMap::new(),
        outputs: BTreeMap::new(),
        phases: Vec::new(),
        at: Name::from(""),
    }
}
