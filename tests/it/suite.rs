//! Tests of packages: the shipped ones pass, whatever the threads; coverage knows conditions by their meaning.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use provost::cli::disk::Disk;
use provost::package::{self, Package};
use provost::proof::prove;
use provost::route;
use provost::suite::coverage::{Coverage, json};
use provost::suite::{self, Suite};
use provost::world::MemoryWorld;
use provost_verifier::verify;

use crate::house::root;

fn all_run(package: &Package) -> (Suite, Coverage) {
    let suite = Suite::new(&package.policy, &package.services, package.tests.clone(), true);
    let mut coverage = suite.coverage();
    for number in 0..suite.tests().len() {
        coverage.add(&suite.run(number).unwrap().seen);
    }
    (suite, coverage)
}

/// The shipped packs of rules, each with how many tests it has at least.
const PACKS: &[(&str, usize)] = &[("rules/governance", 30), ("rules/layers", 10), ("rules/caio", 10)];

#[test]
fn shipped_packs_pass_their_tests() {
    for (pack, least) in PACKS {
        let package = package::open(&Disk, &root().join(pack));
        assert!(package.is_sound(), "{pack}: {:#?}", package.diagnostics);
        let suite = Suite::new(&package.policy, &package.services, package.tests.clone(), false);
        assert!(suite.tests().len() >= *least, "{pack}: {} tests", suite.tests().len());
        for number in 0..suite.tests().len() {
            let report = suite.run(number).unwrap();
            assert!(report.passed(), "{pack}: {}: {:?}", report.name, report.failed);
        }
    }
}

#[test]
fn the_tests_of_the_governance_pack_see_every_condition() {
    let package = package::open(&Disk, &root().join("rules/governance"));
    let (_, coverage) = all_run(&package);
    assert_eq!(coverage.share().percent(), 100, "{:#}", json(&coverage));
}

#[test]
fn every_decision_that_the_tests_of_a_shipped_pack_make_has_a_certificate_that_verifies() {
    for (pack, _) in PACKS {
        let package = package::open(&Disk, &root().join(pack));
        let suite = Suite::new(&package.policy, &package.services, package.tests.clone(), false);
        for test in suite.tests() {
            let inputs = suite::inputs(&suite.plan.policy, test).unwrap();
            let (decision, trace) = route::decide_traced(&suite.plan, &test.route, &inputs).unwrap();
            let certificate =
                prove(&trace, &inputs, &decision).unwrap_or_else(|e| panic!("{pack}: {}: {e}", test.name));
            verify(certificate.as_bytes()).unwrap_or_else(|e| panic!("{pack}: {}: {e}", test.name));
        }
    }
}

/// A package in which one rule is written in two ways, with the tests of `tests`.
fn world(rule: &str, tests: &str) -> Package {
    let shared = "
trait Model { price: usd?  size: int }
service \"a\" is Model { price = $1  size = 1 }
service \"b\" is Model { size = 2 }
request Ask { words: int = 1  region: string? }
signal busy: bool
route ask for Ask { model: Model  second: Model?  require other: second != model }
";
    let world = MemoryWorld::new("2026-11-21T00:00:00Z".parse().unwrap())
        .with("provost.toml", "[package]\nname = \"p\"\nedition = \"2026\"\nsources = [\".\"]\n")
        .with("a.provost", shared)
        .with("b.provost", rule)
        .with("c.provost", tests);
    let package = package::open(&world, Path::new("."));
    assert!(package.is_sound(), "{:#?}", package.diagnostics);
    package
}

const RULE: &str =
    "rule cheap on ask { when busy or request.words > 3 require service.price <= $2 and not service.size > 5 }";
const TEST: &str = "test \"t\" { route ask with { words: 5 } expect routed }";

/// Rule, part, path and condition of each, with what was seen.
fn seen(coverage: &Coverage) -> Vec<(String, String, [bool; 3])> {
    let one = |covered: &provost::suite::coverage::Covered| {
        let place = format!("{} {} {}", covered.atom.rule, covered.atom.part, covered.atom.path);
        (place, covered.atom.text.clone(), [covered.seen.yes, covered.seen.no, covered.seen.unknown])
    };
    coverage.conditions.iter().map(one).collect()
}

#[test]
fn coverage_does_not_depend_on_how_a_rule_is_written() {
    let other = "// moved\n\n\nrule cheap on ask {\n    when (busy or\n        (request.words>3))\n    require (service.price <= 2.00 USD\n  and not (service.size > 5))\n}";
    let (_, first) = all_run(&world(RULE, TEST));
    let (_, second) = all_run(&world(other, TEST));
    assert_eq!(json(&first), json(&second));
    assert_ne!(seen(&first), []);
}

