//! The manifest of a run: what was to be done by whom, and the digests of everything that this depends on.

use serde_json::{Value as Json, json};

use super::moment::Moment;
use super::spelling;
use crate::base::canonical;

/// The name of the file that holds the manifest.
pub const MANIFEST: &str = "run_manifest.json";
/// The name of the file that holds the report.
pub const REPORT: &str = "operator_output.md";
/// The version of the matrix of layers whose form the manifest follows.
const MATRIX: &str = "v1.0";

/// The manifest of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// What identifies the run; see [`run_id`].
    pub run_id: String,
    /// When.
    pub moment: Moment,
    /// The layer.
    pub layer: String,
    /// What the layer is called.
    pub layer_name: String,
    /// The layer's autonomy, in the words of the registry.
    pub autonomy: String,
    /// The model that does the work.
    pub primary: String,
    /// Who stands in for it, in order.
    pub fallbacks: Vec<String>,
    /// The model that checks the work.
    pub critic: String,
    /// The scope.
    pub scope: String,
    /// The scope's version.
    pub scope_version: String,
    /// Whether the duties are separated, and why; `PASS` or `FAIL`.
    pub separation: (String, String),
    /// The registry's version.
    pub registry_version: String,
    /// The files that the run writes, as they were named.
    pub artifacts: Vec<String>,
    /// Where the report stands, as it was named.
    pub report: Option<String>,
    /// What the operator said.
    pub notes: String,
    /// The paths that the run reads.
    pub inputs: Vec<String>,
    /// The kinds of what the run gives.
    pub outputs: Vec<String>,
    /// What ties the run to what decided it.
    pub evidence: Option<Evidence>,
}

/// Digests of what a run depends on, and of what it wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The tools that the run uses.
    pub tools: Vec<String>,
    /// Whether primary and critic had to come from different providers.
    pub provider_diversity: bool,
    /// The scope's own name, that of its file.
    pub scope_name: String,
    /// The identity of the decision.
    pub decision: String,
    /// The decision's certificate.
    pub certificate: String,
    /// The policy.
    pub policy: String,
    /// The registry, as it was read.
    pub registry: String,
    /// The scope, as it was read.
    pub scope: String,
    /// The report.
    pub report: String,
}

/// The identity of a run: the layer, and the first sixteen hexadecimal digits of the SHA-256 of what the run is about.
pub fn run_id(layer: &str, primary: &str, critic: &str, scope: &str) -> String {
    let digest = canonical::digest_bytes(format!("{layer}|{primary}|{critic}|{scope}").as_bytes());
    let digits: String = digest.chars().skip("sha256:".len()).take(16).collect();
    format!("{layer}-{digits}")
}

/// That the duties are separated, and why; a run for which they are not has no manifest.
pub fn separated(primary: &str, critic: &str) -> (String, String) {
    ("PASS".to_owned(), format!("SoD PASS: Proposer ({primary}) != Critic ({critic})"))
}

impl Manifest {
    /// The manifest's text.
    pub fn text(&self) -> String {
        let mut json = self.run();
        if let (Json::Object(map), Some(evidence)) = (&mut json, &self.evidence) {
            map.insert("schema".to_owned(), json!("provost.run-manifest/1"));
            map.insert("tools_manifest".to_owned(), json!(sorted(&evidence.tools)));
            map.insert("provider_diversity".to_owned(), json!(evidence.provider_diversity));
            map.insert("capability_scope_name".to_owned(), json!(evidence.scope_name));
            map.insert("decision_id".to_owned(), json!(evidence.decision));
            map.insert(
                "digests".to_owned(),
                json!({
                    "certificate": evidence.certificate,
                    "operator_output": evidence.report,
                    "policy": evidence.policy,
                    "registry": evidence.registry,
                    "scope": evidence.scope,
                }),
            );
        }
        spelling::text(&json)
    }

    /// The fields of a run without its evidence.
    fn run(&self) -> Json {
        let (result, reason) = &self.separation;
        json!({
            "artifacts": sorted(&self.artifacts),
            "autonomy_level": self.autonomy,
            "capability_scope_id": self.scope,
            "capability_scope_version": self.scope_version,
            "critic_model_id": self.critic,
            "fallback_model_ids": self.fallbacks,
            "inputs_manifest": sorted(&self.inputs),
            "layer_id": self.layer,
            "layer_name": self.layer_name,
            "matrix_version": MATRIX,
            "operator_notes": self.notes,
            "operator_output_path": self.report,
            "outputs_manifest": sorted(&self.outputs),
            "primary_model_id": self.primary,
            "registry_version": self.registry_version,
            "run_id": self.run_id,
            "run_type": "dry-run",
            "sod_reason": reason,
            "sod_result": result,
            "sod_timestamp": self.moment.to_string(),
            "timestamp": self.moment.to_string(),
        })
    }
}

fn sorted(texts: &[String]) -> Vec<&String> {
    let mut texts: Vec<&String> = texts.iter().collect();
    texts.sort();
    texts
}
