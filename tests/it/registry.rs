//! The registry under two writers and many readers, of which any may be killed at any moment; and what is damaged is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use provost::base::Name;
use provost::package;
use provost::registry::{What, Which, published};
use provost::store::{CURRENT, PATIENCE, Store};
use provost::world::MemoryWorld;
use serde_json::Value as Json;

const MANIFEST: &str = "[package]\nname = \"desk\"\nedition = \"2026\"\nsources = [\"desk.provost\"]\n\n[registry]\nfolder = \"registry\"\ntrait = \"Model\"\n";
const POLICY: &str = "trait Model { price: usd }\n\nrequest Ask {}\n\nroute ask for Ask {\n    primary: Model?\n\n    score primary { cheap: -(service.price / $1) }\n}\n";

/// A package with its registry in a folder of its own.
struct Desk {
    folder: tempfile::TempDir,
}

/// What a run of the program came to.
struct Ran {
    /// The exit code; nothing where it was killed.
    code: Option<i32>,
    out: String,
    err: String,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("provost.toml"), MANIFEST).unwrap();
        fs::write(folder.path().join("desk.provost"), POLICY).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program; `killed` says after how long it is killed if it still runs.
    fn run(&self, arguments: &[&str], killed: Option<Duration>) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_provost"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        if let Some(after) = killed {
            std::thread::sleep(after);
            // One that has ended cannot be killed.
            let _ = child.kill();
        }
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn contract(&self, name: &str, price: usize) -> String {
        let file = format!("{name}.yaml");
        fs::write(self.path(&file), format!("services:\n  {name}:\n    price: ${price}\n")).unwrap();
        file
    }
}

/// Numbers that look like chance and are the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// What may stand under a name in the end: prices, or nothing.
type Allowed = BTreeMap<String, BTreeSet<Option<usize>>>;

#[derive(Default)]
struct Counts {
    acknowledged: AtomicUsize,
    killed: AtomicUsize,
    read: AtomicUsize,
}

/// A writer with names of its own: whatever was acknowledged is certain, and what was killed may have happened or not.
fn writer(desk: &Desk, number: u64, until: Instant, counts: &Counts) -> Allowed {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (number + 1));
    let (mut allowed, mut certain, mut made): (Allowed, Vec<(String, usize)>, usize) = Default::default();
    while Instant::now() < until {
        let price = dice.below(900) as usize + 1;
        let at = usize::try_from(dice.below(certain.len().max(1) as u64)).unwrap();
        let known = (dice.below(3) > 0 && !certain.is_empty()).then(|| certain.swap_remove(at));
        let (name, before) = known.map_or_else(
            || {
                made += 1;
                (format!("w{number}-{made}"), None)
            },
            |(name, price)| (name, Some(price)),
        );
        let removes = before.is_some() && dice.below(4) == 0;
        let file = desk.contract(&name, price);
        let words = match (before, removes) {
            (None, _) => ["registry", "register", &file],
            (Some(_), true) => ["registry", "remove", &name],
            (Some(_), false) => ["registry", "update", &file],
        };
        let killed = (dice.below(2) == 0).then(|| Duration::from_micros(dice.below(60_000)));
        let ran = desk.run(&words, killed);
        let after = if removes { None } else { Some(price) };
        match ran.code {
            Some(0) => {
                counts.acknowledged.fetch_add(1, Ordering::Relaxed);
                allowed.insert(name.clone(), BTreeSet::from([after]));
                certain.extend(after.map(|price| (name, price)));
            }
            None => {
                counts.killed.fetch_add(1, Ordering::Relaxed);
                allowed.insert(name, BTreeSet::from([before, after]));
            }
            Some(code) => panic!("`{}` ended with {code}: {}{}", words.join(" "), ran.out, ran.err),
        }
    }
    allowed
}

