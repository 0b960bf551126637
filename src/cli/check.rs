//! `provost check`: read everything, say all that is wrong.

use super::args::Report;
use super::shell::{Failure, Opened, Shell, Verdict};
use crate::diag::Diagnostic;
use crate::diag::print::Findings;

/// Checks every package that is meant. Wrong input is exit code 2; warnings are none.
pub fn run(shell: &Shell) -> Result<Verdict, Failure> {
    let packages = shell.packages()?;
    if packages.is_empty() {
        return Err(Failure::Usage("the workspace has no members".to_owned()));
    }
    let sound = packages.iter().all(|opened| opened.package.is_sound());
    let findings: Vec<Findings> = packages.iter().map(Opened::findings).collect();
    shell.findings(&findings, &[])?;
    for opened in packages.iter().filter(|opened| shell.report == Report::Text && opened.package.is_sound()) {
        shell.out(&summary(opened))?;
    }
    if sound { Ok(Verdict::Yes) } else { Err(Failure::Wrong) }
}

fn summary(opened: &Opened) -> String {
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
