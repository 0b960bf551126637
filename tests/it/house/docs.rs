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
