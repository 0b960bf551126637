//! The world as it is: the file system and the clock of this machine.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use walkdir::{DirEntry, WalkDir};

use crate::base::limits::FILES;
use crate::base::{Decimal, Instant};
use crate::world::{World, WorldError, is_hidden, shown};

/// The file system, with relative paths taken from the current folder.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl World for Disk {
    fn read(&self, path: &Path, limit: usize) -> Result<Vec<u8>, WorldError> {
        let found = fs::metadata(path).map_err(|e| unreadable(path, &e))?;
        // A pipe or a device could block or never end.
        if !found.is_file() {
            return Err(WorldError::NotReadable { path: shown(path), reason: "it is not a file".to_owned() });
        }
        if found.len() > limit as u64 {
            return Err(WorldError::TooLarge { path: shown(path), limit });
        }
        read_limited(File::open(path).map_err(|e| unreadable(path, &e))?, path, limit)
    }

    fn list(&self, dir: &Path, extension: &str) -> Result<Vec<PathBuf>, WorldError> {
        let dir = on_disk(dir);
        let home = fs::canonicalize(dir).map_err(|e| unreadable(dir, &e))?;
        let mut found = Vec::new();
        let entries = WalkDir::new(dir).follow_root_links(true).into_iter();
        for entry in entries.filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.file_name())) {
            let entry = entry.map_err(|e| {
                let path = e.path().unwrap_or(dir).to_path_buf();
                unreadable(&path, &e.into())
            })?;
            if belongs(&entry, &home, extension)? {
                found.push(entry.into_path());
            }
            if found.len() > FILES {
                return Err(WorldError::TooMany { path: shown(dir), limit: FILES });
            }
        }
        found.sort();
        Ok(found)
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn is_dir(&self, path: &Path) -> bool {
        on_disk(path).is_dir()
    }

    fn write_atomic(&self, path: &Path, bytes: &[u8]) -> Result<(), WorldError> {
        let failed = |e: io::Error| WorldError::NotWritable { path: shown(path), reason: plain(&e) };
        // A link stays a link: what it leads to is replaced.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let Some(name) = target.file_name() else { return Err(failed(io::ErrorKind::InvalidInput.into())) };
        let beside = target.with_file_name(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
        let written = replace(&target, &beside, bytes);
        if written.is_err() {
            // The first error says more than a failure to clean up after it.
            let _ = fs::remove_file(&beside);
        }
        written.map_err(failed)
    }

    fn now(&self) -> Result<Instant, WorldError> {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_err(|_| WorldError::NoTime)?;
        let nanoseconds = i128::try_from(since.as_nanos()).map_err(|_| WorldError::NoTime)?;
        Decimal::from_units(nanoseconds).and_then(Instant::from_seconds).ok_or(WorldError::NoTime)
    }
}

