//! How long the shipped router takes: `rules/caio` over 10, 100, 1 000 and 10 000 contracts, against the same conditions written by hand.
//!
//! `cargo bench --bench router` prints a row for each size. Nothing is asserted: times differ between machines, and ratios less.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_arithmetic,
    reason = "a benchmark reads the clock and prints"
)]

mod measure;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use measure::{Numbers, milliseconds, quantile, timed};
use provost::base::FileId;
use provost::data;
use provost::facts::{self, Inputs, Signals};
use provost::package::{self, Package};
use provost::plan::{self, Plan};
use provost::route;
use provost::world::MemoryWorld;

const NOW: &str = "2026-11-21T00:00:00Z";
/// Contracts, and the requests that are decided over them.
const SIZES: &[(usize, usize)] = &[(10, 400), (100, 400), (1_000, 100), (10_000, 20)];
const SKILLS: [&str; 6] =
    ["chat", "summarisation", "translation", "code_generation", "memory_search", "classification"];
const PERMISSIONS: [&str; 3] = ["read", "write", "admin"];

/// What a contract says, for the loop by hand.
struct Service {
    name: String,
    skills: BTreeSet<&'static str>,
    /// In milliseconds.
    latency: usize,
    /// In hundredths.
    accuracy: usize,
    /// In thousandths of a dollar.
    price: usize,
    /// In hundredths.
    risk: usize,
    encrypted: bool,
    local: bool,
    permission: &'static str,
    trust: usize,
}

fn services(count: usize) -> Vec<Service> {
    let mut numbers = Numbers(7);
    let service = |at: usize| Service {
        name: format!("service-{at:05}"),
        skills: (0..1 + numbers.below(3)).map(|_| SKILLS[numbers.below(SKILLS.len())]).collect(),
        latency: 50 + numbers.below(3_000),
        accuracy: 80 + numbers.below(20),
        price: 1 + numbers.below(60),
        risk: numbers.below(40),
        encrypted: numbers.below(3) > 0,
        local: numbers.below(3) == 0,
        permission: PERMISSIONS[numbers.below(PERMISSIONS.len())],
        trust: numbers.below(6),
    };
    (0..count).map(service).collect()
}

/// The contracts as their publishers write them, in the layout of the router.
fn contracts(of: &[Service]) -> String {
    let mut text = String::new();
    for service in of {
        let skills: Vec<&str> = service.skills.iter().copied().collect();
        let (name, place) = (&service.name, if service.local { "local" } else { "cloud" });
        writeln!(text, "- {{service_id: {name}, name: {name}, version: 1.0.0, capabilities: [{}],", skills.join(", "))
            .unwrap();
        let (latency, accuracy) = (service.latency, service.accuracy);
        writeln!(text, "   guarantees: {{latency: {{max: {latency}}}, accuracy: 0.{accuracy:02}}},").unwrap();
        writeln!(
            text,
            "   constraints: {{risk: 0.{:02}}}, cost: {{per_request: 0.{:03}}},",
            service.risk, service.price
        )
        .unwrap();
        writeln!(text, "   privacy: {{data_locality: {place}, encryption: {}}},", service.encrypted).unwrap();
        writeln!(text, "   required_permissions: [{}], required_trust_level: {},", service.permission, service.trust)
            .unwrap();
        writeln!(text, "   api: {{protocol: http, base_url: \"http://host\"}}}}").unwrap();
    }
    text
}

/// The shipped package, with these contracts in place of the shipped ones.
fn open(of: &[Service]) -> Package {
    let mut world = MemoryWorld::new(NOW.parse().unwrap());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["rules/caio/rules", "contracts/caio/contracts"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            world = world.with(name, fs::read_to_string(path).unwrap());
        }
    }
    let rules = fs::read_to_string(root.join("rules/caio/provost.toml")).unwrap().replace(", \"tests\"", "");
    let mut manifest =
        String::from("[package]\nname = \"caio_services\"\nedition = \"2026\"\nsources = [\"contracts\"]\n");
    for (at, part) in of.chunks(1_000).enumerate() {
        writeln!(manifest, "[[import]]\nfile = \"data/{at}.yaml\"\nadapter = \"caio\"\ntrait = \"Service\"").unwrap();
        world = world.with(format!("contracts/caio/data/{at}.yaml"), contracts(part));
    }
    world = world.with("rules/caio/provost.toml", rules).with("contracts/caio/provost.toml", manifest);
    let package = package::open(&world, Path::new("rules/caio"));
    assert!(package.is_sound(), "{:?}", package.diagnostics.first());
    package
}

/// What a caller wants.
struct Task {
    skill: &'static str,
    /// In milliseconds.
    max_latency: usize,
    /// In thousandths of a dollar.
    max_cost: usize,
    min_accuracy: usize,
    sensitive: bool,
    trust: usize,
}

