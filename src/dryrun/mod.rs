//! Dry runs: a run of a layer, judged in full and written down, without any model being called.
//!
//! *Takes* what the run would be, what is known of the configuration, and the decision of the package's own rules on it;
//! *gives* the texts of a manifest and a report, or everything that stands against the run. *Promises* that nothing is given
//! where anything stands against it, that what comes first is what makes the rest meaningless, and that the same run
//! has the same bytes. *Leaves out* the rules, which are the package's, on its route `dry_run`, and the writing of files.

mod judge;
pub mod manifest;
pub mod moment;
pub mod notes;
pub mod pointers;
mod report;
pub mod scope;
pub mod spelling;
pub mod violation;

use serde_json::{Value as Json, json};

use crate::base::{Sources, canonical};
use crate::diag::Diagnostic;
use crate::facts::registry::{Named, Registry};
use crate::route::decision::Decision;
use judge::Judge;
use manifest::{Evidence, MANIFEST, Manifest, REPORT, run_id};
use moment::Moment;
use violation::Violation;

/// The route whose rules decide whether a layer may run.
pub const ROUTE: &str = "dry_run";
/// The name of the file that holds the certificate, where one is wanted.
pub const CERTIFICATE: &str = "certificate.json";

/// What a run would be.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The layer.
    pub layer: String,
    /// The model that would do the work, in either spelling.
    pub primary: String,
    /// The model that would check the work, in either spelling.
    pub critic: String,
    /// The folder for the files, as it was named.
    pub out: String,
    /// An identity to use instead of the computed one; an empty one is none.
    pub run_id: String,
    /// What the operator says.
    pub notes: String,
    /// What was found.
    pub findings: Vec<String>,
    /// What is to be done.
    pub actions: Vec<String>,
    /// The paths that the run would read.
    pub inputs: Vec<String>,
    /// The kinds of what it would give.
    pub outputs: Vec<String>,
    /// The tools that it would use.
    pub tools: Vec<String>,
    /// What would be handed to the layer.
    pub envelope: Option<Json>,
    /// Whether primary and critic have to come from different providers.
    pub provider_diversity: bool,
    /// Whether the certificate stands beside the manifest.
    pub with_certificate: bool,
    /// When.
    pub moment: Moment,
}

/// What is known of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Configuration<'a> {
    /// The registry with its scopes, if it could be read.
    pub registry: Option<&'a Registry>,
    /// What is wrong with the package.
    pub diagnostics: &'a [Diagnostic],
    /// The files of the package.
    pub sources: &'a Sources,
}

impl<'a> Configuration<'a> {
    /// What is wrong with the package, warnings left out.
    pub fn errors(self) -> impl Iterator<Item = &'a Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error())
    }

    /// Whether the rules are as they were written: all that is wrong is wrong with the registry or a scope. What they deny is
    /// then worth telling, besides what is wrong; rules that lost a part would answer another question.
    pub fn has_whole_rules(self) -> bool {
        let of_data = |diagnostic: &Diagnostic| {
            let name = self.sources.get(diagnostic.span.file).map_or("", |file| &*file.name);
            name.ends_with(".toml") && !name.ends_with("provost.toml")
        };
        self.errors().next().is_none() || (self.registry.is_some() && self.errors().all(of_data))
    }
}

/// The decision of the package's rules, with its certificate.
#[derive(Clone, Copy, Debug)]
pub struct Decided<'a> {
    /// The decision.
    pub decision: &'a Decision,
    /// The certificate; nothing where there is none, and then nothing is written.
    pub certificate: Option<&'a str>,
}

