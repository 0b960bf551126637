//! Guard that is always true.

use crate::base::Name;
use crate::diag::Code;
use crate::lint::places::Placed;
use crate::lint::reason::{Reasoner, Verdicts};
use crate::lint::{Context, Fixability, Group, Level, Lint};
use std::collections::BTreeSet;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "rule-always-applies", title: "guard that is always true" },
    group: Group::Correctness,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/rule-always-applies.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let placed = context.constraints();
    let rules: BTreeSet<&Name> = placed.iter().filter(|p| p.constraint.rule).map(|p| &p.constraint.name).collect();
    for rule in rules {
        let everywhere: Vec<&Placed<'_>> =
            placed.iter().filter(|p| p.constraint.rule && p.constraint.name == *rule).collect();
        let always = |placed: &&Placed<'_>| {
            let reasoner = Reasoner::new(context.policy(), &placed.route.request);
            placed.constraint.when.as_ref().is_some_and(|when| !reasoner.can(when, Verdicts::FALSE_OR_UNKNOWN))
        };
        let Some(when) = everywhere.first().and_then(|p| p.when).filter(|_| everywhere.iter().all(always)) else {
            continue;
        };
        let message = format!("the guard of rule `{rule}` is always true");
        let finding = context.finding(when, message).label("true for every request");
        context.report(finding.help("leave it out, or say what was meant"));
    }
}
