//! Waiver approved by nobody.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "waiver-without-approver", title: "waiver approved by nobody" },
    group: Group::Security,
    level: Level::Deny,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/waiver-without-approver.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for (declared, waiver) in context.waivers() {
        if let Some(by) = waiver.approved_by.as_ref().filter(|by| by.text.trim().is_empty()) {
            let message = format!("waiver `{}` is approved by nobody", declared.name);
            let finding = context.finding(by.span, message).label("no name");
            context.report(finding.help("name the person or the office that approved it"));
        }
    }
}
