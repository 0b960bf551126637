//! `provost registry discover`: the services of which a condition is true, and those of which nobody knows.
//!
//! The condition becomes the one constraint of a route that joins the package for this question. So it is checked as every
//! condition is, and why a service is not found is told as decisions tell it.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Place, about, count, line};
use crate::base::Name;
use crate::cli::args::Format;
use crate::cli::decide::{self, Ready};
use crate::cli::inputs;
use crate::cli::shell::{Failure, Opened, Shell, Verdict};
use crate::eval::Truth;
use crate::explain::miss::miss;
use crate::facts::{Inputs, Request, Signals};
use crate::package::{self, Joined, Registered};
use crate::registry::published;
use crate::route;
use crate::route::decision::Failure as Failed;
use crate::value::Value;

/// The names of the request type and the route that are joined to the package.
const REQUEST: &str = "RegistryDiscovery";
const ROUTE: &str = "registry_discovery";
/// A condition, for whoever wrote none.
const EXAMPLE: &str = r#"`"chat" in service.capabilities and service.latency <= 200ms`"#;
/// The name of the source that holds them; the condition begins its third line, so that an excerpt shows nothing else.
const SOURCE: &str = "(condition)";

/// Runs it; nothing found is a definite no.
pub fn run(shell: &Shell, expression: &str, trait_: Option<&str>, now: Option<&str>) -> Result<Verdict, Failure> {
    let help = format!("\n  help: write one, as in {EXAMPLE}");
    if expression.trim().is_empty() {
        return Err(Failure::Usage(format!("the condition is empty{help}")));
    }
    let place = Place::meant(shell)?;
    let now = inputs::now(shell, now)?;
    let of_manifest = place.entry.as_ref().and_then(|entry| entry.trait_.as_ref()).map(|entry| &*entry.text);
    let Some(wanted) = trait_.or(of_manifest) else {
        let help = "name it with `--trait TRAIT`, or write it into `[registry]` of the manifest";
        return Err(Failure::Usage(format!("the trait of the services that are meant is needed\n  help: {help}")));
    };
    let (name, text) = place.published(shell)?;
    let snapshot = published::read(&text).map_err(|damage| super::damaged(&name, &damage.to_string()))?.snapshot;
    let sources = vec![(SOURCE.to_owned(), source(wanted, expression))];
    let joined = Joined { published: Some((name, text)), sources, ..Joined::default() };
    let package = package::open_with(&shell.disk, &place.dir, Registered::Joined(&joined));
    let opened = shell.sound(Opened { package, dir: place.dir })?;
    alone(&opened)?;
    let ready = Ready::new(opened.package);
    let request = Request { ty: Name::from(REQUEST), value: Value::Record(Vec::new().into()) };
    let inputs = Inputs { request, signals: Signals::default(), now };
    let decision = route::decide(&ready.plan, ROUTE, &inputs).map_err(decide::failure)?;
    let role = ready.plan.policy.routes.get(ROUTE).and_then(|route| route.roles.first());
    let trait_ = role.map_or_else(|| Name::from(wanted), |role| role.trait_.clone());
    let against: BTreeMap<&str, &[Failed]> =
        decision.rejected.iter().map(|rejected| (&*rejected.service, rejected.by.as_slice())).collect();
    let (mut found, mut unknown, mut not) = (Vec::new(), Vec::new(), Vec::new());
    for (name, service) in ready.plan.services.iter().filter(|(name, _)| snapshot.services.contains_key(*name)) {
        if !service.traits.contains(&trait_) {
            continue;
        }
        match against.get(&**name) {
            None => found.push(name),
            Some(by) if by.iter().all(|failed| failed.verdict == Truth::Unknown) => unknown.push((name, *by)),
            Some(by) => not.push((name, *by)),
        }
    }
    match shell.format {
        Format::Json => {
            let told = |(name, by): &(&Name, &[Failed])| {
                let missing: Vec<String> = by.iter().flat_map(|f| &f.missing).map(ToString::to_string).collect();
                json!({ "name": &***name, "why": why(by), "missing": missing })
            };
            let document = json!({
                "schema": "provost.registry-discovery/1",
                "snapshot": about(&snapshot),
                "condition": expression,
                "trait": &*trait_,
                "found": found.iter().map(|name| &***name).collect::<Vec<_>>(),
                "unknown": unknown.iter().map(told).collect::<Vec<Json>>(),
                "not": not.iter().map(told).collect::<Vec<Json>>(),
            });
            shell.out(&format!("{document:#}"))?;
        }
        Format::Text => {
            let mut text: String = found.iter().map(|name| format!("{name}\n")).collect();
            for (title, rows) in [("unknown", &unknown), ("not", &not)] {
                for (name, by) in rows {
                    text.push_str(&format!("{title}: `{name}`: {}\n", why(by)));
                }
            }
            let all = found.len() + unknown.len() + not.len();
            text.push_str(&format!("{} of {} found\n", found.len(), count(all, "service")));
            shell.out(&format!("{text}{}", line(&snapshot)))?;
        }
    }
    Ok(if found.is_empty() { Verdict::No } else { Verdict::Yes })
}

/// The route that asks.
fn source(trait_: &str, expression: &str) -> String {
    format!(
        "request {REQUEST} {{}} route {ROUTE} for {REQUEST} {{ found: {trait_}? require condition:\n\n{expression}\n\n}}\n"
    )
}

/// Refuses a text that is more than one condition.
fn alone(opened: &Opened) -> Result<(), Failure> {
    let sources = &opened.package.sources;
    let file = sources.iter().find(|(_, file)| &*file.name == SOURCE).map(|(id, _)| id);
    let joined = opened.package.program.items.iter().filter(|item| Some(item.item.span.file) == file).count();
    let constraints = opened.package.policy.routes.get(ROUTE).map_or(0, |route| {
        let own = route.constraints.iter().filter(|constraint| !constraint.rule).count();
        own + route.roles.len() + route.outputs.len() + route.scores.len()
    });
    if joined == 2 && constraints == 2 {
        return Ok(());
    }
    Err(Failure::Usage(format!("what is asked for is no single condition\n  help: write one, as in {EXAMPLE}")))
}

fn why(by: &[Failed]) -> String {
    let word = |failed: &Failed| {
        let told = miss(failed).with_distance();
        told.strip_prefix("unknown: ").map(str::to_owned).unwrap_or(told)
    };
    by.iter().map(word).collect::<Vec<_>>().join("; ")
}
