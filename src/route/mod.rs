//! Routing: who does the work.
//!
//! *Takes* a plan, the name of a route and the inputs of one decision, *gives* a [`Decision`]. *Promises* the first of
//! all admissible assignments in rank order, or a reason why there is none that has been checked; the same inputs give
//! the same decision, and a search that takes too long is an error and never another answer. *Leaves out* proofs and
//! sentences: both are made from the decision and its [`Trace`].

mod core;
pub mod decision;
pub mod held;
pub mod json;
pub mod phases;
pub mod problem;
mod reject;
mod relax;
mod search;
pub mod trace;

use crate::base::Name;
use crate::eval::{self, EvalError};
use crate::facts::Inputs;
use crate::plan::Plan;
pub use decision::{Decision, Ending};
pub use trace::Trace;

/// Why there is no decision.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecideError {
    /// The package has no such route.
    #[error("there is no route `{0}`")]
    UnknownRoute(Name),
    /// The request is not of the type that the route answers.
    #[error("route `{route}` answers `{wanted}`, not `{given}`")]
    WrongRequest {
        /// The route.
        route: Name,
        /// The request type that it answers.
        wanted: Name,
        /// The type of the request.
        given: Name,
    },
    /// The search for an assignment takes more steps than [`crate::base::limits::SEARCH_STEPS`].
    #[error("the search for an assignment takes too many steps")]
    SearchLimit,
    /// A constraint or score takes more steps than [`crate::base::limits::EVALUATION_STEPS`].
    #[error("`{0}` takes too many steps to evaluate")]
    EvaluationLimit(Name),
}

impl From<EvalError> for DecideError {
    fn from(error: EvalError) -> Self {
        match error {
            EvalError::TooManySteps(name) => Self::EvaluationLimit(name),
        }
    }
}

/// Decides.
pub fn decide(plan: &Plan, route: &str, inputs: &Inputs) -> Result<Decision, DecideError> {
    Ok(decide_traced(plan, route, inputs)?.0)
}

/// Decides, and keeps what explanations and certificates are made from.
pub fn decide_traced<'p>(plan: &'p Plan, route: &str, inputs: &Inputs) -> Result<(Decision, Trace<'p>), DecideError> {
    let trace = choose(plan, route, inputs)?;
    Ok((trace.decision(inputs)?, trace))
}

/// Chooses, and leaves the reasons to be found when somebody asks the trace for them.
pub fn choose<'p>(plan: &'p Plan, route: &str, inputs: &Inputs) -> Result<Trace<'p>, DecideError> {
    let route = plan.routes.get(route).ok_or_else(|| DecideError::UnknownRoute(route.into()))?;
    if inputs.request.ty != route.request {
        let (wanted, given) = (route.request.clone(), inputs.request.ty.clone());
        return Err(DecideError::WrongRequest { route: route.name.clone(), wanted, given });
    }
    Trace::new(eval::evaluate(plan, route, inputs)?)
}
