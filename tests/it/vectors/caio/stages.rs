//! Contracts, matching, rules, security, and the whole of a decision.

use ed25519_compact::{KeyPair, Seed};
use provost::base::canonical;
use provost::identity;
use provost::ir::Services;
use provost::registry::{Contract, Operation, Refusal, Source};
use provost::route::decision::Decision;
use provost::store::{PATIENCE, Store, StoreError};
use serde_json::{Value as Json, json};

use super::house::{self, House, NOW, contract as published, rejected, task, welcome};
use super::{amount, near, same};

const MATCHING: [&str; 7] = [
    "caio.capabilities",
    "caio.accuracy",
    "caio.in_time",
    "caio.throughput",
    "caio.availability",
    "caio.determinism",
    "caio.machine",
];
const SECURITY: [(&str, &str); 5] = [
    ("authentication", "caio.authentication"),
    ("authorization", "caio.authorisation"),
    ("privacy", "caio.privacy"),
    ("trust", "caio.trust"),
    ("access", "caio.access"),
];

pub fn ids(json: &Json) -> Vec<String> {
    json.as_array().into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned)).collect()
}

/// A contract with a part in it.
fn with(part: Json) -> Json {
    let mut contract = published("whole", &json!({}));
    for (key, value) in part.as_object().unwrap() {
        contract[key] = value.clone();
    }
    contract
}

pub fn contract(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    if let Some(contracts) = input["register"].as_array() {
        return registered_twice(house, contracts, expect);
    }
    if let Some(layouts) = input["contracts"].as_array() {
        return layouts_are_one(house, layouts);
    }
    if let (Some(flat), Some(nested)) = (input.get("flat"), input.get("nested")) {
        return layouts_are_one(house, &[flat.clone(), nested.clone()]);
    }
    if let Some(forms) = input["guarantees"].as_array() {
        return forms_are_one(house, forms, expect);
    }
    if let Some(verification) = input.get("verification") {
        let words = |key: &str| expect[key].as_array().cloned().unwrap_or_default();
        for (key, word) in words("types")
            .into_iter()
            .map(|w| ("type", w))
            .chain(words("frequencies").into_iter().map(|w| ("frequency", w)))
        {
            let mut verification = verification.clone();
            verification[key] = word;
            judged(house, &with(json!({ "invariants": [{ "id": "I", "verification": verification }] })), expect)?;
        }
        return judged(house, &with(json!({ "invariants": [{ "id": "I", "verification": verification }] })), expect);
    }
    let whole = match (input.get("contract"), input.get("guarantees"), input.get("bound")) {
        (Some(contract), ..) => contract.clone(),
        (_, Some(guarantees), _) => with(json!({ "guarantees": guarantees })),
        (.., Some(bound)) => with(json!({ "guarantees": { "conductivity": { "bound": bound } } })),
        _ => return Err("not built".to_owned()),
    };
    judged(house, &whole, expect)
}

/// A contract that is registered twice: the same changes nothing, and another one under its name clashes.
fn registered_twice(house: &House, contracts: &[Json], expect: &Json) -> Result<(), String> {
    if contracts.iter().any(|contract| contract["service_id"] != contracts[0]["service_id"]) {
        return Err("services of several names".to_owned());
    }
    let register = |json: &Json| -> Result<Vec<Operation>, String> {
        let services = house.publish(json).map_err(|faults| faults[0].message.clone())?;
        let source =
            Source { file: "a.json".into(), adapter: "caio".into(), trait_: None, text: json.to_string().into() };
        let operation = |(name, service): (provost::base::Name, provost::ir::Service)| {
            let contract = canonical::to_string(&provost::ir::json::service(&service));
            Operation::Register(Contract { name, contract, source: source.clone() })
        };
        Ok(services.into_iter().map(operation).collect())
    };
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let now = "2026-11-21T00:00:00Z".parse().unwrap();
    let store = Store::init(folder.path(), PATIENCE, now).map_err(|e| e.to_string())?.0;
    let repeated = contracts.iter().filter(|contract| **contract == contracts[0]);
    for (number, contract) in repeated.enumerate() {
        let written = store.apply(now, register(contract)?).map_err(|e| e.to_string())?;
        same("what changes", written.changes.len(), usize::from(number == 0))?;
    }
    // The original answers the second with a conflict even where it says the same; here only another contract is one.
    same("the answer", expect["second"]["code"].as_str(), Some("CONFLICT"))?;
    let changed = contracts.iter().find(|contract| **contract != contracts[0]).cloned();
    let mut other = contracts[0].clone();
    other["version"] = json!("9.9.9");
    let other = changed.unwrap_or(other);
    let clash = store.apply(now, register(&other)?);
    same("a clash", matches!(clash, Err(StoreError::Refused(all)) if matches!(all[..], [Refusal::Clash(..)])), true)?;
    same("the services", store.refresh().map_err(|e| e.to_string())?.services.len(), 1)
}

