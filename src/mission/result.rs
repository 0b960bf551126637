//! What a run came to, as data: the shape of today, and the one of the predecessor with its hashes.

use super::data::Data;
use super::engine::{Program, Run, Status};
use super::problem::Kind;
use super::spelling::{digest_of_checked, stable_digest};
use super::workflow::Checked;

/// The result of a run: status, state, lineage, receipt and what waits.
pub fn result<P: Program>(program: &P, run: &Run) -> Data {
    let ids = executed(program, run);
    let pending = run.pending.as_ref().map_or(Data::Null, |pending| {
        let options = pending.question.options.clone().map_or(Data::Null, Data::List);
        Data::map([
            ("step_id", Data::text(id(program, pending.step))),
            ("step_index", Data::count(pending.step)),
            ("prompt", Data::text_or_null(pending.question.prompt.as_deref())),
            ("options", options),
            ("resume_token", Data::text(&*pending.token)),
        ])
    });
    let problem = run.problem.as_ref().map_or(Data::Null, |problem| {
        Data::map([("kind", Data::text(problem.kind.word())), ("message", Data::text(&*problem.message))])
    });
    let mut lineage = vec![
        ("workflow_id", Data::text(program.id())),
        ("executed_step_ids", ids.clone()),
        ("snapshot_hashes", Data::texts(run.snapshot_digests.iter().cloned())),
        ("final_state_hash", Data::Text(digest_of_checked(&run.state))),
        ("decisions_hash", Data::Text(digest_of_checked(&Data::List(run.decisions.clone())))),
    ];
    if !run.routed.is_empty() {
        lineage.push(("routes", Data::List(run.routed.clone())));
    }
    let receipt = [
        ("id", Data::text(program.id())),
        ("steps", ids),
        ("status", Data::text(run.status.word())),
        ("workflow_hash", Data::text(program.digest())),
    ];
    Data::map([
        ("status", Data::text(run.status.word())),
        ("success", Data::Bool(run.status == Status::Succeeded)),
        ("failed_step_id", failed(program, run)),
        ("error", problem),
        ("pending", pending),
        ("final_state", run.state.clone()),
        ("lineage", Data::map(lineage)),
        ("receipt", Data::map(receipt)),
    ])
}

fn id<P: Program>(program: &P, step: usize) -> &str {
    program.steps().get(step).map_or("", |head| &head.id)
}

fn executed<P: Program>(program: &P, run: &Run) -> Data {
    Data::texts(run.executed.iter().map(|step| id(program, *step)))
}

fn failed<P: Program>(program: &P, run: &Run) -> Data {
    match (&run.problem, run.executed.last()) {
        (Some(_), Some(step)) => Data::text(id(program, *step)),
        _ => Data::Null,
    }
}

/// The nested missions of the predecessor, as its message lists them.
const NESTED: &str =
    "['autonomous_build_cycle', 'build', 'build_with_validation', 'design', 'echo', 'noop', 'review', 'steward']";

/// The result in the shape of the predecessor, whose hashes cover the steps and the message too.
pub fn classic(program: &Checked, run: &Run) -> Data {
    let ids = executed(program, run);
    let steps = run.executed.iter().filter_map(|step| program.workflow.steps.get(*step)).map(super::Step::data);
    let last = run.executed.last().and_then(|step| program.workflow.steps.get(*step));
    let message = run.problem.as_ref().map_or(Data::Null, |problem| match last {
        // The words are part of what its hashes cover.
        Some(step) if problem.kind == Kind::UnknownMission => {
            let name = step.payload.get("mission_type").and_then(Data::as_text).unwrap_or_default();
            Data::Text(format!("Mission execution error: Unknown mission type: '{name}'. Valid types: {NESTED}"))
        }
        _ => Data::text(&*problem.message),
    });
    Data::map([
        ("id", Data::text(program.id())),
        ("success", Data::Bool(run.status == Status::Succeeded)),
        ("executed_steps", Data::List(steps.collect())),
        ("final_state", run.state.clone()),
        ("failed_step_id", failed(program, run)),
        ("error_message", message),
        (
            "lineage",
            Data::map([
                ("executed_step_ids", ids.clone()),
                ("workflow_id", Data::text(program.id())),
                ("snapshot_hashes", Data::texts(run.snapshot_digests.iter().cloned())),
            ]),
        ),
        ("receipt", Data::map([("id", Data::text(program.id())), ("steps", ids)])),
    ])
}

/// The hash under which the predecessor compares results, receipts and lineages.
pub fn classic_digest(part: &Data) -> String {
    stable_digest(part)
}
