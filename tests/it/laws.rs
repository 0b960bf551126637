//! Laws of the shipped packages: order never matters, and the same inputs give the same bytes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use provost::base::{FileId, Name, canonical};
use provost::cli::disk::Disk;
use provost::facts::{self, Inputs, Signals};
use provost::package::{self, Package};
use provost::world::{MemoryWorld, World};
use provost::{data, ir, plan, route, syntax};

const PACKAGES: &[&str] = &["contracts/models", "rules/governance"];
const NOW: &str = "2026-11-21T00:00:00Z";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of the shipped packages, by path from the root.
fn shipped() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for package in PACKAGES {
        for extension in ["toml", "provost", "yaml"] {
            for path in Disk.list(&root().join(package), extension).unwrap() {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(root()).unwrap().to_path_buf(), text));
            }
        }
    }
    files
}

/// The text cut into pieces of one item each, with the comments and annotations before it.
fn pieces(text: &str) -> Vec<String> {
    let items = syntax::parse(FileId(0), text).file.items;
    let ends: Vec<usize> = items.iter().map(|item| item.span.end as usize).collect();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends.iter()).map(|(start, end)| text[start..*end].to_owned()).collect()
}

/// The shipped packages with the items of each dealt to files of other names, in another order.
fn dealt(files: &[(PathBuf, String)], mut choose: impl FnMut(usize) -> usize) -> MemoryWorld {
    let mut world = MemoryWorld::new(NOW.parse().unwrap());
    for package in PACKAGES {
        let own = files.iter().filter(|(path, _)| path.starts_with(package));
        let mut items = Vec::new();
        for (path, text) in own {
            if path.extension().is_some_and(|e| e == "provost") {
                items.extend(pieces(text));
            } else {
                world = world.with(path, text.as_bytes());
            }
        }
        let mut hands = vec![String::new(); 3];
        while !items.is_empty() {
            let item = items.swap_remove(choose(items.len()));
            let hand = choose(3);
            hands[hand].push_str(&item);
            hands[hand].push('\n');
        }
        let folder = if package.starts_with("contracts") { "contracts" } else { "rules" };
        for (i, hand) in hands.into_iter().enumerate() {
            world = world.with(Path::new(package).join(folder).join(format!("{i}.provost")), hand);
        }
    }
    world
}

/// The digests of policy and services, and of a decision on each request, places left out.
fn fingerprint(package: Package) -> Vec<String> {
    assert!(package.is_sound(), "{:?}", package.diagnostics);
    let policy = ir::json::policy(&package.policy);
    let services = ir::json::services(&package.services);
    let mut prints = vec![canonical::digest(&policy), canonical::digest(&services)];
    let plan = plan::plan(Arc::new(package.policy), Arc::new(package.services));
    for (route, request) in [("work", "confidential"), ("work", "impossible"), ("work", "execute")] {
        let text = std::fs::read_to_string(root().join(format!("rules/governance/requests/{request}.json"))).unwrap();
        let node = data::read_json(FileId(0), &text).unwrap();
        let ty: Name = plan.policy.routes[route].request.clone();
        let request = facts::request::request(&plan.policy, &plan.services, &ty, &node).unwrap();
        let inputs = Inputs { request, signals: Signals::default(), now: NOW.parse().unwrap() };
        let mut decision = route::json::decision(&route::decide(&plan, route, &inputs).unwrap());
        without_places(&mut decision);
        prints.push(canonical::digest(&decision));
    }
    prints
}

fn without_places(json: &mut serde_json::Value) {
    match json {
        serde_json::Value::Object(map) => {
            map.remove("at");
            map.values_mut().for_each(without_places);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(without_places),
        _ => {}
    }
}

#[test]
fn the_order_of_files_and_items_changes_nothing() {
    let files = shipped();
    let as_shipped = files.iter().fold(MemoryWorld::new(NOW.parse().unwrap()), |w, (p, t)| w.with(p, t.as_bytes()));
    let open = |world: &dyn World| package::open(world, Path::new("rules/governance"));
    let expected = fingerprint(open(&as_shipped));
    let config = Config { cases: 2, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let seeds = proptest::collection::vec(proptest::num::u32::ANY, 400);
    runner
        .run(&seeds, |seeds| {
            let mut seeds = seeds.into_iter().cycle();
            let world = dealt(&files, |below| seeds.next().map_or(0, |s| s as usize % below.max(1)));
            assert_eq!(fingerprint(open(&world)), expected);
            Ok(())
        })
        .unwrap();
}