/// Whether the contract is sound as wanted, and its faults stand where they are wanted.
fn judged(house: &House, contract: &Json, expect: &Json) -> Result<(), String> {
    let result = house.publish(contract);
    let messages = |faults: &[house::Fault]| faults.iter().map(|f| f.message.clone()).collect::<Vec<_>>().join("; ");
    match (&result, expect["is_valid"].as_bool()) {
        (Err(faults), Some(true)) => return Err(messages(faults)),
        (Ok(_), Some(false)) => return Err("is sound".to_owned()),
        _ => {}
    }
    if let Err(faults) = &result {
        for path in ids(&expect["error_paths"]) {
            // A fault of a bound may be told as one of its guarantee.
            let speaks_of = |fault: &house::Fault| {
                fault.path == path
                    || fault.path.starts_with(&format!("{path}["))
                    || fault.path.contains('.') && path.starts_with(&format!("{}.", fault.path))
            };
            let found = faults.iter().any(speaks_of);
            if !found {
                return Err(format!("no fault of `{path}`: {}", messages(faults)));
            }
        }
    }
    if let (Ok(services), Some(_)) = (&result, expect.get("normalised_capabilities")) {
        let stated = stated(services, "capabilities");
        let wanted = ids(&expect["normalised_capabilities"]);
        return same(
            "capabilities",
            stated,
            format!("{{{}}}", wanted.iter().map(|w| format!("\"{w}\"")).collect::<Vec<_>>().join(", ")),
        );
    }
    Ok(())
}

/// Whether contracts in several layouts are one and the same service.
fn layouts_are_one(house: &House, layouts: &[Json]) -> Result<(), String> {
    let service = |json: &Json| -> Result<Vec<String>, String> {
        let services = house.publish(json).map_err(|faults| faults[0].message.clone())?;
        Ok(services.values().map(|service| canonical::to_string(&provost::ir::json::service(service))).collect())
    };
    let first = service(layouts.first().ok_or("no contract")?)?;
    layouts.iter().try_for_each(|other| same("the service", service(other)?, first.clone()))
}

fn stated(services: &Services, field: &str) -> String {
    services.values().next().and_then(|s| s.values.get(field)).map_or("unknown".to_owned(), ToString::to_string)
}

/// Whether every spelling of a guarantee comes to what is wanted.
fn forms_are_one(house: &House, forms: &[Json], expect: &Json) -> Result<(), String> {
    for (index, form) in forms.iter().enumerate() {
        let services = house.publish(&with(json!({ "guarantees": form }))).map_err(|f| f[0].message.clone())?;
        let wanted = expect.get("all_normalise_to").unwrap_or(&expect["normalise_to"][index]);
        for (guarantee, bound) in wanted.as_object().unwrap() {
            let found = stated(&services, guarantee);
            match bound.get("max").or(bound.get("min")) {
                Some(number) => near(guarantee, amount(&found).ok_or(found)?, number)?,
                None => same(guarantee, found, bound["eq"].to_string())?,
            }
            if let Some(seed) = bound.get("seed_required") {
                let wanted = if seed.is_null() { "unknown".to_owned() } else { seed.to_string() };
                same("seed_required", stated(&services, "seed_required"), wanted)?;
            }
        }
    }
    Ok(())
}

/// A decision about services by name.
fn decide(house: &House, services: &[(String, Json)], task: &Json, now: u64) -> Result<Decision, String> {
    let contracts: Json = services.iter().map(|(id, service)| published(id, service)).collect();
    let services = house.publish(&contracts).map_err(|f| f[0].message.clone())?;
    house.decide("caio", services, task, now, &json!({}))
}

pub fn matching(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    let Some(service) = input.get("service") else { return spellings(input, expect) };
    let mut task = task(input, input["capability_mode"].as_str().unwrap_or("all"))?;
    welcome(&mut task);
    let decision = decide(house, &[("s".to_owned(), service.clone())], &task, NOW)?;
    house::chosen(&decision)?;
    let matches = !rejected(&decision, "s", &MATCHING);
    same("the match", matches, expect["matches"] == json!(true))?;
    let evidence = &expect["evidence"];
    let common = ids(&evidence["capability_intersection"]);
    if let Some((_, matched)) = decision.outputs.iter().find(|(name, _)| &**name == "matched") {
        let wanted = format!("[{}]", common.iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", "));
        same("the common capabilities", matched.clone().unwrap_or_default(), wanted)?;
    } else if input["capability_mode"] == json!("any") && !ids(&task["needs"]).is_empty() {
        same("that nothing is common", rejected(&decision, "s", &["caio.capabilities"]), common.is_empty())?;
    }
    for (guarantee, met) in evidence["guarantees"].as_object().into_iter().flatten() {
        let constraint = if guarantee == "latency" { "caio.in_time".to_owned() } else { format!("caio.{guarantee}") };
        same(guarantee, !rejected(&decision, "s", &[&constraint]), *met == json!(true))?;
    }
    let all = evidence["constraints"].as_object().is_none_or(|all| all.values().all(|met| *met == json!(true)));
    same("the constraints", !rejected(&decision, "s", &["caio.machine"]), all)
}

