//! Small certificates, written by hand, of one policy: each outcome, a waiver, a refutation tree, a list role.

use serde_json::{Value, json};

use crate::canonical;

/// A certificate, and the part of its decision that is not in it.
#[derive(Clone)]
pub struct Sample {
    pub name: &'static str,
    pub document: Value,
    pub rejected: Value,
}

impl Sample {
    pub fn all() -> Vec<Sample> {
        let (tied, registered) = (Self::tied(), Self::registered());
        vec![Self::routed(), Self::waived(), Self::denied(), Self::unroutable(), Self::invalid(), tied, registered]
    }

    pub fn bytes(&self) -> String {
        canonical::text(&self.document)
    }

    pub fn outcome(&self) -> &str {
        self.document["decision"]["outcome"].as_str().unwrap()
    }

    /// Computes every digest anew.
    pub fn rehash(&mut self) {
        let now = self.document["now"].clone();
        let mut inputs = json!({ "now": now });
        for part in ["policy", "services", "request", "signals"] {
            inputs[part] = canonical::digest(&self.document[part]).into();
        }
        if let Some(held) = self.document.get("registered") {
            let is_held = |name: &String| held.as_array().is_some_and(|held| held.iter().any(|of| of == name));
            let services = self.document["services"].as_object().cloned().unwrap_or_default();
            let held: serde_json::Map<_, _> = services.into_iter().filter(|(name, _)| is_held(name)).collect();
            inputs["registry"] = canonical::digest(&Value::Object(held)).into();
        }
        let decision = &mut self.document["decision"];
        decision["inputs"] = inputs;
        decision.as_object_mut().unwrap().remove("decision_id");
        let mut whole = decision.clone();
        whole["rejected"] = self.rejected.clone();
        decision["decision_id"] = canonical::digest(&whole).into();
    }

    fn new(name: &'static str, route: &str, level: &str, budget: Value, outcome: &str) -> Sample {
        let document = json!({
            "schema": "provost.certificate/1",
            "policy": policy(),
            "services": services(),
            "request": { "type": "Ask", "value": { "record": [["level", { "member": ["Level", level] }], ["budget", budget]] } },
            "signals": { "load": { "value": { "ratio": "0.5" } }, "up": { "services": { "beta": { "bool": true } } } },
            "now": "2026-11-21T12:00:00Z",
            "route": route,
            "decision": {
                "schema": "provost.decision/1", "route": route, "outcome": outcome, "roles": {}, "guarantees": {},
                "denied_by": [], "waived": [], "unroutable": null, "invalid": null,
            },
            "steps": [],
        });
        Sample { name, document, rejected: json!([]) }
    }

    fn finish(mut self) -> Sample {
        self.rehash();
        self
    }

    /// Two of the services are held by a registry.
    pub fn registered() -> Sample {
        let mut sample = Self::waived();
        sample.name = "registered";
        sample.document["registered"] = json!(["beta", "omega"]);
        sample.finish()
    }

    pub fn denied() -> Sample {
        let mut sample = Self::new("denied", "ask", "high", Value::Null, "denied");
        sample.document["decision"]["denied_by"] =
            json!([{ "rule": "locked", "verdict": "true", "because": "high stays locked" }]);
        sample.finish()
    }

    pub fn invalid() -> Sample {
        let mut sample = Self::new("invalid", "ask", "low", json!({ "money": ["USD", "0"] }), "invalid");
        sample.document["decision"]["invalid"] =
            json!([{ "field": null, "message": "an invariant of `Ask` is false: nothing is free" }]);
        sample.finish()
    }

