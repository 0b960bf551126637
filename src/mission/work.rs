//! What the operations of a typed mission do.

use std::collections::BTreeMap;

use super::data::Data;
use super::engine::{self, Humans};
use super::problem::{Kind, Problem};
use super::typed::{State, Typed};
use crate::base::Name;
use crate::base::words::Arithmetic;
use crate::facts::{Inputs, Request};
use crate::ir::mission::Operation;
use crate::route;
use crate::route::decision::{Decision, Ending};
use crate::value::{Type, Unit, Value, ops};

/// Does one operation; later ones of the step see what it wrote.
pub fn act(typed: &Typed<'_>, step: &Name, operation: &Operation<usize>, state: &mut State) -> Result<(), Problem> {
    match operation {
        Operation::Set(name, value) => {
            let value = typed.value(*value, state)?;
            put(typed, name, value, state)
        }
        Operation::Append(name, value) => {
            let value = typed.known(*value, state, "what is appended")?;
            change(typed, name, state, |at, ty| appended(at, retyped(value, ty.element().unwrap_or(ty)), ty))
        }
        Operation::Log(value) => {
            let value = typed.known(*value, state, "what is logged")?;
            state.log.push(value);
            Ok(())
        }
        Operation::Increment(name, by) => {
            let by = typed.known(*by, state, "what is added")?;
            change(typed, name, state, |at, ty| {
                let sum = at.and_then(|at| ops::arithmetic(Arithmetic::Add, &at, &by));
                sum.map(|sum| retyped(sum, ty)).ok_or_else(|| Problem::new(Kind::OutOfRange, "the sum has no value"))
            })
        }
        Operation::Merge(name, fields) => {
            let new: Vec<(Name, Option<Value>)> = fields
                .iter()
                .map(|(field, value)| Ok((field.clone(), typed.value(*value, state)?)))
                .collect::<Result<_, Problem>>()?;
            change(typed, name, state, |at, _| merged(at, new))
        }
        Operation::Unset(name) => put(typed, name, None, state),
        Operation::Copy(from, to) => {
            let value = typed.planned().field(from).and_then(|(at, ..)| state.values.get(at).cloned().flatten());
            put(typed, to, value, state)
        }
        Operation::Noop => Ok(()),
        Operation::Fail(reason) => {
            let reason = typed.known(*reason, state, "why it fails")?;
            let reason = Data::of_value(&reason);
            Err(Problem::new(Kind::StepFailed, reason.as_text().unwrap_or("unspecified")))
        }
        Operation::Route { route, role, request, into } => {
            let request = typed.known(*request, state, "the request")?;
            let (value, said) = decide(typed, (route, role), request, into)?;
            let mut said = said;
            said.insert("step_id".to_owned(), Data::text(&**step));
            state.routed.push(Data::Map(said));
            put(typed, into, value, state)
        }
        Operation::Run { mission, args, take } => {
            let mut params = BTreeMap::new();
            for (name, value) in args {
                params.extend(typed.value(*value, state)?.map(|value| (name.clone(), value)));
            }
            let value = nested(typed, mission, params, take.as_ref().map(|(from, _)| from), state)?;
            match take {
                Some((_, into)) => put(typed, into, value, state),
                None => Ok(()),
            }
        }
    }
}

/// Gives a field a value, or makes it unknown where it may be.
fn put(typed: &Typed<'_>, name: &Name, value: Option<Value>, state: &mut State) -> Result<(), Problem> {
    let Some((at, ty, optional)) = typed.planned().field(name) else { return Err(no_field(name)) };
    if value.is_none() && !optional {
        return Err(Problem::new(Kind::Unknown, format!("the value for `{name}` is unknown, and it always has one")));
    }
    if let Some(place) = state.values.get_mut(at) {
        *place = value.map(|value| retyped(value, ty));
    }
    Ok(())
}

fn change(
    typed: &Typed<'_>,
    name: &Name,
    state: &mut State,
    change: impl FnOnce(Option<Value>, &Type) -> Result<Value, Problem>,
) -> Result<(), Problem> {
    let Some((at, ty, _)) = typed.planned().field(name) else { return Err(no_field(name)) };
    let Some(place) = state.values.get_mut(at) else { return Err(no_field(name)) };
    *place = Some(change(place.take(), ty)?);
    Ok(())
}

fn no_field(name: &str) -> Problem {
    Problem::new(Kind::PathMissing, format!("the state has no field `{name}`"))
}

