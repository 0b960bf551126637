//! Tests of a package: decisions with what is expected of them.
//!
//! *Takes* the checked tests of a package; *gives* for each whether its expectations hold, and where not, what was decided
//! instead. *Promises* that a test without expectations never passes: the checker refuses it. *Leaves out* how results are
//! shown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::{Date, Instant, Name};
use crate::eval::Machine;
use crate::facts::{Inputs, Request, SignalValue, Signals};
use crate::ir::suite::{Expectation, ExpectationKind, Test};
use crate::ir::{Clause, Constraint, Effect, Expr, Policy, Services};
use crate::plan::route::Demand;
use crate::plan::{self, Plan};
use crate::route::decision::{Decision, Ending};
use crate::route::trace::Trace;
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
    /// The plan, with the conditions of all tests compiled into it.
    pub plan: Plan,
    tests: Vec<Test>,
}

impl Suite {
    /// Plans the tests of a package.
    pub fn new(policy: &Policy, services: &Services, tests: Vec<Test>) -> Self {
        let mut asked = policy.clone();
        for (number, test) in tests.iter().enumerate() {
            if let Some(route) = policy.routes.get(&test.route) {
                let mut asking = route.clone();
                asking.constraints = conditions(test);
                asking.scores = BTreeMap::new();
                asked.routes.insert(question(number), asking);
            }
        }
        Self { plan: plan::plan(Arc::new(asked), Arc::new(services.clone())), tests }
    }

    /// The names of the tests, in order, each with its number.
    pub fn names(&self) -> impl Iterator<Item = (usize, &Name)> {
        self.tests.iter().enumerate().map(|(i, t)| (i, &t.name))
    }

    /// Runs one test.
    pub fn run(&self, number: usize) -> Option<Report> {
        let test = self.tests.get(number)?;
        let inputs = inputs(&self.plan.policy, test)?;
        let mut failed = Vec::new();
        let traced = route::decide_traced(&self.plan, &test.route, &inputs);
        if let Ok((decision, trace)) = &traced {
            for (i, expectation) in test.expectations.iter().enumerate() {
                if let Some(instead) = self.fails(expectation, (number, i), decision, trace) {
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

    /// What is the case where an expectation does not hold.
    fn fails(
        &self,
        expectation: &Expectation,
        place: (usize, usize),
        decision: &Decision,
        trace: &Trace<'_>,
    ) -> Option<String> {
        match &expectation.kind {
            ExpectationKind::Condition(_) => self.condition_fails(place, decision, trace),
            ExpectationKind::Rejected(service, by) => not_rejected(decision, service, by.as_ref()),
            ExpectationKind::Routed => other_ending(decision, Ending::Routed),
            ExpectationKind::Invalid => other_ending(decision, Ending::Invalid),
            ExpectationKind::Denied(by) => other_ending(decision, Ending::Denied).or_else(|| {
                let rules: BTreeSet<&Name> = decision.denied_by.iter().map(|f| &f.constraint).collect();
                let named = by.as_ref().is_none_or(|by| rules.contains(by));
                (!named).then(|| format!("it is denied by {}", listed(rules)))
            }),
            ExpectationKind::Unroutable(by) => other_ending(decision, Ending::Unroutable).or_else(|| {
                let core: BTreeSet<&Name> = decision.unroutable.iter().flat_map(|u| &u.core).collect();
                let named = by.as_ref().is_none_or(|by| core.contains(by));
                (!named).then(|| format!("the core is {}", listed(core)))
            }),
        }
    }

    /// A condition over the roles, evaluated with the roles as they were filled.
    fn condition_fails(&self, (number, i): (usize, usize), decision: &Decision, trace: &Trace<'_>) -> Option<String> {
        if let Some(instead) = other_ending(decision, Ending::Routed) {
            return Some(instead);
        }
        let route = self.plan.routes.get(&question(number))?;
        let named = |instance: &&plan::Instance| {
            route.constraints.get(instance.constraint).is_some_and(|c| *c.name == *condition_name(i))
        };
        let instance = route.instances.iter().find(named)?;
        let Demand::Clause(rule) = &instance.demand else { return None };
        let mut machine = Machine::new(&self.plan, route, &trace.outcome.bound);
        machine.given = trace.assignment.clone().unwrap_or_default();
        // A condition on one role alone is compiled as one on its candidate.
        machine.subject = instance.candidate.and_then(|role| machine.given.get(role)?.first().copied());
        machine.begin();
        if machine.truth(&rule.condition).holds() {
            return None;
        }
        let reason = machine.reason(rule);
        Some(match reason.relation {
            "==" => format!("it is {}", reason.left),
            "is" => format!("it is {}", reason.left),
            relation => format!("{} and {} are not so related ({relation})", reason.left, reason.right),
        })
    }
}

/// The route under which the conditions of a test are compiled; no package can declare this name.
fn question(number: usize) -> Name {
    Name::from(format!("?{number}"))
}

fn condition_name(i: usize) -> String {
    format!("{i:04}")
}

/// The conditions of a test as constraints, so that they are compiled with the routes.
fn conditions(test: &Test) -> Vec<Constraint> {
    let constraint = |(i, expectation): (usize, &Expectation)| {
        let ExpectationKind::Condition(condition) = &expectation.kind else { return None };
        // Inside an `and` of one, a quantifier over a list role stays whole.
        let condition = Expr::And(vec![condition.clone()]);
        Some(Constraint {
            name: Name::from(condition_name(i)),
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
    test.expectations.iter().enumerate().filter_map(constraint).collect()
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

fn listed(names: BTreeSet<&Name>) -> String {
    let names: Vec<String> = names.into_iter().map(|n| format!("`{n}`")).collect();
    names.join(", ")
}

fn other_ending(decision: &Decision, wanted: Ending) -> Option<String> {
    if decision.ending == wanted {
        return None;
    }
    let by = match decision.ending {
        Ending::Denied => {
            format!(" by {}", listed(decision.denied_by.iter().map(|f| &f.constraint).collect()))
        }
        Ending::Unroutable => match &decision.unroutable {
            Some(unroutable) => format!(" at `{}`, for {}", unroutable.role, listed(unroutable.core.iter().collect())),
            None => String::new(),
        },
        _ => String::new(),
    };
    Some(format!("it is {}{by}", decision.ending.word()))
}

fn not_rejected(decision: &Decision, service: &Name, by: Option<&Name>) -> Option<String> {
    let rejections = decision.rejected.iter().filter(|r| r.service == *service);
    let reasons: BTreeSet<&Name> = rejections.clone().flat_map(|r| &r.by).map(|f| &f.constraint).collect();
    match by {
        Some(by) if reasons.contains(by) => None,
        None if rejections.count() > 0 => None,
        _ if reasons.is_empty() => Some(format!("`{service}` is not rejected")),
        _ => Some(format!("`{service}` is rejected by {}", listed(reasons))),
    }
}
