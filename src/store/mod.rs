//! The registry of services, kept on the disk: a shell of its own, for whoever uses the library as much as for the command.
//!
//! *Takes* a folder and [operations](crate::registry::Operation); *gives* [snapshots](crate::registry::Snapshot). *Promises* that
//! what was acknowledged is there after a crash at any moment; that writers, of this process and of others, come one after the
//! other; that readers wait for nobody and see whole snapshots only; and that whatever is damaged is refused. *Leaves out*
//! whether a contract fits a package, which [`crate::package`] checks before it is registered.
//!
//! The truth is one file, `store.redb`, with every contract that ever stood in the registry and the history of its snapshots. It
//! is locked as a whole, so readers leave it alone: after each commit the writer publishes the snapshot beside it, in
//! `current.jsonl`, before it says that it is done. Whoever writes next publishes what a crash in between has left unpublished.
//!
//! A program opens the registry once and shares it. Who reads takes a snapshot and keeps it for as long as one decision lasts:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use provost::registry::{Contract, Operation, Source};
//! use provost::store::{PATIENCE, Store};
//!
//! let folder = std::env::temp_dir().join(format!("provost-example-{}", std::process::id()));
//! let now = "2026-11-21T00:00:00Z".parse()?;
//! let (store, made) = Store::init(&folder, PATIENCE, now)?;
//! assert!(made);
//!
//! // The contract in its canonical spelling, as `provost::ir::json::service` and `provost::base::canonical` give that of a
//! // service which a package has checked, and what it was read from.
//! let register = |name: &str| {
//!     let source = Source { file: "desk.yaml".into(), adapter: "provost".into(), trait_: None, text: "".into() };
//!     let contract = r#"{"accepts":[],"traits":["Model"],"values":{}}"#.to_owned();
//!     vec![Operation::Register(Contract { name: name.into(), contract, source })]
//! };
//! let before = store.snapshot();
//! std::thread::scope(|scope| {
//!     let writer = scope.spawn(|| (0..5).try_for_each(|n| store.apply(now, register(&format!("desk-{n}"))).map(drop)));
//!     let readers: Vec<_> = (0..3)
//!         .map(|_| {
//!             scope.spawn(|| {
//!                 // It waits for nobody, is whole, and stays what it is: as many services as writes that came before it.
//!                 let snapshot = store.snapshot();
//!                 assert_eq!(snapshot.services.len() as u64 + 1, snapshot.number);
//!             })
//!         })
//!         .collect();
//!     readers.into_iter().for_each(|reader| reader.join().unwrap());
//!     writer.join().unwrap()
//! })?;
//! assert_eq!((before.services.len(), store.snapshot().services.len()), (0, 5));
//!
//! // What was decided on an older snapshot can be decided on it again, by its digest.
//! assert_eq!(store.at(&provost::registry::Which::Digest(before.digest.clone()))?.as_ref(), Some(&*before));
//! // What other processes have written is seen by `refresh`.
//! assert_eq!(store.refresh()?.number, 6);
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok(())
//! # }
//! ```
#![allow(
    clippy::disallowed_methods,
    reason = "the store of the registry is where its files are, and where writers wait for each other"
)]

mod database;
mod error;
mod lock;

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::base::Instant;
use crate::base::limits::REGISTRY_BYTES;
use crate::registry::{self, Change, Operation, Record, Snapshot, Which, published};
use crate::world::shown;
use database::Database;
pub use database::Version;
pub use error::StoreError;
use error::system;

/// The file that holds the truth.
pub const STORE: &str = "store.redb";
/// The file in which the present snapshot is published.
pub use crate::registry::published::FILE as CURRENT;
/// The file that writers lock.
const LOCK: &str = "lock";
/// How long a writer waits for others, where nothing else is said.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A registry in its folder. It may be shared by threads, and several processes may have the same folder open.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    patience: Duration,
    /// The last snapshot that was seen here. A writer holds this for as long as it takes to put a pointer in its place.
    current: RwLock<Arc<Snapshot>>,
}

/// What a write came to.
#[derive(Clone, Debug)]
pub struct Written {
    /// The snapshot that is in force now.
    pub snapshot: Arc<Snapshot>,
    /// What changed; nothing where everything stood there already.
    pub changes: Vec<Change>,
}

impl Store {
    /// Makes an empty registry in a folder, or opens the one that is there; says which.
    pub fn init(folder: &Path, patience: Duration, now: Instant) -> Result<(Self, bool), StoreError> {
        make_folder(folder).map_err(|e| system(folder, &e))?;
        let _lock = lock::exclusive(folder, patience)?;
        let made = !exists(&folder.join(STORE))? && !exists(&folder.join(CURRENT))?;
        if made {
            Database::create(folder, &Snapshot::first(now))?;
        }
        let (_, snapshot) = opened(folder)?;
        Ok((Self::of(folder, patience, snapshot), made))
    }

