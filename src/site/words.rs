//! What the files say beside the meaning: documentation and annotations, which the checked program holds of few things.

use std::collections::BTreeMap;

use super::names::Kind;
use crate::base::Name;
use crate::package::Package;
use crate::syntax;
use crate::syntax::ast::{Front, Item, ItemKind};
use crate::syntax::named::named;

/// Documentation, annotations and places by item and part.
#[derive(Default)]
pub struct Words {
    found: BTreeMap<(Kind, Name, String), Word>,
}

/// What is said of one thing.
#[derive(Clone, Debug, Default)]
pub struct Word {
    /// Its documentation.
    pub docs: Option<Name>,
    /// Its annotations, as they are written.
    pub annotations: Vec<String>,
    /// Where it is written.
    pub at: String,
}

impl Words {
    /// Reads the files of a package.
    pub fn of(package: &Package) -> Self {
        let mut words = Self::default();
        for (id, file) in package.sources.iter().filter(|(_, file)| file.name.ends_with(".provost")) {
            for item in syntax::parse(id, &file.text).file.items {
                if let Some((kind, name, at)) = head(&item) {
                    words.note((kind, name.clone(), String::new()), &item.front, package.sources.location(at));
                    words.parts(kind, &name, &item.kind);
                }
            }
        }
        words
    }

    /// What is said of an item, or of a part of it.
    pub fn get(&self, kind: Kind, name: &str, part: &str) -> Option<&Word> {
        // Items of a dependency stand in its files by their own name.
        let own = name.rsplit("::").next().unwrap_or(name);
        self.found.get(&(kind, Name::from(own), part.to_owned()))
    }

    fn note(&mut self, key: (Kind, Name, String), front: &Front, at: String) {
        let annotation = |annotation: &syntax::ast::Annotation| {
            let arguments: Vec<String> =
                annotation.args.iter().map(|argument| format!("{:?}", &*argument.text)).collect();
            let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
            format!("@{}{arguments}", annotation.name.text)
        };
        let annotations = front.annotations.iter().map(annotation).collect();
        self.found.entry(key).or_insert(Word { docs: front.docs.clone(), annotations, at });
    }

    fn parts(&mut self, kind: Kind, name: &Name, item: &ItemKind) {
        let mut fronts: Vec<(&Name, &Front)> = Vec::new();
        match item {
            ItemKind::Record(item) => fronts.extend(item.fields.iter().map(|field| (&field.name.text, &field.front))),
            ItemKind::Request(item) => fronts.extend(item.fields.iter().map(|field| (&field.name.text, &field.front))),
            ItemKind::Trait(item) => {
                fronts.extend(item.fields.iter().map(|field| (&field.name.text, &field.front)));
                fronts.extend(item.guarantees.iter().map(|guarantee| (&guarantee.name.text, &guarantee.front)));
                fronts.extend(item.measurements.iter().map(|measured| (&measured.name.text, &measured.front)));
            }
            ItemKind::Route(item) => fronts.extend(item.roles.iter().map(|role| (&role.name.text, &role.front))),
            _ => {}
        }
        for (part, front) in fronts {
            self.note((kind, name.clone(), part.to_string()), front, String::new());
        }
    }
}

/// The kind, the name and the place of an item.
fn head(item: &Item) -> Option<(Kind, Name, crate::base::Span)> {
    let kind = match &item.kind {
        ItemKind::Enum(_) => Kind::Enum,
        ItemKind::Record(_) => Kind::Record,
        ItemKind::Trait(_) => Kind::Trait,
        ItemKind::Service(_) => Kind::Service,
        ItemKind::Request(_) => Kind::Request,
        ItemKind::Signal(_) => Kind::Signal,
        ItemKind::Let(_) => Kind::Definition,
        ItemKind::Define(_) => Kind::Definition,
        ItemKind::Table(_) => Kind::Table,
        ItemKind::Route(_) => Kind::Route,
        ItemKind::Rule(_) => Kind::Rule,
        ItemKind::Waiver(_) => Kind::Waiver,
        ItemKind::Test(_) => Kind::Test,
        ItemKind::Property(_) | ItemKind::Mission(_) | ItemKind::Error { .. } => return None,
    };
    let (name, at) = named(item)?;
    Some((kind, name, at))
}
