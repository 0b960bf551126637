//! `provost diff`: two versions of a package side by side, and what their difference does to requests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::args::{CallerArgs, DiffArgs, DiffLevel, InputArgs, Report};
use super::decide::{self, Ready};
use super::inputs::{self, Read};
use super::shell::{Failure, Shell, Verdict};
use super::{log, revision};
use crate::base::{Instant, Name};
use crate::diag::Diagnostic;
use crate::diag::print::Findings;
use crate::diff::{self, Change, Level};
use crate::journal::replay::{again, brief, reason};
use crate::package::{self, Package};
use crate::route;
use crate::route::decision::{Decision, Problem};
use crate::world::{World, shown};

/// The packages of one version, by name.
type Version = BTreeMap<Name, Package>;

/// Compares both versions.
pub fn run(shell: &Shell, args: &DiffArgs) -> Result<Verdict, Failure> {
    let now = inputs::now(shell, args.now.as_deref())?;
    let old = version(shell, Some(&args.old))?;
    let new = version(shell, args.new.as_deref())?;
    let level = match args.level {
        DiffLevel::Contract => Level::Contract,
        DiffLevel::Decision => Level::Decision,
        DiffLevel::Source => Level::Source,
    };
    let pairs = paired(old, new);
    let mut all = Vec::new();
    let mut found = Vec::new();
    for (name, old, new) in &pairs {
        let mut changes = diff::compare(old, new, now);
        if pairs.len() > 1 {
            changes.iter_mut().for_each(|change| change.package = name.clone());
        }
        found.push(diff::diagnostics(&changes, level, &new.sources));
        all.extend(changes);
    }
    let breaks = all.iter().any(|change| change.breaks(level));
    match shell.report {
        Report::Text | Report::Json => {}
        _ => {
            let findings: Vec<Findings> = pairs
                .iter()
                .zip(&found)
                .map(|((_, _, new), found)| Findings { diagnostics: found, sources: &new.sources })
                .collect();
            shell.findings(&findings, &[])?;
        }
    }
    let rerouted = requests(shell, args, now, pairs, &all)?;
    match shell.report {
        Report::Text => {
            let told = rerouted.as_ref().map_or(String::new(), Rerouted::text);
            shell.out(&format!("{}{told}", diff::text(&all, level)))?;
        }
        Report::Json => {
            let mut document = diff::json(&all, level);
            if let (Some(rerouted), Some(entries)) = (&rerouted, document.as_object_mut()) {
                entries.insert("requests".to_owned(), rerouted.json());
            }
            shell.out(&format!("{document:#}"))?;
        }
        _ => {}
    }
    Ok(if breaks { Verdict::No } else { Verdict::Yes })
}

/// Reads a version: a folder, a revision of the package's folder, or the package as it stands.
fn version(shell: &Shell, named: Option<&str>) -> Result<Version, Failure> {
    let Some(named) = named else { return opened(shell, &shell.disk, &shell.dir, "the package") };
    let folder = Path::new(named);
    if !named.is_empty() && shell.disk.is_dir(folder) {
        return opened(shell, &shell.disk, folder, &format!("`{named}`"));
    }
    // Git takes no name for the present commit.
    let found = if named.is_empty() { None } else { revision::open(&shell.dir, named)? };
    match found {
        Some(found) => opened(shell, &found, &found.dir, &format!("revision `{named}`")),
        None => Err(Failure::Usage(format!(
            "`{named}` is neither a folder nor a revision of `{}`\n  help: name a folder with a package, or a git revision such as `main` or `HEAD~3`",
            shown(&shell.dir)
        ))),
    }
}

fn opened(shell: &Shell, world: &dyn World, dir: &Path, what: &str) -> Result<Version, Failure> {
    let mut version = Version::new();
    let folders = shell.folders_of(world, dir).inspect_err(|_| shell.remark(&format!("{what} cannot be compared")))?;
    for (name, dir) in folders {
        let package = package::written(world, &dir);
        if !package.is_sound() {
            let errors: Vec<Diagnostic> =
                package.diagnostics.iter().filter(|found| found.is_error()).cloned().collect();
            shell.findings(&[Findings { diagnostics: &errors, sources: &package.sources }], &[])?;
            shell.remark(&format!("{what} does not check, and so cannot be compared"));
            return Err(Failure::Wrong);
        }
        version.insert(name, package);
    }
    if version.is_empty() {
        return Err(Failure::Usage(format!("{what} has no packages")));
    }
    Ok(version)
}

