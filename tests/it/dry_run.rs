//! Dry runs from outside: digests that others recompute, and folders that are killed, shared and filled to the brim.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use provost::base::{canonical, limits};
use serde_json::Value as Json;

const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/layers");
const L2: [&str; 6] = ["--layer", "L2", "--primary", "gpt-5.2-pro", "--critic", "deepseek-r1"];

fn command(out: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_provost"));
    command.env_clear().args(["--package", PACKAGE, "dry-run"]).args(L2).arg("--out").arg(out).args(more);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(out: &Path, more: &[&str]) -> Output {
    command(out, more).output().unwrap()
}

fn manifest(out: &Path) -> Json {
    serde_json::from_slice(&fs::read(out.join("run_manifest.json")).unwrap()).unwrap()
}

fn digest(path: PathBuf) -> String {
    canonical::digest_bytes(&fs::read(path).unwrap())
}

/// Whether manifest and report belong together.
fn belong_together(out: &Path) -> bool {
    manifest(out)["digests"]["operator_output"] == digest(out.join("operator_output.md"))
}

#[test]
fn every_digest_of_a_manifest_is_one_that_others_can_compute() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    assert!(run(&out, &["--deterministic", "--with-certificate"]).status.success());
    let manifest = manifest(&out);
    let digests = &manifest["digests"];
    let data = Path::new(PACKAGE).join("data");
    assert_eq!(digests["registry"], digest(data.join("model_registry.toml")));
    assert_eq!(digests["scope"], digest(data.join("capability_scopes/L2_market_outlook.toml")));
    assert_eq!(digests["operator_output"], digest(out.join("operator_output.md")));
    assert_eq!(digests["certificate"], digest(out.join("certificate.json")));
    let bytes = fs::read(out.join("certificate.json")).unwrap();
    assert!(provost_verifier::verify(&bytes).is_ok());
    let certificate: Json = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(digests["policy"], canonical::digest(&certificate["policy"]));
    assert_eq!(manifest["decision_id"], certificate["decision"]["decision_id"]);
    assert_eq!(certificate["now"], "2026-01-10T12:00:00Z");
}

#[test]
fn a_manifest_has_the_fields_of_its_schema_and_no_others() {
    let home = tempfile::tempdir().unwrap();
    assert!(run(home.path(), &["--deterministic"]).status.success());
    let manifest = manifest(home.path());
    let schema: Json = serde_json::from_str(include_str!("../../schema/run-manifest.schema.json")).unwrap();
    holds(&schema, &manifest, "manifest");
    let kind = |json: &Json| json["type"].as_str().map(str::to_owned);
    assert_eq!(kind(&schema["properties"]["digests"]).as_deref(), Some("object"));
    holds(&schema["properties"]["digests"], &manifest["digests"], "digests");
}

/// Whether a map has exactly the fields that its schema requires, each of the kind and value that it states.
fn holds(schema: &Json, map: &Json, what: &str) {
    let mut found: Vec<&String> = map.as_object().unwrap().keys().collect();
    found.sort();
    let required: Vec<&str> =
        schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(found, required, "{what}");
    assert_eq!(found.len(), schema["properties"].as_object().unwrap().len(), "{what}");
    for (name, field) in schema["properties"].as_object().unwrap() {
        let value = &map[name];
        let fits = match (field.get("const"), field["type"].as_str()) {
            (Some(only), _) => value == only,
            (None, Some("string")) => value.is_string(),
            (None, Some("array")) => value.as_array().is_some_and(|items| items.iter().all(Json::is_string)),
            (None, Some("boolean")) => value.is_boolean(),
            (None, Some("object")) => value.is_object(),
            (None, other) => panic!("{name}: the test does not know {other:?}"),
        };
        assert!(fits, "{what}.{name} is {value}");
        let Some(pattern) = field["pattern"].as_str() else { continue };
        let pattern = provost::base::pattern::Pattern::new(pattern).unwrap();
        assert!(pattern.is_match(value.as_str().unwrap()), "{what}.{name} is {value}");
    }
}

#[test]
fn every_violation_is_listed_in_its_order() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/run-manifest.md")).unwrap();
    let (_, list) = page.split_once("## Violations").unwrap();
    let listed: Vec<String> = list
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.rsplit_once(" | ").unwrap().0.to_owned())
        .collect();
    let known = provost::dryrun::violation::KNOWN.iter().map(|known| {
        let cause = known.cause.map(|cause| format!(", from `{cause}`")).unwrap_or_default();
        format!("| `{}` | `{}`{cause}", known.name, known.kind)
    });
    assert_eq!(listed, known.collect::<Vec<_>>());
}

