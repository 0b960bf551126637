//! Results as JUnit XML: suites of cases, each of which passed, failed or was left out.
//!
//! The tests of a package are such suites, and so are its diagnostics: each file a suite, each finding a case.

use std::collections::BTreeMap;

use super::Findings;
use crate::diag::{Diagnostic, Severity};

/// Cases that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// Its cases, in order.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// The file it stands in, and the line from 1, where it has a place.
    pub place: Option<(String, usize)>,
    /// What failed; a case without passed.
    pub failures: Vec<Failure>,
    /// Why it was not run.
    pub skipped: Option<String>,
    /// What else is to be told of it.
    pub output: String,
}

/// One thing that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its kind, such as a code.
    pub kind: String,
    /// What failed, in one line.
    pub message: String,
    /// Everything that helps.
    pub text: String,
}

/// The suites as one document.
pub fn junit(suites: &[Suite]) -> String {
    let counts = |suites: &[Suite]| {
        let cases: Vec<&Case> = suites.iter().flat_map(|suite| &suite.cases).collect();
        let failed = cases.iter().filter(|case| !case.failures.is_empty()).count();
        let skipped = cases.iter().filter(|case| case.skipped.is_some()).count();
        format!("tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\"", cases.len())
    };
    let mut out =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"provost\" {}>\n", counts(suites));
    for suite in suites {
        out.push_str(&format!(
            "  <testsuite name=\"{}\" {}>\n",
            escaped(&suite.name),
            counts(std::slice::from_ref(suite))
        ));
        for case in &suite.cases {
            write_case(suite, case, &mut out);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn write_case(suite: &Suite, case: &Case, out: &mut String) {
    out.push_str(&format!("    <testcase name=\"{}\" classname=\"{}\"", escaped(&case.name), escaped(&suite.name)));
    if let Some((file, line)) = &case.place {
        out.push_str(&format!(" file=\"{}\" line=\"{line}\"", escaped(file)));
    }
    if case.failures.is_empty() && case.skipped.is_none() && case.output.is_empty() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    for failure in &case.failures {
        let (kind, message) = (escaped(&failure.kind), escaped(&failure.message));
        let text = escaped(&failure.text);
        out.push_str(&format!("      <failure type=\"{kind}\" message=\"{message}\">{text}</failure>\n"));
    }
    if let Some(reason) = &case.skipped {
        out.push_str(&format!("      <skipped message=\"{}\"/>\n", escaped(reason)));
    }
    if !case.output.is_empty() {
        out.push_str(&format!("      <system-out>{}</system-out>\n", escaped(&case.output)));
    }
    out.push_str("    </testcase>\n");
}

/// Diagnostics as suites: each file one, each finding a case that fails where it is an error and passes, with its words
/// as output, where it is not. A file without findings has one case, which passes.
pub fn of_findings(all: &[Findings]) -> Vec<Suite> {
    let mut suites: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for findings in all {
        for (_, file) in findings.sources.iter() {
            suites.entry(file.name.to_string()).or_default();
        }
        for (found, sources) in findings.distinct() {
            let file = sources.get(found.span.file);
            let name = file.map_or_else(|| "provost".to_owned(), |file| file.name.to_string());
            let line = file.map(|file| file.position(found.span.start).0);
            suites.entry(name.clone()).or_default().push(case(found, line.map(|line| (name, line))));
        }
    }
    let clean = || Case { name: "nothing was found".to_owned(), ..Case::default() };
    let suite = |(name, cases): (String, Vec<Case>)| Suite {
        name,
        cases: if cases.is_empty() { vec![clean()] } else { cases },
    };
    suites.into_iter().map(suite).collect()
}

fn case(found: &Diagnostic, place: Option<(String, usize)>) -> Case {
    let at = place.as_ref().map_or_else(String::new, |(file, line)| format!("{file}:{line}: "));
    let help = found.help.as_ref().map_or_else(String::new, |help| format!("\nhelp: {help}"));
    let text = format!("{at}{}: {}{help}", found.severity.word(), found.message);
    let mut case = Case { name: format!("{}: {}", found.code.id, found.message), place, ..Case::default() };
    match found.severity {
        Severity::Error => {
            let (kind, message) = (found.code.id.to_owned(), found.message.clone());
            case.failures.push(Failure { kind, message, text });
        }
        Severity::Warning | Severity::Note => case.output = text,
    }
    case
}

/// Text as XML may hold it: its signs escaped, and characters that no document may hold replaced.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // In an attribute a reader would turn a bare one into a space.
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{FileId, Sources, Span};
    use crate::diag::Code;

    static CODE: Code = Code { id: "P9001", title: "unknown name" };

    #[test]
    fn a_file_is_a_suite_and_what_passes_says_so() {
        let mut sources = Sources::default();
        let file = sources.add("a.provost", "x\ny\n");
        sources.add("clean.provost", "z");
        let found = [
            Diagnostic::error(&CODE, Span::new(file, 2, 3), "`<y>` & \"\u{1b}\"\n]]>").help("remove it"),
            Diagnostic::warning(&CODE, Span::new(file, 0, 1), "odd"),
            Diagnostic::note(&CODE, Span::new(FileId(9), 0, 1), "nowhere"),
        ];
        insta::assert_snapshot!(junit(&of_findings(&[Findings { diagnostics: &found, sources: &sources }])));
    }

    #[test]
    fn what_was_left_out_is_counted() {
        let skipped = Case { name: "a".to_owned(), skipped: Some("slow".to_owned()), ..Case::default() };
        let text = junit(&[Suite { name: "s".to_owned(), cases: vec![skipped, Case::default()] }]);
        assert!(text.contains("tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"1\""), "{text}");
        assert!(text.contains("<skipped message=\"slow\"/>"), "{text}");
    }
}
