//! Routes: what they answer, who fills their roles in which order, and how candidates rank.

use std::collections::BTreeMap;

use super::rules::{self, Rule};
use super::{Changes, Kind};
use crate::base::Name;
use crate::explain::spell;
use crate::ir::{ACCEPT, Cardinality, Expr, Phase, Role, Route, Term, TieKey};

/// Compares all routes, their constraints apart.
pub fn compare(changes: &mut Changes<'_, '_>) {
    let comparison = changes.comparison;
    for (name, old, new) in super::matched(&comparison.old.routes, &comparison.new.routes) {
        let item = (Kind::Route, name);
        let head = |route: &Route| Some(format!("for {}", route.request));
        match (old, new) {
            (Some(old), Some(new)) => route(changes, name, old, new),
            (Some(old), None) => changes.note(item, "", &rules::ROUTE_REMOVED, (head(old), None)),
            (None, Some(new)) => changes.note(item, "", &rules::ROUTE_ADDED, (None, head(new))),
            (None, None) => {}
        }
    }
}

fn route<'p>(changes: &mut Changes<'_, 'p>, name: &Name, old: &'p Route, new: &'p Route) {
    let item = (Kind::Route, name);
    if old.request != new.request {
        let words = (Some(format!("for {}", old.request)), Some(format!("for {}", new.request)));
        changes.note(item, "", &rules::ROUTE_REQUEST, words);
    }
    roles(changes, name, old, new);
    if pipeline(old) != pipeline(new) {
        changes.note(item, "", &rules::PIPELINE_CHANGED, (Some(pipeline(old)), Some(pipeline(new))));
    }
    for (role, before, after) in super::matched(&old.scores, &new.scores) {
        scores(changes, (name, role), before, after);
    }
    for (role, before, after) in super::matched(&old.ties, &new.ties) {
        ties(changes, (name, role), before, after);
    }
    outputs(changes, name, old, new);
    let (before, after) = (phases(old, new), phases(new, old));
    if before != after {
        changes.note(item, "phases", &rules::PHASES_CHANGED, (Some(before), Some(after)));
    }
}

/// In which phases a route tells the constraints that another version has as well; that one is new or gone is a change of its own.
fn phases(route: &Route, other: &Route) -> String {
    let kept = |name: &&Name| ***name == *ACCEPT || other.constraints.iter().any(|of| of.name == **name);
    let phase = |phase: &Phase| {
        let because = phase.because.as_ref().map_or(String::new(), |because| format!(" because {because:?}"));
        let names: Vec<&str> = phase.constraints.iter().filter(kept).map(|name| &**name).collect();
        format!("{}: {}{because}", phase.name, names.join(", "))
    };
    match route.phases.is_empty() {
        true => "no phases".to_owned(),
        false => route.phases.iter().map(phase).collect::<Vec<_>>().join("; "),
    }
}

/// The keys that decide between the candidates of one role whose scores are equal; nothing stands for the name alone.
fn ties<'p>(
    changes: &mut Changes<'_, 'p>,
    (name, role): (&Name, &Name),
    old: Option<&'p Vec<TieKey>>,
    new: Option<&'p Vec<TieKey>>,
) {
    let comparison = changes.comparison;
    let normal = |normal: &super::Normal<'p>, keys: Option<&'p Vec<TieKey>>| -> Vec<TieKey> {
        let key = |key: &'p TieKey| TieKey { value: normal.expr(&key.value), descending: key.descending };
        keys.into_iter().flatten().map(key).collect()
    };
    let (was, is) = (normal(&comparison.before, old), normal(&comparison.after, new));
    if was == is {
        return;
    }
    let written = |keys: Option<&'p Vec<TieKey>>| keys.map(|keys| spell::tie_keys(keys));
    let words = match (written(old), written(new)) {
        (old, new) if old == new => (Some(spell::tie_keys(&was)), Some(spell::tie_keys(&is))),
        words => words,
    };
    changes.note((Kind::Route, name), &format!("ties {role}"), &rules::TIES_CHANGED, words);
}

/// What a decision gives besides the services.
fn outputs<'p>(changes: &mut Changes<'_, 'p>, name: &Name, old: &'p Route, new: &'p Route) {
    let comparison = changes.comparison;
    for (output, before, after) in super::matched(&old.outputs, &new.outputs) {
        let was = before.map(|expr| comparison.before.expr(expr));
        let is = after.map(|expr| comparison.after.expr(expr));
        let rule = match (&was, &is) {
            (Some(_), None) => &rules::OUTPUT_REMOVED,
            (None, Some(_)) => &rules::OUTPUT_ADDED,
            _ if was == is => continue,
            _ => &rules::OUTPUT_CHANGED,
        };
        let words = match (before.map(spell::expression), after.map(spell::expression)) {
            (old, new) if old == new => (was.as_ref().map(spell::expression), is.as_ref().map(spell::expression)),
            words => words,
        };
        changes.note((Kind::Route, name), output, rule, words);
    }
}