/// Whether spellings of requirements come to the needs that are wanted.
fn spellings(input: &Json, expect: &Json) -> Result<(), String> {
    let (wanted, all) = match expect.get("all_normalise_to") {
        Some(wanted) => (wanted, input["requirements"].as_array().cloned().unwrap_or_default()),
        None => (&expect["normalise_to"], vec![input["requirements"].clone()]),
    };
    if all.is_empty() {
        return Err("no spelling of requirements".to_owned());
    }
    let asked = |requirements: &Json| house::translated(&json!({ "intent": "work", "requirements": requirements }));
    let wanted = asked(wanted)?;
    for spelling in all {
        same(&spelling.to_string(), asked(&spelling)?, wanted.clone())?;
    }
    let capabilities = &expect.get("all_normalise_to").unwrap_or(&expect["normalise_to"])["capabilities"];
    same("the needs", &wanted["needs"], capabilities)
}

/// Whether bytes have the hash that is wanted. They are not encrypted in between: that is the transport's, and only what comes
/// out of it is hashed here.
fn integrity(bytes: &[u8], expect: &Json) -> Result<(), String> {
    let wanted = match expect["sha256"].as_str() {
        Some(hash) => format!("sha256:{hash}"),
        None => canonical::digest_bytes(bytes),
    };
    same("the hash", canonical::digest_bytes(bytes), wanted.clone())?;
    let arrived = bytes.to_vec();
    same(
        "the hash of what arrives",
        canonical::digest_bytes(&arrived) == wanted,
        expect["hash_before_equals_after"] == json!(true),
    )?;
    let edited: Vec<u8> = arrived.iter().enumerate().map(|(at, byte)| if at == 0 { byte ^ 1 } else { *byte }).collect();
    same("that an edit shows", canonical::digest_bytes(&edited) == wanted, false)
}

/// Whether a result with this signature would be enforced; that of the key is, and any other is not.
fn accepted(signature: &str) -> bool {
    let pair = KeyPair::from_seed(Seed::new([1; 32]));
    let result = b"{\"latency\": \"450ms\"}";
    let accepts = |signature: &str| {
        canonical::unhex(signature).is_some_and(|signature| identity::signed(&pair.pk, result, &signature))
    };
    let genuine = canonical::hex(&*pair.sk.sign(result, None));
    assert!(accepts(&genuine), "the signature of the key is accepted");
    accepts(if signature == "valid" { &genuine } else { signature })
}

pub fn security(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    if let Some(word) = input.get("trust_level") {
        // A word has a level by the scale that the package declares, which the reason for other scales names.
        let mut task = json!({ "intent": "work", "needs": [] });
        welcome(&mut task);
        task["trust_level"] = Json::Null;
        task["trust"] = word.clone();
        let service = json!({ "required_trust_level": input["required_trust_level"] });
        let decision = decide(house, &[("s".to_owned(), service)], &task, NOW)?;
        return same("trust", !rejected(&decision, "s", &["caio.trust"]), expect["trust_valid"] == json!(true));
    }
    if let Some(text) = input["plaintext"].as_str() {
        return integrity(text.as_bytes(), expect);
    }
    if let Some(signature) = input["result_signature"].as_str() {
        return same("whether it is accepted", accepted(signature), expect["result_accepted"] == json!(true));
    }
    let Some(service) = input.get("service") else { return Err("not a check of a service".to_owned()) };
    let task = task(&input["request"], "all")?;
    let decision = decide(house, &[("s".to_owned(), service.clone())], &task, input["now"].as_u64().unwrap_or(NOW))?;
    house::chosen(&decision)?;
    let mut secure = true;
    for (check, constraint) in SECURITY {
        let valid = !rejected(&decision, "s", &[constraint]);
        secure &= valid;
        if let Some(wanted) = expect[check].get("valid") {
            same(check, json!(valid), wanted.clone())?;
        }
    }
    if let Some((_, Some(found))) = decision.outputs.iter().find(|(name, _)| &**name == "permitted_by") {
        let mut common = ids(&expect["authorization"]["intersection"]);
        common.sort();
        let wanted = format!("[{}]", common.iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", "));
        same("the common permissions", found.clone(), wanted)?;
    }
    same("security", secure, expect["secure"] == json!(true))
}
