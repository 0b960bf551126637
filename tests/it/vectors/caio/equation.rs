//! The master equation, and what services promise together.

use provost::route::decision::Decision;
use provost::value::Value;
use serde_json::{Map, Value as Json, json};

use super::house::{self, House, NOW, contract as published, rejected, welcome};
use super::rows::{chain, private};
use super::{amount, near, same};

const WEIGHTS: [(&str, f64); 7] =
    [("alpha", 0.3), ("beta", 0.2), ("gamma", 0.2), ("delta", 0.1), ("lambda", 0.1), ("rho", 0.05), ("eta", 0.05)];

/// A request with these terms, and the scales of the penalties.
fn measured(terms: &Json, cost: &Json, latency: &str) -> Json {
    let mut task =
        json!({ "intent": "work", "needs": [], "cost_scale": format!("{cost} USD"), "latency_scale": latency });
    task["max_cost"] = json!("1000 USD");
    task["measured"] = json!({ "intent": terms["I"], "attention": terms["A"], "memory": terms["W"] });
    welcome(&mut task);
    task
}

/// A service with these penalties.
fn service(cost: &Json, risk: &Json, latency: &Json) -> Json {
    json!({ "cost": cost, "risk": risk, "guarantees": { "latency": { "max": latency } } })
}

fn alone(house: &House, id: &str, contract: &Json, task: &Json, heard: &Json) -> Result<f64, String> {
    let services = house.publish(&json!([published(id, contract)])).map_err(|f| f[0].message.clone())?;
    worth(&house.decide("caio", services, task, NOW, &json!({ id: heard }))?)
}

/// Whether these are the weights of the package.
pub fn are_the_weights(weights: &Json) -> bool {
    WEIGHTS.iter().all(|(name, weight)| weights[name].as_f64() == Some(*weight))
}

/// Whether a score is one of a service that the package chooses for nobody, and would be right if it did.
pub fn is_of_one_that_harms(house: &House, input: &Json, expect: &Json) -> bool {
    let harms = input["terms"]["risk"].as_f64() == Some(1.0);
    harms && scoring(&house.without("caio", "caio.safety"), input, expect).is_ok()
}

pub fn scoring(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    if input.get("weights").is_some_and(|weights| !are_the_weights(weights)) {
        return Err("other weights".to_owned());
    }
    if let Some(candidates) = input["candidates"].as_object() {
        return select(house, candidates, input, expect);
    }
    if input.get("GuaranteeScore").is_some() {
        return older(house, input, expect);
    }
    if let Some(tied) = ["candidates", "tied"].iter().find_map(|key| input[*key].as_array()) {
        return ties(house, tied, input, expect);
    }
    if input.get("call").is_some() {
        return Err("a draw of another generator".to_owned());
    }
    if let Some(bound) = input.get("budget_max") {
        let parts = ["cost_model", "cost_api", "cost_compute"];
        let cost: f64 = parts.iter().filter_map(|part| input[part].as_f64()).sum();
        near("cost", cost, &expect["cost"])?;
        let limits = json!({ "max_cost": format!("{bound} USD") });
        let contract = service(&json!((cost * 1e9).round() / 1e9), &json!(0), &json!(1));
        return bounded(house, &contract, &limits, ("caio.budget", "over_budget", "G_budget"), expect);
    }
    if let Some(bound) = input.get("latency_max_ms") {
        let limits = json!({ "max_latency": format!("{bound}ms") });
        let contract = service(&json!(0), &json!(0), &input["latency_ms"]);
        return bounded(house, &contract, &limits, ("caio.latency", "over_latency", "G_latency"), expect);
    }
    if input.get("weights").is_some() && expect.get("sum").is_some() {
        let sum: f64 = WEIGHTS.iter().map(|(_, weight)| weight).sum();
        near("the sum", sum, &expect["sum"])?;
        // Whoever is chosen is chosen by weights that sum to one.
        let task = measured(&json!({ "I": 0, "A": 0, "W": 0 }), &json!(1), "1s");
        let services = house.publish(&json!([published("s", &json!({}))])).map_err(|f| f[0].message.clone())?;
        let decision = house.decide("caio", services, &task, NOW, &json!({}))?;
        let valid = expect.get("valid").cloned().unwrap_or(json!(true));
        return same("the weights", json!(!rejected(&decision, "s", &["caio.weights"])), valid);
    }
    let Some(terms) = input.get("terms") else { return Err("another equation".to_owned()) };
    let latency = terms["latency"].as_f64().map(|seconds| json!(seconds * 1000.0)).unwrap_or(terms["latency"].clone());
    let contract = service(&terms["cost"], &terms["risk"], &latency);
    let score = alone(house, "s", &contract, &measured(terms, &json!(1), "1s"), &terms["RL"]);
    match (score, expect.get("error")) {
        (Ok(score), None) => near("the score", score, &expect["score"]),
        (Ok(score), Some(wanted)) => Err(format!("{score}, and not {wanted}")),
        (Err(_), Some(_)) => Ok(()),
        (Err(why), None) => Err(why),
    }
}

