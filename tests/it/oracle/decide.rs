//! The naive decision: all assignments written out, the best one picked, every subset of constraints tried.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use provost::base::{Decimal, Name};
use provost::facts::Inputs;
use provost::ir::{self, Cardinality, Effect, Expr, Policy, Route, Services};
use provost::value::Value;
use serde_json::Value as Json;

use super::eval::{Given, T, V, World, is_list, not};
use super::generate::Case;

pub type Set = BTreeSet<Name>;
/// One place of a list: its end ranks last, then the score counts, then the keys for ties, then the name.
type Rank = (u8, Reverse<Option<Decimal>>, Vec<Key>, Option<Name>);

/// What a key for ties is worth; the order of the variants puts what is unknown last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Least(Value),
    Greatest(Reverse<Value>),
    Unknown,
}

impl Key {
    fn spelled(&self) -> Option<String> {
        match self {
            Self::Least(value) | Self::Greatest(Reverse(value)) => Some(value.to_string()),
            Self::Unknown => None,
        }
    }
}

/// What a clause is a condition on.
#[derive(Clone, Debug)]
enum On {
    Each(Name),
    Element(Name, Name, Expr),
    Plain,
}

#[derive(Clone, Debug)]
struct Instance {
    constraint: ir::Constraint,
    clause: ir::Clause,
    on: On,
    /// Single roles that must be filled.
    named: Set,
    involves: Set,
    unary: bool,
}

pub struct Oracle<'a> {
    policy: &'a Policy,
    services: &'a Services,
    inputs: &'a Inputs,
    pub route: &'a Route,
    instances: Vec<Instance>,
    /// For each role its terms with the roles that each names, and the roles that all depend on.
    terms: BTreeMap<Name, Vec<(&'a ir::Term, Set)>>,
    depends: BTreeMap<Name, Set>,
    dynamic: Set,
}

/// An assignment of the first roles with the names of everything it violates.
pub struct Tried {
    pub given: Given,
    pub violates: Set,
}

fn find(policy: &Policy, json: &Json, head: &str, found: &mut Set) {
    if let Json::Array(items) = json {
        let word = items.first().and_then(Json::as_str);
        if word == Some(head) {
            found.insert(items.get(1).and_then(Json::as_str).unwrap_or("").into());
        }
        if word == Some("call") {
            find(policy, &ir::json::expr(&policy.definitions[items[1].as_str().unwrap()].body), head, found);
        }
        items.iter().for_each(|item| find(policy, item, head, found));
    } else if let Json::Object(map) = json {
        map.values().for_each(|item| find(policy, item, head, found));
    }
}

fn mentions(policy: &Policy, exprs: &[&Expr], head: &str) -> Set {
    let mut found = Set::new();
    exprs.iter().for_each(|e| find(policy, &ir::json::expr(e), head, &mut found));
    found
}

impl<'a> Oracle<'a> {
    pub fn new(case: &'a Case) -> Self {
        let route = &case.policy.routes["route"];
        let mut oracle = Self {
            policy: &case.policy,
            services: &case.services,
            inputs: &case.inputs,
            route,
            instances: Vec::new(),
            terms: BTreeMap::new(),
            depends: BTreeMap::new(),
            dynamic: Set::new(),
        };
        for constraint in &route.constraints {
            for clause in constraint.clauses.iter().filter(|c| c.effect != Effect::Deny) {
                oracle.expand(constraint, clause);
            }
        }
        for role in &route.roles {
            oracle.look_at_terms(&role.name);
        }
        oracle
    }

    fn look_at_terms(&mut self, role: &Name) {
        let mut depends = Set::new();
        for term in self.route.scores.get(role).into_iter().flatten() {
            let exprs: Vec<&Expr> = std::iter::once(&term.value).chain(&term.when).collect();
            let named = mentions(self.policy, &exprs, "role");
            depends.extend(named.clone());
            if !mentions(self.policy, &exprs, "total").is_empty() {
                depends.extend(self.stages());
                self.dynamic.insert(role.clone());
            }
            self.terms.entry(role.clone()).or_default().push((term, named));
        }
        depends.remove(role);
        if !depends.is_empty() {
            self.dynamic.insert(role.clone());
        }
        self.depends.insert(role.clone(), depends);
    }

    fn list(&self, role: &Name) -> bool {
        self.route.roles.iter().any(|r| r.name == *role && is_list(r.cardinality))
    }

