//! The check of expressions: one function per form, by what is wanted and what is found.

use super::promise::mixed;
use super::scope::{Bound, Scope, Typed, Unknown};
use super::{Checker, codes};
use crate::base::{Name, Span};
use crate::diag::Diagnostic;
use crate::ir::Expr as Ir;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, TextPart};
use crate::value::{Type, Unit, Value};

impl Checker<'_> {
    /// Checks an expression; `want` helps to read bare names, texts and numbers, but is not enforced here.
    pub(super) fn expr(&mut self, scope: &mut Scope, e: &Expr, want: Option<&Type>) -> Typed {
        match &e.kind {
            ExprKind::Error => Typed::broken(),
            ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Decimal(_) | ExprKind::Percent(_) => number(e, want),
            ExprKind::Money(amount, currency) => {
                Typed::new(Ir::Literal(Value::Number(*amount, Unit::Money(*currency))), Type::Money(*currency))
            }
            ExprKind::Duration(seconds) => {
                Typed::new(Ir::Literal(Value::Number(*seconds, Unit::Duration)), Type::Duration)
            }
            ExprKind::Date(date) => Typed::new(Ir::Literal(Value::Date(*date)), Type::Date),
            ExprKind::Instant(instant) => Typed::new(Ir::Literal(Value::Instant(*instant)), Type::Instant),
            ExprKind::Text(parts) => self.text(scope, parts, e.span, want),
            ExprKind::Name(path) => self.name(scope, path, want),
            ExprKind::Set(elements) => self.elements(scope, elements, e.span, true, want),
            ExprKind::List(elements) => self.elements(scope, elements, e.span, false, want),
            ExprKind::Record(fields) => self.record(scope, fields, e.span, want),
            ExprKind::Field(of, field) => self.field(scope, of, field, want),
            ExprKind::Closure(of) => self.closure(scope, of, e.span),
            ExprKind::Index(of, key) => self.index(scope, of, key, e.span),
            ExprKind::Call(path, args) => self.call(scope, path, args, e.span),
            ExprKind::Not(inner) => {
                let inner = self.condition(scope, inner);
                Typed::new(Ir::Not(Box::new(inner.expr)), Type::Bool).or_unknown(inner.unknown)
            }
            ExprKind::Neg(inner) => self.negate(scope, inner, e.span, want),
            ExprKind::Known(inner) => {
                let inner = self.expr(scope, inner, None);
                Typed::new(Ir::Known(Box::new(inner.expr)), Type::Bool)
            }
            ExprKind::And(parts) => self.connect(scope, parts, Ir::And),
            ExprKind::Or(parts) => self.connect(scope, parts, Ir::Or),
            ExprKind::Binary(op, a, b) => self.binary(scope, *op, a, b, e.span, want),
            ExprKind::Is(of, path) => self.implements(scope, of, path),
            ExprKind::If(c, a, b) => self.conditional(scope, c, a, b, want),
            ExprKind::Quantified { all, var, over, body } => self.quantifier(scope, *all, var, over, body),
            ExprKind::Fold(op, body) => self.fold(scope, *op, body, e.span, want),
            ExprKind::Comprehension(comprehension) => self.comprehension(scope, comprehension, want),
        }
    }

    /// Checks an expression and makes it the type that is needed, or says why it is not.
    pub(super) fn expect(&mut self, scope: &mut Scope, e: &Expr, want: &Type) -> Typed {
        let typed = self.expr(scope, e, Some(want));
        self.coerce(typed, want, e.span)
    }

    /// Checks a condition.
    pub(super) fn condition(&mut self, scope: &mut Scope, e: &Expr) -> Typed {
        self.expect(scope, e, &Type::Bool)
    }

    /// Widens a value to the type that is needed, or says why it does not fit.
    pub(super) fn coerce(&mut self, typed: Typed, want: &Type, span: Span) -> Typed {
        let Some(ty) = typed.ty.clone() else { return typed };
        if self.fits(&ty, want) {
            return Typed { ty: Some(want.clone()), ..typed };
        }
        match (&ty, want) {
            (Type::Int, Type::Decimal | Type::Ratio) => {
                Typed { expr: Ir::ToDecimal(Box::new(typed.expr)), ty: Some(want.clone()), ..typed }
            }
            (Type::Date, Type::Instant) => {
                Typed { expr: Ir::ToInstant(Box::new(typed.expr)), ty: Some(Type::Instant), ..typed }
            }
            _ => {
                self.report(mismatch(&ty, want, span));
                Typed::broken()
            }
        }
    }

    fn connect(&mut self, scope: &mut Scope, parts: &[Expr], join: fn(Vec<Ir>) -> Ir) -> Typed {
        let mut unknown = Unknown::Never;
        let mut checked = Vec::new();
        for part in parts {
            let part = self.condition(scope, part);
            unknown = unknown.max(part.unknown);
            checked.push(part.expr);
        }
        Typed::new(join(checked), Type::Bool).or_unknown(unknown)
    }

    fn binary(
        &mut self,
        scope: &mut Scope,
        op: BinaryOp,
        a: &Expr,
        b: &Expr,
        span: Span,
        want: Option<&Type>,
    ) -> Typed {
        use BinaryOp as Op;
        match op {
            Op::Implies => {
                let (a, b) = (self.condition(scope, a), self.condition(scope, b));
                let unknown = a.unknown.max(b.unknown);
                Typed::new(Ir::Implies(Box::new(a.expr), Box::new(b.expr)), Type::Bool).or_unknown(unknown)
            }
            Op::Equal | Op::NotEqual | Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => {
                self.compare(scope, op, a, b, span)
            }
            Op::In => self.membership(scope, a, b),
            Op::Within => self.set_relation(scope, a, b, Ir::Within),
            Op::Overlaps => self.set_relation(scope, a, b, Ir::Overlaps),
            Op::StartsWith => self.text_relation(scope, a, b, Ir::StartsWith),
            Op::EndsWith => self.text_relation(scope, a, b, Ir::EndsWith),
            Op::Matches => self.matches(scope, a, b),
            Op::Add | Op::Subtract | Op::Multiply | Op::Divide => self.arithmetic(scope, op, a, b, span, want),
            Op::Coalesce => self.coalesce(scope, a, b, want),
        }
    }

    fn coalesce(&mut self, scope: &mut Scope, a: &Expr, b: &Expr, want: Option<&Type>) -> Typed {
        let first = self.expr(scope, a, want);
        let Some(ty) = first.ty.clone() else {
            self.expr(scope, b, want);
            return Typed::broken();
        };
        let second = self.expr(scope, b, Some(&ty));
        let (first, second) = match (&ty, &second.ty) {
            (Type::Int, Some(Type::Decimal | Type::Ratio)) => {
                let to = second.ty.clone().unwrap_or(Type::Decimal);
                (self.coerce(first, &to, a.span), second)
            }
            (Type::Date, Some(Type::Instant)) => (self.coerce(first, &Type::Instant, a.span), second),
            (Type::Service(Some(a)), Some(Type::Service(Some(b)))) if self.extends(a, b) => (first, second),
            _ => (first, self.coerce(second, &ty, b.span)),
        };
        let Some(ty) = second.ty.clone() else { return Typed::broken() };
        let unknown = if first.unknown == Unknown::Never { Unknown::Never } else { second.unknown };
        let bound = self.same_bound(&first.bound, &second.bound);
        Typed::new(Ir::Coalesce(Box::new(first.expr), Box::new(second.expr)), ty).or_unknown(unknown).with_bound(bound)
    }

    fn conditional(&mut self, scope: &mut Scope, c: &Expr, a: &Expr, b: &Expr, want: Option<&Type>) -> Typed {
        let c = self.condition(scope, c);
        let mut first = self.expr(scope, a, want);
        let mut second = self.expr(scope, b, want.or(first.ty.as_ref()));
        let (Some(x), Some(y)) = (first.ty.clone(), second.ty.clone()) else { return Typed::broken() };
        let ty = self.join(&x, &y);
        match &ty {
            Some(ty) => {
                first = self.coerce(first, ty, a.span);
                second = self.coerce(second, ty, b.span);
            }
            None => {
                let diagnostic =
                    Diagnostic::error(&codes::MISMATCH, b.span, format!("the two branches are {x:#} and {y:#}"));
                self.report(diagnostic.label(format!("this is {y:#}")).related(a.span, format!("this is {x:#}")));
                return Typed::broken();
            }
        }
        let unknown = c.unknown.max(first.unknown).max(second.unknown);
        let bound = self.same_bound(&first.bound, &second.bound);
        let expr = Ir::If(Box::new(c.expr), Box::new(first.expr), Box::new(second.expr));
        Typed { expr, ty, unknown, bound }
    }

    /// The type that both fit, conversions included.
    pub(super) fn join(&self, a: &Type, b: &Type) -> Option<Type> {
        match (a, b) {
            _ if self.fits(a, b) && !matches!((a, b), (Type::Decimal, Type::Ratio)) => Some(b.clone()),
            _ if self.fits(b, a) => Some(a.clone()),
            (Type::Int, Type::Decimal | Type::Ratio) => Some(b.clone()),
            (Type::Decimal | Type::Ratio, Type::Int) => Some(a.clone()),
            (Type::Date, Type::Instant) | (Type::Instant, Type::Date) => Some(Type::Instant),
            (Type::Service(_), Type::Service(_)) => Some(Type::Service(None)),
            _ => None,
        }
    }

    fn text(&mut self, scope: &mut Scope, parts: &[TextPart], span: Span, want: Option<&Type>) -> Typed {
        if let Some(plain) = plain_text(parts) {
            return self.plain_text(plain, span, want);
        }
        let mut unknown = Unknown::Never;
        let mut bound = Bound::Exact;
        let mut checked = Vec::new();
        for part in parts {
            match part {
                TextPart::Plain(text) => checked.push(Ir::Literal(Value::Text(text.clone()))),
                TextPart::Value(e) => {
                    let typed = self.expr(scope, e, None);
                    unknown = unknown.max(typed.unknown);
                    bound = self.same_bound(&bound, &typed.bound);
                    checked.push(typed.expr);
                }
            }
        }
        // The spelling of a bound bounds nothing.
        Typed::new(Ir::Interpolate(checked), Type::Text).or_unknown(unknown).with_bound(mixed(&bound))
    }

    /// A text in quotes: by what is wanted also a service, an enum's member, or a quantity as data writes it.
    fn plain_text(&mut self, text: Name, span: Span, want: Option<&Type>) -> Typed {
        match want {
            Some(Type::Service(of)) => {
                let of = of.clone();
                self.service_literal(&text, span, of.as_ref())
            }
            Some(Type::Enum(of)) => {
                let of = of.clone();
                self.member(&of, &text, span)
            }
            _ => Typed::new(Ir::Literal(Value::Text(text)), Type::Text),
        }
    }
}

