//! Missions: bounded, typed, and acyclic before anything runs.

use std::collections::BTreeSet;

use super::collections::duplicate;
use super::scope::{Scope, Unknown, Variable};
use super::{Checker, codes};
use crate::base::{Name, Span};
use crate::diag::Diagnostic;
use crate::graph;
use crate::resolve::{Declared, Program};
use crate::syntax::ast::{Ident, ItemKind, MissionItem, MissionStep, Operation, StepBody};
use crate::value::Type;

/// Steps that a mission may take where it says nothing.
const STEPS: i64 = 5;
/// Human steps that a mission may take where it says nothing.
const HUMAN_STEPS: i64 = 2;

impl Checker<'_> {
    pub(super) fn check_missions(&mut self) {
        let program: &Program = self.program;
        for decl in &program.items {
            if let ItemKind::Mission(item) = &decl.item.kind {
                self.check_mission(decl, item);
            }
        }
    }

    fn check_mission(&mut self, decl: &Declared, item: &MissionItem) {
        let mut scope = Scope { package: decl.package, now: true, signals: true, ..Scope::default() };
        for param in &item.params {
            let ty = self.type_of(decl.package, &param.ty, true);
            let unknown = if param.ty.optional { Unknown::Possibly } else { Unknown::Never };
            self.mission_name(&mut scope, &param.name, ty, unknown);
        }
        for field in &item.state {
            let ty = self.type_of(decl.package, &field.ty, false);
            if let (Some(ty), Some(default)) = (&ty, &field.default) {
                self.constant(decl.package, default, ty, "a first value");
            }
            let unknown = if field.ty.optional { Unknown::Possibly } else { Unknown::Never };
            self.mission_name(&mut scope, &field.name, ty, unknown);
        }
        self.check_limits(decl, item);
        self.check_order(item);
        for step in &item.steps {
            self.check_step(&mut scope, item, step);
        }
    }

    fn mission_name(&mut self, scope: &mut Scope, name: &Ident, ty: Option<Type>, unknown: Unknown) {
        if let Some(first) = scope.variable(&name.text) {
            let first = first.span;
            self.report(duplicate("name", name, first));
            return;
        }
        let (name, span, bound) = (name.text.clone(), name.span, super::scope::Bound::Exact);
        scope.variables.push(Variable { name, span, ty, unknown, bound });
    }

    /// The steps are counted before anything runs.
    fn check_limits(&mut self, decl: &Declared, item: &MissionItem) {
        let human = item.steps.iter().filter(|s| matches!(s.body, StepBody::Human { .. })).count() as i64;
        let steps = item.steps.len() as i64;
        let limits = [("steps", steps, item.step_limit, STEPS), ("human steps", human, item.human_limit, HUMAN_STEPS)];
        for (what, count, limit, otherwise) in limits {
            let (most, span) = limit.unwrap_or((otherwise, decl.name_span));
            if count > most {
                let message = format!("mission `{}` has {count} {what}; its limit is {most}", decl.name);
                let diagnostic = Diagnostic::error(&codes::MISSION, span, message).label("the limit");
                self.report(diagnostic.help("raise the limit, as in `limit steps 8, human 2`, or split the mission"));
            }
        }
        if item.steps.is_empty() {
            let message = format!("mission `{}` has no steps", decl.name);
            self.report(Diagnostic::error(&codes::EMPTY, decl.name_span, message));
        }
    }

    fn check_order(&mut self, item: &MissionItem) {
        let mut edges = graph::Edges::new();
        for (i, step) in item.steps.iter().enumerate() {
            if let Some(first) = item.steps.iter().take(i).find(|s| s.name.text == step.name.text) {
                self.report(duplicate("step", &step.name, first.name.span));
            }
            for before in &step.after {
                if !item.steps.iter().any(|s| s.name.text == before.text) {
                    let message = format!("the mission has no step `{}`", before.text);
                    let near = crate::base::similar::nearest(&before.text, item.steps.iter().map(|s| &*s.name.text));
                    self.report(Diagnostic::error(&codes::MISSION, before.span, message).suggest(before.span, near));
                }
            }
            let befores: BTreeSet<Name> = step.after.iter().map(|b| b.text.clone()).collect();
            edges.entry(step.name.text.clone()).or_default().extend(befores);
        }
        if let Some(cycle) = graph::cycle(&edges) {
            let path: Vec<String> = cycle.iter().map(|n| format!("`{n}`")).collect();
            if let Some(step) = item.steps.iter().find(|s| Some(&s.name.text) == cycle.first()) {
                let message = format!("the steps wait for each other: {}", path.join(" → "));
                self.report(
                    Diagnostic::error(&codes::MISSION, step.name.span, message).help("remove one of the `after`s"),
                );
            }
        }
    }

    fn check_step(&mut self, scope: &mut Scope, item: &MissionItem, step: &MissionStep) {
        if let Some(when) = &step.when {
            self.condition(scope, when);
        }
        match &step.body {
            StepBody::Operations(operations) => {
                for operation in operations {
                    self.check_operation(scope, item, operation);
                }
            }
            StepBody::Human { ask, options, by, into } => {
                self.expect(scope, ask, &Type::Text);
                let answer = into.as_ref().and_then(|into| self.state(scope, item, into));
                if let (Some(options), Some(answer)) = (options, answer) {
                    self.expect(scope, options, &Type::List(Box::new(answer)));
                }
                if let Some(by) = by {
                    self.expect(scope, by, &Type::List(Box::new(Type::Text)));
                }
            }
        }
    }

    /// The type of a state field that is written to.
    fn state(&mut self, scope: &Scope, item: &MissionItem, name: &Ident) -> Option<Type> {
        if item.state.iter().any(|f| f.name.text == name.text) {
            return scope.variable(&name.text).and_then(|v| v.ty.clone());
        }
        let near = crate::base::similar::nearest(&name.text, item.state.iter().map(|f| &*f.name.text));
        let message = format!("`{}` is no field of the mission's state", name.text);
        let diagnostic = Diagnostic::error(&codes::MISSION, name.span, message).label("cannot be written to");
        self.report(match near {
            Some(_) => diagnostic.suggest(name.span, near),
            None => diagnostic.help("declare it in `state { name: type = value }`"),
        });
        None
    }

    fn check_operation(&mut self, scope: &mut Scope, item: &MissionItem, operation: &Operation) {
        match operation {
            Operation::Set(name, value) | Operation::Merge(name, value) => {
                match self.state(scope, item, name) {
                    Some(ty) => self.expect(scope, value, &ty),
                    None => self.expr(scope, value, None),
                };
            }
            Operation::Append(name, value)
                if &*name.text == "log" && !item.state.iter().any(|f| &*f.name.text == "log") =>
            {
                self.expr(scope, value, None);
            }
            Operation::Append(name, value) => {
                let element = self.state(scope, item, name).map(|ty| (ty.element().cloned(), ty));
                match element {
                    Some((Some(element), _)) => {
                        self.expect(scope, value, &element);
                    }
                    Some((None, ty)) => self.not_appendable(name, &ty),
                    None => {}
                }
            }
            Operation::Increment(name, by) => {
                let ty = self.state(scope, item, name);
                if let Some(ty) = ty.as_ref().filter(|t| **t != Type::Int && t.unit().is_none()) {
                    self.not_numeric(name.span, ty);
                } else if let (Some(by), Some(ty)) = (by, &ty) {
                    self.expect(scope, by, ty);
                }
            }
            Operation::Unset(name) => {
                self.state(scope, item, name);
            }
            Operation::Copy(from, to) => {
                let (a, b) = (self.state(scope, item, from), self.state(scope, item, to));
                if let (Some(a), Some(b)) = (a, b)
                    && !self.fits(&a, &b)
                {
                    let message = format!("{a:#} cannot be copied into {b:#}");
                    self.report(Diagnostic::error(&codes::MISMATCH, to.span, message));
                }
            }
            Operation::Noop(_) => {}
            Operation::Fail(reason) => {
                self.expect(scope, reason, &Type::Text);
            }
            Operation::Route { route, role: _, request, into } => {
                let named = self.item_of_kind(scope.package, route, "route", |k| matches!(k, ItemKind::Route(_)));
                let request_type = named.and_then(|n| self.policy.routes.get(&n)).map(|r| r.request.clone());
                if let Some(request_type) = request_type {
                    self.expect(scope, request, &Type::Request(request_type));
                }
                self.state(scope, item, into);
            }
            Operation::Mission { mission, field: _, args: _, into } => {
                self.item_of_kind(scope.package, mission, "mission", |k| matches!(k, ItemKind::Mission(_)));
                if let Some(into) = into {
                    self.state(scope, item, into);
                }
            }
        }
    }

    fn not_appendable(&mut self, name: &Ident, ty: &Type) {
        let message = format!("`{}` is {ty:#}; only a list or a set can be appended to", name.text);
        self.report(Diagnostic::error(&codes::NOT_A_COLLECTION, name.span, message));
    }

    fn not_numeric(&mut self, span: Span, ty: &Type) {
        let message = format!("{ty:#} cannot be incremented");
        self.report(Diagnostic::error(&codes::MISMATCH, span, message));
    }
}
