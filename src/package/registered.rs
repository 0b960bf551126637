//! The services of a registry, as a package uses them: from the published snapshot to checked contracts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value as Json;

use crate::base::{FileId, Name, Sources, Span, canonical, limits};
use crate::diag::Diagnostic;
use crate::facts::contract::{self, Places, Shape, Slot};
use crate::facts::decode::Known;
use crate::facts::{codes, typed};
use crate::ir::{self, Policy, Service};
use crate::registry::{Snapshot, published};
use crate::resolve::Import;
use crate::resolve::manifest::{Entry, ImportEntry, RegistryEntry};
use crate::value::Value;
use crate::world::{World, WorldError, normal, shown};

/// Which services of a registry belong to a package.
#[derive(Clone, Copy, Debug)]
pub enum Registered<'a> {
    /// Those of the registry that the manifest names, if it names one.
    Named,
    /// None: the package as it is written.
    Left,
    /// What is joined to the package here.
    Joined(&'a Joined),
}

/// What is joined to a package.
#[derive(Clone, Debug, Default)]
pub struct Joined {
    /// A published snapshot: the name of the file, as messages show it, and its text.
    pub published: Option<(String, String)>,
    /// Services of that snapshot that are left out.
    pub without: BTreeSet<Name>,
    /// Contracts that are to be registered; they stand in the place of those that the snapshot has under their names.
    pub offered: Vec<Offered>,
    /// Sources of the package that are no files: names and texts.
    pub sources: Vec<(String, String)>,
}

/// A file of contracts that are to be registered.
#[derive(Clone, Debug)]
pub struct Offered {
    /// The file, as messages show it.
    pub name: String,
    /// Its text.
    pub text: Name,
    /// The adapter; that of the manifest, where none is named.
    pub adapter: Option<String>,
    /// The trait of the services; that of the manifest, where none is named.
    pub trait_: Option<String>,
}

/// What a package holds of a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfRegistry {
    /// The number of the snapshot.
    pub number: u64,
    /// Its digest.
    pub digest: String,
    /// The services that are used of it, and those that are offered to it.
    pub names: BTreeSet<Name>,
}

/// The contracts of a snapshot, not yet typed.
#[derive(Debug)]
pub(super) struct Shown {
    pub snapshot: Snapshot,
    /// Where each service is named.
    pub spans: BTreeMap<Name, Span>,
}

/// The snapshot that a package uses, if it uses one.
pub(super) fn shown_by(
    world: &dyn World,
    dir: &Path,
    entry: Option<&RegistryEntry>,
    registered: Registered<'_>,
    sources: &mut Sources,
) -> Result<Option<Shown>, Box<Diagnostic>> {
    let (name, place, text) = match registered {
        Registered::Left => return Ok(None),
        Registered::Joined(joined) => match &joined.published {
            Some((name, text)) => (name.clone(), name.clone(), text.clone()),
            None => return Ok(None),
        },
        Registered::Named => {
            let Some(folder) = entry.and_then(|entry| entry.folder.as_ref()) else { return Ok(None) };
            let path = normal(&dir.join(&*folder.text).join(published::FILE));
            let place = shown(path.strip_prefix(normal(dir)).unwrap_or(&path));
            let text = world.read_text(&path, limits::REGISTRY_BYTES).map_err(|error| absent(folder, &error))?;
            (shown(&path), place, text)
        }
    };
    let file = sources.add_at(name.as_str(), place, text.as_str());
    let read = published::read(&text).map_err(|damage| {
        let (at, wrong) = (damage.at.start..damage.at.end, format!("`{name}` is damaged: {}", damage.reason));
        let found = Diagnostic::error(&codes::SNAPSHOT, Span::new(file, at.start, at.end.min(at.start + 1)), wrong);
        Box::new(found.help("nothing is decided on it; `provost registry verify` publishes it anew from the store"))
    })?;
    let mut spans = read.places.into_iter().map(|(name, at)| (name, Span::new(file, at.start, at.end))).collect();
    let mut snapshot = read.snapshot;
    if let Registered::Joined(joined) = registered {
        let services = &mut snapshot.services;
        services.retain(|name, _| !joined.without.contains(name));
        let all: &mut BTreeMap<Name, Span> = &mut spans;
        all.retain(|name, _| services.contains_key(name));
    }
    Ok(Some(Shown { snapshot, spans }))
}

fn absent(folder: &Entry, error: &WorldError) -> Box<Diagnostic> {
    let (message, help) = match error {
        WorldError::NotFound { .. } => (
            format!("the registry in `{}` has published no snapshot, so nothing is decided", folder.text),
            "make one with `provost registry init`; where there is one, `provost registry verify` publishes it",
        ),
        other => (other.to_string(), "`provost registry verify` publishes the snapshot anew from the store"),
    };
    Box::new(Diagnostic::error(&codes::SNAPSHOT, folder.span, message).label("named here").help(help))
}

