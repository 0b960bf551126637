//! Diagnostics as text for people, drawn by miette.

use std::collections::BTreeMap;
use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles};
use textwrap::{WordSeparator, WordSplitter};

use super::excerpt::{Excerpts, cut, safe};
use super::{count, plural, sorted};
use crate::base::limits::ERRORS_PER_FILE;
use crate::base::{FileId, Sources};
use crate::diag::{Diagnostic, Severity};

/// Columns below which wrapping helps nobody.
const NARROWEST: usize = 40;

/// What the reader's terminal can show; the shells find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether ANSI colours are understood.
    pub colour: bool,
    /// Columns; messages are wrapped to them, lines of source never.
    pub width: usize,
    /// Whether lines may be drawn with box characters; plain ASCII otherwise.
    pub unicode: bool,
}

impl Style {
    /// No colour, plain ASCII, one hundred columns: for logs, pipes and snapshots.
    pub const PLAIN: Self = Self { colour: false, width: 100, unicode: false };
}

/// The diagnostics one below the other, and a last line that counts them; empty where there are none.
pub fn terminal(diagnostics: &[Diagnostic], sources: &Sources, style: Style) -> String {
    let distinct = sorted(diagnostics, sources);
    let mut out = String::new();
    let mut seen: BTreeMap<FileId, usize> = BTreeMap::new();
    for found in &distinct {
        let so_far = seen.entry(found.span.file).or_default();
        *so_far += 1;
        if *so_far <= ERRORS_PER_FILE {
            out.push_str(&report(found, sources, style));
            out.push('\n');
        }
    }
    for (file, found) in seen {
        if found > ERRORS_PER_FILE {
            let name = sources.get(file).map_or_else(String::new, |file| format!(" in {}", safe(&file.name)));
            out.push_str(&format!("and {} more{name}\n", found - ERRORS_PER_FILE));
        }
    }
    if !distinct.is_empty() {
        out.push_str(&count(&distinct, sources));
        out.push('\n');
    }
    out
}

/// One diagnostic.
fn report(found: &Diagnostic, sources: &Sources, style: Style) -> String {
    let report = Report::new(found, sources);
    let mut drawn = String::new();
    // Writing to a string fails only where miette cannot read an excerpt; the words must then still be seen.
    if handler(found, style).render_report(&mut drawn, &report).is_err() {
        drawn = format!("  {}: {} {}\n", heading(found), report.message, safe(&sources.location(found.span)));
    }
    // miette indents the heading by two columns; at the margin the eye finds the next report faster.
    drawn.strip_prefix("  ").unwrap_or(&drawn).to_owned()
}

fn heading(found: &Diagnostic) -> String {
    format!("{}[{}]", found.severity.word(), found.code.id)
}

/// The heading stands where miette would draw its icon, so it carries the severity's colour.
fn handler(found: &Diagnostic, style: Style) -> GraphicalReportHandler {
    let mut characters = if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    characters.error = format!("{}:", heading(found));
    characters.warning.clone_from(&characters.error);
    characters.advice.clone_from(&characters.error);
    let styles = if style.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
    // Names hold hyphens and are searched for, so no word is ever broken.
    GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .with_links(false)
        .with_width(style.width.max(NARROWEST))
        .with_break_words(false)
        .with_word_separator(WordSeparator::AsciiSpace)
        .with_word_splitter(WordSplitter::NoHyphenation)
}

/// A diagnostic as miette wants to see it.
#[derive(Debug)]
struct Report {
    severity: Severity,
    message: String,
    help: Option<String>,
    excerpts: Excerpts,
}