#[test]
fn a_run_that_is_killed_leaves_whole_files_or_none() {
    let home = tempfile::tempdir().unwrap();
    let (new, old) = (home.path().join("new"), home.path().join("old"));
    assert!(run(&old, &["--deterministic", "--notes", "old"]).status.success());
    let before = ["operator_output.md", "run_manifest.json"].map(|name| fs::read(old.join(name)).unwrap());
    assert!(run(&old, &["--deterministic", "--notes", "new"]).status.success());
    let after = ["operator_output.md", "run_manifest.json"].map(|name| fs::read(old.join(name)).unwrap());
    for milliseconds in (0..160).step_by(8) {
        for (out, notes) in [(&new, "new"), (&old, if milliseconds % 16 == 0 { "old" } else { "new" })] {
            let mut child = command(out, &["--deterministic", "--notes", notes]).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(milliseconds));
            let _ = child.kill();
            child.wait().unwrap();
        }
        if new.exists() {
            assert!(belong_together(&new), "a new folder appears whole");
            fs::remove_dir_all(&new).unwrap();
        }
        for (at, name) in ["operator_output.md", "run_manifest.json"].iter().enumerate() {
            let found = fs::read(old.join(name)).unwrap();
            assert!(found == before[at] || found == after[at], "`{name}` is neither the old one nor the new one");
        }
    }
    assert!(run(&old, &["--deterministic"]).status.success(), "what was left behind is in nobody's way");
    assert!(belong_together(&old));
    assert_eq!(fs::read_dir(&old).unwrap().count(), 2, "what was left behind is gone");
}

#[test]
fn runs_into_one_folder_take_turns() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("deep/out");
    for _ in 0..3 {
        let notes: Vec<String> = (0..6).map(|at| format!("run {at}")).collect();
        let children: Vec<_> = notes.iter().map(|notes| command(&out, &["--notes", notes]).spawn().unwrap()).collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        assert!(belong_together(&out));
        assert_eq!(fs::read_dir(&out).unwrap().count(), 2, "nothing is left beside");
        assert_eq!(fs::read_dir(home.path().join("deep")).unwrap().count(), 1, "nothing is left beside");
    }
}

#[test]
fn what_an_operator_says_stays_what_it_is_and_within_its_limits() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    let notes = "first\n\n---\n# no heading\n</blockquote><script>\n1. no item\n> no quotation";
    assert!(run(&out, &["--notes", notes, "--finding", "one\n## two"]).status.success());
    assert_eq!(manifest(&out)["operator_notes"], notes);
    let report = fs::read_to_string(out.join("operator_output.md")).unwrap();
    let headings: Vec<&str> = report.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(headings.len(), 11, "{headings:?}");
    assert!(
        report.contains("1. one ## two\n") && report.contains("> \\# no heading") && report.contains("> 1\\. no item")
    );
    assert!(report.lines().skip_while(|line| !line.starts_with("> first")).take(7).all(|line| line.starts_with('>')));

    let longest = "ü".repeat(limits::NOTE_BYTES / 2);
    assert!(run(&out, &["--notes", &longest]).status.success());
    assert_eq!(manifest(&out)["operator_notes"], longest);
    let too_many = ["--finding", "a"].repeat(limits::NOTES + 1);
    for refused in
        [&["--notes", &format!("{longest}a")][..], &["--notes", "a\u{1b}[2J"], &["--notes", "\u{202e}a"], &too_many]
    {
        let output = run(&out, refused);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("unrecordable_text: ManifestGenerationError"));
        assert_eq!(manifest(&out)["operator_notes"], longest, "what stood there still does");
    }
}

#[test]
fn without_an_instant_the_clock_is_read_once() {
    let home = tempfile::tempdir().unwrap();
    assert!(run(home.path(), &["--with-certificate"]).status.success());
    let manifest = manifest(home.path());
    assert_eq!(manifest["timestamp"], manifest["sod_timestamp"]);
    let certificate: Json = serde_json::from_slice(&fs::read(home.path().join("certificate.json")).unwrap()).unwrap();
    let stated: provost::base::Instant = certificate["now"].as_str().unwrap().parse().unwrap();
    let written = provost::dryrun::moment::Moment::read(manifest["timestamp"].as_str().unwrap()).unwrap();
    assert_eq!(written.instant(), stated);
}
