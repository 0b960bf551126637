//! Logs of decisions: every way to tamper is found, every crash is survived, and what was decided comes out again.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use provost::base::canonical;
use provost::cli::disk::Disk;
use provost::facts::{self, Inputs, Signals};
use provost::journal::entry::{Asked, Line};
use provost::journal::{Entry, Head, check, recover, replay};
use provost::{data, package, plan, route};

const CASE: &str = "tests/cases/cli/a-log-of-decisions-is-checked-listed-and-replayed";

fn case() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(CASE)
}

fn planned() -> plan::Plan {
    let package = package::open(&Disk, &case());
    assert!(package.is_sound());
    plan::plan(Arc::new(package.policy), Arc::new(package.services))
}

/// A log of so many entries about requests that differ in one field.
fn log(plan: &plan::Plan, entries: usize) -> (Vec<u8>, Vec<Head>) {
    let text = std::fs::read_to_string(case().join("work.json")).unwrap();
    let (mut bytes, mut heads) = (Vec::new(), vec![Head::default()]);
    for at in 0..entries {
        let mut sources = provost::base::Sources::default();
        let file = sources.add("work.json", text.as_str());
        let node = data::read(file, "work.json", &text).unwrap();
        let ty = &plan.policy.routes["work"].request;
        let set = [("max_latency".to_owned(), format!("{}s", 1 + at % 40))];
        let node = facts::set::set(node, &plan.policy, ty, &set, &mut sources).0;
        let request = facts::request::request(&plan.policy, &plan.services, ty, &node).unwrap();
        let inputs = Inputs { request, signals: Signals::default(), now: "2026-11-21T00:00:00Z".parse().unwrap() };
        let decision = route::decide(plan, "work", &inputs).unwrap();
        let entry = Entry::new(&decision, &Asked::Read(&inputs), Err("a test".to_owned()));
        let written = entry.after(&heads[at], None);
        bytes.extend(written.line.as_bytes());
        heads.push(written.head);
    }
    (bytes, heads)
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect()
}

fn found(bytes: &[u8], head: &Head) -> Vec<String> {
    check(bytes, Some(head)).findings.iter().map(ToString::to_string).collect()
}

#[test]
fn two_hundred_entries_come_out_again_byte_for_byte() {
    let plan = planned();
    let (bytes, heads) = log(&plan, 200);
    let checked = check(&bytes, heads.last());
    assert!(checked.findings.is_empty() && checked.remarks.is_empty(), "{:?}", checked.findings);
    let again = replay(&checked.entries, |_| Some(&plan), None);
    assert_eq!((again.entries, again.same_package, again.reproduced), (200, 200, 200), "{:?}", again.witnesses);
}

#[test]
fn every_edited_byte_is_found() {
    let plan = planned();
    let (bytes, heads) = log(&plan, 2);
    let head = heads.last().unwrap();
    for at in 0..bytes.len() {
        let change = [1, 0x20, 0x80][at % 3];
        let mut edited = bytes.clone();
        edited[at] ^= change;
        assert!(!found(&edited, head).is_empty(), "byte {at} changed by {change}");
    }
}

#[test]
fn dropped_repeated_moved_and_cut_off_entries_are_named() {
    let plan = planned();
    let (bytes, heads) = log(&plan, 5);
    let (all, head) = (lines(&bytes), heads.last().unwrap());
    let with = |order: &[usize]| found(&order.iter().flat_map(|i| all[*i].clone()).collect::<Vec<u8>>(), head);
    for dropped in 0..4 {
        let order: Vec<usize> = (0..5).filter(|i| *i != dropped).collect();
        let named = format!("entry {} was dropped", dropped + 1);
        assert!(with(&order).iter().any(|f| f.contains(&named)), "{:?}", with(&order));
    }
    for twice in 0..5 {
        let order: Vec<usize> = (0..5).flat_map(|i| vec![i; 1 + usize::from(i == twice)]).collect();
        let named = format!("entry {} is repeated", twice + 1);
        assert!(with(&order).iter().any(|f| f.contains(&named)), "{:?}", with(&order));
    }
    for swapped in 0..4 {
        let mut order: Vec<usize> = (0..5).collect();
        order.swap(swapped, swapped + 1);
        assert!(with(&order).iter().any(|f| f.contains("out of order")), "{:?}", with(&order));
    }
    for kept in 0..5 {
        let order: Vec<usize> = (0..kept).collect();
        assert!(with(&order).iter().any(|f| f.contains("cut off")), "{:?}", with(&order));
    }
    for cut in (0..bytes.len()).step_by(7).chain(heads.iter().map(|h| h.bytes as usize).take(5)) {
        assert!(!found(&bytes[..cut], head).is_empty(), "cut at {cut}");
    }
}

