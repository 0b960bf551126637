//! Regular expressions that are matched in linear time.
//!
//! *Takes* a pattern of a small, documented language: letters, `.`, classes such as `[a-z_]` and `[^0-9]`, `\d \w \s` and
//! their opposites, groups, `|`, `* + ?`, `{m} {m,} {m,n}`, `^` and `$`. *Gives* a program of single steps. *Promises* that
//! matching takes at most text length times program length steps and no recursion. *Leaves out* everything that cannot
//! keep that promise: references back, looking around, and laziness, which changes nothing about whether a text matches.

use super::{Name, limits};

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// The pattern as it was written.
    pub source: Name,
    /// What it was compiled to; a text matches where some path through it ends in [`Step::Match`].
    pub program: Vec<Step>,
}

/// One step of a program. Places are numbers of steps.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Takes one character that lies in one of these ranges, both ends included.
    Ranges(Vec<(char, char)>),
    /// Goes on at both places.
    Split(u32, u32),
    /// Goes on at the place.
    Jump(u32),
    /// Goes on at the start of the text only.
    Start,
    /// Goes on at the end of the text only.
    End,
    /// The text matches.
    Match,
}

/// Why a text is not a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PatternError {
    /// What is wrong, in lower case.
    pub message: String,
    /// The byte of the pattern at which it is wrong.
    pub at: usize,
}

/// The longest count in braces; beyond it no pattern stays within the limit of states.
const MOST_REPEATS: u32 = 1_000;

/// A part of a pattern that is not yet a program.
#[derive(Clone, Debug)]
enum Node {
    Empty,
    Ranges(Vec<(char, char)>),
    Start,
    End,
    Row(Vec<Node>),
    Either(Vec<Node>),
    Repeat(Box<Node>, u32, Option<u32>),
}

impl Pattern {
    /// Compiles a pattern.
    pub fn new(source: &str) -> Result<Self, PatternError> {
        let mut reader = Reader { letters: source.char_indices().collect(), at: 0, end: source.len(), depth: 0 };
        let node = reader.either()?;
        if reader.peek().is_some() {
            return Err(reader.error("this `)` closes nothing"));
        }
        let mut program = Vec::new();
        let too_large = || PatternError {
            message: format!("the pattern needs more than {} states", limits::PATTERN_STATES),
            at: 0,
        };
        emit(&node, &mut program).ok_or_else(too_large)?;
        push(&mut program, Step::Match).ok_or_else(too_large)?;
        Ok(Self { source: source.into(), program })
    }

    /// Whether some part of a text matches; `^` and `$` hold it to the text's ends.
    pub fn is_match(&self, text: &str) -> bool {
        let mut now = Threads::new(self.program.len());
        let mut next = Threads::new(self.program.len());
        let mut letters = text.chars().peekable();
        let mut start = true;
        loop {
            let end = letters.peek().is_none();
            // A match may begin anywhere, so a new thread begins before every character.
            if self.follow(&mut now, 0, start, end) {
                return true;
            }
            let Some(letter) = letters.next() else { return false };
            let end = letters.peek().is_none();
            next.clear();
            for at in now.list.iter().copied() {
                let takes = matches!(self.program.get(at as usize), Some(Step::Ranges(r)) if holds(r, letter));
                if takes && self.follow(&mut next, at + 1, false, end) {
                    return true;
                }
            }
            std::mem::swap(&mut now, &mut next);
            start = false;
        }
    }

    /// Adds a step, and all that it leads to without taking a character; says whether the text matches.
    fn follow(&self, threads: &mut Threads, from: u32, start: bool, end: bool) -> bool {
        threads.waiting.push(from);
        while let Some(at) = threads.waiting.pop() {
            if !threads.enter(at) {
                continue;
            }
            match self.program.get(at as usize) {
                Some(Step::Match) => {
                    threads.waiting.clear();
                    return true;
                }
                Some(Step::Ranges(_)) => threads.list.push(at),
                Some(Step::Jump(to)) => threads.waiting.push(*to),
                Some(Step::Split(one, other)) => threads.waiting.extend([*other, *one]),
                Some(Step::Start) if start => threads.waiting.push(at + 1),
                Some(Step::End) if end => threads.waiting.push(at + 1),
                Some(Step::Start | Step::End) | None => {}
            }
        }
        false
    }
}

