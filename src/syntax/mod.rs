//! Text to syntax tree.
//!
//! *Takes* the text of one file; *gives* its tree and everything that is wrong with it as text. *Promises* to end on every
//! input without failing, in time that grows with its length; that spans lie inside the file; that one broken item never
//! hides the errors of the next; and that a file without diagnostics has no `Error` node. *Leaves out* what any name means.

pub mod ast;
mod brackets;
pub mod codes;
pub mod comments;
pub mod concrete;
mod grammar;
mod kinds;
mod lower;
pub mod named;
mod recover;
mod report;
mod slips;
mod split;
mod tokens;
mod words;

#[cfg(test)]
mod tests;

use crate::base::{FileId, limits};
use crate::diag::Diagnostic;

use grammar::{Rule, read};
use lower::Lower;
use recover::Reader;

/// What was read of one file.
#[derive(Debug)]
pub struct Parsed {
    /// The tree; what could not be read stands in it as `Error` nodes.
    pub file: ast::File,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// The text of a file's bytes, or the place of the first byte that is not UTF-8.
pub fn decode(bytes: &[u8]) -> Result<String, usize> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| error.valid_up_to())
}

/// Reads one file.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let mut lower = Lower::new(file, text);
    let mut items = Vec::new();
    if fits(&mut lower, text) {
        items = Reader::new(&mut lower, text, mark(text)).items().0;
    }
    Parsed { file: ast::File { items }, diagnostics: finish(lower) }
}

/// The items of one file as they were written, and the stretches between them that are none; nothing of a file that is too
/// large to be read.
///
/// What counts as an item is what [`parse`] takes for one without putting it together from pieces.
pub fn pieces(text: &str) -> Option<Vec<concrete::Piece<'_>>> {
    let mut lower = Lower::new(FileId(0), text);
    fits(&mut lower, text).then(|| Reader::new(&mut lower, text, mark(text)).written().items().1)
}

/// The length of the byte order mark, which says nothing about the text behind it.
fn mark(text: &str) -> usize {
    text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len()
}

/// Reads one expression, alone in its text.
pub fn parse_expression(file: FileId, text: &str) -> (ast::Expr, Vec<Diagnostic>) {
    let mut lower = Lower::new(file, text);
    let span = lower.span_of(text);
    let mut expr = ast::Expr { kind: ast::ExprKind::Error, span };
    if fits(&mut lower, text) {
        let all = tokens::tokens(text, 0);
        match split::too_deep(&all) {
            Some(at) => lower.report(report::too_deep(&lower, &all, at)),
            None => match read(Rule::one_expr, text) {
                Ok(mut pairs) => expr = pairs.next().map_or(expr, |pair| lower.expr(&pair)),
                Err(error) => {
                    let diagnostic = report::unexpected(&lower, text, &error);
                    lower.report(diagnostic);
                }
            },
        }
    }
    (expr, finish(lower))
}

/// Whether a text is short enough to be read; reports characters that are never right.
fn fits(lower: &mut Lower<'_>, text: &str) -> bool {
    if text.len() > limits::SOURCE_BYTES {
        let message = format!("a file of {} bytes; source files have at most {}", text.len(), limits::SOURCE_BYTES);
        let error = Diagnostic::error(&codes::TOO_LARGE, lower.span_of(text).at_start(), message).label("this file");
        lower.report(error.help("state large collections as data and import them"));
        return false;
    }
    let alone = |at: usize, c: char| c == '\r' && text.as_bytes().get(at + 1) != Some(&b'\n');
    for (at, letter) in text.char_indices().filter(|(at, c)| never_right(*c) || alone(*at, *c)) {
        let code = u32::from(letter);
        let message = format!("the character U+{code:04X} belongs in no source file");
        let span = lower.span_of(text.get(at..at + letter.len_utf8()).unwrap_or(""));
        let help = "remove it; in a text, write it as `\\u{…}`";
        lower.report(Diagnostic::error(&codes::BAD_CHARACTER, span, message).label("not visible").help(help));
    }
    true
}

/// Control characters, and those that make a text look like another than it is. A carriage return is one of them where it
/// ends no line: some editors show a line of its own behind it, and a comment goes on.
fn never_right(letter: char) -> bool {
    let control = letter.is_control() && !matches!(letter, '\t' | '\n' | '\r');
    control || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Puts the findings in the order of the text and cuts them at the limit.
fn finish(lower: Lower<'_>) -> Vec<Diagnostic> {
    let more = if lower.is_full() { "at least " } else { "" };
    let (mut all, dropped) = lower.finish();
    all.sort_by_key(|d| (d.span.start, d.span.end));
    all.dedup_by(|later, first| later.span == first.span && later.message == first.message);
    if all.len() > limits::ERRORS_PER_FILE {
        let rest = all.len() - limits::ERRORS_PER_FILE + dropped;
        let place = all.get(limits::ERRORS_PER_FILE).map(|d| d.span);
        all.truncate(limits::ERRORS_PER_FILE);
        let message = format!("{more}{rest} more errors in this file are not shown");
        all.extend(place.map(|p| Diagnostic::error(&codes::TOO_MANY, p, message).label("the first of them")));
    }
    all
}
