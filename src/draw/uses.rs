//! Which service names which in its contract: who sees the data besides the one that was asked.

use std::collections::{BTreeMap, BTreeSet};

use super::picture::{EDGES, Edge, Flow, Kind, Line, NODES, Node, Picture, count, grouped};
use crate::base::Name;
use crate::ir::{Policy, Service, Services};
use crate::value::Value;

/// The field whose edges need no label.
const USES: &str = "uses";

/// Draws the services that name another or are named by one; the rest is counted.
pub fn uses(policy: &Policy, services: &Services) -> Picture {
    let edges = references(services);
    let connected: BTreeSet<&Name> = edges.iter().flat_map(|(from, to, _)| [*from, *to]).collect();
    let mut picture = Picture {
        title: "Uses".to_owned(),
        description: format!(
            "{} of {} that use another or are used by one.",
            count(connected.len(), "service"),
            grouped(services.len())
        ),
        flow: Flow::Right,
        ..Picture::default()
    };
    let mut places: BTreeMap<&Name, usize> = BTreeMap::new();
    for name in connected.iter().take(NODES) {
        let place = picture.node(node(policy, name, services.get(*name)));
        places.insert(name, place);
    }
    let mut left_out = 0;
    for (from, to, field) in &edges {
        match (places.get(from), places.get(to)) {
            (Some(from), Some(to)) if picture.edges.len() < EDGES => {
                let label = (&***field != USES).then(|| field.to_string());
                picture.edges.push(Edge { from: *from, to: *to, label, line: Line::Arrow });
            }
            _ => left_out += 1,
        }
    }
    rest(&mut picture, services.len().saturating_sub(connected.len()));
    let more = connected.len().saturating_sub(places.len());
    if more > 0 || left_out > 0 {
        let (services, uses) = (count(more, "further service"), count(left_out, "use"));
        picture.remarks.push(format!("too many to draw: {services} and {uses} are left out"));
    }
    picture
}

/// The node that stands for all that have no edge.
fn rest(picture: &mut Picture, number: usize) {
    if number > 0 {
        picture.node(Node {
            // No service has an empty name.
            id: String::new(),
            kind: Kind::Rest,
            title: format!("{} without uses", count(number, "service")),
            ..Node::default()
        });
    }
}

fn node(policy: &Policy, name: &Name, service: Option<&Service>) -> Node {
    let stated = || service.into_iter().flat_map(|s| &s.traits);
    // A trait that another one of them extends goes without saying.
    let implied = |t: &&Name| {
        stated().any(|o| o != *t && policy.traits.get(o).is_some_and(|declared| declared.ancestors.contains(*t)))
    };
    let own: Vec<&str> = stated().filter(|t| !implied(t)).map(|t| &**t).collect();
    Node {
        id: name.to_string(),
        kind: Kind::Service,
        caption: own.join(", "),
        title: name.to_string(),
        ..Node::default()
    }
}

/// Who names whom in which field, in order.
fn references(services: &Services) -> BTreeSet<(&Name, &Name, &Name)> {
    let mut found = BTreeSet::new();
    for (name, service) in services {
        for (field, value) in &service.values {
            for used in named(value) {
                found.insert((name, used, field));
            }
        }
    }
    found
}

fn named(value: &Value) -> Vec<&Name> {
    match value {
        Value::Service(name) => vec![name],
        Value::List(elements) | Value::Set(elements) => elements.iter().flat_map(named).collect(),
        Value::Record(fields) => fields.iter().filter_map(|(_, field)| field.as_ref()).flat_map(named).collect(),
        _ => Vec::new(),
    }
}
