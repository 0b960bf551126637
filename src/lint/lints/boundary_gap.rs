//! Boundary value that neither of two ranges holds.

use crate::base::Name;
use crate::diag::Code;
use crate::ir::{Comparison, Constraint, Expr, walk};
use crate::lint::places::Placed;
use crate::lint::reason::{Reasoner, Verdicts};
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::value::Value;
use std::collections::BTreeSet;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "boundary-gap", title: "boundary value that neither of two ranges holds" },
    group: Group::Correctness,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/boundary-gap.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let all = context.constraints();
    let routes: BTreeSet<&Name> = all.iter().map(|placed| placed.route_name).collect();
    let mut reported = BTreeSet::new();
    for route in routes {
        let guards: Vec<(&Placed<'_>, &Expr)> = all
            .iter()
            .filter(|p| p.route_name == route)
            .filter_map(|p| Some((p, p.constraint.when.as_ref()?)))
            .collect();
        for (below, guard) in &guards {
            let Some((field, end)) = bound(guard, Comparison::Less) else { continue };
            let other = guards.iter().find(|(_, guard)| bound(guard, Comparison::Greater) == Some((field, end)));
            let Some((above, _)) = other else { continue };
            let Some(request) = all.iter().find(|p| p.route_name == route).map(|p| &p.route.request) else { continue };
            let at_end =
                Expr::Compare(Comparison::Equal, Box::new(field.clone()), Box::new(Expr::Literal(end.clone())));
            let reasoner = Reasoner::new(context.policy(), request);
            let exactly = reasoner.possible(&reasoner.ways(&at_end, Verdicts::TRUE));
            // Where some other guard may hold at the value, or where it cannot be, nothing is missing.
            let held = guards
                .iter()
                .any(|(_, guard)| !exactly.and(&reasoner.ways(guard, Verdicts::TRUE_OR_UNKNOWN)).is_impossible());
            let held = held || all.iter().any(|p| p.route_name == route && speaks_always(p.constraint, field));
            let (Some(span), Some(other)) = (above.when, below.when) else { continue };
            if !exactly.is_impossible() && !held && reported.insert((span, other)) {
                let message = format!("no rule of `{route}` speaks of exactly {end}");
                let finding = context.finding(span, message).label("what is above");
                context
                    .report(finding.related(other, "what is below").help("include the value on one of the two sides"));
            }
        }
    }
}

/// The fact and the end of a guard that is one comparison.
fn bound(guard: &Expr, wanted: Comparison) -> Option<(&Expr, &Value)> {
    let Expr::Compare(op, a, b) = guard else { return None };
    match (&**a, &**b) {
        (fact @ Expr::Field(..), Expr::Literal(end)) if *op == wanted => Some((fact, end)),
        (Expr::Literal(end), fact @ Expr::Field(..)) if op.mirrored() == wanted => Some((fact, end)),
        _ => None,
    }
}

/// Whether a rule without a guard looks at a fact in what it demands: then it speaks of every value.
fn speaks_always(constraint: &Constraint, fact: &Expr) -> bool {
    constraint.rule
        && constraint.when.is_none()
        && constraint.clauses.iter().any(|clause| walk::any(&clause.condition, &mut |part| part == fact))
}