/// Services of one worth: names decide, or a draw by the seed where that is the method.
fn ties(house: &House, tied: &[Json], input: &Json, expect: &Json) -> Result<(), String> {
    let mut task = json!({ "intent": "work", "needs": [] });
    welcome(&mut task);
    if let Some(method) = input["method"].as_str() {
        same("the method", method, "min over sha256(decimal seed + \":\" + service_id)")?;
        task["seed"] = json!(input["seed"].to_string());
    }
    // Whoever stands first among the contracts is not better for it.
    for turned in 0..tied.len() {
        let dealt = tied.iter().cycle().skip(turned).take(tied.len());
        let contracts: Json = dealt.map(|id| published(id.as_str().unwrap(), &json!({}))).collect();
        let services = house.publish(&contracts).map_err(|f| f[0].message.clone())?;
        let decision = house.decide("caio", services, &task, NOW, &json!({}))?;
        same("the choice", json!(house::chosen(&decision)?), expect["selected"].clone())?;
        let chosen = decision.roles.first().and_then(|r| r.given.first()).ok_or("nobody is chosen")?;
        let lost = chosen.ties.as_ref().map_or(0, |ties| ties.tied.len());
        same("how many lost the tie", lost, tied.len() - 1)?;
    }
    Ok(())
}

/// The older equation, of what a service promises and has kept to. Its terms come from a contract and a history that have them.
fn older(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    let of = |key: &str| input[key].as_f64().ok_or(format!("no `{key}`"));
    let rest = |key: &str| Ok::<_, String>(json!(((1.0 - of(key)?) * 1e6).round() / 1e6));
    let latency = json!((rest("PerformanceScore")?.as_f64().unwrap() * 1000.0).round());
    let mut contract = service(&rest("CostScore")?, &json!(0), &latency);
    contract["guarantees"]["accuracy"] = json!({ "min": of("GuaranteeScore")? });
    contract["guarantees"]["availability"] = json!(1);
    let services = house.publish(&json!([published("s", &contract)])).map_err(|f| f[0].message.clone())?;
    let mut task = json!({ "intent": "work", "needs": [], "max_cost": "1 USD", "max_latency": "1s" });
    welcome(&mut task);
    let host = json!({ "reliability": { "s": of("ReliabilityScore")? } });
    let decision = house.decide_with("caio_by_guarantees", services, &task, NOW, &host)?;
    near("the score", worth(&decision)?, &expect["score"])
}

/// What the chosen service is worth.
fn worth(decision: &Decision) -> Result<f64, String> {
    house::chosen(decision)?;
    let chosen = decision.roles.first().and_then(|r| r.given.first()).ok_or("nobody is chosen")?;
    amount(&chosen.score.to_string()).ok_or("no score".to_owned())
}

