//! What a mission is run on: a workflow by value, or the missions of a package.

use std::sync::Arc;

use crate::base::{Name, Sources};
use crate::cli::shell::{Failure, Shell};
use crate::facts;
use crate::mission::engine::{self, Humans, Pending, Program, Status};
use crate::mission::record::{Record, Source};
use crate::mission::typed::{self, Missions, Moment};
use crate::mission::workflow::{Checked, Workflow};
use crate::mission::{Data, Problem, result};
use crate::package::Package;

/// A program that is ready, whatever its answers.
pub enum Stage {
    /// A workflow.
    Workflow(Box<Checked>),
    /// A mission of a package.
    Package(Box<Missions>, Name),
}

/// What a run came to, as the command line tells it.
pub struct Outcome {
    /// How it stands.
    pub status: Status,
    /// Why it failed.
    pub problem: Option<Problem>,
    /// The question that waits.
    pub pending: Option<Pending>,
    /// The id of the step that waits or failed, if one does.
    pub step: Option<String>,
    /// The whole result.
    pub result: Data,
}

/// A refusal as the command line says it.
pub fn refused(problem: &Problem) -> Failure {
    Failure::Usage(problem.to_string())
}

/// The missions of a package, planned.
pub fn missions(mut package: Package) -> Missions {
    let policy = Arc::new(std::mem::take(&mut package.policy));
    let services = Arc::new(std::mem::take(&mut package.services));
    let mut missions = Missions::new(policy, services, std::mem::take(&mut package.missions));
    missions.plan = missions.plan.with_registered(package.registered.map(|held| held.names));
    missions
}

impl Stage {
    /// Makes ready what a record runs.
    pub fn of(shell: &Shell, record: &Record) -> Result<Self, Failure> {
        match &record.source {
            Source::Workflow(data) => {
                let checked = Workflow::read(data).and_then(Workflow::check).map_err(|p| refused(&p))?;
                Ok(Self::Workflow(Box::new(checked.begun_by(record.author.as_deref()))))
            }
            Source::Mission(name) => {
                let package = shell.with_mission(name)?.package;
                let missions = missions(package);
                let Some((name, _)) = missions.iter().find(|(known, _)| ***known == **name) else {
                    let known = missions.iter().map(|(known, _)| &**known);
                    return Err(Failure::Usage(shell.unknown("mission", name, known)));
                };
                let name = name.clone();
                Ok(Self::Package(Box::new(missions), name))
            }
        }
    }

    /// Runs a record with the answers that it holds.
    pub fn run(&self, shell: &Shell, record: &Record) -> Result<Outcome, Failure> {
        match self {
            Self::Workflow(checked) => {
                let first = checked.begin(record.input.clone()).map_err(|p| refused(&p))?;
                outcome(&**checked, first, record)
            }
            Self::Package(missions, name) => {
                let moment = moment(shell, missions, record)?;
                let Some(ready) = missions.ready(name, moment, record.author.as_deref()) else {
                    return Err(Failure::Usage(format!("there is no mission `{name}`")));
                };
                let mut sources = Sources::default();
                let file = sources.add("(input)", record.input_text());
                let node = crate::data::read_json(file, sources.get(file).map_or("", |s| &s.text));
                let first = node.and_then(|node| ready.begin(node, &record.set, &mut sources));
                match first {
                    Ok(first) => outcome(&ready, first, record),
                    Err(found) => {
                        shell.diagnostics(&found, &sources)?;
                        Err(Failure::Wrong)
                    }
                }
            }
        }
    }
}

fn moment(shell: &Shell, missions: &Missions, record: &Record) -> Result<Moment, Failure> {
    let (policy, services) = (&missions.plan.policy, &missions.plan.services);
    let signals = facts::signals::signals(policy, services, &typed::node(&record.signals)).map_err(|found| {
        let first = found.first().map_or_else(String::new, |d| d.message.clone());
        Failure::Usage(format!("the signals do not fit the package: {first}"))
    })?;
    let now = crate::cli::inputs::now(shell, record.now.as_deref())?;
    Ok(Moment { signals, now })
}

fn outcome<P: Program>(program: &P, first: P::State, record: &Record) -> Result<Outcome, Failure> {
    let run = engine::run(program, first, Humans::Asked(&record.answers)).map_err(|p| refused(&p))?;
    let stopped = run.problem.is_some() || run.pending.is_some();
    let step = run.executed.last().filter(|_| stopped).and_then(|step| program.steps().get(*step));
    Ok(Outcome {
        status: run.status,
        problem: run.problem.clone(),
        pending: run.pending.clone(),
        step: step.map(|head| head.id.clone()),
        result: result::result(program, &run),
    })
}
