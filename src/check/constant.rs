//! Constants: what `let`, defaults, table rows and contracts may say, worked out once.

use super::scope::{Scope, Typed};
use super::{Checker, codes};
use crate::base::Span;
use crate::diag::Diagnostic;
use crate::ir::Expr as Ir;
use crate::syntax::ast::Expr;
use crate::value::{Type, Unit, Value, ops};

/// Why an expression has no constant value.
enum Not {
    /// It depends on something that only a decision knows.
    Constant,
    /// It overflows or divides by zero.
    Fault,
}

impl Checker<'_> {
    /// The value of a constant expression of this type; the outer `None` was reported, the inner one is unknown.
    pub(super) fn constant(&mut self, package: usize, e: &Expr, ty: &Type, place: &str) -> Option<Option<Value>> {
        let mut scope = Scope::constants(package);
        let typed = self.expect(&mut scope, e, ty);
        self.constant_value(typed, e.span, place)
    }

    /// The value of a checked expression, if it is constant.
    pub(super) fn constant_value(&mut self, typed: Typed, span: Span, place: &str) -> Option<Option<Value>> {
        typed.ty.as_ref()?;
        match self.evaluate(&typed.expr) {
            Ok(value) => Some(value.map(|v| retyped(v, typed.ty.as_ref()))),
            Err(Not::Constant) => {
                let message = format!("{place} takes a constant");
                let diagnostic = Diagnostic::error(&codes::NOT_CONSTANT, span, message).label("not a constant");
                self.report(
                    diagnostic.help("use literals, other `let`s and arithmetic; a `define` computes from the request"),
                );
                None
            }
            Err(Not::Fault) => {
                let diagnostic = Diagnostic::error(&codes::FAULT, span, "this overflows or divides by zero");
                self.report(diagnostic.label("has no value"));
                None
            }
        }
    }

    /// Whether a constant expression has no value because it overflows or divides by zero.
    pub(super) fn faults(&self, expr: &Ir) -> bool {
        matches!(self.evaluate(expr), Err(Not::Fault))
    }

    fn evaluate(&self, expr: &Ir) -> Result<Option<Value>, Not> {
        let all = |parts: &[Ir]| -> Result<Option<Vec<Value>>, Not> {
            let values: Result<Vec<_>, _> = parts.iter().map(|p| self.evaluate(p)).collect();
            Ok(values?.into_iter().collect())
        };
        match expr {
            Ir::Literal(value) => Ok(Some(value.clone())),
            Ir::Constant(name) => Ok(self.policy.constants.get(name).cloned().flatten()),
            Ir::SetOf(parts) => Ok(all(parts)?.map(Value::set)),
            Ir::ListOf(parts) => Ok(all(parts)?.map(|v| Value::List(v.into()))),
            Ir::RecordOf(fields) => {
                let mut values = Vec::new();
                for (name, field) in fields {
                    let value = match field {
                        Some(field) => self.evaluate(field)?,
                        None => None,
                    };
                    values.push((name.clone(), value));
                }
                Ok(Some(Value::Record(values.into())))
            }
            Ir::Negate(inner) => self.unary(inner, ops::negate),
            Ir::ToDecimal(inner) => self.unary(inner, ops::to_decimal),
            Ir::ToInstant(inner) => self.unary(inner, ops::to_instant),
            Ir::Arithmetic(op, a, b) => match (self.evaluate(a)?, self.evaluate(b)?) {
                (Some(a), Some(b)) => ops::arithmetic(*op, &a, &b).map(Some).ok_or(Not::Fault),
                _ => Ok(None),
            },
            _ => Err(Not::Constant),
        }
    }

    fn unary(&self, inner: &Ir, op: fn(&Value) -> Option<Value>) -> Result<Option<Value>, Not> {
        match self.evaluate(inner)? {
            Some(value) => op(&value).map(Some).ok_or(Not::Fault),
            None => Ok(None),
        }
    }
}

/// The number with the unit of the type it was checked against: a ratio where a decimal was computed for one.
fn retyped(value: Value, ty: Option<&Type>) -> Value {
    match (value, ty.and_then(Type::unit)) {
        (Value::Number(amount, Unit::Plain | Unit::Ratio), Some(unit @ (Unit::Plain | Unit::Ratio))) => {
            Value::Number(amount, unit)
        }
        (value, _) => value,
    }
}
