//! From items to a file: what stands between them, and what becomes of that which is no item.

use super::build;
use super::layout::{Anchor, Printer};
use super::trivia::{Comment, trivia};
use crate::base::limits;
use crate::syntax::concrete::{Node, Piece, Rule};

/// A file that was set anew.
#[derive(Debug, Default)]
pub struct Page {
    /// Its text.
    pub out: String,
    /// What it shares with the old text.
    pub anchors: Vec<Anchor>,
}

/// One piece of the new file.
struct Set {
    out: String,
    anchors: Vec<Anchor>,
    /// Whether it is an item of more than one line, documentation and annotations not counted.
    tall: bool,
}

/// Sets the pieces of a text, and what stands between them. An item that would then be too large to be read is an item no more,
/// and left as it is.
pub fn set(text: &str, pieces: &mut [Piece<'_>]) -> Page {
    let newline = newline(text);
    let mut items: Vec<Option<Set>> = Vec::with_capacity(pieces.len());
    for piece in pieces.iter_mut() {
        let set = piece.item.as_ref().map(|item| one(text, item, newline));
        let set = set.filter(|set| set.out.len() <= limits::ITEM_BYTES);
        if set.is_none() {
            piece.item = None;
        }
        items.push(set);
    }
    let pieces = &*pieces;
    let mut page = Page::default();
    let (mut end, mut tall) = (0, false);
    // A byte order mark says nothing, and a canonical text has none.
    let mut first = true;
    for (at, (piece, set)) in pieces.iter().zip(items).enumerate() {
        let whole = extent(text, pieces, at);
        let before = pieces.get(at.wrapping_sub(1));
        let set = set.unwrap_or_else(|| as_it_is(text, &whole));
        let gap = text.get(end..whole.start).unwrap_or_default();
        let beside = before.is_some_and(|b| b.item.is_none() || piece.item.is_none());
        if beside && !gap.contains('\n') && !first {
            // Two on one line, of which one is no item: whether they belong together cannot be told.
            page.keep(gap, end);
        } else {
            let apart = !first && (tall || set.tall) && !beside;
            page.gap(gap, end, newline, first, apart);
        }
        page.take(set.out, set.anchors);
        (end, tall, first) = (whole.end, set.tall, false);
    }
    let rest = text.get(end..).unwrap_or_default();
    page.end(rest, end, newline, first);
    page
}

/// The end of a line in this file: that of its first line.
fn newline(text: &str) -> &'static str {
    match text.split_once('\n') {
        Some((line, _)) if line.ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// The bytes that a piece stands for. What is no item keeps the space before it and the rest of its last line.
fn extent(text: &str, pieces: &[Piece<'_>], at: usize) -> std::ops::Range<usize> {
    let Some(piece) = pieces.get(at) else { return 0..0 };
    if piece.item.is_some() {
        return piece.start..piece.end;
    }
    let floor = pieces.get(at.wrapping_sub(1)).map_or(0, |before| before.end);
    let ceiling = pieces.get(at + 1).map_or(text.len(), |after| after.start);
    let before = text.get(floor..piece.start).unwrap_or_default();
    let indent = before.len() - before.trim_end_matches([' ', '\t']).len();
    let begins_line = before.len() == indent && floor == 0 || before.trim_end_matches([' ', '\t']).ends_with('\n');
    let start = if begins_line { piece.start - indent } else { piece.start };
    let behind = text.get(piece.end..ceiling).unwrap_or_default();
    let end = match behind.find('\n') {
        Some(line) => piece.end + behind.get(..line).map_or(0, |rest| rest.trim_end_matches('\r').len()),
        None if ceiling == text.len() => ceiling,
        None => piece.end,
    };
    // A text that is never closed reaches to the end of its line, and a carriage return before that belongs to the line.
    let returns = text.get(start..end).is_some_and(|own| own.ends_with('\r')) && behind.starts_with('\n');
    start..end - usize::from(returns)
}

/// What is no item.
fn as_it_is(text: &str, whole: &std::ops::Range<usize>) -> Set {
    let out = text.get(whole.clone()).unwrap_or_default().to_owned();
    let anchors = vec![Anchor { old: whole.start, len: out.len(), new: 0 }];
    Set { out, anchors, tall: false }
}

/// Sets one item.
fn one(text: &str, item: &Node<'_>, newline: &'static str) -> Set {
    let mut printer = Printer::new(newline);
    printer.item(&build::item(text, item));
    // Documentation and annotations are the first child, and the declaration begins with the first leaf behind them.
    let declared = item.children.iter().find(|c| c.rule != Rule::front);
    let start = declared.map_or(item.start, |node| node.first_leaf().start);
    let from = printer.anchors.iter().find(|anchor| anchor.old == start).map_or(0, |anchor| anchor.new);
    let tall = printer.out.get(from..).is_some_and(|behind| behind.contains('\n'));
    Set { out: printer.out, anchors: printer.anchors, tall }
}

impl Page {
    /// Adds text that was set apart.
    fn take(&mut self, out: String, anchors: Vec<Anchor>) {
        let base = self.out.len();
        self.anchors.extend(anchors.into_iter().map(|anchor| Anchor { new: anchor.new + base, ..anchor }));
        self.out.push_str(&out);
    }

    /// Adds old text as it is.
    fn keep(&mut self, text: &str, start: usize) {
        self.anchors.push(Anchor { old: start, len: text.len(), new: self.out.len() });
        self.out.push_str(text);
    }

    fn comment(&mut self, comment: &Comment<'_>) {
        self.keep(comment.text, comment.start);
    }

    /// Adds what stands before a piece; `apart` is whether a blank line must.
    fn gap(&mut self, gap: &str, start: usize, newline: &str, first: bool, apart: bool) {
        let found = trivia(gap, start);
        let mut apart = apart;
        let mut begun = !first;
        for comment in &found.comments {
            if comment.own_line || !begun {
                self.lines(newline, begun, (comment.blank || apart) && begun);
                apart = false;
            } else {
                self.out.push(' ');
            }
            self.comment(comment);
            begun = true;
        }
        self.lines(newline, begun, (found.blank || apart) && begun);
    }

    fn lines(&mut self, newline: &str, begun: bool, blank: bool) {
        for _ in 0..usize::from(begun) + usize::from(blank) {
            self.out.push_str(newline);
        }
    }

    /// Adds what stands behind the last piece, and the end of the last line.
    fn end(&mut self, gap: &str, start: usize, newline: &str, first: bool) {
        let found = trivia(gap, start);
        let mut begun = !first;
        for comment in &found.comments {
            if comment.own_line || !begun {
                self.lines(newline, begun, comment.blank && begun);
            } else {
                self.out.push(' ');
            }
            self.comment(comment);
            begun = true;
        }
        if begun && !self.out.ends_with('\n') {
            self.out.push_str(newline);
        }
    }
}
