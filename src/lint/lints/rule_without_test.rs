//! Rule that no test names.

use crate::diag::Code;
use crate::ir::suite::ExpectationKind;
use crate::ir::{Expr, walk};
use crate::lint::{Context, Fixability, Group, Level, Lint};
use std::collections::BTreeSet;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "rule-without-test", title: "rule that no test names" },
    group: Group::Governance,
    level: Level::Note,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/rule-without-test.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for expectation in context.package.tests.iter().flat_map(|test| &test.expectations) {
        match &expectation.kind {
            ExpectationKind::Rejected(_, Some(by))
            | ExpectationKind::Denied(Some(by))
            | ExpectationKind::Unroutable(Some(by)) => drop(named.insert(by)),
            _ => {}
        }
    }
    let mut compares: BTreeSet<&str> = BTreeSet::new();
    for constraint in context.policy().routes.values().flat_map(|route| &route.constraints) {
        let mut role = |part: &Expr| matches!(part, Expr::Role(_) | Expr::Total(_));
        if constraint.clauses.iter().any(|clause| walk::any(&clause.condition, &mut role)) {
            compares.insert(&constraint.name);
        }
    }
    let silent = |name: &str| named.contains(name) || compares.contains(name);
    for (declared, _) in context.rules().filter(|(declared, _)| !silent(&declared.name)) {
        let message = format!("no test names the rule `{}`", declared.name);
        let help = format!("add a test with `expect denied by {0}` or `expect \"…\" rejected by {0}`", declared.name);
        context.report(context.finding(declared.name_span, message).label("never tested").help(help));
    }
}
