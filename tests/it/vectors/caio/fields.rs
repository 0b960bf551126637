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
        return defaults(house, wanted);
    }
    if let (Some(context), Some(_)) = (input.get("context"), expect.get("energy")) {
        let part = |key: &str| json!([context[key], 0]);
        let mut all = vec![part("conversation_length"), part("user_trust_level"), part("priority")];
        all.resize(usize::try_from(input["D"].as_u64().unwrap()).unwrap(), json!([0, 0]));
        // The spectrum of the context has the energy of the context.
        let spectrum = complex::spectrum(&field(&Json::Array(all))?).ok_or("no spectrum")?;
        return near("energy", number(complex::energy(&spectrum))?, &expect["energy"]);
    }
    let Some(psi) = input.get("psi_i") else { return Err("not a field".to_owned()) };
    let psi = field(psi)?;
    for (name, wanted) in expect.as_object().unwrap() {
        let other = || field(&input["psi_rfs"]);
        let found = match name.as_str() {
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
fn defaults(house: &House, wanted: &Json) -> Result<(), String> {
    same("a memory that was not measured", metrics(house, &json!({}))?, None)?;
    let text = house.default_of("Metrics");
    near("resonance", text["resonance"].as_f64().ok_or("no default")?, &wanted["resonance"])?;
    near("recall", text["recall"].as_f64().ok_or("no default")?, &wanted["recall"])
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
        let excess = wanted.as_f64().ok_or("no number")?;
        let held = !rejected(&decision, "s", &[&format!("caio.{name}")]);
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
