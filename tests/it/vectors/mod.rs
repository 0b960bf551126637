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

/// Why a measurement is not met, and is not to be.
#[derive(Clone, Copy, Debug)]
pub enum Apart {
    /// It was decided otherwise.
    OnPurpose(&'static str),
    /// What it measures is not there.
    NotBuilt(&'static str),
}

/// How many measurements are met, by kind, and what became of the others.
#[derive(Default)]
pub struct Tally {
    kinds: BTreeMap<String, (usize, usize)>,
    different: Vec<String>,
    missing: Vec<String>,
    failed: Vec<String>,
}

impl Tally {
    /// Counts one that is met, differs on purpose or is not built for this reason, or fails.
    pub fn count(&mut self, kind: &str, id: &str, met: Result<(), String>, apart: Option<Apart>) {
        let (matched, all) = self.kinds.entry(kind.to_owned()).or_default();
        *all += 1;
        match (met, apart) {
            (Ok(()), None) => *matched += 1,
            (Ok(()), Some(apart)) => self.failed.push(format!("{id}: is met, and is said not to be: {apart:?}")),
            (Err(_), Some(Apart::OnPurpose(reason))) => self.different.push(format!("{id}: {reason}")),
            (Err(_), Some(Apart::NotBuilt(reason))) => self.missing.push(format!("{id}: {reason}")),
            (Err(found), None) => self.failed.push(format!("{id}: {found}")),
        }
    }

    /// Prints the tally, and fails where something is neither met, nor different on purpose, nor said to be missing.
    pub fn finish(self, system: &str) {
        let (matched, all) = self.kinds.values().fold((0, 0), |(a, b), (m, n)| (a + m, b + n));
        let (different, missing) = (self.different.len(), self.missing.len());
        told(&format!("{system}: {matched} of {all} are met, {different} differ on purpose, {missing} are not built"));
        for (kind, (matched, all)) in &self.kinds {
            told(&format!("  {kind}: {matched} of {all}"));
        }
        for line in &self.different {
            told(&format!("  on purpose: {line}"));
        }
        for line in &self.missing {
            told(&format!("  not built: {line}"));
        }
        assert!(self.failed.is_empty(), "{} fail:\n{}", self.failed.len(), self.failed.join("\n"));
    }
}