/// Reads and decides in other processes; nothing may fail, and time may not run backwards.
fn reader(desk: &Desk, done: &AtomicBool, counts: &Counts, seen: &Mutex<BTreeSet<(Option<u64>, String)>>) {
    let mut last = 0;
    while !done.load(Ordering::Relaxed) {
        let ran = desk.run(&["--format", "json", "registry", "list"], None);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let listed: Json = serde_json::from_str(&ran.out).unwrap();
        let number = listed["snapshot"]["number"].as_u64().unwrap();
        assert!(number >= last, "snapshot {number} after {last}");
        last = number;
        let digest = listed["snapshot"]["digest"].as_str().unwrap().to_owned();
        seen.lock().unwrap().insert((Some(number), digest));
        let ran = desk.run(&["route", "ask", "--now", "2026-11-21"], None);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        let decision: Json = serde_json::from_str(&ran.out).unwrap();
        seen.lock().unwrap().insert((None, decision["inputs"]["registry"].as_str().unwrap().to_owned()));
        counts.read.fetch_add(2, Ordering::Relaxed);
    }
}

/// Reads in this process, as fast as can be.
fn watcher(folder: &Path, done: &AtomicBool, counts: &Counts) {
    let store = Store::open(folder, PATIENCE).unwrap();
    let mut last = 0;
    while !done.load(Ordering::Relaxed) {
        let snapshot = store.refresh().unwrap();
        assert!(snapshot.number >= last);
        last = snapshot.number;
        counts.read.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(Duration::from_micros(300));
    }
}

/// `PROVOST_STRESS_SECONDS` makes it longer.
#[test]
fn nothing_acknowledged_is_lost_and_no_reader_ever_fails_while_writers_are_killed() {
    let seconds = std::env::var("PROVOST_STRESS_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    let desk = Desk::new();
    assert_eq!(desk.run(&["registry", "init"], None).code, Some(0));
    let (counts, done, seen) = (Counts::default(), AtomicBool::new(false), Mutex::default());
    let until = Instant::now() + Duration::from_secs(seconds);
    let folder = desk.path("registry");
    let allowed: Allowed = std::thread::scope(|scope| {
        let readers = [
            scope.spawn(|| reader(&desk, &done, &counts, &seen)),
            scope.spawn(|| reader(&desk, &done, &counts, &seen)),
            scope.spawn(|| watcher(&folder, &done, &counts)),
            scope.spawn(|| watcher(&folder, &done, &counts)),
        ];
        let writers = [0, 1].map(|number| {
            let (desk, counts) = (&desk, &counts);
            scope.spawn(move || writer(desk, number, until, counts))
        });
        let allowed = writers.map(|writer| writer.join());
        done.store(true, Ordering::Relaxed);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
        allowed.into_iter().flat_map(Result::unwrap).collect()
    });
    let [acknowledged, killed, read] =
        [&counts.acknowledged, &counts.killed, &counts.read].map(|c| c.load(Ordering::Relaxed));
    println!("{acknowledged} writes acknowledged, {killed} killed, {read} reads");
    assert!(acknowledged > 3 && killed > 3 && read > 10);
    let verified = desk.run(&["registry", "verify"], None);
    assert_eq!(verified.code, Some(0), "{}{}", verified.out, verified.err);
    settled(&desk, &allowed, &seen.into_inner().unwrap());
}

/// Every service is as its writer knows it, every digest that anybody saw is in the history, and the history adds up.
fn settled(desk: &Desk, allowed: &Allowed, seen: &BTreeSet<(Option<u64>, String)>) {
    let store = Store::open(&desk.path("registry"), PATIENCE).unwrap();
    let (snapshot, history) = (store.snapshot(), store.history().unwrap());
    let price = |contract: &str| -> usize {
        let json: Json = serde_json::from_str(contract).unwrap();
        json["values"]["price"]["money"][1].as_str().unwrap().parse().unwrap()
    };
    let there: BTreeMap<String, usize> =
        snapshot.services.iter().map(|(name, held)| (name.to_string(), price(&held.contract))).collect();
    for (name, states) in allowed {
        assert!(states.contains(&there.get(name).copied()), "`{name}` is {:?}, not one of {states:?}", there.get(name));
    }
    assert!(there.keys().all(|name| allowed.contains_key(name)));
    for (number, digest) in seen {
        let known = history.iter().any(|record| record.digest == *digest && number.is_none_or(|n| n == record.number));
        assert!(known, "snapshot {number:?} {digest} was seen and is not in the history");
    }
    let mut services: BTreeMap<Name, u64> = BTreeMap::new();
    for change in history.iter().flat_map(|record| &record.changes) {
        let before = match change.what {
            What::Removed => services.remove(&change.name),
            What::Registered | What::Updated => services.insert(change.name.clone(), change.revision),
        };
        assert_eq!(before.is_none(), change.what == What::Registered, "{change:?}");
    }
    assert!(
        services.iter().eq(snapshot
            .services
            .iter()
            .map(|(name, held)| (name, held.revision))
            .collect::<BTreeMap<_, _>>()
            .iter()
            .map(|(a, b)| (*a, b)))
    );
    assert_eq!(store.at(&Which::Number(snapshot.number)).unwrap().as_ref(), Some(&*snapshot));
}

/// Whatever byte of what is published is another one, nothing is decided on it.
#[test]
fn every_damaged_byte_of_what_is_published_is_refused() {
    let desk = Desk::new();
    let file = desk.contract("alpha", 10);
    assert_eq!(desk.run(&["registry", "register", &file, "--now", "2026-11-21"], None).code, Some(0));
    let whole = fs::read(desk.path("registry").join(CURRENT)).unwrap();
    let world = |bytes: &[u8]| {
        MemoryWorld::new("2026-11-21T00:00:00Z".parse().unwrap())
            .with("provost.toml", MANIFEST)
            .with("desk.provost", POLICY)
            .with("registry/current.jsonl", bytes)
    };
    let open = |bytes: &[u8]| package::open(&world(bytes), Path::new("."));
    let sound = open(&whole);
    assert!(sound.is_sound() && sound.registered.is_some_and(|held| held.names.len() == 1), "{:?}", sound.diagnostics);
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x04;
        for package in [open(&bytes), open(&whole[..at])] {
            let codes: Vec<&str> = package.diagnostics.iter().map(|d| d.code.id).collect();
            assert_eq!(codes, ["P0590"], "byte {at}");
        }
    }
    let read = published::read(std::str::from_utf8(&whole).unwrap()).unwrap();
    assert_eq!(read.snapshot.number, 2);
}