/// The steps that are waiting for a character, each at most once.
struct Threads {
    list: Vec<u32>,
    seen: Vec<bool>,
    entered: Vec<u32>,
    waiting: Vec<u32>,
}

impl Threads {
    fn new(length: usize) -> Self {
        Self { list: Vec::new(), seen: vec![false; length], entered: Vec::new(), waiting: Vec::new() }
    }

    fn enter(&mut self, at: u32) -> bool {
        match self.seen.get_mut(at as usize) {
            Some(seen) if !*seen => {
                *seen = true;
                self.entered.push(at);
                true
            }
            _ => false,
        }
    }

    fn clear(&mut self) {
        self.list.clear();
        for at in self.entered.drain(..) {
            if let Some(seen) = self.seen.get_mut(at as usize) {
                *seen = false;
            }
        }
    }
}

fn holds(ranges: &[(char, char)], letter: char) -> bool {
    ranges.iter().any(|(low, high)| (*low..=*high).contains(&letter))
}

/// Adds a step, unless the program is full.
fn push(program: &mut Vec<Step>, step: Step) -> Option<usize> {
    (program.len() < limits::PATTERN_STATES).then(|| {
        program.push(step);
        program.len() - 1
    })
}

fn place(program: &[Step]) -> u32 {
    u32::try_from(program.len()).unwrap_or(u32::MAX)
}

fn put(program: &mut [Step], at: usize, step: Step) {
    if let Some(place) = program.get_mut(at) {
        *place = step;
    }
}

/// Writes the program of a node. Its recursion is as deep as the pattern's groups, which are limited.
fn emit(node: &Node, program: &mut Vec<Step>) -> Option<()> {
    match node {
        Node::Empty => {}
        Node::Ranges(ranges) => {
            push(program, Step::Ranges(ranges.clone()))?;
        }
        Node::Start => {
            push(program, Step::Start)?;
        }
        Node::End => {
            push(program, Step::End)?;
        }
        Node::Row(all) => {
            for part in all {
                emit(part, program)?;
            }
        }
        Node::Either(all) => emit_either(all, program)?,
        Node::Repeat(inner, least, most) => emit_repeat(inner, *least, *most, program)?,
    }
    Some(())
}

fn emit_either(all: &[Node], program: &mut Vec<Step>) -> Option<()> {
    let Some((last, others)) = all.split_last() else { return Some(()) };
    let mut jumps = Vec::new();
    for part in others {
        let split = push(program, Step::Match)?;
        emit(part, program)?;
        jumps.push(push(program, Step::Match)?);
        let here = place(program);
        put(program, split, Step::Split(u32::try_from(split + 1).ok()?, here));
    }
    emit(last, program)?;
    let end = place(program);
    for jump in jumps {
        put(program, jump, Step::Jump(end));
    }
    Some(())
}

