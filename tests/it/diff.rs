//! Two versions of a package: every rule of the classification has an edit that it alone classifies, equal meanings have none, and
//! revisions are read as folders are.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use provost::diff::{self, Change, rules};
use provost::package::{self, Package};
use provost::world::MemoryWorld;

use crate::house::root;

const NOW: &str = "2026-11-21T00:00:00Z";

const BASE: &str = r#"
enum Capability { chat, ocr }
enum Region { eu_west, us_east }
enum Status { production, preview, deprecated }
enum Class ordered { public, internal, secret }
enum Odd { one, two }

record Part { title: string, pages: int = 1 }
record Unnamed { title: string }

trait Model {
    status: Status = production
    family: string = "none"
    context: int
    cost: usd
    score: decimal?
    open: bool = false
    capabilities: set<Capability>
    regions: set<Region> = {}
    scopes: set<Capability> = {}
    uses: set<service> = {}
    guarantee latency: duration at most, composes by sum
    guarantee accuracy: ratio at least, composes by min
    measured leaves: int
    guarantee pages: int at least
    invariant context >= 1_000
}
trait Audited extends Model { log: bool }
trait Spare { size: int }
trait Unclaimed { y: int }
trait Child extends Spare { more: int? }

service "alpha" is Audited {
    log = true  context = 200_000  cost = $1  capabilities = { chat }  regions = { eu_west }  score = 0.5
    scopes = { chat }
    latency <= 8s
    accept on Ask: request.class <= internal
}
service "beta" is Model { context = 8_000  cost = $2  capabilities = { chat, ocr }  accuracy >= 90% }
service "gamma" is Model, Spare { context = 9_000  cost = $3  capabilities = {}  size = 1 }

request Ask {
    class: Class = internal
    pages: int
    budget: usd?
    parts: list<Part> = []
    granted: set<Capability> = {}
    needs: set<Capability> = {}
    invariant pages >= 1
}
request Other { x: int }
request Unsent { x: int }

signal healthy for Model: bool = true
signal load: ratio = 0%
signal spare: int

let patience = 30s
define big(ask: Ask) = ask.pages > 100
table layers: Class -> { owner: string } {
    public = { owner: "a" }
    internal = { owner: "b" }
}

route ask for Ask {
    primary: Model
    fallback: Model[1..3]
    critic: Model
    stages primary then critic
    output ceiling: request.budget ?? $5
    output name: primary.name
    require capable: request.needs within service.capabilities
    require cheap: service.cost <= request.budget ?? $5
    require roomy: service.context >= 2_000
    require granted: service.scopes within request.granted
    require total_time: total.latency <= patience
    score primary { price: -1 * (service.cost / $1)  room: 2 when service.context > 10_000 }
}
route other for Other { only: Spare  phase all: rules because "nobody" }
route unasked for Other { first: Spare  second: Spare? }

rule released on ask { exclude service when service.status != production because "only what is released" }
rule residency on ask.primary { when request.class >= secret require service.regions within { eu_west } }
rule quiet on ask { deny when big(request) }

waiver "W-1" for released { when request.pages < 5 until 2026-12-31 approved by "dpo" }
waiver "W-0" for released { until 2026-01-31 approved by "dpo" }

test "nothing" {
    route other with { x: 1 }
    expect routed
}
"#;

