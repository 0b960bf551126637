//! What an expression names: the candidate, roles, the pipeline's totals. It decides what a clause is a condition on.

use std::collections::BTreeSet;

use crate::base::Name;
use crate::ir::{Expr, Generator, Policy};

/// What an expression names, calls of definitions included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// `service`
    pub subject: bool,
    /// Roles.
    pub roles: BTreeSet<Name>,
    /// `total`
    pub total: bool,
}

impl Names {
    /// What these expressions name together.
    pub fn of<'e>(policy: &'e Policy, exprs: impl IntoIterator<Item = &'e Expr>) -> Self {
        let mut names = Self::default();
        let mut called = BTreeSet::new();
        let mut open: Vec<&Expr> = exprs.into_iter().collect();
        while let Some(expr) = open.pop() {
            match expr {
                Expr::Subject => names.subject = true,
                Expr::Total(_) => names.total = true,
                Expr::Role(role) => {
                    names.roles.insert(role.clone());
                }
                Expr::Call(name, _) if called.insert(name) => {
                    open.extend(policy.definitions.get(name).map(|d| &d.body));
                }
                _ => {}
            }
            open.extend(operands(expr));
        }
        names
    }
}

/// The operands of an expression.
fn operands(expr: &Expr) -> Vec<&Expr> {
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
        Expr::Quantifier { over, body, .. } => vec![over, body],
        Expr::Fold { generator, .. } => of_generator(generator),
        Expr::Comprehension { generator, order, limit } => {
            let order = order.iter().map(|(by, _)| &**by);
            of_generator(generator).into_iter().chain(order).chain(limit.as_deref()).collect()
        }
        Expr::And(parts)
        | Expr::Or(parts)
        | Expr::SetOf(parts)
        | Expr::ListOf(parts)
        | Expr::Interpolate(parts)
        | Expr::Call(_, parts)
        | Expr::Function(_, parts) => parts.iter().collect(),
        Expr::RecordOf(fields) => fields.iter().filter_map(|(_, e)| e.as_ref()).collect(),
    }
}

fn of_generator(generator: &Generator) -> Vec<&Expr> {
    std::iter::once(&generator.over).chain(&generator.filter).chain(std::iter::once(&generator.take)).collect()
}
