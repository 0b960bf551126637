//! Which bracket belongs to which, in a piece of a file where some are missing.

use std::collections::BTreeMap;

use crate::base::limits;

use super::tokens::{Kind, Token};

/// The brackets of a piece of a file.
#[derive(Debug, Default)]
pub struct Brackets {
    /// Each opening bracket that is closed, with its closing one.
    pub partner: BTreeMap<usize, usize>,
    /// Opening brackets that are never closed.
    pub unclosed: Vec<usize>,
    /// Closing brackets that close nothing.
    pub unopened: Vec<usize>,
}

/// Pairs the brackets among the tokens `first..end`.
///
/// Where something is missing, a closing brace that begins its line belongs to the brace whose line is indented alike,
/// so that the blame falls on the bracket that lacks its partner and not on the outermost.
pub fn pair(tokens: &[Token<'_>], first: usize, end: usize) -> Brackets {
    let plain = pass(tokens, first, end, false);
    if plain.unclosed.is_empty() { plain } else { pass(tokens, first, end, true) }
}

fn pass(tokens: &[Token<'_>], first: usize, end: usize, by_indent: bool) -> Brackets {
    let mut found = Brackets::default();
    let mut open: Vec<usize> = Vec::new();
    for (at, token) in tokens.iter().enumerate().take(end).skip(first) {
        match token.kind {
            Kind::Open => open.push(at),
            Kind::Close => {
                let fits = |o: &usize| tokens.get(*o).is_some_and(|o| closes(o.text, token.text));
                let alike = |o: &usize| fits(o) && tokens.get(*o).is_some_and(|o| o.indent == token.indent);
                let mut place = None;
                if by_indent && token.first {
                    place = nearest(&open, alike);
                }
                match place.or_else(|| nearest(&open, fits)) {
                    Some(place) => {
                        found.unclosed.extend(open.drain(place + 1..));
                        if let Some(opening) = open.pop() {
                            found.partner.insert(opening, at);
                        }
                    }
                    None => found.unopened.push(at),
                }
            }
            _ => {}
        }
    }
    found.unclosed.extend(open);
    found.unclosed.sort_unstable();
    found
}

/// The last open bracket that fits. Only so many are looked at, since what nests deeper is refused anyway and a file of
/// nothing but loose brackets must not cost the square of its length.
fn nearest(open: &[usize], fits: impl Fn(&usize) -> bool) -> Option<usize> {
    let skipped = open.len().saturating_sub(limits::NESTING * 2);
    open.get(skipped..)?.iter().rposition(fits).map(|place| place + skipped)
}

fn closes(open: &str, close: &str) -> bool {
    matches!((open, close), ("{", "}") | ("[", "]") | ("(", ")"))
}
