//! Checking a whole log: every line, every link, and the end.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;

use super::entry::{Head, Line};
use super::{mask, outcome};
use crate::base::canonical;
use crate::route::json::without_readings;

/// What is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
}

/// Where something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a line of the log, from 1.
    Line(usize),
    /// In the head.
    Head,
    /// In a line of the openings, from 1.
    Openings(usize),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Line(line) => write!(f, "line {line}: {}", self.message),
            Place::Head => write!(f, "head: {}", self.message),
            Place::Openings(line) => write!(f, "openings, line {line}: {}", self.message),
        }
    }
}

/// What checking a log came to.
#[derive(Debug, Default)]
pub struct Checked {
    /// The entries that have the form of one, in the order of the file.
    pub entries: Vec<Line>,
    /// What is wrong; nothing if the log is whole.
    pub findings: Vec<Finding>,
    /// What is not wrong and still worth saying.
    pub remarks: Vec<String>,
}

/// Checks a log. Without a head, an end that was cut off cannot be seen.
pub fn check(bytes: &[u8], head: Option<&Head>) -> Checked {
    let mut checked = Checked::default();
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let tail = lines.pop().unwrap_or(&[]);
    let covered = head.map_or(0, |h| usize::try_from(h.count).unwrap_or(usize::MAX));
    let mut torn = !tail.is_empty();
    if !torn && lines.len() > covered && lines.last().is_some_and(|l| !Line::read(l).is_ok_and(|l| l.fits())) {
        lines.pop();
        torn = true;
    }
    if torn {
        let line = lines.len() + 1;
        if head.is_some_and(|head| head.pending.is_none()) {
            let message = "torn, and no append announced it: it is the rest of a line, or was never one".to_owned();
            checked.findings.push(Finding { place: Place::Line(line), message });
        } else {
            checked.remarks.push(format!("line {line}: torn, and set aside at the next append"));
        }
    }
    let read: Vec<Result<Line, &'static str>> = lines.iter().map(|line| Line::read(line)).collect();
    links(&read, &mut checked);
    if let Some(head) = head {
        end(&read, head, &mut checked);
    }
    checked.entries = read.into_iter().flatten().collect();
    checked
}

