//! Waiver that does not say why.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "waiver-without-reason", title: "waiver that does not say why" },
    group: Group::Governance,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/waiver-without-reason.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for (declared, waiver) in context.waivers() {
        let said = waiver.because.as_ref().is_some_and(|because| !because.text.trim().is_empty());
        if !said {
            let message = format!("waiver `{}` does not say why", declared.name);
            context.report(context.finding(declared.name_span, message).label("no reason").help("add `because \"…\"`"));
        }
    }
}
