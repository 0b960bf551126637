//! The values of guarantees: those that are stated, and those that follow from what was measured.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Promise;
use crate::base::words::{Arithmetic, Comparison};
use crate::base::{Decimal, Instant, Name};
use crate::eval::{Bound, Gap, Machine, MissingFact, Truth};
use crate::facts::{Inputs, Request, Signals};
use crate::ir::{Expr, Trait, walk};
use crate::plan::code::Code;
use crate::plan::{self, Plan, Questions};
use crate::value::{Type, Unit, Value, ops};

/// What the value of a guarantee follows from.
#[derive(Clone, Debug, PartialEq)]
pub struct Derivation {
    /// The value; each measurement is a variable.
    pub value: Expr,
    /// The measurements that it names, with their types.
    pub from: BTreeMap<Name, Type>,
}

/// What is known of the value of a guarantee.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The value.
    pub value: Option<Value>,
    /// On which side of `value` the exact value lies, where its last operation was rounded.
    pub beyond: Option<Ordering>,
    /// The measurements that it follows from, `None` where one is missing; nothing for a value that was stated as such.
    pub from: BTreeMap<Name, Option<Value>>,
    /// Why there is no value, though some would follow from measurements.
    pub why: Option<String>,
}

impl From<Value> for Found {
    fn from(value: Value) -> Self {
        Self { value: Some(value), ..Self::default() }
    }
}

/// A result that says two things of one guarantee.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is stated as {stated}, and its measurements come to {measured}")]
pub struct Contradiction {
    /// The guarantee.
    pub name: Name,
    /// What is stated.
    pub stated: String,
    /// What follows from the measurements.
    pub measured: String,
}

/// How the results of these traits' services are measured for a guarantee: as all of them say, or not at all, since what one stage is
/// measured by says nothing of a whole in which another is measured otherwise.
pub(super) fn derivation(traits: &[&Trait], guarantee: &str) -> Option<Derivation> {
    let of = |of: &Trait| {
        let value = of.guarantees.get(guarantee)?.measured_as.clone()?;
        let names = walk::variables(&value).into_iter();
        let from = names.filter_map(|name| of.measurements.get(&name).cloned().map(|ty| (name, ty))).collect();
        Some(Derivation { value, from })
    };
    let first = of(traits.first()?)?;
    traits.iter().all(|other| of(other).as_ref() == Some(&first)).then_some(first)
}

/// The types of everything that can be said of a result: the guarantees, and what they are measured by.
pub fn measurable(promises: &[Promise]) -> BTreeMap<Name, Type> {
    let measured = promises.iter().filter_map(|promise| promise.derivation.as_ref()).flat_map(|of| of.from.clone());
    measured.chain(promises.iter().map(|promise| (promise.name.clone(), promise.ty.clone()))).collect()
}

/// What is known of every guarantee by what was measured. A value that is stated stands where measurements are missing; where
/// they suffice, both must say the same.
pub fn values(
    plan: &Plan,
    route: &Name,
    promises: &[Promise],
    measured: &BTreeMap<Name, Value>,
) -> Result<BTreeMap<Name, Found>, Contradiction> {
    let derived = derived(plan, route, promises, measured);
    let mut values = BTreeMap::new();
    for promise in promises {
        let name = &promise.name;
        let stated = measured.get(name);
        let found = match (derived.get(name), stated) {
            (None, None) => continue,
            (Some(found), None) => found.clone(),
            (None, Some(stated)) => stated.clone().into(),
            (Some(found), Some(stated)) if found.from.values().any(Option::is_none) => match &found.value {
                Some(value) if !ops::compare(Comparison::Equal, value, stated) => {
                    return Err(contradiction(name, stated, Some(value)));
                }
                _ => stated.clone().into(),
            },
            (Some(found), Some(stated)) => match &found.value {
                Some(value) if ops::compare(Comparison::Equal, value, stated) => found.clone(),
                value => return Err(contradiction(name, stated, value.as_ref())),
            },
        };
        values.insert(name.clone(), found);
    }
    Ok(values)
}

fn contradiction(name: &Name, stated: &Value, measured: Option<&Value>) -> Contradiction {
    let measured = measured.map_or_else(|| "no value".to_owned(), ToString::to_string);
    Contradiction { name: name.clone(), stated: stated.to_string(), measured }
}

