//! Comment that allows a finding without saying why.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "allow-without-reason", title: "comment that allows a finding without saying why" },
    group: Group::Governance,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/allow-without-reason.md"),
    check,
};

/// The comments are judged after all other lints have run: see `allow`.
fn check(_: &mut Context<'_>) {}
