//! The operations `tests.*`: a suite is found, run and reported.

use super::config;
use super::data::Data;
use super::expectation;
use super::problem::{Kind, Problem};
use super::scenario::{Scenario, Suite};

/// The suite of a payload, and the scenarios of it that the target names: `all`, one by name, or `prefix/`.
fn selected(payload: &Data) -> Result<(Suite, Suite, String), Problem> {
    let target = match payload.get("target") {
        None => "all",
        Some(Data::Text(target)) => target,
        Some(_) => return Err(Problem::new(Kind::InvalidPayload, "`target` is a text")),
    };
    let Some(suite) = payload.get("suite") else {
        return Err(Problem::new(Kind::NoTests, "there is no `suite`, so there is nothing to test"));
    };
    let whole = config::suite(suite)?;
    let wanted = |scenario: &&Scenario| {
        target == "all" || scenario.name == target || (target.ends_with('/') && scenario.name.starts_with(target))
    };
    let scenarios: Vec<Scenario> = whole.scenarios.iter().filter(wanted).cloned().collect();
    let part = Suite { name: whole.name.clone(), scenarios };
    if part.scenarios.iter().all(|scenario| scenario.calls.is_empty()) {
        return Err(Problem::new(Kind::NoTests, format!("nothing in the suite is called `{target}`")));
    }
    if part.scenarios.iter().flat_map(|s| &s.calls).any(|call| call.mission == "run_tests") {
        return Err(Problem::new(Kind::Recursion, "a suite that is run by `run_tests` cannot call `run_tests`"));
    }
    Ok((whole, part, target.to_owned()))
}

fn tests(state: &Data, key: &str) -> Option<Data> {
    state.get("tests").and_then(|tests| tests.get(key)).cloned()
}

fn put(state: &mut Data, new: impl IntoIterator<Item = (&'static str, Data)>) -> Result<(), Problem> {
    let Data::Map(entries) = state else {
        return Err(Problem::new(Kind::InvalidInput, "the state is no map"));
    };
    match entries.entry("tests".to_owned()).or_insert_with(Data::empty) {
        Data::Map(tests) => {
            tests.extend(new.into_iter().map(|(key, value)| (key.to_owned(), value)));
            Ok(())
        }
        other => {
            let message = format!("`tests` of the state is {}, and a map is needed", other.kind());
            Err(Problem::new(Kind::InvalidInput, message))
        }
    }
}

/// `tests.discover`: which missions the target names, each as `scenario#place:mission`.
pub fn discover(payload: &Data, state: &mut Data) -> Result<(), Problem> {
    let (_, part, target) = selected(payload)?;
    let labels = part.scenarios.iter().flat_map(|scenario| {
        let label = |(i, call): (usize, &super::scenario::Call)| format!("{}#{i}:{}", scenario.name, call.mission);
        scenario.calls.iter().enumerate().map(label).collect::<Vec<_>>()
    });
    let discovered = Data::texts(labels);
    put(state, [("target", Data::Text(target)), ("discovered", discovered)])
}

/// `tests.execute`: runs them, with the expectations that speak of them. One of a scenario that does not exist stays, and
/// fails.
pub fn execute(payload: &Data, state: &mut Data) -> Result<(), Problem> {
    let (whole, part, _) = selected(payload)?;
    let expected = match payload.get("expectations") {
        None => Vec::new(),
        Some(expectations) => config::expectations(expectations)?,
    };
    let named = |suite: &Suite, name: &str| suite.scenarios.iter().any(|scenario| scenario.name == name);
    let expected: Vec<_> =
        expected.into_iter().filter(|e| named(&part, &e.scenario) || !named(&whole, &e.scenario)).collect();
    let run = expectation::test(&part, &expected)?;
    let results = Data::map(run.outcomes.by_id.iter().map(|(id, outcome)| {
        let parts = [("passed", Data::Bool(outcome.passed)), ("details", outcome.details.clone())];
        (id.as_str(), Data::map(parts))
    }));
    put(state, [("results", results), ("test_run_hash", Data::Text(run.hash))])
}

/// `tests.report`: how many passed, which failed. The report stays where it is bad news.
pub fn report(state: &mut Data) -> Result<(), Problem> {
    let Some(Data::Map(results)) = tests(state, "results") else {
        return Err(Problem::new(Kind::InvalidInput, "the state has no results of tests to report"));
    };
    let failed: Vec<&str> = results
        .iter()
        .filter(|(_, result)| result.get("passed") != Some(&Data::Bool(true)))
        .map(|(id, _)| id.as_str())
        .collect();
    let (total, passed) = (results.len(), results.len().saturating_sub(failed.len()));
    let good = total > 0 && failed.is_empty();
    let report = Data::map([
        ("total", Data::count(total)),
        ("passed", Data::count(passed)),
        ("failed", Data::texts(failed.iter().copied())),
        ("verdict", Data::text(if good { "pass" } else { "fail" })),
    ]);
    let problem = match (total, failed.as_slice()) {
        (0, _) => Some(Problem::new(Kind::NoExpectations, "nothing was expected, so nothing was tested")),
        (_, []) => None,
        (_, failed) => {
            let message = format!("{} of {total} expectations do not hold: `{}`", failed.len(), failed.join("`, `"));
            Some(Problem::new(Kind::TestsFailed, message))
        }
    };
    put(state, [("report", report)])?;
    problem.map_or(Ok(()), |problem| Err(Problem { keeps: true, ..problem }))
}
