//! Scenarios and suites: missions rehearsed from a first state, and the hashes of what they came to.

use std::collections::BTreeMap;

use super::classic::{self, Params};
use super::data::Data;
use super::engine::{self, Humans};
use super::problem::Problem;
use super::result;
use super::spelling::stable_digest;

/// A call of a mission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The mission.
    pub mission: String,
    /// Its parameters.
    pub params: Params,
}

/// Missions that all begin with the same state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// The state that each mission begins with.
    pub state: Data,
    /// The missions in order.
    pub calls: Vec<Call>,
}

/// Scenarios under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// Its name, which no hash covers.
    pub name: String,
    /// The scenarios; of two with one name the last counts.
    pub scenarios: Vec<Scenario>,
}

/// What a scenario came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioRun {
    /// Its name.
    pub name: String,
    /// Every call with its result, in order, none lost.
    pub calls: Vec<(String, Data)>,
    /// The hash of the results by name.
    pub hash: String,
}

/// What a suite came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuiteRun {
    /// The suite's name.
    pub name: String,
    /// The scenarios by name.
    pub scenarios: BTreeMap<String, ScenarioRun>,
    /// The hash of all of them.
    pub hash: String,
}

/// Rehearses a scenario: human steps are recorded, and nobody is asked.
pub fn scenario(scenario: &Scenario) -> Result<ScenarioRun, Problem> {
    let mut calls = Vec::new();
    for call in &scenario.calls {
        let checked = classic::mission(&call.mission, &call.params)?.check()?;
        let first = checked.begin(scenario.state.clone())?;
        let run = engine::run(&checked, first, Humans::Recorded)?;
        calls.push((call.mission.clone(), result::classic(&checked, &run)));
    }
    let mut run = ScenarioRun { name: scenario.name.clone(), calls, hash: String::new() };
    run.hash = stable_digest(&run.by_name());
    Ok(run)
}

/// Rehearses a suite.
pub fn suite(suite: &Suite) -> Result<SuiteRun, Problem> {
    let mut scenarios = BTreeMap::new();
    for one in &suite.scenarios {
        scenarios.insert(one.name.clone(), scenario(one)?);
    }
    let mut run = SuiteRun { name: suite.name.clone(), scenarios, hash: String::new() };
    run.hash = stable_digest(&run.covered());
    Ok(run)
}

impl ScenarioRun {
    /// The results by the name of the mission: of two calls of one mission the last, as the hashes have it.
    pub fn by_name(&self) -> Data {
        Data::map(self.calls.iter().map(|(mission, result)| (mission.as_str(), result.clone())))
    }

    /// The result of a mission, if it was called.
    pub fn result(&self, mission: &str) -> Option<&Data> {
        self.calls.iter().rev().find(|(name, _)| name == mission).map(|(_, result)| result)
    }

    fn metadata(&self) -> Data {
        Data::map([("scenario_name", Data::text(&*self.name)), ("scenario_hash", Data::text(&*self.hash))])
    }

    fn covered(&self) -> Data {
        Data::map([
            ("mission_results", self.by_name()),
            ("metadata", self.metadata()),
            ("scenario_name", Data::text(&*self.name)),
        ])
    }

    /// The result as data.
    pub fn data(&self) -> Data {
        Data::map([
            ("schema_version", Data::text("scenario_result@1")),
            ("scenario_name", Data::text(&*self.name)),
            ("mission_results", self.by_name()),
            ("metadata", self.metadata()),
        ])
    }
}

impl SuiteRun {
    /// What the hash of the suite covers.
    pub fn covered(&self) -> Data {
        Data::map(self.scenarios.iter().map(|(name, run)| (name.as_str(), run.covered())))
    }

    /// The name and the hash.
    pub fn metadata(&self) -> Data {
        Data::map([("suite_name", Data::text(&*self.name)), ("suite_hash", Data::text(&*self.hash))])
    }

    /// The result as data.
    pub fn data(&self) -> Data {
        let scenarios = self.scenarios.iter().map(|(name, run)| (name.as_str(), run.data()));
        Data::map([
            ("suite_name", Data::text(&*self.name)),
            ("scenario_results", Data::map(scenarios)),
            ("metadata", self.metadata()),
        ])
    }
}
