//! Regular expressions that are matched in linear time.
//!
//! *Takes* a pattern of a small, documented language: letters, `.`, classes such as `[a-z_]` and `[^0-9]`, `\d \w \s` and
//! their opposites, groups, `|`, `* + ?`, `{m} {m,} {m,n}`, `^` and `$`. *Gives* a program of single steps. *Promises* that
//! matching takes at most text length times program length steps and no recursion. *Leaves out* everything that cannot
//! keep that promise: references back, looking around, and laziness, which changes nothing about whether a text matches.

mod reader;
#[cfg(test)]
mod tests;

use super::{Name, limits};
use reader::{Node, read};

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

impl Pattern {
    /// Compiles a pattern.
    pub fn new(source: &str) -> Result<Self, PatternError> {
        let node = read(source)?;
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
