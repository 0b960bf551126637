//! Requests in the shape of the CAIO router: every spelling, the stricter of two needs, and what is refused.

use proptest::prelude::*;
use provost::base::FileId;
use provost::data::read_json;
use provost::facts::{body, request};
use serde_json::{Value as Json, json};

use crate::vectors::caio::rules::own;

/// The task that a body comes to, or what is wrong with it, each with its code.
fn read(body: &Json) -> Result<Json, Vec<String>> {
    let own = own();
    let node = read_json(FileId(0), &body.to_string()).unwrap();
    let task = body::read(&node, &own.policy, &own.services, &"Task".into())
        .map_err(|found| found.iter().map(|d| format!("{} {}", d.code.id, d.message)).collect::<Vec<_>>())?;
    let typed = request::request(&own.policy, &own.services, &"Task".into(), &task);
    assert!(typed.is_ok(), "{body}: {typed:?}");
    Ok(serde_json::from_str(&task.to_json()).unwrap())
}

/// What a request comes to beside its intent and needs.
fn part(extra: Json) -> Json {
    let mut body = json!({ "intent": "work", "requirements": {} });
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let mut task = read(&body).unwrap_or_else(|found| panic!("{body}: {found:?}"));
    task.as_object_mut().unwrap().remove("intent");
    if task["needs"] == json!([]) {
        task.as_object_mut().unwrap().remove("needs");
    }
    task
}

#[test]
fn every_spelling_of_a_need_comes_to_one() {
    let wanted = json!({ "needs": ["chat"], "guaranteed_within": "1000ms" });
    for requirements in [
        json!({ "capability": "chat", "max_latency_ms": 1000 }),
        json!({ "capabilities": ["chat"], "guarantees": { "latency": { "max": 1000 } } }),
        json!({ "capabilities": ["chat"], "constraints": { "max_latency_ms": 1000 } }),
        json!({ "capabilities": "chat", "guarantees": { "latency": 1000 } }),
        json!({ "capability": "chat", "capabilities": ["chat"], "latency": 1000 }),
        json!({ "capabilities": ["chat"], "guarantees": { "latency": { "bound": { "max": 1000 } } } }),
    ] {
        assert_eq!(part(json!({ "requirements": requirements })), wanted, "{requirements}");
    }
    assert_eq!(part(json!({ "requirements": ["a", "b"] })), json!({ "needs": ["a", "b"] }));
    assert_eq!(
        part(json!({ "requirements": { "capability": "a", "capabilities": ["b", "a"] } })),
        json!({ "needs": ["a", "b"] })
    );
}

#[test]
fn what_a_request_says_goes_where_it_belongs() {
    for (said, wanted) in [
        (
            json!({ "user": { "id": "u", "permissions": ["read"], "trust_level": 5, "preferences": { "tone": "dry" } } }),
            json!({ "subject": "u", "permissions": ["read"], "trust_level": 5 }),
        ),
        (
            json!({ "data": { "sensitive": true, "contains_pii": false, "topic": "weather", "pages": 3 } }),
            json!({ "labels": ["sensitive"] }),
        ),
        (
            json!({ "data": { "medical_data": true, "contains_pii": true } }),
            json!({ "labels": ["medical_data", "contains_pii"] }),
        ),
        (
            json!({ "constraints": { "requires_gpu": false, "data_locality": "local", "max_latency_ms": 900 } }),
            json!({ "requires_gpu": false, "data_locality": "local", "max_latency": "900ms" }),
        ),
        (
            json!({ "max_cost": 0.1, "priority": "high", "requires_determinism": true }),
            json!({ "max_cost": "0.1 USD", "priority": "high", "deterministic": true }),
        ),
        (
            json!({ "context": { "user_trust_level": 3, "rfs_metrics": { "resonance": 9, "recall": 0.9, "cost": 0 }, "conversation_id": "c" } }),
            json!({ "trust_level": 3, "metrics": { "recall": 0.9, "resonance": 9 } }),
        ),
        (
            json!({ "traits": { "conservative": { "max_risk": 0.1 }, "confidential": {}, "risk_tolerance": 0.3, "trait_mode": "calm" } }),
            json!({ "persona": { "confidential": true, "max_risk": 0.1, "risk_tolerance": 0.3 } }),
        ),
        (
            json!({ "policies": { "require_encryption": true, "allow_external_services": false } }),
            json!({ "require_encryption": true, "allow_external": false }),
        ),
        (
            json!({ "requirements": { "guarantees": { "availability": { "target": 99.9 } } } }),
            json!({ "min_availability": "99.9%" }),
        ),
        (json!({ "user": null, "policies": [], "requires_latency": false }), json!({})),
    ] {
        assert_eq!(part(said.clone()), wanted, "{said}");
    }
    let plan = json!({ "intent": { "domain": "M365", "action": "create_user", "params": {} }, "requirements": {} });
    assert_eq!(read(&plan).unwrap(), json!({ "domain": "M365", "intent": "create_user", "needs": [] }));
    let whole = json!({ "request": { "intent": { "type": "chat", "text": "hi" }, "requirements": [] }, "policies": {}, "context": { "user_id": "u" } });
    assert_eq!(read(&whole).unwrap(), json!({ "intent": "chat", "needs": [], "subject": "u" }));
}

