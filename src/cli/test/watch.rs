//! Running the tests again whenever a file changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::once;
use crate::base::Sources;
use crate::cli::args::TestArgs;
use crate::cli::shell::{Failure, Shell, Verdict};
use crate::resolve::load;
use crate::world::{World as _, normal};

/// How long nothing is looked at between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// The kinds of file that a package is made of.
const KINDS: &[&str] = &["provost", "toml", "yaml", "yml", "json"];

/// What is known of the files: the size of each, and when it was last written.
type Look = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// Runs the tests, waits until a file of a package changes, and runs them again. What is wrong with the input is said, and watching
/// goes on: it may be half written.
pub fn run(shell: &Shell, args: &TestArgs) -> Result<Verdict, Failure> {
    let mut runs = 0u32;
    loop {
        let before = look(shell);
        let verdict = once(shell, args);
        runs = runs.saturating_add(1);
        if args.runs.is_some_and(|most| runs >= most) {
            return verdict;
        }
        match verdict {
            Ok(_) | Err(Failure::Wrong) => {}
            Err(Failure::Usage(message)) => shell.remark(&format!("error: {message}")),
            Err(unexpected) => return Err(unexpected),
        }
        shell.remark("waiting for a change");
        while look(shell) == before {
            std::thread::sleep(PAUSE);
        }
    }
}

/// Every file below the folders of the packages and of those that they depend on, and the data files that they import.
fn look(shell: &Shell) -> Look {
    let mut look = Look::new();
    let mut open = vec![normal(&shell.dir)];
    let mut known: BTreeSet<PathBuf> = BTreeSet::new();
    while let Some(dir) = open.pop() {
        if !known.insert(dir.clone()) {
            continue;
        }
        for kind in KINDS {
            let files = shell.disk.list(&dir, kind).unwrap_or_default();
            look.extend(files.into_iter().map(|file| (file.clone(), state(&file))));
        }
        // A manifest that cannot be read now has been reported by the run.
        let Ok(manifest) = load::manifest(&shell.disk, &dir, &mut Sources::default()) else { continue };
        let others = manifest.members.iter().chain(manifest.dependencies.iter().map(|(_, folder)| folder));
        open.extend(others.map(|entry| normal(&dir.join(&*entry.text))));
        let imports = manifest.imports.iter().map(|import| normal(&dir.join(&*import.file.text)));
        look.extend(imports.map(|file| (file.clone(), state(&file))));
    }
    look
}

fn state(path: &Path) -> (u64, Option<SystemTime>) {
    std::fs::metadata(path).map_or((0, None), |found| (found.len(), found.modified().ok()))
}
