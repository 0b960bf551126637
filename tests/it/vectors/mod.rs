//! What the predecessors were measured to do, where those measurements are at hand.

pub mod caio;
mod lifeos;
mod peak_dryrun;
mod peak_orchestrator;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The text of a file of measurements; nothing, with a remark, where their folder is neither named by the variable
/// `VECTORS` nor beside the project.
pub fn text(file: &str) -> Option<String> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors");
    let folder = std::env::var_os("VECTORS").map_or(beside, PathBuf::from);
    let path = folder.join(file);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(_) => {
            told(&format!("skipped: there is no `{file}` in `{}`; `VECTORS` names another folder", folder.display()));
            None
        }
    }
}

/// Writes past the harness, which keeps to itself what a test prints that passes: nobody is to take skipped for met.
fn told(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}

/// How many measurements are met, by kind, and what became of the others.
#[derive(Default)]
pub struct Tally {
    kinds: BTreeMap<String, (usize, usize)>,
    different: Vec<String>,
    failed: Vec<String>,
}

impl Tally {
    /// Counts one that is met, differs on purpose for this reason, or fails.
    pub fn count(&mut self, kind: &str, id: &str, met: Result<(), String>, on_purpose: Option<&str>) {
        let (matched, all) = self.kinds.entry(kind.to_owned()).or_default();
        *all += 1;
        match (met, on_purpose) {
            (Ok(()), None) => *matched += 1,
            (Ok(()), Some(_)) => self.failed.push(format!("{id}: is met, and is said to differ on purpose")),
            (Err(_), Some(reason)) => self.different.push(format!("{id}: {reason}")),
            (Err(found), None) => self.failed.push(format!("{id}: {found}")),
        }
    }

    /// Prints the tally, and fails where something is neither met nor different on purpose.
    pub fn finish(self, system: &str) {
        let (matched, all) = self.kinds.values().fold((0, 0), |(a, b), (m, n)| (a + m, b + n));
        told(&format!("{system}: {matched} of {all} are met, {} differ on purpose", self.different.len()));
        for (kind, (matched, all)) in &self.kinds {
            told(&format!("  {kind}: {matched} of {all}"));
        }
        for line in &self.different {
            told(&format!("  on purpose: {line}"));
        }
        assert!(self.failed.is_empty(), "{} fail:\n{}", self.failed.len(), self.failed.join("\n"));
    }
}
