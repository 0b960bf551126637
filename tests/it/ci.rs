//! What users copy into their build does what it says: the hooks, the action and the job of GitLab are read as their hosts read them,
//! and every command in them is run on a small repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use provost::base::pattern::Pattern;
use serde_yaml::Value;

use crate::house::root;

const SOUND: &str = "trait Model { cost: usd }
service \"a\" is Model { cost = $1 }
request Ask { pages: int }

/// The one route.
route ask for Ask {
    primary: Model
    require cheap: service.cost <= $5
}

rule many on ask {
    when request.pages > 5
    require service.cost <= $4
    because \"many pages are not worth more\"
}

test \"a is asked\" {
    route ask with { pages: 1 }
    expect primary == \"a\"
}
";

fn yaml(path: &str) -> Value {
    serde_yaml::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

/// A repository with a package in the folder `policy` and one commit.
struct Repository {
    dir: tempfile::TempDir,
}

impl Repository {
    fn new() -> Self {
        let made = Self { dir: tempfile::tempdir().unwrap() };
        made.write("policy/provost.toml", "[package]\nname = \"policy\"\nedition = \"2026\"\nsources = [\"rules\"]\n");
        made.write("policy/rules/a.provost", SOUND);
        let formatted = made.bash("provost --package policy fmt", &[]);
        assert!(formatted.status.success(), "{formatted:?}");
        made.git(&["init", "--quiet", "--initial-branch=main"]);
        made.commit();
        made
    }

    fn at(&self) -> &Path {
        self.dir.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.at().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn edit(&self, from: &str, to: &str) {
        let path = self.at().join("policy/rules/a.provost");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    fn git(&self, arguments: &[&str]) -> String {
        let identity = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"];
        let done = Command::new("git").arg("-C").arg(self.at()).args(identity).args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "-m", "x"]);
    }

    /// Runs a script as the hosts do, with the built program before everything else.
    fn bash(&self, script: &str, variables: &[(&str, String)]) -> Output {
        let program = Path::new(env!("CARGO_BIN_EXE_provost")).parent().unwrap();
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script])
            .current_dir(self.at())
            .env("PATH", path);
        command.envs(variables.iter().map(|(name, value)| (name, value))).output().unwrap()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs a hook as pre-commit does: the entry, the arguments of the user, and the files of the commit that fit.
fn hook(hook: &Value, repository: &Repository) -> Output {
    let word = |key: &str| hook[key].as_str().unwrap_or_else(|| panic!("{key}"));
    let files = Pattern::new(word("files")).unwrap();
    let all = repository.git(&["ls-files"]);
    let fitting: Vec<&str> = all.lines().filter(|file| files.is_match(file)).collect();
    assert!(!fitting.is_empty(), "{}", word("id"));
    let mut line = word("entry").to_owned();
    if hook["pass_filenames"] == Value::Bool(false) {
        line.push_str(" --package policy");
    } else {
        line.push_str(&format!(" {}", fitting.join(" ")));
    }
    repository.bash(&line, &[])
}

#[test]
fn every_hook_passes_what_is_right_and_refuses_what_is_not() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let broken = [
        ("provost-fmt", "trait Model {", "trait   Model  {"),
        ("provost-check", "is Model {", "is Nothing {"),
        ("provost-lint", "when request.pages > 5", "when request.pages > 5 and request.pages < 3"),
        ("provost-test", "primary == \"a\"", "unroutable"),
    ];
    let hooks = hooks.as_sequence().unwrap();
    assert_eq!(hooks.iter().map(|hook| hook["id"].as_str().unwrap()).collect::<Vec<_>>(), broken.map(|(id, ..)| id));
    for (one, (id, from, to)) in hooks.iter().zip(broken) {
        let repository = Repository::new();
        let passed = hook(one, &repository);
        assert!(passed.status.success(), "{id}: {}{}", text(&passed.stdout), text(&passed.stderr));
        repository.edit(from, to);
        let refused = hook(one, &repository);
        assert!(!refused.status.success(), "{id}: {}{}", text(&refused.stdout), text(&refused.stderr));
        assert_ne!(refused.status.code(), Some(3), "{id}");
    }
    // A page shows how a user names them.
    let config = yaml("docs/how-to/ci/pre-commit.yml");
    let named = config["repos"][0]["hooks"].as_sequence().unwrap();
    assert!(named.iter().zip(broken).all(|(hook, (id, ..))| hook["id"] == id), "{named:?}");
}

/// What the host puts in the place of an expression of the action.
fn expanded(text: &str, inputs: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (name, value) in inputs {
        text = text.replace(&format!("${{{{ {name} }}}}"), value);
    }
    assert!(!text.contains("${{"), "an expression that the test does not know: {text}");
    text
}

