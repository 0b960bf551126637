//! `provost what-if`: one request decided twice, as it is and with changes, and what differs.

use super::args::{CallerArgs, Format, InputArgs, WhatIfArgs};
use super::decide::{Ready, decide, verdict};
use super::inputs;
use super::shell::{Failure, Shell, Verdict};
use crate::explain::compare;
use crate::route::decision::Ending;

/// Runs it; the exit code is that of the decision with the changes.
pub fn run(shell: &Shell, args: &WhatIfArgs) -> Result<Verdict, Failure> {
    if args.set.is_empty() && args.then_signals.is_none() && args.then_now.is_none() {
        let help = "name one with `--set FIELD=VALUE`, `--then-signals FILE` or `--then-now INSTANT`";
        return Err(Failure::Usage(format!("`what-if` needs a change\n  help: {help}")));
    }
    let ready = Ready::with_route(shell, &args.route)?;
    // Both decisions are for one instant unless another is named, and standard input can be read only once.
    let now = inputs::now(shell, args.now.as_deref())?.to_string();
    if args.request.as_deref() == Some(std::path::Path::new("-")) {
        let help = "write the request to a file, since it is decided twice";
        return Err(Failure::Usage(format!("`what-if` cannot read the request from standard input\n  help: {help}")));
    }
    let before = InputArgs {
        request: args.request.clone(),
        request_adapter: args.request_adapter.clone(),
        set: Vec::new(),
        signals: args.signals.clone(),
        now: Some(now.clone()),
        caller: CallerArgs {
            trusted_caller: args.caller.trusted_caller && args.caller.token.is_none(),
            ..args.caller.clone()
        },
    };
    let after = InputArgs {
        set: args.set.clone(),
        signals: args.then_signals.clone().or_else(|| args.signals.clone()),
        now: Some(args.then_now.clone().unwrap_or(now)),
        caller: CallerArgs { hypothetical: true, ..args.caller.clone() },
        ..before.clone()
    };
    let before = decide(shell, &ready, &args.route, &before)?;
    if before.decision().ending == Ending::Invalid {
        let help = "name a whole request with `--request FILE`; `--set` holds only the changes to it";
        return Err(Failure::Usage(format!("the request as it is, is invalid\n  help: {help}")));
    }
    let after = decide(shell, &ready, &args.route, &after)?;
    let (before, after) = (before.decision(), after.decision());
    match shell.format {
        Format::Text => shell.out(&compare::text(before, after, ready.plan.policy.routes.get(args.route.as_str())))?,
        Format::Json => shell.out(&format!("{:#}", compare::json(before, after)))?,
    }
    verdict(after.ending)
}
