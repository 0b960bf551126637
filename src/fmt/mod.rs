//! Source text in its one canonical form.
//!
//! *Takes* the text of one file; *gives* the same text set anew, and the edits that lead there. *Promises* to change nothing but
//! space, line ends and the commas that may be left out; to keep every comment between the tokens between which it stood; that
//! what it gives is formatted; and to leave what is no item byte for byte. *Leaves out* files, and what any name means.
//!
//! The layout is a function of the tokens, the comments, whether a comment has its line to itself, and the blank lines between
//! members. Where the author ended lines otherwise says nothing, so there is one form and not one for each author.

mod build;
mod edits;
mod file;
mod layout;
mod trivia;
pub mod unified;

use std::ops::Range;

use crate::base::limits;
use crate::syntax;

pub use edits::Edit;

/// A text in its canonical form.
#[derive(Debug)]
pub struct Formatted {
    /// The whole text.
    pub text: String,
    /// The least changes that lead to it, in order; none where the text was formatted.
    pub edits: Vec<Edit>,
    /// What is no item and so was left as it is, in bytes of the old text.
    pub left: Vec<Range<usize>>,
}

/// Formats a file.
pub fn format(text: &str) -> Formatted {
    // A file that is too large to be read is left whole, and so is one that would be.
    let whole =
        || Formatted { text: text.to_owned(), edits: Vec::new(), left: std::iter::once(0..text.len()).collect() };
    let Some(mut pieces) = syntax::pieces(text) else { return whole() };
    let set = file::set(text, &mut pieces);
    if set.out.len() > limits::SOURCE_BYTES {
        return whole();
    }
    // A text that is never closed reaches to the end of its line, of which a carriage return is a part.
    let end = |end: usize| end - usize::from(text.get(..end).is_some_and(|before| before.ends_with('\r')));
    let left = pieces.iter().filter(|piece| piece.item.is_none()).map(|piece| piece.start..end(piece.end)).collect();
    let edits = edits::edits(text, &set.out, &set.anchors);
    Formatted { text: set.out, edits, left }
}

/// The edits that format the items, and the space around them, that a range touches.
pub fn format_range(text: &str, range: Range<usize>) -> Vec<Edit> {
    let touched = |start: usize, end: usize| start <= range.end && range.start <= end;
    let pieces = syntax::pieces(text).unwrap_or_default();
    let items: Vec<Range<usize>> = pieces.iter().filter(|p| touched(p.start, p.end)).map(|p| p.start..p.end).collect();
    let within = |edit: &Edit| items.iter().any(|item| item.start <= edit.range.start && edit.range.end <= item.end);
    let between = |edit: &Edit| {
        let inside = pieces.iter().any(|p| p.start < edit.range.end && edit.range.start < p.end);
        !inside && touched(edit.range.start, edit.range.end)
    };
    format(text).edits.into_iter().filter(|edit| within(edit) || between(edit)).collect()
}

/// Whether a text is in its canonical form. What is no item is in no form, and says nothing.
pub fn is_formatted(text: &str) -> bool {
    format(text).edits.is_empty()
}
