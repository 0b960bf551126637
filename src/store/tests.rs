//! The store in a folder: what is written is there, whatever was interrupted, and what was altered is refused.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::*;
use crate::registry::{Contract, Source, What};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("provost-store-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn store(&self) -> Store {
        Store::init(&self.0, PATIENCE, now()).unwrap().0
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(&self.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn now() -> Instant {
    "2026-11-21T00:00:00Z".parse().unwrap()
}

fn contract(name: &str, text: &str) -> Contract {
    let source = Source {
        file: "a.yaml".into(),
        adapter: "caio".into(),
        trait_: Some("T".into()),
        text: format!("# {text}").into(),
    };
    Contract { name: name.into(), contract: text.to_owned(), source }
}

fn register(name: &str, text: &str) -> Vec<Operation> {
    vec![Operation::Register(contract(name, text))]
}

#[test]
fn what_is_written_is_published_remembered_and_can_be_had_again() {
    let folder = Folder::new("written");
    let store = folder.store();
    assert_eq!((store.snapshot().number, store.snapshot().services.len()), (1, 0));
    let second = store.apply(now(), register("a", "{\"x\":1}")).unwrap();
    assert_eq!((second.snapshot.number, second.changes.len()), (2, 1));
    assert_eq!(store.apply(now(), register("a", "{\"x\":1}")).unwrap().changes, []);
    store.apply(now(), vec![Operation::Update(contract("a", "{\"x\":2}"))]).unwrap();
    store.apply(now(), vec![Operation::Remove("a".into()), Operation::Register(contract("b", "{}"))]).unwrap();
    let other = Store::open(&folder.0, PATIENCE).unwrap();
    assert_eq!(other.snapshot(), store.snapshot());
    assert_eq!(other.snapshot().number, 4);
    let history = other.history().unwrap();
    assert_eq!(history.len(), 4);
    assert_eq!(history[3].changes.iter().map(|c| c.what).collect::<Vec<_>>(), [What::Removed, What::Registered]);
    let past = other.at(&Which::Number(2)).unwrap().unwrap();
    assert_eq!(past, *second.snapshot);
    assert_eq!(other.at(&Which::Digest(past.digest.clone())).unwrap(), Some(past));
    assert_eq!(other.at(&Which::Number(9)).unwrap(), None);
    let version = other.version("a", 2).unwrap().unwrap();
    assert_eq!((&*version.held.contract, &*version.source.text), ("{\"x\":2}", "# {\"x\":2}"));
    assert_eq!(other.version("a", 3).unwrap(), None);
    assert_eq!(other.verify().unwrap().1, 3);
    assert_eq!(folder.names(), ["current.jsonl", "lock", "store.redb"]);
}

#[test]
fn refused_and_unexpected_operations_leave_everything_as_it_was() {
    let folder = Folder::new("refused");
    let store = folder.store();
    store.apply(now(), register("a", "{}")).unwrap();
    let before = fs::read(folder.0.join(CURRENT)).unwrap();
    let mixed = vec![Operation::Register(contract("b", "{}")), Operation::Register(contract("a", "[]"))];
    assert!(matches!(store.apply(now(), mixed), Err(StoreError::Refused(refused)) if refused.len() == 1));
    let moved = store.write::<StoreError>(now(), Some(&Which::Number(1)), |_| Ok(register("c", "{}")));
    assert!(matches!(moved, Err(StoreError::Moved { number: 2, .. })));
    let digest = store.snapshot().digest.clone();
    store.write::<StoreError>(now(), Some(&Which::Digest(digest)), |_| Ok(Vec::new())).unwrap();
    assert_eq!(fs::read(folder.0.join(CURRENT)).unwrap(), before);
    assert_eq!(store.history().unwrap().len(), 2);
}

/// A crash between commit and publication leaves the snapshot before published; whoever opens the store publishes the last.
#[test]
fn what_was_committed_and_not_published_is_published_by_whoever_comes_next() {
    let folder = Folder::new("unpublished");
    let store = folder.store();
    let old = fs::read(folder.0.join(CURRENT)).unwrap();
    store.apply(now(), register("a", "{}")).unwrap();
    for left in [Some(old), Some(b"torn".to_vec()), None] {
        match left {
            Some(bytes) => fs::write(folder.0.join(CURRENT), bytes).unwrap(),
            None => fs::remove_file(folder.0.join(CURRENT)).unwrap(),
        }
        fs::write(folder.0.join(".current.jsonl.new"), "half of it").unwrap();
        assert!(
            !matches!(Store::open(&folder.0, PATIENCE), Err(StoreError::Missing { .. })),
            "it is not to be made anew"
        );
        store.verify().unwrap();
        assert_eq!(Store::open(&folder.0, PATIENCE).unwrap().snapshot().number, 2);
    }
}

#[test]
fn a_registry_that_was_half_made_is_made_and_one_that_lost_its_store_is_not_made_anew() {
    let folder = Folder::new("half");
    fs::create_dir_all(&folder.0).unwrap();
    fs::write(folder.0.join(".store.redb.new"), "half of a store").unwrap();
    let store = folder.store();
    store.apply(now(), register("a", "{}")).unwrap();
    assert!(!Store::init(&folder.0, PATIENCE, now()).unwrap().1, "it is opened, not made");
    fs::remove_file(folder.0.join(STORE)).unwrap();
    assert!(matches!(Store::init(&folder.0, PATIENCE, now()), Err(StoreError::Damaged { .. })));
    assert!(matches!(store.apply(now(), Vec::new()), Err(StoreError::Damaged { .. })));
    assert_eq!(store.refresh().unwrap().number, 2, "who decides goes on");
    fs::remove_file(folder.0.join(CURRENT)).unwrap();
    assert!(matches!(store.apply(now(), Vec::new()), Err(StoreError::Missing { .. })));
}

/// A full disk is met in the same place: before the commit.
#[test]
fn what_cannot_be_published_is_not_stored_either() {
    let folder = Folder::new("unwritable");
    let store = folder.store();
    fs::create_dir(folder.0.join(".current.jsonl.new")).unwrap();
    assert!(matches!(store.apply(now(), register("a", "{}")), Err(StoreError::System { .. })));
    fs::remove_dir(folder.0.join(".current.jsonl.new")).unwrap();
    assert_eq!(store.history().unwrap().len(), 1);
    assert_eq!(store.apply(now(), register("a", "{}")).unwrap().snapshot.number, 2);
}

/// Only the renaming comes behind the commit. Where that is refused, the change stands, and is told as what it is.
#[test]
fn what_was_stored_and_not_published_is_told_and_published_later() {
    let folder = Folder::new("renamed");
    let store = folder.store();
    let in_the_way = folder.0.join(CURRENT);
    let written = store.write::<StoreError>(now(), None, |_| {
        fs::remove_file(&in_the_way).unwrap();
        fs::create_dir(&in_the_way).unwrap();
        Ok(register("a", "{}"))
    });
    assert!(matches!(written, Err(StoreError::Unpublished { number: 2, .. })));
    fs::remove_dir(&in_the_way).unwrap();
    store.verify().unwrap();
    assert_eq!(store.refresh().unwrap().number, 2);
}

/// Whoever is told that a store is damaged puts back a copy; who may not read it, or has no room, must not be told that.
#[test]
fn what_the_system_refuses_is_no_damage() {
    let folder = Folder::new("system");
    let store = folder.store();
    fs::remove_file(folder.0.join(STORE)).unwrap();
    fs::create_dir(folder.0.join(STORE)).unwrap();
    assert!(matches!(store.verify(), Err(StoreError::System { .. })));
    fs::remove_dir(folder.0.join(STORE)).unwrap();
    for torn in ["", "no store at all"] {
        fs::write(folder.0.join(STORE), torn).unwrap();
        assert!(matches!(store.verify(), Err(StoreError::Damaged { .. })), "{torn}");
    }
    let full = system(&folder.0, &std::io::ErrorKind::StorageFull.into());
    assert_eq!(full.help().as_deref(), Some("make room on the disk, and try again"));
}

#[test]
fn an_older_store_behind_a_newer_publication_is_refused() {
    let folder = Folder::new("older");
    let store = folder.store();
    let old = fs::read(folder.0.join(STORE)).unwrap();
    store.apply(now(), register("a", "{}")).unwrap();
    fs::write(folder.0.join(STORE), old).unwrap();
    assert!(matches!(store.apply(now(), register("b", "{}")), Err(StoreError::Damaged { .. })));
}

#[test]
fn a_writer_waits_for_another_and_says_so_in_the_end() {
    let folder = Folder::new("busy");
    let store = folder.store();
    let impatient = Store::open(&folder.0, Duration::from_millis(20)).unwrap();
    let held = lock::exclusive(&folder.0, PATIENCE).unwrap();
    assert!(matches!(impatient.apply(now(), register("a", "{}")), Err(StoreError::Busy { .. })));
    assert_eq!(impatient.refresh().unwrap().number, 1, "a reader waits for nobody");
    drop(held);
    assert!(store.apply(now(), register("a", "{}")).is_ok());
}

/// Two threads write and two read: every write is there in the end, and every snapshot seen is later than the one before.
#[test]
fn threads_write_one_after_the_other_and_readers_see_time_pass() {
    let folder = Folder::new("threads");
    let store = Arc::new(folder.store());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut last = 0;
                    while !done.load(Ordering::Relaxed) {
                        let number = store.snapshot().number;
                        assert!(number >= last);
                        last = number;
                    }
                })
            })
            .collect();
        let write = |writer: usize| {
            let store = &store;
            move || {
                for number in 0..10 {
                    store.apply(now(), register(&format!("w{writer}-{number}"), "{}")).unwrap();
                }
            }
        };
        let writers = [scope.spawn(write(0)), scope.spawn(write(1))];
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        done.store(true, Ordering::Relaxed);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
    assert_eq!((store.snapshot().number, store.snapshot().services.len()), (21, 20));
    assert_eq!(store.verify().unwrap().0.len(), 21);
}

