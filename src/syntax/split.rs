//! Cuts a file into items without parsing it, and finds what must not be parsed because it nests too deep.
//!
//! An item begins with its word where no bracket is open. Where brackets are open, a word at the margin that is followed
//! by everything that makes the head of an item begins one too: so an unclosed brace ends with its own item and does not
//! swallow the file.

use crate::base::limits;

use super::kinds::{BETWEEN, Kind as ItemKind};
use super::tokens::{Kind, Token};

/// A piece of a file that holds one item, or something in the place of one.
#[derive(Clone, Copy, Debug)]
pub struct Chunk {
    /// Its first token, documentation and annotations included.
    pub first: usize,
    /// One past its last token.
    pub end: usize,
    /// The token at which it nests too deep.
    pub deep: Option<usize>,
}

/// What is open at one place of a file.
#[derive(Default)]
struct Frame {
    /// `if`, `all`, `any` and type brackets that enclose what follows, since the last bracket.
    chained: usize,
    /// Of these, the quantifiers that still wait for their colon.
    waiting: usize,
}

/// Words that begin a clause, before which no expression is still going on.
const CLAUSES: &[&str] = &[
    "require",
    "deny",
    "exclude",
    "unless",
    "because",
    "expect",
    "invariant",
    "accept",
    "always",
    "never",
    "append",
    "ask",
    "step",
    "human",
    "when",
];

/// Cuts a file into chunks; every token is in exactly one.
pub fn split(tokens: &[Token<'_>]) -> Vec<Chunk> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut frames: Vec<Frame> = vec![Frame::default()];
    let (mut at, mut known) = (0, 0);
    while let Some(token) = tokens.get(at) {
        // Up to `known` it is decided already: the word behind documentation belongs to the item that the documentation
        // began, and documentation inside brackets is looked through once, not once for each of its lines.
        let begins = if at < known { None } else { item_start(tokens, at, frames.len() > 1) };
        if begins.is_none() && at >= known && (token.kind == Kind::Doc || token.is("@")) {
            known = behind_front(tokens, at);
        }
        if begins.is_some() || chunks.is_empty() {
            if let Some(last) = chunks.last_mut() {
                last.end = at;
            }
            chunks.push(Chunk { first: at, end: tokens.len(), deep: None });
            frames = vec![Frame::default()];
        }
        let next = begins.map_or(at, |word| word.min(tokens.len().saturating_sub(1)));
        if next > at {
            // Documentation and annotations hold nothing that nests.
            (at, known) = (next, next + 1);
            continue;
        }
        let deep = count(&mut frames, tokens, at, token);
        if let Some(chunk) = chunks.last_mut()
            && deep
            && chunk.deep.is_none()
        {
            chunk.deep = Some(at);
        }
        at += 1;
    }
    chunks
}

/// The token at which a text without items nests too deep.
pub fn too_deep(tokens: &[Token<'_>]) -> Option<usize> {
    let mut frames = vec![Frame::default()];
    tokens
        .iter()
        .enumerate()
        .map(|(at, token)| (at, count(&mut frames, tokens, at, token)))
        .find(|(_, deep)| *deep)
        .map(|(at, _)| at)
}

/// Keeps count of what encloses the next token; says whether that is too much.
fn count(frames: &mut Vec<Frame>, tokens: &[Token<'_>], at: usize, token: &Token<'_>) -> bool {
    let before = at.checked_sub(1).and_then(|i| tokens.get(i));
    match token.kind {
        // Far beyond the limit the exact depth says nothing more, and the list stays short.
        Kind::Open if frames.len() <= limits::NESTING * 2 => frames.push(Frame::default()),
        Kind::Close if frames.len() > 1 => {
            frames.pop();
        }
        _ => {}
    }
    let Some(frame) = frames.last_mut() else { return false };
    match token.text {
        "if" | "all" | "any" if !before.is_some_and(|b| b.is(".")) => {
            frame.chained += 1;
            frame.waiting += usize::from(token.text != "if");
        }
        "<" if before.is_some_and(|b| b.is_any(&["set", "list"])) => frame.chained += 1,
        ":" if frame.waiting > 0 => frame.waiting -= 1,
        ":" | "," | ";" | "=" => *frame = Frame::default(),
        word if CLAUSES.contains(&word) && !before.is_some_and(|b| b.is_any(&["all", "any"])) => {
            *frame = Frame::default();
        }
        _ => {}
    }
    let open = frames.len() - 1 + frames.iter().map(|f| f.chained).sum::<usize>();
    frames.len() > limits::NESTING + 1 || open > limits::EXPRESSION_DEPTH
}

/// The place behind the documentation and annotations that begin at `at`.
pub fn behind_front(tokens: &[Token<'_>], mut at: usize) -> usize {
    loop {
        match tokens.get(at) {
            Some(token) if token.kind == Kind::Doc => at += 1,
            Some(token) if token.is("@") => {
                at += 1;
                if tokens.get(at).is_some_and(|t| t.kind == Kind::Word) {
                    at += 1;
                }
                if tokens.get(at).is_some_and(|t| t.is("(")) {
                    let close = tokens.iter().skip(at).take(64).position(|t| t.is(")"));
                    at += close.map_or(1, |c| c + 1);
                }
            }
            _ => return at,
        }
    }
}

/// Whether an item begins at this token, and where its word stands.
fn item_start(tokens: &[Token<'_>], at: usize, inside: bool) -> Option<usize> {
    let token = tokens.get(at)?;
    let begins_line = token.at_margin();
    if inside && !begins_line {
        return None;
    }
    let word = behind_front(tokens, at);
    if inside {
        return has_head(tokens, word).then_some(word);
    }
    if word > at {
        return Some(word);
    }
    if token.kind != Kind::Word {
        return None;
    }
    let next = tokens.get(at + 1);
    let named = next.is_some_and(|n| matches!(n.kind, Kind::Word | Kind::Text | Kind::OpenText | Kind::Number));
    let starts = if ItemKind::of_item(token.text).is_some() {
        let apart = token.first || at.checked_sub(1).and_then(|i| tokens.get(i)).is_none_or(|t| t.is("}"));
        let operand = next.is_some_and(|n| BETWEEN.contains(&n.text));
        apart && !operand && (named || next.is_none_or(|n| n.is("{")))
    } else {
        begins_line && named && !BETWEEN.contains(&token.text)
    };
    starts.then_some(at)
}

/// Whether the tokens from `at` can only be the head of an item.
pub fn has_head(tokens: &[Token<'_>], at: usize) -> bool {
    let Some([word, name, next]) = tokens.get(at..at + 3) else { return false };
    let behind: &[&str] = match word.text {
        "enum" => &["{", "ordered"],
        "record" | "request" => &["{"],
        "trait" => &["{", "extends"],
        "let" => &[":", "="],
        "define" | "mission" => &["("],
        "table" => &[":"],
        "signal" => &[":", "for"],
        "route" => &["for"],
        "rule" | "property" => &["on"],
        "service" | "waiver" | "test" => return name.kind == Kind::Text && next.is_any(&["is", "for", "{"]),
        _ => return false,
    };
    name.kind == Kind::Word && next.is_any(behind)
}