/// The text of a literal without interpolation.
pub(super) fn plain_text(parts: &[TextPart]) -> Option<Name> {
    match parts {
        [] => Some(Name::from("")),
        [TextPart::Plain(text)] => Some(text.clone()),
        _ => None,
    }
}

/// A truth value or a number, read as what is wanted where that loses nothing.
fn number(e: &Expr, want: Option<&Type>) -> Typed {
    let decimal = |amount, of: &Type| {
        let unit = if *of == Type::Ratio { Unit::Ratio } else { Unit::Plain };
        Typed::new(Ir::Literal(Value::Number(amount, unit)), of.clone())
    };
    match (&e.kind, want) {
        (ExprKind::Bool(value), _) => Typed::new(Ir::Literal(Value::Bool(*value)), Type::Bool),
        (ExprKind::Int(value), Some(of @ (Type::Decimal | Type::Ratio))) => decimal((*value).into(), of),
        (ExprKind::Int(value), _) => Typed::new(Ir::Literal(Value::Int(*value)), Type::Int),
        (ExprKind::Decimal(amount), Some(Type::Ratio)) => decimal(*amount, &Type::Ratio),
        (ExprKind::Decimal(amount), _) => decimal(*amount, &Type::Decimal),
        (ExprKind::Percent(amount), Some(Type::Decimal)) => decimal(*amount, &Type::Decimal),
        (ExprKind::Percent(amount), _) => decimal(*amount, &Type::Ratio),
        _ => Typed::broken(),
    }
}

