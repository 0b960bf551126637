//! Running the tests of one package on several threads.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::base::Sources;
use crate::cli::args::Report as Form;
use crate::cli::shell::{Failure, Opened, Shell};
use crate::suite::coverage::Coverage;
use crate::suite::{Report, Suite};

/// What is to be run.
pub struct Wanted<'a> {
    /// Only tests whose name holds this text.
    pub filter: Option<&'a str>,
    /// How many tests run at a time.
    pub jobs: Option<usize>,
    /// Whether conditions are watched.
    pub covered: bool,
}

/// What became of the tests of one package.
pub struct Ran {
    /// The folder of the package.
    pub dir: PathBuf,
    /// The files of the package.
    pub sources: Sources,
    /// How many tests there are, whether they were wanted or not.
    pub there: usize,
    /// What became of those that were wanted, in the order in which they are written.
    pub reports: Vec<Report>,
    /// What they saw of the conditions.
    pub coverage: Coverage,
}

/// Runs the tests of a package. The reports stand in the order of the tests, whichever ended first.
pub fn package(shell: &Shell, opened: Opened, wanted: &Wanted<'_>) -> Result<Ran, Failure> {
    let Opened { package, dir } = opened;
    let suite = Suite::new(&package.policy, &package.services, package.tests, wanted.covered);
    let meant = |name: &str| wanted.filter.is_none_or(|text| name.contains(text));
    let numbers: Vec<usize> = (0..).zip(suite.tests()).filter(|(_, test)| meant(&test.name)).map(|(n, _)| n).collect();
    let processors = || thread::available_parallelism().map_or(1, usize::from);
    let jobs = wanted.jobs.unwrap_or_else(processors).clamp(1, numbers.len().max(1));
    let reports = on_threads(shell, &suite, &numbers, jobs)?;
    let mut coverage = suite.coverage();
    for report in &reports {
        coverage.add(&report.seen);
    }
    Ok(Ran { dir, sources: package.sources, there: suite.tests().len(), reports, coverage })
}

/// Each thread takes the next test that nobody has taken.
fn on_threads(shell: &Shell, suite: &Suite, numbers: &[usize], jobs: usize) -> Result<Vec<Report>, Failure> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Report)>> = Mutex::new(Vec::new());
    let progress = Progress::new(shell, numbers.len());
    let work = || {
        while let Some(number) = numbers.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(report) = suite.run(*number) {
                let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                done.push((*number, report));
                progress.show(done.len());
            }
        }
    };
    let started: std::io::Result<()> = thread::scope(|scope| {
        for _ in 1..jobs {
            thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        }
        work();
        Ok(())
    });
    progress.clear();
    started.map_err(|error| Failure::Unexpected(format!("a thread cannot be started: {error}")))?;
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    if done.len() != numbers.len() {
        return Err(Failure::Unexpected("a test came to no end".to_owned()));
    }
    done.sort_by_key(|(number, _)| *number);
    Ok(done.into_iter().map(|(_, report)| report).collect())
}

/// As much as the first thread of a process has.
const STACK: usize = 8 * 1024 * 1024;

/// One line on a terminal that says how far the run is; nothing where no person watches.
struct Progress {
    all: usize,
    shown: bool,
}

impl Progress {
    fn new(shell: &Shell, all: usize) -> Self {
        Self { all, shown: shell.report == Form::Text && std::io::stderr().is_terminal() }
    }

    fn show(&self, done: usize) {
        if self.shown {
            // Nothing is left to do where standard error is gone.
            let _ = write!(std::io::stderr(), "\r{done} of {} tests", self.all);
        }
    }

    fn clear(&self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
