//! The verifier against certificates written by hand, and against everything that can be done to them.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that panics has said what is wrong"
)]

mod canonical;
mod form;
mod hostile;
mod mutants;
mod mutations;
mod samples;

use provost_verifier::verify;
use samples::Sample;

#[test]
fn certificates_of_all_outcomes_verify() {
    for sample in Sample::all() {
        let report = verify(sample.bytes().as_bytes()).unwrap_or_else(|refusal| panic!("{}: {refusal}", sample.name));
        assert_eq!(report.outcome, sample.outcome(), "{}", sample.name);
        assert_eq!(report.services, 5);
    }
}

#[test]
fn what_was_established_is_counted() {
    let report = verify(Sample::routed().bytes().as_bytes()).unwrap();
    assert_eq!((report.candidates, report.excluded, report.steps), (15, 4, 4));
}
