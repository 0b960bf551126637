//! The whole of a decision, told by the phases that the package declares: who is left after each, the first that leaves nobody with
//! its sentence, the proofs.

use provost::cli::shell::Failure;
use provost::cli::verify;
use provost::explain::Told;
use provost::explain::phases::story;
use provost::explain::proofs::proofs;
use provost::proof;
use provost::route::decide_traced;
use provost::route::decision::{Decision, Ending};
use serde_json::{Value as Json, json};

use super::house::{self, House, NOW, contract as published, persona, task, welcome};
use super::stages::ids;
use super::{amount, near, rules, same};

/// The sets that the measurement gives, by the phase after which they are left.
const SETS: [(&str, &str); 4] = [
    ("candidates", "contract_matching"),
    ("filtered", "rule_satisfaction"),
    ("secure", "security"),
    ("trait_constrained", "trait_constraints"),
];

/// What the measurement calls a stage where it says which one was empty, and a phase where it lists proofs.
fn phase_of(stage: &str) -> &str {
    match stage {
        "rule_evaluation" => "rule_satisfaction",
        "security_verification" => "security",
        other => other,
    }
}

/// A decision told by its phases.
struct Heard {
    decision: Decision,
    /// Who is left after each phase.
    left: Vec<(String, Vec<String>)>,
    /// The first phase that leaves nobody, and its sentence.
    empty: Option<(String, String)>,
    proofs: Json,
    certificate: String,
}

fn hear(house: &House, contracts: &Json, task: &Json, now: u64, resonance: &Json) -> Result<Heard, String> {
    let services = house.publish(contracts).map_err(|f| f[0].message.clone())?;
    // One resonance for all, or one for each.
    let of = |id: &str| if resonance.is_object() { resonance[id].clone() } else { resonance.clone() };
    let heard = services.keys().map(|id| (id.to_string(), of(id))).filter(|(_, r)| !r.is_null());
    let heard: serde_json::Map<_, _> = heard.collect();
    let host = if heard.is_empty() { json!({}) } else { json!({ "market_resonance": heard }) };
    let inputs = house.inputs(&services, task, now, &host)?;
    let mut left: Vec<String> = services.keys().map(ToString::to_string).collect();
    let plan = house.plan(services);
    let (decision, trace) = decide_traced(&plan, "caio", &inputs).map_err(|e| e.to_string())?;
    house::chosen(&decision)?;
    let told = Told { decision: &decision, plan: &plan, inputs: Some(&inputs), trace: Some(&trace) };
    let story = story(&told).map_err(|e| e.to_string())?.ok_or("no story")?;
    let mut after = Vec::new();
    for chapter in &story.phases {
        let leaving = chapter.roles.iter().flat_map(|of| &of.leaving).map(|one| &one.rejected.service);
        let leaving: Vec<String> = leaving.map(ToString::to_string).collect();
        left.retain(|id| !leaving.contains(id));
        same("the count", chapter.roles.first().map(|of| of.left), Some(left.len()))?;
        after.push((chapter.phase.name.to_string(), left.clone()));
    }
    let empty = story.empty_phase();
    let empty = empty.map(|phase| (phase.name.to_string(), phase.because.as_deref().unwrap_or_default().to_owned()));
    let proofs = proofs(&told).map_err(|e| e.to_string())?.ok_or("no proofs")?;
    let certificate = proof::prove(&trace, &inputs, &decision).map_err(|e| e.to_string())?;
    verify::passes(certificate.as_bytes()).map_err(|e| format!("{e:?}"))?;
    Ok(Heard { left: after, empty, proofs, certificate, decision })
}

/// Whether the first phase that leaves nobody is the one that is wanted, in the words that are wanted.
fn ends(heard: &Heard, phase: &str, sentence: &Json) -> Result<(), String> {
    same("the end", heard.decision.ending, Ending::Unroutable)?;
    let (name, because) = heard.empty.clone().ok_or("no phase leaves nobody")?;
    same("the first empty phase", name.as_str(), phase)?;
    match sentence.as_str() {
        Some(wanted) => same("its sentence", because.to_lowercase(), wanted.to_lowercase()),
        None => Ok(()),
    }
}

