//! `provost mission`: workflows with people in them, begun, answered, shown and run again.

pub mod args;
mod ask;
mod rehearse;
mod show;
mod stage;
pub mod store;

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use super::args::Format;
use super::shell::{Failure, Shell, Verdict};
use super::{data, inputs};
use crate::base::Sources;
use crate::mission::engine::Status;
use crate::mission::record::{Record, Source, first_difference};
use crate::mission::{Answer, Data, config, expectation};
use crate::world::{World as _, shown};
use args::{ListArgs, MissionVerb, ReplayArgs, ResumeArgs, RunArgs, ShowArgs, TestArgs};
use stage::{Outcome, Stage, refused};

/// `provost mission`
pub fn run(shell: &Shell, verb: &MissionVerb) -> Result<Verdict, Failure> {
    match verb {
        MissionVerb::List(args) => list(shell, args),
        MissionVerb::Run(args) => begin(shell, args),
        MissionVerb::Resume(args) => resume(shell, args),
        MissionVerb::Show(args) => show_one(shell, args),
        MissionVerb::Replay(args) => replay(shell, args),
        MissionVerb::Rehearse(args) => rehearse::run(shell, args),
        MissionVerb::Test(args) => test(shell, args),
    }
}

fn verdict(status: Status) -> Verdict {
    match status {
        Status::Succeeded => Verdict::Yes,
        Status::Failed => Verdict::No,
        Status::AwaitingHuman => Verdict::Waiting,
    }
}

fn list(shell: &Shell, args: &ListArgs) -> Result<Verdict, Failure> {
    let listed = match &args.store {
        Some(folder) => {
            let paths = store::list(shell, folder)?;
            let records = paths.iter().map(|path| store::read(shell, path)).collect::<Result<Vec<_>, _>>()?;
            records.iter().map(show::line).collect::<Vec<_>>()
        }
        None => {
            let mut lines = Vec::new();
            for opened in shell.packages()? {
                let opened = shell.sound(opened)?;
                lines.extend(opened.package.missions.values().map(show::mission));
            }
            lines
        }
    };
    match shell.format {
        Format::Json => shell.out(&show::pretty(&Data::List(listed.into_iter().map(|(data, _)| data).collect())))?,
        _ => {
            let texts: Vec<String> = listed.into_iter().map(|(_, text)| text).collect();
            shell.out(&if texts.is_empty() { "no missions".to_owned() } else { texts.join("\n") })?;
        }
    }
    Ok(Verdict::Yes)
}

/// The data of a file, or nothing stated.
fn file(shell: &Shell, path: Option<&PathBuf>) -> Result<Data, Failure> {
    let Some(path) = path else { return Ok(Data::empty()) };
    let mut sources = Sources::default();
    let file = sources.add(shown(path), shell.read(path)?);
    Ok(Data::of(&data::read(shell, file, &sources)?))
}

fn begin(shell: &Shell, args: &RunArgs) -> Result<Verdict, Failure> {
    let source = match (&args.workflow, &args.name) {
        (Some(path), _) => Source::Workflow(file(shell, Some(path))?),
        (None, Some(name)) => Source::Mission(name.clone()),
        (None, None) => return Err(Failure::Usage("a mission is needed, or `--workflow FILE`".to_owned())),
    };
    let timed = matches!(source, Source::Mission(_));
    let now = if timed { Some(inputs::now(shell, args.now.as_deref())?.to_string()) } else { None };
    let mut record = Record {
        id: String::new(),
        source,
        author: args.author.clone(),
        now,
        signals: file(shell, args.signals.as_ref())?,
        input: file(shell, args.input.as_ref())?,
        set: inputs::assignments(&args.set)?,
        answers: BTreeMap::new(),
        result: Data::Null,
    };
    record.id = args.id.clone().unwrap_or_else(|| record.derived_id());
    let stage = Stage::of(shell, &record)?;
    let folder = args.store.clone();
    let path = store::path(folder.as_deref().unwrap_or(Path::new(store::DEFAULT)), &record.id)?;
    let mut outcome = stage.run(shell, &record)?;
    let kept = folder.is_some() || outcome.status == Status::AwaitingHuman;
    let _held = if kept { Some(store::hold(&path)?) } else { None };
    if kept && shell.disk.is_file(&path) {
        let message = format!("mission `{}` was begun already, in `{}`", record.id, shown(&path));
        return Err(Failure::Usage(format!("{message}\n  help: resume it, or begin another with `--id`")));
    }
    record.result = outcome.result.clone();
    if kept {
        store::write(&shell.disk, &path, &record)?;
    }
    if args.interactive || std::io::stdin().is_terminal() {
        outcome = converse(shell, (&stage, &path), &mut record, outcome, args.actor.as_deref())?;
    }
    show::told(shell, &record, &outcome, kept.then_some(&*path))?;
    Ok(verdict(outcome.status))
}

