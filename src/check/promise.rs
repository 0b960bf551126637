//! Promised bounds: which way they point through arithmetic, and which comparisons they can decide.
//!
//! A promise `latency <= 8s` says nothing about how fast the service is, only how slow it is at most. So `latency <= x`
//! can be true of it and `latency >= x` or `latency == x` cannot, whatever `x` is.

use super::scope::Bound;
use super::{Checker, codes};
use crate::base::Span;
use crate::diag::Diagnostic;
use crate::ir::{Comparison, Direction};

impl Checker<'_> {
    /// The bound of a value that is one of two.
    pub(super) fn same_bound(&self, a: &Bound, b: &Bound) -> Bound {
        match (a, b) {
            (Bound::Exact, other) | (other, Bound::Exact) => other.clone(),
            (Bound::Promise(x, _), Bound::Promise(y, _)) if x == y => a.clone(),
            (Bound::Promise(_, name) | Bound::Mixed(name), _) => Bound::Mixed(name.clone()),
        }
    }

    /// Reports a comparison that cannot be decided from what is promised.
    pub(super) fn check_entailed(&mut self, op: Comparison, a: &Bound, b: &Bound, span: Span) {
        let problem = match (a, b) {
            (Bound::Exact, Bound::Exact) => None,
            // Two promises of one direction: the promised bounds themselves are compared.
            (Bound::Promise(x, _), Bound::Promise(y, _)) if x == y => None,
            (Bound::Promise(x, _), Bound::Promise(y, _)) => {
                let entailed = decides(*x, op) && decides(*y, op.mirrored());
                (!entailed).then_some(a)
            }
            (Bound::Promise(direction, _), Bound::Exact) => (!decides(*direction, op)).then_some(a),
            (Bound::Exact, Bound::Promise(direction, _)) => (!decides(*direction, op.mirrored())).then_some(b),
            (Bound::Mixed(_), _) => Some(a),
            (_, Bound::Mixed(_)) => Some(b),
        };
        if let Some(bound) = problem {
            let diagnostic = self.not_entailed(bound, op, span);
            self.report(diagnostic);
        }
    }

    fn not_entailed(&self, bound: &Bound, op: Comparison, span: Span) -> Diagnostic {
        let (name, says, works) = match bound {
            Bound::Promise(Direction::AtMost, name) => {
                (name, "an upper bound: the real value may be anything below it", "`<=` or `<`")
            }
            Bound::Promise(Direction::AtLeast, name) => {
                (name, "a lower bound: the real value may be anything above it", "`>=` or `>`")
            }
            Bound::Mixed(name) => (
                name,
                "mixed here with another quantity, so that it bounds the result neither way",
                "one promise on one side",
            ),
            Bound::Exact => return Diagnostic::error(&codes::PROMISE, span, "comparison cannot be decided"),
        };
        let message = format!("`{}` cannot be decided from the promise `{name}`", op.word());
        let diagnostic = Diagnostic::error(&codes::PROMISE, span, message)
            .label(format!("`{name}` is {says}"))
            .help(format!("compare it with {works}"));
        let declared = self.declared_at.iter().find(|((_, field), _)| field == name).map(|(_, span)| *span);
        match declared {
            Some(place) => diagnostic.related(place, format!("`{name}` is declared here")),
            None => diagnostic,
        }
    }
}

/// Whether a bound on the left side can make this comparison true.
fn decides(direction: Direction, op: Comparison) -> bool {
    match direction {
        Direction::AtMost => matches!(op, Comparison::Less | Comparison::LessOrEqual),
        Direction::AtLeast => matches!(op, Comparison::Greater | Comparison::GreaterOrEqual),
    }
}

/// A bound turned round: the bound of `-x` where `x` has this one.
pub(super) fn flipped(bound: Bound) -> Bound {
    match bound {
        Bound::Promise(Direction::AtMost, name) => Bound::Promise(Direction::AtLeast, name),
        Bound::Promise(Direction::AtLeast, name) => Bound::Promise(Direction::AtMost, name),
        other => other,
    }
}

/// What is left of a bound once it is mixed with something that points nowhere.
pub(super) fn mixed(bound: &Bound) -> Bound {
    match bound {
        Bound::Promise(_, name) | Bound::Mixed(name) => Bound::Mixed(name.clone()),
        Bound::Exact => Bound::Exact,
    }
}
