//! What may stand in the root.

use std::fs;

use super::{none, root};

const ALLOWED: &[&str] = &[
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "action.yml",
    "benches",
    "contracts",
    "docs",
    "grammar",
    "justfile",
    "provost.toml",
    "rules",
    "rustfmt.toml",
    "schema",
    "src",
    "target",
    "tests",
];

#[test]
fn the_root_holds_no_litter() {
    let mut findings: Vec<String> = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.') && !ALLOWED.contains(&name.as_str()))
        .collect();
    findings.sort();
    none("names in the root that have no place there", &findings);
}
