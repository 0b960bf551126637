//! The package `rules/caio` with the services of a measurement, published as contracts of the router.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use provost::base::{Decimal, FileId, Instant, Name, Sources, Span};
use provost::cli::disk::Disk;
use provost::data::read_json;
use provost::diag::Diagnostic;
use provost::enforce::{Outcome, enforce, measurable, promises, values};
use provost::facts::adapter::{Import, adapt};
use provost::facts::contract::{Context, Places, contracts, heads};
use provost::facts::measured::measured;
use provost::facts::{Inputs, Signals, request, signals};
use provost::ir::{Policy, Services};
use provost::package;
use provost::plan::{Plan, plan};
use provost::route::decide;
use provost::route::decision::{Decision, Ending};
use provost::value::Value;
use serde_json::{Map, Value as Json, json};

/// The checked policy of the package, and the services that it has itself.
pub struct House {
    policy: Arc<Policy>,
    own: Services,
    trait_: Name,
}

/// A message about a contract, with the path that it speaks of.
pub struct Fault {
    pub path: String,
    pub message: String,
}

impl House {
    pub fn open() -> Self {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let package = package::open(&Disk, &root.join(Path::new("rules/caio")));
        Self::of(package)
    }

    /// A package that is sound.
    pub fn of(package: package::Package) -> Self {
        assert!(package.is_sound(), "{:?}", package.diagnostics);
        let trait_ = package.policy.traits.keys().find(|name| name.ends_with("Service")).unwrap().clone();
        Self { policy: Arc::new(package.policy), own: package.services, trait_ }
    }

    /// The same package without one constraint of a route, to see what that constraint keeps out.
    pub fn without(&self, route: &str, constraint: &str) -> Self {
        let mut policy = Policy::clone(&self.policy);
        let constraints = &mut policy.routes.get_mut(route).unwrap().constraints;
        let count = constraints.len();
        constraints.retain(|of| &*of.name != constraint);
        assert_eq!(constraints.len() + 1, count, "`{constraint}` is a constraint of `{route}`");
        Self { policy: Arc::new(policy), own: self.own.clone(), trait_: self.trait_.clone() }
    }

    /// The numbers that the fields of a record have where nothing is stated.
    pub fn default_of(&self, record: &str) -> Json {
        let fields = self.policy.records.iter().find(|(name, _)| name.ends_with(record)).map(|(_, fields)| fields);
        let number = |field: &provost::ir::Field| Some((field.name.to_string(), field.default.as_ref()?.to_string()));
        let numbers = fields.into_iter().flatten().filter_map(number);
        numbers.map(|(name, text)| (name, json!(super::amount(&text)))).collect::<Map<_, _>>().into()
    }

    /// Contracts through the adapter and the checks of every contract.
    pub fn publish(&self, contracts_: &Json) -> Result<Services, Vec<Fault>> {
        let fault = |d: &Diagnostic| Fault {
            path: d.message.split('`').nth(1).unwrap_or_default().to_owned(),
            message: d.message.clone(),
        };
        let faults = |found: &[Diagnostic]| found.iter().map(fault).collect::<Vec<_>>();
        let mut sources = Sources::default();
        let text = contracts_.to_string();
        let file = sources.add("contracts.json", &*text);
        let node = read_json(file, &text).map_err(|found| faults(&found))?;
        let nowhere = Span::new(FileId(9), 0, 0);
        let import = Import {
            adapter: ("caio", nowhere),
            trait_: Some((self.trait_.clone(), nowhere)),
            options: Vec::new(),
            scopes: None,
            prefix: "".into(),
        };
        let (adapted, mut found) = adapt(&import, &node, &self.policy);
        let heads = heads(&self.policy, &adapted.services);
        let places = Places::new();
        let context = Context { policy: &self.policy, heads: &heads, places: &places, sources: &sources };
        let (services, more) = contracts(&adapted.services, &context);
        found.extend(more);
        if found.iter().any(Diagnostic::is_error) {
            return Err(faults(&found));
        }
        Ok(services.into_iter().map(|(name, _, service)| (name, service)).collect())
    }

    /// The decision of a route on a request, at an instant, where the host measures these resonances.
    pub fn decide(
        &self,
        route: &str,
        services: Services,
        task: &Json,
        now: u64,
        heard: &Json,
    ) -> Result<Decision, String> {
        let silent = heard.as_object().is_none_or(Map::is_empty);
        let host = if silent { json!({}) } else { json!({ "market_resonance": heard }) };
        self.decide_with(route, services, task, now, &host)
    }

