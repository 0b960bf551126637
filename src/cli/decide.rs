//! `provost route` and `provost explain`: one decision, as JSON or in words.

use std::sync::Arc;

use super::args::{ExplainArgs, Format, InputArgs, RouteArgs};
use super::inputs::{self, Read};
use super::shell::{Failure, Shell, Verdict};
use super::{log, stored, verify};
use crate::base::Name;
use crate::explain;
use crate::facts::{Inputs, Signals};
use crate::journal::Unread;
use crate::package::Package;
use crate::plan::{self, Plan};
use crate::route::decision::{Decision, Ending, Problem};
use crate::route::trace::Trace;
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
        let held = package.registered.as_ref().map(|held| held.names.clone());
        Self { plan: plan::plan(policy, services).with_registered(held), package }
    }

    /// The package that has the route, ready to decide.
    pub fn with_route(shell: &Shell, route: &str) -> Result<Self, Failure> {
        Ok(Self::new(shell.with_route(route)?.package))
    }
}

/// What reading the inputs and deciding came to.
pub enum Decided<'r> {
    /// A decision on a request that could be read, with what happened.
    Of(Decision, Inputs, Box<Trace<'r>>),
    /// A decision that the request is invalid; what is wrong was said.
    Invalid(Decision, Unread, Signals),
}

impl<'r> Decided<'r> {
    /// The decision.
    pub fn decision(&self) -> &Decision {
        match self {
            Self::Of(decision, ..) | Self::Invalid(decision, ..) => decision,
        }
    }

    /// What happened, and the inputs; nothing where the request could not be read.
    pub fn traced(&self) -> Option<(&Trace<'r>, &Inputs)> {
        match self {
            Self::Of(_, inputs, trace) => Some((trace, inputs)),
            Self::Invalid(..) => None,
        }
    }
}

/// Reads the inputs and decides.
pub fn decide<'r>(shell: &Shell, ready: &'r Ready, route: &str, args: &InputArgs) -> Result<Decided<'r>, Failure> {
    match inputs::read(shell, &ready.plan, &ready.package, route, args)? {
        Read::Inputs(inputs) => {
            let (decision, trace) = route::decide_traced(&ready.plan, route, &inputs).map_err(failure)?;
            Ok(Decided::Of(decision, inputs, Box::new(trace)))
        }
        Read::Invalid { refusals, diagnostics, now, signals, unread, sources } => {
            if shell.format == Format::Text {
                shell.diagnostics(&diagnostics, &sources)?;
            }
            let problem = |(field, message): (String, String)| Problem {
                field: (!field.is_empty()).then_some(field),
                message,
                at: None,
            };
            let problems = refusals.into_iter().map(problem).collect();
            let decision = Decision::invalid(&ready.plan, Name::from(route), problems, now);
            Ok(Decided::Invalid(decision, unread, signals))
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
    let decision = decided.decision();
    if args.certificate.is_some() || args.log.is_some() {
        let certificate = verify::certificate(decided.traced(), decision)?;
        if let Some(path) = &args.certificate {
            verify::write(shell, path, &certificate)?;
        }
        // What cannot be logged is not said either: nobody acts on a decision that left no trace.
        if let Some(path) = &args.log {
            log::append(shell, path, &args.logging, &ready, &decided, &certificate)?;
        }
    }
    shell.out(&format!("{:#}", route::json::decision(decision)))?;
    verdict(decision.ending)
}

/// `provost explain`
pub fn explain(shell: &Shell, args: &ExplainArgs) -> Result<Verdict, Failure> {
    let route = match (&args.route, &args.from) {
        (_, Some(file)) => return stored::explain(shell, file, args),
        (Some(route), None) => route,
        (None, None) => return Err(Failure::Usage("a route is needed, or `--from FILE`".to_owned())),
    };
    let ready = Ready::with_route(shell, route)?;
    let decided = decide(shell, &ready, route, &args.inputs)?;
    let decision = decided.decision();
    let certificate = match args.certificate.is_some() || args.proofs {
        true => Some(verify::certificate(decided.traced(), decision)?),
        false => None,
    };
    if let (Some(path), Some(certificate)) = (&args.certificate, &certificate) {
        verify::write(shell, path, certificate)?;
    }
    let (trace, inputs) = decided.traced().unzip();
    let told = explain::Told { decision, plan: &ready.plan, inputs, trace };
    match certificate {
        Some(Err(error)) if args.proofs => Err(Failure::Usage(format!("{error}, and so no proofs"))),
        _ if args.proofs => prove(shell, &told),
        _ => tell(shell, &told, args.verbose),
    }
}

/// Writes the proofs of a decision that the verifier has derived as well.
pub fn prove(shell: &Shell, told: &explain::Told<'_>) -> Result<Verdict, Failure> {
    let proofs = explain::proofs::proofs(told).map_err(|error| Failure::Unexpected(error.to_string()))?;
    shell.out(&format!("{:#}", proofs.unwrap_or_default()))?;
    verdict(told.decision.ending)
}

/// Writes an explanation, or as JSON the decision.
pub fn tell(shell: &Shell, told: &explain::Told<'_>, verbose: bool) -> Result<Verdict, Failure> {
    match shell.format {
        Format::Json => shell.out(&format!("{:#}", route::json::decision(told.decision)))?,
        Format::Text => shell.out(&explain::text(told, verbose))?,
    }
    verdict(told.decision.ending)
}
