//! Diagnostic codes, their pages and their cases agree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::{files, none, root};

/// Every code that a `codes.rs` declares, with each place that declares it.
fn declared() -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in files("src", &["rs"]) {
        if source.path.ends_with("/codes.rs") || source.path.contains("/codes/") {
            for (at, line) in source.text.lines().enumerate() {
                for code in quoted_codes(line) {
                    found.entry(code).or_default().push(format!("{}:{}", source.path, at + 1));
                }
            }
        }
    }
    found
}

/// `"P0201"` in a line of Rust, without its quotes.
fn quoted_codes(line: &str) -> impl Iterator<Item = String> + '_ {
    line.split('"').skip(1).step_by(2).filter(|text| is_code(text)).map(str::to_owned)
}

fn is_code(text: &str) -> bool {
    text.len() == 5 && text.starts_with('P') && text[1..].bytes().all(|digit| digit.is_ascii_digit())
}

#[test]
fn every_code_is_declared_once() {
    let findings: Vec<String> = declared()
        .into_iter()
        .filter(|(_, places)| places.len() > 1)
        .map(|(code, places)| format!("{code}: {}", places.join(", ")))
        .collect();
    none("codes that are declared more than once", &findings);
}

#[test]
fn codes_are_declared_in_their_stage_and_nowhere_else() {
    let mut findings = Vec::new();
    for source in files("src", &["rs"]) {
        let tests_begin = source.text.find("#[cfg(test)]").unwrap_or(source.text.len());
        let declares = source.text[..tests_begin].contains(": Code = Code {");
        if declares && !source.path.ends_with("/codes.rs") && !source.path.contains("/codes/") {
            findings.push(source.path);
        }
    }
    none("codes declared outside a `codes.rs`", &findings);
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let codes: BTreeSet<String> = declared().into_keys().collect();
    let pages: BTreeSet<String> = fs::read_dir(root().join("docs/reference/diagnostics"))
        .map(|entries| entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>())
        .unwrap_or_default()
        .iter()
        .filter_map(|path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()))
        .filter(|stem| is_code(stem))
        .collect();
    let mut findings: Vec<String> = codes.difference(&pages).map(|code| format!("{code} has no page")).collect();
    findings.extend(pages.difference(&codes).map(|code| format!("docs/reference/diagnostics/{code}.md has no code")));
    none("codes and pages that do not agree", &findings);
}

/// Codes that no folder of small files can provoke, each with where it is proved instead.
const WITHOUT_CASE: &[(&str, &str)] = &[
    ("P0111", "tests/it/limits.rs: the file would be large"),
    ("P0211", "tests/it/limits.rs: the files would be many"),
    ("P0420", "the invariants of services are judged by the evaluator"),
    ("P0540", "src/facts/: `--set` belongs to the command line"),
];

#[test]
fn every_code_has_a_case() {
    let expected = crate::cases::expected_codes();
    let codes: BTreeSet<String> = declared().into_keys().collect();
    let elsewhere = |code: &String| WITHOUT_CASE.iter().any(|(without, _)| without == code);
    let lacking = codes.difference(&expected).filter(|code| !elsewhere(code));
    let mut findings: Vec<String> = lacking.map(|code| format!("{code} has no case")).collect();
    findings.extend(expected.difference(&codes).map(|code| format!("{code} is expected but not declared")));
    none("codes and cases that do not agree", &findings);
}
