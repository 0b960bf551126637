//! Missions from outside: the ones that are shipped, and what a crash can leave.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use provost::base::{FileId, Instant, Sources, limits};
use provost::cli::disk::Disk;
use provost::cli::mission::store;
use provost::data::read_json;
use provost::facts::Signals;
use provost::mission::engine::{self, Answer, Humans, Status};
use provost::mission::record::Record;
use provost::mission::typed::{Missions, Moment};
use provost::mission::{Data, Kind, Run, Step, Workflow, result, spelling};
use provost::package;
use provost::world::{World, WorldError};

fn shipped(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/missions").join(file)
}

fn json(text: &str) -> Data {
    Data::of(&read_json(FileId(0), text).unwrap())
}

fn answer(decision: &str, value: Option<Data>) -> Answer {
    Answer { decision: decision.to_owned(), actor: "ceo".to_owned(), value, ..Answer::default() }
}

/// Runs a shipped mission of the language on an input with the answer to its question.
fn run(mission: &str, input: &str, answered: Option<Answer>) -> Run {
    let package = package::open(&Disk, &shipped(""));
    assert!(package.is_sound(), "{:?}", package.diagnostics);
    let missions = Missions::new(Arc::new(package.policy), Arc::new(package.services), package.missions);
    let now: Instant = "2026-01-10T00:00:00Z".parse().unwrap();
    let ready = missions.ready(mission, Moment { signals: Signals::default(), now }, None).unwrap();
    let first = ready.begin(read_json(FileId(0), input).unwrap(), &[], &mut Sources::default()).unwrap();
    let answers: BTreeMap<String, Answer> = answered.into_iter().map(|answer| ("confirm".to_owned(), answer)).collect();
    engine::run(&ready, first, Humans::Asked(&answers)).unwrap()
}

fn day() -> String {
    fs::read_to_string(shipped("inputs/day.json")).unwrap()
}

fn texts(run: &Run, key: &str) -> Vec<String> {
    run.state.get(key).unwrap().as_list().unwrap().iter().map(|t| t.as_text().unwrap().to_owned()).collect()
}

#[test]
fn the_daily_loop_sums_up_prioritises_and_asks_before_it_keeps_anything() {
    let waiting = run("daily_loop", &day(), None);
    assert_eq!(waiting.status, Status::AwaitingHuman);
    assert_eq!(texts(&waiting, "priorities"), ["T-3", "T-7", "T-1"]);
    let summary = waiting.state.get("summary").unwrap();
    let expected =
        r#"{"blocked":["T-2","T-8"],"completed":["T-5"],"in_progress":["T-4"],"open_total":7,"overdue":["T-1"]}"#;
    assert_eq!(spelling::stable(summary), expected);
    assert_eq!(waiting.state.get("entries").unwrap(), &Data::List(vec![]));

    let approved = run("daily_loop", &day(), Some(answer("approve", None)));
    assert_eq!((approved.status, approved.executed.len()), (Status::Succeeded, 5));
    assert_eq!(approved.state.get("archive").unwrap().as_list().unwrap().len(), 2);
    let replaced = run("daily_loop", &day(), Some(answer("input", Some(Data::texts(["T-3"])))));
    assert_eq!(texts(&replaced, "priorities"), ["T-3"]);
    let refused = run("daily_loop", &day(), Some(answer("reject", None)));
    assert_eq!(refused.problem.unwrap().kind, Kind::Rejected);
    assert_eq!(refused.state, waiting.state);
}

#[test]
fn the_daily_loop_keeps_one_entry_a_day_of_tasks_that_are_told_apart() {
    let twice = r#"{"today":"2026-01-10","log":[],"tasks":[{"id":"a"},{"id":"a"}]}"#;
    assert_eq!(run("daily_loop", twice, None).problem.unwrap().message, "two tasks have one id");
    let logged = r#"{"today":"2026-01-10","tasks":[],"log":[{"day":"2026-01-10","summary":{},"priorities":[]}]}"#;
    let found = run("daily_loop", logged, None).problem.unwrap();
    assert_eq!((found.kind, found.message.contains("2026-01-10")), (Kind::StepFailed, true));
}

