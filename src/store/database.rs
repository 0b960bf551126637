//! The file that holds the truth: every contract that ever stood in the registry, and the history of its snapshots.
//!
//! What is read from it is held against its digests: the services in force against the last record whenever the file is opened, and
//! everything by [`Database::verify`]. The crate checks the sums of all pages when it opens the file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{ReadableDatabase as _, ReadableTable as _, TableDefinition};
use serde_json::{Value as Json, json};

use super::error::{StoreError, system};
use super::{STORE, sync_folder};
use crate::base::{Instant, Name, canonical};
use crate::registry::{Change, Contract, Held, Operation, Record, Snapshot, Source, What, Which};
use crate::world::shown;

/// The schema of the file.
const SCHEMA: &str = "provost.registry-store/1";
/// What the file is.
const ABOUT: TableDefinition<&str, &str> = TableDefinition::new("about");
/// The record of each snapshot.
const RECORDS: TableDefinition<u64, &str> = TableDefinition::new("records");
/// Every contract by name and revision.
const VERSIONS: TableDefinition<(&str, u64), &str> = TableDefinition::new("versions");
/// The texts that contracts were read from, by digest.
const SOURCES: TableDefinition<&str, &str> = TableDefinition::new("sources");
/// The revision in force of each service.
const IN_FORCE: TableDefinition<&str, u64> = TableDefinition::new("in force");

/// A contract that stands or stood in the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The contract as snapshots hold it.
    pub held: Held,
    /// When it was registered.
    pub at: Instant,
    /// What it was read from.
    pub source: Source,
}

pub(super) struct Database {
    database: redb::Database,
    path: PathBuf,
}

