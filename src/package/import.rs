//! The services of imported data files: from text, through an adapter, to checked contracts.

use std::collections::BTreeMap;

use super::registered::{self, OfRegistry, Shown};
use crate::base::{Name, Sources, Span};
use crate::check::Checker;
use crate::data;
use crate::diag::Diagnostic;
use crate::facts::adapter::Adapted;
use crate::facts::registry::{Registry, ScopeFile};
use crate::facts::rows::Row;
use crate::facts::{adapter, contract};
use crate::ir::{Policy, Service};
use crate::resolve::{self, Program};
use crate::syntax::ast::ItemKind;

/// What all imported data files come to.
#[derive(Debug, Default)]
pub(super) struct Imported {
    /// Services, complete and typed, each with where it is named.
    pub services: Vec<(Name, Span, Service)>,
    /// Rows of tables.
    pub rows: Vec<Row>,
    /// Registries of models, in the order of the imports.
    pub registries: Vec<Registry>,
    /// What is held of the registry of services.
    pub registered: Option<OfRegistry>,
    /// The services that are offered to it, each with the place of its file.
    pub offered: BTreeMap<Name, usize>,
}

/// What services may come from besides the sources.
pub(super) struct Given<'a> {
    pub program: &'a Program,
    /// The data files that the package imports, and behind them those that are offered to the registry.
    pub imports: &'a [resolve::Import],
    /// How many of them the package imports.
    pub written: usize,
    /// The snapshot of the registry, if one is used.
    pub shown: Option<Shown>,
    pub sources: &'a Sources,
}

/// Reads all imported data files.
pub(super) fn import(checker: &Checker<'_>, given: Given<'_>) -> (Imported, Vec<Diagnostic>) {
    let Given { program, imports, written, mut shown, sources } = given;
    let mut diagnostics = Vec::new();
    let mut stated = Vec::new();
    let mut imported = Imported::default();
    for (place, import) in imports.iter().enumerate() {
        let (found, problems) = read_import(checker.policy(), program, import, sources);
        if let Some(place) = place.checked_sub(written) {
            imported.offered.extend(found.services.iter().map(|stated| (stated.name.clone(), place)));
        }
        stated.extend(found.services);
        imported.rows.extend(found.rows);
        imported.registries.extend(found.registry);
        diagnostics.extend(problems);
    }
    let mut heads = checker.service_traits();
    heads.extend(contract::heads(checker.policy(), &stated));
    if let Some(shown) = &mut shown {
        shown.snapshot.services.retain(|name, _| !imported.offered.contains_key(name));
        let of_registry = registered::heads(shown);
        imported.registered = Some(OfRegistry {
            number: shown.snapshot.number,
            digest: shown.snapshot.digest.clone(),
            names: of_registry.keys().chain(imported.offered.keys()).cloned().collect(),
        });
        heads.extend(of_registry);
    }
    let traits = program.items.iter().filter(|d| matches!(d.item.kind, ItemKind::Trait(_)));
    let places = traits.map(|d| (d.name.clone(), d.name_span)).collect();
    let context = contract::Context { policy: checker.policy(), heads: &heads, places: &places, sources };
    let (services, problems) = contract::contracts(&stated, &context);
    diagnostics.extend(problems);
    imported.services = services;
    if let Some(shown) = &shown {
        let (services, problems) = registered::services(shown, checker.policy(), &heads, sources);
        imported.services.extend(services);
        diagnostics.extend(problems);
    }
    (imported, diagnostics)
}

fn read_import(
    policy: &Policy,
    program: &Program,
    import: &resolve::Import,
    sources: &Sources,
) -> (Adapted, Vec<Diagnostic>) {
    let Some(source) = sources.get(import.file) else { return (Adapted::default(), Vec::new()) };
    let node = match data::read(import.file, &source.name, &source.text) {
        Ok(node) => node,
        Err(problems) => return (Adapted::default(), problems),
    };
    let (scopes, mut problems) = scopes(import, sources);
    let entry = &import.entry;
    let options = entry.options.iter().map(|(key, value)| match &value.kind {
        data::Kind::Text(text) => (key.text.clone(), text.clone(), key.span),
        _ => (key.text.clone(), Name::from(sources.text(value.span)), key.span),
    });
    let described = adapter::Import {
        adapter: (&entry.adapter.text, entry.adapter.span),
        trait_: entry.trait_.as_ref().map(|t| (program.canonical(import.package, &t.text), t.span)),
        options: options.collect(),
        scopes: entry.scopes.as_ref().map(|named| (scopes, named.span)),
        prefix: program.qualified(import.package, ""),
    };
    let (mut adapted, found) = adapter::adapt(&described, &node, policy);
    problems.extend(found);
    for (trait_, _) in adapted.services.iter_mut().flat_map(|s| &mut s.traits) {
        *trait_ = program.canonical(import.package, trait_);
    }
    (adapted, problems)
}

/// The scope files of an import as trees; what is wrong with one hides nothing of another.
fn scopes(import: &resolve::Import, sources: &Sources) -> (Vec<ScopeFile>, Vec<Diagnostic>) {
    let (mut scopes, mut problems) = (Vec::new(), Vec::new());
    for file in &import.scopes {
        let Some(source) = sources.get(*file) else { continue };
        match data::read(*file, &source.name, &source.text) {
            Ok(node) => {
                let name = source.name.rsplit('/').next().unwrap_or_default();
                let stem = Name::from(name.strip_suffix(".toml").unwrap_or(name));
                scopes.push(ScopeFile { stem, file: *file, node });
            }
            Err(found) => problems.extend(found),
        }
    }
    (scopes, problems)
}
