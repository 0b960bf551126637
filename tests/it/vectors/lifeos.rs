//! The engine for missions, against its predecessor and against what was proposed for it.

use std::collections::BTreeMap;

use provost::base::FileId;
use provost::data::read_json;
use provost::mission::classic::{self, Params};
use provost::mission::data::Data;
use provost::mission::engine::{self, Answer, Humans};
use provost::mission::problem::Problem;
use provost::mission::workflow::{Checked, Workflow};
use provost::mission::{config, expectation, result, scenario, spelling};

use super::Apart;

/// What differs on purpose, and why.
const ON_PURPOSE: &[(&str, &str)] = &[
    ("cfg_extra_fields_ok", "a field that means nothing is an error, as recommended: it would test nothing"),
    ("wf_mission_reserved_state_collision", "a state that holds what the engine writes is refused, as recommended"),
    ("mission_list", "missions that start other programs are none here; `run_tests` is registered, as recommended"),
    ("mission_design_no_inputs", "starts other programs; not a mission here"),
    ("mission_review_no_inputs", "starts other programs; not a mission here"),
    ("journal_complete_breaks_chain", "rewriting an entry is the fault; `provost log` only appends"),
    ("seedtime_mission_echo", "an older form of `echo`, before it gave its inputs back"),
    ("seedtime_scenario_two_missions", "an older form of `echo`, before it gave its inputs back"),
    ("suite_name_not_in_hash", MISPRINT),
    ("suite_order_irrelevant_to_hash", MISPRINT),
    ("op_compensation_0", "git commands that undo effects; a mission has no effects"),
    ("op_compensation_1", "git commands that undo effects; a mission has no effects"),
    ("op_compensation_3", "git commands that undo effects; a mission has no effects"),
    ("op_compensation_6", "git commands that undo effects; a mission has no effects"),
    ("op_execute_2", "the layer that starts other programs"),
    ("op_execute_4", "the layer that starts other programs"),
    ("op_idempotency_key", "the layer that starts other programs"),
    ("op_state_hash_table", "hashes of files on the disk; the state of a mission is data"),
];

const MISPRINT: &str =
    "the state is given as `{}`, and the hashes are those of the state `{message: hello_world}`, which is tested below";

#[test]
fn a_suite_has_the_measured_hash_whatever_its_name_and_order() {
    let run = scenario::suite(&suite_two()).unwrap();
    assert_eq!(run.hash, "dd7e4a9ca9e43928e2f5d5571dda0de28dcb6500845a9382d7a27c155df113e2");
    let mut turned = suite_two();
    turned.name = "other".to_owned();
    turned.scenarios.reverse();
    assert_eq!(scenario::suite(&turned).unwrap().hash, run.hash);
}

#[test]
fn missions_do_what_was_measured_and_recommended() {
    let Some(text) = super::text("lifeos.json") else { return };
    // The reader of data refuses a null character; here one is only looked at by the encoders.
    let text = text.replace("\\u0000", "\\ue000");
    let vectors = Data::of(&read_json(FileId(0), &text).unwrap());
    let mut tally = super::Tally::default();
    for vector in vectors.as_list().unwrap() {
        let word = |key: &str| vector.get(key).and_then(Data::as_text).unwrap();
        let (id, kind) = (word("id"), word("kind"));
        let apart = ON_PURPOSE.iter().find(|(known, _)| *known == id).map(|(_, reason)| Apart::OnPurpose(reason));
        let said = say(id, kind, vector.get("input").unwrap());
        let met = if kind == "canonical_json" { table(vector) } else { met(vector, said) };
        tally.count(kind, id, met, apart);
    }
    tally.finish("lifeos");
}

/// Whether what is said covers what is expected, with what is recommended in its place.
fn met(vector: &Data, said: Option<Result<Data, Problem>>) -> Result<(), String> {
    let said = match said.ok_or("not built")? {
        Ok(said) => said,
        Err(problem) => {
            let error = Data::map([("kind", Data::text(problem.kind.word()))]);
            Data::map([("ok", Data::Bool(false)), ("error", error)])
        }
    };
    let expected = vector.get("expected").unwrap();
    let target = match vector.get("recommended_for_new_system") {
        Some(better) if better.get("final_state").is_some() => {
            Data::map([("result", Data::map([("final_state", better.get("final_state").unwrap().clone())]))])
        }
        Some(better) if better.get("ok") == Some(&Data::Bool(false)) => without(better, &["why"]),
        Some(better) if better.get("ok").is_some() => Data::map([("ok", better.get("ok").unwrap().clone())]),
        Some(better) if better.get("passed").is_some() => {
            let mut target = expected.as_map().unwrap().clone();
            for key in ["actual", "details", "suite_passed", "expectations_hash"] {
                target.remove(key);
            }
            target.insert("passed".to_owned(), better.get("passed").unwrap().clone());
            Data::Map(target)
        }
        _ => expected.clone(),
    };
    let target = without(&target, &["why"]);
    covers(&said, &target, "")
}

