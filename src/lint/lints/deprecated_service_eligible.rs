//! Service past its time that nothing keeps out.

use crate::base::Name;
use crate::diag::Code;
use crate::ir::{Constraint, Expr, Policy, walk};
use crate::lint::{Context, Fixability, Group, Level, Lint, Setting, SettingValue};
use crate::value::Value;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "deprecated-service-eligible", title: "service past its time that nothing keeps out" },
    group: Group::Governance,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[Setting {
        name: "words",
        default: SettingValue::Texts(&["deprecated", "retired", "sunset", "end_of_life", "eol"]),
    }],
    page: include_str!("../../../docs/reference/lints/deprecated-service-eligible.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let words = context.texts("words");
    for (declared, item) in context.declared_services() {
        let Some(service) = context.services().get(&declared.name) else { continue };
        let past = |value: &Value| matches!(value, Value::Member(member) if words.contains(&member.name));
        let Some((field, value)) = service.values.iter().find(|(_, value)| past(value)) else { continue };
        let open = context.policy().routes.iter().find(|(_, route)| {
            let role = route.roles.iter().find(|role| service.traits.contains(&role.trait_));
            role.is_some() && !route.constraints.iter().any(|c| reads(context.policy(), c, field))
        });
        if let Some((route, _)) = open {
            let entry = item.entries.iter().find(|entry| entry.name.text == *field);
            let message =
                format!("service `{}` is `{value}`, and nothing keeps it out of route `{route}`", declared.name);
            let finding = context.finding(entry.map_or(declared.name_span, |entry| entry.value.span), message);
            let help = format!("add to the route: `require {field}: service.{field} != {value}`");
            context.report(finding.label("may still be chosen").help(help));
        }
    }
}

/// Whether a constraint looks at a field of any service, in its own words or in those of a definition.
fn reads(policy: &Policy, constraint: &Constraint, field: &Name) -> bool {
    let parts =
        constraint.clauses.iter().map(|clause| &clause.condition).chain(&constraint.when).chain(&constraint.unless);
    parts.into_iter().any(|part| {
        walk::any(part, &mut |part| match part {
            Expr::Field(_, name) => name == field,
            Expr::Call(name, _) => policy.definitions.get(name).is_none_or(|definition| {
                walk::any(&definition.body, &mut |part| {
                    matches!(part, Expr::Field(_, name) if name == field) || matches!(part, Expr::Call(..))
                })
            }),
            _ => false,
        })
    })
}
