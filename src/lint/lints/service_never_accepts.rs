//! Contract that accepts no request.

use crate::diag::Code;
use crate::lint::reason::{Reasoner, Verdicts};
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "service-never-accepts", title: "contract that accepts no request" },
    group: Group::Correctness,
    level: Level::Deny,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/service-never-accepts.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for (declared, item) in context.declared_services() {
        let Some(service) = context.services().get(&declared.name) else { continue };
        for (accept, written) in service.accepts.iter().zip(&item.accepts) {
            let reasoner = Reasoner::new(context.policy(), &accept.request).with_service(service);
            if !reasoner.can(&accept.condition, Verdicts::TRUE) {
                let message = format!("service `{}` accepts no request of type `{}`", declared.name, accept.request);
                let finding = context.finding(written.condition.span, message).label("true for no request");
                context.report(finding.help("repair the condition; a service that takes nothing can be left out"));
            }
        }
    }
}
