//! A second plan, in which what tests ask is compiled: the conditions that they expect, and the atomic conditions of coverage.
//!
//! Each is a constraint of its own on the route that it speaks of. The plan stands beside that of the package, so that the policy
//! under which a test decides is that of the package, with its digest.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::coverage::atoms::{Asked, Atom, atoms};
use crate::base::Name;
use crate::ir::suite::{ExpectationKind, Test};
use crate::ir::{At, Clause, Constraint, Effect, Expr, Policy, Services};
use crate::plan::{self, Plan};

/// What tests ask.
pub struct Asking {
    /// The plan.
    pub plan: Plan,
    /// The instance of each condition that is expected, by test and expectation.
    pub expected: BTreeMap<(usize, usize), usize>,
    /// The atomic conditions of coverage.
    pub atoms: Vec<Atom>,
    /// The instances of each of them.
    pub instances: Vec<Vec<usize>>,
}

/// The plan of the package, and that of what its tests ask.
pub fn plans(policy: &Policy, services: &Services, tests: &[Test], covered: bool) -> (Plan, Asking) {
    let mut questions = policy.clone();
    let (atoms, definitions) = if covered { atoms(policy, services) } else { Default::default() };
    questions.definitions.extend(definitions);
    for (name, route) in &mut questions.routes {
        let of_route = tests.iter().enumerate().filter(|(_, test)| test.route == *name);
        route.constraints = of_route.flat_map(|(number, test)| expected(number, test, &route.at)).collect();
        let of_route = atoms.iter().enumerate().filter(|(_, atom)| atom.route == *name);
        route.constraints.extend(of_route.map(|(number, atom)| covering(number, &atom.asked, &route.at)));
        route.scores = BTreeMap::new();
        route.ties = BTreeMap::new();
    }
    let services = Arc::new(services.clone());
    let own = plan::plan(Arc::new(policy.clone()), Arc::clone(&services));
    let mut asking = Asking {
        plan: plan::plan(Arc::new(questions), services),
        expected: BTreeMap::new(),
        instances: vec![Vec::new(); atoms.len()],
        atoms,
    };
    asking.find();
    (own, asking)
}

impl Asking {
    /// Finds the instances again by the names under which they were compiled.
    fn find(&mut self) {
        for route in self.plan.routes.values() {
            for (at, instance) in route.instances.iter().enumerate() {
                let Some(constraint) = route.constraints.get(instance.constraint) else { continue };
                if let Some(place) = expected_place(&constraint.name) {
                    self.expected.insert(place, at);
                } else if let Some(number) = covering_place(&constraint.name)
                    && let Some(instances) = self.instances.get_mut(number)
                {
                    instances.push(at);
                }
            }
        }
    }
}

/// The test and the expectation of a condition, by the name under which it is compiled; no constraint of a package is called so.
fn expected_place(name: &str) -> Option<(usize, usize)> {
    let (number, i) = name.strip_prefix("?expected ")?.split_once(' ')?;
    Some((number.parse().ok()?, i.parse().ok()?))
}

/// The number of an atomic condition, by the name under which it is compiled.
fn covering_place(name: &str) -> Option<usize> {
    name.strip_prefix("?covering ")?.parse().ok()
}

/// The conditions that a test expects.
fn expected(number: usize, test: &Test, at: &At) -> Vec<Constraint> {
    let conditions = test.expectations.iter().enumerate().filter_map(|(i, expectation)| match &expectation.kind {
        ExpectationKind::Condition(condition) => Some((i, condition)),
        _ => None,
    });
    let constraint = |(i, condition): (usize, &Expr)| {
        // Inside an `and` of one, a quantifier over a list role stays whole.
        let condition = Expr::And(vec![condition.clone()]);
        constraint(format!("?expected {number} {i}"), condition, at)
    };
    conditions.map(constraint).collect()
}

/// An atomic condition under the guards of its rule.
fn covering(number: usize, asked: &Asked, at: &At) -> Constraint {
    let condition = asked.condition.clone();
    let (when, unless, scope) = (asked.when.clone(), asked.unless.clone(), asked.scope.clone());
    Constraint { when, unless, scope, ..constraint(format!("?covering {number}"), condition, at) }
}

fn constraint(name: String, condition: Expr, at: &At) -> Constraint {
    Constraint {
        name: Name::from(name),
        rule: false,
        scope: Vec::new(),
        when: None,
        unless: None,
        clauses: vec![Clause { effect: Effect::Require, condition, at: at.clone() }],
        because: None,
        protected: false,
        docs: None,
        annotations: Vec::new(),
        waivers: Vec::new(),
        at: at.clone(),
    }
}
