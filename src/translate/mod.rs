//! Foreign rules as source text of a package.
//!
//! *Takes* rules that `facts/rules/` has read and bound; *gives* the text of a source file in its canonical form, or the rules that
//! contradict each other. *Promises*: what it writes parses, is formatted, and says what the expressions say. *Leaves out* the
//! reading of documents, and whether the package already has such rules, which `provost lint` tells.

mod conflicts;
mod print;

use crate::diag::Diagnostic;
use crate::facts::rules::Read;
use crate::fmt;
use crate::ir::Policy;

pub use print::item;

/// The source text of rules; `origin` is the document that they come from, as a person knows it.
pub fn translate(read: &Read, policy: &Policy, origin: &str) -> Result<String, Vec<Diagnostic>> {
    let found = conflicts(read, policy);
    if found.is_empty() { Ok(fmt::format(&print::file(read, origin)).text) } else { Err(found) }
}

/// The rules that nothing can satisfy together.
pub fn conflicts(read: &Read, policy: &Policy) -> Vec<Diagnostic> {
    read.request.as_ref().map_or_else(Vec::new, |request| conflicts::conflicts(&read.rules, policy, request))
}
