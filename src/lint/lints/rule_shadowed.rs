//! Denial that another rule already makes.

use crate::diag::Code;
use crate::ir::{Constraint, Effect};
use crate::lint::places::Placed;
use crate::lint::reason::{Reasoner, Ways};
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "rule-shadowed", title: "denial that another rule already makes" },
    group: Group::Correctness,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/rule-shadowed.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let placed = context.constraints();
    let denials: Vec<&Placed<'_>> = placed.iter().filter(|p| denies(p.constraint)).collect();
    let ways: Vec<(Ways, Ways)> = denials
        .iter()
        .map(|placed| {
            let reasoner = Reasoner::new(context.policy(), &placed.route.request);
            let bites =
                placed.constraint.clauses.iter().fold(Ways::none(), |all, clause| all.or(reasoner.bites(clause)));
            let bites = reasoner.possible(&reasoner.applies(placed.constraint).and(&bites));
            (bites, reasoner.silent(placed.constraint))
        })
        .collect();
    let covers = |other: usize, this: usize| match (ways.get(other), ways.get(this)) {
        (Some((_, silent)), Some((bites, _))) => {
            !bites.is_impossible() && !bites.is_free() && silent.and(bites).is_impossible()
        }
        _ => false,
    };
    for (this, placed) in denials.iter().enumerate() {
        let on_route =
            |other: &usize| denials.get(*other).is_some_and(|o| o.route_name == placed.route_name && *other != this);
        let others = (0..denials.len()).filter(on_route);
        // Of two that deny the same, the first in order stays.
        let Some(other) = others.into_iter().find(|o| covers(*o, this) && (*o < this || !covers(this, *o))) else {
            continue;
        };
        let Some(by) = denials.get(other) else { continue };
        // On every route that the rule governs it must be shadowed; one route at a time is what can be told.
        if denials.iter().filter(|d| d.constraint.name == placed.constraint.name).count() > 1 {
            continue;
        }
        let message =
            format!("whatever rule `{}` denies, rule `{}` denies already", placed.constraint.name, by.constraint.name);
        let finding = context.finding(placed.name, message).label("never changes a decision");
        context.report(finding.related(by.name, "denies the same and more").help("remove it, or say what was meant"));
    }
}

/// Whether a constraint is nothing but denials, and never waived.
fn denies(constraint: &Constraint) -> bool {
    constraint.waivers.is_empty() && constraint.clauses.iter().all(|clause| clause.effect == Effect::Deny)
}
