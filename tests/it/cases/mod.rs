//! A case is a folder: `tests/cases/<suite>/<sentence-in-kebab-case>/` holds a package and what is asked of it.
//!
//! What is expected stands as `// expect: P0203` on the line of the source, and in the `.snap` files beside it. To run
//! one case, name a part of its path: `CASE=check/unknown_field cargo test --test it cases`.

mod expect;
mod shell;
mod suites;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use provost::base::Sources;
use provost::diag::Diagnostic;
use provost::world::MemoryWorld;

pub use expect::{expected_codes, expected_lints};

/// What a case ends in: nothing, or what is wrong, in words for the person who wrote it.
pub type Outcome = Result<(), String>;

/// The manifest of a case that brings none: every source of the folder belongs to the package.
const MANIFEST: &str = "[package]\nname = \"case\"\nedition = \"2026\"\nsources = [\".\"]\n";

/// The time in every case that states no other.
const NOW: &str = "2026-11-21T00:00:00Z";

/// One folder of one suite.
pub struct Case {
    /// `suite/name`.
    pub name: String,
    /// The folder.
    pub dir: PathBuf,
    asserted: RefCell<BTreeSet<String>>,
}

impl Case {
    /// The text of a file of the case; nothing where there is no such file.
    pub fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.dir.join(file)).ok()
    }

    /// The first line of a file that names one thing, such as `route`.
    pub fn word(&self, file: &str) -> Option<String> {
        self.read(file).and_then(|text| text.lines().next().map(|line| line.trim().to_owned()))
    }

    /// The paths of all files that are input, relative to the case, in order.
    pub fn inputs(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        collect(&self.dir, &mut found);
        found.retain(|path| !is_snapshot(path));
        found.iter().map(|path| path.strip_prefix(&self.dir).unwrap().to_path_buf()).collect()
    }

    /// The case as a world in memory with its folder as the root, a manifest if it brings none, and a clock that
    /// stands still.
    pub fn world(&self) -> MemoryWorld {
        let mut world = MemoryWorld::new(NOW.parse().unwrap());
        if !self.dir.join("provost.toml").exists() {
            world = world.with("provost.toml", MANIFEST);
        }
        for path in self.inputs() {
            let bytes = fs::read(self.dir.join(&path)).unwrap();
            world = world.with(path, bytes);
        }
        world
    }

    /// Compares diagnostics with the `expect` comments: each one is expected, and each expectation is met.
    pub fn expect(&self, diagnostics: &[Diagnostic], sources: &Sources) -> Outcome {
        expect::compare(self, diagnostics, sources)
    }

    /// Compares a text with `<name>.snap` beside the input.
    pub fn snapshot(&self, name: &str, text: &str) {
        self.asserted.borrow_mut().insert(format!("{name}.snap"));
        let settings = {
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(&self.dir);
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings
        };
        settings.bind(|| insta::assert_snapshot!(name, text));
    }

    /// A snapshot that nothing compared with asserts nothing, and would do so unseen.
    fn no_snapshot_is_idle(&self) -> Outcome {
        let mut found = Vec::new();
        collect(&self.dir, &mut found);
        let asserted = self.asserted.borrow();
        let idle: Vec<String> = found
            .iter()
            .filter(|path| path.extension().is_some_and(|end| end == "snap"))
            .map(|path| path.strip_prefix(&self.dir).unwrap().to_string_lossy().into_owned())
            .filter(|name| !asserted.contains(name))
            .collect();
        if idle.is_empty() { Ok(()) } else { Err(format!("nothing was compared with {}", idle.join(", "))) }
    }
}

/// A case's folder as a world in memory.
pub fn world_of(dir: &Path) -> MemoryWorld {
    Case { name: String::new(), dir: dir.to_path_buf(), asserted: RefCell::default() }.world()
}

fn is_snapshot(path: &Path) -> bool {
    path.to_string_lossy().ends_with(".snap") || path.to_string_lossy().ends_with(".snap.new")
}

fn collect(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { collect(&path, found) } else { found.push(path) }
    }
}

/// The folder of all cases.
fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// All cases of a suite that the variable `CASE` selects, by name.
fn cases(suite: &str) -> Vec<Case> {
    let wanted = std::env::var("CASE").unwrap_or_default();
    let Ok(entries) = fs::read_dir(home().join(suite)) else { return Vec::new() };
    let mut found: Vec<Case> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|dir| Case {
            name: format!("{suite}/{}", dir.file_name().unwrap().to_string_lossy()),
            dir,
            asserted: RefCell::default(),
        })
        .filter(|case| case.name.contains(&wanted))
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// Runs every case of a suite, and fails at the end with all that went wrong.
fn run(suite: &str, one: impl Fn(&Case) -> Outcome) {
    let mut failures = Vec::new();
    for case in cases(suite) {
        let judged = catch_unwind(AssertUnwindSafe(|| one(&case).and_then(|()| case.no_snapshot_is_idle())));
        match judged {
            Ok(Ok(())) => {}
            Ok(Err(wrong)) => failures.push(format!("tests/cases/{}\n{}", case.name, indent(&wrong))),
            Err(panic) => failures.push(format!("tests/cases/{}\n{}", case.name, indent(&words(&*panic)))),
        }
    }
    assert!(failures.is_empty(), "{} of the cases failed\n\n{}\n", failures.len(), failures.join("\n\n"));
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

/// What a panic said; insta has then shown the difference above.
fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let said = panic.downcast_ref::<String>().cloned();
    said.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

#[test]
fn syntax() {
    run("syntax", suites::syntax);
}

#[test]
fn check() {
    run("check", suites::check);
}

#[test]
fn decide() {
    run("decide", suites::decide);
}

#[test]
fn explain() {
    run("explain", suites::explain);
}

#[test]
fn fmt() {
    run("fmt", suites::fmt);
}

#[test]
fn lint() {
    run("lint", suites::lint);
}

#[test]
fn suite() {
    run("suite", suites::suite);
}

#[test]
fn import_cases() {
    run("import", suites::import);
}

#[test]
fn cli() {
    run("cli", shell::cli);
}

#[test]
fn a_case_is_a_world_with_a_manifest_and_without_its_snapshots() {
    use provost::world::World;
    let case = cases("cli").into_iter().find(|case| case.name.ends_with("the-version-is-shown"));
    let Some(case) = case else { return };
    let files: Vec<PathBuf> = case.world().snapshot().into_keys().collect();
    assert_eq!(files, [Path::new("cmd"), Path::new("provost.toml")]);
    assert_eq!(case.word("cmd").as_deref(), Some("The version goes to standard output."));
    assert_eq!(case.world().now(), Ok(NOW.parse().unwrap()));
}

#[test]
fn every_folder_is_a_case_of_a_suite_and_named_by_a_sentence() {
    let suites = ["syntax", "check", "decide", "explain", "lint", "suite", "import", "fmt", "cli"];
    let mut wrong = Vec::new();
    for suite in fs::read_dir(home()).unwrap().map(|entry| entry.unwrap().path()) {
        let name = suite.file_name().unwrap().to_string_lossy().into_owned();
        if !suites.contains(&name.as_str()) {
            wrong.push(format!("`{name}` is no suite"));
            continue;
        }
        for case in cases(&name) {
            let sentence = case.name.rsplit('/').next().unwrap();
            let kebab = sentence.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            if !kebab || !sentence.contains('-') {
                wrong.push(format!("`{}` is not named by a sentence-in-kebab-case", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
