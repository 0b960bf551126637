//! Every certificate verifies, and nothing that is done to one does.

use std::collections::BTreeMap;
use std::sync::Arc;

use provost::base::canonical;
use provost::ir::Field;
use provost::plan;
use provost::proof;
use provost::route::{self, Ending, json};
use provost::value::Type;
use provost_verifier::verify;
use serde_json::Value as Json;

use super::generate::{self, Case, n};
use super::mutations::{Mutant, byte_mutants, mutants};

/// A certificate, and the part of the decision that is not in it.
struct Proved {
    document: Json,
    rejected: Json,
    ending: Ending,
}

/// The traits of the generated packages, with the fields that their services state.
fn declared(mut case: Case) -> Case {
    let set = |of: Type| Type::Set(Box::new(of));
    let fields = [
        ("provider", Type::Text),
        ("tier", Type::Int),
        ("tags", set(Type::Text)),
        ("cost", Type::Decimal),
        ("uses", set(Type::Service(None))),
        ("shape", Type::Vector),
        ("wave", Type::ComplexVector),
    ];
    for of in case.policy.traits.values_mut() {
        for (name, ty) in &fields {
            of.fields.insert(n(name), Field { name: n(name), ty: ty.clone(), optional: true, default: None });
        }
    }
    case
}

fn prove(seed: u64) -> Proved {
    let case = declared(generate::case(seed));
    // Every third package has half of its services in a registry.
    let held = seed.is_multiple_of(3).then(|| case.services.keys().step_by(2).cloned().collect());
    let plan = plan::plan(Arc::new(case.policy), Arc::new(case.services)).with_registered(held);
    let (decision, trace) = route::decide_traced(&plan, "route", &case.inputs).unwrap();
    let text = proof::prove(&trace, &case.inputs, &decision).unwrap();
    let document: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(canonical::to_string(&document), text);
    let rejected = serde_json::from_str::<Json>(&json::identity(&decision)).unwrap()["rejected"].clone();
    Proved { document, rejected, ending: decision.ending }
}

/// The certificate of a generated package.
pub fn certified(seed: u64) -> Json {
    prove(seed).document
}

fn rehashed(mut document: Json, rejected: &Json) -> Json {
    for part in ["policy", "services", "request", "signals"] {
        let digest = canonical::digest(&document[part]);
        document["decision"]["inputs"][part] = digest.into();
    }
    if let (Some(held), Some(services)) = (document["registered"].as_array(), document["services"].as_object()) {
        let held: serde_json::Map<_, _> =
            services.clone().into_iter().filter(|(name, _)| held.iter().any(|of| of == name)).collect();
        document["decision"]["inputs"]["registry"] = canonical::digest(&Json::Object(held)).into();
    }
    let mut whole = document["decision"].clone();
    whole.as_object_mut().unwrap().remove("decision_id");
    whole["rejected"] = rejected.clone();
    document["decision"]["decision_id"] = canonical::digest(&whole).into();
    document
}

#[test]
fn every_certificate_verifies() {
    let mut endings: BTreeMap<&str, u64> = BTreeMap::new();
    let mut failed = Vec::new();
    for seed in 0..super::seeds() {
        let proved = prove(seed);
        *endings.entry(proved.ending.word()).or_default() += 1;
        match verify(canonical::to_string(&proved.document).as_bytes()) {
            Ok(report) => assert_eq!(report.outcome, proved.ending.word(), "seed {seed}"),
            Err(refusal) => failed.push(format!("seed {seed} ({}): {refusal}", proved.ending.word())),
        }
    }
    println!("{endings:?}");
    assert!(failed.is_empty(), "{} of {:?}:\n{}", failed.len(), endings, failed.join("\n"));
}

#[derive(Default)]
struct Tally(BTreeMap<String, (usize, usize)>);

impl Tally {
    fn try_one(&mut self, kind: &str, place: &str, bytes: &[u8]) {
        let counts = self.0.entry(kind.to_owned()).or_default();
        counts.0 += 1;
        match verify(bytes) {
            Ok(_) => println!("PASSES: {kind} at {place}"),
            Err(refusal) => {
                assert!(!refusal.step.is_empty() && !refusal.reason.is_empty());
                counts.1 += 1;
            }
        }
    }
}