/// A collection with one more element; an unknown one begins empty, and a set holds each element once.
fn appended(at: Option<Value>, value: Value, ty: &Type) -> Result<Value, Problem> {
    match at {
        None if matches!(ty, Type::Set(_)) => Ok(Value::set(vec![value])),
        None => Ok(Value::List([value].into())),
        Some(Value::List(elements)) => Ok(Value::List(elements.iter().cloned().chain([value]).collect())),
        Some(Value::Set(elements)) => Ok(Value::set(elements.iter().cloned().chain([value]).collect())),
        Some(_) => Err(Problem::new(Kind::TypeMismatch, "only a list or a set can be appended to")),
    }
}

fn merged(at: Option<Value>, new: Vec<(Name, Option<Value>)>) -> Result<Value, Problem> {
    let Some(Value::Record(fields)) = at else {
        return Err(Problem::new(Kind::Unknown, "the record that is merged into is unknown"));
    };
    let field = |(name, value): &(Name, Option<Value>)| match new.iter().find(|(n, _)| n == name) {
        Some((_, new)) => (name.clone(), new.clone()),
        None => (name.clone(), value.clone()),
    };
    Ok(Value::Record(fields.iter().map(field).collect()))
}

/// The number with the unit of the field that takes it: plain numbers and ratios stand for each other.
fn retyped(value: Value, ty: &Type) -> Value {
    match (value, ty.unit()) {
        (Value::Number(amount, Unit::Plain | Unit::Ratio), Some(unit @ (Unit::Plain | Unit::Ratio))) => {
            Value::Number(amount, unit)
        }
        (value, _) => value,
    }
}

/// Decides a request, and who fills the role. Where nobody does, that is unknown; a field that cannot be ends the mission.
fn decide(
    typed: &Typed<'_>,
    (route, role): (&Name, &Name),
    request: Value,
    into: &Name,
) -> Result<(Option<Value>, BTreeMap<String, Data>), Problem> {
    let plan = &typed.missions().plan;
    let Some(declared) = plan.policy.routes.get(route) else {
        return Err(Problem::new(Kind::NotRouted, format!("there is no route `{route}`")));
    };
    let moment = typed.moment();
    let request = Request { ty: declared.request.clone(), value: request };
    let inputs = Inputs { request, signals: moment.signals.clone(), now: moment.now };
    let decision = route::decide_traced(plan, route, &inputs)
        .map_err(|error| Problem::new(Kind::TooManySteps, error.to_string()))?
        .0;
    let optional = typed.planned().field(into).is_some_and(|(_, _, optional)| optional);
    let ended = decision.ending;
    if ended == Ending::Invalid || (ended != Ending::Routed && !optional) {
        let message = format!("route `{route}` says {}, in decision {}", ended.word(), decision.id());
        return Err(Problem::new(Kind::NotRouted, message));
    }
    let said = [("route", &**route), ("outcome", ended.word()), ("decision_id", &decision.id())]
        .map(|(key, text)| (key.to_owned(), Data::text(text)));
    Ok((filled(&decision, role), BTreeMap::from(said)))
}

fn filled(decision: &Decision, role: &Name) -> Option<Value> {
    let filled = decision.roles.iter().find(|filled| filled.role == *role)?;
    let mut services = filled.given.iter().map(|chosen| Value::Service(chosen.service.clone()));
    if filled.list { Some(Value::List(services.collect())) } else { services.next() }
}

/// Runs another mission to its end, and what a field of its state holds then.
fn nested(
    typed: &Typed<'_>,
    name: &Name,
    params: BTreeMap<Name, Value>,
    field: Option<&Name>,
    state: &mut State,
) -> Result<Option<Value>, Problem> {
    let gone = || Problem::new(Kind::UnknownMission, format!("there is no mission `{name}`"));
    let inner = typed.missions().ready(name, typed.moment().clone(), None).ok_or_else(gone)?;
    let planned = typed.missions().planned(name).ok_or_else(gone)?;
    let (run, end) = engine::run_to(&inner, planned.begin(params), Humans::Recorded)?;
    if let Some(problem) = run.problem {
        let step = run.executed.last().and_then(|step| planned.mission.steps.get(*step));
        let step = step.map(|step| format!(", step `{}`", step.name)).unwrap_or_default();
        return Err(Problem::new(problem.kind, format!("in mission `{name}`{step}: {}", problem.message)));
    }
    state.routed.extend(end.routed);
    let place = field.and_then(|field| planned.field(field));
    Ok(place.and_then(|(at, ..)| end.values.get(at).cloned().flatten()))
}
