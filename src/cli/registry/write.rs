//! `provost registry init|register|update|remove`: the next snapshot, all of it or nothing.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{Place, about, count, failure, joined, line, refused};
use crate::base::{Name, canonical, limits};
use crate::cli::args::{ContractArgs, Format, WritingArgs};
use crate::cli::inputs;
use crate::cli::shell::{Failure, Shell, Verdict};
use crate::diag::Diagnostic;
use crate::diag::print::Findings;
use crate::ir;
use crate::package::{self, Joined, Offered, Package, Registered};
use crate::registry::{Contract, Operation, Snapshot, Source};
use crate::store::{Store, StoreError, Written};
use crate::world::{World as _, shown};

/// Whether services are new or there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// They are new.
    Register,
    /// They are there.
    Update,
}

/// Why nothing is written.
enum Stop {
    Store(StoreError),
    Failure(Failure),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// `provost registry init`
pub fn init(shell: &Shell, now: Option<&str>, wait: u64) -> Result<Verdict, Failure> {
    let place = Place::meant(shell)?;
    let now = inputs::now(shell, now)?;
    let (store, made) = Store::init(&place.folder, Duration::from_secs(wait), now).map_err(failure)?;
    let snapshot = store.snapshot();
    match shell.format {
        Format::Json => {
            let document = json!({ "schema": "provost.registry-change/1", "made": made, "snapshot": about(&snapshot), "changes": [], "unchanged": [] });
            shell.out(&format!("{document:#}"))?;
        }
        Format::Text => {
            let what = if made { "made" } else { "there already" };
            shell.out(&format!("{what}: the registry in `{}`\n{}", shown(&place.folder), line(&snapshot)))?;
        }
    }
    Ok(Verdict::Yes)
}

/// `provost registry register` and `provost registry update`
pub fn contracts(shell: &Shell, args: &ContractArgs, kind: Kind) -> Result<Verdict, Failure> {
    let place = Place::meant(shell)?;
    let now = inputs::now(shell, args.writing.now.as_deref())?;
    let offered = offered(shell, args)?;
    let patience = Duration::from_secs(args.writing.wait);
    let store = match (Store::open(&place.folder, patience), kind) {
        (Ok(store), _) => store,
        (Err(StoreError::Missing { .. }), Kind::Register) => {
            // What does not check makes no registry either.
            checked(shell, &place, &Snapshot::first(now), &offered)?;
            Store::init(&place.folder, patience, now).map_err(failure)?.0
        }
        // Whoever writes publishes the snapshot anew.
        (Err(StoreError::Damaged { .. }), _) => Store::init(&place.folder, patience, now).map_err(failure)?.0,
        (Err(error), _) => return Err(failure(error)),
    };
    let mut names = Vec::new();
    let written = store.write(now, args.writing.expect.as_ref(), |snapshot| {
        let package = checked(shell, &place, snapshot, &offered)?;
        names = package.offered.keys().cloned().collect();
        Ok::<_, Stop>(operations(&place, &package, &offered, kind))
    });
    told(shell, written, &names)
}

/// `provost registry remove`
pub fn remove(shell: &Shell, names: &[String], writing: &WritingArgs) -> Result<Verdict, Failure> {
    let place = Place::meant(shell)?;
    let now = inputs::now(shell, writing.now.as_deref())?;
    let store = place.store(writing.wait)?;
    let names: Vec<Name> = names.iter().map(|name| Name::from(name.as_str())).collect();
    let written = store.write(now, writing.expect.as_ref(), |snapshot| {
        // Whoever uses one that goes would name nobody.
        if names.iter().all(|name| snapshot.services.contains_key(name)) {
            let published = Some(joined(&place.folder, snapshot));
            let joined = Joined { published, without: names.iter().cloned().collect(), ..Joined::default() };
            sound(shell, package::open_with(&shell.disk, &place.dir, Registered::Joined(&joined)), &[])?;
        }
        Ok::<_, Stop>(names.iter().cloned().map(Operation::Remove).collect())
    });
    told(shell, written, &[])
}

/// The files that are named.
fn offered(shell: &Shell, args: &ContractArgs) -> Result<Vec<Offered>, Failure> {
    if args.files.len() > limits::REGISTRY_FILES {
        let (count, most) = (args.files.len(), limits::REGISTRY_FILES);
        return Err(Failure::Usage(format!("{count} files are named, and at most {most} are registered together")));
    }
    let read = |path: &std::path::PathBuf| {
        Ok(Offered {
            name: shown(path),
            text: shell.disk.read_text(path, limits::SOURCE_BYTES)?.into(),
            adapter: args.adapter.clone(),
            trait_: args.trait_.clone(),
        })
    };
    args.files.iter().map(read).collect()
}

/// The package with what would be in force, which checks; otherwise everything that is wrong has been said.
fn checked(shell: &Shell, place: &Place, snapshot: &Snapshot, offered: &[Offered]) -> Result<Package, Failure> {
    let published = Some(joined(&place.folder, snapshot));
    let joined = Joined { published, offered: offered.to_vec(), ..Joined::default() };
    let package = package::open_with(&shell.disk, &place.dir, Registered::Joined(&joined));
    let package = sound(shell, package, offered)?;
    if package.offered.is_empty() {
        return Err(Failure::Usage("no service is stated there\n  help: name files that state contracts".to_owned()));
    }
    Ok(package)
}

/// A package that checks. Warnings are told where they are about what is offered.
fn sound(shell: &Shell, mut package: Package, offered: &[Offered]) -> Result<Package, Failure> {
    if !package.is_sound() {
        shell.findings(&[Findings { diagnostics: &package.diagnostics, sources: &package.sources }], &[])?;
        if shell.format == Format::Text {
            shell.remark("nothing was registered, updated or removed");
        }
        return Err(Failure::Wrong);
    }
    let is_offered = |found: &Diagnostic| {
        let name = package.sources.get(found.span.file).map(|file| file.name.to_string());
        offered.iter().any(|of| Some(&of.name) == name.as_ref())
    };
    let told: Vec<Diagnostic> = package.diagnostics.iter().filter(|found| is_offered(found)).cloned().collect();
    if shell.format == Format::Text {
        shell.diagnostics(&told, &package.sources)?;
    }
    package.diagnostics.clear();
    Ok(package)
}

fn operations(place: &Place, package: &Package, offered: &[Offered], kind: Kind) -> Vec<Operation> {
    let entry = place.entry.as_ref();
    let mut operations = Vec::new();
    for (name, file) in &package.offered {
        let (Some(service), Some(of)) = (package.services.get(name), offered.get(*file)) else { continue };
        let named = |own: &Option<String>, of_manifest: Option<&Name>| {
            own.as_ref().map(|own| Name::from(own.as_str())).or_else(|| of_manifest.cloned())
        };
        let adapter = named(&of.adapter, entry.and_then(|e| e.adapter.as_ref()).map(|e| &e.text));
        let source = Source {
            file: of.name.as_str().into(),
            adapter: adapter.unwrap_or_else(|| "provost".into()),
            trait_: named(&of.trait_, entry.and_then(|e| e.trait_.as_ref()).map(|e| &e.text)),
            text: of.text.clone(),
        };
        let contract = canonical::to_string(&ir::json::service(service));
        let contract = Contract { name: name.clone(), contract, source };
        operations.push(match kind {
            Kind::Register => Operation::Register(contract),
            Kind::Update => Operation::Update(contract),
        });
    }
    operations
}

/// Tells what became of it. It is acknowledged here, after it is durable and published.
fn told(shell: &Shell, written: Result<Written, Stop>, names: &[Name]) -> Result<Verdict, Failure> {
    let Written { snapshot, changes } = match written {
        Ok(written) => written,
        Err(Stop::Store(error)) => return refused(shell, error),
        Err(Stop::Failure(failure)) => return Err(failure),
    };
    let unchanged: Vec<&Name> =
        names.iter().filter(|name| changes.iter().all(|change| change.name != **name)).collect();
    match shell.format {
        Format::Json => {
            let change = |of: &crate::registry::Change| json!({ "name": &*of.name, "what": of.what.word(), "revision": of.revision });
            let document = json!({
                "schema": "provost.registry-change/1",
                "made": false,
                "snapshot": about(&snapshot),
                "changes": changes.iter().map(change).collect::<Vec<Json>>(),
                "unchanged": unchanged.iter().map(|name| &***name).collect::<Vec<_>>(),
            });
            shell.out(&format!("{document:#}"))?;
        }
        Format::Text => {
            let mut text = String::new();
            for change in &changes {
                text.push_str(&format!("{} `{}`, revision {}\n", change.what.word(), change.name, change.revision));
            }
            if !unchanged.is_empty() {
                text.push_str(&format!("unchanged: {}\n", count(unchanged.len(), "service")));
            }
            shell.out(&format!("{text}{}", line(&snapshot)))?;
        }
    }
    Ok(Verdict::Yes)
}
