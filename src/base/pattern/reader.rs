//! From the letters of a pattern to its parts.

use super::PatternError;
use crate::base::limits;

/// The longest count in braces; beyond it no pattern stays within the limit of states.
const MOST_REPEATS: u32 = 1_000;

/// A part of a pattern that is not yet a program.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Empty,
    Ranges(Vec<(char, char)>),
    Start,
    End,
    Row(Vec<Node>),
    Either(Vec<Node>),
    Repeat(Box<Node>, u32, Option<u32>),
}

/// Reads a whole pattern.
pub(super) fn read(source: &str) -> Result<Node, PatternError> {
    let mut reader = Reader { letters: source.char_indices().collect(), at: 0, end: source.len(), depth: 0 };
    let node = reader.either()?;
    match reader.peek() {
        Some(_) => Err(reader.error("this `)` closes nothing")),
        None => Ok(node),
    }
}

/// Reads a pattern.
struct Reader {
    letters: Vec<(usize, char)>,
    at: usize,
    end: usize,
    depth: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).map(|(_, letter)| *letter)
    }

    fn peek_behind(&self) -> Option<char> {
        self.letters.get(self.at + 1).map(|(_, letter)| *letter)
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        Some(letter)
    }

    fn take(&mut self, letter: char) -> bool {
        let found = self.peek() == Some(letter);
        self.at += usize::from(found);
        found
    }

    fn error(&self, message: impl Into<String>) -> PatternError {
        let at = self.letters.get(self.at).map_or(self.end, |(at, _)| *at);
        PatternError { message: message.into(), at }
    }

    /// `a|b|c`
    fn either(&mut self) -> Result<Node, PatternError> {
        let mut all = vec![self.row()?];
        while self.take('|') {
            all.push(self.row()?);
        }
        Ok(if all.len() == 1 { all.pop().unwrap_or(Node::Empty) } else { Node::Either(all) })
    }

    fn row(&mut self) -> Result<Node, PatternError> {
        let mut all = Vec::new();
        while let Some(letter) = self.peek() {
            if matches!(letter, '|' | ')') {
                break;
            }
            let atom = self.atom()?;
            all.push(self.repeated(atom)?);
        }
        Ok(Node::Row(all))
    }

    fn atom(&mut self) -> Result<Node, PatternError> {
        let before = self.error("");
        Ok(match self.next() {
            None => Node::Empty,
            Some('(') => return self.group(),
            Some('[') => return self.class(),
            Some('.') => Node::Ranges(vec![('\0', '\u{9}'), ('\u{b}', char::MAX)]),
            Some('^') => Node::Start,
            Some('$') => Node::End,
            Some('\\') => Node::Ranges(self.escape()?),
            Some('*' | '+' | '?') => return Err(PatternError { message: "nothing to repeat".to_owned(), ..before }),
            Some(letter @ ('{' | '}' | ']')) => {
                let message = format!("write `\\{letter}` for the character itself");
                return Err(PatternError { message, ..before });
            }
            Some(letter) => Node::Ranges(vec![(letter, letter)]),
        })
    }

    fn group(&mut self) -> Result<Node, PatternError> {
        let opened = PatternError { message: "this group is never closed".to_owned(), ..self.error("") };
        if self.depth >= limits::NESTING {
            return Err(self.error(format!("groups nested deeper than {} levels", limits::NESTING)));
        }
        if self.take('?') && !self.take(':') {
            return Err(self.error("the only special group is `(?:…)`"));
        }
        self.depth += 1;
        let inner = self.either()?;
        self.depth -= 1;
        if self.take(')') { Ok(inner) } else { Err(opened) }
    }

    /// `*`, `+`, `?` or a count in braces behind an atom.
    fn repeated(&mut self, atom: Node) -> Result<Node, PatternError> {
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => return self.counted(atom),
            _ => return Ok(atom),
        };
        if matches!(atom, Node::Start | Node::End) {
            return Err(self.error("an end of the text cannot be repeated"));
        }
        self.at += 1;
        self.refuse_second()?;
        Ok(Node::Repeat(Box::new(atom), least, most))
    }

    fn refuse_second(&self) -> Result<(), PatternError> {
        match self.peek() {
            Some('*' | '+' | '?' | '{') => Err(self.error("one repetition follows another; put the first in a group")),
            _ => Ok(()),
        }
    }

    /// `{2}`, `{2,}` or `{2,5}`
    fn counted(&mut self, atom: Node) -> Result<Node, PatternError> {
        if matches!(atom, Node::Start | Node::End) {
            return Err(self.error("an end of the text cannot be repeated"));
        }
        let opened = self.error("");
        let fault = |message: &str| PatternError { message: message.to_owned(), at: opened.at };
        self.at += 1;
        let least = self.number()?.ok_or_else(|| fault("a count is written `{2}`, `{2,}` or `{2,5}`"))?;
        let most = if self.take(',') { self.number()? } else { Some(least) };
        if !self.take('}') {
            return Err(fault("a count is written `{2}`, `{2,}` or `{2,5}`"));
        }
        if most.is_some_and(|most| most < least) {
            return Err(fault("the count ends before it begins"));
        }
        self.refuse_second()?;
        Ok(Node::Repeat(Box::new(atom), least, most))
    }

    fn number(&mut self) -> Result<Option<u32>, PatternError> {
        let mut number = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            let value = number.unwrap_or(0) * 10 + digit;
            if value > MOST_REPEATS {
                return Err(self.error(format!("counts end at {MOST_REPEATS}")));
            }
            number = Some(value);
            self.at += 1;
        }
        Ok(number)
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Result<Vec<(char, char)>, PatternError> {
        let unknown = self.error("no such escape; the escapes are `\\d \\w \\s \\D \\W \\S \\n \\t \\r` and signs");
        Ok(match self.next() {
            Some('d') => digits(),
            Some('w') => word_letters(),
            Some('s') => spaces(),
            Some('D') => all_but(digits()),
            Some('W') => all_but(word_letters()),
            Some('S') => all_but(spaces()),
            Some('n') => vec![('\n', '\n')],
            Some('t') => vec![('\t', '\t')],
            Some('r') => vec![('\r', '\r')],
            Some(letter) if !letter.is_alphanumeric() => vec![(letter, letter)],
            _ => return Err(unknown),
        })
    }

    /// `[a-z_]` or `[^a-z]`, behind the opening bracket.
    fn class(&mut self) -> Result<Node, PatternError> {
        let opened = PatternError { message: "this class is never closed".to_owned(), ..self.error("") };
        let negated = self.take('^');
        let mut ranges = Vec::new();
        loop {
            match self.peek() {
                None => return Err(opened),
                Some(']') if !ranges.is_empty() => break,
                Some(']') => return Err(self.error("an empty class matches nothing; write `\\]` for the character")),
                Some('[') => return Err(self.error("write `\\[` for the character itself")),
                Some(_) => self.class_member(&mut ranges)?,
            }
        }
        self.at += 1;
        let ranges = if negated { all_but(ranges) } else { merged(ranges) };
        Ok(Node::Ranges(ranges))
    }

    fn class_member(&mut self, ranges: &mut Vec<(char, char)>) -> Result<(), PatternError> {
        let begins = self.error("a range ends before it begins");
        let low = self.class_letters()?;
        let is_range = self.peek() == Some('-') && !matches!(self.peek_behind(), None | Some(']'));
        if !is_range {
            ranges.extend(low);
            return Ok(());
        }
        self.at += 1;
        let high = self.class_letters()?;
        match (low.as_slice(), high.as_slice()) {
            ([(low, low_end)], [(high, high_end)]) if low == low_end && high == high_end => {
                if low > high {
                    return Err(begins);
                }
                ranges.push((*low, *high));
                Ok(())
            }
            _ => Err(PatternError { message: "a range stands between two single characters".to_owned(), ..begins }),
        }
    }

    fn class_letters(&mut self) -> Result<Vec<(char, char)>, PatternError> {
        match self.next() {
            Some('\\') => self.escape(),
            Some(letter) => Ok(vec![(letter, letter)]),
            None => Ok(Vec::new()),
        }
    }
}