    pub fn routed() -> Sample {
        let mut sample = Self::new("routed", "ask", "low", Value::Null, "routed");
        let decision = &mut sample.document["decision"];
        decision["roles"] = json!({
            "primary": chosen("alpha", "3", true), "critic": chosen("omega", "9", true),
            "backup": [chosen("beta", "0", false), chosen("delta", "0", false)],
        });
        decision["guarantees"] = json!({ "latency": "8s" });
        let none = || json!([]);
        let no_critic = json!([
            excluded("pair", "false", "options", json!([[1, 3]])),
            excluded("separation", "false", "options", json!([[0, 0]])),
        ]);
        let refuted = json!([[[[0, 0]], [branch("critic", no_critic, none(), None)]]]);
        let closed = branch("backup", none(), none(), Some((4, none())));
        let second = branch("backup", none(), none(), Some((2, json!([closed]))));
        let not_alpha = json!([excluded("spare", "false", "options", json!([[0, 0]]))]);
        let first = branch("backup", not_alpha, none(), Some((1, json!([second]))));
        let critic = branch("critic", none(), none(), Some((0, none())));
        let top = branch("primary", none(), refuted, Some((1, json!([critic, first]))));
        let only_gamma = json!([excluded("ask.cap", "false", "candidates", json!([[3, 3]]))]);
        sample.document["steps"] = json!([
            domain("primary", json!([[0, 1], [4, 4]]), json!([
                excluded("ask.cap", "false", "candidates", json!([[3, 3]])),
                excluded("home", "unknown", "candidates", json!([[2, 2]])),
            ])),
            domain("critic", json!([[0, 2], [4, 4]]), only_gamma.clone()),
            domain("backup", json!([[0, 2], [4, 4]]), only_gamma),
            { "step": "assignment", "branches": [top] },
        ]);
        sample.rejected = json!([
            rejected("delta", "primary", "home", "unknown", json!("stay at home")),
            rejected("gamma", "primary", "ask.cap", "false", Value::Null),
            rejected("omega", "primary", "separation", "false", Value::Null),
            rejected("gamma", "critic", "ask.cap", "false", Value::Null),
            rejected("alpha", "backup", "spare", "false", Value::Null),
            rejected("gamma", "backup", "ask.cap", "false", Value::Null),
        ]);
        sample.finish()
    }

    pub fn waived() -> Sample {
        let mut sample = Self::new("waived", "solo", "low", Value::Null, "routed");
        let decision = &mut sample.document["decision"];
        decision["roles"] = json!({ "primary": chosen("omega", "9", true) });
        decision["guarantees"] = json!({ "latency": "1s" });
        decision["waived"] = json!([{
            "waiver": "W1", "rule": "home", "services": ["delta"], "until": "2026-11-21", "approved_by": "ann", "because": null,
        }]);
        sample.document["steps"] = json!([
            domain("primary", json!([[0, 4]]), json!([])),
            { "step": "assignment", "branches": [branch("primary", json!([]), json!([]), Some((0, json!([]))))] },
        ]);
        sample.finish()
    }

    /// Nobody is scored: a region that is unknown comes last, then the later provider first, then a draw.
    pub fn tied() -> Sample {
        let mut sample = Self::new("tied", "lot", "low", Value::Null, "routed");
        let decision = &mut sample.document["decision"];
        let mut omega = chosen("omega", "0", false);
        omega["ties"] = json!({ "keys": ["eu", "y", "0.49714527"], "tied": [
            { "service": "gamma", "keys": ["eu", "y", "0.947397196"] }, { "service": "beta", "keys": ["eu", "x", "0.23093514"] },
            { "service": "alpha", "keys": ["eu", "x", "0.776463432"] }, { "service": "delta", "keys": [null, "y", "0.214553027"] },
        ] });
        decision["roles"] = json!({ "primary": omega });
        decision["guarantees"] = json!({ "latency": "1s" });
        sample.document["steps"] = json!([
            domain("primary", json!([[0, 4]]), json!([])),
            { "step": "assignment", "branches": [branch("primary", json!([]), json!([]), Some((0, json!([]))))] },
        ]);
        sample.finish()
    }