#[test]
fn an_entry_that_was_hashed_again_and_a_head_that_was_rolled_back_are_found() {
    let plan = planned();
    let (bytes, heads) = log(&plan, 5);
    for at in 0..5 {
        let mut all = lines(&bytes);
        let mut json: serde_json::Value = serde_json::from_slice(&all[at]).unwrap();
        json["certificate"]["reason"] = "another".into();
        json.as_object_mut().unwrap().remove("entry");
        json["entry"] = canonical::digest(&json).into();
        all[at] = (canonical::to_string(&json) + "\n").into_bytes();
        assert!(!found(&all.concat(), &heads[5]).is_empty(), "entry {}", at + 1);
    }
    for (at, head) in heads.iter().enumerate().take(4) {
        assert!(found(&bytes, head).iter().any(|f| f.contains("older than the log")), "head of {at}");
    }
    // One behind is no crash either, unless the head announced exactly this entry.
    assert!(found(&bytes, &heads[4]).iter().any(|f| f.contains("older than the log")));
    let announced = |digest: &Option<String>| Head { pending: digest.clone(), ..heads[4].clone() };
    let checked = check(&bytes, Some(&announced(&heads[5].last)));
    assert!(checked.findings.is_empty() && checked.remarks.len() == 1);
    assert!(found(&bytes, &announced(&heads[4].last)).iter().any(|f| f.contains("older than the log")));
    assert!(found(&bytes, &Head { last: heads[4].last.clone(), ..heads[5].clone() }).len() == 1);
}

#[test]
fn a_crash_at_any_byte_is_repaired_and_loses_nothing() {
    let plan = planned();
    let (bytes, heads) = log(&plan, 2);
    let line = &bytes[heads[1].bytes as usize..];
    for cut in 0..=line.len() {
        let announced = Head { pending: heads[2].last.clone(), ..heads[1].clone() };
        let recovered = recover(&announced, &line[..cut]).unwrap();
        let whole = cut == line.len();
        assert_eq!((recovered.announced, recovered.expected), (true, whole), "cut at {cut}");
        let checked = check(&bytes[..heads[1].bytes as usize + cut], Some(&announced));
        assert_eq!((checked.findings.len(), checked.remarks.is_empty()), (0, false), "cut at {cut}");
        assert_eq!(recovered.adopted, whole, "cut at {cut}");
        assert_eq!(recovered.torn_at.is_some(), cut > 0 && !whole, "cut at {cut}");
        assert_eq!(recovered.head, heads[if whole { 2 } else { 1 }]);
    }
    let unannounced = recover(&heads[1], line).unwrap();
    assert_eq!((unannounced.adopted, unannounced.announced, unannounced.expected), (true, false, false));
    let broken = recover(&heads[0], b"{\"torn\":\n").unwrap();
    assert_eq!((broken.torn_at, broken.adopted), (Some(0), false));
    assert_eq!(recover(&heads[0], &bytes), None, "two entries behind a head are no accident");
    assert!(Line::read(b"{}").is_err());
}

fn provost(place: &Path, words: &[&str]) -> Output {
    let package = case();
    let request = package.join("work.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_provost"));
    command.current_dir(place).args(words).arg("--package").arg(&package);
    if words[0] == "route" {
        command.arg("--request").arg(request).args(["--now", "2026-11-21", "--log", "log"]);
    }
    command.output().unwrap()
}

