//! A policy has one form: what the pages do not say is refused, though it changes no decision and every digest is made anew.

use provost_verifier::verify;
use serde_json::{Value, json};

use crate::samples::Sample;

/// What is done to the policy or the services, and what the refusal has to name.
type Edit = (&'static str, fn(&mut Value), &'static str);

const EDITS: &[Edit] = &[
    ("a route's outputs that are none", |d| d["policy"]["routes"]["ask"]["outputs"] = json!({}), "`outputs`"),
    ("the same of a route that is not asked", |d| d["policy"]["routes"]["pick"]["outputs"] = json!({}), "`outputs`"),
    ("phases that are none", |d| d["policy"]["routes"]["ask"]["phases"] = json!([]), "`phases`"),
    ("a phase that leaves something out", |d| phased(d, |names| drop(names.pop())), "one phase"),
    ("a phase with something twice", |d| phased(d, |names| names.push(names[0].clone())), "one phase"),
    ("a phase with what is no constraint", |d| phased(d, |names| names.push(json!("nowhere"))), "one phase"),
    (
        "two phases that tell nothing",
        |d| {
            phased(d, |_| {});
            let phases = d["policy"]["routes"]["ask"]["phases"].as_array_mut().unwrap();
            phases.extend(["b", "c"].map(|name| json!({ "name": name, "constraints": [], "because": null })));
        },
        "more than one phase",
    ),
    ("a phase without a name", |d| d["policy"]["routes"]["ask"]["phases"] = json!([{ "constraints": [] }]), "`ask`"),
    (
        "a phase twice",
        |d| {
            phased(d, |_| {});
            again(&mut d["policy"]["routes"]["ask"]["phases"])
        },
        "twice",
    ),
    (
        "a reason of a phase that is no text",
        |d| {
            phased(d, |_| {});
            d["policy"]["routes"]["ask"]["phases"][0]["because"] = json!(1)
        },
        "`because`",
    ),
    ("a key of a policy", |d| d["policy"]["comment"] = json!("x"), "`policy`"),
    ("a key of a route", |d| d["policy"]["routes"]["ask"]["comment"] = json!("x"), "`ask`"),
    ("a key of a constraint", |d| d["policy"]["routes"]["ask"]["constraints"][0]["comment"] = json!("x"), "`ask`"),
    ("a key of a contract", |d| d["services"]["alpha"]["comment"] = json!("x"), "`alpha`"),
    ("a key of a request", |d| d["request"]["comment"] = json!("x"), "`request`"),
    ("a member twice", |d| d["policy"]["enums"]["Level"]["members"] = json!(["low", "high", "high"]), "`high` twice"),
    ("a field twice", |d| again(&mut d["policy"]["requests"]["Ask"]["fields"]), "twice"),
    ("a field of a trait twice", |d| again(&mut d["policy"]["traits"]["Model"]["fields"]), "out of order"),
    ("a trait that is none of its own", |d| d["policy"]["traits"]["Model"]["ancestors"] = json!([]), "without itself"),
    ("a trait twice", |d| d["services"]["alpha"]["traits"] = json!(["Model", "Model"]), "repeated"),
    (
        "a way to compose that is none",
        |d| d["policy"]["traits"]["Model"]["guarantees"]["latency"]["composes_by"] = json!("mean"),
        "`composes_by`",
    ),
    ("two rows for one key", |d| d["policy"]["tables"] = rows(json!([row("a", "1"), row("a", "2")])), "rows"),
    ("rows out of order", |d| d["policy"]["tables"] = rows(json!([row("b", "1"), row("a", "2")])), "rows"),
    ("scores for nobody", |d| d["policy"]["routes"]["ask"]["scores"]["chair"] = json!([]), "`chair`"),
    ("a scope twice", |d| again(&mut d["policy"]["routes"]["ask"]["constraints"][0]["scope"]), "twice"),
];

/// All constraints of a route in one phase, but for what is done to their names.
fn phased(document: &mut Value, change: fn(&mut Vec<Value>)) {
    let route = &mut document["policy"]["routes"]["ask"];
    let constraints = route["constraints"].as_array().unwrap().iter();
    let mut names: Vec<Value> = constraints.map(|of| of["name"].clone()).chain([json!("accept")]).collect();
    change(&mut names);
    route["phases"] = json!([{ "name": "everything", "constraints": names, "because": null }]);
}

fn again(list: &mut Value) {
    let list = list.as_array_mut().unwrap();
    list.push(list[0].clone());
}

fn row(key: &str, value: &str) -> Value {
    json!([{ "text": key }, { "int": value }])
}

fn rows(rows: Value) -> Value {
    json!({ "floors": { "key": "string", "value": "int", "rows": rows } })
}

#[test]
fn a_policy_has_one_form() {
    for (what, edit, named) in EDITS {
        let mut sample = Sample::routed();
        edit(&mut sample.document);
        sample.rehash();
        let refusal = verify(sample.bytes().as_bytes()).err().unwrap_or_else(|| panic!("{what} passes"));
        assert!(["form", "policy"].contains(&refusal.step.as_str()), "{what}: {refusal}");
        assert!(refusal.reason.contains(named), "{what}: {refusal}");
    }
    let mut sample = Sample::routed();
    sample.document["policy"]["tables"] = rows(json!([row("a", "1"), row("b", "2")]));
    phased(&mut sample.document, |_| {});
    sample.rehash();
    verify(sample.bytes().as_bytes()).unwrap();
}
