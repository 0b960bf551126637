//! Fixes, applied until none is left: in memory first, so that no file is ever left half repaired.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Fixability, Settings};
use crate::base::{Instant, Sources, Span};
use crate::diag::{Diagnostic, Fix};
use crate::package::{self, Package};
use crate::world::{World, WorldError, normal};

/// The most rounds: fixes that undo each other end here.
const ROUNDS: usize = 20;

/// What fixing came to.
#[derive(Debug, Default)]
pub struct Fixed {
    /// The new text of each file that changed, by its path.
    pub files: BTreeMap<PathBuf, String>,
    /// How many fixes were applied.
    pub applied: usize,
    /// How many were not, because the package would not have checked with them.
    pub refused: usize,
}

/// Repairs what can be repaired in the package of a folder; nothing is written.
///
/// After every round the package is opened again, and a round after which it would not check is taken back and tried fix by
/// fix. So what comes back parses and checks wherever what went in did.
pub fn fix(world: &dyn World, dir: &Path, settings: &Settings, now: Instant, all: bool) -> Fixed {
    let mut overlay = Overlay { below: world, files: BTreeMap::new() };
    let mut fixed = Fixed::default();
    let mut package = package::written(&overlay, dir);
    for _ in 0..ROUNDS {
        let wanted = wanted(&package, settings, now, all);
        if wanted.is_empty() {
            break;
        }
        let chosen = chosen(&wanted);
        if let Some(next) = overlay.with(&package.sources, &chosen, dir) {
            fixed.applied += chosen.len();
            package = next;
            continue;
        }
        let Some(next) = one_by_one(&mut overlay, &package, &wanted, dir, &mut fixed) else { break };
        package = next;
    }
    fixed.files = overlay.files;
    fixed
}

/// Applies the first fix that leaves the package sound; nothing where none does.
fn one_by_one(
    overlay: &mut Overlay<'_>,
    package: &Package,
    wanted: &[Fix],
    dir: &Path,
    fixed: &mut Fixed,
) -> Option<Package> {
    fixed.refused = 0;
    for fix in wanted {
        if let Some(next) = overlay.with(&package.sources, &[fix], dir) {
            fixed.applied += 1;
            return Some(next);
        }
        fixed.refused += 1;
    }
    None
}

/// The fixes of all findings that may be applied, in the order of the findings.
fn wanted(package: &Package, settings: &Settings, now: Instant, all: bool) -> Vec<Fix> {
    let may = |finding: &Diagnostic| {
        let fixability = super::find(finding.code.id).map(|lint| lint.fix);
        fixability == Some(Fixability::Safe) || (all && fixability == Some(Fixability::Unsafe))
    };
    let found = super::lint(package, settings, now).into_iter().filter(may);
    found.filter_map(|finding| finding.fixes.into_iter().next()).collect()
}

/// The fixes of which no two touch, the earlier before the later; the rest is left for the next round.
fn chosen(wanted: &[Fix]) -> Vec<&Fix> {
    let mut taken: Vec<Span> = Vec::new();
    let mut chosen = Vec::new();
    for fix in wanted {
        let touches = |a: &Span, b: &Span| a.file == b.file && a.start <= b.end && b.start <= a.end;
        if !fix.edits.iter().any(|(span, _)| taken.iter().any(|other| touches(span, other))) {
            taken.extend(fix.edits.iter().map(|(span, _)| *span));
            chosen.push(fix);
        }
    }
    chosen
}

/// The text of every file that these fixes change, by its name; nothing where an edit does not fit its file.
pub fn apply(sources: &Sources, fixes: &[&Fix]) -> Option<BTreeMap<String, String>> {
    let mut edits: Vec<&(Span, String)> = fixes.iter().flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|(span, _)| (span.file, span.start, span.end));
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for (span, text) in edits.into_iter().rev() {
        let file = sources.get(span.file)?;
        let present = texts.entry(file.name.to_string()).or_insert_with(|| file.text.to_string());
        let (start, end) = (span.start as usize, span.end as usize);
        present.get(start..end)?;
        present.replace_range(start..end, text);
    }
    Some(texts)
}

/// The world with some files changed.
struct Overlay<'w> {
    below: &'w dyn World,
    files: BTreeMap<PathBuf, String>,
}

impl Overlay<'_> {
    /// The package after these fixes, if it is still sound; the changes are kept only then.
    fn with(&mut self, sources: &Sources, fixes: &[&Fix], dir: &Path) -> Option<Package> {
        let before = self.files.clone();
        for (name, text) in apply(sources, fixes)? {
            self.files.insert(normal(Path::new(&name)), text);
        }
        let package = package::written(self, dir);
        if package.is_sound() {
            return Some(package);
        }
        self.files = before;
        None
    }
}

impl World for Overlay<'_> {
    fn read(&self, path: &Path, limit: usize) -> Result<Vec<u8>, WorldError> {
        match self.files.get(&normal(path)) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => self.below.read(path, limit),
        }
    }

    fn list(&self, dir: &Path, extension: &str) -> Result<Vec<PathBuf>, WorldError> {
        self.below.list(dir, extension)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.below.is_file(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.below.is_dir(path)
    }

    fn write_atomic(&self, path: &Path, bytes: &[u8]) -> Result<(), WorldError> {
        self.below.write_atomic(path, bytes)
    }

    fn now(&self) -> Result<Instant, WorldError> {
        self.below.now()
    }
}
