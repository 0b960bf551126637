//! Denial that a request evades by leaving a field out.

use crate::diag::Code;
use crate::ir::{Effect, Expr, Field};
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
                let absent = reasoner.ways(&Expr::Known(Box::new(fact)), Verdicts::FALSE);
                field.optional && !bites.is_impossible() && bites.and(&absent).is_impossible()
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
