//! Enums, records, request types and signals: what values there are.

use std::collections::{BTreeMap, BTreeSet};

use super::collections::duplicate;
use super::scope::{Bare, Scope};
use super::{Checker, KnownService, codes};
use crate::base::Name;
use crate::diag::Diagnostic;
use crate::facts::rows::{self, Row};
use crate::graph;
use crate::ir::{EnumType, Field, Invariant, RequestType, Signal};
use crate::resolve::{Declared, Program};
use crate::syntax::ast::{self, FieldDecl, Ident, ItemKind};
use crate::value::{Type, Value};

impl<'a> Checker<'a> {
    /// Enums first, since everything else may name them; then records, in an order that lets defaults hold records.
    pub(super) fn declare_types(&mut self) {
        let program: &Program = self.program;
        for decl in &program.items {
            if let ItemKind::Enum(item) = &decl.item.kind {
                self.declare_enum(decl, item);
            }
        }
        for decl in self.records_in_order() {
            if let ItemKind::Record(item) = &decl.item.kind {
                let fields = self.fields(decl.package, &item.fields);
                self.policy.records.insert(decl.name.clone(), fields);
            }
        }
    }

    fn declare_enum(&mut self, decl: &Declared, item: &ast::EnumItem) {
        let mut members: Vec<Name> = Vec::new();
        for (i, member) in item.members.iter().enumerate() {
            match item.members.iter().take(i).find(|m| m.text == member.text) {
                Some(first) => self.report(duplicate("member", member, first.span)),
                None => members.push(member.text.clone()),
            }
        }
        if members.is_empty() {
            let message = format!("enum `{}` has no members", decl.name);
            self.report(Diagnostic::error(&codes::EMPTY, decl.name_span, message).help("give it at least one member"));
        }
        self.policy.enums.insert(decl.name.clone(), EnumType { ordered: item.ordered, members });
    }