#[test]
fn tests_pass_only_where_something_was_expected_and_held() {
    let case = |name: &str, actual: &str| format!(r#"{{"name":"{name}","expected":"1"{actual}}}"#);
    let input = |target: &str, cases: &[String]| format!(r#"{{"target":"{target}","cases":[{}]}}"#, cases.join(","));
    let (good, bad, open) = (case("a/x", r#","actual":"1""#), case("b", r#","actual":"2""#), case("c", ""));
    let verdict = |run: &Run| {
        let report = run.state.get("report").unwrap();
        (run.status, report.get("verdict").unwrap().as_text().unwrap().to_owned())
    };
    assert_eq!(
        verdict(&run("run_tests", &input("all", std::slice::from_ref(&good)), None)),
        (Status::Succeeded, "pass".into())
    );
    assert_eq!(verdict(&run("run_tests", &input("a", &[good.clone(), bad.clone()]), None)).0, Status::Succeeded);
    for cases in [vec![good.clone(), bad], vec![good, open], vec![]] {
        assert_eq!(verdict(&run("run_tests", &input("all", &cases), None)), (Status::Failed, "fail".into()));
    }
    assert_eq!(run("echo", r#"{"message":"é"}"#, None).state.get("echoed"), Some(&Data::text("é")));
}

#[test]
fn the_shipped_workflows_run() {
    for (file, input, ended) in [
        ("daily_loop.json", fs::read_to_string(shipped("inputs/day-state.json")).unwrap(), Status::AwaitingHuman),
        ("run_tests.json", "{}".to_owned(), Status::Succeeded),
        ("echo.json", "{}".to_owned(), Status::Succeeded),
    ] {
        let text = fs::read_to_string(shipped("workflows").join(file)).unwrap();
        let checked = Workflow::read(&json(&text)).and_then(Workflow::check).unwrap();
        let run = engine::run(&checked, checked.begin(json(&input)).unwrap(), Humans::Asked(&BTreeMap::new())).unwrap();
        assert_eq!(run.status, ended, "{file}");
    }
}

/// A disk on which nothing can be written.
struct Full;

impl World for Full {
    fn read(&self, path: &Path, limit: usize) -> Result<Vec<u8>, WorldError> {
        Disk.read(path, limit)
    }
    fn list(&self, dir: &Path, extension: &str) -> Result<Vec<PathBuf>, WorldError> {
        Disk.list(dir, extension)
    }
    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }
    fn is_dir(&self, path: &Path) -> bool {
        path.is_dir()
    }
    fn write_atomic(&self, path: &Path, _: &[u8]) -> Result<(), WorldError> {
        Err(WorldError::NotWritable { path: path.display().to_string(), reason: "full".to_owned() })
    }
    fn now(&self) -> Result<Instant, WorldError> {
        Err(WorldError::NoTime)
    }
}

const STEPS: &str = r#"{"id":"long","metadata":{"author":"alice"},"steps":[
    {"id":"a","kind":"runtime","payload":{"operation":"increment","path":"n"}},
    {"id":"h","kind":"human","payload":{}},
    {"id":"b","kind":"runtime","payload":{"operation":"increment","path":"n"}},
    {"id":"i","kind":"human","payload":{}},
    {"id":"c","kind":"runtime","payload":{"operation":"increment","path":"n"}}]}"#;

fn provost(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_provost"));
    command.args(arguments).current_dir(folder).env_clear();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The record in a file, which replays to itself.
fn whole(path: &Path) -> Record {
    let record = Record::read(&json(&fs::read_to_string(path).unwrap())).unwrap();
    assert_eq!(record.text().unwrap(), fs::read_to_string(path).unwrap());
    record
}

fn token(record: &Record) -> Option<String> {
    Some(record.result.get("pending")?.get("resume_token")?.as_text()?.to_owned())
}

#[test]
fn a_write_that_fails_leaves_the_mission_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("w.json"), STEPS).unwrap();
    let began = provost(folder.path(), &["mission", "run", "--workflow", "w.json", "--id", "m", "--store", "s"]);
    assert_eq!({ began }.status().unwrap().code(), Some(4));
    let path = folder.path().join("s/m.json");
    let mut record = whole(&path);
    let before = fs::read(&path).unwrap();
    record.answers.insert("h".to_owned(), answer("approve", None));
    assert!(store::write(&Full, &path, &record).is_err());
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_mission_killed_at_any_moment_goes_on_from_the_last_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("w.json"), STEPS).unwrap();
    let path = folder.path().join("s/m.json");
    // The later of these finish; the earlier are killed on their way. Whatever is there is whole.
    for attempt in 0_u64.. {
        let open = path.is_file().then(|| whole(&path));
        let state = open.as_ref().map(|record| record.result.get("status").and_then(Data::as_text).unwrap().to_owned());
        let token = open.as_ref().and_then(token);
        let mut command = match (state.as_deref(), &token) {
            (Some("succeeded"), _) => break,
            (_, Some(token)) => {
                let words = ["mission", "resume", "m", "--store", "s", "--actor", "bob", "--approve", "--token", token];
                provost(folder.path(), &words)
            }
            _ => provost(folder.path(), &["mission", "run", "--workflow", "w.json", "--id", "m", "--store", "s"]),
        };
        let mut child = command.spawn().unwrap();
        std::thread::sleep(Duration::from_micros(attempt * 250));
        let _ = child.kill();
        child.wait().unwrap();
        assert!(attempt < 2_000, "no run ever ends");
    }
    let record = whole(&path);
    assert_eq!(record.result.get("final_state").unwrap().get("n"), Some(&Data::count(3)));
    let again = provost(folder.path(), &["mission", "replay", "s/m.json"]);
    assert_eq!({ again }.status().unwrap().code(), Some(0));
}

#[test]
fn two_answers_at_once_are_taken_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("w.json"), STEPS).unwrap();
    let began = provost(folder.path(), &["mission", "run", "--workflow", "w.json", "--id", "m", "--store", "s"]);
    assert_eq!({ began }.status().unwrap().code(), Some(4));
    let token = token(&whole(&folder.path().join("s/m.json"))).unwrap();
    let answer = ["mission", "resume", "m", "--store", "s", "--actor", "bob", "--approve", "--token", &token];
    let mut children: Vec<_> = (0..4).map(|_| provost(folder.path(), &answer).spawn().unwrap()).collect();
    let mut codes: Vec<_> = children.iter_mut().map(|child| child.wait().unwrap().code()).collect();
    codes.sort_unstable();
    // One is taken; the others find the token spent.
    assert_eq!(codes, [Some(2), Some(2), Some(2), Some(4)]);
}

