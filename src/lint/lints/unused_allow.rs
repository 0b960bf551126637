//! Comment that allows nothing.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "unused-allow", title: "comment that allows nothing" },
    group: Group::Governance,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/unused-allow.md"),
    check,
};

/// The comments are judged after all other lints have run: see `allow`.
fn check(_: &mut Context<'_>) {}
