//! Rule whose guard is never true.

use crate::base::Name;
use crate::diag::Code;
use crate::lint::places::Placed;
use crate::lint::reason::Reasoner;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use std::collections::BTreeSet;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "rule-never-applies", title: "rule whose guard is never true" },
    group: Group::Correctness,
    level: Level::Deny,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/rule-never-applies.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let placed = context.constraints();
    let rules: BTreeSet<&Name> = placed.iter().filter(|p| p.constraint.rule).map(|p| &p.constraint.name).collect();
    for rule in rules {
        let everywhere: Vec<&Placed<'_>> =
            placed.iter().filter(|p| p.constraint.rule && p.constraint.name == *rule).collect();
        let never = everywhere.iter().all(|placed| {
            let reasoner = Reasoner::new(context.policy(), &placed.route.request);
            reasoner.possible(&reasoner.applies(placed.constraint)).is_impossible()
        });
        let Some(first) = everywhere.first().filter(|_| never) else { continue };
        let place = first.when.or(first.unless).unwrap_or(first.name);
        let message = format!("rule `{rule}` never applies");
        let finding = context.finding(place, message).label("no request makes this true");
        context.report(finding.help("repair the guard, or remove the rule"));
    }
}
