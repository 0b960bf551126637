//! Evaluation: what each constraint concludes for whom.
//!
//! *Takes* a plan and the inputs of one decision, *gives* an [`Outcome`]: whether the request is valid, which denials
//! fire, and for every condition on a candidate the candidates for which it is false or unknown. *Promises* Kleene's logic
//! as `docs/reference/evaluation.md` has it, case for case, and an end: a condition that takes too many steps is an
//! error. *Leaves out* the choice among candidates. What was concluded is kept as sets; the values behind a verdict are
//! found again when somebody asks ([`reason`]).

pub mod bound;
mod collections;
pub mod machine;
mod missing;
pub mod outcome;
pub mod reason;
mod total;
pub mod truth;

use crate::facts::Inputs;
use crate::plan::{Plan, RoutePlan};
pub use bound::Bound;
pub use machine::Machine;
pub use missing::MissingFact;
pub use outcome::{Outcome, Unary};
pub use reason::Reason;
pub use truth::{Gap, Truth, Val};

/// Why there is no outcome.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// One evaluation of a constraint visits more nodes than [`crate::base::limits::EVALUATION_STEPS`].
    #[error("`{0}` takes too many steps to evaluate")]
    TooManySteps(crate::base::Name),
}

/// Evaluates everything that does not depend on who is chosen.
pub fn evaluate<'p>(plan: &'p Plan, route: &'p RoutePlan, inputs: &Inputs) -> Result<Outcome<'p>, EvalError> {
    outcome::outcome(plan, route, Bound::new(plan, route, inputs))
}
