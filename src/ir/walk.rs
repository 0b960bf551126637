//! The parts of an expression, for whoever has to go through all of them.

use std::collections::BTreeSet;

use super::expr::{Expr, Generator};
use crate::base::Name;

/// The direct parts of an expression, in the order in which they are written.
pub fn children(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Literal(_)
        | Expr::Variable(_)
        | Expr::Request
        | Expr::Subject
        | Expr::Role(_)
        | Expr::Now
        | Expr::Total(_)
        | Expr::Constant(_)
        | Expr::Signal(_, None) => Vec::new(),
        Expr::Field(a, _)
        | Expr::Closure(a, _)
        | Expr::Signal(_, Some(a))
        | Expr::Row(_, a)
        | Expr::Not(a)
        | Expr::Negate(a)
        | Expr::Known(a)
        | Expr::ToDecimal(a)
        | Expr::ToInstant(a)
        | Expr::Matches(a, _)
        | Expr::Implements(a, _) => vec![a],
        Expr::Implies(a, b)
        | Expr::Compare(_, a, b)
        | Expr::In(a, b)
        | Expr::Within(a, b)
        | Expr::Overlaps(a, b)
        | Expr::StartsWith(a, b)
        | Expr::EndsWith(a, b)
        | Expr::Arithmetic(_, a, b)
        | Expr::Coalesce(a, b) => vec![a, b],
        Expr::If(c, a, b) => vec![c, a, b],
        Expr::Call(_, parts)
        | Expr::And(parts)
        | Expr::Or(parts)
        | Expr::SetOf(parts)
        | Expr::ListOf(parts)
        | Expr::Interpolate(parts)
        | Expr::Function(_, parts) => parts.iter().collect(),
        Expr::RecordOf(fields) => fields.iter().filter_map(|(_, field)| field.as_ref()).collect(),
        Expr::Quantifier { over, body, .. } => vec![over, body],
        Expr::Fold { generator, .. } => generated(generator),
        Expr::Comprehension { generator, order, limit } => {
            let mut parts = generated(generator);
            parts.extend(order.as_ref().map(|(by, _)| &**by));
            parts.extend(limit.as_deref());
            parts
        }
    }
}

fn generated(generator: &Generator) -> Vec<&Expr> {
    std::iter::once(&generator.over).chain(&generator.filter).chain([&generator.take]).collect()
}

/// The variables that are named in an expression, by name.
pub fn variables(expr: &Expr) -> BTreeSet<Name> {
    let mut names = BTreeSet::new();
    any(expr, &mut |part| {
        if let Expr::Variable(name) = part {
            names.insert(name.clone());
        }
        false
    });
    names
}

/// Whether some part of an expression, itself included, is one that is asked for.
pub fn any(expr: &Expr, is: &mut dyn FnMut(&Expr) -> bool) -> bool {
    is(expr) || children(expr).into_iter().any(|child| any(child, is))
}