#[test]
fn no_operand_hides_another_and_a_guard_hides_its_clauses() {
    let (_, coverage) = all_run(&world(RULE, TEST));
    let want = [
        ("ask.other require ", "second != model", [false, true, false]),
        ("cheap require and 1", "service.price <= $2", [true, false, true]),
        ("cheap require and 2, not", "service.size > 5", [false, true, false]),
        ("cheap when or 1", "busy", [false, false, true]),
        // The first operand is unknown, and the second is seen all the same.
        ("cheap when or 2", "request.words > 3", [true, false, false]),
    ];
    let want: Vec<_> =
        want.iter().map(|(place, text, seen)| ((*place).to_owned(), (*text).to_owned(), *seen)).collect();
    assert_eq!(seen(&coverage), want);

    let quiet = "test \"t\" { route ask with { words: 1 } signals { busy = false } expect routed }";
    let (_, coverage) = all_run(&world(RULE, quiet));
    let cheap: Vec<[bool; 3]> = seen(&coverage).into_iter().skip(1).map(|(.., seen)| seen).collect();
    assert_eq!(cheap, [[false; 3], [false; 3], [false, true, false], [false, true, false]]);
}

#[test]
fn only_what_can_be_unknown_is_asked_to_be() {
    let rules = "
define far(a: Ask) = a.region == \"far\" or a.words > 9
rule one on ask { deny when far(request) and known request.region }
rule two on ask { require (service.price ?? $9) <= $10 and request.words < 100 }
";
    let (_, coverage) = all_run(&world(rules, TEST));
    let missing = |rule: &str| -> Vec<(String, Vec<String>)> {
        let of = coverage.conditions.iter().filter(|c| *c.atom.rule == *rule);
        of.map(|c| (c.atom.text.clone(), c.atom.missing.iter().cloned().collect())).collect()
    };
    let none: Vec<String> = Vec::new();
    let region = vec!["request field `region`".to_owned()];
    assert_eq!(
        missing("one"),
        [
            ("a.region == \"far\"".to_owned(), region),
            ("a.words > 9".to_owned(), none.clone()),
            ("known request.region".to_owned(), none.clone())
        ]
    );
    assert_eq!(
        missing("two"),
        [("service.price ?? $9 <= $10".to_owned(), none.clone()), ("request.words < 100".to_owned(), none)]
    );
}

/// A copy of a case's folder that the program may run in.
fn copy(case: &str, name: &str) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&place);
    let from = root().join("tests/cases/cli").join(case);
    for dir in ["", "rules", "tests"] {
        fs::create_dir_all(place.join(dir)).unwrap();
        for file in
            fs::read_dir(from.join(dir)).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
        {
            fs::copy(&file, place.join(dir).join(file.file_name().unwrap())).unwrap();
        }
    }
    place
}

fn provost(place: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_provost"));
    command.args(arguments).current_dir(place).env_clear().stdin(Stdio::null());
    command
}

const CASE: &str = "a-test-that-fails-shows-expected-against-actual-and-why";

#[test]
fn threads_change_nothing_that_is_shown() {
    let place = copy(CASE, "threads");
    let shown = |jobs: &str| provost(&place, &["test", "--coverage", "--jobs", jobs]).output().unwrap();
    let alone = shown("1");
    assert_eq!(alone.status.code(), Some(1));
    for jobs in ["2", "3", "64"] {
        let many = shown(jobs);
        assert_eq!((many.status.code(), &many.stdout, &many.stderr), (Some(1), &alone.stdout, &alone.stderr));
    }
    fs::remove_dir_all(place).unwrap();
}

#[test]
fn a_watched_package_is_tested_again_when_a_file_changes() {
    let place = copy(CASE, "watch");
    let (out, err) = (place.join("out"), place.join("err"));
    let mut child = provost(&place, &["test", "--watch", "--runs", "3"])
        .stdout(fs::File::create(&out).unwrap())
        .stderr(fs::File::create(&err).unwrap())
        .spawn()
        .unwrap();
    let wait = |file: &Path, text: &str, times: usize| {
        let began = Instant::now();
        while fs::read_to_string(file).unwrap().matches(text).count() < times {
            assert!(began.elapsed() < Duration::from_secs(30), "{}", fs::read_to_string(file).unwrap());
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    wait(&err, "waiting for a change\n", 1);
    // Half a file is no reason to stop watching.
    fs::write(place.join("tests/more.provost"), "test \"half").unwrap();
    wait(&err, "P0104", 1);
    wait(&err, "waiting for a change\n", 2);
    fs::write(place.join("tests/more.provost"), "test \"whole\" { route ask with {} expect routed }").unwrap();
    wait(&out, "ok      whole\n", 1);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    fs::remove_dir_all(place).unwrap();
}
