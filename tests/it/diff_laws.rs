//! What a comparison leaves out: where it says nothing of two versions, or that only the source says otherwise, both decide alike.
//!
//! Versions come from random edits of a policy that uses everything that takes part in a decision. An edit that does not check is
//! no version; enough of them do, of each kind.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use provost::base::{Instant, Name, Sources};
use provost::diff::{self, Level};
use provost::facts::{Inputs, Signals, request};
use provost::package::{self, Package};
use provost::route::{self, json};
use provost::world::MemoryWorld;
use provost::{data, plan};

use crate::oracle::Rng;

const NOW: &str = "2026-11-21T00:00:00Z";

const POLICY: &str = r#"
enum Skill { ocr, chat }
enum Level ordered { low, high }
trait Model {
    skills: set<Skill>
    price: usd
    rank: int?
    vendor: string
    measured wrong: int
    measured pages: int
    guarantee latency: duration at most, composes by sum
    guarantee errors: ratio at most, composes by max, measured as wrong / pages
}
trait Audited extends Model { level: Level = low }
service "a" is Model { skills = { ocr } price = $1 vendor = "x" rank = 2 latency <= 3s errors <= 5% }
service "b" is Audited { skills = { ocr, chat } price = $2 vendor = "y" rank = 1 latency <= 2s errors <= 4% level = high
    accept on Ask: request.pages <= 90 }
service "c" is Audited { skills = { chat, ocr } price = $2 vendor = "x" latency <= 2s errors <= 4% }
service "d" is Model { skills = { chat } price = $1 vendor = "y" rank = 1 latency <= 4s errors <= 2% }
request Ask { skill: Skill pages: int level: Level = low seed: string? budget: usd? }
signal healthy for Model: bool = true
let usual = $2
define cheap(m: Model): decimal = m.price / $1
route ask for Ask {
    primary: Model
    second: Model[0..2]
    critic: Audited?
    stages primary then critic
    phase ability: able, up because "nobody can"
    phase permission: rules, accept because "nobody may"
    phase money: affordable, apart
    require able: request.skill in service.skills
    require up: healthy(service)
    require affordable: service.price <= request.budget ?? usual
    require apart: critic.vendor != primary.vendor
    score primary, second { quality: 10 - 5 * cheap(service) bulk: 3 when request.pages > 20 }
    ties primary by service.rank desc, then by draw(request.seed, service.name)
    ties second by draw("{request.pages}", service.name), then by cheap(service)
    ties critic by service.errors, then by service.level desc, then by service.price
    output most: request.budget ?? usual
    output errors: total.errors
}
rule steady on ask.primary { when request.pages > 50 unless request.level == low require service.latency <= 2s because "large work is steady" }
rule closed on ask { deny when request.pages > 100 and request.level == high because "too much" }
waiver "W" for steady { when request.pages == 60 until 2026-12-31 approved by "dpo" because "once" }
"#;

const REQUESTS: &[&str] = &[
    r#"{"skill": "ocr", "pages": 1}"#,
    r#"{"skill": "chat", "pages": 21, "seed": "s"}"#,
    r#"{"skill": "ocr", "pages": 51, "level": "high", "seed": "t"}"#,
    r#"{"skill": "chat", "pages": 60, "level": "high"}"#,
    r#"{"skill": "chat", "pages": 95, "budget": "$1"}"#,
    r#"{"skill": "ocr", "pages": 101, "level": "high"}"#,
];

fn package(source: &str) -> Package {
    let world = MemoryWorld::new(NOW.parse().unwrap())
        .with("provost.toml", "[package]\nname = \"case\"\nedition = \"2026\"\nsources = [\".\"]\n")
        .with("a.provost", source);
    package::open(&world, Path::new("."))
}

/// Every word, number, text or sign, with the space before it.
fn tokens(text: &str) -> Vec<&str> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let start = rest.len() - rest.trim_start().len();
        let here = &rest[start..];
        let length = match here.chars().next() {
            None => 0,
            Some('"') => here[1..].find('"').unwrap() + 2,
            Some(c) if word(c) => here.find(|c| !word(c)).unwrap_or(here.len()),
            Some(_) => {
                ["<=", ">=", "==", "!=", "??", ".."].iter().find(|sign| here.starts_with(**sign)).map_or(1, |s| s.len())
            }
        };
        let (token, after) = rest.split_at(start + length);
        tokens.push(token);
        rest = after;
    }
    tokens
}

/// Tokens that can stand for each other somewhere, so that many edits check.
const ALIKE: &[&[&str]] = &[
    &["primary", "second", "critic"],
    &["price", "rank", "errors", "latency"],
    &["ocr", "chat"],
    &["low", "high"],
    &["able", "up", "affordable", "apart", "rules", "accept"],
    &["ability", "permission", "money"],
    &["wrong", "pages"],
    &["\"x\"", "\"y\"", "\"dpo\""],
    &["<", "<=", ">", ">=", "==", "!="],
    &["and", "or"],
    &["max", "sum", "min"],
    &["Model", "Audited"],
    &["seed", "skill"],
    &["1", "2", "3", "5", "10", "20", "50", "60", "100"],
];

