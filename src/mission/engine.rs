//! The run of a mission: steps in order, each whole or not at all, every state hashed, every answer recorded.
//!
//! A run is a replay. It begins at the first step with the answers that were given so far, and ends, fails, or stops at the
//! first human step without an answer. Nothing is kept between runs, so that the same answers give the same bytes.

use std::collections::BTreeMap;

use super::data::Data;
use super::problem::{Kind, Problem};
use super::spelling;
use crate::base::limits;

/// A step as the engine sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its id; no two steps share one.
    pub id: String,
    /// Whether it waits for a person.
    pub human: bool,
}

/// A checked program of steps. Both front ends, workflows as data and missions of the language, are this to the engine.
pub trait Program {
    /// What the steps work on.
    type State: Clone;

    /// The workflow's id.
    fn id(&self) -> &str;
    /// The digest of everything that the steps mean.
    fn digest(&self) -> &str;
    /// Who wrote the workflow or began the run, and so cannot answer.
    fn authors(&self) -> &[String];
    /// The steps in order.
    fn steps(&self) -> &[Head];
    /// Whether a step runs at all.
    fn applies(&self, step: usize, state: &Self::State) -> Result<bool, Problem>;
    /// Does what a step says. What it did is dropped where it fails.
    fn act(&self, step: usize, state: &mut Self::State) -> Result<(), Problem>;
    /// What a human step asks.
    fn question(&self, step: usize, state: &Self::State) -> Result<Question, Problem>;
    /// Takes an answer that was admitted.
    fn answer(&self, step: usize, state: &mut Self::State, answer: &Answer) -> Result<(), Problem>;
    /// The state as data, which is what is hashed and shown.
    fn data(&self, state: &Self::State) -> Data;
    /// Decisions of routes, for the record; nothing where no route was asked.
    fn routed(&self, state: &Self::State) -> Vec<Data>;
}

/// What a human step asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// The text that is shown.
    pub prompt: Option<String>,
    /// The values that may be entered; any, where none are named.
    pub options: Option<Vec<Data>>,
    /// Who may answer; anybody, where nobody is named.
    pub actors: Option<Vec<String>>,
}

/// An answer as it was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// `approve`, `reject` or `input`.
    pub decision: String,
    /// Who answers.
    pub actor: String,
    /// The value, for `input`.
    pub value: Option<Data>,
    /// A remark.
    pub note: Option<String>,
    /// The token of the question; where it is given, it must match.
    pub token: Option<String>,
}

impl Answer {
    /// The answer without its token, as it is recorded.
    pub fn record(&self) -> BTreeMap<String, Data> {
        let always = [("actor", Some(Data::text(&*self.actor))), ("decision", Some(Data::text(&*self.decision)))];
        let given = [("value", self.value.clone()), ("note", self.note.as_deref().map(Data::text))];
        always.into_iter().chain(given).filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
    }
}

/// What human steps come to.
#[derive(Clone, Copy, Debug)]
pub enum Humans<'a> {
    /// They are only recorded: a rehearsal, as scenarios run it.
    Recorded,
    /// They wait for these answers, by the id of the step.
    Asked(&'a BTreeMap<String, Answer>),
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Every step is done.
    Succeeded,
    /// A step failed.
    Failed,
    /// A human step has no answer yet.
    AwaitingHuman,
}

impl Status {
    /// `succeeded`, `failed` or `awaiting_human`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::AwaitingHuman => "awaiting_human",
        }
    }
}

/// A question that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The step.
    pub step: usize,
    /// What it asks.
    pub question: Question,
    /// The token that an answer has to name.
    pub token: String,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// How it stands.
    pub status: Status,
    /// The steps that ran, the one that failed or waits included.
    pub executed: Vec<usize>,
    /// Why the last of them failed.
    pub problem: Option<Problem>,
    /// The question that waits.
    pub pending: Option<Pending>,
    /// The state before each step that ran.
    pub snapshots: Vec<Data>,
    /// The digests of these.
    pub snapshot_digests: Vec<String>,
    /// The state at the end.
    pub state: Data,
    /// The answers that were used, in order.
    pub decisions: Vec<Data>,
    /// The decisions of routes, in order.
    pub routed: Vec<Data>,
}

/// Runs a program from its first state with the answers at hand.
pub fn run<P: Program>(program: &P, first: P::State, humans: Humans<'_>) -> Result<Run, Problem> {
    run_to(program, first, humans).map(|(run, _)| run)
}

