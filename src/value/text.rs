//! Values as text, one spelling each: the form of decisions, explanations and interpolated strings.

use std::fmt;

use super::{Unit, Value};
use crate::base::{Decimal, calendar};

impl fmt::Display for Value {
    /// The value as the language writes it, ratios as plain decimals; texts in quotes, escaped as in JSON, inside collections only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            other => write_nested(other, f),
        }
    }
}

fn write_nested(value: &Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        Value::Bool(value) => write!(f, "{value}"),
        Value::Int(value) => write!(f, "{value}"),
        Value::Number(amount, unit) => f.write_str(&number_text(*amount, *unit)),
        Value::Text(text) => write!(f, "{}", serde_json::Value::from(&**text)),
        Value::Date(date) => write!(f, "{date}"),
        Value::Instant(instant) => write!(f, "{instant}"),
        Value::Member(member) => f.write_str(&member.name),
        Value::Service(name) => f.write_str(name),
        Value::List(elements) => write_all(elements, "[", "]", f),
        Value::Set(elements) => write_all(elements, "{", "}", f),
        Value::Record(fields) => {
            f.write_str("{")?;
            for (i, (name, field)) in fields.iter().enumerate() {
                f.write_str(if i == 0 { "" } else { ", " })?;
                write!(f, "{name}: ")?;
                match field {
                    Some(field) => write_nested(field, f)?,
                    None => f.write_str("unknown")?,
                }
            }
            f.write_str("}")
        }
        Value::Vector(elements) => {
            let texts: Vec<String> = elements.iter().map(Decimal::to_string).collect();
            write!(f, "[{}]", texts.join(", "))
        }
        Value::Complex(elements) => {
            let texts: Vec<String> = elements.iter().map(|(re, im)| format!("[{re}, {im}]")).collect();
            write!(f, "[{}]", texts.join(", "))
        }
    }
}

fn write_all(elements: &[Value], open: &str, close: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(open)?;
    for (i, element) in elements.iter().enumerate() {
        f.write_str(if i == 0 { "" } else { ", " })?;
        write_nested(element, f)?;
    }
    f.write_str(close)
}

/// A number with its unit: `0.97`, `8s`, `$0.015`, `0.02 EUR`.
pub fn number_text(amount: Decimal, unit: Unit) -> String {
    match unit {
        Unit::Plain | Unit::Ratio => amount.to_string(),
        Unit::Duration => calendar::duration_text(amount),
        Unit::Money(crate::base::Currency::USD) if amount.is_negative() => format!("-${}", amount.abs()),
        Unit::Money(crate::base::Currency::USD) => format!("${amount}"),
        Unit::Money(currency) => format!("{amount} {}", currency.code()),
    }
}

/// Reads what [`number_text`] writes, and whole numbers.
pub fn parse_number(text: &str) -> Option<(Decimal, Unit)> {
    let dollars =
        |rest: &str| rest.parse().ok().map(|amount: Decimal| (amount, Unit::Money(crate::base::Currency::USD)));
    if let Some(rest) = text.strip_prefix('$') {
        return dollars(rest);
    }
    if let Some(rest) = text.strip_prefix("-$") {
        return dollars(rest).map(|(amount, unit)| (amount.neg(), unit));
    }
    if let Some((amount, code)) = text.split_once(' ') {
        let currency = crate::base::Currency::from_code(code)?;
        return Some((amount.parse().ok()?, Unit::Money(currency)));
    }
    if let Ok(amount) = text.parse() {
        return Some((amount, Unit::Plain));
    }
    Some((calendar::parse_duration(text)?, Unit::Duration))
}
