//! What is asked, as a request of the route.

use super::{Constraints, ROUTE};
use crate::base::{Currency, FileId, Name, Span};
use crate::data::{Key, Kind, Node};
use crate::facts::{Request, request as facts};
use crate::plan::Plan;
use crate::value::{Unit, text::number_text};

/// The request; what the package's request type has no place for is refused in words.
pub(super) fn request(
    plan: &Plan,
    layer: Option<&str>,
    autonomy: &str,
    task_type: &str,
    constraints: &Constraints,
    context: &[(Name, Name)],
) -> Result<Request, Vec<String>> {
    let cost = constraints.max_cost_per_1k_tokens;
    let cost = cost.map(|cost| Kind::Text(number_text(cost, Unit::Money(Currency::USD)).into()));
    let latency = constraints.max_latency_ms.map(|latency| Kind::Text(format!("{latency}ms").into()));
    let mut wanted = constraints.required_capabilities.clone();
    wanted.sort();
    wanted.dedup();
    let wanted = wanted.into_iter().map(|word| node(Kind::Text(word))).collect();
    let note = |(name, value): &(Name, Name)| {
        let text = |text: &Name| node(Kind::Text(text.clone()));
        node(Kind::Map(vec![(key("key"), text(name)), (key("value"), text(value))]))
    };
    let stated = [
        ("layer", layer.map(|layer| Kind::Text(layer.into()))),
        ("autonomy", Some(Kind::Text(autonomy.into()))),
        ("task", Some(Kind::Text(task_type.into()))),
        ("max_cost_per_1k_tokens", cost),
        ("max_latency", latency),
        ("required_capabilities", Some(Kind::List(wanted))),
        ("provider_diversity", Some(Kind::Bool(constraints.provider_diversity))),
        ("context", Some(Kind::List(context.iter().map(note).collect()))),
    ];
    let fields = stated.into_iter().filter_map(|(name, kind)| Some((key(name), node(kind?)))).collect();
    let Some(route) = plan.routes.get(ROUTE) else { return Err(vec![format!("there is no route `{ROUTE}`")]) };
    let read = facts::request(&plan.policy, &plan.services, &route.request, &node(Kind::Map(fields)));
    read.map_err(|found| found.into_iter().map(|problem| problem.message).collect())
}

/// No file holds what a caller asks.
const NOWHERE: Span = Span { file: FileId(u32::MAX), start: 0, end: 0 };

fn node(kind: Kind) -> Node {
    Node { kind, span: NOWHERE }
}

fn key(name: &str) -> Key {
    Key { text: name.into(), span: NOWHERE }
}
