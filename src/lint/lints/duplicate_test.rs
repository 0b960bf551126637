//! Test that asks what another asks.

use crate::base::Span;
use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use std::collections::BTreeMap;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "duplicate-test", title: "test that asks what another asks" },
    group: Group::Style,
    level: Level::Note,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/duplicate-test.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let mut seen: BTreeMap<String, (&str, Span)> = BTreeMap::new();
    for (declared, _) in context.tests() {
        let Some(test) = context.package.tests.iter().find(|test| test.name == declared.name) else { continue };
        let mut expected: Vec<String> =
            test.expectations.iter().map(|expected| format!("{:?}", expected.kind)).collect();
        expected.sort();
        let key = format!("{} {:?} {:?} {:?} {expected:?}", test.route, test.request, test.now, test.signals);
        match seen.get(&key) {
            Some((first, span)) => {
                let message = format!("test `{}` asks what test `{first}` asks", declared.name);
                let finding = context.finding(declared.name_span, message).label("the same again");
                context.report(finding.related(*span, "asked here").help("remove one of the two"));
            }
            None => drop(seen.insert(key, (&declared.name, declared.name_span))),
        }
    }
}
