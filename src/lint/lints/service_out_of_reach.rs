//! Service that no request can reach.

use crate::base::Name;
use crate::diag::Code;
use crate::ir::{Constraint, Effect, Expr, Route, walk};
use crate::lint::reason::Reasoner;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::value::Value;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "service-out-of-reach", title: "service that no request can reach" },
    group: Group::Correctness,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/service-out-of-reach.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    if context.is_library() {
        return;
    }
    let reasoners: Vec<(&Route, Reasoner<'_>)> = context
        .policy()
        .routes
        .values()
        .map(|route| (route, Reasoner::new(context.policy(), &route.request)))
        .collect();
    for (declared, _) in context.declared_services() {
        let Some(service) = context.services().get(&declared.name) else { continue };
        let mut asked = false;
        let mut against: Vec<&Constraint> = Vec::new();
        let mut reached = false;
        for (route, reasoner) in &reasoners {
            let reasoner = reasoner.with_service(service);
            for role in route.roles.iter().filter(|role| service.traits.contains(&role.trait_)) {
                asked = true;
                match route.constraints.iter().find(|c| c.scope.contains(&role.name) && refuses(&reasoner, c)) {
                    Some(constraint) => against.push(constraint),
                    None => reached = true,
                }
            }
        }
        if reached || is_used_by_another(context, &declared.name) {
            continue;
        }
        let message = format!("no request can reach service `{}`", declared.name);
        let finding = context.finding(declared.name_span, message);
        let finding = match against.first() {
            Some(first) => finding
                .label(format!("`{}` refuses it, whatever is asked", first.name))
                .help("change the contract or the demand; a service that is not to be used can be left out"),
            None if asked => continue,
            None => finding.label("no role asks for its traits").help("add a role for it, or leave it out"),
        };
        context.report(finding);
    }
}

/// Whether a constraint refuses a candidate for every request.
fn refuses(reasoner: &Reasoner<'_>, constraint: &Constraint) -> bool {
    let parts = constraint.clauses.iter().map(|c| &c.condition).chain(&constraint.when).chain(&constraint.unless);
    let mut other = |part: &Expr| matches!(part, Expr::Role(_) | Expr::Total(_));
    constraint.waivers.is_empty()
        && constraint.clauses.iter().all(|clause| clause.effect != Effect::Deny)
        && !parts.into_iter().any(|part| walk::any(part, &mut other))
        && reasoner.possible(&reasoner.silent(constraint)).is_impossible()
}

/// Whether another service names it, and so reaches it without any role.
fn is_used_by_another(context: &Context<'_>, name: &Name) -> bool {
    let others = context.services().iter().filter(|(other, _)| *other != name);
    others.flat_map(|(_, service)| service.values.values()).any(|value| names(value, name))
}

fn names(value: &Value, name: &Name) -> bool {
    match value {
        Value::Service(service) => service == name,
        Value::Set(values) | Value::List(values) => values.iter().any(|value| names(value, name)),
        Value::Record(fields) => fields.iter().filter_map(|(_, value)| value.as_ref()).any(|value| names(value, name)),
        _ => false,
    }
}
