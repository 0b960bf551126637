//! Which values the atomic conditions have in one test.

use super::Seen;
use super::atoms::{Atom, Stage};
use crate::base::limits;
use crate::eval::{Bound, Machine, Truth};
use crate::facts::Inputs;
use crate::plan::route::{Demand, Rule, bit};
use crate::plan::{Bits, Instance, Plan, RoutePlan};
use crate::route::decision::Ending;
use crate::route::trace::Trace;

/// One test, while its conditions are asked.
pub struct Measure<'a> {
    /// The plan into which the conditions are compiled.
    pub plan: &'a Plan,
    /// The route of that plan.
    pub route: &'a RoutePlan,
    /// What the test decided.
    pub trace: &'a Trace<'a>,
    /// The inputs of the test.
    pub inputs: &'a Inputs,
}

/// An atomic condition that is being asked.
struct Asking<'a> {
    atom: &'a Atom,
    instance: &'a Instance,
    rule: &'a Rule,
    seen: Seen,
}

impl Measure<'_> {
    /// The values that each of these conditions has, in their order. Each comes with the instances that it was compiled into.
    pub fn seen<'q>(&'q self, questions: impl Iterator<Item = (&'q Atom, &'q Vec<usize>)>) -> Vec<Seen> {
        let bound = Bound::new(self.plan, self.route, self.inputs);
        let mut machine = Machine::new(self.plan, self.route, &bound);
        questions.map(|(atom, instances)| self.one(&mut machine, atom, instances)).collect()
    }

    /// How far the decision came.
    fn stage(&self) -> Stage {
        match self.trace.ending() {
            Ending::Invalid => Stage::Request,
            Ending::Denied => Stage::Denial,
            Ending::Routed | Ending::Unroutable => Stage::Candidates,
        }
    }

    fn one<'m>(&'m self, machine: &mut Machine<'m>, atom: &'m Atom, instances: &[usize]) -> Seen {
        let mut seen = Seen::default();
        if *atom.route != *self.route.name || atom.stage > self.stage() {
            return seen;
        }
        for instance in instances.iter().filter_map(|at| self.route.instances.get(*at)) {
            let Demand::Clause(rule) = &instance.demand else { continue };
            let mut asking = Asking { atom, instance, rule, seen };
            machine.given = vec![Vec::new(); self.route.roles.len()];
            machine.subject = None;
            if atom.of_nobody {
                ask(machine, &mut asking);
                return asking.seen;
            }
            self.of_instance(machine, &mut asking);
            seen = asking.seen;
            if atom.is_full(seen) {
                break;
            }
        }
        seen
    }

    fn of_instance<'m>(&'m self, machine: &mut Machine<'m>, asking: &mut Asking<'m>) {
        match asking.instance.candidate.filter(|_| asking.instance.unary) {
            Some(role) => {
                let Some(candidates) = self.route.roles.get(role).map(|role| &role.candidates) else { return };
                for service in candidates.iter().filter(|service| self.is_meant(asking.atom, *service)) {
                    machine.subject = Some(service);
                    ask(machine, asking);
                    if asking.atom.is_full(asking.seen) {
                        return;
                    }
                }
            }
            None => self.of_choices(machine, asking),
        }
    }

    fn is_meant(&self, atom: &Atom, service: usize) -> bool {
        atom.asked.only.as_ref().is_none_or(|only| self.plan.name(service) == Some(only))
    }

    /// Every choice of what the roles are given that the conditions on single candidates leave, those that were made first.
    fn of_choices<'m>(&'m self, machine: &mut Machine<'m>, asking: &mut Asking<'m>) {
        let involved: Vec<usize> =
            (0..self.route.roles.len()).filter(|role| asking.instance.involves & bit(*role) != 0).collect();
        let options: Vec<Vec<Vec<usize>>> =
            involved.iter().map(|role| self.options(*role, asking.instance.candidate)).collect();
        if options.iter().any(Vec::is_empty) {
            return;
        }
        let mut at = vec![0; options.len()];
        for _ in 0..limits::COVERAGE_CHOICES {
            for ((role, options), at) in involved.iter().zip(&options).zip(&at) {
                let Some(given) = options.get(*at) else { return };
                if asking.instance.candidate == Some(*role) {
                    machine.subject = given.first().copied();
                }
                if let Some(place) = machine.given.get_mut(*role) {
                    place.clone_from(given);
                }
            }
            ask(machine, asking);
            if asking.atom.is_full(asking.seen) || !advance(&mut at, &options) {
                return;
            }
        }
    }

    /// What a role may be given, what it was given first. A list is empty or of one, besides what it was.
    fn options(&self, role: usize, candidate: Option<usize>) -> Vec<Vec<usize>> {
        let none = Bits::new(0);
        let domain = self.trace.outcome.domains.get(role).unwrap_or(&none);
        let list = self.route.roles.get(role).is_some_and(|role| role.list) && candidate != Some(role);
        let chosen = self.trace.assignment.as_ref().and_then(|all| all.get(role));
        let chosen = chosen.filter(|given| list || !given.is_empty());
        let mut options: Vec<Vec<usize>> = chosen.into_iter().cloned().collect();
        options.extend(list.then(Vec::new));
        options.extend(domain.iter().map(|service| vec![service]));
        options
    }
}

/// Asks once, and notes the value if the rule applies.
fn ask<'m>(machine: &mut Machine<'m>, asking: &mut Asking<'m>) {
    machine.begin();
    if machine.applies(asking.rule) == Truth::False {
        return;
    }
    let truth = machine.truth(&asking.rule.condition);
    if !machine.exhausted() {
        asking.seen.note(truth);
    }
}

/// The next choice, the last role changing fastest; whether there is one.
fn advance(at: &mut [usize], options: &[Vec<Vec<usize>>]) -> bool {
    for (place, options) in at.iter_mut().zip(options).rev() {
        *place += 1;
        if *place < options.len() {
            return true;
        }
        *place = 0;
    }
    false
}
