//! One function per suite: the only file here that knows the stages.

use std::fs;
use std::path::Path;

use provost::base::{Instant, Name, Sources};
use provost::data::{self, Node};
use provost::diag::Diagnostic;
use provost::facts::{Inputs, Signals, request, signals};
use provost::lint::{self, Settings};
use provost::route::{self, Decision, decision::Problem};
use provost::suite::Suite;
use provost::world::MemoryWorld;
use provost::{package, syntax};

use super::{Case, Outcome};

/// Parses every source of the case and compares what is found with the `expect` comments.
pub fn syntax(case: &Case) -> Outcome {
    let mut sources = Sources::default();
    let mut diagnostics = Vec::new();
    for path in case.inputs().iter().filter(|path| path.extension().is_some_and(|end| end == "provost")) {
        let name = path.to_string_lossy().replace('\\', "/");
        let text = case.read(&name).ok_or_else(|| format!("{name} is not text"))?;
        let file = sources.add(&*name, &*text);
        diagnostics.extend(syntax::parse(file, &text).diagnostics);
    }
    case.expect(&diagnostics, &sources)
}

/// Checks the package and compares what is found with the `expect` comments. A `request.json` or `signals.json` in the
/// folder is read against the package too; the request's type is named in `request`. A file `prelude` names a source in
/// `docs/preludes/` that belongs to the package.
pub fn check(case: &Case) -> Outcome {
    let mut package = package::open(&with_prelude(case)?, Path::new("."));
    let mut read = |name: &str| -> Option<Node> {
        let text = case.read(name)?;
        let file = package.sources.add(name, &*text);
        data::read(file, name, &text).map_err(|found| package.diagnostics.extend(found)).ok()
    };
    let (request, signals) = (read("request.json"), read("signals.json"));
    let ty: Name = case.word("request").unwrap_or_default().into();
    let refused = request.and_then(|node| request::request(&package.policy, &package.services, &ty, &node).err());
    package.diagnostics.extend(refused.unwrap_or_default());
    let refused = signals.and_then(|node| signals::signals(&package.policy, &package.services, &node).err());
    package.diagnostics.extend(refused.unwrap_or_default());
    case.expect(&package.diagnostics, &package.sources)
}

/// Runs the tests of the package and compares what is not met with the `expect` comments. A file `prelude` names a source in
/// `docs/preludes/` that belongs to the package.
pub fn suite(case: &Case) -> Outcome {
    let package = package::open(&with_prelude(case)?, Path::new("."));
    if !package.is_sound() {
        return Err(messages(&package.diagnostics));
    }
    let suite = Suite::new(&package.policy, &package.services, package.tests, false);
    let found = (0..suite.tests().len()).filter_map(|number| suite.run(number)).flat_map(|report| report.diagnostics());
    case.expect(&found.collect::<Vec<_>>(), &package.sources)
}

/// Translates the foreign rules in `rules.yaml` into source text of the package `rules/caio`, or reads the foreign request in
/// `request.yaml` for it, and compares what is found with the `expect` comments.
pub fn import(case: &Case) -> Outcome {
    let mut sources = Sources::default();
    if let Some(text) = case.read("rules.yaml") {
        sources.add("rules.yaml", &*text);
        let (_, _, found) = crate::vectors::caio::rules::translated("rules.yaml", &text, "caio");
        return case.expect(&found, &sources);
    }
    let text = case.read("request.yaml").ok_or("there is neither `rules.yaml` nor `request.yaml`")?;
    let file = sources.add("request.yaml", &*text);
    let node = data::read(file, "request.yaml", &text).map_err(|found| messages(&found))?;
    case.expect(&crate::vectors::caio::rules::asked(&node).err().unwrap_or_default(), &sources)
}

/// The world of a case, with the prelude that it names.
fn with_prelude(case: &Case) -> Result<MemoryWorld, String> {
    let world = case.world();
    let Some(prelude) = case.word("prelude") else { return Ok(world) };
    let name = format!("{prelude}.provost");
    let text = fs::read(crate::house::root().join("docs/preludes").join(&name));
    Ok(world.with(name, text.map_err(|error| format!("prelude: {error}"))?))
}

