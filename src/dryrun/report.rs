//! The report for the operator, as Markdown: what the manifest says, for people.

use super::manifest::Manifest;
use super::notes::{code, line, quotation};

/// The report of a run. It names the manifest and not the other way round: the manifest holds the report's digest.
pub fn report(manifest: &Manifest, findings: &[String], actions: &[String]) -> String {
    let (result, reason) = &manifest.separation;
    let fallbacks: Vec<String> = manifest.fallbacks.iter().map(|model| code(model)).collect();
    let evidence = manifest.evidence.as_ref();
    let tools = evidence.map(|evidence| evidence.tools.as_slice()).unwrap_or_default();
    let sections = [
        format!(
            "# Operator report of a dry run\n\n{}",
            pairs(&[
                ("Run ID", code(&manifest.run_id)),
                ("Run type", "dry-run".to_owned()),
                ("Timestamp", manifest.moment.to_string()),
                ("Layer", format!("{} ({})", line(&manifest.layer), line(&manifest.layer_name))),
                ("Autonomy", line(&manifest.autonomy)),
            ])
        ),
        section(
            "Models",
            &pairs(&[
                ("Primary", code(&manifest.primary)),
                ("Fallback", if fallbacks.is_empty() { "none".to_owned() } else { fallbacks.join(", ") }),
                ("Critic", code(&manifest.critic)),
            ]),
        ),
        section(
            "Capability scope",
            &pairs(&[("ID", code(&manifest.scope)), ("Version", line(&manifest.scope_version))]),
        ),
        section(
            "Separation of duties",
            &pairs(&[("Result", line(result)), ("Reason", line(reason)), ("Timestamp", manifest.moment.to_string())]),
        ),
        section("Inputs", &items(&manifest.inputs, "No inputs were named.")),
        section("Outputs", &items(&manifest.outputs, "No outputs were named.")),
        section("Tools", &items(tools, "No tools were named.")),
        section("Findings", &list(findings, "No findings.")),
        section("Actions", &list(actions, "No actions.")),
        section(
            "Operator notes",
            &if manifest.notes.is_empty() { "No notes.".to_owned() } else { quotation(&manifest.notes) },
        ),
        section("Artefacts", &items(&manifest.artifacts, "No artefacts.")),
    ];
    format!("{}\n", sections.join("\n\n---\n\n"))
}

fn section(title: &str, body: &str) -> String {
    format!("## {title}\n\n{body}")
}

fn pairs(pairs: &[(&str, String)]) -> String {
    let lines: Vec<String> = pairs.iter().map(|(name, value)| format!("- **{name}:** {value}")).collect();
    lines.join("\n")
}

/// Names in order, as they are.
fn items(names: &[String], nothing: &str) -> String {
    let mut names: Vec<&String> = names.iter().collect();
    names.sort();
    let lines: Vec<String> = names.iter().map(|name| format!("- {}", code(name))).collect();
    if lines.is_empty() { nothing.to_owned() } else { lines.join("\n") }
}

/// Sentences, numbered as they came.
fn list(texts: &[String], nothing: &str) -> String {
    let lines: Vec<String> = texts.iter().enumerate().map(|(at, text)| format!("{}. {}", at + 1, line(text))).collect();
    if lines.is_empty() { nothing.to_owned() } else { lines.join("\n") }
}
