//! Role that only one service can fill.

use crate::base::Name;
use crate::diag::Code;
use crate::ir::Cardinality;
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "single-service", title: "role that only one service can fill" },
    group: Group::Governance,
    level: Level::Note,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/single-service.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for (declared, item) in context.routes() {
        let Some(route) = context.policy().routes.get(&declared.name) else { continue };
        for (role, written) in route.roles.iter().zip(&item.roles) {
            let fills = context.services().iter().filter(|(_, service)| service.traits.contains(&role.trait_));
            let names: Vec<&Name> = fills.map(|(name, _)| name).collect();
            if let ([only], true) = (names.as_slice(), role.cardinality == Cardinality::One) {
                let message = format!("only `{only}` can fill the role `{}` of `{}`", role.name, declared.name);
                let finding = context.finding(written.name.span, message).label("one service");
                context.report(finding.help("add a second service, or allow the finding with the reason"));
            }
        }
    }
}
