//! What every verb shares: where results and diagnostics go, how packages are found, how a verb fails.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use super::args::{Arguments, Format, Report};
use super::disk::Disk;
use super::registry;
use crate::base::similar::nearest;
use crate::base::{Name, Sources, limits};
use crate::diag::Diagnostic;
use crate::diag::print::{self, Findings, Rule, Style, junit};
use crate::package::{self, Package};
use crate::registry::Which;
use crate::resolve::load;
use crate::world::World;

/// How a verb ends when it does not simply succeed.
#[derive(Debug)]
pub enum Failure {
    /// The input is wrong, and everything has been said: exit code 2.
    Wrong,
    /// The input is wrong, in these words: exit code 2.
    Usage(String),
    /// Something unexpected, in these words: exit code 3.
    Unexpected(String),
}

impl Failure {
    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Wrong | Self::Usage(_) => 2,
            Self::Unexpected(_) => 3,
        }
    }
}

impl From<crate::world::WorldError> for Failure {
    fn from(error: crate::world::WorldError) -> Self {
        Self::Usage(error.to_string())
    }
}

/// What a verb comes to: yes, or a definite no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Exit code 0.
    Yes,
    /// Exit code 1.
    No,
    /// Exit code 4: neither, until somebody has answered.
    Waiting,
}

/// The shell that a verb runs in.
#[derive(Debug)]
pub struct Shell {
    /// The files.
    pub disk: Disk,
    /// The folder that was named, or the current one.
    pub dir: PathBuf,
    /// Whether a folder was named.
    pub package_named: bool,
    /// The member that was named.
    pub member: Option<String>,
    /// The folder of the registry that was named in the place of that of the manifest.
    pub registry: Option<PathBuf>,
    /// The snapshot of the registry that was named in the place of the one in force.
    pub snapshot: Option<Which>,
    /// How results are written, by a verb that knows two ways.
    pub format: Format,
    /// How findings are written, by a verb that knows all of them.
    pub report: Report,
}

/// A package with the folder it was opened from.
#[derive(Debug)]
pub struct Opened {
    /// The folder.
    pub dir: PathBuf,
    /// The package.
    pub package: Package,
}

impl Opened {
    /// What is wrong with the package.
    pub fn findings(&self) -> Findings<'_> {
        Findings { diagnostics: &self.package.diagnostics, sources: &self.package.sources }
    }
}

impl Shell {
    /// The shell for these arguments.
    pub fn new(arguments: &Arguments) -> Self {
        Self {
            disk: Disk,
            dir: arguments.package.clone().unwrap_or_else(|| PathBuf::from(".")),
            package_named: arguments.package.is_some(),
            member: arguments.member.clone(),
            registry: arguments.registry.clone(),
            snapshot: arguments.snapshot.clone(),
            format: arguments.format.plain(),
            report: arguments.format,
        }
    }

    /// The same shell, where decisions are made on this snapshot of the registry.
    pub fn on(&self, snapshot: Which) -> Self {
        Self {
            dir: self.dir.clone(),
            member: self.member.clone(),
            registry: self.registry.clone(),
            snapshot: Some(snapshot),
            ..*self
        }
    }

