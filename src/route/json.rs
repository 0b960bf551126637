//! The decision as JSON, and the canonical forms of the inputs that it names by digest.

use serde_json::{Map, Value as Json, json};

use super::decision::{Chosen, Decision, Digests, Failure, Filled, Problem, Rejected, Ties, Unroutable, Waived};
use crate::base::{Name, canonical};
use crate::facts::{Inputs, Request, SignalValue, Signals};
use crate::ir::json::value;
use crate::plan::Plan;

/// The decision with its identity.
pub fn decision(decision: &Decision) -> Json {
    let mut content = content(decision, decision.rejected.iter().map(rejected).collect());
    if let Json::Object(map) = &mut content {
        map.insert("decision_id".to_owned(), Json::from(decision.id()));
    }
    content
}

/// What people are shown besides what was decided: places, and the values on both sides.
const READINGS: &[&str] = &["at", "left", "right", "missing"];

/// What was decided, in its canonical spelling, of which the identity is the digest.
///
/// Readings are left out: they follow from policy and facts, and moving an item within its file decides nothing. Who was rejected is
/// most of it, and is written straight rather than built.
pub fn identity(decision: &Decision) -> String {
    let mut out = String::from("{");
    let claim = claim(decision);
    let mut members: Vec<(&str, Option<&Json>)> =
        claim.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), Some(value))).collect();
    members.push(("rejected", None));
    members.sort_by_key(|(key, _)| *key);
    for (key, value) in members {
        canonical::write_key(key, &mut out);
        match value {
            Some(value) => out.push_str(&canonical::to_string(value)),
            None => write_rejected(&decision.rejected, &mut out),
        }
    }
    out.push('}');
    out
}

/// What was decided, without who was rejected and without readings.
pub fn claim(decision: &Decision) -> Json {
    let mut claim = content(decision, Json::Null);
    if let Json::Object(map) = &mut claim {
        map.shift_remove("rejected");
    }
    without_readings(&mut claim);
    claim
}

/// Who was rejected by what, without readings.
fn write_rejected(all: &[Rejected], out: &mut String) {
    out.push('[');
    for (at, rejected) in all.iter().enumerate() {
        out.push_str(if at == 0 { "{" } else { ",{" });
        canonical::write_key("by", out);
        out.push('[');
        for (at, by) in rejected.by.iter().enumerate() {
            out.push_str(if at == 0 { "{" } else { ",{" });
            canonical::write_key("because", out);
            match &by.because {
                Some(because) => canonical::write_text(because, out),
                None => out.push_str("null"),
            }
            canonical::write_key("constraint", out);
            canonical::write_text(&by.constraint, out);
            canonical::write_key("verdict", out);
            canonical::write_text(by.verdict.word(), out);
            out.push('}');
        }
        out.push(']');
        canonical::write_key("role", out);
        canonical::write_text(&rejected.role, out);
        canonical::write_key("service", out);
        canonical::write_text(&rejected.service, out);
        out.push('}');
    }
    out.push(']');
}

/// Takes the readings out of what a decision says.
pub fn without_readings(content: &mut Json) {
    let bare = |failure: &mut Json| {
        if let Json::Object(map) = failure {
            map.retain(|key, _| !READINGS.contains(&key.as_str()));
        }
    };
    for key in ["denied_by", "invalid"] {
        content.get_mut(key).and_then(Json::as_array_mut).into_iter().flatten().for_each(bare);
    }
    for rejected in content.get_mut("rejected").and_then(Json::as_array_mut).into_iter().flatten() {
        rejected.get_mut("by").and_then(Json::as_array_mut).into_iter().flatten().for_each(bare);
    }
}

/// Everything that a decision says, but its identity.
fn content(decision: &Decision, rejected: Json) -> Json {
    let mut content = json!({
        "schema": "provost.decision/1",
        "route": &*decision.route,
        "outcome": decision.ending.word(),
        "roles": decision.roles.iter().map(|f| (f.role.to_string(), filled(f))).collect::<Map<_, _>>(),
        "guarantees":
            decision.guarantees.iter().map(|(n, v)| (n.to_string(), Json::from(v.as_str()))).collect::<Map<_, _>>(),
        "rejected": rejected,
        "denied_by": decision.denied_by.iter().map(denial).collect::<Vec<_>>(),
        "waived": decision.waived.iter().map(waived).collect::<Vec<_>>(),
        "unroutable": decision.unroutable.as_ref().map(unroutable),
        "invalid": decision.invalid.as_ref().map(|problems| {
            problems.iter().map(problem).collect::<Vec<_>>()
        }),
        "inputs": inputs(&decision.inputs),
    });
    if let (Json::Object(content), false) = (&mut content, decision.outputs.is_empty()) {
        let outputs = decision.outputs.iter().map(|(name, value)| (name.to_string(), Json::from(value.clone())));
        content.insert("outputs".to_owned(), Json::Object(outputs.collect()));
    }
    content
}

