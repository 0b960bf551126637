//! Pattern where a plain test would do.

use crate::diag::Code;
use crate::lint::tree;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::syntax::ast::{BinaryOp, ExprKind, TextPart};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "needless-pattern", title: "pattern where a plain test would do" },
    group: Group::Performance,
    level: Level::Note,
    fix: Fixability::Safe,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/needless-pattern.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let mut found = Vec::new();
    for declared in context.items() {
        for whole in tree::expressions(&declared.item.kind) {
            tree::each(whole, &mut |e| {
                let ExprKind::Binary(BinaryOp::Matches, text, pattern) = &e.kind else { return };
                let ExprKind::Text(parts) = &pattern.kind else { return };
                let [TextPart::Plain(pattern)] = parts.as_slice() else { return };
                if let Some((test, letters)) = simpler(pattern) {
                    found.push((e.span, text.span, test, letters.to_owned()));
                }
            });
        }
    }
    for (span, text, test, letters) in found {
        let plain = format!("{} {test} \"{letters}\"", tree::atom(context.text(text)));
        let finding = context.finding(span, format!("`{test}` says what this pattern says")).label("a plain test");
        context.report(context.rewrite(finding, span, plain));
    }
}

/// The test that says what a pattern says. A pattern that may stand anywhere has none.
fn simpler(pattern: &str) -> Option<(&'static str, &str)> {
    let plain = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ' | '/'))
    };
    let start = pattern.strip_prefix('^');
    let end = pattern.strip_suffix('$');
    if let Some(letters) = start.and_then(|rest| rest.strip_suffix('$')).filter(|letters| plain(letters)) {
        return Some(("==", letters));
    }
    start
        .filter(|rest| plain(rest))
        .map(|rest| ("starts with", rest))
        .or(end.filter(|rest| plain(rest)).map(|rest| ("ends with", rest)))
}
