//! The invariants of the router over drawn requests and services: whoever is chosen passes every stage, whoever passes every
//! stage and is not chosen is no better, and nobody is left over where nobody is chosen. The stages are worked out here a
//! second time, from the contracts as they are written.

use provost::route::decision::Ending;
use serde_json::{Value as Json, json};

use super::house::{self, House, NOW};

const CASES: u64 = 200;

/// Numbers that follow from a seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    fn often(&mut self) -> bool {
        self.below(8) > 0
    }

    fn some(&mut self, of: &[&str]) -> Vec<String> {
        of.iter().filter(|_| self.below(3) > 0).map(|text| (*text).to_owned()).collect()
    }
}

fn service(draw: &mut Draw, id: &str) -> Json {
    let mut abilities = draw.some(&["a", "b", "c"]);
    abilities.push("d".to_owned());
    let mut contract = json!({
        "service_id": id, "name": id, "version": "1.0.0",
        "capabilities": abilities,
        "guarantees": {},
        "constraints": { "risk": 0.01 * draw.below(60) as f64 },
        "cost": {},
        "privacy": { "data_locality": draw.one(&["on_device", "local", "cloud"]) },
        "required_permissions": draw.some(&["read", "write"]),
        "api": { "protocol": "http", "base_url": "http://h" },
    });
    if draw.often() {
        contract["guarantees"]["latency"] = json!({ "max": 100 * draw.below(20) });
    }
    if draw.often() {
        contract["guarantees"]["accuracy"] = json!(0.01 * (80 + draw.below(20)) as f64);
    }
    if draw.often() {
        contract["cost"]["per_request"] = json!(0.01 * draw.below(10) as f64);
    }
    if draw.often() {
        contract["privacy"]["encryption"] = json!(draw.below(2) == 0);
    }
    if draw.often() {
        contract["required_trust_level"] = json!(draw.below(4));
    }
    if draw.below(2) == 0 {
        contract["public"] = json!(true);
    }
    rounded(contract)
}

/// The contract with the numbers that a person would write.
fn rounded(mut contract: Json) -> Json {
    for path in ["/constraints/risk", "/guarantees/accuracy", "/cost/per_request"] {
        if let Some(number) = contract.pointer_mut(path) {
            *number = json!((number.as_f64().unwrap() * 100.0).round() / 100.0);
        }
    }
    contract
}

fn request(draw: &mut Draw) -> Json {
    let mut task = json!({
        "intent": "work",
        "needs": draw.some(&["a", "b"]),
        "matching": draw.one(&["all_of", "any_of"]),
        "authenticated": draw.below(16) > 0,
        "token_expires": draw.one(&["2026-01-01T00:00:01Z", "2026-06-01T00:00:00Z", "2026-01-01T00:00:01Z", "2026-01-01T00:00:00Z"]),
        "permissions": draw.some(&["read", "write", "other"]),
        "labels": draw.some(&["sensitive"]),
        "max_cost": format!("0.0{} USD", 2 + draw.below(8)),
        "persona": { "confidential": draw.below(4) == 0 },
    });
    if draw.often() {
        task["trust_level"] = json!(1 + draw.below(4));
    }
    if draw.below(2) == 0 {
        task["max_latency"] = json!(format!("{}ms", 100 * (1 + draw.below(20))));
    }
    if draw.below(4) == 0 {
        task["min_accuracy"] = json!(format!("{}%", 80 + draw.below(20)));
    }
    if draw.below(4) == 0 {
        task["persona"]["max_risk"] = json!(format!("{}%", 10 + draw.below(50)));
    }
    if draw.below(4) == 0 {
        task["persona"]["risk_tolerance"] = json!(format!("{}%", 10 + draw.below(50)));
    }
    task
}

fn number(json: &Json) -> Option<f64> {
    json.as_f64()
        .or_else(|| json.as_str().and_then(super::amount))
        .or_else(|| json.as_str().and_then(|text| text.strip_suffix(" USD")?.parse().ok()))
}

fn texts(json: &Json) -> Vec<&str> {
    json.as_array().into_iter().flatten().filter_map(Json::as_str).collect()
}

/// Whether a bound of the request, if it states one, is met by what the service states, if it states it.
fn within(bound: Option<&Json>, stated: Option<f64>, least: bool) -> bool {
    let Some(bound) = bound.and_then(number) else { return true };
    stated.is_some_and(|stated| if least { stated >= bound - 1e-9 } else { stated <= bound + 1e-9 })
}