impl Database {
    /// Makes the file with its first snapshot. It gets its name when it is whole, so that a crash leaves no half of one.
    pub fn create(folder: &Path, first: &Snapshot) -> Result<(), StoreError> {
        let (path, beside) = (folder.join(STORE), folder.join(format!(".{STORE}.new")));
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(system(&beside, &error)),
            _ => {}
        }
        let database = redb::Database::create(&beside).map_err(|e| failed(&path, e))?;
        let made = Self { database, path: path.clone() };
        made.writing(|transaction| {
            let wrong = |e| failed(&path, e);
            transaction.open_table(ABOUT).map_err(wrong)?.insert("schema", SCHEMA).map_err(|e| failed(&path, e))?;
            transaction.open_table(VERSIONS).map_err(wrong)?;
            transaction.open_table(SOURCES).map_err(wrong)?;
            transaction.open_table(IN_FORCE).map_err(wrong)?;
            let record = record(first, None, &[]);
            let mut records = transaction.open_table(RECORDS).map_err(wrong)?;
            records.insert(first.number, record.text().as_str()).map_err(|e| failed(&path, e))?;
            Ok(())
        })?;
        drop(made);
        let named = fs::rename(&beside, &path).and_then(|()| sync_folder(folder));
        named.map_err(|e| system(&path, &e))
    }

    /// Opens the file, which whoever wrote it last may have left in the middle of something: then that never was.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(STORE);
        let database = redb::Builder::new().set_check_integrity_on_open(true).open(&path);
        let opened = Self { database: database.map_err(|e| failed(&path, e))?, path };
        let schema = opened.reading(|transaction| {
            let about = transaction.open_table(ABOUT).map_err(|e| opened.failed(e))?;
            let schema = about.get("schema").map_err(|e| opened.failed(e))?;
            Ok(schema.map(|schema| schema.value().to_owned()))
        })?;
        match schema.as_deref() {
            Some(SCHEMA) => Ok(opened),
            _ => Err(opened.damaged("it is no store of a registry of this version")),
        }
    }

    fn damaged(&self, error: impl std::fmt::Display) -> StoreError {
        damaged(&self.path, error)
    }

    fn failed(&self, error: impl Into<redb::Error>) -> StoreError {
        failed(&self.path, error)
    }

    fn reading<T>(&self, read: impl FnOnce(&redb::ReadTransaction) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let transaction = self.database.begin_read().map_err(|e| self.failed(e))?;
        read(&transaction)
    }

    fn writing<T>(
        &self,
        write: impl FnOnce(&redb::WriteTransaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // Without more being said, a commit that returns is on the disk.
        let transaction = self.database.begin_write().map_err(|e| self.failed(e))?;
        let written = write(&transaction)?;
        transaction.commit().map_err(|e| self.failed(e))?;
        Ok(written)
    }

    /// The snapshot in force.
    pub fn current(&self) -> Result<Snapshot, StoreError> {
        let last = self.reading(|transaction| {
            let records = transaction.open_table(RECORDS).map_err(|e| self.failed(e))?;
            let last = records.last().map_err(|e| self.failed(e))?;
            last.map(|(number, text)| self.record(number.value(), text.value())).transpose()
        })?;
        let Some(last) = last else { return Err(self.damaged("it knows no snapshot")) };
        let in_force = self.reading(|transaction| {
            let table = transaction.open_table(IN_FORCE).map_err(|e| self.failed(e))?;
            let mut in_force = BTreeMap::new();
            for entry in table.iter().map_err(|e| self.failed(e))? {
                let (name, revision) = entry.map_err(|e| self.failed(e))?;
                in_force.insert(Name::from(name.value()), revision.value());
            }
            Ok(in_force)
        })?;
        self.snapshot(&last, &in_force)
    }

    /// The snapshot of a record, whose services stand in these revisions.
    fn snapshot(&self, record: &Record, in_force: &BTreeMap<Name, u64>) -> Result<Snapshot, StoreError> {
        let services = self.reading(|transaction| {
            let versions = transaction.open_table(VERSIONS).map_err(|e| self.failed(e))?;
            let mut services = BTreeMap::new();
            for (name, revision) in in_force {
                let found = versions.get((&**name, *revision)).map_err(|e| self.failed(e))?;
                let held = found.and_then(|found| Some(parts(*revision, found.value())?.0));
                services.insert(name.clone(), held.ok_or_else(|| self.unread(name, *revision))?);
            }
            Ok(services)
        })?;
        self.recorded(record, services)
    }

    /// The snapshot of these services, if it has the digest that was recorded.
    fn recorded(&self, record: &Record, services: BTreeMap<Name, Held>) -> Result<Snapshot, StoreError> {
        let snapshot = Snapshot::new(record.number, record.at, services);
        if snapshot.digest == record.digest {
            return Ok(snapshot);
        }
        Err(self
            .damaged(format!("the services of snapshot {} do not have the digest that was recorded", record.number)))
    }

    fn unread(&self, name: &str, revision: u64) -> StoreError {
        self.damaged(format!("revision {revision} of `{name}` is missing, or cannot be read"))
    }

    fn record(&self, number: u64, text: &str) -> Result<Record, StoreError> {
        let record = Record::read(text).filter(|record| record.number == number);
        record.ok_or_else(|| self.damaged(format!("the record of snapshot {number} cannot be read")))
    }

    /// The last revision of a service, however long ago; 0 where there was none.
    pub fn last_revision(&self, name: &str) -> Result<u64, StoreError> {
        self.reading(|transaction| {
            let versions = transaction.open_table(VERSIONS).map_err(|e| self.failed(e))?;
            let mut all = versions.range((name, 0)..=(name, u64::MAX)).map_err(|e| self.failed(e))?;
            let last = all.next_back().transpose().map_err(|e| self.failed(e))?;
            Ok(last.map_or(0, |(key, _)| key.value().1))
        })
    }

    /// One revision of a service.
    pub fn version(&self, name: &str, revision: u64) -> Result<Option<Version>, StoreError> {
        self.reading(|transaction| {
            let versions = transaction.open_table(VERSIONS).map_err(|e| self.failed(e))?;
            let Some(found) = versions.get((name, revision)).map_err(|e| self.failed(e))? else { return Ok(None) };
            let unread = || self.unread(name, revision);
            let (held, json) = parts(revision, found.value()).ok_or_else(unread)?;
            let digest = json.get("source").and_then(Json::as_str).ok_or_else(unread)?;
            let sources = transaction.open_table(SOURCES).map_err(|e| self.failed(e))?;
            let text = sources.get(digest).map_err(|e| self.failed(e))?.ok_or_else(unread)?;
            if canonical::digest_bytes(text.value().as_bytes()) != digest {
                return Err(self.damaged(format!("the source of revision {revision} of `{name}` was altered")));
            }
            read_version(held, &json, text.value()).map(Some).ok_or_else(unread)
        })
    }

    /// Writes the next snapshot, in one transaction.
    pub fn append(
        &self,
        before: &Snapshot,
        next: &Snapshot,
        changes: &[Change],
        operations: &[Operation],
    ) -> Result<(), StoreError> {
        let previous = self.records_from(before.number)?.pop().map(|record| record.entry());
        let record = record(next, previous, changes);
        self.writing(|transaction| {
            let wrong = |e: redb::StorageError| self.failed(e);
            let open = |e: redb::TableError| self.failed(e);
            transaction
                .open_table(RECORDS)
                .map_err(open)?
                .insert(next.number, record.text().as_str())
                .map_err(wrong)?;
            let mut in_force = transaction.open_table(IN_FORCE).map_err(open)?;
            let mut versions = transaction.open_table(VERSIONS).map_err(open)?;
            let mut sources = transaction.open_table(SOURCES).map_err(open)?;
            let offered: BTreeMap<&str, &Contract> = operations.iter().rev().filter_map(contract).collect();
            // Many contracts come from one file, which is hashed and written once.
            let mut last: Option<(&Arc<str>, String)> = None;
            for change in changes {
                let (name, revision) = (&*change.name, change.revision);
                if change.what == What::Removed {
                    in_force.remove(name).map_err(wrong)?;
                    continue;
                }
                in_force.insert(name, revision).map_err(wrong)?;
                if let (Some(stated), Some(held)) = (offered.get(name), next.services.get(name)) {
                    let of = &stated.source.text;
                    let source = match last.take().filter(|(text, _)| Arc::ptr_eq(text, of)) {
                        Some((_, digest)) => digest,
                        None => {
                            let digest = canonical::digest_bytes(of.as_bytes());
                            sources.insert(digest.as_str(), &**of).map_err(wrong)?;
                            digest
                        }
                    };
                    let text = version_text(held, next.at, &stated.source, &source);
                    versions.insert((name, revision), text.as_str()).map_err(wrong)?;
                    last = Some((of, source));
                }
            }
            Ok(())
        })
    }

    /// Every record, the oldest first; each follows the one before.
    pub fn records(&self) -> Result<Vec<Record>, StoreError> {
        let records = self.records_from(0)?;
        let mut previous: Option<&Record> = None;
        for record in &records {
            let follows = record.number == previous.map_or(1, |before| before.number.saturating_add(1))
                && record.previous == previous.map(Record::entry);
            if !follows {
                return Err(
                    self.damaged(format!("the record of snapshot {} does not follow the one before", record.number))
                );
            }
            previous = Some(record);
        }
        Ok(records)
    }

    fn records_from(&self, number: u64) -> Result<Vec<Record>, StoreError> {
        self.reading(|transaction| {
            let table = transaction.open_table(RECORDS).map_err(|e| self.failed(e))?;
            let mut records = Vec::new();
            for entry in table.range(number..).map_err(|e| self.failed(e))? {
                let (number, text) = entry.map_err(|e| self.failed(e))?;
                records.push(self.record(number.value(), text.value())?);
            }
            Ok(records)
        })
    }

    /// A snapshot of the past.
    pub fn at(&self, which: &Which) -> Result<Option<Snapshot>, StoreError> {
        let records = self.records()?;
        let Some(wanted) = records.iter().rev().find(|record| record.is(which)) else { return Ok(None) };
        let mut in_force = BTreeMap::new();
        let upto = records.iter().take_while(|record| record.number <= wanted.number);
        upto.for_each(|record| replay(record, &mut in_force));
        self.snapshot(wanted, &in_force).map(Some)
    }

    /// Every snapshot is made again from the changes and held against its digest; the last one against what is in force.
    pub fn verify(&self, current: &Snapshot) -> Result<(Vec<Record>, usize), StoreError> {
        let records = self.records()?;
        let mut versions = self.versions()?;
        let (mut services, mut last, contracts) = (BTreeMap::new(), None, versions.len());
        for record in &records {
            for change in &record.changes {
                let key = (change.name.clone(), change.revision);
                let sound = match change.what {
                    What::Removed => services.remove(&change.name).is_some(),
                    What::Registered | What::Updated => match versions.remove(&key) {
                        Some(held) if held.since == record.number => {
                            services.insert(change.name.clone(), held).is_some() == (change.what == What::Updated)
                        }
                        _ => return Err(self.unread(&change.name, change.revision)),
                    },
                };
                if !sound {
                    let message = format!("snapshot {} changes `{}` as it cannot be", record.number, change.name);
                    return Err(self.damaged(message));
                }
            }
            last = Some(self.recorded(record, services.clone())?);
        }
        if last.as_ref() != Some(current) || !versions.is_empty() {
            return Err(self.damaged("what is in force, or a contract, does not follow from the history"));
        }
        Ok((records, contracts))
    }

    /// Every contract, each with a source that is there and whole.
    fn versions(&self) -> Result<BTreeMap<(Name, u64), Held>, StoreError> {
        self.reading(|transaction| {
            let mut sources = BTreeSet::new();
            let table = transaction.open_table(SOURCES).map_err(|e| self.failed(e))?;
            for entry in table.iter().map_err(|e| self.failed(e))? {
                let (digest, text) = entry.map_err(|e| self.failed(e))?;
                if canonical::digest_bytes(text.value().as_bytes()) != digest.value() {
                    return Err(self.damaged(format!("the source {} was altered", digest.value())));
                }
                sources.insert(digest.value().to_owned());
            }
            let mut versions = BTreeMap::new();
            let table = transaction.open_table(VERSIONS).map_err(|e| self.failed(e))?;
            for entry in table.iter().map_err(|e| self.failed(e))? {
                let (key, text) = entry.map_err(|e| self.failed(e))?;
                let (name, revision) = key.value();
                let (held, json) = parts(revision, text.value()).ok_or_else(|| self.unread(name, revision))?;
                if !json.get("source").and_then(Json::as_str).is_some_and(|source| sources.contains(source)) {
                    return Err(self.unread(name, revision));
                }
                versions.insert((Name::from(name), revision), held);
            }
            Ok(versions)
        })
    }
}

