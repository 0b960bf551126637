//! Why a candidate was not taken: the failing instances with the values on both sides, and the waivers that lifted some.

use std::collections::{BTreeMap, BTreeSet};

use super::DecideError;
use super::decision::{Failure, Rejected, Waived};
use super::problem::{Assignment, Problem, Ranked};
use crate::base::Name;
use crate::eval::{Gap, Reason, Truth};
use crate::plan::route::{AcceptPlan, Demand, bit};
use crate::plan::{Bits, Instance};

impl<'o> Problem<'o> {
    /// What stands against a candidate whatever the other roles are given.
    pub fn failures(&mut self, role: usize, service: usize) -> Result<Vec<Failure>, DecideError> {
        let (route, outcome) = (self.route, self.outcome);
        let mut failures = Vec::new();
        self.machine.given.iter_mut().for_each(Vec::clear);
        for (instance, unary) in route.instances.iter().zip(&outcome.unary) {
            let verdict = unary.as_ref().filter(|_| instance.candidate == Some(role)).map(|u| u.verdict(service));
            let Some(verdict) = verdict.filter(|verdict| !verdict.holds()) else { continue };
            self.machine.subject = Some(service);
            match &instance.demand {
                Demand::Clause(rule) => {
                    let reason = self.machine.reason(rule);
                    failures.push(self.failure(instance, verdict, Some(reason)));
                }
                Demand::Accept => self.refusals(instance, service, &mut failures),
            }
        }
        if self.route.roles.get(role).is_some_and(|role| !role.dynamic) && self.score(role, service)?.is_none() {
            let failure = self.no_score(role, service);
            failures.push(failure);
            failures.sort_by(|a, b| a.constraint.cmp(&b.constraint));
        }
        Ok(failures)
    }

    fn refusals(&mut self, instance: &Instance, service: usize, failures: &mut Vec<Failure>) {
        let route = self.route;
        let own: &'o [AcceptPlan] = route.accepts.get(&service).map_or(&[], Vec::as_slice);
        for accept in own {
            self.machine.begin();
            let verdict = self.machine.truth(&accept.code);
            if !verdict.holds() {
                let reason = self.machine.why(&accept.code, true, &[]);
                let mut failure = self.failure(instance, verdict, Some(reason));
                failure.because = accept.because.clone();
                failure.at = accept.at.clone();
                failures.push(failure);
            }
        }
    }

    /// The failure of an instance; without a reason where it is only known to take part.
    pub fn failure(&self, instance: &Instance, verdict: Truth, reason: Option<Reason>) -> Failure {
        let mut failure = self.bare_failure(instance.constraint, verdict);
        failure.at = instance.at.clone();
        if let Some(reason) = reason {
            failure.what = reason.what;
            failure.left = Some(reason.left);
            failure.relation = Some(reason.relation);
            failure.right = Some(reason.right);
            failure.missing = reason.missing;
        }
        failure
    }

    fn bare_failure(&self, constraint: usize, verdict: Truth) -> Failure {
        let of = self.route.constraints.get(constraint);
        Failure {
            constraint: of.map_or_else(|| Name::from(""), |c| c.name.clone()),
            verdict,
            because: of.and_then(|c| c.because.clone()),
            at: of.map_or_else(|| Name::from(""), |c| c.at.clone()),
            what: None,
            left: None,
            relation: None,
            right: None,
            missing: Vec::new(),
        }
    }

    /// The failure of a candidate that has no score: the first term that is unknown or a fault.
    fn no_score(&mut self, role: usize, service: usize) -> Failure {
        let route = self.route;
        let mut failure = self.bare_failure(route.score, Truth::Unknown);
        for term in route.roles.get(role).map_or(&[][..], |role| &role.terms) {
            self.machine.subject = Some(service);
            self.machine.begin();
            let counts = term.when.as_ref().is_none_or(|when| self.machine.truth(when).holds());
            let Err(gap) = self.machine.eval(&term.value).map(drop) else { continue };
            if counts && self.filled(term.named) {
                failure.at = term.at.clone();
                failure.left = Some(term.name.to_string());
                failure.relation = Some("is");
                failure.right = Some(if gap == Gap::Fault { "a fault" } else { "unknown" }.to_owned());
                failure.missing = self.machine.why(&term.value, true, &[]).missing;
                break;
            }
        }
        failure
    }

