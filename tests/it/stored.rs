//! Laws of stored documents: what is written is read back and written as the same bytes, and what is not written so is
//! refused with its path.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use provost::base::canonical;
use provost::cli::disk::Disk;
use provost::ir::{self, Policy, Services};
use provost::package;
use provost::route::{self, json};
use provost::stored::{self, Names};
use provost::{plan, proof};
use serde_json::{Value as Json, json};

use crate::oracle::certified;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What is wrong with reading back what is written of a policy and its services.
fn there_and_back(policy: &Policy, services: &Services) -> Result<(), String> {
    let (written, stated) = (ir::json::policy(policy), ir::json::services(services));
    let read = stored::policy(&written).map_err(|e| e.to_string())?;
    let of = stored::services(&stated, &read).map_err(|e| e.to_string())?;
    let same = |a: &Json, b: &Json| canonical::to_string(a) == canonical::to_string(b);
    match same(&ir::json::policy(&read), &written) && same(&ir::json::services(&of), &stated) {
        true => Ok(()),
        false => Err("what was read is written in other bytes".to_owned()),
    }
}

#[test]
fn every_package_of_the_tree_is_read_back() {
    let mut failed = Vec::new();
    let mut read = 0;
    let mut suites: Vec<PathBuf> = ["contracts", "rules"].iter().map(|folder| root().join(folder)).collect();
    suites.extend(std::fs::read_dir(root().join("tests/cases")).unwrap().map(|entry| entry.unwrap().path()));
    for suite in suites {
        for dir in std::fs::read_dir(suite).unwrap().map(|entry| entry.unwrap().path()).filter(|dir| dir.is_dir()) {
            let package = match dir.join("provost.toml").is_file() {
                true => package::open(&Disk, &dir),
                false => package::open(&crate::cases::world_of(&dir), Path::new(".")),
            };
            // The policy of a package with errors holds what could be checked, which need not hang together.
            if package.is_sound() {
                read += 1;
                let judged = there_and_back(&package.policy, &package.services);
                failed.extend(judged.err().map(|why| format!("{}: {why}", dir.display())));
            }
        }
    }
    println!("{read} packages");
    assert!(read > 20, "{read} packages");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_generated_certificate_is_decided_again_from_itself() {
    for seed in 0..400 {
        let document = certified(seed);
        let held = stored::certificate(&document).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        there_and_back(&held.policy, &held.services).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert_eq!(json::request(&held.inputs.request), document["request"], "seed {seed}");
        assert_eq!(json::signals(&held.inputs.signals), document["signals"], "seed {seed}");
        let plan = plan::plan(Arc::new(held.policy), Arc::new(held.services)).with_registered(held.registered);
        let (decision, trace) = route::decide_traced(&plan, &held.route, &held.inputs).unwrap();
        assert_eq!(decision.id(), held.decision_id, "seed {seed}");
        let again = proof::prove(&trace, &held.inputs, &decision).unwrap();
        assert_eq!(again, canonical::to_string(&document), "seed {seed}");
    }
}

/// A small policy with one definition and one constraint.
fn with(body: Json, condition: Json) -> Json {
    let mut policy = ir::json::policy(&Policy::default());
    policy["definitions"] = json!({ "d": { "params": [], "body": body } });
    policy["waivers"] = json!({ "w": {
        "rule": "r", "when": condition, "until": "2026-12-31", "approved_by": "a", "because": null,
    } });
    policy
}

fn refused(policy: &Json) -> String {
    stored::policy(policy).map(drop).unwrap_err().to_string()
}

#[test]
fn a_refusal_says_where() {
    let truth = || json!(["literal", { "bool": true }]);
    assert!(stored::policy(&with(truth(), truth())).is_ok());
    let cases = [
        (json!(["and", ["literal", { "int": "05" }]]), "waivers.w.when.1.1.int: `05` does not spell an integer"),
        (json!(["not"]), "waivers.w.when: there is no expression of this form"),
        (json!(["perhaps", truth()]), "waivers.w.when: there is no expression of this form"),
        (
            json!(["literal", { "set": [{ "int": "2" }, { "int": "1" }] }]),
            "waivers.w.when.1.set: the elements do not ascend, each once",
        ),
        (
            json!(["literal", { "member": ["E", "a"] }]),
            "waivers.w.when.1.member: the policy has no such member of an enum",
        ),
        (json!(["literal", { "decimal": 1 }]), "waivers.w.when.1.decimal: a text is needed"),
        (json!(["matches", truth(), "a", []]), "waivers.w.when: the program is not that of the pattern"),
        (
            json!(["fold", "count", { "variable": "x", "over": ["request"], "take": ["request"] }, null]),
            "waivers.w.when.2: the key `filter` is missing",
        ),
    ];
    for (condition, expected) in cases {
        assert_eq!(refused(&with(truth(), condition)), expected);
    }
    let mut policy = with(truth(), truth());
    policy["more"] = Json::Null;
    assert_eq!(refused(&policy), "the key `more` is not known");
    policy = with(truth(), truth());
    policy["constants"] = json!({ "c": { "record": [["a", null], ["a", null]] } });
    assert_eq!(refused(&policy), "constants.c.record: a name stands twice");
}

#[test]
fn hostile_documents_are_refused_and_do_no_harm() {
    let call = || json!(["call", "d"]);
    assert!(refused(&with(call(), call())).contains("deep"), "a definition that calls itself");
    let mut deep = json!(["now"]);
    for _ in 0..300 {
        deep = json!(["known", deep]);
    }
    assert!(refused(&with(deep, call())).contains("nested more than 256 deep"));
    let mut doubling = with(json!(["literal", { "bool": true }]), call());
    for i in 0..60 {
        let next = if i == 0 { json!(["now"]) } else { json!(["call", format!("d{}", i - 1)]) };
        doubling["definitions"][format!("d{i}")] = json!({ "params": [], "body": ["and", next, next] });
    }
    assert!(refused(&doubling).contains("an expression has more than 100000 nodes"));
    for i in 15..60 {
        doubling["definitions"].as_object_mut().unwrap().remove(&format!("d{i}"));
    }
    for i in 0..200 {
        doubling["waivers"][format!("w{i}")] = doubling["waivers"]["w"].clone();
        doubling["waivers"][format!("w{i}")]["when"] = json!(["call", "d14"]);
    }
    assert!(refused(&doubling).contains("all expressions together have more than"));
    for text in ["[".repeat(1_000_000), "{\"a\":".repeat(1_000_000), "\"".to_owned(), String::new(), "1 2".to_owned()] {
        assert!(stored::document(text.as_bytes()).is_err());
    }
    assert!(stored::document(br#"{"a":"\"[[[\\"}"#).is_ok());
}

#[test]
fn facts_are_read_as_strictly() {
    let names = Names::default();
    assert!(stored::signals(&json!({ "load": { "value": { "ratio": "0.4" } } }), &names).is_ok());
    let refused = |json: Json| stored::signals(&json, &names).unwrap_err().to_string();
    assert_eq!(refused(json!({ "load": { "ratio": "0.4" } })), "load: `services` or `value` is needed");
    assert_eq!(refused(json!({ "up": { "services": {}, "value": 1 } })), "up: the key `value` is not known");
    let service = json!({ "s": { "traits": ["B", "A"], "values": {}, "accepts": [] } });
    let refusal = stored::services(&service, &Policy::default()).unwrap_err();
    assert_eq!(refusal.to_string(), "s.traits: the elements do not ascend, each once");
}
