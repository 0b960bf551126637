//! The package `rules/layers` and the selection that rests on it: every denial has its kind, and a configuration that checks
//! selects or denies, while one that does not check never selects.

use std::collections::BTreeSet;
use std::path::Path;

use provost::select::DenialKind::*;
use provost::select::{Constraints, DenialKind, Moment, Refusal, Selection, Selector, Status};
use provost::world::{MemoryWorld, World as _};

use crate::cases::world_of;
use crate::house::root;

const REGISTRY: &str = "data/model_registry.toml";
const SCOPE: &str = "data/capability_scopes/L2_market_outlook.toml";
const LEVELS: [&str; 4] = ["RO", "REC", "PROP", "EXEC"];

/// What changes a file: the text to find behind a heading, and what takes its place. An empty heading is the beginning.
type Change = (&'static str, &'static str, &'static str, &'static str);

/// The package as it is shipped, with some changes; a file that is changed into nothing is gone.
fn changed(changes: &[Change]) -> MemoryWorld {
    let shipped = world_of(&root().join("rules/layers"));
    let mut files = shipped.snapshot();
    for (file, heading, from, to) in changes {
        let path = Path::new(file).to_path_buf();
        if from.is_empty() {
            files.remove(&path).expect("the file is there");
            continue;
        }
        let text = String::from_utf8(files[&path].clone()).unwrap();
        let start = text.find(heading).unwrap_or_else(|| panic!("`{heading}` is in {file}"));
        // What another change has taken away already is not there to be changed again.
        let Some(at) = text[start..].find(from).map(|at| start + at) else { continue };
        files.insert(path, format!("{}{to}{}", &text[..at], &text[at + from.len()..]).into_bytes());
    }
    let world = MemoryWorld::new(shipped.now().unwrap());
    files.into_iter().fold(world, |world, (path, bytes)| world.with(path, bytes))
}

fn opened(changes: &[Change]) -> Selector {
    Selector::open(&changed(changes), Path::new("."))
}

fn asked(
    selector: &Selector,
    switch: Option<&str>,
    (layer, autonomy): (&str, &str),
    constraints: &Constraints,
) -> Result<Selection, Box<Refusal>> {
    let variable = |name: &str| switch.filter(|_| name == "ORCHESTRATOR_ENABLED").map(str::to_owned);
    let moment = Moment { now: "2026-11-21T00:00:00Z".parse().unwrap(), signals: selector.signals(variable).unwrap() };
    selector.select_model(Some(layer), autonomy, "general", constraints, &[], &moment)
}

fn kinds(refusal: &Refusal) -> Vec<DenialKind> {
    refusal.denials.iter().map(|denial| denial.kind.clone()).collect()
}

#[test]
fn every_layer_is_worked_by_the_models_that_the_registry_names() {
    let selector = opened(&[]);
    assert!(selector.is_sound(), "{:?}", selector.diagnostics());
    assert_eq!(selector.diagnostics(), &[], "not even a warning");
    let expected = [
        ("L0", "REC", "gpt-5.2", &["gpt-5-mini"][..], "deepseek-r1", "L0_ops_docs"),
        ("L1", "PROP", "o3-deep-research", &["o4-mini-deep-research", "deepseek-r1"], "o3-pro", "L1_deep_research"),
        ("L2", "PROP", "gpt-5.2-pro", &["gpt-5.2"], "deepseek-r1", "L2_market_outlook"),
        ("L3", "PROP", "gpt-5.2-pro", &["gpt-5.2"], "o3", "L3_trade_plan_advisory"),
        ("L4", "REC", "o3-pro", &["deepseek-r1"], "gpt-5.2-pro", "L4_governance_critic"),
    ];
    for (layer, autonomy, primary, fallbacks, critic, scope) in expected {
        let found = asked(&selector, Some("true"), (layer, autonomy), &Constraints::default()).unwrap();
        let given: Vec<&str> = found.fallbacks.iter().map(|name| &**name).collect();
        assert_eq!(
            (&*found.primary, given.as_slice(), &*found.critic, &*found.scope),
            (primary, fallbacks, critic, scope)
        );
        assert!(found.reason.contains(layer) && found.reason.contains(primary) && found.reason.contains("1.0"));
        assert_eq!((&*found.registry_version, found.stands_in, found.rejected.len()), ("1.0", false, 0));
    }
}