/// The folder itself, which a normal path leaves empty, as the system wants it.
fn on_disk(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

/// All of standard input; more than `limit` bytes are refused.
pub fn read_stdin(limit: usize) -> Result<Vec<u8>, WorldError> {
    read_limited(io::stdin().lock(), Path::new("-"), limit)
}

/// The length is checked again, since a file may grow while it is read.
fn read_limited(from: impl Read, path: &Path, limit: usize) -> Result<Vec<u8>, WorldError> {
    let mut bytes = Vec::new();
    from.take((limit as u64).saturating_add(1)).read_to_end(&mut bytes).map_err(|e| unreadable(path, &e))?;
    if bytes.len() > limit {
        return Err(WorldError::TooLarge { path: shown(path), limit });
    }
    Ok(bytes)
}

/// Whether an entry is one of the files asked for. A folder behind a link is not entered: within, its files are listed
/// at their own place; outside, they do not belong to the package, and to ignore them could drop a rule.
fn belongs(entry: &DirEntry, home: &Path, extension: &str) -> Result<bool, WorldError> {
    let path = entry.path();
    let named = path.extension().is_some_and(|found| found == extension);
    if !entry.path_is_symlink() || entry.depth() == 0 {
        return Ok(named && entry.file_type().is_file());
    }
    let leads_to = match fs::canonicalize(path) {
        Ok(target) => target,
        Err(e) if named => return Err(unreadable(path, &e)),
        Err(_) => return Ok(false),
    };
    let to_folder = leads_to.is_dir();
    if (named || to_folder) && !leads_to.starts_with(home) {
        return Err(WorldError::LeadsOut { path: shown(path) });
    }
    Ok(named && !to_folder)
}

/// Writes beside the target, forces the bytes to the disk, then takes the target's place in one step.
fn replace(target: &Path, beside: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(beside)?;
    file.write_all(bytes)?;
    if let Ok(old) = fs::metadata(target) {
        file.set_permissions(old.permissions())?;
    }
    file.sync_all()?;
    drop(file);
    fs::rename(beside, target)?;
    match target.parent() {
        // Without this, the new name may be lost when the machine stops; not every system can open a folder.
        Some(folder) if cfg!(unix) => {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            File::open(folder)?.sync_all()
        }
        _ => Ok(()),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> WorldError {
    match error.kind() {
        io::ErrorKind::NotFound => WorldError::NotFound { path: shown(path) },
        _ => WorldError::NotReadable { path: shown(path), reason: plain(error) },
    }
}

/// The system's words without its error number, in lower case as everything else that is said.
fn plain(error: &io::Error) -> String {
    error.kind().to_string()
}

/// Whether a path is taken: by a file, or by a folder that is not empty.
pub fn holds_anything(path: &Path) -> bool {
    match std::fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Makes the folder that a file will stand in.
pub fn make_folder_of(path: &Path) -> Result<(), WorldError> {
    let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder)
        .map_err(|e| WorldError::NotWritable { path: crate::world::shown(folder), reason: e.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("provost-disk-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(dir.join("rules/deep")).unwrap();
        dir
    }

    #[test]
    fn files_are_written_whole_read_within_limits_and_listed_in_order() {
        let dir = scratch("files");
        let path = dir.join("rules/z.provost");
        assert_eq!(Disk.write_atomic(&path, b"old and long"), Ok(()));
        assert_eq!(Disk.write_atomic(&path, b"new"), Ok(()));
        assert_eq!(Disk.read(&path, 3), Ok(b"new".to_vec()));
        assert!(matches!(Disk.read(&path, 2), Err(WorldError::TooLarge { limit: 2, .. })));
        assert!(matches!(Disk.read(&dir, 9), Err(WorldError::NotReadable { .. })));
        assert!(matches!(Disk.read(&dir.join("no"), 9), Err(WorldError::NotFound { .. })));
        assert!(matches!(Disk.write_atomic(&dir.join("no/x"), b""), Err(WorldError::NotWritable { .. })));
        for hidden in ["rules/.a.provost", "rules/deep/a.provost", "rules/b.yaml"] {
            fs::write(dir.join(hidden), "").unwrap();
        }
        let found = Disk.list(&dir.join("rules"), "provost").unwrap();
        assert_eq!(found, [dir.join("rules/deep/a.provost"), path]);
        assert_eq!(fs::read_dir(dir.join("rules")).unwrap().count(), 4, "nothing is left beside");
        fs::remove_dir_all(dir).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn links_within_are_followed_and_links_out_are_refused() {
        use std::os::unix::fs::symlink;
        let dir = scratch("links");
        fs::write(dir.join("out.provost"), "").unwrap();
        fs::write(dir.join("rules/a.provost"), "").unwrap();
        symlink(dir.join("rules/a.provost"), dir.join("rules/deep/b.provost")).unwrap();
        symlink(dir.join("rules"), dir.join("rules/deep/again")).unwrap();
        symlink(dir.join("nowhere"), dir.join("rules/deep/broken.yaml")).unwrap();
        let rules = dir.join("rules");
        assert_eq!(Disk.list(&rules, "provost").unwrap(), [rules.join("a.provost"), rules.join("deep/b.provost")]);
        assert_eq!(Disk.write_atomic(&rules.join("deep/b.provost"), b"x"), Ok(()));
        assert_eq!(Disk.read(&rules.join("a.provost"), 9), Ok(b"x".to_vec()));
        symlink(dir.join("out.provost"), dir.join("rules/c.provost")).unwrap();
        assert!(matches!(Disk.list(&rules, "provost"), Err(WorldError::LeadsOut { .. })));
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn the_clock_shows_a_time_after_this_was_written() {
        assert!(Disk.now().unwrap() > "2026-01-01T00:00:00Z".parse().unwrap());
    }
}
