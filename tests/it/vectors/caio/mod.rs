//! What the CAIO router was documented to do, and what `rules/caio` does with the same contracts and requests.

#![expect(clippy::float_arithmetic, reason = "the measurements are binary fractions, and are compared as such")]

mod equation;
mod fields;
pub mod house;
mod invariants;
mod operations;
mod phases;
mod rows;
pub mod rules;
mod stages;

use super::Apart;
use house::House;
use serde_json::Value as Json;
use std::panic::{AssertUnwindSafe, catch_unwind};

const FILES: &[&str] = &[
    "01_contract_validation",
    "02_contract_matching",
    "03_rules",
    "04_security",
    "05_field_math",
    "06_scoring",
    "07_traits_control",
    "08_guarantees",
    "09_pipeline",
    "10_api_ops",
];

const FALLBACK: &str = "a request holds fields, or terms that were measured; words in place of fields have no energy";
const DECIBEL: &str = "decibels are not added to shares: such a request is invalid";
const WEIGHTS: &str = "the weights are constants of the policy and sum to one; every route requires it";
const RAW: &str = "penalties are always normalised; dollars and milliseconds are never added";
const DRAW: &str = "ties are drawn by the digest of seed and name, as the other two are; a Mersenne Twister is bound to one library, and what it \
                    draws depends on how many are tied";
const TRACE: &str = "the certificate and its proofs hold all of it under the names of the policy, but for `result`: what came back is \
     known after the decision, and `provost enforce --log` keeps it; `state` is the request, and `hash` covers the instant too";
const HASH: &str = "a decision is known by its own digest; the hash of the original covers a shape that is not ours";
const HARM: &str = "a service that is certain to do harm serves nobody; without that constraint the equation gives what is wanted, which is tried";
const SCALE: &str =
    "a word of trust has a level by the table of the package, `trust_scale`, and a caller brings no scale of its own";
const LIMITS: &str =
    "penalties without a limit are scaled by a usual price and latency: nobody's worth depends on who else is there";
const FINE: &str =
    "numbers have nine digits behind the point; a finer one is refused, and never rounded to one that keeps a promise";
const HTTP: &str = "the front door, which answers with a status, is not built";

/// What is expected that is compared, by file. Anything else that is expected is not passed over: its measurement fails.
const COMPARED: &[(&str, &[&str])] = &[
    (
        "01",
        &[
            "is_valid",
            "errors",
            "error_paths",
            "allowed",
            "normalised_capabilities",
            "all_normalise_to",
            "normalise_to",
            "types",
            "frequencies",
            "second",
        ],
    ),
    ("02", &["matches", "evidence", "all_normalise_to", "normalise_to"]),
    (
        "03",
        &[
            "satisfied",
            "per_rule",
            "kept",
            "dropped",
            "error",
            "code",
            "load_error",
            "rules",
            "same_result",
            "selected",
        ],
    ),
    (
        "04",
        &[
            "secure",
            "authentication",
            "authorization",
            "privacy",
            "trust",
            "access",
            "trust_valid",
            "error",
            "sha256",
            "hash_before_equals_after",
            "result_accepted",
        ],
    ),
    ("07", &["G", "satisfied", "error", "error_kind", "u_clamped", "energy", "bound_ok", "decision_has", "route_in"]),
    ("08", &["composed", "all_guarantees_met", "proofs", "met", "rerouted", "error"]),
    (
        "09",
        &[
            "candidates",
            "filtered",
            "secure",
            "trait_constrained",
            "scores",
            "selected",
            "objective_value",
            "guarantees",
            "proofs",
            "trace_hash",
            "error",
            "error_kind",
            "stage",
            "code",
            "routed",
            "first_error_stage",
        ],
    ),
];