    /// The same, where the host supplies these signals.
    pub fn decide_with(
        &self,
        route: &str,
        services: Services,
        task: &Json,
        now: u64,
        host: &Json,
    ) -> Result<Decision, String> {
        let inputs = self.inputs(&services, task, now, host)?;
        decide(&self.plan(services), route, &inputs).map_err(|e| e.to_string())
    }

    /// A request with everything else that a decision depends on.
    pub fn inputs(&self, services: &Services, task: &Json, now: u64, host: &Json) -> Result<Inputs, String> {
        let read = |json: &Json| read_json(FileId(0), &json.to_string()).map_err(|found| said(&found));
        let request = request::request(&self.policy, services, &"Task".into(), &read(task)?).map_err(|f| said(&f))?;
        let signals = match host.as_object().is_none_or(Map::is_empty) {
            true => Signals::default(),
            false => signals::signals(&self.policy, services, &read(host)?).map_err(|found| said(&found))?,
        };
        let now = Instant::from_seconds(Decimal::from(i64::try_from(now).unwrap())).unwrap();
        Ok(Inputs { request, signals, now })
    }

    /// The decision of a route on a request about the router itself, or what is wrong with the request's data.
    pub fn ask(&self, route: &str, ty: &str, request: &Json) -> Result<Decision, Vec<String>> {
        let messages = |found: Vec<Diagnostic>| found.into_iter().map(|d| d.message).collect::<Vec<_>>();
        let node = read_json(FileId(0), &request.to_string()).map_err(messages)?;
        let request = request::request(&self.policy, &self.own, &ty.into(), &node).map_err(messages)?;
        let now = Instant::from_seconds(Decimal::from(i64::try_from(NOW).unwrap())).unwrap();
        let inputs = Inputs { request, signals: Signals::default(), now };
        decide(&self.plan(self.own.clone()), route, &inputs).map_err(|e| vec![e.to_string()])
    }

    /// The value of a constant of the package.
    pub fn constant(&self, name: &str) -> Option<&Value> {
        self.policy.constants.get(name)?.as_ref()
    }

    /// What a result comes to, held against what a decision promises.
    pub fn enforce(&self, decision: &Decision, result: &Json) -> Result<Outcome, String> {
        let spelled = decision.guarantees.iter().cloned().collect();
        let plan = self.plan(Services::new());
        let promises = promises(&plan, &decision.route, &spelled).map_err(|e| e.to_string())?;
        let node = read_json(FileId(0), &result.to_string()).map_err(|found| said(&found))?;
        let measured = measured(&self.policy, &Services::new(), &measurable(&promises), &node).map_err(|f| said(&f))?;
        let values = values(&plan, &decision.route, &promises, &measured).map_err(|e| e.to_string())?;
        Ok(enforce(&promises, &values))
    }

    /// Whether results are measured by this.
    pub fn measures(&self, name: &str) -> bool {
        self.policy.traits.values().any(|of| of.measurements.contains_key(name))
    }

    /// The argument of an annotation above a guarantee of the package.
    pub fn annotated(&self, annotation: &str, guarantee: &str) -> Option<String> {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("contracts/caio/contracts/service.provost");
        let text = std::fs::read_to_string(root).unwrap();
        let (before, _) = text.split_once(&format!("guarantee {guarantee}:"))?;
        let line = before.trim_end().lines().last()?.trim();
        Some(line.strip_prefix(&format!("@{annotation}(\""))?.strip_suffix("\")")?.to_owned())
    }

    /// The package with these services, ready to decide.
    pub fn plan(&self, services: Services) -> Plan {
        plan(Arc::clone(&self.policy), Arc::new(services))
    }
}

pub fn said(found: &[Diagnostic]) -> String {
    found.iter().map(|d| d.message.clone()).collect::<Vec<_>>().join("; ")
}

/// The start of the year 2026, at which the measurements stand.
pub const NOW: u64 = 1_767_225_600;