impl Report {
    fn new(found: &Diagnostic, sources: &Sources) -> Self {
        let excerpts = cut(found, sources);
        let advice = found.help.clone().or_else(|| found.fixes.first().map(|fix| fix.title.clone()));
        let rest = (excerpts.left_out > 0).then(|| format!("{} not shown", plural(excerpts.left_out, "more place")));
        let lines: Vec<String> = advice.into_iter().chain(rest).collect();
        let help = (!lines.is_empty()).then(|| safe(&lines.join("\n")));
        Self { severity: found.severity, message: safe(&found.message), help, excerpts }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.excerpts.is_empty()).then_some(&self.excerpts as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpts.labels()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::diag::Code;

    static CODE: Code = Code { id: "P9001", title: "declared twice" };
    const UNICODE: Style = Style { colour: false, width: 80, unicode: true };

    fn span_of(sources: &Sources, file: FileId, word: &str) -> Span {
        let at = sources.get(file).unwrap().text.find(word).unwrap();
        Span::new(file, at, at + word.len())
    }

    fn twice(sources: &mut Sources) -> Vec<Diagnostic> {
        let a = sources.add("contracts/a.provost", "// one\n\nservice \"gpt-5\" is Model {\r\n}\n");
        let b = sources.add("contracts/b.provost", "trait Model {}\nservice \"gpt-5\" is Model {}\nlet x = 1\n");
        let first = span_of(sources, a, "\"gpt-5\"");
        let second = span_of(sources, b, "\"gpt-5\"");
        vec![
            Diagnostic::error(
                &CODE,
                second,
                "the service `gpt-5` is declared twice, and so nobody can say which is meant",
            )
            .label("declared again here")
            .related(first, "first declared here")
            .related(span_of(sources, b, "Model"), "its trait")
            .help("remove one of the two, or give it another name"),
            Diagnostic::warning(&CODE, span_of(sources, b, "x"), "`x` is never used").suggest(first, Some("y")),
        ]
    }

    #[test]
    fn a_report_shows_places_in_several_files() {
        let mut sources = Sources::default();
        let found = twice(&mut sources);
        insta::assert_snapshot!("unicode", terminal(&found, &sources, UNICODE));
        insta::assert_snapshot!("ascii", terminal(&found, &sources, Style::PLAIN));
        let colour = terminal(&found, &sources, Style { colour: true, ..UNICODE });
        insta::assert_snapshot!("colour", colour.escape_debug().to_string().replace("\\n", "\n"));
    }

    #[test]
    fn odd_places_are_drawn() {
        let mut sources = Sources::default();
        let long = format!("{}needle{}", "ä ".repeat(400), " straw".repeat(400));
        let wide = sources.add("wide.json", &*long);
        let ends = sources.add("ends.provost", "rule r {\n");
        let empty = sources.add("empty.provost", "");
        let evil = sources.add("evil.provost", "let a = \"\u{1b}[2J\u{202e}\"\n\tlet b = {\n}\n");
        let at_end = Span::new(ends, 9, 9);
        let found = [
            Diagnostic::error(&CODE, span_of(&sources, wide, "needle"), "in a long line").label("here"),
            Diagnostic::error(&CODE, at_end, "expected `}`").label("the file ends here").related(at_end, "and again"),
            Diagnostic::error(&CODE, Span::new(empty, 0, 0), "an empty file").label("nothing"),
            Diagnostic::error(&CODE, Span::new(empty, 7, 90), "past the end"),
            Diagnostic::error(&CODE, span_of(&sources, evil, "\u{1b}[2J"), "a control \u{1b}[0m character").label("x"),
            Diagnostic::error(&CODE, span_of(&sources, evil, "let b = {\n}"), "many lines").label("starts here"),
            Diagnostic::error(&CODE, Span::new(FileId(99), 0, 1), "no file at all").help("state one"),
        ];
        insta::assert_snapshot!(terminal(&found, &sources, UNICODE));
    }

    #[test]
    fn every_span_of_a_text_can_be_drawn() {
        let text = "a\r\n\n\tä→b\n\u{1b}x\r\ny";
        let mut sources = Sources::default();
        let file = sources.add("a", text);
        for start in 0..=text.len() + 2 {
            for end in start..=text.len() + 2 {
                let found = Diagnostic::error(&CODE, Span::new(file, start, end), "m")
                    .label("l")
                    .related(Span::new(file, end, start + 3), "two\nlines");
                assert!(terminal(&[found], &sources, UNICODE).ends_with("1 error in 1 file\n"));
            }
        }
    }

    #[test]
    fn the_rest_of_many_errors_and_places_is_counted() {
        let mut sources = Sources::default();
        let text = "x\n\n\n\n\n".repeat(ERRORS_PER_FILE + 3);
        let file = sources.add("many.provost", &*text);
        let at = |n: usize| Span::new(file, n * 6, n * 6 + 1);
        let found: Vec<_> = (0..ERRORS_PER_FILE + 3).map(|n| Diagnostic::error(&CODE, at(n), "again")).collect();
        let shown = terminal(&found, &sources, Style::PLAIN);
        assert_eq!(shown.matches("again").count(), ERRORS_PER_FILE);
        assert!(shown.ends_with("and 3 more in many.provost\n103 errors in 1 file\n"));
        let wide = (0..40).fold(Diagnostic::error(&CODE, at(50), "cycle"), |found, n| found.related(at(n), "through"));
        assert!(terminal(&[wide], &sources, Style::PLAIN).contains("help: 28 more places not shown"));
    }
}
