//! Whatever is done to a certificate, it no longer verifies, and the refusal names the step.

use std::collections::BTreeMap;

use provost_verifier::verify;
use serde_json::{Value, json};

use crate::canonical;
use crate::mutations::{byte_mutants, mutants};
use crate::samples::Sample;

#[derive(Default)]
struct Tally(BTreeMap<String, (usize, usize)>);

impl Tally {
    fn try_one(&mut self, kind: String, place: &str, bytes: &[u8]) {
        let counts = self.0.entry(kind.clone()).or_default();
        counts.0 += 1;
        match verify(bytes) {
            Ok(report) => println!("PASSES: {kind} at {place}: {}", report.outcome),
            Err(refusal) => {
                assert!(!refusal.step.is_empty() && !refusal.reason.is_empty());
                counts.1 += 1;
            }
        }
    }

    fn finish(self, least: usize) {
        for (kind, (made, refused)) in &self.0 {
            println!("{kind}: {made} made, {refused} refused");
        }
        let (made, refused) = self.0.values().fold((0, 0), |(m, r), (made, refused)| (m + made, r + refused));
        println!("{} kinds, {made} mutants made, {refused} refused", self.0.len());
        assert!(self.0.len() >= least);
        assert_eq!(made, refused);
    }
}

#[test]
fn every_change_of_a_certificate_is_refused() {
    let mut tally = Tally::default();
    for sample in Sample::all() {
        for (kind, bytes) in byte_mutants(&sample.bytes()) {
            tally.try_one(kind.to_owned(), sample.name, &bytes);
        }
        for mutant in mutants(&sample.document, "") {
            let place = format!("{} {}", sample.name, mutant.place);
            tally.try_one(mutant.kind.to_owned(), &place, canonical::text(&mutant.document).as_bytes());
        }
    }
    tally.finish(20);
}

/// Whoever changes what is claimed or how it is proved may compute all digests anew.
#[test]
fn every_change_of_claim_and_steps_is_refused_with_digests_made_anew() {
    let mut tally = Tally::default();
    for sample in Sample::all() {
        for below in ["decision", "steps"] {
            for mutant in mutants(&sample.document, below) {
                if !mutant.document["decision"].is_object() {
                    continue;
                }
                let mut changed = Sample { document: mutant.document, ..sample.clone() };
                changed.rehash();
                if changed.document != sample.document {
                    let place = format!("{} {}", sample.name, mutant.place);
                    tally.try_one(mutant.kind.to_owned(), &place, changed.bytes().as_bytes());
                }
            }
        }
        let whole = json!({ "rejected": sample.rejected });
        for mutant in mutants(&whole, "rejected") {
            let mut changed = Sample { rejected: mutant.document["rejected"].clone(), ..sample.clone() };
            changed.rehash();
            tally.try_one(format!("rejected: {}", mutant.kind), &mutant.place, changed.bytes().as_bytes());
        }
    }
    tally.finish(20);
}

