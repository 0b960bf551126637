//! The value that just suffices: the nearest one for which a comparison holds.

use crate::base::{Date, Decimal};
use crate::ir::{Comparison, Policy};
use crate::value::{Member, Type, Unit, Value};

/// Members of an enum, and elements of a collection, that are tried one by one.
pub const FEW: usize = 8;

/// Values of a type for which `value op bound` holds, the nearest first.
pub fn sufficing(policy: &Policy, ty: &Type, op: Comparison, bound: &Value) -> Vec<Value> {
    let bound = match (ty.unit(), bound) {
        (Some(unit), Value::Number(amount, _)) => Value::Number(*amount, unit),
        _ => bound.clone(),
    };
    match op {
        Comparison::Equal | Comparison::LessOrEqual | Comparison::GreaterOrEqual => vec![bound],
        Comparison::Less => next(policy, &bound, false).into_iter().collect(),
        Comparison::Greater => next(policy, &bound, true).into_iter().collect(),
        Comparison::NotEqual => others(policy, ty, std::slice::from_ref(&bound)),
    }
}

/// The members of a `bool` or an enum but for some; of other types nothing, since any other value would be made up.
pub fn others(policy: &Policy, ty: &Type, but: &[Value]) -> Vec<Value> {
    let all: Vec<Value> = match ty {
        Type::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Type::Enum(name) => {
            let members = policy.enums.get(name).map_or(&[][..], |e| e.members.as_slice());
            let member = |(member, index): (_, u32)| {
                Value::Member(Member { of: name.clone(), index, name: crate::base::Name::clone(member) })
            };
            members.iter().zip(0..).map(member).collect()
        }
        _ => Vec::new(),
    };
    all.into_iter().filter(|value| !but.contains(value)).take(FEW).collect()
}

/// The next larger or smaller value. Quantities go by a step that people use rather than by the grid, which is finer.
fn next(policy: &Policy, value: &Value, up: bool) -> Option<Value> {
    match value {
        Value::Int(whole) => (if up { whole.checked_add(1) } else { whole.checked_sub(1) }).map(Value::Int),
        Value::Number(amount, unit) => {
            let units = match unit {
                Unit::Money(_) => 10_000_000,
                Unit::Duration | Unit::Plain | Unit::Ratio => 1_000_000,
            };
            let step = Decimal::from_units(units)?;
            let moved = if up { amount.add(step)? } else { amount.sub(step)? };
            Some(Value::Number(moved, *unit))
        }
        Value::Date(date) => {
            let day = Decimal::from(86_400);
            let start = date.start().seconds();
            let moved = if up { start.add(day)? } else { start.sub(day)? };
            crate::base::Instant::from_seconds(moved).map(|instant| Value::Date(instant.date()))
        }
        Value::Instant(instant) => {
            let moved = if up { instant.seconds().add(Decimal::ONE)? } else { instant.seconds().sub(Decimal::ONE)? };
            crate::base::Instant::from_seconds(moved).map(Value::Instant)
        }
        Value::Member(member) => {
            let members = &policy.enums.get(&member.of)?.members;
            let index = if up { member.index.checked_add(1)? } else { member.index.checked_sub(1)? };
            let name = members.get(usize::try_from(index).ok()?)?.clone();
            Some(Value::Member(Member { of: member.of.clone(), index, name }))
        }
        _ => None,
    }
}

/// The bound of an `int` behind its widening: the whole number that suffices where the decimal would.
pub fn whole(op: Comparison, bound: &Value) -> Option<Value> {
    let Value::Number(amount, _) = bound else { return None };
    if let Some(whole) = amount.to_int() {
        return Some(Value::Int(whole));
    }
    let floor = i64::try_from(amount.units().div_euclid(1_000_000_000)).ok()?;
    match op {
        Comparison::Less | Comparison::GreaterOrEqual => floor.checked_add(1).map(Value::Int),
        Comparison::LessOrEqual | Comparison::Greater => Some(Value::Int(floor)),
        Comparison::Equal | Comparison::NotEqual => None,
    }
}

/// The bound of a date behind its widening: the day that suffices where the instant would.
pub fn day(op: Comparison, bound: &Value) -> Option<Value> {
    let Value::Instant(instant) = bound else { return None };
    let date = instant.date();
    let exact = date.start() == *instant;
    let later = |date: Date| crate::base::Instant::from_seconds(date.start().seconds().add(Decimal::from(86_400))?);
    match op {
        Comparison::Less | Comparison::GreaterOrEqual if !exact => later(date).map(|i| Value::Date(i.date())),
        Comparison::Equal | Comparison::NotEqual if !exact => None,
        _ => Some(Value::Date(date)),
    }
}