    /// Writes a result to standard output.
    pub fn out(&self, text: &str) -> Result<(), Failure> {
        let mut stdout = std::io::stdout().lock();
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        match write!(stdout, "{text}{end}").and_then(|()| stdout.flush()) {
            // A reader that has seen enough, such as `head`, is no error.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::Unexpected(format!("standard output cannot be written: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Writes a result to a file, whole or not at all, or to standard output where no file is named.
    pub fn write(&self, output: Option<&Path>, text: &str) -> Result<(), Failure> {
        match output {
            Some(path) => Ok(self.disk.write_atomic(path, text.as_bytes())?),
            None => self.out(text),
        }
    }

    /// Writes a remark to standard error.
    pub fn remark(&self, text: &str) {
        // Nothing is left to do where standard error is gone.
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// Writes diagnostics to standard error; as JSON, to standard output.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic], sources: &Sources) -> Result<(), Failure> {
        match self.format {
            Format::Json => self.out(&print::json(diagnostics, sources)),
            Format::Text => {
                if !diagnostics.is_empty() {
                    let text = print::terminal(diagnostics, sources, stderr_style());
                    let _ = write!(std::io::stderr(), "{text}");
                }
                Ok(())
            }
        }
    }

    /// Writes what was found in all packages in the way that was asked for: for people to standard error, as one document to
    /// standard output.
    pub fn findings(&self, all: &[Findings], rules: &[Rule]) -> Result<(), Failure> {
        match self.report {
            Report::Text => all.iter().try_for_each(|found| self.diagnostics(found.diagnostics, found.sources)),
            Report::Json => self.out(&print::json_of(all)),
            Report::Sarif => self.out(&print::sarif(all, rules)),
            Report::Junit => self.out(&junit::junit(&junit::of_findings(all))),
            Report::Github => self.out(&print::github(all)),
            Report::Gitlab => self.out(&print::gitlab(all)),
        }
    }

    /// The folders of the packages that are meant: of one package, or of the members of a workspace.
    pub fn folders(&self) -> Result<Vec<(Name, PathBuf)>, Failure> {
        self.folders_of(&self.disk, &self.dir)
    }

    /// The same for a folder of any world.
    pub fn folders_of(&self, world: &dyn World, root: &Path) -> Result<Vec<(Name, PathBuf)>, Failure> {
        let mut sources = Sources::default();
        let manifest = self.understood(load::manifest(world, root, &mut sources), &sources)?;
        let mut found: Vec<(Name, PathBuf)> = Vec::new();
        if let Some(entry) = &manifest.package {
            found.push((entry.text.clone(), root.to_path_buf()));
        }
        for member in &manifest.members {
            let dir = crate::world::normal(&root.join(&*member.text));
            let of_member = self.understood(load::manifest(world, &dir, &mut sources), &sources)?;
            if let Some(entry) = of_member.package {
                found.push((entry.text, dir));
            }
        }
        match &self.member {
            None => Ok(found),
            Some(wanted) => {
                let named: Vec<_> = found.iter().filter(|(name, _)| **name == **wanted).cloned().collect();
                if named.is_empty() {
                    return Err(Failure::Usage(self.unknown("package", wanted, found.iter().map(|(n, _)| &**n))));
                }
                Ok(named)
            }
        }
    }

    fn understood<T>(&self, read: Result<T, Vec<Diagnostic>>, sources: &Sources) -> Result<T, Failure> {
        read.or_else(|found| {
            self.diagnostics(&found, sources)?;
            Err(Failure::Wrong)
        })
    }

    /// `there is no route `x`: did you mean `y`?`, or what there is.
    pub fn unknown<'a>(&self, what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
        let known: Vec<&str> = known.collect();
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("the package has no {what}"),
            None => {
                let list: Vec<String> = known.iter().take(12).map(|k| format!("`{k}`")).collect();
                format!("there are {}{}", list.join(", "), if known.len() > 12 { ", …" } else { "" })
            }
        };
        format!("there is no {what} `{name}`\n  help: {help}")
    }

    /// Every package that is meant, opened as it is written.
    pub fn packages(&self) -> Result<Vec<Opened>, Failure> {
        let folders = self.folders()?;
        Ok(folders.into_iter().map(|(_, dir)| Opened { package: package::written(&self.disk, &dir), dir }).collect())
    }

    /// Every package that is meant, opened to decide: with the services of its registry.
    pub fn deciding(&self) -> Result<Vec<Opened>, Failure> {
        let folders = self.folders()?;
        self.one_for_registry(&folders)?;
        folders.into_iter().map(|(_, dir)| registry::open(self, dir)).collect()
    }

    /// A registry that is named on the command line belongs to one package.
    fn one_for_registry(&self, folders: &[(Name, PathBuf)]) -> Result<(), Failure> {
        let named = self.registry.is_some() || self.snapshot.is_some();
        if !named || folders.len() < 2 {
            return Ok(());
        }
        let names: Vec<String> = folders.iter().map(|(name, _)| format!("`{name}`")).collect();
        let message = format!("a registry belongs to one package, and the workspace has several: {}", names.join(", "));
        Err(Failure::Usage(format!("{message}\n  help: name one with `-p NAME`")))
    }

