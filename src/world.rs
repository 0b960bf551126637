//! The one door through which files and time enter.
//!
//! *Takes* paths; *gives* bytes, lists of paths and the time. *Promises* that what is listed comes in one order on every
//! machine, that nothing is read beyond the caller's limit, and that a file is written whole or not at all. *Leaves out*
//! what stands in the files. The twin for tests and for the browser is [`MemoryWorld`]; the disk is a matter of the
//! shells.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use thiserror::Error;

use crate::base::Instant;
use crate::base::limits::FILES;

/// Why a file or the time could not be had.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum WorldError {
    /// There is nothing at the path.
    #[error("`{path}` does not exist")]
    NotFound {
        /// The path as it was asked for.
        path: String,
    },
    /// There is something at the path, but it cannot be read.
    #[error("`{path}` cannot be read: {reason}")]
    NotReadable {
        /// The path as it was asked for.
        path: String,
        /// What stands in the way.
        reason: String,
    },
    /// The path cannot be written; what stood there before still does.
    #[error("`{path}` cannot be written: {reason}")]
    NotWritable {
        /// The path as it was asked for.
        path: String,
        /// What stands in the way.
        reason: String,
    },
    /// The file is longer than the caller allows.
    #[error("`{path}` is larger than {limit} bytes")]
    TooLarge {
        /// The path as it was asked for.
        path: String,
        /// The most bytes that would have been read.
        limit: usize,
    },
    /// The folder holds more files than are ever listed.
    #[error("`{path}` holds more than {limit} files")]
    TooMany {
        /// The folder.
        path: String,
        /// The most files that would have been listed.
        limit: usize,
    },
    /// A link in the folder leads to a place outside of it. Leaving it out silently could drop a rule.
    #[error("`{path}` is a link that leads out of its folder")]
    LeadsOut {
        /// The link.
        path: String,
    },
    /// The file is not text in UTF-8.
    #[error("`{path}` is not UTF-8 text: byte {at} begins no character")]
    InvalidUtf8 {
        /// The path as it was asked for.
        path: String,
        /// The first byte that is wrong, from 0.
        at: usize,
    },
    /// The clock stands outside the years 0001 to 9999.
    #[error("the clock shows no usable time")]
    NoTime,
}

/// Files and time.
pub trait World {
    /// The bytes of a file; a file of more than `limit` bytes is refused before it is read.
    fn read(&self, path: &Path, limit: usize) -> Result<Vec<u8>, WorldError>;

    /// All files below a folder whose names end in `.extension`, sorted by path; hidden files and folders are left out.
    ///
    /// The paths begin with `dir` as it was given. A link to a file within the folder counts as that file; one that
    /// leads out is an error. At most [`crate::base::limits::FILES`] files are listed.
    fn list(&self, dir: &Path, extension: &str) -> Result<Vec<PathBuf>, WorldError>;

    /// Whether there is a file at the path.
    fn is_file(&self, path: &Path) -> bool;

    /// Whether there is a folder at the path.
    fn is_dir(&self, path: &Path) -> bool;

    /// Writes a file whole or not at all; its folder must exist. A reader sees the old bytes or the new, never a part.
    fn write_atomic(&self, path: &Path, bytes: &[u8]) -> Result<(), WorldError>;

    /// The time.
    fn now(&self) -> Result<Instant, WorldError>;

    /// The text of a file, which must be UTF-8; a byte order mark at its start is left out.
    fn read_text(&self, path: &Path, limit: usize) -> Result<String, WorldError> {
        let text = String::from_utf8(self.read(path, limit)?)
            .map_err(|e| WorldError::InvalidUtf8 { path: shown(path), at: e.utf8_error().valid_up_to() })?;
        Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }
}

/// A path without `.` and with every `..` taken back where a folder stands before it; links are not looked at.
pub fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match out.components().next_back() {
                Some(Component::Normal(_)) => {
                    out.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => out.push(".."),
            },
            other => out.push(other),
        }
    }
    out
}