    /// What fails between the roles as things stand because of what a role is given; for a list role's candidates only
    /// what fails for the one at `place`.
    fn failures_between(&mut self, role: usize, place: usize) -> Result<Vec<Failure>, DecideError> {
        let route = self.route;
        let mut failures: Vec<Failure> = Vec::new();
        for instance in route.instances.iter().filter(|i| !i.unary && i.involves & bit(role) != 0) {
            if !self.filled(instance.named) {
                continue;
            }
            for subject in self.subjects(instance, Some((role, place))) {
                self.machine.subject = subject;
                let (verdict, lifted) = self.verdict(instance)?;
                let Demand::Clause(rule) = &instance.demand else { continue };
                if !verdict.holds() && !lifted {
                    let reason = self.machine.reason(rule);
                    failures.push(self.failure(instance, verdict, Some(reason)));
                }
            }
        }
        for (of, plan) in route.roles.iter().enumerate() {
            if !plan.dynamic || (plan.depends | bit(of)) & bit(role) == 0 {
                continue;
            }
            for service in self.machine.given.get(of).cloned().unwrap_or_default() {
                if self.score(of, service)?.is_none() {
                    let failure = self.no_score(of, service);
                    failures.push(failure);
                    break;
                }
            }
        }
        failures.sort_by(|a, b| a.constraint.cmp(&b.constraint));
        Ok(failures)
    }

    /// The subjects of an instance as things stand, in the given role only that at the given place.
    fn subjects(&self, instance: &Instance, only: Option<(usize, usize)>) -> Vec<Option<usize>> {
        let Some(role) = instance.candidate else { return vec![None] };
        let given = self.machine.given.get(role).map_or(&[][..], Vec::as_slice);
        match only.filter(|(of, _)| *of == role && instance.whole & bit(role) == 0) {
            Some((_, place)) => given.get(place).map(|service| vec![Some(*service)]).unwrap_or_default(),
            None => given.iter().copied().map(Some).collect(),
        }
    }

    /// Everybody who was not taken: those outside of a domain, and those who rank above whom was taken.
    pub fn rejections(&mut self, assignment: Option<&Assignment>) -> Result<Vec<Rejected>, DecideError> {
        let (route, plan) = (self.route, self.plan);
        let mut rejected = Vec::new();
        for (number, role) in route.roles.iter().enumerate() {
            let domain = self.domain(number)?;
            let inside = Bits::of(plan.names.len(), domain.iter().map(|ranked| ranked.service));
            let mut by: BTreeMap<usize, Vec<Failure>> = BTreeMap::new();
            for service in role.candidates.iter().filter(|service| !inside.contains(*service)) {
                by.insert(service, self.failures(number, service)?);
            }
            if let Some(assignment) = assignment {
                self.passed_over(number, &domain, assignment, &mut by)?;
            }
            for (service, by) in by {
                let Some(name) = plan.name(service) else { continue };
                rejected.push(Rejected { service: name.clone(), role: role.name.clone(), by });
            }
        }
        Ok(rejected)
    }

    /// Those of a domain who rank above whom was taken, with what fails when they take that place.
    fn passed_over(
        &mut self,
        role: usize,
        domain: &[Ranked],
        assignment: &Assignment,
        by: &mut BTreeMap<usize, Vec<Failure>>,
    ) -> Result<(), DecideError> {
        let given = assignment.get(role).map_or(&[][..], Vec::as_slice);
        let ranks = self.ranks(role, given, assignment)?;
        for ranked in domain.iter().filter(|ranked| !given.contains(&ranked.service)) {
            let Some(place) = self.place(role, ranked, &ranks, assignment)? else { continue };
            self.stand_in(role, place, ranked.service, assignment);
            let failures = self.failures_between(role, place)?;
            // Where nothing fails, the candidate scores better here only at the cost of the score of an earlier role.
            if failures.is_empty() {
                continue;
            }
            by.insert(ranked.service, failures);
        }
        self.machine.given.iter_mut().for_each(Vec::clear);
        Ok(())
    }

    fn ranks(&mut self, role: usize, given: &[usize], in_: &Assignment) -> Result<Vec<Ranked>, DecideError> {
        self.machine.given.clone_from(in_);
        let mut ranks = Vec::new();
        for service in given {
            let score = self.score(role, *service)?;
            ranks.push(self.rank(role, *service, score)?);
        }
        Ok(ranks)
    }

    /// The place that a candidate would take: of the first who ranks below, or the next free one.
    fn place(
        &mut self,
        role: usize,
        ranked: &Ranked,
        given: &[Ranked],
        assignment: &Assignment,
    ) -> Result<Option<usize>, DecideError> {
        let route = self.route;
        let Some(plan) = route.roles.get(role) else { return Ok(None) };
        for (place, chosen) in given.iter().enumerate() {
            let mut own = *ranked;
            if plan.dynamic {
                self.stand_in(role, place, ranked.service, assignment);
                own.score = std::cmp::Reverse(self.score(role, ranked.service)?);
                // Without a score nobody can tell who would have been better, so that it counts as above.
                if own.score.0.is_none() {
                    return Ok(Some(place));
                }
            }
            if own < *chosen {
                return Ok(Some(place));
            }
        }
        Ok((given.len() < plan.hi).then_some(given.len()))
    }

