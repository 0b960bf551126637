//! Whether a pattern occurs in a text, in time linear in the text.

use crate::base::pattern::{Pattern, Step};

/// Whether the pattern occurs anywhere in the text.
///
/// All places in the program that could have been reached are followed at once, so that no text makes it slow.
pub fn occurs(pattern: &Pattern, text: &str) -> bool {
    let mut here = Threads::new(pattern.program.len());
    let mut next = Threads::new(pattern.program.len());
    let mut rest = text.chars().peekable();
    let mut first = true;
    loop {
        let last = rest.peek().is_none();
        // An occurrence may begin at each place.
        if here.follow(pattern, 0, first, last) {
            return true;
        }
        let Some(c) = rest.next() else { return false };
        let last = rest.peek().is_none();
        next.clear();
        for at in &here.waiting {
            let taken = match pattern.program.get(*at) {
                Some(Step::Ranges(ranges)) => ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)),
                _ => false,
            };
            if taken && next.follow(pattern, at.saturating_add(1), false, last) {
                return true;
            }
        }
        std::mem::swap(&mut here, &mut next);
        first = false;
    }
}

/// The places of the program that wait for the next character.
struct Threads {
    waiting: Vec<usize>,
    seen: Vec<bool>,
}

impl Threads {
    fn new(length: usize) -> Self {
        Self { waiting: Vec::new(), seen: vec![false; length] }
    }

    fn clear(&mut self) {
        self.waiting.clear();
        self.seen.fill(false);
    }

    /// Goes on from a place without taking a character; true if that reaches the end of the pattern.
    fn follow(&mut self, pattern: &Pattern, from: usize, first: bool, last: bool) -> bool {
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            match self.seen.get_mut(at) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            match pattern.program.get(at) {
                Some(Step::Match) => return true,
                Some(Step::Ranges(_)) => self.waiting.push(at),
                Some(Step::Jump(to)) => open.push(*to as usize),
                Some(Step::Split(a, b)) => open.extend([*b as usize, *a as usize]),
                Some(Step::Start) if first => open.push(at.saturating_add(1)),
                Some(Step::End) if last => open.push(at.saturating_add(1)),
                Some(Step::Start | Step::End) | None => {}
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(c: char) -> Step {
        Step::Ranges(vec![(c, c)])
    }

    fn pattern(program: Vec<Step>) -> Pattern {
        Pattern { source: "".into(), program }
    }

    #[test]
    fn a_pattern_occurs_anywhere_unless_it_is_anchored() {
        let plain = pattern(vec![one('a'), one('b'), Step::Match]);
        assert!(occurs(&plain, "xxab"));
        assert!(!occurs(&plain, "axb"));
        let anchored = pattern(vec![Step::Start, one('a'), Step::End, Step::Match]);
        assert!(occurs(&anchored, "a"));
        assert!(!occurs(&anchored, "aa"));
        assert!(!occurs(&anchored, "ba"));
        assert!(occurs(&pattern(vec![Step::Start, Step::End, Step::Match]), ""));
    }

    #[test]
    fn repetition_is_linear() {
        // (a*)*b
        let steps = vec![Step::Split(1, 4), Step::Split(2, 0), one('a'), Step::Jump(1), one('b'), Step::Match];
        let text = "a".repeat(20_000);
        assert!(!occurs(&pattern(steps.clone()), &text));
        assert!(occurs(&pattern(steps), &format!("{text}b")));
    }
}
