//! Functions of fields, the state of the memory, the persona and the control signal.

use provost::base::{Decimal, FileId};
use provost::data::read_json;
use provost::facts::decode::{Known, Schema, value};
use provost::ir::{Policy, Services};
use provost::value::{Type, Value, complex};
use serde_json::{Value as Json, json};

use super::house::{self, House, NOW, contract as published, persona, rejected, welcome};
use super::{amount, near, phases, same};

fn read(json: &Json, ty: &Type) -> Result<Value, String> {
    let node = read_json(FileId(0), &json.to_string()).map_err(|f| f[0].message.clone())?;
    let (policy, services) = (Policy::default(), Services::default());
    let schema = Schema { policy: &policy, services: Known::Services(&services) };
    value(&node, ty, &schema).map_err(|f| f[0].message.clone())
}

fn field(json: &Json) -> Result<Vec<complex::Complex>, String> {
    match read(json, &Type::ComplexVector)? {
        Value::Complex(numbers) => Ok(numbers.to_vec()),
        other => Err(format!("{other} is no field")),
    }
}

fn share(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn fields(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    if let (Some(psi), Some(mask)) = (input.get("psi"), input.get("mask")) {
        let Value::Vector(mask) = read(mask, &Type::Vector)? else { return Err("no mask".to_owned()) };
        let kappa = number(complex::conductivity(&field(psi)?, &mask))?;
        near("kappa", kappa, &expect["kappa"])?;
        return same("whether it is in band", kappa >= 0.95, expect["in_band_ok_0_95"] == json!(true));
    }
    if let Some(levels) = input["Q_db"].as_array() {
        for (level, ok) in levels.iter().zip(expect["ok"].as_array().unwrap()) {
            same("the memory", metrics(house, &json!({ "resonance": level }))?.is_none(), *ok == json!(true))?;
        }
        return Ok(());
    }
    if let Some(measured) = input.get("rfs_metrics") {
        let found = metrics(house, measured)?;
        return match expect["error"].as_str() {
            Some(wanted) => same("what is broken", found.is_some_and(|why| why.contains(wanted)), true),
            None => same("what is broken", found, None),
        };
    }
    if let Some(wanted) = expect.get("rfs_metrics") {
        return defaults(house, &input["context"], wanted);
    }
    if let (Some(context), Some(_)) = (input.get("context"), expect.get("energy")) {
        let part = |key: &str| json!([context[key], 0]);
        let mut all = vec![part("conversation_length"), part("user_trust_level"), part("priority")];
        all.resize(usize::try_from(input["D"].as_u64().unwrap()).unwrap(), json!([0, 0]));
        // The spectrum of the context has the energy of the context.
        let spectrum = complex::spectrum(&field(&Json::Array(all))?).ok_or("no spectrum")?;
        return near("energy", number(complex::energy(&spectrum))?, &expect["energy"]);
    }
    let Some(written) = input.get("psi_i") else { return Err("not a field".to_owned()) };
    if expect.get("error").is_some() {
        // What is no field, or has the length of no other, is compared with nothing.
        let read = field(written).and_then(|psi| other_field(input).map(|other| (psi, other)));
        let compared = read.and_then(|(psi, other)| number(complex::cosine(&psi, &other.unwrap_or_default())));
        return same("whether it is refused", compared.is_err(), true);
    }
    let psi = field(written)?;
    let other = || other_field(input)?.ok_or("no other field".to_owned());
    for (name, wanted) in expect.as_object().unwrap() {
        if name == "W_q_db" && !wanted.is_number() {
            // A level without a number is a fault, and nobody is ranked by it.
            same(name, number(complex::resonance(&psi, &other()?)).is_err(), true)?;
            continue;
        }
        let found = match name.as_str() {
            "RL" | "resonance" | "best" | "best_model" | "argmax" => {
                let (value, best) = market(house, input)?;
                if wanted.is_string() || wanted.is_null() {
                    same(name, json!(best), wanted.clone())?;
                    continue;
                }
                value
            }
            "W" | "A" | "attention" if input.get("models").is_none() => term(house, input, name)?,
            "W_correlation" if complex::energy(&psi).is_none_or(|energy| energy == Decimal::ZERO) => {
                term(house, input, "W")?
            }
            "intent_matched_filter" => number(complex::energy(&psi))?,
            "intent_high_freq" => number(complex::band(&psi, share("0.5"), share("1")))?,
            "low_band_energy" => number(complex::band(&psi, share("0"), share("0.25")))?,
            "W_correlation" => number(complex::cosine(&psi, &other()?))?,
            "W_q_db" => number(complex::resonance(&psi, &other()?))?,
            other => return Err(format!("not built: `{other}`")),
        };
        near(name, found, wanted)?;
    }
    Ok(())
}

/// The field beside that of the intent, whatever it is called.
fn other_field(input: &Json) -> Result<Option<Vec<complex::Complex>>, String> {
    let parts = input.as_object().into_iter().flatten();
    let mut others = parts.filter(|(name, part)| *name != "psi_i" && part[0].is_array());
    others.next().map(|(_, part)| field(part)).transpose()
}

/// A term of the master equation, as what a service is worth where nothing else counts.
fn term(house: &House, input: &Json, name: &str) -> Result<f64, String> {
    let parts = input.as_object().into_iter().flatten();
    let other = parts.filter(|(key, part)| *key != "psi_i" && part[0].is_array()).map(|(_, part)| part).next();
    let (part, weight) = if name.starts_with('W') { ("memory_field", 0.1) } else { ("context_field", 0.2) };
    let mut task =
        json!({ "intent": "work", "needs": [], "intent_field": input["psi_i"], "measured": { "intent": 0 } });
    task[part] = other.cloned().unwrap_or_default();
    welcome(&mut task);
    let free = json!({ "guarantees": { "latency": { "max": 0 } } });
    let services = house.publish(&json!([published("s", &free)])).map_err(|f| f[0].message.clone())?;
    let decision = house.decide("caio", services, &task, NOW, &json!({}))?;
    house::chosen(&decision)?;
    let chosen = decision.roles.first().and_then(|role| role.given.first()).ok_or("nobody is chosen")?;
    Ok(amount(&chosen.score.to_string()).ok_or("no score")? / weight)
}

/// The fields of services, as a map by their names, a list, or a list of maps.
fn encodings(input: &Json) -> Vec<(String, Json)> {
    let parts = input.as_object().into_iter().flatten().filter(|(name, _)| *name != "psi_i");
    let inner = |of: &Json| of.as_object().and_then(|of| of.values().find(|part| part[0].is_array())).cloned();
    let read = |(_, part): (&String, &Json)| -> Vec<(String, Json)> {
        match part {
            Json::Object(all) => all.iter().map(|(name, field)| (name.clone(), field.clone())).collect(),
            Json::Array(all) => {
                let name = |index: usize, of: &Json| of["id"].as_str().map_or(format!("m{index}"), str::to_owned);
                let all = all.iter().enumerate();
                all.map(|(index, of)| (name(index, of), inner(of).unwrap_or_else(|| of.clone()))).collect()
            }
            _ => Vec::new(),
        }
    };
    parts.flat_map(read).collect()
}

/// How well the best of services with these fields resonates with the intent, and which it is; not at all, where there is none.
fn market(house: &House, input: &Json) -> Result<(f64, Option<String>), String> {
    let contract = |(id, encoding): &(String, Json)| {
        let mut contract = published(id, &json!({ "guarantees": { "latency": { "max": 0 } } }));
        contract["encoding"] = encoding.clone();
        contract
    };
    let contracts: Json = encodings(input).iter().map(contract).collect();
    let services = house.publish(&contracts).map_err(|f| f[0].message.clone())?;
    let mut task =
        json!({ "intent": "work", "needs": [], "intent_field": input["psi_i"], "measured": { "intent": 0 } });
    welcome(&mut task);
    let decision = house.decide("caio", services, &task, NOW, &json!({}))?;
    let best = house::chosen(&decision)?;
    let chosen = decision.roles.first().and_then(|role| role.given.first());
    let score = chosen.map_or(Some(0.0), |chosen| amount(&chosen.score.to_string())).ok_or("no score")?;
    Ok((score / 0.2, best))
}

fn number(found: Option<Decimal>) -> Result<f64, String> {
    found.and_then(|number| amount(&number.to_string())).ok_or("a fault".to_owned())
}

/// What the package finds broken in a state of the memory.
fn metrics(house: &House, metrics: &Json) -> Result<Option<String>, String> {
    let mut task = json!({ "intent": "work", "needs": [], "metrics": metrics });
    welcome(&mut task);
    let services = house.publish(&json!([published("s", &json!({}))])).map_err(|f| f[0].message.clone())?;
    let decision = house.decide("caio", services, &task, NOW, &json!({}))?;
    Ok(decision.invalid.map(|problems| problems.iter().map(|p| p.message.clone()).collect::<Vec<_>>().join("; ")))
}

/// Whether a memory that was not measured counts as one with these measures: below them it would not be accepted.
fn defaults(house: &House, context: &Json, wanted: &Json) -> Result<(), String> {
    same("a memory that was not measured", metrics(house, &json!({}))?, None)?;
    let asked = house::translated(&json!({ "intent": "work", "requirements": {}, "context": context }))?;
    let mut text = house.default_of("Metrics");
    for (name, stated) in asked["metrics"].as_object().into_iter().flatten() {
        text[name] = stated.clone();
    }
    near("resonance", text["resonance"].as_f64().ok_or("no default")?, &wanted["resonance"])?;
    near("recall", text["recall"].as_f64().ok_or("no default")?, &wanted["recall"])?;
    // What the memory costs counts for nothing, whether it was measured or not.
    near("cost", 0.0, wanted.get("cost").unwrap_or(&json!(0)))
}

pub fn traits_and_control(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    if input.get("secure").is_some() {
        return phases::nobody_satisfies_the_persona(house, input, expect);
    }
    if input.get("route").is_some() {
        return phases::what_a_decision_has(house, expect);
    }
    if input.get("traits").is_some() {
        return traits(house, input, expect);
    }
    if let Some(push) = input.get("u") {
        return control(house, push, input, expect);
    }
    let page = std::fs::read_to_string(format!("{}/docs/reference/caio.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for (id, title) in expect.as_object().unwrap() {
        let line = page.lines().find(|line| line.contains(id)).ok_or(format!("`{id}` is on no page"))?;
        let title = title.as_str().ok_or(format!("`{id}` has no title"))?.to_lowercase();
        same(id, line.to_lowercase().contains(&title), true)?;
    }
    Ok(())
}

fn traits(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    let mut task = json!({ "intent": "work", "needs": [] });
    welcome(&mut task);
    persona(&input["traits"], &mut task);
    let mut service = input["service"].clone();
    if let Some(locality) = service.get("data_locality").cloned() {
        service["privacy"] = json!({ "data_locality": locality, "encryption": service["encryption"] });
    }
    let services = house.publish(&json!([published("s", &service)])).map_err(|f| f[0].message.clone())?;
    let decision = house.decide("caio", services, &task, NOW, &json!({}))?;
    house::chosen(&decision)?;
    let mut satisfied = true;
    for (name, wanted) in expect["G"].as_object().into_iter().flatten() {
        let held = !rejected(&decision, "s", &[&format!("caio.{name}")]);
        if wanted.is_null() {
            // What is not known of the service is not borne.
            same(name, held, false)?;
            satisfied = false;
            continue;
        }
        let excess = wanted.as_f64().ok_or("no number")?;
        same(name, held, excess <= 0.0)?;
        satisfied &= held;
        let output = match name.as_str() {
            "conservative" => "over_risk",
            "risk_tolerance" => "over_tolerance",
            _ => continue,
        };
        // Where the persona asks for nothing the original says zero, and the decision that nothing is known.
        if let Some((_, Some(found))) = decision.outputs.iter().find(|(known, _)| &**known == output) {
            near(name, amount(found).ok_or(found.clone())?, wanted)?;
        }
    }
    same("all of them", satisfied, expect["satisfied"] == json!(true))
}

fn control(house: &House, push: &Json, input: &Json, expect: &Json) -> Result<(), String> {
    let mut task = json!({ "intent": "work", "needs": [], "push": push });
    welcome(&mut task);
    let (most, taken) = (input["E_max"].as_f64().unwrap_or(1.0), input["E_intent"].as_f64().unwrap_or(0.0));
    task["max_energy"] = json!(most - taken);
    let services = house.publish(&json!([published("s", &json!({}))])).map_err(|f| f[0].message.clone())?;
    let decision = house.decide("caio", services, &task, NOW, &json!({}));
    if expect.get("error").is_some() {
        return same("whether it is refused", decision.is_err(), true);
    }
    let decision = decision?;
    let found = decision.outputs.iter().find(|(name, _)| &**name == "control").and_then(|(_, v)| v.clone());
    let found = found.ok_or("no control signal")?;
    let wanted = expect["u_clamped"].as_array().unwrap();
    let numbers: Vec<f64> = found.trim_matches(['[', ']']).split(',').filter_map(|n| n.trim().parse().ok()).collect();
    same("the length", numbers.len(), wanted.len())?;
    numbers.iter().zip(wanted).try_for_each(|(found, wanted)| near("the signal", *found, wanted))?;
    near("its energy", numbers.iter().map(|n| n * n).sum(), &expect["energy"])
}

/// Fields that are the same resonate by the more, the longer they are.
#[test]
fn the_resonance_gives_its_anchors() {
    for (length, wanted) in [(4_u32, 12.0412), (1024, 60.2060)] {
        let part = 1.0 / f64::from(length).sqrt();
        let same: Vec<Json> = (0..length).map(|_| json!([part, 0])).collect();
        let same = field(&Json::Array(same)).unwrap();
        let resonance = number(complex::resonance(&same, &same)).unwrap();
        assert!((resonance - wanted).abs() < 1e-4, "{resonance} dB at {length}");
        near("the memory", number(complex::cosine(&same, &same)).unwrap(), &json!(1)).unwrap();
    }
}
