//! Masked and signed logs: a masked value can be neither read nor guessed and still be proved, and a signed head was written by
//! whoever holds the key.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use provost::base::{canonical, limits};
use provost::cli::disk::Disk;
use provost::facts::{self, Inputs, Signals};
use provost::journal::entry::{Asked, Line};
use provost::journal::mask::{self, Mask, Opening};
use provost::journal::{Checked, Entry, Head, check, openings, replay};
use provost::{data, package, plan, proof, route};
use serde_json::{Value as Json, json};

const CASE: &str = "tests/cases/cli/masked-values-are-proved-and-not-read";

fn case() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(CASE)
}

/// A log of requests of these tenants with all that went into it.
struct Log {
    plan: plan::Plan,
    bytes: Vec<u8>,
    head: Head,
    openings: Vec<Opening>,
    /// Every digest of something unmasked that an unmasked entry would hold.
    digests: BTreeSet<String>,
}

fn log(tenants: &[&str], key: [u8; 32]) -> Log {
    let package = package::open(&Disk, &case());
    assert!(package.is_sound());
    let plan = plan::plan(Arc::new(package.policy), Arc::new(package.services));
    let mask = Mask { fields: package.masked, key };
    let mut log =
        Log { plan, bytes: Vec::new(), head: Head::default(), openings: Vec::new(), digests: BTreeSet::new() };
    for tenant in tenants {
        let mut sources = provost::base::Sources::default();
        let text = json!({ "tenant": tenant, "weight": 48_731 }).to_string();
        let file = sources.add("request.json", text.as_str());
        let node = data::read(file, "request.json", &text).unwrap();
        let request = facts::request::request(&log.plan.policy, &log.plan.services, &"Work".into(), &node).unwrap();
        let inputs = Inputs { request, signals: Signals::default(), now: "2026-11-21T00:00:00Z".parse().unwrap() };
        let (decision, trace) = route::decide_traced(&log.plan, "work", &inputs).unwrap();
        let certificate = canonical::digest_bytes(proof::prove(&trace, &inputs, &decision).unwrap().as_bytes());
        log.digests.extend([certificate.clone(), decision.id(), decision.inputs.request.clone().unwrap()]);
        log.digests.insert(canonical::digest(&route::json::decision(&decision)));
        let written = Entry::new(&decision, &Asked::Read(&inputs), Ok(certificate)).after(&log.head, Some(&mask));
        log.bytes.extend(written.line.as_bytes());
        log.head = written.head;
        log.openings.extend(written.opening);
    }
    log
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    fn checked(&self) -> Checked {
        check(&self.bytes, Some(&self.head))
    }

    fn opened(&self) -> String {
        self.openings.iter().map(Opening::line).collect()
    }
}

/// Every digest that stands anywhere in a text.
fn digests(text: &str) -> Vec<&str> {
    text.match_indices("sha256:").map(|(at, _)| &text[at..at + 71]).collect()
}

#[test]
fn nothing_in_a_masked_log_tells_a_value_or_lets_a_guess_be_checked() {
    let log = log(&["umbrella", "umbrella", "nobody", "acme"], [7; 32]);
    let text = log.text();
    for needle in ["umbrella", "nobody\"}", "48731", "\"left\"", "\"right\"", "\"score\"", "decision_id"] {
        assert!(!text.contains(needle), "{needle}");
    }
    let found = digests(&text);
    assert!(found.len() > 20);
    assert!(
        found.iter().all(|digest| !log.digests.contains(*digest)),
        "a digest that a guess could be checked against"
    );
    // Nothing that the openings hold stands in the log, either.
    for leaf in log.openings.iter().flat_map(|opening| &opening.leaves) {
        assert!(!text.contains(&leaf.salt) && !found.contains(&canonical::digest(&leaf.value).as_str()));
    }
}

#[test]
fn equal_values_have_unequal_commitments_and_equal_runs_equal_bytes() {
    let (one, two) = (log(&["umbrella", "umbrella"], [7; 32]), log(&["umbrella", "umbrella"], [8; 32]));
    let commitments = |log: &Log| -> Vec<String> {
        log.checked().entries.iter().flat_map(|line| mask::leaves(&line.json).into_values()).collect()
    };
    let all: Vec<String> = commitments(&one).into_iter().chain(commitments(&two)).collect();
    assert_eq!(all.len(), 16);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 16, "two that are equal would say that the values are");
    assert_eq!(one.text(), log(&["umbrella", "umbrella"], [7; 32]).text());
    // A guess with the right key at another place of the log is another commitment, so what is torn and written again is, too.
    assert_ne!(commitments(&one)[..4], commitments(&log(&["acme", "umbrella"], [7; 32]))[4..]);
}

