//! Phases tell and decide nothing: the same decision without them, and a story that adds up and ends where the oracle says.

use std::collections::BTreeMap;
use std::sync::Arc;

use provost::base::Name;
use provost::explain::Told;
use provost::explain::phases::{Leaving, Story, story};
use provost::explain::proofs::proofs;
use provost::ir::Phase;
use provost::plan;
use provost::route::decision::{Decision, Ending};
use provost::route::{self, json};
use provost::world::MemoryWorld;
use serde_json::Value as Json;

use super::decide::Oracle;
use super::generate;
use super::schema::Schema;
use super::{Set, seeds};

#[test]
fn phases_decide_nothing_and_tell_everything() {
    let schema = Schema::new(include_str!("../../../schema/proofs.schema.json"));
    let mut told: BTreeMap<String, u64> = BTreeMap::new();
    for seed in 0..seeds() {
        let case = generate::case(seed);
        let plan = plan::plan(Arc::new(case.policy.clone()), Arc::new(case.services.clone()));
        let (decision, trace) = route::decide_traced(&plan, "route", &case.inputs).unwrap();
        same_without(&case, &decision, seed);
        let told_of = Told { decision: &decision, plan: &plan, inputs: Some(&case.inputs), trace: Some(&trace) };
        let story = story(&told_of).unwrap().unwrap();
        let phases: Vec<Phase> = story.phases.iter().map(|chapter| chapter.phase.clone()).collect();
        adds_up(&story, &decision, seed);
        let oracle = Oracle::new(&case);
        let empty = (decision.ending == Ending::Unroutable).then(|| first_empty(&oracle, &phases));
        let found = story.empty.as_ref().map(|empty| (empty.phase, empty.role));
        assert_eq!(found, empty, "seed {seed}: {phases:?}");
        let shown = proofs(&told_of).unwrap().unwrap();
        valid(&shown, &decision, seed);
        if let Err(wrong) = schema.holds(&shown) {
            panic!("seed {seed}: {wrong}");
        }
        let declared = if case.policy.routes["route"].phases.is_empty() { "obvious" } else { "declared" };
        let end = empty.map_or(decision.ending.word().to_owned(), |(phase, _)| format!("empty at {}", phase.min(3)));
        *told.entry(format!("{declared}, {end}")).or_default() += 1;
    }
    println!("{told:?}");
    for kind in ["declared, empty at 0", "declared, empty at 1", "declared, empty at 2", "obvious, empty at 0"] {
        assert!(told.get(kind).is_some_and(|count| *count > 0), "none is {kind}: {told:?}");
    }
}

#[test]
fn rules_and_what_services_accept_are_told_where_the_phases_say() {
    let source = r#"
        trait Model { price: usd }
        service "m" is Model { price = $1 }
        request Ask {}
        rule last on ask { require service.price < $3 }
        rule named on ask { require service.price < $4 }
        rule first on ask { deny when now > 2026-01-01 }
        route ask for Ask {
            primary: Model
            phase one: cheap
            phase two: dear, rules, named
            require cheap: service.price < $2
            require dear: service.price > $0
        }
    "#;
    let world = MemoryWorld::new("2026-11-21T00:00:00Z".parse().unwrap())
        .with("provost.toml", "[package]\nname = \"case\"\nedition = \"2026\"\nsources = [\".\"]\n")
        .with("a.provost", source);
    let package = provost::package::open(&world, std::path::Path::new("."));
    assert!(package.is_sound(), "{:#?}", package.diagnostics);
    let told: Vec<Vec<&str>> = package.policy.routes["ask"]
        .phases
        .iter()
        .map(|phase| phase.constraints.iter().map(|name| &**name).collect())
        .collect();
    assert_eq!(told, [vec!["ask.cheap", "accept"], vec!["ask.dear", "first", "last", "named"]]);
}

/// The decision but for the digest of the policy.
fn same_without(case: &generate::Case, decision: &Decision, seed: u64) {
    let mut bare = case.policy.clone();
    bare.routes.values_mut().for_each(|route| route.phases.clear());
    let plan = plan::plan(Arc::new(bare), Arc::new(case.services.clone()));
    let mut without = route::decide(&plan, "route", &case.inputs).unwrap();
    let phased = !case.policy.routes["route"].phases.is_empty();
    assert_eq!(without.inputs.policy != decision.inputs.policy, phased, "seed {seed}");
    without.inputs.policy.clone_from(&decision.inputs.policy);
    assert_eq!(&without, decision, "seed {seed}");
    assert_eq!(json::identity(&without), json::identity(decision), "seed {seed}");
}