    /// Opens the registry in a folder by its published snapshot; waits for nobody.
    pub fn open(folder: &Path, patience: Duration) -> Result<Self, StoreError> {
        Ok(Self::of(folder, patience, in_force(folder)?))
    }

    fn of(folder: &Path, patience: Duration, snapshot: Snapshot) -> Self {
        Self { folder: folder.to_path_buf(), patience, current: RwLock::new(Arc::new(snapshot)) }
    }

    /// The last snapshot that was seen here: the one of the last write through this value, or of the last [`Store::refresh`].
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The snapshot that is published now, by whomever; waits for nobody.
    pub fn refresh(&self) -> Result<Arc<Snapshot>, StoreError> {
        Ok(self.see(in_force(&self.folder)?))
    }

    /// Takes a snapshot as the last one seen, unless a later one has been.
    fn see(&self, snapshot: Snapshot) -> Arc<Snapshot> {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.number <= snapshot.number {
            *current = Arc::new(snapshot);
        }
        Arc::clone(&current)
    }

    /// Applies operations to the snapshot in force, all or none. They are made from that snapshot, which nobody changes meanwhile;
    /// with `expected`, only where it is that one. What is written is durable and published when this returns.
    pub fn write<E: From<StoreError>>(
        &self,
        now: Instant,
        expected: Option<&Which>,
        operations: impl FnOnce(&Snapshot) -> Result<Vec<Operation>, E>,
    ) -> Result<Written, E> {
        let _lock = lock::exclusive(&self.folder, self.patience)?;
        let (database, snapshot) = opened(&self.folder)?;
        if let Some(expected) = expected
            && !expected.is(snapshot.number, &snapshot.digest)
        {
            let (number, digest) = (snapshot.number, snapshot.digest.clone());
            self.see(snapshot);
            return Err(StoreError::Moved { expected: expected.to_string(), number, digest }.into());
        }
        let operations = operations(&snapshot)?;
        let mut last = std::collections::BTreeMap::new();
        for operation in &operations {
            let name = match operation {
                Operation::Register(contract) | Operation::Update(contract) => &contract.name,
                Operation::Remove(name) => name,
            };
            last.insert(name.clone(), database.last_revision(name)?);
        }
        let next = registry::after(&snapshot, &operations, now, |name| last.get(name).copied().unwrap_or(0));
        let (snapshot, changes) = match next.map_err(StoreError::Refused)? {
            None => (snapshot, Vec::new()),
            Some((next, changes)) => {
                // A disk that is full, or a folder that may not be written, is met here, before anything has happened.
                let prepared = Prepared::write(&self.folder, &next)?;
                database.append(&snapshot, &next, &changes, &operations)?;
                let unpublished =
                    |why: StoreError| StoreError::Unpublished { number: next.number, why: why.to_string() };
                prepared.publish().map_err(unpublished)?;
                (next, changes)
            }
        };
        Ok(Written { snapshot: self.see(snapshot), changes })
    }

    /// Applies operations that were made beforehand.
    pub fn apply(&self, now: Instant, operations: Vec<Operation>) -> Result<Written, StoreError> {
        self.write(now, None, |_| Ok(operations))
    }

    /// Every record, the oldest first.
    pub fn history(&self) -> Result<Vec<Record>, StoreError> {
        self.read(|database, _| database.records())
    }

    /// A snapshot of the past; nothing where there is none such. Of several with one digest, the last.
    pub fn at(&self, which: &Which) -> Result<Option<Snapshot>, StoreError> {
        self.read(|database, _| database.at(which))
    }

    /// A revision of a service with what it was read from; nothing where there is none such.
    pub fn version(&self, name: &str, revision: u64) -> Result<Option<Version>, StoreError> {
        self.read(|database, _| database.version(name, revision))
    }

    /// Reads everything again, and holds it against every digest; gives the records and how many contracts there are.
    pub fn verify(&self) -> Result<(Vec<Record>, usize), StoreError> {
        self.read(|database, snapshot| database.verify(snapshot))
    }

    /// Something that only the store knows. It has one user at a time, so this waits for writers.
    fn read<T>(&self, read: impl FnOnce(&Database, &Snapshot) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let _lock = lock::exclusive(&self.folder, self.patience)?;
        let (database, snapshot) = opened(&self.folder)?;
        let known = read(&database, &snapshot)?;
        self.see(snapshot);
        Ok(known)
    }
}