#[test]
fn a_masked_log_is_checked_without_its_openings_and_replayed_with_them() {
    let log = log(&["umbrella", "nobody", "acme"], [7; 32]);
    let checked = log.checked();
    assert!(checked.findings.is_empty() && checked.remarks.is_empty(), "{:?}", checked.findings);
    let sealed = replay(&checked.entries, |_| Some(&log.plan), None);
    assert_eq!((sealed.entries, sealed.masked.as_slice(), sealed.is_same()), (0, &[1, 2, 3][..], false));
    let opened = openings(&log.opened(), &checked);
    assert!(opened.findings.is_empty() && opened.remarks.is_empty(), "{:?}", opened.findings);
    assert_eq!((opened.whole.len(), opened.partly), (3, 0));
    let again = replay(&opened.restore(&checked), |_| Some(&log.plan), None);
    assert_eq!((again.entries, again.reproduced, again.is_same()), (3, 3, true), "{:?}", again.witnesses);
    for at in (0..log.bytes.len()).step_by(3) {
        let mut edited = log.bytes.clone();
        edited[at] ^= [1, 0x20, 0x80][at % 3];
        assert!(!check(&edited, Some(&log.head)).findings.is_empty(), "byte {at}");
    }
}

#[test]
fn openings_of_another_log_open_nothing_and_that_is_a_finding() {
    let ours = log(&["umbrella"], [7; 32]);
    let strangers = log(&["acme", "nobody"], [8; 32]);
    let opened = openings(&strangers.opened(), &ours.checked());
    assert_eq!((opened.whole.len(), opened.partly, opened.findings.len()), (0, 0, 1), "{:?}", opened.findings);
    // Beside one that fits, they are worth a remark: a file of openings may serve several logs.
    let both = openings(&(strangers.opened() + &ours.opened()), &ours.checked());
    assert_eq!((both.whole.len(), both.findings.len(), both.remarks.len()), (1, 0, 2));
}

#[test]
fn one_field_can_be_disclosed_and_not_as_another_value() {
    let log = log(&["umbrella"], [7; 32]);
    let checked = log.checked();
    let mut one = log.openings[0].clone();
    one.leaves.retain(|leaf| leaf.path == "request.tenant");
    let disclosed = openings(&one.line(), &checked);
    assert!(disclosed.findings.is_empty() && disclosed.partly == 1);
    assert!(!one.line().contains("48731"), "the rest stays masked");
    // Two disclosures of one entry add up.
    let mut rest = log.openings[0].clone();
    rest.leaves.retain(|leaf| leaf.path != "request.tenant");
    assert_eq!(openings(&(one.line() + &rest.line()), &checked).whole.len(), 1);

    let whole = &log.openings[0];
    assert_eq!(whole.leaves.len(), 4);
    let refused = |opening: &Opening| !openings(&opening.line(), &checked).findings.is_empty();
    for at in 0..whole.leaves.len() {
        let forged = |change: &dyn Fn(&mut mask::Leaf)| {
            let mut forged = whole.clone();
            change(&mut forged.leaves[at]);
            forged
        };
        assert!(refused(&forged(&|leaf| leaf.value = json!({ "text": "acme" }))));
        assert!(refused(&forged(&|leaf| leaf.salt.replace_range(0..1, "g"))));
        assert!(refused(&forged(&|leaf| leaf.path = "request.max_latency".to_owned())));
    }
    let mut swapped = whole.clone();
    let path = std::mem::replace(&mut swapped.leaves[0].path, whole.leaves[1].path.clone());
    swapped.leaves[1].path = path;
    assert!(refused(&swapped));
    assert!(!openings("{}\n", &checked).findings.is_empty());
    let elsewhere = Opening { entry: canonical::digest_bytes(b""), ..whole.clone() };
    assert_eq!(openings(&elsewhere.line(), &checked).remarks.len(), 1);
}

/// An entry with another content and all its digests made to fit, alone in a log.
fn forged(line: &Line, change: impl FnOnce(&mut Json)) -> Checked {
    let mut json = line.json.clone();
    change(&mut json);
    json.as_object_mut().unwrap().remove("entry");
    json["entry"] = canonical::digest(&json).into();
    let bytes = canonical::to_string(&json) + "\n";
    let last = json["entry"].as_str().map(str::to_owned);
    check(bytes.as_bytes(), Some(&Head { count: 1, bytes: bytes.len() as u64, last, ..Head::default() }))
}

