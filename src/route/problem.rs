//! The assignment problem of one decision: who stands in each role's domain, how they rank, whether instances between
//! roles hold.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use super::DecideError;
use crate::base::{Decimal, Name, limits};
use crate::eval::{Machine, Outcome, Truth};
use crate::plan::route::{Demand, Roles, TermPlan, TieKeyPlan, bit};
use crate::plan::{Bits, Instance, Partition, Plan, RoutePlan};
use crate::value::{Value, ops};

/// Pairs of classes up to which the verdicts of an instance are kept.
const KEPT_VERDICTS: usize = 1 << 22;

/// A candidate with its score; the order is the rank, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ranked {
    /// Higher scores first, and none last.
    pub score: Reverse<Option<Decimal>>,
    /// Where the keys for ties put the candidate among all of its role; 0 where they have nothing to decide.
    pub tie: usize,
    /// The service; numbers are in the order of names.
    pub service: usize,
}

/// Who is given to each role, by number of the service.
pub type Assignment = Vec<Vec<usize>>;

/// A score and the terms that count.
pub type Scored<'o> = (Decimal, Vec<(&'o TermPlan, Decimal)>);

/// All candidates of a role, whatever excludes them.
#[derive(Debug)]
pub struct Field {
    /// In rank order, each with the number of its group.
    pub ranked: Vec<(Ranked, usize)>,
    /// The sets of constraints that exclude somebody.
    pub groups: Vec<Bits>,
}

/// The assignment problem of one decision.
pub struct Problem<'o> {
    /// The plan.
    pub plan: &'o Plan,
    /// The route.
    pub route: &'o RoutePlan,
    /// What was concluded about single candidates.
    pub outcome: &'o Outcome<'o>,
    /// The evaluator; what it is given is the assignment under construction.
    pub machine: Machine<'o>,
    steps: u64,
    domains: Vec<Option<Arc<Vec<Ranked>>>>,
    fields: Vec<Option<Arc<Field>>>,
    ties: Vec<Option<Arc<Vec<usize>>>>,
    kept: Vec<Option<Kept<'o>>>,
}

/// The verdicts of an instance that depends on two choices, by their classes.
struct Kept<'o> {
    first: &'o Partition,
    second: &'o Partition,
    verdicts: Vec<Option<bool>>,
}

impl<'o> Problem<'o> {
    /// The problem that an outcome leaves.
    pub fn new(outcome: &'o Outcome<'o>) -> Self {
        let route = outcome.route;
        Self {
            plan: outcome.plan,
            route,
            outcome,
            machine: outcome.machine(),
            steps: limits::SEARCH_STEPS,
            domains: vec![None; route.roles.len()],
            fields: route.roles.iter().map(|_| None).collect(),
            ties: vec![None; route.roles.len()],
            kept: route.instances.iter().map(kept).collect(),
        }
    }

    /// Grants a fresh budget: the choice and its explanation each have their own.
    pub fn refill(&mut self) {
        self.steps = limits::SEARCH_STEPS;
    }

    /// Counts steps of the search.
    pub fn spend(&mut self, steps: u64) -> Result<(), DecideError> {
        self.steps = self.steps.checked_sub(steps).ok_or(DecideError::SearchLimit)?;
        Ok(())
    }

    fn not_exhausted(&self, constraint: usize) -> Result<(), DecideError> {
        if !self.machine.exhausted() {
            return Ok(());
        }
        let name = self.route.constraints.get(constraint).map_or(&self.route.name, |c| &c.name);
        Err(DecideError::EvaluationLimit(name.clone()))
    }

    /// The score of a service in a role as things stand; `None` where a term is unknown or a fault.
    pub fn score(&mut self, role: usize, service: usize) -> Result<Option<Decimal>, DecideError> {
        Ok(self.terms(role, service)?.map(|(score, _)| score))
    }

