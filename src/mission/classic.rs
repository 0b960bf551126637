//! The missions of the predecessor by name, in the shape that its suites and hashes speak of.
//!
//! A workflow that is built here has steps that are only named: scenarios rehearse it, and nobody is asked. The missions that
//! do the work are in `rules/missions/`.

use std::collections::BTreeMap;

use super::data::Data;
use super::problem::{Kind, Problem};
use super::workflow::{HUMAN_STEPS, STEPS, Step, Workflow};

/// The missions that a scenario can call.
pub const MISSIONS: [&str; 4] = ["daily_loop", "echo", "noop", "run_tests"];

/// The parameters of a mission.
pub type Params = BTreeMap<String, Data>;

/// The steps that a daily loop has behind the confirmation.
const DAILY: [(&str, &str); 4] = [
    ("daily-summarise-yesterday", "Summarise yesterday's activities"),
    ("daily-generate-priorities", "Generate today's priorities"),
    ("daily-log-summary", "Log daily summary"),
    ("daily-archive", "Archive completed items"),
];

/// Builds a workflow of a type from parameters.
pub fn build(kind: &str, params: &Params) -> Result<Workflow, Problem> {
    match kind {
        "daily_loop" => daily_loop(params),
        "run_tests" => run_tests_plan(params),
        _ => {
            let message = format!("there is no type of workflow `{kind}`; there are `daily_loop` and `run_tests`");
            Err(Problem::new(Kind::InvalidValue, message))
        }
    }
}

/// The workflow of a mission that is called by name.
pub fn mission(name: &str, params: &Params) -> Result<Workflow, Problem> {
    match name {
        "daily_loop" => daily_loop(params),
        "run_tests" => run_tests(params),
        "echo" | "noop" => {
            let payload = [
                ("mission_type", Data::text(name)),
                ("operation", Data::text("mission")),
                ("params", Data::Map(params.clone())),
            ];
            let step = Step::runtime(&format!("{name}-execute"), Data::map(payload));
            Ok(Workflow { id: format!("wf-{name}"), steps: vec![step], metadata: BTreeMap::new() })
        }
        _ => {
            let message = format!("there is no mission `{name}`; there are `{}`", MISSIONS.join("`, `"));
            Err(Problem::new(Kind::UnknownMission, message))
        }
    }
}

fn metadata(kind: &str, params: &Params) -> BTreeMap<String, Data> {
    BTreeMap::from([("mission_type".to_owned(), Data::text(kind)), ("params".to_owned(), Data::Map(params.clone()))])
}

/// A whole number among the parameters, at most `most`.
fn number(params: &Params, key: &str, otherwise: usize, most: usize) -> Result<usize, Problem> {
    match params.get(key) {
        None => Ok(otherwise),
        Some(Data::Integer(text)) if text.starts_with('-') => Ok(0),
        Some(Data::Integer(text)) => Ok(text.parse().unwrap_or(most).min(most)),
        Some(other) => {
            let message = format!("`{key}` is {}, and a whole number is needed", other.kind());
            Err(Problem::new(Kind::InvalidParams, message))
        }
    }
}

fn described(id: &str, description: String) -> Step {
    let payload = [("description", Data::Text(description)), ("operation", Data::text("noop"))];
    Step::runtime(id, Data::map(payload))
}

fn daily_loop(params: &Params) -> Result<Workflow, Problem> {
    let wanted = number(params, "requested_steps", 4, STEPS)?;
    let human = number(params, "requested_human_steps", 1, HUMAN_STEPS)?;
    let mut steps = Vec::new();
    if human > 0 {
        let payload = Data::map([("description", Data::text("Confirm today's priorities"))]);
        steps.push(Step { id: "daily-confirm-priorities".to_owned(), kind: "human".to_owned(), payload });
    }
    let left = wanted.saturating_sub(steps.len());
    steps.extend(DAILY.iter().take(left).map(|(id, description)| described(id, (*description).to_owned())));
    if steps.is_empty() {
        steps.push(described("daily-noop", "Daily placeholder".to_owned()));
    }
    Ok(Workflow { id: "wf-daily-loop".to_owned(), steps, metadata: metadata("daily_loop", params) })
}

fn target(params: &Params) -> Result<String, Problem> {
    match params.get("target") {
        None => Ok("all".to_owned()),
        Some(Data::Text(target)) => Ok(target.clone()),
        Some(other) => {
            let message = format!("`target` is {}, and a text is needed", other.kind());
            Err(Problem::new(Kind::InvalidParams, message))
        }
    }
}

fn run_tests_plan(params: &Params) -> Result<Workflow, Problem> {
    let target = target(params)?;
    let steps = vec![
        described("tests-discover", format!("Discover tests in {target}")),
        described("tests-execute", format!("Execute tests for {target}")),
        described("tests-report", "Generate test report".to_owned()),
    ];
    let mut metadata = metadata("run_tests", params);
    metadata.insert("type".to_owned(), Data::text("run_tests"));
    Ok(Workflow { id: "wf-run-tests".to_owned(), steps, metadata })
}

/// The mission that runs tests: the suite and what is expected of it are parameters.
fn run_tests(params: &Params) -> Result<Workflow, Problem> {
    let target = Data::Text(target(params)?);
    let part = |key: &str| params.get(key).map(|value| (key.to_owned(), value.clone()));
    let step = |id: &str, keys: &[&str]| {
        let named = [("operation".to_owned(), Data::text(id.replacen('-', ".", 1)))];
        let with_target = (!keys.is_empty()).then(|| ("target".to_owned(), target.clone()));
        let parts = keys.iter().filter_map(|key| part(key));
        Step::runtime(id, Data::map(named.into_iter().chain(with_target).chain(parts)))
    };
    let steps = vec![
        step("tests-discover", &["suite"]),
        step("tests-execute", &["suite", "expectations"]),
        step("tests-report", &[]),
    ];
    let only_target = BTreeMap::from([("target".to_owned(), target.clone())]);
    Ok(Workflow { id: "wf-run-tests".to_owned(), steps, metadata: metadata("run_tests", &only_target) })
}
