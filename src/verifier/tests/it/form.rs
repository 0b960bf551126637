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
    ("a route's ties that are none", |d| d["policy"]["routes"]["ask"]["ties"] = json!({}), "`ties`"),
    ("ties of a role without a key", |d| d["policy"]["routes"]["pick"]["ties"] = json!({ "primary": [] }), "`primary`"),
    ("ties of nobody", |d| d["policy"]["routes"]["ask"]["ties"] = json!({ "chair": [[["now"], false]] }), "`chair`"),
    ("a key without a direction", |d| d["policy"]["routes"]["ask"]["ties"] = json!({ "critic": [[["now"]]] }), "ties"),
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
    ("nothing that is measured", |d| d["policy"]["traits"]["Model"]["measured"] = json!({}), "`measured`"),
    (
        "a value that follows from no expression",
        |d| d["policy"]["traits"]["Model"]["guarantees"]["latency"]["measured_as"] = json!(["guess"]),
        "guess",
    ),
    (
        "a value that follows from nothing",
        |d| d["policy"]["traits"]["Model"]["guarantees"]["latency"]["measured_as"] = json!(null),
        "",
    ),
    ("two rows for one key", |d| d["policy"]["tables"] = rows(json!([row("a", "1"), row("a", "2")])), "rows"),
    ("rows out of order", |d| d["policy"]["tables"] = rows(json!([row("b", "1"), row("a", "2")])), "rows"),
    (
        "a row of another type",
        |d| d["policy"]["tables"] = rows(json!([row("a", "1"), [{ "text": "b" }, { "text": "2" }]])),
        "row 2 of table `floors`",
    ),
    ("a key of another type", |d| d["policy"]["tables"] = rows(json!([[{ "int": "1" }, { "int": "1" }]])), "row 1"),
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
    let model = &mut sample.document["policy"]["traits"]["Model"];
    model["measured"] = json!({ "seconds": "duration" });
    model["guarantees"]["latency"]["measured_as"] = json!(["variable", "seconds"]);
    sample.rehash();
    verify(sample.bytes().as_bytes()).unwrap();
}

/// Which services a registry holds is told by name, once each and in order, and hashed; with no key there is no registry.
#[test]
fn what_a_registry_holds_has_one_form_and_its_digest() {
    type Forged = (&'static str, fn(&mut Value), bool, &'static str);
    let forged: [Forged; 8] = [
        ("a service that is not there", |d| d["registered"] = json!(["beta", "nobody"]), true, "form"),
        ("a service twice", |d| d["registered"] = json!(["beta", "beta"]), true, "form"),
        ("services out of order", |d| d["registered"] = json!(["omega", "beta"]), true, "form"),
        ("something that is no name", |d| d["registered"] = json!([1]), true, "form"),
        ("no list", |d| d["registered"] = json!("beta"), true, "form"),
        ("another service", |d| d["registered"] = json!(["alpha", "omega"]), false, "decision.inputs"),
        (
            "a claim without services",
            |d| drop(d.as_object_mut().unwrap().remove("registered")),
            false,
            "decision.inputs",
        ),
        (
            "services without a claim",
            |d| drop(d["decision"]["inputs"].as_object_mut().unwrap().remove("registry")),
            false,
            "decision.inputs",
        ),
    ];
    for (what, edit, anew, step) in forged {
        let mut sample = Sample::registered();
        edit(&mut sample.document);
        if anew {
            sample.rehash();
        }
        let refusal = verify(sample.bytes().as_bytes()).err().unwrap_or_else(|| panic!("{what} passes"));
        assert_eq!(refusal.step, step, "{what}: {refusal}");
    }
    let mut empty = Sample::registered();
    empty.document["registered"] = json!([]);
    empty.rehash();
    verify(empty.bytes().as_bytes()).unwrap();
}
