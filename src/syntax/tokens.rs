//! The pieces of a text, for everything that must work on a broken file too.
//!
//! *Takes* any text; *gives* its words, signs and literals with their places. *Promises* never to fail: whatever belongs
//! nowhere is a token of its own. *Leaves out* space and comments, but every token knows how its line begins.

use super::grammar::{Pair, Rule, read};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `/// …`
    Doc,
    /// `"…"`
    Text,
    /// A quote without its partner on the same line.
    OpenText,
    /// Anything that begins with a digit.
    Number,
    /// A word.
    Word,
    /// `{`, `[` or `(`.
    Open,
    /// `}`, `]` or `)`.
    Close,
    /// Any other sign.
    Sign,
    /// What belongs in no file.
    Other,
}

/// One piece of a text.
#[derive(Clone, Copy, Debug)]
pub struct Token<'i> {
    /// What it is.
    pub kind: Kind,
    /// Its letters.
    pub text: &'i str,
    /// Its first byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// Whether it is the first on its line.
    pub first: bool,
    /// The space before the first token of its line, in characters.
    pub indent: usize,
}

impl Token<'_> {
    /// Whether this is exactly these letters, outside a text.
    pub fn is(&self, letters: &str) -> bool {
        self.text == letters
    }

    /// Whether this is one of these words or signs.
    pub fn is_any(&self, all: &[&str]) -> bool {
        all.contains(&self.text)
    }

    /// Whether this begins its line without any space before it.
    pub fn at_margin(&self) -> bool {
        self.first && self.indent == 0
    }
}

fn kind(rule: Rule) -> Option<Kind> {
    Some(match rule {
        Rule::tk_doc => Kind::Doc,
        Rule::tk_text => Kind::Text,
        Rule::tk_open_text => Kind::OpenText,
        Rule::tk_number => Kind::Number,
        Rule::tk_word => Kind::Word,
        Rule::tk_open => Kind::Open,
        Rule::tk_close => Kind::Close,
        Rule::tk_sign => Kind::Sign,
        Rule::tk_other => Kind::Other,
        _ => return None,
    })
}

/// All tokens of a text but space and comments, `base` bytes into the file.
pub fn tokens(text: &str, base: usize) -> Vec<Token<'_>> {
    // The rule accepts every text, so the alternative is never taken; a text without tokens is then read as it stands.
    let Ok(mut pairs) = read(Rule::tokens, text) else { return Vec::new() };
    let inner = pairs.next().map(Pair::into_inner);
    let mut all = Vec::new();
    let (mut first, mut indent) = (true, 0);
    for pair in inner.into_iter().flatten() {
        let letters = pair.as_str();
        let Some(kind) = kind(pair.as_rule()) else {
            if let Some((_, line)) = letters.rsplit_once('\n') {
                (first, indent) = (true, line.chars().count());
            } else if first {
                indent += letters.chars().count();
            }
            continue;
        };
        let start = base + pair.as_span().start();
        all.push(Token { kind, text: letters, start, end: start + letters.len(), first, indent });
        first = false;
    }
    all
}

/// The first token of a text that is no space or comment, and where it begins.
pub fn first_token(text: &str) -> Option<(Kind, &str)> {
    let mut rest = text;
    loop {
        let pair = read(Rule::token, rest).ok()?.next()?;
        if let Some(kind) = kind(pair.as_rule()) {
            return Some((kind, pair.as_str()));
        }
        rest = rest.get(pair.as_str().len().max(1)..)?;
    }
}