fn emit_repeat(inner: &Node, least: u32, most: Option<u32>, program: &mut Vec<Step>) -> Option<()> {
    for _ in 0..least {
        // A part that takes no steps takes none however often it stands there.
        let before = program.len();
        emit(inner, program)?;
        if program.len() == before {
            return Some(());
        }
    }
    let Some(most) = most else {
        let split = push(program, Step::Match)?;
        emit(inner, program)?;
        push(program, Step::Jump(u32::try_from(split).ok()?))?;
        let end = place(program);
        put(program, split, Step::Split(u32::try_from(split + 1).ok()?, end));
        return Some(());
    };
    let mut splits = Vec::new();
    for _ in least..most {
        splits.push(push(program, Step::Match)?);
        emit(inner, program)?;
    }
    let end = place(program);
    for split in splits {
        put(program, split, Step::Split(u32::try_from(split + 1).ok()?, end));
    }
    Some(())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).unwrap().is_match(text)
    }

    #[test]
    fn matches_what_it_should() {
        for (pattern, yes, no) in [
            ("abc", &["abc", "xabcx"][..], &["ab", "acb", ""][..]),
            ("^gpt-\\d+(\\.\\d+)?$", &["gpt-5", "gpt-5.2", "gpt-55.20"], &["gpt-", "gpt-5.", "xgpt-5", "gpt-5x"]),
            ("^(?:a|bc)*$", &["", "a", "bc", "abca"], &["b", "ab"]),
            ("^[a-c_]+$", &["abc_", "a"], &["", "d", "a-"]),
            ("^[^a-c]$", &["d", "\n", "é"], &["a", "", "dd"]),
            ("^[\\w.-]+@example\\.org$", &["a.b-c@example.org"], &["@example.org", "a@exampleXorg"]),
            ("^a{2}$", &["aa"], &["a", "aaa"]),
            ("^a{2,}$", &["aa", "aaaa"], &["a"]),
            ("^a{1,3}$", &["a", "aaa"], &["", "aaaa"]),
            ("^a{0}$", &[""], &["a"]),
            ("^.$", &["a", "é", "\r"], &["\n", "", "ab"]),
            ("a|^$|b", &["", "a", "xb"], &["c"]),
            ("^\\s\\S\\W\\D$", &[" a-x", "\t1 x"], &["aa-x", " aax"]),
            ("^\\\\\\{\\}\\]\\n$", &["\\{}]\n"], &["\\{}]"]),
            ("", &["", "a"], &[]),
            ("()", &["", "a"], &[]),
            ("^(a?){3}$", &["", "aaa"], &["aaaa"]),
            ("x*$", &["", "y"], &[]),
            ("[-a]", &["-", "a"], &["b"]),
            ("[a-]", &["-", "a"], &["b"]),
        ] {
            for text in yes {
                assert!(matches(pattern, text), "{pattern} should match {text:?}");
            }
            for text in no {
                assert!(!matches(pattern, text), "{pattern} should not match {text:?}");
            }
        }
    }

    #[test]
    fn time_grows_with_length_alone() {
        let many = "a".repeat(20_000);
        assert!(!matches("^(a*)*b$", &many));
        assert!(!matches("^(a|a)*b$", &many));
        assert!(!matches("(a|aa)+$x", &many));
        let ladder = "a?".repeat(100) + &"a".repeat(100);
        assert!(matches(&format!("^{ladder}$"), &"a".repeat(100)));
    }

    #[test]
    fn refuses_what_it_cannot_hold() {
        for pattern in ["(a{1000}){1000}", "((a{100}){100}){100}", "(a{1000}){1000}{1000}", "a{1001}"] {
            assert!(Pattern::new(pattern).is_err(), "{pattern}");
        }
        assert!(Pattern::new("(){1000}").is_ok());
        assert!(Pattern::new("((((){1000}){1000}){1000}){1000}").is_ok());
        assert!(Pattern::new("(((){1000}){0,1000}){0,1000}").is_err());
        assert!(Pattern::new(&"(".repeat(100_000)).is_err());
        assert!(Pattern::new(&"a".repeat(limits::PATTERN_STATES)).is_err());
    }

    #[test]
    fn says_where_a_pattern_is_wrong() {
        for (pattern, at) in [
            ("a)", 1),
            ("(a", 1),
            ("é(a", 3),
            ("*a", 0),
            ("a**", 2),
            ("a+?", 2),
            ("a{", 1),
            ("a{2,1}", 1),
            ("a{x}", 1),
            ("}", 0),
            ("[a", 1),
            ("[]", 1),
            ("[b-a]", 1),
            ("[\\d-z]", 1),
            ("\\q", 1),
            ("\\", 1),
            ("(?=a)", 2),
            ("^*", 1),
        ] {
            assert_eq!(Pattern::new(pattern).map_err(|e| e.at), Err(at), "{pattern}");
        }
    }

    #[test]
    fn never_fails_on_garbage() {
        let letters: Vec<char> = "ab\\dws[](){}|*+?^$.-,0123é\u{10ffff}\n".chars().collect();
        let mut seed = 0x2545_f491_4f6c_dd1du64;
        let mut random = |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % below as u64) as usize
        };
        for _ in 0..20_000 {
            let length = random(12);
            let pattern: String = (0..length).map(|_| letters[random(letters.len())]).collect();
            let text: String = (0..random(12)).map(|_| letters[random(letters.len())]).collect();
            if let Ok(pattern) = Pattern::new(&pattern) {
                pattern.is_match(&text);
            }
        }
    }
}
