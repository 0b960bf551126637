//! Tests of a package: decisions with what is expected of them.
//!
//! *Takes* the checked tests of a package; *gives* for each whether its expectations hold, and where not, what was decided
//! instead. *Promises* that a test without expectations never passes: the checker refuses it. *Leaves out* how results are
//! shown.

mod expect;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{Date, Instant, Name};
use crate::facts::{Inputs, Request, SignalValue, Signals};
use crate::ir::suite::{Expectation, ExpectationKind, Test};
use crate::ir::{Clause, Constraint, Effect, Expr, Policy, Services};
use crate::plan::{self, Plan};
use crate::route::decision::Decision;
use crate::route::{self, DecideError};

/// What became of one test.
#[derive(Debug)]
pub struct Report {
    /// The test's name.
    pub name: Name,
    /// Where it is written.
    pub at: Name,
    /// What was decided; none where a limit was reached.
    pub decision: Result<Decision, DecideError>,
    /// The expectations that do not hold, with what is the case.
    pub failed: Vec<Failed>,
    /// The inputs of the decision.
    pub inputs: Inputs,
    /// The route that was decided.
    pub route: Name,
}

impl Report {
    /// Whether every expectation holds.
    pub fn passed(&self) -> bool {
        self.failed.is_empty() && self.decision.is_ok()
    }
}

/// An expectation that does not hold.
#[derive(Debug)]
pub struct Failed {
    /// As it is written.
    pub text: Name,
    /// Where it is written.
    pub at: Name,
    /// What is the case instead.
    pub instead: String,
}

/// The tests of a package, planned.
pub struct Suite {
    /// The plan of the package, under which the decisions are made.
    pub plan: Plan,
    tests: Vec<Test>,
    /// The conditions of all tests, as constraints of the routes that they speak of. A plan of its own, so that the policy
    /// under which a test decides is that of the package, with its digest.
    asking: Plan,
    /// The instance of each condition, by test and expectation.
    asked: BTreeMap<(usize, usize), usize>,
}

impl Suite {
    /// Plans the tests of a package.
    pub fn new(policy: &Policy, services: &Services, tests: Vec<Test>) -> Self {
        let services = Arc::new(services.clone());
        let plan = plan::plan(Arc::new(policy.clone()), Arc::clone(&services));
        let mut questions = policy.clone();
        for (name, route) in &mut questions.routes {
            let of_route = tests.iter().enumerate().filter(|(_, test)| test.route == *name);
            route.constraints = of_route.flat_map(|(number, test)| conditions(number, test)).collect();
            route.scores = BTreeMap::new();
        }
        let asking = plan::plan(Arc::new(questions), services);
        let mut asked = BTreeMap::new();
        for route in asking.routes.values() {
            for (at, instance) in route.instances.iter().enumerate() {
                let name = route.constraints.get(instance.constraint).map(|constraint| &constraint.name);
                asked.extend(name.and_then(|name| place(name)).map(|place| (place, at)));
            }
        }
        Self { plan, tests, asking, asked }
    }

    /// The tests, in the order in which they are written.
    pub fn tests(&self) -> &[Test] {
        &self.tests
    }

    /// Runs one test.
    pub fn run(&self, number: usize) -> Option<Report> {
        let test = self.tests.get(number)?;
        let inputs = inputs(&self.plan.policy, test)?;
        let mut failed = Vec::new();
        let traced = route::decide_traced(&self.plan, &test.route, &inputs);
        if let Ok((decision, trace)) = &traced {
            for (i, expectation) in test.expectations.iter().enumerate() {
                if let Some(instead) = self.fails(expectation, (number, i), &inputs, decision, trace) {
                    let (text, at) = (expectation.text.clone(), expectation.at.clone());
                    failed.push(Failed { text, at, instead });
                }
            }
        }
        let decision = traced.map(|(decision, _)| decision);
        Some(Report {
            name: test.name.clone(),
            at: test.at.clone(),
            decision,
            failed,
            inputs,
            route: test.route.clone(),
        })
    }
}

/// The name under which a condition is compiled; no constraint of a package is called so.
fn condition_name(number: usize, i: usize) -> String {
    format!("?{number:09}.{i:09}")
}

/// The test and the expectation of a condition with such a name.
fn place(name: &str) -> Option<(usize, usize)> {
    let (number, i) = name.strip_prefix('?')?.split_once('.')?;
    Some((number.parse().ok()?, i.parse().ok()?))
}

/// The conditions of a test as constraints, so that they are compiled with the routes.
fn conditions(number: usize, test: &Test) -> impl Iterator<Item = Constraint> {
    let constraint = move |(i, expectation): (usize, &Expectation)| {
        let ExpectationKind::Condition(condition) = &expectation.kind else { return None };
        // Inside an `and` of one, a quantifier over a list role stays whole.
        let condition = Expr::And(vec![condition.clone()]);
        Some(Constraint {
            name: Name::from(condition_name(number, i)),
            rule: false,
            scope: Vec::new(),
            when: None,
            unless: None,
            clauses: vec![Clause { effect: Effect::Require, condition, at: expectation.at.clone() }],
            because: None,
            protected: false,
            docs: None,
            annotations: Vec::new(),
            waivers: Vec::new(),
            at: expectation.at.clone(),
        })
    };
    test.expectations.iter().enumerate().filter_map(constraint)
}

/// A test that names no instant is decided at the start of the year 2000, so that it never depends on the clock.
fn inputs(policy: &Policy, test: &Test) -> Option<Inputs> {
    let now: Instant = match test.now {
        Some(now) => now,
        None => Date::new(2000, 1, 1)?.start(),
    };
    let mut signals = Signals::default();
    for ((name, subject), value) in &test.signals {
        match subject {
            None => {
                signals.values.insert(name.clone(), SignalValue::One(value.clone()));
            }
            Some(subject) => {
                let entry = signals.values.entry(name.clone());
                let entry = entry.or_insert_with(|| SignalValue::PerService(BTreeMap::new()));
                if let SignalValue::PerService(values) = entry {
                    values.insert(subject.clone(), value.clone());
                }
            }
        }
    }
    let ty = policy.routes.get(&test.route)?.request.clone();
    Some(Inputs { request: Request { ty, value: test.request.clone() }, signals, now })
}
