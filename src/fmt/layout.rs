//! From a document to lines.
//!
//! *Takes* a [`Doc`]: tokens with the places at which a line may end; *gives* text. A group stands on one line where it fits and
//! is broken at all its own places otherwise. *Promises* that every comment stays between the tokens between which it was
//! written: behind the token before it where it was, or on lines of its own where it was; and time that grows with length.

use super::trivia::{Comment, Trivia};

/// Columns of a line.
pub const WIDTH: usize = 120;
/// Columns of one step of indentation.
pub const STEP: usize = 4;

/// A sign, word or literal, and what stands before it.
#[derive(Clone, Debug)]
pub struct Leaf<'i> {
    /// Its letters.
    pub text: &'i str,
    /// Its first byte.
    pub start: usize,
    /// What stands before it.
    pub before: Trivia<'i>,
}

/// What becomes of the blank line that an author put where a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blank {
    /// It goes.
    Drop,
    /// It goes, unless a comment stands before it: the start of a block.
    AfterComment,
    /// It stays; several become one.
    Keep,
}

/// A text with the places at which its lines may end.
#[derive(Debug)]
pub enum Doc<'i> {
    /// A token.
    Token(Leaf<'i>),
    /// A comma or semicolon that is not taken over; the comments before it are.
    Dropped(Leaf<'i>),
    /// A comma that belongs here, written or not.
    Comma,
    /// A comma where the block around it is broken, and none where it is not.
    CommaIfBroken,
    /// A comma where the block around it stands on one line, and none where it is broken.
    CommaIfFlat,
    /// Spaces.
    Space(usize),
    /// Spaces that put something below what stands above it, where the block around it is broken.
    Pad(usize),
    /// A space, or the end of a line.
    Line,
    /// The same between elements, where a blank line may stand.
    Element,
    /// The end of a line.
    Hard(Blank),
    /// Parts in a row.
    Row(Vec<Doc<'i>>),
    /// Parts that stand on one line if they fit.
    Group(Vec<Doc<'i>>),
    /// Parts whose further lines are indented under the first.
    Hang(Vec<Doc<'i>>),
    /// Brackets and what they hold.
    Block(Box<Block<'i>>),
    /// Parts of which as many stand on a line as fit.
    Fill(Vec<Doc<'i>>),
}

/// Brackets and what they hold.
#[derive(Debug)]
pub struct Block<'i> {
    /// The opening bracket.
    pub open: Leaf<'i>,
    /// What they hold.
    pub body: Vec<Doc<'i>>,
    /// The closing bracket.
    pub close: Leaf<'i>,
    /// Whether a space stands inside the brackets on one line.
    pub spaced: bool,
    /// Whether it never stands on one line.
    pub broken: bool,
}

/// Where what comes next is to stand.
#[derive(Clone, Copy, Debug)]
enum Pending {
    Space(usize),
    Line(usize, Blank),
}

/// How the parts at hand are written.
#[derive(Clone, Copy, Debug)]
struct Mode {
    /// On one line.
    flat: bool,
    /// The block around them is broken, so that its members stand below each other.
    aligned: bool,
    /// Where a line goes on that a comment ends.
    indent: usize,
}

/// A piece of the old text that stands in the new: where it was, its length, and where it is.
#[derive(Clone, Copy, Debug)]
pub struct Anchor {
    /// The place in the old text.
    pub old: usize,
    /// Bytes.
    pub len: usize,
    /// The place in the new text.
    pub new: usize,
}

/// Writes documents.
#[derive(Debug)]
pub struct Printer<'i> {
    /// What was written.
    pub out: String,
    /// Every token and comment in it.
    pub anchors: Vec<Anchor>,
    newline: &'static str,
    column: usize,
    indent: usize,
    pending: Pending,
    /// Comments before commas that were not taken over.
    carried: Vec<Comment<'i>>,
    /// Whether a comment stands on the line already.
    commented: bool,
}

impl<'i> Printer<'i> {
    /// With nothing written.
    pub fn new(newline: &'static str) -> Self {
        let pending = Pending::Space(0);
        let (out, anchors, carried) = (String::new(), Vec::new(), Vec::new());
        Self { out, anchors, newline, column: 0, indent: 0, pending, carried, commented: false }
    }

    /// Writes an item, whose first token stands at the margin.
    pub fn item(&mut self, doc: &Doc<'i>) {
        self.print(doc, Mode { flat: false, aligned: false, indent: 0 }, 0);
    }

    /// The indentation of the line on which the next token will stand.
    fn line_indent(&self) -> usize {
        match self.pending {
            Pending::Line(indent, _) => indent,
            Pending::Space(_) => self.indent,
        }
    }

    /// The column at which the next token will stand, if no comment stands before it.
    fn next_column(&self) -> usize {
        match self.pending {
            Pending::Line(indent, _) => indent,
            Pending::Space(spaces) => self.column + spaces,
        }
    }

    fn write(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn end_line(&mut self, indent: usize, blank: bool) {
        self.out.push_str(self.newline);
        if blank {
            self.out.push_str(self.newline);
        }
        self.out.extend(std::iter::repeat_n(' ', indent));
        (self.column, self.indent, self.commented) = (indent, indent, false);
    }

    fn anchored(&mut self, text: &str, old: usize) {
        self.anchors.push(Anchor { old, len: text.len(), new: self.out.len() });
        self.write(text);
    }

    fn comments(&mut self, own: &[Comment<'i>], mode: Mode) {
        let carried = std::mem::take(&mut self.carried);
        for comment in carried.iter().chain(own) {
            let (indent, blank) = match self.pending {
                Pending::Line(indent, blank) => (indent, blank),
                Pending::Space(_) => (mode.indent, Blank::Drop),
            };
            if comment.own_line || self.commented {
                self.end_line(indent, comment.blank && blank == Blank::Keep);
                self.anchored(comment.text, comment.start);
                let blank = if blank == Blank::Drop { Blank::Drop } else { Blank::Keep };
                self.pending = Pending::Line(indent, blank);
            } else {
                self.write(" ");
                self.anchored(comment.text, comment.start);
                self.pending = Pending::Line(indent, blank);
            }
            self.commented = true;
        }
    }

    fn leaf(&mut self, leaf: &Leaf<'i>, mode: Mode) {
        self.comments(&leaf.before.comments, mode);
        match self.pending {
            Pending::Space(spaces) => self.write(&" ".repeat(spaces)),
            Pending::Line(indent, blank) => self.end_line(indent, leaf.before.blank && blank == Blank::Keep),
        }
        self.pending = Pending::Space(0);
        self.anchored(leaf.text, leaf.start);
    }

    fn space(&mut self, more: usize) {
        if let Pending::Space(spaces) = self.pending {
            self.pending = Pending::Space(spaces + more);
        }
    }

    fn break_line(&mut self, indent: usize, blank: Blank) {
        self.pending = Pending::Line(indent, blank);
    }

    /// Writes a document; `tail` columns follow it before a line may end.
    fn print(&mut self, doc: &Doc<'i>, mode: Mode, tail: usize) {
        match doc {
            Doc::Token(leaf) => self.leaf(leaf, mode),
            Doc::Dropped(leaf) => self.carried.extend(&leaf.before.comments),
            Doc::Comma => self.write(","),
            Doc::CommaIfBroken if mode.aligned => self.write(","),
            Doc::CommaIfFlat if !mode.aligned => self.write(","),
            Doc::CommaIfBroken | Doc::CommaIfFlat => {}
            Doc::Space(spaces) => self.space(*spaces),
            Doc::Pad(spaces) if mode.aligned => self.space(*spaces),
            Doc::Pad(_) => {}
            Doc::Line | Doc::Element if mode.flat => self.space(1),
            Doc::Line => self.break_line(mode.indent, Blank::Drop),
            Doc::Element => self.break_line(mode.indent, Blank::Keep),
            Doc::Row(parts) => self.all(parts, mode, tail),
            Doc::Hard(blank) => self.break_line(mode.indent, *blank),
            Doc::Group(parts) => {
                let flat = mode.flat || self.fits(doc, mode, tail);
                self.all(parts, Mode { flat, ..mode }, tail);
            }
            Doc::Hang(parts) => {
                let indent = if mode.flat { mode.indent } else { self.line_indent() + STEP };
                self.all(parts, Mode { indent, ..mode }, tail);
            }
            Doc::Block(block) => self.block(doc, block, mode, tail),
            Doc::Fill(parts) => {
                for (at, part) in parts.iter().enumerate() {
                    if at > 0 {
                        self.space(1);
                        if !mode.flat && (has_comments(part) || !self.fits(part, mode, 1)) {
                            self.pending = Pending::Line(mode.indent, Blank::Keep);
                        }
                    }
                    self.print(part, mode, 1);
                }
            }
        }
    }

    fn all(&mut self, parts: &[Doc<'i>], mode: Mode, tail: usize) {
        for (at, part) in parts.iter().enumerate() {
            let tail = match part {
                Doc::Row(_) | Doc::Group(_) | Doc::Hang(_) | Doc::Block(_) => {
                    let (width, ends) = lead(parts.get(at + 1..).unwrap_or_default(), mode);
                    if ends { width } else { width + tail }
                }
                _ => 0,
            };
            self.print(part, mode, tail);
        }
    }

    fn block(&mut self, doc: &Doc<'i>, block: &Block<'i>, mode: Mode, tail: usize) {
        let flat = mode.flat || (!block.broken && self.fits(doc, mode, tail));
        self.leaf(&block.open, mode);
        let pad = usize::from(block.spaced && !block.body.is_empty());
        if flat {
            self.space(pad);
            self.all(&block.body, Mode { flat, aligned: false, ..mode }, 0);
            self.space(pad);
            self.leaf(&block.close, mode);
            return;
        }
        let outer = self.indent;
        let inner = outer + STEP;
        let within = Mode { flat, aligned: true, indent: inner };
        self.break_line(inner, Blank::AfterComment);
        self.all(&block.body, within, 0);
        let blank = if block.body.is_empty() { Blank::AfterComment } else { Blank::Keep };
        self.pending = Pending::Line(inner, blank);
        self.comments(&block.close.before.comments, within);
        self.pending = Pending::Line(outer, Blank::Drop);
        let bare = Trivia::default();
        self.leaf(&Leaf { before: bare, ..block.close }, mode);
    }

    /// Whether a document stands on one line from here, together with the columns that must follow it.
    fn fits(&self, doc: &Doc<'i>, mode: Mode, tail: usize) -> bool {
        let moved = !self.carried.is_empty() || has_comments(doc);
        let column = match self.pending {
            Pending::Space(_) if moved => mode.indent,
            _ => self.next_column(),
        };
        let Some(room) = WIDTH.checked_sub(column + tail) else { return false };
        let mut measure = Measure { room, first: true };
        measure.takes(doc, mode.aligned)
    }
}

/// Measures documents on one line.
struct Measure {
    room: usize,
    /// Whether no token was seen yet: comments before the first stand on lines before it.
    first: bool,
}

impl Measure {
    fn take(&mut self, columns: usize) -> bool {
        let fits = columns <= self.room;
        self.room = self.room.saturating_sub(columns);
        fits
    }

    fn leaf(&mut self, leaf: &Leaf<'_>) -> bool {
        let bare = leaf.before.comments.is_empty() || self.first;
        self.first = false;
        bare && self.take(leaf.text.chars().count())
    }

    fn takes(&mut self, doc: &Doc<'_>, aligned: bool) -> bool {
        match doc {
            Doc::Token(leaf) => self.leaf(leaf),
            Doc::Dropped(leaf) => self.first || leaf.before.comments.is_empty(),
            Doc::Comma | Doc::Line | Doc::Element => self.take(1),
            Doc::CommaIfBroken => self.take(usize::from(aligned)),
            Doc::CommaIfFlat => self.take(usize::from(!aligned)),
            Doc::Space(spaces) => self.take(*spaces),
            Doc::Pad(spaces) => self.take(if aligned { *spaces } else { 0 }),
            // Between the members of a block that stands on one line there is only one, and no end of a line.
            Doc::Hard(_) => false,
            Doc::Row(parts) | Doc::Group(parts) | Doc::Hang(parts) => {
                parts.iter().all(|part| self.takes(part, aligned))
            }
            Doc::Fill(parts) => {
                parts.iter().enumerate().all(|(at, part)| (at == 0 || self.take(1)) && self.takes(part, aligned))
            }
            Doc::Block(block) => {
                let pad = if block.spaced && !block.body.is_empty() { 2 } else { 0 };
                !block.broken
                    && self.leaf(&block.open)
                    && block.body.iter().all(|part| self.takes(part, false))
                    && self.take(pad)
                    && self.leaf(&block.close)
            }
        }
    }
}

/// The columns of what comes first in these parts up to where a line may end, and whether one may.
fn lead(parts: &[Doc<'_>], mode: Mode) -> (usize, bool) {
    let mut width = 0;
    for part in parts {
        let (more, ends) = match part {
            Doc::Token(leaf) if leaf.before.comments.is_empty() => (leaf.text.chars().count(), false),
            Doc::Token(_) | Doc::Hard(_) => (0, true),
            Doc::Dropped(leaf) => (0, !leaf.before.comments.is_empty()),
            Doc::Comma => (1, false),
            Doc::CommaIfBroken => (usize::from(mode.aligned), false),
            Doc::CommaIfFlat => (usize::from(!mode.aligned), false),
            Doc::Space(spaces) => (*spaces, false),
            Doc::Pad(spaces) => (if mode.aligned { *spaces } else { 0 }, false),
            Doc::Line | Doc::Element => (usize::from(mode.flat), !mode.flat),
            Doc::Row(inner) => lead(inner, mode),
            // What follows may be broken at its own places.
            Doc::Group(inner) | Doc::Hang(inner) | Doc::Fill(inner) => lead(inner, Mode { flat: false, ..mode }),
            Doc::Block(block) => {
                let open = block.open.text.chars().count();
                if block.body.is_empty() { (open + block.close.text.chars().count(), false) } else { (open, true) }
            }
        };
        width += more;
        if ends || width > WIDTH {
            return (width, true);
        }
    }
    (width, false)
}

/// Whether comments stand before the first token of a document.
fn has_comments(doc: &Doc<'_>) -> bool {
    begins_with_comments(doc).unwrap_or(false)
}

/// The same; nothing where the document holds no token and no comment.
fn begins_with_comments(doc: &Doc<'_>) -> Option<bool> {
    match doc {
        Doc::Token(leaf) => Some(!leaf.before.comments.is_empty()),
        Doc::Block(block) => Some(!block.open.before.comments.is_empty()),
        Doc::Dropped(leaf) => (!leaf.before.comments.is_empty()).then_some(true),
        Doc::Row(parts) | Doc::Group(parts) | Doc::Hang(parts) | Doc::Fill(parts) => {
            parts.iter().find_map(begins_with_comments)
        }
        _ => None,
    }
}

/// The columns of a document on one line; nothing where it cannot stand on one.
pub fn width(doc: &Doc<'_>) -> Option<usize> {
    let mut measure = Measure { room: WIDTH, first: true };
    measure.takes(doc, false).then_some(WIDTH - measure.room)
}
