//! A route: the request it answers, its roles, and what governs each.

use std::collections::{BTreeMap, BTreeSet};

use super::picture::{Flow, Kind, LINES, Line, Node, Picture, count, some};
use crate::base::Name;
use crate::ir::walk::any;
use crate::ir::{Cardinality, Constraint, Effect, Expr, Policy, Route, Services};

/// Draws a route with everything that governs it.
pub fn route(policy: &Policy, services: &Services, name: &Name, route: &Route) -> Picture {
    let rules = route.constraints.iter().filter(|c| c.rule).count();
    let own = route.constraints.len().saturating_sub(rules);
    let mut picture = Picture {
        title: format!("Route {name}"),
        description: format!(
            "Route {name} answers {}; {} under {} of its own and {}.",
            route.request,
            count(route.roles.len(), "role"),
            count(own, "constraint"),
            count(rules, "rule")
        ),
        flow: Flow::Right,
        ..Picture::default()
    };
    let denials: Vec<&Constraint> = route.constraints.iter().filter(|c| effects(c, true)).collect();
    let denial = (!denials.is_empty()).then(|| picture.node(denial_node(name, &denials)));
    let request = picture.node(Node {
        id: format!("request {}", route.request),
        kind: Kind::Request,
        caption: "request".to_owned(),
        title: route.request.to_string(),
        ..Node::default()
    });
    let mut boxes: BTreeMap<&Name, usize> = BTreeMap::new();
    if let Some(denial) = denial {
        picture.edge(denial, request, Line::Plain);
        boxes.extend(denials.iter().map(|c| (&c.name, denial)));
    }
    let roles = roles(&mut picture, services, route, request);
    boxes.extend(governing(&mut picture, name, route, &roles));
    accepting(&mut picture, services, route, &roles);
    lifting(&mut picture, policy, route, &boxes);
    picture
}

/// Whether some clause denies, or some clause does not.
fn effects(constraint: &Constraint, deny: bool) -> bool {
    constraint.clauses.iter().any(|c| (c.effect == Effect::Deny) == deny)
}

fn denial_node(route: &Name, denials: &[&Constraint]) -> Node {
    let words = titled(route, denials, "denial", "may deny the request");
    Node { id: "denials".to_owned(), kind: Kind::Denial, ..words }
}

/// The words of a box of constraints; a single one is its title.
fn titled(route: &Name, constraints: &[&Constraint], what: &str, whose: &str) -> Node {
    let mut names: Vec<String> = constraints.iter().map(|c| short(route, c)).collect();
    let title = if names.len() == 1 { names.swap_remove(0) } else { count(names.len(), what) };
    Node { caption: whose.to_owned(), title, lines: some(names, LINES), ..Node::default() }
}

/// A constraint's name without its route; rules keep theirs.
fn short(route: &Name, constraint: &Constraint) -> String {
    let own = constraint.name.strip_prefix(&**route).and_then(|rest| rest.strip_prefix('.'));
    let mark = if constraint.protected { " (protected)" } else { "" };
    format!("{}{mark}", own.unwrap_or(&constraint.name))
}

/// The roles, with the stages of the pipeline one behind the other.
fn roles(picture: &mut Picture, services: &Services, route: &Route, request: usize) -> BTreeMap<Name, usize> {
    let mut places = BTreeMap::new();
    for role in &route.roles {
        let candidates = services.values().filter(|s| s.traits.contains(&role.trait_)).count();
        let stage = if route.pipeline.stages.contains(&role.name) { "stage" } else { "role" };
        let mut lines = vec![role.trait_.to_string(), cardinality(role.cardinality)];
        lines.push(count(candidates, "candidate"));
        if let Some(terms) = route.scores.get(&role.name) {
            let names: Vec<&str> = terms.iter().map(|t| &*t.name).collect();
            lines.push(format!("by {}", names.join(", ")));
        }
        if let Some(keys) = route.ties.get(&role.name) {
            lines.push(format!("{} for ties", count(keys.len(), "key")));
        }
        let node = Node {
            id: format!("role {}", role.name),
            kind: Kind::Role,
            caption: stage.to_owned(),
            title: role.name.to_string(),
            lines,
            ..Node::default()
        };
        places.insert(role.name.clone(), picture.node(node));
    }
    let later: BTreeSet<&Name> = route.pipeline.edges.iter().map(|(_, after)| after).collect();
    for role in route.roles.iter().filter(|r| !later.contains(&r.name)) {
        if let Some(place) = places.get(&role.name) {
            picture.edge(request, *place, Line::Arrow);
        }
    }
    for (before, after) in &route.pipeline.edges {
        if let (Some(from), Some(to)) = (places.get(before), places.get(after)) {
            picture.edge(*from, *to, Line::Arrow);
        }
    }
    places
}

