//! Certificates: written beside a decision, and re-checked by the verifier, which shares no code with the engine.

use std::path::Path;

use provost_verifier::Report;

use super::args::{Format, VerifyArgs};
use super::shell::{Failure, Shell, Verdict};
use crate::base::canonical;
use crate::base::limits;
use crate::facts::Inputs;
use crate::ir;
use crate::proof::{self, ProofError};
use crate::route::decision::Decision;
use crate::route::trace::Trace;
use crate::stored;
use crate::world::{World as _, shown};

/// The certificate of a decision, which the verifier has let pass, or why there is none.
pub fn certificate(
    traced: Option<(&Trace<'_>, &Inputs)>,
    decision: &Decision,
) -> Result<Result<String, ProofError>, Failure> {
    let proved = match traced {
        Some((trace, inputs)) => proof::prove(trace, inputs, decision),
        None => Err(ProofError::Unread),
    };
    if let Ok(certificate) = &proved {
        passes(certificate.as_bytes())?;
    }
    Ok(proved)
}

/// What the verifier establishes of a certificate that this program has written itself. A decision whose own proof does not
/// verify is said to nobody and written nowhere.
pub fn passes(certificate: &[u8]) -> Result<Report, Failure> {
    provost_verifier::verify(certificate).map_err(|refusal| {
        Failure::Unexpected(format!(
            "the verifier refuses the certificate of this decision, so that nothing is decided and nothing is written\n  \
             {refusal}\n  help: this is a defect of Provost and not of the package; please report it with the version \
             (`provost --version`), the package, and the request, signals and `--now` of this command"
        ))
    })
}

/// Writes the certificate of a decision, whole or not at all.
pub fn write(shell: &Shell, path: &Path, certificate: &Result<String, ProofError>) -> Result<(), Failure> {
    match certificate {
        Ok(certificate) => Ok(shell.disk.write_atomic(path, certificate.as_bytes())?),
        Err(ProofError::Unread) => {
            shell.remark("warning: a request that could not be read has no certificate; none was written");
            Ok(())
        }
        Err(error) => Err(Failure::Unexpected(error.to_string())),
    }
}

/// `provost verify`
pub fn run(shell: &Shell, args: &VerifyArgs) -> Result<Verdict, Failure> {
    let bytes = shell.disk.read(&args.file, limits::CERTIFICATE_BYTES)?;
    let checked = provost_verifier::verify(&bytes);
    let verified = checked.is_ok();
    match shell.format {
        Format::Text => shell.out(&provost_verifier::as_text(&checked))?,
        Format::Json => shell.out(&provost_verifier::as_json(&checked))?,
    }
    if !verified {
        return Ok(Verdict::No);
    }
    of_package(shell, &bytes, &args.file)
}

/// Whether the package that was named, if one was, is that of a certificate.
pub fn of_package(shell: &Shell, bytes: &[u8], file: &Path) -> Result<Verdict, Failure> {
    if shell.package_named { same_policy(shell, bytes, file) } else { Ok(Verdict::Yes) }
}

/// Whether a certificate speaks of the policy of the package that was named.
fn same_policy(shell: &Shell, bytes: &[u8], file: &Path) -> Result<Verdict, Failure> {
    let certificate = stored::document(bytes).map_err(|e| Failure::Unexpected(e.to_string()))?;
    let certified = certificate.get("policy").map(canonical::digest);
    for opened in shell.packages()? {
        let opened = shell.sound(opened)?;
        if Some(canonical::digest(&ir::json::policy(&opened.package.policy))) == certified {
            shell.remark(&format!("the policy is that of `{}`", shown(&opened.dir)));
            return Ok(Verdict::Yes);
        }
    }
    shell.remark(&format!("refused: the policy of `{}` is not that of the package", shown(file)));
    Ok(Verdict::No)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::cli::disk::Disk;
    use crate::facts::{Request, Signals};
    use crate::value::Value;
    use crate::{package, plan, route};

    #[test]
    fn a_certificate_of_ours_that_does_not_verify_is_unexpected_and_says_what_to_send() {
        let case = "tests/cases/cli/masked-values-are-proved-and-not-read";
        let package = package::open(&Disk, &Path::new(env!("CARGO_MANIFEST_DIR")).join(case));
        let plan = plan::plan(Arc::new(package.policy), Arc::new(package.services));
        let size = ("size".into(), Some(Value::Int(1)));
        let request = Request { ty: "Plain".into(), value: Value::Record(vec![size].into()) };
        let inputs = Inputs { request, signals: Signals::default(), now: "2026-11-21T00:00:00Z".parse().unwrap() };
        let (mut decision, trace) = route::decide_traced(&plan, "plain", &inputs).unwrap();
        let certificate = certificate(Some((&trace, &inputs)), &decision).unwrap().unwrap();
        assert_eq!(passes(certificate.as_bytes()).unwrap().decision_id, decision.id());
        // A decision that promises what nobody promised: the fault lies before the certificate.
        decision.guarantees.push(("haste".into(), "1s".to_owned()));
        let Err(failure) = super::certificate(Some((&trace, &inputs)), &decision) else { panic!("it passes") };
        assert_eq!(failure.code(), 3);
        let Failure::Unexpected(message) = failure else { panic!("{failure:?}") };
        assert!(message.contains("refused at decision."), "{message}");
        assert!(message.contains("nothing is decided and nothing is written"), "{message}");
        assert!(message.contains("defect of Provost") && message.contains("provost --version"), "{message}");
    }

    #[test]
    fn what_could_not_be_read_has_no_certificate_and_no_fault() {
        let package = package::open(&Disk, &Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/governance"));
        let plan = plan::plan(Arc::new(package.policy), Arc::new(package.services));
        let decision = Decision::invalid(&plan, "work".into(), Vec::new(), "2026-11-21T00:00:00Z".parse().unwrap());
        assert_eq!(certificate(None, &decision).unwrap(), Err(ProofError::Unread));
    }
}