/// Whether a service passes every stage, from the contract and the request as they are written.
fn passes(task: &Json, service: &Json) -> bool {
    let needs = texts(&task["needs"]);
    let abilities = texts(&service["capabilities"]);
    let offered = |need: &&str| abilities.contains(need);
    let matches = if task["matching"] == json!("all_of") {
        needs.iter().all(offered)
    } else {
        needs.is_empty() || needs.iter().any(offered)
    };
    let permissions = texts(&task["permissions"]);
    let required = texts(&service["required_permissions"]);
    let authorised = required.iter().any(|p| permissions.contains(p))
        || required.is_empty() && service.get("public") == Some(&json!(true));
    let home = ["on_device", "local"].contains(&service["privacy"]["data_locality"].as_str().unwrap());
    let guarded = home || service["privacy"].get("encryption") == Some(&json!(true));
    let trusted = match (task.get("trust_level"), service.get("required_trust_level")) {
        (Some(has), Some(needs)) => has.as_u64() >= needs.as_u64(),
        _ => false,
    };
    let risk = service.pointer("/constraints/risk").and_then(number);
    matches
        && task["authenticated"] == json!(true)
        && task["token_expires"] != json!("2026-01-01T00:00:00Z")
        && authorised
        && (texts(&task["labels"]).is_empty() || guarded)
        && trusted
        && (task["persona"]["confidential"] == json!(false) || guarded)
        && within(task["persona"].get("max_risk"), risk, false)
        && within(task["persona"].get("risk_tolerance"), risk, false)
        && within(Some(&json!(0.5)), risk, false)
        && within(task.get("max_cost"), service.pointer("/cost/per_request").and_then(number), false)
        && within(task.get("max_latency"), service.pointer("/guarantees/latency/max").and_then(number), false)
        && within(task.get("min_accuracy"), service.pointer("/guarantees/accuracy").and_then(number), true)
}

/// The terms of the equation that differ between candidates, where no field is known.
fn worth(task: &Json, service: &Json) -> f64 {
    let share = |stated: Option<f64>, scale: f64| stated.map_or(1.0, |stated| (stated / scale).clamp(0.0, 1.0));
    let price = service.pointer("/cost/per_request").and_then(number);
    let cost = match task.get("max_cost").and_then(number) {
        Some(0.0) => 0.0,
        limit => share(price, limit.unwrap_or(0.1)),
    };
    let slowest = task.get("max_latency").and_then(number).unwrap_or(10_000.0);
    let latency = share(service.pointer("/guarantees/latency/max").and_then(number), slowest);
    let risk = service.pointer("/constraints/risk").and_then(number).unwrap_or(1.0);
    -0.1 * cost - 0.05 * risk - 0.05 * latency
}

#[test]
fn whoever_is_chosen_passes_every_stage_and_nobody_better_does() {
    let house = House::open();
    let mut draw = Draw(42);
    let mut routed = 0;
    for case in 0..CASES {
        let services: Vec<Json> = (0..5).map(|i| service(&mut draw, &format!("s{i}"))).collect();
        let task = request(&mut draw);
        let published = house.publish(&Json::Array(services.clone())).map_err(|f| f[0].message.clone()).unwrap();
        let decision = house.decide("caio", published, &task, NOW, &json!({})).unwrap();
        let passing: Vec<&Json> = services.iter().filter(|service| passes(&task, service)).collect();
        let say = || format!("case {case}: {task} of {services:?}");
        match house::chosen(&decision).unwrap() {
            Some(chosen) => {
                routed += 1;
                let chosen = passing.iter().find(|service| service["service_id"] == json!(chosen));
                let chosen = chosen.unwrap_or_else(|| panic!("{}", say()));
                let best = passing.iter().map(|service| worth(&task, service)).fold(f64::MIN, f64::max);
                assert!(worth(&task, chosen) > best - 1e-6, "{}", say());
            }
            None => {
                assert_eq!(decision.ending, Ending::Unroutable, "{}", say());
                assert!(passing.is_empty(), "{} passes in {}", passing[0], say());
            }
        }
    }
    assert!(routed > CASES / 10 && routed < CASES * 9 / 10, "{routed} of {CASES} are routed, which shows little");
}
