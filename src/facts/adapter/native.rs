//! `provost`: the native form, which mirrors a service's fields one to one.
//!
//! Under `services`, each service by its name; `is` names its traits, every other key a field or a promise. An import's
//! `trait` stands in where `is` is missing.

use crate::base::{Name, Span, limits};
use crate::data::{Findings, Key, Kind, Node, shortened};
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::facts::contract::Stated;
use crate::ir::Policy;

use super::Import;

/// The services of the native form.
pub(super) fn read(node: &Node, import: &Import<'_>, _policy: &Policy) -> (Vec<Stated>, Vec<Diagnostic>) {
    let mut findings = Findings::default();
    let mut stated = Vec::new();
    for (name, node) in sections(node, &mut findings) {
        let Kind::Map(entries) = &node.kind else {
            let message = format!("`{}` is {}, and a map of its fields is needed", shortened(&name.text), node.words());
            findings.push(Diagnostic::error(&codes::CONTRACT_SHAPE, node.opening(), message));
            continue;
        };
        if let Some(found) = unfit_name(name) {
            findings.push(found);
            continue;
        }
        let before = findings.count();
        let traits = match entries.iter().find(|(key, _)| &*key.text == "is") {
            Some((_, node)) => claimed(name, node, &mut findings),
            None => import.trait_.clone().map(|claim| vec![claim]),
        };
        match traits {
            Some(traits) if !traits.is_empty() => {
                let fields = entries.iter().filter(|(key, _)| &*key.text != "is").cloned().collect();
                stated.push(Stated { name: name.text.clone(), span: name.span, traits, fields });
            }
            _ if findings.count() > before => {}
            _ => {
                let message = format!("`{}` does not say which trait it is", shortened(&name.text));
                let found = Diagnostic::error(&codes::CONTRACT_SHAPE, name.span, message);
                findings.push(found.help("state `is`: the name of a trait, or a list of such names"));
            }
        }
    }
    (stated, findings.into_vec())
}

/// The entries under `services`, the only section there is.
fn sections<'n>(node: &'n Node, findings: &mut Findings) -> &'n [(Key, Node)] {
    let help = "write `services`, and under it a map from the name of each service to its fields";
    let Kind::Map(entries) = &node.kind else {
        let message = format!("the contracts are {}, and a map is needed", node.words());
        findings.push(Diagnostic::error(&codes::CONTRACT_SHAPE, node.opening(), message).help(help));
        return &[];
    };
    for (key, _) in entries.iter().filter(|(key, _)| &*key.text != "services") {
        let message = format!("`{}` is no section of contract data", shortened(&key.text));
        findings.push(Diagnostic::error(&codes::CONTRACT_SHAPE, key.span, message).help(help));
    }
    match node.get("services") {
        Some(Node { kind: Kind::Map(services), .. }) => services,
        Some(Node { kind: Kind::Null, .. }) => &[],
        Some(other) => {
            let message = format!("`services` is {}, and a map is needed", other.words());
            findings.push(Diagnostic::error(&codes::CONTRACT_SHAPE, other.opening(), message).help(help));
            &[]
        }
        None => {
            let message = "the contracts have no `services`";
            findings.push(Diagnostic::error(&codes::CONTRACT_SHAPE, node.opening(), message).help(help));
            &[]
        }
    }
}

/// The traits that a service claims; an empty list after something was found wrong.
fn claimed(service: &Key, node: &Node, findings: &mut Findings) -> Option<Vec<(Name, Span)>> {
    let nodes = match &node.kind {
        Kind::List(nodes) => nodes.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut traits: Vec<(Name, Span)> = Vec::new();
    for node in nodes {
        match &node.kind {
            Kind::Text(text) if traits.iter().all(|(name, _)| name != text) => traits.push((text.clone(), node.span)),
            Kind::Text(text) => {
                let message = format!("`{}.is` names `{}` twice", shortened(&service.text), shortened(text));
                findings.push(Diagnostic::error(&codes::DUPLICATE_ELEMENT, node.span, message));
            }
            _ => {
                let message = format!("`{}.is` is {}, and a trait is needed", shortened(&service.text), node.words());
                findings.push(Diagnostic::error(&codes::WRONG_KIND, node.opening(), message));
            }
        }
    }
    Some(traits)
}

/// What is wrong with the name of a service.
pub(super) fn unfit_name(key: &Key) -> Option<Diagnostic> {
    let limit = limits::NAME_BYTES;
    let message = if key.text.trim().is_empty() {
        "a service has no name".to_owned()
    } else if key.text.len() > limit {
        format!("`{}` is longer than the {limit} bytes of a name", shortened(&key.text))
    } else if key.text.chars().any(char::is_control) {
        format!("`{}` contains a control character", shortened(&key.text))
    } else {
        return None;
    };
    Some(Diagnostic::error(&codes::CONTRACT_SHAPE, key.span, message))
}
