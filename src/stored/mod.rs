//! Stored documents: what a certificate holds, read back into the checked program and the facts.
//!
//! *Takes* the JSON of [`crate::ir::json`] and of the facts, described in `docs/reference/{ir,facts}.md`; *gives* the policy, the
//! services and the inputs from which it was written. *Promises* that whatever is read is written again as the same
//! bytes, places and documentation left out; that every key, form and spelling that the pages do not name is refused with its
//! path; and that hostile input is refused before it takes a deep stack or much memory. *Leaves out* whether the policy
//! is well typed and the steps of a certificate: the verifier judges both.

mod bounds;
mod certificate;
mod exprs;
mod facts;
mod policy;
mod reader;
mod routes;
mod types;
mod values;

pub use certificate::{Stored, certificate, document};
pub use facts::{request, services, signals};
pub use policy::policy;
pub use reader::Refusal;
pub use types::{Names, parse as parse_type};
