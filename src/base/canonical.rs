//! Canonical JSON and digests: one spelling of every value, so that equal things have equal bytes.

use std::borrow::Cow;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Writes JSON with sorted keys and no white space.
///
/// Numbers that are not whole are refused by construction: decimals travel as strings. Strings are escaped as
/// `serde_json` does it (only what JSON requires).
pub fn to_string(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (i, (key, item)) in entries.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write(item, out);
            }
            out.push('}');
        }
        Value::String(text) => write_text(text, out),
        plain => out.push_str(&plain.to_string()),
    }
}

/// A text in quotes.
pub fn write_text(text: &str, out: &mut String) {
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        out.push_str(&Value::from(text).to_string());
        return;
    }
    out.push('"');
    out.push_str(text);
    out.push('"');
}

/// `"key":`, and behind a member a comma before it.
pub fn write_key(key: &str, out: &mut String) {
    if !out.ends_with('{') {
        out.push(',');
    }
    write_text(key, out);
    out.push(':');
}

/// Nested values that [`first`] reads.
const DEPTH: usize = 127;

/// Where the value ends with which a text begins, if it stands there exactly as [`to_string`] writes it. Nothing is built, so
/// that a long text is held against its one spelling in the time that reading it takes.
pub fn first(text: &str) -> Option<usize> {
    value(text.as_bytes(), 0, DEPTH)
}

/// Each of these takes where something begins and gives where it ends.
fn value(text: &[u8], at: usize, depth: usize) -> Option<usize> {
    let word = |word: &[u8]| text.get(at..)?.starts_with(word).then_some(at + word.len());
    match text.get(at)? {
        b'{' => members(text, at + 1, depth.checked_sub(1)?),
        b'[' => elements(text, at + 1, depth.checked_sub(1)?),
        b'"' => quoted(text, at),
        b'n' => word(b"null"),
        b't' => word(b"true"),
        b'f' => word(b"false"),
        _ => whole(text, at),
    }
}

fn elements(text: &[u8], mut at: usize, depth: usize) -> Option<usize> {
    if text.get(at)? == &b']' {
        return Some(at + 1);
    }
    loop {
        at = value(text, at, depth)?;
        match text.get(at)? {
            b',' => at += 1,
            b']' => return Some(at + 1),
            _ => return None,
        }
    }
}

fn members(text: &[u8], mut at: usize, depth: usize) -> Option<usize> {
    if text.get(at)? == &b'}' {
        return Some(at + 1);
    }
    let mut before = None;
    loop {
        let end = quoted(text, at)?;
        let key = key(text.get(at..end)?)?;
        if before.as_ref().is_some_and(|before| *before >= key) {
            return None;
        }
        before = Some(key);
        (text.get(end)? == &b':').then_some(())?;
        at = value(text, end + 1, depth)?;
        match text.get(at)? {
            b',' => at += 1,
            b'}' => return Some(at + 1),
            _ => return None,
        }
    }
}

/// The text of a key, by which keys are sorted.
fn key(quoted: &[u8]) -> Option<Cow<'_, str>> {
    let plain = std::str::from_utf8(quoted.get(1..quoted.len().checked_sub(1)?)?).ok()?;
    if !plain.contains('\\') {
        return Some(Cow::Borrowed(plain));
    }
    serde_json::from_slice(quoted).ok().map(Cow::Owned)
}

fn quoted(text: &[u8], at: usize) -> Option<usize> {
    (text.get(at)? == &b'"').then_some(())?;
    let mut at = at + 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += escape(text.get(at + 1..)?)?,
            0..b' ' => return None,
            _ => at += 1,
        }
    }
}

/// How long an escape is, which stands only for what has no other spelling.
fn escape(text: &[u8]) -> Option<usize> {
    match text {
        [b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Some(2),
        [b'u', b'0', b'0', b'0', b'0'..=b'7' | b'b' | b'e' | b'f', ..]
        | [b'u', b'0', b'0', b'1', b'0'..=b'9' | b'a'..=b'f', ..] => Some(6),
        _ => None,
    }
}

fn whole(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'-').count();
    let digits = std::str::from_utf8(rest.get(..length)?).ok()?;
    let same = |number: String| number == digits;
    let exact = digits.parse().is_ok_and(|number: u64| same(number.to_string()))
        || digits.parse().is_ok_and(|number: i64| same(number.to_string()));
    exact.then_some(at + length)
}