/// What stands in the base, what takes its place, and the rules that classify the change.
const EDITS: &[(&str, &str, &str)] = &[
    (
        "service \"gamma\" is Model, Spare { context = 9_000  cost = $3  capabilities = {}  size = 1 }",
        "",
        "service-removed",
    ),
    ("record Part", "service \"delta\" is Spare { size = 2 }\nrecord Part", "service-added"),
    ("\"gamma\"", "\"delta\"", "service-renamed"),
    (
        "is Model, Spare { context = 9_000  cost = $3  capabilities = {}  size = 1 }",
        "is Model { context = 9_000  cost = $3  capabilities = {} }",
        "trait-dropped field-withdrawn",
    ),
    ("\"beta\" is Model {", "\"beta\" is Model, Spare { size = 3 ", "trait-claimed field-stated"),
    ("latency <= 8s", "latency <= 9s", "guarantee-weakened"),
    ("accuracy >= 90%", "accuracy >= 89.9%", "guarantee-weakened"),
    ("latency <= 8s", "", "guarantee-withdrawn"),
    ("latency <= 8s", "latency <= 7s", "guarantee-strengthened"),
    ("accuracy >= 90%", "accuracy >= 0.91", "guarantee-strengthened"),
    ("accuracy >= 90%", "accuracy >= 90%  latency <= 1s", "guarantee-stated"),
    ("capabilities = { chat, ocr }", "capabilities = { ocr }", "element-removed"),
    ("regions = { eu_west }", "regions = {}", "element-removed"),
    ("capabilities = {}", "capabilities = { ocr }", "element-added"),
    ("regions = { eu_west }", "regions = { eu_west, us_east }", "requirement-added"),
    ("scopes = { chat }", "scopes = { chat, ocr }", "requirement-added"),
    ("cost = $2 ", "cost = $2 uses = { \"alpha\" }", "requirement-added"),
    ("scopes = { chat }", "", "requirement-removed"),
    ("cost = $1 ", "cost = 1.01 USD ", "cost-raised"),
    ("cost = $1 ", "cost = $0.99 ", "cost-lowered"),
    ("cost = $2 ", "cost = $2 status = deprecated ", "status-deprecated"),
    ("cost = $2 ", "cost = $2 status = preview ", "field-worsened"),
    ("context = 200_000", "context = 100_000", "field-worsened"),
    ("context = 8_000", "context = 9_000", "field-improved"),
    ("score = 0.5", "score = 0.6", "field-changed"),
    ("score = 0.5", "", "field-withdrawn"),
    ("cost = $2 ", "cost = $2 score = 1 ", "field-stated"),
    ("accept on Ask: request.class <= internal", "accept on Ask: request.class <= public", "accept-tightened"),
    ("accept on Ask: request.class <= internal", "", "accept-loosened"),
    ("accept on Ask: request.class <= internal", "accept on Ask: request.pages < 7", "accept-changed"),
    ("request Other { x: int }", "request Other { x: int }\nrequest Third { x: int }", "request-added"),
    ("request Unsent { x: int }", "", "request-removed"),
    ("route unasked for Other { first: Spare  second: Spare? }", "", "route-removed"),
    ("route unasked for Other", "route unasked for Ask", "route-request"),
    ("first: Spare  second: Spare?", "first: Spare", "role-removed"),
    ("first: Spare  second: Spare?", "second: Spare? first: Spare", "role-order"),
    ("    budget: usd?\n", "    budget: usd?\n    tenant: string\n", "request-field-required"),
    ("    budget: usd?\n", "    budget: usd\n", "request-field-required"),
    (
        "    needs: set<Capability> = {}\n",
        "    needs: set<Capability> = {}\n    extra: string?\n",
        "request-field-added",
    ),
    ("    pages: int\n", "    pages: int?\n", "request-field-relaxed"),
    ("    parts: list<Part> = []\n", "    parts: set<string> = {}\n", "request-field-type request-default-changed"),
    ("    parts: list<Part> = []\n", "", "request-field-removed"),
    ("class: Class = internal", "class: Class = public", "request-default-changed"),
    (
        "    class: Class = internal\n    pages: int\n",
        "    pages: int\n    class: Class = internal\n",
        "request-field-order",
    ),
    ("invariant pages >= 1\n", "invariant pages > 1\n", "invariant-tightened"),
    ("    invariant context >= 1_000\n", "", "invariant-loosened"),
    ("invariant pages >= 1\n", "invariant pages != 7\n", "invariant-changed"),
    (
        "record Part { title: string, pages: int = 1 }",
        "record Part { title: string, pages: int = 2 }",
        "record-changed",
    ),
    ("record Unnamed { title: string }", "", "record-removed"),
    ("record Unnamed", "record Fresh { x: int }\nrecord Unnamed", "record-added"),
    ("enum Odd { one, two }", "enum Odd { two }", "member-removed"),
    ("enum Class ordered { public,", "enum Class ordered { open, public,", "member-added"),
    ("enum Odd { one, two }", "enum Odd ordered { one, two }", "enum-order"),
    ("enum Odd { one, two }", "", "enum-removed"),
    ("enum Odd", "enum Fresh { x }\nenum Odd", "enum-added"),
    ("trait Spare", "trait Fresh { x: int }\ntrait Spare", "trait-added"),
    ("trait Unclaimed { y: int }", "", "trait-removed"),
    ("trait Child extends Spare {", "trait Child {", "trait-parent-removed"),
    ("trait Child extends Spare {", "trait Child extends Spare, Unclaimed {", "trait-parent-added"),
    ("trait Unclaimed { y: int }", "trait Unclaimed { y: int  z: int }", "trait-field-required"),
    ("trait Unclaimed { y: int }", "trait Unclaimed { y: int? }", "trait-field-relaxed"),
    ("trait Unclaimed { y: int }", "trait Unclaimed { y: decimal }", "trait-field-type"),
    ("    cost: usd\n", "    cost: usd\n    note: string?\n", "trait-field-added"),
    ("    score: decimal?\n", "    score: decimal = 0.5\n", "trait-default-changed field-stated"),
    ("    context: int\n", "    context: int\n    vendor: string = \"x\"\n", "trait-field-added field-stated"),
    ("family: string = \"none\"", "family: string = \"some\"", "trait-default-changed field-changed"),
    ("    family: string = \"none\"\n", "", "trait-field-removed field-withdrawn"),
    ("    guarantee pages: int at least\n", "", "trait-guarantee-removed"),
    ("    guarantee pages: int at least\n", "    guarantee pages: int at most\n", "trait-guarantee-changed"),
    (
        "    guarantee pages: int at least\n",
        "    guarantee pages: int at least, composes by min\n",
        "composition-changed",
    ),
    (
        "    guarantee pages: int at least\n",
        "    guarantee pages: int at least\n    guarantee more: int at least\n",
        "trait-guarantee-added",
    ),
    (
        "    guarantee pages: int at least\n",
        "    measured sheets: int\n    guarantee pages: int at least, measured as sheets * 2\n",
        "measurement-added guarantee-measured",
    ),
    ("    measured leaves: int\n", "    measured leaves: decimal\n", "measurement-changed"),
    ("    measured leaves: int\n", "", "measurement-removed"),
    ("signal spare: int", "", "signal-removed"),
    ("signal spare: int", "signal spare: int\nsignal fresh: int", "signal-added"),
    ("signal spare: int", "signal spare: decimal", "signal-changed"),
    ("load: ratio = 0%", "load: ratio = 1%", "signal-default-changed"),
    ("route other for", "route third for Other { only: Spare }\nroute other for", "route-added"),
    ("    critic: Model\n", "    critic: Model\n    judge: Model\n", "role-added"),
    ("    critic: Model\n", "    critic: Model\n    judge: Model?\n", "role-offered"),
    ("fallback: Model[1..3]", "fallback: Model[2..3]", "role-demands-more"),
    ("fallback: Model[1..3]", "fallback: Model[0..3]", "role-demands-less"),
    ("fallback: Model[1..3]", "fallback: Model[1..2]", "role-holds-fewer"),
    ("fallback: Model[1..3]", "fallback: Model[1..4]", "role-holds-more"),
    ("only: Spare", "only: Model", "role-trait"),
    ("stages primary then critic", "stages critic then primary", "pipeline-changed"),
    ("rule quiet", "rule loud on ask { deny when request.pages > 500 }\nrule quiet", "rule-added"),
    ("rule quiet on ask { deny when big(request) }", "", "rule-removed"),
    (
        "define big(ask: Ask) = ask.pages > 100",
        "define big(ask: Ask) = ask.pages > 50",
        "rule-tightened definition-changed",
    ),
    ("on ask.primary { when", "on ask { when", "rule-tightened"),
    (
        "when request.class >= secret require",
        "when request.class >= secret unless request.pages < 3 require",
        "rule-loosened",
    ),
    ("deny when big(request)", "deny when request.class == public", "rule-changed"),
    ("rule quiet", "rule silent", "rule-renamed"),
    ("rule quiet", "@protected rule quiet", "rule-protection"),
    ("rule quiet", "@order(2) rule quiet", "rule-order"),
    ("because \"only what is released\"", "because \"no previews\"", "rule-reworded"),
    ("    require roomy", "    require fresh: service.open\n    require roomy", "constraint-added"),
    ("    require granted: service.scopes within request.granted\n", "", "constraint-removed"),
    ("roomy: service.context >= 2_000", "roomy: service.context > 2_000", "constraint-tightened"),
    ("cost <= request.budget ?? $5", "cost <= request.budget ?? $6", "constraint-loosened"),
    ("roomy: service.context >= 2_000", "roomy: service.family != \"x\"", "constraint-changed"),
    ("require cheap", "require affordable", "constraint-renamed"),
    ("let patience = 30s", "let patience = 31s", "constraint-loosened constant-changed"),
    ("score primary {", "score primary { open: 1 when service.open ", "score-added"),
    ("  room: 2 when service.context > 10_000", "", "score-removed"),
    ("price: -1 *", "price: -2 *", "score-changed"),
    (
        "waiver \"W-1\" for released { when request.pages < 5 until 2026-12-31 approved by \"dpo\" }",
        "",
        "waiver-removed",
    ),
    ("waiver \"W-0\" for released { until 2026-01-31 approved by \"dpo\" }", "", "waiver-lapsed"),
    (
        "waiver \"W-0\"",
        "waiver \"W-2\" for quiet { until 2026-12-01 approved by \"x\" }\nwaiver \"W-0\"",
        "waiver-added",
    ),
    ("    output name: primary.name\n", "", "output-removed"),
    ("    output name", "    output other: critic.name\n    output name", "output-added"),
    ("    output name", "    ties primary by service.context desc\n    output name", "ties-changed"),
    ("output ceiling: request.budget ?? $5\n", "output ceiling: request.budget ?? $6\n", "output-changed"),
    ("because \"nobody\"", "because \"nobody is there\"", "phases-changed"),
    ("phase all: rules", "phase all: accept because \"x\" phase more: rules", "phases-changed"),
    // That a phase tells what is new is no change of its own.
    ("rule quiet", "rule strict on other { deny when request.x > 5 }\nrule quiet", "rule-added"),
    ("until 2026-12-31", "until 2026-12-30", "waiver-shortened"),
    ("until 2026-12-31", "until 2027-01-01", "waiver-extended"),
    ("when request.pages < 5 until", "when request.pages < 4 until", "waiver-narrowed"),
    ("when request.pages < 5 until", "until", "waiver-widened"),
    ("\"W-1\" for released", "\"W-1\" for quiet", "waiver-changed"),
    ("until 2026-12-31 approved by \"dpo\"", "until 2026-12-31 approved by \"board\"", "waiver-reworded"),
    ("public = { owner: \"a\" }", "public = { owner: \"a\" }\n secret = { owner: \"c\" }", "row-added"),
    ("    internal = { owner: \"b\" }\n", "", "row-removed"),
    ("{ owner: \"b\" }", "{ owner: \"c\" }", "row-changed"),
    ("{ owner: string }", "{ owner: string, note: string? }", "table-changed"),
    ("expect routed", "expect only == \"gamma\"", "test-changed"),
];