/// Why a measurement of this shape is not met, where that is known.
fn reason(house: &House, file: &str, input: &Json, expect: &Json) -> Option<Apart> {
    let has = |of: &Json, keys: &[&str]| keys.iter().any(|key| of.get(key).is_some());
    match file {
        "04" if has(input, &["trust_level"])
            && input["scale"] != serde_json::json!({ "low": 2, "medium": 5, "high": 8 }) =>
        {
            Some(Apart::OnPurpose(SCALE))
        }
        "05" if has(expect, &["intent_modes", "trait_modes"]) => Some(Apart::OnPurpose(FALLBACK)),
        "06" if input["terms"]["W"].as_f64().is_some_and(|term| term.abs() > 1.0) => Some(Apart::OnPurpose(DECIBEL)),
        "06" if has(input, &["weights"]) && !equation::are_the_weights(&input["weights"]) => {
            Some(Apart::OnPurpose(WEIGHTS))
        }
        "06" if has(input, &["normalise_by"]) && input["normalise_by"].is_null() => Some(Apart::OnPurpose(RAW)),
        "06" if has(input, &["normalise_by"])
            && ["max_cost", "max_latency_ms"].iter().any(|limit| input["normalise_by"].get(*limit).is_none()) =>
        {
            Some(Apart::OnPurpose(LIMITS))
        }
        "06" if has(input, &["call"]) => Some(Apart::OnPurpose(DRAW)),
        "06" if equation::is_of_one_that_harms(house, input, expect) => Some(Apart::OnPurpose(HARM)),
        "08" if input["measured"].to_string().split([',', '}']).any(finer_than_decimals) => {
            Some(Apart::OnPurpose(FINE))
        }
        "08" if has(expect, &["http_status"]) => Some(Apart::NotBuilt(HTTP)),
        "09" if has(expect, &["fields", "constraint_keys"]) => Some(Apart::OnPurpose(TRACE)),
        _ => None,
    }
}

/// Whether a member of a map, as it is written, is a number with more digits behind the point than a decimal has.
fn finer_than_decimals(member: &str) -> bool {
    let number = member.rsplit(':').next().unwrap_or_default();
    number.split_once('.').is_some_and(|(_, behind)| behind.len() > 9)
}

/// Whether everything that is expected of a measurement is met.
fn met(house: &House, file: &str, input: &Json, expect: &Json) -> Result<(), String> {
    let compared = COMPARED.iter().find(|(known, _)| *known == file).map(|(_, keys)| *keys);
    // Contracts in several layouts are compared with each other, whatever that is called.
    let layouts = input.get("contracts").is_some() || input.get("nested").is_some();
    let known = |key: &str| layouts || compared.is_none_or(|keys| keys.contains(&key) || key.starts_with("INV-"));
    if let Some(key) = expect.as_object().into_iter().flat_map(|all| all.keys()).find(|key| !known(key)) {
        return Err(format!("`{key}` is expected, and is not compared"));
    }
    match file {
        "01" => stages::contract(house, input, expect),
        "02" => stages::matching(house, input, expect),
        "03" => rules::rules(house, input, expect),
        "04" => stages::security(house, input, expect),
        "05" => fields::fields(house, input, expect),
        "06" => equation::scoring(house, input, expect),
        "07" => fields::traits_and_control(house, input, expect),
        "08" => equation::guarantees(house, input, expect),
        _ => phases::pipeline(house, input, expect),
    }
}

#[test]
fn contracts_and_requests_of_the_router_are_decided_as_documented() {
    let house = House::open();
    let mut tally = super::Tally::default();
    for file in FILES {
        let Some(text) = super::text(&format!("caio/{file}.json")) else { return };
        let json: Json = serde_json::from_str(&text).unwrap();
        for vector in json["vectors"].as_array().unwrap() {
            let id = vector["id"].as_str().unwrap();
            let (input, expect) = (&vector["input"], &vector["expect"]);
            let number = &file[..2];
            // A measurement of a shape that nobody has seen yet fails by itself, and keeps no other from being tried.
            let tried = catch_unwind(AssertUnwindSafe(|| match number {
                "10" => operations::operations(&house, input, expect),
                _ => (met(&house, number, input, expect), reason(&house, number, input, expect)),
            }));
            let (met, apart) = tried.unwrap_or_else(|_| (Err("is of a shape that is not understood".to_owned()), None));
            tally.count(file, id, met, apart);
        }
    }
    println!("trace hashes are not compared: {HASH}");
    tally.finish("caio");
}

/// Whether two things are the same, in words where they are not.
fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, wanted: T) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what} is {found:?}, not {wanted:?}")) }
}

/// Whether a number is the one that is wanted, as far as the grid of decimals tells.
fn near(what: &str, found: f64, wanted: &Json) -> Result<(), String> {
    let wanted = wanted.as_f64().ok_or(format!("{what} has no wanted number"))?;
    if (found - wanted).abs() < 1e-6 { Ok(()) } else { Err(format!("{what} is {found}, not {wanted}")) }
}

/// The number of a spelled amount: `95%`, `$0.01`, `500ms`, `1.5s`.
fn amount(text: &str) -> Option<f64> {
    let plain = |text: &str| text.parse::<f64>().ok();
    if let Some(percent) = text.strip_suffix('%') {
        return Some(plain(percent)? / 100.0);
    }
    if let Some(seconds) = provost::base::calendar::parse_duration(text) {
        return Some(plain(&seconds.to_string())? * 1000.0);
    }
    plain(&text.replace('$', ""))
}
