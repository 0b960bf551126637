//! The steps of a mission: what they write has the type of the field that takes it.

use super::scope::{Scope, Typed, Unknown};
use super::{Checker, codes};
use crate::base::similar::nearest;
use crate::base::words::Cardinality;
use crate::base::{Decimal, Name, Span};
use crate::diag::Diagnostic;
use crate::ir::mission::{Body, Operation as Ir, Step};
use crate::ir::{Expr as IrExpr, Field};
use crate::syntax::ast::{Expr, ExprKind, Ident, ItemKind, MissionItem, MissionStep, Operation, Path, StepBody};
use crate::value::{Type, Unit, Value};

/// A field that is written to.
struct Target {
    ty: Type,
    optional: bool,
}

impl Checker<'_> {
    pub(super) fn check_step(&mut self, scope: &mut Scope, item: &MissionItem, step: &MissionStep) -> Option<Step> {
        let when = step.when.as_ref().map(|when| self.mission_expr(scope, when, &Type::Bool));
        let body = match &step.body {
            StepBody::Operations(operations) => {
                let checked: Vec<Option<Ir>> =
                    operations.iter().map(|operation| self.check_operation(scope, item, operation)).collect();
                Body::Operations(checked.into_iter().flatten().collect())
            }
            StepBody::Human { ask, options, by, into } => {
                let prompt = self.mission_expr(scope, ask, &Type::Text).expr;
                let target = into.as_ref().and_then(|into| self.state(scope, item, into));
                let options = options.as_ref().map(|options| match (&target, into) {
                    (Some(target), _) => {
                        self.mission_expr(scope, options, &Type::List(Box::new(target.ty.clone()))).expr
                    }
                    (None, Some(_)) => Typed::broken().expr,
                    (None, None) => {
                        let message = "answers are offered, and no field takes one";
                        let diagnostic = Diagnostic::error(&codes::MISSION, options.span, message);
                        self.report(diagnostic.help("name the field, as in `ask \"…\" options [ … ] into field`"));
                        Typed::broken().expr
                    }
                });
                let actors = Type::List(Box::new(Type::Text));
                let actors = by.as_ref().map(|by| self.mission_expr(scope, by, &actors).expr);
                Body::Ask { prompt, options, actors, into: into.as_ref().map(|into| into.text.clone()) }
            }
        };
        Some(Step { name: step.name.text.clone(), when: when.map(|when| when.expr), body })
    }

    fn mission_expr(&mut self, scope: &mut Scope, e: &Expr, ty: &Type) -> Typed {
        let typed = self.expect(scope, e, ty);
        self.check_size(&typed.expr, e.span);
        typed
    }

    /// A value for a field, which has one unless it may be unknown.
    fn value_for(&mut self, scope: &mut Scope, e: &Expr, target: &Target) -> Option<IrExpr> {
        let typed = self.mission_expr(scope, e, &target.ty);
        if !target.optional {
            self.require_known(&typed, e.span, "this field");
        }
        typed.ty.is_some().then_some(typed.expr)
    }

    /// The field of the state that is written to.
    fn state(&mut self, scope: &Scope, item: &MissionItem, name: &Ident) -> Option<Target> {
        if let Some(field) = item.state.iter().find(|f| f.name.text == name.text) {
            let ty = scope.variable(&name.text).and_then(|v| v.ty.clone())?;
            return Some(Target { ty, optional: field.ty.optional });
        }
        let near = nearest(&name.text, item.state.iter().map(|f| &*f.name.text));
        let message = format!("`{}` is no field of the mission's state", name.text);
        let diagnostic = Diagnostic::error(&codes::MISSION, name.span, message).label("cannot be written to");
        self.report(match near {
            Some(_) => diagnostic.suggest(name.span, near),
            None => diagnostic.help("declare it in `state { name: type = value }`"),
        });
        None
    }

    fn check_operation(&mut self, scope: &mut Scope, item: &MissionItem, operation: &Operation) -> Option<Ir> {
        match operation {
            Operation::Set(name, value) => match self.state(scope, item, name) {
                Some(target) => Some(Ir::Set(name.text.clone(), self.value_for(scope, value, &target)?)),
                None => {
                    self.expr(scope, value, None);
                    None
                }
            },
            Operation::Append(name, value)
                if &*name.text == "log" && !item.state.iter().any(|f| &*f.name.text == "log") =>
            {
                let typed = self.expr(scope, value, None);
                self.check_size(&typed.expr, value.span);
                self.require_known(&typed, value.span, "the log");
                typed.ty.is_some().then_some(Ir::Log(typed.expr))
            }
            Operation::Append(name, value) => self.append(scope, item, name, value),
            Operation::Increment(name, by) => self.increment(scope, item, name, by.as_ref()),
            Operation::Merge(name, value) => self.merge(scope, item, name, value),
            Operation::Unset(name) => {
                if !self.state(scope, item, name)?.optional {
                    let message = format!("`{}` always has a value", name.text);
                    let diagnostic = Diagnostic::error(&codes::MISSION, name.span, message).label("cannot be unknown");
                    self.report(diagnostic.help("let it be unknown by a `?` behind its type"));
                    return None;
                }
                Some(Ir::Unset(name.text.clone()))
            }
            Operation::Copy(from, to) => self.copy(scope, item, from, to),
            Operation::Noop(_) => Some(Ir::Noop),
            Operation::Fail(reason) => Some(Ir::Fail(self.mission_expr(scope, reason, &Type::Text).expr)),
            Operation::Route { route, role, request, into } => {
                self.route_into(scope, item, (route, role.as_ref()), request, into)
            }
            Operation::Mission { mission, field, args, into } => {
                self.run_into(scope, item, (mission, field.as_ref()), args, into.as_ref())
            }
        }
    }

    fn append(&mut self, scope: &mut Scope, item: &MissionItem, name: &Ident, value: &Expr) -> Option<Ir> {
        let ty = self.state(scope, item, name)?.ty;
        let Some(element) = ty.element().cloned() else {
            let message = format!("`{}` is {ty:#}; only a list or a set can be appended to", name.text);
            self.report(Diagnostic::error(&codes::NOT_A_COLLECTION, name.span, message));
            return None;
        };
        let value = self.value_for(scope, value, &Target { ty: element, optional: false })?;
        Some(Ir::Append(name.text.clone(), value))
    }

    fn increment(&mut self, scope: &mut Scope, item: &MissionItem, name: &Ident, by: Option<&Expr>) -> Option<Ir> {
        let ty = self.state(scope, item, name)?.ty;
        let one = match &ty {
            Type::Int => Value::Int(1),
            other => match other.unit() {
                Some(unit) => Value::Number(Decimal::from(1), unit),
                None => {
                    let message = format!("{ty:#} cannot be incremented");
                    self.report(Diagnostic::error(&codes::MISMATCH, name.span, message));
                    return None;
                }
            },
        };
        let by = match by {
            Some(by) => self.value_for(scope, by, &Target { ty, optional: false })?,
            None if matches!(one, Value::Int(_) | Value::Number(_, Unit::Plain)) => IrExpr::Literal(one),
            None => {
                let message = format!("`{}` is {ty:#}, so it is not clear what one more is", name.text);
                let diagnostic = Diagnostic::error(&codes::MISSION, name.span, message).label("by how much?");
                self.report(diagnostic.help(format!("write `increment {} by …`", name.text)));
                return None;
            }
        };
        Some(Ir::Increment(name.text.clone(), by))
    }

    fn merge(&mut self, scope: &mut Scope, item: &MissionItem, name: &Ident, value: &Expr) -> Option<Ir> {
        let ty = self.state(scope, item, name)?.ty;
        let (Type::Record(record), ExprKind::Record(given)) = (&ty, &value.kind) else {
            let message = format!("`{}` is {ty:#}; `merge` replaces fields of a record, written in braces", name.text);
            self.report(Diagnostic::error(&codes::MISMATCH, value.span, message));
            return None;
        };
        let declared = self.policy.records.get(record).cloned().unwrap_or_default();
        self.given_fields(scope, given, &declared, record).map(|fields| Ir::Merge(name.text.clone(), fields))
    }

    /// Values for some of the declared fields, each once; nothing after something was found wrong.
    fn given_fields(
        &mut self,
        scope: &mut Scope,
        given: &[(Ident, Expr)],
        declared: &[Field],
        of: &str,
    ) -> Option<Vec<(Name, IrExpr)>> {
        let mut fields = Some(Vec::new());
        for (i, (name, value)) in given.iter().enumerate() {
            if let Some((first, _)) = given.iter().take(i).find(|(f, _)| f.text == name.text) {
                self.report(super::collections::duplicate("field", name, first.span));
                fields = None;
                continue;
            }
            let Some(field) = declared.iter().find(|d| d.name == name.text) else {
                let message = format!("`{of}` has no field `{}`", name.text);
                let near = nearest(&name.text, declared.iter().map(|d| &*d.name));
                let diagnostic = Diagnostic::error(&codes::UNKNOWN_FIELD, name.span, message).label("no such field");
                self.report(diagnostic.suggest(name.span, near));
                fields = None;
                continue;
            };
            let target = Target { ty: field.ty.clone(), optional: field.optional };
            match (self.value_for(scope, value, &target), &mut fields) {
                (Some(value), Some(fields)) => fields.push((name.text.clone(), value)),
                _ => fields = None,
            }
        }
        fields
    }

    fn copy(&mut self, scope: &mut Scope, item: &MissionItem, from: &Ident, to: &Ident) -> Option<Ir> {
        let target = self.state(scope, item, to);
        let source = match scope.variable(&from.text) {
            // Parameters can be copied from, and only fields of the state to.
            Some(variable) => variable.ty.clone().map(|ty| Target { ty, optional: variable.unknown != Unknown::Never }),
            None => self.state(scope, item, from),
        };
        let (source, target) = (source?, target?);
        if !self.fits(&source.ty, &target.ty) {
            let message = format!("{:#} cannot be copied into {:#}", source.ty, target.ty);
            self.report(Diagnostic::error(&codes::MISMATCH, to.span, message));
            return None;
        }
        if source.optional && !target.optional {
            let message = format!("`{}` may be unknown, and `{}` always has a value", from.text, to.text);
            let diagnostic = Diagnostic::error(&codes::MAY_BE_UNKNOWN, from.span, message).label("may be unknown");
            self.report(diagnostic.help(format!("write `set {} = {} ?? …`", to.text, from.text)));
            return None;
        }
        Some(Ir::Copy(from.text.clone(), to.text.clone()))
    }

    fn route_into(
        &mut self,
        scope: &mut Scope,
        item: &MissionItem,
        (route, role): (&Path, Option<&Ident>),
        request: &Expr,
        into: &Ident,
    ) -> Option<Ir> {
        let target = self.state(scope, item, into);
        let named = self.item_of_kind(scope.package, route, "route", |k| matches!(k, ItemKind::Route(_)))?;
        let declared = self.policy.routes.get(&named).cloned()?;
        let request = self.mission_expr(scope, request, &Type::Request(declared.request.clone()));
        let found = match role {
            None => declared.roles.first(),
            Some(role) => declared.roles.iter().find(|r| r.name == role.text),
        };
        let Some(found) = found else {
            let role = role?;
            let message = format!("route `{named}` has no role `{}`", role.text);
            let near = nearest(&role.text, declared.roles.iter().map(|r| &*r.name));
            self.report(Diagnostic::error(&codes::MISSION, role.span, message).suggest(role.span, near));
            return None;
        };
        let service = Type::Service(Some(found.trait_.clone()));
        let (ty, optional) = match found.cardinality {
            Cardinality::One => (service, false),
            Cardinality::Optional => (service, true),
            Cardinality::List { .. } => (Type::List(Box::new(service)), false),
        };
        self.takes(into.span, &target?, &ty, optional, &format!("`{}` of route `{named}`", found.name))?;
        request.ty?;
        let role = found.name.clone();
        Some(Ir::Route { route: named, role, request: request.expr, into: into.text.clone() })
    }

    /// Whether a field takes what is put into it.
    fn takes(&mut self, span: Span, target: &Target, ty: &Type, optional: bool, what: &str) -> Option<()> {
        if !self.fits(ty, &target.ty) {
            let message = format!("{what} is `{ty}`, and the field that takes it is `{}`", target.ty);
            self.report(Diagnostic::error(&codes::MISMATCH, span, message).label("takes something else"));
            return None;
        }
        if optional && !target.optional {
            let message = format!("{what} may be left empty, and the field that takes it always has a value");
            let diagnostic = Diagnostic::error(&codes::MAY_BE_UNKNOWN, span, message).label("needs a value");
            self.report(diagnostic.help("let the field be unknown by a `?` behind its type"));
            return None;
        }
        Some(())
    }

    fn run_into(
        &mut self,
        scope: &mut Scope,
        item: &MissionItem,
        (mission, field): (&Path, Option<&Ident>),
        args: &Expr,
        into: Option<&Ident>,
    ) -> Option<Ir> {
        let target = into.and_then(|into| self.state(scope, item, into));
        let named = self.item_of_kind(scope.package, mission, "mission", |k| matches!(k, ItemKind::Mission(_)))?;
        let nested = self.missions.get(&named).cloned()?;
        self.check_unattended(&named, mission.span());
        let args = self.arguments(scope, args, &nested.params, &named);
        let take = match (field, into) {
            (None, None) => None,
            (Some(field), Some(into)) => {
                let Some(found) = nested.state.iter().find(|f| f.name == field.text) else {
                    let message = format!("the state of mission `{named}` has no field `{}`", field.text);
                    let near = nearest(&field.text, nested.state.iter().map(|f| &*f.name));
                    self.report(Diagnostic::error(&codes::MISSION, field.span, message).suggest(field.span, near));
                    return None;
                };
                let what = format!("`{}` of mission `{named}`", field.text);
                self.takes(into.span, &target?, &found.ty, found.optional, &what)?;
                Some((field.text.clone(), into.text.clone()))
            }
            (field, into) => {
                let span = field.or(into).map_or_else(|| mission.span(), |word| word.span);
                let message = "a field of the nested mission and a field that takes it go together";
                let diagnostic = Diagnostic::error(&codes::MISSION, span, message);
                self.report(diagnostic.help(format!("write `run {named}.field with {{ … }} into field`, or neither")));
                return None;
            }
        };
        Some(Ir::Run { mission: named, args: args?, take })
    }

    /// The arguments of a nested mission: every parameter that has to be known is given.
    fn arguments(
        &mut self,
        scope: &mut Scope,
        args: &Expr,
        params: &[Field],
        mission: &str,
    ) -> Option<Vec<(Name, IrExpr)>> {
        let given: &[(Ident, Expr)] = match &args.kind {
            ExprKind::Record(given) => given,
            ExprKind::Set(elements) if elements.is_empty() => &[],
            _ => {
                let message = "arguments are written by name, as in `with { tasks: tasks }`";
                self.report(Diagnostic::error(&codes::ARGUMENTS, args.span, message));
                return None;
            }
        };
        let missing: Vec<String> = params
            .iter()
            .filter(|param| !param.optional && !given.iter().any(|(name, _)| name.text == param.name))
            .map(|param| format!("`{}: {}`", param.name, param.ty))
            .collect();
        let fields = self.given_fields(scope, given, params, mission);
        if !missing.is_empty() {
            let message = format!("mission `{mission}` needs {}", missing.join(", "));
            self.report(Diagnostic::error(&codes::ARGUMENTS, args.span, message).label("an argument is missing"));
            return None;
        }
        fields
    }
}
