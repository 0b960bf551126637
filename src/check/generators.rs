//! Quantifiers, folds and comprehensions: everything that gives a name to each element of a collection.

use super::compare::Needs;
use super::scope::{Bound, Scope, Typed, Unknown, Variable};
use super::{Checker, codes};
use crate::base::{Decimal, Span};
use crate::diag::Diagnostic;
use crate::ir::{Expr as Ir, Fold, Function, Generator};
use crate::syntax::ast::{Comprehension, Expr, FoldBody, FoldOp, Ident};
use crate::value::{Type, Value};

/// A checked generator with what is known of what it takes.
struct Taken {
    generator: Generator,
    ty: Option<Type>,
    unknown: Unknown,
    /// Whether the taken values themselves may be unknown.
    elements_unknown: Unknown,
    bound: Bound,
}

impl Checker<'_> {
    /// Runs a check with one more variable in scope.
    fn with_variable<T>(
        &mut self,
        scope: &mut Scope,
        name: &Ident,
        (ty, bound): (Option<Type>, Bound),
        check: impl FnOnce(&mut Self, &mut Scope) -> T,
    ) -> T {
        self.check_shadowing(scope, name);
        let (name, span, unknown) = (name.text.clone(), name.span, Unknown::Never);
        scope.variables.push(Variable { name, span, ty, unknown, bound });
        let result = check(self, scope);
        scope.variables.pop();
        result
    }

    fn check_shadowing(&mut self, scope: &Scope, name: &Ident) {
        let word = &*name.text;
        let hidden = match scope.variable(word) {
            Some(variable) => Some(("a variable".to_owned(), Some(variable.span))),
            None if scope.role(word).is_some() => Some(("a role".to_owned(), None)),
            None if crate::resolve::names::RESERVED.contains(&word) => {
                Some(("a word of the language".to_owned(), None))
            }
            None => None,
        };
        if let Some((what, place)) = hidden {
            let message = format!("`{word}` is the name of {what} already");
            let mut diagnostic = Diagnostic::error(&codes::SHADOWS, name.span, message).label("hides it here");
            if let Some(place) = place {
                diagnostic = diagnostic.related(place, "declared here");
            }
            self.report(diagnostic.help("choose another name for the variable"));
        }
    }

    /// `all x in xs: P`, `any x in xs: P`
    pub(super) fn quantifier(&mut self, scope: &mut Scope, all: bool, var: &Ident, over: &Expr, body: &Expr) -> Typed {
        let over_typed = self.expr(scope, over, None);
        let element = over_typed.ty.clone().and_then(|ty| self.collection(&ty, over.span));
        let elements = (element, over_typed.bound.clone());
        let body = self.with_variable(scope, var, elements, |checker, scope| checker.condition(scope, body));
        if over_typed.ty.is_none() || body.ty.is_none() {
            return Typed::broken();
        }
        let expr = Ir::Quantifier {
            all,
            variable: var.text.clone(),
            over: Box::new(over_typed.expr),
            body: Box::new(body.expr),
        };
        Typed::new(expr, Type::Bool).or_unknown(over_typed.unknown.max(body.unknown))
    }

    fn generator(&mut self, scope: &mut Scope, c: &Comprehension, want: Option<&Type>) -> Taken {
        let over = self.expr(scope, &c.over, None);
        let element = over.ty.clone().and_then(|ty| self.collection(&ty, c.over.span));
        let (filter, take) =
            self.with_variable(scope, &c.var, (element.clone(), over.bound.clone()), |checker, scope| {
                let filter = c.filter.as_ref().map(|f| checker.condition(scope, f));
                let take = match &c.take {
                    Some(take) => checker.expr(scope, take, want),
                    None => Typed {
                        expr: Ir::Variable(c.var.text.clone()),
                        ty: element,
                        bound: over.bound.clone(),
                        ..Typed::broken()
                    },
                };
                (filter, take)
            });
        let unknown = over.unknown.max(filter.as_ref().map_or(Unknown::Never, |f| f.unknown));
        let filter_fine = filter.as_ref().is_none_or(|f| f.ty.is_some());
        Taken {
            ty: take.ty.filter(|_| over.ty.is_some() && filter_fine),
            unknown,
            elements_unknown: take.unknown,
            bound: take.bound,
            generator: Generator {
                variable: c.var.text.clone(),
                over: over.expr,
                filter: filter.map(|f| f.expr),
                take: take.expr,
            },
        }
    }

    /// `[x.title for x in xs where P order by x.priority desc limit 3]`
    pub(super) fn comprehension(&mut self, scope: &mut Scope, c: &Comprehension, want: Option<&Type>) -> Typed {
        let taken = self.generator(scope, c, want.and_then(Type::element));
        let mut unknown = taken.unknown.max(taken.elements_unknown);
        let mut order = None;
        if let Some((by, descending)) = &c.order {
            let element = self.element_of(scope, c);
            let by_typed = self
                .with_variable(scope, &c.var, (element, Bound::Exact), |checker, scope| checker.expr(scope, by, None));
            if let Some(ty) = &by_typed.ty {
                self.check_ordered(ty, Needs::OrderBy, by.span);
            }
            unknown = unknown.max(by_typed.unknown);
            order = Some((Box::new(by_typed.expr), *descending));
        }
        let mut limit = None;
        if let Some(count) = &c.limit {
            let typed = self.expect(scope, count, &Type::Int);
            unknown = unknown.max(typed.unknown);
            limit = Some(Box::new(typed.expr));
        }
        let Some(element) = taken.ty else { return Typed::broken() };
        let expr = Ir::Comprehension { generator: Box::new(taken.generator), order, limit };
        Typed::new(expr, Type::List(Box::new(element))).or_unknown(unknown).with_bound(taken.bound)
    }

    /// The type of the elements that a generator goes over; whatever is wrong with it has been said.
    fn element_of(&mut self, scope: &mut Scope, c: &Comprehension) -> Option<Type> {
        let before = self.diagnostics.len();
        let over = self.expr(scope, &c.over, None);
        self.diagnostics.truncate(before);
        over.ty.and_then(|ty| ty.element().cloned())
    }

    /// `count(…)`, `sum(…)`, `min(…)`, `max(…)`
    pub(super) fn fold(
        &mut self,
        scope: &mut Scope,
        op: FoldOp,
        body: &FoldBody,
        span: Span,
        want: Option<&Type>,
    ) -> Typed {
        let op = match op {
            FoldOp::Count => Fold::Count,
            FoldOp::Sum => Fold::Sum,
            FoldOp::Min => Fold::Min,
            FoldOp::Max => Fold::Max,
        };
        match body {
            FoldBody::Generator(c) => {
                if let Some((by, _)) = &c.order {
                    let diagnostic = Diagnostic::error(&codes::ARGUMENTS, by.span, "the order does not matter here");
                    self.report(
                        diagnostic.help(format!("`{}` gives the same in any order; remove `order by`", op.word())),
                    );
                }
                let taken = self.generator(scope, c, want);
                self.folded(op, taken, span)
            }
            FoldBody::Values(values) => self.fold_values(scope, op, values, span, want),
        }
    }

    /// `count(xs)`, `sum(xs)`, and `min(a, b)` of values side by side.
    fn fold_values(&mut self, scope: &mut Scope, op: Fold, values: &[Expr], span: Span, want: Option<&Type>) -> Typed {
        match values {
            [only] => {
                let over = self.expr(scope, only, None);
                let Some(ty) = over.ty.clone() else { return Typed::broken() };
                let Some(element) = self.collection(&ty, only.span) else { return Typed::broken() };
                let variable = crate::base::Name::from("each");
                let take = Ir::Variable(variable.clone());
                let taken = Taken {
                    generator: Generator { variable, over: over.expr, filter: None, take },
                    ty: Some(element),
                    unknown: over.unknown,
                    elements_unknown: Unknown::Never,
                    bound: over.bound,
                };
                self.folded(op, taken, only.span)
            }
            several if matches!(op, Fold::Min | Fold::Max) && !several.is_empty() => {
                self.least_or_greatest(scope, op, several, span, want)
            }
            _ => {
                let message = format!("`{}` takes one collection", op.word());
                let help = format!("write `{}(x in xs where …)` or `{}(xs)`", op.word(), op.word());
                self.report(Diagnostic::error(&codes::ARGUMENTS, span, message).help(help));
                Typed::broken()
            }
        }
    }

    fn folded(&mut self, op: Fold, taken: Taken, span: Span) -> Typed {
        let Some(ty) = taken.ty.clone() else { return Typed::broken() };
        let fold = |zero| Ir::Fold { op, generator: Box::new(taken.generator.clone()), zero };
        let unknown = taken.unknown.max(taken.elements_unknown);
        match op {
            Fold::Count => Typed::new(fold(None), Type::Int).or_unknown(taken.unknown),
            Fold::Sum => {
                let zero = match &ty {
                    Type::Int => Some(Value::Int(0)),
                    other => other.unit().map(|unit| Value::Number(Decimal::ZERO, unit)),
                };
                if zero.is_none() {
                    let message = format!("{ty:#} cannot be summed");
                    self.report(
                        Diagnostic::error(&codes::MISMATCH, span, message).label(format!("these are of type `{ty}`")),
                    );
                    return Typed::broken();
                }
                Typed::new(fold(zero), ty).or_unknown(unknown).with_bound(taken.bound)
            }
            Fold::Min | Fold::Max => {
                if !self.check_ordered(&ty, Needs::Extreme(op), span) {
                    return Typed::broken();
                }
                // Of nothing, there is no smallest.
                Typed::new(fold(None), ty).or_unknown(Unknown::Possibly).with_bound(taken.bound)
            }
        }
    }

    fn least_or_greatest(
        &mut self,
        scope: &mut Scope,
        op: Fold,
        values: &[Expr],
        span: Span,
        want: Option<&Type>,
    ) -> Typed {
        let function = if op == Fold::Min { Function::Min } else { Function::Max };
        let mut typed: Vec<Typed> = Vec::new();
        let mut ty: Option<Type> = want.cloned().filter(|w| w.unit().is_some());
        for value in values {
            let next = self.expr(scope, value, ty.as_ref());
            let Some(found) = next.ty.clone() else { return Typed::broken() };
            ty = Some(ty.as_ref().and_then(|t| self.join(t, &found)).unwrap_or(found));
            typed.push(next);
        }
        let Some(ty) = ty else { return Typed::broken() };
        if !self.check_ordered(&ty, Needs::Extreme(op), span) {
            return Typed::broken();
        }
        let mut unknown = Unknown::Never;
        let mut bound = Bound::Exact;
        let mut args = Vec::new();
        for (value, e) in typed.into_iter().zip(values) {
            unknown = unknown.max(value.unknown);
            bound = self.same_bound(&bound, &value.bound);
            let value = self.coerce(value, &ty, e.span);
            if value.ty.is_none() {
                return Typed::broken();
            }
            args.push(value.expr);
        }
        Typed::new(Ir::Function(function, args), ty).or_unknown(unknown).with_bound(bound)
    }
}
