//! Single values: the spelling of each simple type in data.

use crate::base::decimal::DecimalError;
use crate::base::{Currency, Date, Decimal, Instant, calendar};
use crate::data::{Kind, Node, shortened};
use crate::diag::{Code, Diagnostic};
use crate::facts::codes;
use crate::value::{Type, Unit, Value};

use super::{Path, quoted, words};

/// What is wrong with a value. Boxed, since it is rare and large.
type Wrong = Box<Diagnostic>;

/// A value of a simple type.
pub(super) fn read(node: &Node, ty: &Type, path: &Path<'_>) -> Result<Value, Wrong> {
    match (ty, &node.kind) {
        (Type::Bool, Kind::Bool(value)) => Ok(Value::Bool(*value)),
        (Type::Bool, Kind::Text(text)) if matches!(&**text, "true" | "false") => {
            let found = wrong_kind(node, ty, path).help("write it without quotes");
            Err(Box::new(found.fix(format!("write `{text}`"), node.span, &**text)))
        }
        (Type::Int, Kind::Number(text)) => integer(node, text, path),
        (Type::Int, Kind::Text(text)) => Err(Box::new(integer_as_text(node, text, path))),
        (Type::Decimal, Kind::Number(text) | Kind::Text(text)) => {
            decimal(node, text, ty, path).map(|amount| Value::Number(amount, Unit::Plain))
        }
        (Type::Ratio, Kind::Number(text) | Kind::Text(text)) => ratio(node, text, path),
        (Type::Money(currency), Kind::Number(text)) => Err(Box::new(bare_money(node, text, *currency, path))),
        (Type::Money(currency), Kind::Text(text)) => money(node, text, *currency, path),
        (Type::Duration, Kind::Number(text)) => Err(Box::new(bare_duration(node, text, path))),
        (Type::Duration, Kind::Text(text)) => duration(node, text, path),
        (Type::Text, Kind::Text(text)) => Ok(Value::Text(text.clone())),
        (Type::Text, Kind::Number(_) | Kind::Bool(_)) => Err(Box::new(unquoted(node, ty, path))),
        (Type::Date, Kind::Text(text)) => date(node, text, path),
        (Type::Instant, Kind::Text(text)) => instant(node, text, path),
        _ => Err(Box::new(wrong_kind(node, ty, path))),
    }
}

/// A value of another kind than its type needs.
pub(super) fn wrong_kind(node: &Node, ty: &Type, path: &Path<'_>) -> Diagnostic {
    let message = format!("{} is {}, and {} is needed", path.subject(), node.words(), words(ty));
    let found = Diagnostic::error(&codes::WRONG_KIND, node.opening(), message).label(format!("not `{ty}`"));
    match (&node.kind, ty) {
        (Kind::Number(_) | Kind::Bool(_), Type::Enum(_) | Type::Service(_)) => found.help("names stand in quotes"),
        _ => found,
    }
}

fn unquoted(node: &Node, ty: &Type, path: &Path<'_>) -> Diagnostic {
    let found = wrong_kind(node, ty, path).help("put it in quotes");
    match &node.kind {
        Kind::Number(text) => found.fix("put it in quotes", node.span, quoted(text)),
        Kind::Bool(value) => found.fix("put it in quotes", node.span, quoted(&value.to_string())),
        _ => found,
    }
}

fn malformed(node: &Node, text: &str, ty: &Type, path: &Path<'_>) -> Diagnostic {
    let message = format!("{} is `{}`, and {} is needed", path.subject(), shortened(text), words(ty));
    Diagnostic::error(&codes::MALFORMED, node.span, message).label(format!("not `{ty}`"))
}

fn integer(node: &Node, text: &str, path: &Path<'_>) -> Result<Value, Wrong> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        let message =
            format!("{} is `{}`, and a whole number has no point or exponent", path.subject(), shortened(text));
        let found = Diagnostic::error(&codes::MALFORMED, node.span, message).label("not `int`");
        let whole = text.parse::<Decimal>().ok().and_then(Decimal::to_int);
        return Err(Box::new(match whole {
            Some(whole) => {
                found.help(format!("write `{whole}`")).fix(format!("write `{whole}`"), node.span, whole.to_string())
            }
            None => found,
        }));
    }
    match text.parse() {
        Ok(value) => Ok(Value::Int(value)),
        Err(_) => {
            let message = format!("{} is `{}`, which is beyond 64 bits", path.subject(), shortened(text));
            Err(Box::new(Diagnostic::error(&codes::OUT_OF_RANGE, node.span, message).label("does not fit `int`")))
        }
    }
}

