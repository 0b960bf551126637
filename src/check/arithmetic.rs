//! Arithmetic: dimensions, widening, and where promised bounds go.

use super::promise::{flipped, mixed};
use super::scope::{Bound, Scope, Typed};
use super::{Checker, codes};
use crate::base::Span;
use crate::diag::Diagnostic;
use crate::ir::{Arithmetic, Expr as Ir};
use crate::syntax::ast::{BinaryOp, Expr};
use crate::value::{Type, Value};

impl Checker<'_> {
    pub(super) fn negate(&mut self, scope: &mut Scope, inner: &Expr, span: Span, want: Option<&Type>) -> Typed {
        let typed = self.expr(scope, inner, want);
        let Some(ty) = typed.ty.clone() else { return Typed::broken() };
        if !matches!(ty, Type::Int | Type::Decimal | Type::Ratio | Type::Money(_) | Type::Duration) {
            let message = format!("{ty:#} has no negative");
            self.report(Diagnostic::error(&codes::MISMATCH, span, message).label(format!("this is {ty:#}")));
            return Typed::broken();
        }
        let bound = flipped(typed.bound);
        let expr = match typed.expr {
            Ir::Literal(Value::Int(value)) => match value.checked_neg() {
                Some(value) => Ir::Literal(Value::Int(value)),
                None => Ir::Negate(Box::new(Ir::Literal(Value::Int(value)))),
            },
            Ir::Literal(Value::Number(amount, unit)) => Ir::Literal(Value::Number(amount.neg(), unit)),
            other => Ir::Negate(Box::new(other)),
        };
        Typed { expr, ty: Some(ty), unknown: typed.unknown, bound }
    }

    pub(super) fn arithmetic(
        &mut self,
        scope: &mut Scope,
        op: BinaryOp,
        a: &Expr,
        b: &Expr,
        span: Span,
        want: Option<&Type>,
    ) -> Typed {
        let op = match op {
            BinaryOp::Add => Arithmetic::Add,
            BinaryOp::Subtract => Arithmetic::Subtract,
            BinaryOp::Multiply => Arithmetic::Multiply,
            _ => Arithmetic::Divide,
        };
        let hint = want.filter(|w| matches!(w, Type::Int | Type::Decimal)).filter(|_| op != Arithmetic::Divide);
        let left = self.expr(scope, a, hint);
        let right = self.expr(scope, b, hint);
        let (Some(x), Some(y)) = (left.ty.clone(), right.ty.clone()) else { return Typed::broken() };
        let Some((ty, widen)) = result(op, &x, &y) else {
            self.dimensions(op, (&x, a.span), (&y, b.span), span);
            return Typed::broken();
        };
        let bound = self.combined_bound(op, &left, &right);
        let unknown = left.unknown.max(right.unknown);
        let left = widened(left.expr, &x, widen);
        let right = widened(right.expr, &y, widen);
        let expr = Ir::Arithmetic(op, Box::new(left), Box::new(right));
        if self.faults(&expr) {
            let diagnostic = Diagnostic::error(&codes::FAULT, span, "this overflows or divides by zero");
            self.report(diagnostic.label("has no value"));
            return Typed::broken();
        }
        Typed { expr, ty: Some(ty), unknown, bound }
    }

    fn dimensions(&mut self, op: Arithmetic, (x, a): (&Type, Span), (y, b): (&Type, Span), span: Span) {
        let verb = match op {
            Arithmetic::Add => "added",
            Arithmetic::Subtract => "subtracted",
            Arithmetic::Multiply => "multiplied",
            Arithmetic::Divide => "divided",
        };
        let message = format!("{x:#} and {y:#} cannot be {verb}");
        let mut diagnostic =
            Diagnostic::error(&codes::DIMENSION, span, message).label(format!("`{x}` {} `{y}`", op.word()));
        diagnostic = diagnostic.related(a, format!("this is {x:#}")).related(b, format!("this is {y:#}"));
        let bare = |t: &Type| matches!(t, Type::Int | Type::Decimal | Type::Ratio);
        self.report(match (x, y) {
            (Type::Money(_), Type::Money(_)) => diagnostic.help("two currencies never mix; state both in one currency"),
            (Type::Money(_), other) | (other, Type::Money(_)) if bare(other) => {
                diagnostic.help("give the number its currency, such as `$5` or `5 EUR`")
            }
            (Type::Duration, other) | (other, Type::Duration) if bare(other) => {
                diagnostic.help("give the number its unit, such as `200ms` or `8s`")
            }
            (Type::Text, _) | (_, Type::Text) => diagnostic.help("texts are put together in one: `\"{x} and {y}\"`"),
            _ => diagnostic
                .help("divide each by a unit of its own to get plain numbers, such as `cost / $1` and `latency / 1s`"),
        });
    }

    /// Where the result of arithmetic with promises points.
    fn combined_bound(&self, op: Arithmetic, left: &Typed, right: &Typed) -> Bound {
        match op {
            Arithmetic::Add => self.same_bound(&left.bound, &right.bound),
            Arithmetic::Subtract => self.same_bound(&left.bound, &flipped(right.bound.clone())),
            Arithmetic::Multiply => match (&left.bound, &right.bound) {
                (Bound::Exact, Bound::Exact) => Bound::Exact,
                (bound, Bound::Exact) => scaled(bound, sign(&right.expr)),
                (Bound::Exact, bound) => scaled(bound, sign(&left.expr)),
                (bound, _) => mixed(bound),
            },
            Arithmetic::Divide => match (&left.bound, &right.bound) {
                (Bound::Exact, Bound::Exact) => Bound::Exact,
                (bound, Bound::Exact) => scaled(bound, sign(&right.expr)),
                (Bound::Exact, bound) | (bound, _) => mixed(bound),
            },
        }
    }
}

