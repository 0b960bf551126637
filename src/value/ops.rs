//! What the operators of the language do to known values.
//!
//! *Takes* known values of the types that the checker has established, *gives* a value, or `None` for a fault: a result
//! out of range, a division by zero, operands that no operator takes. *Promises* that each operator has this one
//! meaning, for constants at check time and for requests alike. *Leaves out* unknowns.

use std::cmp::Ordering;

use super::{Unit, Value};
use crate::base::words::{Arithmetic, Comparison};
use crate::base::{Decimal, Instant, canonical};

/// The digest of `seed:text` as a fraction of all digests, cut to the decimal grid: its first 64 bits over 2⁶⁴.
///
/// So draws come in the order of the digests. A backslash stands before each colon and backslash of the seed: no two pairs of
/// texts are one text then.
pub fn draw(seed: &str, text: &str) -> Value {
    let seed = seed.replace('\\', "\\\\").replace(':', "\\:");
    let digest = canonical::digest_bytes(format!("{seed}:{text}").as_bytes());
    let bits = digest.get(7..23).and_then(|hex| i128::from_str_radix(hex, 16).ok()).unwrap_or(0);
    Value::Number(Decimal::from_units((bits * 1_000_000_000) >> 64).unwrap_or(Decimal::ZERO), Unit::Plain)
}

/// `a + b` and its like.
pub fn arithmetic(op: Arithmetic, a: &Value, b: &Value) -> Option<Value> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => integers(op, *a, *b),
        (Value::Number(x, of_x), Value::Number(y, of_y)) => {
            let (amount, unit) = numbers(op, (*x, *of_x), (*y, *of_y))?;
            Some(Value::Number(amount, unit))
        }
        (Value::Instant(_) | Value::Date(_), _) | (_, Value::Instant(_) | Value::Date(_)) => instants(op, a, b),
        _ => {
            let (a, b) = (to_decimal(a)?, to_decimal(b)?);
            arithmetic(op, &a, &b)
        }
    }
}

fn integers(op: Arithmetic, a: i64, b: i64) -> Option<Value> {
    match op {
        Arithmetic::Add => a.checked_add(b).map(Value::Int),
        Arithmetic::Subtract => a.checked_sub(b).map(Value::Int),
        Arithmetic::Multiply => a.checked_mul(b).map(Value::Int),
        Arithmetic::Divide => Decimal::from(a).div(Decimal::from(b)).map(|d| Value::Number(d, Unit::Plain)),
    }
}

/// Whether a number of this unit scales others without giving them its own unit.
fn scales(unit: Unit) -> bool {
    matches!(unit, Unit::Plain | Unit::Ratio)
}

fn numbers(op: Arithmetic, (x, of_x): (Decimal, Unit), (y, of_y): (Decimal, Unit)) -> Option<(Decimal, Unit)> {
    let same = of_x == of_y;
    let both_scale = scales(of_x) && scales(of_y);
    match op {
        Arithmetic::Add | Arithmetic::Subtract => {
            let unit = match (same, both_scale) {
                (true, _) => of_x,
                (false, true) => Unit::Plain,
                (false, false) => return None,
            };
            let sum = if op == Arithmetic::Add { x.add(y) } else { x.sub(y) };
            Some((sum?, unit))
        }
        Arithmetic::Multiply => {
            let unit = match (scales(of_x), scales(of_y)) {
                (true, true) if same => of_x,
                (true, true) => Unit::Plain,
                (true, false) => of_y,
                (false, true) => of_x,
                (false, false) => return None,
            };
            Some((x.mul(y)?, unit))
        }
        Arithmetic::Divide => {
            let unit = match (same, scales(of_y)) {
                (true, _) => Unit::Plain,
                (false, true) => of_x,
                (false, false) => return None,
            };
            Some((x.div(y)?, unit))
        }
    }
}

fn instants(op: Arithmetic, a: &Value, b: &Value) -> Option<Value> {
    let duration = |value: &Value| match value {
        Value::Number(seconds, Unit::Duration) => Some(*seconds),
        _ => None,
    };
    match (op, instant(a), instant(b)) {
        (Arithmetic::Subtract, Some(a), Some(b)) => {
            a.seconds().sub(b.seconds()).map(|d| Value::Number(d, Unit::Duration))
        }
        (Arithmetic::Add, Some(a), None) => moved(a.seconds().add(duration(b)?)),
        (Arithmetic::Add, None, Some(b)) => moved(b.seconds().add(duration(a)?)),
        (Arithmetic::Subtract, Some(a), None) => moved(a.seconds().sub(duration(b)?)),
        _ => None,
    }
}

fn moved(seconds: Option<Decimal>) -> Option<Value> {
    Instant::from_seconds(seconds?).map(Value::Instant)
}

