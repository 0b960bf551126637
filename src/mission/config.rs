//! Suites and expectations from data. A key that means nothing is an error: it is a slip, and would test nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::data::Data;
use super::expectation::{Expectation, Op};
use super::problem::{Kind, Problem};
use super::scenario::{Call, Scenario, Suite};

fn wrong(message: impl Into<String>) -> Problem {
    Problem::new(Kind::Config, message)
}

/// A map whose keys are all known.
struct Entries<'d> {
    what: String,
    map: &'d BTreeMap<String, Data>,
}

impl<'d> Entries<'d> {
    fn of(data: &'d Data, what: impl Into<String>, keys: &[&str]) -> Result<Self, Problem> {
        let what = what.into();
        let map = data.as_map().ok_or_else(|| wrong(format!("{what} is {}, and a map is needed", data.kind())))?;
        match map.keys().find(|key| !keys.contains(&key.as_str())) {
            Some(key) => Err(wrong(format!("{what} has no field `{key}`; there are `{}`", keys.join("`, `")))),
            None => Ok(Self { what, map }),
        }
    }

    fn get(&self, key: &str) -> Result<&'d Data, Problem> {
        self.map.get(key).ok_or_else(|| wrong(format!("{} has no `{key}`", self.what)))
    }

    fn needs(&self, key: &str, found: &Data, needed: &str) -> Problem {
        wrong(format!("`{key}` of {} is {}, and {needed} is needed", self.what, found.kind()))
    }

    fn text(&self, key: &str) -> Result<String, Problem> {
        let found = self.get(key)?;
        found.as_text().map(str::to_owned).ok_or_else(|| self.needs(key, found, "a text"))
    }

    fn list(&self, key: &str) -> Result<&'d [Data], Problem> {
        let found = self.get(key)?;
        found.as_list().ok_or_else(|| self.needs(key, found, "a list"))
    }
}

/// Reads a suite.
pub fn suite(data: &Data) -> Result<Suite, Problem> {
    let entries = Entries::of(data, "the suite", &["suite_name", "scenarios"])?;
    let (name, scenarios) = (entries.text("suite_name")?, entries.list("scenarios")?);
    Ok(Suite { name, scenarios: scenarios.iter().map(scenario).collect::<Result<_, _>>()? })
}

/// Reads a scenario.
pub fn scenario(data: &Data) -> Result<Scenario, Problem> {
    let entries = Entries::of(data, "a scenario", &["scenario_name", "initial_state", "missions"])?;
    let (name, state) = (entries.text("scenario_name")?, entries.get("initial_state")?);
    if state.as_map().is_none() {
        return Err(entries.needs("initial_state", state, "a map"));
    }
    let calls = entries.list("missions")?.iter().map(call).collect::<Result<_, _>>()?;
    Ok(Scenario { name, state: state.clone(), calls })
}

fn call(data: &Data) -> Result<Call, Problem> {
    let entries = Entries::of(data, "a mission", &["name", "params"])?;
    let mission = entries.text("name")?;
    let params = match entries.map.get("params") {
        None | Some(Data::Null) => BTreeMap::new(),
        Some(Data::Map(params)) => params.clone(),
        Some(other) => return Err(entries.needs("params", other, "a map")),
    };
    Ok(Call { mission, params })
}

/// Reads what is expected.
pub fn expectations(data: &Data) -> Result<Vec<Expectation>, Problem> {
    let entries = Entries::of(data, "what is expected", &["expectations"])?;
    let read = entries.list("expectations")?.iter().map(expectation).collect::<Result<Vec<_>, _>>()?;
    let mut seen = BTreeSet::new();
    match read.iter().find(|e| !seen.insert(e.id.as_str())) {
        Some(twice) => Err(Problem::new(Kind::InvalidValue, format!("two expectations have the id `{}`", twice.id))),
        None => Ok(read),
    }
}

/// Reads one expectation.
pub fn expectation(data: &Data) -> Result<Expectation, Problem> {
    let keys = ["id", "scenario_name", "mission_name", "path", "op", "expected"];
    let entries = Entries::of(data, "an expectation", &keys)?;
    let word = entries.text("op")?;
    let Some((_, op)) = Op::ALL.iter().find(|(known, _)| *known == word) else {
        let known: Vec<&str> = Op::ALL.iter().map(|(word, _)| *word).collect();
        return Err(wrong(format!("`{word}` is no operator; there are `{}`", known.join("`, `"))));
    };
    Ok(Expectation {
        id: entries.text("id")?,
        scenario: entries.text("scenario_name")?,
        mission: entries.text("mission_name")?,
        path: entries.text("path")?,
        op: *op,
        expected: entries.map.get("expected").cloned().unwrap_or(Data::Null),
    })
}
