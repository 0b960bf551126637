//! The certificate of a decision: the steps that suffice for a stranger to check it.
//!
//! *Takes* a plan, the inputs, the decision and its trace, *gives* one self-contained document, described in
//! `docs/reference/certificate.md`. *Promises* that equal decisions have equal certificates, byte for byte, and that whoever
//! follows the steps needs no search. *Leaves out* the check itself, which shares nothing with this crate, and whatever is
//! said to people only: places, and the values on both sides of a condition.

mod steps;
mod tree;

use serde_json::{Value as Json, json};

use crate::base::canonical;
use crate::facts::Inputs;
use crate::route::{DecideError, Decision, Ending, Trace, json as facts};

/// Why there is no certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The request could not be read, so that nothing but its problems is known.
    #[error("a request that could not be read has no certificate")]
    Unread,
    /// The search for relaxations was cut short, so that nobody can say whether they are all.
    #[error("a decision whose relaxations may not be all has no certificate")]
    Incomplete,
    /// Writing out the steps takes too many of them.
    #[error("the certificate takes too long to write: {0}")]
    Limit(#[from] DecideError),
}

/// The certificate of a decision, in its canonical spelling.
pub fn prove(trace: &Trace<'_>, inputs: &Inputs, decision: &Decision) -> Result<String, ProofError> {
    let plan = trace.outcome.plan;
    if decision.inputs.request.is_none() {
        return Err(ProofError::Unread);
    }
    if decision.unroutable.as_ref().is_some_and(|unroutable| !unroutable.complete) {
        return Err(ProofError::Incomplete);
    }
    let steps = match decision.ending {
        Ending::Invalid | Ending::Denied => Vec::new(),
        Ending::Routed => steps::routed(trace)?,
        Ending::Unroutable => steps::unroutable(trace, decision)?,
    };
    let text = |json: &Json| canonical::to_string(json);
    // The keys stand in their order; policy and services were spelled when the plan was made.
    let members = [
        ("decision", text(&claim(decision))),
        ("now", text(&json!(inputs.now.to_string()))),
        ("policy", plan.policy_text.clone()),
        ("request", text(&facts::request(&inputs.request))),
        ("route", text(&json!(&*decision.route))),
        ("schema", text(&json!("provost.certificate/1"))),
        ("services", plan.services_text.clone()),
        ("signals", text(&facts::signals(&inputs.signals))),
        ("steps", list(steps)),
    ];
    let mut members: Vec<String> = members.iter().map(|(key, text)| format!("\"{key}\":{text}")).collect();
    if let Some(held) = &plan.registered {
        let behind_policy = 3;
        members.insert(behind_policy, format!("\"registered\":{}", list(held.names.iter().map(|name| quoted(name)))));
    }
    Ok(format!("{{{}}}", members.join(",")))
}

/// What a certificate says of the decision: all but who was rejected, which follows from the steps.
fn claim(decision: &Decision) -> Json {
    let mut claim = facts::claim(decision);
    if let Json::Object(map) = &mut claim {
        map.insert("decision_id".to_owned(), Json::from(decision.id()));
    }
    claim
}

/// Ascending positions as ranges, maximal and in order: `[[0,4],[7,7]]`.
fn ranges(positions: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for position in positions {
        match ranges.last_mut() {
            Some((_, to)) if *to + 1 == *position => *to = *position,
            _ => ranges.push((*position, *position)),
        }
    }
    list(ranges.into_iter().map(|(from, to)| format!("[{from},{to}]")))
}

/// An array of what is spelled already. Steps are most of the work of writing, so they are spelled as they are made.
fn list(items: impl IntoIterator<Item = String>) -> String {
    let mut out = String::from("[");
    for (at, item) in items.into_iter().enumerate() {
        out.push_str(if at == 0 { "" } else { "," });
        out.push_str(&item);
    }
    out + "]"
}

/// A text in quotes.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    canonical::write_text(text, &mut out);
    out
}
