//! Explanations: what was decided and why, for a person.
//!
//! *Takes* a decision with its plan, inputs and trace; *gives* sentences and tables. *Promises* that everything said is
//! read off the decision and its trace, never derived a second time, so that the two cannot disagree. *Leaves out* colours
//! and the width of the terminal, which the shell knows.

pub mod compare;
pub mod funnel;
pub mod miss;
pub mod phases;
pub mod proofs;
pub mod repair;
mod roles;
mod rules;
pub mod spell;
pub mod table;
mod text;
mod ties;
mod told;
pub mod why_not;

pub use text::text;

use crate::facts::Inputs;
use crate::ir::Route;
use crate::plan::Plan;
use crate::route::decision::Decision;
use crate::route::trace::Trace;

/// Everything that an explanation may tell of.
pub struct Told<'a> {
    /// The decision.
    pub decision: &'a Decision,
    /// The policy and the services.
    pub plan: &'a Plan,
    /// The inputs; none where the request could not be read.
    pub inputs: Option<&'a Inputs>,
    /// What happened; none where the request could not be read.
    pub trace: Option<&'a Trace<'a>>,
}

/// A place behind a line: `  [rules/work.provost:12:5]`; nothing where none is known, as of a stored certificate.
pub fn place(at: &str) -> String {
    if at.is_empty() { String::new() } else { format!("  [{at}]") }
}

impl Told<'_> {
    /// The route that was decided.
    pub fn route(&self) -> Option<&Route> {
        self.plan.policy.routes.get(&self.decision.route)
    }

    /// A constraint's name without its route: `latency` for `completion.latency`.
    pub fn short<'n>(&self, constraint: &'n str) -> &'n str {
        constraint.strip_prefix(&*self.decision.route).and_then(|rest| rest.strip_prefix('.')).unwrap_or(constraint)
    }
}