#[test]
fn an_entry_that_shows_another_decision_than_it_commits_to_is_found_by_whoever_opens_it() {
    let log = log(&["umbrella"], [7; 32]);
    let checked = log.checked();
    let line = &checked.entries[0];
    let other = forged(line, |json| json["decision"]["roles"]["primary"]["service"] = "north".into());
    assert!(other.findings.is_empty(), "whoever writes log and head can do this, and only the openings tell");
    let opening = Opening { entry: other.entries[0].digest.clone(), ..log.openings[0].clone() };
    assert!(openings(&opening.line(), &other).findings[0].message.contains("not what was recorded"));

    let findings = |change: &dyn Fn(&mut Json)| forged(line, change).findings;
    for half in [
        findings(&|json| json["decision"]["decision_id"] = canonical::digest_bytes(b"").into()),
        findings(&|json| json["decision"]["inputs"]["request"] = canonical::digest_bytes(b"").into()),
        findings(&|json| json["certificate"]["digest"] = canonical::digest_bytes(b"").into()),
        findings(&|json| drop(json["decision"].as_object_mut().unwrap().remove("masked"))),
        findings(&|json| json["decision"]["masked"] = "sha256:0".into()),
        findings(&|json| json["request"]["value"]["record"][0][1] = json!({ "text": "umbrella" }))
            .into_iter()
            .chain(findings(&|json| {
                for at in 0..3 {
                    json["request"]["value"]["record"][at][1] = Json::Null;
                }
            }))
            .collect(),
    ] {
        assert!(!half.is_empty(), "an entry that is masked in part only");
    }
}

fn provost(place: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_provost"));
    command.current_dir(place).args(words).arg("--package").arg(case());
    if words[0] == "route" && !words.contains(&"--now") {
        command.args(["--now", "2026-11-21", "--log", "log"]);
    }
    command.output().unwrap()
}

fn code(place: &Path, words: &str) -> (i32, String) {
    let output = provost(place, &words.split(' ').collect::<Vec<_>>());
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    (output.status.code().unwrap(), said)
}

#[track_caller]
fn expect(place: &Path, words: &str, wanted: i32, part: &str) {
    let (code, said) = code(place, words);
    assert!(code == wanted && said.contains(part), "{words}\nexit {code}\n{said}");
}

#[test]
fn a_signed_log_is_gone_on_from_and_vouched_for_by_the_key_only() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    expect(place, "log keygen key", 0, "");
    expect(place, "log keygen key", 2, "cannot be made");
    expect(place, "log keygen other", 0, "");
    assert_ne!(std::fs::read(place.join("key")).unwrap(), std::fs::read(place.join("other")).unwrap());
    for _ in 0..2 {
        expect(place, "route plain --sign-key key", 0, "routed");
    }
    expect(place, "log verify log --public-key key.pub", 0, "verified: 2 entries");
    expect(place, "log verify log", 0, "the head is signed with");
    expect(place, "log verify log --public-key other.pub", 1, "is signed with the key");
    expect(place, "log verify log --public-key log", 2, "larger than");
    expect(place, "route plain", 2, "is signed");
    expect(place, "route plain --sign-key other", 2, "is signed with the key");
    expect(place, "log sign log --sign-key other", 0, "signed: 2 entries");
    expect(place, "log verify log --public-key key.pub", 1, "is signed with the key");
    expect(place, "log sign log --sign-key key", 0, "signed: 2 entries");

    let (log, head) =
        (std::fs::read(place.join("log")).unwrap(), std::fs::read_to_string(place.join("log.head")).unwrap());
    expect(place, "route plain --sign-key key", 0, "routed");
    let longer = std::fs::read_to_string(place.join("log.head")).unwrap();
    // Stale: the head of two entries beside three.
    std::fs::write(place.join("log.head"), &head).unwrap();
    expect(place, "log verify log --public-key key.pub", 1, "older than the log");
    expect(place, "log sign log --sign-key key", 1, "is not signed");
    // Edited: another count under the same signature.
    let mut edited = Head::read(&head).unwrap();
    edited.signed = Head::read(&longer).unwrap().signed;
    std::fs::write(place.join("log"), &log).unwrap();
    std::fs::write(place.join("log.head"), edited.text()).unwrap();
    expect(place, "log verify log --public-key key.pub", 1, "its signature is not of what it says");
    expect(place, "log verify log", 1, "its signature is not of what it says");
    // Missing.
    edited.signed = None;
    std::fs::write(place.join("log.head"), edited.text()).unwrap();
    expect(place, "log verify log --public-key key.pub", 1, "is not signed");
    expect(place, "log verify log", 0, "verified");
    expect(place, "route plain --sign-key key", 2, "is not signed");
    std::fs::remove_file(place.join("log.head")).unwrap();
    expect(place, "log verify log --public-key key.pub", 1, "is not signed");
    expect(place, "log recover log --sign-key key", 2, "is not the log");
}

