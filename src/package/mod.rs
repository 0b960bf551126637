//! A package, opened: from a folder to a checked program, in one call.
//!
//! *Takes* a folder through the [`World`]; *gives* a [`Package`] with everything that could be understood and everything that
//! is wrong. *Promises* that a package without errors may run. *Leaves out* decisions.

mod environment;
mod identity;
mod import;
mod invariants;
mod missions;
pub mod registered;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::base::similar::nearest;
use crate::base::{Name, Sources};
use crate::check::{self, Checker};
use crate::data::Node;
use crate::diag::{Diagnostic, print};
use crate::facts::registry::Registry;
use crate::facts::signals::Environment;
use crate::identity::Settings;
use crate::ir::mission::Mission;
use crate::ir::suite::Test;
use crate::ir::{Policy, Services};
use crate::resolve::manifest::Entry;
use crate::resolve::{self, Loaded, Program};
use crate::world::World;
pub use registered::{Joined, OfRegistry, Offered, Registered};

/// A package and all it depends on, checked.
#[derive(Debug, Default)]
pub struct Package {
    /// What the organisation wrote.
    pub policy: Policy,
    /// What the services state.
    pub services: Services,
    /// What the package says of its own decisions.
    pub tests: Vec<Test>,
    /// Its missions, and those of the packages that it depends on.
    pub missions: BTreeMap<Name, Mission>,
    /// The registries of models that it imports, whatever is wrong with them.
    pub registries: Vec<Registry>,
    /// What it holds of the registry of services; nothing where none is used.
    pub registered: Option<OfRegistry>,
    /// The services that are offered to that registry, each with the place of its file among those offered.
    pub offered: BTreeMap<Name, usize>,
    /// The fields of requests that are masked in logs.
    pub masked: BTreeSet<Name>,
    /// The signals that a shell reads from the environment, each with its variable.
    pub environment: Environment,
    /// What is believed of tokens, by the request type that they fill fields of.
    pub identity: BTreeMap<Name, Settings>,
    /// What was written, every declaration under its one name.
    pub program: Program,
    /// What the manifest says of lints.
    pub lints: Option<Node>,
    /// Every file that was read.
    pub sources: Sources,
    /// What is wrong, in order.
    pub diagnostics: Vec<Diagnostic>,
}

impl Package {
    /// Whether it may run.
    pub fn is_sound(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Opens the package in a folder, ready to decide: parse, resolve, check. If its manifest names a registry, the services of that
/// belong to it.
pub fn open(world: &dyn World, dir: &Path) -> Package {
    open_with(world, dir, Registered::Named)
}

/// Opens the package in a folder as it is written, without the services of a registry.
pub fn written(world: &dyn World, dir: &Path) -> Package {
    open_with(world, dir, Registered::Left)
}

/// Opens the package in a folder with these services of a registry.
pub fn open_with(world: &dyn World, dir: &Path, registered: Registered<'_>) -> Package {
    let joined = if let Registered::Joined(joined) = registered { Some(joined) } else { None };
    let loaded = resolve::load::load_with(world, dir, joined.map_or(&[][..], |joined| &joined.sources));
    let Loaded { program, lints, mut sources, mut imports, masked, signals: named, registry, .. } = loaded;
    let (believed, mut diagnostics, damaged) = (loaded.identity, loaded.diagnostics, loaded.damaged);
    let shown = registered::shown_by(world, dir, registry.as_ref(), registered, &mut sources);
    let shown = shown.unwrap_or_else(|found| {
        diagnostics.push(*found);
        None
    });
    let written = imports.len();
    if let Some(joined) = joined {
        let (offered, problems) = registered::offered(joined, registry.as_ref(), &mut sources);
        imports.extend(offered);
        diagnostics.extend(problems);
    }
    let checker = Checker::declare(&program, &sources);
    let given = import::Given { program: &program, imports: &imports, written, shown, sources: &sources };
    let (imported, problems) = import::import(&checker, given);
    diagnostics.extend(problems);
    let places = imported.services.iter().map(|(name, span, _)| (name.clone(), *span)).collect();
    let checked = checker.finish(imported.services, &imported.rows);
    // Who could fill a role may be registered, and is not known here.
    let elsewhere = imported.registered.is_none() && registry.is_some_and(|registry| registry.folder.is_some());
    let follows_from_damage = |d: &Diagnostic| {
        let says_missing = ABSENCES.contains(&d.code.id);
        says_missing && damaged.iter().any(|s| s.file == d.span.file && s.start <= d.span.start && d.span.end <= s.end)
    };
    let of_absent = |d: &Diagnostic| elsewhere && d.code.id == check::codes::UNREACHABLE_ROLE.id;
    diagnostics.extend(checked.diagnostics.into_iter().filter(|d| !follows_from_damage(d) && !of_absent(d)));
    let (environment, found) = environment::signals(&checked.policy, &program, &named);
    diagnostics.extend(found);
    let (identity, found) = identity::settings(&checked.policy, &program, &believed);
    diagnostics.extend(found);
    diagnostics.extend(missions::claiming(&checked.policy, &program, &checked.missions, &identity));
    if !diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.extend(masked.iter().filter_map(|entry| masks_nothing(&checked.policy, entry)));
        diagnostics.extend(invariants::broken(&checked.policy, &checked.services, &program, &places));
    }
    print::sort(&mut diagnostics, &sources);
    Package {
        policy: checked.policy,
        services: checked.services,
        tests: checked.tests,
        missions: checked.missions,
        registries: imported.registries,
        registered: imported.registered,
        offered: imported.offered,
        program,
        lints,
        masked: masked.into_iter().map(|entry| entry.text).collect(),
        environment,
        identity,
        sources,
        diagnostics,
    }
}

/// A misspelt field would stand in every log, so it is not ignored.
fn masks_nothing(policy: &Policy, entry: &Entry) -> Option<Diagnostic> {
    let fields = || policy.requests.values().flat_map(|request| &request.fields).map(|field| &*field.name);
    if fields().any(|field| *field == *entry.text) {
        return None;
    }
    let message = format!("no request has a field `{}` to mask", entry.text);
    let diagnostic = Diagnostic::error(&resolve::codes::MANIFEST, entry.span, message).label("unknown field");
    Some(match nearest(&entry.text, fields()) {
        Some(near) => diagnostic.suggest(entry.span, Some(&format!("{near:?}"))),
        None => diagnostic.help("name a field of a request type, without its type"),
    })
}

/// Codes that say that something is missing: not said of an item in which something did not parse, since what is missing
/// may be what did not parse.
const ABSENCES: &[&str] = &[
    check::codes::EMPTY.id,
    check::codes::EMPTY_RULE.id,
    check::codes::WAIVER.id,
    check::codes::ROLES.id,
    crate::facts::codes::MISSING_FIELD.id,
];
