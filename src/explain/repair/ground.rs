//! The ground on which changes are tried: the service, those that it names, and those chosen beside it.
//!
//! A package may have thousands of services, and planning them for each try would take long. Whether one service fits
//! a role depends on few of them, so that a try plans only these. What is found here is decided again with all of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::change::{Change, Facts};
use super::propose::Proposer;
use crate::base::Name;
use crate::eval::{Machine, Outcome};
use crate::facts::Inputs;
use crate::ir::{Clause, Constraint, Effect, Policy, Services};
use crate::plan::route::{Demand, bit};
use crate::plan::{self, Instance, Plan};
use crate::route::decision::Failure;
use crate::route::{self, DecideError, Decision, Ending, Trace};
use crate::value::Value;

/// The service and role that are asked about, and what else matters to them.
pub struct Ground<'a> {
    /// The plan with all services.
    pub whole: &'a Plan,
    /// The route.
    pub route: &'a Name,
    /// The role, by number.
    pub role: usize,
    /// The service.
    pub service: &'a Name,
    /// The inputs as they are.
    pub inputs: &'a Inputs,
    /// Who is chosen for each role as things are; nobody unless routed.
    pub chosen: Vec<Vec<Name>>,
    policy: Arc<Policy>,
    lone: Arc<Policy>,
    services: Services,
    small: Plan,
}

/// A clause that stands against the service, with the changes that may help.
#[derive(Clone, Debug)]
pub struct Obstacle {
    /// The constraint.
    pub constraint: Name,
    /// The changes.
    pub changes: Vec<Change>,
}

impl<'a> Ground<'a> {
    /// The ground for a decision.
    pub fn new(
        (whole, route, inputs): (&'a Plan, &'a Name, &'a Inputs),
        (role, service): (usize, &'a Name),
        decision: &Decision,
    ) -> Self {
        let chosen: Vec<Vec<Name>> =
            decision.roles.iter().map(|filled| filled.given.iter().map(|c| c.service.clone()).collect()).collect();
        let mut lone = (*whole.policy).clone();
        lone.routes.retain(|name, _| name == route);
        let lone = Arc::new(lone);
        let policy = Arc::new(with_invariants((*lone).clone(), route, role, &whole.services, service));
        let services = around(&whole.services, inputs, std::iter::once(service).chain(chosen.iter().flatten()));
        let small = plan::plan(Arc::clone(&policy), Arc::new(services.clone()));
        Self { whole, route, role, service, inputs, chosen, policy, lone, services, small }
    }

    /// Things as they are.
    pub fn facts(&self) -> Facts {
        let service = self.services.get(self.service).cloned().unwrap_or_default();
        Facts { inputs: self.inputs.clone(), service, contract_changed: false }
    }

    /// Things as they would be; nothing where a change does not fit.
    pub fn changed(&self, changes: &[Change]) -> Option<Facts> {
        changes.iter().try_fold(self.facts(), |facts, change| facts.change(&self.policy, self.service, change))
    }

    /// What stands against the service as things would be, alone or beside those who were chosen; nothing where the
    /// request would be invalid.
    pub fn obstacles(&self, facts: &Facts, beside: bool) -> Result<Option<Vec<Obstacle>>, DecideError> {
        if !facts.contract_changed {
            return self.obstacles_in(&self.small, &facts.inputs, beside);
        }
        let mut services = self.services.clone();
        services.insert(self.service.clone(), facts.service.clone());
        self.obstacles_in(&plan::plan(Arc::clone(&self.policy), Arc::new(services)), &facts.inputs, beside)
    }

    fn obstacles_in(&self, plan: &Plan, inputs: &Inputs, beside: bool) -> Result<Option<Vec<Obstacle>>, DecideError> {
        let trace = route::choose(plan, self.route, inputs)?;
        match trace.ending() {
            Ending::Invalid => return Ok(None),
            Ending::Denied => return Ok(Some(self.denials(&trace.outcome))),
            Ending::Routed | Ending::Unroutable => {}
        }
        let mut found = self.alone(&trace.outcome);
        if found.is_empty() {
            found = self.unscored(&trace)?;
        }
        if found.is_empty() && beside {
            found = self.between(&trace.outcome).into_iter().map(|(_, obstacle)| obstacle).collect();
        }
        Ok(Some(found))
    }

    fn denials(&self, outcome: &Outcome<'_>) -> Vec<Obstacle> {
        let fired = outcome.denials.iter().filter(|denied| denied.lifting.is_empty());
        let number = outcome.plan.number(self.service).unwrap_or(usize::MAX);
        let obstacle = |denied: &crate::eval::outcome::Denied<'_>| {
            let denial = outcome.route.denials.get(denied.denial)?;
            let mut machine = outcome.machine();
            let proposer = Proposer::new(&mut machine, &outcome.route.request, number);
            let changes = proposer.denial(&denial.rule);
            Some(Obstacle { constraint: outcome.route.constraints.get(denial.constraint)?.name.clone(), changes })
        };
        fired.filter_map(obstacle).collect()
    }

    /// What stands against the service whatever the other roles are given.
    fn alone(&self, outcome: &Outcome<'_>) -> Vec<Obstacle> {
        let Some(number) = outcome.plan.number(self.service) else { return Vec::new() };
        let mut found = Vec::new();
        for (instance, unary) in outcome.route.instances.iter().zip(&outcome.unary) {
            let fails = unary.as_ref().is_some_and(|unary| !unary.verdict(number).holds());
            if instance.candidate != Some(self.role) || !fails {
                continue;
            }
            let mut machine = outcome.machine();
            machine.subject = Some(number);
            found.push(self.obstacle(outcome, instance, &mut machine, number));
        }
        found
    }

    fn obstacle<'o>(
        &self,
        outcome: &'o Outcome<'_>,
        instance: &'o Instance,
        machine: &mut Machine<'o>,
        number: usize,
    ) -> Obstacle {
        let request = &outcome.route.request;
        let constraint = outcome.route.constraints.get(instance.constraint).map(|c| c.name.clone());
        let changes = match &instance.demand {
            Demand::Clause(rule) => Proposer::new(machine, request, number).rule(rule),
            Demand::Accept => {
                let own = outcome.route.accepts.get(&number).into_iter().flatten();
                own.flat_map(|accept| Proposer::new(machine, request, number).condition(&accept.code)).collect()
            }
        };
        Obstacle { constraint: constraint.unwrap_or_else(|| Name::from("")), changes }
    }

