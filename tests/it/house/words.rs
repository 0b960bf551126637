//! Words and calls that may not stand in the source.

use super::{code_lines, files, none};

/// Files outside the shells that may name a `HashMap` all the same, each because it never iterates over it.
const HASH_MAPS: &[&str] = &[];

/// The shells: the only code that touches the world. `wasm` is here because it is a shell of its own package.
const SHELLS: &[&str] = &["src/cli/", "src/store/", "src/serve/", "src/lsp/", "src/wasm/"];

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file does not find itself.
    let later = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!("), concat!("unimplemented", "!(")];
    let mut findings = Vec::new();
    for folder in ["src", "grammar", "contracts", "rules", "tests", "docs"] {
        for source in files(folder, &["rs", "pest", "provost", "toml", "md", "lalrpop"]) {
            for (at, line) in source.text.lines().enumerate() {
                findings.extend(
                    later
                        .iter()
                        .filter(|word| line.contains(**word))
                        .map(|word| format!("{}:{}: {word}", source.path, at + 1)),
                );
            }
        }
    }
    none("work left for later", &findings);
}

#[test]
fn only_the_shells_touch_the_world() {
    let banned = [
        ("std::fs", "files enter through `world::World`"),
        ("std::env", "the environment is read in `cli/`"),
        ("std::net", "only the shells speak with others"),
        ("std::process", "a failure is a value"),
        ("SystemTime", "the time is an input"),
        ("std::time::Instant", "the time is an input"),
        ("println!", "results are returned; the shells print them"),
        ("eprintln!", "diagnostics are returned; the shells print them"),
        ("std::thread", "nothing left of the shells runs beside another"),
    ];
    let mut findings = Vec::new();
    for source in files("src", &["rs"]) {
        if SHELLS.iter().any(|shell| source.path.starts_with(shell)) || source.path.starts_with("src/verifier/") {
            continue;
        }
        // The program's first lines hand the exit code of the shell to the system.
        let is_main = source.path == "src/main.rs";
        for (line, code) in code_lines(&source.text) {
            for (word, reason) in banned.iter().filter(|(word, _)| code.contains(word)) {
                if !(is_main && *word == "std::process") {
                    findings.push(format!("{}:{line}: `{word}`: {reason}", source.path));
                }
            }
        }
    }
    none("code left of the shells that touches the world", &findings);
}

#[test]
fn nothing_depends_on_the_order_of_a_hash() {
    let mut findings = Vec::new();
    for source in files("src", &["rs"]) {
        for (line, code) in code_lines(&source.text) {
            let named = code.contains("HashMap") || code.contains("HashSet");
            if named && !HASH_MAPS.contains(&source.path.as_str()) {
                findings.push(format!("{}:{line}", source.path));
            }
        }
    }
    none("hash maps and sets, whose order differs between runs", &findings);
}

#[test]
fn folders_say_what_they_hold() {
    const VAGUE: &[&str] = &["utils", "util", "common", "helpers", "helper", "manager", "misc", "v2"];
    let mut findings = Vec::new();
    for source in files("src", &["rs"]) {
        if source.path.split(['/', '.']).any(|part| VAGUE.contains(&part)) {
            findings.push(format!("{}: a name that says nothing", source.path));
        }
        if !source.text.trim_start().starts_with("//!") {
            findings.push(format!("{}: no module documentation at its head", source.path));
        }
    }
    none("files that do not say what they are", &findings);
}
