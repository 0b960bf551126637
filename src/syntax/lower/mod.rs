//! From pest's pairs to the tree.
//!
//! *Takes* pairs of one file's text; *gives* nodes of [`ast`](super::ast) with the span of each. *Promises* that no node
//! is deeper than the limit and that whatever cannot be read is reported and stands in the tree as an `Error` node.
//! *Leaves out* where an item begins and what becomes of the pieces of one that did not parse: that is `recover`.

mod atom;
mod cases;
mod expr;
mod items;
mod literal;
mod missions;
mod routes;
mod text;
mod types;

use crate::base::{FileId, Span, limits};
use crate::diag::Diagnostic;

use super::ast::{Annotation, Front, Ident, Path};
use super::codes;
use super::grammar::{Pair, Rule};

/// Most errors of one file that are kept until the file is read; far fewer are shown.
const KEPT: usize = 10_000;

/// One member of an item, or one block of members.
pub struct Part<'i> {
    /// The member's pair; of a block that was read in pieces, the pair of its head.
    pub pair: Pair<'i>,
    /// The members of a block that was read in pieces.
    pub inside: Option<Vec<Part<'i>>>,
}

impl<'i> From<Pair<'i>> for Part<'i> {
    fn from(pair: Pair<'i>) -> Self {
        Self { pair, inside: None }
    }
}

impl<'i> Part<'i> {
    /// Head and members of a block, whichever way it was read.
    fn block(self) -> Option<(Pair<'i>, Vec<Part<'i>>)> {
        if let Some(inside) = self.inside {
            return Some((self.pair, inside));
        }
        let mut inner = self.pair.into_inner();
        let head = inner.next()?;
        Some((head, members(inner)))
    }
}

/// The members among the pairs of a body: everything that is not punctuation.
pub fn members<'i>(pairs: impl Iterator<Item = Pair<'i>>) -> Vec<Part<'i>> {
    pairs
        .filter(|p| !matches!(p.as_rule(), Rule::lbrace | Rule::rbrace | Rule::comma | Rule::separator | Rule::EOI))
        .map(Part::from)
        .collect()
}

/// Makes tree nodes of the pairs of one file and collects what is wrong with them.
pub struct Lower<'i> {
    file: FileId,
    text: &'i str,
    diagnostics: Vec<Diagnostic>,
    /// Errors beyond those that are kept.
    dropped: usize,
    /// Whether the item at hand was read in pieces, so that a part that is missing was reported already.
    pub in_pieces: bool,
    /// Nested expressions and types that are being read.
    depth: usize,
    /// Whether the expression at hand was already reported as too deep.
    deep: bool,
}

impl<'i> Lower<'i> {
    /// For the pairs of this text.
    pub fn new(file: FileId, text: &'i str) -> Self {
        Self { file, text, diagnostics: Vec::new(), dropped: 0, in_pieces: false, depth: 0, deep: false }
    }

    /// The byte at which a piece of this file's text begins. All pairs borrow from that text, so the distance of the
    /// addresses is the place, whichever slice was being read.
    pub fn offset(&self, piece: &str) -> usize {
        (piece.as_ptr().addr().saturating_sub(self.text.as_ptr().addr())).min(self.text.len())
    }

    /// The span of a piece of this file's text.
    pub fn span_of(&self, piece: &str) -> Span {
        let start = self.offset(piece);
        Span::new(self.file, start, start + piece.len())
    }

    /// Where a pair stands, without the documentation before it and the space behind it.
    pub fn span(&self, pair: &Pair<'i>) -> Span {
        let mut inner = pair.clone().into_inner();
        let first = match inner.next() {
            Some(front) if front.as_rule() == Rule::front => inner.next().unwrap_or(front),
            _ => pair.clone(),
        };
        // The last leaf is a sign, a word or a literal and so ends where its letters end; the pairs above it also hold
        // the space in which an optional part was looked for.
        let mut last = pair.clone();
        while let Some(child) = last.clone().into_inner().next_back() {
            last = child;
        }
        let start = self.offset(first.as_str());
        let end = self.offset(last.as_str()) + last.as_str().len();
        Span::new(self.file, start, end.max(start))
    }

