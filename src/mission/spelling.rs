//! The compatibility profile for canonical JSON: the bytes that are hashed.
//!
//! Two encoders share everything but one thing: [`canonical`] keeps what is not ASCII as UTF-8 and refuses numbers that JSON
//! cannot write; [`stable`] escapes what is not ASCII and writes `NaN` and `Infinity` bare. Keys are sorted by code point,
//! there is no space, and numbers are spelled as Python does it: whole ones in full, others as the shortest text that reads as
//! the same IEEE double, with `.0` kept, and an exponent from `1e+16` up and below `0.0001`. It is not RFC 8785, which
//! sorts keys by UTF-16 and writes `1.0` as `1`.

use std::cmp::Ordering;

use super::data::Data;
use crate::base::canonical::{digest_bytes, quote};

/// A number that canonical JSON cannot write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotCanonical;

/// Canonical JSON, raw UTF-8.
pub fn canonical(data: &Data) -> Result<String, NotCanonical> {
    if has_unwritable(data) {
        return Err(NotCanonical);
    }
    let mut out = String::new();
    write(data, false, &mut out);
    Ok(out)
}

/// Stable JSON: ASCII only.
pub fn stable(data: &Data) -> String {
    let mut out = String::new();
    write(data, true, &mut out);
    out
}

/// `sha256:` and the hexadecimal SHA-256 of the canonical form.
pub fn digest(data: &Data) -> Result<String, NotCanonical> {
    canonical(data).map(|text| digest_bytes(text.as_bytes()))
}

/// The digest of data that was looked at before and holds nothing that cannot be written.
pub fn digest_of_checked(data: &Data) -> String {
    let mut out = String::new();
    write(data, false, &mut out);
    digest_bytes(out.as_bytes())
}

/// The bare hexadecimal SHA-256 of the stable form.
pub fn stable_digest(data: &Data) -> String {
    let digest = digest_bytes(stable(data).as_bytes());
    digest.strip_prefix("sha256:").map(str::to_owned).unwrap_or(digest)
}

fn has_unwritable(data: &Data) -> bool {
    match data {
        Data::Float(text) => !text.ends_with(|c: char| c.is_ascii_digit()),
        Data::List(elements) => elements.iter().any(has_unwritable),
        Data::Map(entries) => entries.values().any(has_unwritable),
        Data::Null | Data::Bool(_) | Data::Integer(_) | Data::Text(_) => false,
    }
}

fn write(data: &Data, ascii: bool, out: &mut String) {
    match data {
        Data::Null => out.push_str("null"),
        Data::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Data::Integer(text) | Data::Float(text) => out.push_str(text),
        Data::Text(text) => quote(text, ascii, out),
        Data::List(elements) => {
            out.push('[');
            for (i, element) in elements.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(element, ascii, out);
            }
            out.push(']');
        }
        Data::Map(entries) => {
            out.push('{');
            // The order of UTF-8 bytes is the order of code points.
            for (i, (key, value)) in entries.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                quote(key, ascii, out);
                out.push(':');
                write(value, ascii, out);
            }
            out.push('}');
        }
    }
}

/// A number as a file writes it, in the spelling of the profile.
pub fn number(text: &str) -> Data {
    let text = text.replace('_', "");
    let text = text.strip_prefix('+').unwrap_or(&text);
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        let significant = digits.trim_start_matches('0');
        return Data::Integer(match (significant.is_empty(), text.starts_with('-')) {
            (true, _) => "0".to_owned(),
            (false, true) => format!("-{significant}"),
            (false, false) => significant.to_owned(),
        });
    }
    // The number is read and written, never computed with.
    let float: f64 = text.parse().unwrap_or(f64::NAN);
    Data::Float(if float.is_nan() {
        "NaN".to_owned()
    } else if float.is_infinite() {
        if float.is_sign_negative() { "-Infinity" } else { "Infinity" }.to_owned()
    } else {
        positional(&format!("{float:e}"))
    })
}

/// An exact decimal: a number where it has at most the fifteen digits that a double keeps, a text else.
pub fn exact(text: &str) -> Data {
    let digits = text.chars().filter(char::is_ascii_digit).collect::<String>();
    match digits.trim_start_matches('0').trim_end_matches('0').len() {
        0..=15 => number(&if text.contains('.') { text.to_owned() } else { format!("{text}.0") }),
        _ => Data::text(text),
    }
}

