//! The atomic conditions of a policy: what is left when `and`, `or`, `not`, `implies`, `if` and the definitions that are conditions are
//! taken apart.

use std::collections::{BTreeMap, BTreeSet};

use super::gaps::{Gaps, Missing};
use crate::base::Name;
use crate::explain::spell;
use crate::ir::{Definition, Effect, Expr, Policy, Route, Services, walk};
use crate::plan::names::Names;

/// How far a decision has to come for a condition to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Every request is asked.
    Request,
    /// A valid request is asked.
    Denial,
    /// A valid request that is not denied is asked.
    Candidates,
}

/// One atomic condition in one place of one route.
#[derive(Clone, Debug)]
pub struct Atom {
    /// The route.
    pub route: Name,
    /// The rule, the constraint, the request type, or the service whose `accept` it is.
    pub rule: Name,
    /// The part of the rule: `when`, `require`, `require 2`.
    pub part: String,
    /// Where it stands in that part, as in `or 2`; nothing where it is the whole part.
    pub path: String,
    /// The condition in one spelling, however it is written.
    pub text: String,
    /// What it lacks where it is unknown; nothing where it cannot be.
    pub missing: Missing,
    /// How far a decision has to come.
    pub stage: Stage,
    /// Whether neither it nor the guards of its rule name a candidate or a role.
    pub of_nobody: bool,
    /// The condition itself, and the guards of the rule.
    pub asked: Asked,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The condition.
    pub condition: Expr,
    /// Asked only where this is true or unknown.
    pub when: Option<Expr>,
    /// Asked only where this is not true.
    pub unless: Option<Expr>,
    /// The roles for whose candidates `service` stands.
    pub scope: Vec<Name>,
    /// The one service that it is asked of.
    pub only: Option<Name>,
}

/// A condition of a policy before it is taken apart.
struct Whole<'a> {
    rule: Name,
    part: String,
    stage: Stage,
    expr: &'a Expr,
    guards: (Option<&'a Expr>, Option<&'a Expr>),
    scope: Vec<Name>,
    only: Option<Name>,
}

/// The atomic conditions of every route, and the definitions by which those inside of definitions are asked.
pub fn atoms(policy: &Policy, services: &Services) -> (Vec<Atom>, BTreeMap<Name, Definition>) {
    let mut knife = Knife { policy, definitions: BTreeMap::new() };
    let mut all = Vec::new();
    for (name, route) in &policy.routes {
        for whole in wholes(policy, services, name, route) {
            let subjects = subjects(services, route, &whole);
            for (path, condition, text) in knife.apart(whole.expr) {
                let gaps = Gaps {
                    policy,
                    services,
                    definitions: &knife.definitions,
                    request: &route.request,
                    subjects: &subjects,
                };
                let missing = gaps.of(&condition);
                let asked = Asked {
                    condition: condition.clone(),
                    when: whole.guards.0.cloned(),
                    unless: whole.guards.1.cloned(),
                    scope: whole.scope.clone(),
                    only: whole.only.clone(),
                };
                let named = whole.guards.0.into_iter().chain(whole.guards.1).chain([&condition]);
                let of_nobody = Names::of(policy, named) == Names::default();
                let (rule, part, stage) = (whole.rule.clone(), whole.part.clone(), whole.stage);
                all.push(Atom { route: name.clone(), rule, part, path, text, missing, stage, of_nobody, asked });
            }
        }
    }
    let key = |atom: &Atom| (atom.route.clone(), atom.rule.clone(), atom.part.clone(), atom.path.clone());
    all.sort_by_cached_key(key);
    (all, knife.definitions)
}

/// The services that `service` may stand for.
fn subjects(services: &Services, route: &Route, whole: &Whole<'_>) -> BTreeSet<Name> {
    if let Some(only) = &whole.only {
        return BTreeSet::from([only.clone()]);
    }
    let roles = route.roles.iter().filter(|role| whole.scope.contains(&role.name));
    let traits: BTreeSet<&Name> = roles.map(|role| &role.trait_).collect();
    let stands = services.iter().filter(|(_, service)| service.traits.iter().any(|of| traits.contains(of)));
    stands.map(|(name, _)| name.clone()).collect()
}

