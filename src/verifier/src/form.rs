//! The form of policy and contracts, to the last key: what is written twice, in another order, or under a name that the pages
//! do not give is refused, so that two verifiers cannot read one document in two ways.

use std::collections::BTreeSet;

use crate::json::Json;
use crate::members::{Checked, list, member, names, object, refuse, text};

const POLICY: [&str; 11] = [
    "constants",
    "definitions",
    "enums",
    "records",
    "requests",
    "routes",
    "schema",
    "signals",
    "tables",
    "traits",
    "waivers",
];
const ROUTE: [&str; 6] = ["constraints", "edges", "request", "roles", "scores", "stages"];
/// The keys that a route has only where there is something behind them.
const WHERE_USED: [&str; 3] = ["outputs", "phases", "ties"];
const CONSTRAINT: [&str; 10] =
    ["annotations", "because", "clauses", "name", "protected", "rule", "scope", "unless", "waivers", "when"];
/// How a promise may be composed, and which way it bounds.
const COMPOSED: [&str; 6] = ["and", "max", "min", "or", "product", "sum"];
const DIRECTIONS: [&str; 2] = ["at least", "at most"];

/// Everything in the document that is neither claim nor step, and whose keys and order are stated.
pub fn check(document: &Json) -> Checked<()> {
    let policy = member(document, "policy")?;
    keys(policy, "policy", &POLICY)?;
    each(policy, "enums", |name, of| {
        keys(of, name, &["members", "ordered"])?;
        distinct(name, names(of, "members")?)
    })?;
    each(policy, "records", fields_of)?;
    each(policy, "traits", trait_)?;
    each(policy, "requests", |name, of| {
        keys(of, name, &["fields", "invariants"])?;
        fields_of(name, member(of, "fields")?)?;
        invariants(name, of)
    })?;
    each(policy, "signals", |name, of| keys(of, name, &["default", "for", "type"]))?;
    each(policy, "tables", |name, of| keys(of, name, &["key", "rows", "value"]))?;
    each(policy, "definitions", |name, of| {
        keys(of, name, &["body", "params"])?;
        distinct(name, names(of, "params")?)
    })?;
    each(policy, "routes", route)?;
    each(policy, "waivers", |name, of| keys(of, name, &["approved_by", "because", "rule", "until", "when"]))?;
    each(document, "services", |name, of| {
        keys(of, name, &["accepts", "traits", "values"])?;
        ascending(name, names(of, "traits")?)?;
        list(of, "accepts")?.iter().try_for_each(|accept| keys(accept, name, &["because", "condition", "request"]))
    })?;
    keys(member(document, "request")?, "request", &["type", "value"])
}

fn each(json: &Json, key: &str, check: impl Fn(&str, &Json) -> Checked<()>) -> Checked<()> {
    object(json, key)?.iter().try_for_each(|(name, item)| check(name, item))
}

fn keys(json: &Json, of: &str, expected: &[&str]) -> Checked<()> {
    if json.has_keys(expected) {
        return Ok(());
    }
    refuse("form", format!("`{of}` does not have exactly the keys `{}`", expected.join("`, `")))
}

fn ascending(of: &str, names: Vec<String>) -> Checked<()> {
    if names.is_sorted_by(|a, b| a < b) {
        return Ok(());
    }
    refuse("form", format!("`{of}` has names that are repeated or out of order"))
}

fn distinct(of: &str, names: Vec<String>) -> Checked<()> {
    let mut seen = BTreeSet::new();
    match names.into_iter().find(|name| !seen.insert(name.clone())) {
        Some(name) => refuse("form", format!("`{of}` has `{name}` twice")),
        None => Ok(()),
    }
}

/// The names of the items of a list, each of which has just these keys.
fn named(of: &str, json: &Json, expected: &[&str]) -> Checked<Vec<String>> {
    let Some(items) = json.list() else { return refuse("form", format!("`{of}` has something that should be a list")) };
    let name = |item: &Json| {
        keys(item, of, expected)?;
        text(item, "name").map(str::to_owned)
    };
    items.iter().map(name).collect()
}

const FIELD: [&str; 4] = ["default", "name", "optional", "type"];

fn fields_of(of: &str, json: &Json) -> Checked<()> {
    distinct(of, named(of, json, &FIELD)?)
}

fn invariants(of: &str, json: &Json) -> Checked<()> {
    list(json, "invariants")?.iter().try_for_each(|invariant| keys(invariant, of, &["because", "condition"]))
}

