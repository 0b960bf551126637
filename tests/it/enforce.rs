//! What a pipeline is measured by, and outcomes of enforcement in a log.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use provost::base::canonical;
use provost::enforce;
use provost::journal::{Entry, Head, check, outcome};
use provost::world::MemoryWorld;
use serde_json::{Value as Json, json};

#[test]
fn of_a_pipeline_is_measured_what_all_its_stages_measure_alike() {
    let source = r#"
        trait Mill { measured broken: int measured sacks: int
            guarantee intact: ratio at least, composes by min, measured as 1 - broken / sacks
            guarantee calm: ratio at least, composes by min, measured as 1 - broken / sacks }
        trait Sifter { measured broken: int measured sacks: int measured bags: int
            guarantee intact: ratio at least, composes by min, measured as 1 - broken / bags
            guarantee calm: ratio at least, composes by min, measured as 1 - broken / sacks }
        service "water" is Mill { intact >= 90% calm >= 90% }
        service "sieve" is Sifter { intact >= 90% calm >= 90% }
        request Work {}
        route chain for Work { mill: Mill sifter: Sifter stages mill then sifter }
    "#;
    let world = MemoryWorld::new("2026-11-21T00:00:00Z".parse().unwrap())
        .with("provost.toml", "[package]\nname = \"case\"\nedition = \"2026\"\nsources = [\".\"]\n")
        .with("a.provost", source);
    let package = provost::package::open(&world, Path::new("."));
    assert!(package.is_sound(), "{:#?}", package.diagnostics);
    let plan = provost::plan::plan(Arc::new(package.policy), Arc::new(package.services));
    let promises = enforce::promises(&plan, &"chain".into(), &BTreeMap::new()).unwrap();
    let measured: Vec<(&str, bool)> = promises.iter().map(|of| (&*of.name, of.derivation.is_some())).collect();
    assert_eq!(measured, [("calm", true), ("intact", false)]);
}

/// What somebody does to an outcome.
type Edit = fn(&mut Json);

/// A log of one outcome: one promise kept, one not.
fn line() -> Json {
    let judged = |name: &str, value: Json, met: bool| json!({ "guarantee": name, "relation": "<=", "bound": "500ms", "value": value, "met": met });
    let mut derived = judged("drift", Json::Null, false);
    derived["measured"] = json!({ "before": "1", "after": null });
    derived["why"] = json!("`after` was not measured");
    let said = json!({
        "met": false,
        "guarantees": [judged("latency", json!("450ms"), true), judged("delay", Json::Null, false), derived],
        "unpromised": {},
    });
    let now = "2026-11-21T00:00:00Z".parse().unwrap();
    let entry = Entry::of_outcome("work", now, outcome::of("sha256:00", None, &said));
    serde_json::from_str(entry.after(&Head::default(), None).line.trim_end()).unwrap()
}

/// What is found in a log of this one entry, which is given the digest and the head that fit it.
fn found(mut entry: Json) -> Vec<String> {
    entry.as_object_mut().unwrap().remove("entry");
    let digest = canonical::digest(&entry);
    entry["entry"] = json!(digest);
    let text = canonical::to_string(&entry) + "\n";
    let head = Head { count: 1, bytes: text.len() as u64, last: Some(digest), ..Head::default() };
    check(text.as_bytes(), Some(&head)).findings.iter().map(ToString::to_string).collect()
}

#[test]
fn an_outcome_that_says_other_things_in_two_places_is_found_though_its_digest_fits() {
    assert_eq!(found(line()), Vec::<String>::new());
    let edits: &[(&str, Edit)] = &[
        ("kept, and one promise is not", |o| o["met"] = json!(true)),
        ("kept without a measurement", |o| o["guarantees"][1]["met"] = json!(true)),
        ("a list of promises that is none", |o| o["guarantees"] = json!("none")),
        ("a promise without a bound", |o| drop(o["guarantees"][0].as_object_mut().unwrap().remove("bound"))),
        ("measured by nothing", |o| o["guarantees"][2]["measured"] = json!({})),
        ("measured as what is no spelling", |o| o["guarantees"][2]["measured"]["after"] = json!(1)),
        ("a reason beside a value", |o| o["guarantees"][2]["value"] = json!("1s")),
        ("a reason for what nobody works out", |o| o["guarantees"][1]["why"] = json!("who knows")),
        ("a part more", |o| o["note"] = json!("all is well")),
        ("a part less", |o| drop(o.as_object_mut().unwrap().remove("unpromised"))),
        ("masked in part", |o| o["masked"] = json!(format!("sha256:{}", "0".repeat(64)))),
        ("masked by what is no commitment", |o| *o = json!({ "masked": "sha256:0", "met": true })),
        ("masked without a verdict", |o| *o = json!({ "masked": format!("sha256:{}", "0".repeat(64)) })),
        ("nothing", |o| *o = Json::Null),
    ];
    for (name, edit) in edits {
        let mut entry = line();
        edit(&mut entry["outcome"]);
        assert_eq!(found(entry).len(), 1, "{name}");
    }
}

#[test]
fn an_outcome_with_the_keys_of_a_decision_is_no_entry() {
    let mut entry = line();
    entry["schema"] = json!("provost.log/1");
    assert_eq!(found(entry), ["line 1: was edited: it is not an entry of a log"]);
}