    fn stages(&self) -> Set {
        if self.route.pipeline.stages.is_empty() {
            return [self.route.roles[0].name.clone()].into();
        }
        self.route.pipeline.stages.iter().cloned().collect()
    }

    fn expand(&mut self, constraint: &ir::Constraint, clause: &ir::Clause) {
        let guards: Vec<&Expr> = constraint.when.iter().chain(&constraint.unless).collect();
        let exprs: Vec<&Expr> = guards.iter().copied().chain([&clause.condition]).collect();
        let roles = mentions(self.policy, &exprs, "role");
        let total = !mentions(self.policy, &exprs, "total").is_empty();
        for (on, own) in self.on(constraint, clause, &guards, &exprs) {
            let mut named = roles.clone();
            named.retain(|r| Some(r) != own.as_ref());
            let candidate = match &on {
                On::Each(r) | On::Element(r, ..) => Some(r.clone()),
                On::Plain => own.clone(),
            };
            let stages = if total { self.stages() } else { Set::new() };
            let involves: Set = named.iter().cloned().chain(stages).chain(candidate.clone()).collect();
            let unary = named.is_empty() && !total && candidate.is_some();
            named.retain(|r| !self.list(r));
            if matches!(on, On::Plain) {
                named.extend(own);
            }
            let (constraint, clause) = (constraint.clone(), clause.clone());
            self.instances.push(Instance { constraint, clause, on, named, involves, unary });
        }
    }

    /// What a clause is a condition on, and the role whose name means the candidate.
    fn on(
        &self,
        constraint: &ir::Constraint,
        clause: &ir::Clause,
        guards: &[&Expr],
        exprs: &[&Expr],
    ) -> Vec<(On, Option<Name>)> {
        let roles = mentions(self.policy, exprs, "role");
        let total = !mentions(self.policy, exprs, "total").is_empty();
        if !mentions(self.policy, exprs, "service").is_empty() || (roles.is_empty() && !total) {
            let own = |r: &Name| (!self.list(r)).then(|| r.clone());
            return constraint.scope.iter().map(|r| (On::Each(r.clone()), own(r))).collect();
        }
        if let Expr::Quantifier { all: true, variable, over, body } = &clause.condition
            && let Expr::Role(r) = &**over
            && clause.effect == Effect::Require
            && self.list(r)
        {
            let elsewhere: Vec<&Expr> = guards.iter().copied().chain([&**body]).collect();
            if !mentions(self.policy, &elsewhere, "role").contains(r) {
                return vec![(On::Element(r.clone(), variable.clone(), (**body).clone()), Some(r.clone()))];
            }
        }
        let single = roles.first().filter(|r| roles.len() == 1 && !total && !self.list(r));
        vec![(On::Plain, single.cloned())]
    }

    fn world<'w>(&'w self, given: &'w Given, subject: Option<Name>) -> World<'w> {
        World {
            policy: self.policy,
            services: self.services,
            route: self.route,
            inputs: self.inputs,
            subject,
            given,
            variables: BTreeMap::new(),
        }
    }

    fn fails(&self, instance: &Instance, given: &Given, subject: Option<&Name>) -> bool {
        let mut world = self.world(given, subject.cloned());
        let condition = match &instance.on {
            On::Element(_, variable, body) => {
                world.variables.insert(variable.clone(), V::Is(Value::Service(subject.unwrap().clone())));
                body
            }
            _ => &instance.clause.condition,
        };
        let when = instance.constraint.when.as_ref().map_or(T::True, |w| world.truth(w));
        let unless = instance.constraint.unless.as_ref().map_or(T::False, |u| world.truth(u));
        let condition = world.truth(condition);
        let condition = if instance.clause.effect == Effect::Exclude { not(condition) } else { condition };
        let verdict = not(when.min(not(unless))).max(condition);
        verdict != T::True && !self.lifted(&instance.constraint, &world)
    }

    fn lifted(&self, constraint: &ir::Constraint, world: &World<'_>) -> bool {
        constraint.waivers.iter().map(|w| &self.policy.waivers[w]).any(|w| {
            self.inputs.now.date() <= w.until && w.when.as_ref().is_none_or(|when| world.truth(when) == T::True)
        })
    }

