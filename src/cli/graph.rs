//! `provost graph`: traits, uses, a route or a decision as a picture.

use super::args::{GraphArgs, Notation, Picture as What};
use super::decide::{self, Ready};
use super::shell::{Failure, Shell, Verdict};
use crate::base::Name;
use crate::draw::{self, Picture};

/// Draws what is asked for. A picture of a refusal is as good an answer as any, so that what was decided does not matter to
/// the exit code; a request that does not fit its type does.
pub fn run(shell: &Shell, args: &GraphArgs) -> Result<Verdict, Failure> {
    let (picture, ended) = match args.what {
        What::Traits => {
            unasked(args)?;
            let package = shell.one()?.package;
            (draw::traits(&package.policy, &package.services), Ok(Verdict::Yes))
        }
        What::Uses => {
            unasked(args)?;
            let package = shell.one()?.package;
            (draw::uses(&package.policy, &package.services), Ok(Verdict::Yes))
        }
        What::Route => (route(shell, wanted(args)?)?, Ok(Verdict::Yes)),
        What::Funnel => {
            let name = wanted(args)?;
            let ready = Ready::with_route(shell, name)?;
            let decided = decide::decide(shell, &ready, name, &args.inputs)?;
            let decision = decided.decision();
            let picture = draw::funnel(decision, &ready.plan.policy, &ready.plan.services);
            let ended = decide::verdict(decision.ending).map(|_| Verdict::Yes);
            (picture, ended)
        }
    };
    let text = match args.notation {
        Notation::Dot => draw::dot(&picture),
        Notation::Mermaid => draw::mermaid(&picture),
        Notation::Svg => draw::svg(&picture),
    };
    shell.write(args.output.as_deref(), &text)?;
    ended
}

fn route(shell: &Shell, name: &str) -> Result<Picture, Failure> {
    let package = shell.with_route(name)?.package;
    let Some((name, route)) = package.policy.routes.get_key_value(name) else {
        let known = package.policy.routes.keys().map(|n: &Name| &**n);
        return Err(Failure::Usage(shell.unknown("route", name, known)));
    };
    Ok(draw::route(&package.policy, &package.services, name, route))
}

/// The word on the command line.
fn word(what: What) -> &'static str {
    match what {
        What::Traits => "traits",
        What::Uses => "uses",
        What::Route => "route",
        What::Funnel => "funnel",
    }
}

/// The route, for the pictures that are of one.
fn wanted(args: &GraphArgs) -> Result<&str, Failure> {
    args.route.as_deref().ok_or_else(|| {
        let word = word(args.what);
        let inputs = if args.what == What::Funnel { " --request FILE" } else { "" };
        let help = format!("name it, as in `provost graph {word} ROUTE{inputs}`");
        Failure::Usage(format!("`provost graph {word}` draws one route, and none is named\n  help: {help}"))
    })
}

/// A route that would be ignored is refused.
fn unasked(args: &GraphArgs) -> Result<(), Failure> {
    match &args.route {
        None => Ok(()),
        Some(route) => {
            let word = word(args.what);
            let help = format!("leave it out, or draw it with `provost graph route {route}`");
            Err(Failure::Usage(format!(
                "`provost graph {word}` takes no route, and `{route}` is named\n  help: {help}"
            )))
        }
    }
}