    /// The score, where it is unknown.
    fn unscored(&self, trace: &Trace<'_>) -> Result<Vec<Obstacle>, DecideError> {
        let failures = trace.failures(self.role, self.service)?;
        let outcome = &trace.outcome;
        let Some(number) = outcome.plan.number(self.service) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for failure in failures {
            let mut changes = Vec::new();
            for term in outcome.route.roles.get(self.role).map_or(&[][..], |role| &role.terms) {
                let mut machine = outcome.machine();
                machine.subject = Some(number);
                changes.extend(Proposer::new(&mut machine, &outcome.route.request, number).value(&term.value));
            }
            found.push(Obstacle { constraint: failure.constraint, changes });
        }
        Ok(found)
    }

    /// What fails between the roles when the service takes the place of the first who was chosen.
    fn between(&self, outcome: &Outcome<'_>) -> Vec<(Failure, Obstacle)> {
        let (route, plan) = (outcome.route, outcome.plan);
        let (Some(number), false) = (plan.number(self.service), self.chosen.is_empty()) else { return Vec::new() };
        let numbers = |names: &Vec<Name>| names.iter().filter_map(|name| plan.number(name)).collect();
        let mut given: Vec<Vec<usize>> = self.chosen.iter().map(numbers).collect();
        match given.get_mut(self.role).filter(|of_role| !of_role.contains(&number)) {
            None => return Vec::new(),
            Some(of_role) => match of_role.first_mut() {
                Some(first) => *first = number,
                None => of_role.push(number),
            },
        }
        let mut found = Vec::new();
        for instance in route.instances.iter().filter(|i| !i.unary && i.involves & bit(self.role) != 0) {
            let Demand::Clause(rule) = &instance.demand else { continue };
            let empty = |role: usize| given.get(role).is_none_or(Vec::is_empty);
            if (0..given.len()).any(|role| instance.named & bit(role) != 0 && empty(role)) {
                continue;
            }
            let subjects: Vec<Option<usize>> = match instance.candidate {
                None => vec![None],
                Some(role) if role == self.role => vec![Some(number)],
                Some(role) => given.get(role).into_iter().flatten().copied().map(Some).collect(),
            };
            for subject in subjects {
                let mut machine = outcome.machine();
                machine.given.clone_from(&given);
                machine.subject = subject;
                machine.begin();
                let verdict = machine.rule(rule);
                if verdict.holds() || !machine.lifting(rule).is_empty() {
                    continue;
                }
                let Some(constraint) = route.constraints.get(instance.constraint) else { continue };
                let reason = machine.reason(rule);
                let failure = Failure {
                    constraint: constraint.name.clone(),
                    verdict,
                    because: constraint.because.clone(),
                    at: instance.at.clone(),
                    what: reason.what,
                    left: Some(reason.left),
                    relation: Some(reason.relation),
                    right: Some(reason.right),
                    missing: reason.missing,
                };
                found.push((failure, self.obstacle(outcome, instance, &mut machine, number)));
            }
        }
        found
    }