#[test]
fn every_mutant_is_refused() {
    let mut tally = Tally::default();
    for seed in 0..super::seeds() / 40 {
        let proved = prove(seed);
        let text = canonical::to_string(&proved.document);
        for (kind, bytes) in byte_mutants(&text) {
            tally.try_one(kind, &format!("seed {seed}"), &bytes);
        }
        let held = proved.document.get("registered").map(|_| "registered");
        for part in ["decision", "steps", "request", "signals", "now", "route"].into_iter().chain(held) {
            for Mutant { kind, place, document } in mutants(&proved.document, part) {
                tally.try_one(kind, &format!("seed {seed} {place}"), canonical::to_string(&document).as_bytes());
            }
        }
        for part in ["decision", "steps"] {
            for Mutant { kind, place, document } in mutants(&proved.document, part) {
                if !document["decision"]["inputs"].is_object() {
                    continue;
                }
                let document = rehashed(document, &proved.rejected);
                if document != proved.document {
                    let kind = format!("{kind}, hashed anew");
                    tally.try_one(&kind, &format!("seed {seed} {place}"), canonical::to_string(&document).as_bytes());
                }
            }
        }
    }
    for (kind, (made, refused)) in &tally.0 {
        println!("{kind}: {made} made, {refused} refused");
    }
    let (made, refused) = tally.0.values().fold((0, 0), |(m, r), (made, refused)| (m + made, r + refused));
    println!("{} kinds, {made} mutants made, {refused} refused", tally.0.len());
    assert!(tally.0.len() >= 20);
    assert_eq!(made, refused);
}

/// What is told in phases is part of the policy: whoever changes it has another policy, or none.
#[test]
fn a_changed_phase_is_another_policy_or_none() {
    let (mut made, mut other) = (0, 0);
    for seed in 0..super::seeds() / 20 {
        let proved = prove(seed);
        if proved.document.pointer("/policy/routes/route/phases").is_none() {
            continue;
        }
        let digest = proved.document["decision"]["inputs"]["policy"].clone();
        for Mutant { kind, place, document } in mutants(&proved.document, "policy/routes/route/phases") {
            made += 1;
            let text = canonical::to_string(&document);
            assert!(verify(text.as_bytes()).is_err(), "seed {seed}: {kind} at {place}");
            // Hashed anew it may be told otherwise, but not as the policy that it was.
            let document = rehashed(document, &proved.rejected);
            if verify(canonical::to_string(&document).as_bytes()).is_ok() {
                other += 1;
                assert_ne!(document["decision"]["inputs"]["policy"], digest, "seed {seed}: {kind} at {place}");
                let stored = provost::stored::certificate(&document);
                assert!(
                    stored.is_ok(),
                    "seed {seed}: {kind} at {place} verifies and cannot be read: {:?}",
                    stored.err()
                );
            }
        }
    }
    println!("{made} mutants of phases, of which {other} are another policy");
    assert!(made > 500 && other > 20 && other < made / 2, "{made} {other}");
}

/// Bytes and time by the number of services; asked for by the environment, since it takes its time.
#[test]
fn certificates_stay_small() {
    if std::env::var_os("PROVOST_SIZES").is_none() {
        return;
    }
    let single = |case: &Case| {
        let mut roles = case.policy.routes.values().flat_map(|route| &route.roles);
        roles.all(|role| !super::eval::is_list(role.cardinality))
    };
    for seed in (0..40).filter(|seed| single(&generate::case(*seed))) {
        for copies in [20, 200, 2000] {
            let mut case = declared(generate::case(seed));
            let few: Vec<_> = std::mem::take(&mut case.services).into_iter().collect();
            for copy in 0..copies {
                case.services.extend(few.iter().map(|(name, s)| (n(&format!("{name}-{copy:05}")), s.clone())));
            }
            case.services.values_mut().for_each(|s| drop(s.values.remove("uses")));
            case.inputs.signals.values.clear();
            let plan = plan::plan(Arc::new(case.policy), Arc::new(case.services));
            let start = std::time::Instant::now();
            let Ok((decision, trace)) = route::decide_traced(&plan, "route", &case.inputs) else {
                println!("seed {seed}: {} services: the search takes too long", plan.names.len());
                continue;
            };
            let decided = start.elapsed();
            let bytes = proof::prove(&trace, &case.inputs, &decision);
            let proved = start.elapsed() - decided;
            let Ok(bytes) = bytes else {
                println!("seed {seed}: {} services: no certificate", plan.names.len());
                continue;
            };
            let start = std::time::Instant::now();
            verify(bytes.as_bytes()).unwrap();
            println!(
                "seed {seed}: {} services, {}: {} bytes each; decided in {decided:?}, proved in {proved:?}, verified in {:?}",
                plan.names.len(),
                decision.ending.word(),
                bytes.len() / plan.names.len(),
                start.elapsed(),
            );
        }
    }
}
