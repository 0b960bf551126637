//! Lints, their files, pages and cases agree; and a new one is made by one command.

use std::collections::BTreeSet;
use std::fs;

use provost::lint::{LINTS, Level};

use super::{files, none, root};

const TABLE: &str = "src/lint/lints/mod.rs";

fn names() -> BTreeSet<String> {
    LINTS.iter().map(|lint| lint.code.id.to_owned()).collect()
}

/// The names of the files of a folder, without their ends and with hyphens.
fn stems(folder: &str, extension: &str, but: &str) -> BTreeSet<String> {
    let stem = |path: &str| path.rsplit('/').next().unwrap().split('.').next().unwrap().replace('_', "-");
    files(folder, &[extension]).iter().map(|source| stem(&source.path)).filter(|stem| stem != but).collect()
}

#[test]
fn every_lint_has_a_file_a_page_and_cases_and_the_other_way_round() {
    let names = names();
    assert_eq!(names.len(), LINTS.len(), "a name stands twice in {TABLE}");
    let mut findings = Vec::new();
    let mut compare = |what: &str, found: BTreeSet<String>| {
        findings.extend(names.difference(&found).map(|name| format!("`{name}` has no {what}")));
        findings.extend(found.difference(&names).map(|name| format!("the {what} `{name}` has no lint")));
    };
    compare("file", stems("src/lint/lints", "rs", "mod"));
    compare("page", stems("docs/reference/lints", "md", "index"));
    // What a file outside of the house's control decides can only be shown where that file is.
    compare("case", crate::cases::expected_lints().into_iter().filter(|name| !name.starts_with('P')).collect());
    none("lints, files, pages and cases that do not agree", &findings);
}

#[test]
fn what_a_lint_declares_is_what_its_page_says() {
    let mut findings = Vec::new();
    for lint in LINTS {
        let name = lint.code.id;
        let says = |text: &str| lint.page.contains(text);
        let head = format!("# {name}\n");
        if !lint.page.starts_with(&head) {
            findings.push(format!("{name}: the page does not begin with `# {name}`"));
        }
        if !says(&format!("Group {}, `{}` by default", lint.group.word(), lint.level.word())) {
            findings.push(format!(
                "{name}: the page does not say `Group {}, `{}` by default`",
                lint.group.word(),
                lint.level.word()
            ));
        }
        if !says(&format!("fails={name}")) {
            findings.push(format!("{name}: the page has no example that fails"));
        }
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !name.chars().all(kebab) {
            findings.push(format!("{name}: not kebab-case"));
        }
        let may_fail = ["correctness", "security"].contains(&lint.group.word());
        if lint.level == Level::Deny && !may_fail {
            findings.push(format!("{name}: only correctness and security fail a build by default"));
        }
        for setting in lint.settings.iter().filter(|setting| !says(&format!("`{}`", setting.name))) {
            findings.push(format!("{name}: the page does not explain `{}`", setting.name));
        }
    }
    none("pages of lints that do not say what the lint declares", &findings);
}

/// `just new-lint NAME` sets the variable; without it there is nothing to make.
#[test]
fn a_new_lint_is_made_by_one_command() {
    let Ok(name) = std::env::var("NEW_LINT") else {
        let made = made("odd-name");
        assert!(made.iter().any(|(path, _)| path == "src/lint/lints/odd_name.rs"));
        assert!(made.iter().any(|(path, text)| path == TABLE && text.contains("    odd_name,\n")));
        return;
    };
    assert!(!names().contains(&name), "there is a lint `{name}` already");
    for (path, text) in made(&name) {
        let path = root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Every file that a new lint needs, with its text; the tests fail until each says something.
fn made(name: &str) -> Vec<(String, String)> {
    let module = name.replace('-', "_");
    let template = |file: &str| {
        let path = root().join("tests/it/house/new_lint").join(file);
        fs::read_to_string(path).unwrap().replace("odd-name", name).replace("odd_name", &module)
    };
    let table = fs::read_to_string(root().join(TABLE)).unwrap();
    let (head, rows) = table.split_once("lints! {\n").unwrap();
    let mut rows: BTreeSet<String> = rows.lines().filter(|row| row.ends_with(',')).map(str::to_owned).collect();
    rows.insert(format!("    {module},"));
    let rows: Vec<String> = rows.into_iter().collect();
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let page = |name: &str| format!("  - [{name}](reference/lints/{name}.md)\n");
    let next = names().into_iter().find(|other| other.as_str() > name);
    let summary = match next.map(|next| page(&next)).filter(|next| summary.contains(next)) {
        Some(next) => summary.replace(&next, &format!("{}{next}", page(name))),
        None => summary.replace("- [Words](glossary.md)\n", &format!("{}- [Words](glossary.md)\n", page(name))),
    };
    vec![
        (format!("src/lint/lints/{module}.rs"), template("lint.rs.txt")),
        (format!("docs/reference/lints/{name}.md"), template("page.txt")),
        (format!("tests/cases/lint/{name}-fires/lints"), format!("{name}\n")),
        (format!("tests/cases/lint/{name}-fires/a.provost"), template("case.txt")),
        (TABLE.to_owned(), format!("{head}lints! {{\n{}\n}}\n", rows.join("\n"))),
        ("docs/SUMMARY.md".to_owned(), summary),
    ]
}

#[test]
fn the_shipped_packs_are_clean() {
    let shell = |package: &str| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_provost"))
            .current_dir(root())
            .args(["lint", "--now", "2026-11-21T00:00:00Z", "--package", package])
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for package in
        ["contracts/caio", "contracts/models", "rules/caio", "rules/governance", "rules/layers", "rules/missions"]
    {
        assert_eq!(shell(package), (Some(0), String::new()), "{package}");
    }
}
