//! Denial that a request evades by leaving a field out.

use crate::diag::Code;
use crate::ir::{Constraint, Effect, Expr, Field};
use crate::lint::reason::{Reasoner, Verdicts, Ways};
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "denial-evaded-by-omission", title: "denial that a request evades by leaving a field out" },
    group: Group::Security,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/denial-evaded-by-omission.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let all = context.constraints();
    for placed in &all {
        let reasoner = Reasoner::new(context.policy(), &placed.route.request);
        let Some(request) = context.policy().requests.get(&placed.route.request) else { continue };
        for (clause, span) in placed.constraint.clauses.iter().zip(&placed.clauses) {
            if clause.effect != Effect::Deny {
                continue;
            }
            let bites = reasoner.possible(&reasoner.applies(placed.constraint).and(&reasoner.bites(clause)));
            // Leaving a field out for which another rule denies is no way round.
            let denied = |absent: &Ways| {
                let mut others = all.iter().filter(|other| other.route_name == placed.route_name);
                others.any(|other| {
                    denies(other.constraint) && reasoner.silent(other.constraint).and(absent).is_impossible()
                })
            };
            let evades = |field: &&Field| {
                let fact = Expr::Field(Box::new(Expr::Request), field.name.clone());
                let absent = reasoner.ways(&Expr::Known(Box::new(fact)), Verdicts::FALSE);
                let evaded = field.optional && !bites.is_impossible() && bites.and(&absent).is_impossible();
                evaded && !denied(&absent)
            };
            if let Some(field) = request.fields.iter().find(evades) {
                let message = format!(
                    "a request that leaves `{}` out is never denied by rule `{}`",
                    field.name, placed.constraint.name
                );
                let finding = context.finding(*span, message).label("false where the field is not stated");
                context.report(finding.help("let an unknown deny, or make the field one that every request states"));
            }
        }
    }
}

/// Whether a constraint denies requests, and no waiver lifts it.
fn denies(constraint: &Constraint) -> bool {
    constraint.waivers.is_empty() && constraint.clauses.iter().all(|clause| clause.effect == Effect::Deny)
}