fn package(source: &str) -> Package {
    let world = MemoryWorld::new(NOW.parse().unwrap())
        .with("provost.toml", "[package]\nname = \"case\"\nedition = \"2026\"\nsources = [\".\"]\n")
        .with("a.provost", source);
    package::open(&world, Path::new("."))
}

fn compare(old: &Package, new: &Package) -> Vec<Change> {
    diff::compare(old, new, NOW.parse().unwrap())
}

#[test]
fn every_rule_classifies_an_edit() {
    let old = package(BASE);
    assert!(old.is_sound(), "{:#?}", old.diagnostics);
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for (from, to, expected) in EDITS {
        assert_eq!(BASE.matches(from).count(), 1, "`{from}` stands once");
        let new = package(&BASE.replacen(from, to, 1));
        if !new.is_sound() {
            let first = new.diagnostics.iter().find(|d| d.is_error()).unwrap();
            wrong.push(format!("`{from}` → `{to}`: does not check: {} {}", first.code.id, first.message));
            continue;
        }
        let found: BTreeSet<&str> = compare(&old, &new).iter().map(|change| change.rule.id).collect();
        let expected: BTreeSet<&str> = expected.split(' ').collect();
        if found != expected {
            wrong.push(format!("`{from}` → `{to}`: {found:?} and not {expected:?}"));
        }
        seen.extend(found);
    }
    let unseen = rules::ALL.iter().filter(|rule| !seen.contains(rule.id));
    wrong.extend(unseen.map(|rule| format!("no edit is classified by `{}`", rule.id)));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_page_lists_every_rule_with_its_level() {
    let page = std::fs::read_to_string(root().join("docs/reference/diff.md")).unwrap();
    let row = |rule: &&diff::Rule| {
        let (id, level) = (rule.id, rule.level.word());
        format!("| <a id=\"{id}\"></a>`{id}` | {level} | {} | {} |", rule.title, rule.reason)
    };
    let expected: Vec<String> = rules::ALL.iter().map(row).collect();
    let listed: Vec<&str> = page.lines().filter(|line| line.starts_with("| <a id=")).collect();
    assert_eq!(listed, expected);
}

#[test]
fn a_value_that_doubles_with_every_call_is_compared_within_limits() {
    // Written out, the last definition holds two to the power of two to the power of five parts, and then many more.
    let mut text = String::from("request Ask { x: int }\ntrait Model { a: int }\ndefine d0(x: int) = x + x\n");
    for level in 1..14 {
        text.push_str(&format!("define d{level}(x: int) = d{0}(d{0}(x))\n", level - 1));
    }
    text.push_str("route ask for Ask { primary: Model require small: d13(request.x) < 7 }\n");
    let (old, new) = (package(&text), package(&text.replace("x + x", "x + x + 1")));
    assert!(old.is_sound() && new.is_sound(), "{:#?}", new.diagnostics);
    assert_eq!(compare(&old, &old), []);
    let found: BTreeSet<&str> = compare(&old, &new).iter().map(|change| change.rule.id).collect();
    assert_eq!(found, BTreeSet::from(["constraint-changed", "definition-changed"]));
}

#[test]
fn revisions_are_read_as_folders_are() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"];
        let done = Command::new("git").arg("-C").arg(at).args(identity).args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    let provost = |arguments: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_provost"))
            .args(arguments)
            .current_dir(at.join("policy"))
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (done.status.code(), text(done.stdout), text(done.stderr))
    };
    let write = |path: &str, text: &str| {
        std::fs::create_dir_all(at.join(path).parent().unwrap()).unwrap();
        std::fs::write(at.join(path), text).unwrap();
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    write("core/provost.toml", "[package]\nname = \"core\"\nedition = \"2026\"\nsources = [\".\"]\n");
    write("core/core.provost", "trait Model { cost: usd }\n");
    let manifest = "[package]\nname = \"policy\"\nedition = \"2026\"\nsources = [\".\"]\n[dependencies]\ncore = { path = \"../core\" }\n";
    write("policy/provost.toml", manifest);
    write("policy/ä ö.provost", "service \"a\" is core::Model { cost = $1 }\n");
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "one"]);
    write("policy/ä ö.provost", "service \"a\" is core::Model { cost = $2 }\n");
    git(&["commit", "--quiet", "-am", "two"]);
    write("policy/ä ö.provost", "service \"a\" is core::Model { cost = $3 }\n");

    let (code, out, err) = provost(&["diff", "HEAD~1", "main"]);
    assert_eq!((code, err.as_str()), (Some(1), ""));
    assert!(out.contains("- = $1\n") && out.contains("+ = $2\n") && out.contains("[ä ö.provost:1:30]"), "{out}");
    let (code, out, _) = provost(&["diff", "HEAD"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("- = $2\n") && out.contains("+ = $3\n"), "{out}");
    assert_eq!(provost(&["diff", "HEAD", "HEAD"]).0, Some(0));
    for nonsense in ["nowhere", "--upload-pack=x", "HEAD:policy", ""] {
        let (code, out, err) = provost(&["diff", "--", nonsense]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        assert!(err.contains("is neither a folder nor a revision"), "{err}");
    }
    // Without `git` there are no revisions, and this is said.
    let alone = Command::new(env!("CARGO_BIN_EXE_provost"))
        .args(["diff", "HEAD"])
        .current_dir(at.join("policy"))
        .env("PATH", at)
        .output()
        .unwrap();
    assert_eq!(alone.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&alone.stderr).contains("there is no `git` on this machine"), "{alone:?}");
}
