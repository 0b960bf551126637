//! Demand that excludes nobody.

use crate::diag::Code;
use crate::ir::Effect;
use crate::lint::reason::Reasoner;
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "constraint-without-effect", title: "demand that excludes nobody" },
    group: Group::Correctness,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/constraint-without-effect.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for placed in context.constraints() {
        let reasoner = Reasoner::new(context.policy(), &placed.route.request);
        let applies = reasoner.possible(&reasoner.applies(placed.constraint));
        // Where the guard is never true, that is what is wrong.
        if applies.is_impossible() {
            continue;
        }
        for (clause, span) in placed.constraint.clauses.iter().zip(&placed.clauses) {
            if !applies.and(&reasoner.bites(clause)).is_impossible() {
                continue;
            }
            let (never, label) = match clause.effect {
                Effect::Require => ("requires nothing", "true for every candidate and request"),
                Effect::Exclude => ("excludes nobody", "never true"),
                Effect::Deny => ("denies nothing", "never true"),
            };
            let finding = context.finding(*span, format!("{} {never}", placed.title())).label(label);
            context.report(finding.help("repair the condition, or leave it out"));
        }
    }
}
