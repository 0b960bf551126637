//! Edits as a unified diff.

use super::Edit;

/// Lines around a change that are shown with it.
const CONTEXT: usize = 3;

/// The diff between a text and what the edits make of it; nothing where there are none.
///
/// What differs is known from the edits, so that no lines have to be compared: those that an edit touches are shown as old
/// and new, all others stand in both.
pub fn unified(name: &str, text: &str, edits: &[Edit]) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut starts: Vec<usize> = Vec::with_capacity(lines.len() + 1);
    let mut at = 0;
    for line in &lines {
        starts.push(at);
        at += line.len();
    }
    let mut changes: Vec<Change> = Vec::new();
    for edit in edits {
        let line_of = |place: usize| starts.partition_point(|start| *start <= place).saturating_sub(1);
        let (first, last) = (line_of(edit.range.start), line_of(edit.range.end) + 1);
        match changes.last_mut() {
            Some(change) if first <= change.end => {
                change.end = change.end.max(last);
                change.edits.push(edit);
            }
            _ => changes.push(Change { start: first, end: last.min(lines.len()), edits: vec![edit] }),
        }
    }
    if changes.is_empty() {
        return String::new();
    }
    let mut out = format!("--- {name}\n+++ {name}\n");
    let mut shift: isize = 0;
    let mut rest = changes.as_slice();
    while let Some(first) = rest.first() {
        let near = |pair: &[Change]| matches!(pair, [a, b] if b.start <= a.end + 2 * CONTEXT);
        let count = 1 + rest.windows(2).take_while(|pair| near(pair)).count();
        let (together, others) = rest.split_at(count.min(rest.len()));
        let hunk = Hunk { lines: &lines, starts: &starts, text };
        shift += hunk.write(&mut out, first.start, together, shift);
        rest = others;
    }
    out
}

/// Lines that differ, and the edits in them.
struct Change<'e> {
    start: usize,
    end: usize,
    edits: Vec<&'e Edit>,
}

struct Hunk<'a> {
    lines: &'a [&'a str],
    starts: &'a [usize],
    text: &'a str,
}

impl Hunk<'_> {
    /// Writes changes that stand near each other; returns by how many lines the new text is longer.
    fn write(&self, out: &mut String, start: usize, changes: &[Change<'_>], shift: isize) -> isize {
        let from = start.saturating_sub(CONTEXT);
        let to = changes.last().map_or(start, |c| c.end).saturating_add(CONTEXT).min(self.lines.len());
        let mut body = String::new();
        let (mut at, mut old, mut new) = (from, 0, 0);
        for change in changes {
            for line in self.lines.get(at..change.start).unwrap_or_default() {
                show(&mut body, ' ', line);
            }
            old += change.end - at;
            new += change.start - at;
            let before = self.lines.get(change.start..change.end).unwrap_or_default();
            let after = self.edited(change);
            let after: Vec<&str> = after.split_inclusive('\n').collect();
            // An edit between lines can leave those beside it as they were.
            let alike = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
            let (old_left, new_left) =
                (before.get(alike..).unwrap_or_default(), after.get(alike..).unwrap_or_default());
            let back = old_left.iter().rev().zip(new_left.iter().rev()).take_while(|(a, b)| a == b).count();
            before.iter().take(alike).for_each(|line| show(&mut body, ' ', line));
            old_left.iter().take(old_left.len() - back).for_each(|line| show(&mut body, '-', line));
            new_left.iter().take(new_left.len() - back).for_each(|line| show(&mut body, '+', line));
            old_left.iter().skip(old_left.len() - back).for_each(|line| show(&mut body, ' ', line));
            new += after.len();
            at = change.end;
        }
        for line in self.lines.get(at..to).unwrap_or_default() {
            show(&mut body, ' ', line);
        }
        old += to - at;
        new += to - at;
        let first = |lines: usize, at: isize| if lines == 0 { at } else { at + 1 };
        let (old_first, new_first) = (first(old, from.cast_signed()), first(new, from.cast_signed() + shift));
        out.push_str(&format!("@@ -{old_first},{old} +{new_first},{new} @@\n{body}"));
        new.cast_signed() - old.cast_signed()
    }

    /// What the edits make of the lines of a change.
    fn edited(&self, change: &Change<'_>) -> String {
        let place = |line: usize| self.starts.get(line).copied().unwrap_or(self.text.len());
        let mut at = place(change.start);
        let mut out = String::new();
        for edit in &change.edits {
            out.push_str(self.text.get(at..edit.range.start).unwrap_or_default());
            out.push_str(&edit.text);
            at = edit.range.end;
        }
        out.push_str(self.text.get(at..place(change.end)).unwrap_or_default());
        out
    }
}

fn show(out: &mut String, sign: char, line: &str) {
    out.push(sign);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}
