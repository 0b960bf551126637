//! The phases in which a decision is told, and the first of them that leaves nobody.
//!
//! They decide nothing: a decision names everything that stands against a service, whichever phase it belongs to. The first phase
//! that leaves nobody is the first for which it is true that the roles cannot be filled where only its constraints and those of
//! the phases before it count.

use super::DecideError;
use super::decision::Ending;
use super::search::{Question, search};
use super::trace::Trace;
use crate::base::Name;
use crate::ir::{self, ACCEPT, LAST_PHASES, Phase};
use crate::plan::{Bits, RoutePlan};

/// The phase that leaves nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Empty {
    /// Its place among the phases.
    pub phase: usize,
    /// The first role that cannot be filled any more.
    pub role: usize,
}

/// The phases of a route: those that it declares, or else its own requirements, the rules, and what is asked of several roles
/// together. The last is the choice, in which only those are lost who have no score.
pub fn phases(route: &RoutePlan, declared: Option<&ir::Route>) -> Vec<Phase> {
    let mut phases = match declared {
        Some(declared) if declared.phases.is_empty() => obvious(route, declared),
        Some(declared) => declared.phases.clone(),
        None => Vec::new(),
    };
    let score = route.constraints.get(route.score).map(|constraint| constraint.name.clone());
    let [choice, _] = LAST_PHASES;
    let because = Some(Name::from("nobody who is left has a score"));
    phases.push(Phase { name: Name::from(choice), constraints: score.into_iter().collect(), because });
    phases
}

fn obvious(route: &RoutePlan, declared: &ir::Route) -> Vec<Phase> {
    let (mut own, mut rules, mut between) = (vec![Name::from(ACCEPT)], Vec::new(), Vec::new());
    for constraint in &declared.constraints {
        let place = route.constraints.iter().position(|plan| plan.name == constraint.name);
        let joint = route.instances.iter().any(|instance| Some(instance.constraint) == place && !instance.unary);
        let phase = match (joint, constraint.rule) {
            (true, _) => &mut between,
            (false, true) => &mut rules,
            (false, false) => &mut own,
        };
        phase.push(constraint.name.clone());
    }
    let all = [("requirements", own), ("rules", rules), ("between_roles", between)];
    let told = all.into_iter().filter(|(_, constraints)| !constraints.is_empty());
    told.map(|(name, constraints)| Phase { name: Name::from(name), constraints, because: None }).collect()
}

impl Trace<'_> {
    /// The phases of the route that was decided, the choice last.
    pub fn phases(&self) -> Vec<Phase> {
        let route = self.outcome.route;
        phases(route, self.outcome.plan.policy.routes.get(&route.name))
    }

    /// The first of these phases that leaves nobody; none unless the request is unroutable.
    pub fn first_empty(&self, phases: &[Phase]) -> Result<Option<Empty>, DecideError> {
        if self.ending() != Ending::Unroutable {
            return Ok(None);
        }
        let route = self.outcome.route;
        let number = |name: &Name| route.constraints.iter().position(|constraint| constraint.name == *name);
        let mut dropped = Bits::of(route.constraints.len(), 0..route.constraints.len());
        let mut problem = self.problem();
        for (phase, told) in phases.iter().enumerate() {
            told.constraints.iter().filter_map(number).for_each(|constraint| dropped.remove(constraint));
            let mut stuck = |roles: usize| {
                problem.refill();
                search(&mut problem, &Question::any(roles, Some(&dropped))).map(|found| found.is_none())
            };
            if !stuck(route.roles.len())? {
                continue;
            }
            for roles in 1..=route.roles.len() {
                if stuck(roles)? {
                    return Ok(Some(Empty { phase, role: roles.saturating_sub(1) }));
                }
            }
        }
        Ok(None)
    }
}
