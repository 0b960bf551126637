//! Demand that fails where the host says nothing.

use crate::base::Name;
use crate::diag::Code;
use crate::ir::{Effect, Expr, Policy, walk};
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
            if let Some(name) = bare(&clause.condition, clause.effect == Effect::Require, context.policy()) {
                let message = format!("{} fails where the host says nothing of `{name}`", placed.title());
                let finding = context.finding(*span, message).label("unknown without the signal");
                context
                    .report(finding.help(format!("supply a value with `{name} ?? …`, or give the signal a default")));
            }
        }
    }
}

/// A signal without a default and with nothing supplied for it, where without it a condition is never true; or never false, if that is
/// what is wanted of it.
fn bare<'e>(e: &'e Expr, wanted: bool, policy: &Policy) -> Option<&'e Name> {
    let go = |part: &'e Expr| bare(part, wanted, policy);
    match e {
        Expr::Signal(name, _) => policy.signals.get(name).is_some_and(|s| s.default.is_none()).then_some(name),
        Expr::Coalesce(_, otherwise) => go(otherwise),
        Expr::Known(_) => None,
        Expr::Not(of) => bare(of, !wanted, policy),
        Expr::And(parts) | Expr::Or(parts) if parts.iter().any(asks) => None,
        Expr::Implies(a, _) | Expr::If(a, ..) if asks(a) => None,
        // One part of an `and` keeps it from being true, and one of an `or` from being false; for the rest it takes all of them.
        Expr::And(parts) if wanted => parts.iter().find_map(go),
        Expr::Or(parts) if !wanted => parts.iter().find_map(go),
        Expr::And(parts) | Expr::Or(parts) => all(parts.iter().map(go)),
        Expr::Implies(a, c) if wanted => all([bare(a, false, policy), go(c)].into_iter()),
        Expr::Implies(a, c) => bare(a, true, policy).or_else(|| go(c)),
        Expr::If(c, a, d) => {
            all([bare(c, true, policy), bare(c, false, policy)].into_iter()).or_else(|| all([go(a), go(d)].into_iter()))
        }
        other => walk::children(other).into_iter().find_map(go),
    }
}

/// The first, where there is one everywhere.
fn all<'e>(found: impl Iterator<Item = Option<&'e Name>>) -> Option<&'e Name> {
    found.collect::<Option<Vec<&Name>>>()?.first().copied()
}

/// Whether a part asks if something is known; what depends on it is then taken care of.
fn asks(part: &Expr) -> bool {
    walk::any(part, &mut |part| matches!(part, Expr::Known(_)))
}