/// The numbers that the description of the equation gives, where no measurement repeats them.
#[test]
fn the_equation_gives_its_anchors() {
    let house = House::open();
    let score = |house: &House, terms: [f64; 7]| {
        let [i, a, rl, w, cost, risk, latency] = terms;
        let task = measured(&json!({ "I": i, "A": a, "W": w }), &json!(1), "1s");
        alone(house, "s", &service(&json!(cost), &json!(risk), &json!(latency * 1000.0)), &task, &json!(rl))
    };
    let near = |found: Result<f64, String>, wanted: f64| near("the score", found.unwrap(), &json!(wanted)).unwrap();
    near(score(&house, [0.8, 0.5, 0.4, 0.6, 0.2, 0.05, 0.4]), 0.4375);
    near(score(&house, [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0]), 0.8);
    // Nobody who is certain to do harm is chosen; what such a service would be worth is seen without that constraint.
    let harmful = house.without("caio", "caio.safety");
    for (terms, wanted) in [([0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0], -0.2), ([0.0, -1.0, -1.0, -1.0, 1.0, 1.0, 1.0], -0.7)]
    {
        assert!(score(&house, terms).unwrap_err().contains("nobody"));
        near(score(&harmful, terms), wanted);
    }
    // A price on the grid of decimals, as shares of the limit are not always.
    let share = |part: f64, whole: f64| (part / whole * 1e6).round() / 1e6;
    let three = [(0.003, 0.05, 2000.0, 0.3475), (0.0035, 0.05, 2500.0, 0.3375), (0.0007, 0.03, 500.0, 0.3865)];
    for (cost, risk, latency, wanted) in three {
        let terms = [0.5, 0.5, 0.5, 0.5, share(cost, 0.01), risk, share(latency, 5000.0)];
        near(score(&house, terms), wanted);
    }
}

/// The story of the pipeline: who wins, and for what it is worth, as limits, data and trust change.
#[test]
fn the_pipeline_gives_its_anchors() {
    let house = House::open();
    let of = |cost: f64, risk: f64, latency: u32, guarded: bool, trust: u32| {
        let place = if guarded { "local" } else { "cloud" };
        let mut of = service(&json!(cost), &json!(risk), &json!(latency));
        of["privacy"] = json!({ "data_locality": place, "encryption": guarded });
        of["required_trust_level"] = json!(trust);
        of
    };
    let registry = [
        ("s1", of(0.05, 0.05, 500, true, 0), 0.335),
        ("s3", of(0.02, 0.02, 1500, true, 0), 0.3415),
        ("s4", of(0.09, 0.1, 300, false, 0), 0.2975),
        ("s5", of(0.04, 0.2, 400, true, 10), 0.34),
    ];
    let decided = |ids: &[&str], change: &Json| {
        let known = registry.iter().filter(|(id, ..)| ids.contains(id));
        let contracts: Json = known.map(|(id, of, _)| published(id, of)).collect();
        let mut task = measured(&json!({ "I": 0.5, "A": 0.5, "W": 0.5 }), &json!(0.1), "2s");
        task["trust_level"] = json!(7);
        change.as_object().unwrap().iter().for_each(|(key, value)| task[key] = value.clone());
        let heard: Map<String, Json> = ids.iter().map(|id| ((*id).to_owned(), json!(0.5))).collect();
        let services = house.publish(&contracts).unwrap_or_else(|found| panic!("{}", found[0].message));
        house.decide("caio", services, &task, NOW, &Json::Object(heard)).unwrap()
    };
    let all = ["s1", "s3", "s4", "s5"];
    let chosen = |change: Json| house::chosen(&decided(&all, &change)).unwrap().unwrap();
    for (id, _, wanted) in &registry {
        let found = worth(&decided(&[id], &json!({ "trust_level": 10 }))).unwrap();
        near(id, found, &json!(wanted)).unwrap();
    }
    assert_eq!(chosen(json!({})), "s3");
    assert_eq!(chosen(json!({ "max_latency": "1000ms" })), "s1");
    let sensitive = decided(&all, &json!({ "labels": ["contains_pii"] }));
    assert!(rejected(&sensitive, "s4", &["caio.privacy"]));
    assert!(rejected(&decided(&all, &json!({})), "s5", &["caio.trust"]));
    assert!(!rejected(&decided(&all, &json!({ "trust_level": 10 })), "s5", &["caio.trust"]));
    assert_eq!(chosen(json!({ "trust_level": 10, "max_latency": "1000ms" })), "s5");
}

