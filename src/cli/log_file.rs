//! A log on the disk: locked, appended and forced to the disk before its head is replaced.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::shell::{Failure, Shell};
use crate::base::limits;
use crate::journal::{Entry, Head, Mask, Recovered, SignKey, recover, sign};
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

/// A log and its head as they belong together: somebody may append while they are read, and then they are read again.
pub fn both(shell: &Shell, path: &Path, head_path: &Path) -> Result<(Option<Head>, Vec<u8>), Failure> {
    let mut before = head(shell, head_path)?;
    for _ in 0..TRIES {
        let bytes = shell.disk.read(path, limits::LOG_BYTES)?;
        let after = head(shell, head_path)?;
        if before == after {
            return Ok((after, bytes));
        }
        before = after;
    }
    Err(Failure::Unexpected(format!("`{}` is appended to faster than it can be read", shown(path))))
}

/// What an entry is written with.
#[derive(Default)]
pub struct Hand {
    /// What is masked.
    pub mask: Option<Mask>,
    /// Where the openings go.
    pub openings: Option<PathBuf>,
    /// Who signs the head.
    pub key: Option<SignKey>,
}

impl Hand {
    /// The head, signed if there is a key.
    fn sign(&self, head: Head) -> Head {
        self.key.as_ref().map_or(head.clone(), |key| key.sign(&head))
    }
}

/// A log that nobody else appends to, with whatever a crash left behind its head.
struct Held {
    _lock: File,
    file: File,
    head: Head,
    tail: Vec<u8>,
    recovered: Recovered,
}

/// Locks a log and looks at its end. A signed head is only gone on from by whoever signed it.
fn hold(shell: &Shell, path: &Path, hand: &Hand) -> Result<Held, Failure> {
    let failed = |e: io::Error| Failure::Unexpected(format!("`{}` cannot be appended to: {e}", shown(path)));
    let lock = lock(path)?;
    let head = head(shell, &beside(path, ".head"))?.unwrap_or_default();
    may_go_on(&head, hand, path)?;
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
    let tail = tail(&mut file, &head, path)?;
    let Some(recovered) = recover(&head, &tail) else { return Err(unfit(path)) };
    Ok(Held { _lock: lock, file, head, tail, recovered })
}

/// Whether the key at hand is the one that the head asks for.
fn may_go_on(head: &Head, hand: &Hand, path: &Path) -> Result<(), Failure> {
    let public = hand.key.as_ref().map(SignKey::public);
    let said = format!("the head of `{}`", shown(path));
    match (&head.signed, &public) {
        (Some(_), None) => {
            Err(Failure::Usage(format!("{said} is signed\n  help: name the key with `--sign-key FILE`")))
        }
        (None, Some(_)) if head.count > 0 => Err(Failure::Usage(format!(
            "{said} is not signed\n  help: check the log and sign what is there with `provost log sign`"
        ))),
        (None, _) => Ok(()),
        (Some(_), Some(public)) => match sign::wrong(head, Some(public)) {
            Some(wrong) => Err(Failure::Usage(format!("{said} {wrong}"))),
            None => Ok(()),
        },
    }
}

/// Appends an entry: repairs what a crash left, announces the entry in the head, writes one line, forces it to the disk, and
/// replaces the head.
pub fn append(shell: &Shell, path: &Path, entry: &Entry, hand: &Hand) -> Result<(), Failure> {
    let failed = |e: io::Error| Failure::Unexpected(format!("`{}` cannot be appended to: {e}", shown(path)));
    let mut held = hold(shell, path, hand)?;
    if held.recovered.adopted && !held.recovered.expected {
        let shown = shown(path);
        let message = format!("the head of `{shown}` is older than the log: no append announced what stands behind it");
        return Err(Failure::Usage(format!(
            "{message}\n  help: put the head back that belongs to it, or keep the entry with `provost log recover {shown}`"
        )));
    }
    repair(shell, path, &mut held)?;
    let head = &held.recovered.head;
    let written = entry.after(head, hand.mask.as_ref());
    if written.line.len() > limits::LOG_ENTRY_BYTES {
        return Err(Failure::Usage(format!("the entry is larger than {} bytes", limits::LOG_ENTRY_BYTES)));
    }
    // First of all, so that no masked entry is ever without its openings; openings of an entry that never came do no harm.
    if let (Some(openings), Some(opening)) = (&hand.openings, &written.opening) {
        add_opening(shell, openings, &opening.line())?;
    }
    let place = beside(path, ".head");
    shell.disk.write_atomic(&place, hand.sign(head.announcing(&written)).text().as_bytes())?;
    let at = head.bytes;
    held.file.seek(SeekFrom::Start(at)).map_err(failed)?;
    held.file.write_all(written.line.as_bytes()).and_then(|()| held.file.sync_all()).map_err(failed)?;
    Ok(shell.disk.write_atomic(&place, hand.sign(written.head).text().as_bytes())?)
}

