//! Types, traits, requests, signals, tables, and what is named for its own sake: definitions, constants, tests.

use std::collections::BTreeMap;

use super::demand::{self, Step};
use super::rules::{self, Rule};
use super::{Changes, Kind};
use crate::base::Name;
use crate::explain::spell;
use crate::ir::suite::Test;
use crate::ir::{Definition, EnumType, Field, Guarantee, Invariant, Policy, RequestType, Signal, Table, Trait};
use crate::value::{Type, Value};

/// What the fields of one kind of item are classified by.
struct FieldRules {
    removed: &'static Rule,
    required: &'static Rule,
    added: &'static Rule,
    relaxed: &'static Rule,
    ty: &'static Rule,
    default: &'static Rule,
}

const OF_REQUESTS: FieldRules = FieldRules {
    removed: &rules::REQUEST_FIELD_REMOVED,
    required: &rules::REQUEST_FIELD_REQUIRED,
    added: &rules::REQUEST_FIELD_ADDED,
    relaxed: &rules::REQUEST_FIELD_RELAXED,
    ty: &rules::REQUEST_FIELD_TYPE,
    default: &rules::REQUEST_DEFAULT_CHANGED,
};

const OF_TRAITS: FieldRules = FieldRules {
    removed: &rules::TRAIT_FIELD_REMOVED,
    required: &rules::TRAIT_FIELD_REQUIRED,
    added: &rules::TRAIT_FIELD_ADDED,
    relaxed: &rules::TRAIT_FIELD_RELAXED,
    ty: &rules::TRAIT_FIELD_TYPE,
    default: &rules::TRAIT_DEFAULT_CHANGED,
};

const OF_RECORDS: FieldRules = FieldRules {
    removed: &rules::RECORD_CHANGED,
    required: &rules::RECORD_CHANGED,
    added: &rules::RECORD_CHANGED,
    relaxed: &rules::RECORD_CHANGED,
    ty: &rules::RECORD_CHANGED,
    default: &rules::RECORD_CHANGED,
};

/// Compares everything that has a name and is neither a service, a route, a rule nor a waiver.
pub fn compare(changes: &mut Changes<'_, '_>) {
    let (old, new) = (changes.comparison.old, changes.comparison.new);
    for (name, before, after) in super::matched(&old.enums, &new.enums) {
        enum_(changes, name, before, after);
    }
    for (name, before, after) in super::matched(&old.records, &new.records) {
        // The row of a table belongs to the table.
        if !name.ends_with("[]")
            && both(changes, (Kind::Record, name), before, after, (&rules::RECORD_REMOVED, &rules::RECORD_ADDED))
        {
            let by_name = |of: Option<&Vec<Field>>| -> BTreeMap<Name, Field> {
                of.into_iter().flatten().map(|field| (field.name.clone(), field.clone())).collect()
            };
            fields(changes, (Kind::Record, name), &by_name(before), &by_name(after), &OF_RECORDS);
        }
    }
    for (name, before, after) in super::matched(&old.traits, &new.traits) {
        if both(changes, (Kind::Trait, name), before, after, (&rules::TRAIT_REMOVED, &rules::TRAIT_ADDED))
            && let (Some(before), Some(after)) = (before, after)
        {
            trait_(changes, name, before, after);
        }
    }
    for (name, before, after) in super::matched(&old.requests, &new.requests) {
        if both(changes, (Kind::Request, name), before, after, (&rules::REQUEST_REMOVED, &rules::REQUEST_ADDED))
            && let (Some(before), Some(after)) = (before, after)
        {
            request(changes, name, before, after);
        }
    }
    for (name, before, after) in super::matched(&old.signals, &new.signals) {
        if both(changes, (Kind::Signal, name), before, after, (&rules::SIGNAL_REMOVED, &rules::SIGNAL_ADDED))
            && let (Some(before), Some(after)) = (before, after)
        {
            signal(changes, name, before, after);
        }
    }
    for (name, before, after) in super::matched(&old.tables, &new.tables) {
        table(changes, name, before, after);
    }
    named(changes);
}

/// Whether there is something in both versions; otherwise it is noted as gone or new.
fn both<T>(
    changes: &mut Changes<'_, '_>,
    item: (Kind, &Name),
    old: Option<&T>,
    new: Option<&T>,
    (removed, added): (&'static Rule, &'static Rule),
) -> bool {
    match (old, new) {
        (Some(_), None) => changes.note(item, "", removed, (Some(item.1.to_string()), None)),
        (None, Some(_)) => changes.note(item, "", added, (None, Some(item.1.to_string()))),
        _ => return true,
    }
    false
}