    fn violated(&self, instance: &Instance, given: &Given) -> bool {
        let filled = |r: &Name| given.get(r).is_some_and(|g| !g.is_empty());
        if !instance.named.iter().all(filled) {
            return false;
        }
        match &instance.on {
            On::Plain => {
                let one = instance.unary.then(|| given[instance.involves.first().unwrap()].first().cloned()).flatten();
                self.fails(instance, given, one.as_ref())
            }
            On::Each(r) | On::Element(r, ..) => {
                given.get(r).into_iter().flatten().any(|s| self.fails(instance, given, Some(s)))
            }
        }
    }

    pub fn denied(&self) -> Set {
        let given = Given::new();
        let world = self.world(&given, None);
        let mut denied = Set::new();
        for constraint in &self.route.constraints {
            for clause in constraint.clauses.iter().filter(|c| c.effect == Effect::Deny) {
                let when = constraint.when.as_ref().map_or(T::True, |w| world.truth(w));
                let unless = constraint.unless.as_ref().map_or(T::False, |u| world.truth(u));
                let fires = when.min(not(unless)).min(world.truth(&clause.condition)) != T::False;
                if fires && !self.lifted(constraint, &world) {
                    denied.insert(constraint.name.clone());
                }
            }
        }
        denied
    }

    pub fn invalid(&self) -> bool {
        let given = Given::new();
        let world = self.world(&given, None);
        self.policy.requests["Job"].invariants.iter().any(|i| world.truth(&i.condition) != T::True)
    }

    pub fn candidates(&self, role: &Name) -> Vec<Name> {
        let trait_ = &self.route.roles.iter().find(|r| r.name == *role).unwrap().trait_;
        self.services.iter().filter(|(_, s)| s.traits.contains(trait_)).map(|(n, _)| n.clone()).collect()
    }

    /// Whether the score of a candidate depends on more than the candidate.
    pub fn dynamic(&self, role: &Name) -> bool {
        self.dynamic.contains(role)
    }

    pub fn score(&self, role: &Name, service: &Name, given: &Given) -> Option<Decimal> {
        // The role's own name means the candidate.
        let mut given = given.clone();
        if !self.list(role) {
            given.insert(role.clone(), vec![service.clone()]);
        }
        let world = self.world(&given, Some(service.clone()));
        let mut sum = Decimal::ZERO;
        for (term, named) in self.terms.get(role).into_iter().flatten() {
            let filled = |r: &Name| self.list(r) || given.get(r).is_some_and(|g| !g.is_empty());
            if !named.iter().all(filled) || term.when.as_ref().is_some_and(|w| world.truth(w) != T::True) {
                continue;
            }
            match world.eval(&term.value) {
                V::Is(Value::Number(d, _)) => sum = sum.add(d)?,
                V::Is(Value::Int(i)) => sum = sum.add(Decimal::from(i))?,
                _ => return None,
            }
        }
        Some(sum)
    }

    /// What the keys for ties of a role are worth for a candidate.
    pub fn keys(&self, role: &Name, service: &Name) -> Vec<Key> {
        let given = Given::new();
        let world = self.world(&given, Some(service.clone()));
        let of = |key: &ir::TieKey| match world.eval(&key.value) {
            V::Is(value) if key.descending => Key::Greatest(Reverse(value)),
            V::Is(value) => Key::Least(value),
            _ => Key::Unknown,
        };
        self.route.ties.get(role).into_iter().flatten().map(of).collect()
    }

    /// The spelling of these keys; nothing where the role has none.
    pub fn spelled(&self, role: &Name, service: &Name) -> Option<Vec<Option<String>>> {
        let keys = self.keys(role, service);
        (!keys.is_empty()).then(|| keys.iter().map(Key::spelled).collect())
    }

    /// Those who could take a place of an assignment with the same score, and lose it by their keys or their name.
    pub fn tied(&self, role: &Name, at: usize, given: &Given) -> Vec<Name> {
        let winner = &given[role][at];
        let rank = |s: &Name, given: &Given| (Reverse(self.score(role, s, given)), self.keys(role, s), s.clone());
        let mut tied = Vec::new();
        for service in self.candidates(role) {
            if given[role].contains(&service) || !self.against(role, &service).is_empty() {
                continue;
            }
            let mut instead = given.clone();
            instead.get_mut(role).unwrap()[at] = service.clone();
            let (own, best) = (rank(&service, &instead), rank(winner, given));
            if own.0 == best.0 && own > best {
                tied.push(own);
            }
        }
        tied.sort();
        tied.into_iter().map(|(_, _, service)| service).collect()
    }

