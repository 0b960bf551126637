//! The services of imported data files: from text, through an adapter, to checked contracts.

use crate::base::{Name, Sources, Span};
use crate::check::Checker;
use crate::data;
use crate::diag::Diagnostic;
use crate::facts::{adapter, contract};
use crate::ir::{Policy, Service};
use crate::resolve::{self, Program};
use crate::syntax::ast::ItemKind;

/// The services of all imported data files, complete and typed, each with where it is named.
pub(super) fn import(
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
    let node = match data::read(import.file, &source.name, &source.text) {
        Ok(node) => node,
        Err(problems) => return (Vec::new(), problems),
    };
    let entry = &import.entry;
    let options = entry.options.iter().map(|(key, value)| match &value.kind {
        data::Kind::Text(text) => (key.text.clone(), text.clone(), key.span),
        _ => (key.text.clone(), Name::from(sources.text(value.span)), key.span),
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
