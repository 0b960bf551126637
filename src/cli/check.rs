//! `provost check`: read everything, say all that is wrong.

use serde_json::json;

use super::args::Format;
use super::shell::{Failure, Shell, Verdict};
use crate::diag::Diagnostic;
use crate::diag::print;

/// Checks every package that is meant. Wrong input is exit code 2; warnings are none.
pub fn run(shell: &Shell) -> Result<Verdict, Failure> {
    let packages = shell.packages()?;
    if packages.is_empty() {
        return Err(Failure::Usage("the workspace has no members".to_owned()));
    }
    let sound = packages.iter().all(|opened| opened.package.is_sound());
    match shell.format {
        Format::Json => {
            let mut documents: Vec<serde_json::Value> = Vec::new();
            for opened in &packages {
                let text = print::json(&opened.package.diagnostics, &opened.package.sources);
                let parsed = serde_json::from_str(&text).map_err(|e| Failure::Unexpected(e.to_string()))?;
                documents.push(parsed);
            }
            shell.out(&format!("{:#}", merged(documents)))?;
        }
        Format::Text => {
            for opened in &packages {
                shell.diagnostics(&opened.package.diagnostics, &opened.package.sources)?;
                if opened.package.is_sound() {
                    shell.out(&summary(opened))?;
                }
            }
        }
    }
    if sound { Ok(Verdict::Yes) } else { Err(Failure::Wrong) }
}

/// One document for all packages, with the findings of each, in order.
fn merged(documents: Vec<serde_json::Value>) -> serde_json::Value {
    if let [only] = documents.as_slice() {
        return only.clone();
    }
    let count = |key: &str| documents.iter().filter_map(|d| d.get(key)?.as_u64()).sum::<u64>();
    let (errors, warnings) = (count("errors"), count("warnings"));
    let findings: Vec<serde_json::Value> =
        documents.iter().filter_map(|d| d.get("diagnostics")?.as_array()).flatten().cloned().collect();
    json!({ "schema": "provost.diagnostics/1", "diagnostics": findings, "errors": errors, "warnings": warnings })
}

fn summary(opened: &super::shell::Opened) -> String {
    let package = &opened.package;
    let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    let rules = package.policy.routes.values().flat_map(|r| &r.constraints).filter(|c| c.rule);
    let rules: std::collections::BTreeSet<&str> = rules.map(|c| &*c.name).collect();
    let warnings = package.diagnostics.iter().filter(|d: &&Diagnostic| !d.is_error()).count();
    let note = if warnings > 0 { format!(", {}", count(warnings, "warning")) } else { String::new() };
    format!(
        "{}: {}, {}, {}, {}{note}: fit to run",
        crate::world::shown(&opened.dir),
        count(package.services.len(), "service"),
        count(package.policy.routes.len(), "route"),
        count(rules.len(), "rule"),
        count(package.tests.len(), "test"),
    )
}
