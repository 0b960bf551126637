//! Demand on a service that its sub-processors escape.

use crate::base::Name;
use crate::diag::Code;
use crate::ir::{Effect, Expr, Policy, walk};
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::value::Type;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "residency-not-of-sub-processors", title: "demand on a service that its sub-processors escape" },
    group: Group::Security,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/residency-not-of-sub-processors.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for placed in context.constraints() {
        for (clause, span) in placed.constraint.clauses.iter().zip(&placed.clauses) {
            let Some(field) = confined(&clause.condition).filter(|_| clause.effect == Effect::Require) else {
                continue;
            };
            let roles = placed.route.roles.iter().filter(|role| placed.constraint.scope.contains(&role.name));
            let Some(over) = roles.into_iter().find_map(|role| uses(context.policy(), &role.trait_, field)) else {
                continue;
            };
            let mut covers = |part: &Expr| matches!(part, Expr::Closure(_, name) if *name == over);
            let looked_at =
                placed.route.constraints.iter().flat_map(|c| &c.clauses).any(|c| walk::any(&c.condition, &mut covers));
            let defined = context.policy().definitions.values().any(|d| walk::any(&d.body, &mut covers));
            if !looked_at && !defined {
                let message = format!("`{field}` is demanded of the service, and not of those that it uses");
                let finding = context.finding(*span, message).label("says nothing of sub-processors");
                context.report(finding.help(format!("add `require all s in service.{over}+: s.{field} within …`")));
            }
        }
    }
}

/// The field of the candidate that a condition confines to a set.
fn confined(condition: &Expr) -> Option<&Name> {
    match condition {
        Expr::Within(part, _) => match &**part {
            Expr::Field(of, name) if **of == Expr::Subject => Some(name),
            _ => None,
        },
        Expr::And(parts) => parts.iter().find_map(confined),
        _ => None,
    }
}

/// The field by which services of a trait name other services that have this field too.
fn uses(policy: &Policy, of: &Name, field: &Name) -> Option<Name> {
    let fields = &policy.traits.get(of)?.fields;
    let names_services = |ty: &Type| match ty.element() {
        Some(Type::Service(Some(other))) => {
            policy.traits.get(other).is_some_and(|other| other.fields.contains_key(field))
        }
        _ => false,
    };
    fields.values().find(|field| names_services(&field.ty)).map(|field| field.name.clone())
}
