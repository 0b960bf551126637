//! From the command line to the inputs of a decision.

use super::args::InputArgs;
use super::caller::{self, Stated};
use super::data;
use super::shell::{Failure, Shell};
use crate::base::{Instant, Name, Sources};
use crate::data::{Kind, Node};
use crate::diag::Diagnostic;
use crate::facts::signals::Environment;
use crate::facts::{self, Inputs, Request, Signals, body};
use crate::ir::{Policy, Services};
use crate::journal::Unread;
use crate::package::Package;
use crate::plan::Plan;
use crate::world::{World as _, shown};

/// What was read of a request: one that fits its type, or what is wrong with it.
#[derive(Debug)]
pub enum Read {
    /// The inputs of a decision.
    Inputs(Inputs),
    /// The request does not fit; the rest of the inputs does.
    Invalid {
        /// The fields at fault and the messages.
        refusals: Vec<(String, String)>,
        /// The diagnostics, already in order.
        diagnostics: Vec<Diagnostic>,
        /// The instant.
        now: Instant,
        /// The signals.
        signals: Signals,
        /// The request as it came.
        unread: Unread,
        /// The files the diagnostics point into.
        sources: Sources,
    },
}

/// Reads request, signals and time for a route. Bad signals are wrong input; a bad request is a decision of its own.
pub fn read(shell: &Shell, plan: &Plan, package: &Package, route: &str, args: &InputArgs) -> Result<Read, Failure> {
    let Some(declared) = plan.policy.routes.get(route) else {
        let known = plan.policy.routes.keys().map(|n| &**n);
        return Err(Failure::Usage(shell.unknown("route", route, known)));
    };
    let mut sources = Sources::default();
    let signals = signals(shell, plan, &package.environment, args, &mut sources)?;
    let now = now(shell, args.now.as_deref())?;
    let (decoded, unread) = request(shell, plan, package, &declared.request, args, now, &mut sources)?;
    match decoded {
        Ok(request) => Ok(Read::Inputs(Inputs { request, signals, now })),
        Err(mut diagnostics) => {
            crate::diag::print::sort(&mut diagnostics, &sources);
            let refusals = facts::request::refusals(&diagnostics);
            Ok(Read::Invalid { refusals, diagnostics, now, signals, unread, sources })
        }
    }
}

/// The instant that was named, or the present.
pub fn now(shell: &Shell, text: Option<&str>) -> Result<Instant, Failure> {
    match text {
        None => Ok(shell.disk.now()?),
        Some(text) => {
            let day = text.parse::<crate::base::Date>().map(crate::base::Date::start);
            text.parse::<Instant>().or(day).map_err(|e| {
                Failure::Usage(format!("`--now {text}` is no instant: {e}\n  help: write it as `2026-11-21T00:00:00Z`"))
            })
        }
    }
}

type Decoded<T> = Result<T, Vec<Diagnostic>>;

fn request(
    shell: &Shell,
    plan: &Plan,
    package: &Package,
    request_type: &Name,
    args: &InputArgs,
    now: Instant,
    sources: &mut Sources,
) -> Result<(Decoded<Request>, Unread), Failure> {
    let mut unread = Unread { name: String::new(), text: String::new(), set: assignments(&args.set)?, caller: None };
    let mut node = match &args.request {
        Some(path) => {
            (unread.name, unread.text) = (shown(path), shell.read(path)?);
            let file = sources.add(unread.name.as_str(), unread.text.as_str());
            let node = data::read(shell, file, sources)?;
            match &args.request_adapter {
                None => node,
                Some(adapter) => {
                    let node = translated(shell, plan, request_type, adapter, &node, sources)?;
                    // A log keeps the request as it was decided, so that it is read again without the adapter.
                    (unread.name, unread.text) = ("request.json".to_owned(), node.to_json());
                    node
                }
            }
        }
        None => {
            let file = sources.add("(no request)", "");
            Node { kind: Kind::Map(Vec::new()), span: crate::base::Span::new(file, 0, 0) }
        }
    };
    let stated = Stated { request_type, node: &node, set: &unread.set };
    unread.caller = caller::facts(shell, plan, package, stated, &args.caller, now)?;
    if let Some(facts) = &unread.caller {
        node = facts::set::with_caller(node, facts, sources);
    }
    let decoded = facts::set::request(&plan.policy, &plan.services, request_type, node, &unread.set, sources);
    Ok((decoded, unread))
}

/// A request of a foreign shape as the package's own type is written. One that cannot be translated is wrong input and no
/// request, so nothing is decided about it.
fn translated(
    shell: &Shell,
    plan: &Plan,
    request_type: &Name,
    adapter: &str,
    node: &Node,
    sources: &Sources,
) -> Result<Node, Failure> {
    if adapter != body::ADAPTER {
        let help = format!("there is `{}`", body::ADAPTER);
        return Err(Failure::Usage(format!("`{adapter}` is no adapter of requests\n  help: {help}")));
    }
    body::read(node, &plan.policy, &plan.services, request_type).map_err(|mut found| {
        crate::diag::print::sort(&mut found, sources);
        shell.diagnostics(&found, sources).err().unwrap_or(Failure::Wrong)
    })
}

/// `FIELD=VALUE`, each.
pub fn assignments(set: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let split = |text: &String| {
        text.split_once('=').map(|(field, value)| (field.to_owned(), value.to_owned())).ok_or_else(|| {
            Failure::Usage(format!(
                "`--set {text}` is not of the form `FIELD=VALUE`\n  help: as in `--set region=eu_west`"
            ))
        })
    };
    set.iter().map(split).collect()
}

/// The signals of the file that was named, and those that the package reads from the environment.
fn signals(
    shell: &Shell,
    plan: &Plan,
    environment: &Environment,
    args: &InputArgs,
    sources: &mut Sources,
) -> Result<Signals, Failure> {
    let said = |found: Vec<Diagnostic>, sources: &Sources| {
        shell.diagnostics(&found, sources)?;
        Err(Failure::Wrong)
    };
    let mut signals = match &args.signals {
        None => Signals::default(),
        Some(path) => {
            let file = sources.add(shown(path), shell.read(path)?);
            let node = data::read(shell, file, sources)?;
            let twice = facts::signals::stated_twice(&node, environment);
            if !twice.is_empty() {
                return said(twice, sources);
            }
            match facts::signals::signals(&plan.policy, &plan.services, &node) {
                Ok(signals) => signals,
                Err(found) => return said(found, sources),
            }
        }
    };
    match of_environment(&plan.policy, &plan.services, environment, sources) {
        Ok(more) => signals.values.extend(more.values),
        Err(found) => return said(found, sources),
    }
    Ok(signals)
}

/// The signals that the environment of this process states, read once.
pub fn of_environment(
    policy: &Policy,
    services: &Services,
    environment: &Environment,
    sources: &mut Sources,
) -> Result<Signals, Vec<Diagnostic>> {
    facts::signals::environment(policy, services, environment, variable, sources)
}

/// A variable of the environment of this process; what is no text in it stays recognisably none.
pub fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|text| text.to_string_lossy().into_owned())
}
