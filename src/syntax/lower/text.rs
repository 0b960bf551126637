//! Texts in quotes: escapes, and expressions in braces.

use crate::base::Span;
use crate::diag::Diagnostic;

use super::super::ast::{ExprKind, Text, TextPart};
use super::super::grammar::{Pair, Rule, read};
use super::super::{codes, report};
use super::Lower;

/// A piece of a text between two places of interest.
enum Piece<'t> {
    Letters(&'t str),
    Escaped(char),
    /// The inside of a pair of braces.
    Braced(&'t str),
    /// Something that is no escape, or a brace without its other half.
    Bad(Bad, &'t str),
}

enum Bad {
    Escape,
    Open,
    Close,
}

impl<'i> Lower<'i> {
    /// The text directly under a pair.
    pub(super) fn text_in(&mut self, pair: &Pair<'i>) -> Option<Text> {
        let text = super::child(pair, Rule::text)?;
        Some(self.plain(&text))
    }

    /// A text that is a name, a reason or a person: nothing in it is computed.
    pub(super) fn plain(&mut self, pair: &Pair<'i>) -> Text {
        let mut text = String::new();
        for piece in pieces(inside(pair.as_str())) {
            match piece {
                Piece::Letters(letters) => text.push_str(letters),
                Piece::Escaped(c) => text.push(c),
                Piece::Braced(inner) => {
                    let span = self.span_of(inner);
                    let span = Span { start: span.start.saturating_sub(1), ..span };
                    let error = Diagnostic::error(&codes::BAD_BRACE, span, "nothing is computed in this text")
                        .label("a brace")
                        .help("write `\\{` for the brace itself");
                    self.report(error);
                }
                Piece::Bad(bad, letters) => self.bad_piece(&bad, letters),
            }
        }
        Text { text: text.into(), span: self.span(pair) }
    }

    /// A text as it stands between its quotes.
    pub(super) fn verbatim(&mut self, pair: &Pair<'i>) -> ExprKind {
        ExprKind::Text(vec![TextPart::Plain(inside(pair.as_str()).into())])
    }

    /// A text that may hold expressions, with the height of the tallest of them.
    pub(super) fn text_value(&mut self, pair: &Pair<'i>) -> (ExprKind, usize) {
        let mut parts: Vec<TextPart> = Vec::new();
        let mut letters = String::new();
        let mut height = 0;
        for piece in pieces(inside(pair.as_str())) {
            match piece {
                Piece::Letters(more) => letters.push_str(more),
                Piece::Escaped(c) => letters.push(c),
                Piece::Bad(bad, piece) => self.bad_piece(&bad, piece),
                Piece::Braced(inner) => {
                    if !letters.is_empty() {
                        parts.push(TextPart::Plain(std::mem::take(&mut letters).into()));
                    }
                    let (value, tall) = self.interpolated(inner);
                    height = height.max(tall);
                    parts.push(TextPart::Value(value));
                }
            }
        }
        if !letters.is_empty() || parts.is_empty() {
            parts.push(TextPart::Plain(letters.into()));
        }
        (ExprKind::Text(parts), height)
    }

    fn interpolated(&mut self, inner: &'i str) -> (super::super::ast::Expr, usize) {
        let parsed = read(Rule::one_expr, inner);
        let pair = parsed.and_then(|mut pairs| {
            // The rule is an expression and the end, so the first pair is there whenever reading succeeded.
            pairs.next().ok_or_else(|| report::nothing_read(inner))
        });
        match pair {
            Ok(pair) => {
                let made = self.nested(&pair);
                (made.expr, made.height)
            }
            Err(error) => {
                let diagnostic = report::unexpected(self, inner, &error);
                self.report(diagnostic.help("braces in a text hold an expression; write `\\{` for the brace itself"));
                (super::super::ast::Expr { kind: ExprKind::Error, span: self.span_of(inner) }, 1)
            }
        }
    }

    fn bad_piece(&mut self, bad: &Bad, letters: &str) {
        let span = self.span_of(letters);
        let error = match bad {
            Bad::Escape => Diagnostic::error(&codes::BAD_ESCAPE, span, format!("`{letters}` escapes nothing"))
                .label("no such escape")
                .help("the escapes are `\\\"`, `\\\\`, `\\n`, `\\t`, `\\{`, `\\}` and `\\u{41}`"),
            Bad::Open => Diagnostic::error(&codes::BAD_BRACE, span, "this `{` is never closed in its text")
                .label("opened here")
                .help("write `\\{` for the brace itself; an expression in a text cannot hold another text"),
            Bad::Close => Diagnostic::error(&codes::BAD_BRACE, span, "this `}` closes nothing in its text")
                .label("not opened")
                .help("write `\\}` for the brace itself"),
        };
        self.report(error);
    }
}

/// What stands between the quotes.
fn inside(text: &str) -> &str {
    let text = text.strip_prefix('"').unwrap_or(text);
    text.strip_suffix('"').unwrap_or(text)
}

/// Cuts the inside of a text at its escapes and braces.
fn pieces(mut rest: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let plain = rest.find(['\\', '{', '}']).unwrap_or(rest.len());
        let length = if plain > 0 {
            pieces.push(Piece::Letters(rest.get(..plain).unwrap_or_default()));
            plain
        } else {
            let (piece, length) = special(rest);
            pieces.push(piece);
            length
        };
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
    pieces
}

/// The piece that begins with a backslash or a brace, and how long it is.
fn special(rest: &str) -> (Piece<'_>, usize) {
    let upto = |length: usize| rest.get(..length).unwrap_or(rest);
    if rest.starts_with('}') {
        return (Piece::Bad(Bad::Close, upto(1)), 1);
    }
    if rest.starts_with('{') {
        return match matching_brace(rest) {
            Some(close) => (Piece::Braced(rest.get(1..close).unwrap_or_default()), close + 1),
            None => (Piece::Bad(Bad::Open, upto(1)), 1),
        };
    }
    let Some(letter) = rest.chars().nth(1) else { return (Piece::Bad(Bad::Escape, rest), rest.len()) };
    let length = 1 + letter.len_utf8();
    let escaped = match letter {
        '"' | '\\' | '{' | '}' => letter,
        'n' => '\n',
        't' => '\t',
        'u' => return unicode(rest),
        _ => return (Piece::Bad(Bad::Escape, upto(length)), length),
    };
    (Piece::Escaped(escaped), length)
}

/// `\u{1F600}`
fn unicode(rest: &str) -> (Piece<'_>, usize) {
    let digits = rest.strip_prefix("\\u{").and_then(|r| r.split_once('}')).map(|(digits, _)| digits);
    match digits.filter(|d| (1..=6).contains(&d.len())) {
        Some(digits) => {
            let length = digits.len() + 4;
            let letter = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
            match letter.filter(|_| digits.bytes().all(|b| b.is_ascii_hexdigit())) {
                Some(letter) => (Piece::Escaped(letter), length),
                None => (Piece::Bad(Bad::Escape, rest.get(..length).unwrap_or(rest)), length),
            }
        }
        None => (Piece::Bad(Bad::Escape, rest.get(..2).unwrap_or(rest)), 2),
    }
}

/// The place of the brace that closes the one at the start.
fn matching_brace(text: &str) -> Option<usize> {
    let mut open = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' => open = open.saturating_sub(1),
            _ => continue,
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}
