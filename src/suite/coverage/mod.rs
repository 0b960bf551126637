//! Coverage by atomic condition: which conditions the tests have seen true, false and unknown.
//!
//! *Takes* the conditions of a policy and the decisions of its tests; *gives* for each atomic condition the values that it had. *Promises*
//! that a condition is known by its rule, its place and its meaning, never by its line or spelling, and that no operand hides
//! another: each is evaluated for itself. *Leaves out* which values make sense together. `docs/reference/testing.md` says
//! when a condition is asked.

pub mod atoms;
mod gaps;
mod json;
pub mod measure;
mod text;

use crate::base::Name;
use crate::eval::Truth;
use atoms::Atom;
pub use json::json;
pub use text::text;

/// The values that a condition was seen to have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Whether it was seen true.
    pub yes: bool,
    /// Whether it was seen false.
    pub no: bool,
    /// Whether it was seen unknown.
    pub unknown: bool,
}

impl Seen {
    /// Notes one value.
    pub fn note(&mut self, truth: Truth) {
        match truth {
            Truth::True => self.yes = true,
            Truth::False => self.no = true,
            Truth::Unknown => self.unknown = true,
        }
    }

    /// What either has seen.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { yes: self.yes || other.yes, no: self.no || other.no, unknown: self.unknown || other.unknown }
    }

    fn has(self, truth: Truth) -> bool {
        match truth {
            Truth::True => self.yes,
            Truth::False => self.no,
            Truth::Unknown => self.unknown,
        }
    }
}

impl Atom {
    /// The values that it can have: true and false, and unknown where something it reads can be missing.
    pub fn values(&self) -> &'static [Truth] {
        let all = &[Truth::True, Truth::False, Truth::Unknown];
        if self.missing.is_empty() { all.split_last().map_or(&[], |(_, known)| known) } else { all }
    }

    /// Whether every value that it can have was seen.
    pub fn is_full(&self, seen: Seen) -> bool {
        self.values().iter().all(|value| seen.has(*value))
    }
}

/// What the tests have seen of one atomic condition.
#[derive(Clone, Debug)]
pub struct Covered {
    /// The condition.
    pub atom: Atom,
    /// The values that it had in some test.
    pub seen: Seen,
}

impl Covered {
    /// The values that it can have and was not seen to have.
    pub fn unseen(&self) -> impl Iterator<Item = Truth> + '_ {
        self.atom.values().iter().copied().filter(|value| !self.seen.has(*value))
    }
}

/// What the tests have seen of all conditions.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// By route, rule, part and place.
    pub conditions: Vec<Covered>,
}

/// How many values were seen, of how many that there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// The values that were seen.
    pub seen: usize,
    /// The values that there are.
    pub all: usize,
}

impl Share {
    /// Of these conditions.
    pub fn of<'c>(conditions: impl IntoIterator<Item = &'c Covered>) -> Self {
        let mut share = Self::default();
        for covered in conditions {
            share.all += covered.atom.values().len();
            share.seen += covered.atom.values().len() - covered.unseen().count();
        }
        share
    }

    /// Whole percent, rounded down, so that 100 means all; 100 where there is nothing to see.
    pub fn percent(self) -> usize {
        (self.seen * 100).checked_div(self.all).unwrap_or(100)
    }

    /// Whether this is at least so many percent.
    pub fn reaches(self, percent: usize) -> bool {
        self.seen * 100 >= percent * self.all
    }
}

impl Coverage {
    /// Adds what other tests have seen of the same conditions.
    pub fn add(&mut self, seen: &[Seen]) {
        for (covered, seen) in self.conditions.iter_mut().zip(seen) {
            covered.seen = covered.seen.or(*seen);
        }
    }

    /// How much of everything was seen.
    pub fn share(&self) -> Share {
        Share::of(&self.conditions)
    }

    /// The conditions in runs of one route, and within it of one rule.
    fn rules(&self) -> Vec<(&Name, &Name, &[Covered])> {
        let same = |a: &Covered, b: &Covered| a.atom.route == b.atom.route && a.atom.rule == b.atom.rule;
        let runs = self.conditions.chunk_by(same);
        runs.filter_map(|run| Some((&run.first()?.atom.route, &run.first()?.atom.rule, run))).collect()
    }
}