/// The files of contracts that are offered, as imports of the package.
pub(super) fn offered(
    joined: &Joined,
    entry: Option<&RegistryEntry>,
    sources: &mut Sources,
) -> (Vec<Import>, Vec<Diagnostic>) {
    let (mut imports, mut found) = (Vec::new(), Vec::new());
    for of in &joined.offered {
        let file = sources.add(of.name.as_str(), of.text.clone());
        let span = Span::new(file, 0, 0);
        let typed = |text: &Option<String>, sources: &mut Sources| {
            text.as_ref().map(|text| {
                let file = sources.add("(command line)", text.as_str());
                Entry { text: text.as_str().into(), span: Span::new(file, 0, text.len()) }
            })
        };
        let adapter = typed(&of.adapter, sources).or_else(|| entry.and_then(|entry| entry.adapter.clone()));
        let trait_ = typed(&of.trait_, sources).or_else(|| entry.and_then(|entry| entry.trait_.clone()));
        let adapter = adapter.unwrap_or_else(|| Entry { text: "provost".into(), span });
        let name = Entry { text: of.name.as_str().into(), span };
        let entry = ImportEntry { file: name, adapter, trait_, scopes: None, options: Vec::new(), span };
        imports.push(Import { package: 0, entry, file, scopes: Vec::new() });
        if of.text.is_empty() {
            found.push(Diagnostic::error(&codes::CONTRACT_SHAPE, span, format!("`{}` is empty", of.name)));
        }
    }
    (imports, found)
}

/// The services of the snapshot that none of the offered takes the place of, each with all its traits.
pub(super) fn heads(shown: &Shown) -> BTreeMap<Name, BTreeSet<Name>> {
    let of = |contract: &str| {
        let json: Json = serde_json::from_str(contract).unwrap_or_default();
        let traits = json.get("traits").and_then(Json::as_array).into_iter().flatten();
        traits.filter_map(Json::as_str).map(Name::from).collect()
    };
    shown.snapshot.services.iter().map(|(name, held)| (name.clone(), of(&held.contract))).collect()
}

/// The contracts of the snapshot as services of the package. One that would be another contract under the types of the package
/// is refused: the digest that decisions name would not be that of what they used.
pub(super) fn services(
    shown: &Shown,
    policy: &Policy,
    heads: &BTreeMap<Name, BTreeSet<Name>>,
    sources: &Sources,
) -> (Vec<(Name, Span, Service)>, Vec<Diagnostic>) {
    let (mut sound, mut found) = (Vec::new(), Vec::new());
    let nowhere = Span::new(FileId(u32::MAX), 0, 0);
    for (name, held) in &shown.snapshot.services {
        let span = shown.spans.get(name).copied().unwrap_or(nowhere);
        let read = serde_json::from_str(&held.contract).map_err(|_| "it cannot be read".to_owned());
        let read = read.and_then(|json: Json| service(name, span, &json, policy, Known::Heads(heads)));
        let read = read.and_then(|service| {
            let same = canonical::to_string(&ir::json::service(&service)) == *held.contract;
            if same {
                Ok(service)
            } else {
                Err("under the types of the package it would be another contract".to_owned())
            }
        });
        match read {
            Ok(service) => sound.push((name.clone(), span, Service { at: sources.location(span).into(), ..service })),
            Err(why) => {
                let message = format!("the registered contract of `{name}` does not fit the package: {why}");
                let help = "register it anew with `provost registry update FILE`, take it out with `provost registry remove`, or go \
                            back to the package that it was registered under";
                found.push(Diagnostic::error(&codes::REGISTERED_MISFIT, span, message).help(help));
            }
        }
    }
    (sound, found)
}

/// One contract from its canonical form, with every obligation of its traits.
fn service(name: &Name, span: Span, json: &Json, policy: &Policy, known: Known<'_>) -> Result<Service, String> {
    let first = |found: Vec<Diagnostic>| {
        let mut messages: Vec<String> = found.into_iter().map(|d| d.message).collect();
        messages.dedup();
        messages.join("; ")
    };
    let listed = json.get("traits").and_then(Json::as_array).into_iter().flatten();
    let claimed: Vec<(Name, Span)> = listed.filter_map(Json::as_str).map(|name| (name.into(), span)).collect();
    let shape = Shape::of(policy, &claimed).map_err(first)?;
    let mut values: BTreeMap<Name, (Value, Span)> = BTreeMap::new();
    for (field, stated) in json.get("values").and_then(Json::as_object).into_iter().flatten() {
        let ty = match shape.slot(field) {
            Some(Slot::Field(field)) => &field.ty,
            Some(Slot::Guarantee(guarantee)) => &guarantee.ty,
            None => return Err(format!("no trait of it has a field `{field}`")),
        };
        let value = typed::value(policy, known, stated, ty, field).map_err(|misfit| misfit.to_string())?;
        values.insert(field.as_str().into(), (value, span));
    }
    contract::complete((name, span), Name::from(""), &shape, values, &Places::new()).map_err(first)
}
