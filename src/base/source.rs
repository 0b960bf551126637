//! Source files and positions in them.

use std::sync::Arc;

use super::Name;

/// A file of one run, by its place in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` to `end`, in bytes.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { file, start: clamp(start), end: clamp(end) }
    }

    /// The smallest range that holds both; both are in one file.
    pub fn to(self, other: Self) -> Self {
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty range at the start of this one.
    pub fn at_start(self) -> Self {
        Self { end: self.start, ..self }
    }
}

/// One text file: its name as diagnostics show it, and its text.
#[derive(Debug)]
pub struct SourceFile {
    /// The path, relative to where the run began, with forward slashes: what diagnostics show.
    pub name: Name,
    /// The same place whichever folder the run began in: relative to the package, or `dependency::path`.
    pub place: Name,
    /// The whole text.
    pub text: Arc<str>,
    line_starts: Vec<u32>,
}

impl SourceFile {
    fn new(name: Name, place: Name, text: Arc<str>) -> Self {
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| (i + 1) as u32))
            .collect();
        Self { name, place, text, line_starts }
    }

    /// Line and column of a byte, both from 1; the column counts characters.
    pub fn position(&self, at: u32) -> (usize, usize) {
        let line = self.line_starts.partition_point(|start| *start <= at).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0) as usize;
        let end = (at as usize).min(self.text.len());
        let before = self.text.get(start..end).unwrap_or("");
        (line, before.chars().count() + 1)
    }
}

/// All files of one run.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a file and returns its number.
    pub fn add(&mut self, name: impl Into<Name>, text: impl Into<Arc<str>>) -> FileId {
        let name: Name = name.into();
        self.add_at(name.clone(), name, text)
    }

    /// Adds a file that decisions know by another path than diagnostics do.
    pub fn add_at(&mut self, name: impl Into<Name>, place: impl Into<Name>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile::new(name.into(), place.into(), text.into()));
        id
    }

    /// The file, if it belongs to this run.
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// All files with their numbers, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, f)| (FileId(i as u32), f))
    }

    /// The text under a span; empty where the span does not fit.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).and_then(|f| f.text.get(span.start as usize..span.end as usize)).unwrap_or("")
    }

    /// `file:line:column` of the start of a span, the same whichever folder the run began in.
    pub fn location(&self, span: Span) -> String {
        match self.get(span.file) {
            Some(file) => {
                let (line, column) = file.position(span.start);
                format!("{}:{line}:{column}", file.place)
            }
            None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let mut sources = Sources::default();
        let id = sources.add("a", "äb\nc");
        let file = sources.get(id).unwrap();
        assert_eq!(file.position(0), (1, 1));
        assert_eq!(file.position(2), (1, 2));
        assert_eq!(file.position(4), (2, 1));
        assert_eq!(file.position(99), (2, 2));
    }
}
