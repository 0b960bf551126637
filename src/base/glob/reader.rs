//! From the text of a glob to its segments, with the braces written out.

use super::GlobError;
use crate::base::limits;

/// What stands between two `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// `**`: any number of folders.
    Folders,
    /// One name.
    Parts(Vec<Part>),
}

/// A part of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// This character.
    Letter(char),
    /// `?`: any one character.
    Any,
    /// `*`: any characters, or none.
    Run,
    /// `[a-z]`, `[!a-z]`: one character that is within the ranges, or is not.
    Class {
        /// Whether the ranges are what is not taken.
        negated: bool,
        /// The ranges, both ends included.
        ranges: Vec<(char, char)>,
    },
}

impl Part {
    /// Whether a part that stands for one character takes this one.
    pub fn takes(&self, letter: char) -> bool {
        match self {
            Self::Letter(own) => *own == letter,
            Self::Any => true,
            Self::Run => false,
            Self::Class { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&letter)) != *negated
            }
        }
    }
}

/// What is written, in order.
#[derive(Clone, Debug)]
enum Token {
    Slash,
    Part(Part),
}

type Letters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// The alternatives that a pattern stands for.
pub fn read(source: &str) -> Result<Vec<Vec<Segment>>, GlobError> {
    if source.len() > limits::GLOB_BYTES {
        return Err(wrong(format!("the pattern is longer than {} bytes", limits::GLOB_BYTES)));
    }
    let mut letters = source.chars().peekable();
    let written = sequence(&mut letters, 0)?;
    if letters.next().is_some() {
        return Err(wrong("a `}` closes nothing"));
    }
    written.iter().map(|tokens| segments(tokens)).collect()
}

/// Everything up to the end, or within braces up to a `,` or `}`, which is left.
fn sequence(letters: &mut Letters<'_>, depth: usize) -> Result<Vec<Vec<Token>>, GlobError> {
    let mut written: Vec<Vec<Token>> = vec![Vec::new()];
    while let Some(letter) = letters.peek().copied() {
        let choice = match letter {
            '}' => break,
            ',' if depth > 0 => break,
            '{' => {
                letters.next();
                braces(letters, depth + 1)?
            }
            _ => {
                letters.next();
                vec![vec![token(letter, letters)?]]
            }
        };
        if written.len() * choice.len() > limits::GLOB_ALTERNATIVES {
            return Err(wrong(format!("the braces stand for more than {} patterns", limits::GLOB_ALTERNATIVES)));
        }
        let pairs = written.iter().flat_map(|start| choice.iter().map(move |end| [start.as_slice(), end].concat()));
        written = pairs.collect();
    }
    Ok(written)
}

/// What stands behind a `{`, up to its `}`.
fn braces(letters: &mut Letters<'_>, depth: usize) -> Result<Vec<Vec<Token>>, GlobError> {
    if depth > limits::GLOB_DEPTH {
        return Err(wrong(format!("braces are nested more than {} deep", limits::GLOB_DEPTH)));
    }
    let mut choices = Vec::new();
    loop {
        choices.extend(sequence(letters, depth)?);
        match letters.next() {
            Some(',') => {}
            Some('}') => return Ok(choices),
            _ => return Err(wrong("a `{` is not closed")),
        }
    }
}

fn token(letter: char, letters: &mut Letters<'_>) -> Result<Token, GlobError> {
    Ok(match letter {
        '/' => Token::Slash,
        '*' => Token::Part(Part::Run),
        '?' => Token::Part(Part::Any),
        '[' => Token::Part(class(letters)?),
        '\\' => {
            return Err(wrong("a backslash stands for nothing; a sign is meant literally in brackets, as in `[*]`"));
        }
        control if control.is_control() => return Err(wrong("the pattern holds a control character")),
        plain => Token::Part(Part::Letter(plain)),
    })
}

/// What stands behind a `[`, up to its `]`; a `]` that comes first is meant literally.
fn class(letters: &mut Letters<'_>) -> Result<Part, GlobError> {
    let unclosed = || wrong("a `[` is not closed");
    let negated = letters.next_if(|letter| matches!(letter, '!' | '^')).is_some();
    let mut ranges = Vec::new();
    loop {
        let low = letters.next().ok_or_else(unclosed)?;
        if low == ']' && !ranges.is_empty() {
            return Ok(Part::Class { negated, ranges });
        }
        let mut ahead = letters.clone();
        let high = match (ahead.next(), ahead.next()) {
            (Some('-'), Some(high)) if high != ']' => {
                *letters = ahead;
                high
            }
            _ => low,
        };
        if [low, high].iter().any(|letter| matches!(letter, '/' | '\\') || letter.is_control()) {
            return Err(wrong("brackets stand for one character of a name, and so cannot hold `/`"));
        }
        if high < low {
            return Err(wrong(format!("the range `{low}-{high}` runs backwards")));
        }
        ranges.push((low, high));
    }
}

/// One alternative, cut at its `/`.
fn segments(tokens: &[Token]) -> Result<Vec<Segment>, GlobError> {
    tokens.split(|token| matches!(token, Token::Slash)).map(segment).collect()
}

fn segment(tokens: &[Token]) -> Result<Segment, GlobError> {
    let mut parts: Vec<Part> = Vec::new();
    for token in tokens {
        if let Token::Part(part) = token {
            parts.push(part.clone());
        }
    }
    match parts.as_slice() {
        [] => Err(wrong("the pattern, or a name in it, is empty; patterns are relative, and end in a name")),
        [Part::Letter('.')] | [Part::Letter('.'), Part::Letter('.')] => {
            Err(wrong("the pattern holds `.` or `..` as a name, which no path has"))
        }
        [Part::Run, Part::Run] => Ok(Segment::Folders),
        _ => {
            // Beside other signs, two stars are two times any characters, which is once any characters.
            parts.dedup_by(|one, other| matches!((one, other), (Part::Run, Part::Run)));
            Ok(Segment::Parts(parts))
        }
    }
}

fn wrong(message: impl Into<String>) -> GlobError {
    GlobError { message: message.into() }
}
