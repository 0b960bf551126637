//! Clauses into instances: what each clause is a condition on. `docs/reference/evaluation.md` has the rules.

use super::compile::{Compiler, Scope};
use super::names::Names;
use super::route::{ConstraintPlan, Demand, Denial, Instance, Roles, Rule, WaiverPlan, bit};
use crate::base::Name;
use crate::ir::{self, Clause, Constraint, Effect, Expr};

/// Where instances are made: the route and what its names mean.
pub struct Place<'a, 'p> {
    /// What names mean.
    pub scope: &'a Scope<'p>,
    /// The route.
    pub route: &'a ir::Route,
    /// The roles that are stages.
    pub stages: Roles,
    /// The constraints by name.
    pub constraints: &'a [ConstraintPlan],
}

impl Place<'_, '_> {
    /// The roles that are named.
    pub fn roles(&self, names: &Names) -> Roles {
        names.roles.iter().filter_map(|name| self.role(name)).fold(0, |set, (role, _)| set | bit(role))
    }

    /// The roles that are lists.
    pub fn lists(&self) -> Roles {
        self.scope.roles.values().filter(|(_, list)| *list).fold(0, |set, (role, _)| set | bit(*role))
    }

    fn role(&self, name: &Name) -> Option<(usize, bool)> {
        self.scope.roles.get(name).copied()
    }

    fn constraint(&self, name: &str) -> usize {
        self.constraints.iter().position(|c| *c.name == *name).unwrap_or(usize::MAX)
    }
}

/// The demands that are asked once per decision, in the order that `@order` states, then by name, then as written.
pub fn denials(compiler: &mut Compiler<'_>, place: &Place<'_, '_>) -> Vec<Denial> {
    let mut all = Vec::new();
    for constraint in &place.route.constraints {
        for clause in constraint.clauses.iter().filter(|clause| clause.effect == Effect::Deny) {
            let rule = rule(compiler, place.scope, constraint, clause, &clause.condition);
            all.push(Denial { constraint: place.constraint(&constraint.name), rule, at: clause.at.clone() });
        }
    }
    let order = |denial: &Denial| place.constraints.get(denial.constraint).map_or(u32::MAX, |c| c.order);
    all.sort_by_key(|denial| (order(denial), denial.constraint));
    all
}

/// The instances of all clauses, by constraint, clause and role.
pub fn instances(compiler: &mut Compiler<'_>, place: &Place<'_, '_>) -> Vec<Instance> {
    let mut all = Vec::new();
    for constraint in &place.route.constraints {
        for (number, clause) in constraint.clauses.iter().enumerate() {
            if clause.effect != Effect::Deny {
                of_clause(compiler, place, constraint, (number, clause), &mut all);
            }
        }
    }
    for role in 0..place.route.roles.len() {
        all.push(Instance {
            constraint: place.constraint(ir::ACCEPT),
            clause: 0,
            at: place.route.at.clone(),
            demand: Demand::Accept,
            candidate: Some(role),
            named: 0,
            whole: 0,
            involves: bit(role),
            unary: true,
            partition: None,
            partners: Vec::new(),
        });
    }
    all.sort_by_key(|instance| (instance.constraint, instance.clause, instance.candidate));
    all
}

/// One clause of one constraint, with what it names.
struct Source<'a> {
    constraint: &'a Constraint,
    clause: &'a Clause,
    number: usize,
    /// What the clause, the guard and the exemption name.
    names: Names,
}

fn of_clause(
    compiler: &mut Compiler<'_>,
    place: &Place<'_, '_>,
    constraint: &Constraint,
    (number, clause): (usize, &Clause),
    all: &mut Vec<Instance>,
) {
    let guards = constraint.when.iter().chain(&constraint.unless);
    let names = Names::of(compiler.policy, guards.clone().chain([&clause.condition]));
    let source = Source { constraint, clause, number, names };
    let scope_roles = constraint.scope.iter().filter_map(|name| place.role(name));
    if source.names.subject || (source.names.roles.is_empty() && !source.names.total) {
        for (role, _) in scope_roles {
            all.push(instance(compiler, place, &source, &place.scope.with_candidate(role), Some(role), None));
        }
        return;
    }
    if let Some((role, variable, body)) = element_wise(compiler, place, &source) {
        let scope = place.scope.with_subject(variable);
        all.push(instance(compiler, place, &source, &scope, Some(role), Some(body)));
        return;
    }
    let named = place.roles(&source.names);
    let single = named.count_ones() == 1 && named & place.lists() == 0 && !source.names.total;
    let candidate = single.then_some(named.trailing_zeros() as usize);
    let scope = candidate.map_or_else(|| place.scope.clone(), |role| place.scope.with_candidate(role));
    all.push(instance(compiler, place, &source, &scope, candidate, None));
}

/// A `require` that is `all x in r: P` for a list role `r` that it names nowhere else: a condition on each element.
fn element_wise<'c>(
    compiler: &Compiler<'_>,
    place: &Place<'_, '_>,
    source: &Source<'c>,
) -> Option<(usize, &'c Name, &'c Expr)> {
    let Expr::Quantifier { all: true, variable, over, body } = &source.clause.condition else { return None };
    let Expr::Role(list) = &**over else { return None };
    let (role, true) = place.role(list)? else { return None };
    let guards = source.constraint.when.iter().chain(&source.constraint.unless);
    let elsewhere = Names::of(compiler.policy, guards.chain([&**body]));
    let fits = source.clause.effect == Effect::Require && !elsewhere.roles.contains(list);
    fits.then_some((role, variable, body))
}

fn instance(
    compiler: &mut Compiler<'_>,
    place: &Place<'_, '_>,
    source: &Source<'_>,
    scope: &Scope<'_>,
    candidate: Option<usize>,
    element: Option<&Expr>,
) -> Instance {
    let lists = place.lists();
    let mut named = place.roles(&source.names);
    if let Some(role) = candidate
        && (element.is_some() || lists & bit(role) == 0)
    {
        // The role's name means the candidate, so that it adds nothing to it.
        named &= !bit(role);
    }
    let stages = if source.names.total { place.stages } else { 0 };
    let whole = (named & lists) | stages;
    let condition = element.unwrap_or(&source.clause.condition);
    Instance {
        constraint: place.constraint(&source.constraint.name),
        clause: source.number,
        at: source.clause.at.clone(),
        demand: Demand::Clause(Box::new(rule(compiler, scope, source.constraint, source.clause, condition))),
        candidate,
        named: named & !lists,
        whole,
        involves: named | whole | candidate.map_or(0, bit),
        unary: candidate.is_some() && named == 0 && !source.names.total,
        partition: None,
        partners: Vec::new(),
    }
}

fn rule(
    compiler: &mut Compiler<'_>,
    scope: &Scope<'_>,
    constraint: &Constraint,
    clause: &Clause,
    condition: &Expr,
) -> Rule {
    let policy = compiler.policy;
    let mut waivers = Vec::new();
    for name in &constraint.waivers {
        let Some(waiver) = policy.waivers.get(name) else { continue };
        let when = waiver.when.as_ref().map(|when| compiler.expr(scope, when));
        waivers.push(WaiverPlan { name: name.clone(), when, until: waiver.until });
    }
    Rule {
        when: constraint.when.as_ref().map(|when| compiler.expr(scope, when)),
        unless: constraint.unless.as_ref().map(|unless| compiler.expr(scope, unless)),
        condition: compiler.expr(scope, condition),
        effect: clause.effect,
        waivers,
    }
}
