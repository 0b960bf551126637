//! How long things may be.

use super::{Source, files, none};

const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 70;

fn rust_files() -> Vec<Source> {
    ["src", "tests", "benches"].iter().flat_map(|folder| files(folder, &["rs"])).collect()
}

#[test]
fn files_fit_in_a_few_screens() {
    let lines = |source: &Source| (source.path.clone(), source.text.lines().count());
    let long = rust_files().iter().map(lines).filter(|(_, lines)| *lines > FILE_LINES).collect::<Vec<_>>();
    let findings: Vec<String> = long.iter().map(|(path, lines)| format!("{path}: {lines} lines")).collect();
    none("files of more than 500 lines", &findings);
}

#[test]
fn functions_fit_on_a_screen() {
    let mut findings = Vec::new();
    for source in rust_files() {
        let lines: Vec<&str> = source.text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            if begins_function(line) && length(&lines[at..]) > FUNCTION_LINES {
                findings.push(format!("{}:{}: {} lines", source.path, at + 1, length(&lines[at..])));
            }
        }
    }
    none("functions of more than 70 lines", &findings);
}

fn begins_function(line: &str) -> bool {
    let mut words = line.split_whitespace().skip_while(|word| {
        matches!(*word, "pub" | "const" | "async" | "unsafe" | "extern" | "\"C\"") || word.starts_with("pub(")
    });
    words.next() == Some("fn")
}

/// Lines from a function's first to its closing brace, as rustfmt sets them: the brace stands under the first line.
fn length(lines: &[&str]) -> usize {
    let first = lines[0];
    if first.ends_with('}') || first.ends_with(';') {
        return 1;
    }
    let indent = &first[..first.len() - first.trim_start().len()];
    let closes = |line: &&str| {
        let rest = line.strip_prefix(indent).unwrap_or("");
        rest == "}" || (rest.starts_with(')') && (rest.ends_with(';') || rest.ends_with('}')))
    };
    lines.iter().skip(1).position(closes).map_or(lines.len(), |found| found + 2)
}

#[test]
fn a_function_is_measured_from_its_name_to_its_brace() {
    let text = "    pub(crate) fn a(\n        x: u8,\n    ) -> u8 {\n        if x {\n        }\n    }\n    fn b() {}";
    let lines: Vec<&str> = text.lines().collect();
    assert!(begins_function(lines[0]) && begins_function(lines[6]) && !begins_function(lines[3]));
    assert_eq!(length(&lines), 6);
    assert_eq!(length(&lines[6..]), 1);
}
