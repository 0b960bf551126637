//! Which crates may come in, and under which licences.

use std::collections::BTreeSet;
use std::process::Command;

use super::{none, root};

/// Licences under which a crate may come in.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates that may not come in, each with the reason.
const DENIED: &[(&str, &str)] = &[
    ("serde_yml", "unsound and abandoned; `serde_norway` is maintained"),
    ("serde_yaml", "archived; `serde_norway` is maintained"),
    ("openssl-sys", "needs a C library of the machine"),
    ("native-tls", "needs a C library of the machine"),
    ("chrono", "reads the clock; dates are in `base/calendar`"),
    ("rand", "nothing is sampled"),
    ("reqwest", "the engine opens no connection"),
];

/// Every crate that is compiled for this machine into the program: name, version and licence.
fn crates(edges: &str) -> BTreeSet<(String, String, String)> {
    let arguments = ["tree", "--offline", "--locked", "--prefix", "none", "--format", "{p}|{l}", "--edges", edges];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| {
            let (package, licence) = line.trim_end_matches(" (*)").split_once('|')?;
            let mut words = package.split(' ');
            Some((words.next()?.to_owned(), words.next().unwrap_or("").to_owned(), licence.to_owned()))
        })
        .collect()
}

#[test]
fn every_crate_has_a_licence_that_we_may_use() {
    let findings: Vec<String> = crates("normal,build,dev")
        .into_iter()
        .filter(|(_, _, licence)| !is_allowed(licence))
        .map(|(name, version, licence)| format!("{name} {version}: `{licence}`"))
        .collect();
    none("crates under other licences", &findings);
}

#[test]
fn no_denied_crate_comes_in() {
    // What only tests use does not reach anybody, so a property test may sample.
    let findings: Vec<String> = crates("normal,build")
        .into_iter()
        .filter_map(|(name, version, _)| {
            let (_, reason) = DENIED.iter().find(|(denied, _)| *denied == name)?;
            Some(format!("{name} {version}: {reason}"))
        })
        .collect();
    none("crates that may not come in", &findings);
}

/// Reads an SPDX expression; the older `MIT/Apache-2.0` means a choice.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let allowed = choice(&words, &mut at);
    allowed && at == words.len()
}

/// One of several.
fn choice(words: &[&str], at: &mut usize) -> bool {
    let mut allowed = all(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        allowed |= all(words, at);
    }
    allowed
}

/// All of several, which binds tighter.
fn all(words: &[&str], at: &mut usize) -> bool {
    let mut allowed = single(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        allowed &= single(words, at);
    }
    allowed
}

fn single(words: &[&str], at: &mut usize) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let allowed = choice(words, at);
        *at += 1;
        return allowed;
    }
    let mut licence = (*word).to_owned();
    if let (Some(&"WITH"), Some(exception)) = (words.get(*at), words.get(*at + 1)) {
        licence = format!("{licence} WITH {exception}");
        *at += 2;
    }
    LICENCES.contains(&licence.as_str())
}

#[test]
fn licence_expressions_are_read() {
    assert!(is_allowed("(MIT OR GPL-3.0) AND Unicode-3.0"));
    assert!(is_allowed("Apache-2.0 WITH LLVM-exception OR GPL-3.0"));
    assert!(is_allowed("Unlicense/MIT"));
    assert!(!is_allowed("MIT AND GPL-3.0"));
    assert!(!is_allowed("GPL-3.0"));
    assert!(!is_allowed(""));
}