/// The store of a folder, whose lock the caller holds, and the snapshot in force, which is published if a crash has prevented it.
fn opened(folder: &Path) -> Result<(Database, Snapshot), StoreError> {
    if !exists(&folder.join(STORE))? {
        // A publication without its store is what is left of a registry, and may be in use.
        if exists(&folder.join(CURRENT))? {
            let reason = "it is gone, and a snapshot is still published".to_owned();
            return Err(StoreError::Damaged { path: shown(&folder.join(STORE)), reason });
        }
        return Err(StoreError::Missing { folder: shown(folder) });
    }
    let database = Database::open(folder)?;
    let snapshot = database.current()?;
    if fs::read(folder.join(CURRENT)).is_ok_and(|bytes| bytes == published::text(&snapshot).as_bytes()) {
        return Ok((database, snapshot));
    }
    match published(folder) {
        // Somebody put an older store in the place of the one that published this.
        Ok(Some(found)) if found.number >= snapshot.number => {
            let reason = format!(
                "snapshot {} is published, and the store knows snapshot {} as its last",
                found.number, snapshot.number
            );
            return Err(StoreError::Damaged { path: shown(&folder.join(STORE)), reason });
        }
        Ok(_) | Err(StoreError::Damaged { .. }) => publish(folder, &snapshot)?,
        Err(other) => return Err(other),
    }
    Ok((database, snapshot))
}

/// The snapshot that is published in a folder, where there has to be one.
fn in_force(folder: &Path) -> Result<Snapshot, StoreError> {
    match published(folder)? {
        Some(snapshot) => Ok(snapshot),
        None if exists(&folder.join(STORE))? => {
            Err(StoreError::Damaged { path: shown(&folder.join(CURRENT)), reason: "it is missing".to_owned() })
        }
        None => Err(StoreError::Missing { folder: shown(folder) }),
    }
}

/// The snapshot that is published in a folder, if one is.
fn published(folder: &Path) -> Result<Option<Snapshot>, StoreError> {
    let path = folder.join(CURRENT);
    let damaged = |reason: String| StoreError::Damaged { path: shown(&path), reason };
    let found = match fs::metadata(&path) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(system(&path, &error)),
    };
    if !found.is_file() || found.len() > REGISTRY_BYTES as u64 {
        return Err(damaged("it is too long, or no file".to_owned()));
    }
    let bytes = fs::read(&path).map_err(|e| system(&path, &e))?;
    let text = String::from_utf8(bytes).map_err(|_| damaged("it is not UTF-8 text".to_owned()))?;
    published::read(&text).map(|read| Some(read.snapshot)).map_err(|damage| damaged(damage.to_string()))
}

/// Publishes a snapshot: whoever reads sees the one before or this one.
fn publish(folder: &Path, snapshot: &Snapshot) -> Result<(), StoreError> {
    Prepared::write(folder, snapshot)?.publish()
}

/// A snapshot that stands beside the published one, on the disk. The lock keeps others from it.
struct Prepared<'f> {
    folder: &'f Path,
    beside: PathBuf,
}

impl<'f> Prepared<'f> {
    fn write(folder: &'f Path, snapshot: &Snapshot) -> Result<Self, StoreError> {
        let beside = folder.join(format!(".{CURRENT}.new"));
        let text = published::text(snapshot);
        if let Some(refusal) = registry::change::oversized(text.len()) {
            return Err(StoreError::Refused(vec![refusal]));
        }
        let write = || -> std::io::Result<()> {
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&beside)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        };
        match write() {
            Ok(()) => Ok(Self { folder, beside }),
            Err(error) => {
                // Half of it would only keep a full disk full.
                let _ = fs::remove_file(&beside);
                Err(system(&beside, &error))
            }
        }
    }

    /// Takes the place of what was published.
    fn publish(self) -> Result<(), StoreError> {
        let target = self.folder.join(CURRENT);
        let named = fs::rename(&self.beside, &target).and_then(|()| sync_folder(self.folder));
        named.map_err(|e| system(&target, &e))
    }
}

/// Makes a folder, and makes sure that its name is on the disk too.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        make_folder(parent)?;
    }
    match fs::create_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && folder.is_dir() => {}
        made => made?,
    }
    match sync_folder(folder.parent().unwrap_or(Path::new(""))) {
        // One may be allowed to make a folder in a place that one cannot look into.
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Ok(()),
        synced => synced,
    }
}

/// Without this, a new name may be lost when the machine stops; not every system can open a folder.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn exists(path: &Path) -> Result<bool, StoreError> {
    path.try_exists().map_err(|e| system(path, &e))
}

#[cfg(test)]
mod tests;
