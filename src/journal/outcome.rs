//! The entry that records what enforcing a decision came to.

use serde_json::{Value as Json, json};

use super::mask;

/// The schema of such an entry.
pub const ENTRY: &str = "provost.log-outcome/1";
/// The key of what it records.
pub const OUTCOME: &str = "outcome";
/// The keys of such an entry, sorted.
pub(super) const KEYS: &[&str] = &["entry", "now", OUTCOME, "previous", "route", "schema", "sequence"];
/// The keys of what it records, sorted.
const PARTS: &[&str] = &["certificate", "decision", "guarantees", "met", "unpromised"];
/// The keys of one guarantee, sorted; besides, `measured` where its value follows from measurements, and `why` where none does.
const GUARANTEE: &[&str] = &["bound", "guarantee", "met", "relation", "value"];

/// What an entry records: the outcome as `enforce` writes it, with the decision it is about and the digest of its certificate.
pub fn of(decision: &str, certificate: Option<&str>, outcome: &Json) -> Json {
    let mut of = outcome.clone();
    if let Json::Object(map) = &mut of {
        map.insert("decision".to_owned(), Json::from(decision));
        map.insert("certificate".to_owned(), Json::from(certificate));
    }
    of
}

/// Whether an entry records an outcome, and not a decision.
pub fn is_outcome(entry: &Json) -> bool {
    entry.get(OUTCOME).is_some()
}

/// What a masked entry still says of an outcome: whether every promise was kept. Bounds are computed from the request, and so is the
/// identity of the decision; what was measured may tell what was asked.
pub(super) fn shown(outcome: &Json) -> Json {
    json!({ "met": outcome.get("met") })
}

/// An outcome in a few words: `enforced: 2 of 3 met`.
pub fn brief(outcome: &Json) -> String {
    let met = |of: &Json| of.get("met") == Some(&Json::Bool(true));
    match outcome.get("guarantees").and_then(Json::as_array) {
        Some(all) => format!("enforced: {} of {} met", all.iter().filter(|one| met(one)).count(), all.len()),
        None if met(outcome) => "enforced: all met".to_owned(),
        None => "enforced: not all met".to_owned(),
    }
}

/// Whether this names at least one measurement, each with its spelling or `null` where it is missing.
fn spelled(from: &serde_json::Map<String, Json>) -> bool {
    !from.is_empty() && from.values().all(|value| value.is_string() || value.is_null())
}

/// What is wrong with such an entry. Nobody who appends writes one like it.
pub(super) fn inconsistent(entry: &Json) -> Option<&'static str> {
    let outcome = entry.get(OUTCOME).unwrap_or(&Json::Null);
    let keys = |of: &Json| -> Vec<String> { of.as_object().into_iter().flat_map(|o| o.keys()).cloned().collect() };
    if mask::is_masked(entry) {
        if mask::leaves(entry).is_empty() {
            return Some("it is masked in part only");
        }
        let says_more = keys(outcome) != ["masked", "met"] || !outcome.get("met").is_some_and(Json::is_boolean);
        return says_more.then_some("its outcome says more than a masked one may");
    }
    let guarantees = outcome.get("guarantees").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let met = |of: &Json| of.get("met").and_then(Json::as_bool);
    let sound = |one: &Json| {
        let measured = one.get("value").is_some_and(Json::is_string);
        let derived = one.get("measured").is_none_or(|from| from.as_object().is_some_and(spelled));
        let why = one.get("why").is_none_or(|why| why.is_string() && !measured && one.get("measured").is_some());
        let mut own = keys(one);
        own.retain(|key| !["measured", "why"].contains(&key.as_str()));
        own == GUARANTEE && derived && why && met(one).is_some_and(|met| measured || !met)
    };
    if keys(outcome) != PARTS || !outcome.get("guarantees").is_some_and(Json::is_array) || !guarantees.iter().all(sound)
    {
        return Some("its outcome has another form");
    }
    let all = guarantees.iter().all(|one| met(one) == Some(true));
    (met(outcome) != Some(all)).then_some("its outcome is another one than that of its guarantees")
}
