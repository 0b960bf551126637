//! Score term beside which no other counts.

use crate::base::Decimal;
use crate::diag::Code;
use crate::ir::{Role, Route, Service, Term};
use crate::lint::reason::Reasoner;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::value::Value;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "score-term-dominates", title: "score term beside which no other counts" },
    group: Group::Correctness,
    level: Level::Note,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/score-term-dominates.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for (declared, item) in context.routes() {
        let Some(route) = context.policy().routes.get(&declared.name) else { continue };
        for role in &route.roles {
            let Some(terms) = route.scores.get(&role.name).filter(|terms| terms.len() > 1) else { continue };
            let values: Option<Vec<Vec<Decimal>>> =
                terms.iter().map(|term| values(context, route, role, term)).collect();
            let Some(values) = values else { continue };
            for (at, (term, own)) in terms.iter().zip(&values).enumerate() {
                let others = values.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, all)| spread(all));
                let others = others.into_iter().try_fold(Decimal::ZERO, |sum, one| sum.add(one?));
                let (Some(step), Some(others)) = (smallest_step(own), others) else { continue };
                let written = item.scores.iter().filter(|block| block.roles.iter().any(|r| r.text == role.name));
                let written = written.flat_map(|block| &block.terms).find(|written| written.name.text == term.name);
                if let Some(written) = written.filter(|_| step > others && others > Decimal::ZERO) {
                    let message =
                        format!("beside the score term `{}` no other term of `{}` counts", term.name, role.name);
                    let finding = context.finding(written.name.span, message);
                    let finding = finding.label(format!("differs by {step} at least, all others by {others} at most"));
                    context.report(finding.help("weigh the terms against each other, or leave the others out"));
                }
            }
        }
    }
}

/// The value of a term for each candidate, in order; nothing where it depends on more than they state.
fn values(context: &Context<'_>, route: &Route, role: &Role, term: &Term) -> Option<Vec<Decimal>> {
    if term.when.is_some() {
        return None;
    }
    let candidates: Vec<&Service> = context.services().values().filter(|s| s.traits.contains(&role.trait_)).collect();
    // Of two candidates, one term always decides.
    if candidates.len() < 3 {
        return None;
    }
    let value =
        |service| match Reasoner::new(context.policy(), &route.request).with_service(service).value(&term.value)? {
            Value::Number(amount, _) => Some(amount),
            _ => None,
        };
    let mut values: Vec<Decimal> = candidates.into_iter().map(value).collect::<Option<_>>()?;
    values.sort();
    values.dedup();
    Some(values)
}

/// From the smallest to the largest.
fn spread(sorted: &[Decimal]) -> Option<Decimal> {
    sorted.last()?.sub(*sorted.first()?)
}

/// The smallest difference between two that differ.
fn smallest_step(sorted: &[Decimal]) -> Option<Decimal> {
    sorted.iter().zip(sorted.iter().skip(1)).map(|(a, b)| b.sub(*a)).collect::<Option<Vec<_>>>()?.into_iter().min()
}
