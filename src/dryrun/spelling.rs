//! JSON as the manifest spells it: two spaces, sorted keys, ASCII only, no line at the end.

use serde_json::Value as Json;

use crate::base::canonical::quote;

/// The text of a value. Equal values have equal texts.
pub fn text(value: &Json) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out
}

fn write(value: &Json, depth: usize, out: &mut String) {
    match value {
        Json::Array(items) if !items.is_empty() => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                line(at, depth + 1, out);
                write(item, depth + 1, out);
            }
            end(depth, ']', out);
        }
        Json::Object(map) if !map.is_empty() => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|one, other| one.0.cmp(other.0));
            out.push('{');
            for (at, (key, item)) in entries.into_iter().enumerate() {
                line(at, depth + 1, out);
                quote(key, true, out);
                out.push_str(": ");
                write(item, depth + 1, out);
            }
            end(depth, '}', out);
        }
        Json::Array(_) => out.push_str("[]"),
        Json::Object(_) => out.push_str("{}"),
        Json::String(text) => quote(text, true, out),
        plain => out.push_str(&plain.to_string()),
    }
}

fn line(at: usize, depth: usize, out: &mut String) {
    out.push_str(if at > 0 { ",\n" } else { "\n" });
    out.push_str(&"  ".repeat(depth));
}

fn end(depth: usize, sign: char, out: &mut String) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(sign);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_nothing_but_ascii_is_written() {
        let value = serde_json::json!({ "b": [], "a": ["é🙂\u{7f}", { "y": null, "x": {} }], "B": "\"\\\n\u{1}" });
        let expected = "{\n  \"B\": \"\\\"\\\\\\n\\u0001\",\n  \"a\": [\n    \"\\u00e9\\ud83d\\ude42\\u007f\",\n    {\n      \
                        \"x\": {},\n      \"y\": null\n    }\n  ],\n  \"b\": []\n}";
        assert_eq!(text(&value), expected);
        assert_eq!(serde_json::from_str::<Json>(&text(&value)).unwrap(), value);
    }
}