fn filled(filled: &Filled) -> Json {
    match (filled.list, filled.given.first()) {
        (true, _) => Json::Array(filled.given.iter().map(chosen).collect()),
        (false, Some(given)) => chosen(given),
        (false, None) => Json::Null,
    }
}

fn chosen(chosen: &Chosen) -> Json {
    let terms = chosen.terms.iter().map(|(name, value)| json!({ "name": &**name, "value": value }));
    let mut json = json!({ "service": &*chosen.service, "score": chosen.score, "terms": terms.collect::<Vec<_>>() });
    if let (Json::Object(json), Some(ties)) = (&mut json, &chosen.ties) {
        json.insert("ties".to_owned(), self::ties(ties));
    }
    json
}

/// What the keys for ties are worth, and who lost by them.
fn ties(ties: &Ties) -> Json {
    let tied = ties.tied.iter().map(|tied| json!({ "service": &*tied.service, "keys": tied.keys }));
    json!({ "keys": ties.keys, "tied": tied.collect::<Vec<_>>() })
}

fn rejected(rejected: &Rejected) -> Json {
    let by: Vec<Json> = rejected.by.iter().map(|by| failure("constraint", by)).collect();
    json!({ "service": &*rejected.service, "role": &*rejected.role, "by": by })
}

fn problem(problem: &Problem) -> Json {
    json!({ "field": problem.field, "message": problem.message, "at": text(problem.at.as_ref()) })
}

fn denial(denial: &Failure) -> Json {
    failure("rule", denial)
}

fn failure(named: &str, failure: &Failure) -> Json {
    json!({
        named: &*failure.constraint,
        "verdict": failure.verdict.word(),
        "because": text(failure.because.as_ref()),
        "at": &*failure.at,
        "left": failure.left,
        "right": failure.right,
        "missing": failure.missing.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn waived(waived: &Waived) -> Json {
    json!({
        "waiver": &*waived.waiver,
        "rule": &*waived.rule,
        "services": names(&waived.services),
        "until": waived.until.to_string(),
        "approved_by": &*waived.approved_by,
        "because": text(waived.because.as_ref()),
    })
}

fn unroutable(unroutable: &Unroutable) -> Json {
    let relaxations = unroutable.relaxations.iter();
    let relaxations = relaxations.map(|r| json!({ "drop": names(&r.drop), "admits": names(&r.admits) }));
    json!({
        "role": &*unroutable.role,
        "core": names(&unroutable.core),
        "relaxations": relaxations.collect::<Vec<_>>(),
        "complete": unroutable.complete,
    })
}

/// What a decision depends on, by digest, and its instant.
pub fn inputs(inputs: &Digests) -> Json {
    let mut digests = json!({
        "policy": inputs.policy,
        "services": inputs.services,
        "request": inputs.request,
        "signals": inputs.signals,
        "now": inputs.now.to_string(),
    });
    if let (Json::Object(digests), Some(registry)) = (&mut digests, &inputs.registry) {
        digests.insert("registry".to_owned(), Json::from(registry.as_str()));
    }
    digests
}

fn names(names: &[Name]) -> Vec<&str> {
    names.iter().map(|name| &**name).collect()
}

fn text(name: Option<&Name>) -> Option<&str> {
    name.map(|name| &**name)
}

/// The digests of everything a decision depends on.
pub fn digests(plan: &Plan, inputs: &Inputs) -> Digests {
    Digests {
        policy: plan.policy_digest.clone(),
        services: plan.services_digest.clone(),
        registry: plan.registered.as_ref().map(|held| held.digest.clone()),
        request: Some(canonical::digest(&request(&inputs.request))),
        signals: Some(canonical::digest(&signals(&inputs.signals))),
        now: inputs.now,
    }
}

/// A request: `{"type": …, "value": …}`.
pub fn request(request: &Request) -> Json {
    json!({ "type": &*request.ty, "value": value(&request.value) })
}

/// Signals: `{"healthy": {"services": {"o3": …}}, "utilisation": {"value": …}}`.
///
/// The two forms have different keys, so that no service's name can be taken for a kind of value.
pub fn signals(signals: &Signals) -> Json {
    let one = |signal: &SignalValue| match signal {
        SignalValue::One(one) => json!({ "value": value(one) }),
        SignalValue::PerService(services) => {
            let services: Map<_, _> = services.iter().map(|(name, v)| (name.to_string(), value(v))).collect();
            json!({ "services": services })
        }
    };
    Json::Object(signals.values.iter().map(|(name, signal)| (name.to_string(), one(signal))).collect())
}
