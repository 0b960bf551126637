//! `provost mission rehearse`: a workflow run or planned without anybody being asked, with the hashes that suites compare.

use super::args::RehearseArgs;
use super::stage::refused;
use super::{file, show, verdict};
use crate::cli::args::Format;
use crate::cli::shell::{Failure, Shell, Verdict};
use crate::mission::classic::{self, Params};
use crate::mission::engine::{self, Humans};
use crate::mission::workflow::Workflow;
use crate::mission::{Data, Problem, result};

/// `provost mission rehearse`
pub fn run(shell: &Shell, args: &RehearseArgs) -> Result<Verdict, Failure> {
    let workflow = workflow(shell, args)?;
    if args.plan {
        return plan(shell, &workflow);
    }
    let checked = workflow.check().map_err(|p| refused(&p))?;
    let first = checked.begin(file(shell, args.input.as_ref())?).map_err(|p| refused(&p))?;
    let run = engine::run(&checked, first, Humans::Recorded).map_err(|p| refused(&p))?;
    let told = result::classic(&checked, &run);
    let hashes = hashes(&told);
    match shell.format {
        Format::Json => {
            let parts = [
                ("result", told),
                ("state_snapshots", Data::List(run.snapshots)),
                ("hashes", Data::map(hashes.map(|(what, hash)| (what, Data::Text(hash))))),
            ];
            shell.out(&show::pretty(&Data::map(parts)))?;
        }
        _ => {
            let mut lines = vec![format!("workflow `{}`, {}", checked.workflow.id, run.status.word())];
            let steps = run.executed.iter().filter_map(|step| checked.workflow.steps.get(*step));
            let steps = steps.zip(&run.snapshot_digests);
            lines.extend(steps.map(|(step, before)| format!("  {}  before {before}", step.id)));
            lines.extend(run.problem.iter().map(|problem| format!("failed: {problem}")));
            lines.extend(hashes.iter().map(|(what, hash)| format!("{what} {hash}")));
            shell.out(&lines.join("\n"))?;
        }
    }
    Ok(verdict(run.status))
}

/// The hashes of a result and of its parts.
fn hashes(told: &Data) -> [(&'static str, String); 3] {
    let part = |key: &str| told.get(key).map(result::classic_digest).unwrap_or_default();
    [("result", result::classic_digest(told)), ("lineage", part("lineage")), ("receipt", part("receipt"))]
}

/// The workflow of the file, or the one that is built.
fn workflow(shell: &Shell, args: &RehearseArgs) -> Result<Workflow, Failure> {
    let built = match (&args.workflow, &args.mission) {
        (Some(path), _) => Workflow::read(&file(shell, Some(path))?),
        (None, Some(name)) => {
            let build = if args.plan { classic::build } else { classic::mission };
            params(&file(shell, args.params.as_ref())?).and_then(|params| build(name, &params))
        }
        (None, None) => return Err(Failure::Usage("a mission is needed, or `--workflow FILE`".to_owned())),
    };
    built.map_err(|p| refused(&p))
}

fn params(data: &Data) -> Result<Params, Problem> {
    match data {
        Data::Null => Ok(Params::new()),
        Data::Map(params) => Ok(params.clone()),
        other => Err(Problem::new(
            crate::mission::Kind::InvalidParams,
            format!("the parameters are {}, and a map is needed", other.kind()),
        )),
    }
}

/// The workflow with its hash, if it is within the limits.
fn plan(shell: &Shell, workflow: &Workflow) -> Result<Verdict, Failure> {
    workflow.plan().map_err(|p| refused(&p))?;
    let data = workflow.data();
    let hash = result::classic_digest(&data);
    match shell.format {
        Format::Json => {
            shell.out(&show::pretty(&Data::map([("workflow", data), ("hash", Data::Text(hash))])))?;
        }
        _ => {
            let steps = workflow.steps.iter().map(|step| format!("  {}  {}", step.id, step.kind));
            let lines: Vec<String> = [format!("workflow `{}`", workflow.id)]
                .into_iter()
                .chain(steps)
                .chain([format!("plan {hash}")])
                .collect();
            shell.out(&lines.join("\n"))?;
        }
    }
    Ok(Verdict::Yes)
}