/// Whether a bound holds as wanted, by as much as wanted.
fn bounded(
    house: &House,
    contract: &Json,
    limits: &Json,
    (constraint, output, name): (&str, &str, &str),
    expect: &Json,
) -> Result<(), String> {
    let mut task = json!({ "intent": "work", "needs": [] });
    welcome(&mut task);
    for (key, value) in limits.as_object().unwrap() {
        task[key] = value.clone();
    }
    let services = house.publish(&json!([published("s", contract)])).map_err(|f| f[0].message.clone())?;
    let decision = house.decide("caio", services, &task, NOW, &json!({}))?;
    let held = !rejected(&decision, "s", &[constraint]);
    same(name, held, expect["satisfied"] == json!(true))?;
    if let Some((_, Some(found))) = decision.outputs.iter().find(|(known, _)| &**known == output) {
        near(name, amount(found).ok_or(found.clone())?, &expect[name])?;
    }
    Ok(())
}

fn select(house: &House, candidates: &Map<String, Json>, input: &Json, expect: &Json) -> Result<(), String> {
    let scales = &input["normalise_by"];
    if scales.get("max_cost").is_none() || scales.get("max_latency_ms").is_none() {
        return Err("penalties that no limit scales".to_owned());
    }
    let of = |id: &str| input["terms"].get(id).unwrap_or(&input["terms"]["*"]);
    let contract = |c: &Json| service(&c["cost"], &c["risk"], &c["latency"]);
    let latency = format!("{}ms", scales["max_latency_ms"]);
    for (id, candidate) in candidates {
        let task = measured(of(id), &scales["max_cost"], &latency);
        let score = alone(house, id, &contract(candidate), &task, &of(id)["RL"])?;
        near(id, score, &expect["scores"][id])?;
    }
    let contracts: Json = candidates.iter().map(|(id, c)| published(id, &contract(c))).collect();
    let services = house.publish(&contracts).map_err(|f| f[0].message.clone())?;
    let first = candidates.keys().next().ok_or("no candidates")?;
    let heard: Map<String, Json> = candidates.keys().map(|id| (id.clone(), of(id)["RL"].clone())).collect();
    let task = measured(of(first), &scales["max_cost"], &latency);
    let decision = house.decide("caio", services, &task, NOW, &Json::Object(heard))?;
    same("the choice", json!(house::chosen(&decision)?), expect["selected"].clone())
}

/// The field that states what a chain is measured by.
const PROMISES: [(&str, &str); 7] = [
    ("accuracy", "accuracy"),
    ("latency", "latency"),
    ("determinism", "determinism"),
    ("throughput", "throughput"),
    ("availability", "availability"),
    ("security", "security"),
    ("cost", "price"),
];

pub fn guarantees(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    if let Some(service) = input.get("service") {
        let decision = chain(house, std::slice::from_ref(service))?;
        for (guarantee, bound) in expect["composed"].as_object().into_iter().flatten() {
            let found = promised(&decision, guarantee).ok_or(format!("`{guarantee}` is dropped"))?;
            let bound = ["min", "max", "eq"].iter().find_map(|side| bound.get(*side)).unwrap_or(bound);
            match bound.as_bool() {
                Some(wanted) => same(guarantee, found, wanted.to_string())?,
                None => near(guarantee, amount(&found).ok_or(found)?, bound)?,
            }
        }
        return Ok(());
    }
    if let (Some(result), Some(promised)) = (input.get("result"), input.get("guarantees")) {
        return enforced(house, result, promised, expect);
    }
    if let Some(guarantee) = input["guarantee"].as_str() {
        return thesis(house, guarantee, input, expect);
    }
    if expect.get("rerouted").is_some() {
        return violated(house, expect);
    }
    let Some(links) = input["chain"].as_array() else { return Err("measured values".to_owned()) };
    let contracts: Vec<Json> = links
        .iter()
        .map(|link| {
            let mut service = json!({ "guarantees": {} });
            for (key, value) in link.as_object().unwrap() {
                if key == "cost" {
                    service["cost"] = value.clone();
                } else if key == "privacy" {
                    let place = || json!({ "data_locality": value });
                    service["privacy"] = if value.is_object() { value.clone() } else { place() };
                } else if ["data_locality", "encryption"].contains(&key.as_str()) {
                    service["privacy"][key] = value.clone();
                } else {
                    service["guarantees"][key] = value.clone();
                }
            }
            service
        })
        .collect();
    let decision = chain(house, &contracts)?;
    let wanted = expect["composed"].as_object().unwrap();
    for (guarantee, wanted) in wanted {
        if ["privacy", "data_locality", "encryption"].contains(&guarantee.as_str()) {
            private(&decision, guarantee, wanted)?;
            continue;
        }
        let found = promised(&decision, guarantee).ok_or(format!("`{guarantee}` is dropped"))?;
        match wanted.as_bool() {
            Some(wanted) => same(guarantee, found, wanted.to_string())?,
            None => near(guarantee, amount(&found).ok_or(found)?, wanted)?,
        }
    }
    // Whatever is not wanted must not be claimed; a contract of these tests always names a price.
    let more = PROMISES.iter().filter(|(name, _)| *name != "cost" && !wanted.contains_key(*name));
    let more: Vec<&str> = more.filter(|(name, _)| promised(&decision, name).is_some()).map(|(name, _)| *name).collect();
    same("what more is claimed", more, Vec::new())
}