fn instant(value: &Value) -> Option<Instant> {
    match value {
        Value::Instant(instant) => Some(*instant),
        Value::Date(date) => Some(date.start()),
        _ => None,
    }
}

/// An `int` as a plain decimal; a decimal as it is.
pub fn to_decimal(value: &Value) -> Option<Value> {
    match value {
        Value::Int(value) => Some(Value::Number(Decimal::from(*value), Unit::Plain)),
        Value::Number(..) => Some(value.clone()),
        _ => None,
    }
}

/// A date as the instant at which it starts; an instant as it is.
pub fn to_instant(value: &Value) -> Option<Value> {
    instant(value).map(Value::Instant)
}

/// Which of two values of one type comes first. Plain decimals and ratios compare by size alone.
pub fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(x, of_x), Value::Number(y, of_y)) if scales(*of_x) && scales(*of_y) => x.cmp(y),
        (Value::Date(a), Value::Instant(b)) => a.start().cmp(b),
        (Value::Instant(a), Value::Date(b)) => a.cmp(&b.start()),
        _ => a.cmp(b),
    }
}

/// A comparison of two values of one type.
pub fn compare(op: Comparison, a: &Value, b: &Value) -> bool {
    let order = order(a, b);
    match op {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

/// `x in xs`; `None` if `xs` is no collection.
pub fn contains(collection: &Value, element: &Value) -> Option<bool> {
    Some(holds(collection, element, collection.elements()?))
}

/// Sets are sorted by the derived order, so that a search finds what is spelled alike; lists are walked.
fn holds(collection: &Value, element: &Value, elements: &[Value]) -> bool {
    match collection {
        Value::Set(_) if elements.len() > 8 => elements.binary_search(element).is_ok(),
        _ => elements.contains(element),
    }
}

/// `xs within ys`: each element of the one is an element of the other.
pub fn within(part: &Value, whole: &Value) -> Option<bool> {
    let elements = whole.elements()?;
    Some(part.elements()?.iter().all(|element| holds(whole, element, elements)))
}

/// `xs overlaps ys`: they share an element.
pub fn overlaps(a: &Value, b: &Value) -> Option<bool> {
    let elements = b.elements()?;
    Some(a.elements()?.iter().any(|element| holds(b, element, elements)))
}

/// `a starts with b`, by bytes.
pub fn starts_with(text: &Value, start: &Value) -> Option<bool> {
    match (text, start) {
        (Value::Text(text), Value::Text(start)) => Some(text.as_bytes().starts_with(start.as_bytes())),
        _ => None,
    }
}

/// `a ends with b`, by bytes.
pub fn ends_with(text: &Value, end: &Value) -> Option<bool> {
    match (text, end) {
        (Value::Text(text), Value::Text(end)) => Some(text.as_bytes().ends_with(end.as_bytes())),
        _ => None,
    }
}

/// `-x`
pub fn negate(value: &Value) -> Option<Value> {
    match value {
        Value::Int(value) => value.checked_neg().map(Value::Int),
        Value::Number(amount, unit) => Some(Value::Number(amount.neg(), *unit)),
        _ => None,
    }
}

/// The distance from zero.
pub fn abs(value: &Value) -> Option<Value> {
    match value {
        Value::Int(value) => value.checked_abs().map(Value::Int),
        Value::Number(amount, unit) => Some(Value::Number(amount.abs(), *unit)),
        _ => None,
    }
}

/// The smaller of two values of one type, the first of equal ones.
pub fn smaller(a: Value, b: Value) -> Value {
    if order(&b, &a).is_lt() { b } else { a }
}

/// The larger of two values of one type, the first of equal ones.
pub fn larger(a: Value, b: Value) -> Value {
    if order(&b, &a).is_gt() { b } else { a }
}

/// `clamp(x, lo, hi)`: at least `lo`, and then at most `hi`.
pub fn clamp(value: Value, lo: Value, hi: Value) -> Value {
    smaller(larger(value, lo), hi)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Currency;

    fn number(text: &str, unit: Unit) -> Value {
        Value::Number(text.parse().unwrap(), unit)
    }

    #[test]
    fn draws_come_in_the_order_of_the_digests_of_seed_and_text() {
        let digest = |seed: &str, text: &str| canonical::digest_bytes(format!("{seed}:{text}").as_bytes());
        for seed in ["42", "1", "", "autumn"] {
            let mut texts: Vec<String> = (0..500).map(|at| format!("service-{at}")).collect();
            texts.sort_by_key(|text| digest(seed, text));
            assert!(texts.is_sorted_by_key(|text| draw(seed, text)), "with the seed {seed}");
        }
        assert_eq!(draw("42", "c"), number("0.43008558", Unit::Plain));
    }

    #[test]
    fn no_two_pairs_of_texts_draw_as_one() {
        assert_ne!(draw("a", "b:c"), draw("a:b", "c"));
        assert_ne!(draw("a\\", "b"), draw("a", "\\:b"));
        assert_ne!(draw("a\\:b", "c"), draw("a\\", "b:c"));
    }

    fn usd(text: &str) -> Value {
        number(text, Unit::Money(Currency::USD))
    }

    fn set(elements: &[i64]) -> Value {
        Value::set(elements.iter().map(|i| Value::Int(*i)).collect())
    }

    #[test]
    fn integers_never_wrap_and_divide_into_decimals() {
        let max = Value::Int(i64::MAX);
        assert_eq!(arithmetic(Arithmetic::Add, &max, &Value::Int(1)), None);
        assert_eq!(arithmetic(Arithmetic::Multiply, &max, &Value::Int(2)), None);
        assert_eq!(negate(&Value::Int(i64::MIN)), None);
        assert_eq!(abs(&Value::Int(i64::MIN)), None);
        let third = number("0.333333333", Unit::Plain);
        assert_eq!(arithmetic(Arithmetic::Divide, &Value::Int(1), &Value::Int(3)), Some(third));
        assert_eq!(arithmetic(Arithmetic::Divide, &Value::Int(1), &Value::Int(0)), None);
    }

    #[test]
    fn units_follow_the_table() {
        let (ratio, plain) = (number("0.5", Unit::Ratio), number("2", Unit::Plain));
        let second = number("1", Unit::Duration);
        let on = |op, a: &Value, b: &Value| arithmetic(op, a, b);
        assert_eq!(on(Arithmetic::Multiply, &ratio, &ratio), Some(number("0.25", Unit::Ratio)));
        assert_eq!(on(Arithmetic::Add, &ratio, &plain), Some(number("2.5", Unit::Plain)));
        assert_eq!(on(Arithmetic::Multiply, &plain, &usd("3")), Some(usd("6")));
        assert_eq!(on(Arithmetic::Multiply, &usd("3"), &ratio), Some(usd("1.5")));
        assert_eq!(on(Arithmetic::Divide, &usd("3"), &usd("2")), Some(number("1.5", Unit::Plain)));
        assert_eq!(on(Arithmetic::Divide, &ratio, &ratio), Some(number("1", Unit::Plain)));
        assert_eq!(on(Arithmetic::Add, &usd("1"), &second), None);
        assert_eq!(on(Arithmetic::Multiply, &usd("1"), &usd("1")), None);
        assert_eq!(on(Arithmetic::Divide, &plain, &second), None);
    }

    #[test]
    fn time_moves_and_is_measured() {
        let day = number("86400", Unit::Duration);
        let first = Value::Date("2026-01-01".parse().unwrap());
        let next = Value::Instant("2026-01-02T00:00:00Z".parse().unwrap());
        assert_eq!(arithmetic(Arithmetic::Add, &first, &day), Some(next.clone()));
        assert_eq!(arithmetic(Arithmetic::Subtract, &next, &first), Some(day.clone()));
        let last = Value::Instant("9999-12-31T00:00:00Z".parse().unwrap());
        assert_eq!(arithmetic(Arithmetic::Add, &last, &day), None);
        assert_eq!(arithmetic(Arithmetic::Multiply, &last, &day), None);
    }

    #[test]
    fn collections_share_contain_and_cover() {
        assert_eq!(within(&set(&[1, 2]), &set(&[1, 2, 3])), Some(true));
        assert_eq!(within(&set(&[]), &set(&[])), Some(true));
        assert_eq!(within(&set(&[4]), &set(&[1, 2, 3])), Some(false));
        assert_eq!(overlaps(&set(&[3, 4]), &set(&[1, 2, 3])), Some(true));
        assert_eq!(overlaps(&set(&[]), &set(&[1])), Some(false));
        assert_eq!(contains(&set(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), &Value::Int(7)), Some(true));
        assert_eq!(contains(&Value::Int(1), &Value::Int(1)), None);
    }

    #[test]
    fn ratios_and_decimals_compare_by_size() {
        let (ratio, plain) = (number("0.5", Unit::Ratio), number("0.5", Unit::Plain));
        assert!(compare(Comparison::Equal, &ratio, &plain));
        assert!(!compare(Comparison::Less, &plain, &ratio));
        let text = |t: &str| Value::Text(t.into());
        assert!(compare(Comparison::Less, &text("B"), &text("a")));
        assert_eq!(starts_with(&text("abc"), &text("ab")), Some(true));
        assert_eq!(ends_with(&text("abc"), &text("ab")), Some(false));
    }

    #[test]
    fn clamp_ends_at_the_upper_bound() {
        let at = |i| Value::Int(i);
        assert_eq!(clamp(at(5), at(1), at(3)), at(3));
        assert_eq!(clamp(at(0), at(1), at(3)), at(1));
        assert_eq!(clamp(at(0), at(4), at(3)), at(3));
    }
}