/// The same, with the state at the end.
pub fn run_to<P: Program>(program: &P, first: P::State, humans: Humans<'_>) -> Result<(Run, P::State), Problem> {
    let mut state = first;
    let mut run = Run {
        status: Status::Succeeded,
        executed: Vec::new(),
        problem: None,
        pending: None,
        snapshots: Vec::new(),
        snapshot_digests: Vec::new(),
        state: Data::Null,
        decisions: Vec::new(),
        routed: Vec::new(),
    };
    admitted(&program.data(&state))?;
    for (number, head) in program.steps().iter().enumerate() {
        let applies = program.applies(number, &state);
        if applies == Ok(false) {
            continue;
        }
        let before = program.data(&state);
        let digest = admitted(&before)?;
        run.executed.push(number);
        run.snapshots.push(before);
        run.snapshot_digests.push(digest.clone());
        let mut next = state.clone();
        let done = match (applies, head.human) {
            (Err(problem), _) => Err(problem),
            (Ok(_), false) => program.act(number, &mut next),
            (Ok(_), true) => match ask(program, (number, &digest), &mut next, humans, &mut run) {
                Ok(true) => Ok(()),
                Ok(false) => {
                    run.status = Status::AwaitingHuman;
                    break;
                }
                Err(problem) => Err(problem),
            },
        };
        let done = done.and_then(|()| admitted(&program.data(&next)).map(drop));
        match done {
            Ok(()) => state = next,
            Err(problem) => {
                if problem.keeps {
                    state = next;
                }
                (run.status, run.problem) = (Status::Failed, Some(problem));
                break;
            }
        }
    }
    run.state = program.data(&state);
    run.routed = program.routed(&state);
    Ok((run, state))
}

/// The digest of a state that is neither too large nor beyond what JSON writes.
fn admitted(state: &Data) -> Result<String, Problem> {
    let text = spelling::canonical(state).map_err(|_| {
        Problem::new(Kind::NotCanonical, "the state holds a number that JSON cannot write, such as `NaN`")
    })?;
    if text.len() > limits::MISSION_STATE_BYTES {
        let message = format!("the state has more than {} bytes", limits::MISSION_STATE_BYTES);
        return Err(Problem::new(Kind::StateTooLarge, message));
    }
    Ok(crate::base::canonical::digest_bytes(text.as_bytes()))
}

/// Asks a human step; false where it waits.
fn ask<P: Program>(
    program: &P,
    (number, digest): (usize, &str),
    state: &mut P::State,
    humans: Humans<'_>,
    run: &mut Run,
) -> Result<bool, Problem> {
    let Humans::Asked(answers) = humans else { return Ok(true) };
    let Some(head) = program.steps().get(number) else { return Ok(true) };
    let question = program.question(number, state)?;
    let token = token(program.digest(), number, digest);
    let Some(answer) = answers.get(&head.id) else {
        run.pending = Some(Pending { step: number, question, token });
        return Ok(false);
    };
    admit(answer, &question, &token, program.authors())?;
    let answered = program.answer(number, state, answer);
    // A no is an answer too; what does not fit is none.
    if answered.as_ref().err().is_none_or(|problem| problem.kind == Kind::Rejected) {
        let mut record = answer.record();
        record.insert("step_id".to_owned(), Data::text(&*head.id));
        run.decisions.push(Data::Map(record));
    }
    answered.map(|()| true)
}

/// The token of a question: the workflow, the place of the step and the state before it, hashed together.
pub fn token(workflow: &str, step: usize, state: &str) -> String {
    let index = Data::count(step);
    let parts = [("state", Data::text(state)), ("step_index", index), ("workflow", Data::text(workflow))];
    spelling::digest_of_checked(&Data::map(parts))
}

/// Whether an answer may be taken, in the order in which it is asked.
fn admit(answer: &Answer, question: &Question, token: &str, authors: &[String]) -> Result<(), Problem> {
    let refused = |kind, message: String| Err(Problem::new(kind, message));
    if answer.token.as_deref().is_some_and(|given| given != token) {
        return refused(Kind::StaleToken, "the token is not the one of the question that waits".to_owned());
    }
    let actor = &answer.actor;
    if actor.trim().is_empty() {
        return refused(Kind::MissingActor, "nobody is named as the one who answers".to_owned());
    }
    if authors.contains(actor) {
        return refused(Kind::SeparationOfDuties, format!("`{actor}` began this mission and cannot answer for it"));
    }
    if let Some(allowed) = question.actors.as_ref().filter(|allowed| !allowed.contains(actor)) {
        let allowed: Vec<String> = allowed.iter().map(|a| format!("`{a}`")).collect();
        let message = format!("`{actor}` may not answer; {} may", listed(&allowed));
        return refused(Kind::ActorNotAllowed, message);
    }
    match answer.decision.as_str() {
        "approve" | "reject" if answer.value.is_some() => {
            refused(Kind::InvalidDecision, format!("`{}` takes no value", answer.decision))
        }
        "approve" | "reject" => Ok(()),
        "input" if answer.value.is_none() => refused(Kind::InvalidDecision, "`input` needs a value".to_owned()),
        "input" if !fits(answer, question) => {
            refused(Kind::InvalidDecision, "the value is none of the options".to_owned())
        }
        "input" => Ok(()),
        "" => refused(Kind::InvalidDecision, "no answer is given: `approve`, `reject`, or a value".to_owned()),
        other => refused(Kind::InvalidDecision, format!("`{other}` is none of `approve`, `reject`, `input`")),
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn fits(answer: &Answer, question: &Question) -> bool {
    match (&answer.value, &question.options) {
        (Some(value), Some(options)) => options.iter().any(|option| option.says_the_same(value)),
        (Some(value), None) => spelling::canonical(value).is_ok(),
        (None, _) => false,
    }
}