fn trait_(name: &str, of: &Json) -> Checked<()> {
    match of.get("measured") {
        Some(Json::Object(measured)) if measured.is_empty() => {
            return refuse("form", format!("nothing of `{name}` is measured, and then the key `measured` is absent"));
        }
        Some(_) => keys(of, name, &["ancestors", "fields", "guarantees", "invariants", "measured"])?,
        None => keys(of, name, &["ancestors", "fields", "guarantees", "invariants"])?,
    }
    let ancestors = names(of, "ancestors")?;
    if !ancestors.iter().any(|ancestor| ancestor == name) {
        return refuse("form", format!("the ancestors of `{name}` are without itself"));
    }
    ascending(name, ancestors)?;
    ascending(name, named(name, member(of, "fields")?, &FIELD)?)?;
    each(of, "guarantees", |promise, of| {
        match of.get("measured_as") {
            Some(_) => keys(of, promise, &["composes_by", "direction", "measured_as", "type"])?,
            None => keys(of, promise, &["composes_by", "direction", "type"])?,
        }
        one_of(of, "composes_by", &COMPOSED)?;
        one_of(of, "direction", &DIRECTIONS)
    })?;
    invariants(name, of)
}

/// A word of these, or `null`.
fn one_of(json: &Json, key: &str, words: &[&str]) -> Checked<()> {
    match member(json, key)? {
        Json::Null => Ok(()),
        Json::Text(word) if words.contains(&word.as_str()) => Ok(()),
        _ => refuse("form", format!("`{key}` is none of `{}`", words.join("`, `"))),
    }
}

fn route(name: &str, of: &Json) -> Checked<()> {
    let used: Vec<&str> = WHERE_USED.into_iter().filter(|key| of.get(key).is_some()).collect();
    for key in &used {
        let none = match of.get(key) {
            Some(Json::Object(entries)) => entries.is_empty(),
            Some(Json::List(items)) => items.is_empty(),
            _ => false,
        };
        if none {
            return refuse("form", format!("`{name}` has no {key}, and then the key `{key}` is absent"));
        }
    }
    let mut expected: Vec<&str> = ROUTE.into_iter().chain(used).collect();
    expected.sort_unstable();
    keys(of, name, &expected)?;
    let roles = named(name, member(of, "roles")?, &["hi", "list", "lo", "name", "trait"])?;
    each(of, "scores", |role, terms| {
        if !roles.iter().any(|declared| declared == role) {
            return refuse("form", format!("`{name}` scores `{role}`, which is no role"));
        }
        distinct(role, named(role, terms, &["name", "value", "when"])?)
    })?;
    if of.get("ties").is_some() {
        each(of, "ties", |role, keys| match keys.list() {
            Some([_, ..]) if roles.iter().any(|declared| declared == role) => Ok(()),
            _ => refuse("form", format!("`{name}` breaks ties of `{role}`, which is no role, or by no key")),
        })?;
    }
    distinct(name, roles)?;
    distinct(name, names(of, "stages")?)?;
    if !list(of, "edges")?.is_sorted_by(|a, b| a < b) {
        return refuse("form", format!("`{name}` has edges that are repeated or out of order"));
    }
    ascending(name, named(name, member(of, "constraints")?, &CONSTRAINT)?)?;
    for constraint in list(of, "constraints")? {
        let name = text(constraint, "name")?;
        distinct(name, names(constraint, "scope")?)?;
        ascending(name, names(constraint, "waivers")?)?;
    }
    if of.get("phases").is_some() { phases(name, of) } else { Ok(()) }
}

/// Each constraint of a route, and what services accept, stands in one of its phases, so that a story told by them is whole.
fn phases(name: &str, of: &Json) -> Checked<()> {
    let phases = member(of, "phases")?;
    distinct(name, named(name, phases, &["because", "constraints", "name"])?)?;
    let (mut told, mut silent) = (Vec::new(), 0);
    for phase in list(of, "phases")? {
        if !matches!(member(phase, "because")?, Json::Null | Json::Text(_)) {
            return refuse("form", format!("`{name}` has a phase whose `because` is no text"));
        }
        let constraints = names(phase, "constraints")?;
        silent += usize::from(constraints.is_empty());
        told.extend(constraints);
    }
    if silent > 1 {
        return refuse("form", format!("`{name}` has more than one phase without constraints"));
    }
    let mut all = vec!["accept".to_owned()];
    for constraint in list(of, "constraints")? {
        all.push(text(constraint, "name")?.to_owned());
    }
    told.sort();
    all.sort();
    if told == all { Ok(()) } else { refuse("form", format!("`{name}` does not tell each constraint in one phase")) }
}