/// Whether a result keeps what a contract promises, each as wanted. What was not measured has no value here.
fn enforced(house: &House, result: &Json, promised: &Json, expect: &Json) -> Result<(), String> {
    let decision = chain(house, &[json!({ "guarantees": promised })])?;
    let outcome = house.enforce(&decision, result)?;
    let mut all = true;
    for (name, wanted) in expect["proofs"].as_object().into_iter().flatten() {
        let judged = outcome.judged.iter().find(|judged| &*judged.name == name.as_str());
        let judged = judged.ok_or(format!("`{name}` is not judged"))?;
        same(name, judged.met, wanted["met"] == json!(true))?;
        let alike = |found: &Value, wanted: &Json| match wanted.as_bool() {
            Some(wanted) => same(name, found.to_string(), wanted.to_string()),
            None => near(name, amount(&found.to_string()).ok_or("no number")?, wanted),
        };
        alike(&judged.bound, &wanted["bound"])?;
        if let Some(value) = &judged.value {
            alike(value, &wanted["value"])?;
        }
        all &= judged.met;
    }
    same("all of them", all, expect["all_guarantees_met"] == json!(true))
}

/// A contract that makes one of the special promises, as the document bounds them.
fn special(guarantee: &str) -> Option<(&'static str, Json)> {
    Some(match guarantee {
        "energy_conservation" => ("energy_deviation", json!({ "type": "equality", "max_deviation": 1e-12 })),
        "resonance_quality" => ("resonance_quality", json!({ "type": "min", "min": 6.0, "unit": "dB" })),
        "interference" => ("interference", json!({ "type": "relative_max", "max_ratio": 0.15 })),
        "conductivity" => ("conductivity", json!({ "type": "min", "min": 0.95 })),
        "capacity_margin" => ("capacity_margin", json!({ "type": "min_multiple", "min_multiple": 1.3 })),
        "aead_exact_recall" => ("exact_recall", json!({ "type": "equality", "value": 1.0 })),
        "pde_stability" => ("stability_gain", json!({ "type": "max", "max": 0.98 })),
        _ => return None,
    })
}

/// Whether a special promise is kept by what was measured. A single measurement that the trait does not know is the value itself.
fn thesis(house: &House, guarantee: &str, input: &Json, expect: &Json) -> Result<(), String> {
    let (name, bound) = special(guarantee).ok_or(format!("`{guarantee}` is no kind of guarantee"))?;
    same("the invariant", house.annotated("invariant", name), input["invariant"].as_str().map(str::to_owned))?;
    let decision = chain(house, &[json!({ "guarantees": { guarantee: { "bound": bound } } })])?;
    let raw = input["measured"].as_object().ok_or("nothing is measured")?;
    let result: Map<String, Json> = match raw.iter().next() {
        Some((only, value)) if raw.len() == 1 && !house.measures(only) => {
            [(name.to_owned(), value.clone())].into_iter().collect()
        }
        _ => raw.clone(),
    };
    let outcome = house.enforce(&decision, &Json::Object(result))?;
    let judged = outcome.judged.iter().find(|judged| &*judged.name == name).ok_or("nothing is judged")?;
    same(guarantee, judged.met, expect["met"] == json!(true))
}

