//! What the operators do to known values; the outer result refuses operands that no checker lets through, `None` is a
//! fault.

use std::cmp::Ordering;

use crate::complex::{self, Field};
use crate::eval::ill;
use crate::functions;
use crate::members::Checked;
use crate::number::{self, ONE};
use crate::value::{Unit, Value};

/// A word applied to values.
pub fn apply(word: &str, operands: &[Value]) -> Checked<Option<Value>> {
    let truth = |value: bool| Ok(Some(Value::Bool(value)));
    match (word, operands) {
        ("==" | "!=" | "<" | "<=" | ">" | ">=", [a, b]) => {
            let order = order(a, b)?;
            truth(match word {
                "==" => order.is_eq(),
                "!=" => order.is_ne(),
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                ">" => order.is_gt(),
                _ => order.is_ge(),
            })
        }
        ("in", [element, whole]) => truth(elements(whole)?.contains(element)),
        ("within", [part, whole]) => {
            let whole = elements(whole)?;
            truth(elements(part)?.iter().all(|element| whole.contains(element)))
        }
        ("overlaps", [a, b]) => {
            let b = elements(b)?;
            truth(elements(a)?.iter().any(|element| b.contains(element)))
        }
        ("starts_with", [Value::Text(a), Value::Text(b)]) => truth(a.starts_with(&**b)),
        ("ends_with", [Value::Text(a), Value::Text(b)]) => truth(a.ends_with(&**b)),
        ("+" | "-" | "*" | "/", [a, b]) => arithmetic(word, a, b),
        ("negate", [Value::Int(a)]) => Ok(a.checked_neg().map(Value::Int)),
        ("negate", [Value::Number(a, unit)]) => Ok(Some(Value::Number(-a, *unit))),
        ("abs", [Value::Int(a)]) => Ok(a.checked_abs().map(Value::Int)),
        ("abs", [Value::Number(a, unit)]) => Ok(Some(Value::Number(a.abs(), *unit))),
        ("to_decimal", [Value::Int(a)]) => number(Some(i128::from(*a) * ONE)),
        ("to_decimal", [Value::Number(..)]) | ("to_instant", [Value::Instant(_)]) => Ok(operands.first().cloned()),
        ("to_instant", [Value::Date(days)]) => Ok(Some(Value::Instant(number::start_of(*days)))),
        ("clamp", [value, lo, hi]) => extreme(false, extreme(true, value.clone(), lo.clone())?, hi.clone()).map(Some),
        ("min" | "max", all) => all.iter().cloned().map(Ok).reduce(|a, b| extreme(word == "max", a?, b?)).transpose(),
        ("cosine", [Value::Vector(a), Value::Vector(b)]) => number(functions::cosine(a, b)),
        ("energy", [Value::Vector(a)]) => number(functions::energy(a)),
        ("norm", [Value::Vector(a)]) => number(functions::norm(a)),
        ("high_band", [Value::Vector(a)]) => number(functions::band(a, false)),
        ("low_band", [Value::Vector(a)]) => number(functions::band(a, true)),
        ("decibels", [Value::Number(ratio, Unit::Plain | Unit::Ratio)]) => number(complex::decibels(*ratio)),
        ("draw", [Value::Text(seed), Value::Text(text)]) => {
            // The first sixteen of the hexadecimal digits, as a fraction of all that there could be.
            let escaped = seed.chars().flat_map(|c| [Some('\\').filter(|_| c == ':' || c == '\\'), Some(c)]).flatten();
            let drawn: String = escaped.chain([':']).chain(text.chars()).collect();
            let digest = crate::sha256::digest(drawn.as_bytes());
            let bits = digest.get(7..23).and_then(|hex| u64::from_str_radix(hex, 16).ok());
            number(bits.map(|bits| i128::from(bits) * ONE / (i128::from(u64::MAX) + 1)))
        }
        _ => fields(word, operands),
    }
}

/// What applying a word may cost.
pub fn cost(word: &str, operands: &[Value]) -> u64 {
    let weight = operands.iter().map(Value::weight).fold(0, u64::saturating_add);
    weight.saturating_add(match (word, operands) {
        ("high_band" | "low_band", [Value::Vector(v)]) => (v.len() as u64).saturating_mul(v.len() as u64),
        ("high_band" | "low_band" | "band" | "conductivity" | "spectrum", [Value::Complex(v), ..]) => {
            complex::transform_steps(v.len())
        }
        ("band" | "conductivity" | "spectrum", [Value::Vector(v), ..]) => complex::transform_steps(v.len()),
        _ => 0,
    })
}

fn number(found: Option<i128>) -> Checked<Option<Value>> {
    Ok(found.map(|units| Value::Number(units, Unit::Plain)))
}

