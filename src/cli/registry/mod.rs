//! `provost registry`: services that come and go while decisions are made, and the packages that decide with them.

mod discover;
mod look;
mod write;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::args::{Format, RegistryVerb};
use super::shell::{Failure, Opened, Shell, Verdict};
use crate::base::{Sources, limits};
use crate::package::{self, Joined, Registered};
use crate::registry::{Refusal, Snapshot, Which, published};
use crate::resolve::load;
use crate::resolve::manifest::RegistryEntry;
use crate::store::{self, Store, StoreError};
use crate::world::{World as _, WorldError, shown};

/// `provost registry`
pub fn run(shell: &Shell, verb: &RegistryVerb) -> Result<Verdict, Failure> {
    match verb {
        RegistryVerb::Init { now, wait } => write::init(shell, now.as_deref(), *wait),
        RegistryVerb::Register(args) => write::contracts(shell, args, write::Kind::Register),
        RegistryVerb::Update(args) => write::contracts(shell, args, write::Kind::Update),
        RegistryVerb::Remove { names, writing } => write::remove(shell, names, writing),
        RegistryVerb::List { filter, tag } => look::list(shell, filter.as_deref(), tag),
        RegistryVerb::Get { name, source, wait } => look::get(shell, name, *source, *wait),
        RegistryVerb::Discover { expression, trait_, now } => {
            discover::run(shell, expression, trait_.as_deref(), now.as_deref())
        }
        RegistryVerb::History { wait } => look::history(shell, *wait),
        RegistryVerb::Verify { wait } => look::verify(shell, *wait),
    }
}

/// Opens a package to decide: with the services of the registry and of the snapshot that the command line or the manifest names.
pub fn open(shell: &Shell, dir: PathBuf) -> Result<Opened, Failure> {
    if shell.registry.is_none() && shell.snapshot.is_none() {
        return Ok(Opened { package: package::open(&shell.disk, &dir), dir });
    }
    let place = Place::of(shell, dir)?;
    let joined = Joined { published: Some(place.published(shell)?), ..Joined::default() };
    let package = package::open_with(&shell.disk, &place.dir, Registered::Joined(&joined));
    Ok(Opened { package, dir: place.dir })
}

/// A package and the registry that it uses.
struct Place {
    /// The folder of the package.
    dir: PathBuf,
    /// What its manifest says of the registry.
    entry: Option<RegistryEntry>,
    /// The folder of the registry.
    folder: PathBuf,
}

impl Place {
    /// The package in a folder, and the registry that the command line or its manifest names.
    fn of(shell: &Shell, dir: PathBuf) -> Result<Self, Failure> {
        let mut sources = Sources::default();
        let manifest = match load::manifest(&shell.disk, &dir, &mut sources) {
            Ok(manifest) => manifest,
            Err(found) => {
                shell.diagnostics(&found, &sources)?;
                return Err(Failure::Wrong);
            }
        };
        let named = manifest.registry.as_ref().and_then(|entry| entry.folder.as_ref());
        let folder = match (&shell.registry, named) {
            (Some(folder), _) => folder.clone(),
            (None, Some(named)) => crate::world::normal(&dir.join(&*named.text)),
            (None, None) => {
                let help = "name one with `--registry DIR`, or write `[registry]` and `folder = \"registry\"` into its manifest";
                return Err(Failure::Usage(format!(
                    "the package in `{}` uses no registry\n  help: {help}",
                    shown(&dir)
                )));
            }
        };
        Ok(Self { dir, entry: manifest.registry, folder })
    }

    /// The one package that is meant.
    fn meant(shell: &Shell) -> Result<Self, Failure> {
        Self::of(shell, shell.one_folder()?)
    }

    /// The registry, which must be there.
    fn store(&self, wait: u64) -> Result<Store, Failure> {
        Store::open(&self.folder, Duration::from_secs(wait)).map_err(failure)
    }

