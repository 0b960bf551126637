//! What foreign rules decide, and that no document is too strange for them.

use proptest::prelude::*;
use provost::base::FileId;
use provost::diag::Diagnostic;
use provost::{fmt, syntax, translate};
use serde_json::{Value as Json, json};

use crate::vectors::caio::house::{self, House, NOW, contract, rejected, task, welcome};
use crate::vectors::caio::rules::{Imported, import, translated};

/// Numbers that look drawn and are the same every time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    fn condition(&mut self, depth: usize) -> Json {
        if depth > 0 && self.below(2) == 0 {
            return match self.below(3) {
                0 => json!({ "all": [self.condition(depth - 1), self.condition(depth - 1)] }),
                1 => json!({ "any": [self.condition(depth - 1), self.condition(depth - 1)] }),
                _ => json!({ "not": self.condition(depth - 1) }),
            };
        }
        let ops = ["==", "!=", "<", "<=", ">", ">="];
        match self.below(6) {
            0 => {
                json!({ "path": "request.priority", "op": self.of(&ops), "value": self.of(&["low", "normal", "high"]) })
            }
            1 => json!({ "path": "request.max_latency_ms", "op": self.of(&ops), "value": self.of(&[100, 500]) }),
            2 => json!({ "path": "request.max_cost", "op": "exists", "value": self.below(2) == 0 }),
            3 => json!({ "path": "request.intent.domain", "op": self.of(&["==", "!="]), "value": "M365" }),
            4 => json!({ "path": "request.priority", "op": "in", "value": ["low", "high"] }),
            _ => json!({ "path": "request.intent.type", "op": self.of(&["==", "!="]), "value": "work" }),
        }
    }

    /// A demand; promises stand under no negation, since nothing shows the opposite of one.
    fn action(&mut self, depth: usize, promises: bool) -> Json {
        if depth > 0 && self.below(2) == 0 {
            return match self.below(3) {
                0 => json!({ "all": [self.action(depth - 1, promises), self.action(depth - 1, promises)] }),
                1 => json!({ "any": [self.action(depth - 1, promises), self.action(depth - 1, promises)] }),
                _ => json!({ "not": self.action(depth - 1, false) }),
            };
        }
        match self.below(if promises { 8 } else { 5 }) {
            0 => {
                json!({ "path": "service.privacy.encryption", "op": self.of(&["==", "!="]), "value": self.below(2) == 0 })
            }
            1 => {
                json!({ "path": "service.privacy.data_locality", "op": self.of(&["==", "!="]), "value": self.of(&["local", "cloud"]) })
            }
            2 => json!({ "path": "service.privacy.data_locality", "op": "in", "value": ["local", "on_device"] }),
            3 => {
                json!({ "path": "service.required_trust_level", "op": self.of(&["<", ">=", "=="]), "value": self.of(&[2, 5]) })
            }
            4 => json!({ "path": "service.privacy.encryption", "op": "exists", "value": self.below(2) == 0 }),
            5 => json!({ "path": "service.latency.max", "op": self.of(&["<", "<="]), "value": self.of(&[100, 500]) }),
            6 => json!({ "path": "service.latency.max", "op": "<=", "value_path": "request.max_latency_ms" }),
            _ => json!({ "path": "service.cost.per_request", "op": "<=", "value_path": "request.max_cost" }),
        }
    }
}

