//! Role whose candidates nothing ranks.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "unscored-role", title: "role whose candidates nothing ranks" },
    group: Group::Governance,
    level: Level::Note,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/unscored-role.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for (declared, item) in context.routes() {
        let Some(route) = context.policy().routes.get(&declared.name) else { continue };
        for (role, written) in route.roles.iter().zip(&item.roles) {
            let many = context.services().values().filter(|service| service.traits.contains(&role.trait_)).count() > 1;
            if many && !route.scores.contains_key(&role.name) && !route.ties.contains_key(&role.name) {
                let message =
                    format!("nothing ranks the candidates for the role `{}` of `{}`", role.name, declared.name);
                let finding = context.finding(written.name.span, message).label("the smaller name wins");
                context.report(finding.help(format!("add `score {0} {{ … }}`, or `ties {0} by …`", role.name)));
            }
        }
    }
}
