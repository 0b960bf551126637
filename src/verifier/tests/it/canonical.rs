//! Canonical JSON and digests, written for the tests alone.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub fn text(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(",")),
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            members.sort_by(|a, b| a.0.cmp(b.0));
            let member = |(key, value): (&String, &Value)| format!("{}:{}", Value::from(key.as_str()), text(value));
            format!("{{{}}}", members.into_iter().map(member).collect::<Vec<_>>().join(","))
        }
        plain => plain.to_string(),
    }
}

pub fn digest(value: &Value) -> String {
    let hex: String = Sha256::digest(text(value).as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