/// Decides `request.json` on the route named in `route` with `signals.json`, at the instant in `now`, and compares with
/// `decision.snap`. A file `package` names the folder of the package, where it is not the case itself.
pub fn decide(case: &Case) -> Outcome {
    let folder = case.word("package").unwrap_or_else(|| ".".to_owned());
    let mut package = package::open(&case.world(), Path::new(&folder));
    case.expect(&package.diagnostics, &package.sources)?;
    let route: Name = case.word("route").ok_or("the case names no `route`")?.into();
    let (policy, services) = (package.policy.clone(), package.services.clone());
    let plan = provost::plan::plan(policy.into(), services.into());
    let ty = plan.policy.routes.get(&route).map(|r| r.request.clone()).ok_or(format!("there is no route `{route}`"))?;
    let mut node = |name: &str| -> Result<Option<Node>, String> {
        let Some(text) = case.read(name) else { return Ok(None) };
        let file = package.sources.add(name, &*text);
        data::read(file, name, &text).map(Some).map_err(|found| messages(&found))
    };
    let asked = node("request.json")?.ok_or("the case has no `request.json`")?;
    let signals = match node("signals.json")? {
        Some(stated) => signals::signals(&plan.policy, &plan.services, &stated).map_err(|found| messages(&found))?,
        None => Signals::default(),
    };
    let now: Instant = case.word("now").as_deref().unwrap_or(super::NOW).parse().map_err(|e| format!("now: {e}"))?;
    let decision = match request::request(&plan.policy, &plan.services, &ty, &asked) {
        Ok(request) => route::decide(&plan, &route, &Inputs { request, signals, now }).map_err(|e| e.to_string())?,
        Err(found) => {
            let problem = |(field, message): (String, String)| Problem { field: Some(field), message, at: None };
            let problems = request::refusals(&found).into_iter().map(problem).collect();
            Decision::invalid(&plan, route, problems, now)
        }
    };
    case.snapshot("decision", &format!("{:#}", route::json::decision(&decision)));
    Ok(())
}

fn messages(found: &[Diagnostic]) -> String {
    found.iter().map(|d| d.message.clone()).collect::<Vec<_>>().join("\n")
}

/// Explains the same decision in words, and compares with `explanation.snap`.
pub fn explain(_case: &Case) -> Outcome {
    Err("this suite does not run yet".to_owned())
}

/// `input.provost` in its canonical form, and which of its lines are left because they are no item.
pub fn fmt(case: &Case) -> Outcome {
    let text = case.read("input.provost").ok_or("there is no file `input.provost`")?;
    let formatted = provost::fmt::format(&text);
    let line = |at: usize| text[..at].lines().count().max(1);
    let left: Vec<String> = formatted
        .left
        .iter()
        .map(|range| format!("left: lines {} to {}\n", line(range.start + 1), line(range.end)))
        .collect();
    case.snapshot("formatted", &format!("{}{}", left.concat(), formatted.text));
    Ok(())
}

/// Lints the package with the lints named in `lints`, or with all at their levels where there is no such file, and compares
/// what is found with the `expect` comments. The time is that of every case.
pub fn lint(case: &Case) -> Outcome {
    let package = package::open(&case.world(), Path::new("."));
    if !package.is_sound() {
        return Err(messages(&package.diagnostics));
    }
    let names = case.read("lints");
    let (settings, wrong) = lint::settings::read(package.lints.as_ref());
    let settings = match &names {
        Some(names) => Settings::only(&names.split_whitespace().collect::<Vec<_>>()),
        None => settings,
    };
    let now: Instant = super::NOW.parse().map_err(|e| format!("{e}"))?;
    let mut found = lint::lint(&package, &settings, now);
    found.extend(wrong);
    case.expect(&found, &package.sources)
}
