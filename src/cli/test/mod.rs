//! `provost test`: run the tests of every package that is meant.

mod print;
mod record;
mod run;
mod watch;

use super::args::TestArgs;
use super::shell::{Failure, Shell, Verdict};
use run::{Ran, Wanted};

/// Runs the tests, or records one. A test that fails is a definite no, and so is a coverage below `--min`; a run without
/// any test is wrong input, since it shows nothing.
pub fn run(shell: &Shell, args: &TestArgs) -> Result<Verdict, Failure> {
    match &args.record {
        Some(route) => record::run(shell, args, route),
        None => {
            no_inputs(args)?;
            if args.watch { watch::run(shell, args) } else { once(shell, args) }
        }
    }
}

/// Runs all tests that are wanted once, and shows what became of them.
fn once(shell: &Shell, args: &TestArgs) -> Result<Verdict, Failure> {
    let wanted = Wanted {
        filter: args.filter.as_deref(),
        jobs: args.jobs.map(usize::from),
        covered: args.coverage || args.min.is_some(),
    };
    let mut all = Vec::new();
    for opened in shell.packages()? {
        if !opened.package.is_sound() {
            shell.findings(&[opened.findings()], &[])?;
            return Err(Failure::Wrong);
        }
        all.push(run::package(shell, opened, &wanted)?);
    }
    let ran: usize = all.iter().map(|ran: &Ran| ran.reports.len()).sum();
    if ran == 0 {
        let there: usize = all.iter().map(|ran| ran.there).sum();
        return Err(Failure::Usage(match &args.filter {
            Some(filter) if there > 0 => {
                format!(
                    "no test has `{filter}` in its name\n  help: there are {there}; without `--filter` all of them run"
                )
            }
            _ => "there is no test to run\n  help: `provost test --record ROUTE --request FILE` makes one of a request"
                .to_owned(),
        }));
    }
    print::results(shell, args, &all)?;
    let passed = all.iter().flat_map(|ran| &ran.reports).all(crate::suite::Report::passed);
    let covered = args.min.is_none_or(|min| print::share(&all).reaches(usize::from(min)));
    Ok(if passed && covered { Verdict::Yes } else { Verdict::No })
}

/// A request means something only where it is recorded.
fn no_inputs(args: &TestArgs) -> Result<(), Failure> {
    let inputs = &args.inputs;
    let given = [
        ("--request", inputs.request.is_some()),
        ("--set", !inputs.set.is_empty()),
        ("--signals", inputs.signals.is_some()),
        ("--now", inputs.now.is_some()),
        ("--token", inputs.caller.token.is_some()),
        ("--trusted-caller", inputs.caller.trusted_caller),
    ];
    match given.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((option, _)) => {
            let help = "tests state their own requests; `--record ROUTE` makes a test of this one";
            Err(Failure::Usage(format!("`{option}` is of no use to `provost test`\n  help: {help}")))
        }
    }
}