/// Whether operands have to be widened first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Widen {
    Nothing,
    IntToDecimal,
    DateToInstant,
}

/// The type of `x op y`, and what is widened for it; nothing if the dimensions do not fit.
fn result(op: Arithmetic, x: &Type, y: &Type) -> Option<(Type, Widen)> {
    use Type as T;
    let plain = |t: &T| matches!(t, T::Int | T::Decimal | T::Ratio);
    let day = |t: &T| matches!(t, T::Date | T::Instant);
    let number = |ty: T| Some((ty, Widen::IntToDecimal));
    match op {
        Arithmetic::Add | Arithmetic::Subtract => match (x, y) {
            (T::Int, T::Int) => Some((T::Int, Widen::Nothing)),
            (T::Ratio, T::Ratio) => number(T::Ratio),
            (a, b) if plain(a) && plain(b) => number(T::Decimal),
            (T::Money(_), _) | (T::Duration, _) if x == y => number(x.clone()),
            (a, T::Duration) if day(a) => Some((T::Instant, Widen::DateToInstant)),
            (T::Duration, b) if day(b) && op == Arithmetic::Add => Some((T::Instant, Widen::DateToInstant)),
            (a, b) if day(a) && day(b) && op == Arithmetic::Subtract => Some((T::Duration, Widen::DateToInstant)),
            _ => None,
        },
        Arithmetic::Multiply => match (x, y) {
            (T::Int, T::Int) => Some((T::Int, Widen::Nothing)),
            (T::Ratio, T::Ratio) => number(T::Ratio),
            (a, b) if plain(a) && plain(b) => number(T::Decimal),
            (a, T::Money(_) | T::Duration) if plain(a) => number(y.clone()),
            (T::Money(_) | T::Duration, b) if plain(b) => number(x.clone()),
            _ => None,
        },
        Arithmetic::Divide => match (x, y) {
            (a, b) if plain(a) && plain(b) => {
                number(if *a == T::Ratio && *b != T::Ratio { T::Ratio } else { T::Decimal })
            }
            (T::Money(_) | T::Duration, b) if plain(b) => number(x.clone()),
            (T::Money(_), _) | (T::Duration, _) if x == y => number(T::Decimal),
            _ => None,
        },
    }
}

fn widened(expr: Ir, ty: &Type, widen: Widen) -> Ir {
    match (widen, ty) {
        (Widen::IntToDecimal, Type::Int) => Ir::ToDecimal(Box::new(expr)),
        (Widen::DateToInstant, Type::Date) => Ir::ToInstant(Box::new(expr)),
        _ => expr,
    }
}

/// The sign of a factor, where the text alone tells it: `Some(true)` is not negative.
fn sign(expr: &Ir) -> Option<bool> {
    match expr {
        Ir::Literal(Value::Int(value)) => Some(*value >= 0),
        Ir::Literal(Value::Number(amount, _)) => Some(!amount.is_negative()),
        Ir::ToDecimal(inner) => sign(inner),
        Ir::Negate(inner) => sign(inner).map(|positive| !positive),
        Ir::Fold { op: crate::ir::Fold::Count, .. } => Some(true),
        Ir::Function(crate::ir::Function::Abs, _) => Some(true),
        _ => None,
    }
}

/// A bound times a factor of this sign.
fn scaled(bound: &Bound, sign: Option<bool>) -> Bound {
    match sign {
        Some(true) => bound.clone(),
        Some(false) => flipped(bound.clone()),
        None => mixed(bound),
    }
}
