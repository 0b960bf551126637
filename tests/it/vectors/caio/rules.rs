//! Rules of the original, through the real import: as text among the sources of the package, and then decided by.

use std::path::Path;
use std::sync::OnceLock;

use provost::base::{FileId, Sources, Span};
use provost::cli::disk::Disk;
use provost::data;
use provost::diag::Diagnostic;
use provost::facts::adapter::Import;
use provost::facts::rules::{self, ADAPTER, Read, World};
use provost::package::{self, Package};
use provost::route::decision::Decision;
use provost::syntax::ast::ItemKind;
use provost::world::MemoryWorld;
use provost::{fmt, translate};
use serde_json::{Value as Json, json};

use super::house::{self, House, NOW, contract as published, rejected, task, welcome};
use super::{phases, same};

/// The names of the rules of a document in their order, and the package with them; or what is wrong.
pub struct Imported {
    pub read: Read,
    pub outcome: Result<House, Vec<Diagnostic>>,
}

/// The package as it is.
pub fn own() -> &'static Package {
    static OWN: OnceLock<Package> = OnceLock::new();
    OWN.get_or_init(|| package::open(&Disk, &crate::house::root().join("rules/caio")))
}

/// What the import makes of a document in JSON or YAML for these routes: the rules, the source text, and what is wrong.
pub fn translated(name: &str, document: &str, routes: &str) -> (Read, String, Vec<Diagnostic>) {
    let own = own();
    let mut sources = Sources::default();
    let file = sources.add(name, document);
    let node = match data::read(file, name, document) {
        Ok(node) => node,
        Err(found) => return (Read::default(), String::new(), found),
    };
    let nowhere = Span::new(FileId(9), 0, 0);
    let options = vec![("routes".into(), routes.into(), nowhere)];
    let import = Import { adapter: (ADAPTER, nowhere), trait_: None, options, scopes: None, prefix: "".into() };
    let properties = own.program.items.iter().filter(|d| matches!(d.item.kind, ItemKind::Property(_)));
    let taken = properties.map(|declared| declared.name.clone()).collect();
    let world = World { policy: &own.policy, services: &own.services, taken: &taken };
    let (read, mut found) = rules::read(&node, &import, world);
    match translate::translate(&read, &own.policy, name) {
        Ok(text) => (read, text, found),
        Err(conflicts) => {
            found.extend(conflicts);
            (read, String::new(), found)
        }
    }
}

/// What the adapter of requests makes of a body.
pub fn asked(node: &data::Node) -> Result<data::Node, Vec<Diagnostic>> {
    provost::facts::body::read(node, &own().policy, &own().services, &"Task".into())
}

/// Imports a document. What is written has to parse, to be formatted, and to check within the package.
pub fn import(document: &Json) -> Imported {
    let (read, text, found) = translated("rules.json", &document.to_string(), "caio");
    if found.iter().any(Diagnostic::is_error) {
        return Imported { read, outcome: Err(found) };
    }
    assert!(fmt::is_formatted(&text), "{text}");
    let house = house_with(&text);
    Imported { read, outcome: Ok(house) }
}

