//! Missions as people read them.

use std::path::Path;

use super::ask::spelled;
use super::stage::Outcome;
use super::store;
use crate::cli::args::Format;
use crate::cli::shell::{Failure, Shell};
use crate::ir::mission::{Body, Mission};
use crate::mission::expectation::TestRun;
use crate::mission::record::{Record, Source};
use crate::mission::{Data, Status, spelling};
use crate::world::shown;

/// Data on several lines, two spaces a level.
pub fn pretty(data: &Data) -> String {
    let mut out = String::new();
    write(data, 0, &mut out);
    out
}

fn write(data: &Data, depth: usize, out: &mut String) {
    let inside = "  ".repeat(depth.saturating_add(1));
    let line = |out: &mut String, first: bool| {
        out.push_str(if first { "\n" } else { ",\n" });
        out.push_str(&inside);
    };
    match data {
        Data::List(elements) if !elements.is_empty() => {
            out.push('[');
            for (i, element) in elements.iter().enumerate() {
                line(out, i == 0);
                write(element, depth.saturating_add(1), out);
            }
            out.push_str(&format!("\n{}]", "  ".repeat(depth)));
        }
        Data::Map(entries) if !entries.is_empty() => {
            out.push('{');
            for (i, (key, value)) in entries.iter().enumerate() {
                line(out, i == 0);
                out.push_str(&format!("{}: ", spelling::stable(&Data::text(key.as_str()))));
                write(value, depth.saturating_add(1), out);
            }
            out.push_str(&format!("\n{}}}", "  ".repeat(depth)));
        }
        plain => out.push_str(&spelling::canonical(plain).unwrap_or_else(|_| spelling::stable(plain))),
    }
}

/// A mission of a package, as data and as a line.
pub fn mission(mission: &Mission) -> (Data, String) {
    let human = mission.steps.iter().filter(|step| matches!(step.body, Body::Ask { .. })).count();
    let params: Vec<String> = mission
        .params
        .iter()
        .map(|param| format!("{}: {}{}", param.name, param.ty, if param.optional { "?" } else { "" }))
        .collect();
    let docs = mission.docs.as_deref().and_then(|docs| docs.lines().next());
    let data = Data::map([
        ("mission", Data::text(&*mission.name)),
        ("parameters", Data::texts(params.iter().cloned())),
        ("steps", Data::count(mission.count)),
        ("human", Data::count(human)),
        ("documentation", Data::text_or_null(mission.docs.as_deref())),
    ]);
    let ending = if mission.count == 1 { "" } else { "s" };
    let counted = format!("{} step{ending}, {human} human", mission.count);
    let docs = docs.map(|docs| format!("\n  {docs}")).unwrap_or_default();
    (data, format!("{}({})  {counted}{docs}", mission.name, params.join(", ")))
}

/// A mission that was begun, as data and as a line.
pub fn line(record: &Record) -> (Data, String) {
    let text = |key: &str| record.result.get(key).and_then(Data::as_text).unwrap_or("unknown");
    let waits = record.result.get("pending").and_then(|pending| pending.get("step_id")).and_then(Data::as_text);
    let data = Data::map([
        ("id", Data::text(&*record.id)),
        ("status", Data::text(text("status"))),
        ("waits_at", Data::text_or_null(waits)),
    ]);
    let waits = waits.map(|step| format!(" at `{step}`")).unwrap_or_default();
    (data, format!("{}  {}{waits}", record.id, text("status")))
}

/// `3 steps, final state sha256:…`
pub fn steps(result: &Data) -> String {
    let lineage = result.get("lineage");
    let count = lineage.and_then(|l| l.get("executed_step_ids")).and_then(Data::as_list).map_or(0, <[Data]>::len);
    let hash = lineage.and_then(|l| l.get("final_state_hash")).and_then(Data::as_text).unwrap_or_default();
    format!("{count} step{}, final state {hash}", if count == 1 { "" } else { "s" })
}