fn integer_as_text(node: &Node, text: &str, path: &Path<'_>) -> Diagnostic {
    let found = wrong_kind(node, &Type::Int, path);
    match text.replace('_', "").parse::<i64>() {
        Ok(plain) => found.help(format!("write `{plain}`: digits only, without quotes")).fix(
            format!("write `{plain}`"),
            node.span,
            plain.to_string(),
        ),
        Err(_) => found,
    }
}

fn decimal(node: &Node, text: &str, ty: &Type, path: &Path<'_>) -> Result<Decimal, Wrong> {
    text.parse::<Decimal>().map_err(|error| Box::new(bad_decimal(error, node, text, ty, path)))
}

fn bad_decimal(error: DecimalError, node: &Node, text: &str, ty: &Type, path: &Path<'_>) -> Diagnostic {
    let (code, what): (&'static Code, &str) = match error {
        DecimalError::Malformed => return malformed(node, text, ty, path),
        DecimalError::TooPrecise => (&codes::OUT_OF_RANGE, "has more than nine digits behind the point"),
        DecimalError::OutOfRange => (&codes::OUT_OF_RANGE, "is beyond 10^20"),
    };
    let message = format!("{} is `{}`, which {what}", path.subject(), shortened(text));
    Diagnostic::error(code, node.span, message).label(format!("does not fit `{ty}`"))
}

fn ratio(node: &Node, text: &str, path: &Path<'_>) -> Result<Value, Wrong> {
    let amount = match text.strip_suffix('%') {
        // Two places to the left, exactly; a percentage has no exponent of its own.
        Some(percent) if !percent.contains(['e', 'E']) => format!("{percent}e-2").parse(),
        _ => text.parse::<Decimal>(),
    };
    match amount {
        Ok(amount) => Ok(Value::Number(amount, Unit::Ratio)),
        Err(error) => Err(Box::new(bad_decimal(error, node, text, &Type::Ratio, path))),
    }
}

/// An amount of a currency as the language writes it.
pub(super) fn example(currency: Currency) -> String {
    crate::value::text::number_text(Decimal::from_units(15_000_000).unwrap_or_default(), Unit::Money(currency))
}

fn bare_money(node: &Node, text: &str, currency: Currency, path: &Path<'_>) -> Diagnostic {
    let code = currency.code();
    let message = format!("{} is an amount in {code}, and `{}` has no unit", path.subject(), shortened(text));
    let found = Diagnostic::error(&codes::MISSING_UNIT, node.span, message).label("no unit");
    match text.parse::<Decimal>() {
        Ok(amount) => {
            let written = quoted(&crate::value::text::number_text(amount, Unit::Money(currency)));
            found.help(format!("write `{written}`")).fix(format!("write `{written}`"), node.span, written)
        }
        Err(_) => found.help(format!("write an amount such as `{}`", quoted(&example(currency)))),
    }
}

fn money(node: &Node, text: &str, currency: Currency, path: &Path<'_>) -> Result<Value, Wrong> {
    let ty = Type::Money(currency);
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (amount, code) = if let Some(dollars) = unsigned.strip_prefix('$') {
        (dollars, "USD")
    } else if let Some((amount, code)) = unsigned.rsplit_once(' ') {
        (amount, code)
    } else if unsigned.parse::<Decimal>().is_ok() {
        return Err(Box::new(bare_money(node, text, currency, path)));
    } else {
        return Err(Box::new(malformed(node, text, &ty, path)));
    };
    let found = match Currency::from_code(code) {
        Some(found) if found.code() == code && !amount.starts_with(['-', '+']) => found,
        _ => return Err(Box::new(malformed(node, text, &ty, path))),
    };
    let amount = match format!("{sign}{amount}").parse::<Decimal>() {
        Ok(amount) => amount,
        Err(error) => return Err(Box::new(bad_decimal(error, node, text, &ty, path))),
    };
    if found != currency {
        let message = format!(
            "{} is an amount in {}, and `{}` is one in {}",
            path.subject(),
            currency.code(),
            shortened(text),
            found.code()
        );
        let wrong = Diagnostic::error(&codes::WRONG_CURRENCY, node.span, message).label(format!("not `{ty}`"));
        return Err(Box::new(wrong.help("currencies never mix: state the amount in the field's own")));
    }
    Ok(Value::Number(amount, Unit::Money(currency)))
}