fn enum_(changes: &mut Changes<'_, '_>, name: &Name, old: Option<&EnumType>, new: Option<&EnumType>) {
    let item = (Kind::Enum, name);
    if !both(changes, item, old, new, (&rules::ENUM_REMOVED, &rules::ENUM_ADDED)) {
        return;
    }
    let (Some(old), Some(new)) = (old, new) else { return };
    for gone in old.members.iter().filter(|member| !new.members.contains(member)) {
        changes.note(item, gone, &rules::MEMBER_REMOVED, (Some(gone.to_string()), None));
    }
    for come in new.members.iter().filter(|member| !old.members.contains(member)) {
        changes.note(item, come, &rules::MEMBER_ADDED, (None, Some(come.to_string())));
    }
    let order = |of: &EnumType, other: &EnumType| {
        let kept: Vec<&str> = of.members.iter().filter(|m| other.members.contains(m)).map(|m| &**m).collect();
        if of.ordered { format!("ordered {}", kept.join(", ")) } else { "not ordered".to_owned() }
    };
    let (before, after) = (order(old, new), order(new, old));
    if before != after {
        changes.note(item, "", &rules::ENUM_ORDER, (Some(before), Some(after)));
    }
}

fn fields(
    changes: &mut Changes<'_, '_>,
    item: (Kind, &Name),
    old: &BTreeMap<Name, Field>,
    new: &BTreeMap<Name, Field>,
    rules: &FieldRules,
) {
    let may_be_left_out = |field: &Field| field.optional || field.default.is_some();
    for (name, before, after) in super::matched(old, new) {
        let words = (before.map(spell::field), after.map(spell::field));
        let comparison = changes.comparison;
        let mut rule = |rule: &'static Rule| changes.note(item, name, rule, words.clone());
        match (before, after) {
            (Some(_), None) => rule(rules.removed),
            (None, Some(new)) if may_be_left_out(new) => rule(rules.added),
            (None, Some(_)) => rule(rules.required),
            (Some(old), Some(new)) => {
                if old.ty != new.ty {
                    rule(rules.ty);
                }
                let was = old.default.as_ref().map(|value| comparison.before.value(value));
                let is = new.default.as_ref().map(|value| comparison.after.value(value));
                match (may_be_left_out(old), may_be_left_out(new)) {
                    (true, false) => rule(rules.required),
                    (false, true) => rule(rules.relaxed),
                    _ if was != is => rule(rules.default),
                    _ if old.optional != new.optional => {
                        rule(if new.optional { rules.relaxed } else { rules.required })
                    }
                    _ => {}
                }
            }
            (None, None) => {}
        }
    }
}

fn trait_<'p>(changes: &mut Changes<'_, 'p>, name: &Name, old: &'p Trait, new: &'p Trait) {
    let item = (Kind::Trait, name);
    for gone in old.ancestors.difference(&new.ancestors) {
        changes.note(item, "", &rules::TRAIT_PARENT_REMOVED, (Some(format!("extends {gone}")), None));
    }
    for come in new.ancestors.difference(&old.ancestors) {
        changes.note(item, "", &rules::TRAIT_PARENT_ADDED, (None, Some(format!("extends {come}"))));
    }
    let (before, after) = (own(changes.comparison.old, name, old), own(changes.comparison.new, name, new));
    fields(changes, item, &before.fields, &after.fields, &OF_TRAITS);
    for (guarantee, before, after) in super::matched(&before.guarantees, &after.guarantees) {
        let words = (before.map(spell::guarantee), after.map(spell::guarantee));
        let rule = match (before, after) {
            (Some(_), None) => &rules::TRAIT_GUARANTEE_REMOVED,
            (None, Some(_)) => &rules::TRAIT_GUARANTEE_ADDED,
            (Some(old), Some(new)) if (&old.ty, old.direction) != (&new.ty, new.direction) => {
                &rules::TRAIT_GUARANTEE_CHANGED
            }
            (Some(old), Some(new)) if old.composition != new.composition => &rules::COMPOSITION_CHANGED,
            _ => continue,
        };
        changes.note(item, guarantee, rule, words);
    }
    measured(changes, item, &before, &after);
    invariants(changes, item, &old.invariants, &new.invariants);
}

