//! Definition that nothing names.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "unused-definition", title: "definition that nothing names" },
    group: Group::Style,
    level: Level::Warn,
    fix: Fixability::Unsafe,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/unused-definition.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    if context.is_library() {
        return;
    }
    for (declared, _) in context.definitions() {
        if !context.is_used(&declared.name, declared.name_span) {
            let message = format!("nothing names the definition `{}`", declared.name);
            let finding = context.finding(declared.name_span, message).label("never used");
            context.report(context.removal(finding.help("remove it"), declared));
        }
    }
}
