//! Name that is not written as names of its kind are.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::resolve::kind_word;
use crate::syntax::ast::ItemKind;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "name-style", title: "name that is not written as names of its kind are" },
    group: Group::Style,
    level: Level::Note,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/name-style.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for declared in context.items() {
        let name = declared.name.rsplit("::").next().unwrap_or(&declared.name);
        let (right, wanted) = match &declared.item.kind {
            ItemKind::Trait(_) | ItemKind::Enum(_) | ItemKind::Record(_) | ItemKind::Request(_) => {
                (capitals(name), "words that begin with capitals, such as `DataClass`")
            }
            ItemKind::Rule(_)
            | ItemKind::Define(_)
            | ItemKind::Signal(_)
            | ItemKind::Table(_)
            | ItemKind::Route(_)
            | ItemKind::Property(_)
            | ItemKind::Mission(_) => (lower(name), "words in lower case with underscores, such as `data_class`"),
            ItemKind::Let(_) => (
                lower(name) || name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'),
                "words in one case with underscores",
            ),
            ItemKind::Service(_) | ItemKind::Waiver(_) | ItemKind::Test(_) | ItemKind::Error { .. } => (true, ""),
        };
        if !right {
            let what = kind_word(&declared.item.kind);
            let finding = context
                .finding(declared.name_span, format!("the name of the {what} `{name}` is written unlike others"));
            context.report(finding.label("another style").help(format!("such names are {wanted}")));
        }
    }
}

fn lower(name: &str) -> bool {
    name.chars().all(|c| !c.is_uppercase()) && !name.contains("__")
}

fn capitals(name: &str) -> bool {
    name.chars().next().is_some_and(|c| !c.is_lowercase()) && !name.contains('_')
}