fn bare_duration(node: &Node, text: &str, path: &Path<'_>) -> Diagnostic {
    let number = shortened(text);
    let message = format!("{} is a duration, and `{number}` has no unit", path.subject());
    Diagnostic::error(&codes::MISSING_UNIT, node.span, message)
        .label("no unit")
        .help(format!("write `\"{number}s\"` for seconds, or another of the units ms, s, m, h, d"))
}

fn duration(node: &Node, text: &str, path: &Path<'_>) -> Result<Value, Wrong> {
    match calendar::parse_duration(text) {
        Some(seconds) => Ok(Value::Number(seconds, Unit::Duration)),
        None if text.parse::<Decimal>().is_ok() => Err(Box::new(bare_duration(node, text, path))),
        None => {
            let found = malformed(node, text, &Type::Duration, path);
            Err(Box::new(found.help("a duration is one number with one of the units ms, s, m, h, d")))
        }
    }
}

fn date(node: &Node, text: &str, path: &Path<'_>) -> Result<Value, Wrong> {
    match text.parse::<Date>() {
        Ok(date) => Ok(Value::Date(date)),
        Err(calendar::CalendarError::NoSuchDay) => {
            let message = format!("{} is `{text}`, and there is no such day", path.subject());
            Err(Box::new(Diagnostic::error(&codes::MALFORMED, node.span, message).label("not `date`")))
        }
        Err(calendar::CalendarError::Malformed) => Err(Box::new(malformed(node, text, &Type::Date, path))),
    }
}

fn instant(node: &Node, text: &str, path: &Path<'_>) -> Result<Value, Wrong> {
    if let Ok(instant) = text.parse::<Instant>() {
        return Ok(Value::Instant(instant));
    }
    let found = malformed(node, text, &Type::Instant, path);
    if text.parse::<Date>().is_ok() {
        let written = quoted(&format!("{text}T00:00:00Z"));
        let help = format!("a date is no instant: write `{written}` for the start of the day");
        return Err(Box::new(found.help(help).fix(format!("write `{written}`"), node.span, written)));
    }
    Err(Box::new(found.help("instants are written in UTC, with `Z` at the end")))
}

/// One number of a vector, rounded to the decimal grid, half to even.
///
/// Vectors come from models as binary fractions with sixteen digits. They are measured with a grid of nine digits
/// anyway, so refusing them would only move the rounding into every host.
pub(super) fn coordinate(node: &Node, path: &Path<'_>) -> Result<Decimal, Wrong> {
    let Kind::Number(text) = &node.kind else {
        return Err(Box::new(wrong_kind(node, &Type::Decimal, path)));
    };
    let exact = text.parse::<Decimal>();
    let rounded = match exact {
        Err(DecimalError::TooPrecise) => rounded(text).ok_or(DecimalError::OutOfRange),
        other => other,
    };
    rounded.map_err(|error| Box::new(bad_decimal(error, node, text, &Type::Decimal, path)))
}

/// A well-formed number to nine digits behind the point, half to even.
fn rounded(text: &str) -> Option<Decimal> {
    let (negative, body) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = body.split_once(['e', 'E']).unwrap_or((body, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: String = whole.chars().chain(fraction.chars()).filter(char::is_ascii_digit).collect();
    let fraction_digits = fraction.chars().filter(char::is_ascii_digit).count();
    // The number is 0.digits × 10^(length − fraction digits + exponent); of these digits the grid keeps so many:
    let kept = i64::try_from(digits.len()).ok()? - i64::try_from(fraction_digits).ok()?
        + i64::from(exponent.parse::<i32>().ok()?)
        + 9;
    let Ok(kept) = usize::try_from(kept) else { return Some(Decimal::ZERO) };
    let (head, tail) = digits.split_at_checked(kept)?;
    let units: i128 = if head.is_empty() { 0 } else { head.parse().ok()? };
    let half = format!("5{}", "0".repeat(tail.len().saturating_sub(1)));
    let up = match tail.cmp(half.as_str()) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => units % 2 != 0,
    };
    let units = units + i128::from(up);
    Decimal::from_units(if negative { -units } else { units })
}