/// What results are measured by decides nothing; whoever measures has to know of it.
fn measured(changes: &mut Changes<'_, '_>, item: (Kind, &Name), before: &Trait, after: &Trait) {
    let spelled = |ty: &Type| ty.to_string();
    for (measurement, old, new) in super::matched(&before.measurements, &after.measurements) {
        let rule = match (old, new) {
            (Some(_), None) => &rules::MEASUREMENT_REMOVED,
            (None, Some(_)) => &rules::MEASUREMENT_ADDED,
            (Some(old), Some(new)) if old != new => &rules::MEASUREMENT_CHANGED,
            _ => continue,
        };
        changes.note(item, measurement, rule, (old.map(spelled), new.map(spelled)));
    }
    for (guarantee, old, new) in super::matched(&before.guarantees, &after.guarantees) {
        let (Some(old), Some(new)) = (old, new) else { continue };
        if old.measured_as != new.measured_as {
            let written = |of: &Guarantee| of.measured_as.as_ref().map(spell::expression);
            changes.note(item, guarantee, &rules::GUARANTEE_MEASURED, (written(old), written(new)));
        }
    }
}

/// A trait without what it has from those that it extends, so that one change is told once.
fn own(policy: &Policy, name: &Name, of: &Trait) -> Trait {
    let mut own = of.clone();
    for above in of.ancestors.iter().filter(|above| *above != name).filter_map(|above| policy.traits.get(above)) {
        own.fields.retain(|name, field| above.fields.get(name) != Some(field));
        own.guarantees.retain(|name, guarantee| above.guarantees.get(name) != Some(guarantee));
        own.measurements.retain(|name, ty| above.measurements.get(name) != Some(ty));
    }
    own
}

fn request<'p>(changes: &mut Changes<'_, 'p>, name: &Name, old: &'p RequestType, new: &'p RequestType) {
    let item = (Kind::Request, name);
    let by_name = |of: &RequestType| of.fields.iter().map(|field| (field.name.clone(), field.clone())).collect();
    fields(changes, item, &by_name(old), &by_name(new), &OF_REQUESTS);
    let kept = |of: &RequestType, other: &RequestType| -> Vec<Name> {
        let names = of.fields.iter().map(|field| field.name.clone());
        names.filter(|name| other.fields.iter().any(|field| field.name == *name)).collect()
    };
    let (before, after) = (kept(old, new), kept(new, old));
    if before != after {
        changes.note(item, "", &rules::REQUEST_FIELD_ORDER, (Some(before.join(", ")), Some(after.join(", "))));
    }
    invariants(changes, item, &old.invariants, &new.invariants);
}

fn invariants<'p>(changes: &mut Changes<'_, 'p>, item: (Kind, &Name), old: &'p [Invariant], new: &'p [Invariant]) {
    let comparison = changes.comparison;
    let before = demand::of_conditions(&comparison.before, old.iter().map(|invariant| &invariant.condition));
    let after = demand::of_conditions(&comparison.after, new.iter().map(|invariant| &invariant.condition));
    let rule = match demand::step(&before, &after, comparison.policies()) {
        Step::Same => return,
        Step::Tighter => &rules::INVARIANT_TIGHTENED,
        Step::Looser => &rules::INVARIANT_LOOSENED,
        Step::Other => &rules::INVARIANT_CHANGED,
    };
    let written = |of: &[Invariant]| {
        let all: Vec<String> = of.iter().map(|invariant| spell::expression(&invariant.condition)).collect();
        (!all.is_empty()).then(|| all.join("; "))
    };
    let words = super::constraints::told((written(old), &before), (written(new), &after));
    changes.note(item, "invariant", rule, words);
}

fn signal(changes: &mut Changes<'_, '_>, name: &Name, old: &Signal, new: &Signal) {
    let written = |signal: &Signal| {
        let subject = signal.subject.as_ref().map_or(String::new(), |subject| format!("for {subject}"));
        let default = signal.default.as_ref().map_or(String::new(), |value| format!(" = {}", spell::value(value)));
        Some(format!("{subject}: {}{default}", signal.ty))
    };
    let comparison = changes.comparison;
    let was = old.default.as_ref().map(|value| comparison.before.value(value));
    let is = new.default.as_ref().map(|value| comparison.after.value(value));
    let rule = if (&old.subject, &old.ty) != (&new.subject, &new.ty) {
        &rules::SIGNAL_CHANGED
    } else if was != is {
        &rules::SIGNAL_DEFAULT_CHANGED
    } else {
        return;
    };
    changes.note((Kind::Signal, name), "", rule, (written(old), written(new)));
}

