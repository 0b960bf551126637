//! What an expression names: the candidate, roles, the pipeline's totals. It decides what a clause is a condition on.

use std::collections::BTreeSet;

use crate::base::Name;
use crate::ir::{Expr, Policy, walk};

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
            open.extend(walk::children(expr));
        }
        names
    }
}