/// The packages of both versions, by name; a single one goes with a single one, whatever they are called. What only one version has
/// is compared with nothing.
fn paired(mut old: Version, mut new: Version) -> Vec<(Name, Package, Package)> {
    if old.len() == 1
        && new.len() == 1
        && let (Some((_, old)), Some((name, new))) = (old.pop_first(), new.pop_first())
    {
        return vec![(name, old, new)];
    }
    let mut names: Vec<Name> = old.keys().chain(new.keys()).cloned().collect();
    names.sort();
    names.dedup();
    let pair = |name: Name| {
        let (old, new) = (old.remove(&name).unwrap_or_default(), new.remove(&name).unwrap_or_default());
        (name, old, new)
    };
    names.into_iter().map(pair).collect()
}

/// What becomes of requests.
#[derive(Default)]
struct Rerouted {
    decided: usize,
    differing: Vec<Request>,
}

/// A request that is decided otherwise.
struct Request {
    name: String,
    route: Name,
    before: String,
    after: String,
    reason: String,
    /// The change that it comes from, where only one of them can be meant.
    cause: Option<String>,
}

/// The packages of both versions, ready to decide.
struct Both {
    old: Vec<Ready>,
    new: Vec<Ready>,
}

fn requests(
    shell: &Shell,
    args: &DiffArgs,
    now: Instant,
    pairs: Vec<(Name, Package, Package)>,
    changes: &[Change],
) -> Result<Option<Rerouted>, Failure> {
    if args.log.is_none() && args.requests.is_none() {
        return Ok(None);
    }
    let mut both = Both { old: Vec::new(), new: Vec::new() };
    for (_, old, new) in pairs {
        both.old.push(Ready::new(old));
        both.new.push(Ready::new(new));
    }
    let mut rerouted = Rerouted::default();
    if let Some(file) = &args.log {
        let checked = log::checked(shell, file, None)?;
        if let Some(finding) = checked.findings.first() {
            return Err(Failure::Usage(format!("`{}` is not whole: {finding}", shown(file))));
        }
        for entry in checked.entries.iter().filter(|entry| entry.is_decision()) {
            let route = entry.part("route").as_str().unwrap_or("");
            let decide = |side: &[Ready]| match having(side, route) {
                Some(ready) => again(&ready.plan, route, entry).map(|decision| route::json::decision(&decision)),
                None => Ok(no_route(route)),
            };
            let (before, after) =
                (decide(&both.old).map_err(decide::failure)?, decide(&both.new).map_err(decide::failure)?);
            rerouted.take(format!("entry {}", entry.sequence), route, &before, &after, changes);
        }
    }
    if let (Some(dir), Some(route)) = (&args.requests, &args.route) {
        of_folder(shell, args, (dir, route, now), &both, &mut rerouted, changes)?;
    }
    Ok(Some(rerouted))
}

fn having<'r>(side: &'r [Ready], route: &str) -> Option<&'r Ready> {
    side.iter().find(|ready| ready.plan.policy.routes.contains_key(route))
}

/// What stands for a decision where a version does not have the route.
fn no_route(route: &str) -> Json {
    json!({ "outcome": "invalid", "invalid": [{ "message": format!("there is no route `{route}`") }] })
}

fn of_folder(
    shell: &Shell,
    args: &DiffArgs,
    (dir, route, now): (&Path, &str, Instant),
    both: &Both,
    rerouted: &mut Rerouted,
    changes: &[Change],
) -> Result<(), Failure> {
    if having(&both.old, route).or(having(&both.new, route)).is_none() {
        let known = both.new.iter().flat_map(|ready| ready.plan.policy.routes.keys()).map(|name| &**name);
        return Err(Failure::Usage(shell.unknown("route", route, known)));
    }
    let mut files: Vec<PathBuf> = Vec::new();
    for extension in ["json", "yaml", "yml", "toml"] {
        files.extend(shell.disk.list(dir, extension)?);
    }
    files.sort();
    if files.is_empty() {
        return Err(Failure::Usage(format!("`{}` holds no request", shown(dir))));
    }
    for file in files {
        let asked = InputArgs {
            request: Some(file.clone()),
            signals: args.signals.clone(),
            now: Some(now.to_string()),
            // Requests are compared and none is acted on, so what they say of who asks is taken as it stands.
            caller: CallerArgs { trusted_caller: true, ..CallerArgs::default() },
            ..InputArgs::default()
        };
        let before = decided(shell, having(&both.old, route), route, &asked)?;
        let after = decided(shell, having(&both.new, route), route, &asked)?;
        rerouted.take(shown(&file), route, &before, &after, changes);
    }
    Ok(())
}

