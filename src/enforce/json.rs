//! The public form of an outcome.

use serde_json::{Map, Value as Json, json};

use super::{Judged, Outcome};
use crate::value::Value;

/// The schema of an outcome as the command line writes it.
pub const SCHEMA: &str = "provost.enforcement/1";

/// An outcome, as logs hold it too: whether all was kept, each promise, and what was measured besides.
pub fn outcome(outcome: &Outcome) -> Json {
    let judged = |judged: &Judged| {
        let spelled = |value: &Option<Value>| Json::from(value.as_ref().map(ToString::to_string));
        let mut json = json!({
            "guarantee": &*judged.name,
            "relation": judged.relation.word(),
            "bound": judged.bound.to_string(),
            "value": spelled(&judged.value),
            "met": judged.met,
        });
        if let (Json::Object(json), false) = (&mut json, judged.from.is_empty()) {
            let from = judged.from.iter().map(|(name, value)| (name.to_string(), spelled(value)));
            json.insert("measured".to_owned(), Json::Object(from.collect()));
            json.extend(judged.why.clone().map(|why| ("why".to_owned(), Json::from(why))));
        }
        json
    };
    let unpromised: Map<String, Json> =
        outcome.unpromised.iter().map(|(name, value)| (name.to_string(), Json::from(value.to_string()))).collect();
    json!({
        "met": outcome.met(),
        "guarantees": outcome.judged.iter().map(judged).collect::<Vec<_>>(),
        "unpromised": unpromised,
    })
}
