//! Test without a time on a route that asks for it.

use crate::base::Name;
use crate::diag::Code;
use crate::ir::{Expr, Policy, Route, walk};
use crate::lint::{Context, Fixability, Group, Level, Lint};
use std::collections::BTreeSet;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "test-without-time", title: "test without a time on a route that asks for it" },
    group: Group::Correctness,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/test-without-time.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let policy = context.policy();
    let timed: BTreeSet<&Name> =
        policy.routes.iter().filter(|(_, route)| asks_for_time(policy, route)).map(|(n, _)| n).collect();
    for (declared, item) in context.tests() {
        let Some(test) = context.package.tests.iter().find(|test| test.name == declared.name) else { continue };
        if item.at.is_none() && timed.contains(&test.route) {
            let message =
                format!("test `{}` does not say when, and route `{}` depends on it", declared.name, test.route);
            let finding = context.finding(declared.name_span, message).label("decided at the start of the year 2000");
            context.report(finding.help("add the time after the request: `at 2026-11-21`"));
        }
    }
}

fn asks_for_time(policy: &Policy, route: &Route) -> bool {
    let now = |e: &Expr| walk::any(e, &mut |part| matches!(part, Expr::Now));
    let defined = |e: &Expr| {
        walk::any(e, &mut |part| match part {
            Expr::Call(name, _) => policy.definitions.get(name).is_some_and(|definition| now(&definition.body)),
            _ => false,
        })
    };
    let clauses = route.constraints.iter().flat_map(|c| c.clauses.iter().map(|clause| &clause.condition));
    let guards = route.constraints.iter().flat_map(|c| c.when.iter().chain(&c.unless));
    let terms = route.scores.values().flatten().flat_map(|term| std::iter::once(&term.value).chain(&term.when));
    let keys = route.ties.values().flatten().map(|key| &key.value);
    clauses.chain(guards).chain(terms).chain(keys).any(|e| now(e) || defined(e))
        || route.constraints.iter().any(|c| !c.waivers.is_empty())
}
