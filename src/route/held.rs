//! What holds for those who were chosen: each constraint with the values on both sides.

use super::DecideError;
use super::problem::Problem;
use super::trace::Trace;
use crate::base::Name;
use crate::eval::{Reason, Truth};
use crate::ir::Effect;
use crate::plan::Instance;
use crate::plan::route::{Demand, Rule, bit};

/// A constraint that holds for whom was chosen.
#[derive(Clone, Debug)]
pub struct Held {
    /// The constraint.
    pub constraint: Name,
    /// The role and the service of whom it is asked; nothing where it is asked of a choice as a whole.
    pub of: Option<(Name, Name)>,
    /// How it comes that it holds.
    pub how: How,
}

/// How it comes that a constraint holds.
#[derive(Clone, Debug)]
pub enum How {
    /// Its condition is true, or for an `exclude` false; with the part that is responsible.
    Holds(Reason),
    /// Its guard or its exemption keeps it from applying.
    NotApplied,
    /// It is asked of a role that is left empty.
    Unfilled,
    /// It fails, and these waivers lift it.
    Lifted(Vec<Name>),
}

impl Trace<'_> {
    /// Everything that holds for those who were chosen, by constraint and as written; nothing unless the request is routed.
    pub fn held(&self) -> Result<Vec<Held>, DecideError> {
        let Some(assignment) = &self.assignment else { return Ok(Vec::new()) };
        let mut problem = self.problem();
        problem.machine.given.clone_from(assignment);
        let mut all = Vec::new();
        for instance in &self.outcome.route.instances {
            let Some(role) = instance.candidate else {
                all.extend(problem.held(instance, None)?);
                continue;
            };
            for service in assignment.get(role).into_iter().flatten() {
                all.extend(problem.held(instance, Some((role, *service)))?);
            }
        }
        Ok(all)
    }
}

impl<'o> Problem<'o> {
    fn held(&mut self, instance: &'o Instance, of: Option<(usize, usize)>) -> Result<Vec<Held>, DecideError> {
        let route = self.route;
        let Some(constraint) = route.constraints.get(instance.constraint).map(|of| of.name.clone()) else {
            return Ok(Vec::new());
        };
        let named = of.and_then(|(role, service)| {
            let role = route.roles.get(role)?.name.clone();
            Some((role, self.plan.name(service)?.clone()))
        });
        let held = |how: How| Held { constraint: constraint.clone(), of: named.clone(), how };
        self.machine.subject = of.map(|(_, service)| service);
        let whole = instance.named & !of.map_or(0, |(role, _)| bit(role));
        if !self.filled(whole) {
            return Ok(vec![held(How::Unfilled)]);
        }
        match &instance.demand {
            Demand::Accept => {
                let own = of.and_then(|(_, service)| route.accepts.get(&service)).map_or(&[][..], Vec::as_slice);
                Ok(own.iter().map(|accept| held(How::Holds(self.machine.why(&accept.code, true, &[])))).collect())
            }
            Demand::Clause(rule) => Ok(vec![held(self.how(instance, rule)?)]),
        }
    }

    fn how(&mut self, instance: &'o Instance, rule: &'o Rule) -> Result<How, DecideError> {
        let (_, lifted) = self.verdict(instance)?;
        self.machine.begin();
        if lifted {
            return Ok(How::Lifted(self.machine.lifting(rule).into_iter().cloned().collect()));
        }
        if self.machine.applies(rule) == Truth::False {
            return Ok(How::NotApplied);
        }
        Ok(How::Holds(self.machine.why(&rule.condition, rule.effect == Effect::Require, &[])))
    }
}
