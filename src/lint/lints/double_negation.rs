//! `not` of a `not`.

use crate::diag::Code;
use crate::lint::tree;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::syntax::ast::ExprKind;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "double-negation", title: "`not` of a `not`" },
    group: Group::Style,
    level: Level::Note,
    fix: Fixability::Safe,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/double-negation.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let mut found = Vec::new();
    for declared in context.items() {
        for whole in tree::expressions(&declared.item.kind) {
            tree::each(whole, &mut |e| {
                if let ExprKind::Not(inner) = &e.kind
                    && let ExprKind::Not(plain) = &inner.kind
                {
                    found.push((e.span, plain.span));
                }
            });
        }
    }
    for (span, plain) in found {
        let shorter = tree::atom(context.text(plain));
        let finding = context.finding(span, "two negations say nothing").label("negated twice");
        context.report(context.rewrite(finding, span, shorter));
    }
}
