//! `let` and `define`: checked where they are first needed, so that their order does not matter.

use super::scope::{Bound, Scope, Typed, Unknown, Variable};
use super::{Checker, codes};
use crate::base::{Name, Span};
use crate::diag::Diagnostic;
use crate::facts::rows::Row;
use crate::ir::{Definition, Expr as Ir};
use crate::resolve::{Declared, Program};
use crate::syntax::ast::{DefineItem, ItemKind, LetItem};
use crate::value::Type;

/// What is known of a `let` or `define` once it is checked.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    /// Name, type and whether it may be unknown, of each parameter; `None` where one is broken.
    pub params: Option<Vec<(Name, Type, bool)>>,
    /// The type of the result; `None` where it is broken.
    pub result: Option<Type>,
    pub unknown: Unknown,
    pub bound: Bound,
    pub reads_now: bool,
    pub reads_signals: bool,
}

impl Signature {
    fn broken() -> Self {
        Self {
            params: None,
            result: None,
            unknown: Unknown::Never,
            bound: Bound::Exact,
            reads_now: false,
            reads_signals: false,
        }
    }
}

impl Checker<'_> {
    /// Everything that has a name and a value, whether used or not.
    pub(super) fn check_definitions(&mut self, rows: &[Row]) {
        self.declare_requests();
        self.declare_signals();
        self.declare_tables();
        let program: &Program = self.program;
        for decl in &program.items {
            if matches!(decl.item.kind, ItemKind::Let(_) | ItemKind::Define(_)) {
                self.signature(&decl.name, decl.name_span);
            }
        }
        self.check_rows(rows);
        self.check_request_invariants();
    }

    /// A `let` named in an expression.
    pub(super) fn constant_name(&mut self, name: &Name, span: Span) -> Typed {
        let signature = self.signature(name, span);
        match signature.result {
            Some(ty) => Typed::new(Ir::Constant(name.clone()), ty).or_unknown(signature.unknown),
            None => Typed::broken(),
        }
    }

    /// What is known of a `let` or `define`; checks it first, if this is the first time that it is named.
    pub(super) fn signature(&mut self, name: &Name, span: Span) -> Signature {
        if let Some(known) = self.results.get(name) {
            return known.clone();
        }
        if let Some(start) = self.in_progress.iter().position(|n| n == name) {
            let mut cycle: Vec<Name> = self.in_progress.iter().skip(start).cloned().collect();
            // Begin with the smallest name, so that the report does not depend on which was met first.
            let smallest = cycle.iter().enumerate().min_by_key(|(_, n)| (*n).clone()).map_or(0, |(i, _)| i);
            cycle.rotate_left(smallest);
            cycle.extend(cycle.first().cloned());
            let why = "definitions cannot call each other in a circle, so that evaluation always ends";
            self.report_cycle(&codes::CYCLIC_DEFINITION, "definition", &cycle, why);
            return Signature::broken();
        }
        if self.in_progress.len() >= crate::base::limits::EXPRESSION_DEPTH {
            let message = "definitions refer to each other too deeply";
            self.report(Diagnostic::error(&codes::TOO_LARGE, span, message));
            return Signature::broken();
        }
        self.in_progress.push(name.clone());
        let promises = std::mem::take(&mut self.promises);
        let program: &Program = self.program;
        let signature = match program.by_name(name).map(|d| (d, &d.item.kind)) {
            Some((decl, ItemKind::Let(item))) => self.check_let(decl, item),
            Some((decl, ItemKind::Define(item))) => self.check_define(decl, item),
            _ => Signature::broken(),
        };
        self.promises = promises;
        self.in_progress.pop();
        self.results.insert(name.clone(), signature.clone());
        signature
    }

    fn check_let(&mut self, decl: &Declared, item: &LetItem) -> Signature {
        let declared = item.ty.as_ref().map(|t| (self.type_of(decl.package, t, false), t.optional));
        let mut scope = Scope::constants(decl.package);
        let typed = match &declared {
            Some((None, _)) => Typed::broken(),
            Some((Some(ty), _)) => self.expect(&mut scope, &item.value, ty),
            None => self.expr(&mut scope, &item.value, None),
        };
        let ty = typed.ty.clone();
        let value = self.constant_value(typed, item.value.span, "a `let`");
        let (Some(ty), Some(value)) = (ty, value) else { return Signature::broken() };
        let unknown = if value.is_none() { Unknown::Possibly } else { Unknown::Never };
        self.policy.constants.insert(decl.name.clone(), value);
        Signature { params: Some(Vec::new()), result: Some(ty), unknown, ..Signature::broken() }
    }

    fn check_define(&mut self, decl: &Declared, item: &DefineItem) -> Signature {
        let mut scope = Scope { package: decl.package, now: true, signals: true, ..Scope::default() };
        let mut params: Option<Vec<(Name, Type, bool)>> = Some(Vec::new());
        for (i, param) in item.params.iter().enumerate() {
            if let Some(first) = item.params.iter().take(i).find(|p| p.name.text == param.name.text) {
                self.report(super::collections::duplicate("parameter", &param.name, first.name.span));
            }
            let ty = self.type_of(decl.package, &param.ty, true);
            let unknown = if param.ty.optional { Unknown::Possibly } else { Unknown::Never };
            let name = param.name.text.clone();
            match (&ty, &mut params) {
                (Some(ty), Some(params)) => params.push((name.clone(), ty.clone(), param.ty.optional)),
                _ => params = None,
            }
            scope.variables.push(Variable { name, span: param.name.span, ty, unknown, bound: Bound::Exact });
        }
        let typed = match item.result.as_ref().map(|t| self.type_of(decl.package, t, false)) {
            Some(Some(ty)) => self.expect(&mut scope, &item.body, &ty),
            Some(None) => Typed::broken(),
            None => self.expr(&mut scope, &item.body, None),
        };
        if item.result.as_ref().is_some_and(|t| !t.optional) && typed.unknown == Unknown::Possibly {
            self.require_known(&typed, item.body.span, "the declared result");
        }
        self.check_size(&typed.expr, item.body.span);
        self.remember_size(&decl.name, &typed.expr);
        let (reads_now, reads_signals) = self.reads(&typed.expr);
        let names = item.params.iter().map(|p| p.name.text.clone()).collect();
        let definition = Definition { params: names, body: typed.expr };
        self.policy.definitions.insert(decl.name.clone(), definition);
        Signature { params, result: typed.ty, unknown: typed.unknown, bound: typed.bound, reads_now, reads_signals }
    }

    /// What a call says of the real quantity, when promises are put in: the body is checked again with them, so that a
    /// comparison inside a definition is held to what the promise can decide.
    pub(super) fn bound_of_call(&mut self, decl: &Declared, bounds: Vec<Bound>, plain: Bound) -> Bound {
        let ItemKind::Define(item) = &decl.item.kind else { return plain };
        if bounds.iter().all(|b| *b == Bound::Exact) {
            return plain;
        }
        let key = (decl.name.clone(), format!("{bounds:?}"));
        if let Some(known) = self.bounds.get(&key) {
            return known.clone();
        }
        let mut scope = Scope { package: decl.package, now: true, signals: true, ..Scope::default() };
        for (param, bound) in item.params.iter().zip(bounds) {
            let ty = self.type_of(decl.package, &param.ty, true);
            let unknown = if param.ty.optional { Unknown::Possibly } else { Unknown::Never };
            let (name, span) = (param.name.text.clone(), param.name.span);
            scope.variables.push(Variable { name, span, ty, unknown, bound });
        }
        let bound = self.expr(&mut scope, &item.body, None).bound;
        self.bounds.insert(key, bound.clone());
        bound
    }

    /// Whether an expression reads the time or signals, itself or through what it calls.
    fn reads(&self, expr: &Ir) -> (bool, bool) {
        let own = (matches!(expr, Ir::Now), matches!(expr, Ir::Signal(..)));
        let called = match expr {
            Ir::Call(name, _) => self.results.get(name).map(|s| (s.reads_now, s.reads_signals)),
            _ => None,
        };
        let first = called.map_or(own, |c| (own.0 || c.0, own.1 || c.1));
        let children = crate::ir::walk::children(expr);
        children.into_iter().map(|child| self.reads(child)).fold(first, |a, b| (a.0 || b.0, a.1 || b.1))
    }
}