    /// Those of a role's domain who were not taken, score the same as the one at a place when they stand there, and rank below
    /// it, in rank order.
    pub fn tied(&mut self, role: usize, place: usize, assignment: &Assignment) -> Result<Vec<usize>, DecideError> {
        let given = assignment.get(role).map_or(&[][..], Vec::as_slice);
        let ranks = self.ranks(role, given, assignment)?;
        let Some(chosen) = ranks.get(place) else { return Ok(Vec::new()) };
        let dynamic = self.route.roles.get(role).is_some_and(|role| role.dynamic);
        let mut tied = Vec::new();
        for ranked in self.domain(role)?.iter().filter(|ranked| !given.contains(&ranked.service)) {
            let mut own = *ranked;
            if dynamic {
                self.stand_in(role, place, own.service, assignment);
                own.score = std::cmp::Reverse(self.score(role, own.service)?);
            }
            if own.score == chosen.score && own > *chosen {
                tied.push(own);
            }
        }
        tied.sort_unstable();
        Ok(tied.into_iter().map(|ranked| ranked.service).collect())
    }

    /// The chosen assignment with somebody else at one place.
    fn stand_in(&mut self, role: usize, place: usize, service: usize, assignment: &Assignment) {
        self.machine.given.clone_from(assignment);
        if let Some(given) = self.machine.given.get_mut(role) {
            match given.get_mut(place) {
                Some(chosen) => *chosen = service,
                None => given.push(service),
            }
        }
    }

    /// The waivers that lifted something: for any candidate, or between those who were chosen.
    pub fn waived(&mut self, assignment: Option<&Assignment>) -> Result<Vec<Waived>, DecideError> {
        let (route, outcome) = (self.route, self.outcome);
        let mut lifted: BTreeMap<(Name, Name), BTreeSet<usize>> = BTreeMap::new();
        let rule_of = |constraint: usize| route.constraints.get(constraint).map(|c| c.name.clone());
        for denied in &outcome.denials {
            let rule = route.denials.get(denied.denial).and_then(|denial| rule_of(denial.constraint));
            for waiver in &denied.lifting {
                lifted.entry(((*waiver).clone(), rule.clone().unwrap_or_else(|| Name::from("")))).or_default();
            }
        }
        let mut note = |constraint: usize, waivers: Vec<&Name>, services: &[usize]| {
            for waiver in waivers {
                let rule = rule_of(constraint).unwrap_or_else(|| Name::from(""));
                lifted.entry((waiver.clone(), rule)).or_default().extend(services);
            }
        };
        for (instance, unary) in route.instances.iter().zip(&outcome.unary) {
            let (Some(unary), Demand::Clause(rule)) = (unary, &instance.demand) else { continue };
            for service in unary.lifted.iter() {
                self.machine.subject = Some(service);
                self.machine.begin();
                note(instance.constraint, self.machine.lifting(rule), &[service]);
            }
        }
        if let Some(assignment) = assignment {
            self.machine.given.clone_from(assignment);
            for instance in route.instances.iter().filter(|instance| !instance.unary) {
                let Demand::Clause(rule) = &instance.demand else { continue };
                if !self.filled(instance.named) {
                    continue;
                }
                for subject in self.subjects(instance, None) {
                    self.machine.subject = subject;
                    if self.verdict(instance)?.1 {
                        let involved = self.involved(instance, subject);
                        note(instance.constraint, self.machine.lifting(rule), &involved);
                    }
                }
            }
            self.machine.given.iter_mut().for_each(Vec::clear);
        }
        Ok(lifted.into_iter().filter_map(|((waiver, rule), services)| self.shown(waiver, rule, &services)).collect())
    }

    /// Everybody an instance speaks of as things stand.
    fn involved(&self, instance: &Instance, subject: Option<usize>) -> Vec<usize> {
        let roles = (instance.named | instance.whole) & instance.involves;
        let given = self.machine.given.iter().enumerate().filter(|(role, _)| roles & bit(*role) != 0);
        given.flat_map(|(_, given)| given).copied().chain(subject).collect()
    }

    fn shown(&self, name: Name, rule: Name, services: &BTreeSet<usize>) -> Option<Waived> {
        let waiver = self.plan.policy.waivers.get(&name)?;
        Some(Waived {
            waiver: name,
            rule,
            services: services.iter().filter_map(|service| self.plan.name(*service).cloned()).collect(),
            until: waiver.until,
            approved_by: waiver.approved_by.clone(),
            because: waiver.because.clone(),
        })
    }
}