    /// The names of all constraints on a candidate alone that fail for it.
    pub fn against(&self, role: &Name, service: &Name) -> Set {
        let given: Given = [(role.clone(), vec![service.clone()])].into();
        let mut against = Set::new();
        for instance in self.instances.iter().filter(|i| i.unary && i.involves.contains(role)) {
            if self.violated(instance, &given) {
                against.insert(instance.constraint.name.clone());
            }
        }
        let world = self.world(&given, Some(service.clone()));
        let accepts = self.services[service].accepts.iter().filter(|a| a.request == self.route.request);
        if accepts.into_iter().any(|a| world.truth(&a.condition) != T::True) {
            against.insert("accept".into());
        }
        if !self.dynamic(role) && self.score(role, service, &Given::new()).is_none() {
            against.insert("route.score".into());
        }
        against
    }

    /// Every assignment of the first roles.
    pub fn all(&self, roles: usize) -> Vec<Tried> {
        let mut assignments: Vec<Given> = vec![Given::new()];
        for role in &self.route.roles[..roles] {
            let (lo, hi) = match role.cardinality {
                Cardinality::One => (1, 1),
                Cardinality::Optional => (0, 1),
                Cardinality::List { lo, hi } => (lo, hi),
            };
            let lists = lists(&self.candidates(&role.name), lo, hi);
            let with = |given: &Given, list: &Vec<Name>| {
                let mut given = given.clone();
                given.insert(role.name.clone(), list.clone());
                given
            };
            assignments = assignments.iter().flat_map(|g| lists.iter().map(move |l| with(g, l))).collect();
        }
        let among: Set = self.route.roles[..roles].iter().map(|r| r.name.clone()).collect();
        let mut against = BTreeMap::new();
        for role in &among {
            for service in self.candidates(role) {
                against.insert((role.clone(), service.clone()), self.against(role, &service));
            }
        }
        assignments.into_iter().filter_map(|given| self.tried(given, &among, &against)).collect()
    }

    /// What an assignment violates; nothing if a list is not in the order of rank.
    fn tried(&self, given: Given, among: &Set, against: &BTreeMap<(Name, Name), Set>) -> Option<Tried> {
        let mut violates = Set::new();
        for (role, services) in &given {
            for service in services {
                violates.extend(against[&(role.clone(), service.clone())].iter().cloned());
            }
        }
        for instance in self.instances.iter().filter(|i| !i.unary && i.involves.is_subset(among)) {
            if self.violated(instance, &given) {
                violates.insert(instance.constraint.name.clone());
            }
        }
        for (role, services) in &given {
            if !self.depends[role].is_subset(among) {
                continue;
            }
            let ranks: Vec<_> =
                services.iter().map(|s| (self.score(role, s, &given).map(Reverse), self.keys(role, s), s)).collect();
            if ranks.iter().any(|(score, ..)| score.is_none()) {
                violates.insert("route.score".into());
            } else if ranks.windows(2).any(|w| w[0] >= w[1]) {
                return None;
            }
        }
        Some(Tried { given, violates })
    }

    /// The key by which assignments rank, smaller is better.
    pub fn rank(&self, given: &Given) -> Vec<Vec<Rank>> {
        self.route
            .roles
            .iter()
            .map(|role| {
                let mut keys: Vec<_> = given[&role.name]
                    .iter()
                    .map(|s| (0, Reverse(self.score(&role.name, s, given)), self.keys(&role.name, s), Some(s.clone())))
                    .collect();
                // The end of a list ranks after anybody.
                keys.push((1, Reverse(None), Vec::new(), None));
                keys
            })
            .collect()
    }
}

fn lists(candidates: &[Name], lo: usize, hi: usize) -> Vec<Vec<Name>> {
    let mut all = vec![Vec::new()];
    let mut last: Vec<Vec<Name>> = all.clone();
    for _ in 0..hi {
        last = last
            .iter()
            .flat_map(|l| {
                candidates
                    .iter()
                    .filter(|c| !l.contains(c))
                    .map(|c| l.iter().chain([c]).cloned().collect())
                    .collect::<Vec<_>>()
            })
            .collect();
        all.extend(last.clone());
    }
    all.retain(|l| l.len() >= lo);
    all
}
