//! Openings against a log: which masked values are proved, and which entries are whole again.

use std::collections::BTreeMap;

use super::check::{Checked, Finding, Place, inconsistent};
use super::entry::Line;
use super::mask::{self, Opened, Opening};

/// What openings came to.
#[derive(Debug, Default)]
pub struct Openings {
    /// The entries that are whole again, by their digest.
    pub whole: BTreeMap<String, Line>,
    /// How many entries were opened in part.
    pub partly: usize,
    /// What is wrong; the line is that of the openings.
    pub findings: Vec<Finding>,
    /// What is not wrong and still worth saying.
    pub remarks: Vec<String>,
}

/// Checks openings, a line each, against the entries of a log. Several lines may open one entry.
pub fn openings(text: &str, checked: &Checked) -> Openings {
    let mut openings = Openings::default();
    let entries: BTreeMap<&str, &Line> = checked.entries.iter().map(|line| (line.digest.as_str(), line)).collect();
    let mut by_entry: BTreeMap<String, (usize, Opening)> = BTreeMap::new();
    for (at, line) in text.split_terminator('\n').enumerate() {
        let Some(read) = Opening::read(line) else {
            openings.find(at, "is no opening".to_owned());
            continue;
        };
        if let Some(line) = entries.get(read.entry.as_str()).filter(|line| line.sequence != read.sequence) {
            openings.find(at, format!("says entry {}, and opens entry {}", read.sequence, line.sequence));
            continue;
        }
        let (_, all) =
            by_entry.entry(read.entry.clone()).or_insert_with(|| (at, Opening { leaves: Vec::new(), ..read.clone() }));
        for leaf in read.leaves {
            if !all.leaves.contains(&leaf) {
                all.leaves.push(leaf);
            }
        }
    }
    for (digest, (at, opening)) in by_entry {
        let Some(line) = entries.get(digest.as_str()) else {
            let place = opening.sequence;
            openings
                .remarks
                .push(format!("openings, line {}: opens an entry {place} that this log does not hold", at + 1));
            continue;
        };
        match mask::open(line, &opening) {
            Err(wrong) => openings.find(at, wrong),
            Ok(Opened::Partly(_)) => openings.partly += 1,
            Ok(Opened::Whole(whole)) => match inconsistent(&whole.json) {
                Some(wrong) => openings.find(at, format!("entry {}, opened: {wrong}", line.sequence)),
                None => drop(openings.whole.insert(digest, *whole)),
            },
        }
    }
    let opened = openings.whole.len() + openings.partly;
    if opened == 0 && openings.findings.is_empty() && !openings.remarks.is_empty() {
        openings.find(0, "neither this line nor another one opens an entry of this log".to_owned());
    }
    openings
}

impl Openings {
    fn find(&mut self, at: usize, message: String) {
        self.findings.push(Finding { place: Place::Openings(at + 1), message });
    }

    /// The entries of a log, whole where they were opened.
    pub fn restore(&self, checked: &Checked) -> Vec<Line> {
        checked.entries.iter().map(|line| self.whole.get(&line.digest).unwrap_or(line).clone()).collect()
    }
}
