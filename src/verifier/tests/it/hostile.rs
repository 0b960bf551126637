//! Hostile input is refused quickly, with a reason, whatever it is.

use std::time::{Duration, Instant};

use provost_verifier::verify;
use serde_json::{Value, json};

use crate::samples::Sample;

fn refused_quickly(what: &str, bytes: &[u8]) -> String {
    let start = Instant::now();
    let refusal = verify(bytes).expect_err(what);
    assert!(start.elapsed() < Duration::from_secs(20), "{what} took {:?}", start.elapsed());
    assert_ne!(refusal.step, "limits of the verifier", "{what}");
    println!("{what}: {refusal}");
    refusal.to_string()
}

#[test]
fn what_is_no_document_is_refused() {
    refused_quickly("nothing", b"");
    refused_quickly("no text", &[0xff; 1000]);
    refused_quickly("zeros", &[0; 1000]);
    refused_quickly("deep lists", "[".repeat(1_000_000).as_bytes());
    refused_quickly("deep objects", "{\"a\":".repeat(1_000_000).as_bytes());
    refused_quickly("many values", format!("[{}0]", "0,".repeat(20_000_000)).as_bytes());
    refused_quickly("a long number", "9".repeat(1_000_000).as_bytes());
    refused_quickly("a fraction", b"{\"a\":0.5}");
    refused_quickly("an exponent", b"{\"a\":1e999999999}");
    refused_quickly("a lone surrogate", b"\"\\ud800\"");
    refused_quickly("an open string", b"\"abc");
    refused_quickly("an open escape", b"\"\\");
    refused_quickly("a cut escape", b"\"\\u00");
    refused_quickly("a cut character", &[b'"', b'\\', b'u', 0xc3, 0xa9, b'"']);
}

/// A policy of the sample in which everybody must satisfy this condition.
fn with_condition(condition: Value, definitions: Value) -> String {
    let mut sample = Sample::waived();
    sample.document["policy"]["definitions"] = definitions;
    sample.document["policy"]["routes"]["solo"]["constraints"][0]["clauses"][0][1] = condition;
    sample.rehash();
    sample.bytes()
}

#[test]
fn conditions_that_explode_are_refused() {
    let nested = (0..350).fold(json!(["literal", { "bool": true }]), |inner, _| json!(["not", inner]));
    let bytes = with_condition(nested, json!({}));
    assert!(verify(bytes.as_bytes()).is_err());
    let deeper = (0..2000).fold(String::from("[\"request\"]"), |inner, _| format!("[\"not\",{inner}]"));
    let bytes = with_condition(json!("@"), json!({})).replacen("\"@\"", &deeper, 1);
    refused_quickly("a condition nested too deeply", bytes.as_bytes());

    let call = |name: &str| json!(["call", name, ["variable", "x"]]);
    let cycle = json!({ "f": { "params": ["x"], "body": call("f") } });
    let of_true = |name: &str| json!(["call", name, ["literal", { "bool": true }]]);
    refused_quickly("a definition of itself", with_condition(of_true("f"), cycle).as_bytes());

    let doubled = |word: &str| {
        let mut definitions = json!({ "f0": { "params": ["x"], "body": ["variable", "x"] } });
        for i in 1..100 {
            let inner = call(&format!("f{}", i - 1));
            definitions[format!("f{i}")] = json!({ "params": ["x"], "body": [word, inner, inner] });
        }
        definitions
    };
    refused_quickly("calls that double", with_condition(of_true("f99"), doubled("and")).as_bytes());
    let growing = |word: &str| {
        let mut definitions = json!({ "f0": { "params": ["x"], "body": ["variable", "x"] } });
        for i in 1..100 {
            let inner = json!([word, ["variable", "x"], ["variable", "x"]]);
            definitions[format!("f{i}")] = json!({ "params": ["x"], "body": ["call", format!("f{}", i - 1), inner] });
        }
        definitions
    };
    refused_quickly("texts that double", with_condition(of_true("f99"), growing("interpolate")).as_bytes());
    refused_quickly("lists that double", with_condition(of_true("f99"), growing("list")).as_bytes());
}

#[test]
fn expressions_out_of_place_are_refused() {
    let text = json!(["literal", { "text": "a" }]);
    for (what, condition) in [
        ("a word that is none", json!(["perhaps", text])),
        ("operands that are missing", json!(["=="])),
        ("no array", json!("x")),
        ("an empty array", json!([])),
        ("a text for a truth", text.clone()),
        ("two kinds compared", json!(["<", text, ["now"]])),
        ("text plus text", json!(["+", text, text])),
        ("an unbound variable", json!(["variable", "x"])),
        ("no such constant", json!(["constant", "x"])),
        ("no such role", json!(["==", ["role", "x"], ["role", "x"]])),
        ("no such table", json!(["row", "x", text])),
        ("no such signal", json!(["signal", "x"])),
        ("no such definition", json!(["call", "x"])),
        ("elements of a text", json!(["all", "x", text, ["variable", "x"]])),
        ("a literal that is none", json!(["literal", { "int": "1.5" }])),
        ("a number out of range", json!(["==", ["literal", { "decimal": "1000000000000000000000" }], ["now"]])),
        ("a set out of order", json!(["in", ["now"], ["literal", { "set": [{ "int": "2" }, { "int": "1" }] }]])),
        ("a pattern that runs away", json!(["matches", text, "a", [["jump", 0]]])),
    ] {
        refused_quickly(what, with_condition(condition, json!({})).as_bytes());
    }
}

#[test]
fn ranges_and_numbers_out_of_place_are_refused() {
    for (place, value) in [
        ("/steps/3/branches/0/refuted/0/0", json!([[0, i64::MAX]])),
        ("/steps/3/branches/0/refuted/0/0", json!([[i64::MIN, i64::MAX]])),
        ("/steps/3/branches/0/refuted/0/0", json!([[1, 0]])),
        ("/steps/3/branches/0/refuted/0/0", json!([[0, 0], [0, 0]])),
        ("/steps/3/branches/0/chosen", json!(-1)),
        ("/steps/0/candidates", json!(i64::MAX)),
        ("/policy/routes/ask/roles/2/hi", json!(i64::MAX)),
        ("/policy/routes/ask/roles/2/lo", json!(i64::MAX)),
        ("/policy/routes/ask/roles/2/lo", json!(-1)),
        ("/policy/routes/ask/roles/0/hi", json!(0)),
    ] {
        let mut sample = Sample::routed();
        *sample.document.pointer_mut(place).unwrap() = value;
        sample.rehash();
        refused_quickly(place, sample.bytes().as_bytes());
    }
}
