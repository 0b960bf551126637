//! Where items and their parts stand in the files of a version.

use std::collections::BTreeMap;

use super::Kind;
use crate::base::{Name, Sources, Span};
use crate::package::Package;
use crate::syntax;
use crate::syntax::ast::{FieldDecl, Invariant, Item, ItemKind};
use crate::syntax::named::named;

/// The places of one version, by kind, item and part.
pub struct Places {
    found: BTreeMap<(Kind, Name, String), Name>,
}

impl Places {
    /// Reads the files of a package once more, for nothing but the places: the checked program holds those of few things.
    pub fn of(package: &Package) -> Self {
        let mut places = Self { found: BTreeMap::new() };
        for (name, service) in &package.services {
            places.found.insert((Kind::Service, name.clone(), String::new()), service.at.clone());
        }
        for (id, file) in package.sources.iter().filter(|(_, file)| file.name.ends_with(".provost")) {
            for item in syntax::parse(id, &file.text).file.items {
                places.item(&item, &package.sources);
            }
        }
        places
    }

    /// Where a part of an item stands; the item, where the part is nowhere by itself; otherwise nothing.
    pub fn at(&self, kind: Kind, item: &Name, path: &str) -> Name {
        // Items of a dependency are named after it, and stand in its files by their own name.
        let own = item.rsplit("::").next().map_or_else(|| item.clone(), Name::from);
        let part = |path: &str| self.found.get(&(kind, own.clone(), path.to_owned()));
        let outer = path.rsplit_once('.').map(|(outer, _)| outer);
        part(path).or_else(|| part(outer?)).or_else(|| part("")).cloned().unwrap_or_else(|| Name::from(""))
    }

    fn item(&mut self, item: &Item, sources: &Sources) {
        let kind = match &item.kind {
            ItemKind::Enum(_) => Kind::Enum,
            ItemKind::Record(_) => Kind::Record,
            ItemKind::Trait(_) => Kind::Trait,
            ItemKind::Service(_) => Kind::Service,
            ItemKind::Request(_) => Kind::Request,
            ItemKind::Signal(_) => Kind::Signal,
            ItemKind::Let(_) => Kind::Constant,
            ItemKind::Define(_) => Kind::Definition,
            ItemKind::Table(_) => Kind::Table,
            ItemKind::Route(_) => Kind::Route,
            ItemKind::Rule(_) => Kind::Rule,
            ItemKind::Waiver(_) => Kind::Waiver,
            ItemKind::Test(_) => Kind::Test,
            ItemKind::Property(_) | ItemKind::Mission(_) | ItemKind::Error { .. } => return,
        };
        let Some((name, at)) = named(item) else { return };
        let mut note = |path: String, span: Span| {
            self.found.entry((kind, name.clone(), path)).or_insert_with(|| Name::from(sources.location(span)));
        };
        note(String::new(), at);
        match &item.kind {
            ItemKind::Enum(item) => item.members.iter().for_each(|m| note(m.text.to_string(), m.span)),
            ItemKind::Record(item) => fields(&mut note, &item.fields),
            ItemKind::Request(item) => {
                fields(&mut note, &item.fields);
                invariants(&mut note, &item.invariants);
            }
            ItemKind::Trait(item) => {
                fields(&mut note, &item.fields);
                invariants(&mut note, &item.invariants);
                item.guarantees.iter().for_each(|g| note(g.name.text.to_string(), g.name.span));
                item.measurements.iter().for_each(|m| note(m.name.text.to_string(), m.name.span));
            }
            ItemKind::Service(item) => {
                item.entries.iter().for_each(|entry| note(entry.name.text.to_string(), entry.name.span));
                item.accepts
                    .iter()
                    .for_each(|accept| note(format!("accept on {}", accept.request.name.text), accept.span));
            }
            ItemKind::Table(item) => {
                item.rows.iter().for_each(|row| note(sources.text(row.key.span).to_owned(), row.key.span));
            }
            ItemKind::Route(item) => {
                item.roles.iter().for_each(|role| note(role.name.text.to_string(), role.name.span));
                item.outputs.iter().for_each(|output| note(output.name.text.to_string(), output.name.span));
                item.phases.first().into_iter().for_each(|phase| note("phases".to_owned(), phase.name.span));
                let labels = item.requires.iter().filter_map(|clause| clause.label.as_ref());
                labels.for_each(|label| note(label.text.to_string(), label.span));
                for role in item.ties.iter().flat_map(|ties| &ties.roles) {
                    note(format!("ties {}", role.text), role.span);
                }
                for block in &item.scores {
                    for (role, term) in block.roles.iter().flat_map(|r| block.terms.iter().map(move |t| (r, t))) {
                        note(format!("{}.{}", role.text, term.name.text), term.name.span);
                    }
                }
            }
            _ => {}
        }
    }
}

fn fields(note: &mut impl FnMut(String, Span), fields: &[FieldDecl]) {
    fields.iter().for_each(|field| note(field.name.text.to_string(), field.name.span));
}

fn invariants(note: &mut impl FnMut(String, Span), invariants: &[Invariant]) {
    if let Some(first) = invariants.first() {
        note("invariant".to_owned(), first.span);
    }
}
