//! What a layer may touch: inputs by globs, outputs and tools by name, and in both what is forbidden wins.

use std::fmt;

use crate::base::glob::{Glob, PathError, RelativePath};

/// Two lists: what is allowed, and what is forbidden even where it is allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// What is allowed.
    pub allowed: Vec<String>,
    /// What is forbidden.
    pub forbidden: Vec<String>,
}

/// What a scope says of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// An entry allows it, and none forbids it.
    Allowed(String),
    /// An entry forbids it.
    Forbidden(String),
    /// No entry speaks of it.
    Unnamed,
    /// It is no path that an entry could speak of.
    InvalidPath(PathError),
    /// An entry is no pattern, so that nobody can say whether it forbids.
    InvalidPattern(String),
}

impl Verdict {
    /// Whether it may be touched.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }
}

impl fmt::Display for Verdict {
    /// `allowed:docs/**/*.md`, `forbidden:.env`, `default_deny`, `invalid_path`, `invalid_pattern:[`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowed(entry) => write!(f, "allowed:{entry}"),
            Self::Forbidden(entry) => write!(f, "forbidden:{entry}"),
            Self::Unnamed => f.write_str("default_deny"),
            Self::InvalidPath(_) => f.write_str("invalid_path"),
            Self::InvalidPattern(entry) => write!(f, "invalid_pattern:{entry}"),
        }
    }
}

impl Lists {
    /// What the lists say of a path that is to be read.
    ///
    /// A forbidden entry that is a single name, such as `.env`, forbids that name wherever it stands: a list that forbids
    /// is read widely, one that allows narrowly.
    pub fn path(&self, text: &str) -> Verdict {
        let path = match RelativePath::new(text) {
            Ok(path) => path,
            Err(error) => return Verdict::InvalidPath(error),
        };
        for entry in &self.forbidden {
            match Glob::new(entry) {
                Err(_) => return Verdict::InvalidPattern(entry.clone()),
                Ok(glob) if glob.matches(&path) || (glob.is_one_name() && glob.matches_a_name_of(&path)) => {
                    return Verdict::Forbidden(entry.clone());
                }
                Ok(_) => {}
            }
        }
        for entry in &self.allowed {
            match Glob::new(entry) {
                Err(_) => return Verdict::InvalidPattern(entry.clone()),
                Ok(glob) if glob.matches(&path) => return Verdict::Allowed(entry.clone()),
                Ok(_) => {}
            }
        }
        Verdict::Unnamed
    }

    /// What the lists say of a kind of output or of a tool.
    pub fn name(&self, name: &str) -> Verdict {
        if self.forbidden.iter().any(|entry| entry == name) {
            return Verdict::Forbidden(name.to_owned());
        }
        match self.allowed.iter().find(|entry| *entry == name) {
            Some(entry) => Verdict::Allowed(entry.clone()),
            None => Verdict::Unnamed,
        }
    }

    /// Entries that are no patterns, in written order.
    pub fn invalid_patterns(&self) -> impl Iterator<Item = (&str, String)> {
        let entries = self.allowed.iter().chain(&self.forbidden);
        entries.filter_map(|entry| Glob::new(entry).err().map(|error| (entry.as_str(), error.message)))
    }

    /// Entries that stand in both lists: what forbids wins, so the other one never speaks.
    pub fn in_both(&self) -> impl Iterator<Item = &str> {
        self.allowed.iter().filter(|entry| self.forbidden.contains(entry)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(allowed: &[&str], forbidden: &[&str]) -> Lists {
        let texts = |entries: &[&str]| entries.iter().map(|entry| (*entry).to_owned()).collect();
        Lists { allowed: texts(allowed), forbidden: texts(forbidden) }
    }

    #[test]
    fn what_forbids_wins_and_is_read_widely() {
        let lists = lists(&["docs/**/*.md", "README.md", "config/**/*.toml"], &["config/**/*.toml", ".env"]);
        for (path, reason) in [
            ("docs/x/a.md", "allowed:docs/**/*.md"),
            ("./README.md", "allowed:README.md"),
            ("sub/README.md", "default_deny"),
            ("config/a.toml", "forbidden:config/**/*.toml"),
            ("docs/.env/a.md", "forbidden:.env"),
            ("docs/.env.md", "allowed:docs/**/*.md"),
            ("README.md/../src/a", "invalid_path"),
        ] {
            assert_eq!(lists.path(path).to_string(), reason, "{path}");
        }
        assert_eq!(lists.in_both().collect::<Vec<_>>(), ["config/**/*.toml"]);
    }

    #[test]
    fn an_entry_that_is_no_pattern_opens_nothing() {
        assert_eq!(lists(&["**"], &["["]).path("a"), Verdict::InvalidPattern("[".to_owned()));
        assert_eq!(lists(&["[", "**"], &[]).path("a"), Verdict::InvalidPattern("[".to_owned()));
        assert_eq!(lists(&["["], &["a"]).path("a"), Verdict::Forbidden("a".to_owned()));
    }

    #[test]
    fn names_are_the_same_or_they_are_not() {
        let lists = lists(&["web", "files"], &["web"]);
        let said = ["files", "web", "Files", ""].map(|name| lists.name(name).to_string());
        assert_eq!(said, ["allowed:files", "forbidden:web", "default_deny", "default_deny"]);
    }
}
