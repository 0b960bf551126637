//! `provost test --record`: a request becomes a test with its present outcome.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::base::{Instant, Name, limits};
use crate::cli::args::TestArgs;
use crate::cli::decide::{Decided, Ready, decide};
use crate::cli::shell::{Failure, Shell, Verdict};
use crate::fmt;
use crate::package;
use crate::suite::{Suite, record};
use crate::world::{World, WorldError, normal, shown};

/// Decides the request, and appends the test to a file once it has been seen to pass from there.
pub fn run(shell: &Shell, args: &TestArgs, route: &str) -> Result<Verdict, Failure> {
    let opened = shell.written_with_route(route)?;
    let dir = opened.dir;
    let ready = Ready::new(opened.package);
    let decided = decide(shell, &ready, route, &args.inputs)?;
    let Some((_, inputs)) = decided.traced() else {
        let help = "a test states what fits the request type; one of an invalid request breaks an invariant of it";
        return Err(Failure::Usage(format!("a request that cannot be read is no test\n  help: {help}")));
    };
    let taken: BTreeSet<Name> = ready.package.tests.iter().map(|test| test.item.clone()).collect();
    let name = name(args, &decided, &taken)?;
    let item = fmt::format(&record::item(&ready.plan.policy, &name, inputs, decided.decision())).text;
    let file = args.into.clone().unwrap_or_else(|| dir.join("tests/recorded.provost"));
    let old =
        if shell.disk.is_file(&file) { shell.disk.read_text(&file, limits::SOURCE_BYTES)? } else { String::new() };
    let new = appended(&old, &item);
    let world = Overlay { disk: &shell.disk, path: whole(&file), text: &new };
    let test = checked(shell, &world, &dir, &name, &file)?;
    if test.tests().first().is_none_or(|test| test.request != inputs.request.value) {
        return Err(Failure::Unexpected(format!("the recorded test reads back as another request:\n{item}")));
    }
    match test.run(0) {
        Some(report) if report.passed() => {}
        _ => return Err(Failure::Unexpected(format!("the recorded test does not pass:\n{item}"))),
    }
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .map_err(|error| Failure::Usage(format!("`{}` cannot be made: {error}", shown(folder))))?;
    }
    shell.disk.write_atomic(&file, new.as_bytes())?;
    shell.out(&format!("recorded in {}\n\n{item}", shown(&file)))?;
    Ok(Verdict::Yes)
}

/// The name that was given, if no test has it; else one that says route and outcome, with a number if need be.
fn name(args: &TestArgs, decided: &Decided<'_>, taken: &BTreeSet<Name>) -> Result<String, Failure> {
    match &args.name {
        Some(name) if taken.contains(name.as_str()) => Err(Failure::Usage(format!(
            "there is a test `{name}` already\n  help: name this one otherwise with `--name`"
        ))),
        Some(name) => Ok(name.clone()),
        None => {
            let decision = decided.decision();
            let plain = format!("{} is {}", decision.route, decision.ending.word());
            let numbered = (2..).map(|number: usize| format!("{plain} {number}"));
            let mut names = std::iter::once(plain.clone()).chain(numbered);
            Ok(names.find(|name| !taken.contains(name.as_str())).unwrap_or(plain))
        }
    }
}

/// A text with one more item at its end, an empty line before it.
fn appended(old: &str, item: &str) -> String {
    match old.trim_end() {
        "" => item.to_owned(),
        before => format!("{before}\n\n{item}"),
    }
}

/// The recorded test alone, out of the package as it would be.
fn checked(shell: &Shell, world: &Overlay<'_>, dir: &Path, name: &str, file: &Path) -> Result<Suite, Failure> {
    let package = package::written(world, dir);
    if !package.is_sound() {
        shell.diagnostics(&package.diagnostics, &package.sources)?;
        shell.remark(&format!("nothing was recorded in {}", shown(file)));
        return Err(Failure::Wrong);
    }
    let tests: Vec<_> = package.tests.into_iter().filter(|test| *test.name == *name).collect();
    if tests.is_empty() {
        let help = "tests stand in `.provost` files below `tests/`, or where `provost.toml` says";
        let message = format!("`{}` is no source of the package\n  help: {help}", shown(file));
        return Err(Failure::Usage(message));
    }
    Ok(Suite::new(&package.policy, &package.services, tests, false))
}

/// A path from the root, so that two ways to write it compare.
fn whole(path: &Path) -> PathBuf {
    normal(&std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()))
}

/// The disk, with one file as it would be.
struct Overlay<'a> {
    disk: &'a dyn World,
    path: PathBuf,
    text: &'a str,
}

impl World for Overlay<'_> {
    fn read(&self, path: &Path, limit: usize) -> Result<Vec<u8>, WorldError> {
        match whole(path) == self.path {
            true if self.text.len() > limit => Err(WorldError::TooLarge { path: shown(path), limit }),
            true => Ok(self.text.as_bytes().to_vec()),
            false => self.disk.read(path, limit),
        }
    }

    fn list(&self, dir: &Path, extension: &str) -> Result<Vec<PathBuf>, WorldError> {
        let mut all = match self.disk.list(dir, extension) {
            Err(WorldError::NotFound { .. }) if self.is_dir(dir) => Vec::new(),
            listed => listed?,
        };
        let ends = self.path.extension().is_some_and(|end| end == extension);
        let below = self.path.strip_prefix(whole(dir)).ok();
        if let Some(below) = below.filter(|_| ends)
            && !all.iter().any(|path| whole(path) == self.path)
        {
            all.push(dir.join(below));
            all.sort();
        }
        Ok(all)
    }

    fn is_file(&self, path: &Path) -> bool {
        whole(path) == self.path || self.disk.is_file(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.disk.is_dir(path) || (self.path.starts_with(whole(path)) && whole(path) != self.path)
    }

    fn write_atomic(&self, path: &Path, _bytes: &[u8]) -> Result<(), WorldError> {
        Err(WorldError::NotWritable { path: shown(path), reason: "it is only tried".to_owned() })
    }

    fn now(&self) -> Result<Instant, WorldError> {
        self.disk.now()
    }
}
