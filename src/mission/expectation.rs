//! What is expected of the results of a suite, and whether it holds.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::data::{Data, place};
use super::problem::Problem;
use super::scenario::{self, Suite, SuiteRun};
use super::spelling::stable_digest;

/// One expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Its id.
    pub id: String,
    /// The scenario.
    pub scenario: String,
    /// The mission.
    pub mission: String,
    /// The path into the mission's result; empty for the whole.
    pub path: String,
    /// What is asked.
    pub op: Op,
    /// What is expected.
    pub expected: Data,
}

/// What is asked of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// It says the same.
    Equal,
    /// It says something else.
    NotEqual,
    /// It is greater.
    Greater,
    /// It is smaller.
    Less,
    /// It is there, be it `null`.
    Exists,
}

impl Op {
    /// Every operator with its word.
    pub const ALL: [(&'static str, Op); 5] =
        [("eq", Op::Equal), ("exists", Op::Exists), ("gt", Op::Greater), ("lt", Op::Less), ("ne", Op::NotEqual)];

    /// The word of an operator.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, op)| *op == self).map_or("", |(word, _)| word)
    }
}

/// What became of an expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it holds.
    pub passed: bool,
    /// What is there; `null` where nothing is.
    pub actual: Data,
    /// What was expected.
    pub expected: Data,
    /// Why it does not hold.
    pub details: Data,
}

/// What became of all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcomes {
    /// By the id of the expectation.
    pub by_id: BTreeMap<String, Outcome>,
    /// The hash over all of them.
    pub hash: String,
}

impl Outcomes {
    /// Whether none fails. Of nothing this is true, and still no pass: see [`TestRun::verdict`].
    pub fn none_fails(&self) -> bool {
        self.by_id.values().all(|outcome| outcome.passed)
    }

    fn covered(&self) -> Data {
        Data::map(self.by_id.iter().map(|(id, outcome)| {
            let parts = [
                ("actual", outcome.actual.clone()),
                ("details", outcome.details.clone()),
                ("expected", outcome.expected.clone()),
                ("passed", Data::Bool(outcome.passed)),
            ];
            (id.as_str(), Data::map(parts))
        }))
    }

    fn metadata(&self) -> Data {
        Data::map([("expectations_hash", Data::text(&*self.hash))])
    }
}

/// Looks at every expectation.
pub fn evaluate(run: &SuiteRun, expectations: &[Expectation]) -> Outcomes {
    let by_id = expectations.iter().map(|e| (e.id.clone(), outcome(run, e))).collect();
    let mut outcomes = Outcomes { by_id, hash: String::new() };
    outcomes.hash = stable_digest(&outcomes.covered());
    outcomes
}

fn outcome(run: &SuiteRun, expectation: &Expectation) -> Outcome {
    let found = run.scenarios.get(&expectation.scenario).ok_or(("scenario", &expectation.scenario));
    let found = found.and_then(|s| s.result(&expectation.mission).ok_or(("mission", &expectation.mission)));
    let found = found.and_then(|result| find(result, &expectation.path).ok_or(("path", &expectation.path)));
    let (actual, details) = match found {
        Err((what, name)) => {
            let reason = Data::Text(format!("{what}_missing"));
            (Data::Null, Data::map([("reason", reason), (what, Data::text(name.as_str()))]))
        }
        Ok(actual) => (actual.clone(), compare(expectation.op, actual, &expectation.expected)),
    };
    Outcome { passed: details == Data::empty(), actual, expected: expectation.expected.clone(), details }
}

/// Nothing where the value is as expected, the reason else.
fn compare(op: Op, actual: &Data, expected: &Data) -> Data {
    let order = actual.order(expected);
    let holds = match op {
        Op::Exists => true,
        Op::Equal => actual.says_the_same(expected),
        Op::NotEqual => !actual.says_the_same(expected),
        Op::Greater | Op::Less if order.is_none() => {
            let parts = [("reason", Data::text("type_error")), ("message", Data::text("Cannot compare types"))];
            return Data::map(parts);
        }
        Op::Greater => order == Some(Ordering::Greater),
        Op::Less => order == Some(Ordering::Less),
    };
    if holds { Data::empty() } else { Data::map([("reason", Data::Text(format!("{}_mismatch", op.word())))]) }
}

/// What is at a path; an element of a list is named by the canonical digits of its place.
fn find<'d>(data: &'d Data, path: &str) -> Option<&'d Data> {
    if path.is_empty() {
        return Some(data);
    }
    path.split('.').try_fold(data, |at, segment| match at {
        Data::Map(entries) => entries.get(segment),
        Data::List(elements) => elements.get(place(segment, elements.len())?),
        _ => None,
    })
}

/// A suite with what is expected of it, run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestRun {
    /// The suite.
    pub suite: SuiteRun,
    /// The expectations.
    pub outcomes: Outcomes,
    /// The hash of everything.
    pub hash: String,
}

/// What a test run is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every expectation holds, and there is one.
    Pass,
    /// One does not hold.
    Fail,
    /// Nothing was expected, so nothing was tested.
    NoExpectations,
}

impl Verdict {
    /// `pass`, `fail` or `no_expectations`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NoExpectations => "no_expectations",
        }
    }
}

/// Runs a suite and looks at what is expected of it.
pub fn test(suite: &Suite, expectations: &[Expectation]) -> Result<TestRun, Problem> {
    let suite = scenario::suite(suite)?;
    let outcomes = evaluate(&suite, expectations);
    let covered = Data::map([
        ("expectations_metadata", outcomes.metadata()),
        ("expectations_result", outcomes.covered()),
        ("passed", Data::Bool(outcomes.none_fails())),
        ("suite_metadata", suite.metadata()),
        ("suite_result", suite.covered()),
    ]);
    Ok(TestRun { hash: stable_digest(&covered), suite, outcomes })
}

impl TestRun {
    /// What the run is worth. `passed` of its data is what the hash covers, and true of nothing; this is not.
    pub fn verdict(&self) -> Verdict {
        match (self.outcomes.by_id.is_empty(), self.outcomes.none_fails()) {
            (true, _) => Verdict::NoExpectations,
            (false, true) => Verdict::Pass,
            (false, false) => Verdict::Fail,
        }
    }

    /// The run as data.
    pub fn data(&self) -> Data {
        let results = self.outcomes.by_id.iter().map(|(id, outcome)| {
            let parts = [
                ("id", Data::text(id.as_str())),
                ("passed", Data::Bool(outcome.passed)),
                ("actual", outcome.actual.clone()),
                ("expected", outcome.expected.clone()),
                ("details", outcome.details.clone()),
            ];
            (id.as_str(), Data::map(parts))
        });
        let passed = Data::Bool(self.outcomes.none_fails());
        let expectations = Data::map([
            ("passed", passed.clone()),
            ("expectation_results", Data::map(results)),
            ("metadata", self.outcomes.metadata()),
        ]);
        let metadata = [("suite_name", Data::text(&*self.suite.name)), ("test_run_hash", Data::text(&*self.hash))];
        Data::map([
            ("schema_version", Data::text("test_run_result@1")),
            ("suite_result", self.suite.data()),
            ("expectations_result", expectations),
            ("passed", passed),
            ("metadata", Data::map(metadata)),
        ])
    }
}
