//! Contracts: that each service gives what its traits oblige it to.

use std::collections::{BTreeMap, BTreeSet};

use super::collections::duplicate;
use super::scope::Scope;
use super::{Checker, KnownService, codes};
use crate::base::similar::nearest;
use crate::base::{Name, Span};
use crate::diag::Diagnostic;
use crate::facts::contract;
use crate::graph;
use crate::ir::{Accept, Direction, Guarantee, Service};
use crate::resolve::{Declared, Program};
use crate::syntax::ast::{AcceptClause, EntryOp, ItemKind, ServiceEntry, ServiceItem};
use crate::value::{Type, Value};

/// What a service's entry states.
enum Stated {
    Field(Type, bool),
    Promise(Guarantee),
}

impl Checker<'_> {
    /// Takes in the services of data files, whose contracts are complete already.
    pub(super) fn import(&mut self, imported: Vec<(Name, Span, Service)>) {
        for (name, span, service) in imported {
            if let Some(first) = self.known_services.get(&name) {
                let message = format!("service `{name}` is declared twice");
                let diagnostic = Diagnostic::error(&crate::resolve::codes::DUPLICATE_ITEM, span, message)
                    .label("declared again here")
                    .related(first.span, "first declared here")
                    .help("rename or remove one of the two");
                self.report(diagnostic);
                continue;
            }
            self.known_services.insert(name.clone(), KnownService { traits: service.traits.clone(), span });
            self.services.insert(name, service);
        }
    }

    /// All contracts in source files, then what holds between services.
    pub(super) fn check_services(&mut self) {
        let program: &Program = self.program;
        for decl in &program.items {
            if let ItemKind::Service(item) = &decl.item.kind {
                self.check_service(decl, item);
            }
        }
        self.check_uses();
    }

    fn check_service(&mut self, decl: &Declared, item: &ServiceItem) {
        let traits = self.known_services.get(&decl.name).map(|k| k.traits.clone()).unwrap_or_default();
        if item.traits.is_empty() {
            let message = format!("service `{}` implements no trait", decl.name);
            let diagnostic = Diagnostic::error(&codes::EMPTY, decl.name_span, message);
            self.report(diagnostic.help("say what it is: `service \"name\" is Trait { … }`"));
            return;
        }
        let mut stated: BTreeMap<Name, (Value, Span)> = BTreeMap::new();
        let mut broken: BTreeMap<Name, Span> = BTreeMap::new();
        for (i, entry) in item.entries.iter().enumerate() {
            if let Some(first) = item.entries.iter().take(i).find(|e| e.name.text == entry.name.text) {
                self.report(duplicate("entry", &entry.name, first.name.span));
                continue;
            }
            match self.entry(decl, &traits, entry) {
                Some(value) => {
                    stated.insert(entry.name.text.clone(), (value, entry.name.span));
                }
                None if self.stated(&traits, &entry.name.text).is_none() => {}
                None => {
                    broken.insert(entry.name.text.clone(), entry.name.span);
                }
            }
        }
        // An entry with an error of its own is not missing as well.
        for (name, span) in broken {
            stated.insert(name, (Value::Bool(false), span));
        }
        let Some(mut service) = self.complete(decl, item, stated) else { return };
        service.accepts = item.accepts.iter().filter_map(|a| self.accept(decl, item, a)).collect();
        self.services.insert(decl.name.clone(), service);
    }

    /// The contract with its defaults, if it owes nothing.
    fn complete(
        &mut self,
        decl: &Declared,
        item: &ServiceItem,
        stated: BTreeMap<Name, (Value, Span)>,
    ) -> Option<Service> {
        let claimed: Option<Vec<(Name, Span)>> = item
            .traits
            .iter()
            .map(|p| self.program.lookup(decl.package, p).map(|d| (d.name.clone(), p.span())))
            .collect();
        let traits = self.known_services.get(&decl.name).into_iter().flat_map(|known| &known.traits);
        let places = traits.filter_map(|t| Some((t.clone(), self.program.by_name(t)?.name_span))).collect();
        let at = self.at(decl.name_span);
        let shape = contract::Shape::of(&self.policy, &claimed?);
        let completed = shape.and_then(|s| contract::complete((&decl.name, decl.name_span), at, &s, stated, &places));
        completed.map_err(|found| self.diagnostics.extend(found)).ok()
    }

    fn entry(&mut self, decl: &Declared, traits: &BTreeSet<Name>, entry: &ServiceEntry) -> Option<Value> {
        let Some(stated) = self.stated(traits, &entry.name.text) else {
            self.unknown_entry(decl, traits, entry);
            return None;
        };
        self.check_sign(entry, &stated);
        let (ty, optional) = match stated {
            Stated::Field(ty, optional) => (ty, optional),
            Stated::Promise(guarantee) => (guarantee.ty, false),
        };
        let value = self.constant(decl.package, &entry.value, &ty, "a contract")?;
        if value.is_none() && !optional {
            let diagnostic = Diagnostic::error(&codes::MAY_BE_UNKNOWN, entry.value.span, "this is unknown");
            self.report(diagnostic.help("leave the entry out where nothing is known"));
        }
        value
    }

    fn stated(&self, traits: &BTreeSet<Name>, name: &Name) -> Option<Stated> {
        let mut found = traits.iter().filter_map(|t| self.policy.traits.get(t));
        found.find_map(|t| match (t.fields.get(name), t.guarantees.get(name)) {
            (Some(field), _) => Some(Stated::Field(field.ty.clone(), field.optional)),
            (None, Some(guarantee)) => Some(Stated::Promise(guarantee.clone())),
            (None, None) => None,
        })
    }

    /// A field is given with `=`, a promise with the sign of its direction.
    fn check_sign(&mut self, entry: &ServiceEntry, stated: &Stated) {
        let name = &entry.name.text;
        let (wanted, why) = match stated {
            Stated::Field(..) => (EntryOp::Is, format!("`{name}` is a field: it has a value, not a bound")),
            Stated::Promise(g) => match g.direction {
                None => (EntryOp::Is, format!("`{name}` is promised or not")),
                Some(Direction::AtMost) => {
                    (EntryOp::AtMost, format!("`{name}` is promised `at most`: the bound is an upper one"))
                }
                Some(Direction::AtLeast) => {
                    (EntryOp::AtLeast, format!("`{name}` is promised `at least`: the bound is a lower one"))
                }
            },
        };
        if entry.op == wanted {
            return;
        }
        let sign = |op| match op {
            EntryOp::Is => "=",
            EntryOp::AtMost => "<=",
            EntryOp::AtLeast => ">=",
        };
        let message = format!("`{name}` is stated with `{}`, not `{}`", sign(wanted), sign(entry.op));
        let mut diagnostic = Diagnostic::error(&codes::ENTRY_SIGN, entry.op_span, message)
            .label("wrong sign")
            .help(why)
            .fix(format!("write `{}`", sign(wanted)), entry.op_span, sign(wanted));
        if let Some(((_, _), span)) = self.declared_at.iter().find(|((_, field), _)| field == name) {
            diagnostic = diagnostic.related(*span, format!("`{name}` is declared here"));
        }
        self.report(diagnostic);
    }

    fn unknown_entry(&mut self, decl: &Declared, traits: &BTreeSet<Name>, entry: &ServiceEntry) {
        if traits.is_empty() {
            return;
        }
        let known: Vec<&Name> = traits
            .iter()
            .filter_map(|t| self.policy.traits.get(t))
            .flat_map(|t| t.fields.keys().chain(t.guarantees.keys()))
            .collect();
        let near = nearest(&entry.name.text, known.iter().map(|n| &***n));
        let list: Vec<String> = traits.iter().map(|t| format!("`{t}`")).collect();
        let message = format!("no trait of `{}` has a field `{}`", decl.name, entry.name.text);
        let mut diagnostic = Diagnostic::error(&codes::UNKNOWN_FIELD, entry.name.span, message)
            .label(format!("not a field of {}", list.join(" or ")));
        if let Some(decl) = traits.first().and_then(|t| self.program.by_name(t)) {
            diagnostic = diagnostic.related(decl.name_span, format!("trait `{}` is declared here", decl.name));
        }
        let measured =
            |t: &Name| self.policy.traits.get(t).is_some_and(|t| t.measurements.contains_key(&entry.name.text));
        self.report(match traits.iter().any(measured) {
            true => diagnostic.help("what is measured is told by results, and no service states it: remove it here"),
            false => diagnostic.suggest(entry.name.span, near),
        });
    }

    fn accept(&mut self, decl: &Declared, item: &ServiceItem, clause: &AcceptClause) -> Option<Accept> {
        let request =
            self.item_of_kind(decl.package, &clause.request, "request type", |k| matches!(k, ItemKind::Request(_)))?;
        let subject =
            item.traits.iter().filter_map(|p| self.program.find(decl.package, p).ok()).map(|d| d.name.clone());
        let mut scope = Scope {
            package: decl.package,
            request: Some(request.clone()),
            subject: subject.collect(),
            subject_is_all: true,
            now: true,
            signals: true,
            ..Scope::default()
        };
        let condition = self.condition(&mut scope, &clause.condition);
        self.check_size(&condition.expr, clause.condition.span);
        Some(Accept {
            request,
            condition: condition.expr,
            because: clause.because.as_ref().map(|t| t.text.clone()),
            at: self.at(clause.span),
        })
    }

    /// Nobody is, through others, a sub-processor of itself.
    fn check_uses(&mut self) {
        let mut edges = graph::Edges::new();
        for (name, service) in &self.services {
            let used = service.values.get("uses").and_then(Value::elements).unwrap_or(&[]);
            let names = used.iter().filter_map(|v| match v {
                Value::Service(name) => Some(name.clone()),
                _ => None,
            });
            edges.insert(name.clone(), names.collect());
        }
        if let Some(cycle) = graph::cycle(&edges) {
            let declared_here = cycle.first().is_some_and(|n| self.program.service(n).is_some());
            let why = "a service that uses itself through others has no sub-processors to list; remove one of the uses";
            if declared_here {
                self.report_cycle(&codes::USES_CYCLE, "uses", &cycle, why);
                return;
            }
            let path: Vec<String> = cycle.iter().map(|n| format!("`{n}`")).collect();
            if let Some(known) = cycle.first().and_then(|n| self.known_services.get(n)) {
                let message = format!("uses cycle: {}", path.join(" → "));
                let diagnostic = Diagnostic::error(&codes::USES_CYCLE, known.span, message);
                self.report(diagnostic.help(why));
            }
        }
    }
}
