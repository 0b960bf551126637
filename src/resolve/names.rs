//! Every declaration of a program under its one name, and what a path refers to.

use std::collections::{BTreeMap, BTreeSet};

use super::codes;
use crate::base::similar::nearest;
use crate::base::{Name, Span};
use crate::diag::Diagnostic;
use crate::syntax::ast::{Ident, Item, ItemKind, Path};
use crate::syntax::named::named;

/// A package: its name and what it calls the packages it depends on.
#[derive(Clone, Debug)]
pub struct PackageNames {
    /// The name in its manifest.
    pub name: Name,
    /// What it calls its dependencies, each with the place of that package in the program.
    pub dependencies: BTreeMap<Name, usize>,
}

/// A declaration with its one name in the program.
#[derive(Debug)]
pub struct Declared {
    /// The place of its package; the package that is run is 0.
    pub package: usize,
    /// `Model` in the package that is run, `core::Model` in another.
    pub name: Name,
    /// Where its name stands.
    pub name_span: Span,
    /// What is declared.
    pub item: Item,
}

/// All declarations of a package and its dependencies.
#[derive(Debug, Default)]
pub struct Program {
    /// The packages, the one that is run first.
    pub packages: Vec<PackageNames>,
    /// All declarations, by package, then by name: the order of files and items is gone.
    pub items: Vec<Declared>,
    by_name: BTreeMap<Name, usize>,
    services: BTreeMap<Name, usize>,
    broken: BTreeSet<Name>,
}

/// Names that mean something in every expression.
pub const RESERVED: &[&str] = &["service", "request", "now", "total", "true", "false"];

impl Program {
    /// Collects the items of all packages, given with the place of their package.
    pub fn collect(packages: Vec<PackageNames>, items: Vec<(usize, Item)>) -> (Self, Vec<Diagnostic>) {
        let mut program = Self { packages, ..Self::default() };
        let mut diagnostics = Vec::new();
        let mut declared: Vec<Declared> = Vec::new();
        for (package, item) in items {
            match named(&item) {
                Some((name, name_span)) => {
                    let name = match item.kind {
                        ItemKind::Service(_) => name,
                        _ => program.qualified(package, &name),
                    };
                    declared.push(Declared { package, name, name_span, item });
                }
                None => continue,
            }
        }
        declared.sort_by(|a, b| (a.package, &a.name, a.name_span).cmp(&(b.package, &b.name, b.name_span)));
        for decl in declared {
            program.add(decl, &mut diagnostics);
        }
        (program, diagnostics)
    }

    fn add(&mut self, decl: Declared, diagnostics: &mut Vec<Diagnostic>) {
        if matches!(decl.item.kind, ItemKind::Error { .. }) {
            self.broken.insert(decl.name);
            return;
        }
        if RESERVED.contains(&&*decl.name) {
            diagnostics.push(
                Diagnostic::error(
                    &codes::RESERVED,
                    decl.name_span,
                    format!("`{}` has a meaning of its own", decl.name),
                )
                .label("cannot be declared")
                .help("choose another name"),
            );
        }
        let at = self.items.len();
        let key = namespaced(&decl);
        let map = if matches!(decl.item.kind, ItemKind::Service(_)) { &mut self.services } else { &mut self.by_name };
        if let Some(first) = map.get(&key).and_then(|i| self.items.get(*i)) {
            let what = kind_word(&decl.item.kind);
            diagnostics.push(
                Diagnostic::error(
                    &codes::DUPLICATE_ITEM,
                    decl.name_span,
                    format!("{what} `{}` is declared twice", decl.name),
                )
                .label("declared again here")
                .related(first.name_span, format!("first declared here, as a {}", kind_word(&first.item.kind)))
                .help("rename or remove one of the two; a package has one namespace for all its files"),
            );
            return;
        }
        map.insert(key, at);
        self.items.push(decl);
    }

    /// The one name of `name` declared in a package.
    pub fn qualified(&self, package: usize, name: &str) -> Name {
        match self.packages.get(package) {
            Some(names) if package != 0 => Name::from(format!("{}::{name}", names.name)),
            _ => Name::from(name),
        }
    }

    /// The one name of what a package calls `text`, where that comes from data: `Model` or `core::Model`.
    pub fn canonical(&self, package: usize, text: &str) -> Name {
        match text.split_once("::") {
            None => self.qualified(package, text),
            Some((alias, name)) => {
                let home = self.packages.get(package).and_then(|p| p.dependencies.get(alias));
                home.map_or_else(|| Name::from(text), |home| self.qualified(*home, name))
            }
        }
    }