type Edit = (&'static str, Sample, fn(&mut Sample));

/// Lies that keep the document well formed and consistent as far as one line of thought goes.
#[test]
fn semantic_edits_are_refused_with_digests_made_anew() {
    let mut tally = Tally::default();
    for (kind, sample, edit) in
        edits_of_choices().into_iter().chain(edits_of_ties()).chain(edits_of_outcomes()).chain(edits_of_facts())
    {
        let mut changed = sample.clone();
        edit(&mut changed);
        assert_ne!(changed.document, sample.document, "{kind} changes nothing");
        changed.rehash();
        tally.try_one(kind.to_owned(), sample.name, changed.bytes().as_bytes());
    }
    tally.finish(30);
}

fn edits_of_choices() -> Vec<Edit> {
    vec![
        ("another winner", Sample::routed(), |s| {
            s.document["decision"]["roles"]["primary"] =
                json!({ "service": "omega", "score": "9", "terms": [{ "name": "quality", "value": "9" }] });
        }),
        ("a worse winner with its own score", Sample::waived(), |s| {
            let alpha = json!({ "service": "alpha", "score": "3", "terms": [{ "name": "quality", "value": "3" }] });
            s.document["decision"]["roles"]["primary"] = alpha;
            s.document["decision"]["guarantees"]["latency"] = "8s".into();
            s.document["steps"][1]["branches"][0]["chosen"] = 2.into();
        }),
        ("a candidate left out", Sample::waived(), |s| {
            s.document["services"].as_object_mut().unwrap().remove("alpha");
        }),
        ("a candidate left out of services and steps", Sample::routed(), |s| {
            s.document["services"].as_object_mut().unwrap().remove("omega");
            s.document["steps"][3]["branches"][0]["refuted"] = json!([]);
        }),
        ("an expired waiver", Sample::waived(), |s| s.document["now"] = "2026-11-22T00:00:00Z".into()),
        ("a waiver that ended before", Sample::waived(), |s| {
            s.document["policy"]["waivers"]["W1"]["until"] = "2026-11-20".into();
            s.document["decision"]["waived"][0]["until"] = "2026-11-20".into();
        }),
        ("a waiver not shown", Sample::waived(), |s| s.document["decision"]["waived"] = json!([])),
        ("a missing refutation branch", Sample::routed(), |s| {
            s.document["steps"][3]["branches"][0]["refuted"] = json!([]);
        }),
        ("a refutation branch cut off", Sample::routed(), |s| {
            s.document["steps"][3]["branches"][0]["refuted"][0][1] = json!([]);
        }),
        ("a renamed constraint in a step", Sample::routed(), |s| {
            s.document["steps"][0]["excluded"][1]["constraint"] = "pair".into();
        }),
        ("a constraint renamed in the policy", Sample::routed(), |s| {
            s.document["policy"]["routes"]["ask"]["constraints"][1]["name"] = "house".into();
        }),
        ("a constraint dropped from the policy", Sample::routed(), |s| {
            s.document["policy"]["routes"]["ask"]["constraints"].as_array_mut().unwrap().remove(4);
        }),
        ("a swapped policy", Sample::unroutable(), |s| {
            let pair = s.document["policy"]["routes"]["ask"].clone();
            s.document["policy"]["routes"]["pick"] = pair;
        }),
        ("another route", Sample::waived(), |s| {
            s.document["route"] = "pick".into();
            s.document["decision"]["route"] = "pick".into();
        }),
    ]
}

fn edits_of_ties() -> Vec<Edit> {
    fn keys(sample: &mut Sample) -> &mut Vec<Value> {
        sample.document["policy"]["routes"]["lot"]["ties"]["primary"].as_array_mut().unwrap()
    }
    fn ties(sample: &mut Sample) -> &mut Value {
        &mut sample.document["decision"]["roles"]["primary"]["ties"]
    }
    vec![
        ("keys in another order", Sample::tied(), |s| keys(s).swap(0, 2)),
        ("a key turned round", Sample::tied(), |s| keys(s)[1][1] = false.into()),
        ("a key turned round that decides", Sample::tied(), |s| keys(s)[2][1] = true.into()),
        ("a key left out", Sample::tied(), |s| drop(keys(s).remove(2))),
        ("a key of another seed", Sample::tied(), |s| keys(s)[2][0][1][1]["text"] = "1".into()),
        ("a key without an order", Sample::tied(), |s| keys(s)[0][0][2] = "cap".into()),
        ("keys of two kinds", Sample::tied(), |s| {
            let cap = json!(["field", ["service"], "cap"]);
            let (text, number) = (json!(["literal", { "text": "a" }]), json!(["literal", { "int": 1 }]));
            keys(s)[0][0] = json!(["if", cap, text, number]);
        }),
        ("a key of a role", Sample::tied(), |s| {
            keys(s).insert(0, json!([["field", ["role", "primary"], "quality"], false]));
        }),
        ("what a key is worth", Sample::tied(), |s| ties(s)["keys"][2] = "0.1".into()),
        ("somebody tied who is not shown", Sample::tied(), |s| drop(ties(s)["tied"].as_array_mut().unwrap().pop())),
        ("those tied in another order", Sample::tied(), |s| ties(s)["tied"].as_array_mut().unwrap().swap(1, 2)),
        ("ties that are not shown", Sample::tied(), |s| {
            s.document["decision"]["roles"]["primary"].as_object_mut().unwrap().remove("ties");
        }),
        ("another service of the tie", Sample::tied(), |s| {
            s.document["decision"]["roles"]["primary"]["service"] = "gamma".into();
            s.document["decision"]["guarantees"]["latency"] = "2s".into();
            s.document["steps"][1]["branches"][0]["chosen"] = 1.into();
        }),
        ("keys where the route has none", Sample::waived(), |s| {
            s.document["decision"]["roles"]["primary"]["ties"] = json!({ "keys": [], "tied": [] });
        }),
    ]
}

fn edits_of_facts() -> Vec<Edit> {
    vec![
        ("another request", Sample::routed(), |s| {
            s.document["request"]["value"]["record"][0][1]["member"][1] = "high".into();
        }),
        ("a request that breaks its invariant", Sample::routed(), |s| {
            s.document["request"]["value"]["record"][1][1] = json!({ "money": ["USD", "-1"] });
        }),
        ("a request not of its type", Sample::routed(), |s| {
            s.document["request"]["value"]["record"][1][1] = json!({ "money": ["EUR", "1"] });
        }),
    ]
}

fn edits_of_outcomes() -> Vec<Edit> {
    vec![
        ("denied as routed", Sample::denied(), |s| s.document["decision"]["outcome"] = "routed".into()),
        ("routed as unroutable", Sample::waived(), |s| s.document["decision"]["outcome"] = "unroutable".into()),
        ("unroutable as denied", Sample::unroutable(), |s| s.document["decision"]["outcome"] = "denied".into()),
        ("invalid as denied", Sample::invalid(), |s| s.document["decision"]["outcome"] = "denied".into()),
        ("a denial not shown", Sample::denied(), |s| s.document["decision"]["denied_by"] = json!([])),
        ("a denial that does not fire", Sample::routed(), |s| {
            let denial = json!({ "rule": "locked", "verdict": "true", "because": "high stays locked" });
            s.document["decision"]["denied_by"] = json!([denial]);
        }),
        ("another core", Sample::unroutable(), |s| {
            s.document["decision"]["unroutable"]["core"] = json!(["cheap", "home"]);
            let needed = s.document["steps"][2]["needed"][0].clone();
            s.document["steps"][2]["needed"] = json!([needed, needed]);
        }),
        ("a relaxation not shown", Sample::unroutable(), |s| {
            s.document["decision"]["unroutable"]["relaxations"] = json!([]);
            s.document["steps"].as_array_mut().unwrap().remove(3);
            s.document["steps"][3]["constraints"] = json!([]);
        }),
        ("a relaxation too many", Sample::unroutable(), |s| {
            let both = json!({ "drop": ["cheap", "home"], "admits": ["alpha", "beta", "delta", "gamma", "omega"] });
            s.document["decision"]["unroutable"]["relaxations"].as_array_mut().unwrap().push(both);
            let branches = s.document["steps"][3]["branches"].clone();
            let tried = json!({ "step": "relaxation", "branches": branches, "tried": [[[[0, 4]], []]] });
            s.document["steps"].as_array_mut().unwrap().insert(4, tried);
        }),
        ("a relaxation that admits fewer", Sample::unroutable(), |s| {
            s.document["decision"]["unroutable"]["relaxations"][0]["admits"] = json!(["alpha", "beta", "gamma"]);
        }),
        ("a relaxation of what is protected", Sample::unroutable(), |s| {
            s.document["policy"]["routes"]["pick"]["constraints"][0]["protected"] = true.into();
        }),
        ("relaxations that are not all", Sample::unroutable(), |s| {
            s.document["decision"]["unroutable"]["complete"] = false.into();
        }),
        ("a contract changed", Sample::routed(), |s| {
            s.document["services"]["beta"]["values"]["quality"]["decimal"] = "4".into()
        }),
        ("a contract that breaks its trait", Sample::routed(), |s| {
            s.document["services"]["beta"]["values"]["quality"]["decimal"] = "-2".into();
        }),
        ("a signal changed", Sample::routed(), |s| {
            s.document["signals"]["up"]["services"]["beta"]["bool"] = false.into()
        }),
        ("a signal for nobody", Sample::routed(), |s| {
            s.document["signals"]["up"]["services"]["zeta"] = json!({ "bool": true })
        }),
        ("a step too many", Sample::denied(), |s| s.document["steps"] = json!([{ "step": "domain" }])),
    ]
}

/// Parts of one certificate in another.
#[test]
fn certificates_cannot_be_mixed() {
    let mut tally = Tally::default();
    for one in Sample::all() {
        for other in Sample::all() {
            for part in ["policy", "services", "request", "signals", "now", "route", "decision", "steps"] {
                let mut mixed: Value = one.document.clone();
                mixed[part] = other.document[part].clone();
                if mixed != one.document && mixed != other.document {
                    tally.try_one(format!("another {part}"), one.name, canonical::text(&mixed).as_bytes());
                }
            }
        }
    }
    tally.finish(3);
}
