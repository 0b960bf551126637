//! Trait that no role asks for.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::syntax::ast::Path;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "trait-never-asked-for", title: "trait that no role asks for" },
    group: Group::Correctness,
    level: Level::Note,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/trait-never-asked-for.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    if context.is_library() {
        return;
    }
    for (declared, _) in context.traits() {
        let named = |path: &Path| context.package.program.lookup(0, path).is_some_and(|d| d.name == declared.name);
        let claimed = context.declared_services().flat_map(|(_, service)| &service.traits).filter(|p| named(p)).count();
        let name = declared.name_span;
        let stands = context.places(&declared.name).iter().filter(|at| **at != name).count();
        // Every place but the claims would be somebody who asks.
        if claimed > 0 && stands == claimed {
            let message = format!("no role asks for the trait `{}`", declared.name);
            let finding = context.finding(name, message).label("claimed, and never asked for");
            context.report(finding.help("ask for it with a role or with `is`, or remove it"));
        }
    }
}
