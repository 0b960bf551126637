//! The lines around the places of one diagnostic, cut out and made safe to show.
//!
//! miette draws, but what it draws is chosen here: each excerpt is a run of whole lines of one file, all excerpts of one
//! diagnostic stand in one text, and miette sees only that text. So the cost of a report does not depend on the size of
//! the file, places in several files read as one report, a line of a megabyte is cut around its label, a place at the
//! end of the file has a line to stand on, and no control character of a source reaches a terminal.

use std::ops::Range;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::base::{FileId, SourceFile, Sources, Span};
use crate::diag::Diagnostic;

/// Bytes of a line that is shown whole.
const LONG_LINE: usize = 240;
/// Bytes of a long line that are shown before its label.
const LEAD: usize = 60;
/// Lines between two labels that still share an excerpt.
const GAP: usize = 3;
/// Places beside the first that are drawn; the rest is counted.
const RELATED: usize = 12;

/// All excerpts of one diagnostic and the labels in them.
#[derive(Debug, Default)]
pub struct Excerpts {
    text: String,
    pieces: Vec<Piece>,
    marks: Vec<Mark>,
    /// How many related places are not drawn.
    pub left_out: usize,
}

/// One run of lines of one file.
#[derive(Debug)]
struct Piece {
    name: String,
    first_line: usize,
    lines: usize,
    range: Range<usize>,
}

/// One label: where it stands in the joined text, and where in its file.
#[derive(Debug)]
struct Mark {
    range: Range<usize>,
    line: usize,
    column: usize,
    text: Option<String>,
    primary: bool,
}

/// One place before its lines are cut out: a range of bytes of one line.
struct Spot<'a> {
    id: FileId,
    file: &'a SourceFile,
    line: usize,
    column: usize,
    row: Range<usize>,
    range: Range<usize>,
    text: &'a str,
    primary: bool,
}

impl Spot<'_> {
    fn is_long(&self) -> bool {
        self.row.len() > LONG_LINE
    }
}

/// Cuts out what a diagnostic points at; the excerpt with the place itself comes first.
pub fn cut(found: &Diagnostic, sources: &Sources) -> Excerpts {
    let primary = spot(found.span, &found.label, true, sources);
    let related = found.related.iter().take(RELATED).filter_map(|label| spot(label.span, &label.text, false, sources));
    let mut spots: Vec<Spot> = primary.into_iter().chain(related).collect();
    spots.sort_by(|a, b| (&a.file.name, a.line, a.column).cmp(&(&b.file.name, b.line, b.column)));
    let mut groups: Vec<Vec<Spot>> = Vec::new();
    for spot in spots {
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|before| joins(before, &spot)) => group.push(spot),
            _ => groups.push(vec![spot]),
        }
    }
    groups.sort_by_key(|group| !group.iter().any(|spot| spot.primary));
    let mut excerpts = Excerpts { left_out: found.related.len().saturating_sub(RELATED), ..Excerpts::default() };
    for group in &groups {
        excerpts.push(group);
    }
    excerpts
}

fn joins(before: &Spot, next: &Spot) -> bool {
    before.id == next.id && next.line.saturating_sub(before.line) <= GAP && !before.is_long() && !next.is_long()
}

/// A place as a range of its first line: a long item is shown by how it begins.
fn spot<'a>(span: Span, text: &'a str, primary: bool, sources: &'a Sources) -> Option<Spot<'a>> {
    let file = sources.get(span.file)?;
    let (line, column) = file.position(span.start);
    let start = floor(&file.text, span.start as usize);
    let row = row_at(&file.text, start);
    let end = ceil(&file.text, span.end as usize).min(row.end).max(start.min(row.end));
    Some(Spot { id: span.file, file, line, column, range: start.min(row.end)..end, row, text, primary })
}

