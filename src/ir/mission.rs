//! Checked missions. No part of the policy, nor of its digest: a mission asks for decisions and makes none.

use serde_json::{Value as Json, json};

use super::json::{expr, value};
use super::{At, Expr, Field};
use crate::base::Name;

/// A checked `mission` item.
///
/// In its expressions, [`Expr::Variable`] names a parameter or a field of the state.
#[derive(Clone, Debug, PartialEq)]
pub struct Mission {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Field>,
    /// Its state, each field with its first value.
    pub state: Vec<Field>,
    /// Who wrote it, and so cannot answer for it.
    pub author: Option<Name>,
    /// Whether it writes to its log.
    pub logs: bool,
    /// Its steps in the order in which they run.
    pub steps: Vec<Step>,
    /// How many steps it takes, with those of the missions that it runs.
    pub count: usize,
    /// Documentation.
    pub docs: Option<Name>,
    /// Where it is written.
    pub at: At,
}

/// A step. Its expressions are checked ones, or stand for what was made of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Step<E = Expr> {
    /// Its name.
    pub name: Name,
    /// Runs only where this is true.
    pub when: Option<E>,
    /// What it does.
    pub body: Body<E>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Body<E = Expr> {
    /// Operations, all or none.
    Operations(Vec<Operation<E>>),
    /// Asks a person.
    Ask {
        /// The question.
        prompt: E,
        /// The answers that may be entered.
        options: Option<E>,
        /// Who may answer.
        actors: Option<E>,
        /// The field that takes the answer.
        into: Option<Name>,
    },
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation<E = Expr> {
    /// Gives a field a value.
    Set(Name, E),
    /// Adds an element to a list or a set.
    Append(Name, E),
    /// Writes to the log.
    Log(E),
    /// Adds to a number.
    Increment(Name, E),
    /// Replaces fields of a record.
    Merge(Name, Vec<(Name, E)>),
    /// Makes a field unknown.
    Unset(Name),
    /// Copies a field to another.
    Copy(Name, Name),
    /// Nothing.
    Noop,
    /// Fails, with a reason.
    Fail(E),
    /// Makes a decision.
    Route {
        /// The route.
        route: Name,
        /// The role that is taken.
        role: Name,
        /// The request.
        request: E,
        /// The field that takes who fills the role.
        into: Name,
    },
    /// Runs another mission.
    Run {
        /// The mission.
        mission: Name,
        /// Its arguments; what is left out is unknown.
        args: Vec<(Name, E)>,
        /// The field of its final state that is taken, and the field that takes it.
        take: Option<(Name, Name)>,
    },
}

impl<E> Step<E> {
    /// The same step with something else in the place of each expression, in the order in which they are written.
    pub fn map<F>(&self, with: &mut impl FnMut(&E) -> F) -> Step<F> {
        let when = self.when.as_ref().map(&mut *with);
        let body = match &self.body {
            Body::Operations(operations) => Body::Operations(operations.iter().map(|o| o.map(with)).collect()),
            Body::Ask { prompt, options, actors, into } => Body::Ask {
                prompt: with(prompt),
                options: options.as_ref().map(&mut *with),
                actors: actors.as_ref().map(&mut *with),
                into: into.clone(),
            },
        };
        Step { name: self.name.clone(), when, body }
    }
}

impl<E> Operation<E> {
    fn map<F>(&self, with: &mut impl FnMut(&E) -> F) -> Operation<F> {
        match self {
            Self::Set(name, value) => Operation::Set(name.clone(), with(value)),
            Self::Append(name, value) => Operation::Append(name.clone(), with(value)),
            Self::Log(value) => Operation::Log(with(value)),
            Self::Increment(name, by) => Operation::Increment(name.clone(), with(by)),
            Self::Merge(name, fields) => Operation::Merge(name.clone(), all(fields, with)),
            Self::Unset(name) => Operation::Unset(name.clone()),
            Self::Copy(from, to) => Operation::Copy(from.clone(), to.clone()),
            Self::Noop => Operation::Noop,
            Self::Fail(reason) => Operation::Fail(with(reason)),
            Self::Route { route, role, request, into } => Operation::Route {
                route: route.clone(),
                role: role.clone(),
                request: with(request),
                into: into.clone(),
            },
            Self::Run { mission, args, take } => {
                Operation::Run { mission: mission.clone(), args: all(args, with), take: take.clone() }
            }
        }
    }
}

fn all<E, F>(fields: &[(Name, E)], with: &mut impl FnMut(&E) -> F) -> Vec<(Name, F)> {
    fields.iter().map(|(name, value)| (name.clone(), with(value))).collect()
}

/// A mission as JSON, which is what its digest covers.
pub fn json(mission: &Mission) -> Json {
    let field = |f: &Field| {
        json!({
            "name": &*f.name,
            "type": f.ty.to_string(),
            "optional": f.optional,
            "default": f.default.as_ref().map(value),
        })
    };
    json!({
        "params": mission.params.iter().map(field).collect::<Vec<_>>(),
        "state": mission.state.iter().map(field).collect::<Vec<_>>(),
        "author": mission.author.as_deref(),
        "logs": mission.logs,
        "steps": mission.steps.iter().map(step).collect::<Vec<_>>(),
    })
}

fn step(step: &Step) -> Json {
    let body = match &step.body {
        Body::Operations(operations) => json!({ "do": operations.iter().map(operation).collect::<Vec<_>>() }),
        Body::Ask { prompt, options, actors, into } => json!({
            "ask": expr(prompt),
            "options": options.as_ref().map(expr),
            "by": actors.as_ref().map(expr),
            "into": into.as_deref(),
        }),
    };
    json!({ "name": &*step.name, "when": step.when.as_ref().map(expr), "body": body })
}

fn operation(operation: &Operation) -> Json {
    let named = |fields: &[(Name, Expr)]| -> Vec<Json> {
        fields.iter().map(|(name, value)| json!([&**name, expr(value)])).collect()
    };
    match operation {
        Operation::Set(name, value) => json!(["set", &**name, expr(value)]),
        Operation::Append(name, value) => json!(["append", &**name, expr(value)]),
        Operation::Log(value) => json!(["log", expr(value)]),
        Operation::Increment(name, by) => json!(["increment", &**name, expr(by)]),
        Operation::Merge(name, fields) => json!(["merge", &**name, named(fields)]),
        Operation::Unset(name) => json!(["unset", &**name]),
        Operation::Copy(from, to) => json!(["copy", &**from, &**to]),
        Operation::Noop => json!(["noop"]),
        Operation::Fail(reason) => json!(["fail", expr(reason)]),
        Operation::Route { route, role, request, into } => {
            json!(["route", &**route, &**role, expr(request), &**into])
        }
        Operation::Run { mission, args, take } => {
            let take = take.as_ref().map(|(from, into)| json!([&**from, &**into]));
            json!(["run", &**mission, named(args), take])
        }
    }
}