fn without(data: &Data, keys: &[&str]) -> Data {
    match data {
        Data::Map(entries) => Data::map(
            entries.iter().filter(|(k, _)| !keys.contains(&k.as_str())).map(|(k, v)| (k.as_str(), without(v, keys))),
        ),
        other => other.clone(),
    }
}

/// Whether every part that is expected is there. Maps may hold more, such as messages.
fn covers(said: &Data, expected: &Data, path: &str) -> Result<(), String> {
    match (said, expected) {
        (Data::Map(said), Data::Map(expected)) => expected.iter().try_for_each(|(key, expected)| {
            let path = format!("{path}.{key}");
            covers(said.get(key).ok_or_else(|| format!("{path} is missing"))?, expected, &path)
        }),
        (Data::List(said), Data::List(expected)) if said.len() == expected.len() => {
            said.iter().zip(expected).enumerate().try_for_each(|(i, (s, e))| covers(s, e, &format!("{path}.{i}")))
        }
        _ if said == expected => Ok(()),
        _ => Err(format!("{path} is {}, not {}", spelling::stable(said), spelling::stable(expected))),
    }
}

fn ok<K: Into<String>>(parts: impl IntoIterator<Item = (K, Data)>) -> Result<Data, Problem> {
    let Data::Map(mut map) = Data::map(parts) else { panic!("a map is a map") };
    map.insert("ok".to_owned(), Data::Bool(true));
    Ok(Data::Map(map))
}

fn params(input: &Data) -> Params {
    input.get("params").and_then(Data::as_map).cloned().unwrap_or_default()
}

/// What the engine says to a vector; nothing where it has no such part.
fn say(id: &str, kind: &str, input: &Data) -> Option<Result<Data, Problem>> {
    let seedtime = id.starts_with("seedtime_");
    let workflow = || Workflow::read(input.get("workflow").unwrap());
    Some(match kind {
        "run_workflow" => workflow().and_then(|w| rehearse(w, input, seedtime)),
        "run_mission" | "run_daily_loop" => {
            let name = input.get("mission").and_then(Data::as_text).unwrap_or("daily_loop");
            classic::mission(name, &params(input)).and_then(|w| rehearse(w, input, seedtime))
        }
        "build_workflow" => {
            let kind = input.get("type").and_then(Data::as_text).unwrap();
            classic::build(kind, &params(input)).and_then(|workflow| {
                let data = workflow.data();
                let hash = Data::Text(spelling::stable_digest(&data));
                ok([("workflow", data), ("workflow_stable_hash", hash)])
            })
        }
        "validate_plan" => workflow().and_then(|w| w.plan()).and_then(|()| ok::<&str>([])),
        "list_mission_types" => ok([("names", Data::texts(classic::MISSIONS))]),
        "rollback_to_step" => rollback(input),
        "proposed_run" => workflow().and_then(|w| proposed(w, input)),
        "run_scenario" => {
            config::scenario(input).and_then(|s| scenario::scenario(&s)).and_then(|run| ok([("result", run.data())]))
        }
        "run_suite" => config::suite(input).and_then(|s| scenario::suite(&s)).and_then(|run| {
            let hashes = run.scenarios.iter().map(|(name, s)| (name.as_str(), Data::text(&*s.hash)));
            let hashes = Data::map(hashes);
            ok([("suite_name", Data::text(&*run.name)), ("metadata", run.metadata()), ("scenario_hashes", hashes)])
        }),
        "evaluate_expectation" => evaluate(input),
        "run_test_run_from_config" => config::suite(input.get("suite").unwrap())
            .and_then(|suite| Ok((suite, config::expectations(input.get("expectations").unwrap())?)))
            .and_then(|(suite, expectations)| expectation::test(&suite, &expectations))
            .and_then(|run| ok([("result", run.data())])),
        _ => return None,
    })
}

/// A run in which nobody is asked, with its hashes.
fn rehearse(workflow: Workflow, input: &Data, seedtime: bool) -> Result<Data, Problem> {
    let checked = workflow.check()?;
    let state = input.get("initial_state").unwrap();
    let first = match state.get("a") {
        Some(Data::Text(marker)) if marker == "nan" => Data::map([("a", Data::Float("NaN".to_owned()))]),
        _ => state.clone(),
    };
    let run = engine::run(&checked, checked.begin(first)?, Humans::Recorded)?;
    let mut data = result::classic(&checked, &run);
    if seedtime {
        data = without(&data, &["snapshot_hashes"]);
    }
    let hash = |part: Option<&Data>| Data::Text(spelling::stable_digest(part.unwrap()));
    let (receipt, lineage) = (hash(data.get("receipt")), hash(data.get("lineage")));
    ok([
        ("result_stable_hash", hash(Some(&data))),
        ("receipt_stable_hash", receipt),
        ("lineage_stable_hash", lineage),
        ("state_snapshots", Data::List(run.snapshots)),
        ("result", data),
    ])
}