/// The original's reading of a condition: a statement about something that is not stated is not true, and neither is its opposite.
fn holds(test: &Json, negated: bool, facts: &Json) -> bool {
    let each =
        |parts: &Json| parts.as_array().unwrap().iter().map(|part| holds(part, negated, facts)).collect::<Vec<_>>();
    if let Some(parts) = test.get("all") {
        return if negated { each(parts).contains(&true) } else { !each(parts).contains(&false) };
    }
    if let Some(parts) = test.get("any") {
        return if negated { !each(parts).contains(&false) } else { each(parts).contains(&true) };
    }
    if let Some(inner) = test.get("not") {
        return holds(inner, !negated, facts);
    }
    let fact = |path: &Json| facts.pointer(&format!("/{}", path.as_str().unwrap().replace('.', "/")));
    let op = test["op"].as_str().unwrap();
    if op == "exists" {
        return (fact(&test["path"]).is_some() == (test["value"] == json!(true))) != negated;
    }
    let with = if test.get("value_path").is_some() { fact(&test["value_path"]) } else { test.get("value") };
    let (Some(found), Some(with)) = (fact(&test["path"]), with) else { return false };
    let rank = |value: &Json| match value.as_str() {
        Some(word) => ["low", "normal", "high"].iter().position(|known| *known == word).map(|at| at as f64),
        None => value.as_f64(),
    };
    let compared = rank(found).zip(rank(with)).and_then(|(a, b)| a.partial_cmp(&b));
    let truth = match op {
        "==" => found == with || compared.is_some_and(|order| order.is_eq()),
        "!=" => found != with && !compared.is_some_and(|order| order.is_eq()),
        "<" => compared.is_some_and(|order| order.is_lt()),
        "<=" => compared.is_some_and(|order| order.is_le()),
        ">" => compared.is_some_and(|order| order.is_gt()),
        ">=" => compared.is_some_and(|order| order.is_ge()),
        "in" => with.as_array().unwrap().contains(found),
        other => panic!("{other}"),
    };
    truth != negated
}

impl Draw {
    /// What a service states: each thing, or not.
    fn service(&mut self) -> Json {
        let mut service = json!({ "required_trust_level": self.of(&[0, 2, 5, 7]), "privacy": {} });
        service["cost"] = json!({ "per_request": self.of(&[0.01, 0.5]) });
        if self.below(3) > 0 {
            service["latency"] = json!({ "max": self.of(&[50, 100, 400, 500, 900]) });
        }
        if self.below(3) > 0 {
            service["privacy"]["encryption"] = json!(self.below(2) == 0);
        }
        if self.below(3) > 0 {
            service["privacy"]["data_locality"] = json!(self.of(&["local", "cloud", "on_device"]));
        }
        service
    }

    /// What a request states: each thing, or not.
    fn request(&mut self) -> Json {
        let mut request = json!({ "intent": { "type": self.of(&["work", "chat"]) } });
        if self.below(2) == 0 {
            request["priority"] = json!(self.of(&["low", "normal", "high"]));
        }
        if self.below(2) == 0 {
            request["max_latency_ms"] = json!(self.of(&[100, 450, 500]));
        }
        if self.below(2) == 0 {
            request["max_cost"] = json!(self.of(&[0.01, 0.1]));
        }
        if self.below(2) == 0 {
            request["intent"]["domain"] = json!(self.of(&["M365", "other"]));
        }
        request
    }
}

/// Compares each rule for each service with the original's reading, and counts where it applies and where it is satisfied.
fn compared(house: &House, imported: &Imported, rules: &[Json], services: &[Json], request: &Json) -> (usize, usize) {
    let contracts: Json = services.iter().enumerate().map(|(id, s)| contract(&format!("s{id}"), s)).collect();
    let mut asked = task(request, "all").unwrap();
    welcome(&mut asked);
    let published = house.publish(&contracts).unwrap_or_else(|faults| panic!("{}", faults[0].message));
    let decision = house.decide("caio", published, &asked, NOW, &json!({})).unwrap();
    let (mut applied, mut spared) = (0, 0);
    for (id, service) in services.iter().enumerate() {
        let facts = json!({ "request": request, "service": service });
        for (rule, imported) in rules.iter().zip(&imported.read.rules) {
            let applies = holds(&rule["condition"], false, &facts);
            let satisfied = !applies || holds(&rule["action"], false, &facts);
            let found = !rejected(&decision, &format!("s{id}"), &[&imported.name]);
            assert_eq!(found, satisfied, "{rule:#}\n{facts:#}\n{}", translate::item(imported, "caio"));
            applied += usize::from(applies);
            spared += usize::from(satisfied);
        }
    }
    (applied, spared)
}