/// Asks every question that waits, until standard input ends. Each answer is kept before the next question is asked.
fn converse(
    shell: &Shell,
    (stage, path): (&Stage, &Path),
    record: &mut Record,
    mut outcome: Outcome,
    actor: Option<&str>,
) -> Result<Outcome, Failure> {
    while let (Some(pending), Some(step)) = (outcome.pending.clone(), outcome.step.clone()) {
        let Some(answer) = ask::ask(shell, &step, &pending, actor)? else { break };
        let mut next = record.clone();
        next.answers.insert(step, answer);
        let answered = stage.run(shell, &next)?;
        if let Some(problem) = answered.problem.as_ref().filter(|problem| problem.kind.is_refusal()) {
            shell.remark(&format!("  {problem}"));
            // Somebody who is fixed on the command line would be refused for ever.
            if actor.is_some() && problem.kind != crate::mission::Kind::InvalidDecision {
                break;
            }
            continue;
        }
        outcome = answered;
        next.result = outcome.result.clone();
        *record = next;
        store::write(&shell.disk, path, record)?;
    }
    Ok(outcome)
}

fn resume(shell: &Shell, args: &ResumeArgs) -> Result<Verdict, Failure> {
    let path = store::find(&args.which.store, &args.which.mission)?;
    // Looked at before the lock, so that no lock is left beside what is not there.
    store::read(shell, &path)?;
    let _held = store::hold(&path)?;
    let mut record = store::read(shell, &path)?;
    let stage = Stage::of(shell, &record)?;
    let before = stage.run(shell, &record)?;
    if let Some((place, kept, now)) = first_difference(&record.result, &before.result) {
        let message =
            format!("mission `{}` comes to something else now: `{place}` was {kept}, and is {now}", record.id);
        return Err(Failure::Usage(format!(
            "{message}\n  help: its package or its file was changed since it was begun"
        )));
    }
    let (Some(_), Some(step)) = (&before.pending, before.step.clone()) else {
        return Err(Failure::Usage(format!(
            "mission `{}` has {}, and waits for nobody",
            record.id,
            before.status.word()
        )));
    };
    let decision = match (args.approve, args.reject, &args.value) {
        (true, ..) => "approve",
        (_, true, _) => "reject",
        (_, _, Some(_)) => "input",
        _ => "",
    };
    let answer = Answer {
        decision: decision.to_owned(),
        actor: args.actor.clone(),
        value: args.value.as_deref().map(ask::value),
        note: args.note.clone(),
        token: Some(args.token.clone()),
    };
    record.answers.insert(step, answer);
    let outcome = stage.run(shell, &record)?;
    // A refused answer leaves the mission as it was: another may still be given.
    if let Some(problem) = outcome.problem.as_ref().filter(|problem| problem.kind.is_refusal()) {
        return Err(refused(problem));
    }
    record.result = outcome.result.clone();
    store::write(&shell.disk, &path, &record)?;
    show::told(shell, &record, &outcome, Some(&path))?;
    Ok(verdict(outcome.status))
}

fn show_one(shell: &Shell, args: &ShowArgs) -> Result<Verdict, Failure> {
    let path = store::find(&args.which.store, &args.which.mission)?;
    let record = store::read(shell, &path)?;
    match shell.format {
        Format::Json => shell.out(&show::pretty(&record.data()))?,
        _ => shell.out(&show::record(&record))?,
    }
    Ok(Verdict::Yes)
}

fn replay(shell: &Shell, args: &ReplayArgs) -> Result<Verdict, Failure> {
    let record = store::read(shell, &args.file)?;
    let outcome = Stage::of(shell, &record)?.run(shell, &record)?;
    let steps = show::steps(&outcome.result);
    match first_difference(&record.result, &outcome.result) {
        None => {
            shell.out(&format!("mission `{}` is reproduced, byte for byte: {steps}", record.id))?;
            Ok(Verdict::Yes)
        }
        Some((place, kept, now)) => {
            let place = if place.is_empty() { "result".to_owned() } else { format!("result.{place}") };
            shell.out(&format!("mission `{}` differs first at `{place}`\n  kept  {kept}\n  now   {now}", record.id))?;
            Ok(Verdict::No)
        }
    }
}

fn test(shell: &Shell, args: &TestArgs) -> Result<Verdict, Failure> {
    let data = file(shell, Some(&args.file))?;
    let part =
        |key: &str| data.get(key).ok_or_else(|| Failure::Usage(format!("`{}` has no `{key}`", shown(&args.file))));
    let suite = config::suite(part("suite")?).map_err(|p| refused(&p))?;
    let expectations = config::expectations(part("expectations")?).map_err(|p| refused(&p))?;
    let run = expectation::test(&suite, &expectations).map_err(|p| refused(&p))?;
    match shell.format {
        Format::Json => shell.out(&show::pretty(&run.data()))?,
        _ => shell.out(&show::tests(&run))?,
    }
    Ok(if run.verdict() == expectation::Verdict::Pass { Verdict::Yes } else { Verdict::No })
}