    /// The snapshot that is meant, as it is published: the name and the text. The one in force is read without waiting.
    fn published(&self, shell: &Shell) -> Result<(String, String), Failure> {
        let path = self.folder.join(published::FILE);
        let text = shell.disk.read_text(&path, limits::REGISTRY_BYTES).map_err(|error| match error {
            // The store tells whether there is no registry, or only no snapshot of it.
            WorldError::NotFound { .. } => match Store::open(&self.folder, store::PATIENCE) {
                Err(error) => failure(error),
                Ok(_) => failure(StoreError::Missing { folder: shown(&self.folder) }),
            },
            other => Failure::Usage(other.to_string()),
        })?;
        let Some(which) = &shell.snapshot else { return Ok((shown(&path), text)) };
        if published::read(&text).is_ok_and(|read| which.is(read.snapshot.number, &read.snapshot.digest)) {
            return Ok((shown(&path), text));
        }
        let store = Store::open(&self.folder, store::PATIENCE).map_err(failure)?;
        let past = store.at(which).map_err(failure)?.ok_or_else(|| no_snapshot(which, &store.snapshot()))?;
        Ok((format!("{}, snapshot {}", shown(&path), past.number), published::text(&past)))
    }

    /// The snapshot that is meant.
    fn snapshot(&self, shell: &Shell) -> Result<Snapshot, Failure> {
        let (name, text) = self.published(shell)?;
        let read = published::read(&text).map_err(|damage| damaged(&name, &damage.to_string()))?;
        Ok(read.snapshot)
    }
}

fn damaged(path: &str, reason: &str) -> Failure {
    failure(StoreError::Damaged { path: path.to_owned(), reason: reason.to_owned() })
}

fn no_snapshot(which: &Which, current: &Snapshot) -> Failure {
    let help = format!("the one in force is {}; `provost registry history` lists them", current.number);
    Failure::Usage(format!("the registry has no snapshot {which}\n  help: {help}"))
}

/// What a store that does not do what it was asked comes to, where that is no answer.
fn failure(error: StoreError) -> Failure {
    let help = error.help().map(|help| format!("\n  help: {help}")).unwrap_or_default();
    let message = format!("{error}{help}");
    match error {
        StoreError::Missing { .. } | StoreError::Refused(_) => Failure::Usage(message),
        StoreError::Moved { .. }
        | StoreError::Busy { .. }
        | StoreError::Damaged { .. }
        | StoreError::Unpublished { .. }
        | StoreError::System { .. } => Failure::Unexpected(message),
    }
}

/// Says why nothing was written: a definite no, or wrong input where a refusal is of that kind.
fn refused(shell: &Shell, error: StoreError) -> Result<Verdict, Failure> {
    let (all, wrong): (Vec<(String, Option<String>)>, bool) = match &error {
        StoreError::Refused(all) => {
            let wrong = |of: &Refusal| !matches!(of, Refusal::Clash(..) | Refusal::NotThere(..));
            (all.iter().map(|of| (of.to_string(), Some(of.help()))).collect(), all.iter().any(wrong))
        }
        StoreError::Moved { .. } => (vec![(error.to_string(), error.help())], false),
        _ => return Err(failure(error)),
    };
    match shell.format {
        Format::Json => {
            let refusal = |(message, help): &(String, Option<String>)| json!({ "message": message, "help": help });
            let refused: Vec<Json> = all.iter().map(refusal).collect();
            shell.out(&format!("{:#}", json!({ "schema": "provost.registry-refusal/1", "refused": refused })))?;
        }
        Format::Text => {
            for (message, help) in &all {
                let help = help.as_ref().map(|help| format!("\n  help: {help}")).unwrap_or_default();
                shell.remark(&format!("refused: {message}{help}"));
            }
        }
    }
    if wrong { Err(Failure::Wrong) } else { Ok(Verdict::No) }
}

/// A snapshot in a document.
fn about(snapshot: &Snapshot) -> Json {
    json!({
        "number": snapshot.number,
        "at": snapshot.at.to_string(),
        "digest": snapshot.digest,
        "services": snapshot.services.len(),
    })
}

/// `snapshot 7, 12 services, sha256:…`
fn line(snapshot: &Snapshot) -> String {
    format!("snapshot {}, {}, {}", snapshot.number, count(snapshot.services.len(), "service"), snapshot.digest)
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// The text of a snapshot with a name that says where it comes from.
fn joined(folder: &Path, snapshot: &Snapshot) -> (String, String) {
    (shown(&folder.join(published::FILE)), published::text(snapshot))
}
