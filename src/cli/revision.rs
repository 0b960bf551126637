//! The files of a git revision, read through the `git` command line: a world in which nothing can be written.
//!
//! Names and sizes are listed once; contents come through one `git cat-file --batch`, file by file, as they are asked for. A link
//! in a revision is not followed: what it leads to may lie outside of it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use super::disk::Disk;
use super::shell::Failure;
use crate::base::{Instant, limits::FILES};
use crate::world::{World, WorldError, is_hidden, normal, shown};

/// A revision of the repository around a folder.
pub struct Revision {
    files: BTreeMap<PathBuf, Blob>,
    reader: Mutex<Reader>,
    /// The folder, from the root of the repository.
    pub dir: PathBuf,
}

/// A file of a revision.
struct Blob {
    id: String,
    size: usize,
    link: bool,
}

/// The running `git cat-file --batch`.
struct Reader {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It only reads, so that nothing is lost, and it may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The revision of this name of the repository that the folder is in; nothing where there is no such revision.
pub fn open(dir: &Path, name: &str) -> Result<Option<Revision>, Failure> {
    let prefix = match git(dir, &["rev-parse", "--show-prefix"])? {
        Ok(prefix) => String::from_utf8_lossy(&prefix).trim_end_matches('\n').to_owned(),
        Err(said) if said.contains("not a git repository") => return Ok(None),
        Err(said) => return Err(Failure::Usage(format!("`git` cannot read `{}`: {said}", shown(dir)))),
    };
    let commit = format!("{name}^{{commit}}");
    let Ok(commit) = git(dir, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])? else {
        return Ok(None);
    };
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    let listed = git(dir, &["ls-tree", "-r", "-z", "-l", "--full-tree", &commit])?;
    let listed = listed.map_err(|said| Failure::Usage(format!("`git` cannot list `{name}`: {said}")))?;
    let files = String::from_utf8_lossy(&listed).split('\0').filter_map(file).collect();
    let dir_in = normal(Path::new(&prefix));
    Ok(Some(Revision { files, reader: Mutex::new(reader(dir)?), dir: dir_in }))
}

/// `100644 blob 8c1f…    1234<tab>rules/a.provost`; submodules are no files.
fn file(line: &str) -> Option<(PathBuf, Blob)> {
    let (about, path) = line.split_once('\t')?;
    let mut words = about.split_ascii_whitespace();
    let (mode, kind, id, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
    (kind == "blob").then_some(())?;
    let blob = Blob { id: id.to_owned(), size: size.parse().ok()?, link: mode == "120000" };
    Some((PathBuf::from(path), blob))
}

fn absent(error: &std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::NotFound => Failure::Usage(
            "a git revision is named, and there is no `git` on this machine\n  help: name two folders, or install git"
                .to_owned(),
        ),
        _ => Failure::Usage(format!("`git` cannot be started: {error}")),
    }
}

/// What `git` writes, or the first line of what it complains of.
fn git(dir: &Path, arguments: &[&str]) -> Result<Result<Vec<u8>, String>, Failure> {
    let output = Command::new("git").arg("-C").arg(dir).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| absent(&error))?;
    if output.status.success() {
        return Ok(Ok(output.stdout));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Ok(Err(said.lines().next().unwrap_or("it says nothing").to_owned()))
}

fn reader(dir: &Path) -> Result<Reader, Failure> {
    let mut child = Command::new("git")
        .arg("-C")
        .arg(dir)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| absent(&error))?;
    match (child.stdin.take(), child.stdout.take()) {
        (Some(asks), Some(answers)) => Ok(Reader { child, asks, answers: BufReader::new(answers) }),
        _ => Err(Failure::Unexpected("`git` has no pipes".to_owned())),
    }
}

impl Reader {
    /// The bytes of an object of a known size.
    fn blob(&mut self, id: &str, size: usize) -> std::io::Result<Vec<u8>> {
        writeln!(self.asks, "{id}")?;
        self.asks.flush()?;
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        if head.trim_end() != format!("{id} blob {size}") {
            return Err(std::io::Error::other("`git` answers something else"));
        }
        let mut bytes = vec![0; size];
        self.answers.read_exact(&mut bytes)?;
        // Behind each object stands a line feed.
        self.answers.read_exact(&mut [0])?;
        Ok(bytes)
    }
}

impl Revision {
    /// The files below a folder.
    fn below<'a>(&'a self, root: &'a Path) -> impl Iterator<Item = &'a Path> + 'a {
        self.files.keys().filter_map(move |path| path.strip_prefix(root).ok())
    }
}

impl World for Revision {
    fn read(&self, path: &Path, limit: usize) -> Result<Vec<u8>, WorldError> {
        let unreadable = |reason: String| WorldError::NotReadable { path: shown(path), reason };
        let blob = self.files.get(&normal(path)).ok_or_else(|| WorldError::NotFound { path: shown(path) })?;
        if blob.link {
            return Err(unreadable("it is a link, which is not followed in a revision".to_owned()));
        }
        if blob.size > limit {
            return Err(WorldError::TooLarge { path: shown(path), limit });
        }
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.blob(&blob.id, blob.size).map_err(|error| unreadable(error.to_string()))
    }

    fn list(&self, dir: &Path, extension: &str) -> Result<Vec<PathBuf>, WorldError> {
        if !self.is_dir(dir) {
            return Err(WorldError::NotFound { path: shown(dir) });
        }
        let root = normal(dir);
        let mut found: Vec<PathBuf> = self
            .below(&root)
            .filter(|path| path.extension().is_some_and(|found| found == extension) && !path.iter().any(is_hidden))
            .map(|path| dir.join(path))
            .collect();
        found.sort();
        if found.len() > FILES {
            return Err(WorldError::TooMany { path: shown(dir), limit: FILES });
        }
        Ok(found)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.files.contains_key(&normal(path))
    }

    fn is_dir(&self, path: &Path) -> bool {
        let root = normal(path);
        root.as_os_str().is_empty() || self.below(&root).any(|below| !below.as_os_str().is_empty())
    }

    fn write_atomic(&self, path: &Path, _bytes: &[u8]) -> Result<(), WorldError> {
        Err(WorldError::NotWritable { path: shown(path), reason: "it belongs to a revision".to_owned() })
    }

    fn now(&self) -> Result<Instant, WorldError> {
        Disk.now()
    }
}
