//! Waiver whose last day is past.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "waiver-expired", title: "waiver whose last day is past" },
    group: Group::Governance,
    level: Level::Warn,
    fix: Fixability::Unsafe,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/waiver-expired.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let today = context.now.date();
    for (declared, waiver) in context.waivers() {
        if let Some((until, span)) = waiver.until.filter(|(until, _)| *until < today) {
            let message = format!("waiver `{}` has expired on {until}", declared.name);
            let finding = context.finding(span, message).label("past");
            let finding = finding.help("remove it, or have it approved again with a new day");
            context.report(context.removal(finding, declared));
        }
    }
}