/// The values that follow from measurements.
fn derived(plan: &Plan, route: &Name, promises: &[Promise], measured: &BTreeMap<Name, Value>) -> BTreeMap<Name, Found> {
    let of: Vec<(&Promise, &Derivation)> =
        promises.iter().filter_map(|promise| Some((promise, promise.derivation.as_ref()?))).collect();
    let fields: BTreeSet<Name> = of.iter().flat_map(|(_, derivation)| derivation.from.keys().cloned()).collect();
    let fields: Vec<Name> = fields.into_iter().collect();
    let exprs = of.iter().map(|(_, derivation)| derivation.value.clone()).collect();
    let questions = [Questions { fields: fields.clone(), exprs }];
    let (plan, codes) = plan::plan_with(Arc::clone(&plan.policy), Arc::clone(&plan.services), &questions);
    let Some(mut place) = plan.routes.get(route).cloned() else { return BTreeMap::new() };
    // The measurements stand where the fields of a request would.
    let record = fields.iter().map(|name| (name.clone(), measured.get(name).cloned())).collect();
    place.fields = fields;
    let request = Request { ty: Name::from(""), value: Value::Record(record) };
    // No value follows from the time, so that any will do.
    let Some(now) = Instant::from_seconds(Decimal::ZERO) else { return BTreeMap::new() };
    let inputs = Inputs { request, signals: Signals::default(), now };
    let bound = Bound::new(&plan, &place, &inputs);
    let mut values = BTreeMap::new();
    for ((promise, derivation), code) in of.into_iter().zip(codes.iter().flatten()) {
        let mut machine = Machine::new(&plan, &place, &bound);
        machine.begin();
        let value = machine.eval(code);
        let from = derivation.from.keys().map(|name| (name.clone(), measured.get(name).cloned())).collect();
        let found = match value {
            _ if machine.exhausted() => unknown(from, "it takes too many steps to work out".to_owned()),
            Ok(value) => match typed(value.into_owned(), &promise.ty) {
                Some(value) => {
                    machine.begin();
                    let beyond = beyond(&mut machine, code, &value).filter(|side| side.is_ne());
                    Found { value: Some(value), beyond, from, why: None }
                }
                None => unknown(from, "it is of another type than the promise".to_owned()),
            },
            Err(Gap::Fault) => unknown(from, "it is out of range, or divided by zero".to_owned()),
            Err(Gap::Unknown) => {
                let why = why(&machine.why(code, true, &[]).missing);
                unknown(from, why)
            }
        };
        values.insert(promise.name.clone(), found);
    }
    values
}

/// A value that does not follow, and why.
fn unknown(from: BTreeMap<Name, Option<Value>>, why: String) -> Found {
    Found { from, why: Some(why), ..Found::default() }
}

/// On which side of the value of this code the exact value lies: a product or a quotient that is the last operation is
/// rounded to the digits of a decimal, and what is lost there could be the excess over a bound.
fn beyond<'p>(machine: &mut Machine<'p>, code: &'p Code, value: &Value) -> Option<Ordering> {
    match code {
        Code::If(condition, yes, no) => match machine.truth(condition) {
            Truth::True => beyond(machine, yes, value),
            Truth::False => beyond(machine, no, value),
            Truth::Unknown => None,
        },
        Code::Let(slot, argument, body) => {
            let argument = machine.eval(argument);
            machine.bind(*slot, argument);
            beyond(machine, body, value)
        }
        Code::Coalesce(first, second) => match machine.eval(first) {
            Ok(_) => beyond(machine, first, value),
            Err(_) => beyond(machine, second, value),
        },
        Code::ToDecimal(inner) => beyond(machine, inner, value),
        Code::Negate(inner) => {
            let negated = ops::negate(value)?;
            beyond(machine, inner, &negated).map(Ordering::reverse)
        }
        Code::Arithmetic(operator, a, b) => {
            let (a, b) = (machine.eval(a).ok()?, machine.eval(b).ok()?);
            let (a, b, rounded) = (amount(&a)?, amount(&b)?, amount(value)?);
            match operator {
                Arithmetic::Multiply => a.product_against(b, rounded),
                Arithmetic::Divide => a.quotient_against(b, rounded),
                // Neither loses a digit.
                Arithmetic::Add | Arithmetic::Subtract => None,
            }
        }
        _ => None,
    }
}

fn amount(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(whole) => Some(Decimal::from(*whole)),
        Value::Number(amount, _) => Some(*amount),
        _ => None,
    }
}

/// The value in the type of its promise: a plain number where a ratio is promised is one, and the other way round.
///
/// Nothing for a value of any other kind. No policy that was checked measures so, but one that is read from a certificate may, and
/// values of two kinds have an order that means nothing.
fn typed(value: Value, ty: &Type) -> Option<Value> {
    let scales = |unit: Unit| matches!(unit, Unit::Plain | Unit::Ratio);
    match (value, ty) {
        (Value::Number(amount, of), _) => {
            let wanted = ty.unit()?;
            (of == wanted || scales(of) && scales(wanted)).then_some(Value::Number(amount, wanted))
        }
        (value @ Value::Bool(_), Type::Bool)
        | (value @ Value::Int(_), Type::Int)
        | (value @ Value::Date(_), Type::Date)
        | (value @ Value::Instant(_), Type::Instant) => Some(value),
        _ => None,
    }
}

/// What is missing, in words.
fn why(missing: &[MissingFact]) -> String {
    let words = |fact: &MissingFact| match fact {
        MissingFact::Request(name) => format!("`{name}` was not measured"),
        other => format!("{other} is unknown"),
    };
    match missing {
        [] => "something is unknown".to_owned(),
        all => all.iter().map(words).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", "),
    }
}
