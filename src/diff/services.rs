//! What services state: values, promises, traits and what they accept.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::demand::{self, Step};
use super::evidence::{Effect, Evidence, promised};
use super::rules::{self, Rule};
use super::{Changes, Kind};
use crate::base::Name;
use crate::explain::spell;
use crate::ir::{Direction, Guarantee, Service, Services, json};
use crate::package::Package;
use crate::value::{Unit, Value, ops};

/// The members of an enum that say of a service that it is on its way out.
const LEAVING: &[&str] = &["deprecated", "sunset", "retired", "withdrawn", "end_of_life", "discontinued", "disabled"];

/// Services that only go by another name: exactly one is gone and one is new with the same content.
pub fn renamed(old: &Package, new: &Package) -> BTreeMap<Name, Name> {
    let mut by_content: BTreeMap<String, (Vec<&Name>, Vec<&Name>)> = BTreeMap::new();
    for (name, service) in old.services.iter().filter(|(name, _)| !new.services.contains_key(*name)) {
        by_content.entry(json::service(service).to_string()).or_default().0.push(name);
    }
    for (name, service) in new.services.iter().filter(|(name, _)| !old.services.contains_key(*name)) {
        by_content.entry(json::service(service).to_string()).or_default().1.push(name);
    }
    let pairs = by_content.into_values().filter_map(|pair| match (pair.0.as_slice(), pair.1.as_slice()) {
        ([gone], [come]) => Some(((*gone).clone(), (*come).clone())),
        _ => None,
    });
    pairs.collect()
}

/// Compares all services.
pub fn compare<'p>(changes: &mut Changes<'_, 'p>, old: &'p Services, new: &'p Services, evidence: &Evidence) {
    let renamed = changes.comparison.renamed;
    let come: BTreeSet<&Name> = renamed.values().collect();
    for (gone, come) in renamed {
        let words = (Some(format!("{gone:?}")), Some(format!("{come:?}")));
        changes.note((Kind::Service, come), "", &rules::SERVICE_RENAMED, words);
    }
    for (name, before, after) in super::matched(old, new) {
        match (before, after) {
            (Some(before), Some(after)) => service(changes, name, (before, after), evidence),
            (Some(before), None) if !renamed.contains_key(name) => {
                changes.note((Kind::Service, name), "", &rules::SERVICE_REMOVED, (Some(head(before)), None));
            }
            (None, Some(after)) if !come.contains(name) => {
                changes.note((Kind::Service, name), "", &rules::SERVICE_ADDED, (None, Some(head(after))));
            }
            _ => {}
        }
    }
}

/// `is Audited, Model`
fn head(service: &Service) -> String {
    format!("is {}", service.traits.iter().map(|t| &**t).collect::<Vec<_>>().join(", "))
}

fn service<'p>(
    changes: &mut Changes<'_, 'p>,
    name: &Name,
    (old, new): (&'p Service, &'p Service),
    evidence: &Evidence,
) {
    let item = (Kind::Service, name);
    for gone in old.traits.difference(&new.traits) {
        changes.note(item, "", &rules::TRAIT_DROPPED, (Some(format!("is {gone}")), None));
    }
    for come in new.traits.difference(&old.traits) {
        changes.note(item, "", &rules::TRAIT_CLAIMED, (None, Some(format!("is {come}"))));
    }
    let comparison = changes.comparison;
    for (field, before, after) in super::matched(&old.values, &new.values) {
        let guarantee = promised(comparison.new, &new.traits, field);
        let guarantee = guarantee.or_else(|| promised(comparison.old, &old.traits, field));
        let (before, after) = (before.map(|v| comparison.before.value(v)), after.map(|v| comparison.after.value(v)));
        if before == after {
            continue;
        }
        let stated = Stated { field, guarantee, old: before.as_ref(), new: after.as_ref() };
        for (rule, old, new) in classified(&stated, evidence) {
            changes.note(item, field, rule, (old, new));
        }
    }
    accepts(changes, name, old, new);
}

/// A field or a promise of a service in both versions.
struct Stated<'a> {
    field: &'a Name,
    guarantee: Option<&'a Guarantee>,
    old: Option<&'a Value>,
    new: Option<&'a Value>,
}

