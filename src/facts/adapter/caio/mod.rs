//! `caio`: the YAML contracts of the CAIO router, in the flat and in the nested layout and in every spelling of both.
//!
//! The trait says what is read: a fact is stated under the name that [`tables`] and [`guarantees`] give it, and kept where the
//! trait has a field or a guarantee of that name. The whole contract is judged whatever the trait keeps: what must be stated, what is
//! no key, what no member, and what two spellings of one fact disagree about is found all at once.

mod bounds;
mod guarantees;
pub(in crate::facts) mod read;
mod records;
pub(in crate::facts) mod tables;

use crate::base::Span;
use crate::data::{Key, Kind, Node, shortened};
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::facts::contract::{Shape, Stated};
use crate::facts::decode::Path;
use crate::ir::Policy;

use super::Import;
use read::{Reader, Reading};

pub(super) fn read(node: &Node, import: &Import<'_>, policy: &Policy) -> (Vec<Stated>, Vec<Diagnostic>) {
    let Some(claim) = &import.trait_ else {
        let message = "the adapter `caio` needs to know the trait of the services";
        let found = Diagnostic::error(&codes::UNFIT_TRAIT, import.adapter.1, message);
        return (Vec::new(), vec![found.help("state `trait`, the name of a trait of the package")]);
    };
    let shape = match Shape::of(policy, std::slice::from_ref(claim)) {
        Ok(shape) => shape,
        Err(found) => return (Vec::new(), found),
    };
    let contracts = match &node.kind {
        Kind::List(contracts) => contracts.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut stated = Vec::new();
    let mut found = Vec::new();
    for node in contracts {
        let mut reader = Reader::default();
        let name = contract(&mut reader, node);
        let (facts, wrong) = reader.finish();
        let sound = !wrong.iter().any(Diagnostic::is_error);
        if let (Some((name, span)), true) = (name, sound) {
            let kept = facts.into_iter().filter(|(field, _)| shape.slot(field).is_some());
            let fields = kept.map(|(field, node)| (Key { text: field, span: node.span }, node)).collect();
            stated.push(Stated { name, span, traits: vec![claim.clone()], fields });
        }
        found.extend(wrong);
    }
    (stated, found)
}

/// Reads one contract; its name where that can be told.
fn contract(reader: &mut Reader, node: &Node) -> Option<(crate::base::Name, Span)> {
    let root = Path::Root("");
    let Kind::Map(outer) = &node.kind else {
        reader.wrong_kind(&root, node, "a map that describes a service");
        return None;
    };
    let nested = outer.iter().find(|(key, _)| &*key.text == "service").map(|(_, node)| node);
    let inner = match nested {
        None => &[][..],
        Some(Node { kind: Kind::Map(entries), .. }) => entries.as_slice(),
        Some(other) => {
            reader.wrong_kind(&Path::Field(&root, "service"), other, "a map that describes the service");
            &[]
        }
    };
    let of_service = Path::Field(&root, "service");
    for (within, entries) in [(&root, outer.as_slice()), (&of_service, inner)] {
        if let Some((_, cost)) = entries.iter().find(|(key, _)| &*key.text == "cost") {
            records::currency(reader, &Path::Field(within, "cost"), cost);
        }
    }
    for (key, node) in outer.iter().filter(|(key, _)| &*key.text != "service") {
        section(reader, &root, key, node);
    }
    for (key, node) in inner {
        section(reader, &of_service, key, node);
    }
    let (owner, place) = match nested {
        Some(inner) => (&of_service, inner.opening()),
        None => (&root, node.opening()),
    };
    for (fact, key, help) in tables::REQUIRED {
        let of_owner = matches!(*key, "service_id" | "name" | "version");
        let key = if nested.is_some() && *key == "service_id" { "id" } else { key };
        let (parent, place) = if of_owner { (owner, place) } else { (&root, node.opening()) };
        reader.require(fact, &Path::Field(parent, key), place, help);
    }
    reader.name()
}

/// One entry of a contract, wherever it stands.
fn section(reader: &mut Reader, parent: &Path<'_>, key: &Key, node: &Node) {
    let path = Path::Field(parent, &key.text);
    if node.kind == Kind::Null {
        return;
    }
    match &*key.text {
        "service_id" | "id" => reader.identity(&path, node),
        "capabilities" => {
            reader.see("capabilities");
            records::capabilities(reader, &path, node);
        }
        "guarantees" => guarantees::read(reader, &path, node),
        "constraints" => reader.table(&path, node, tables::CONSTRAINTS, records::constraint),
        "cost" => records::cost(reader, &path, node),
        "privacy" => reader.table(&path, node, tables::PRIVACY, Reader::no_other),
        "alignment" => reader.table(&path, node, tables::ALIGNMENT, Reader::no_other),
        "metadata" => reader.table(&path, node, tables::METADATA, Reader::no_other),
        "api" => {
            reader.see("api");
            records::api(reader, &path, node);
        }
        "invariants" => records::invariants(reader, &path, node),
        "base_url" | "protocol" => {
            reader.see("api");
            reader.table_entry(&path, key, node, tables::API);
        }
        "cost_per_token" => reader.fact("token_price", &path, node, Reading::Money),
        _ if tables::TOP.iter().any(|(known, ..)| *known == &*key.text) => {
            reader.table_entry(&path, key, node, tables::TOP);
        }
        _ => {
            let message = format!("`{}` is no part of a contract", shortened(&path.to_string()));
            let known = tables::SECTIONS.iter().copied().chain(tables::TOP.iter().map(|(known, ..)| *known));
            reader.unknown_key(key, message, known.collect());
        }
    }
}

#[cfg(test)]
mod tests;