/// Every condition that a decision on a route may ask.
fn wholes<'a>(policy: &'a Policy, services: &'a Services, name: &Name, route: &'a Route) -> Vec<Whole<'a>> {
    let roles: Vec<Name> = route.roles.iter().map(|role| role.name.clone()).collect();
    let whole = |rule: &Name, part: String, stage: Stage, expr: &'a Expr| Whole {
        rule: rule.clone(),
        part,
        stage,
        expr,
        guards: (None, None),
        scope: roles.clone(),
        only: None,
    };
    let mut all = Vec::new();
    let invariants = policy.requests.get(&route.request).map_or(&[][..], |request| &request.invariants);
    for (part, invariant) in numbered("invariant", invariants) {
        all.push(whole(&route.request, part, Stage::Request, &invariant.condition));
    }
    for (service, contract) in services {
        let candidate = route.roles.iter().any(|role| contract.traits.contains(&role.trait_));
        let own: Vec<_> = contract.accepts.iter().filter(|a| candidate && a.request == route.request).collect();
        for (part, accept) in numbered("accept", &own) {
            let of = whole(service, part, Stage::Candidates, &accept.condition);
            all.push(Whole { only: Some(service.clone()), ..of });
        }
    }
    for (role, terms) in &route.scores {
        for term in terms {
            let when = term.when.iter();
            let of = |when| whole(name, format!("score of {role}: {}", term.name), Stage::Candidates, when);
            all.extend(when.map(of).map(|of| Whole { scope: vec![role.clone()], ..of }));
        }
    }
    for constraint in &route.constraints {
        let denies = constraint.clauses.iter().any(|clause| clause.effect == Effect::Deny);
        let stage = if denies { Stage::Denial } else { Stage::Candidates };
        let scope = if constraint.scope.is_empty() { roles.clone() } else { constraint.scope.clone() };
        let guards = (constraint.when.as_ref(), constraint.unless.as_ref());
        let of = |part: String, stage, expr, guards| Whole {
            guards,
            scope: scope.clone(),
            ..whole(&constraint.name, part, stage, expr)
        };
        all.extend(guards.0.map(|when| of("when".to_owned(), stage, when, (None, None))));
        all.extend(guards.1.map(|unless| of("unless".to_owned(), stage, unless, (None, None))));
        for effect in [Effect::Require, Effect::Exclude, Effect::Deny] {
            let word = crate::ir::json::effect(effect);
            let stage = if effect == Effect::Deny { Stage::Denial } else { Stage::Candidates };
            let clauses: Vec<_> = constraint.clauses.iter().filter(|clause| clause.effect == effect).collect();
            all.extend(numbered(word, &clauses).map(|(part, clause)| of(part, stage, &clause.condition, guards)));
        }
        for (waiver, when) in constraint.waivers.iter().filter_map(|w| Some((w, policy.waivers.get(w)?.when.as_ref()?)))
        {
            all.push(of(format!("waiver {waiver}"), stage, when, guards));
        }
    }
    all
}

/// Each with the word, and with its number where there are several.
fn numbered<'t, T>(word: &'t str, all: &'t [T]) -> impl Iterator<Item = (String, &'t T)> {
    let name = move |at: usize| if all.len() == 1 { word.to_owned() } else { format!("{word} {}", at + 1) };
    all.iter().enumerate().map(move |(at, one)| (name(at), one))
}

/// Takes conditions apart.
struct Knife<'a> {
    policy: &'a Policy,
    /// Parts of definitions, under names that no package can declare.
    definitions: BTreeMap<Name, Definition>,
}

impl Knife<'_> {
    /// The atomic conditions of a condition: the place of each, itself, and how it is written.
    fn apart(&mut self, expr: &Expr) -> Vec<(String, Expr, String)> {
        let parts: Vec<(String, &Expr)> = match expr {
            Expr::Not(a) => vec![("not".to_owned(), &**a)],
            Expr::And(parts) => each("and", parts.iter()),
            Expr::Or(parts) => each("or", parts.iter()),
            Expr::Implies(a, b) => each("implies", [&**a, &**b].into_iter()),
            Expr::If(c, a, b) => each("if", [&**c, &**a, &**b].into_iter()),
            Expr::Call(name, args) => return self.of_definition(name, args),
            atom if is_constant(atom) => return Vec::new(),
            atom => return vec![(String::new(), atom.clone(), spell::expression(atom))],
        };
        let mut all = Vec::new();
        for (place, part) in parts {
            all.extend(self.apart(part).into_iter().map(|(path, atom, text)| (joined(&place, &path), atom, text)));
        }
        all
    }

    /// The atomic conditions of a definition with these arguments. Each is asked as a definition of its own, so that the names
    /// of the parameters keep their meaning.
    fn of_definition(&mut self, name: &Name, args: &[Expr]) -> Vec<(String, Expr, String)> {
        let Some(definition) = self.policy.definitions.get(name) else { return Vec::new() };
        let place = spell::expression(&Expr::Call(name.clone(), args.to_vec()));
        let mut all = Vec::new();
        for (path, body, text) in self.apart(&definition.body) {
            let own = Name::from(format!("?{}", self.definitions.len()));
            self.definitions.insert(own.clone(), Definition { params: definition.params.clone(), body });
            all.push((joined(&place, &path), Expr::Call(own, args.to_vec()), text));
        }
        all
    }
}

fn each<'e>(word: &str, parts: impl Iterator<Item = &'e Expr>) -> Vec<(String, &'e Expr)> {
    parts.enumerate().map(|(at, part)| (format!("{word} {}", at + 1), part)).collect()
}

fn joined(place: &str, path: &str) -> String {
    if path.is_empty() { place.to_owned() } else { format!("{place}, {path}") }
}

/// Whether a condition depends on nothing that a decision is given.
fn is_constant(expr: &Expr) -> bool {
    !walk::any(expr, &mut |part| {
        matches!(
            part,
            Expr::Request
                | Expr::Subject
                | Expr::Role(_)
                | Expr::Total(_)
                | Expr::Signal(..)
                | Expr::Now
                | Expr::Variable(_)
                | Expr::Call(..)
        )
    })
}
