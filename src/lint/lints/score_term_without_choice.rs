//! Score term that is the same for every candidate.

use crate::base::Name;
use crate::diag::Code;
use crate::ir::{Expr, walk};
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "score-term-without-choice", title: "score term that is the same for every candidate" },
    group: Group::Correctness,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/score-term-without-choice.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for (declared, item) in context.routes() {
        let Some(route) = context.policy().routes.get(&declared.name) else { continue };
        for written in item.scores.iter().flat_map(|block| block.terms.iter().map(move |term| (block, term))) {
            let (block, term) = written;
            let of = |role: &Name| route.scores.get(role).and_then(|all| all.iter().find(|t| t.name == term.name.text));
            let Some(checked) = block.roles.first().and_then(|role| of(&role.text)) else { continue };
            let mut candidate =
                |part: &Expr| matches!(part, Expr::Subject | Expr::Role(_) | Expr::Total(_) | Expr::Call(..));
            let differs = walk::any(&checked.value, &mut candidate)
                || checked.when.as_ref().is_some_and(|when| walk::any(when, &mut candidate));
            if !differs {
                let message = format!("the score term `{}` is the same for every candidate", term.name.text);
                let finding = context.finding(term.name.span, message).label("decides nothing");
                context.report(finding.help("let it depend on `service`, or leave it out"));
            }
        }
    }
}