#[test]
fn a_state_that_would_grow_beyond_its_limit_stays_as_it_was() {
    let copy = |to: &str| {
        Step::runtime(to, Data::map(["operation", "from", "path"].into_iter().zip(["copy", "a", to].map(Data::text))))
    };
    let steps = ["b", "c", "d", "e"].map(copy).into();
    let checked = Workflow { id: "grow".to_owned(), steps, metadata: BTreeMap::new() }.check().unwrap();
    let text = |bytes: usize| Data::map([("a", Data::Text("x".repeat(bytes)))]);
    let third = limits::MISSION_STATE_BYTES / 3;
    let run = engine::run(&checked, text(third), Humans::Recorded).unwrap();
    assert_eq!((run.status, run.executed.as_slice()), (Status::Failed, &[0, 1][..]));
    assert_eq!(run.problem.unwrap().kind, Kind::StateTooLarge);
    assert_eq!(run.state.as_map().unwrap().keys().collect::<Vec<_>>(), ["a", "b"]);
    let refused = engine::run(&checked, text(limits::MISSION_STATE_BYTES), Humans::Recorded).unwrap_err();
    assert_eq!(refused.kind, Kind::StateTooLarge);
}

#[test]
fn every_word_of_a_problem_is_documented() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/missions.md");
    let page = fs::read_to_string(page).unwrap();
    let missing: Vec<&str> =
        Kind::ALL.iter().map(|kind| kind.word()).filter(|word| !page.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "not in docs/reference/missions.md: {missing:?}");
    let operations: Vec<&str> =
        provost::mission::operations::names().filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(operations.is_empty(), "not in docs/reference/missions.md: {operations:?}");
}

