//! Rules, and the constraints of routes: what has to be true, and what is demanded of it now.

use std::collections::BTreeMap;

use super::demand::{self, Demand, Step};
use super::normal::Normal;
use super::rules::{self, Rule};
use super::{Changes, Kind};
use crate::base::Name;
use crate::explain::spell;
use crate::ir::{Constraint, ORDER, Policy};

/// The constraints of one name on the routes that both versions have.
type Governed<'p> = BTreeMap<Name, BTreeMap<Name, &'p Constraint>>;

/// A constraint with what it demands.
struct Read<'p> {
    constraint: &'p Constraint,
    demands: Vec<Demand>,
}

/// What happened to a constraint on one route.
#[derive(PartialEq)]
struct Happened {
    rule: &'static Rule,
    words: (Option<String>, Option<String>),
}

/// Compares rules and constraints. On a route that is new or gone as a whole, its constraints are not told one by one.
pub fn compare(changes: &mut Changes<'_, '_>) {
    let comparison = changes.comparison;
    let before = governed(comparison.old, comparison.new);
    let after = governed(comparison.new, comparison.old);
    let moved = renamed(changes, &before, &after);
    let come: Vec<&Name> = moved.values().collect();
    for (name, old, new) in super::matched(&before, &after) {
        if moved.contains_key(name) || come.contains(&name) {
            continue;
        }
        let nothing = BTreeMap::new();
        let (old, new) = (old.unwrap_or(&nothing), new.unwrap_or(&nothing));
        let mut found: Vec<(Happened, Vec<Name>)> = Vec::new();
        for (route, before, after) in super::matched(old, new) {
            for happened in on_route(changes, route, before.copied(), after.copied()) {
                match found.iter_mut().find(|(other, _)| *other == happened) {
                    Some((_, routes)) => routes.push(route.clone()),
                    None => found.push((happened, vec![route.clone()])),
                }
            }
        }
        let is_rule = old.values().chain(new.values()).any(|constraint| constraint.rule);
        for (happened, routes) in found {
            note(changes, name, is_rule, happened, routes);
        }
    }
}

/// By name and route, for the routes that the other version has as well.
fn governed<'p>(policy: &'p Policy, other: &Policy) -> Governed<'p> {
    let mut found = Governed::new();
    for (name, route) in policy.routes.iter().filter(|(name, _)| other.routes.contains_key(*name)) {
        for constraint in &route.constraints {
            found.entry(constraint.name.clone()).or_default().insert(name.clone(), constraint);
        }
    }
    found
}

fn note(changes: &mut Changes<'_, '_>, name: &Name, is_rule: bool, happened: Happened, routes: Vec<Name>) {
    if is_rule {
        changes.note((Kind::Rule, name), "", happened.rule, happened.words);
        if let Some(change) = changes.found.last_mut() {
            change.on = routes;
        }
        return;
    }
    for route in routes {
        let label = name.strip_prefix(&*route).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name);
        changes.note((Kind::Route, &route), label, happened.rule, happened.words.clone());
    }
}

fn read<'p>(normal: &Normal<'p>, constraint: &'p Constraint) -> Read<'p> {
    Read { constraint, demands: demand::of_constraint(normal, constraint) }
}

/// What happened to a constraint on a route that both versions have.
fn on_route<'p>(
    changes: &Changes<'_, 'p>,
    route: &Name,
    old: Option<&'p Constraint>,
    new: Option<&'p Constraint>,
) -> Vec<Happened> {
    let comparison = changes.comparison;
    let [added, removed, tightened, looser, changed] = match old.or(new).is_some_and(|c| c.rule) {
        true => [
            &rules::RULE_ADDED,
            &rules::RULE_REMOVED,
            &rules::RULE_TIGHTENED,
            &rules::RULE_LOOSENED,
            &rules::RULE_CHANGED,
        ],
        false => [
            &rules::CONSTRAINT_ADDED,
            &rules::CONSTRAINT_REMOVED,
            &rules::CONSTRAINT_TIGHTENED,
            &rules::CONSTRAINT_LOOSENED,
            &rules::CONSTRAINT_CHANGED,
        ],
    };
    let (old, new) = match (old, new) {
        (Some(old), Some(new)) => (read(&comparison.before, old), read(&comparison.after, new)),
        (None, Some(new)) => return vec![Happened { rule: added, words: (None, Some(written(new))) }],
        (Some(old), None) => return vec![Happened { rule: removed, words: (Some(written(old)), None) }],
        (None, None) => return Vec::new(),
    };
    let mut found = Vec::new();
    let step = step(&old, &new, &common(comparison.policies(), route), comparison.policies());
    let rule = match step {
        Step::Same => None,
        Step::Tighter => Some(tightened),
        Step::Looser => Some(looser),
        Step::Other => Some(changed),
    };
    if let Some(rule) = rule {
        found.push(Happened { rule, words: both(&old, &new) });
    }
    if old.constraint.protected != new.constraint.protected {
        let word = |protected: bool| protected.then(|| "@protected".to_owned());
        let words = (word(old.constraint.protected), word(new.constraint.protected));
        found.push(Happened { rule: &rules::RULE_PROTECTION, words });
    }
    let (before, after) = (order(old.constraint), order(new.constraint));
    if before != after {
        found.push(Happened { rule: &rules::RULE_ORDER, words: (before, after) });
    }
    found.extend(reworded(old.constraint, new.constraint));
    found
}