#[test]
fn keys_are_exactly_what_keygen_writes() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let digits = "0f".repeat(32);
    for (text, fits) in [
        (format!("{digits}\n"), true),
        (digits.clone(), true),
        (format!("{digits}0"), false),
        (digits.to_uppercase(), false),
        (digits[1..].to_owned(), false),
        (String::new(), false),
        ("+1".repeat(32), false),
    ] {
        std::fs::write(place.join("key"), &text).unwrap();
        let (code, said) = code(place, "route plain --sign-key key");
        assert_eq!(code == 0, fits, "{text:?}: {said}");
        std::fs::remove_file(place.join("log")).ok();
        std::fs::remove_file(place.join("log.head")).ok();
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        expect(place, "log keygen made", 0, "");
        expect(place, "route work --set tenant=acme --mask-key made --openings open", 0, "routed");
        for secret in ["made", "open"] {
            let mode = std::fs::metadata(place.join(secret)).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{secret} can be read by others");
        }
    }
}

#[test]
fn openings_survive_a_crash_and_come_before_their_entry() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let key = canonical::hex(&[9; 32]);
    std::fs::write(place.join("key"), key).unwrap();
    let route = "route work --set tenant=umbrella --mask-key key --openings open";
    expect(place, route, 0, "routed");
    let open = std::fs::read(place.join("open")).unwrap();
    std::fs::write(place.join("open"), [open.as_slice(), b"{\"entry\":"].concat()).unwrap();
    expect(place, route, 0, "`open` was torn, and is kept in `open.torn-1`");
    expect(place, "log verify log --openings open", 0, "2 of them masked; opened 2, in part 0");
    // Where the openings cannot be written, nothing is logged and nothing decided.
    let (code, said) = code(place, "route work --set tenant=umbrella --mask-key key --openings no/such/folder");
    assert_eq!(code, 3, "{said}");
    assert!(!said.contains("outcome"));
    expect(place, "log verify log", 0, "verified: 2 entries");
    expect(place, "replay log --openings open", 0, "2 of 2 reproduced");
}

/// A file of so many bytes that takes no place on the disk.
fn sparse(path: &Path, bytes: usize) {
    std::fs::File::create(path).unwrap().set_len(bytes as u64).unwrap();
}

#[test]
fn a_log_its_head_its_openings_and_an_entry_have_a_largest_size() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    expect(place, "route plain", 0, "routed");
    sparse(&place.join("open"), limits::LOG_OPENINGS_BYTES + 1);
    expect(place, "log verify log --openings open", 2, &format!("larger than {}", limits::LOG_OPENINGS_BYTES));
    let head = std::fs::read(place.join("log.head")).unwrap();
    sparse(&place.join("log.head"), limits::LOG_HEAD_BYTES + 1);
    expect(place, "log verify log", 2, &format!("larger than {}", limits::LOG_HEAD_BYTES));
    expect(place, "route plain", 2, &format!("larger than {}", limits::LOG_HEAD_BYTES));
    std::fs::write(place.join("log.head"), &head).unwrap();

    // A request that does not fit is logged as it came, and each of its line ends takes two bytes.
    let text = format!("{{\"no\":1}}{}", "\n".repeat(limits::LOG_ENTRY_BYTES / 2));
    std::fs::write(place.join("request.json"), text).unwrap();
    expect(place, "route plain --request request.json", 2, &format!("larger than {}", limits::LOG_ENTRY_BYTES));
    assert_eq!(std::fs::read(place.join("log.head")).unwrap(), head, "nothing was announced");
    expect(place, "log verify log", 0, "verified: 1 entries");

    sparse(&place.join("log"), limits::LOG_BYTES + 1);
    expect(place, "log verify log", 2, &format!("larger than {}", limits::LOG_BYTES));
    expect(place, "route plain", 2, "is not the log that its head describes");
}

#[test]
fn who_cannot_have_the_lock_gives_up() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let lock = std::fs::File::create(place.join("log.lock")).unwrap();
    lock.lock().unwrap();
    expect(place, "route plain", 3, "`log.lock` is held by another program that appends");
    assert!(!place.join("log").exists() && !place.join("log.head").exists());
    drop(lock);
    expect(place, "route plain", 0, "routed");
}