/// `1.5e-5` and its like as Python writes it.
fn positional(scientific: &str) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    if !(-4..16).contains(&exponent) {
        let direction = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{mantissa}e{direction}{:02}", exponent.unsigned_abs());
    }
    if exponent < 0 {
        return format!("{sign}0.{}{digits}", zeros(-exponent - 1));
    }
    let whole = usize::try_from(exponent).unwrap_or(0).saturating_add(1);
    match digits.split_at_checked(whole) {
        Some((whole, "")) => format!("{sign}{whole}.0"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{digits}{}.0", zeros(exponent + 1 - i32::try_from(digits.len()).unwrap_or(0))),
    }
}

/// Which of two spelled numbers is smaller, exactly; nothing where one is no number.
pub fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (Parts::of(a)?, Parts::of(b)?);
    Some(match (a.sign(), b.sign()) {
        (a, b) if a != b => a.cmp(&b),
        (0, _) => Ordering::Equal,
        (sign, _) => {
            let order = a.exponent.cmp(&b.exponent).then_with(|| a.digits.cmp(&b.digits));
            if sign < 0 { order.reverse() } else { order }
        }
    })
}

/// A number taken apart: `0.DIGITS` times ten to the power of the exponent, without zeros at either end.
struct Parts {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Parts {
    fn of(text: &str) -> Option<Self> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        if all.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let digits = all.trim_start_matches('0');
        let leading = i64::try_from(all.len().checked_sub(digits.len())?).ok()?;
        let exponent = exponent.parse::<i64>().ok()?.checked_add(i64::try_from(whole.len()).ok()?)?;
        Some(Self {
            negative,
            digits: digits.trim_end_matches('0').to_owned(),
            exponent: exponent.checked_sub(leading)?,
        })
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> String {
        match number(text) {
            Data::Integer(text) | Data::Float(text) => text,
            _ => unreachable!("a number stays a number"),
        }
    }

    #[test]
    fn numbers_are_spelled_as_the_profile_says() {
        let floats = ["0.0", "-0.0", "1.0", "0.1", "1000000000000000.0", "1e+16", "1.2345678901234568e+17", "0.0001"];
        for text in floats.into_iter().chain(["1e-05", "5e-324", "1.7976931348623157e+308", "123.25", "-0.015"]) {
            assert_eq!(spelled(text), text);
        }
        assert_eq!([spelled("1E2"), spelled("-0"), spelled("12.50")], ["100.0", "0", "12.5"]);
        assert_eq!(spelled("1208925819614629174706176"), "1208925819614629174706176");
        assert_eq!([spelled("1e999"), spelled("nan")], ["Infinity", "NaN"]);
        assert_eq!(canonical(&number("1e999")), Err(NotCanonical));
        assert_eq!(exact("0.125"), number("0.125"));
        assert_eq!(exact("12345678901234567.5"), Data::text("12345678901234567.5"));
    }

    #[test]
    fn the_two_encoders_differ_in_what_is_not_ascii_alone() {
        let data = Data::map([("é", Data::text("🙂\u{7f}\u{1}/")), ("Z", Data::Null)]);
        assert_eq!(canonical(&data).as_deref(), Ok("{\"Z\":null,\"é\":\"🙂\u{7f}\\u0001/\"}"));
        assert_eq!(stable(&data), r#"{"Z":null,"\u00e9":"\ud83d\ude42\u007f\u0001/"}"#);
    }

    #[test]
    fn numbers_compare_by_what_they_are_worth() {
        let order = |a: &str, b: &str| compare(&spelled(a), &spelled(b));
        assert_eq!(order("42", "42.0"), Some(Ordering::Equal));
        assert_eq!(order("-1", "0.5"), Some(Ordering::Less));
        assert_eq!(order("-2", "-10"), Some(Ordering::Greater));
        assert_eq!(order("1e16", "10000000000000001"), Some(Ordering::Less));
        assert_eq!(order("0.0001", "0.001"), Some(Ordering::Less));
        assert_eq!(order("-0.0", "0"), Some(Ordering::Equal));
        assert_eq!(compare("NaN", "1"), None);
    }
}