    pub fn unroutable() -> Sample {
        let mut sample = Self::new("unroutable", "pick", "low", Value::Null, "unroutable");
        sample.document["decision"]["unroutable"] = json!({
            "role": "primary", "core": ["cheap"], "complete": true,
            "relaxations": [{ "drop": ["cheap"], "admits": ["alpha", "beta", "gamma", "omega"] }],
        });
        let nobody = branch("primary", json!([]), json!([]), None);
        let somebody = branch("primary", json!([]), json!([]), Some((0, json!([]))));
        sample.document["steps"] = json!([
            domain("primary", json!([]), json!([
                excluded("cheap", "false", "candidates", json!([[0, 4]])),
                excluded("home", "unknown", "candidates", json!([[2, 2]])),
            ])),
            { "step": "filled", "branches": [] },
            { "step": "core", "branches": [nobody], "needed": [[branch("primary", json!([]), json!([]), Some((0, json!([]))))]] },
            { "step": "relaxation", "branches": [somebody], "tried": [[[[0, 3]], []]] },
            { "step": "obstacle", "constraints": ["cheap"], "branches": [nobody] },
        ]);
        let cheap = |name: &str| rejected(name, "primary", "cheap", "false", Value::Null);
        let mut delta = cheap("delta");
        let home = json!({ "constraint": "home", "verdict": "unknown", "because": "stay at home" });
        delta["by"].as_array_mut().unwrap().push(home);
        sample.rejected = json!([cheap("alpha"), cheap("beta"), delta, cheap("gamma"), cheap("omega")]);
        sample.finish()
    }
}

fn chosen(service: &str, score: &str, scored: bool) -> Value {
    let terms = if scored { json!([{ "name": "quality", "value": score }]) } else { json!([]) };
    json!({ "service": service, "score": score, "terms": terms })
}

fn domain(role: &str, admitted: Value, excluded: Value) -> Value {
    json!({ "step": "domain", "role": role, "candidates": 5, "admitted": admitted, "excluded": excluded })
}

fn excluded(constraint: &str, verdict: &str, key: &str, positions: Value) -> Value {
    json!({ "constraint": constraint, "clause": 0, "verdict": verdict, key: positions })
}

fn branch(role: &str, excluded: Value, refuted: Value, chosen: Option<(u32, Value)>) -> Value {
    let (chosen, rest) = chosen.map_or((Value::Null, Value::Null), |(at, rest)| (at.into(), rest));
    json!({ "role": role, "excluded": excluded, "refuted": refuted, "chosen": chosen, "rest": rest })
}

fn rejected(service: &str, role: &str, constraint: &str, verdict: &str, because: Value) -> Value {
    json!({ "service": service, "role": role, "by": [{ "constraint": constraint, "verdict": verdict, "because": because }] })
}

fn services() -> Value {
    let service = |provider: &str, quality: &str, cap: bool, region: Option<&str>, latency: &str| {
        let mut values = json!({
            "provider": { "text": provider }, "quality": { "decimal": quality }, "cap": { "bool": cap },
            "latency": { "duration": latency },
        });
        if let Some(region) = region {
            values["region"] = json!({ "text": region });
        }
        json!({ "traits": ["Model"], "values": values, "accepts": [] })
    };
    let mut services = json!({
        "alpha": service("x", "3", true, Some("eu"), "8"), "beta": service("x", "2", true, Some("eu"), "2"),
        "delta": service("y", "5", true, None, "2"), "gamma": service("y", "4", false, Some("eu"), "2"),
        "omega": service("y", "9", true, Some("eu"), "1"),
    });
    services["beta"]["accepts"] =
        json!([{ "request": "Ask", "condition": ["signal", "up", ["service"]], "because": "when up" }]);
    services
}

/// A route whose candidates only keys for ties tell apart.
fn tied(mut route: Value) -> Value {
    let of = |name: &str| json!(["field", ["service"], name]);
    let drawn = json!(["draw", ["literal", { "text": "42" }], of("name")]);
    route["ties"] = json!({ "primary": [[of("region"), false], [of("provider"), true], [drawn, false]] });
    route
}

