//! Missions and `[identity]`: whoever starts or answers a mission does not say who asks.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Name;
use crate::diag::Diagnostic;
use crate::identity::Settings;
use crate::ir::mission::{Body, Mission, Operation, Step};
use crate::ir::{Expr, Policy, walk};
use crate::resolve::{Program, codes::MANIFEST};
use crate::syntax::ast::ItemKind;

/// Routes that a mission asks with a field from its parameters or its state, though only a token may state that field.
///
/// What a mission writes itself is stated by the package, which is trusted to.
pub(super) fn claiming(
    policy: &Policy,
    program: &Program,
    missions: &BTreeMap<Name, Mission>,
    identity: &BTreeMap<Name, Settings>,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (name, mission) in missions {
        let declared = program.items.iter().find(|d| d.name == *name && matches!(d.item.kind, ItemKind::Mission(_)));
        let Some(span) = declared.map(|d| d.name_span) else { continue };
        for (route, request) in mission.steps.iter().flat_map(asked) {
            let settings = policy.routes.get(route).and_then(|route| identity.get(&route.request));
            for field in settings.iter().flat_map(|settings| claimed(request, settings)) {
                let message = format!(
                    "mission `{name}` asks route `{route}` with {field} from its parameters or its state, which only a token may state"
                );
                let help = "write the value itself, or leave the field out";
                found.push(
                    Diagnostic::error(&MANIFEST, span, message).label("whoever runs it would say who asks").help(help),
                );
            }
        }
    }
    found
}

/// The routes that a step asks, each with the request.
fn asked(step: &Step) -> Vec<(&Name, &Expr)> {
    let Body::Operations(operations) = &step.body else { return Vec::new() };
    let asked = operations.iter().filter_map(|operation| match operation {
        Operation::Route { route, request, .. } => Some((route, request)),
        _ => None,
    });
    asked.collect()
}

/// The fields that only a token may state and whose values follow from something that the mission was told.
fn claimed(request: &Expr, settings: &Settings) -> BTreeSet<String> {
    let told = |value: &Expr| !walk::variables(value).is_empty();
    match request {
        Expr::RecordOf(fields) => {
            let filled = fields.iter().filter(|(name, value)| settings.fills(name) && value.as_ref().is_some_and(told));
            filled.map(|(name, _)| format!("`{name}`")).collect()
        }
        other if told(other) => BTreeSet::from(["a request".to_owned()]),
        _ => BTreeSet::new(),
    }
}
