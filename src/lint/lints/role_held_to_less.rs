//! Role that is held to less than another.

use crate::diag::Code;
use crate::ir::{Clause, Constraint, Expr, Role, walk};
use crate::lint::places::Placed;
use crate::lint::reason::{Reasoner, Ways};
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "role-held-to-less", title: "role that is held to less than another" },
    group: Group::Security,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/role-held-to-less.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let all = context.constraints();
    for placed in all.iter().filter(|placed| placed.constraint.rule) {
        let (constraint, route) = (placed.constraint, placed.route);
        let Some(first) = route.roles.first().filter(|first| constraint.scope.contains(&first.name)) else { continue };
        let mut speaks = |part: &Expr| matches!(part, Expr::Subject);
        let judges = constraint.clauses.iter().any(|clause| walk::any(&clause.condition, &mut speaks));
        let mut compares = |part: &Expr| matches!(part, Expr::Role(_) | Expr::Total(_));
        if !judges || constraint.clauses.iter().any(|clause| walk::any(&clause.condition, &mut compares)) {
            continue;
        }
        let stands_in = |role: &&Role| role.trait_ == first.trait_ && !constraint.scope.contains(&role.name);
        let held = |role: &Role| {
            let same = |other: &&Placed<'_>| {
                other.route_name == placed.route_name && other.constraint.scope.contains(&role.name)
            };
            let others: Vec<&Constraint> = all.iter().filter(same).map(|other| other.constraint).collect();
            others.iter().any(|other| says_the_same(other, constraint)) || implied(context, placed, &others)
        };
        let Some(role) = route.roles.iter().find(|role| stands_in(role) && !held(role)) else { continue };
        let message = format!(
            "rule `{}` holds `{}` to something that it does not hold `{}` to",
            constraint.name, first.name, role.name
        );
        let finding =
            context.finding(placed.name, message).label(format!("not on `{}.{}`", placed.route_name, role.name));
        let help = format!("name the other role too: `on {0}.{1}, {0}.{2}`", placed.route_name, first.name, role.name);
        context.report(finding.help(help));
    }
}

/// Whether one constraint says word for word what another says, or says it always.
fn says_the_same(this: &Constraint, other: &Constraint) -> bool {
    let same_guard =
        this.when.is_none() && this.unless.is_none() || (&this.when, &this.unless) == (&other.when, &other.unless);
    let said =
        |clause: &Clause| this.clauses.iter().any(|c| c.effect == clause.effect && c.condition == clause.condition);
    same_guard && this.waivers.is_empty() && other.clauses.iter().all(said)
}

/// Whether no candidate that a rule refuses gets past the others, in whatever words they say it.
fn implied(context: &Context<'_>, rule: &Placed<'_>, others: &[&Constraint]) -> bool {
    let reasoner = Reasoner::new(context.policy(), &rule.route.request);
    let bites = rule.constraint.clauses.iter().fold(Ways::none(), |all, clause| all.or(reasoner.bites(clause)));
    let mut refused = reasoner.possible(&reasoner.applies(rule.constraint).and(&bites));
    for other in others.iter().filter(|other| other.waivers.is_empty()) {
        refused = refused.and(&reasoner.silent(other));
    }
    refused.is_impossible()
}