#[test]
fn imported_rules_decide_as_the_original_reads_them() {
    let mut draw = Draw(7);
    let rule = |draw: &mut Draw, number: usize| json!({ "name": format!("drawn_{number}"), "condition": draw.condition(2), "action": draw.action(2, true) });
    let rules: Vec<Json> = (0..80).map(|number| rule(&mut draw, number)).collect();
    let imported = import(&json!({ "rules": rules }));
    let house = imported.outcome.as_ref().unwrap_or_else(|found| panic!("{}", house::said(found)));
    assert_eq!(imported.read.rules.len(), rules.len());
    let services: Vec<Json> = (0..16).map(|_| draw.service()).collect();
    let (mut applied, mut spared) = (0, 0);
    for _ in 0..16 {
        let (some, more) = compared(house, &imported, &rules, &services, &draw.request());
        (applied, spared) = (applied + some, spared + more);
    }
    let all = 16 * 16 * 80;
    assert!(applied > all / 5 && applied < all && spared > all / 5 && spared < all, "{applied} {spared} of {all}");
}

/// Words and signs that sentences are made of, and some that they are not.
fn soup() -> impl Strategy<Value = String> {
    let words = proptest::sample::select(vec![
        "if",
        "then",
        "and",
        "or",
        "not",
        "in",
        "contains",
        "exists",
        "is",
        "(",
        ")",
        "[",
        "]",
        ",",
        "==",
        "<=",
        ">",
        "!",
        "'high'",
        "\"x\"",
        "'",
        "200ms",
        "0.1",
        "-5",
        "$3",
        "%",
        "true",
        "request.priority",
        "service.latency.max",
        "latency",
        "risk",
        "privacy.encryption",
        "request.intent.domain",
        "request.data.sensitive",
        "capabilities",
        "reject",
        "é",
        "\u{202e}",
        "\n",
        ".",
        "request.",
        "'a{b}\\\"\u{202e}\t'",
    ]);
    proptest::collection::vec(words, 0..14).prop_map(|words| words.join(" "))
}

fn anything() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        soup().prop_map(Json::from),
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        proptest::sample::select(vec![
            "filter",
            "reject",
            "force_model",
            "high",
            "constraint",
            "==",
            "exists",
            "request.priority",
            "requires_gpu"
        ])
        .prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let keys = proptest::sample::select(vec![
            "name",
            "type",
            "constraint",
            "action",
            "condition",
            "text",
            "field",
            "value",
            "path",
            "op",
            "value_path",
            "all",
            "not",
            "any",
            "rules",
            "policies",
            "require_encryption",
            "max_cost",
            "access_rules",
            "allow",
            "compliance",
            "gdpr",
            "priority",
            "rate_limit",
            "model",
            "strange",
        ]);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::vec((keys, inner), 0..5)
                .prop_map(|pairs| Json::Object(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_document_is_too_strange(document in prop_oneof![anything(), soup().prop_map(Json::from)]) {
        let text = document.to_string();
        let (read, source, found) = translated("rules.json", &text, "caio");
        for d in &found {
            prop_assert_eq!(d.span.file, FileId(0));
            prop_assert!(d.span.start <= d.span.end && usize::try_from(d.span.end).unwrap() <= text.len(), "{:?} in {}", d, text);
            prop_assert!(!d.message.is_empty());
        }
        if !found.iter().any(Diagnostic::is_error) {
            let parsed = syntax::parse(FileId(0), &source);
            prop_assert!(parsed.diagnostics.is_empty(), "{}\n{:?}", source, parsed.diagnostics);
            prop_assert_eq!(parsed.file.items.len(), read.rules.len());
            prop_assert!(fmt::is_formatted(&source), "{}", source);
        }
    }
}