/// The digest is that of what contracts mean: a decision does not tell in which layout a service was published.
#[test]
fn both_layouts_of_a_contract_are_one_to_the_registry() {
    let desk = Desk::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let flat =
        fs::read_to_string(root.join("contracts/caio/data/chat.yaml")).unwrap().replace("harbour-chat", "desk-chat");
    let (mut head, mut rest) = (String::from("service:\n"), String::new());
    for line in flat.lines().filter(|line| !line.starts_with('#')) {
        match line.split(':').next().unwrap() {
            "service_id" => head.push_str(&format!("  {}\n", line.replace("service_id", "id"))),
            "name" | "version" | "description" => head.push_str(&format!("  {line}\n")),
            _ => rest.push_str(&format!("{line}\n")),
        }
    }
    fs::write(desk.path("flat.yaml"), &flat).unwrap();
    fs::write(desk.path("nested.yaml"), head + &rest).unwrap();
    let package = root.join("rules/caio").to_string_lossy().into_owned();
    let register = |registry: &str, file: &str| -> Json {
        let words = ["--package", &package, "--registry", registry, "--format", "json", "registry", "register", file];
        let ran = desk.run(&words, None);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        serde_json::from_str(&ran.out).unwrap()
    };
    let (one, two) = (register("one", "flat.yaml"), register("two", "nested.yaml"));
    assert_eq!(one["snapshot"]["digest"], two["snapshot"]["digest"]);
    assert_eq!(register("one", "nested.yaml")["unchanged"], serde_json::json!(["desk-chat"]));
    let words =
        ["--package", &package, "--registry", "one", "route", "caio", "--certificate", "c.json", "--now", "2026-11-21"];
    let set =
        ["--set", "intent=chat", "--set", "needs=chat", "--set", "permissions=chat.use", "--set", "authenticated=true"];
    let ran = desk.run(&[&words[..], &set].concat(), None);
    let decision: Json = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
    assert_eq!(decision["inputs"]["registry"], one["snapshot"]["digest"]);
    assert_eq!(desk.run(&["verify", "c.json"], None).code, Some(0));
}