    /// Everything that fails for the service as things are, as if nothing were denied: alone, and beside those chosen.
    pub fn failures(&self) -> Result<(Vec<Failure>, Vec<Failure>), DecideError> {
        let mut policy = (*self.lone).clone();
        for constraint in policy.routes.values_mut().flat_map(|route| &mut route.constraints) {
            constraint.clauses.retain(|clause| clause.effect != Effect::Deny);
        }
        let plan = plan::plan(Arc::new(policy), Arc::new(self.services.clone()));
        let trace = route::choose(&plan, self.route, self.inputs)?;
        let alone = trace.failures(self.role, self.service)?;
        let between = self.between(&trace.outcome).into_iter().map(|(failure, _)| failure).collect();
        Ok((alone, between))
    }

    /// Decides again with all services, the changed one among them: whether the service is then chosen, or lost on
    /// nothing but its score.
    pub fn verified(&self, facts: &Facts) -> Result<bool, DecideError> {
        let decision = if facts.contract_changed {
            let mut services = (*self.whole.services).clone();
            services.insert(self.service.clone(), facts.service.clone());
            let plan = plan::plan(Arc::clone(&self.lone), Arc::new(services));
            route::decide(&plan, self.route, &facts.inputs)?
        } else {
            route::decide(self.whole, self.route, &facts.inputs)?
        };
        let role = self.whole.routes.get(self.route).and_then(|r| r.roles.get(self.role));
        let fits = role.is_some_and(|role| facts.service.traits.contains(&role.trait_));
        let rejected = |r: &crate::route::decision::Rejected| {
            r.service == *self.service && role.is_some_and(|role| role.name == r.role)
        };
        let decided = matches!(decision.ending, Ending::Routed | Ending::Unroutable);
        Ok(fits && decided && !decision.rejected.iter().any(rejected))
    }
}

/// The policy in which the invariants of the service's traits, and of those it may come to claim, are constraints of the role.
fn with_invariants(mut policy: Policy, route: &Name, role: usize, services: &Services, service: &Name) -> Policy {
    let stated: BTreeSet<Name> = services.get(service).map(|s| s.traits.clone()).unwrap_or_default();
    let mut owed = Vec::new();
    for (name, declared) in policy.traits.iter().filter(|(_, t)| !t.ancestors.is_disjoint(&stated)) {
        for invariant in &declared.invariants {
            owed.push((name.clone(), invariant.clone()));
        }
    }
    let Some(declared) = policy.routes.get_mut(route) else { return policy };
    let Some(role) = declared.roles.get(role).map(|role| role.name.clone()) else { return policy };
    for (name, invariant) in owed {
        let subject = crate::ir::Expr::Subject;
        declared.constraints.push(Constraint {
            name: format!("the invariant of {name} at {}", invariant.at).into(),
            rule: true,
            scope: vec![role.clone()],
            // A service of another trait does not owe it.
            when: Some(crate::ir::Expr::Implements(Box::new(subject), name)),
            unless: None,
            clauses: vec![Clause {
                effect: Effect::Require,
                condition: invariant.condition.clone(),
                at: invariant.at.clone(),
            }],
            because: invariant.because.clone(),
            protected: true,
            docs: None,
            annotations: Vec::new(),
            waivers: Vec::new(),
            at: invariant.at.clone(),
        });
    }
    declared.constraints.sort_by(|a, b| a.name.cmp(&b.name));
    policy
}

/// These services, and all that they or the request name, directly or not.
fn around<'n>(services: &Services, inputs: &Inputs, these: impl Iterator<Item = &'n Name>) -> Services {
    let mut open: Vec<Name> = these.cloned().collect();
    named(&inputs.request.value, &mut open);
    let mut all = Services::new();
    while let Some(name) = open.pop() {
        let Some(service) = services.get(&name).filter(|_| !all.contains_key(&name)) else { continue };
        service.values.values().for_each(|value| named(value, &mut open));
        all.insert(name, service.clone());
    }
    all
}

fn named(value: &Value, open: &mut Vec<Name>) {
    match value {
        Value::Service(name) => open.push(name.clone()),
        Value::List(elements) | Value::Set(elements) => elements.iter().for_each(|e| named(e, open)),
        Value::Record(fields) => fields.iter().filter_map(|(_, v)| v.as_ref()).for_each(|v| named(v, open)),
        _ => {}
    }
}