/// Whatever byte of the store is another one: it is refused, or nothing of what it says has changed. It never panics.
#[test]
fn a_damaged_store_is_refused_or_says_the_same() {
    let folder = Folder::new("damaged");
    let store = folder.store();
    for name in ["a", "b", "c"] {
        store.apply(now(), register(name, &format!("{{\"text\":\"{}\"}}", name.repeat(300)))).unwrap();
    }
    store.apply(now(), vec![Operation::Remove("b".into())]).unwrap();
    let (snapshot, history) = (store.snapshot(), store.history().unwrap());
    let whole = fs::read(folder.0.join(STORE)).unwrap();
    let published = fs::read(folder.0.join(CURRENT)).unwrap();
    let (mut refused, mut tried) = (0, 0);
    let step = (whole.len() / 120).max(1);
    let places = (0..192).chain((256..whole.len()).step_by(step));
    let interesting =
        whole.windows(4).enumerate().filter(|(_, w)| w.iter().all(|b| *b != 0)).map(|(at, _)| at).step_by(911);
    for at in places.chain(interesting) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x41;
        fs::write(folder.0.join(STORE), &bytes).unwrap();
        fs::write(folder.0.join(CURRENT), &published).unwrap();
        tried += 1;
        match store.verify() {
            Ok((records, _)) => assert_eq!(records, history, "byte {at}"),
            Err(_) => refused += 1,
        }
        let seen = Store::open(&folder.0, PATIENCE).unwrap().snapshot();
        assert_eq!(seen, snapshot, "byte {at}");
    }
    for cut in (0..whole.len()).step_by(whole.len() / 20) {
        fs::write(folder.0.join(STORE), &whole[..cut]).unwrap();
        tried += 1;
        match store.verify() {
            Ok((records, _)) => assert_eq!(records, history, "cut at {cut}"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 20, "{refused} of {tried} are refused");
}
