//! `provost explain --from`: a stored certificate, explained without the package that it was made from.

use std::path::Path;
use std::sync::Arc;

use super::args::{ExplainArgs, Format};
use super::decide;
use super::shell::{Failure, Shell, Verdict};
use super::verify;
use crate::base::limits;
use crate::explain::Told;
use crate::plan::{self, Plan};
use crate::route::{self, Decision, Trace};
use crate::stored::{self, Stored};
use crate::world::{World as _, shown};

/// Verifies a certificate, decides again from what it holds, and explains the decision if it is the certified one.
pub fn explain(shell: &Shell, file: &Path, args: &ExplainArgs) -> Result<Verdict, Failure> {
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
    let mut held = stored::document(&bytes).and_then(|json| stored::certificate(&json)).map_err(unread)?;
    let policy = Arc::new(std::mem::take(&mut held.policy));
    let plan = plan::plan(policy, Arc::new(std::mem::take(&mut held.services)));
    let plan = plan.with_registered(held.registered.take());
    let (decision, trace) = again(file, &plan, &held)?;
    let told = Told { decision: &decision, plan: &plan, inputs: Some(&held.inputs), trace: Some(&trace) };
    if args.proofs { decide::prove(shell, &told) } else { decide::tell(shell, &told, args.verbose) }
}

/// Decides what a certificate holds again. Another decision than the certified one means that engine and verifier disagree, so
/// nothing of it may be explained.
fn again<'p>(file: &Path, plan: &'p Plan, held: &Stored) -> Result<(Decision, Trace<'p>), Failure> {
    let again = route::decide_traced(plan, &held.route, &held.inputs);
    let (decision, trace) = again.map_err(|e| Failure::Unexpected(e.to_string()))?;
    if decision.id() == held.decision_id {
        return Ok((decision, trace));
    }
    let (file, now, then) = (shown(file), decision.id(), &held.decision_id);
    let message = "verifies, and deciding again comes to another decision";
    Err(Failure::Unexpected(format!("`{file}` {message}: {now} instead of {then}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::disk::Disk;
    use crate::facts::{Inputs, Request, Signals};
    use crate::{package, proof};

    #[test]
    fn a_decision_that_is_not_the_certified_one_is_unexpected_and_not_explained() {
        let case = "tests/cases/cli/masked-values-are-proved-and-not-read";
        let package = package::open(&Disk, &Path::new(env!("CARGO_MANIFEST_DIR")).join(case));
        let plan = plan::plan(Arc::new(package.policy), Arc::new(package.services));
        let size = ("size".into(), Some(crate::value::Value::Int(1)));
        let request = Request { ty: "Plain".into(), value: crate::value::Value::Record(vec![size].into()) };
        let inputs = Inputs { request, signals: Signals::default(), now: "2026-11-21T00:00:00Z".parse().unwrap() };
        let (decision, trace) = route::decide_traced(&plan, "plain", &inputs).unwrap();
        let certificate = proof::prove(&trace, &inputs, &decision).unwrap();
        let mut held = stored::certificate(&stored::document(certificate.as_bytes()).unwrap()).unwrap();
        let file = Path::new("stored.json");
        assert!(again(file, &plan, &held).is_ok());
        held.decision_id = held.decision_id.replace("sha256:", "sha256:0");
        let Err(failure) = again(file, &plan, &held) else { panic!("another decision was explained") };
        assert_eq!(failure.code(), 3);
        let Failure::Unexpected(message) = failure else { panic!("{failure:?}") };
        assert!(
            message.starts_with("`stored.json` verifies, and deciding again comes to another decision"),
            "{message}"
        );
    }
}
