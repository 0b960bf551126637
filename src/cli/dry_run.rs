//! `provost dry-run`: a run of a layer, judged in full and written down, without any model being called.

use serde_json::{Value as Json, json};

use super::args::{DryRunArgs, Format};
use super::decide::{Ready, failure};
use super::shell::{Failure, Shell, Verdict};
use super::{together, verify};
use crate::base::{Name, Sources, limits};
use crate::data::{self, shortened};
use crate::dryrun::moment::{Moment, MomentError};
use crate::dryrun::violation::Violation;
use crate::dryrun::{self, Artefacts, Configuration, Decided, Run};
use crate::facts::registry::Registry;
use crate::facts::{self, Inputs, Signals};
use crate::package::{self, Package};
use crate::proof;
use crate::route::decision::{Decision, Problem};
use crate::route::{self};
use crate::world::World as _;

/// `provost dry-run`
pub fn run(shell: &Shell, args: &DryRunArgs) -> Result<Verdict, Failure> {
    if shell.format == Format::Text {
        shell.out(&format!("Primary: {}\nCritic: {}", shortened(&args.primary), shortened(&args.critic)))?;
    }
    let moment = match moment(shell, args)? {
        Ok(moment) => moment,
        Err(violation) => return refuse(shell, &[violation]),
    };
    let run = Run {
        layer: args.layer.clone(),
        primary: args.primary.clone(),
        critic: args.critic.clone(),
        out: args.out.to_string_lossy().into_owned(),
        run_id: args.run_id.clone().unwrap_or_default(),
        notes: args.notes.clone().unwrap_or_default(),
        findings: args.finding.clone(),
        actions: args.action.clone(),
        inputs: args.input.clone(),
        outputs: args.output.clone(),
        tools: args.tool.clone(),
        envelope: envelope(shell, args)?,
        provider_diversity: args.provider_diversity,
        with_certificate: args.with_certificate,
        moment,
    };
    match rehearse(shell, &run)? {
        Err(violations) => refuse(shell, &violations),
        Ok(artefacts) => {
            let files: Vec<together::Named<'_>> =
                artefacts.files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
            together::write(&args.out, &files).map_err(|e| {
                Failure::Unexpected(format!("`{}` cannot be written: {}", shortened(&run.out), plain(&e)))
            })?;
            tell(shell, &artefacts)
        }
    }
}

/// The words of an error without the system's number.
fn plain(error: &std::io::Error) -> String {
    if error.raw_os_error().is_some() { error.kind().to_string() } else { error.to_string() }
}

/// The moment of the run, or that it has no zone.
fn moment(shell: &Shell, args: &DryRunArgs) -> Result<Result<Moment, Violation>, Failure> {
    let text = match (&args.now, args.deterministic) {
        (Some(text), _) => text,
        (None, true) => Moment::FIXED,
        (None, false) => return Ok(Ok(Moment::of_clock(shell.disk.now()?))),
    };
    match Moment::read(text) {
        Ok(moment) => Ok(Ok(moment)),
        Err(MomentError::WithoutZone) => {
            let found = Violation::new("clock_without_zone", format!("the time `{}` names no zone", shortened(text)));
            Ok(Err(found.with("now", text).help("write it as `2026-11-21T00:00:00Z` or `2026-11-21T01:00:00+01:00`")))
        }
        Err(error) => Err(Failure::Usage(format!(
            "`--now {}` is no instant: {error}\n  help: write it as `2026-11-21T00:00:00Z`",
            shortened(text)
        ))),
    }
}

/// What would be handed to the layer, as JSON.
fn envelope(shell: &Shell, args: &DryRunArgs) -> Result<Option<Json>, Failure> {
    let Some(path) = &args.envelope else { return Ok(None) };
    let bytes = shell.disk.read(path, limits::SOURCE_BYTES)?;
    let name = crate::world::shown(path);
    let text = String::from_utf8(bytes).map_err(|_| Failure::Usage(format!("`{name}` is not UTF-8")))?;
    // The strict reader sees to depth and to keys that are stated twice, which would hide one another.
    let mut sources = Sources::default();
    let file = sources.add(name.as_str(), text.as_str());
    if let Err(found) = data::read_json(file, &text) {
        shell.diagnostics(&found, &sources)?;
        return Err(Failure::Wrong);
    }
    serde_json::from_str(&text).map(Some).map_err(|e| Failure::Usage(format!("`{name}` is no JSON: {e}")))
}

/// Opens the package, asks its rules, and judges the run.
fn rehearse(shell: &Shell, run: &Run) -> Result<Result<Artefacts, Vec<Violation>>, Failure> {
    let mut package = package(shell)?;
    let registries = std::mem::take(&mut package.registries);
    let sources = std::mem::take(&mut package.sources);
    let diagnostics = std::mem::take(&mut package.diagnostics);
    let registry = match registries.as_slice() {
        [] => None,
        [registry] => Some(registry),
        _ => {
            return Err(Failure::Usage("the package has several registries of models, and a run is of one".to_owned()));
        }
    };
    let configuration = Configuration { registry, diagnostics: &diagnostics, sources: &sources };
    if !configuration.has_whole_rules() {
        return Ok(dryrun::rehearse(run, configuration, None));
    }
    let ready = Ready::new(package);
    let (decision, certificate) = decide(&ready, run, registry)?;
    // What is decided over a configuration with faults is told, and proves nothing.
    let certificate = certificate.filter(|_| configuration.errors().next().is_none());
    let decided = Decided { decision: &decision, certificate: certificate.as_deref() };
    Ok(dryrun::rehearse(run, configuration, Some(decided)))
}

