//! Comment that names no lint.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "unknown-allow", title: "comment that names no lint" },
    group: Group::Correctness,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/unknown-allow.md"),
    check,
};

/// The comments are judged after all other lints have run: see `allow`.
fn check(_: &mut Context<'_>) {}
