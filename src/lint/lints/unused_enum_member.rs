//! Member of an enum that nothing names.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::syntax::ast::Ident;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "unused-enum-member", title: "member of an enum that nothing names" },
    group: Group::Style,
    level: Level::Note,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/unused-enum-member.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    if context.is_library() {
        return;
    }
    for (declared, item) in context.enums().filter(|(_, item)| !item.ordered) {
        let unused = |member: &&Ident| !context.is_used(&member.text, member.span);
        let unused: Vec<&Ident> = item.members.iter().filter(unused).collect();
        for member in unused {
            let message = format!("nothing names the member `{}` of `{}`", member.text, declared.name);
            context.report(context.finding(member.span, message).label("never used").help("remove it, or offer it"));
        }
    }
}
