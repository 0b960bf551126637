//! How long linting takes: a repository of five hundred contracts and five hundred rules, read cold.
//!
//! `cargo bench --bench lint` prints the time of a check, the time of a check with all lints, and how many times as long the second takes.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_arithmetic,
    reason = "a benchmark looks at the clock and speaks to a person"
)]

mod measure;

use std::path::Path;
use std::time::Instant;

use measure::quantile;
use provost::lint::{self, Settings};
use provost::package;
use provost::world::MemoryWorld;

const CONTRACTS: usize = 500;
const RULES: usize = 500;
const RUNS: usize = 5;

fn main() {
    let now = "2026-11-21T00:00:00Z".parse().unwrap();
    let world = world(now);
    let mut checks = Vec::new();
    let mut lints = Vec::new();
    let mut found = 0;
    for _ in 0..RUNS {
        let began = Instant::now();
        let package = package::open(&world, Path::new("."));
        checks.push(began.elapsed());
        assert!(package.is_sound(), "{:?}", package.diagnostics.first());
        found = lint::lint(&package, &Settings::default(), now).len();
        lints.push(began.elapsed());
    }
    let (check, lint) = (quantile(&mut checks, 50), quantile(&mut lints, 50));
    println!("{CONTRACTS} contracts, {RULES} rules, {} lints, {found} findings", lint::LINTS.len());
    println!("check          {:8.1} ms", check);
    println!("check and lint {:8.1} ms  {:.1} times a check", lint, lint / check);
}

/// A package like that of an organisation: contracts in many files, rules that overlap, on two routes.
fn world(now: provost::base::Instant) -> MemoryWorld {
    let types = "enum Region { eu, us, asia }\nenum Data ordered { public, internal, confidential, restricted }\n\
        enum Status { production, retired }\n\
        trait Model {\n regions: set<Region>\n cost: usd\n context: int\n status: Status = production\n\
        uses: set<service<Model>> = {}\n guarantee latency: duration at most, composes by sum\n}\n\
        request Job {\n tenant: string\n size: int\n data: Data = internal\n region: Region?\n wait: duration?\n\
        invariant size > 0 because \"an empty job needs nobody\"\n}\n\
        route job for Job {\n primary: Model\n fallback: Model[0..2]\n\
        require wait: service.latency <= request.wait ?? 30s\n\
        score primary, fallback { price: -1 * (service.cost / $1) }\n}\n\
        route batch for Job {\n worker: Model\n score worker { price: -1 * (service.cost / $1) }\n}\n";
    let mut world = MemoryWorld::new(now)
        .with("provost.toml", "[package]\nname = \"large\"\nedition = \"2026\"\n")
        .with("contracts/types.provost", types);
    let region = |n: usize| ["eu", "us", "asia"][n % 3];
    for n in 0..CONTRACTS {
        let text = format!(
            "/// Service {n}.\nservice \"service-{n}\" is Model {{\n    regions = {{ {} }}\n    cost = ${}\n    context = {}\n    latency <= {}ms\n}}\n",
            region(n),
            n % 17 + 1,
            8_000 + n * 100,
            500 + n * 7,
        );
        world = world.with(format!("contracts/service_{n}.provost"), text);
    }
    for n in 0..RULES {
        let (data, route) = (["public", "internal", "confidential", "restricted"][n % 4], ["job", "batch"][n % 2]);
        let body = match n % 5 {
            0 => format!(
                "when request.data >= {data} and request.size > {n}\n    require service.regions within {{ {} }}",
                region(n)
            ),
            1 => format!("deny when request.size > {} and request.tenant == \"tenant-{n}\"", n * 10),
            2 => format!("exclude service when service.cost > ${} and request.region == {}", n + 2, region(n)),
            3 => format!("unless request.tenant == \"tenant-{n}\"\n    require service.context >= {}", 1_000 + n),
            _ => format!("deny when request.tenant == \"tenant-{n}\" and request.data == {data}"),
        };
        let rule = format!(
            "@owner(\"team-{}\")\nrule rule_{n} on {route} {{\n    {body}\n    because \"reason {n}\"\n}}\n",
            n % 9
        );
        world = world.with(format!("rules/rule_{n}.provost"), rule);
    }
    world
}
