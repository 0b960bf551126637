//! `provost route` and `provost explain`: one decision, as JSON or in words.

use std::sync::Arc;

use super::args::{ExplainArgs, Format, InputArgs, RouteArgs};
use super::inputs::{self, Read};
use super::shell::{Failure, Shell, Verdict};
use crate::base::Name;
use crate::explain;
use crate::facts::Inputs;
use crate::package::Package;
use crate::plan::{self, Plan};
use crate::route::decision::{Decision, Ending, Problem};
use crate::route::{self, DecideError};

/// A package, ready to decide.
pub struct Ready {
    /// The package, its policy and services moved into the plan.
    pub package: Package,
    /// The plan.
    pub plan: Plan,
}

impl Ready {
    /// Plans a package.
    pub fn new(mut package: Package) -> Self {
        let policy = Arc::new(std::mem::take(&mut package.policy));
        let services = Arc::new(std::mem::take(&mut package.services));
        Self { plan: plan::plan(policy, services), package }
    }

    /// The package that has the route, ready to decide.
    pub fn with_route(shell: &Shell, route: &str) -> Result<Self, Failure> {
        Ok(Self::new(shell.with_route(route)?.package))
    }
}

/// What reading the inputs and deciding came to.
pub enum Decided {
    /// A decision on a request that could be read.
    Of(Decision, Inputs),
    /// A decision that the request is invalid; what is wrong was said.
    Invalid(Decision),
}

impl Decided {
    /// The decision.
    pub fn decision(&self) -> &Decision {
        match self {
            Self::Of(decision, _) | Self::Invalid(decision) => decision,
        }
    }
}

/// Reads the inputs and decides.
pub fn decide(shell: &Shell, ready: &Ready, route: &str, args: &InputArgs) -> Result<Decided, Failure> {
    match inputs::read(shell, &ready.plan, route, args)? {
        Read::Inputs(inputs) => {
            let decision = route::decide(&ready.plan, route, &inputs).map_err(failure)?;
            Ok(Decided::Of(decision, inputs))
        }
        Read::Invalid { refusals, diagnostics, now, sources } => {
            if shell.format == Format::Text {
                shell.diagnostics(&diagnostics, &sources)?;
            }
            let problem = |(field, message): (String, String)| Problem {
                field: (!field.is_empty()).then_some(field),
                message,
                at: None,
            };
            let problems = refusals.into_iter().map(problem).collect();
            Ok(Decided::Invalid(Decision::invalid(&ready.plan, Name::from(route), problems, now)))
        }
    }
}

/// A limit that was reached is no answer, and so no route.
pub fn failure(error: DecideError) -> Failure {
    Failure::Usage(error.to_string())
}

/// The exit code of a decision.
pub fn verdict(ending: Ending) -> Result<Verdict, Failure> {
    match ending {
        Ending::Routed => Ok(Verdict::Yes),
        Ending::Denied | Ending::Unroutable => Ok(Verdict::No),
        Ending::Invalid => Err(Failure::Wrong),
    }
}

/// `provost route`
pub fn route(shell: &Shell, args: &RouteArgs) -> Result<Verdict, Failure> {
    let ready = Ready::with_route(shell, &args.route)?;
    let decided = decide(shell, &ready, &args.route, &args.inputs)?;
    shell.out(&format!("{:#}", route::json::decision(decided.decision())))?;
    verdict(decided.decision().ending)
}

/// `provost explain`
pub fn explain(shell: &Shell, args: &ExplainArgs) -> Result<Verdict, Failure> {
    let ready = Ready::with_route(shell, &args.route)?;
    let decided = decide(shell, &ready, &args.route, &args.inputs)?;
    let decision = decided.decision();
    if shell.format == Format::Json {
        shell.out(&format!("{:#}", route::json::decision(decision)))?;
        return verdict(decision.ending);
    }
    let inputs = match &decided {
        Decided::Of(_, inputs) => Some(inputs),
        Decided::Invalid(_) => None,
    };
    let trace = match inputs {
        Some(inputs) => Some(route::choose(&ready.plan, &args.route, inputs).map_err(failure)?),
        None => None,
    };
    let told = explain::Told { decision, plan: &ready.plan, inputs, trace: trace.as_ref() };
    shell.out(&explain::text(&told, args.verbose))?;
    verdict(decision.ending)
}