fn digits() -> Vec<(char, char)> {
    vec![('0', '9')]
}

fn word_letters() -> Vec<(char, char)> {
    vec![('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]
}

fn spaces() -> Vec<(char, char)> {
    vec![('\t', '\r'), (' ', ' ')]
}

/// The same characters in ranges that are sorted and apart.
fn merged(mut ranges: Vec<(char, char)>) -> Vec<(char, char)> {
    ranges.sort_unstable();
    let mut all: Vec<(char, char)> = Vec::new();
    for (low, high) in ranges {
        match all.last_mut() {
            Some((_, end)) if low <= *end || after(*end) == Some(low) => *end = (*end).max(high),
            _ => all.push((low, high)),
        }
    }
    all
}

/// Every character outside the ranges.
fn all_but(ranges: Vec<(char, char)>) -> Vec<(char, char)> {
    let mut all = Vec::new();
    let mut next = Some('\0');
    for (low, high) in merged(ranges) {
        if let (Some(from), Some(to)) = (next, before(low))
            && from <= to
        {
            all.push((from, to));
        }
        next = after(high);
    }
    all.extend(next.map(|from| (from, char::MAX)));
    all
}

/// The next character; the gap of the surrogates is stepped over.
fn after(letter: char) -> Option<char> {
    match letter {
        '\u{d7ff}' => Some('\u{e000}'),
        _ => char::from_u32(u32::from(letter) + 1),
    }
}

fn before(letter: char) -> Option<char> {
    match letter {
        '\u{e000}' => Some('\u{d7ff}'),
        _ => u32::from(letter).checked_sub(1).and_then(char::from_u32),
    }
}