/// The decision of one version; a request that does not fit it is invalid there.
fn decided(shell: &Shell, ready: Option<&Ready>, route: &str, asked: &InputArgs) -> Result<Json, Failure> {
    let Some(ready) = ready else { return Ok(no_route(route)) };
    let decision = match inputs::read(shell, &ready.plan, &ready.package, route, asked)? {
        Read::Inputs(inputs) => route::decide(&ready.plan, route, &inputs).map_err(decide::failure)?,
        Read::Invalid { refusals, now, .. } => {
            let problem = |(field, message): (String, String)| Problem {
                field: (!field.is_empty()).then_some(field),
                message,
                at: None,
            };
            Decision::invalid(&ready.plan, Name::from(route), refusals.into_iter().map(problem).collect(), now)
        }
    };
    Ok(route::json::decision(&decision))
}

impl Rerouted {
    /// Takes a request that was decided under both versions.
    fn take(&mut self, name: String, route: &str, before: &Json, after: &Json, changes: &[Change]) {
        self.decided += 1;
        let outcome = |of: &Json| (of.get("outcome").cloned(), services(of));
        if outcome(before) == outcome(after) {
            return;
        }
        let (mut words, mut now) = (brief(before), brief(after));
        // Who is chosen is the same, so the scores tell them apart.
        if words == now {
            (words, now) = (scores(before), scores(after));
        }
        self.differing.push(Request {
            name,
            route: Name::from(route),
            before: words,
            after: now,
            reason: if outcome(before).0 == outcome(after).0 && same_services(before, after) {
                "the scores are others".to_owned()
            } else {
                reason(before, after)
            },
            cause: cause(changes),
        });
    }

    fn text(&self) -> String {
        let decided = if self.decided == 1 { "1 request".to_owned() } else { format!("{} requests", self.decided) };
        let mut out = format!("{decided} decided under both versions, {} decided otherwise\n", self.differing.len());
        for request in &self.differing {
            out.push_str(&format!("{} on `{}`\n", request.name, request.route));
            out.push_str(&format!("            - {}\n            + {}\n", request.before, request.after));
            out.push_str(&format!("            {}\n", request.reason));
            if let Some(cause) = &request.cause {
                out.push_str(&format!("            from {cause}\n"));
            }
        }
        out
    }

    fn json(&self) -> Json {
        let one = |request: &Request| {
            json!({
                "name": request.name,
                "route": &*request.route,
                "before": request.before,
                "after": request.after,
                "reason": request.reason,
                "cause": request.cause,
            })
        };
        json!({ "decided": self.decided, "differing": self.differing.iter().map(one).collect::<Vec<_>>() })
    }
}

/// Who is given to each role, each with the score.
fn services(decision: &Json) -> Vec<(String, Vec<(String, String)>)> {
    let word = |chosen: &Json, key: &str| chosen.get(key).and_then(Json::as_str).unwrap_or("").to_owned();
    let one = |chosen: &Json| (word(chosen, "service"), word(chosen, "score"));
    let roles = decision.get("roles").and_then(Json::as_object).into_iter().flatten();
    let filled = |filled: &Json| match filled {
        Json::Array(all) => all.iter().map(one).collect(),
        chosen => chosen.is_object().then(|| one(chosen)).into_iter().collect(),
    };
    roles.map(|(role, given)| (role.clone(), filled(given))).collect()
}

fn same_services(before: &Json, after: &Json) -> bool {
    let names = |decision: &Json| -> Vec<(String, Vec<String>)> {
        let roles = services(decision).into_iter();
        roles.map(|(role, given)| (role, given.into_iter().map(|(service, _)| service).collect())).collect()
    };
    names(before) == names(after)
}

/// `primary = aurora at 36.1`
fn scores(decision: &Json) -> String {
    let given = |(role, given): (String, Vec<(String, String)>)| {
        let given: Vec<String> = given.into_iter().map(|(service, score)| format!("{service} at {score}")).collect();
        (!given.is_empty()).then(|| format!("{role} = {}", given.join(", ")))
    };
    services(decision).into_iter().filter_map(given).collect::<Vec<_>>().join("; ")
}

/// The only change that can decide anything, where there is only one.
fn cause(changes: &[Change]) -> Option<String> {
    let mut deciding = changes.iter().filter(|change| change.breaks(Level::Decision));
    match (deciding.next(), deciding.next()) {
        (Some(only), None) => Some(diff::subject(only)),
        _ => None,
    }
}
