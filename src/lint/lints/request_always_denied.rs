//! Denial that hits every request.

use crate::diag::Code;
use crate::ir::{Clause, Constraint, Effect, Expr};
use crate::lint::reason::{Reasoner, Ways};
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::value::Value;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "request-always-denied", title: "denial that hits every request" },
    group: Group::Correctness,
    level: Level::Deny,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/request-always-denied.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for placed in context.constraints() {
        let reasoner = Reasoner::new(context.policy(), &placed.route.request);
        let constraint = placed.constraint;
        let guarded = reasoner.possible(&guards_off(&reasoner, constraint));
        if !guarded.is_impossible() {
            continue;
        }
        for (clause, span) in constraint.clauses.iter().zip(&placed.clauses) {
            let spares = reasoner.possible(&reasoner.spares(clause));
            if clause.effect == Effect::Deny && spares.is_impossible() {
                let message = format!("rule `{}` denies every request on `{}`", constraint.name, placed.route_name);
                let finding = context.finding(*span, message).label("never false");
                context.report(
                    finding.help(
                        "narrow the condition; a route that is closed on purpose can say so with `provost-allow`",
                    ),
                );
            }
        }
    }
}

/// The ways in which a constraint does not take hold.
fn guards_off(reasoner: &Reasoner<'_>, constraint: &Constraint) -> Ways {
    let clauses = vec![Clause {
        effect: Effect::Require,
        condition: Expr::Literal(Value::Bool(false)),
        at: constraint.at.clone(),
    }];
    reasoner.silent(&Constraint { clauses, ..constraint.clone() })
}