fn tasks(count: usize) -> Vec<Task> {
    let mut numbers = Numbers(11);
    let task = |_| Task {
        skill: SKILLS[numbers.below(SKILLS.len())],
        max_latency: 500 + numbers.below(2_500),
        max_cost: 10 + numbers.below(50),
        min_accuracy: 80 + numbers.below(15),
        sensitive: numbers.below(2) == 0,
        trust: 1 + numbers.below(6),
    };
    (0..count).map(task).collect()
}

fn inputs(plan: &Plan, task: &Task) -> Inputs {
    let json = format!(
        r#"{{"intent":"work","needs":["{}"],"max_latency":"{}ms","max_cost":"0.{:03} USD","min_accuracy":"{}%","labels":[{}],
           "authenticated":true,"token_expires":"2027-01-01T00:00:00Z","permissions":["read","write"],"trust_level":{},
           "measured":{{"intent":0.5,"attention":0.5,"memory":0.5}}}}"#,
        task.skill,
        task.max_latency,
        task.max_cost,
        task.min_accuracy,
        if task.sensitive { "\"sensitive\"" } else { "" },
        task.trust,
    );
    let node = data::read_json(FileId(0), &json).unwrap();
    let request = facts::request::request(&plan.policy, &plan.services, &"Task".into(), &node).unwrap();
    Inputs { request, signals: Signals::default(), now: NOW.parse().unwrap() }
}

/// Why a service does not do, told as a set of bits: the least that a loop by hand could keep of its reasons.
fn refused(service: &Service, task: &Task) -> u32 {
    [
        service.skills.contains(task.skill),
        service.accuracy >= task.min_accuracy,
        service.permission != "admin",
        !task.sensitive || service.local || service.encrypted,
        task.trust >= service.trust,
        service.risk <= 50,
        service.price <= task.max_cost,
        service.latency <= task.max_latency,
    ]
    .iter()
    .enumerate()
    .fold(0, |bits, (at, holds)| bits | (u32::from(!holds) << at))
}

#[allow(clippy::cast_precision_loss, reason = "small numbers, for a comparison only")]
fn worth(service: &Service, task: &Task) -> f64 {
    let share = |part: usize, whole: usize| (part as f64 / whole as f64).min(1.0);
    -0.1 * share(service.price, task.max_cost)
        - 0.05 * share(service.risk, 100)
        - 0.05 * share(service.latency, task.max_latency)
}

/// The best service, with the reasons of all others.
fn by_hand<'a>(services: &'a [Service], task: &Task) -> (Option<&'a Service>, Vec<u32>) {
    let reasons: Vec<u32> = services.iter().map(|service| refused(service, task)).collect();
    let fit = services.iter().zip(&reasons).filter(|(_, reasons)| **reasons == 0).map(|(service, _)| service);
    (fit.max_by(|a, b| worth(a, task).total_cmp(&worth(b, task)).then(b.name.cmp(&a.name))), reasons)
}

/// Both agree on whether anybody does, and on how good the best is.
fn compare(services: &[Service], task: &Task, decided: &str) {
    let decision: serde_json::Value = serde_json::from_str(decided).unwrap();
    let chosen = decision.pointer("/roles/chosen/service").and_then(|name| name.as_str());
    let (best, _) = by_hand(services, task);
    assert_eq!(chosen.is_some(), best.is_some(), "{decided}");
    if let (Some(chosen), Some(best)) = (chosen, best) {
        let chosen = services.iter().find(|service| service.name == chosen).unwrap();
        assert!(refused(chosen, task) == 0 && (worth(chosen, task) - worth(best, task)).abs() < 1e-9, "{decided}");
    }
}

fn main() {
    println!("contracts  check, each  requests  routed  decide p50  decide p95  by hand p50   times");
    for &(size, requests) in SIZES {
        let services = services(size);
        let (check, package) = timed(|| open(&services));
        let plan = plan::plan(Arc::new(package.policy), Arc::new(package.services));
        let (mut engine, mut hand, mut routed) = (Vec::new(), Vec::new(), 0);
        for task in &tasks(requests) {
            let inputs = inputs(&plan, task);
            let (took, decided) =
                timed(|| route::json::decision(&route::decide(&plan, "caio", &inputs).unwrap()).to_string());
            engine.push(took);
            let (took, (best, _)) = timed(|| by_hand(&services, task));
            hand.push(took);
            routed += usize::from(best.is_some());
            compare(&services, task, &decided);
        }
        let (p50, p95, by_hand) = (quantile(&mut engine, 50), quantile(&mut engine, 95), quantile(&mut hand, 50));
        let each = milliseconds(check) / f64::from(u32::try_from(size).unwrap());
        println!(
            "{size:9}  {each:8.3} ms  {requests:8}  {routed:6}  {p50:7.3} ms  {p95:7.3} ms  {by_hand:8.4} ms  {:6.0}",
            p50 / by_hand
        );
    }
}
