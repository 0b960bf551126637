//! Declaration without documentation.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::resolve::kind_word;
use crate::syntax::ast::ItemKind;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "undocumented-item", title: "declaration without documentation" },
    group: Group::Style,
    level: Level::Allow,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/undocumented-item.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for declared in context.items() {
        let wanted = match &declared.item.kind {
            ItemKind::Trait(_)
            | ItemKind::Request(_)
            | ItemKind::Signal(_)
            | ItemKind::Route(_)
            | ItemKind::Define(_)
            | ItemKind::Mission(_) => true,
            ItemKind::Enum(_)
            | ItemKind::Record(_)
            | ItemKind::Service(_)
            | ItemKind::Let(_)
            | ItemKind::Table(_)
            | ItemKind::Rule(_)
            | ItemKind::Waiver(_)
            | ItemKind::Test(_)
            | ItemKind::Property(_)
            | ItemKind::Error { .. } => false,
        };
        if wanted && declared.item.front.docs.is_none() {
            let message =
                format!("nothing says what the {} `{}` is for", kind_word(&declared.item.kind), declared.name);
            let finding = context.finding(declared.name_span, message).label("no documentation");
            context.report(finding.help("write it before the declaration, behind `///`"));
        }
    }
}
