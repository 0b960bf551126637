//! The book: what it lists exists, and what exists is listed.

use std::collections::BTreeSet;

use super::{files, none};

#[test]
fn the_summary_and_the_pages_agree() {
    let pages = files("docs", &["md"]);
    let Some(summary) = pages.iter().find(|page| page.path == "docs/SUMMARY.md") else { return };
    let listed: BTreeSet<String> = summary
        .text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(|link| format!("docs/{}", link.trim_start_matches("./")))
        .collect();
    let written: BTreeSet<String> =
        pages.iter().map(|page| page.path.clone()).filter(|path| path != "docs/SUMMARY.md").collect();
    let mut findings: Vec<String> = listed.difference(&written).map(|page| format!("{page} does not exist")).collect();
    findings.extend(written.difference(&listed).map(|page| format!("{page} is not listed")));
    none("pages and summary that do not agree", &findings);
}

/// The command stands in the page; `INSTA_UPDATE=always` draws the picture anew.
#[test]
fn the_picture_in_the_book_is_what_the_program_draws() {
    let folder = "rules/governance/requests";
    let (request, signals) = (format!("{folder}/confidential.json"), format!("{folder}/signals.json"));
    let drawn = std::process::Command::new(env!("CARGO_BIN_EXE_provost"))
        .current_dir(super::root())
        .args(["graph", "funnel", "work", "--request", &request, "--signals", &signals])
        .args(["--now", "2026-11-21T00:00:00Z"])
        .output()
        .unwrap();
    let path = super::root().join("docs/how-to/pictures/funnel.svg");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, &drawn.stdout).unwrap();
    }
    assert!(std::fs::read(&path).unwrap() == drawn.stdout, "docs/how-to/pictures/funnel.svg is out of date");
}