/// A record: what was run, how it stands, its state and its lineage.
pub fn record(record: &Record) -> String {
    let result = &record.result;
    let name = match &record.source {
        Source::Mission(name) => format!("mission `{name}`"),
        Source::Workflow(workflow) => {
            format!("workflow `{}`", workflow.get("id").and_then(Data::as_text).unwrap_or_default())
        }
    };
    let status = result.get("status").and_then(Data::as_text).unwrap_or_default();
    let mut lines = vec![format!("{}: {name}, {status}", record.id)];
    lines.extend(record.author.as_ref().map(|author| format!("begun by {author}")));
    lines.extend(record.now.as_ref().map(|now| format!("at {now}")));
    lines.push("state".to_owned());
    for (key, value) in result.get("final_state").and_then(Data::as_map).into_iter().flatten() {
        lines.push(format!("  {key}  {}", spelling::canonical(value).unwrap_or_default()));
    }
    let lineage = result.get("lineage");
    let list = |key: &str| lineage.and_then(|l| l.get(key)).and_then(Data::as_list).unwrap_or_default();
    lines.push("lineage".to_owned());
    for (step, hash) in list("executed_step_ids").iter().zip(list("snapshot_hashes")) {
        lines.push(format!("  {}  before {}", spelled(step), spelled(hash)));
    }
    for key in ["final_state_hash", "decisions_hash"] {
        lines.extend(lineage.and_then(|l| l.get(key)).map(|hash| format!("  {key}  {}", spelled(hash))));
    }
    for (step, answer) in &record.answers {
        let note = answer.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
        let value = answer.value.as_ref().map(|value| format!(" {}", spelled(value))).unwrap_or_default();
        lines.push(format!("answer to `{step}` by {}: {}{value}{note}", answer.actor, answer.decision));
    }
    lines.extend(problem(result));
    lines.extend(pending(result));
    lines.join("\n")
}

fn problem(result: &Data) -> Option<String> {
    let error = result.get("error").filter(|error| **error != Data::Null)?;
    let text = |key: &str| error.get(key).map(spelled).unwrap_or_default();
    let step = result.get("failed_step_id").map(spelled).unwrap_or_default();
    Some(format!("failed at `{step}`: {}: {}", text("kind"), text("message")))
}

fn pending(result: &Data) -> Option<String> {
    let pending = result.get("pending").filter(|pending| **pending != Data::Null)?;
    let text = |key: &str| pending.get(key).map(spelled).unwrap_or_default();
    let prompt = pending.get("prompt").and_then(Data::as_text).unwrap_or("may this go on?");
    let options = match pending.get("options") {
        Some(Data::List(options)) => {
            format!("\n  options {}", options.iter().map(spelled).collect::<Vec<_>>().join(", "))
        }
        _ => String::new(),
    };
    Some(format!("waits at `{}`: {prompt}{options}\n  token {}", text("step_id"), text("resume_token")))
}

/// What a run came to, and what to do where it waits.
pub fn told(shell: &Shell, record: &Record, outcome: &Outcome, path: Option<&Path>) -> Result<(), Failure> {
    if shell.format == Format::Json {
        return shell.out(&pretty(&record.data()));
    }
    shell.out(&self::record(record))?;
    if let (Status::AwaitingHuman, Some(path), Some(pending)) = (outcome.status, path, &outcome.pending) {
        let folder = path.parent().map(shown).unwrap_or_default();
        let store = if folder == store::DEFAULT { String::new() } else { format!(" --store {folder}") };
        let id = &record.id;
        shell.remark(&format!(
            "answer with: provost mission resume {id}{store} --token {} --actor NAME --approve",
            pending.token
        ));
    }
    Ok(())
}

/// A test run: every expectation, the verdict and the hashes.
pub fn tests(run: &TestRun) -> String {
    let mut lines = Vec::new();
    for (id, outcome) in &run.outcomes.by_id {
        let why = if outcome.passed {
            String::new()
        } else {
            format!(": {}, it is {}", reason(&outcome.details), spelling::stable(&outcome.actual))
        };
        lines.push(format!("{}  {id}{why}", if outcome.passed { "pass" } else { "FAIL" }));
    }
    lines.push(format!("{}: {} expectations", run.verdict().word(), run.outcomes.by_id.len()));
    lines.push(format!("suite {}", run.suite.hash));
    lines.push(format!("expectations {}", run.outcomes.hash));
    lines.push(format!("test run {}", run.hash));
    lines.join("\n")
}

fn reason(details: &Data) -> String {
    details.get("reason").map(spelled).unwrap_or_default()
}