fn policy() -> Value {
    let field = |name: &str, ty: &str, optional: bool| json!({ "name": name, "type": ty, "optional": optional, "default": null });
    let of = |name: &str| json!(["field", ["service"], name]);
    let role = |name: &str, list: bool, lo: u32, hi: u32| json!({ "name": name, "trait": "Model", "list": list, "lo": lo, "hi": hi });
    let constraint = |name: &str, scope: Value, effect: &str, condition: Value, because: Value| {
        json!({
            "name": name, "rule": true, "scope": scope, "when": null, "unless": null, "clauses": [[effect, condition]],
            "because": because, "protected": false, "annotations": [["owner", ["ann"]]], "waivers": [],
        })
    };
    let home = constraint(
        "home",
        json!(["primary"]),
        "require",
        json!(["==", of("region"), ["literal", { "text": "eu" }]]),
        json!("stay at home"),
    );
    let mut lifted = home.clone();
    lifted["waivers"] = json!(["W1"]);
    let mut locked =
        constraint("locked", json!([]), "deny", json!(["literal", { "bool": true }]), json!("high stays locked"));
    locked["when"] = json!(["==", ["field", ["request"], "level"], ["literal", { "member": ["Level", "high"] }]]);
    let between = |op: &str, field: &str| {
        json!([op, ["field", ["role", "critic"], field], ["field", ["role", "primary"], field]])
    };
    let spare = json!(["all", "f", ["role", "backup"], ["!=", ["variable", "f"], ["role", "primary"]]]);
    let everywhere = json!(["primary", "critic", "backup"]);
    let quality = json!([{ "name": "quality", "value": of("quality"), "when": null }]);
    let route = |roles: Value, constraints: Value, scores: Value| json!({ "request": "Ask", "roles": roles, "stages": [], "edges": [], "constraints": constraints, "scores": scores });
    let one = json!([role("primary", false, 1, 1)]);
    let cheap = json!(["<=", of("quality"), ["literal", { "decimal": "1" }]]);
    json!({
        "schema": "provost.policy/1",
        "enums": { "Level": { "ordered": true, "members": ["low", "high"] } },
        "records": {},
        "traits": { "Model": {
            "ancestors": ["Model"],
            "fields": [field("cap", "bool", false), field("provider", "string", false), field("quality", "decimal", false), field("region", "string", true)],
            "guarantees": { "latency": { "type": "duration", "direction": "at most", "composes_by": "sum" } },
            "invariants": [{ "condition": [">=", of("quality"), ["literal", { "decimal": "0" }]], "because": null }],
        } },
        "requests": { "Ask": {
            "fields": [field("level", "Level", false), field("budget", "usd", true)],
            "invariants": [{ "because": "nothing is free", "condition": ["or",
                ["not", ["known", ["field", ["request"], "budget"]]],
                [">", ["field", ["request"], "budget"], ["literal", { "money": ["USD", "0"] }]]] }],
        } },
        "signals": {
            "load": { "for": null, "type": "ratio", "default": null },
            "up": { "for": "Model", "type": "bool", "default": { "bool": true } },
        },
        "tables": {}, "constants": {}, "definitions": {},
        "routes": {
            "ask": route(
                json!([role("primary", false, 1, 1), role("critic", false, 1, 1), role("backup", true, 0, 2)]),
                json!([
                    constraint("ask.cap", everywhere.clone(), "require", of("cap"), Value::Null), home, locked,
                    constraint("pair", everywhere.clone(), "require", between(">=", "quality"), Value::Null),
                    constraint("separation", everywhere.clone(), "require", between("!=", "provider"), Value::Null),
                    constraint("spare", everywhere, "require", spare, Value::Null),
                ]),
                json!({ "primary": quality, "critic": quality }),
            ),
            "lot": tied(route(one.clone(), json!([]), json!({}))),
            "pick": route(one.clone(), json!([constraint("cheap", json!(["primary"]), "require", cheap, Value::Null), home]), json!({ "primary": quality })),
            "solo": route(one, json!([lifted]), json!({ "primary": quality })),
        },
        "waivers": { "W1": { "rule": "home", "when": null, "until": "2026-11-21", "approved_by": "ann", "because": null } },
    })
}
