//! Demands that no candidate can meet together.

use crate::diag::Code;
use crate::ir::{Effect, Expr, walk};
use crate::lint::places::Placed;
use crate::lint::reason::{Reasoner, Ways};
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "contradictory-constraints", title: "demands that no candidate can meet together" },
    group: Group::Correctness,
    level: Level::Deny,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/contradictory-constraints.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let all = context.constraints();
    let placed: Vec<&Placed<'_>> = all.iter().filter(|placed| judges_candidates(placed)).collect();
    let silent = |placed: &Placed<'_>| {
        let reasoner = Reasoner::new(context.policy(), &placed.route.request);
        reasoner.possible(&reasoner.silent(placed.constraint))
    };
    let ways: Vec<Ways> = placed.iter().map(|placed| silent(placed)).collect();
    let alone: Vec<bool> = ways.iter().map(Ways::is_impossible).collect();
    for (at, (this, way)) in placed.iter().zip(&ways).enumerate() {
        if way.is_impossible() {
            let message = format!("no candidate ever meets {}", this.title());
            let finding = context.finding(this.name, message).label("cannot be met");
            context.report(finding.help("say what was meant: as it stands, the role is never filled"));
            continue;
        }
        for (other, (that, its)) in placed.iter().zip(&ways).enumerate().skip(at + 1) {
            let together = that.route_name == this.route_name
                && this.constraint.scope.iter().any(|role| that.constraint.scope.contains(role));
            let settled = alone.get(other).is_some_and(|impossible| *impossible);
            if together && !settled && way.and(its).is_impossible() {
                let message = format!("no candidate meets both {} and {}", this.title(), that.title());
                let (first, second) = if (this.name.file, this.name.start) < (that.name.file, that.name.start) {
                    (this.name, that.name)
                } else {
                    (that.name, this.name)
                };
                let finding = context.finding(second, message).label("contradicts the other");
                let finding = finding.related(first, "what it contradicts");
                context.report(finding.help("no service, whatever it states, can ever be chosen"));
            }
        }
    }
}

/// Whether a constraint is about one candidate at a time, and never set aside.
fn judges_candidates(placed: &Placed<'_>) -> bool {
    let constraint = placed.constraint;
    let parts =
        constraint.clauses.iter().map(|clause| &clause.condition).chain(&constraint.when).chain(&constraint.unless);
    let mut others = |part: &Expr| matches!(part, Expr::Role(_) | Expr::Total(_));
    constraint.waivers.is_empty()
        && !parts.into_iter().any(|part| walk::any(part, &mut others))
        && constraint.clauses.iter().all(|clause| clause.effect != Effect::Deny)
}
