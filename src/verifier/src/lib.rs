//! Checks a certificate: that a decision is the one that its policy and facts demand.
//!
//! *Takes* the bytes of a certificate and nothing else, *gives* what was established, or the step at which it is refused
//! and why. *Promises* an end within bounds for any input, without panic. It shares no code with the engine that decides
//! and depends on nothing; `docs/reference/` describes the three formats that it reads, and what is established.

mod complex;
mod decision;
mod eval;
mod expr;
mod form;
mod functions;
mod json;
mod judge;
mod members;
mod number;
mod operators;
mod program;
mod sha256;
mod steps;
mod ties;
mod totals;
mod tree;
mod value;

use std::fmt;

use decision::Derivation;
use eval::{Frame, NOBODY};
pub use json::BYTES;
use json::Json;
use judge::Judge;
use members::{Checked, list, member, names, object, text};
use program::Program;
use steps::Steps;

/// Bytes of stack for one check: enough for the deepest document and expression that are read.
const STACK: usize = 128 * 1024 * 1024;
/// Evaluation steps that any certificate may take, those for each of its bytes, and the most altogether.
const STEPS: (u64, u64, u64) = (10_000_000, 200, 1_000_000_000);

/// Why a certificate is refused, and at which step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The step.
    pub step: String,
    /// The reason.
    pub reason: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(step: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { step: step.into(), reason: reason.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused at {}: {}", self.step, self.reason)
    }
}

impl std::error::Error for Refusal {}

/// What was established.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The route.
    pub route: String,
    /// `routed`, `denied`, `unroutable` or `invalid`.
    pub outcome: String,
    /// The identity of the decision.
    pub decision_id: String,
    /// The digest of the policy.
    pub policy: String,
    /// Services that were read.
    pub services: usize,
    /// Candidates that were accounted for, in all roles.
    pub candidates: usize,
    /// How many of them are excluded by a constraint on them alone.
    pub excluded: usize,
    /// Steps that were checked.
    pub steps: usize,
}

/// The result as a line for people.
pub fn as_text(checked: &Result<Report, Refusal>) -> String {
    match checked {
        Ok(report) => format!(
            "verified: `{}` is {}, {} services, {} candidates ({} excluded), {} steps, {}",
            report.route,
            report.outcome,
            report.services,
            report.candidates,
            report.excluded,
            report.steps,
            report.decision_id
        ),
        Err(refusal) => refusal.to_string(),
    }
}

/// The result as JSON.
pub fn as_json(checked: &Result<Report, Refusal>) -> String {
    let count = |count: usize| Json::Number(count as i64);
    let text = |text: &String| Json::from(text.as_str());
    let json = match checked {
        Ok(report) => Json::record([
            ("verified", Json::Bool(true)),
            ("route", text(&report.route)),
            ("outcome", text(&report.outcome)),
            ("decision_id", text(&report.decision_id)),
            ("policy", text(&report.policy)),
            ("services", count(report.services)),
            ("candidates", count(report.candidates)),
            ("excluded", count(report.excluded)),
            ("steps", count(report.steps)),
        ]),
        Err(Refusal { step, reason }) => {
            Json::record([("verified", Json::Bool(false)), ("step", text(step)), ("reason", text(reason))])
        }
    };
    let mut out = String::new();
    json.write(&mut out);
    out
}

/// Checks a certificate.
pub fn verify(bytes: &[u8]) -> Result<Report, Refusal> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || check(bytes));
        match thread {
            Ok(thread) => thread.join().unwrap_or_else(|_| Err(Refusal::new("limits", "the check broke off"))),
            // Where there are no threads, the stack at hand has to do.
            Err(_) => check(bytes),
        }
    })
}

fn check(bytes: &[u8]) -> Checked<Report> {
    let read = json::read_canonical(bytes)?;
    let document = &read.json;
    steps::shape(document)?;
    let decision = member(document, "decision")?;
    let inputs = inputs(&read)?;
    if *member(decision, "inputs")? != inputs {
        return Err(Refusal::new("decision.inputs", "they are not the digests of policy and facts"));
    }
    let program = program::read(document)?;
    let (any, for_each, most) = STEPS;
    let judge = Judge::new(&program, (any + for_each * bytes.len() as u64).min(most))?;
    contracts(&judge)?;
    let outcome = text(decision, "outcome")?;
    let broken = broken(&judge)?;
    let mut derivation = Derivation { judge: &judge, own: Vec::new(), claim: None };
    let denied = if broken.is_empty() { derivation.denied_by()? } else { Json::List(Vec::new()) };
    let expected = match (broken.is_empty(), denied.list().is_some_and(<[Json]>::is_empty)) {
        (false, _) => "invalid",
        (true, false) => "denied",
        (true, true) if outcome == "unroutable" => "unroutable",
        (true, true) => "routed",
    };
    if outcome != expected {
        return Err(Refusal::new("outcome", format!("it is `{expected}`")));
    }
    let routed = expected == "routed";
    if routed || expected == "unroutable" {
        for (place, role) in program.route.roles.iter().enumerate() {
            let own = |name: &value::Name| Ok((name.clone(), judge.own(place, name)?));
            derivation.own.push(role.candidates.iter().map(own).collect::<Checked<_>>()?);
        }
    }
    if routed {
        let claim = steps::claimed(&derivation, member(decision, "roles")?);
        derivation.claim = Some(claim.ok_or_else(|| Refusal::new("roles", "not every role is accounted for"))?);
    }
    let mut report = Report { services: program.services.len(), ..Report::default() };
    let mut steps = Steps { derivation: &derivation, left: list(document, "steps")?.iter(), report: &mut report };
    if !derivation.own.is_empty() {
        steps.domains()?;
    }
    match &derivation.claim {
        Some(claim) => steps.assignment(claim)?,
        None if expected == "unroutable" => steps.unroutable(member(decision, "unroutable")?)?,
        None => {}
    }
    steps::at_end(&steps)?;
    let invalid = if broken.is_empty() { Json::Null } else { Json::List(broken) };
    let lifted = if invalid == Json::Null { derivation.waived()? } else { Json::List(Vec::new()) };
    let derived = [("denied_by", denied), ("inputs", inputs.clone()), ("invalid", invalid), ("waived", lifted)];
    claim(document, &derivation, derived)?;
    report.route = program.route.name.clone();
    report.outcome = expected.to_owned();
    report.decision_id = text(decision, "decision_id")?.to_owned();
    report.policy = text(&inputs, "policy")?.to_owned();
    Ok(report)
}

