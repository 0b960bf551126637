//! Waiver for a rule that is protected.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::resolve::Declared;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "waiver-of-protected-rule", title: "waiver for a rule that is protected" },
    group: Group::Governance,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/waiver-of-protected-rule.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for (declared, item) in context.waivers() {
        let rule = context.package.program.lookup(declared.package, &item.rule);
        let marked = |rule: &&Declared| rule.item.front.annotations.iter().any(|a| &*a.name.text == "protected");
        if let Some(rule) = rule.filter(marked) {
            let message = format!("waiver `{}` lifts the protected rule `{}`", declared.name, rule.name);
            let finding = context.finding(item.rule.span(), message).label("protected");
            let finding = finding.related(rule.name_span, "marked `@protected` here");
            context.report(finding.help("remove the mark or the waiver; one of the two is not meant"));
        }
    }
}
