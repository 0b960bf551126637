//! Reports of tests as diagnostics, for the printers that know nothing of tests.

use super::{Report, codes};
use crate::diag::Diagnostic;

impl Report {
    /// What is wrong: a diagnostic for each expectation that does not hold, or one for a decision that could not be made.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        if let Err(error) = &self.decision {
            let message = format!("test `{}` has no decision: {error}", self.name);
            return vec![Diagnostic::error(&codes::NOT_MET, self.span, message).label("not decided")];
        }
        let one = |failed: &super::Failed| {
            let message = format!("test `{}`: `{}`, but {}", self.name, failed.text, failed.instead);
            Diagnostic::error(&codes::NOT_MET, failed.span, message).label(failed.instead.clone())
        };
        self.failed.iter().map(one).collect()
    }
}
