//! The lattice of traits: what each adds to those that it extends.

use std::collections::{BTreeMap, BTreeSet};

use super::picture::{Flow, Kind, LINES, Line, NODES, Node, Picture, count, some};
use crate::base::Name;
use crate::ir::{Direction, Guarantee, Policy, Services, Trait};

/// Draws the traits of a policy, each with the fields and guarantees that it adds and the services that implement it.
pub fn traits(policy: &Policy, services: &Services) -> Picture {
    let mut picture = Picture {
        title: "Traits".to_owned(),
        description: format!("{} and what each extends.", count(policy.traits.len(), "trait")),
        flow: Flow::Down,
        ..Picture::default()
    };
    let mut places: BTreeMap<&Name, usize> = BTreeMap::new();
    for (name, declared) in policy.traits.iter().take(NODES) {
        let place = picture.node(node(policy, services, name, declared));
        places.insert(name, place);
    }
    for (name, declared) in &policy.traits {
        for parent in parents(policy, name, declared) {
            if let (Some(from), Some(to)) = (places.get(parent), places.get(name)) {
                picture.edge(*from, *to, Line::Arrow);
            }
        }
    }
    let more = policy.traits.len().saturating_sub(places.len());
    if more > 0 {
        picture.remarks.push(format!("{} are not drawn", count(more, "further trait")));
    }
    picture.remarks.push("an arrow leads from a trait to those that extend it".to_owned());
    picture
}

/// The ancestors that a trait does not inherit from another of its ancestors.
fn parents<'p>(policy: &'p Policy, name: &Name, declared: &'p Trait) -> BTreeSet<&'p Name> {
    let others = || declared.ancestors.iter().filter(|a| *a != name);
    let inherited = |ancestor: &Name| {
        others().any(|o| o != ancestor && policy.traits.get(o).is_some_and(|t| t.ancestors.contains(ancestor)))
    };
    others().filter(|a| !inherited(a)).collect()
}

fn node(policy: &Policy, services: &Services, name: &Name, declared: &Trait) -> Node {
    let above: Vec<&Trait> =
        declared.ancestors.iter().filter(|a| *a != name).filter_map(|a| policy.traits.get(a)).collect();
    let fields = declared.fields.values().filter(|f| !above.iter().any(|t| t.fields.contains_key(&f.name)));
    let mut lines: Vec<String> =
        fields.map(|f| format!("{}: {}{}", f.name, f.ty, if f.optional { "?" } else { "" })).collect();
    let guarantees = declared.guarantees.iter().filter(|(n, _)| !above.iter().any(|t| t.guarantees.contains_key(*n)));
    let promised: Vec<String> = guarantees.map(|(n, g)| guarantee(n, g)).collect();
    lines = some(lines, LINES.saturating_sub(promised.len().min(LINES / 2)));
    lines.extend(some(promised, LINES / 2));
    let invariants = declared.invariants.len().saturating_sub(most_invariants(&above));
    if invariants > 0 {
        lines.push(count(invariants, "invariant"));
    }
    let implementing = services.values().filter(|s| s.traits.contains(name)).count();
    Node {
        id: name.to_string(),
        kind: Kind::Trait,
        caption: format!("trait · {}", count(implementing, "service")),
        title: name.to_string(),
        lines,
        ..Node::default()
    }
}

/// How many invariants are inherited: those of all traits above, each once.
fn most_invariants(above: &[&Trait]) -> usize {
    let places: BTreeSet<&Name> = above.iter().flat_map(|t| &t.invariants).map(|i| &i.at).collect();
    places.len()
}

fn guarantee(name: &Name, guarantee: &Guarantee) -> String {
    let sign = match guarantee.direction {
        Some(Direction::AtMost) => "≤ ",
        Some(Direction::AtLeast) => "≥ ",
        None => "",
    };
    format!("guarantee {name} {sign}{}", guarantee.ty)
}