/// A service of a measurement as a contract: what the measurement does not mention is such that it decides nothing.
pub fn contract(id: &str, service: &Json) -> Json {
    let part = |key: &str| service.get(key).cloned();
    let mut constraints = part("constraints").unwrap_or_else(|| json!({}));
    constraints["risk"] = part("risk").unwrap_or_else(|| json!(0));
    let latency = service.pointer("/latency/max").or(service.get("latency_ms")).cloned();
    let mut guarantees = part("guarantees").unwrap_or_else(|| json!({}));
    if let Some(latency) = latency {
        guarantees["latency"] = json!({ "max": latency });
    }
    let price = service.pointer("/cost/per_request").or(service.get("cost")).cloned();
    // A price of another kind than that of a request is stated as it stands.
    let cost = match price {
        Some(whole) if whole.is_object() => whole,
        price => json!({ "per_request": price.unwrap_or_else(|| json!(0)) }),
    };
    let privacy = part("privacy").unwrap_or_else(|| json!({}));
    let public = service.get("required_permissions").is_none() || service["public"] == json!(true);
    let mut contract = json!({
        "service_id": id, "name": id, "version": "1.0.0",
        "capabilities": part("capabilities").unwrap_or_else(|| json!(["work"])),
        "guarantees": guarantees, "constraints": constraints,
        "cost": cost,
        "privacy": privacy,
        "required_permissions": part("required_permissions").unwrap_or_else(|| json!([])),
        "required_trust_level": part("required_trust_level").unwrap_or_else(|| json!(0)),
        "api": { "protocol": "http", "base_url": "http://localhost:9000" },
    });
    if public {
        contract["public"] = json!(true);
    }
    if let Some(placement) = part("route") {
        contract["route"] = placement;
    }
    contract
}

/// A request of the original as a task of the package, through the adapter of requests. Its token stands for what the edge
/// found when it verified it, which no request states of itself.
pub fn task(request: &Json, mode: &str) -> Result<Json, String> {
    let mut body = request.clone();
    let token = body.get_mut("user").and_then(Json::as_object_mut).and_then(|user| user.remove("token"));
    // Measurements of one stage leave out what the others need.
    let object = body.as_object_mut().ok_or("the request is no map")?;
    object.entry("requirements").or_insert_with(|| json!({}));
    // The state of a measurement that is not the request's.
    for part in ["service", "capability_mode"] {
        object.remove(part);
    }
    if request.get("intent").is_none_or(Json::is_null) {
        object.insert("intent".to_owned(), json!("work"));
    }
    let mut task = translated(&body)?;
    task["matching"] = json!(format!("{mode}_of"));
    if let Some(token) = token {
        task["authenticated"] = token.get("signature_valid").cloned().unwrap_or(json!(false));
        if let Some(expiry) = token.get("expiry").and_then(Json::as_i64) {
            let instant = Instant::from_seconds(Decimal::from(expiry)).ok_or("no such instant")?;
            task["token_expires"] = json!(instant.to_string());
        }
    }
    Ok(task)
}

/// What the adapter of requests makes of a body.
pub fn translated(body: &Json) -> Result<Json, String> {
    let node = read_json(FileId(0), &body.to_string()).map_err(|found| said(&found))?;
    let task = super::rules::asked(&node).map_err(|found| said(&found))?;
    Ok(serde_json::from_str(&task.to_json()).unwrap())
}

/// What the original calls traits.
pub fn persona(traits: &Json, task: &mut Json) {
    let mut persona = json!({});
    if let Some(risk) = traits.pointer("/conservative/max_risk") {
        persona["max_risk"] = risk.clone();
    }
    if let Some(risk) = traits.get("risk_tolerance") {
        persona["risk_tolerance"] = risk.clone();
    }
    persona["confidential"] = json!(!matches!(traits.get("confidential"), None | Some(Json::Null | Json::Bool(false))));
    task["persona"] = persona;
}

/// A caller whom every check lets through.
pub fn welcome(task: &mut Json) {
    task["authenticated"] = json!(true);
    task["token_expires"] = json!("2027-01-01T00:00:00Z");
    task["permissions"] = json!(["read"]);
    task["trust_level"] = json!(10);
}

/// Whether a service was rejected for one of these constraints.
pub fn rejected(decision: &Decision, service: &str, constraints: &[&str]) -> bool {
    let of_service = decision.rejected.iter().filter(|r| &*r.service == service);
    of_service.flat_map(|r| &r.by).any(|failure| constraints.contains(&&*failure.constraint))
}

/// Whether a route chose, in a decision about a request that it understood.
pub fn chosen(decision: &Decision) -> Result<Option<String>, String> {
    match decision.ending {
        Ending::Invalid => Err(format!("invalid: {:?}", decision.invalid)),
        _ => Ok(decision.roles.first().and_then(|r| r.given.first()).map(|c| c.service.to_string())),
    }
}