/// The diagnostic for a value of the wrong type, with the most likely repair.
fn mismatch(found: &Type, want: &Type, span: Span) -> Diagnostic {
    let bare = matches!(found, Type::Int | Type::Decimal | Type::Ratio);
    let example = match want {
        Type::Money(currency) if currency.code() == "USD" => Some("`$5` or `0.02 USD`".to_owned()),
        Type::Money(currency) => Some(format!("`5 {}`", currency.code())),
        Type::Duration => Some("`200ms`, `8s`, `5m`, `2h` or `30d`".to_owned()),
        _ => None,
    };
    if let (true, Some(example)) = (bare, example) {
        return Diagnostic::error(&codes::BARE_NUMBER, span, format!("{want:#} is needed, not a bare number"))
            .label("the unit is missing")
            .help(format!("write the number with its unit, such as {example}"));
    }
    let code = if found.unit().is_some() && want.unit().is_some() { &codes::DIMENSION } else { &codes::MISMATCH };
    let diagnostic = Diagnostic::error(code, span, format!("expected {want:#}, found {found:#}"))
        .label(format!("this is {found:#}"));
    match (found, want) {
        (Type::Service(_), Type::Enum(_) | Type::Text) => {
            diagnostic.help("name a field of the service, such as `.provider`")
        }
        (Type::Int | Type::Decimal | Type::Text, Type::Bool) => {
            diagnostic.help("a condition is needed: compare it with something")
        }
        (of, Type::Set(element)) if of == &**element => diagnostic.help("write a set of one: `{ … }`"),
        (Type::Money(_), Type::Money(_)) => diagnostic.help("two currencies never mix; state both in one currency"),
        (Type::Text, Type::Date) => diagnostic.help("write a date without quotes: `2026-12-31`"),
        _ => diagnostic,
    }
}
