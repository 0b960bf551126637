//! The linear-time patterns behind `matches`.

use super::Name;

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// As written.
    pub source: Name,
    /// The program.
    pub program: Vec<Step>,
}

/// One step of a pattern's program.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Take one character in one of these ranges.
    Ranges(Vec<(char, char)>),
    /// Go on at both places.
    Split(u32, u32),
    /// Go on there.
    Jump(u32),
    /// Only at the start of the text.
    Start,
    /// Only at the end of the text.
    End,
    /// The pattern occurs.
    Match,
}