pub fn pipeline(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    if input.get("nothing_matches_anything").is_some() {
        // Nothing of this service suits anybody; it is told of where the first phase stands.
        let mut task = json!({ "intent": "work", "needs": ["nothing"], "labels": ["sensitive"], "max_cost": "0 USD" });
        task["persona"] = json!({ "max_risk": 0, "confidential": true, "risk_tolerance": 0 });
        let service =
            json!({ "risk": 1, "cost": 9, "privacy": { "data_locality": "cloud" }, "required_trust_level": 9 });
        let heard = hear(house, &json!([published("s", &service)]), &task, NOW, &Json::Null)?;
        for of in ["caio.capabilities", "caio.budget", "caio.authentication", "caio.trust", "caio.conservative"] {
            same(of, house::rejected(&heard.decision, "s", &[of]), true)?;
        }
        return ends(&heard, expect["first_error_stage"].as_str().unwrap_or_default(), &Json::Null);
    }
    if input.get("proof_valid").is_some() {
        return an_invalid_proof_routes_nothing(house, expect);
    }
    let Some(registry) = input["registry"].as_array() else { return Err("another shape".to_owned()) };
    // The rules of a measurement are translated, and hold beside those of the package.
    let ruled = match input["rules"].as_array().is_none_or(Vec::is_empty) {
        true => None,
        false => Some(rules::import(&input["rules"]).outcome.map_err(|found| house::said(&found))?),
    };
    let house = ruled.as_ref().unwrap_or(house);
    let mut task = task(&input["request"], input["capability_mode"].as_str().unwrap_or("all"))?;
    let (cost, latency) = (&input["limits"]["max_cost"], &input["limits"]["max_latency_ms"]);
    task["cost_scale"] = json!(format!("{cost} USD"));
    task["latency_scale"] = json!(format!("{latency}ms"));
    let terms = &input["terms"];
    task["measured"] = json!({ "intent": terms["I"], "attention": terms["A"], "memory": terms["W"] });
    let services: Vec<(String, Json)> =
        registry.iter().map(|s| (s["id"].as_str().unwrap().to_owned(), s.clone())).collect();
    let contracts: Json = services.iter().map(|(id, service)| published(id, service)).collect();
    let now = input["now"].as_u64().unwrap_or(NOW);
    let run = |contracts: &Json| hear(house, contracts, &task, now, &terms["RL"]);
    let heard = run(&contracts)?;
    for (set, phase) in SETS {
        let Some(wanted) = expect.get(set) else { continue };
        let (_, left) = heard.left.iter().find(|(name, _)| name == phase).ok_or("no such phase")?;
        let mut wanted = ids(wanted);
        wanted.sort();
        same(set, left.clone(), wanted)?;
    }
    if let Some(stage) = expect["stage"].as_str().or(expect["error_kind"].as_str()) {
        return ends(&heard, phase_of(stage), &expect["error"]);
    }
    same("the choice", json!(house::chosen(&heard.decision)?), expect["selected"].clone())?;
    proved(&heard, expect)?;
    for (id, wanted) in expect["scores"].as_object().into_iter().flatten() {
        let alone = services.iter().find(|(name, _)| name == id).map(|(id, service)| published(id, service));
        let decision = run(&json!([alone]))?.decision;
        let score = decision.roles.first().and_then(|r| r.given.first()).ok_or(format!("{id} is not chosen alone"))?;
        near(id, amount(&score.score.to_string()).unwrap(), wanted)?;
    }
    for (guarantee, bound) in expect["guarantees"].as_object().into_iter().flatten() {
        let found = heard.decision.guarantees.iter().find(|(name, _)| &**name == guarantee.as_str());
        let found = found.ok_or(format!("`{guarantee}` is not promised"))?;
        near(guarantee, amount(&found.1).unwrap(), bound.get("max").unwrap_or(&bound["min"]))?;
    }
    Ok(())
}