/// Changes, the switch, what is asked, and every denial in order.
type Denied = (&'static [Change], Option<&'static str>, (&'static str, &'static str), &'static [DenialKind]);

/// Every way to be denied.
const DENIALS: &[Denied] = &[
    (&[], None, ("L2", "PROP"), &[Disabled]),
    (&[], Some("1"), ("L2", "PROP"), &[Disabled]),
    (&[], Some(" true"), ("L2", "PROP"), &[Disabled]),
    (&[], None, ("L9", "EXEC"), &[Disabled, UnknownLayer, ForbiddenAutonomy]),
    (&[], Some("TRUE"), ("l0", "RO"), &[UnknownLayer]),
    (&[], Some("true"), ("L0 ", "rec"), &[UnknownLayer, UnknownAutonomy]),
    (&[], Some("true"), ("L2", "EXEC"), &[ForbiddenAutonomy, AutonomyCeiling]),
    (&[], Some("true"), ("L0", "PROP"), &[AutonomyCeiling]),
    (&[], Some("true"), ("L5", "RO"), &[NoModel]),
    (&[], Some("true"), ("L5", "REC"), &[NoModel, AutonomyCeiling]),
    (&[], Some("true"), ("L6", "RO"), &[NoModel, ForbiddenLayer]),
    (&[], Some("true"), ("L6", "EXEC"), &[ForbiddenAutonomy, NoModel, ForbiddenLayer]),
    (
        &[(REGISTRY, "[layer_mapping.L3]", "[layer_mapping.L3]", "[layer_mapping.L7]")],
        Some("true"),
        ("L3", "RO"),
        &[Configuration, UnmappedLayer],
    ),
    (&[(REGISTRY, "[layer_mapping.L2]", "gpt-5.2-pro", "ghost")], Some("true"), ("L2", "RO"), &[UnknownPrimary]),
    (&[(REGISTRY, "[layer_mapping.L2]", "deepseek-r1", "ghost")], Some("true"), ("L2", "RO"), &[UnknownCritic]),
    (&[(REGISTRY, "[layer_mapping.L2]", "deepseek-r1", "none")], Some("true"), ("L2", "RO"), &[UnknownCritic]),
    (&[(REGISTRY, "[layer_mapping.L2]", "\"gpt-5.2\"", "\"ghost\"")], Some("true"), ("L2", "RO"), &[UnknownFallback]),
    (
        &[(REGISTRY, "[layer_mapping.L2]", "deepseek-r1", "gpt-5-2-pro")],
        Some("true"),
        ("L2", "RO"),
        &[SeparationOfDuties],
    ),
    (
        &[(REGISTRY, "[layer_mapping.L2]", "\"gpt-5.2\"", "\"deepseek-r1\"")],
        Some("true"),
        ("L2", "RO"),
        &[CriticStandsIn],
    ),
    (&[(SCOPE, "", "", "")], Some("true"), ("L2", "RO"), &[MissingScope]),
    (
        &[(REGISTRY, "[layer_mapping.L2]", "autonomy = \"PROP\"", "autonomy = \"EXEC\"")],
        Some("true"),
        ("L2", "RO"),
        &[ForbiddenLayer],
    ),
    (&[(REGISTRY, "[models.deepseek-r1]", "production", "deprecated")], Some("true"), ("L2", "RO"), &[CriticUnfit]),
    (
        &[(REGISTRY, "[layer_mapping.L2]", "critic", "critik")],
        Some("true"),
        ("L2", "RO"),
        &[Configuration, UnknownCritic],
    ),
    (&[(REGISTRY, "[layer_mapping.L1]", "o3-pro", "ghost")], Some("true"), ("L2", "RO"), &[Elsewhere]),
    (
        &[(REGISTRY, "[layer_mapping.L1]", "o3-pro", "ghost")],
        Some("true"),
        ("L2", "EXEC"),
        &[ForbiddenAutonomy, AutonomyCeiling, Elsewhere],
    ),
];

#[test]
fn every_denial_has_its_kind_and_its_place() {
    for (changes, switch, question, expected) in DENIALS {
        let refusal =
            asked(&opened(changes), *switch, *question, &Constraints::default()).expect_err("nobody is selected");
        let told = format!("{changes:?} {switch:?} {question:?}: {:#?}", refusal.denials);
        assert_eq!(kinds(&refusal), *expected, "{told}");
        assert!(refusal.denials.iter().all(|denial| !denial.because.is_empty()), "{told}");
    }
}

#[test]
fn whoever_may_not_work_is_told_with_every_reason_and_the_next_stands_in() {
    let selector = opened(&[(REGISTRY, "[models.o3-deep-research]", "production", "deprecated")]);
    let fast = Constraints { max_latency_ms: Some(5_000), ..Constraints::default() };
    let found = asked(&selector, Some("true"), ("L1", "PROP"), &fast).unwrap();
    assert!(found.stands_in && found.fallbacks.is_empty());
    assert_eq!(&*found.primary, "deepseek-r1");
    let told: Vec<(&str, Vec<&str>)> =
        found.rejected.iter().map(|c| (&*c.model, c.reasons.iter().map(|r| &**r).collect())).collect();
    assert_eq!(
        told,
        [("o3-deep-research", vec!["max_latency", "not_production"]), ("o4-mini-deep-research", vec!["max_latency"]),]
    );
    let cases = [
        (
            Constraints { max_cost_per_1k_tokens: Some("0.0001".parse().unwrap()), ..Constraints::default() },
            "max_cost_per_1k_tokens",
        ),
        (Constraints { max_latency_ms: Some(1), ..Constraints::default() }, "max_latency"),
        (
            Constraints { required_capabilities: vec!["teleport".into()], ..Constraints::default() },
            "required_capabilities",
        ),
    ];
    for (constraints, reason) in cases {
        let refusal = asked(&opened(&[]), Some("true"), ("L2", "PROP"), &constraints).unwrap_err();
        assert_eq!(kinds(&refusal), [ConstraintUnsatisfied]);
        assert!(
            refusal.rejected.len() == 2 && refusal.rejected.iter().all(|c| c.reasons.iter().any(|r| &**r == reason))
        );
    }
    let diverse = Constraints { provider_diversity: true, ..Constraints::default() };
    let refusal = asked(&opened(&[]), Some("true"), ("L3", "PROP"), &diverse).unwrap_err();
    assert_eq!(kinds(&refusal), [ConstraintUnsatisfied]);
    assert!(refusal.rejected.iter().all(|c| &*c.reasons[0] == "same_provider_as_critic"));
}

#[test]
fn health_tells_the_switch_the_counts_and_whether_the_package_checks() {
    let health = |changes: &[Change], switch: Option<&str>| {
        let selector = opened(changes);
        let signals = selector.signals(|_| switch.map(str::to_owned)).unwrap();
        let health = selector.health(&signals);
        (health.status, health.enabled, health.models, health.layers, health.scopes)
    };
    assert_eq!(health(&[], Some("true")), (Status::Healthy, true, 8, 7, 5));
    assert_eq!(health(&[], Some("yes")), (Status::Disabled, false, 8, 7, 5));
    let ghost: &[Change] = &[(REGISTRY, "[layer_mapping.L2]", "deepseek-r1", "ghost")];
    assert_eq!(health(ghost, Some("true")), (Status::Unsound, true, 8, 7, 5));
}

/// Faults and harmless changes of every sort.
const CHANGES: &[Change] = &[
    (REGISTRY, "", "[registry]", "[registry_of_old]"),
    (REGISTRY, "", "version = \"1.0\"", "version = 1"),
    (REGISTRY, "", "[models.o3]", "[models.o3-x]"),
    (REGISTRY, "[models.o3]", "model_id = \"o3\"", "model_id = \"o3-pro\""),
    (REGISTRY, "[models.gpt-5-2-pro]", "production", "deprecated"),
    (REGISTRY, "[models.gpt-5-2]\n", "production", "preview"),
    (REGISTRY, "[models.deepseek-r1]", "production", "retired"),
    (REGISTRY, "[models.deepseek-r1]", "provider = \"deepseek\"\n", ""),
    (REGISTRY, "[models.gpt-5-2-pro]", "cost_per_1k_output = 0.06", "cost_per_1k_output = -0.06"),
    (REGISTRY, "[models.gpt-5-2-pro]", "latency_p99_ms = 8000", "latency_p99_ms = \"8s\""),
    (REGISTRY, "[layer_mapping.L2]", "gpt-5.2-pro", "gpt-5-2-pro"),
    (REGISTRY, "[layer_mapping.L2]", "gpt-5.2-pro", "ghost"),
    (REGISTRY, "[layer_mapping.L2]", "gpt-5.2-pro", "none"),
    (REGISTRY, "[layer_mapping.L2]", "primary = ", "prime = "),
    (REGISTRY, "[layer_mapping.L2]", "\"gpt-5.2\"", "[\"gpt-5.2\", \"none\", \"gpt-5.2\"]"),
    (REGISTRY, "[layer_mapping.L2]", "\"gpt-5.2\"", "7"),
    (REGISTRY, "[layer_mapping.L2]", "\"gpt-5.2\"", "\"deepseek-r1\""),
    (REGISTRY, "[layer_mapping.L2]", "deepseek-r1", "gpt-5.2-pro"),
    (REGISTRY, "[layer_mapping.L2]", "deepseek-r1", "none"),
    (REGISTRY, "[layer_mapping.L2]", "\"PROP\"", "\"EXEC\""),
    (REGISTRY, "[layer_mapping.L2]", "\"PROP\"", "\"PROP (forbidden)\""),
    (REGISTRY, "[layer_mapping.L2]", "\"PROP\"", "\"propose\""),
    (REGISTRY, "[layer_mapping.L2]", "layer_id = \"L2\"", "layer_id = \"L3\""),
    (REGISTRY, "[layer_mapping.L2]", "[layer_mapping.L2]", "[layer_mapping.L8]"),
    (REGISTRY, "[layer_mapping.L6]", "EXEC (forbidden)", "EXEC"),
    (SCOPE, "", "", ""),
    (SCOPE, "", "layer_id = \"L2\"", "layer_id = \"L0\""),
    (SCOPE, "", "[safety]", "[safe]"),
    (SCOPE, "", "autonomy_level = \"PROP\"", "autonomy_level = \"PROP/EXEC\""),
    (SCOPE, "", "critic = \"deepseek-r1\"", "critic = \"o3\""),
];

/// Every change alone, and two together.
#[test]
fn what_checks_selects_or_denies_and_what_does_not_never_selects() {
    let alone = (0..CHANGES.len()).map(|at| vec![CHANGES[at]]);
    // Every third pair, so that each change meets a third of the others.
    let pairs = (0..CHANGES.len()).flat_map(|a| (a + 1..CHANGES.len()).map(move |b| (a, b)));
    let together = pairs.filter(|(a, b)| (a + b) % 3 == 0).map(|(a, b)| vec![CHANGES[a], CHANGES[b]]);
    let mut seen = BTreeSet::new();
    for changes in alone.chain(together) {
        // A file that is gone cannot be changed.
        if changes.iter().any(|c| c.2.is_empty()) && changes.iter().filter(|c| c.0 == SCOPE).count() > 1 {
            continue;
        }
        let world = changed(&changes);
        let selector = Selector::open(&world, Path::new("."));
        let sound = selector.is_sound();
        if changes.len() == 1 {
            let checks = provost::package::open(&world, Path::new(".")).is_sound();
            assert_eq!(sound, checks, "the check and the selector agree: {changes:?}");
        }
        for question in [("L2", "PROP"), ("L0", "RO"), ("L6", "RO"), ("L8", "RO")] {
            let found = asked(&selector, Some("true"), question, &Constraints::default());
            seen.insert((sound, found.is_ok()));
            match found {
                Ok(found) => {
                    assert!(sound, "selected {} in a package that does not check: {changes:?}", found.reason);
                    holds(&found, &changes);
                }
                Err(refusal) => {
                    assert!(!refusal.denials.is_empty() && refusal.denials.is_sorted_by_key(|d| d.kind.clone()));
                    let of_check = |d: &&provost::select::Denial| matches!(d.kind, Configuration | Elsewhere);
                    let blamed = refusal.denials.iter().find(of_check);
                    assert!(!sound || blamed.is_none(), "{blamed:?} in a package that checks: {changes:?}");
                }
            }
        }
        let off = asked(&selector, None, ("L0", "RO"), &Constraints::default());
        assert_eq!(off.unwrap_err().denials[0].kind, Disabled, "switched off: {changes:?}");
    }
    assert_eq!(seen, BTreeSet::from([(false, false), (true, false), (true, true)]), "all three happen");
}

/// What is true of every selection.
fn holds(found: &Selection, changes: &[Change]) {
    let told = format!("{}: {changes:?}", found.reason);
    assert!(found.primary != found.critic && !found.fallbacks.contains(&found.critic), "{told}");
    assert!(!found.fallbacks.contains(&found.primary), "{told}");
    assert!(LEVELS[..3].contains(&&*found.autonomy), "{told}");
    assert!(found.scope.starts_with(&*found.layer), "{told}");
}