/// Takes the changes of a record into what is in force.
fn replay(record: &Record, in_force: &mut BTreeMap<Name, u64>) {
    for change in &record.changes {
        match change.what {
            What::Registered | What::Updated => drop(in_force.insert(change.name.clone(), change.revision)),
            What::Removed => drop(in_force.remove(&change.name)),
        }
    }
}

fn record(of: &Snapshot, previous: Option<String>, changes: &[Change]) -> Record {
    Record { number: of.number, at: of.at, digest: of.digest.clone(), previous, changes: changes.to_vec() }
}

/// The contract that an operation offers, by its name.
fn contract(operation: &Operation) -> Option<(&str, &Contract)> {
    match operation {
        Operation::Register(of) | Operation::Update(of) => Some((&of.name, of)),
        Operation::Remove(_) => None,
    }
}

/// A revision as the file holds it; the digest is that of the source.
fn version_text(held: &Held, at: Instant, source: &Source, digest: &str) -> String {
    let about = json!({
        "adapter": &*source.adapter,
        "at": at.to_string(),
        "file": &*source.file,
        "since": held.since,
        "source": digest,
        "trait": source.trait_.as_deref(),
    });
    let about = canonical::to_string(&about);
    // The contract is spelled already, and its key stands between two of the others.
    format!("{{\"contract\":{},{}", held.contract, about.strip_prefix('{').unwrap_or(&about))
}

