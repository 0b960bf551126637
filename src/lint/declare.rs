//! What a lint declares of itself.

use super::Context;
use crate::diag::{Code, Severity};

/// A lint: one thing that it looks for.
#[derive(Debug)]
pub struct Lint {
    /// Its name, in kebab-case, and what it finds in a few lower-case words.
    pub code: Code,
    /// What kind of lint it is.
    pub group: Group,
    /// Its level where nothing else is said.
    pub level: Level,
    /// Whether it comes with a fix.
    pub fix: Fixability,
    /// What can be set for it in the manifest.
    pub settings: &'static [Setting],
    /// Its page of the book.
    pub page: &'static str,
    /// Looks, and reports what it finds.
    pub check: fn(&mut Context<'_>),
}

/// The kinds of lint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// What is written cannot be what is meant.
    Correctness,
    /// What is written can be got around, or lets out what should stay inside.
    Security,
    /// What is written cannot be answered for.
    Governance,
    /// What is written could be read more easily.
    Style,
    /// What is written costs more than it has to.
    Performance,
}

impl Group {
    /// Every group, in order.
    pub const ALL: &[Self] = &[Self::Correctness, Self::Security, Self::Governance, Self::Style, Self::Performance];

    /// Its name, as it stands in a manifest.
    pub fn word(self) -> &'static str {
        match self {
            Self::Correctness => "correctness",
            Self::Security => "security",
            Self::Governance => "governance",
            Self::Style => "style",
            Self::Performance => "performance",
        }
    }
}

/// What becomes of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The lint does not run.
    Allow,
    /// It is told.
    Note,
    /// It is told as a likely mistake.
    Warn,
    /// The build fails.
    Deny,
}

impl Level {
    /// Every level, in order.
    pub const ALL: &[Self] = &[Self::Allow, Self::Note, Self::Warn, Self::Deny];

    /// Its name, as it stands in a manifest.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }

    /// How bad a finding is.
    pub fn severity(self) -> Severity {
        match self {
            Self::Deny => Severity::Error,
            Self::Warn => Severity::Warning,
            Self::Allow | Self::Note => Severity::Note,
        }
    }
}

/// Whether a lint can repair what it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixability {
    /// It cannot.
    None,
    /// It can, and no decision changes.
    Safe,
    /// It can, and somebody has to look at what changed.
    Unsafe,
}

impl Fixability {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "no fix",
            Self::Safe => "fix",
            Self::Unsafe => "unsafe fix",
        }
    }
}

/// Something that can be set for a lint.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its key in the manifest.
    pub name: &'static str,
    /// What it is where nothing is set.
    pub default: SettingValue,
}

/// The value of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingValue {
    /// A whole number, not negative.
    Number(i64),
    /// Texts.
    Texts(&'static [&'static str]),
}
