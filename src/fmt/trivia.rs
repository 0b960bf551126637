//! What stands between two tokens: comments, and the blank lines among them.

use std::collections::BTreeMap;

use crate::syntax::concrete::Node;

/// One comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment<'i> {
    /// Its letters from the slashes on, without the space at its end.
    pub text: &'i str,
    /// Its first byte.
    pub start: usize,
    /// Whether nothing stands before it on its line.
    pub own_line: bool,
    /// Whether a blank line stands before it.
    pub blank: bool,
}

/// What stands before a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trivia<'i> {
    /// The comments in order.
    pub comments: Vec<Comment<'i>>,
    /// Whether a blank line stands directly before the token, behind all comments.
    pub blank: bool,
}

impl Trivia<'_> {
    /// Whether a blank line stands anywhere before the token.
    pub fn any_blank(&self) -> bool {
        self.blank || self.comments.iter().any(|comment| comment.blank)
    }
}

/// Reads space and comments that begin `start` bytes into the file.
pub fn trivia(gap: &str, start: usize) -> Trivia<'_> {
    let mut found = Trivia::default();
    let (mut at, mut lines) = (0, 0);
    while let Some(rest) = gap.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("//") {
            let long = rest.find('\n').unwrap_or(rest.len());
            let text = rest.get(..long).unwrap_or(rest).trim_end();
            // The first line of a file has no line break before it.
            let own_line = lines > 0 || start + at == 0;
            found.comments.push(Comment { text, start: start + at, own_line, blank: lines > 1 });
            (at, lines) = (at + long, 0);
        } else {
            lines += usize::from(rest.starts_with('\n'));
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found.blank = lines > 1;
    found
}

/// What stands before each leaf of an item but the first, by the place of the leaf; leaves with nothing but space on their
/// line before them are left out.
pub fn within<'i>(text: &'i str, item: &Node<'i>) -> BTreeMap<usize, Trivia<'i>> {
    let mut found = BTreeMap::new();
    let mut end = None;
    item.leaves(&mut |leaf| {
        let before = end.map(|end| trivia(text.get(end..leaf.start).unwrap_or_default(), end));
        end = Some(leaf.start + leaf.text.len());
        found.extend(before.filter(|t| t.blank || !t.comments.is_empty()).map(|t| (leaf.start, t)));
    });
    found
}
