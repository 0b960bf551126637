//! What a certificate costs: its bytes, and the time to write and to verify it, against deciding in the same run.
//!
//! `cargo bench --bench certificates` prints a table. Nothing is asserted: times differ between machines, and ratios less.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_arithmetic,
    reason = "a benchmark reads the clock and prints"
)]

mod measure;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use measure::{Numbers, milliseconds, quantile, timed};
use provost::facts::{Inputs, Request, Signals};
use provost::package::{self, Package};
use provost::plan::{self, Plan};
use provost::value::Value;
use provost::world::MemoryWorld;
use provost::{proof, route};

const NOW: &str = "2026-11-21T00:00:00Z";
const MANIFEST: &str = "[package]\nname = \"bench\"\nedition = \"2026\"\nsources = [\".\"]\n";

/// Services and how often each thing is done; the median counts.
const SIZES: &[(usize, usize)] = &[(100, 101), (1_000, 31), (10_000, 9)];

/// Numbers of the rules that look at a field each.
const RULES: usize = 22;
/// Fields that these rules look at.
const FIELDS: usize = 6;

/// The rules of the package: with the route's own constraints about thirty.
fn rules() -> String {
    let mut text = String::from(
        r#"enum Skill { chat, ocr, audio, code }
enum Region { eu, us, asia }
trait Model {
    vendor:  string
    skills:  set<Skill>
    regions: set<Region>
    price:   usd
    context: int
"#,
    );
    for field in 0..FIELDS {
        writeln!(text, "    k{field}: int").unwrap();
    }
    text.push_str(
        r#"    guarantee latency:  duration at most, composes by sum
    guarantee accuracy: ratio at least, composes by product
}
request Work { needs: set<Skill> = { chat }  region: Region = eu  budget: usd = $9  tokens: int = 1000 }
route work for Work {
    primary:  Model
    fallback: Model[0..3]
    critic:   Model?
    require skills:   request.needs within service.skills
    require region:   request.region in service.regions
    require price:    service.price <= request.budget
    require context:  service.context >= request.tokens
    require latency:  service.latency <= 9s
    require accuracy: service.accuracy >= 80%
    score primary  { price: -1 * (service.price / $1)  accuracy: 100 * service.accuracy }
    score fallback { price: -1 * (service.price / $1) }
    score critic   { accuracy: 100 * service.accuracy }
}
rule four_eyes on work { require critic.vendor != primary.vendor }
rule spread    on work { require all f in fallback: f.vendor != primary.vendor }
"#,
    );
    for rule in 0..RULES {
        let (field, value) = (rule % FIELDS, rule / FIELDS);
        writeln!(text, "rule k{rule}_rule on work {{ require service.k{field} != {value} }}").unwrap();
    }
    text
}

fn contracts(from: usize, to: usize) -> String {
    let mut numbers = Numbers(from as u64);
    let mut text = String::new();
    for service in from..to {
        let skills = ["chat", "chat, ocr", "chat, code", "ocr, audio"][numbers.below(4)];
        let regions = ["eu", "eu, us", "us, asia", "eu, us, asia"][numbers.below(4)];
        write!(text, "service \"model-{service:05}\" is Model {{ vendor = \"v{}\" ", numbers.below(40)).unwrap();
        write!(text, "skills = {{ {skills} }} regions = {{ {regions} }} price = ${} ", 1 + numbers.below(10)).unwrap();
        write!(text, "context = {} ", 500 * (1 + numbers.below(20))).unwrap();
        for field in 0..FIELDS {
            write!(text, "k{field} = {} ", numbers.below(20)).unwrap();
        }
        writeln!(text, "latency <= {}s accuracy >= {}% }}", 1 + numbers.below(10), 75 + numbers.below(25)).unwrap();
    }
    text
}

fn open(services: usize) -> Package {
    let mut world =
        MemoryWorld::new(NOW.parse().unwrap()).with("provost.toml", MANIFEST).with("rules.provost", rules());
    for from in (0..services).step_by(1_000) {
        let to = services.min(from + 1_000);
        world = world.with(format!("services{from}.provost"), contracts(from, to));
    }
    let package = package::open(&world, Path::new("."));
    assert!(package.is_sound(), "{:?}", package.diagnostics.first());
    package
}

/// The request as it is where nothing is stated: all defaults.
fn inputs(plan: &Plan) -> Inputs {
    let fields = plan.policy.requests["Work"].fields.iter();
    let value = Value::Record(fields.map(|field| (field.name.clone(), field.default.clone())).collect());
    let request = Request { ty: "Work".into(), value };
    Inputs { request, signals: Signals::default(), now: NOW.parse().unwrap() }
}

/// What `provost route` does: decide, and write the decision.
fn decided(plan: &Plan, inputs: &Inputs) -> String {
    route::json::decision(&route::decide(plan, "work", inputs).unwrap()).to_string()
}

/// What `provost route --certificate` does: the same, and write the certificate.
fn proved(plan: &Plan, inputs: &Inputs) -> (String, String) {
    let (decision, trace) = route::decide_traced(plan, "work", inputs).unwrap();
    let certificate = proof::prove(&trace, inputs, &decision).unwrap();
    (route::json::decision(&decision).to_string(), certificate)
}

fn row(services: usize, runs: usize) -> String {
    let (check, package) = timed(|| open(services));
    let (policy, stated) = (Arc::new(package.policy), Arc::new(package.services));
    let (planning, plan) = timed(|| plan::plan(policy.clone(), stated.clone()));
    let constraints = plan.policy.routes["work"].constraints.len();
    let inputs = inputs(&plan);
    let (_, certificate) = proved(&plan, &inputs);
    let (mut deciding, mut proving, mut verifying) = (Vec::new(), Vec::new(), Vec::new());
    // The three take turns, so that whatever slows the machine down slows all of them.
    for _ in 0..runs {
        deciding.push(timed(|| decided(&plan, &inputs)).0);
        proving.push(timed(|| proved(&plan, &inputs)).0);
        let (time, checked) = timed(|| provost_verifier::verify(certificate.as_bytes()));
        assert_eq!(checked.map(|report| report.outcome).unwrap(), "routed");
        verifying.push(time);
    }
    let (deciding, proving, verifying) =
        (quantile(&mut deciding, 50), quantile(&mut proving, 50), quantile(&mut verifying, 50));
    format!(
        "{services:>8} {constraints:>11} {:>10} {:>9} {:>9.1} {:>8.2} {deciding:>9.3} {:>13.2} {:>11.2}",
        certificate.len(),
        certificate.len() / services,
        milliseconds(check),
        milliseconds(planning),
        proving / deciding,
        verifying / deciding,
    )
}

const MEANING: &str = "
constraints    of the route; three roles: one service, a list of up to three, an optional one
bytes          of the certificate, and of it for each service: the contracts are most of it
check, plan    once, in milliseconds: text to checked package; package to plan
decide         median, in milliseconds: decide one request and write the decision as JSON, with everybody rejected and why
with cert.     decide and write decision and certificate, over decide; goal: less than 2
verify         check the certificate from its bytes alone, over decide; goal: at most 1
";

fn main() {
    println!("services constraints      bytes per serv.     check     plan    decide    with cert. /      verify /");
    println!("                                                 ms       ms        ms        decide        decide");
    for (services, runs) in SIZES {
        println!("{}", row(*services, *runs));
    }
    println!("{MEANING}");
}