/// Whoever is rejected leaves once; who came is who was left before; nothing that stands against anybody is left out.
fn adds_up(story: &Story<'_>, decision: &Decision, seed: u64) {
    let looked = matches!(decision.ending, Ending::Routed | Ending::Unroutable);
    let roles: Vec<Name> = story.phases[0].roles.iter().map(|of| of.role.clone()).collect();
    assert_eq!(roles.is_empty(), !looked, "seed {seed}");
    for (at, role) in roles.iter().enumerate() {
        let mut leaving: Vec<Name> = Vec::new();
        let mut against: Vec<(Name, Name)> = Vec::new();
        let mut came = story.phases[0].roles[at].came;
        for (number, chapter) in story.phases.iter().enumerate() {
            let of = &chapter.roles[at];
            of.leaving.iter().for_each(|one| leaves_first(story, number, one, seed));
            assert_eq!((of.came, of.left), (came, came - of.leaving.len()), "seed {seed}");
            came = of.left;
            leaving.extend(of.leaving.iter().map(|one| one.rejected.service.clone()));
            for one in of.leaving.iter().chain(&of.also) {
                let here = one.rejected.by.iter().filter(|by| chapter.phase.constraints.contains(&by.constraint));
                against.extend(here.map(|by| (one.rejected.service.clone(), by.constraint.clone())));
            }
            let counted = Story::counted(&chapter.phase, &of.leaving);
            assert_eq!(counted.iter().map(|(_, who)| who.len()).sum::<usize>(), of.leaving.len(), "seed {seed}");
        }
        leaving.sort();
        against.sort();
        let rejected = || decision.rejected.iter().filter(|r| r.role == *role && !r.by.is_empty());
        assert_eq!(leaving, rejected().map(|r| r.service.clone()).collect::<Vec<_>>(), "seed {seed}");
        let pairs = |r: &provost::route::decision::Rejected| -> Vec<(Name, Name)> {
            r.by.iter().map(|by| (r.service.clone(), by.constraint.clone())).collect()
        };
        let mut all: Vec<(Name, Name)> = rejected().flat_map(pairs).collect();
        all.sort();
        assert_eq!(against, all, "seed {seed}");
    }
}

/// Nothing that is told before stands against whoever leaves in a phase, and in the phase itself nothing does before what is named.
fn leaves_first(story: &Story<'_>, number: usize, one: &Leaving<'_>, seed: u64) {
    let told = story.phases.iter().take(number + 1).flat_map(|chapter| &chapter.phase.constraints);
    let first = told.into_iter().find(|name| one.rejected.by.iter().any(|by| by.constraint == **name));
    assert_eq!(first, Some(one.by), "seed {seed}: {}", one.rejected.service);
    let here = story.phases.get(number).map(|chapter| chapter.phase.constraints.contains(one.by));
    assert_eq!(here, Some(true), "seed {seed}: {} leaves elsewhere", one.rejected.service);
}

/// The first phase for which no assignment is free of what it and those before it ask, and the first role that is to blame.
fn first_empty(oracle: &Oracle<'_>, phases: &[Phase]) -> (usize, usize) {
    let mut counted = Set::new();
    for (at, phase) in phases.iter().enumerate() {
        counted.extend(phase.constraints.iter().cloned());
        let stuck = |roles: &usize| oracle.all(*roles).iter().all(|tried| !tried.violates.is_disjoint(&counted));
        if let Some(roles) = (1..=oracle.route.roles.len()).find(stuck) {
            return (at, roles - 1);
        }
    }
    panic!("some assignment is admissible");
}

/// Everything is valid in what is routed; in the rest nothing is that comes behind the first that is not.
fn valid(proofs: &Json, decision: &Decision, seed: u64) {
    let all: Vec<Option<bool>> = proofs["proofs"].as_array().unwrap().iter().map(|p| p["valid"].as_bool()).collect();
    if decision.ending == Ending::Routed {
        assert!(all.iter().all(|valid| *valid == Some(true)), "seed {seed}: {all:?}");
        return;
    }
    assert_eq!(all.last(), Some(&None), "seed {seed}: {all:?}");
    if decision.ending == Ending::Unroutable {
        let name = proofs["first_empty"]["phase"].as_str().unwrap();
        let at = proofs["proofs"].as_array().unwrap().iter().position(|p| p["name"] == name).unwrap();
        assert!(all[..at].iter().all(|valid| *valid != Some(false)), "seed {seed}: {all:?}");
        assert_ne!(all[at], Some(true), "seed {seed}: {all:?}");
        assert!(all[at + 1..].iter().all(Option::is_none), "seed {seed}: {all:?}");
    }
}
