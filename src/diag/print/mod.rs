//! The printers: diagnostics as text for a terminal and as documents for machines.
//!
//! *Takes* diagnostics in any order and the sources they point into; *gives* one text: for people, as JSON, as SARIF, as
//! JUnit XML, as annotations of GitHub or as the code quality report of GitLab. *Promises* the same bytes on
//! every run: by file name, then position, code and message, with exact duplicates left out; and that no text of a user
//! reaches a terminal as a control sequence. *Leaves out* where the text goes and what the terminal can do: the shells
//! know that.

mod excerpt;
mod github;
mod gitlab;
mod json;
pub mod junit;
mod sarif;
mod terminal;

pub use github::github;
pub use gitlab::gitlab;
pub use json::{json, json_of};
pub use sarif::sarif;
pub use terminal::{Style, terminal};

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::{Code, Diagnostic, Label, Severity};
use crate::base::{FileId, Sources, Span};

/// Where the book is published; the pages of codes and lints stand below it.
pub const BOOK: &str = "https://provost.example/book/";

/// What was found in one package, in any order.
#[derive(Clone, Copy, Debug)]
pub struct Findings<'a> {
    /// What was found.
    pub diagnostics: &'a [Diagnostic],
    /// The files it points into.
    pub sources: &'a Sources,
}

impl<'a> Findings<'a> {
    /// In the order in which they are shown, exact duplicates left out, each with its files.
    fn distinct(&self) -> Vec<(&'a Diagnostic, &'a Sources)> {
        sorted(self.diagnostics, self.sources).into_iter().map(|found| (found, self.sources)).collect()
    }
}

/// What a report may say of a code beside its findings.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The code.
    pub code: &'static Code,
    /// How bad its findings are where nothing else is said.
    pub severity: Severity,
    /// Its page of the book.
    pub page: &'static str,
    /// What kind of rule it is.
    pub group: &'static str,
}

/// The address of the page of a code.
fn address(code: &str) -> String {
    if let Some(rule) = code.strip_prefix("diff/") {
        return format!("{BOOK}reference/diff.html#{rule}");
    }
    let digits = code.strip_prefix('P').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    format!("{BOOK}reference/{}/{code}.html", if digits { "diagnostics" } else { "lints" })
}

/// Brings diagnostics into the one order in which they are shown and drops exact duplicates.
pub fn sort(diagnostics: &mut Vec<Diagnostic>, sources: &Sources) {
    diagnostics.sort_by(|a, b| compare(a, b, sources));
    diagnostics.dedup();
}

/// The diagnostics as [`sort`] would leave them, borrowed.
fn sorted<'a>(diagnostics: &'a [Diagnostic], sources: &Sources) -> Vec<&'a Diagnostic> {
    let mut all: Vec<&Diagnostic> = diagnostics.iter().collect();
    all.sort_by(|a, b| compare(a, b, sources));
    all.dedup();
    all
}

/// Everything that can differ takes part, so that the order in which the stages spoke never shows.
fn compare(a: &Diagnostic, b: &Diagnostic, sources: &Sources) -> Ordering {
    compare_spans(a.span, b.span, sources)
        .then_with(|| a.code.id.cmp(b.code.id))
        .then_with(|| a.message.cmp(&b.message))
        .then_with(|| (a.severity, &a.label, &a.help).cmp(&(b.severity, &b.label, &b.help)))
        .then_with(|| compare_lists(&a.related, &b.related, |x, y| compare_labels(x, y, sources)))
        .then_with(|| {
            compare_lists(&a.fixes, &b.fixes, |x, y| {
                x.title.cmp(&y.title).then_with(|| {
                    compare_lists(&x.edits, &y.edits, |(at, text), (other_at, other)| {
                        compare_spans(*at, *other_at, sources).then_with(|| text.cmp(other))
                    })
                })
            })
        })
}

fn compare_labels(a: &Label, b: &Label, sources: &Sources) -> Ordering {
    compare_spans(a.span, b.span, sources).then_with(|| a.text.cmp(&b.text))
}

/// Files compare by name, since their numbers depend on the order in which they were read.
fn compare_spans(a: Span, b: Span, sources: &Sources) -> Ordering {
    name(a.file, sources).cmp(&name(b.file, sources)).then_with(|| (a.start, a.end).cmp(&(b.start, b.end)))
}

fn compare_lists<T>(a: &[T], b: &[T], compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
    let first = a.iter().zip(b).map(|(x, y)| compare(x, y)).find(|order| order.is_ne());
    first.unwrap_or_else(|| a.len().cmp(&b.len()))
}

fn name(file: FileId, sources: &Sources) -> Option<&str> {
    sources.get(file).map(|file| &*file.name)
}

/// How much was found, as in `3 errors, 1 warning in 2 files`; empty where nothing was found.
pub fn summary(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    count(&sorted(diagnostics, sources), sources)
}

fn count(distinct: &[&Diagnostic], sources: &Sources) -> String {
    let files: BTreeSet<&str> = distinct.iter().filter_map(|found| name(found.span.file, sources)).collect();
    let kinds: Vec<String> = Severity::ALL
        .iter()
        .map(|severity| (distinct.iter().filter(|found| found.severity == *severity).count(), severity.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| plural(count, what))
        .collect();
    let found = kinds.join(", ");
    if files.is_empty() { found } else { format!("{found} in {}", plural(files.len(), "file")) }
}

fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;

    static FIRST: Code = Code { id: "P9001", title: "first" };
    static SECOND: Code = Code { id: "P9002", title: "second" };

    #[test]
    fn order_is_by_file_name_position_code_and_message_and_duplicates_are_dropped() {
        let mut sources = Sources::default();
        let late = sources.add("z.provost", "abc");
        let early = sources.add("a.provost", "abc");
        let expected = vec![
            Diagnostic::error(&SECOND, Span::new(early, 0, 1), "x"),
            Diagnostic::error(&FIRST, Span::new(late, 0, 1), "x"),
            Diagnostic::error(&FIRST, Span::new(late, 0, 1), "y"),
            Diagnostic::warning(&SECOND, Span::new(late, 0, 1), "a"),
            Diagnostic::error(&FIRST, Span::new(late, 1, 2), "x"),
        ];
        let mut shuffled: Vec<Diagnostic> = expected.iter().rev().chain(&expected).cloned().collect();
        sort(&mut shuffled, &sources);
        assert_eq!(shuffled, expected);
        assert_eq!(summary(&shuffled, &sources), "4 errors, 1 warning in 2 files");
    }

    #[test]
    fn nothing_found_has_no_summary() {
        assert_eq!(summary(&[], &Sources::default()), "");
    }
}