/// A result that breaks a promise is an error: it is not kept, and nobody else is chosen.
fn violated(house: &House, expect: &Json) -> Result<(), String> {
    let decision = chain(house, &[json!({ "guarantees": { "accuracy": { "min": 0.95 } } })])?;
    let before = house::chosen(&decision)?;
    let outcome = house.enforce(&decision, &json!({ "accuracy": 0.9499 }))?;
    same("the verdict", outcome.met(), expect.get("error").is_none())?;
    same("another choice", house::chosen(&decision)? != before, expect["rerouted"] == json!(true))
}

fn promised(decision: &Decision, guarantee: &str) -> Option<String> {
    let (_, field) = PROMISES.iter().find(|(name, _)| *name == guarantee)?;
    decision.guarantees.iter().find(|(name, _)| &**name == *field).map(|(_, text)| text.clone())
}

#[test]
fn special_promises_are_kept_up_to_their_bounds() {
    let house = House::open();
    let all: &[(&str, &str, Json, bool)] = &[
        ("energy_conservation", "INV-0001", json!({ "energy_in": 1, "energy_out": 1.000001 }), false),
        ("energy_conservation", "INV-0001", json!({ "energy_in": 1, "energy_out": 1.000000001 }), false),
        ("energy_conservation", "INV-0001", json!({ "energy_in": 1000, "energy_out": 1000.000000001 }), true),
        ("energy_conservation", "INV-0001", json!({ "energy_in": 999, "energy_out": 999.000000001 }), false),
        ("energy_conservation", "INV-0001", json!({ "energy_in": -2, "energy_out": 2 }), false),
        ("energy_conservation", "INV-0001", json!({ "energy_in": 0, "energy_out": 0 }), true),
        ("energy_conservation", "INV-0001", json!({ "energy_in": 0, "energy_out": 0.000000001 }), false),
        ("energy_conservation", "INV-0001", json!({ "energy_in": 1 }), false),
        ("resonance_quality", "INV-0003", json!({ "peak": 2, "background": 1 }), true),
        ("resonance_quality", "INV-0003", json!({ "peak": 1.99, "background": 1 }), false),
        ("resonance_quality", "INV-0003", json!({ "peak": 1, "background": 0 }), false),
        ("resonance_quality", "INV-0003", json!({ "peak": 0, "background": 1 }), false),
        ("interference", "INV-0005", json!({ "eta_residual": 0.3, "eta_max": 2 }), true),
        ("interference", "INV-0005", json!({ "eta_residual": 0.3000001, "eta_max": 2 }), false),
        ("interference", "INV-0005", json!({ "eta_residual": 0, "eta_max": 0 }), false),
        ("conductivity", "INV-0018", json!({ "stored_field": [[1, 0]], "pass_mask": [0.95] }), true),
        ("conductivity", "INV-0018", json!({ "stored_field": [[1, 0]], "pass_mask": [0.949] }), false),
        ("conductivity", "INV-0018", json!({ "stored_field": [[1, 0]], "pass_mask": [1, 1] }), false),
        ("capacity_margin", "INV-0010", json!({ "p99_margin": 1.3 }), true),
        ("capacity_margin", "INV-0010", json!({ "p99_margin": 1.299999999 }), false),
        ("aead_exact_recall", "INV-0011", json!({ "pass_rate": 1.0, "integrity_failures": 0 }), true),
        ("aead_exact_recall", "INV-0011", json!({ "pass_rate": 0.999999999, "integrity_failures": 0 }), false),
        ("aead_exact_recall", "INV-0011", json!({ "pass_rate": 1 }), false),
        ("pde_stability", "INV-0007", json!({ "max_gain": 0.98 }), true),
        ("pde_stability", "INV-0007", json!({ "max_gain": 0.980000001 }), false),
    ];
    for (guarantee, invariant, measured, met) in all {
        let input = json!({ "invariant": invariant, "measured": measured });
        thesis(&house, guarantee, &input, &json!({ "met": met })).unwrap_or_else(|found| panic!("{input}: {found}"));
    }
    // The boundary of a recall of 85 per cent, which a binary fraction misses.
    let decision = chain(&house, &[json!({ "guarantees": { "accuracy": { "min": 0.85 } } })]).unwrap();
    for (correct, met) in [(85, true), (84, false)] {
        let outcome = house.enforce(&decision, &json!({ "correct": correct, "answers": 100 })).unwrap();
        assert_eq!(outcome.judged[0].met, met, "{correct} of 100");
    }
}
