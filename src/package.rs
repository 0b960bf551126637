//! A package, opened: from a folder to a checked program, in one call.
//!
//! *Takes* a folder through the [`World`]; *gives* a [`Package`] with everything that could be understood and everything that
//! is wrong. *Promises* that a package without errors may run. *Leaves out* decisions.

use std::path::Path;

use crate::base::{Name, Sources, Span};
use crate::check::{self, Checker};
use crate::diag::{Diagnostic, print};
use crate::facts::{adapter, contract, tree};
use crate::ir::suite::Test;
use crate::ir::{Policy, Service, Services};
use crate::resolve::{self, Loaded, Program};
use crate::syntax::ast::ItemKind;
use crate::world::World;

/// A package and all it depends on, checked.
#[derive(Debug)]
pub struct Package {
    /// What the organisation wrote.
    pub policy: Policy,
    /// What the services state.
    pub services: Services,
    /// What the package says of its own decisions.
    pub tests: Vec<Test>,
    /// Every file that was read.
    pub sources: Sources,
    /// What is wrong, in order.
    pub diagnostics: Vec<Diagnostic>,
}

impl Package {
    /// Whether it may run.
    pub fn is_sound(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Opens the package in a folder: parse, resolve, check.
pub fn open(world: &dyn World, dir: &Path) -> Package {
    let loaded = resolve::load(world, dir);
    let Loaded { program, sources, imports, mut diagnostics, damaged } = loaded;
    let checker = Checker::declare(&program, &sources);
    let (imported, problems) = import(&checker, &program, &imports, &sources);
    diagnostics.extend(problems);
    let checked = checker.finish(imported);
    let follows_from_damage = |d: &Diagnostic| {
        let says_missing = ABSENCES.contains(&d.code.id);
        says_missing && damaged.iter().any(|s| s.file == d.span.file && s.start <= d.span.start && d.span.end <= s.end)
    };
    diagnostics.extend(checked.diagnostics.into_iter().filter(|d| !follows_from_damage(d)));
    print::sort(&mut diagnostics, &sources);
    Package { policy: checked.policy, services: checked.services, tests: checked.tests, sources, diagnostics }
}

/// Codes that say that something is missing: not said of an item in which something did not parse, since what is missing
/// may be what did not parse.
const ABSENCES: &[&str] = &[
    check::codes::EMPTY.id,
    check::codes::EMPTY_RULE.id,
    check::codes::WAIVER.id,
    check::codes::ROLES.id,
    crate::facts::codes::MISSING_FIELD.id,
];

/// The services of all imported data files, complete and typed, each with where it is named.
fn import(
    checker: &Checker<'_>,
    program: &Program,
    imports: &[resolve::Import],
    sources: &Sources,
) -> (Vec<(Name, Span, Service)>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut stated = Vec::new();
    for import in imports {
        let (found, problems) = read_import(checker.policy(), program, import, sources);
        stated.extend(found);
        diagnostics.extend(problems);
    }
    let mut heads = checker.service_traits();
    heads.extend(contract::heads(checker.policy(), &stated));
    let traits = program.items.iter().filter(|d| matches!(d.item.kind, ItemKind::Trait(_)));
    let places = traits.map(|d| (d.name.clone(), d.name_span)).collect();
    let context = contract::Context { policy: checker.policy(), heads: &heads, places: &places, sources };
    let (services, problems) = contract::contracts(&stated, &context);
    diagnostics.extend(problems);
    (services, diagnostics)
}

fn read_import(
    policy: &Policy,
    program: &Program,
    import: &resolve::Import,
    sources: &Sources,
) -> (Vec<contract::Stated>, Vec<Diagnostic>) {
    let Some(source) = sources.get(import.file) else { return (Vec::new(), Vec::new()) };
    let node = match tree::read(import.file, &source.name, &source.text) {
        Ok(node) => node,
        Err(problems) => return (Vec::new(), problems),
    };
    let entry = &import.entry;
    let options = entry.options.iter().filter_map(|(key, value)| match &value.kind {
        tree::Kind::Text(text) => Some((key.text.clone(), text.clone(), key.span)),
        _ => Some((key.text.clone(), Name::from(sources.text(value.span)), key.span)),
    });
    let described = adapter::Import {
        adapter: (&entry.adapter.text, entry.adapter.span),
        trait_: entry.trait_.as_ref().map(|t| (program.canonical(import.package, &t.text), t.span)),
        options: options.collect(),
    };
    let (mut stated, problems) = adapter::adapt(&described, &node, policy);
    for (trait_, _) in stated.iter_mut().flat_map(|s| &mut s.traits) {
        *trait_ = program.canonical(import.package, trait_);
    }
    (stated, problems)
}
