//! What was concluded before anybody is chosen, kept as sets.

use super::EvalError;
use super::bound::Bound;
use super::machine::Machine;
use super::truth::Truth;
use crate::base::Name;
use crate::plan::route::{Demand, Rule};
use crate::plan::{Bits, Instance, Partition, Plan, RoutePlan};

/// What was concluded.
#[derive(Debug)]
pub struct Outcome<'p> {
    /// The plan.
    pub plan: &'p Plan,
    /// The route.
    pub route: &'p RoutePlan,
    /// The inputs.
    pub bound: Bound,
    /// The invariants of the request that are not true, by place.
    pub broken: Vec<(usize, Truth)>,
    /// The denials that fire or would have fired, by place.
    pub denials: Vec<Denied<'p>>,
    /// For each instance that is a condition on candidates, for whom it fails; `None` for the others.
    pub unary: Vec<Option<Unary>>,
    /// For each role the candidates for whom all conditions hold; a missing score excludes later.
    pub domains: Vec<Bits>,
}

/// A denial that is not ruled out.
#[derive(Clone, Debug)]
pub struct Denied<'p> {
    /// Its place in the route.
    pub denial: usize,
    /// True or unknown.
    pub verdict: Truth,
    /// The waivers that lift it; it fires if there are none.
    pub lifting: Vec<&'p Name>,
}

/// For whom a condition on candidates fails.
#[derive(Clone, Debug)]
pub struct Unary {
    /// Those for whom it is false.
    pub refuted: Bits,
    /// Those for whom it is unknown.
    pub unknown: Bits,
    /// Those for whom it would have failed if no waiver had lifted it.
    pub lifted: Bits,
}

impl Unary {
    fn new(services: usize) -> Self {
        Self { refuted: Bits::new(services), unknown: Bits::new(services), lifted: Bits::new(services) }
    }

    /// The verdict for one candidate; a lifted failure counts as true.
    pub fn verdict(&self, service: usize) -> Truth {
        match (self.refuted.contains(service), self.unknown.contains(service)) {
            (true, _) => Truth::False,
            (false, true) => Truth::Unknown,
            (false, false) => Truth::True,
        }
    }
}

/// Concludes what can be concluded before anybody is chosen: invariants first, then denials, then candidates.
pub fn outcome<'p>(plan: &'p Plan, route: &'p RoutePlan, bound: Bound) -> Result<Outcome<'p>, EvalError> {
    let mut outcome = Outcome {
        plan,
        route,
        broken: Vec::new(),
        denials: Vec::new(),
        unary: Vec::new(),
        domains: route.roles.iter().map(|role| role.candidates.clone()).collect(),
        bound,
    };
    outcome.broken = outcome.invariants()?;
    if outcome.broken.is_empty() {
        outcome.denials = outcome.denials()?;
    }
    if outcome.broken.is_empty() && !outcome.is_denied() {
        let unary: Result<Vec<_>, _> = route.instances.iter().map(|instance| outcome.unary(instance)).collect();
        outcome.unary = unary?;
        outcome.narrow();
    }
    Ok(outcome)
}

