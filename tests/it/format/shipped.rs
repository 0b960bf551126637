//! What is shipped is formatted: the packs, the templates, the preludes, and what the documentation shows.
//!
//! `INSTA_UPDATE=always` brings what is not into its form, and then the difference is to be read.

use std::fs;

use provost::fmt;

use super::corpus::{blocks, pages};
use crate::house::{files, none, root};

fn bless() -> bool {
    std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always")
}

#[test]
fn the_packs_the_templates_and_the_preludes_are_formatted() {
    let mut findings = Vec::new();
    let mut seen = 0;
    for folder in ["rules", "contracts", "docs", "src"] {
        for source in files(folder, &["provost"]) {
            seen += 1;
            let formatted = fmt::format(&source.text);
            assert!(formatted.left.is_empty(), "{}", source.path);
            if formatted.edits.is_empty() {
                continue;
            }
            if bless() {
                fs::write(root().join(&source.path), formatted.text).unwrap();
            } else {
                findings.push(fmt::unified::unified(&source.path, &source.text, &formatted.edits));
            }
        }
    }
    assert!(seen > 8);
    none("shipped files that are not formatted", &findings);
}

#[test]
fn what_the_documentation_shows_is_formatted() {
    let mut findings = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(root().join(&page)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let mut out: Vec<String> = Vec::new();
        let mut at = 0;
        for block in blocks(&text) {
            out.extend(lines[at..block.first].iter().map(|line| (*line).to_owned()));
            at = block.last;
            let shown: String = lines[block.first..block.last].iter().map(|line| format!("{line}\n")).collect();
            // What fails may fail by how it looks, and conditions are no items.
            let judged = !["fails", "conditions", "unformatted"]
                .iter()
                .any(|mark| block.marks.split(' ').any(|word| word.split('=').next() == Some(mark)));
            let formatted = fmt::format(&shown);
            if judged && !formatted.edits.is_empty() && formatted.left.is_empty() {
                findings.push(fmt::unified::unified(&format!("{page}:{}", block.first), &shown, &formatted.edits));
                out.extend(formatted.text.lines().map(str::to_owned));
            } else {
                out.extend(lines[block.first..block.last].iter().map(|line| (*line).to_owned()));
            }
        }
        out.extend(lines[at..].iter().map(|line| (*line).to_owned()));
        if bless() {
            fs::write(root().join(&page), out.join("\n") + "\n").unwrap();
        }
    }
    if !bless() {
        none("blocks of the documentation that are not formatted", &findings);
    }
}