#[test]
fn of_two_bounds_the_stricter_holds() {
    assert_eq!(
        part(json!({ "max_latency_ms": 900, "constraints": { "max_latency_ms": 400 } })),
        json!({ "max_latency": "400ms" })
    );
    assert_eq!(
        part(json!({ "max_latency_ms": 400, "constraints": { "max_latency_ms": 900 } })),
        json!({ "max_latency": "400ms" })
    );
    let throughput = json!({ "min_throughput_tokens_per_sec": 50 });
    let both = json!({ "requirements": { "guarantees": { "throughput": { "min": 20 } } }, "constraints": throughput });
    assert_eq!(part(both), json!({ "min_throughput": 50 }));
}

#[test]
fn what_no_request_can_say_is_refused_all_at_once() {
    let base = |extra: Json| {
        let mut body = json!({ "intent": "work", "requirements": {} });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        read(&body).unwrap_err()
    };
    for (said, wanted) in [
        (
            json!({ "user": { "token": "eyJ" } }),
            "P0587 `user.token` is stated, and a request cannot vouch for its own token",
        ),
        (json!({ "data": { "sensitve": true } }), "P0520 `data.sensitve` is no part of a request"),
        (
            json!({ "data": { "sensitive": "yes" } }),
            "P0510 `data.sensitive` is the text `yes`, and `true` or `false` is needed",
        ),
        (json!({ "authenticated": true }), "P0520 `authenticated` is no part of a request"),
        (
            json!({ "user": { "trust_level": "high" } }),
            "P0510 `user.trust_level` is the text `high`, and a whole number is needed",
        ),
        (
            json!({ "policies": { "max_cost": 5 } }),
            "P0583 `policies.max_cost` is a rule, and a request brings no rules with it",
        ),
        (
            json!({ "policies": [{ "constraint": "latency_ms <= 5" }] }),
            "P0583 a policy is a rule, and a request brings no rules with it",
        ),
        (
            json!({ "requirements": { "latency": "low" } }),
            "P0512 `requirements.latency` is the text `low`, which says no bound",
        ),
        (json!({ "requires_accuracy": true }), "P0512 `requires_accuracy` is `true`, which says no bound"),
        (
            json!({ "constraints": { "data_locality": "local" }, "requirements": { "data_locality": "cloud" } }),
            "P0580 `requirements.data_locality` and `constraints.data_locality` say different things",
        ),
        (json!({ "priority": {} }), "P0510 `priority` is a map, and a member of `Priority` is needed"),
        (json!({ "user": 5 }), "P0510 `user` is the number `5`, and a map is needed"),
        (json!({ "requirements": null }), "P0521 `requirements` is missing"),
        (
            json!({ "constraints": { "max_cost_per_image": 1 } }),
            "P0520 `constraints.max_cost_per_image` is no part of a request",
        ),
    ] {
        assert_eq!(base(said.clone()), [wanted], "{said}");
    }
    assert_eq!(base(json!({ "user": { "token": 1, "name": "x" }, "max_cost": "much", "colour": 1 })).len(), 4);
}

fn anything() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-3..2000).prop_map(Json::from),
        proptest::sample::select(vec!["chat", "high", "local", "low", "200ms", ""]).prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let keys = proptest::sample::select(vec![
            "request",
            "policies",
            "context",
            "intent",
            "type",
            "domain",
            "requirements",
            "capability",
            "capabilities",
            "guarantees",
            "latency",
            "max",
            "accuracy",
            "min",
            "constraints",
            "requires_gpu",
            "data_locality",
            "max_latency_ms",
            "user",
            "id",
            "permissions",
            "trust_level",
            "token",
            "data",
            "sensitive",
            "priority",
            "traits",
            "conservative",
            "max_risk",
            "require_encryption",
            "strange",
        ]);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::vec((keys, inner), 0..6)
                .prop_map(|pairs| Json::Object(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_body_is_too_strange(body in anything()) {
        let own = own();
        let text = body.to_string();
        let node = read_json(FileId(0), &text).unwrap();
        if let Err(found) = body::read(&node, &own.policy, &own.services, &"Task".into()) {
            prop_assert!(!found.is_empty());
            for d in &found {
                prop_assert!(d.span.file == FileId(0) && d.span.start <= d.span.end, "{:?}", d);
                prop_assert!(usize::try_from(d.span.end).unwrap() <= text.len(), "{:?} in {}", d, text);
            }
        }
    }
}