fn rollback(input: &Data) -> Result<Data, Problem> {
    let echo = Data::map([
        ("operation", Data::text("mission")),
        ("mission_type", Data::text("echo")),
        ("inputs", Data::map([("n", Data::count(1))])),
    ]);
    let step = provost::mission::Step::runtime;
    let steps = vec![step("a", echo), step("b", Data::empty())];
    let checked = Workflow { id: "wf".to_owned(), steps, metadata: BTreeMap::new() }.check()?;
    let run = engine::run(&checked, input.get("initial_state").unwrap().clone(), Humans::Recorded)?;
    let rows = input.get("indexes").unwrap().as_list().unwrap().iter().map(|index| {
        let Data::Integer(text) = index else { panic!() };
        match text.parse::<usize>().ok().and_then(|i| run.snapshots.get(i)) {
            Some(state) => Data::map([("index", index.clone()), ("state", state.clone())]),
            None => Data::map([("index", index.clone()), ("error", Data::text("IndexError"))]),
        }
    });
    ok([("rows", Data::List(rows.collect()))])
}

fn proposed(workflow: Workflow, input: &Data) -> Result<Data, Problem> {
    let checked: Checked = workflow.check()?;
    let text = |answer: &Data, key: &str| answer.get(key).and_then(Data::as_text).map(str::to_owned);
    let answers: BTreeMap<String, Answer> = input
        .get("decisions")
        .and_then(Data::as_map)
        .into_iter()
        .flatten()
        .map(|(step, given)| {
            let answer = Answer {
                decision: text(given, "decision").unwrap_or_default(),
                actor: text(given, "actor").unwrap_or_default(),
                value: given.get("value").cloned(),
                note: text(given, "note"),
                token: text(given, "resume_token"),
            };
            (step.clone(), answer)
        })
        .collect();
    let first = checked.begin(input.get("initial_state").unwrap().clone())?;
    let run = engine::run(&checked, first, Humans::Asked(&answers))?;
    let Data::Map(said) = result::result(&checked, &run) else { panic!() };
    ok(said)
}

fn suite_two() -> scenario::Suite {
    let call = |name: &str, params: Params| scenario::Call { mission: name.to_owned(), params };
    let scenario = |name: &str, state, call| scenario::Scenario { name: name.to_owned(), state, calls: vec![call] };
    let echoed = [("num_val", Data::count(42)), ("str_val", Data::text("test"))];
    let echoed: Params = echoed.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    scenario::Suite {
        name: "suite_two".to_owned(),
        scenarios: vec![
            scenario("scenario_a", Data::map([("counter", Data::count(0))]), call("daily_loop", Params::new())),
            scenario("scenario_b", Data::map([("message", Data::text("hello_world"))]), call("echo", echoed)),
        ],
    }
}

fn evaluate(input: &Data) -> Result<Data, Problem> {
    let run = scenario::suite(&suite_two())?;
    let expectations = match input.get("expectation") {
        Some(one) => vec![config::expectation(one)?],
        None => Vec::new(),
    };
    let outcomes = expectation::evaluate(&run, &expectations);
    let all = Data::Bool(outcomes.none_fails());
    let hash = ("expectations_hash", Data::text(&*outcomes.hash));
    match outcomes.by_id.values().next() {
        None => ok([("passed", all), hash]),
        Some(outcome) => ok([
            ("passed", Data::Bool(outcome.passed)),
            ("actual", outcome.actual.clone()),
            ("details", outcome.details.clone()),
            ("suite_passed", all),
            hash,
        ]),
    }
}

/// Rows of the table that no JSON can be: keys that are no texts, half a character, values of a programming language.
const NO_DATA: [&str; 6] = ["lone_surrogate", "int_keys", "mixed_keys", "bool_none_keys", "tuple", "object"];

/// Whether both encoders make of each row what the table says.
fn table(vector: &Data) -> Result<(), String> {
    for row in vector.get("expected").unwrap().get("rows").unwrap().as_list().unwrap() {
        let name = row.get("name").and_then(Data::as_text).unwrap();
        let value = match name {
            name if NO_DATA.contains(&name) => continue,
            "nan" => Data::Float("NaN".to_owned()),
            "inf" => Data::map([("a", Data::Float("Infinity".to_owned()))]),
            _ => nulls(row.get("value").unwrap()),
        };
        let replaced = |text: String| Data::Text(text.replace("\\u0000", "\\ue000"));
        let mut said = vec![
            ("name", Data::text(name)),
            ("value", row.get("value").unwrap().clone()),
            ("stable", replaced(spelling::stable(&value))),
            ("stable_sha256", Data::Text(spelling::stable_digest(&value))),
        ];
        match (spelling::canonical(&value), spelling::digest(&value)) {
            (Ok(text), Ok(digest)) => {
                said.push(("canonical", replaced(text)));
                said.push(("canonical_sha256", Data::Text(digest)));
            }
            _ => said.push(("canonical_error", row.get("canonical_error").ok_or(name)?.clone())),
        }
        covers(&Data::map(said), row, name)?;
    }
    Ok(())
}

fn nulls(data: &Data) -> Data {
    match data {
        Data::Text(text) => Data::Text(text.replace('\u{e000}', "\0")),
        Data::List(elements) => Data::List(elements.iter().map(nulls).collect()),
        Data::Map(entries) => Data::map(entries.iter().map(|(k, v)| (k.as_str(), nulls(v)))),
        other => other.clone(),
    }
}