/// The proofs are those that are wanted, in their order, each as valid; and the score is that of the optimum.
fn proved(heard: &Heard, expect: &Json) -> Result<(), String> {
    let listed = |of: &Json, name: &str| -> Vec<(Json, Json)> {
        of.as_array().into_iter().flatten().map(|proof| (proof[name].clone(), proof["valid"].clone())).collect()
    };
    same("the proofs", listed(&heard.proofs["proofs"], "name"), listed(&expect["proofs"], "proof_type"))?;
    let best = &heard.proofs["proofs"][4]["roles"]["chosen"]["chosen"][0];
    same("the optimum", &best["service"], &expect["selected"])?;
    near("its score", amount(best["score"].as_str().unwrap_or_default()).ok_or("no score")?, &expect["objective_value"])
}

/// A program whose own certificate did not verify would decide nothing: one flipped digit, and the answer is no answer.
fn an_invalid_proof_routes_nothing(house: &House, expect: &Json) -> Result<(), String> {
    let mut task = json!({ "intent": "work", "needs": [] });
    welcome(&mut task);
    let heard = hear(house, &json!([published("s", &json!({}))]), &task, NOW, &Json::Null)?;
    same("that it routes", heard.decision.ending, Ending::Routed)?;
    let broken = heard.certificate.replacen("\"score\":\"", "\"score\":\"1", 1);
    same("that it is broken", broken != heard.certificate, true)?;
    let refused = verify::passes(broken.as_bytes());
    let Err(Failure::Unexpected(message)) = &refused else { return Err(format!("{refused:?}")) };
    same("what is said", message.contains("nothing is decided and nothing is written"), true)?;
    same("that it routes", json!(refused.is_ok()), expect["routed"].clone())
}

pub fn nobody_satisfies_the_rules(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    let mut task = json!({ "intent": "work", "needs": [], "max_latency": "10ms" });
    welcome(&mut task);
    let slow = json!({ "guarantees": { "latency": { "max": 100 } } });
    let contracts: Json = ids(&input["candidates"]).iter().map(|id| published(id, &slow)).collect();
    ends(&hear(house, &contracts, &task, NOW, &Json::Null)?, "rule_satisfaction", &expect["error"])
}

pub fn nobody_satisfies_the_persona(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    let mut task = json!({ "intent": "work", "needs": [] });
    welcome(&mut task);
    persona(&json!({ "conservative": { "max_risk": 0.1 } }), &mut task);
    let contracts: Json = ids(&input["secure"]).iter().map(|id| published(id, &json!({ "risk": 0.3 }))).collect();
    let phase = expect["error_kind"].as_str().unwrap_or_default();
    ends(&hear(house, &contracts, &task, NOW, &Json::Null)?, phase, &json!("No services satisfy trait constraints"))
}

/// What the original's decision has stands in ours, its proofs and its certificate, most of it under the names of the policy.
pub fn what_a_decision_has(house: &House, expect: &Json) -> Result<(), String> {
    let mut task = json!({ "intent": "work", "needs": [], "push": [0.5, 0.5], "max_energy": 1 });
    welcome(&mut task);
    let heard = hear(house, &json!([published("s", &json!({ "route": "internal" }))]), &task, NOW, &Json::Null)?;
    let (last, first) = (heard.proofs["proofs"].as_array().and_then(|all| all.last()), &heard.proofs["proofs"][4]);
    let promised = last.cloned().unwrap_or_default();
    let certificate: Json = serde_json::from_str(&heard.certificate).map_err(|e| e.to_string())?;
    for wanted in ids(&expect["decision_has"]) {
        let found = match wanted.as_str() {
            // The service of a route is the model that does the work; contracts of the original name no other.
            "service_id" | "model" => first.pointer("/roles/chosen/chosen/0/service"),
            "route" => promised.pointer("/outputs/placement"),
            "control_signal" => promised.pointer("/outputs/control"),
            "guarantees" => promised.get("bounds"),
            "proofs" => heard.proofs.get("proofs"),
            "trace" => certificate.get("steps"),
            other => return Err(format!("`{other}` is nowhere")),
        };
        same(&wanted, found.is_some_and(|found| !found.is_null()), true)?;
    }
    let placement = promised["outputs"]["placement"].clone();
    same("the placement", ids(&expect["route_in"]).iter().any(|route| placement == json!(route)), true)
}
