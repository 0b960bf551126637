//! Adapters: foreign schemas, and the native one, as services of the package's own traits.
//!
//! *Takes* a data file as a tree and what the import says; *gives* what each service states, and rows of tables. *Promises*: the places of
//! the original file stay with every fact; what the file does not state stays unknown, and nothing is invented. *Leaves out*
//! typing and obligations, which are the same for every adapter and live in [`super::contract`].

pub(super) mod caio;
mod litellm;
mod native;
mod registry;

use crate::base::{Name, Span, similar};
use crate::diag::Diagnostic;
use crate::ir::Policy;

use super::codes;
use super::contract::Stated;
use super::registry::{Registry, ScopeFile};
use super::rows::Row;
use super::rules;
use crate::data::{Node, shortened};

/// What an `[[import]]`, or the command line, says of a file.
#[derive(Clone, Debug)]
pub struct Import<'a> {
    /// The adapter, and where it is named.
    pub adapter: (&'a str, Span),
    /// The trait of the services, and where it is named.
    pub trait_: Option<(Name, Span)>,
    /// The adapter's own options: name, text, and where they are stated.
    pub options: Vec<(Name, Name, Span)>,
    /// The scope files, and where their folder is named.
    pub scopes: Option<(Vec<ScopeFile>, Span)>,
    /// What stands before the names of the importing package's items: nothing, or `package::`.
    pub prefix: Name,
}

/// What an adapter makes of a file.
#[derive(Debug, Default)]
pub struct Adapted {
    /// What services state.
    pub services: Vec<Stated>,
    /// Rows of the package's tables.
    pub rows: Vec<Row>,
    /// The registry itself, where the file is one.
    pub registry: Option<Registry>,
}

impl Import<'_> {
    /// The full name of an item of the importing package.
    fn item(&self, name: &str) -> Name {
        Name::from(format!("{}{name}", self.prefix))
    }

    /// The text of an option.
    pub(super) fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(option, ..)| &**option == name).map(|(_, text, _)| &**text)
    }
}

type Reader = fn(&Node, &Import<'_>, &Policy) -> (Adapted, Vec<Diagnostic>);

/// One way to read a data file.
#[derive(Clone, Copy, Debug)]
pub struct Adapter {
    /// Its name in a manifest.
    pub name: &'static str,
    /// What it reads, in one line.
    pub about: &'static str,
    /// The options it takes, each with what it does.
    pub options: &'static [(&'static str, &'static str)],
    /// Whether it reads the folder that an import names as `scopes`.
    pub scopes: bool,
    read: Reader,
}

/// Every adapter. A new one is a file in this folder and a row here.
pub const ADAPTERS: &[Adapter] = &[
    Adapter {
        name: "provost",
        about: "the native form, which mirrors a service's fields one to one",
        options: &[],
        scopes: false,
        read: |node, import, policy| of_services(native::read(node, import, policy)),
    },
    Adapter {
        name: "litellm-prices",
        about: "the public JSON map of model prices and context windows",
        options: &[("mode", "takes only entries with this `mode`")],
        scopes: false,
        read: |node, import, policy| of_services(litellm::read(node, import, policy)),
    },
    Adapter {
        name: "model-registry",
        about: "a TOML registry of models and layers, with the capability scopes beside it",
        options: &[],
        scopes: true,
        read: registry::read,
    },
    Adapter {
        name: "caio",
        about: "the contracts of the CAIO router, flat or nested, in all their spellings",
        options: &[],
        scopes: false,
        read: |node, import, policy| of_services(caio::read(node, import, policy)),
    },
    Adapter {
        name: rules::ADAPTER,
        about: "the rules and policies of the CAIO router, as source text",
        options: &[("routes", "the routes that the rules govern")],
        scopes: false,
        read: |_, import, _| (Adapted::default(), vec![no_data(import)]),
    },
];

/// Rules are translated once and then kept as source text, so no manifest names them.
fn no_data(import: &Import<'_>) -> Diagnostic {
    let message = format!("the adapter `{}` gives rules, which are source text and no data", rules::ADAPTER);
    let found = Diagnostic::error(&codes::UNKNOWN_ADAPTER, import.adapter.1, message);
    found.help(format!("write them once with `provost import --adapter {} FILE -o FILE.provost`", rules::ADAPTER))
}

/// What is wrong with the options of an import.
pub fn strange_options(import: &Import<'_>) -> Vec<Diagnostic> {
    let Some(adapter) = ADAPTERS.iter().find(|adapter| adapter.name == import.adapter.0) else { return Vec::new() };
    let known = || adapter.options.iter().map(|(option, _)| *option);
    let strange = import.options.iter().filter(|(option, ..)| known().all(|k| k != &**option));
    let what = format!("option of the adapter `{}`", adapter.name);
    strange.map(|(option, _, span)| unknown(&what, option, *span, known())).collect()
}

/// What the services of a file state, by the adapter that the import names.
pub fn adapt(import: &Import<'_>, node: &Node, policy: &Policy) -> (Adapted, Vec<Diagnostic>) {
    let (name, span) = import.adapter;
    let Some(adapter) = ADAPTERS.iter().find(|adapter| adapter.name == name) else {
        let known = ADAPTERS.iter().map(|adapter| adapter.name);
        return (Adapted::default(), vec![unknown("adapter", name, span, known)]);
    };
    let strange = strange_options(import);
    let (adapted, mut found) = (adapter.read)(node, import, policy);
    found.splice(0..0, strange);
    match (&import.scopes, adapter.scopes) {
        (Some((_, span)), false) => {
            let message = format!("the adapter `{name}` reads no `scopes`");
            let strange = Diagnostic::error(&codes::UNKNOWN_ADAPTER, *span, message);
            found.push(strange.help("remove the entry: only a registry has scopes beside it"));
        }
        (None, true) => {
            let message = format!("the adapter `{name}` needs to know the folder of the scopes");
            let missing = Diagnostic::error(&codes::UNKNOWN_ADAPTER, span, message);
            found.push(missing.help("state `scopes`, the folder of the scope files"));
        }
        _ => {}
    }
    (adapted, found)
}

fn of_services((services, found): (Vec<Stated>, Vec<Diagnostic>)) -> (Adapted, Vec<Diagnostic>) {
    (Adapted { services, ..Adapted::default() }, found)
}

fn unknown<'a>(what: &str, name: &str, span: Span, known: impl Iterator<Item = &'a str> + Clone) -> Diagnostic {
    let message = format!("`{}` is no {what}", shortened(name));
    let found = Diagnostic::error(&codes::UNKNOWN_ADAPTER, span, message);
    if let Some(near) = similar::nearest(name, known.clone()) {
        return found.help(format!("did you mean `{near}`?"));
    }
    let all: Vec<String> = known.map(|name| format!("`{name}`")).collect();
    if all.is_empty() { found.help("it takes none") } else { found.help(format!("there are {}", all.join(", "))) }
}

#[cfg(test)]
mod tests;
