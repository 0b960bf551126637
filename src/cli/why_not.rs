//! `provost why-not`: why one service was not chosen, and the least that would have to change.

use super::args::{Format, WhyNotArgs};
use super::decide::{Decided, Ready, decide, failure};
use super::shell::{Failure, Shell, Verdict};
use crate::explain::{Told, why_not};
use crate::route::{self, Ending};

/// Runs it: yes where nothing stands against the service, a definite no where something does.
pub fn run(shell: &Shell, args: &WhyNotArgs) -> Result<Verdict, Failure> {
    let ready = Ready::with_route(shell, &args.route)?;
    let plan = &ready.plan;
    let Some((service, _)) = plan.services.get_key_value(args.service.as_str()) else {
        let known = plan.services.keys().map(|name| &**name);
        return Err(Failure::Usage(shell.unknown("service", &args.service, known)));
    };
    let decided = decide(shell, &ready, &args.route, &args.inputs)?;
    let (decision, inputs, trace) = match &decided {
        Decided::Of(decision, inputs, trace) if decision.ending != Ending::Invalid => (decision, inputs, trace),
        decided => return invalid(shell, decided),
    };
    let told = Told { decision, plan, inputs: Some(inputs), trace: Some(trace) };
    let Some(role) = why_not::role_of(&told, service, args.role.as_deref()) else {
        let roles = told.route().map_or(&[][..], |route| route.roles.as_slice()).iter().map(|role| &*role.name);
        return Err(Failure::Usage(shell.unknown("role", args.role.as_deref().unwrap_or_default(), roles)));
    };
    let report = why_not::report(&told, (inputs, trace), role, service).map_err(failure)?;
    match shell.format {
        Format::Text => shell.out(&why_not::text(&report))?,
        Format::Json => shell.out(&format!("{:#}", why_not::json(&report)))?,
    }
    Ok(if report.standing.is_eligible() { Verdict::Yes } else { Verdict::No })
}

/// A request that is invalid has no answer but what is wrong with it.
fn invalid(shell: &Shell, decided: &Decided) -> Result<Verdict, Failure> {
    match shell.format {
        Format::Json => shell.out(&format!("{:#}", route::json::decision(decided.decision())))?,
        Format::Text => {
            let problems = decided.decision().invalid.iter().flatten();
            let lines: Vec<String> = problems.map(|problem| format!("  {problem}\n")).collect();
            shell.remark(&format!(
                "the request is invalid, so no service can be asked about\n{}",
                lines.concat().trim_end()
            ));
        }
    }
    Err(Failure::Wrong)
}