/// What means the same in other words.
const SAME: &[(&str, &str)] = &[
    ("request.pages > 20", "20 < request.pages"),
    ("service.price <= request.budget ?? usual", "request.budget ?? usual >= service.price"),
    ("10 - 5 * cheap(service)", "10 - 5 * (service.price / $1)"),
    ("output most: request.budget ?? usual", "output most: request.budget ?? $2"),
    ("request.pages > 100 and request.level == high", "request.level == high and request.pages > 100"),
    ("then by cheap(service)", "then by service.price / $1"),
    ("by service.rank desc", "by (service.rank) desc"),
    ("measured as wrong / pages", "measured as (wrong) / (pages)"),
    ("let usual = $2", "let usual = $1 + $1"),
];

/// The policy with one edit: a token that one like it takes the place of, neighbours around a comma or whole lines that change
/// places, an order turned round, a line that goes, or other words for the same.
fn edited(rng: &mut Rng) -> String {
    let mut all: Vec<String> = tokens(POLICY).into_iter().map(str::to_owned).collect();
    let mut lines: Vec<&str> = POLICY.lines().collect();
    let route = lines.iter().position(|line| line.starts_with("route")).unwrap();
    let at = |rng: &mut Rng, words: &[&str]| {
        let places: Vec<usize> = (0..all.len()).filter(|i| words.contains(&all[*i].trim())).collect();
        rng.pick(&places)
    };
    match rng.below(7) {
        0 | 1 => {
            let alike = rng.pick(ALIKE);
            let place = at(rng, alike);
            all[place] = format!(" {}", rng.pick(alike));
        }
        2 => {
            let comma = at(rng, &[","]);
            all.swap(comma - 1, comma + 1);
        }
        3 => {
            let (one, other) = (route + 1 + rng.below(18), route + 1 + rng.below(18));
            lines.swap(one, other);
            return lines.join("\n");
        }
        4 => drop(all.remove(at(rng, &["desc"]))),
        5 => {
            lines.remove(1 + rng.below(lines.len() - 1));
            return lines.join("\n");
        }
        _ => {
            let (from, to) = rng.pick(SAME);
            return POLICY.replacen(from, to, 1);
        }
    }
    all.concat()
}

/// What each request comes to, the digests of the inputs aside: in words that everybody sees, or only who was chosen.
fn decisions(package: &Package, whole: bool) -> Vec<String> {
    let plan = plan::plan(Arc::new(package.policy.clone()), Arc::new(package.services.clone()));
    let decide = |text: &&str| {
        let file = Sources::default().add("request.json", *text);
        let node = data::read(file, "request.json", text).unwrap();
        let Ok(request) = request::request(&package.policy, &package.services, &Name::from("Ask"), &node) else {
            return "not a request".to_owned();
        };
        let now: Instant = NOW.parse().unwrap();
        let mut decision = route::decide(&plan, "ask", &Inputs { request, signals: Signals::default(), now }).unwrap();
        decision.inputs.policy.clear();
        decision.inputs.services.clear();
        decision.inputs.request = None;
        let given = decision.roles.iter().map(|role| {
            let services: Vec<&str> = role.given.iter().map(|chosen| &*chosen.service).collect();
            (role.role.to_string(), services)
        });
        match whole {
            true => json::identity(&decision),
            false => format!("{} {:?}", decision.ending.word(), given.collect::<BTreeMap<_, _>>()),
        }
    };
    REQUESTS.iter().map(decide).collect()
}

#[test]
fn what_a_comparison_does_not_tell_decides_nothing() {
    let old = package(POLICY);
    assert!(old.is_sound(), "{:#?}", old.diagnostics);
    let edits = std::env::var("PROVOST_DIFF_EDITS").ok().and_then(|n| n.parse().ok()).unwrap_or(400);
    let (whole, chosen) = (decisions(&old, true), decisions(&old, false));
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in 0..edits {
        let text = edited(&mut Rng::new(seed));
        let new = package(&text);
        if !new.is_sound() {
            *seen.entry("no version").or_default() += 1;
            continue;
        }
        let changes = diff::compare(&old, &new, NOW.parse().unwrap());
        let differ = |of: &Package| (of.policy.clone(), of.services.clone());
        let kind = if changes.is_empty() {
            if differ(&old) != differ(&new) {
                assert_eq!(decisions(&new, true), whole, "seed {seed}: nothing is told of\n{text}");
                "silent, and the policy another"
            } else {
                "silent"
            }
        } else if changes.iter().all(|change| change.rule.level == Level::Source) {
            assert_eq!(decisions(&new, false), chosen, "seed {seed}: only the source is told of\n{text}");
            "source"
        } else {
            "told"
        };
        *seen.entry(kind).or_default() += 1;
    }
    println!("{seen:?}");
    for kind in ["silent", "silent, and the policy another", "source", "told"] {
        assert!(seen.get(kind).is_some_and(|count| *count > 3), "too few are {kind}: {seen:?}");
    }
}
