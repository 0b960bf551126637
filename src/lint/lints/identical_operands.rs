//! Operator with the same on both sides.

use crate::diag::Code;
use crate::lint::tree;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "identical-operands", title: "operator with the same on both sides" },
    group: Group::Correctness,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/identical-operands.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let mut found = Vec::new();
    for declared in context.items() {
        for whole in tree::expressions(&declared.item.kind) {
            tree::each(whole, &mut |e| {
                let same = |a: &Expr, b: &Expr| shape(context.text(a.span)) == shape(context.text(b.span));
                match &e.kind {
                    ExprKind::Binary(op, a, b) if decides(*op) && same(a, b) => found.push((e.span, a.span)),
                    ExprKind::And(parts) | ExprKind::Or(parts) => {
                        for (at, part) in parts.iter().enumerate() {
                            if let Some(first) = parts.iter().take(at).find(|first| same(first, part)) {
                                found.push((part.span, first.span));
                            }
                        }
                    }
                    _ => {}
                }
            });
        }
    }
    for (span, first) in found {
        let finding = context.finding(span, "both sides say the same").label("decides nothing");
        let finding = if first == span { finding } else { finding.related(first, "said here already") };
        context.report(finding.help("leave one out, or say what was meant"));
    }
}

/// Operators that say nothing of a thing and itself; a sum or a product does.
fn decides(op: BinaryOp) -> bool {
    match op {
        BinaryOp::Implies
        | BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessOrEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterOrEqual
        | BinaryOp::Within
        | BinaryOp::Coalesce
        | BinaryOp::Subtract
        | BinaryOp::Divide => true,
        BinaryOp::In
        | BinaryOp::Overlaps
        | BinaryOp::StartsWith
        | BinaryOp::EndsWith
        | BinaryOp::Matches
        | BinaryOp::Add
        | BinaryOp::Multiply => false,
    }
}

/// A text without the space that says nothing.
fn shape(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}