type Classified = (&'static Rule, Option<String>, Option<String>);

fn classified(stated: &Stated<'_>, evidence: &Evidence) -> Vec<Classified> {
    let sign = spell::sign(stated.guarantee.and_then(|g| g.direction));
    let written = |value: &Value| format!("{sign} {}", spell::value(value));
    let words = (stated.old.map(written), stated.new.map(written));
    let rule = match (stated.guarantee, stated.old, stated.new) {
        (Some(_), Some(_), None) => &rules::GUARANTEE_WITHDRAWN,
        (Some(_), None, _) => &rules::GUARANTEE_STATED,
        (Some(guarantee), Some(old), Some(new)) => promise(guarantee, old, new),
        (None, Some(_), None) => &rules::FIELD_WITHDRAWN,
        (None, None, _) => &rules::FIELD_STATED,
        (None, Some(Value::Set(old)), Some(Value::Set(new))) => return elements(stated.field, old, new, evidence),
        (None, Some(old), Some(new)) => field(stated.field, old, new, evidence),
    };
    vec![(rule, words.0, words.1)]
}

/// A bound that has moved. A promise without a direction is `true` or `false`, and `false` promises nothing.
fn promise(guarantee: &Guarantee, old: &Value, new: &Value) -> &'static Rule {
    let weaker = match guarantee.direction {
        Some(Direction::AtMost) => ops::order(new, old) == Ordering::Greater,
        Some(Direction::AtLeast) => ops::order(new, old) == Ordering::Less,
        None => *new == Value::Bool(false),
    };
    if weaker { &rules::GUARANTEE_WEAKENED } else { &rules::GUARANTEE_STRENGTHENED }
}

/// A set that has lost or gained elements, each by itself.
fn elements(field: &Name, old: &[Value], new: &[Value], evidence: &Evidence) -> Vec<Classified> {
    let wishes = evidence.wishes(field);
    let names_services = old.iter().chain(new).any(|element| matches!(element, Value::Service(_)));
    // Where nothing in the package tells, what a set holds is taken for an offer, and services for what is used.
    let less_is_better = !wishes.more && (wishes.less || names_services);
    let (lost, gained) = match less_is_better {
        true => (&rules::REQUIREMENT_REMOVED, &rules::REQUIREMENT_ADDED),
        false => (&rules::ELEMENT_REMOVED, &rules::ELEMENT_ADDED),
    };
    let mut found = Vec::new();
    found.extend(old.iter().filter(|e| !new.contains(e)).map(|e| (lost, Some(spell::value(e)), None)));
    for element in new.iter().filter(|element| !old.contains(element)) {
        let with: Vec<Value> = old.iter().chain([element]).cloned().collect();
        let effect = evidence.effect(field, &Value::set(old.to_vec()), &Value::set(with));
        let rule = if effect == Effect::Worse { &rules::REQUIREMENT_ADDED } else { gained };
        found.push((rule, None, Some(spell::value(element))));
    }
    found
}

fn field(field: &Name, old: &Value, new: &Value, evidence: &Evidence) -> &'static Rule {
    let leaving = |value: &Value| match value {
        Value::Member(member) => LEAVING.contains(&&*member.name.to_ascii_lowercase()),
        _ => false,
    };
    if leaving(new) && !leaving(old) {
        return &rules::STATUS_DEPRECATED;
    }
    let order = ops::order(new, old);
    let wishes = evidence.wishes(field);
    if matches!(new, Value::Number(_, Unit::Money(_))) && (wishes.less || !wishes.more) {
        return if order == Ordering::Greater { &rules::COST_RAISED } else { &rules::COST_LOWERED };
    }
    match evidence.effect(field, old, new) {
        Effect::Worse => return &rules::FIELD_WORSENED,
        Effect::Better => return &rules::FIELD_IMPROVED,
        Effect::Unclear => {}
    }
    let is_amount = matches!(new, Value::Int(_) | Value::Number(..) | Value::Date(_) | Value::Instant(_));
    match (is_amount || matches!(new, Value::Member(_)), wishes.less, wishes.more, order) {
        (true, true, false, Ordering::Greater) | (true, false, true, Ordering::Less) => &rules::FIELD_WORSENED,
        (true, true, false, Ordering::Less) | (true, false, true, Ordering::Greater) => &rules::FIELD_IMPROVED,
        _ => &rules::FIELD_CHANGED,
    }
}

/// What a service accepts, for each request type.
fn accepts<'p>(changes: &mut Changes<'_, 'p>, name: &Name, old: &'p Service, new: &'p Service) {
    let comparison = changes.comparison;
    let types: BTreeSet<&Name> = old.accepts.iter().chain(&new.accepts).map(|accept| &accept.request).collect();
    for ty in types {
        let of = |service: &'p Service| service.accepts.iter().filter(move |a| a.request == *ty).map(|a| &a.condition);
        let before = demand::of_conditions(&comparison.before, of(old));
        let after = demand::of_conditions(&comparison.after, of(new));
        let rule = match demand::step(&before, &after, comparison.policies()) {
            Step::Same => continue,
            Step::Tighter => &rules::ACCEPT_TIGHTENED,
            Step::Looser => &rules::ACCEPT_LOOSENED,
            Step::Other => &rules::ACCEPT_CHANGED,
        };
        let written = |service: &'p Service| {
            let all: Vec<String> = of(service).map(spell::expression).collect();
            (!all.is_empty()).then(|| all.join("; "))
        };
        let words = super::constraints::told((written(old), &before), (written(new), &after));
        changes.note((Kind::Service, name), &format!("accept on {ty}"), rule, words);
    }
}
