//! Waiver that lifts a rule for every request.

use crate::diag::Code;
use crate::ir::Expr;
use crate::lint::reason::{Reasoner, Verdicts};
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "waiver-too-broad", title: "waiver that lifts a rule for every request" },
    group: Group::Security,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/waiver-too-broad.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for (declared, item) in context.waivers() {
        let Some(waiver) = context.policy().waivers.get(&declared.name) else { continue };
        let routes = context.policy().routes.values().filter(|r| r.constraints.iter().any(|c| c.name == waiver.rule));
        let always = |when: &Expr| {
            let mut reasoners = routes.clone().map(|route| Reasoner::new(context.policy(), &route.request));
            reasoners.all(|reasoner| !reasoner.can(when, Verdicts::FALSE_OR_UNKNOWN))
        };
        let place = match (&waiver.when, &item.when) {
            (None, _) => declared.name_span,
            (Some(when), Some(written)) if routes.clone().next().is_some() && always(when) => written.span,
            _ => continue,
        };
        let message = format!("waiver `{}` lifts rule `{}` for every request", declared.name, waiver.rule);
        let finding = context.finding(place, message).label("for everybody");
        context.report(finding.help("say with `when` for which requests it was approved"));
    }
}
