//! Constraints as sets of conditions that must be true, so that two ways to demand the same are the same set.
//!
//! A constraint with the guards `w` and `u` and the demand `c` is kept exactly where `not w or u or c` is true: a guard that is
//! unknown applies, an exemption that is unknown does not. `exclude` when `c` is `require not c`, and so is `deny`, except that it
//! refuses the request and not the candidate.

use super::imply::follows;
use super::normal::{Normal, junction, key, negated};
use crate::ir::walk::any;
use crate::ir::{Constraint, Effect, Expr, Policy};

/// One condition that must be true.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// Whether the request is denied where it is not.
    pub deny: bool,
    /// In normal form.
    pub condition: Expr,
}

/// How two sets of demands stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// They demand the same.
    Same,
    /// Whatever meets the new one met the old one.
    Tighter,
    /// Whatever met the old one meets the new one.
    Looser,
    /// Neither is seen.
    Other,
}

impl Step {
    /// The step from the old to the new, given which follows from which.
    pub fn of(new_implies_old: bool, old_implies_new: bool) -> Self {
        match (new_implies_old, old_implies_new) {
            (true, true) => Self::Same,
            (true, false) => Self::Tighter,
            (false, true) => Self::Looser,
            (false, false) => Self::Other,
        }
    }
}

/// What a constraint demands.
pub fn of_constraint<'p>(normal: &Normal<'p>, constraint: &'p Constraint) -> Vec<Demand> {
    let mut guards = Vec::new();
    guards.extend(constraint.when.as_ref().map(|when| negated(normal.expr(when))));
    guards.extend(constraint.unless.as_ref().map(|unless| normal.expr(unless)));
    let mut all = Vec::new();
    for deny in [false, true] {
        let wanted = constraint.clauses.iter().filter(|clause| (clause.effect == Effect::Deny) == deny).map(|clause| {
            let condition = normal.expr(&clause.condition);
            if clause.effect == Effect::Require { condition } else { negated(condition) }
        });
        for part in parts(wanted.collect()) {
            let condition = junction(false, guards.iter().cloned().chain([part]).collect());
            all.push(Demand { deny, condition });
        }
    }
    settled(all)
}

/// The parts of a conjunction, each of which must be true; put together first, so that what is said in two clauses is the same as in one.
fn parts(conditions: Vec<Expr>) -> Vec<Expr> {
    match junction(true, conditions) {
        Expr::And(parts) => parts,
        other => vec![other],
    }
}

/// What plain conditions demand that must all be true.
pub fn of_conditions<'p>(normal: &Normal<'p>, conditions: impl Iterator<Item = &'p Expr>) -> Vec<Demand> {
    let all = parts(conditions.map(|condition| normal.expr(condition)).collect());
    settled(all.into_iter().map(|condition| Demand { deny: false, condition }).collect())
}

/// In one order, each once, without what is always true.
fn settled(mut all: Vec<Demand>) -> Vec<Demand> {
    all.retain(|demand| demand.condition != Expr::Literal(crate::value::Value::Bool(true)));
    all.sort_by_cached_key(|demand| (demand.deny, key(&demand.condition)));
    all.dedup();
    all
}

/// The step from old demands to new ones.
pub fn step(old: &[Demand], new: &[Demand], policies: [&Policy; 2]) -> Step {
    if old == new {
        return Step::Same;
    }
    Step::of(implied(new, old, policies), implied(old, new, policies))
}

/// Whether each of `wanted` is true where all of `given` are.
pub fn implied(given: &[Demand], wanted: &[Demand], policies: [&Policy; 2]) -> bool {
    wanted.iter().all(|wanted| {
        given.iter().any(|given| given.deny == wanted.deny && follows(&given.condition, &wanted.condition, policies))
    })
}

/// Whether some demand speaks of the candidate under test, so that it matters for which roles it holds.
pub fn tests_candidates(demands: &[Demand]) -> bool {
    demands.iter().any(|demand| any(&demand.condition, &mut |part| matches!(part, Expr::Subject)))
}

/// Demands as one line, written out, for where two texts that read the same mean something else.
pub fn written_out(demands: &[Demand]) -> String {
    let one = |demand: &Demand| {
        let text = crate::explain::spell::expression(&demand.condition);
        if demand.deny { format!("deny unless {text}") } else { format!("require {text}") }
    };
    demands.iter().map(one).collect::<Vec<_>>().join("; ")
}