/// The step of demands and of the roles that they hold for, together. A role that only one version has is a change of its own.
fn step(old: &Read<'_>, new: &Read<'_>, roles: &[&Name], policies: [&Policy; 2]) -> Step {
    let holds = |of: &Read<'_>, role: &Name| of.constraint.scope.contains(role);
    let covers = |of: &Read<'_>, other: &Read<'_>| roles.iter().all(|role| holds(of, role) || !holds(other, role));
    let speaks = demand::tests_candidates(&old.demands) || demand::tests_candidates(&new.demands);
    let (wider, narrower) = if speaks { (covers(new, old), covers(old, new)) } else { (true, true) };
    Step::of(
        wider && demand::implied(&new.demands, &old.demands, policies),
        narrower && demand::implied(&old.demands, &new.demands, policies),
    )
}

/// The roles of a route in both versions.
fn common<'p>(policies: [&'p Policy; 2], route: &Name) -> Vec<&'p Name> {
    let [old, new] =
        policies.map(|policy| policy.routes.get(route).map(|route| route.roles.as_slice()).unwrap_or_default());
    old.iter().map(|role| &role.name).filter(|name| new.iter().any(|role| role.name == **name)).collect()
}

/// Where the denials of a constraint stand among others.
fn order(constraint: &Constraint) -> Option<String> {
    let (name, arguments) = constraint.annotations.iter().find(|(name, _)| &**name == ORDER)?;
    Some(format!("@{name}({})", arguments.join(", ")))
}

/// The reason, the documentation and the annotations.
fn reworded(old: &Constraint, new: &Constraint) -> Option<Happened> {
    let words = |constraint: &Constraint| {
        let annotation = |(name, arguments): &(Name, Vec<Name>)| match arguments.is_empty() {
            true => format!("@{name}"),
            false => format!("@{name}({})", arguments.iter().map(|a| format!("{a:?}")).collect::<Vec<_>>().join(", ")),
        };
        let mut parts: Vec<String> = constraint
            .annotations
            .iter()
            .filter(|(name, _)| !matches!(&**name, "protected" | ORDER))
            .map(annotation)
            .collect();
        parts.extend(constraint.docs.as_ref().map(|docs| format!("/// {docs}")));
        parts.extend(constraint.because.as_ref().map(|because| format!("because {because:?}")));
        (!parts.is_empty()).then(|| parts.join(" "))
    };
    let (old, new) = (words(old), words(new));
    (old != new).then_some(Happened { rule: &rules::RULE_REWORDED, words: (old, new) })
}

/// A constraint on one line.
fn written(constraint: &Constraint) -> String {
    spell::constraint(constraint).join("; ")
}

/// The words of both versions, written out where they are the same and mean something else.
fn both(old: &Read<'_>, new: &Read<'_>) -> (Option<String>, Option<String>) {
    let (mut before, mut after) = (written(old.constraint), written(new.constraint));
    if old.constraint.scope != new.constraint.scope {
        for (text, of) in [(&mut before, old), (&mut after, new)] {
            let roles: Vec<&str> = of.constraint.scope.iter().map(|role| &**role).collect();
            text.push_str(&format!("; for {}", roles.join(", ")));
        }
    }
    told((Some(before), &old.demands), (Some(after), &new.demands))
}

/// Two texts, or what they come to where they read alike: then something that they name has changed.
pub fn told(old: (Option<String>, &[Demand]), new: (Option<String>, &[Demand])) -> (Option<String>, Option<String>) {
    if old.0 != new.0 {
        return (old.0, new.0);
    }
    (Some(demand::written_out(old.1)), Some(demand::written_out(new.1)))
}

/// Constraints that go by another name on the same routes, with the same demands: exactly one is gone and one is new.
fn renamed(changes: &mut Changes<'_, '_>, before: &Governed<'_>, after: &Governed<'_>) -> BTreeMap<Name, Name> {
    let comparison = changes.comparison;
    let mut alike: BTreeMap<String, (Vec<&Name>, Vec<&Name>)> = BTreeMap::new();
    for (name, routes) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
        alike.entry(content(&comparison.before, routes)).or_default().0.push(name);
    }
    for (name, routes) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        alike.entry(content(&comparison.after, routes)).or_default().1.push(name);
    }
    let mut found = BTreeMap::new();
    for pair in alike.values() {
        let ([gone], [come]) = (pair.0.as_slice(), pair.1.as_slice()) else { continue };
        found.insert((*gone).clone(), (*come).clone());
        let routes: Vec<Name> = after.get(*come).into_iter().flat_map(|routes| routes.keys().cloned()).collect();
        let is_rule = after.get(*come).is_some_and(|routes| routes.values().any(|constraint| constraint.rule));
        let rule = if is_rule { &rules::RULE_RENAMED } else { &rules::CONSTRAINT_RENAMED };
        let happened = Happened { rule, words: (Some(gone.to_string()), Some(come.to_string())) };
        note(changes, come, is_rule, happened, routes);
    }
    found
}

/// Everything about a constraint but its name, on every route.
fn content<'p>(normal: &Normal<'p>, routes: &BTreeMap<Name, &'p Constraint>) -> String {
    let one = |(route, constraint): (&Name, &&'p Constraint)| {
        let demands = demand::of_constraint(normal, constraint);
        let keys: Vec<(bool, String)> = demands.iter().map(|d| (d.deny, super::normal::key(&d.condition))).collect();
        format!(
            "{route:?} {} {} {:?} {:?} {keys:?}",
            constraint.rule,
            constraint.protected,
            order(constraint),
            constraint.scope
        )
    };
    routes.iter().map(one).collect::<Vec<_>>().join("\n")
}
