//! The master equation, and what services promise together.

use provost::route::decision::Decision;
use serde_json::{Map, Value as Json, json};

use super::house::{self, House, NOW, contract as published, rejected, welcome};
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
    let decision = house.decide("caio", services, task, NOW, &json!({ id: heard }))?;
    house::chosen(&decision)?;
    let chosen = decision.roles.first().and_then(|r| r.given.first()).ok_or("nobody is chosen")?;
    amount(&chosen.score.to_string()).ok_or("no score".to_owned())
}

pub fn scoring(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    if let Some(weights) = input.get("weights") {
        let standard = WEIGHTS.iter().all(|(name, weight)| weights[name].as_f64() == Some(*weight));
        if !standard {
            return Err("other weights".to_owned());
        }
    }
    if let Some(candidates) = input["candidates"].as_object() {
        return select(house, candidates, input, expect);
    }
    if let Some(tied) = input["candidates"].as_array() {
        let contracts: Json = tied.iter().map(|id| published(id.as_str().unwrap(), &json!({}))).collect();
        let services = house.publish(&contracts).map_err(|f| f[0].message.clone())?;
        let mut task = json!({ "intent": "work", "needs": [] });
        welcome(&mut task);
        let decision = house.decide("caio", services, &task, NOW, &json!({}))?;
        return same("the choice", json!(house::chosen(&decision)?), expect["selected"].clone());
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
    if scales.is_null() {
        return Err("raw units".to_owned());
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
            near(guarantee, amount(&found).unwrap(), bound.get("min").unwrap_or(&bound["max"]))?;
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
        near(name, amount(&judged.bound.to_string()).ok_or("no bound")?, &wanted["bound"])?;
        if let Some(value) = &judged.value {
            near(name, amount(&value.to_string()).ok_or("no value")?, &wanted["value"])?;
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

/// The decision of the route with as many stages as there are services, each of which can do one of them.
fn chain(house: &House, links: &[Json]) -> Result<Decision, String> {
    let route = match links.len() {
        1 => "caio",
        2 => "caio_two",
        3 => "caio_three",
        more => return Err(format!("not built: a route of {more} stages")),
    };
    let contracts: Json = links
        .iter()
        .enumerate()
        .map(|(index, link)| {
            let mut link = link.clone();
            link["capabilities"] = json!([format!("step{index}")]);
            published(&format!("s{index}"), &link)
        })
        .collect();
    let services = house.publish(&contracts).map_err(|f| f[0].message.clone())?;
    let mut task = json!({ "intent": "work", "max_cost": "1000 USD" });
    for (index, key) in ["needs", "then_needs", "finally_needs"].iter().enumerate().take(links.len()) {
        task[key] = json!([format!("step{index}")]);
    }
    task["needs"] = json!(["step0"]);
    welcome(&mut task);
    let decision = house.decide(route, services, &task, NOW, &json!({}))?;
    house::chosen(&decision)?.ok_or("nobody is chosen")?;
    Ok(decision)
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