impl<'p> Outcome<'p> {
    /// An evaluator over these inputs, with nobody assigned.
    pub fn machine<'o>(&'o self) -> Machine<'o>
    where
        'p: 'o,
    {
        Machine::new(self.plan, self.route, &self.bound)
    }

    /// Whether some denial fires.
    pub fn is_denied(&self) -> bool {
        self.denials.iter().any(|denied| denied.lifting.is_empty())
    }

    fn too_many_steps(&self, constraint: usize) -> EvalError {
        let constraint = self.route.constraints.get(constraint).map_or(&self.route.name, |c| &c.name);
        EvalError::TooManySteps(constraint.clone())
    }

    fn invariants(&self) -> Result<Vec<(usize, Truth)>, EvalError> {
        let mut machine = self.machine();
        let mut broken = Vec::new();
        for (number, invariant) in self.route.invariants.iter().enumerate() {
            machine.begin();
            let truth = machine.truth(&invariant.code);
            if machine.exhausted() {
                return Err(EvalError::TooManySteps(self.route.request.clone()));
            }
            if !truth.holds() {
                broken.push((number, truth));
            }
        }
        Ok(broken)
    }

    fn denials(&self) -> Result<Vec<Denied<'p>>, EvalError> {
        let mut machine = self.machine();
        let mut denials = Vec::new();
        for (number, denial) in self.route.denials.iter().enumerate() {
            machine.begin();
            let verdict = match machine.applies(&denial.rule) {
                Truth::False => Truth::False,
                applies => applies.and(machine.truth(&denial.rule.condition)),
            };
            if verdict != Truth::False {
                let lifting: Vec<&Name> = machine.lifting(&denial.rule);
                let route: &'p RoutePlan = self.route;
                denials.push(Denied { denial: number, verdict, lifting: of_route(route, number, &lifting) });
            }
            if machine.exhausted() {
                return Err(self.too_many_steps(denial.constraint));
            }
        }
        Ok(denials)
    }

    /// For whom a condition on candidates fails.
    fn unary(&self, instance: &'p Instance) -> Result<Option<Unary>, EvalError> {
        let Some(role) = instance.candidate.filter(|_| instance.unary) else { return Ok(None) };
        let Some(candidates) = self.route.roles.get(role).map(|role| &role.candidates) else { return Ok(None) };
        let mut unary = Unary::new(self.plan.names.len());
        match (&instance.demand, &instance.partition) {
            (Demand::Accept, _) => self.accepts(instance, candidates, &mut unary)?,
            (Demand::Clause(rule), Some(partition)) => {
                self.by_class((instance, rule), partition, candidates, &mut unary)?;
            }
            (Demand::Clause(rule), None) => {
                let mut machine = self.machine();
                for service in candidates.iter() {
                    let (verdict, lifted) = self.ask(&mut machine, instance, rule, service)?;
                    unary.note(service, verdict, lifted);
                }
            }
        }
        Ok(Some(unary))
    }

    /// A service's own refusals; most services have none.
    fn accepts(&self, instance: &Instance, candidates: &Bits, unary: &mut Unary) -> Result<(), EvalError> {
        let mut machine = self.machine();
        for (service, own) in self.route.accepts.iter().filter(|(service, _)| candidates.contains(**service)) {
            machine.subject = Some(*service);
            machine.begin();
            let verdict = own.iter().fold(Truth::True, |all, accept| all.and(machine.truth(&accept.code)));
            if machine.exhausted() {
                return Err(self.too_many_steps(instance.constraint));
            }
            unary.note(*service, verdict, false);
        }
        Ok(())
    }

    /// Once per class of candidates that the condition cannot tell apart.
    fn by_class(
        &self,
        (instance, rule): (&Instance, &'p Rule),
        partition: &Partition,
        candidates: &Bits,
        unary: &mut Unary,
    ) -> Result<(), EvalError> {
        let mut machine = self.machine();
        if !partition.members.is_empty() {
            for (members, example) in partition.members.iter().zip(&partition.examples) {
                if members.is_disjoint(candidates) {
                    continue;
                }
                let (verdict, lifted) = self.ask(&mut machine, instance, rule, *example)?;
                unary.note_all(members, candidates, verdict, lifted);
            }
            return Ok(());
        }
        let mut verdicts = vec![None; partition.examples.len()];
        for service in candidates.iter() {
            let Some(known) = verdicts.get_mut(partition.class(service) as usize) else { continue };
            let (verdict, lifted) = match *known {
                Some(known) => known,
                None => *known.insert(self.ask(&mut machine, instance, rule, service)?),
            };
            unary.note(service, verdict, lifted);
        }
        Ok(())
    }

    fn ask<'o>(
        &'o self,
        machine: &mut Machine<'o>,
        instance: &Instance,
        rule: &'o Rule,
        service: usize,
    ) -> Result<(Truth, bool), EvalError> {
        machine.subject = Some(service);
        machine.begin();
        let verdict = machine.rule(rule);
        let lifted = !verdict.holds() && !machine.lifting(rule).is_empty();
        if machine.exhausted() { Err(self.too_many_steps(instance.constraint)) } else { Ok((verdict, lifted)) }
    }

    /// Leaves in each domain those for whom nothing fails.
    fn narrow(&mut self) {
        for (instance, unary) in self.route.instances.iter().zip(&self.unary) {
            let domain = instance.candidate.and_then(|role| self.domains.get_mut(role));
            if let (Some(domain), Some(unary)) = (domain, unary) {
                domain.take_out(&unary.refuted);
                domain.take_out(&unary.unknown);
            }
        }
    }
}

impl Unary {
    fn note(&mut self, service: usize, verdict: Truth, lifted: bool) {
        match verdict {
            Truth::True => {}
            _ if lifted => self.lifted.insert(service),
            Truth::False => self.refuted.insert(service),
            Truth::Unknown => self.unknown.insert(service),
        }
    }

    fn note_all(&mut self, members: &Bits, candidates: &Bits, verdict: Truth, lifted: bool) {
        let set = match verdict {
            Truth::True => return,
            _ if lifted => &mut self.lifted,
            Truth::False => &mut self.refuted,
            Truth::Unknown => &mut self.unknown,
        };
        let mut concerned = members.clone();
        concerned.keep(candidates);
        set.add(&concerned);
    }
}

/// The same names, as the route owns them.
fn of_route<'p>(route: &'p RoutePlan, denial: usize, names: &[&Name]) -> Vec<&'p Name> {
    let waivers = route.denials.get(denial).into_iter().flat_map(|denial| &denial.rule.waivers);
    waivers.map(|waiver| &waiver.name).filter(|name| names.contains(name)).collect()
}
