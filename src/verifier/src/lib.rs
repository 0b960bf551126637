//! Checks a certificate.

#![allow(dead_code)]
mod eval;
mod expr;
mod functions;
mod json;
mod judge;
mod number;
mod operators;
mod program;
mod sha256;
mod totals;
mod tree;
mod value;

/// Why a certificate is refused, and at which step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The step.
    pub step: String,
    /// The reason.
    pub reason: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(step: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { step: step.into(), reason: reason.into() }
    }
}
