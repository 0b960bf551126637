//! Condition with the same on both branches.

use crate::diag::Code;
use crate::lint::tree;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::syntax::ast::ExprKind;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "identical-branches", title: "condition with the same on both branches" },
    group: Group::Correctness,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/identical-branches.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let mut found = Vec::new();
    for declared in context.items() {
        for whole in tree::expressions(&declared.item.kind) {
            tree::each(whole, &mut |e| {
                if let ExprKind::If(_, then, otherwise) = &e.kind {
                    let shape = |at| context.text(at).split_whitespace().collect::<Vec<_>>();
                    if shape(then.span) == shape(otherwise.span) {
                        found.push((otherwise.span, then.span));
                    }
                }
            });
        }
    }
    for (span, then) in found {
        let finding =
            context.finding(span, "both branches say the same").label("the same again").related(then, "said here");
        context.report(finding.help("write it without `if`, or say what was meant"));
    }
}