/// `sha256:` and the hexadecimal SHA-256 of the bytes.
pub fn digest_bytes(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

/// The digest of a value's canonical JSON.
pub fn digest(value: &Value) -> String {
    digest_bytes(to_string(value).as_bytes())
}

/// The HMAC-SHA256 of the bytes under a key of 32 bytes, in hexadecimal.
pub fn keyed(key: &[u8; 32], bytes: &[u8]) -> String {
    // The key is shorter than a block, so it is filled up with zeros (RFC 2104).
    let padded = |with: u8| key.iter().copied().chain([0; 32]).map(|byte| byte ^ with).collect::<Vec<u8>>();
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(bytes).finalize();
    hex(&Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize())
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// So many bytes from as many pairs of lower-case hexadecimal digits, and nothing else.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let digits = text.as_bytes();
    if digits.len() != 2 * N || digits.iter().any(|d| !matches!(d, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// A text between quotes as Python writes it: the short escapes, and `\u` with small letters for other control characters;
/// with `ascii`, for everything beyond ASCII too, in halves where UTF-16 has two.
pub fn quote(text: &str, ascii: bool, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' || (ascii && c > '~') => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_by_bytes() {
        let value = serde_json::json!({ "b": 1, "a": [true, null, "é\n"], "B": {} });
        assert_eq!(to_string(&value), r#"{"B":{},"a":[true,null,"é\n"],"b":1}"#);
    }

    #[test]
    fn what_is_written_is_known_by_its_spelling_and_nothing_else_is() {
        let every: String = (0..0x80).filter_map(char::from_u32).chain("é\u{2028}🦀".chars()).collect();
        let value = serde_json::json!({
            "": every.clone(), every: [[], {}, [null, true, false]], "a": { "n": [0, -1, u64::MAX, i64::MIN] }, "a\n": "", "é": "a",
        });
        let text = to_string(&value);
        assert_eq!(first(&text), Some(text.len()));
        assert_eq!(first(&format!("{text}, and more")), Some(text.len()));
        for (end, _) in text.char_indices() {
            let cut = text.get(..end).unwrap();
            assert_eq!(first(cut), None, "{cut}");
        }
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!((first(&deep(127)), first(&deep(128)), first(&deep(1_000_000))), (Some(254), None, None));
    }

    /// Whatever is read as a value and known as canonical is written again byte for byte; the others are not.
    #[test]
    fn another_spelling_of_a_value_is_none() {
        let others = [
            r#"{ }"#,
            r#"[1, 2]"#,
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"\u0061":1}"#,
            r#""\/""#,
            r#""\u000a""#,
            r#""\u001F""#,
            r#""\u00e9""#,
            r#""\u0020""#,
            "01",
            "-0",
            "+1",
            "1.0",
            "1e3",
            "--1",
            "-",
            "18446744073709551616",
            "\"\t\"",
            "[1,]",
            "[,1]",
            "{\"a\":1,}",
            "{1:2}",
            "nul",
            "",
            r#"{"a\u0001":1,"a":1}"#,
        ];
        for other in others {
            let read: Option<Value> = serde_json::from_str(other).ok();
            // A number that is not whole has a spelling, and no place in canonical JSON.
            assert!(read.is_none_or(|value| value.is_f64() || to_string(&value) != other), "{other} is canonical");
            assert_ne!(first(other), Some(other.len()), "{other}");
        }
        let sample = to_string(&serde_json::json!({ "a": ["x\u{1}y", 12, -3], "b\"": { "c": null }, "d": true }));
        for at in 0..sample.len() {
            for byte in (0x20..0x7f).chain([b'\n']) {
                let mut bytes = sample.clone().into_bytes();
                bytes[at] = byte;
                let text = String::from_utf8(bytes).unwrap();
                let again = serde_json::from_str::<Value>(&text).is_ok_and(|value| to_string(&value) == text);
                assert_eq!(first(&text) == Some(text.len()), again, "{text}");
            }
        }
    }

    #[test]
    fn keyed_digests_are_hmac_sha256() {
        // Made with Python's `hmac.new(bytes(range(32)), b"what", "sha256")`.
        let key: [u8; 32] = std::array::from_fn(|at| at as u8);
        assert_eq!(keyed(&key, b"what"), "249184710d6be3a585080a43b3e17da6e12a64d50ed57150cec94f8ad479ed9c");
        assert_eq!(unhex(&hex(&key)), Some(key));
        assert_eq!(unhex::<1>("0G"), None);
        assert_eq!(unhex::<1>("+f"), None);
        assert_eq!(unhex::<2>("00"), None);
    }

    #[test]
    fn digests_are_sha256() {
        assert_eq!(digest_bytes(b""), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
