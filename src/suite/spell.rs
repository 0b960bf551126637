//! Values as a source writes them: each reads back as itself where its type is expected.

use crate::base::Decimal;
use crate::value::{Unit, Value};

/// A text in quotes.
pub fn text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' | '{' | '}' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value.
pub fn value(of: &Value) -> String {
    let all = |elements: &[Value]| elements.iter().map(value).collect::<Vec<_>>().join(", ");
    match of {
        Value::Text(of) | Value::Service(of) => text(of),
        Value::Member(member) if is_word(&member.name) => member.name.to_string(),
        Value::Member(member) => text(&member.name),
        Value::Number(amount, Unit::Ratio) => match amount.mul(Decimal::from(100)) {
            Some(hundredfold) => format!("{hundredfold}%"),
            None => amount.to_string(),
        },
        Value::List(elements) => format!("[{}]", all(elements)),
        Value::Set(elements) if elements.is_empty() => "{}".to_owned(),
        Value::Set(elements) => format!("{{ {} }}", all(elements)),
        Value::Record(fields) => {
            let known = fields.iter().filter_map(|(name, field)| Some(format!("{name}: {}", value(field.as_ref()?))));
            let known: Vec<String> = known.collect();
            if known.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", known.join(", ")) }
        }
        other => other.to_string(),
    }
}

fn is_word(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    // These words never stand for a member where a value is read.
    let reserved = [
        "true", "false", "not", "known", "if", "then", "else", "all", "any", "and", "or", "implies", "in", "within",
        "overlaps", "is", "where", "for", "when", "unless", "because", "require", "count", "sum", "min", "max",
    ];
    begins && !reserved.contains(&name) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