fn cardinality(cardinality: Cardinality) -> String {
    match cardinality {
        Cardinality::One => "exactly one".to_owned(),
        Cardinality::Optional => "one, if any is admissible".to_owned(),
        Cardinality::List { lo, hi } if lo == hi => format!("exactly {hi}, in order"),
        Cardinality::List { lo: 0, hi } => format!("up to {hi}, in order"),
        Cardinality::List { lo, hi } => format!("{lo} to {hi}, in order"),
    }
}

/// The roles that a constraint governs: those whose candidates it tests, and those that it speaks of.
fn governed(constraint: &Constraint) -> BTreeSet<&Name> {
    let conditions = constraint.clauses.iter().filter(|c| c.effect != Effect::Deny).map(|c| &c.condition);
    let mut tests_candidates = false;
    let mut spoken_of: BTreeSet<Name> = BTreeSet::new();
    for expr in conditions.chain(&constraint.when).chain(&constraint.unless) {
        any(expr, &mut |part| {
            match part {
                Expr::Subject => tests_candidates = true,
                Expr::Role(role) => drop(spoken_of.insert(role.clone())),
                _ => {}
            }
            false
        });
    }
    let between_roles = !tests_candidates && !spoken_of.is_empty();
    constraint.scope.iter().filter(|role| !between_roles || spoken_of.contains(*role)).collect()
}

/// One box for all constraints of a kind that govern the same roles.
fn governing<'r>(
    picture: &mut Picture,
    name: &Name,
    route: &'r Route,
    roles: &BTreeMap<Name, usize>,
) -> BTreeMap<&'r Name, usize> {
    let mut alike: BTreeMap<(Vec<usize>, bool), Vec<&Constraint>> = BTreeMap::new();
    for constraint in route.constraints.iter().filter(|c| effects(c, false)) {
        let governed = governed(constraint);
        let mut places: Vec<usize> = governed.into_iter().filter_map(|role| roles.get(role).copied()).collect();
        places.sort_unstable();
        alike.entry((places, constraint.rule)).or_default().push(constraint);
    }
    let mut boxes = BTreeMap::new();
    for ((places, rule), constraints) in alike {
        let (kind, what) = if rule { (Kind::Rule, "rule") } else { (Kind::Own, "constraint") };
        let whose = if rule { "rules of the organisation" } else { "the route's own" };
        let place = picture.node(Node {
            id: format!("{what} {}", constraints.first().map_or("", |c| &*c.name)),
            kind,
            ..titled(name, &constraints, what, whose)
        });
        for role in places {
            picture.edge(role, place, Line::Plain);
        }
        boxes.extend(constraints.into_iter().map(|c| (&c.name, place)));
    }
    boxes
}

/// The conditions that services state themselves on requests of this type.
fn accepting(picture: &mut Picture, services: &Services, route: &Route, roles: &BTreeMap<Name, usize>) {
    let stating: Vec<&crate::ir::Service> =
        services.values().filter(|s| s.accepts.iter().any(|a| a.request == route.request)).collect();
    let touched = route.roles.iter().filter(|r| stating.iter().any(|s| s.traits.contains(&r.trait_)));
    let touched: Vec<usize> = touched.filter_map(|r| roles.get(&r.name).copied()).collect();
    if touched.is_empty() {
        return;
    }
    let place = picture.node(Node {
        id: "accept".to_owned(),
        kind: Kind::Accept,
        caption: "the services' own".to_owned(),
        title: "accept".to_owned(),
        lines: vec![format!("stated by {}", count(stating.len(), "service"))],
        ..Node::default()
    });
    for role in touched {
        picture.edge(role, place, Line::Plain);
    }
}

/// The waivers, each beside the box of the rule that it lifts.
fn lifting(picture: &mut Picture, policy: &Policy, route: &Route, boxes: &BTreeMap<&Name, usize>) {
    for constraint in &route.constraints {
        for name in &constraint.waivers {
            let Some((waiver, place)) = policy.waivers.get(name).zip(boxes.get(&constraint.name)) else { continue };
            let lines = vec![
                format!("lifts {}", constraint.name),
                format!("until {}", waiver.until),
                format!("approved by {}", waiver.approved_by),
            ];
            let node = Node {
                id: format!("waiver {name} of {}", constraint.name),
                kind: Kind::Waiver,
                caption: "waiver".to_owned(),
                title: name.to_string(),
                lines,
                ..Node::default()
            };
            let from = picture.node(node);
            match picture.nodes.get(*place).is_some_and(|n| n.kind == Kind::Denial) {
                true => picture.edge(from, *place, Line::Dashed),
                false => picture.edge(*place, from, Line::Dashed),
            }
        }
    }
}
