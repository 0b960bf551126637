//! What two versions of a package mean differently, and for whom that matters.
//!
//! *Takes* two checked packages; *gives* the changes, each with what it is about, the old and the new words, and the rule that
//! classifies it. *Promises* that two ways to say the same are no change: the order of items, sets and operands, defaults written out,
//! spellings of one amount, names of variables, definitions written out or not, data or source. *Promises* as well that a change of a
//! decision is never hidden: where two conditions cannot be shown to be the same, they count as changed. *Leaves out* where the
//! packages come from and how findings are printed.

mod constraints;
mod demand;
mod evidence;
mod imply;
mod normal;
mod places;
mod report;
mod routes;
pub mod rules;
mod services;
mod types;
mod waivers;

use std::collections::BTreeMap;

use crate::base::{Instant, Name};
use crate::ir::Policy;
use crate::package::Package;
use evidence::Evidence;
use normal::Normal;
use places::Places;
pub use report::{diagnostics, json, subject, summary, text};
pub use rules::{Level, Rule};

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A service.
    Service,
    /// A trait.
    Trait,
    /// A request type.
    Request,
    /// A record.
    Record,
    /// An enum.
    Enum,
    /// A signal.
    Signal,
    /// A route, with its roles, constraints and scores.
    Route,
    /// A rule.
    Rule,
    /// A waiver.
    Waiver,
    /// A table.
    Table,
    /// A definition.
    Definition,
    /// A constant.
    Constant,
    /// A test.
    Test,
}

impl Kind {
    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Trait => "trait",
            Self::Request => "request",
            Self::Record => "record",
            Self::Enum => "enum",
            Self::Signal => "signal",
            Self::Route => "route",
            Self::Rule => "rule",
            Self::Waiver => "waiver",
            Self::Table => "table",
            Self::Definition => "define",
            Self::Constant => "let",
            Self::Test => "test",
        }
    }
}

/// One thing that means something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The package, where there are several; empty otherwise.
    pub package: Name,
    /// What it is about.
    pub kind: Kind,
    /// The name of the item.
    pub item: Name,
    /// The part of the item, as in `latency` or `primary.quality`; empty for the whole.
    pub path: String,
    /// The routes concerned, for rules.
    pub on: Vec<Name>,
    /// The rule of the classification.
    pub rule: &'static Rule,
    /// What it was, as the language writes it; nothing where it is new.
    pub old: Option<String>,
    /// What it is; nothing where it is gone.
    pub new: Option<String>,
    /// `file:line:column` in the old version, of the item where the part is not there; empty where it is new.
    pub old_at: Name,
    /// The same in the new version.
    pub new_at: Name,
}

impl Change {
    /// Whether it counts as breaking at a level.
    pub fn breaks(&self, level: Level) -> bool {
        self.rule.level <= level
    }
}

/// Compares two versions of a package. `now` tells which waivers are over.
pub fn compare(old: &Package, new: &Package, now: Instant) -> Vec<Change> {
    let renamed = services::renamed(old, new);
    let nothing = BTreeMap::new();
    let comparison = Comparison {
        old: &old.policy,
        new: &new.policy,
        before: Normal::new(&old.policy, &new.policy, &renamed),
        after: Normal::new(&new.policy, &new.policy, &nothing),
        now,
        renamed: &renamed,
    };
    let mut changes = Changes { comparison: &comparison, found: Vec::new() };
    let evidence = Evidence::of(&comparison);
    services::compare(&mut changes, &old.services, &new.services, &evidence);
    types::compare(&mut changes);
    routes::compare(&mut changes);
    constraints::compare(&mut changes);
    waivers::compare(&mut changes);
    types::tests(&mut changes, &old.tests, &new.tests);
    let mut found = changes.found;
    place(&mut found, old, new);
    found.sort_by(|a, b| {
        (a.rule.level, a.kind, &a.item, &a.path, a.rule.id).cmp(&(b.rule.level, b.kind, &b.item, &b.path, b.rule.id))
    });
    found
}

/// Says where everything stands.
fn place(changes: &mut [Change], old: &Package, new: &Package) {
    if changes.is_empty() {
        return;
    }
    let (before, after) = (Places::of(old), Places::of(new));
    for change in changes {
        change.old_at = before.at(change.kind, &change.item, &change.path);
        change.new_at = after.at(change.kind, &change.item, &change.path);
    }
}

/// Two versions side by side.
struct Comparison<'p> {
    old: &'p Policy,
    new: &'p Policy,
    /// The normal forms of the old version, in words of the new one.
    before: Normal<'p>,
    /// The normal forms of the new version.
    after: Normal<'p>,
    now: Instant,
    renamed: &'p BTreeMap<Name, Name>,
}

impl<'p> Comparison<'p> {
    /// Both policies, as it takes them to find what follows from what.
    fn policies(&self) -> [&'p Policy; 2] {
        [self.old, self.new]
    }
}

/// The changes as they are found.
struct Changes<'c, 'p> {
    comparison: &'c Comparison<'p>,
    found: Vec<Change>,
}

impl<'c, 'p> Changes<'c, 'p> {
    /// Notes a change of a part of an item.
    fn note(
        &mut self,
        (kind, item): (Kind, &Name),
        path: &str,
        rule: &'static Rule,
        words: (Option<String>, Option<String>),
    ) {
        let (old, new) = words;
        let change = Change {
            package: Name::from(""),
            kind,
            item: item.clone(),
            path: path.to_owned(),
            on: Vec::new(),
            rule,
            old_at: Name::from(""),
            new_at: Name::from(""),
            old,
            new,
        };
        self.found.push(change);
    }
}

/// Two versions of named things, matched by name: gone, new, or there in both.
fn matched<'a, T>(
    old: &'a BTreeMap<Name, T>,
    new: &'a BTreeMap<Name, T>,
) -> impl Iterator<Item = (&'a Name, Option<&'a T>, Option<&'a T>)> {
    let mut names: Vec<&Name> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    names.into_iter().map(|name| (name, old.get(name), new.get(name)))
}
