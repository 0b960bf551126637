//! Diagnostics as the code quality report that GitLab shows on a merge request.

use serde::Serialize;

use super::Findings;
use crate::diag::{Diagnostic, Severity, fingerprint};

#[derive(Serialize)]
struct Entry<'a> {
    description: &'a str,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// One list of everything that was found. A finding of no file stands at the manifest, since GitLab leaves out what has no path.
pub fn gitlab(all: &[Findings]) -> String {
    let distinct: Vec<_> = all.iter().flat_map(Findings::distinct).collect();
    let prints = fingerprint::fingerprints(distinct.iter().copied());
    let entries: Vec<Entry> = distinct
        .iter()
        .zip(prints)
        .map(|((found, sources), fingerprint)| {
            let file = sources.get(found.span.file);
            let lines =
                file.map_or((1, 1), |file| (file.position(found.span.start).0, file.position(found.span.end).0));
            Entry {
                description: &found.message,
                check_name: found.code.id,
                fingerprint,
                severity: severity(found),
                location: Location {
                    path: file.map_or("provost.toml", |file| &*file.name),
                    lines: Lines { begin: lines.0, end: lines.1 },
                },
            }
        })
        .collect();
    // Strings, numbers and lists with string keys always have a JSON form, so there is no failure to report.
    let mut text = serde_json::to_string_pretty(&entries).unwrap_or_default();
    text.push('\n');
    text
}

fn severity(found: &Diagnostic) -> &'static str {
    match found.severity {
        Severity::Error => "critical",
        Severity::Warning => "minor",
        Severity::Note => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Sources, Span};
    use crate::diag::Code;

    static CODE: Code = Code { id: "P9001", title: "unknown name" };

    #[test]
    fn an_entry_has_all_that_gitlab_asks_for_and_keeps_its_fingerprint_when_lines_come_before_it() {
        let report = |text: &str| -> serde_json::Value {
            let mut sources = Sources::default();
            let file = sources.add("rules/a.provost", text);
            let at = text.find("latnecy").unwrap();
            let found = [Diagnostic::error(&CODE, Span::new(file, at, at + 7), "`latnecy` is not known")];
            serde_json::from_str(&gitlab(&[Findings { diagnostics: &found, sources: &sources }])).unwrap()
        };
        let (before, after) = (report("latnecy"), report("// one\n\n  latnecy"));
        assert_eq!(before[0]["fingerprint"], after[0]["fingerprint"]);
        assert_eq!(after[0]["location"]["lines"], serde_json::json!({ "begin": 3, "end": 3 }));
        assert_eq!(after[0]["location"]["path"], "rules/a.provost");
        assert_eq!(after[0]["severity"], "critical");
        assert_eq!(after[0]["check_name"], "P9001");
        assert_eq!(gitlab(&[]), "[]\n");
    }
}
