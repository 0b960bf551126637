//! Diagnostics as one JSON document, `provost.diagnostics/1`.
//!
//! Lines and columns count from 1, columns count characters, and an end is one past the last character. The place of a
//! diagnostic that belongs to no file is all `null`.

use serde::Serialize;

use super::Findings;
use crate::base::{Sources, Span};
use crate::diag::{Diagnostic, Fix, Severity};

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    diagnostics: Vec<Entry<'a>>,
    errors: usize,
    warnings: usize,
    notes: usize,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    title: &'a str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    label: &'a str,
    related: Vec<Noted<'a>>,
    help: Option<&'a str>,
    fixes: Vec<Repair<'a>>,
}

#[derive(Default, Serialize)]
struct Place<'a> {
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
}

/// A place with a text: what is there, or what shall be there.
#[derive(Serialize)]
struct Noted<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Repair<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<Noted<'a>>,
}

/// The diagnostics as one JSON document, ending in a line feed.
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    json_of(&[Findings { diagnostics, sources }])
}

/// What was found in several packages as one JSON document: that of the first, then that of the next.
pub fn json_of(all: &[Findings]) -> String {
    let distinct: Vec<(&Diagnostic, &Sources)> = all.iter().flat_map(Findings::distinct).collect();
    let count = |severity: Severity| distinct.iter().filter(|(found, _)| found.severity == severity).count();
    let document = Document {
        schema: "provost.diagnostics/1",
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        notes: count(Severity::Note),
        diagnostics: distinct.iter().map(|(found, sources)| entry(found, sources)).collect(),
    };
    // Strings, numbers and lists with string keys always have a JSON form, so there is no failure to report.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn entry<'a>(found: &'a Diagnostic, sources: &'a Sources) -> Entry<'a> {
    Entry {
        code: found.code.id,
        title: found.code.title,
        severity: found.severity.word(),
        message: &found.message,
        place: place(found.span, sources),
        label: &found.label,
        related: found
            .related
            .iter()
            .map(|label| Noted { place: place(label.span, sources), text: &label.text })
            .collect(),
        help: found.help.as_deref(),
        fixes: found.fixes.iter().map(|fix| repair(fix, sources)).collect(),
    }
}

fn repair<'a>(fix: &'a Fix, sources: &'a Sources) -> Repair<'a> {
    let edits = fix.edits.iter().map(|(span, text)| Noted { place: place(*span, sources), text }).collect();
    Repair { title: &fix.title, safe: fix.safe, edits }
}

fn place(span: Span, sources: &Sources) -> Place<'_> {
    let Some(file) = sources.get(span.file) else { return Place::default() };
    let (line, column) = file.position(span.start);
    let (end_line, end_column) = file.position(span.end);
    Place {
        file: Some(&file.name),
        line: Some(line),
        column: Some(column),
        end_line: Some(end_line),
        end_column: Some(end_column),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::FileId;
    use crate::diag::Code;

    static CODE: Code = Code { id: "P9001", title: "unknown name" };

    #[test]
    fn a_document_holds_places_labels_help_fixes_and_counts() {
        let mut sources = Sources::default();
        let file = sources.add("rules/a.provost", "let ä = latnecy\n");
        let other = sources.add("contracts/m.provost", "latency: duration\n");
        let found = Diagnostic::error(&CODE, Span::new(file, 9, 16), "`latnecy` is not known")
            .label("not declared")
            .related(Span::new(other, 0, 7), "a near name")
            .suggest(Span::new(file, 9, 16), Some("latency"));
        let nowhere = Diagnostic::warning(&CODE, Span::new(FileId(9), 0, 0), "no package");
        insta::assert_snapshot!(json(&[found.clone(), nowhere, found], &sources));
    }
}
