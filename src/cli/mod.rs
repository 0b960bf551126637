//! The `provost` command: one of the shells, and so one of the few places that touch the world.
//!
//! *Takes* the command line; *gives* an exit code. *Promises* that results go to standard output, diagnostics to
//! standard error, and that 0 is a yes, 1 a definite no, 2 wrong input and 3 anything unexpected. *Leaves out* every
//! decision: the stages make them.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the shells are where files, the clock, the environment and the terminal are"
)]

pub mod args;
mod caller;
mod check;
mod data;
pub mod decide;
mod diff;
pub mod disk;
mod doc;
mod dry_run;
mod enforce;
mod format;
mod generate;
mod graph;
mod health;
mod inputs;
mod keys;
mod lint;
mod log;
mod log_file;
pub mod mission;
mod new;
mod registry;
mod replay;
mod revision;
pub mod shell;
mod stored;
mod test;
mod together;
pub mod verify;
mod what_if;
mod why_not;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Verb};
use shell::{Failure, Shell, Verdict};

/// Runs the command with the arguments of this process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(refused) => {
            // Nothing is left to do where even the terminal is gone, except to leave with the right code.
            let _ = refused.print();
            return ExitCode::from(if refused.use_stderr() { 2 } else { 0 });
        }
    };
    let shell = Shell::new(&arguments);
    match known(&arguments).and_then(|()| run(&shell, arguments.verb)) {
        Ok(Verdict::Yes) => ExitCode::SUCCESS,
        Ok(Verdict::No) => ExitCode::from(1),
        Ok(Verdict::Waiting) => ExitCode::from(4),
        Err(failure) => {
            match &failure {
                Failure::Wrong => {}
                Failure::Usage(message) => shell.remark(&format!("error: {message}")),
                Failure::Unexpected(message) => shell.remark(&format!("unexpected: {message}")),
            }
            ExitCode::from(failure.code())
        }
    }
}

/// Refuses a way of writing results that the verb does not know, and a registry that it would not look at.
fn known(arguments: &Arguments) -> Result<(), Failure> {
    let (uses, looks_back) = arguments.verb.uses_registry();
    for (option, given, known) in
        [("--registry", arguments.registry.is_some(), uses), ("--snapshot", arguments.snapshot.is_some(), looks_back)]
    {
        if given && !known {
            let help = "leave it out; verbs that decide use the services of a registry";
            return Err(Failure::Usage(format!("`{option}` is of no use to this verb\n  help: {help}")));
        }
    }
    let reports = arguments.verb.reports();
    if reports.contains(&arguments.format) {
        return Ok(());
    }
    let list: Vec<String> = reports.iter().map(|report| format!("`{}`", report.word())).collect();
    let wanted = arguments.format.word();
    let message = format!("this verb writes no `{wanted}`\n  help: it knows {}", list.join(" and "));
    Err(Failure::Usage(message))
}

fn run(shell: &Shell, verb: Verb) -> Result<Verdict, Failure> {
    match verb {
        Verb::New(args) => new::run(shell, &args),
        Verb::Check => check::run(shell),
        Verb::Fmt(args) => format::run(shell, &args),
        Verb::Lint(args) => lint::run(shell, &args),
        Verb::ExplainLint { name } => lint::explain(shell, &name),
        Verb::Import(args) => data::import(shell, &args),
        Verb::Export(args) => data::export(shell, &args),
        Verb::Schema(args) => generate::schema(shell, &args),
        Verb::Completions { shell: kind } => generate::completions(shell, kind),
        Verb::Man => generate::man(shell),
        Verb::DryRun(args) => dry_run::run(shell, &args),
        Verb::Registry(verb) => registry::run(shell, &verb),
        Verb::Prove => {
            Err(not_built("prove", "properties are read and checked by `provost check`, and not proved yet"))
        }
        Verb::Mission(verb) => mission::run(shell, &verb),
        Verb::Verify(args) => verify::run(shell, &args),
        Verb::Enforce(args) => enforce::run(shell, &args),
        Verb::Log(verb) => log::run(shell, &verb),
        Verb::Replay(args) => replay::run(shell, &args),
        Verb::Test(args) => test::run(shell, &args),
        Verb::Route(args) => decide::route(shell, &args),
        Verb::Explain(args) => decide::explain(shell, &args),
        Verb::Diff(args) => diff::run(shell, &args),
        Verb::Doc(args) => doc::run(shell, &args),
        Verb::Graph(args) => graph::run(shell, &args),
        Verb::Health => health::run(shell),
        Verb::WhyNot(args) => why_not::run(shell, &args),
        Verb::WhatIf(args) => what_if::run(shell, &args),
    }
}

/// What a verb says whose items parse and check, and do not run.
fn not_built(verb: &str, what: &str) -> Failure {
    Failure::Usage(format!("`provost {verb}` is not built in this version: {what}"))
}
