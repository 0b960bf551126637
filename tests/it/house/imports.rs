//! Who may name whom.

use super::{code_lines, files, none};

/// Each folder of `src/` with the folders that it may name: the table in the architecture page. A folder may always name
/// itself, and a folder that is not here may not exist.
const MAY_NAME: &[(&str, &str)] = &[
    ("base", ""),
    ("diag", "base"),
    ("world", "base"),
    ("data", "base diag"),
    ("syntax", "base diag"),
    ("value", "base"),
    ("ir", "base value"),
    ("graph", "base"),
    ("resolve", "base diag world data syntax"),
    ("facts", "base diag data value ir"),
    ("check", "base diag value graph syntax resolve ir facts"),
    ("plan", "base value ir graph"),
    ("eval", "base value ir facts plan"),
    ("route", "base value ir facts plan eval"),
    ("proof", "base value ir facts plan eval route"),
    ("stored", "base value ir facts"),
    ("explain", "base value ir facts plan eval route proof"),
    ("draw", "base value ir route explain"),
    ("identity", "base data ir value facts"),
    ("registry", "base"),
    ("store", "base registry world"),
    ("package", STAGES),
    ("select", "base diag world data value ir facts plan route package"),
    ("enforce", "base value ir facts plan eval"),
    ("suite", TESTED),
    ("journal", "base diag data value ir facts plan eval route"),
    ("dryrun", "base diag data facts route"),
    ("solve", "base diag value ir"),
    ("mission", "base diag world data value ir facts plan eval route"),
    ("diff", "base diag syntax value ir explain package"),
    ("site", "base syntax value ir explain draw package"),
    ("fmt", "base syntax"),
    ("lint", LINTED),
    ("translate", "base diag value ir facts explain suite fmt lint"),
    ("ide", STAGES),
    ("serve", TOOLS),
    ("lsp", TOOLS),
    // The command line starts the other shells; nothing names the command line but the program itself.
    (
        "cli",
        "base diag world data value syntax graph resolve ir check facts plan eval route proof stored solve explain mission identity draw package fmt lint suite journal diff site dryrun enforce select translate registry store ide serve lsp",
    ),
    ("main", "cli"),
];
const STAGES: &str = "base diag world data value syntax graph resolve ir check facts plan eval route proof stored solve explain mission identity registry";
const TESTED: &str = "base diag world data value syntax graph resolve ir check facts plan eval route proof stored solve explain mission identity registry enforce";
const LINTED: &str = "base diag world data value syntax graph resolve ir check facts plan eval route proof stored solve explain identity package fmt suite";
const TOOLS: &str = "base diag world data value syntax graph resolve ir check facts plan eval route proof stored solve explain mission identity draw package fmt lint suite ide";

/// Crates that are the business of few folders, so that they can be replaced.
const CRATES: &[(&str, &str)] = &[
    ("petgraph", "graph"),
    ("rust_sugiyama", "draw"),
    ("miette", "diag"),
    ("textwrap", "diag"),
    ("pest", "syntax"),
    ("pest_derive", "syntax"),
    ("clap", "cli"),
    ("clap_complete", "cli"),
    ("clap_mangen", "cli"),
    ("rust_sugiyama", "draw"),
    ("walkdir", "cli"),
    ("ed25519_compact", "journal identity"),
    ("ring", "identity"),
    ("getrandom", "cli"),
    ("redb", "store"),
];

/// Folders with their own package: to them, `crate` is themselves.
const OWN_PACKAGES: &[&str] = &["verifier", "wasm"];

#[test]
fn folders_name_only_what_stands_left_of_them() {
    let mut findings = Vec::new();
    for source in files("src", &["rs"]) {
        let folder = folder(&source.path);
        if folder == "lib" || OWN_PACKAGES.contains(&folder) {
            continue;
        }
        let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| *name == folder) else {
            findings.push(format!("{}: the folder `{folder}` has no row in the table", source.path));
            continue;
        };
        for (line, named) in named_folders(&source.path, &source.text) {
            let known = MAY_NAME.iter().any(|(name, _)| *name == named);
            if known && named != folder && !allowed.split(' ').any(|other| other == named) {
                findings.push(format!("{}:{line}: `{folder}` may not name `{named}`", source.path));
            }
        }
    }
    none("imports that run against the order of the house", &findings);
}