#[test]
fn the_program_survives_a_torn_line_and_a_head_that_was_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let code = |words: &[&str]| provost(place, words).status.code();
    for _ in 0..2 {
        assert_eq!(code(&["route", "work"]), Some(0));
    }
    let log = std::fs::read(place.join("log")).unwrap();
    let before = Head::read(&std::fs::read_to_string(place.join("log.head")).unwrap()).unwrap();
    assert_eq!(code(&["route", "work"]), Some(0));
    let longer = std::fs::read(place.join("log")).unwrap();
    let after = Head::read(&std::fs::read_to_string(place.join("log.head")).unwrap()).unwrap();
    let announcing = Head { pending: after.last.clone(), ..before.clone() };

    // The entry was written, and the head that counts it was not.
    std::fs::write(place.join("log.head"), announcing.text()).unwrap();
    assert_eq!(code(&["log", "verify", "log"]), Some(0));
    let repaired = provost(place, &["route", "work"]);
    assert!(
        repaired.status.success() && said(&repaired).contains("entry 3 was not in the head"),
        "{}",
        said(&repaired)
    );
    assert_eq!(code(&["log", "verify", "log"]), Some(0));

    // Only a part of the entry was written.
    std::fs::write(place.join("log"), &longer[..log.len() + 40]).unwrap();
    std::fs::write(place.join("log.head"), announcing.text()).unwrap();
    assert_eq!(code(&["log", "verify", "log"]), Some(0));
    let torn = provost(place, &["route", "work"]);
    assert!(torn.status.success() && said(&torn).contains("torn"), "{}", said(&torn));
    assert_eq!(std::fs::read(place.join("log.torn-1")).unwrap(), longer[log.len()..log.len() + 40]);
    assert_eq!(code(&["replay", "log"]), Some(0));

    // Nothing of it was written.
    std::fs::write(place.join("log"), &log).unwrap();
    std::fs::write(place.join("log.head"), announcing.text()).unwrap();
    assert_eq!(code(&["log", "verify", "log"]), Some(0));
    assert_eq!(code(&["route", "work"]), Some(0));

    std::fs::write(place.join("log"), &log[..log.len() - 1]).unwrap();
    assert_eq!(code(&["log", "verify", "log"]), Some(1));
    assert_eq!(code(&["route", "work"]), Some(2));
}

#[test]
fn a_head_that_was_put_back_by_one_entry_is_no_crash() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let code = |words: &[&str]| provost(place, words).status.code();
    assert_eq!(code(&["route", "work"]), Some(0));
    let head = std::fs::read(place.join("log.head")).unwrap();
    assert_eq!(code(&["route", "work"]), Some(0));
    let (log, good) = (std::fs::read(place.join("log")).unwrap(), std::fs::read(place.join("log.head")).unwrap());
    std::fs::write(place.join("log.head"), &head).unwrap();
    assert_eq!(code(&["log", "verify", "log"]), Some(1));
    let refused = provost(place, &["route", "work"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("older than the log"));
    assert_eq!(std::fs::read(place.join("log")).unwrap(), log, "nothing is changed");
    assert_eq!(code(&["log", "recover", "log"]), Some(0));
    assert_eq!(std::fs::read(place.join("log.head")).unwrap(), good);
    assert_eq!(code(&["log", "verify", "log"]), Some(0));

    // A line that nobody announced is set aside and never lost, and whoever checks in between is told.
    std::fs::write(place.join("log"), [log.as_slice(), b"{\"torn\":\n"].concat()).unwrap();
    assert_eq!(code(&["log", "verify", "log"]), Some(1));
    let appended = provost(place, &["route", "work"]);
    assert!(String::from_utf8_lossy(&appended.stderr).contains("no append announced"));
    assert_eq!(std::fs::read(place.join("log.torn-1")).unwrap(), b"{\"torn\":\n");
    assert_eq!(code(&["log", "verify", "log"]), Some(0));
    assert_eq!(code(&["log", "recover", "nothing"]), Some(2));
}

#[test]
fn an_opening_that_names_another_place_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    std::fs::write(place.join("key"), "5a".repeat(32) + "\n").unwrap();
    let masked = ["route", "work", "--mask", "data", "--mask-key", "key", "--openings", "openings"];
    for _ in 0..2 {
        assert_eq!(provost(place, &masked).status.code(), Some(0));
    }
    let verify = || provost(place, &["log", "verify", "log", "--openings", "openings"]);
    assert_eq!(verify().status.code(), Some(0), "{}", String::from_utf8_lossy(&verify().stdout));
    let text = std::fs::read_to_string(place.join("openings")).unwrap();
    std::fs::write(place.join("openings"), text.replacen("\"sequence\":1", "\"sequence\":2", 1)).unwrap();
    let refused = verify();
    let said = String::from_utf8_lossy(&refused.stdout).into_owned() + &String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("openings, line 1: says entry 2, and opens entry 1"), "{said}");
}

#[test]
fn those_who_append_at_once_do_not_interleave() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..3).for_each(|_| assert!(provost(place, &["route", "work"]).status.success())));
        }
    });
    let verified = provost(place, &["log", "verify", "log"]);
    assert_eq!(String::from_utf8_lossy(&verified.stdout).trim(), "verified: 12 entries");
}