    /// A package that may run; otherwise what is wrong with it has been said. Warnings are left to `check`.
    pub fn sound(&self, opened: Opened) -> Result<Opened, Failure> {
        if opened.package.is_sound() {
            return Ok(opened);
        }
        self.findings(&[opened.findings()], &[])?;
        Err(Failure::Wrong)
    }

    /// The one package that is meant, ready to decide.
    pub fn one(&self) -> Result<Opened, Failure> {
        let dir = self.one_folder()?;
        self.sound(registry::open(self, dir)?)
    }

    /// The one package that is meant, as it is written.
    pub fn one_written(&self) -> Result<Opened, Failure> {
        let dir = self.one_folder()?;
        self.sound(Opened { package: package::written(&self.disk, &dir), dir })
    }

    /// The folder of the one package that is meant.
    pub fn one_folder(&self) -> Result<PathBuf, Failure> {
        let mut folders = self.folders()?;
        match (folders.len(), folders.pop()) {
            (1, Some((_, dir))) => Ok(dir),
            (0, _) => Err(Failure::Usage("the workspace has no members".to_owned())),
            (_, last) => {
                let names: Vec<String> = folders.iter().chain(&last).map(|(n, _)| format!("`{n}`")).collect();
                let message = format!("the workspace has several packages: {}", names.join(", "));
                Err(Failure::Usage(format!("{message}\n  help: name one with `-p NAME`")))
            }
        }
    }

    /// The package that has a route, ready to decide.
    pub fn with_route(&self, route: &str) -> Result<Opened, Failure> {
        self.with("route", route, routes, |dir| registry::open(self, dir))
    }

    /// The package that has a route, as it is written.
    pub fn written_with_route(&self, route: &str) -> Result<Opened, Failure> {
        let written = |dir: PathBuf| Ok(Opened { package: package::written(&self.disk, &dir), dir });
        self.with("route", route, routes, written)
    }

    /// The package that has a mission, ready to run.
    pub fn with_mission(&self, mission: &str) -> Result<Opened, Failure> {
        let missions = |package: &Package| package.missions.keys().cloned().collect();
        self.with("mission", mission, missions, |dir| registry::open(self, dir))
    }

    /// The package that has an item, ready to run: the only one there is, or the first that names it.
    fn with(
        &self,
        what: &str,
        wanted: &str,
        names: impl Fn(&Package) -> Vec<Name>,
        open: impl Fn(PathBuf) -> Result<Opened, Failure>,
    ) -> Result<Opened, Failure> {
        let folders = self.folders()?;
        if let [(_, dir)] = folders.as_slice() {
            return self.sound(open(dir.clone())?);
        }
        self.one_for_registry(&folders)?;
        let mut known: Vec<Name> = Vec::new();
        for (_, dir) in folders {
            let opened = open(dir)?;
            let found = names(&opened.package);
            if found.iter().any(|name| **name == *wanted) || !opened.package.is_sound() {
                return self.sound(opened);
            }
            known.extend(found);
        }
        known.sort();
        known.dedup();
        Err(Failure::Usage(self.unknown(what, wanted, known.iter().map(|n| &**n))))
    }

    /// The text of a file that was named on the command line; `-` is standard input.
    pub fn read(&self, path: &Path) -> Result<String, Failure> {
        if path == Path::new("-") {
            let bytes = super::disk::read_stdin(limits::SOURCE_BYTES)?;
            return String::from_utf8(bytes).map_err(|_| Failure::Usage("standard input is not UTF-8".to_owned()));
        }
        Ok(self.disk.read_text(path, limits::DATA_BYTES)?)
    }
}

fn routes(package: &Package) -> Vec<Name> {
    package.policy.routes.keys().cloned().collect()
}

/// How diagnostics are written to standard error.
fn stderr_style() -> Style {
    if !std::io::stderr().is_terminal() {
        return Style::PLAIN;
    }
    let colour = std::env::var_os("NO_COLOR").is_none();
    let width = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()).unwrap_or(100);
    Style { colour, width, unicode: true }
}
