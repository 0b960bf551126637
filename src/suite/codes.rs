//! The diagnostic codes of this stage.

use crate::diag::Code;

/// A test whose decision is not what it expects.
pub const NOT_MET: Code = Code { id: "P0601", title: "expectation not met" };

/// Every code of this stage.
pub const ALL: &[&Code] = &[&NOT_MET];
