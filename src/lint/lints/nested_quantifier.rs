//! Quantifier inside a quantifier over services.

use crate::diag::Code;
use crate::lint::tree;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::syntax::ast::{Expr, ExprKind};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "nested-quantifier", title: "quantifier inside a quantifier over services" },
    group: Group::Performance,
    level: Level::Note,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/nested-quantifier.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let mut found = Vec::new();
    for declared in context.items() {
        for whole in tree::expressions(&declared.item.kind) {
            tree::each(whole, &mut |e| {
                if let ExprKind::Quantified { over, body, .. } = &e.kind
                    && closes(over)
                {
                    tree::each(body, &mut |inner| match &inner.kind {
                        ExprKind::Quantified { over, .. } if closes(over) => found.push((inner.span, e.span)),
                        _ => {}
                    });
                }
            });
        }
    }
    for (span, outer) in found {
        let finding = context.finding(span, "this looks at each pair of services").label("inside another");
        context.report(
            finding
                .related(outer, "the outer one")
                .help("let one of the two be a field, or a definition that is asked once"),
        );
    }
}

/// Whether a collection is everything reached over a field, which may be many.
fn closes(over: &Expr) -> bool {
    matches!(over.kind, ExprKind::Closure(_))
}
