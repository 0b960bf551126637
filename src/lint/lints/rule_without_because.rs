//! Rule that does not say why.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "rule-without-because", title: "rule that does not say why" },
    group: Group::Governance,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/rule-without-because.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for (declared, rule) in context.rules() {
        let said = rule.because.as_ref().is_some_and(|because| !because.text.trim().is_empty());
        if !said {
            let message = format!("rule `{}` does not say why", declared.name);
            let finding = context.finding(declared.name_span, message).label("no reason");
            context.report(finding.help("add `because \"…\"`: whoever is refused reads it"));
        }
    }
}
