//! What an item is called.

use super::ast::{Ident, Item, ItemKind};
use crate::base::{Name, Span};

/// The name that an item declares; nothing for one that did not parse far enough.
pub fn named(item: &Item) -> Option<(Name, Span)> {
    let ident = |i: &Ident| Some((i.text.clone(), i.span));
    match &item.kind {
        ItemKind::Enum(i) => ident(&i.name),
        ItemKind::Record(i) => ident(&i.name),
        ItemKind::Trait(i) => ident(&i.name),
        ItemKind::Service(i) => Some((i.name.text.clone(), i.name.span)),
        ItemKind::Request(i) => ident(&i.name),
        ItemKind::Signal(i) => ident(&i.name),
        ItemKind::Let(i) => ident(&i.name),
        ItemKind::Define(i) => ident(&i.name),
        ItemKind::Table(i) => ident(&i.name),
        ItemKind::Route(i) => ident(&i.name),
        ItemKind::Rule(i) => ident(&i.name),
        ItemKind::Waiver(i) => Some((i.name.text.clone(), i.name.span)),
        ItemKind::Test(i) => Some((i.name.text.clone(), i.name.span)),
        ItemKind::Property(i) => ident(&i.name),
        ItemKind::Mission(i) => ident(&i.name),
        ItemKind::Error { name } => name.as_ref().and_then(ident),
    }
}