    /// The score and the terms that count.
    pub fn terms(&mut self, role: usize, service: usize) -> Result<Option<Scored<'o>>, DecideError> {
        let route = self.route;
        let Some(of_role) = route.roles.get(role) else { return Ok(None) };
        let mut terms = Vec::new();
        let mut sum = Some(Decimal::ZERO);
        self.machine.subject = Some(service);
        self.machine.begin();
        for term in &of_role.terms {
            if !self.filled(term.named) || !term.when.as_ref().is_none_or(|when| self.machine.truth(when).holds()) {
                continue;
            }
            let amount = match self.machine.eval(&term.value).as_deref() {
                Ok(Value::Number(amount, _)) => Some(*amount),
                Ok(Value::Int(whole)) => Some(Decimal::from(*whole)),
                _ => None,
            };
            sum = sum.and_then(|sum| sum.add(amount?));
            terms.extend(amount.map(|amount| (term, amount)));
        }
        self.not_exhausted(route.score)?;
        Ok(sum.map(|sum| (sum, terms)))
    }

    /// The candidates of a role for whom all conditions on them hold, in rank order.
    ///
    /// Where scores depend on the assignment, nobody has a score yet, and the order is that of names.
    pub fn domain(&mut self, role: usize) -> Result<Arc<Vec<Ranked>>, DecideError> {
        if let Some(Some(known)) = self.domains.get(role) {
            return Ok(Arc::clone(known));
        }
        let outcome = self.outcome;
        let mut ranked = match outcome.domains.get(role) {
            Some(domain) => self.ranked(role, domain)?,
            None => Vec::new(),
        };
        if self.route.roles.get(role).is_some_and(|role| !role.dynamic) {
            ranked.retain(|ranked| ranked.score.0.is_some());
        }
        let ranked = Arc::new(ranked);
        if let Some(place) = self.domains.get_mut(role) {
            *place = Some(Arc::clone(&ranked));
        }
        Ok(ranked)
    }

    fn ranked(&mut self, role: usize, services: &Bits) -> Result<Vec<Ranked>, DecideError> {
        let route = self.route;
        let Some(of_role) = route.roles.get(role) else { return Ok(Vec::new()) };
        let mut by_class: Vec<Option<Option<Decimal>>> = Vec::new();
        by_class.resize(of_role.partition.as_ref().map_or(0, |p| p.examples.len()), None);
        let mut ranked = Vec::with_capacity(services.len());
        for service in services.iter() {
            let class = of_role.partition.as_ref().map(|p| p.class(service) as usize);
            let known = class.and_then(|class| by_class.get(class).copied().flatten());
            let score = match known {
                Some(score) => score,
                None if of_role.dynamic => None,
                None => self.score(role, service)?,
            };
            if let Some(place) = class.and_then(|class| by_class.get_mut(class)) {
                *place = Some(score);
            }
            ranked.push(Ranked { score: Reverse(score), tie: 0, service });
        }
        ranked.sort_unstable();
        // Keys are worked out where there is a tie, and nowhere else.
        if !of_role.ties.is_empty() && ranked.windows(2).any(|pair| matches!(pair, [a, b] if a.score == b.score)) {
            let order = self.tie_order(role)?;
            for ranked in &mut ranked {
                ranked.tie = order.get(ranked.service).copied().unwrap_or(usize::MAX);
            }
            // Where nobody has a score yet, there is no rank to break, and the order stays that of names.
            if !of_role.dynamic {
                ranked.sort_unstable();
            }
        }
        Ok(ranked)
    }

    /// How a service with this score ranks in a role.
    pub fn rank(&mut self, role: usize, service: usize, score: Option<Decimal>) -> Result<Ranked, DecideError> {
        let has_keys = self.route.roles.get(role).is_some_and(|role| !role.ties.is_empty());
        let tie = if has_keys { self.tie_order(role)?.get(service).copied().unwrap_or(usize::MAX) } else { 0 };
        Ok(Ranked { score: Reverse(score), tie, service })
    }

    /// The place of each service, by its number, among the candidates of a role in the order of the keys for ties.
    fn tie_order(&mut self, role: usize) -> Result<Arc<Vec<usize>>, DecideError> {
        if let Some(Some(known)) = self.ties.get(role) {
            return Ok(Arc::clone(known));
        }
        let route = self.route;
        let mut places = vec![usize::MAX; self.plan.names.len()];
        if let Some(of_role) = route.roles.get(role) {
            let mut all = Vec::with_capacity(of_role.candidates.len());
            for service in of_role.candidates.iter() {
                all.push((self.keys(role, service)?, service));
            }
            // Candidates come by name, and keep that order where their keys are the same.
            all.sort_by(|(a, _), (b, _)| compare_keys(&of_role.ties, a, b));
            for (at, (_, service)) in all.into_iter().enumerate() {
                places.get_mut(service).into_iter().for_each(|place| *place = at);
            }
        }
        let places = Arc::new(places);
        if let Some(kept) = self.ties.get_mut(role) {
            *kept = Some(Arc::clone(&places));
        }
        Ok(places)
    }

    /// What the keys for ties of a role are worth for a service; `None` where one is unknown or a fault.
    pub fn keys(&mut self, role: usize, service: usize) -> Result<Vec<Option<Value>>, DecideError> {
        let route = self.route;
        // A key is about a candidate alone: nobody is given to any role while it is worked out.
        let given = std::mem::take(&mut self.machine.given);
        self.machine.subject = Some(service);
        self.machine.begin();
        let mut keys = Vec::new();
        for key in route.roles.get(role).map_or(&[][..], |role| &role.ties) {
            keys.push(self.machine.eval(&key.value).ok().map(std::borrow::Cow::into_owned));
        }
        self.machine.given = given;
        if self.machine.exhausted() {
            return Err(DecideError::EvaluationLimit(Name::from(format!("{}.ties", route.name))));
        }
        Ok(keys)
    }

    /// All candidates of a role with the constraints that exclude them.
    pub fn field(&mut self, role: usize) -> Result<Arc<Field>, DecideError> {
        if let Some(Some(known)) = self.fields.get(role) {
            return Ok(Arc::clone(known));
        }
        let route = self.route;
        let mut field = Field { ranked: Vec::new(), groups: Vec::new() };
        if let Some(of_role) = route.roles.get(role) {
            let ranked = self.ranked(role, &of_role.candidates)?;
            let mut groups = std::collections::BTreeMap::new();
            for ranked in ranked {
                let set = self.excluding(role, &ranked);
                let next = groups.len();
                let group = *groups.entry(set).or_insert(next);
                field.ranked.push((ranked, group));
            }
            let mut numbered: Vec<(usize, Bits)> = groups.into_iter().map(|(set, group)| (group, set)).collect();
            numbered.sort_unstable();
            field.groups = numbered.into_iter().map(|(_, set)| set).collect();
        }
        let field = Arc::new(field);
        if let Some(place) = self.fields.get_mut(role) {
            *place = Some(Arc::clone(&field));
        }
        Ok(field)
    }

    /// The constraints that exclude a candidate whatever the other roles are given.
    fn excluding(&self, role: usize, ranked: &Ranked) -> Bits {
        let mut set = Bits::new(self.route.constraints.len());
        for (instance, unary) in self.route.instances.iter().zip(&self.outcome.unary) {
            let of_role = instance.candidate == Some(role);
            if of_role && unary.as_ref().is_some_and(|unary| !unary.verdict(ranked.service).holds()) {
                set.insert(instance.constraint);
            }
        }
        if ranked.score.0.is_none() && self.route.roles.get(role).is_some_and(|role| !role.dynamic) {
            set.insert(self.route.score);
        }
        set
    }

    /// Whether all of these roles are filled.
    pub fn filled(&self, roles: Roles) -> bool {
        roles == 0 || self.machine.given.iter().enumerate().all(|(role, g)| roles & bit(role) == 0 || !g.is_empty())
    }

    /// Whether an instance between roles holds as things stand; for a list role's candidates perhaps only for the last.
    pub fn holds(&mut self, number: usize, only_last: bool) -> Result<bool, DecideError> {
        let route = self.route;
        let Some(instance) = route.instances.get(number) else { return Ok(true) };
        if !self.filled(instance.named) {
            return Ok(true);
        }
        let Some(role) = instance.candidate else {
            self.machine.subject = None;
            return self.holds_here(number, instance);
        };
        let count = self.machine.given.get(role).map_or(0, Vec::len);
        for at in if only_last { count.saturating_sub(1) } else { 0 }..count {
            self.machine.subject = self.machine.given.get(role).and_then(|given| given.get(at)).copied();
            if !self.holds_here(number, instance)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn holds_here(&mut self, number: usize, instance: &'o Instance) -> Result<bool, DecideError> {
        self.spend(1)?;
        let key = self.key(number, instance);
        if let Some(known) = key.and_then(|key| self.kept.get(number)?.as_ref()?.verdicts.get(key).copied().flatten()) {
            return Ok(known);
        }
        let (verdict, lifted) = self.verdict(instance)?;
        let holds = verdict.holds() || lifted;
        if let Some(kept) = self.kept.get_mut(number).and_then(Option::as_mut) {
            kept.note(key, holds);
        }
        Ok(holds)
    }

    /// The verdict of an instance for the subject as things stand, and whether a waiver lifts it.
    pub fn verdict(&mut self, instance: &'o Instance) -> Result<(Truth, bool), DecideError> {
        let Demand::Clause(rule) = &instance.demand else { return Ok((Truth::True, false)) };
        self.machine.begin();
        let verdict = self.machine.rule(rule);
        let lifted = !verdict.holds() && !self.machine.lifting(rule).is_empty();
        self.not_exhausted(instance.constraint)?;
        Ok((verdict, lifted))
    }

    fn key(&self, number: usize, instance: &Instance) -> Option<usize> {
        let kept = self.kept.get(number)?.as_ref()?;
        let of_partner = |at: usize| {
            let (role, _) = instance.partners.get(at)?;
            self.machine.given.get(*role)?.first().copied()
        };
        let (first, second) = match instance.candidate {
            Some(_) => (self.machine.subject?, of_partner(0)?),
            None => (of_partner(0)?, of_partner(1)?),
        };
        let row = kept.first.class(first) as usize;
        Some(row * kept.second.examples.len() + kept.second.class(second) as usize)
    }
}

impl Kept<'_> {
    fn note(&mut self, key: Option<usize>, holds: bool) {
        if self.verdicts.is_empty() {
            self.verdicts = vec![None; self.first.examples.len() * self.second.examples.len()];
        }
        if let Some(place) = key.and_then(|key| self.verdicts.get_mut(key)) {
            *place = Some(holds);
        }
    }
}

/// Keys in order: the least first, or the greatest where a key says so, and what is unknown last in either case.
fn compare_keys(keys: &[TieKeyPlan], a: &[Option<Value>], b: &[Option<Value>]) -> Ordering {
    for ((key, a), b) in keys.iter().zip(a).zip(b) {
        let order = match (a, b) {
            (Some(a), Some(b)) if key.descending => ops::order(b, a),
            (Some(a), Some(b)) => ops::order(a, b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        };
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

/// A table for the verdicts of an instance that depends on the classes of exactly two choices, if it is not too large.
fn kept(instance: &Instance) -> Option<Kept<'_>> {
    if instance.unary {
        return None;
    }
    let mut axes = Vec::new();
    if instance.candidate.is_some() {
        axes.push(instance.partition.as_deref()?);
    }
    for (_, partition) in &instance.partners {
        axes.push(partition.as_deref()?);
    }
    let [first, second] = axes.as_slice() else { return None };
    let size = first.examples.len().checked_mul(second.examples.len())?;
    (size <= KEPT_VERDICTS).then_some(Kept { first, second, verdicts: Vec::new() })
}