/// Runs every step of the action, whatever became of those before, as their conditions want it.
fn action(repository: &Repository, base: &str) -> (Vec<(String, Option<i32>)>, String, PathBuf) {
    let action = yaml("action.yml");
    let default = |input: &str| action["inputs"][input]["default"].as_str().unwrap().to_owned();
    let (temporary, out) = (repository.at().join(".runner"), repository.at().join(".runner/output"));
    fs::create_dir_all(&temporary).unwrap();
    let inputs = [
        ("inputs.package", "policy"),
        ("inputs.level", &default("level")),
        ("inputs.compare || github.event.pull_request.base.sha", base),
        ("github.action_path", "/nowhere"),
    ];
    let (mut codes, mut said) = (Vec::new(), String::new());
    for step in action["runs"]["steps"].as_sequence().unwrap() {
        assert_eq!(step["shell"], "bash");
        let script = step["run"].as_str().unwrap();
        assert!(
            !script.contains("${{"),
            "what comes from outside comes through the environment, and never into the script"
        );
        let mut variables: Vec<(&str, String)> = vec![
            ("RUNNER_TEMP", temporary.display().to_string()),
            ("GITHUB_OUTPUT", out.display().to_string()),
            ("GITHUB_PATH", temporary.join("path").display().to_string()),
        ];
        for (name, value) in step["env"].as_mapping().into_iter().flatten() {
            variables.push((name.as_str().unwrap(), expanded(value.as_str().unwrap(), &inputs)));
        }
        let done = repository.bash(script, &variables);
        said.push_str(&text(&done.stdout));
        codes.push((step["name"].as_str().unwrap().to_owned(), done.status.code()));
    }
    let outputs = fs::read_to_string(&out).unwrap();
    let sarif = outputs.lines().rev().find_map(|line| line.strip_prefix("sarif=")).unwrap();
    (codes, said, PathBuf::from(sarif))
}

#[test]
fn the_action_annotates_what_is_wrong_and_leaves_a_report() {
    let repository = Repository::new();
    let base = repository.git(&["rev-parse", "HEAD"]);
    let names = ["Install", "Lint", "Format", "Test", "Compare"];
    let (codes, said, _) = action(&repository, &base);
    assert_eq!(codes, names.map(|name| (name.to_owned(), Some(0))), "{said}");
    assert!(!said.contains("::error"), "{said}");

    repository.edit("cost = $1", "cost =  $7");
    repository.commit();
    let (codes, said, report) = action(&repository, &base);
    let expected = [0, 0, 1, 1, 1].map(Some);
    assert_eq!(codes.iter().map(|(_, code)| *code).collect::<Vec<_>>(), expected, "{said}");
    assert!(
        said.contains("::error file=policy/rules/a.provost,line=2,") && said.contains("diff/cost-raised"),
        "{said}"
    );
    let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!(report["version"], "2.1.0");

    // A package that does not check still leaves a report.
    repository.edit("is Model {", "is Nothing {");
    let (codes, said, report) = action(&repository, &base);
    assert_eq!(codes[1], ("Lint".to_owned(), Some(2)), "{said}");
    assert!(said.contains("title=P0202"), "{said}");
    let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!(report["runs"][0]["results"][0]["ruleId"], "P0202");
    assert_eq!(
        report["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "policy/rules/a.provost"
    );

    let workflow = yaml("docs/how-to/ci/github.yml");
    let steps = workflow["jobs"]["provost"]["steps"].as_sequence().unwrap();
    let used = steps.iter().find(|step| step["id"] == "provost").unwrap();
    let inputs = yaml("action.yml");
    for (input, _) in used["with"].as_mapping().unwrap() {
        assert!(inputs["inputs"].get(input).is_some(), "the action has no input {input:?}");
    }
    assert_eq!(steps[0]["with"]["fetch-depth"], 0, "the base has to be there to be compared with");
}

#[test]
fn the_job_of_gitlab_leaves_its_reports_whatever_is_found() {
    let job = &yaml("docs/how-to/ci/gitlab.yml")["provost"];
    let lines =
        |key: &str| job[key].as_sequence().unwrap().iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>();
    let script = [lines("before_script"), lines("script")].concat().join("\n");
    let repository = Repository::new();
    let base = repository.git(&["rev-parse", "HEAD"]);
    let variables = |base: &str| {
        vec![
            ("PACKAGE", job["variables"]["PACKAGE"].as_str().unwrap().to_owned()),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.to_owned()),
        ]
    };
    let clean = repository.bash(&script, &variables(&base));
    assert!(clean.status.success(), "{}{}", text(&clean.stdout), text(&clean.stderr));
    repository.edit("cost = $1", "cost = $2");
    let compared = repository.bash(&script, &variables(&base));
    assert_eq!(compared.status.code(), Some(1), "{}{}", text(&compared.stdout), text(&compared.stderr));
    assert!(text(&compared.stdout).contains("(cost-raised)"));
    let on_a_branch = repository.bash(&script, &variables(""));
    assert!(on_a_branch.status.success(), "{}", text(&on_a_branch.stderr));
    repository.edit("is Model {", "is Nothing {");
    assert_eq!(repository.bash(&script, &variables("")).status.code(), Some(1));
    let reports = &job["artifacts"]["reports"];
    let quality = fs::read_to_string(repository.at().join(reports["codequality"].as_str().unwrap())).unwrap();
    let quality: serde_json::Value = serde_json::from_str(&quality).unwrap();
    assert_eq!(quality[0]["location"]["path"], "policy/rules/a.provost");
    let tests = fs::read_to_string(repository.at().join(reports["junit"].as_str().unwrap())).unwrap();
    assert!(tests.contains("<testsuites"), "{tests}");
}

#[test]
fn the_page_shows_the_files_that_are_tested() {
    let page = fs::read_to_string(root().join("docs/how-to/ci.md")).unwrap();
    for file in ["pre-commit.yml", "github.yml", "gitlab.yml"] {
        let shown = fs::read_to_string(root().join("docs/how-to/ci").join(file)).unwrap();
        assert!(page.contains(&format!("```yaml\n{shown}```\n")), "{file} is shown as it is");
    }
}