/// A path as people see it in every message: [`normal`], with forward slashes, `.` for the folder itself.
pub fn shown(path: &Path) -> String {
    let path = normal(path);
    let text = path.to_string_lossy();
    if text.is_empty() { ".".to_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// Whether a name is left out of lists.
pub fn is_hidden(name: &std::ffi::OsStr) -> bool {
    name.as_encoded_bytes().first() == Some(&b'.')
}

/// A world in memory: files by path, folders implied, and a clock that stands still.
#[derive(Debug)]
pub struct MemoryWorld {
    files: Mutex<BTreeMap<PathBuf, Vec<u8>>>,
    now: Instant,
}

impl MemoryWorld {
    /// No files, and a clock that stands at `now`.
    pub fn new(now: Instant) -> Self {
        Self { files: Mutex::default(), now }
    }

    /// With one more file.
    #[must_use]
    pub fn with(self, path: impl AsRef<Path>, bytes: impl Into<Vec<u8>>) -> Self {
        self.files().insert(normal(path.as_ref()), bytes.into());
        self
    }

    /// All files, by path.
    pub fn snapshot(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        self.files().clone()
    }

    /// Every change is one insertion, so the files are whole even where another thread came to grief.
    fn files(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Vec<u8>>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World for MemoryWorld {
    fn read(&self, path: &Path, limit: usize) -> Result<Vec<u8>, WorldError> {
        let files = self.files();
        let bytes = files.get(&normal(path)).ok_or_else(|| WorldError::NotFound { path: shown(path) })?;
        if bytes.len() > limit {
            return Err(WorldError::TooLarge { path: shown(path), limit });
        }
        Ok(bytes.clone())
    }

    fn list(&self, dir: &Path, extension: &str) -> Result<Vec<PathBuf>, WorldError> {
        if !self.is_dir(dir) {
            return Err(WorldError::NotFound { path: shown(dir) });
        }
        let root = normal(dir);
        let files = self.files();
        let below = files.keys().filter_map(|path| path.strip_prefix(&root).ok());
        let mut found: Vec<PathBuf> = below
            .filter(|path| path.extension().is_some_and(|found| found == extension))
            .filter(|path| !path.iter().any(is_hidden))
            .map(|path| dir.join(path))
            .collect();
        if found.len() > FILES {
            return Err(WorldError::TooMany { path: shown(dir), limit: FILES });
        }
        found.sort();
        Ok(found)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.files().contains_key(&normal(path))
    }

    fn is_dir(&self, path: &Path) -> bool {
        let path = normal(path);
        path.as_os_str().is_empty() || self.files().keys().any(|file| file != &path && file.starts_with(&path))
    }

    fn write_atomic(&self, path: &Path, bytes: &[u8]) -> Result<(), WorldError> {
        if self.is_dir(path) {
            return Err(WorldError::NotWritable { path: shown(path), reason: "it is a folder".to_owned() });
        }
        self.files().insert(normal(path), bytes.to_vec());
        Ok(())
    }

    fn now(&self) -> Result<Instant, WorldError> {
        Ok(self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world() -> MemoryWorld {
        MemoryWorld::new("2026-11-21T00:00:00Z".parse().unwrap())
            .with("rules/b.provost", "b")
            .with("./rules/deep/a.provost", "\u{feff}a")
            .with("rules/.hidden/c.provost", "c")
            .with("rules/.d.provost", "d")
            .with("rules/e.yaml", [0xff])
    }

    #[test]
    fn lists_are_sorted_recursive_and_without_hidden_files() {
        let found = world().list(Path::new("rules"), "provost").unwrap();
        assert_eq!(found, [Path::new("rules/b.provost"), Path::new("rules/deep/a.provost")]);
        let same = world().list(Path::new("./x/../rules/."), "provost").unwrap();
        assert_eq!(
            same.iter().map(|path| shown(path)).collect::<Vec<_>>(),
            ["rules/b.provost", "rules/deep/a.provost"]
        );
        assert_eq!(world().list(Path::new("no"), "provost"), Err(WorldError::NotFound { path: "no".to_owned() }));
    }

    #[test]
    fn reads_are_limited_and_text_is_utf8_without_its_mark() {
        let world = world();
        let a = Path::new("rules/deep/../deep/a.provost");
        assert_eq!(world.read_text(a, 9), Ok("a".to_owned()));
        assert_eq!(world.read(a, 3), Err(WorldError::TooLarge { path: "rules/deep/a.provost".to_owned(), limit: 3 }));
        let e = Path::new("rules/e.yaml");
        assert_eq!(world.read_text(e, 9), Err(WorldError::InvalidUtf8 { path: "rules/e.yaml".to_owned(), at: 0 }));
    }

    #[test]
    fn what_is_written_is_read_and_a_folder_is_never_overwritten() {
        let world = world();
        assert_eq!(world.write_atomic(Path::new("new"), b"x"), Ok(()));
        assert_eq!(world.read(Path::new("new"), 1), Ok(b"x".to_vec()));
        assert!(world.write_atomic(Path::new("rules"), b"x").is_err());
        assert!(
            world.is_file(Path::new("new")) && world.is_dir(Path::new("rules/deep")) && world.is_dir(Path::new("."))
        );
    }

    #[test]
    fn normal_paths_keep_what_leads_out() {
        assert_eq!(normal(Path::new("a/./b/../../../c")), Path::new("../c"));
        assert_eq!(normal(Path::new("/../a")), Path::new("/a"));
        assert_eq!(shown(Path::new("a/..")), ".");
    }
}
