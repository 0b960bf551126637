//! Tests of a package: decisions with what is expected of them.
//!
//! *Takes* the checked tests of a package; *gives* for each whether its expectations hold, and where not, what was decided
//! instead and why; and what its conditions were seen to be ([`coverage`]). *Promises* that a test without expectations never passes: the
//! checker refuses it. *Leaves out* how results are shown, in which order tests run, and on how many threads.

mod asking;
pub mod codes;
pub mod coverage;
mod expect;
mod findings;
pub mod record;
pub mod spell;

use std::collections::BTreeMap;

use crate::base::{Date, Instant, Name, Span};
use crate::explain::{self, Told};
use crate::facts::{Inputs, Request, SignalValue, Signals};
use crate::ir::suite::Test;
use crate::ir::{Policy, Services};
use crate::plan::Plan;
use crate::route::decision::Decision;
use crate::route::trace::Trace;
use crate::route::{self, DecideError};
use asking::Asking;
use coverage::measure::Measure;
use coverage::{Coverage, Covered, Seen};

/// What became of one test.
#[derive(Debug)]
pub struct Report {
    /// The test's name.
    pub name: Name,
    /// Where it is written.
    pub at: Name,
    /// The same, to be shown.
    pub span: Span,
    /// What was decided; none where a limit was reached.
    pub decision: Result<Decision, DecideError>,
    /// The expectations that do not hold, with what is the case.
    pub failed: Vec<Failed>,
    /// Why the decision is what it is, where an expectation does not hold.
    pub explanation: String,
    /// What was seen of the conditions that coverage asks, in their order; nothing where none are asked.
    pub seen: Vec<Seen>,
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
    /// The same, to be shown.
    pub span: Span,
    /// What is the case instead.
    pub instead: String,
}

/// The tests of a package, planned.
pub struct Suite {
    /// The plan of the package, under which the decisions are made.
    pub plan: Plan,
    tests: Vec<Test>,
    asking: Asking,
}

impl Suite {
    /// Plans the tests of a package, and on demand the conditions that coverage asks.
    pub fn new(policy: &Policy, services: &Services, tests: Vec<Test>, covered: bool) -> Self {
        let (plan, asking) = asking::plans(policy, services, &tests, covered);
        Self { plan, tests, asking }
    }

    /// The tests, in the order in which they are written.
    pub fn tests(&self) -> &[Test] {
        &self.tests
    }

    /// The conditions that coverage asks, of which nothing has been seen.
    pub fn coverage(&self) -> Coverage {
        let unseen = |atom: &coverage::atoms::Atom| Covered { atom: atom.clone(), seen: Seen::default() };
        Coverage { conditions: self.asking.atoms.iter().map(unseen).collect() }
    }

    /// Runs one test.
    pub fn run(&self, number: usize) -> Option<Report> {
        let test = self.tests.get(number)?;
        let inputs = inputs(&self.plan.policy, test)?;
        let mut report = Report {
            name: test.name.clone(),
            at: test.at.clone(),
            span: test.span,
            decision: Err(DecideError::SearchLimit),
            failed: Vec::new(),
            explanation: String::new(),
            seen: Vec::new(),
        };
        let (decision, trace) = match route::decide_traced(&self.plan, &test.route, &inputs) {
            Ok(decided) => decided,
            Err(error) => return Some(Report { decision: Err(error), ..report }),
        };
        for (i, expectation) in test.expectations.iter().enumerate() {
            if let Some(instead) = self.fails(expectation, (number, i), &inputs, &decision, &trace) {
                let (text, at, span) = (expectation.text.clone(), expectation.at.clone(), expectation.span);
                report.failed.push(Failed { text, at, span, instead });
            }
        }
        if !report.failed.is_empty() {
            let told = Told { decision: &decision, plan: &self.plan, inputs: Some(&inputs), trace: Some(&trace) };
            report.explanation = explain::text(&told, false);
        }
        report.seen = self.seen(&inputs, &trace);
        report.decision = Ok(decision);
        Some(report)
    }

    fn seen(&self, inputs: &Inputs, trace: &Trace<'_>) -> Vec<Seen> {
        let Some(route) = self.asking.plan.routes.get(&trace.outcome.route.name) else { return Vec::new() };
        let measure = Measure { plan: &self.asking.plan, route, trace, inputs };
        measure.seen(self.asking.atoms.iter().zip(&self.asking.instances))
    }
}

/// A test that names no instant is decided at the start of the year 2000, so that it never depends on the clock.
pub fn inputs(policy: &Policy, test: &Test) -> Option<Inputs> {
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
