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
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write(item, out);
            }
            out.push('}');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

/// `sha256:` and the hexadecimal SHA-256 of the bytes.
pub fn digest_bytes(bytes: &[u8]) -> String {
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(bytes) {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// The digest of a value's canonical JSON.
pub fn digest(value: &Value) -> String {
    digest_bytes(to_string(value).as_bytes())
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
    fn digests_are_sha256() {
        assert_eq!(digest_bytes(b""), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
