//! The removal of a whole item as the fix of a finding.

use super::Context;
use super::context::whole;
use crate::base::Span;
use crate::diag::Diagnostic;
use crate::resolve::Declared;

impl Context<'_> {
    /// With the removal of an item, its annotations and its documentation as the fix; without one where a comment would be lost, or
    /// would come to stand before another item.
    #[must_use]
    pub fn removal(&self, finding: Diagnostic, declared: &Declared) -> Diagnostic {
        match self.sources().get(declared.item.span.file).and_then(|file| lines(&file.text, whole(declared))) {
            Some(span) => finding.fix(format!("remove `{}`", declared.name), span, ""),
            None => finding,
        }
    }
}

/// The lines that an item has to itself, with the empty ones that its removal would leave; nothing where it shares one, or where they
/// hold a comment.
fn lines(text: &str, item: Span) -> Option<Span> {
    let (first, last) = (item.start as usize, item.end as usize);
    let mut start = text.get(..first)?.rfind('\n').map_or(0, |at| at + 1);
    let mut end = text.get(last..)?.find('\n').map_or(text.len(), |at| last + at + 1);
    if !text.get(start..first)?.trim().is_empty() || !text.get(last..end)?.trim().is_empty() {
        return None;
    }
    while let Some(above) = line_above(text, start).filter(|above| above.trim_start().starts_with("//")) {
        start -= above.len();
    }
    let documentation = |line: &str| line.trim_start().starts_with("///");
    if text.get(start..end)?.lines().any(|line| line.contains("//") && !documentation(line)) {
        return None;
    }
    // Between two items one empty line is enough, and before the first there is none.
    if line_above(text, start).is_none_or(|above| above.trim().is_empty()) {
        while let Some(below) = text.get(end..)?.split_inclusive('\n').next().filter(|below| below.trim().is_empty()) {
            end += below.len();
        }
    }
    while end == text.len()
        && let Some(above) = line_above(text, start).filter(|above| above.trim().is_empty())
    {
        start -= above.len();
    }
    Some(Span::new(item.file, start, end))
}

/// The line that ends where another begins, with its line end.
fn line_above(text: &str, start: usize) -> Option<&str> {
    text.get(..start)?.split_inclusive('\n').next_back()
}