fn roles(changes: &mut Changes<'_, '_>, name: &Name, old: &Route, new: &Route) {
    let item = (Kind::Route, name);
    let by_name =
        |route: &Route| route.roles.iter().map(|role| (role.name.clone(), role.clone())).collect::<BTreeMap<_, _>>();
    let written = |role: &Role| Some(format!("{}{}", role.trait_, spell::cardinality(role.cardinality)));
    for (role, before, after) in super::matched(&by_name(old), &by_name(new)) {
        match (before, after) {
            (Some(before), None) => changes.note(item, role, &rules::ROLE_REMOVED, (written(before), None)),
            (None, Some(after)) => {
                let rule = if bounds(after.cardinality).0 > 0 { &rules::ROLE_ADDED } else { &rules::ROLE_OFFERED };
                changes.note(item, role, rule, (None, written(after)));
            }
            (Some(before), Some(after)) => {
                if before.trait_ != after.trait_ {
                    changes.note(item, role, &rules::ROLE_TRAIT, (written(before), written(after)));
                }
                for rule in resized(before.cardinality, after.cardinality) {
                    changes.note(item, role, rule, (written(before), written(after)));
                }
            }
            (None, None) => {}
        }
    }
    let kept = |route: &Route, other: &Route| -> Vec<Name> {
        let names = route.roles.iter().map(|role| role.name.clone());
        names.filter(|name| other.roles.iter().any(|role| role.name == *name)).collect()
    };
    let (before, after) = (kept(old, new), kept(new, old));
    if before != after {
        changes.note(item, "", &rules::ROLE_ORDER, (Some(before.join(", ")), Some(after.join(", "))));
    }
}

/// The fewest and the most that a role takes.
fn bounds(cardinality: Cardinality) -> (usize, usize) {
    match cardinality {
        Cardinality::One => (1, 1),
        Cardinality::Optional => (0, 1),
        Cardinality::List { lo, hi } => (lo, hi),
    }
}

fn resized(old: Cardinality, new: Cardinality) -> Vec<&'static Rule> {
    let ((fewest, most), (lo, hi)) = (bounds(old), bounds(new));
    let is_list = |of: Cardinality| matches!(of, Cardinality::List { .. });
    let mut found: Vec<&'static Rule> = Vec::new();
    if lo != fewest {
        found.push(if lo > fewest { &rules::ROLE_DEMANDS_MORE } else { &rules::ROLE_DEMANDS_LESS });
    }
    if hi != most {
        found.push(if hi < most { &rules::ROLE_HOLDS_FEWER } else { &rules::ROLE_HOLDS_MORE });
    }
    // A list of one is read otherwise than a single service, also where it holds as many.
    if found.is_empty() && is_list(old) != is_list(new) {
        found.push(&rules::ROLE_TRAIT);
    }
    found
}

/// Stages and what follows what.
fn pipeline(route: &Route) -> String {
    let stages: Vec<&str> = route.pipeline.stages.iter().map(|stage| &**stage).collect();
    let edges: Vec<String> = route.pipeline.edges.iter().map(|(from, to)| format!("{to} after {from}")).collect();
    match (stages.is_empty(), edges.is_empty()) {
        (true, _) => "no stages".to_owned(),
        (false, true) => format!("stages {}", stages.join(", ")),
        // The order in which stages are declared decides how products are worked out.
        (false, false) => format!("stages {}; {}", stages.join(", "), edges.join("; ")),
    }
}

/// The terms of one role, by name; their order does not matter to an exact sum.
fn scores<'p>(
    changes: &mut Changes<'_, 'p>,
    (name, role): (&Name, &Name),
    old: Option<&'p Vec<Term>>,
    new: Option<&'p Vec<Term>>,
) {
    let by_name = |terms: Option<&'p Vec<Term>>| -> BTreeMap<Name, &'p Term> {
        terms.into_iter().flatten().map(|term| (term.name.clone(), term)).collect()
    };
    let comparison = changes.comparison;
    for (term, before, after) in super::matched(&by_name(old), &by_name(new)) {
        let path = format!("{role}.{term}");
        let item = (Kind::Route, name);
        let written = |term: &Term| {
            let when = term.when.as_ref().map_or(String::new(), |when| format!(" when {}", spell::expression(when)));
            format!("{}{when}", spell::expression(&term.value))
        };
        let (before, after) = match (before, after) {
            (Some(before), Some(after)) => (*before, *after),
            (Some(before), None) => {
                changes.note(item, &path, &rules::SCORE_REMOVED, (Some(written(before)), None));
                continue;
            }
            (None, Some(after)) => {
                changes.note(item, &path, &rules::SCORE_ADDED, (None, Some(written(after))));
                continue;
            }
            (None, None) => continue,
        };
        let of = |normal: &super::Normal<'p>, term: &'p Term| -> (Expr, Option<Expr>) {
            (normal.expr(&term.value), term.when.as_ref().map(|when| normal.expr(when)))
        };
        let (was, is) = (of(&comparison.before, before), of(&comparison.after, after));
        if was == is {
            continue;
        }
        let spelled = |(value, when): &(Expr, Option<Expr>)| {
            let when = when.as_ref().map_or(String::new(), |when| format!(" when {}", spell::expression(when)));
            format!("{}{when}", spell::expression(value))
        };
        let words = match (written(before), written(after)) {
            (old, new) if old == new => (Some(spelled(&was)), Some(spelled(&is))),
            (old, new) => (Some(old), Some(new)),
        };
        changes.note(item, &path, &rules::SCORE_CHANGED, words);
    }
}
