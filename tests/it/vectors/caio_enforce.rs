//! Enforcement, against what a predecessor was measured to do with results.

use std::collections::BTreeMap;

use provost::base::words::Direction;
use provost::base::{Decimal, Name};
use provost::enforce::{Promise, enforce};
use provost::value::{Type, Unit, Value};
use serde_json::Value as Json;

/// What differs on purpose, and why.
const ON_PURPOSE: &[(&str, &str)] = &[(
    "verify-missing-measurements",
    "what was not measured has no value; the predecessor gives a missing accuracy the value 0, and the verdict is the same",
)];

/// Measurements of other things than the check of a result.
const ELSEWHERE: &[&str] = &["compose-", "violation-"];

#[test]
fn results_are_held_against_promises_as_was_measured() {
    let Some(text) = super::text("caio/08_guarantees.json") else { return };
    let file: Json = serde_json::from_str(&text).unwrap();
    let mut tally = super::Tally::default();
    for vector in file["vectors"].as_array().unwrap() {
        let id = vector["id"].as_str().unwrap();
        if ELSEWHERE.iter().any(|start| id.starts_with(start)) {
            continue;
        }
        let (kind, met) = match id.starts_with("verify-") {
            true => ("verification", verification(&vector["input"], &vector["expect"])),
            false => ("kinds of guarantees", thesis(&vector["input"], &vector["expect"])),
        };
        let on_purpose = ON_PURPOSE.iter().find(|(known, _)| *known == id).map(|(_, reason)| *reason);
        tally.count(kind, id, met, on_purpose);
    }
    tally.finish("enforcement");
}

/// The numbers of the file are decimals as they are written; a latency is in milliseconds.
fn number(json: &Json) -> Decimal {
    json.as_number().unwrap().to_string().parse().unwrap()
}

fn plain(json: &Json) -> Value {
    Value::Number(number(json), Unit::Plain)
}

fn promise(name: &str, direction: Direction, bound: Value) -> Promise {
    Promise { name: Name::from(name), ty: Type::Decimal, direction: Some(direction), bound: Some(bound) }
}

fn verification(input: &Json, expect: &Json) -> Result<(), String> {
    let promises: Vec<Promise> = input["guarantees"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, guarantee)| match (guarantee["bound"].get("min"), guarantee["bound"].get("max")) {
            (Some(min), _) => promise(name, Direction::AtLeast, plain(min)),
            (_, max) => promise(name, Direction::AtMost, plain(max.unwrap())),
        })
        .collect();
    let results = input["result"].as_object().unwrap().iter();
    let measured: BTreeMap<Name, Value> =
        results.map(|(name, value)| (Name::from(name.trim_end_matches("_ms")), plain(value))).collect();
    let outcome = enforce(&promises, &measured);
    if Json::from(outcome.met()) != expect["all_guarantees_met"] {
        return Err(format!("all promises kept: {}", outcome.met()));
    }
    for judged in &outcome.judged {
        let proof = &expect["proofs"][&*judged.name];
        let value = match &proof["value"] {
            Json::Null => None,
            value => Some(plain(value)),
        };
        if Json::from(judged.met) != proof["met"] || judged.bound != plain(&proof["bound"]) || judged.value != value {
            return Err(format!("{judged:?} and not {proof}"));
        }
    }
    match outcome.judged.len() == expect["proofs"].as_object().unwrap().len() {
        true => Ok(()),
        false => Err("not every promise is spoken of".to_owned()),
    }
}

/// The special kinds of guarantees are bounds on what is measured.
fn thesis(input: &Json, expect: &Json) -> Result<(), String> {
    let bound = |text: &str| Value::Number(text.parse().unwrap(), Unit::Plain);
    let promises = match input["guarantee"].as_str().unwrap() {
        // The bound is 1e-12, which is finer than the grid of decimals: what is not 0 there is beyond it.
        "energy_conservation" => vec![promise("deviation", Direction::AtMost, bound("0"))],
        "capacity_margin" => vec![promise("p99_margin", Direction::AtLeast, bound("1.3"))],
        "pde_stability" => vec![promise("max_gain", Direction::AtMost, bound("0.98"))],
        "aead_exact_recall" => vec![
            promise("pass_rate", Direction::AtLeast, bound("1")),
            promise("integrity_failures", Direction::AtMost, bound("0")),
        ],
        other => return Err(format!("`{other}` is no kind of guarantee that is known here")),
    };
    let raw = &input["measured"];
    let mut measured: BTreeMap<Name, Value> =
        raw.as_object().unwrap().iter().map(|(name, value)| (Name::from(name.as_str()), plain(value))).collect();
    if let (Some(before), Some(after)) = (raw.get("energy_in"), raw.get("energy_out")) {
        let deviation = number(before).sub(number(after)).unwrap().abs();
        measured.insert(Name::from("deviation"), Value::Number(deviation, Unit::Plain));
    }
    match Json::from(enforce(&promises, &measured).met()) == expect["met"] {
        true => Ok(()),
        false => Err(format!("{:?}", enforce(&promises, &measured))),
    }
}
