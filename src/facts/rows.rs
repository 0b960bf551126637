//! Rows of tables from data.
//!
//! The package decides what is read: what a row of the table has no field for is left out.

use std::collections::{BTreeMap, BTreeSet};

use super::decode::{Decoder, Known, Path, Schema};
use crate::base::{Name, Span};
use crate::data::{Kind, Node};
use crate::diag::Diagnostic;
use crate::ir::{Policy, Table};
use crate::value::{Type, Value};

/// A row as an adapter states it, before it is typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The table.
    pub table: Name,
    /// The key.
    pub key: Node,
    /// The value.
    pub value: Node,
}

/// A row of a table with the place of its key.
pub type Typed = (Value, Value, Span);

/// The rows that belong to a table, typed; every finding names the row.
pub fn rows(
    name: &Name,
    table: &Table,
    stated: &[Row],
    policy: &Policy,
    heads: &BTreeMap<Name, BTreeSet<Name>>,
) -> (Vec<Typed>, Vec<Diagnostic>) {
    let mut decoder = Decoder::new(Schema { policy, services: Known::Heads(heads) });
    let mut typed = Vec::new();
    for row in stated.iter().filter(|row| row.table == *name) {
        let spelled = match &row.key.kind {
            Kind::Text(text) | Kind::Number(text) => &**text,
            _ => "",
        };
        let root = Path::Root(name);
        let path = Path::Field(&root, spelled);
        let key = decoder.value(&row.key, &table.key, &path);
        let value = decoder.value(&fitted(&row.value, &table.value, policy), &table.value, &path);
        if let (Some(key), Some(value)) = (key, value) {
            typed.push((key, value, row.key.span));
        }
    }
    (typed, decoder.findings.into_vec())
}

/// A part without what its type has no place for.
fn fitted(node: &Node, ty: &Type, policy: &Policy) -> Node {
    let kind = match (&node.kind, ty) {
        (Kind::Map(entries), Type::Record(record)) => {
            let fields = policy.records.get(record).map_or(&[][..], Vec::as_slice);
            let fit = entries.iter().filter_map(|(key, node)| {
                let field = fields.iter().find(|field| field.name == key.text)?;
                Some((key.clone(), fitted(node, &field.ty, policy)))
            });
            Kind::Map(fit.collect())
        }
        (Kind::List(nodes), Type::List(element) | Type::Set(element)) => {
            Kind::List(nodes.iter().map(|node| fitted(node, element, policy)).collect())
        }
        (kind, _) => kind.clone(),
    };
    Node { kind, span: node.span }
}