/// Each line by itself, and in its place behind the line before.
fn links(read: &[Result<Line, &'static str>], checked: &mut Checked) {
    let mut places: BTreeMap<u64, usize> = BTreeMap::new();
    for (at, line) in read.iter().enumerate().filter_map(|(at, line)| Some((at, line.as_ref().ok()?))) {
        places.insert(line.sequence, at);
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    // What the next entry must follow; unknown behind a line that cannot be read.
    let mut before: Option<(u64, Option<&str>)> = Some((0, None));
    for (at, line) in read.iter().enumerate() {
        let mut find = |message: String| checked.findings.push(Finding { place: Place::Line(at + 1), message });
        let line = match line {
            Ok(line) => line,
            Err(wrong) => {
                find(format!("was edited: {wrong}"));
                before = None;
                continue;
            }
        };
        if !line.fits() {
            find(format!("entry {} was edited: its digest is not that of what it says", line.sequence));
        } else if let Some(wrong) = inconsistent(&line.json) {
            find(format!("entry {}: {wrong}", line.sequence));
        }
        if let Some(first) = seen.get(line.digest.as_str()) {
            find(format!("entry {} is repeated: it stands in line {} already", line.sequence, first + 1));
            continue;
        }
        if let Some((sequence, digest)) = before {
            misplaced(line, at, sequence, digest, &places).into_iter().for_each(find);
        }
        seen.insert(&line.digest, at);
        before = Some((line.sequence, Some(&line.digest)));
    }
}

/// Why an entry does not follow the one before.
fn misplaced(
    line: &Line,
    at: usize,
    sequence: u64,
    digest: Option<&str>,
    places: &BTreeMap<u64, usize>,
) -> Option<String> {
    let expected = sequence.saturating_add(1);
    let found = line.sequence;
    if found == expected {
        let fits = line.previous.as_deref() == digest;
        return (!fits).then(|| format!("entry {found} follows another entry {sequence} than the one before it"));
    }
    if found < expected {
        return Some(format!("entry {found} is out of order: it stands behind entry {sequence}"));
    }
    Some(match places.get(&expected) {
        Some(later) if *later > at => {
            format!("entry {found} is out of order: entry {expected} stands behind it, in line {}", later + 1)
        }
        _ if expected.saturating_add(1) == found => format!("entry {expected} was dropped before it"),
        _ => format!("entries {expected} to {} were dropped before it", found.saturating_sub(1)),
    })
}

/// What an entry says in two places that do not agree. Nobody who appends writes such an entry.
pub(super) fn inconsistent(entry: &Json) -> Option<&'static str> {
    if outcome::is_outcome(entry) {
        return outcome::inconsistent(entry);
    }
    let part = |key: &str| entry.get(key).unwrap_or(&Json::Null);
    let decision = part("decision");
    let input = |key: &str| decision.get("inputs").and_then(|inputs| inputs.get(key)).unwrap_or(&Json::Null);
    if part("route") != decision.get("route").unwrap_or(&Json::Null) || part("now") != input("now") {
        return Some("the decision is about another route or instant");
    }
    let masked = mask::is_masked(entry) || !mask::leaves(entry).is_empty();
    if let Some(wrong) = masked.then(|| mask::malformed(entry)).flatten() {
        return Some(wrong);
    }
    let unread = part("request").get("unread").is_some();
    let digest = |key: &str| if unread { Json::Null } else { Json::from(canonical::digest(part(key))) };
    let other_request = !masked && *input("request") != digest("request");
    if other_request || *input("signals") != digest("signals") {
        return Some("the decision is about another request or other signals");
    }
    if masked {
        // What else it says can be checked by whoever holds the openings.
        return None;
    }
    (!is_identified(decision)).then_some("the decision's identity is not its digest")
}

/// Whether a decision's identity is the digest of what it says.
pub fn is_identified(decision: &Json) -> bool {
    let mut identity = decision.clone();
    let id = identity.as_object_mut().and_then(|map| map.remove("decision_id"));
    without_readings(&mut identity);
    id == Some(Json::from(canonical::digest(&identity)))
}

/// Whether the log ends where the head says.
fn end(read: &[Result<Line, &'static str>], head: &Head, checked: &mut Checked) {
    let mut find = |message: String| checked.findings.push(Finding { place: Place::Head, message });
    let there = read.len() as u64;
    if there < head.count {
        find(format!("names {} entries, and the log holds {there}: its end was cut off", head.count));
        return;
    }
    let announced = |line: &Line| head.pending.as_deref() == Some(&line.digest);
    let behind = read.get(usize::try_from(head.count).unwrap_or(usize::MAX)).and_then(|line| line.as_ref().ok());
    if there > head.count.saturating_add(1) || there > head.count && !behind.is_some_and(announced) {
        find(format!("names {} entries, and the log holds {there}: the head is older than the log", head.count));
        return;
    }
    let covered = usize::try_from(head.count).unwrap_or(usize::MAX);
    let last = covered.checked_sub(1).and_then(|at| read.get(at));
    let fits = match last {
        None => head.last.is_none(),
        // A line that cannot be read has been found already.
        Some(Err(_)) => true,
        Some(Ok(line)) => head.last.as_deref() == Some(&line.digest),
    };
    if !fits {
        find(format!("the digest of entry {} is not the one that the head names", head.count));
    } else if there > head.count {
        checked.remarks.push(format!("entry {there} is not in the head yet: the next append puts it there"));
    } else if head.pending.is_some() {
        let next = head.count.saturating_add(1);
        checked.remarks.push(format!("an entry {next} was announced and is not there: an append ended early"));
    }
}
