//! Demand that fails where the host says nothing.

use crate::base::Name;
use crate::diag::Code;
use crate::ir::{Expr, Policy, walk};
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "signal-without-default", title: "demand that fails where the host says nothing" },
    group: Group::Governance,
    level: Level::Note,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/signal-without-default.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for placed in context.constraints() {
        for (clause, span) in placed.constraint.clauses.iter().zip(&placed.clauses) {
            if let Some(name) = bare(&clause.condition, context.policy()) {
                let message = format!("{} fails where the host says nothing of `{name}`", placed.title());
                let finding = context.finding(*span, message).label("unknown without the signal");
                context
                    .report(finding.help(format!("supply a value with `{name} ?? …`, or give the signal a default")));
            }
        }
    }
}

/// A signal without a default that stands in an expression with nothing supplied for it.
fn bare<'e>(e: &'e Expr, policy: &Policy) -> Option<&'e Name> {
    match e {
        Expr::Signal(name, _) => policy.signals.get(name).is_some_and(|s| s.default.is_none()).then_some(name),
        Expr::Coalesce(_, otherwise) => bare(otherwise, policy),
        Expr::Known(_) => None,
        Expr::And(parts) | Expr::Or(parts) if parts.iter().any(asks) => None,
        Expr::Implies(a, _) | Expr::If(a, ..) if asks(a) => None,
        other => walk::children(other).into_iter().find_map(|part| bare(part, policy)),
    }
}

/// Whether a part asks if something is known; what depends on it is then taken care of.
fn asks(part: &Expr) -> bool {
    walk::any(part, &mut |part| matches!(part, Expr::Known(_)))
}
