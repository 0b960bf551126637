//! Rule that says what another says.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::resolve::Declared;
use std::collections::BTreeMap;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "duplicate-rule", title: "rule that says what another says" },
    group: Group::Correctness,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/duplicate-rule.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let mut seen: BTreeMap<String, &Declared> = BTreeMap::new();
    for (declared, rule) in context.rules() {
        let says = |span| context.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
        let mut targets: Vec<String> = rule
            .targets
            .iter()
            .map(|t| format!("{}.{:?}", says(t.route.span()), t.role.as_ref().map(|r| &r.text)))
            .collect();
        targets.sort();
        let mut clauses: Vec<String> = rule.clauses.iter().map(|clause| says(clause.span)).collect();
        clauses.sort();
        let guards = [&rule.when, &rule.unless].map(|guard| guard.as_ref().map(|guard| says(guard.span)));
        let key = format!("{targets:?} {guards:?} {clauses:?}");
        match seen.get(&key) {
            Some(first) => {
                let message = format!("rule `{}` says what rule `{}` says", declared.name, first.name);
                let finding = context.finding(declared.name_span, message).label("the same again");
                context.report(finding.related(first.name_span, "said here").help("remove one of the two"));
            }
            None => drop(seen.insert(key, declared)),
        }
    }
}
