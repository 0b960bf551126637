//! The least changes between a text and its canonical form.
//!
//! Every token and comment stands in both, so what differs is only what stands between two of them. No comparison of lines is
//! needed, and no change ever touches a letter that means something.

use std::ops::Range;

use super::layout::Anchor;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes of the old text that go.
    pub range: Range<usize>,
    /// What stands there instead.
    pub text: String,
}

/// The changes from one text to another, given what both share, in order.
pub fn edits(old: &str, new: &str, anchors: &[Anchor]) -> Vec<Edit> {
    let mut found = Vec::new();
    let (mut old_at, mut new_at) = (0, 0);
    let end = Anchor { old: old.len(), len: 0, new: new.len() };
    for anchor in anchors.iter().chain([&end]) {
        let before = old.get(old_at..anchor.old).unwrap_or_default();
        let after = new.get(new_at..anchor.new).unwrap_or_default();
        found.extend(edit(before, after, old_at));
        (old_at, new_at) = (anchor.old + anchor.len, anchor.new + anchor.len);
    }
    found
}

/// The change between two pieces of text, without what they begin and end with alike.
fn edit(before: &str, after: &str, at: usize) -> Option<Edit> {
    if before == after {
        return None;
    }
    let alike = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
        pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
    };
    let front = alike(&mut before.chars().zip(after.chars()));
    let (before, after) = (before.get(front..)?, after.get(front..)?);
    let back = alike(&mut before.chars().rev().zip(after.chars().rev()));
    let text = after.get(..after.len() - back)?.to_owned();
    Some(Edit { range: at + front..at + front + before.len() - back, text })
}
