//! Comparison with `true` or `false`.

use crate::diag::Code;
use crate::lint::tree;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::syntax::ast::{BinaryOp, ExprKind, ItemKind};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "comparison-with-bool", title: "comparison with `true` or `false`" },
    group: Group::Style,
    level: Level::Note,
    fix: Fixability::Safe,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/comparison-with-bool.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let mut found = Vec::new();
    for declared in context.items() {
        // A condition of a test is no condition of a decision, and reads well as an equation.
        if matches!(declared.item.kind, ItemKind::Test(_)) {
            continue;
        }
        for whole in tree::expressions(&declared.item.kind) {
            tree::each(whole, &mut |e| {
                let ExprKind::Binary(op @ (BinaryOp::Equal | BinaryOp::NotEqual), a, b) = &e.kind else { return };
                let (other, value) = match (&a.kind, &b.kind) {
                    (_, ExprKind::Bool(value)) => (a, *value),
                    (ExprKind::Bool(value), _) => (b, *value),
                    _ => return,
                };
                found.push((e.span, other.span, value == (*op == BinaryOp::Equal)));
            });
        }
    }
    for (span, other, plain) in found {
        let text = tree::atom(context.text(other));
        let shorter = if plain { text } else { format!("(not {text})") };
        let finding = context.finding(span, "this compares with `true` or `false`").label("longer than it has to be");
        context.report(context.rewrite(finding, span, shorter));
    }
}
