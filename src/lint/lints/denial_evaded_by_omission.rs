//! Denial that a request evades by leaving a field out.

use crate::diag::Code;
use crate::ir::{Effect, Expr, Field, Route};
use crate::lint::reason::{Reasoner, Verdicts};
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
    for placed in context.constraints() {
        let reasoner = Reasoner::new(context.policy(), &placed.route.request);
        let Some(request) = context.policy().requests.get(&placed.route.request) else { continue };
        for (clause, span) in placed.constraint.clauses.iter().zip(&placed.clauses) {
            if clause.effect != Effect::Deny {
                continue;
            }
            let bites = reasoner.possible(&reasoner.applies(placed.constraint).and(&reasoner.bites(clause)));
            let evades = |field: &&Field| {
                let fact = Expr::Field(Box::new(Expr::Request), field.name.clone());
                let known = Expr::Known(Box::new(fact));
                let absent = reasoner.ways(&known, Verdicts::FALSE);
                // A field with a default cannot be left out, whether or not its type lets it be unknown.
                field.optional
                    && field.default.is_none()
                    && !bites.is_impossible()
                    && bites.and(&absent).is_impossible()
                    && !answered(&reasoner, placed.route, &known)
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

/// Whether a denial on the route is about requests that leave a field out: one that no others meet, or that all of them meet.
fn answered(reasoner: &Reasoner<'_>, route: &Route, known: &Expr) -> bool {
    let (stated, absent) = (reasoner.ways(known, Verdicts::TRUE), reasoner.ways(known, Verdicts::FALSE));
    let denials = route.constraints.iter().filter(|constraint| constraint.waivers.is_empty());
    denials.flat_map(|c| c.clauses.iter().map(move |clause| (c, clause))).any(|(constraint, clause)| {
        if clause.effect != Effect::Deny {
            return false;
        }
        let applies = reasoner.applies(constraint);
        let bites = reasoner.possible(&applies.and(&reasoner.bites(clause)));
        let only = !bites.is_impossible() && bites.and(&stated).is_impossible();
        let denies = constraint.clauses.iter().all(|clause| clause.effect == Effect::Deny);
        only || denies && reasoner.possible(&reasoner.silent(constraint)).and(&absent).is_impossible()
    })
}