#[test]
fn crates_are_named_only_where_they_belong() {
    let mut findings = Vec::new();
    for source in files("src", &["rs"]) {
        let folder = folder(&source.path);
        for (line, code) in code_lines(&source.text) {
            for (name, owners) in CRATES {
                let named = idents_after(code, &format!("use {name}::")).next().is_some()
                    || code.contains(&format!("({name}::"))
                    || code.contains(&format!(" {name}::"));
                if named && !owners.split(' ').any(|owner| owner == folder) {
                    findings.push(format!("{}:{line}: `{name}` belongs to `{owners}`", source.path));
                }
            }
        }
    }
    none("crates outside their folder", &findings);
}

#[test]
fn the_verifier_names_nothing_of_ours() {
    let findings: Vec<String> = files("src/verifier", &["rs", "toml"])
        .iter()
        .flat_map(|source| {
            code_lines(&source.text)
                .filter(|(_, code)| code.contains("provost::") || code.contains("path = \".."))
                .map(|(line, _)| format!("{}:{line}", source.path))
                .collect::<Vec<_>>()
        })
        .collect();
    none("names of ours in the verifier", &findings);
}

/// `src/check/types.rs` is of `check`, `src/world.rs` of `world`.
fn folder(path: &str) -> &str {
    let below = path.strip_prefix("src/").unwrap_or(path);
    let end = below.find(['/', '.']).unwrap_or(below.len());
    &below[..end]
}

/// The names that follow `crate::`, `provost::` or a chain of `super::` that leaves the folder, with their lines.
fn named_folders(path: &str, text: &str) -> Vec<(usize, String)> {
    let steps = path.split('/').count().saturating_sub(2);
    let depth = if path.ends_with("/mod.rs") { steps } else { steps + 1 };
    let chain = "super::".repeat(depth.max(1));
    let mut found = Vec::new();
    let blanked: Vec<String> = blank_comments(text);
    for (at, line) in blanked.iter().enumerate() {
        for root in ["crate::", "provost::", &chain] {
            for rest in after(line, root) {
                // A brace may run over several lines, so what follows is read on from here.
                let more: String = blanked[at + 1..].iter().take(40).flat_map(|line| [" ", line.as_str()]).collect();
                found.extend(first_names(&format!("{rest}{more}")).into_iter().map(|name| (at + 1, name)));
            }
        }
    }
    found
}

fn blank_comments(text: &str) -> Vec<String> {
    text.lines().map(|line| line.split("//").next().unwrap_or("").to_owned()).collect()
}

fn after<'a>(line: &'a str, root: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(root)
        .filter(|(at, _)| !line[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        .map(|(at, _)| &line[at + root.len()..])
}

fn idents_after<'a>(line: &'a str, root: &'a str) -> impl Iterator<Item = &'a str> {
    after(line, root)
}

/// The first name of a path, or of each path in braces: `{base::{Span, Name}, diag}` gives `base` and `diag`.
fn first_names(rest: &str) -> Vec<String> {
    let ident = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let Some(list) = rest.strip_prefix('{') else { return vec![ident(rest)] };
    let mut depth = 1;
    let mut names = vec![ident(list.trim_start())];
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(ident(list[at + 1..].trim_start())),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

#[test]
fn the_scan_sees_every_way_to_name_a_folder() {
    let names = |path: &str, text: &str| -> Vec<String> {
        named_folders(path, text).into_iter().map(|(_, name)| name).filter(|name| !name.is_empty()).collect()
    };
    assert_eq!(names("src/ir/mod.rs", "use crate::{base::{Span, Name},\n    diag};"), ["base", "diag"]);
    assert_eq!(names("src/ir/mod.rs", "let x = super::eval::run();"), ["eval"]);
    assert_eq!(names("src/ir/a/b.rs", "use super::super::super::eval;"), ["eval"]);
    assert_eq!(names("src/ir/a.rs", "use super::eval; // crate::route"), Vec::<String>::new());
    assert_eq!(names("src/main.rs", "provost::cli::main()"), ["cli"]);
}