fn table(changes: &mut Changes<'_, '_>, name: &Name, old: Option<&Table>, new: Option<&Table>) {
    let item = (Kind::Table, name);
    let (old, new) = match (old, new) {
        (Some(old), Some(new)) => (old, new),
        _ => {
            let words = (
                old.map(|of| signature(changes.comparison.old, of)),
                new.map(|of| signature(changes.comparison.new, of)),
            );
            changes.note(item, "", &rules::TABLE_CHANGED, words);
            return;
        }
    };
    let comparison = changes.comparison;
    let (before, after) = (signature(comparison.old, old), signature(comparison.new, new));
    if before != after {
        changes.note(item, "", &rules::TABLE_CHANGED, (Some(before), Some(after)));
    }
    let rows = |normal: &super::Normal<'_>, table: &Table| -> BTreeMap<Value, Value> {
        table.rows.iter().map(|(key, row)| (normal.value(key), normal.value(row))).collect()
    };
    let (before, after) = (rows(&comparison.before, old), rows(&comparison.after, new));
    let mut keys: Vec<&Value> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let (was, is) = (before.get(key), after.get(key));
        let rule = match (was, is) {
            (Some(_), None) => &rules::ROW_REMOVED,
            (None, Some(_)) => &rules::ROW_ADDED,
            _ if was == is => continue,
            _ => &rules::ROW_CHANGED,
        };
        changes.note(item, &spell::value(key), rule, (was.map(spell::value), is.map(spell::value)));
    }
}

/// `Class -> { owner: string, note: string? }`
fn signature(policy: &Policy, table: &Table) -> String {
    let row = match &table.value {
        Type::Record(name) if name.ends_with("[]") => {
            let mut fields: Vec<String> = policy.records.get(name).into_iter().flatten().map(column).collect();
            fields.sort();
            format!("{{ {} }}", fields.join(", "))
        }
        other => other.to_string(),
    };
    format!("{} -> {row}", table.key)
}

fn column(field: &Field) -> String {
    format!("{}: {}", field.name, spell::field(field))
}

/// Definitions and constants: whoever uses them has changed by itself, and this says why.
fn named(changes: &mut Changes<'_, '_>) {
    let comparison = changes.comparison;
    for (name, old, new) in super::matched(&comparison.old.definitions, &comparison.new.definitions) {
        let written = |of: &Definition| format!("({}) = {}", of.params.join(", "), spell::expression(&of.body));
        let same = match (old, new) {
            (Some(old), Some(new)) => {
                let (was, is) = (comparison.before.body(old), comparison.after.body(new));
                let follows = |a, b| super::imply::follows(a, b, comparison.policies());
                old.params.len() == new.params.len() && (was == is || (follows(&was, &is) && follows(&is, &was)))
            }
            _ => false,
        };
        if !same {
            changes.note(
                (Kind::Definition, name),
                "",
                &rules::DEFINITION_CHANGED,
                (old.map(written), new.map(written)),
            );
        }
    }
    for (name, old, new) in super::matched(&comparison.old.constants, &comparison.new.constants) {
        let was = old.map(|value| value.as_ref().map(|value| comparison.before.value(value)));
        let is = new.map(|value| value.as_ref().map(|value| comparison.after.value(value)));
        let written = |value: &Option<Value>| value.as_ref().map_or("unknown".to_owned(), spell::value);
        if was != is {
            let words = (was.as_ref().map(written), is.as_ref().map(written));
            changes.note((Kind::Constant, name), "", &rules::CONSTANT_CHANGED, words);
        }
    }
}

/// Tests, by name, without where they stand.
pub fn tests(changes: &mut Changes<'_, '_>, old: &[Test], new: &[Test]) {
    let comparison = changes.comparison;
    let by_name = |tests: &[Test], normal: &super::Normal<'_>| -> BTreeMap<Name, String> {
        let one = |test: &Test| {
            let expected: Vec<&str> = test.expectations.iter().map(|e| &*e.text).collect();
            let signals = test.signals.iter().map(|(of, value)| (of, normal.value(value))).collect::<Vec<_>>();
            let at = test.now.map_or(String::new(), |now| format!(" at {now}"));
            let request = spell::value(&normal.value(&test.request));
            let signals = if signals.is_empty() { String::new() } else { format!(" signals {signals:?}") };
            (test.name.clone(), format!("route {} with {request}{at}{signals}; {}", test.route, expected.join("; ")))
        };
        tests.iter().map(one).collect()
    };
    let (before, after) = (by_name(old, &comparison.before), by_name(new, &comparison.after));
    for (name, old, new) in super::matched(&before, &after).filter(|(_, old, new)| old != new) {
        changes.note((Kind::Test, name), "", &rules::TEST_CHANGED, (old.cloned(), new.cloned()));
    }
}
