//! Globs over relative paths, and the paths that may be held against them.
//!
//! *Takes* a pattern: `*` and `?` within one name, `**` as a whole name for any number of folders, classes such as `[a-z]`
//! and `[!0-9]`, and alternatives such as `{md,txt}`. *Gives* whether a whole path matches. *Promises* that no pattern
//! matches a part of a path only, that no sign but `**` crosses a `/`, and that matching takes time in proportion to the
//! pattern times the path. *Leaves out* files: a glob is held against text.

mod reader;
#[cfg(test)]
mod tests;

use std::fmt;

use super::{Name, limits};
use reader::{Part, Segment};

/// A pattern that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    source: Name,
    /// What the braces stand for, written out; the pattern matches where one of these does.
    alternatives: Vec<Vec<Segment>>,
}

/// Why a text is not a glob.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct GlobError {
    /// What is wrong, in lower case.
    pub message: String,
}

impl Glob {
    /// Understands a pattern.
    pub fn new(source: &str) -> Result<Self, GlobError> {
        Ok(Self { source: source.into(), alternatives: reader::read(source)? })
    }

    /// The pattern as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the whole path matches.
    pub fn matches(&self, path: &RelativePath) -> bool {
        let names: Vec<Vec<char>> = path.names().map(|name| name.chars().collect()).collect();
        self.alternatives.iter().any(|segments| follows(segments, &names))
    }

    /// Whether the pattern is a single name, as `.env`, so that a list that forbids means it wherever it stands.
    pub fn is_one_name(&self) -> bool {
        self.alternatives.iter().all(|segments| matches!(segments.as_slice(), [Segment::Parts(_)]))
    }

    /// Whether one of the names that a path consists of matches.
    pub fn matches_a_name_of(&self, path: &RelativePath) -> bool {
        path.names().any(|name| {
            let name = [name.chars().collect()];
            self.alternatives.iter().any(|segments| follows(segments, &name))
        })
    }
}

/// Whether the names follow the segments, both from end to end.
fn follows(segments: &[Segment], names: &[Vec<char>]) -> bool {
    // `open[j]`: whether the segments so far can have taken exactly the first `j` names.
    let mut open = vec![false; names.len() + 1];
    if let Some(first) = open.first_mut() {
        *first = true;
    }
    for (at, segment) in segments.iter().enumerate() {
        open = match segment {
            Segment::Folders => {
                // At the end of a pattern, `**` stands for what is inside a folder, and so for one name at least.
                let last = at + 1 == segments.len();
                let mut reached = false;
                open.iter()
                    .map(|is_open| {
                        let before = reached;
                        reached |= *is_open;
                        if last { before } else { reached }
                    })
                    .collect()
            }
            Segment::Parts(parts) => {
                let taken = open.iter().zip(names).map(|(is_open, name)| *is_open && spells(parts, name));
                std::iter::once(false).chain(taken).collect()
            }
        };
    }
    open.last().copied().unwrap_or(false)
}

/// Whether the parts spell the name, both from end to end.
fn spells(parts: &[Part], name: &[char]) -> bool {
    let mut open = vec![false; name.len() + 1];
    if let Some(first) = open.first_mut() {
        *first = true;
    }
    for part in parts {
        open = match part {
            Part::Run => {
                let mut reached = false;
                open.iter()
                    .map(|is_open| {
                        reached |= *is_open;
                        reached
                    })
                    .collect()
            }
            one => {
                let taken = open.iter().zip(name).map(|(is_open, letter)| *is_open && one.takes(*letter));
                std::iter::once(false).chain(taken).collect()
            }
        };
    }
    open.last().copied().unwrap_or(false)
}

/// A path below some folder, in one spelling: names joined by `/`, none of them `.` or `..`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RelativePath {
    text: String,
}

/// Why a text is no path that a pattern may be held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// There is nothing.
    #[error("it is empty")]
    Empty,
    /// It begins at a root or a drive.
    #[error("it is absolute")]
    Absolute,
    /// It holds a `\`, which some systems take for a `/`.
    #[error("it holds a backslash")]
    Backslash,
    /// It holds a character that is not for reading.
    #[error("it holds a control character")]
    Control,
    /// It holds `..`, and so could lead out of what its beginning names.
    #[error("it holds `..`")]
    Parent,
    /// It ends in `/`.
    #[error("it ends in `/`, and so names a folder")]
    Folder,
    /// It is longer than [`limits::PATH_BYTES`].
    #[error("it is longer than {} bytes", limits::PATH_BYTES)]
    TooLong,
}

impl RelativePath {
    /// A path in its one spelling: without `.` and without empty names. What could lead elsewhere is refused, not resolved,
    /// since what `a/..` leads to depends on what `a` is.
    pub fn new(text: &str) -> Result<Self, PathError> {
        let drive = matches!(text.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
        if text.is_empty() {
            return Err(PathError::Empty);
        }
        if text.len() > limits::PATH_BYTES {
            return Err(PathError::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(PathError::Control);
        }
        if text.contains('\\') {
            return Err(PathError::Backslash);
        }
        if text.starts_with('/') || drive {
            return Err(PathError::Absolute);
        }
        if text.split('/').any(|name| name == "..") {
            return Err(PathError::Parent);
        }
        let names: Vec<&str> = text.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
        if names.is_empty() {
            return Err(PathError::Empty);
        }
        if text.ends_with('/') || text.ends_with("/.") {
            return Err(PathError::Folder);
        }
        Ok(Self { text: names.join("/") })
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.text.split('/')
    }
}

impl fmt::Display for RelativePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
