//! Diagnostics as SARIF 2.1.0, the format of results of static analysis that code hosts and editors read.
//!
//! Paths are relative to the folder in which the run began, which SARIF calls `%SRCROOT%` by custom. Columns count characters, and the run says so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{Findings, Rule, address};
use crate::base::{FileId, SourceFile, Sources, Span};
use crate::diag::{Code, Diagnostic, Fix, Severity, fingerprint};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// What was found as one run, with all rules that are given, and the codes of all findings.
pub fn sarif(all: &[Findings], rules: &[Rule]) -> String {
    let distinct: Vec<(&Diagnostic, &Sources)> = all.iter().flat_map(Findings::distinct).collect();
    let mut descriptors: BTreeMap<&str, Json> = rules.iter().map(|r| (r.code.id, described(r))).collect();
    for (found, _) in &distinct {
        descriptors.entry(found.code.id).or_insert_with(|| bare(found.code));
    }
    let ids: Vec<&str> = descriptors.keys().copied().collect();
    let prints = fingerprint::fingerprints(distinct.iter().copied());
    let results: Vec<Json> = distinct
        .iter()
        .zip(prints)
        .map(|((found, sources), print)| {
            let index = ids.binary_search(&found.code.id).unwrap_or_default();
            result(found, sources, index, &print)
        })
        .collect();
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "provost",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": super::BOOK,
                "rules": descriptors.into_values().collect::<Vec<_>>(),
            } },
            "originalUriBaseIds": {
                "%SRCROOT%": { "description": { "text": "The folder in which the run began." } },
            },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

/// A code of which nothing else is known.
fn bare(code: &Code) -> Json {
    json!({ "id": code.id, "shortDescription": { "text": code.title }, "helpUri": address(code.id) })
}

fn described(rule: &Rule) -> Json {
    json!({
        "id": rule.code.id,
        "shortDescription": { "text": rule.code.title },
        "help": { "text": rule.page, "markdown": rule.page },
        "helpUri": address(rule.code.id),
        "defaultConfiguration": { "level": rule.severity.word() },
        "properties": { "tags": [rule.group] },
    })
}

fn result(found: &Diagnostic, sources: &Sources, index: usize, print: &str) -> Json {
    let mut text = found.message.clone();
    if let Some(help) = &found.help {
        text.push_str(&format!("\nhelp: {help}"));
    }
    let mut result = json!({
        "ruleId": found.code.id,
        "ruleIndex": index,
        "level": match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        "message": { "text": text },
        "locations": location(found.span, &found.label, sources).into_iter().collect::<Vec<_>>(),
        "partialFingerprints": { "provostFinding/v1": print },
    });
    let Json::Object(entries) = &mut result else { return result };
    let related: Vec<Json> = found
        .related
        .iter()
        .enumerate()
        .filter_map(|(id, label)| {
            let mut location = location(label.span, &label.text, sources)?;
            location.as_object_mut()?.insert("id".to_owned(), Json::from(id));
            Some(location)
        })
        .collect();
    if !related.is_empty() {
        entries.insert("relatedLocations".to_owned(), Json::Array(related));
    }
    let fixes: Vec<Json> = found.fixes.iter().filter_map(|fix| repair(fix, sources)).collect();
    if !fixes.is_empty() {
        entries.insert("fixes".to_owned(), Json::Array(fixes));
    }
    result
}

fn location(span: Span, label: &str, sources: &Sources) -> Option<Json> {
    let file = sources.get(span.file)?;
    let mut location =
        json!({ "physicalLocation": { "artifactLocation": artifact(file), "region": region(span, file) } });
    if !label.is_empty() {
        location.as_object_mut()?.insert("message".to_owned(), json!({ "text": label }));
    }
    Some(location)
}

fn artifact(file: &SourceFile) -> Json {
    json!({ "uri": relative(&file.name), "uriBaseId": "%SRCROOT%" })
}

fn region(span: Span, file: &SourceFile) -> Json {
    let (line, column) = file.position(span.start);
    let (end_line, end_column) = file.position(span.end);
    json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column })
}

/// A fix, its edits by file.
fn repair(fix: &Fix, sources: &Sources) -> Option<Json> {
    let files: BTreeSet<FileId> = fix.edits.iter().map(|(span, _)| span.file).collect();
    let changes: Vec<Json> = files
        .iter()
        .filter_map(|id| {
            let file = sources.get(*id)?;
            let replacements: Vec<Json> = fix
                .edits
                .iter()
                .filter(|(span, _)| span.file == *id)
                .map(
                    |(span, text)| json!({ "deletedRegion": region(*span, file), "insertedContent": { "text": text } }),
                )
                .collect();
            Some(json!({ "artifactLocation": artifact(file), "replacements": replacements }))
        })
        .collect();
    let described = || {
        json!({
            "description": { "text": fix.title },
            "artifactChanges": changes,
            "properties": { "safe": fix.safe },
        })
    };
    (!changes.is_empty()).then(described)
}

/// A path as a relative reference of a URI: whatever is not plain is written as its bytes in per cent.
fn relative(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    static CODE: Code = Code { id: "P9001", title: "unknown name" };
    static LINT: Code = Code { id: "odd-name", title: "a name that is odd" };

    #[test]
    fn a_run_holds_rules_places_fixes_and_fingerprints() {
        let mut sources = Sources::default();
        let file = sources.add("rules/ä b.provost", "let ä = latnecy\n");
        let other = sources.add("contracts/m.provost", "latency: duration\n");
        let found = Diagnostic::error(&CODE, Span::new(file, 9, 16), "`latnecy` is not known")
            .label("not declared")
            .related(Span::new(other, 0, 7), "a near name")
            .suggest(Span::new(file, 9, 16), Some("latency"));
        let odd = Diagnostic::note(&LINT, Span::new(file, 4, 6), "`ä` is odd").about("let `ä`");
        let nowhere = Diagnostic::warning(&CODE, Span::new(FileId(9), 0, 0), "no package");
        let rule = Rule { code: &LINT, severity: Severity::Note, page: "# odd-name\n", group: "style" };
        let diagnostics = [found, odd, nowhere];
        insta::assert_snapshot!(sarif(&[Findings { diagnostics: &diagnostics, sources: &sources }], &[rule]));
    }
}