/// The digests of everything that the decision depends on.
fn inputs(read: &json::Document) -> Checked<Json> {
    let document = &read.json;
    let mut inputs = vec![
        ("now".to_owned(), member(document, "now")?.clone()),
        ("policy".to_owned(), read.digest("policy")),
        ("request".to_owned(), read.digest("request")),
        ("services".to_owned(), read.digest("services")),
        ("signals".to_owned(), read.digest("signals")),
    ];
    inputs.extend(registry(document)?.map(|digest| ("registry".to_owned(), Json::from(digest.as_str()))));
    inputs.sort();
    Ok(Json::Object(inputs))
}

/// The digest of the services that a registry holds, by the names that the document gives; nothing where it names no registry.
fn registry(document: &Json) -> Checked<Option<String>> {
    if document.get("registered").is_none() {
        return Ok(None);
    }
    let (held, services) = (names(document, "registered")?, object(document, "services")?);
    if !held.is_sorted_by(|a, b| a < b) {
        return Err(Refusal::new("form", "`registered` has names that are repeated or out of order"));
    }
    // Both ascend, so the members that are left out leave the rest in order.
    let kept: Vec<(String, Json)> =
        services.iter().filter(|(name, _)| held.binary_search(name).is_ok()).cloned().collect();
    if kept.len() != held.len() {
        return Err(Refusal::new("form", "`registered` names a service that is not there"));
    }
    Ok(Some(Json::Object(kept).digest()))
}

/// The decision says what was derived, and its identity covers that and who was rejected.
fn claim(document: &Json, derivation: &Derivation, derived: [(&str, Json); 4]) -> Checked<()> {
    let decision = member(document, "decision")?;
    let mut expected: Vec<(String, Json)> = derived.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    expected.extend([
        ("guarantees".to_owned(), derivation.guarantees()?),
        ("outcome".to_owned(), member(decision, "outcome")?.clone()),
        ("roles".to_owned(), derivation.roles()?),
        ("route".to_owned(), member(document, "route")?.clone()),
        ("schema".to_owned(), Json::from("provost.decision/1")),
    ]);
    let unroutable =
        if text(decision, "outcome")? == "unroutable" { member(decision, "unroutable")? } else { &Json::Null };
    expected.push(("unroutable".to_owned(), unroutable.clone()));
    expected.extend(derivation.outputs()?.map(|outputs| ("outputs".to_owned(), outputs)));
    for (key, value) in &expected {
        if decision.get(key) != Some(value) {
            return Err(Refusal::new(format!("decision.{key}"), "it is not what policy and facts demand"));
        }
    }
    if decision.object().map(<[_]>::len) != Some(expected.len() + 1) {
        return Err(Refusal::new("decision", "it says more than a decision says"));
    }
    // Who was rejected is most of a decision, and is spelled rather than built.
    let rejected = derivation.rejected()?;
    expected.push(("rejected".to_owned(), Json::Null));
    expected.sort();
    let mut spelling = String::new();
    for (key, value) in &expected {
        spelling.push_str(if spelling.is_empty() { "{" } else { "," });
        json::write_text(key, &mut spelling);
        spelling.push(':');
        match key.as_str() {
            "rejected" => spelling.push_str(&rejected),
            _ => value.write(&mut spelling),
        }
    }
    spelling.push('}');
    if text(decision, "decision_id")? != sha256::digest(spelling.as_bytes()) {
        return Err(Refusal::new("decision.decision_id", "it is not the digest of the decision"));
    }
    Ok(())
}

/// The invariants of the request that are not true, as the decision tells them.
fn broken(judge: &Judge) -> Checked<Vec<Json>> {
    let program: &Program = judge.program();
    let mut broken = Vec::new();
    for (condition, because) in &program.invariants {
        let verdict = match judge.world.truth(condition, NOBODY)? {
            Some(true) => continue,
            Some(false) => "false",
            None => "unknown",
        };
        let because = because.text().map_or(String::new(), |because| format!(": {because}"));
        let message = format!("an invariant of `{}` is {verdict}{because}", program.request_type);
        broken.push(Json::record([("field", Json::Null), ("message", Json::from(message.as_str()))]));
    }
    Ok(broken)
}

/// Each contract keeps the invariants of its traits.
fn contracts(judge: &Judge) -> Checked<()> {
    for (name, service) in &judge.program().services {
        for (condition, _) in
            service.traits.iter().filter_map(|of| judge.program().traits.get(of)).flat_map(|of| &of.invariants)
        {
            if judge.world.truth(condition, Frame { subject: Some(name), ..NOBODY })? != Some(true) {
                return Err(Refusal::new("services", format!("`{name}` breaks an invariant of its trait")));
            }
        }
    }
    Ok(())
}
