//! The engine against an oracle that writes out every assignment: same outcome, same choice, same scores, same reasons.

mod certificates;
mod decide;
mod eval;
mod forms;
mod generate;
mod keys;
#[path = "../../../src/verifier/tests/it/mutations.rs"]
mod mutations;
mod phases;
mod rng;
mod schema;

pub use certificates::certified;
pub use rng::Rng;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use decide::{Oracle, Set, Tried};
use provost::base::Name;
use provost::plan;
use provost::route::decision::{Decision, Ending};
use provost::route::{self, DecideError};

/// How many packages are tried; more when the environment asks.
fn seeds() -> u64 {
    std::env::var("PROVOST_ORACLE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(400)
}

#[test]
fn the_engine_decides_as_the_oracle_does() {
    let mut endings: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in 0..seeds() {
        let decision = one(seed);
        *endings.entry(decision.ending.word()).or_default() += 1;
    }
    println!("{endings:?}");
    for ending in ["routed", "denied", "unroutable", "invalid"] {
        assert!(endings.get(ending).is_some_and(|n| *n > 0), "too few are {ending}: {endings:?}");
    }
}

fn one(seed: u64) -> Decision {
    let case = generate::case(seed);
    let plan = plan::plan(Arc::new(case.policy.clone()), Arc::new(case.services.clone()));
    let decision: Result<Decision, DecideError> = route::decide(&plan, "route", &case.inputs);
    let decision = decision.unwrap_or_else(|e| panic!("seed {seed}: {e}"));
    assert_eq!(decision, route::decide(&plan, "route", &case.inputs).unwrap(), "seed {seed}");
    let oracle = Oracle::new(&case);
    let ending = expect(&oracle, &decision, seed);
    assert_eq!(decision.ending, ending, "seed {seed}");
    decision
}

fn names(names: impl IntoIterator<Item = impl AsRef<str>>) -> Set {
    names.into_iter().map(|n| Name::from(n.as_ref())).collect()
}

fn expect(oracle: &Oracle<'_>, decision: &Decision, seed: u64) -> Ending {
    if oracle.invalid() {
        return Ending::Invalid;
    }
    let denied = oracle.denied();
    assert_eq!(names(decision.denied_by.iter().map(|d| &d.constraint)), denied, "seed {seed}");
    if !denied.is_empty() {
        return Ending::Denied;
    }
    let roles = oracle.route.roles.len();
    let all = oracle.all(roles);
    outside(oracle, decision, seed);
    let best = all.iter().filter(|t| t.violates.is_empty()).min_by_key(|t| oracle.rank(&t.given));
    match best {
        Some(best) => {
            routed(oracle, decision, best, seed);
            if oracle.route.roles.iter().all(|r| !oracle.dynamic(&r.name)) {
                passed_over(oracle, decision, best, &all, seed);
            }
            Ending::Routed
        }
        None => {
            unroutable(oracle, decision, seed);
            Ending::Unroutable
        }
    }
}

fn routed(oracle: &Oracle<'_>, decision: &Decision, best: &Tried, seed: u64) {
    for role in &oracle.route.roles {
        let filled = decision.role(&role.name).unwrap_or_else(|| panic!("seed {seed}: {:?}", decision.ending));
        let given: Vec<Name> = filled.given.iter().map(|c| c.service.clone()).collect();
        assert_eq!(given, best.given[&role.name], "seed {seed}: role {}", role.name);
        for (at, chosen) in filled.given.iter().enumerate() {
            let tied = oracle.tied(&role.name, at, &best.given);
            assert_eq!(chosen.ties.as_ref().map(|t| t.keys.clone()), oracle.spelled(&role.name, &chosen.service));
            if let Some(ties) = &chosen.ties {
                let lost: Vec<Name> = ties.tied.iter().map(|t| t.service.clone()).collect();
                assert_eq!(lost, tied, "seed {seed}: who ties with {} as {}", chosen.service, role.name);
                for lost in &ties.tied {
                    assert_eq!(Some(lost.keys.clone()), oracle.spelled(&role.name, &lost.service), "seed {seed}");
                }
            }
            assert_eq!(Some(chosen.score), oracle.score(&role.name, &chosen.service, &best.given), "seed {seed}");
            let sum = chosen.terms.iter().try_fold(provost::base::Decimal::ZERO, |s, (_, v)| s.add(*v));
            assert_eq!(sum, Some(chosen.score), "seed {seed}");
        }
    }
}

/// Everybody outside of a domain is rejected, with everything that stands against them.
fn outside(oracle: &Oracle<'_>, decision: &Decision, seed: u64) {
    if !matches!(decision.ending, Ending::Routed | Ending::Unroutable) {
        return;
    }
    for role in &oracle.route.roles {
        for service in oracle.candidates(&role.name) {
            let against = oracle.against(&role.name, &service);
            if !against.is_empty() {
                let by = by(decision, &role.name, &service);
                assert_eq!(by.as_ref(), Some(&against), "seed {seed}: {service} as {}", role.name);
            }
        }
    }
}

fn by(decision: &Decision, role: &str, service: &str) -> Option<Set> {
    let rejected = decision.rejected.iter().find(|r| &*r.role == role && &*r.service == service)?;
    Some(names(rejected.by.iter().map(|b| &b.constraint)))
}

/// Those who rank above whom was taken are rejected, and nobody else of the domain is.
fn passed_over(oracle: &Oracle<'_>, decision: &Decision, best: &Tried, all: &[Tried], seed: u64) {
    for (number, role) in oracle.route.roles.iter().enumerate() {
        let given = &best.given[&role.name];
        let hi = match role.cardinality {
            provost::ir::Cardinality::List { hi, .. } => hi,
            _ => 1,
        };
        let rank = |s: &Name| {
            let score = std::cmp::Reverse(oracle.score(&role.name, s, &best.given));
            (score, oracle.keys(&role.name, s), s.clone())
        };
        for service in oracle.candidates(&role.name) {
            if given.contains(&service) || !oracle.against(&role.name, &service).is_empty() {
                continue;
            }
            let place = given.iter().position(|g| rank(&service) < rank(g)).unwrap_or(given.len());
            let by = by(decision, &role.name, &service);
            if place == hi {
                assert_eq!(by, None, "seed {seed}: {service} as {}", role.name);
                continue;
            }
            let by = by.unwrap_or_else(|| panic!("seed {seed}: {service} as {} is not rejected", role.name));
            let mut instead = best.given.clone();
            let list = instead.get_mut(&role.name).unwrap();
            if place < list.len() {
                list[place] = service.clone()
            } else {
                list.push(service.clone())
            }
            let stands = all.iter().find(|t| t.given == instead).unwrap_or_else(|| panic!("seed {seed}: {instead:?}"));
            if !stands.violates.is_empty() {
                assert_eq!(by, stands.violates, "seed {seed}: {service} as {}", role.name);
                continue;
            }
            let starts = |t: &&Tried| {
                oracle.route.roles[..number].iter().all(|r| t.given[&r.name] == best.given[&r.name])
                    && t.given[&role.name].starts_with(&instead[&role.name][..=place])
            };
            let with: Vec<&Tried> = all.iter().filter(starts).collect();
            check_core(&by, &with, seed);
        }
    }
}

/// A core suffices, and each member of it is needed.
fn check_core(core: &Set, all: &[&Tried], seed: u64) {
    let stuck = |core: &Set| all.iter().all(|t| !t.violates.is_disjoint(core));
    assert!(stuck(core), "seed {seed}: {core:?} does not suffice");
    for member in core {
        let rest: Set = core.iter().filter(|c| *c != member).cloned().collect();
        assert!(!stuck(&rest), "seed {seed}: {member} is not needed in {core:?}");
    }
}

fn unroutable(oracle: &Oracle<'_>, decision: &Decision, seed: u64) {
    let Some(unroutable) = &decision.unroutable else { panic!("seed {seed}: {:?}", decision.roles) };
    let roles = (1..=oracle.route.roles.len())
        .find(|k| oracle.all(*k).iter().all(|t| !t.violates.is_empty()))
        .unwrap_or_else(|| panic!("seed {seed}: some assignment is admissible"));
    assert_eq!(unroutable.role, oracle.route.roles[roles - 1].name, "seed {seed}");
    let all = oracle.all(roles);
    let core = names(&unroutable.core);
    check_core(&core, &all.iter().collect::<Vec<_>>(), seed);
    assert!(unroutable.complete);
    let mut expected: BTreeSet<(Vec<Name>, Vec<Name>)> = BTreeSet::new();
    let undroppable = |name: &Name| {
        &**name == "route.score" || oracle.route.constraints.iter().any(|c| c.name == *name && c.protected)
    };
    let ways: Vec<&Tried> = all.iter().filter(|t| !t.violates.iter().any(undroppable)).collect();
    for way in &ways {
        let drop = &way.violates;
        if ways.iter().any(|w| w.violates.is_subset(drop) && w.violates != *drop) {
            continue;
        }
        let role = &oracle.route.roles[roles - 1].name;
        let admits: Set =
            ways.iter().filter(|w| w.violates.is_subset(drop)).flat_map(|w| w.given[role].clone()).collect();
        expected.insert((drop.iter().cloned().collect(), admits.into_iter().collect()));
    }
    let found: BTreeSet<(Vec<Name>, Vec<Name>)> =
        unroutable.relaxations.iter().map(|r| (r.drop.clone(), r.admits.clone())).collect();
    assert_eq!(found, expected, "seed {seed}");
}
