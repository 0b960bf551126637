//! What the CAIO router was documented to do, and what `rules/caio` does with the same contracts and requests.

#![expect(clippy::float_arithmetic, reason = "the measurements are binary fractions, and are compared as such")]

mod equation;
mod fields;
pub mod house;
mod invariants;
mod operations;
mod phases;
pub mod rules;
mod stages;

use super::Apart;
use house::House;
use serde_json::Value as Json;

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
const HTTP: &str = "the front door, which answers with a status, is not built";

/// The reasons of what is not built, rather than otherwise on purpose.
const NOT_BUILT: &[&str] = &[HTTP];

/// What differs on purpose or is not built, each with the reason.
const ON_PURPOSE: &[(&str, &str)] = &[
    ("modes-fallback-intent", FALLBACK),
    ("modes-fallback-trait", FALLBACK),
    (
        "score-min",
        "a service that is certain to do harm serves nobody; the test of the anchors takes that constraint away, and finds -0.7",
    ),
    ("score-q-db-overflow", DECIBEL),
    ("score-unit-weights", WEIGHTS),
    ("select-llm-raw-units", RAW),
    ("tie-python-reference", DRAW),
    ("violation-http-legacy", HTTP),
    ("pipe-trace-fields", TRACE),
];

/// Why a measurement is not met, where that is known.
fn reason(id: &str) -> Option<Apart> {
    let (_, reason) = ON_PURPOSE.iter().find(|(known, _)| *known == id)?;
    Some(if NOT_BUILT.contains(reason) { Apart::NotBuilt(reason) } else { Apart::OnPurpose(reason) })
}

#[test]
fn contracts_and_requests_of_the_router_are_decided_as_documented() {
    let house = House::open();
    let mut tally = super::Tally::default();
    let mut seen = 0;
    for file in FILES {
        let Some(text) = super::text(&format!("caio/{file}.json")) else { return };
        let json: Json = serde_json::from_str(&text).unwrap();
        for vector in json["vectors"].as_array().unwrap() {
            let id = vector["id"].as_str().unwrap();
            let (input, expect) = (&vector["input"], &vector["expect"]);
            if file.starts_with("10") {
                let (met, apart) = operations::operations(&house, input, expect);
                tally.count(file, id, met, apart);
                continue;
            }
            let met = match &file[..2] {
                "01" => stages::contract(&house, input, expect),
                "02" => stages::matching(&house, input, expect),
                "03" => rules::rules(&house, input, expect),
                "04" => stages::security(&house, input, expect),
                "05" => fields::fields(&house, input, expect),
                "06" => equation::scoring(&house, input, expect),
                "07" => fields::traits_and_control(&house, input, expect),
                "08" => equation::guarantees(&house, input, expect),
                _ => phases::pipeline(&house, input, expect),
            };
            tally.count(file, id, met, reason(id));
            seen += usize::from(reason(id).is_some());
        }
    }
    println!("trace hashes are not compared: {HASH}");
    assert_eq!(seen, ON_PURPOSE.len(), "a reason is given for a measurement that is not there");
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