    /// All records, each behind those that its fields hold; those on a cycle are reported and come last.
    fn records_in_order(&mut self) -> Vec<&'a Declared> {
        let program: &'a Program = self.program;
        let mut edges = graph::Edges::new();
        for decl in &program.items {
            if let ItemKind::Record(item) = &decl.item.kind {
                let held = item.fields.iter().filter_map(|f| record_path(&f.ty));
                let names = held.filter_map(|p| program.lookup(decl.package, p));
                let records = names.filter(|d| matches!(d.item.kind, ItemKind::Record(_)));
                edges.insert(decl.name.clone(), records.map(|d| d.name.clone()).collect());
            }
        }
        let order = graph::dependencies_first(&edges).unwrap_or_else(|| {
            if let Some(cycle) = graph::cycle(&edges) {
                self.report_cycle(&codes::RECORD_CYCLE, "record", &cycle, "a record cannot hold itself");
            }
            edges.keys().cloned().collect()
        });
        order.iter().filter_map(|name| program.by_name(name)).collect()
    }

    /// Reports a cycle of items with its path and where each member of it is declared.
    pub(super) fn report_cycle(&mut self, code: &'static crate::diag::Code, what: &str, cycle: &[Name], why: &str) {
        let path: Vec<String> = cycle.iter().map(|n| format!("`{n}`")).collect();
        let place = |name: &Name| {
            let program: &Program = self.program;
            program.by_name(name).or_else(|| program.service(name)).map(|d| d.name_span)
        };
        let Some(span) = cycle.first().and_then(place) else { return };
        let mut diagnostic = Diagnostic::error(code, span, format!("{what} cycle: {}", path.join(" → ")));
        diagnostic = diagnostic.label("the cycle begins and ends here").help(why);
        for name in cycle.iter().skip(1).take(cycle.len().saturating_sub(2)) {
            if let Some(span) = place(name) {
                diagnostic = diagnostic.related(span, format!("it goes through `{name}`"));
            }
        }
        self.report(diagnostic);
    }

    /// The fields of a record, request or trait; each once.
    pub(super) fn fields(&mut self, package: usize, declared: &[FieldDecl]) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for (i, decl) in declared.iter().enumerate() {
            if let Some(first) = declared.iter().take(i).find(|d| d.name.text == decl.name.text) {
                self.report(duplicate("field", &decl.name, first.name.span));
                continue;
            }
            if let Some(field) = self.field_decl(package, decl) {
                fields.push(field);
            }
        }
        fields
    }

    fn field_decl(&mut self, package: usize, decl: &FieldDecl) -> Option<Field> {
        let ty = self.type_of(package, &decl.ty, false)?;
        let default = match &decl.default {
            Some(e) => self.constant(package, e, &ty, "a default").flatten(),
            None => None,
        };
        Some(Field { name: decl.name.text.clone(), ty, optional: decl.ty.optional, default })
    }

    /// The names and traits of all services in source files.
    pub(super) fn know_services(&mut self) {
        let program: &Program = self.program;
        for decl in &program.items {
            if let ItemKind::Service(_) = &decl.item.kind {
                let known = KnownService { traits: BTreeSet::new(), span: decl.name_span };
                self.known_services.insert(decl.name.clone(), known);
            }
        }
    }

    /// Request types and their fields; their invariants are checked once definitions are known.
    pub(super) fn declare_requests(&mut self) {
        let program: &Program = self.program;
        for decl in &program.items {
            if let ItemKind::Request(item) = &decl.item.kind {
                let fields = self.fields(decl.package, &item.fields);
                self.policy.requests.insert(decl.name.clone(), RequestType { fields, invariants: Vec::new() });
            }
        }
    }

    /// Signals.
    pub(super) fn declare_signals(&mut self) {
        let program: &Program = self.program;
        for decl in &program.items {
            if let ItemKind::Signal(item) = &decl.item.kind {
                let subject = match &item.subject {
                    Some(path) => match self.trait_named(decl.package, path) {
                        Some(name) => Some(name),
                        None => continue,
                    },
                    None => None,
                };
                let Some(ty) = self.type_of(decl.package, &item.ty, false) else { continue };
                let default = item.default.as_ref().and_then(|e| self.constant(decl.package, e, &ty, "a default"));
                self.policy.signals.insert(decl.name.clone(), Signal { subject, ty, default: default.flatten() });
            }
        }
    }

    /// The invariants of request types.
    pub(super) fn check_request_invariants(&mut self) {
        let program: &Program = self.program;
        for decl in &program.items {
            if let ItemKind::Request(item) = &decl.item.kind {
                let bare = Bare::Request(decl.name.clone());
                let scope = Scope {
                    package: decl.package,
                    request: Some(decl.name.clone()),
                    bare,
                    now: true,
                    ..Scope::default()
                };
                let invariants = self.invariants(&scope, &item.invariants);
                if let Some(request) = self.policy.requests.get_mut(&decl.name) {
                    request.invariants = invariants;
                }
            }
        }
    }

    /// Invariants in a scope.
    pub(super) fn invariants(&mut self, scope: &Scope, written: &[ast::Invariant]) -> Vec<Invariant> {
        let mut checked = Vec::new();
        for invariant in written {
            let condition = self.condition(&mut scope.clone(), &invariant.condition);
            self.check_size(&condition.expr, invariant.condition.span);
            checked.push(Invariant {
                condition: condition.expr,
                because: invariant.because.as_ref().map(|t| t.text.clone()),
                at: self.at(invariant.span),
            });
        }
        checked
    }

    /// Tables: the type of their rows first, then the rows.
    pub(super) fn declare_tables(&mut self) {
        let program: &Program = self.program;
        for decl in &program.items {
            if let ItemKind::Table(item) = &decl.item.kind {
                self.declare_table(decl, item);
            }
        }
    }

    fn declare_table(&mut self, decl: &Declared, item: &ast::TableItem) {
        let key = self.type_of(decl.package, &item.key, false);
        let value = match &item.value.kind {
            ast::TypeKind::Record(fields) => {
                let fields = self.fields(decl.package, fields);
                let name = Name::from(format!("{}[]", decl.name));
                self.policy.records.insert(name.clone(), fields);
                Some(Type::Record(name))
            }
            _ => self.type_of(decl.package, &item.value, false),
        };
        let (Some(key), Some(value)) = (key, value) else { return };
        self.policy.tables.insert(decl.name.clone(), crate::ir::Table { key, value, rows: BTreeMap::new() });
    }

    /// The rows of all tables, from source files and from data.
    pub(super) fn check_rows(&mut self, stated: &[Row]) {
        let heads = self.service_traits();
        let program: &Program = self.program;
        for decl in &program.items {
            let ItemKind::Table(item) = &decl.item.kind else { continue };
            let Some(table) = self.policy.tables.get(&decl.name).cloned() else { continue };
            let mut all: BTreeMap<Value, Value> = BTreeMap::new();
            let mut places: BTreeMap<Value, crate::base::Span> = BTreeMap::new();
            for row in &item.rows {
                let key = self.constant(decl.package, &row.key, &table.key, "a key");
                let value = self.constant(decl.package, &row.value, &table.value, "a row");
                let (Some(Some(key)), Some(Some(value))) = (key, value) else { continue };
                if let Some(first) = places.get(&key) {
                    let word = Ident { text: Name::from(key.to_string()), span: row.key.span };
                    self.report(duplicate("row", &word, *first));
                    continue;
                }
                places.insert(key.clone(), row.key.span);
                all.insert(key, value);
            }
            let (typed, found) = rows::rows(&decl.name, &table, stated, &self.policy, &heads);
            self.diagnostics.extend(found);
            for (key, value, span) in typed {
                if let Some(first) = places.get(&key) {
                    let word = Ident { text: Name::from(key.to_string()), span };
                    self.report(duplicate("row", &word, *first));
                    continue;
                }
                places.insert(key.clone(), span);
                all.insert(key, value);
            }
            if let Some(table) = self.policy.tables.get_mut(&decl.name) {
                table.rows = all;
            }
        }
    }
}

/// The path of the record that a field's type holds, inside collections too.
fn record_path(ty: &ast::TypeExpr) -> Option<&ast::Path> {
    match &ty.kind {
        ast::TypeKind::Name(path) => Some(path),
        ast::TypeKind::Set(element) | ast::TypeKind::List(element) => record_path(element),
        _ => None,
    }
}