/// What a run writes.
#[derive(Clone, Debug, PartialEq)]
pub struct Artefacts {
    /// The manifest.
    pub manifest: Manifest,
    /// The files by name, each with its text; the manifest, which holds the digests of the others, comes last.
    pub files: Vec<(&'static str, String)>,
}

/// The request for the package's route: the run as the registry knows it. What the registry does not know is left out, so
/// that the rules see it as unknown.
pub fn request(run: &Run, registry: Option<&Registry>) -> Json {
    let mut request = json!({
        "primary_named": identity(&run.primary, registry),
        "critic_named": identity(&run.critic, registry),
        "provider_diversity": run.provider_diversity,
        "surfaces": run.envelope.as_ref().and_then(|envelope| pointers::surfaces(envelope).ok()).unwrap_or_default(),
    });
    let known = |name: &str| registry.and_then(|registry| registry.model(name)).map(|model| json!(&*model.id.value));
    let layer = registry.and_then(|registry| registry.layer(&run.layer)).map(|layer| json!(&*layer.key.value));
    if let Json::Object(map) = &mut request {
        let facts = [("layer", layer), ("primary", known(&run.primary)), ("critic", known(&run.critic))];
        map.extend(facts.into_iter().filter_map(|(name, fact)| Some((name.to_owned(), fact?))));
    }
    request
}

/// The one name of a model that the registry knows; the name as it was given, where it knows none.
fn identity(name: &str, registry: Option<&Registry>) -> String {
    match registry.and_then(|registry| registry.model(name)) {
        Some(model) => model.id.value.to_string(),
        None => name.to_owned(),
    }
}

/// What a run writes, or everything that stands against it, in order. Without a decision, something always does.
pub fn rehearse(
    run: &Run,
    configuration: Configuration<'_>,
    decided: Option<Decided<'_>>,
) -> Result<Artefacts, Vec<Violation>> {
    let mut judge = Judge::new(run, configuration);
    judge.configuration();
    judge.scope();
    judge.decision(decided.map(|decided| decided.decision));
    judge.named();
    judge.envelope();
    judge.texts();
    let certified = decided.and_then(|decided| Some((decided.decision, decided.certificate?)));
    match (manifest(run, configuration, certified), certified, judge.found.is_empty()) {
        (Some(manifest), Some((_, certificate)), true) => Ok(artefacts(run, manifest, certificate)),
        _ => Err(judge.finish()),
    }
}

/// The manifest without the digest of the report; nothing where the configuration lacks what belongs in it.
fn manifest(run: &Run, configuration: Configuration<'_>, certified: Option<(&Decision, &str)>) -> Option<Manifest> {
    let (registry, (decision, certificate)) = (configuration.registry?, certified?);
    let layer = registry.layer(&run.layer)?;
    let scope = registry.scope(&run.layer)?;
    let (primary, critic) = (&registry.model(&run.primary)?.id.value, &registry.model(&run.critic)?.id.value);
    let scope_id = scope.layer.as_ref().map(|of| of.value.to_string())?;
    let computed = run_id(&run.layer, primary, critic, &scope_id);
    let names = if run.with_certificate { &[REPORT, MANIFEST, CERTIFICATE][..] } else { &[REPORT, MANIFEST] };
    let fallback = |named: &Named| match named {
        Named::Model(id) => Some(id.to_string()),
        Named::Nobody | Named::Unknown => None,
    };
    let digest = |file| configuration.sources.get(file).map(|file| canonical::digest_bytes(file.text.as_bytes()));
    Some(Manifest {
        run_id: if run.run_id.is_empty() { computed } else { run.run_id.clone() },
        moment: run.moment,
        layer: run.layer.clone(),
        layer_name: layer.description.as_ref()?.value.to_string(),
        autonomy: layer.autonomy.as_ref()?.text.to_string(),
        primary: primary.to_string(),
        fallbacks: layer.fallback.iter().filter_map(|reference| fallback(&reference.names)).collect(),
        critic: critic.to_string(),
        scope: scope_id,
        scope_version: scope.version.as_ref()?.value.to_string(),
        separation: manifest::separated(primary, critic),
        registry_version: registry.version.as_ref()?.value.to_string(),
        artifacts: names.iter().map(|name| within(&run.out, name)).collect(),
        report: Some(within(&run.out, REPORT)),
        notes: run.notes.clone(),
        inputs: run.inputs.iter().map(|path| judge::path(path)).collect(),
        outputs: run.outputs.clone(),
        evidence: Some(Evidence {
            tools: run.tools.clone(),
            provider_diversity: run.provider_diversity,
            scope_name: scope.id.to_string(),
            decision: decision.id(),
            certificate: canonical::digest_bytes(certificate.as_bytes()),
            policy: decision.inputs.policy.clone(),
            registry: digest(registry.file)?,
            scope: digest(scope.file)?,
            report: String::new(),
        }),
    })
}

fn artefacts(run: &Run, mut manifest: Manifest, certificate: &str) -> Artefacts {
    let report = report::report(&manifest, &run.findings, &run.actions);
    if let Some(evidence) = &mut manifest.evidence {
        evidence.report = canonical::digest_bytes(report.as_bytes());
    }
    let mut files = vec![(REPORT, report)];
    if run.with_certificate {
        files.push((CERTIFICATE, certificate.to_owned()));
    }
    files.push((MANIFEST, manifest.text()));
    Artefacts { manifest, files }
}

/// A file in a folder, as the folder was named; what says nothing in the folder's name is left out.
fn within(folder: &str, name: &str) -> String {
    let root = if folder.starts_with('/') { "/" } else { "" };
    let parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty() && *part != ".").chain([name]).collect();
    format!("{root}{}", parts.join("/"))
}