    /// Reports an error. A hostile file can hold one for every byte, so beyond some number they are only counted.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < KEPT {
            self.diagnostics.push(diagnostic);
        } else {
            self.dropped += 1;
        }
    }

    /// How many errors were reported so far.
    pub fn reported(&self) -> usize {
        self.diagnostics.len() + self.dropped
    }

    /// Whether no more errors are kept.
    pub fn is_full(&self) -> bool {
        self.diagnostics.len() >= KEPT
    }

    /// The errors, and how many more there were.
    pub fn finish(self) -> (Vec<Diagnostic>, usize) {
        (self.diagnostics, self.dropped)
    }

    fn ident(&mut self, pair: &Pair<'i>) -> Ident {
        let span = self.span(pair);
        self.check_length(pair.as_str(), span);
        Ident { text: pair.as_str().into(), span }
    }

    fn check_length(&mut self, name: &str, span: Span) {
        if name.len() > limits::NAME_BYTES {
            let message = format!("a name of {} bytes; names have at most {}", name.len(), limits::NAME_BYTES);
            self.report(Diagnostic::error(&codes::LONG_NAME, span, message).label("this name"));
        }
    }

    fn path(&mut self, pair: &Pair<'i>) -> Option<Path> {
        let words: Vec<Ident> = children(pair, Rule::word).map(|w| self.ident(&w)).collect();
        let mut words = words.into_iter();
        let first = words.next()?;
        Some(match words.next() {
            Some(name) => Path { package: Some(first), name },
            None => Path { package: None, name: first },
        })
    }

    /// The word directly under a pair.
    fn word_in(&mut self, pair: &Pair<'i>) -> Option<Ident> {
        let word = child(pair, Rule::word)?;
        Some(self.ident(&word))
    }

    fn words_in(&mut self, pair: &Pair<'i>) -> Vec<Ident> {
        children(pair, Rule::word).map(|w| self.ident(&w)).collect()
    }

    /// The path directly under a pair.
    fn path_in(&mut self, pair: &Pair<'i>) -> Option<Path> {
        let path = child(pair, Rule::path)?;
        self.path(&path)
    }

    fn paths_in(&mut self, pair: &Pair<'i>) -> Vec<Path> {
        children(pair, Rule::path).filter_map(|p| self.path(&p)).collect()
    }

    /// The documentation and annotations that stand first in a pair.
    fn front_in(&mut self, pair: &Pair<'i>) -> Front {
        child(pair, Rule::front).map(|f| self.front(&f)).unwrap_or_default()
    }

    /// Documentation and annotations.
    pub fn front(&mut self, pair: &Pair<'i>) -> Front {
        let lines: Vec<&str> = children(pair, Rule::doc)
            .map(|d| d.as_str().trim_start_matches('/'))
            .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end())
            .collect();
        let docs = (!lines.is_empty()).then(|| lines.join("\n").into());
        let annotations = children(pair, Rule::annotation).filter_map(|a| self.annotation(&a)).collect();
        Front { docs, annotations }
    }

    fn annotation(&mut self, pair: &Pair<'i>) -> Option<Annotation> {
        let name = self.word_in(pair)?;
        let args = child(pair, Rule::annotation_args)
            .into_iter()
            .flat_map(|args| children(&args, Rule::annotation_arg).collect::<Vec<_>>())
            .filter_map(|arg| arg.into_inner().next())
            .map(|arg| self.annotation_arg(&arg))
            .collect();
        Some(Annotation { name, args, span: self.span(pair) })
    }
}

/// The first pair of a rule directly under another.
pub fn child<'i>(pair: &Pair<'i>, rule: Rule) -> Option<Pair<'i>> {
    children(pair, rule).next()
}

/// The pairs of a rule directly under another.
fn children<'i>(pair: &Pair<'i>, rule: Rule) -> impl Iterator<Item = Pair<'i>> + use<'i> {
    pair.clone().into_inner().filter(move |p| p.as_rule() == rule)
}

/// Whether a pair of a rule stands directly under another.
fn has(pair: &Pair<'_>, rule: Rule) -> bool {
    child(pair, rule).is_some()
}
