//! Files of one folder that are written together: all of them or none.
//!
//! A folder that does not exist yet appears whole, in one step. In one that does, every file is written beside its place and
//! forced to the disk before the first takes its place; what fails then is taken back. Between the first and the last,
//! a reader may see some of each: so the file that holds the digests of the others comes last.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::world::{normal, shown};

/// How often a folder that is held is asked for again, and how long it is waited between.
const TRIES: u32 = 500;
const PAUSE: Duration = Duration::from_millis(10);

/// A file by its name in the folder.
pub type Named<'a> = (&'a str, &'a [u8]);

/// Writes the files into a folder, all or none, and makes the folder where there is none.
pub fn write(folder: &Path, files: &[Named<'_>]) -> io::Result<()> {
    if folder.is_dir() {
        return replace(folder, files);
    }
    if fs::symlink_metadata(folder).is_ok() {
        return Err(io::Error::other("what stands there is no folder"));
    }
    // A folder that leads through one that is not there, as in `a/../b`, leads nowhere but where it reads.
    let is_there = folder.parent().is_none_or(|parent| parent.as_os_str().is_empty() || parent.is_dir());
    let folder = if is_there { folder.to_path_buf() } else { normal(folder) };
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    let made = make(parent)?;
    let appeared = appear(&folder, files);
    if appeared.is_err() {
        // The first error says more than a failure to clean up after it.
        made.iter().rev().for_each(|made| drop(fs::remove_dir(made)));
    }
    appeared
}

/// Makes the folders that are missing, and says which these are, outermost first.
fn make(folder: Option<&Path>) -> io::Result<Vec<PathBuf>> {
    let missing: Vec<&Path> = folder
        .into_iter()
        .flat_map(Path::ancestors)
        .take_while(|part| !part.as_os_str().is_empty() && !part.is_dir())
        .collect();
    let mut made: Vec<PathBuf> = Vec::new();
    for part in missing.into_iter().rev() {
        match fs::create_dir(part) {
            Ok(()) => made.push(part.to_path_buf()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && part.is_dir() => {}
            Err(error) => {
                made.iter().rev().for_each(|made| drop(fs::remove_dir(made)));
                let is_file = fs::symlink_metadata(part).is_ok();
                let message = || format!("`{}` is no folder", shown(part));
                return Err(if is_file { io::Error::other(message()) } else { error });
            }
        }
    }
    Ok(made)
}

/// A folder that is not there yet: filled beside its place, then named.
fn appear(folder: &Path, files: &[Named<'_>]) -> io::Result<()> {
    let Some(name) = folder.file_name() else { return Err(io::ErrorKind::InvalidInput.into()) };
    let beside = folder.with_file_name(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
    // What stands there is of a process of the same number that ended half-way.
    let _ = fs::remove_dir_all(&beside);
    let filled = fs::create_dir(&beside)
        .and_then(|()| files.iter().try_for_each(|(name, bytes)| create(&beside.join(name), bytes)))
        .and_then(|()| force(&beside));
    let named = filled.and_then(|()| fs::rename(&beside, folder));
    if let Err(error) = named {
        let _ = fs::remove_dir_all(&beside);
        // Another run may have made it meanwhile.
        return if folder.is_dir() { replace(folder, files) } else { Err(error) };
    }
    force(parent_of(folder))
}

/// A file on its way: where it is written, where it belongs, and where what stands there is kept meanwhile.
struct Move {
    beside: PathBuf,
    place: PathBuf,
    kept: PathBuf,
    had: bool,
}

/// A folder that is there: each file beside its place, then one after the other.
fn replace(folder: &Path, files: &[Named<'_>]) -> io::Result<()> {
    let held = lock(folder)?;
    if held.is_some() {
        sweep(folder, files);
    }
    let mut moves = Vec::new();
    for (name, _) in files {
        let (place, number) = (folder.join(name), std::process::id());
        let found = fs::symlink_metadata(&place);
        if found.as_ref().is_ok_and(fs::Metadata::is_dir) {
            return Err(io::Error::other(format!("`{name}` in it is a folder, and a file is needed")));
        }
        moves.push(Move {
            beside: folder.join(format!(".{name}.{number}.tmp")),
            kept: folder.join(format!(".{name}.{number}.old")),
            place,
            had: found.is_ok(),
        });
    }
    let written = moves.iter().zip(files).try_for_each(|(to, (_, bytes))| {
        let _ = fs::remove_file(&to.kept);
        create(&to.beside, bytes)?;
        if to.had { keep(&to.place, &to.kept) } else { Ok(()) }
    });
    let moved = written.and_then(|()| take_places(&moves, |from, to| fs::rename(from, to)));
    for file in &moves {
        let _ = fs::remove_file(&file.beside);
        let _ = fs::remove_file(&file.kept);
    }
    moved.and_then(|()| force(folder))
}

/// Removes what runs that were killed left behind; whoever holds the lock is the only one who writes here.
fn sweep(folder: &Path, files: &[Named<'_>]) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let found = entry.file_name();
        let of_ours = |(name, _): &Named<'_>| {
            let rest = found.to_str().and_then(|found| found.strip_prefix('.')?.strip_prefix(name)?.strip_prefix('.'));
            let number = rest.and_then(|rest| rest.strip_suffix(".tmp").or_else(|| rest.strip_suffix(".old")));
            number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        };
        if files.iter().any(of_ours) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Puts each file in its place; where one cannot be, those before it are taken back.
fn take_places(moves: &[Move], rename: impl Fn(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    for (at, file) in moves.iter().enumerate() {
        if let Err(error) = rename(&file.beside, &file.place) {
            for before in moves.iter().take(at) {
                let _ =
                    if before.had { fs::rename(&before.kept, &before.place) } else { fs::remove_file(&before.place) };
            }
            return Err(error);
        }
    }
    Ok(())
}

/// A second name for what stands in a place; a copy, where the disk gives no second names.
fn keep(place: &Path, kept: &Path) -> io::Result<()> {
    fs::hard_link(place, kept).or_else(|_| fs::copy(place, kept).map(drop))
}

/// Writes a file and forces it to the disk.
fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Forces the names in a folder to the disk; not every system can open a folder.
fn force(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn parent_of(folder: &Path) -> &Path {
    folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Keeps other runs out of a folder. The system gives it up when its holder ends, however it ends. Where a folder cannot be
/// locked, the digests still tell which files belong together.
fn lock(folder: &Path) -> io::Result<Option<File>> {
    if !cfg!(unix) {
        return Ok(None);
    }
    let held = File::open(folder)?;
    for _ in 0..TRIES {
        match held.try_lock() {
            Ok(()) => return Ok(Some(held)),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
    Err(io::Error::other("it is held by another run"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_folder_appears_whole_and_an_old_one_keeps_what_else_is_in_it() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/b/c");
        write(&folder, &[("x", b"1"), ("y", b"2")]).unwrap();
        fs::write(folder.join("z"), "3").unwrap();
        for left in [".x.12.tmp", ".y.3.old"] {
            fs::write(folder.join(left), "of a run that was killed").unwrap();
        }
        fs::write(folder.join(".x.mine.tmp"), "of somebody else").unwrap();
        write(&folder, &[("x", b"4"), ("y", b"5")]).unwrap();
        assert_eq!(names(&folder), [".x.mine.tmp", "x", "y", "z"]);
        assert_eq!(fs::read(folder.join("y")).unwrap(), b"5");
        assert_eq!(names(&home.path().join("a/b")), ["c"], "nothing is left beside");
    }

    #[test]
    fn where_one_file_cannot_be_written_none_is_and_no_folder_is_left() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "1").unwrap();
        assert!(write(&file, &[("x", b"1")]).is_err());
        assert!(write(&file.join("deep"), &[("x", b"1")]).is_err());
        assert!(write(&home.path().join("p/q"), &[("no/such", b"1")]).is_err());
        assert_eq!(names(home.path()), ["file"]);
        let folder = home.path().join("folder");
        fs::create_dir_all(folder.join("y")).unwrap();
        fs::write(folder.join("x"), "old").unwrap();
        assert!(write(&folder, &[("x", b"new"), ("y", b"new")]).is_err());
        assert_eq!(names(&folder), ["x", "y"]);
        assert_eq!(fs::read(folder.join("x")).unwrap(), b"old");
    }

    #[test]
    fn what_took_its_place_before_a_failure_is_taken_back() {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        let to = |name: &str, had| Move {
            beside: path(&format!("{name}.new")),
            place: path(name),
            kept: path(&format!("{name}.old")),
            had,
        };
        for name in ["a", "a.old"] {
            fs::write(path(name), "old").unwrap();
        }
        for name in ["a.new", "b.new", "c.new"] {
            fs::write(path(name), "new").unwrap();
        }
        let third_fails = |from: &Path, to: &Path| {
            if to.ends_with("c") { Err(io::ErrorKind::StorageFull.into()) } else { fs::rename(from, to) }
        };
        assert!(take_places(&[to("a", true), to("b", false), to("c", false)], third_fails).is_err());
        assert_eq!(fs::read(path("a")).unwrap(), b"old");
        assert!(!path("b").exists() && !path("c").exists());
    }
}
