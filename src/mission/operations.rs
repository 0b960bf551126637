//! The operations of a workflow that is data: a table from names to what they do with untyped state.

use std::collections::BTreeMap;

use super::data::Data;
use super::path::Path;
use super::problem::{Kind, Problem};
use super::{daily, run_tests};

/// What an operation does: with the id of its step, its payload and the state.
type Work = fn(&str, &Data, &mut Data) -> Result<(), Problem>;

/// Every operation, by name.
const OPERATIONS: &[(&str, Work)] = &[
    ("append", append),
    ("copy", copy),
    ("daily.archive", |_, _, state| daily::archive(state)),
    ("daily.log", |_, _, state| daily::log(state)),
    ("daily.prioritise", |_, payload, state| daily::prioritise(payload, state)),
    ("daily.summarise", |_, _, state| daily::summarise(state)),
    ("fail", fail),
    ("increment", increment),
    ("llm_call", llm_call),
    ("merge", merge),
    ("mission", mission),
    ("noop", |_, _, _| Ok(())),
    ("set", set),
    ("tests.discover", |_, payload, state| run_tests::discover(payload, state)),
    ("tests.execute", |_, payload, state| run_tests::execute(payload, state)),
    ("tests.report", |_, _, state| run_tests::report(state)),
    ("unset", unset),
];

/// The operation with a name.
pub fn find(name: &str) -> Option<Work> {
    OPERATIONS.iter().find(|(known, _)| *known == name).map(|(_, work)| *work)
}

/// The names of all operations, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    OPERATIONS.iter().map(|(name, _)| *name)
}

fn value(payload: &Data) -> Result<Data, Problem> {
    payload.get("value").cloned().ok_or_else(|| Problem::new(Kind::InvalidPayload, "the payload has no `value`"))
}

fn set(_: &str, payload: &Data, state: &mut Data) -> Result<(), Problem> {
    Path::written(payload)?.set(state, value(payload)?)
}

fn append(_: &str, payload: &Data, state: &mut Data) -> Result<(), Problem> {
    let (path, value) = (Path::written(payload)?, value(payload)?);
    path.change(state, Data::List(Vec::new()), |at| match at {
        Data::List(elements) => {
            elements.push(value);
            Ok(())
        }
        other => Err(mismatch("appended to", "a list", other)),
    })
}

fn increment(_: &str, payload: &Data, state: &mut Data) -> Result<(), Problem> {
    let path = Path::written(payload)?;
    let by = match payload.get("by") {
        None => 1,
        Some(Data::Integer(text)) => integer(text)?,
        Some(other) => {
            let message = format!("`by` is {}, and a whole number is needed", other.kind());
            return Err(Problem::new(Kind::InvalidPayload, message));
        }
    };
    path.change(state, Data::Integer("0".to_owned()), |at| match at {
        Data::Integer(text) => {
            let sum = integer(text)?.checked_add(by).ok_or_else(too_large)?;
            *at = Data::Integer(sum.to_string());
            Ok(())
        }
        other => Err(mismatch("incremented", "a whole number", other)),
    })
}

fn integer(text: &str) -> Result<i128, Problem> {
    text.parse().map_err(|_| too_large())
}

fn too_large() -> Problem {
    Problem::new(Kind::OutOfRange, "numbers of more than 127 bits are kept, and not counted with")
}

fn merge(_: &str, payload: &Data, state: &mut Data) -> Result<(), Problem> {
    let path = Path::written(payload)?;
    let Data::Map(new) = value(payload)? else {
        return Err(Problem::new(Kind::TypeMismatch, "what is merged in is no map"));
    };
    path.change(state, Data::empty(), |at| match at {
        Data::Map(entries) => {
            entries.extend(new);
            Ok(())
        }
        other => Err(mismatch("merged into", "a map", other)),
    })
}

fn unset(_: &str, payload: &Data, state: &mut Data) -> Result<(), Problem> {
    Path::written(payload)?.unset(state)
}

fn copy(_: &str, payload: &Data, state: &mut Data) -> Result<(), Problem> {
    let (from, to) = (Path::of(payload, "from")?, Path::written(payload)?);
    let value = from.find(state)?.clone();
    to.set(state, value)
}

fn mismatch(done: &str, wanted: &str, found: &Data) -> Problem {
    Problem::new(Kind::TypeMismatch, format!("{} cannot be {done}; {wanted} is needed", found.kind()))
}

fn fail(id: &str, payload: &Data, _: &mut Data) -> Result<(), Problem> {
    let reason = match payload.get("reason") {
        None => "unspecified",
        Some(Data::Text(text)) => text,
        Some(_) => return Err(Problem::new(Kind::InvalidPayload, "`reason` is a text")),
    };
    Err(Problem::new(Kind::StepFailed, format!("Step '{id}' failed: {reason}")))
}

/// A call of a model is an effect, and a mission has none: what a model said comes in as state.
fn llm_call(id: &str, payload: &Data, _: &mut Data) -> Result<(), Problem> {
    match payload.get("prompt") {
        Some(Data::Text(prompt)) if !prompt.is_empty() => {
            let message = "a mission calls no model; ask a route, call it outside, and put what it said into the input";
            Err(Problem::new(Kind::ExternalEffect, message))
        }
        _ => Err(Problem::new(Kind::StepFailed, format!("Step '{id}' llm_call missing required 'prompt' field"))),
    }
}

/// The keys of the state that nested missions write.
pub const MISSION_KEYS: [&str; 2] = ["mission_result", "mission_results"];

/// The nested missions that a step of a workflow can run: `echo` gives its inputs back, `noop` says that it ran.
fn mission(id: &str, payload: &Data, state: &mut Data) -> Result<(), Problem> {
    let Some(name) = payload.get("mission_type").and_then(Data::as_text) else {
        return Err(Problem::new(Kind::InvalidPayload, "mission_type not specified in step payload"));
    };
    let inputs = inputs(payload)?.cloned().unwrap_or_default();
    let outputs = match name {
        "echo" => Data::Map(inputs),
        "noop" => Data::map([("test", Data::text("noop executed successfully"))]),
        _ => {
            let message = format!("no nested mission is called `{name}`; there are `echo` and `noop`");
            return Err(Problem::new(Kind::UnknownMission, message));
        }
    };
    let result = Data::map([
        ("error", Data::Null),
        ("escalation_reason", Data::Null),
        ("evidence", Data::empty()),
        ("executed_steps", Data::List(Vec::new())),
        ("mission_type", Data::text(name)),
        ("outputs", outputs),
        ("success", Data::Bool(true)),
    ]);
    let Data::Map(entries) = state else { return Err(mismatch("written to", "a map", state)) };
    let results = entries.entry("mission_results".to_owned()).or_insert_with(Data::empty);
    let Data::Map(results) = results else { return Err(mismatch("written to", "a map", results)) };
    results.insert(id.to_owned(), result.clone());
    entries.insert("mission_result".to_owned(), result);
    Ok(())
}

/// The inputs of a nested mission; none, where none are stated.
pub fn inputs(payload: &Data) -> Result<Option<&BTreeMap<String, Data>>, Problem> {
    match payload.get("inputs").or_else(|| payload.get("params")) {
        None | Some(Data::Null) => Ok(None),
        Some(Data::Map(inputs)) => Ok(Some(inputs)),
        Some(other) => {
            let message = format!("the inputs of a nested mission are {}, and a map is needed", other.kind());
            Err(Problem::new(Kind::InvalidInputs, message))
        }
    }
}