/// A function of which at least one vector is complex, or that widens real ones.
fn fields(word: &str, operands: &[Value]) -> Checked<Option<Value>> {
    let ill = || ill(format!("`{word}` of what it does not take"));
    let field = |value: &Value| match value {
        Value::Vector(v) => Ok(Field::real(v)),
        Value::Complex(v) => Ok(Field::new(v)),
        _ => Err(ill()),
    };
    let units = |value: &Value| match value {
        Value::Number(units, Unit::Plain | Unit::Ratio) => Ok(*units),
        _ => Err(ill()),
    };
    match (word, operands) {
        ("energy", [v]) => number(field(v)?.energy()),
        ("norm", [v]) => number(field(v)?.norm()),
        ("high_band", [v]) => number(field(v)?.half_band(false)),
        ("low_band", [v]) => number(field(v)?.half_band(true)),
        ("cosine", [a, b]) => number(field(a)?.cosine(&field(b)?)),
        ("inner", [a, b]) => number(field(a)?.inner(&field(b)?)),
        ("inner_imaginary", [a, b]) => number(field(a)?.inner_imaginary(&field(b)?)),
        ("matched_filter", [a, b]) => number(field(a)?.matched_filter(&field(b)?)),
        ("resonance", [a, b]) => number(field(a)?.resonance(&field(b)?)),
        ("band", [v, from, to]) => number(field(v)?.band(units(from)?, units(to)?)),
        ("conductivity", [v, Value::Vector(mask)]) => number(field(v)?.conductivity(mask)),
        ("spectrum", [v]) => Ok(field(v)?.spectrum().map(|v| Value::Complex(v.into()))),
        ("limit_energy", [Value::Vector(v), room]) => {
            Ok(complex::limit_energy(v, units(room)?).map(|v| Value::Vector(v.into())))
        }
        _ => Err(ill()),
    }
}

fn elements(value: &Value) -> Checked<&[Value]> {
    value.elements().ok_or_else(|| ill("the elements of what is no collection"))
}

/// Which of two values comes first; plain decimals and ratios compare by size.
pub fn order(a: &Value, b: &Value) -> Checked<Ordering> {
    match (a, b) {
        (Value::Number(x, Unit::Plain | Unit::Ratio), Value::Number(y, Unit::Plain | Unit::Ratio)) => Ok(x.cmp(y)),
        _ if a.comparable(b) => Ok(a.cmp(b)),
        _ => Err(ill("a comparison of two kinds of values")),
    }
}

/// The larger or the smaller of two, the first of equal ones.
pub fn extreme(larger: bool, a: Value, b: Value) -> Checked<Value> {
    let wanted = if larger { Ordering::Greater } else { Ordering::Less };
    Ok(if order(&b, &a)? == wanted { b } else { a })
}

/// `a + b` and its like.
pub fn arithmetic(word: &str, a: &Value, b: &Value) -> Checked<Option<Value>> {
    let instant = |units: i128| number::in_years(units).map(Value::Instant);
    let seconds = |units: i128| number::in_range(units).map(|units| Value::Number(units, Unit::Duration));
    Ok(match (word, a, b) {
        ("+", Value::Int(a), Value::Int(b)) => a.checked_add(*b).map(Value::Int),
        ("-", Value::Int(a), Value::Int(b)) => a.checked_sub(*b).map(Value::Int),
        ("*", Value::Int(a), Value::Int(b)) => a.checked_mul(*b).map(Value::Int),
        ("/", Value::Int(a), Value::Int(b)) => {
            number::divide(i128::from(*a) * ONE, i128::from(*b) * ONE).map(|q| Value::Number(q, Unit::Plain))
        }
        ("-", Value::Instant(a), Value::Instant(b)) => seconds(a - b),
        ("+", Value::Instant(a), Value::Number(b, Unit::Duration))
        | ("+", Value::Number(b, Unit::Duration), Value::Instant(a)) => instant(a + b),
        ("-", Value::Instant(a), Value::Number(b, Unit::Duration)) => instant(a - b),
        (_, Value::Number(a, of_a), Value::Number(b, of_b)) => {
            let unit = unit(word, *of_a, *of_b).ok_or_else(|| ill(format!("`{word}` of two units")))?;
            let units = match word {
                "+" => number::in_range(a + b),
                "-" => number::in_range(a - b),
                "*" => number::multiply(*a, *b),
                _ => number::divide(*a, *b),
            };
            units.map(|units| Value::Number(units, unit))
        }
        _ => return Err(ill(format!("`{word}` of what it does not take"))),
    })
}

/// The unit of a result.
fn unit(word: &str, a: Unit, b: Unit) -> Option<Unit> {
    let scales = |unit: Unit| matches!(unit, Unit::Plain | Unit::Ratio);
    match word {
        "/" if a == b => Some(Unit::Plain),
        "/" if scales(b) => Some(a),
        "/" => None,
        _ if a == b && (word != "*" || scales(a)) => Some(a),
        _ if scales(a) && scales(b) => Some(Unit::Plain),
        "*" if scales(a) => Some(b),
        "*" if scales(b) => Some(a),
        _ => None,
    }
}