    /// The declaration a path of a package refers to; `Err(None)` if it is one that did not parse.
    pub fn find(&self, package: usize, path: &Path) -> Result<&Declared, Option<Box<Diagnostic>>> {
        let home = match &path.package {
            None => package,
            Some(alias) => self.dependency(package, alias).map_err(Some)?,
        };
        let name = self.qualified(home, &path.name.text);
        if self.broken.contains(&name) {
            return Err(None);
        }
        match self.by_name.get(&name).and_then(|i| self.items.get(*i)) {
            Some(decl) => Ok(decl),
            None => Err(Some(Box::new(self.unknown(home, &path.name)))),
        }
    }

    /// The declaration a path of a package refers to, for whoever asks only whether there is one.
    pub fn lookup(&self, package: usize, path: &Path) -> Option<&Declared> {
        let home = match &path.package {
            None => package,
            Some(alias) => *self.packages.get(package)?.dependencies.get(&alias.text)?,
        };
        let name = self.qualified(home, &path.name.text);
        self.by_name(&name).filter(|_| !self.broken.contains(&name))
    }

    fn dependency(&self, package: usize, alias: &Ident) -> Result<usize, Box<Diagnostic>> {
        let known = self.packages.get(package).map(|p| &p.dependencies);
        if let Some(place) = known.and_then(|d| d.get(&alias.text)) {
            return Ok(*place);
        }
        let near = known.and_then(|d| nearest(&alias.text, d.keys().map(|k| &**k)));
        let message = format!("the package depends on nothing called `{}`", alias.text);
        let diagnostic = Diagnostic::error(&codes::UNKNOWN_PACKAGE, alias.span, message).label("not a dependency");
        Err(Box::new(match near {
            Some(_) => diagnostic.suggest(alias.span, near),
            None => diagnostic
                .help(format!("name it under `[dependencies]` in provost.toml: `{} = {{ path = \"…\" }}`", alias.text)),
        }))
    }

    fn unknown(&self, package: usize, name: &Ident) -> Diagnostic {
        let near = nearest(&name.text, self.own_names(package));
        Diagnostic::error(&codes::UNKNOWN_ITEM, name.span, format!("nothing is called `{}`", name.text))
            .label("not declared in this package")
            .suggest(name.span, near)
    }

    /// The names that a package declares itself, without its own prefix.
    pub fn own_names(&self, package: usize) -> impl Iterator<Item = &str> {
        self.items
            .iter()
            .filter(move |d| d.package == package && !matches!(d.item.kind, ItemKind::Service(_)))
            .map(|d| d.name.rsplit("::").next().unwrap_or(&d.name))
    }

    /// Whether an item of this one name did not parse.
    pub fn is_broken(&self, name: &str) -> bool {
        self.broken.contains(name)
    }

    /// The declaration of a service in a source file.
    pub fn service(&self, name: &str) -> Option<&Declared> {
        self.services.get(name).and_then(|i| self.items.get(*i))
    }

    /// The declaration of an item by its one name.
    pub fn by_name(&self, name: &str) -> Option<&Declared> {
        self.by_name.get(name).and_then(|i| self.items.get(*i))
    }
}

/// Waivers and tests are named by texts and live apart from the items that expressions can name.
fn namespaced(decl: &Declared) -> Name {
    match decl.item.kind {
        ItemKind::Waiver(_) => format!("waiver {}", decl.name).into(),
        ItemKind::Test(_) => format!("test {}", decl.name).into(),
        _ => decl.name.clone(),
    }
}

/// The keyword of an item.
pub fn kind_word(kind: &ItemKind) -> &'static str {
    match kind {
        ItemKind::Enum(_) => "enum",
        ItemKind::Record(_) => "record",
        ItemKind::Trait(_) => "trait",
        ItemKind::Service(_) => "service",
        ItemKind::Request(_) => "request",
        ItemKind::Signal(_) => "signal",
        ItemKind::Let(_) => "let",
        ItemKind::Define(_) => "define",
        ItemKind::Table(_) => "table",
        ItemKind::Route(_) => "route",
        ItemKind::Rule(_) => "rule",
        ItemKind::Waiver(_) => "waiver",
        ItemKind::Test(_) => "test",
        ItemKind::Property(_) => "property",
        ItemKind::Mission(_) => "mission",
        ItemKind::Error { .. } => "broken item",
    }
}