/// The package that has the route, whatever is wrong with it.
fn package(shell: &Shell) -> Result<Package, Failure> {
    let folders = shell.folders()?;
    let is_one = folders.len() == 1;
    let mut broken = None;
    for (_, dir) in folders {
        let package = package::open(&shell.disk, &dir);
        if package.policy.routes.contains_key(dryrun::ROUTE) {
            return Ok(package);
        }
        if !package.is_sound() {
            broken.get_or_insert(package);
        }
    }
    match broken {
        Some(package) if is_one || !package.registries.is_empty() => Ok(package),
        Some(package) => {
            shell.diagnostics(&package.diagnostics, &package.sources)?;
            Err(Failure::Wrong)
        }
        None => Err(Failure::Usage(format!(
            "no package here has the route `{}`, whose rules decide whether a layer may run\n  help: name the package \
             with `--package DIR`, as in `--package rules/layers`",
            dryrun::ROUTE
        ))),
    }
}

/// The decision of the package's rules on a run, with its certificate.
fn decide(ready: &Ready, run: &Run, registry: Option<&Registry>) -> Result<(Decision, Option<String>), Failure> {
    let plan = &ready.plan;
    let Some(declared) = plan.policy.routes.get(dryrun::ROUTE) else {
        return Err(Failure::Usage(format!("the package has no route `{}`", dryrun::ROUTE)));
    };
    let mut sources = Sources::default();
    let text = dryrun::request(run, registry).to_string();
    let file = sources.add("(the run)", text.as_str());
    let node = data::read_json(file, &text);
    let request = node
        .and_then(|node| facts::set::request(&plan.policy, &plan.services, &declared.request, node, &[], &mut sources));
    let now = run.moment.instant();
    match request {
        Ok(request) => {
            let inputs = Inputs { request, signals: Signals::default(), now };
            let (decision, trace) = route::decide_traced(plan, dryrun::ROUTE, &inputs).map_err(failure)?;
            let certificate = match proof::prove(&trace, &inputs, &decision) {
                Ok(certificate) if run.with_certificate => {
                    verify::passes(certificate.as_bytes())?;
                    Some(certificate)
                }
                Ok(certificate) => Some(certificate),
                Err(proof::ProofError::Limit(error)) => return Err(failure(error)),
                Err(proof::ProofError::Unread | proof::ProofError::Incomplete) => None,
            };
            Ok((decision, certificate))
        }
        Err(diagnostics) => {
            let refusals = facts::request::refusals(&diagnostics);
            let problem = |(field, message): (String, String)| Problem {
                field: (!field.is_empty()).then_some(field),
                message,
                at: None,
            };
            let problems = refusals.into_iter().map(problem).collect();
            Ok((Decision::invalid(plan, Name::from(dryrun::ROUTE), problems, now), None))
        }
    }
}

/// Says what stands against the run: exit code 2, and nothing is written.
fn refuse(shell: &Shell, violations: &[Violation]) -> Result<Verdict, Failure> {
    if shell.format == Format::Json {
        let told: Vec<Json> = violations.iter().map(Violation::json).collect();
        let told = json!({ "schema": "provost.dry-run/1", "outcome": "refused", "violations": told });
        shell.out(&format!("{told:#}"))?;
        return Err(Failure::Wrong);
    }
    for violation in violations {
        let cause = violation.cause().map(|cause| format!(", from {cause}")).unwrap_or_default();
        let mut text = format!("refused: {}  [{}: {}{cause}]", violation.message, violation.name, violation.kind());
        for (field, value) in &violation.fields {
            text.push_str(&format!("\n  {field}: `{}`", shortened(value)));
        }
        if let Some(help) = &violation.help {
            text.push_str(&format!("\n  help: {help}"));
        }
        shell.remark(&text);
    }
    Err(Failure::Wrong)
}

/// Says what was written.
fn tell(shell: &Shell, artefacts: &Artefacts) -> Result<Verdict, Failure> {
    let manifest = &artefacts.manifest;
    match shell.format {
        Format::Json => {
            let text: Json = serde_json::from_str(&manifest.text()).map_err(|e| Failure::Unexpected(e.to_string()))?;
            let told =
                json!({ "schema": "provost.dry-run/1", "outcome": "written", "violations": [], "manifest": text });
            shell.out(&format!("{told:#}"))?;
        }
        Format::Text => {
            let mut artefacts = manifest.artifacts.clone();
            artefacts.sort();
            shell.out(&format!(
                "Run ID: {}\nLayer: {} ({})\nAutonomy: {}\nSoD: {}\nWritten: {}",
                manifest.run_id,
                manifest.layer,
                manifest.layer_name,
                manifest.autonomy,
                manifest.separation.0,
                artefacts.join(", ")
            ))?;
        }
    }
    Ok(Verdict::Yes)
}
