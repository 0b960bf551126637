//! `provost explain --from`: a stored certificate, explained without the package that it was made from.

use std::path::Path;
use std::sync::Arc;

use super::args::Format;
use super::decide;
use super::shell::{Failure, Shell, Verdict};
use super::verify;
use crate::base::limits;
use crate::explain::Told;
use crate::plan;
use crate::route;
use crate::stored;
use crate::world::{World as _, shown};

/// Verifies a certificate, decides again from what it holds, and explains the decision if it is the certified one.
pub fn explain(shell: &Shell, file: &Path, verbose: bool) -> Result<Verdict, Failure> {
    let bytes = shell.disk.read(file, limits::CERTIFICATE_BYTES)?;
    let checked = provost_verifier::verify(&bytes);
    if checked.is_err() {
        match shell.format {
            Format::Text => shell.out(&provost_verifier::as_text(&checked))?,
            Format::Json => shell.out(&provost_verifier::as_json(&checked))?,
        }
        return Ok(Verdict::No);
    }
    if verify::of_package(shell, &bytes, file)? == Verdict::No {
        return Ok(Verdict::No);
    }
    let unread =
        |e: stored::Refusal| Failure::Unexpected(format!("`{}` verifies and cannot be read: {e}", shown(file)));
    let held = stored::document(&bytes).and_then(|json| stored::certificate(&json)).map_err(unread)?;
    let plan = plan::plan(Arc::new(held.policy), Arc::new(held.services));
    let again = route::decide_traced(&plan, &held.route, &held.inputs);
    let (decision, trace) = again.map_err(|e| Failure::Unexpected(e.to_string()))?;
    if decision.id() != held.decision_id {
        return Err(Failure::Unexpected(format!(
            "`{}` verifies, and deciding again comes to another decision: {} instead of {}",
            shown(file),
            decision.id(),
            held.decision_id
        )));
    }
    decide::tell(
        shell,
        &Told { decision: &decision, plan: &plan, inputs: Some(&held.inputs), trace: Some(&trace) },
        verbose,
    )
}
