//! Role whose services all come from one provider.

use crate::diag::Code;
use crate::ir::{Cardinality, Service};
use crate::lint::{Context, Fixability, Group, Level, Lint, Setting, SettingValue};
use crate::value::Value;
use std::collections::BTreeSet;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "single-provider", title: "role whose services all come from one provider" },
    group: Group::Governance,
    level: Level::Note,
    fix: Fixability::None,
    settings: &[Setting { name: "fields", default: SettingValue::Texts(&["provider", "vendor"]) }],
    page: include_str!("../../../docs/reference/lints/single-provider.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let fields = context.texts("fields");
    for (declared, item) in context.routes() {
        let Some(route) = context.policy().routes.get(&declared.name) else { continue };
        for (role, written) in route.roles.iter().zip(&item.roles).filter(|(r, _)| r.cardinality == Cardinality::One) {
            let fills: Vec<&Service> =
                context.services().values().filter(|s| s.traits.contains(&role.trait_)).collect();
            for field in &fields {
                let values: Option<BTreeSet<&Value>> = fills.iter().map(|service| service.values.get(field)).collect();
                let Some(only) = values.filter(|values| fills.len() > 1 && values.len() == 1) else { continue };
                let shown = only.first().map_or_else(String::new, ToString::to_string);
                let message =
                    format!("every service for the role `{}` of `{}` is of `{shown}`", role.name, declared.name);
                let finding = context.finding(written.name.span, message).label(format!("one `{field}`"));
                context.report(finding.help("add a service of another, or allow the finding with the reason"));
            }
        }
    }
}
