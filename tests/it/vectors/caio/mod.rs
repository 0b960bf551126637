//! What the CAIO router was documented to do, and what `rules/caio` does with the same contracts and requests.

#![expect(clippy::float_arithmetic, reason = "the measurements are binary fractions, and are compared as such")]

mod equation;
mod fields;
mod house;
mod invariants;
mod operations;
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

const REGISTRY: &str = "registering a service twice is a matter of the registry";
const SPELLING: &str = "a request has one spelling, that of its type; a gateway translates the others";
const EDGE: &str = "encryption and signatures belong to the edge, and the engine sees no secret";
const FALLBACK: &str = "a request holds fields, or terms that were measured; words in place of fields have no energy";
const DECIBEL: &str = "decibels are not added to shares: such a request is invalid";
const WEIGHTS: &str = "the weights are constants of the policy and sum to one; every route requires it";
const RAW: &str = "penalties are always normalised; dollars and milliseconds are never added";
const DRAW: &str = "ties are broken by name; a seeded draw is a term of a score, and has its own generator";
const CONFLICT: &str =
    "rules that nothing can satisfy together are a finding of `provost lint`, and not of reading them";
const ERROR_WORDS: &str = "a decision names the constraints that nobody passes, and not a stage by a sentence";
const SHAPE: &str = "the decision has its own documented shape, with a certificate in place of proofs";
const HASH: &str = "a decision is known by its own digest; the hash of the original covers a shape that is not ours";
const HTTP: &str = "the front door, which answers with a status, is not built";

/// The reasons of what is not built, rather than otherwise on purpose.
const NOT_BUILT: &[&str] = &[REGISTRY, EDGE, HTTP];

/// What differs on purpose or is not built, each with the reason.
const ON_PURPOSE: &[(&str, &str)] = &[
    ("contract-duplicate-register", REGISTRY),
    ("match-requirement-spellings", SPELLING),
    ("match-requirement-list", SPELLING),
    ("rule-conflict-detected", CONFLICT),
    ("rule-order-irrelevant", "a package has no order of rules: the tests of laws deal the items of packages anew"),
    ("rule-all-filtered-error", ERROR_WORDS),
    (
        "rule-m365-domain",
        "the registry of the measurement has no contracts; the rule `domain` is tested in the package",
    ),
    ("sec-integrity-roundtrip", EDGE),
    ("sec-result-signature-bad", EDGE),
    ("modes-fallback-intent", FALLBACK),
    ("modes-fallback-trait", FALLBACK),
    ("score-min", "a service that is certain to do harm serves nobody; the package tests what is next to it"),
    ("score-q-db-overflow", DECIBEL),
    ("score-unit-weights", WEIGHTS),
    ("select-llm-raw-units", RAW),
    ("tie-seeded-hash", DRAW),
    ("tie-seeded-hash-seed1", DRAW),
    ("tie-python-reference", DRAW),
    ("eq-1-5-alternative", "the older equation rests on a history of reliability, which no contract states"),
    ("traits-all-fail-error", ERROR_WORDS),
    ("control-in-decision", SHAPE),
    ("violation-http-legacy", HTTP),
    ("pipe-trace-fields", SHAPE),
    (
        "pipe-invalid-proof-rejected",
        "an invalid certificate is refused by `provost verify`; a decision is made before it is proved",
    ),
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
                "03" => stages::rules(&house, input, expect),
                "04" => stages::security(&house, input, expect),
                "05" => fields::fields(&house, input, expect),
                "06" => equation::scoring(&house, input, expect),
                "07" => fields::traits_and_control(&house, input, expect),
                "08" => equation::guarantees(&house, input, expect),
                _ => stages::pipeline(&house, input, expect),
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