/// Data that is strange enough, and not deep.
fn any_data() -> impl Strategy<Value = Data> {
    let leaf = prop_oneof![
        Just(Data::Null),
        any::<bool>().prop_map(Data::Bool),
        any::<i64>().prop_map(|n| Data::Integer(n.to_string())),
        any::<f64>().prop_map(|f| spelling::number(&format!("{f:e}"))),
        "\\PC{0,4}".prop_map(Data::Text),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Data::List),
            prop::collection::btree_map("[a-c.0]{0,2}", inner, 0..4).prop_map(Data::Map),
        ]
    })
}

fn any_step() -> impl Strategy<Value = (String, Data)> {
    let operation = prop::sample::select(provost::mission::operations::names().collect::<Vec<_>>());
    let path = prop_oneof!["[a-c.01]{0,4}".prop_map(Data::Text), any_data()];
    let part = |key: &'static str, value: BoxedStrategy<Data>| prop::option::of(value).prop_map(move |v| (key, v));
    let kind = prop_oneof![4 => Just("runtime"), 1 => Just("human")];
    let parts = (part("path", path.clone().boxed()), part("value", any_data().boxed()), part("from", path.boxed()));
    (operation, kind, parts).prop_map(|(operation, kind, (path, value, from))| {
        let given = [path, value, from].into_iter().filter_map(|(key, value)| Some((key, value?)));
        let payload = given.chain([("operation", Data::text(operation))]);
        (kind.to_owned(), Data::map(payload))
    })
}

proptest! {
    #[test]
    fn any_workflow_ends_alike_every_time_and_a_failing_step_changes_nothing(
        steps in prop::collection::vec(any_step(), 0..6),
        state in any_data(),
        answers in prop::collection::vec(("approve|reject|input|x", "|alice|bob", prop::option::of(any_data())), 5),
    ) {
        let steps: Vec<Data> = steps.into_iter().enumerate().map(|(i, (kind, payload))| {
            Data::map([("id", Data::count(i)), ("kind", Data::text(kind)), ("payload", payload)])
        }).map(|step| {
            let Data::Map(mut step) = step else { unreachable!() };
            if let Some(Data::Integer(id)) = step.get("id").cloned() {
                step.insert("id".to_owned(), Data::Text(id));
            }
            Data::Map(step)
        }).collect();
        let author = Data::map([("author", Data::text("alice"))]);
        let workflow = Data::map([("id", Data::text("w")), ("steps", Data::List(steps)), ("metadata", author)]);
        let Ok(checked) = Workflow::read(&workflow).and_then(Workflow::check) else { return Ok(()) };
        let Ok(first) = checked.begin(state) else { return Ok(()) };
        let answers: BTreeMap<String, Answer> = answers.into_iter().enumerate().map(|(i, (decision, actor, value))| {
            (i.to_string(), Answer { decision, actor, value, ..Answer::default() })
        }).collect();
        let once = engine::run(&checked, first.clone(), Humans::Asked(&answers));
        let again = engine::run(&checked, first, Humans::Asked(&answers));
        prop_assert_eq!(&once, &again);
        let Ok(run) = once else { return Ok(()) };
        let spelled = spelling::canonical(&result::result(&checked, &run));
        prop_assert!(spelled.is_ok());
        if run.problem.as_ref().is_some_and(|problem| !problem.keeps) {
            prop_assert_eq!(run.snapshots.last(), Some(&run.state));
        }
        let read = json(&spelled.unwrap());
        prop_assert_eq!(read, result::result(&checked, &run));
    }
}
