//! What stands behind the head: nothing, an entry whose head was not written any more, or a line that was torn.

use super::entry::{Head, Line};

/// What becomes of the bytes behind the head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The head with what could be kept.
    pub head: Head,
    /// Whether a whole entry was found behind the head as it was.
    pub adopted: bool,
    /// Whether the head announced an entry, without which nothing of ours can stand behind it.
    pub announced: bool,
    /// Whether the entry that was found is the one that the head announced.
    pub expected: bool,
    /// Where torn bytes begin, if there are any.
    pub torn_at: Option<u64>,
}

/// Looks at the bytes behind a head. At most one whole entry can stand there, since nobody appends before the head has been
/// repaired; more than that is no accident, and nothing is given.
pub fn recover(head: &Head, tail: &[u8]) -> Option<Recovered> {
    let pending = head.pending.as_deref();
    let (announced, mut expected) = (pending.is_some(), false);
    let mut head = Head { pending: None, signed: None, ..head.clone() };
    let mut adopted = false;
    let mut rest = tail;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, after) = rest.split_at(end);
        let after = after.get(1..).unwrap_or(&[]);
        let read = Line::read(line).ok().filter(Line::fits);
        let follows = |l: &Line| l.previous == head.last && l.sequence == head.count.saturating_add(1);
        let Some(line) = read.filter(follows) else {
            // Only the last line can be torn: whole lines behind it were written later by somebody else.
            let torn = after.is_empty().then_some(head.bytes);
            return torn.map(|at| Recovered { head, adopted, announced, expected, torn_at: Some(at) });
        };
        if adopted {
            return None;
        }
        let bytes = head.bytes.saturating_add(end as u64).saturating_add(1);
        expected = pending == Some(&line.digest);
        head = Head { count: line.sequence, bytes, last: Some(line.digest), ..Head::default() };
        adopted = true;
        rest = after;
    }
    let torn_at = (!rest.is_empty()).then_some(head.bytes);
    Some(Recovered { head, adopted, announced, expected, torn_at })
}
