//! The public form of an outcome.

use serde_json::{Map, Value as Json, json};

use super::{Judged, Outcome};

/// The schema of an outcome as the command line writes it.
pub const SCHEMA: &str = "provost.enforcement/1";

/// An outcome, as logs hold it too: whether all was kept, each promise, and what was measured besides.
pub fn outcome(outcome: &Outcome) -> Json {
    let judged = |judged: &Judged| {
        json!({
            "guarantee": &*judged.name,
            "relation": judged.relation.word(),
            "bound": judged.bound.to_string(),
            "value": judged.value.as_ref().map(ToString::to_string),
            "met": judged.met,
        })
    };
    let unpromised: Map<String, Json> =
        outcome.unpromised.iter().map(|(name, value)| (name.to_string(), Json::from(value.to_string()))).collect();
    json!({
        "met": outcome.met(),
        "guarantees": outcome.judged.iter().map(judged).collect::<Vec<_>>(),
        "unpromised": unpromised,
    })
}