/// The package with one more source.
pub fn house_with(text: &str) -> House {
    let mut world = MemoryWorld::new("2026-11-21T00:00:00Z".parse().unwrap());
    for folder in ["rules/caio", "contracts/caio"] {
        for source in crate::house::files(folder, &["provost", "toml", "yaml"]) {
            world = world.with(source.path, source.text);
        }
    }
    let package = package::open(&world.with("rules/caio/rules/imported.provost", text), Path::new("rules/caio"));
    let errors: Vec<_> = package.diagnostics.iter().filter(|d| d.is_error()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{text}");
    House::of(package)
}

/// What the measurement says of rules, in one document.
fn document(input: &Json) -> Option<Json> {
    let parts = ["rules", "policies", "rule", "policy"];
    let stated: Vec<&Json> = parts.iter().filter_map(|part| input.get(*part)).collect();
    match stated.as_slice() {
        [] => None,
        [one] => Some((*one).clone()),
        many => Some(json!({ "rules": many })),
    }
}

/// A contract that states nothing but that it exists: every demand on it that applies is unmet.
fn silent() -> Json {
    json!({
        "service_id": "silent", "name": "silent", "version": "1.0.0", "capabilities": ["work"], "public": true,
        "required_trust_level": 0, "api": { "protocol": "http", "base_url": "http://localhost:9000" },
    })
}

pub fn rules(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    if input.get("rules_orders").is_some() {
        return orders(expect);
    }
    if input.get("candidates").is_some() {
        return phases::nobody_satisfies_the_rules(house, input, expect);
    }
    if input.pointer("/request/intent/domain").is_some() {
        return domain(house, input, expect);
    }
    let document = document(input).ok_or("no rules")?;
    let imported = import(&document);
    if let Some(wanted) = expect["load_error"].as_str() {
        return refused(&imported, wanted, &expect["rules"]);
    }
    let house = imported.outcome.map_err(|found| house::said(&found))?;
    let services: Vec<(String, Json)> = match (input.get("service"), input["services"].as_object()) {
        (Some(service), _) => vec![("s".to_owned(), service.clone())],
        (None, Some(all)) => all.iter().map(|(id, service)| (id.clone(), service.clone())).collect(),
        (None, None) => return Err("not a rule on a service".to_owned()),
    };
    let mut contracts: Vec<Json> = services.iter().map(|(id, service)| published(id, service)).collect();
    contracts.push(silent());
    let mut task = task(input.get("request").unwrap_or(&json!({})), "all")?;
    welcome(&mut task);
    let published = house.publish(&contracts.into()).map_err(|f| f[0].message.clone())?;
    let decision = house.decide("caio", published, &task, NOW, &json!({}))?;
    house::chosen(&decision)?;
    if let Some(all) = expect["per_rule"].as_array() {
        same("the number of rules", imported.read.rules.len(), all.len())?;
    }
    for (rule, said) in imported.read.rules.iter().zip(expect["per_rule"].as_array().into_iter().flatten()) {
        same(&rule.name, breaks(&decision, "s", &rule.name), said["satisfied"] == json!(false))?;
        if let Some(applies) = said["applies"].as_bool() {
            same(&format!("`{}` applies", rule.name), breaks(&decision, "silent", &rule.name), applies)?;
        }
    }
    let broken = |service: &str| imported.read.rules.iter().any(|rule| breaks(&decision, service, &rule.name));
    if let Some(satisfied) = expect["satisfied"].as_bool() {
        same("all of them", !broken("s"), satisfied)?;
    }
    for kept in expect["kept"].as_array().into_iter().flatten().filter_map(Json::as_str) {
        same(kept, broken(kept), false)?;
    }
    for (dropped, policy) in expect["dropped"].as_object().into_iter().flatten() {
        let by = |rule: &&rules::Rule| policy.as_str().is_some_and(|policy| rule.name.starts_with(policy));
        let rule = imported.read.rules.iter().find(by).ok_or(format!("no rule for {policy}"))?;
        same(dropped, breaks(&decision, dropped, &rule.name), true)?;
    }
    if expect.get("error").is_some() || expect.get("code").is_some() {
        let by_rule = services.iter().all(|(id, _)| broken(id));
        same("that the rules leave nobody", by_rule, true)?;
    }
    Ok(())
}

/// Whether a rule stands against a service: it rejects it, or it denies the request.
fn breaks(decision: &Decision, service: &str, rule: &str) -> bool {
    rejected(decision, service, &[rule]) || decision.denied_by.iter().any(|fired| &*fired.constraint == rule)
}

/// Whether loading fails with an error that points at both rules.
fn refused(imported: &Imported, wanted: &str, pair: &Json) -> Result<(), String> {
    let Err(found) = &imported.outcome else { return Err("is loaded".to_owned()) };
    if wanted != "conflict" {
        // Whatever else keeps a document from being loaded, it is not that two of its rules disagree.
        return same("a conflict", found.iter().any(|d| d.code.id == "P0584"), false);
    }
    let error = found.iter().find(|d| d.code.id == "P0584").ok_or_else(|| house::said(found))?;
    let place = |span: Span| imported.read.rules.iter().position(|rule| rule.span == span);
    let mut places: Vec<Option<usize>> = error.related.iter().map(|label| place(label.span)).collect();
    places.push(place(error.span));
    same("the rules that conflict", json!(places), pair.clone())
}

/// Two rules in either order come to the same decision.
fn orders(expect: &Json) -> Result<(), String> {
    let a = json!({ "name": "a", "condition": "request.priority == 'high'", "action": "service.latency.max <= 200", "priority": 10 });
    let b =
        json!({ "name": "b", "constraint": "service.privacy.encryption == true", "action": "filter", "priority": 5 });
    let decided = |document: Json| -> Result<Vec<(String, Vec<String>)>, String> {
        let house = import(&document).outcome.map_err(|found| house::said(&found))?;
        let slow = published("slow", &json!({ "latency": { "max": 500 }, "privacy": { "encryption": true } }));
        let open = published("open", &json!({ "latency": { "max": 50 }, "privacy": { "encryption": false } }));
        let good = published("good", &json!({ "latency": { "max": 50 }, "privacy": { "encryption": true } }));
        let services = house.publish(&json!([slow, open, good])).map_err(|f| f[0].message.clone())?;
        let mut task = json!({ "intent": "work", "needs": [], "priority": "high" });
        welcome(&mut task);
        let decision = house.decide("caio", services, &task, NOW, &json!({}))?;
        same("the choice", house::chosen(&decision)?, Some("good".to_owned()))?;
        let by = |r: &provost::route::decision::Rejected| r.by.iter().map(|f| f.constraint.to_string()).collect();
        Ok(decision.rejected.iter().map(|r| (r.service.to_string(), by(r))).collect())
    };
    let (first, second) = (decided(json!([a, b]))?, decided(json!([b, a]))?);
    same("the result", first == second, expect["same_result"] == json!(true))
}

/// A rule that sends a domain to one service.
fn domain(_: &House, input: &Json, expect: &Json) -> Result<(), String> {
    let ids: Vec<&str> = input["registry"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let wanted = expect["selected"].as_str().ok_or("nobody is wanted")?;
    let domain = input.pointer("/request/intent/domain").and_then(Json::as_str).ok_or("no domain")?;
    let condition = format!("request.intent.domain == '{domain}'");
    let rule = json!({ "name": "to_domain", "condition": condition, "action": "force_model", "model": wanted });
    let house = import(&rule).outcome.map_err(|found| house::said(&found))?;
    let mut task = task(&input["request"], "all")?;
    welcome(&mut task);
    let decided = |ids: &[&str]| {
        // The package's own rule for domains goes by the tags of the services.
        let contract = |id: &&str| {
            let mut contract = published(id, &json!({}));
            contract["metadata"] = json!({ "tags": [domain] });
            contract
        };
        let contracts: Json = ids.iter().map(contract).collect();
        let services = house.publish(&contracts).map_err(|f| f[0].message.clone())?;
        house::chosen(&house.decide("caio", services, &task, NOW, &json!({}))?)
    };
    same("the choice", decided(&ids)?, Some(wanted.to_owned()))?;
    let others: Vec<&str> = ids.into_iter().filter(|id| *id != wanted).collect();
    same("the choice without it", decided(&others)?, None)
}