/// The nearest place at or before a byte where a character begins.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The nearest place at or after a byte where a character begins.
fn ceil(text: &str, at: usize) -> usize {
    (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// The line that holds a byte, without its line feed.
fn row_at(text: &str, at: usize) -> Range<usize> {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before.rfind('\n').map_or(0, |found| found + 1);
    let end = after.find('\n').map_or(text.len(), |found| at + found);
    start..end
}

impl Excerpts {
    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The labels in the words of miette.
    pub fn labels(&self) -> impl Iterator<Item = LabeledSpan> + '_ {
        self.marks.iter().map(|mark| {
            let span = (mark.range.start, mark.range.len());
            if mark.primary {
                LabeledSpan::new_primary_with_span(mark.text.clone(), span)
            } else {
                LabeledSpan::new_with_span(mark.text.clone(), span)
            }
        })
    }

    /// Adds the lines from one before the first place to one after the last.
    fn push(&mut self, group: &[Spot]) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { return };
        let text: &str = &first.file.text;
        let before = first.row.start.checked_sub(1).map(|end| row_at(text, end)).filter(|row| worth(text, row));
        let after = (last.row.end < text.len()).then(|| row_at(text, last.row.end + 1)).filter(|row| worth(text, row));
        let begin = self.text.len();
        let first_line = first.line.saturating_sub(usize::from(before.is_some())).max(1);
        let mut lines = 0;
        let mut row = before.unwrap_or_else(|| first.row.clone());
        let end = after.map_or(last.row.end, |row| row.end);
        loop {
            let spots: Vec<&Spot> = group.iter().filter(|spot| spot.row == row).collect();
            self.push_row(text, &row, &spots);
            lines += 1;
            if row.end >= end {
                break;
            }
            row = row_at(text, row.end + 1);
        }
        let range = begin..self.text.len();
        self.pieces.push(Piece { name: safe(&first.file.name), first_line, lines, range });
    }

    /// Adds one line; a long one only around its place, which then has that line for itself.
    fn push_row(&mut self, text: &str, row: &Range<usize>, spots: &[&Spot]) {
        let window = if row.len() > LONG_LINE {
            let wanted = spots.first().map_or(row.start, |spot| spot.range.start.saturating_sub(LEAD).max(row.start));
            let start = floor(text, wanted);
            start..floor(text, start + LONG_LINE).min(row.end).max(start)
        } else {
            row.clone()
        };
        if window.start > row.start {
            self.text.push_str("...");
        }
        let begin = self.text.len();
        self.text.push_str(&safe(text.get(window.clone()).unwrap_or("").trim_end_matches('\r')));
        let stop = self.text.len();
        if window.end < row.end {
            self.text.push_str("...");
        }
        self.text.push('\n');
        let moved = |at: usize| (begin + at.saturating_sub(window.start)).min(stop);
        for spot in spots {
            let text = (!spot.text.is_empty()).then(|| safe(spot.text));
            let range = moved(spot.range.start)..moved(spot.range.end);
            self.marks.push(Mark { range, line: spot.line, column: spot.column, text, primary: spot.primary });
        }
    }
}

/// Whether a line beside the place helps to see where it is.
fn worth(text: &str, row: &Range<usize>) -> bool {
    row.len() <= LONG_LINE && text.get(row.clone()).is_some_and(|line| !line.trim().is_empty())
}

impl SourceCode for Excerpts {
    /// The excerpt that holds a span. Asked for no context, miette wants the line and column for the heading.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let wanted = span.offset()..span.offset() + span.len();
        let holds = |piece: &&Piece| piece.range.start <= wanted.start && wanted.end < piece.range.end;
        let piece = self.pieces.iter().find(holds).ok_or(MietteError::OutOfBounds)?;
        let mark = self.marks.iter().find(|mark| before == 0 && mark.range == wanted);
        let (range, line, column, lines) = match mark {
            Some(mark) => (wanted, mark.line, mark.column, 1),
            None => (piece.range.clone(), piece.first_line, 1, piece.lines),
        };
        let data = self.text.get(range.clone()).ok_or(MietteError::OutOfBounds)?.as_bytes();
        let span = SourceSpan::from((range.start, range.len()));
        let (line, column) = (line.saturating_sub(1), column.saturating_sub(1));
        Ok(Box::new(MietteSpanContents::new_named(piece.name.clone(), data, span, line, column, lines)))
    }
}

/// Text of a user with every character that a terminal would obey, or that would hide or reorder what stands there,
/// replaced by one of the same length, so that labels stay where they are.
pub fn safe(text: &str) -> String {
    let replaced = |c: char| match c {
        '\n' | '\t' => c,
        '\0'..='\u{1f}' | '\u{7f}' => '?',
        '\u{80}'..='\u{9f}' | '\u{ad}' => '¿',
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => '\u{fffd}',
        _ => c,
    };
    text.chars().map(replaced).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safe_text_keeps_its_length_and_loses_its_power() {
        let hostile = "a\u{1b}[31m\u{9b}0m\u{202e}b\u{feff}\tc";
        let shown = safe(hostile);
        assert_eq!(shown.len(), hostile.len());
        assert_eq!(shown, "a?[31m¿0m\u{fffd}b\u{fffd}\tc");
    }
}
