//! Changes as text for people and as JSON, `provost.diff/1`.

use serde_json::{Value as Json, json};

use super::{Change, Level};
use crate::base::{FileId, Name, Sources, Span};
use crate::diag::Diagnostic;

/// The changes as lines, those that break first, and how many there are.
pub fn text(changes: &[Change], level: Level) -> String {
    if changes.is_empty() {
        return "no change: both versions mean the same\n".to_owned();
    }
    let mut out = String::new();
    let mut sorted: Vec<&Change> = changes.iter().collect();
    sorted.sort_by_key(|change| !change.breaks(level));
    for change in sorted {
        let verdict = if change.breaks(level) { "breaking  " } else { "compatible" };
        let at = if change.new_at.is_empty() { &change.old_at } else { &change.new_at };
        let place = match (at.is_empty(), change.new_at.is_empty()) {
            (true, _) => String::new(),
            (false, true) => format!("  [was at {at}]"),
            (false, false) => format!("  [{at}]"),
        };
        out.push_str(&format!("{verdict}  {}  ({}){place}\n", subject(change), change.rule.id));
        let from = change.old.as_ref().map(|old| format!("            - {}\n", plain(old)));
        let to = change.new.as_ref().map(|new| format!("            + {}\n", plain(new)));
        out.push_str(&from.unwrap_or_default());
        out.push_str(&to.unwrap_or_default());
    }
    out.push_str(&summary(changes, level));
    out.push('\n');
    out
}

/// What a change is about and what has happened: `` service `aurora`, `latency`: the promise is weaker ``.
pub fn subject(change: &Change) -> String {
    let package = if change.package.is_empty() { String::new() } else { format!("package `{}`, ", change.package) };
    let path = if change.path.is_empty() { String::new() } else { format!(", `{}`", plain(&change.path)) };
    let on = match change.on.as_slice() {
        [] => String::new(),
        routes => format!(" on {}", routes.iter().map(|route| format!("`{route}`")).collect::<Vec<_>>().join(", ")),
    };
    format!("{package}{} `{}`{path}{on}: {}", change.kind.word(), plain(&change.item), change.rule.title)
}

/// A text of a user without anything that could steer a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// `3 changes: 2 breaking at level contract, 1 compatible`
pub fn summary(changes: &[Change], level: Level) -> String {
    let breaking = changes.iter().filter(|change| change.breaks(level)).count();
    let compatible = changes.len() - breaking;
    let all = if changes.len() == 1 { "1 change".to_owned() } else { format!("{} changes", changes.len()) };
    format!("{all}: {breaking} breaking at level {}, {compatible} compatible", level.word())
}

/// The changes as one document.
pub fn json(changes: &[Change], level: Level) -> Json {
    let breaking = changes.iter().filter(|change| change.breaks(level)).count();
    json!({
        "schema": "provost.diff/1",
        "level": level.word(),
        "changes": changes.iter().map(|change| one(change, level)).collect::<Vec<_>>(),
        "breaking": breaking,
        "compatible": changes.len() - breaking,
    })
}

fn one(change: &Change, level: Level) -> Json {
    let place = |at: &Name| if at.is_empty() { Json::Null } else { Json::from(&**at) };
    json!({
        "rule": change.rule.id,
        "level": change.rule.level.word(),
        "breaking": change.breaks(level),
        "title": change.rule.title,
        "reason": change.rule.reason,
        "package": place(&change.package),
        "kind": change.kind.word(),
        "item": &*change.item,
        "path": change.path,
        "on": change.on.iter().map(|route| &**route).collect::<Vec<_>>(),
        "old": change.old,
        "new": change.new,
        "old_at": place(&change.old_at),
        "new_at": place(&change.new_at),
    })
}

/// The changes as findings in the files of the new version: those that break as errors, the others as notes. What is gone is told at
/// the head of the first file, which is the manifest.
pub fn diagnostics(changes: &[Change], level: Level, sources: &Sources) -> Vec<Diagnostic> {
    let one = |change: &Change| {
        let mut message = subject(change);
        message.push_str(&match (&change.old, &change.new) {
            (Some(old), Some(new)) => format!(": `{old}` became `{new}`"),
            (Some(old), None) => format!(": was `{old}`"),
            (None, Some(new)) => format!(": is `{new}`"),
            (None, None) => String::new(),
        });
        let span = span(&change.new_at, sources).unwrap_or(Span::new(FileId(0), 0, 0));
        let found = match change.breaks(level) {
            true => Diagnostic::error(&change.rule.code, span, message),
            false => Diagnostic::note(&change.rule.code, span, message),
        };
        found.help(change.rule.reason)
    };
    changes.iter().map(one).collect()
}

/// The rest of the line from a place `file:line:column` on.
fn span(at: &str, sources: &Sources) -> Option<Span> {
    let mut parts = at.rsplitn(3, ':');
    let column: usize = parts.next()?.parse().ok()?;
    let line: usize = parts.next()?.parse().ok()?;
    let place = parts.next()?;
    let (id, file) = sources.iter().find(|(_, file)| &*file.place == place)?;
    let mut start = 0;
    for text in file.text.split_inclusive('\n').take(line.saturating_sub(1)) {
        start += text.len();
    }
    let rest = file.text.get(start..)?.lines().next()?;
    let begin: usize = rest.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
    let end = rest.trim_end().len().max(begin);
    Some(Span::new(id, start + begin, start + end))
}
