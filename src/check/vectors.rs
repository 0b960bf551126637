//! The functions on vectors, and those that share their arithmetic: what each takes and gives.

use super::promise::mixed;
use super::scope::{Bound, Scope, Typed, Unknown};
use super::{Checker, codes};
use crate::base::Span;
use crate::base::words::Function;
use crate::diag::Diagnostic;
use crate::ir::Expr as Ir;
use crate::syntax::ast::{Expr, ExprKind};
use crate::value::{Type, Value};

/// What a place among the arguments takes.
#[derive(Clone, Copy)]
enum Takes {
    /// A vector, real or complex.
    Either,
    /// A real vector.
    Real,
    /// A number.
    Number,
    /// A share between 0 and 1.
    Share,
}

/// What such a function takes, in words and one by one; nothing for other functions.
fn signature(function: Function) -> Option<(&'static str, &'static [Takes])> {
    use Takes::{Either, Number, Real, Share};
    Some(match function {
        Function::Energy | Function::Norm | Function::HighBand | Function::LowBand | Function::Spectrum => {
            ("a vector", &[Either])
        }
        Function::Cosine
        | Function::Inner
        | Function::InnerImaginary
        | Function::MatchedFilter
        | Function::Resonance => ("2 vectors", &[Either, Either]),
        Function::Conductivity => ("a vector and a mask", &[Either, Real]),
        Function::Band => ("a vector and two shares", &[Either, Share, Share]),
        Function::LimitEnergy => ("a vector and a number", &[Real, Number]),
        Function::Decibels => ("a number", &[Number]),
        Function::Abs | Function::Clamp | Function::Min | Function::Max | Function::Draw => return None,
    })
}

/// The type of what a function on vectors gives.
fn gives(function: Function) -> Type {
    match function {
        Function::Spectrum => Type::ComplexVector,
        Function::LimitEnergy => Type::Vector,
        _ => Type::Decimal,
    }
}

impl Checker<'_> {
    /// A call of a function on vectors; nothing if the function is another.
    pub(super) fn vectors(
        &mut self,
        scope: &mut Scope,
        function: Function,
        args: &[Expr],
        span: Span,
    ) -> Option<Typed> {
        let (words, takes) = signature(function)?;
        if args.len() != takes.len() {
            return Some(self.wrong_count(function.word(), words, args.len(), span, None));
        }
        let mut unknown = Unknown::Never;
        let mut bound = Bound::Exact;
        let mut checked = Vec::new();
        for (arg, takes) in args.iter().zip(takes) {
            let typed = match takes {
                Takes::Either => self.either_vector(scope, arg),
                Takes::Real => self.expect(scope, arg, &Type::Vector),
                Takes::Number => self.expect(scope, arg, &Type::Decimal),
                Takes::Share => self.expect(scope, arg, &Type::Ratio),
            };
            if typed.ty.is_none() {
                return Some(Typed::broken());
            }
            unknown = unknown.max(typed.unknown);
            // Decibels grow with what they are of; what a promise does to the others cannot be told.
            if typed.bound != Bound::Exact {
                bound = if function == Function::Decibels { typed.bound } else { mixed(&typed.bound) };
            }
            checked.push(typed.expr);
        }
        let typed = Typed::new(Ir::Function(function, checked), gives(function));
        Some(typed.or_unknown(unknown).with_bound(bound))
    }

    /// A list of pairs is written for a complex vector, and any other list for a real one.
    fn either_vector(&mut self, scope: &mut Scope, arg: &Expr) -> Typed {
        let of_pairs = |e: &Expr| matches!(&e.kind, ExprKind::List(parts) if parts.first().is_some_and(is_list));
        let want = if of_pairs(arg) { Type::ComplexVector } else { Type::Vector };
        let typed = self.expr(scope, arg, Some(&want));
        match typed.ty {
            Some(Type::ComplexVector) => typed,
            _ => self.coerce(typed, &want, arg.span),
        }
    }

    /// `[[0.6, 0], [0, 0.8]]` where a complex vector is wanted.
    pub(super) fn complex_vector(&mut self, scope: &mut Scope, elements: &[Expr]) -> Typed {
        let mut numbers = Vec::new();
        for e in elements {
            let parts = match &e.kind {
                ExprKind::List(parts) if parts.len() == 2 => self.vector(scope, parts),
                _ => {
                    let message = "a complex number is written as its real and its imaginary part";
                    let diagnostic = Diagnostic::error(&codes::NOT_CONSTANT, e.span, message);
                    self.report(diagnostic.label("no such pair").help("as in `[0.6, 0.8]`"));
                    return Typed::broken();
                }
            };
            match parts.expr {
                Ir::Literal(Value::Vector(parts)) if parts.len() == 2 => {
                    numbers.extend(parts.first().copied().zip(parts.get(1).copied()));
                }
                _ => return Typed::broken(),
            }
        }
        Typed::new(Ir::Literal(Value::Complex(numbers.into())), Type::ComplexVector)
    }
}

fn is_list(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::List(_))
}
