//! A log on the disk: locked, appended and forced to the disk before its head is replaced.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::shell::{Failure, Shell};
use crate::base::limits;
use crate::journal::{Entry, Head, recover};
use crate::world::{World as _, WorldError, shown};

/// How often a lock that is held is asked for again, and how long it is waited between.
const TRIES: u32 = 500;
const PAUSE: Duration = Duration::from_millis(10);

/// The path of a file that stands beside a log.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// The head in a file; nothing if there is no such file.
pub fn head(shell: &Shell, path: &Path) -> Result<Option<Head>, Failure> {
    match shell.disk.read_text(path, limits::LOG_HEAD_BYTES) {
        Err(WorldError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
        Ok(text) => match Head::read(&text) {
            Some(head) => Ok(Some(head)),
            None => Err(Failure::Usage(format!("`{}` is no head of a log", shown(path)))),
        },
    }
}

/// Appends an entry: repairs what a crash left, writes one line, forces it to the disk, replaces the head.
pub fn append(shell: &Shell, path: &Path, entry: &Entry) -> Result<(), Failure> {
    let failed = |e: io::Error| Failure::Unexpected(format!("`{}` cannot be appended to: {e}", shown(path)));
    let _held = lock(path)?;
    let head_path = beside(path, ".head");
    let head = head(shell, &head_path)?.unwrap_or_default();
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
    let tail = tail(&mut file, &head, path)?;
    let Some(recovered) = recover(&head, &tail) else { return Err(unfit(path)) };
    if recovered.adopted {
        shell.remark(&format!("warning: entry {} was not in the head of `{}` yet", recovered.head.count, shown(path)));
    }
    if let Some(at) = recovered.torn_at {
        let kept = usize::try_from(at.saturating_sub(head.bytes)).ok().and_then(|from| tail.get(from..)).unwrap_or(&[]);
        let aside = set_aside(path, kept).map_err(failed)?;
        file.set_len(at).and_then(|()| file.sync_all()).map_err(failed)?;
        shell.remark(&format!(
            "warning: the last line of `{}` was torn, and is kept in `{}`",
            shown(path),
            shown(&aside)
        ));
    }
    let written = entry.after(&recovered.head);
    if written.line.len() > limits::LOG_ENTRY_BYTES {
        return Err(Failure::Usage(format!("the entry is larger than {} bytes", limits::LOG_ENTRY_BYTES)));
    }
    file.seek(SeekFrom::Start(recovered.head.bytes)).map_err(failed)?;
    file.write_all(written.line.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(shell.disk.write_atomic(&head_path, written.head.text().as_bytes())?)
}

/// Whatever stands behind the head; the bytes before it are left to `log verify`.
fn tail(file: &mut File, head: &Head, path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |e: io::Error| Failure::Unexpected(format!("`{}` cannot be read: {e}", shown(path)));
    let length = file.metadata().map_err(failed)?.len();
    // One entry and a torn one can stand there, each within its limit.
    let most = 2 * limits::LOG_ENTRY_BYTES as u64;
    if length < head.bytes || length - head.bytes > most {
        return Err(unfit(path));
    }
    let mut tail = Vec::new();
    if let Some(last) = head.bytes.checked_sub(1) {
        let mut end = [0];
        file.seek(SeekFrom::Start(last)).and_then(|_| file.read_exact(&mut end)).map_err(failed)?;
        if end != *b"\n" {
            return Err(unfit(path));
        }
    }
    file.seek(SeekFrom::Start(head.bytes)).map_err(failed)?;
    file.take(most).read_to_end(&mut tail).map_err(failed)?;
    Ok(tail)
}

fn unfit(path: &Path) -> Failure {
    let shown = shown(path);
    Failure::Usage(format!(
        "`{shown}` is not the log that its head describes\n  help: see `provost log verify {shown}`"
    ))
}

/// Writes torn bytes to a new file beside the log.
fn set_aside(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    for number in 1_u32.. {
        let aside = beside(path, &format!(".torn-{number}"));
        match OpenOptions::new().write(true).create_new(true).open(&aside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(mut file) => {
                file.write_all(bytes)?;
                file.sync_all()?;
                return Ok(aside);
            }
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// The lock of a log. The system gives it up when its holder ends, however it ends, so that no lock outlives a crash.
pub fn lock(path: &Path) -> Result<File, Failure> {
    let place = beside(path, ".lock");
    let failed = |e: io::Error| Failure::Unexpected(format!("`{}` cannot be locked: {e}", shown(&place)));
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&place).map_err(failed)?;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
    Err(Failure::Unexpected(format!("`{}` is held by another program that appends", shown(&place))))
}
