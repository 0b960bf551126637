//! `not` of a comparison.

use crate::diag::Code;
use crate::lint::tree;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "negated-comparison", title: "`not` of a comparison" },
    group: Group::Style,
    level: Level::Note,
    fix: Fixability::Safe,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/negated-comparison.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let mut found = Vec::new();
    for declared in context.items() {
        for whole in tree::expressions(&declared.item.kind) {
            tree::each(whole, &mut |e| {
                if let ExprKind::Not(inner) = &e.kind
                    && let ExprKind::Binary(op, a, b) = &inner.kind
                    && let Some(sign) = opposite(*op)
                    && !promises(context, a)
                    && !promises(context, b)
                {
                    found.push((e.span, a.span, sign, b.span));
                }
            });
        }
    }
    for (span, a, sign, b) in found {
        let shorter = format!("({} {sign} {})", tree::atom(context.text(a)), tree::atom(context.text(b)));
        let finding = context.finding(span, "this negates a comparison").label(format!("`{sign}` says it"));
        context.report(context.rewrite(finding, span, shorter));
    }
}

/// Whether a promise stands in an expression: a bound that decides one sign need not decide the opposite one.
fn promises(context: &Context<'_>, e: &Expr) -> bool {
    let promised = |name: &str| context.policy().traits.values().any(|of| of.guarantees.contains_key(name));
    let mut any = false;
    tree::each(e, &mut |part| {
        any |= match &part.kind {
            ExprKind::Field(_, name) => promised(&name.text),
            // What a definition says may be a promise.
            ExprKind::Call(..) => true,
            _ => false,
        }
    });
    any
}

fn opposite(op: BinaryOp) -> Option<&'static str> {
    match op {
        BinaryOp::Equal => Some("!="),
        BinaryOp::NotEqual => Some("=="),
        BinaryOp::Less => Some(">="),
        BinaryOp::LessOrEqual => Some(">"),
        BinaryOp::Greater => Some("<="),
        BinaryOp::GreaterOrEqual => Some("<"),
        _ => None,
    }
}
