//! Canonical JSON and digests: one spelling of every value, so that equal things have equal bytes.

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
