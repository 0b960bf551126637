//! `provost health`: whether the package that has a registry can select anything, and why not.

use serde_json::json;

use super::args::Format;
use super::inputs;
use super::shell::{Failure, Shell, Verdict};
use crate::base::Sources;
use crate::diag::Diagnostic;
use crate::select::{Selector, Status};

/// `provost health`
pub fn run(shell: &Shell) -> Result<Verdict, Failure> {
    let selectors = shell.folders()?.into_iter().map(|(_, dir)| Selector::open(&shell.disk, &dir));
    let mut selectors: Vec<Selector> = selectors.filter(Selector::has_registry).collect();
    let Some(selector) = selectors.pop().filter(|_| selectors.is_empty()) else {
        let message =
            if selectors.is_empty() { "no package imports a registry" } else { "several packages import a registry" };
        return Err(Failure::Usage(format!("{message}\n  help: name the package with `-p NAME`")));
    };
    let signals = selector.signals(inputs::variable).or_else(|found| {
        shell.diagnostics(&found, &Sources::default())?;
        Err(Failure::Wrong)
    })?;
    let health = selector.health(&signals);
    let version = health.registry_version.as_deref();
    let errors: Vec<Diagnostic> = selector.diagnostics().iter().filter(|d| d.is_error()).cloned().collect();
    match shell.format {
        Format::Json => shell.out(&format!(
            "{:#}",
            json!({
                "enabled": health.enabled,
                "registry_version": version,
                "models": health.models,
                "layers": health.layers,
                "scopes": health.scopes,
                "errors": errors.len(),
                "status": health.status.word(),
            })
        ))?,
        Format::Text => {
            shell.diagnostics(&errors, selector.sources())?;
            let enabled = if health.enabled { "yes" } else { "no" };
            shell.out(&format!(
                "status    {}\nenabled   {enabled}\nregistry  {}\nmodels    {}\nlayers    {}\nscopes    {}",
                health.status.word(),
                version.unwrap_or("of no stated version"),
                health.models,
                health.layers,
                health.scopes,
            ))?;
        }
    }
    Ok(match health.status {
        Status::Healthy => Verdict::Yes,
        Status::Disabled | Status::Unsound => Verdict::No,
    })
}
