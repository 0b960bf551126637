//! Which function on vectors is which, by the word that the language writes.
//!
//! Where a function takes a vector of either kind and gets two, a real one counts as a complex one without imaginary parts.

use std::borrow::Cow;

use super::complex::{self, Complex};
use super::{Unit, Value, functions};
use crate::base::Decimal;
use crate::base::words::Function;

/// What a function on vectors gives for these arguments; `None` is a fault.
pub fn apply(function: Function, args: &[Value]) -> Option<Value> {
    let number = |amount: Option<Decimal>| amount.map(|amount| Value::Number(amount, Unit::Plain));
    match (function, args) {
        (Function::Cosine, [Value::Vector(a), Value::Vector(b)]) => number(functions::cosine(a, b)),
        (Function::Energy, [Value::Vector(v)]) => number(functions::energy(v)),
        (Function::Norm, [Value::Vector(v)]) => number(functions::norm(v)),
        (Function::HighBand, [Value::Vector(v)]) => number(functions::high_band(v)),
        (Function::LowBand, [Value::Vector(v)]) => number(functions::low_band(v)),
        (Function::Cosine, [a, b]) => number(complex::cosine(&widened(a)?, &widened(b)?)),
        (Function::Energy, [v]) => number(complex::energy(&widened(v)?)),
        (Function::Norm, [v]) => number(complex::norm(&widened(v)?)),
        (Function::HighBand, [v]) => number(complex::half_band(&widened(v)?, false)),
        (Function::LowBand, [v]) => number(complex::half_band(&widened(v)?, true)),
        (Function::Band, [v, Value::Number(from, _), Value::Number(to, _)]) => {
            number(complex::band(&widened(v)?, *from, *to))
        }
        (Function::Inner, [a, b]) => number(complex::inner(&widened(a)?, &widened(b)?)),
        (Function::InnerImaginary, [a, b]) => number(complex::inner_imaginary(&widened(a)?, &widened(b)?)),
        (Function::MatchedFilter, [a, b]) => number(complex::matched_filter(&widened(a)?, &widened(b)?)),
        (Function::Resonance, [a, b]) => number(complex::resonance(&widened(a)?, &widened(b)?)),
        (Function::Conductivity, [v, Value::Vector(mask)]) => number(complex::conductivity(&widened(v)?, mask)),
        (Function::Spectrum, [v]) => Some(Value::Complex(complex::spectrum(&widened(v)?)?.into())),
        (Function::LimitEnergy, [Value::Vector(v), Value::Number(room, _)]) => {
            Some(Value::Vector(complex::limit_energy(v, *room)?.into()))
        }
        (Function::Decibels, [Value::Number(ratio, _)]) => number(complex::decibels(*ratio)),
        _ => None,
    }
}

/// About how many steps that takes.
pub fn steps(function: Function, args: &[Value]) -> u64 {
    let length = |value: &Value| match value {
        Value::Vector(v) => v.len(),
        Value::Complex(v) => v.len(),
        _ => 0,
    };
    let first = args.first().map_or(0, length);
    match (function, args) {
        (Function::HighBand | Function::LowBand, [Value::Vector(_)]) => (first as u64).saturating_mul(first as u64),
        (Function::HighBand | Function::LowBand | Function::Band | Function::Conductivity | Function::Spectrum, _) => {
            complex::transform_steps(first)
        }
        _ => args.iter().map(|arg| length(arg) as u64).fold(0, u64::saturating_add),
    }
}

fn widened(value: &Value) -> Option<Cow<'_, [Complex]>> {
    match value {
        Value::Complex(vector) => Some(Cow::Borrowed(vector)),
        Value::Vector(vector) => Some(Cow::Owned(vector.iter().map(|re| (*re, Decimal::ZERO)).collect())),
        _ => None,
    }
}