/// Says what was found behind the head, and sets a torn line aside.
fn repair(shell: &Shell, path: &Path, held: &mut Held) -> Result<(), Failure> {
    let failed = |e: io::Error| Failure::Unexpected(format!("`{}` cannot be appended to: {e}", shown(path)));
    let recovered = &held.recovered;
    if recovered.adopted {
        shell.remark(&format!("warning: entry {} was not in the head of `{}` yet", recovered.head.count, shown(path)));
    }
    if let Some(at) = recovered.torn_at {
        let from = usize::try_from(at.saturating_sub(held.head.bytes)).ok();
        let kept = from.and_then(|from| held.tail.get(from..)).unwrap_or(&[]);
        let aside = set_aside(path, kept).map_err(failed)?;
        held.file.set_len(at).and_then(|()| held.file.sync_all()).map_err(failed)?;
        let whence = if recovered.announced { "" } else { ", which no append announced" };
        let (path, aside) = (shown(path), shown(&aside));
        shell.remark(&format!("warning: the last line of `{path}`{whence}, was torn, and is kept in `{aside}`"));
    }
    Ok(())
}

/// `provost log recover`: accepts the end of a log as it is found.
pub fn accept(shell: &Shell, path: &Path, hand: &Hand) -> Result<Head, Failure> {
    if !shell.disk.is_file(path) {
        return Err(Failure::Usage(format!("`{}` does not exist", shown(path))));
    }
    let mut held = hold(shell, path, hand)?;
    repair(shell, path, &mut held)?;
    let head = hand.sign(held.recovered.head);
    shell.disk.write_atomic(&beside(path, ".head"), head.text().as_bytes())?;
    Ok(head)
}

/// `provost log sign`: signs a head that was checked and is still the same.
pub fn sign(shell: &Shell, path: &Path, checked: &Head, key: &SignKey) -> Result<(), Failure> {
    let _lock = lock(path)?;
    let place = beside(path, ".head");
    if head(shell, &place)?.as_ref() != Some(checked) {
        return Err(Failure::Usage(format!("`{}` was replaced while the log was checked", shown(&place))));
    }
    Ok(shell.disk.write_atomic(&place, key.sign(checked).text().as_bytes())?)
}

/// Appends a line to the openings. The rest of a line that a crash left is set aside, since nothing could be read behind it.
fn add_opening(shell: &Shell, path: &Path, line: &str) -> Result<(), Failure> {
    let failed = |e: io::Error| Failure::Unexpected(format!("`{}` cannot be appended to: {e}", shown(path)));
    let mut options = OpenOptions::new();
    super::keys::only_ours(options.read(true).write(true).create(true).truncate(false));
    let mut file = options.open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let from = length.saturating_sub(limits::LOG_ENTRY_BYTES as u64);
    let mut end = Vec::new();
    file.seek(SeekFrom::Start(from)).and_then(|_| (&file).take(length - from).read_to_end(&mut end)).map_err(failed)?;
    let kept = end.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let whole = from.saturating_add(kept as u64);
    if let Some(torn) = end.get(kept..).filter(|torn| !torn.is_empty()) {
        let aside = set_aside(path, torn).map_err(failed)?;
        shell.remark(&format!(
            "warning: the last line of `{}` was torn, and is kept in `{}`",
            shown(path),
            shown(&aside)
        ));
    }
    file.set_len(whole).and_then(|()| file.seek(SeekFrom::Start(whole))).map_err(failed)?;
    file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
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
        let mut options = OpenOptions::new();
        // What is set aside may be of openings, and so secret.
        super::keys::only_ours(options.write(true).create_new(true));
        match options.open(&aside) {
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