fn read_version(held: Held, json: &Json, text: &str) -> Option<Version> {
    let word = |key: &str| json.get(key)?.as_str();
    let source = Source {
        file: word("file")?.into(),
        adapter: word("adapter")?.into(),
        trait_: word("trait").map(Name::from),
        text: text.into(),
    };
    Some(Version { held, at: word("at")?.parse().ok()?, source })
}

/// The contract of a revision, and what is said about it.
fn parts(revision: u64, text: &str) -> Option<(Held, Json)> {
    let rest = text.strip_prefix("{\"contract\":")?;
    let (contract, about) = rest.split_at_checked(canonical::first(rest)?)?;
    let about: Json = serde_json::from_str(&format!("{{{}", about.strip_prefix(',')?)).ok()?;
    Some((Held { revision, since: about.get("since")?.as_u64()?, contract: contract.into() }, about))
}

fn damaged(path: &Path, error: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged { path: shown(path), reason: error.to_string() }
}

/// What the crate says. A full disk or a file that may not be written is no damage, and is not told as one.
fn failed(path: &Path, error: impl Into<redb::Error>) -> StoreError {
    use std::io::ErrorKind::{InvalidData, UnexpectedEof};
    let says =
        |reason: &str, help| StoreError::System { path: shown(path), reason: reason.to_owned(), help: Some(help) };
    match error.into() {
        // A file that is too short, or no store at all.
        redb::Error::Io(error) if matches!(error.kind(), InvalidData | UnexpectedEof) => damaged(path, error),
        redb::Error::Io(error) => system(path, &error),
        redb::Error::PreviousIo => says("the system has refused it before", "try again"),
        redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => {
            says("another program has it open, and not as writers of a registry do", "end that program, and try again")
        }
        other => damaged(path, other),
    }
}
