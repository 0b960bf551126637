//! Contracts as native data: what `provost export` and `provost import` write.
//!
//! *Takes* checked services, or what an adapter states; *gives* YAML, TOML or JSON. *Promises* one text for equal
//! contracts: services by name, fields by name, and that reading it again gives the same contracts. *Leaves out* what a
//! service accepts, which data cannot express; [`unwritten`] names the services that lose something.
//!
//! The three formats share one spelling of values, double-quoted where there is doubt, and numbers keep their digits:
//! a general serialiser would pass them through binary fractions.

use std::collections::BTreeSet;

use crate::base::{FileId, Name, Span, calendar};
use crate::ir::{Policy, Services};
use crate::value::{Unit, Value, text::number_text};

use super::contract::Stated;
use crate::data::{Format, Key, Kind, Node, plain};

/// Checked services in a format.
pub fn services(services: &Services, policy: &Policy, format: Format) -> String {
    let all: Vec<Stated> = services.iter().map(|(name, service)| restated(name, service, policy)).collect();
    stated(&all, format)
}

/// The services whose `accept` clauses data cannot express.
pub fn unwritten(services: &Services) -> Vec<Name> {
    services.iter().filter(|(_, service)| !service.accepts.is_empty()).map(|(name, _)| name.clone()).collect()
}

/// Services as an adapter states them, in a format.
pub fn stated(services: &[Stated], format: Format) -> String {
    let mut services: Vec<&Stated> = services.iter().collect();
    services.sort_by(|a, b| a.name.cmp(&b.name));
    match format {
        Format::Json => json(&services),
        Format::Yaml => yaml(&services),
        Format::Toml => toml(&services),
    }
}

/// No place: what is written comes from no file.
const NOWHERE: Span = Span { file: FileId(u32::MAX), start: 0, end: 0 };

/// What a checked service states: every known value, and of its traits those that no other implies.
fn restated(name: &Name, service: &crate::ir::Service, policy: &Policy) -> Stated {
    let implied: BTreeSet<&Name> = service
        .traits
        .iter()
        .filter_map(|name| policy.traits.get(name).map(|t| (name, t)))
        .flat_map(|(name, t)| t.ancestors.iter().filter(move |ancestor| *ancestor != name))
        .collect();
    let traits = service.traits.iter().filter(|t| !implied.contains(t)).map(|t| (t.clone(), NOWHERE)).collect();
    let key = |text: &Name| Key { text: text.clone(), span: NOWHERE };
    let fields = service.values.iter().map(|(name, value)| (key(name), node(value))).collect();
    Stated { name: name.clone(), span: NOWHERE, traits, fields }
}

/// A value as data.
fn node(value: &Value) -> Node {
    let kind = match value {
        Value::Bool(value) => Kind::Bool(*value),
        Value::Int(value) => Kind::Number(value.to_string().into()),
        Value::Number(amount, Unit::Plain | Unit::Ratio) => Kind::Number(amount.to_string().into()),
        Value::Number(amount, Unit::Duration) => Kind::Text(calendar::duration_text(*amount).into()),
        Value::Number(amount, unit) => Kind::Text(number_text(*amount, *unit).into()),
        Value::Text(text) | Value::Service(text) => Kind::Text(text.clone()),
        Value::Date(date) => Kind::Text(date.to_string().into()),
        Value::Instant(instant) => Kind::Text(instant.to_string().into()),
        Value::Member(member) => Kind::Text(member.name.clone()),
        Value::List(elements) | Value::Set(elements) => Kind::List(elements.iter().map(node).collect()),
        Value::Record(fields) => {
            let known = fields.iter().filter_map(|(name, value)| value.as_ref().map(|value| (name, value)));
            let key = |text: &Name| Key { text: text.clone(), span: NOWHERE };
            Kind::Map(known.map(|(name, value)| (key(name), node(value))).collect())
        }
        Value::Vector(numbers) => {
            let number = |n: &crate::base::Decimal| Kind::Number(n.to_string().into());
            Kind::List(numbers.iter().map(|n| Node { kind: number(n), span: NOWHERE }).collect())
        }
        Value::Complex(numbers) => {
            let number = |n: &crate::base::Decimal| Node { kind: Kind::Number(n.to_string().into()), span: NOWHERE };
            let pair = |re, im| Node { kind: Kind::List(vec![number(re), number(im)]), span: NOWHERE };
            Kind::List(numbers.iter().map(|(re, im)| pair(re, im)).collect())
        }
    };
    Node { kind, span: NOWHERE }
}

/// `is` as data: one trait, or a list of them.
fn claim(service: &Stated) -> Node {
    let names: Vec<Node> = service.traits.iter().map(|(name, _)| Node::text(name.clone(), NOWHERE)).collect();
    match <[Node; 1]>::try_from(names) {
        Ok([only]) => only,
        Err(names) => Node { kind: Kind::List(names), span: NOWHERE },
    }
}

/// The lines of a service: `is`, then its stated fields by name.
fn lines(service: &Stated) -> Vec<(Name, Node)> {
    let mut lines: Vec<(Name, Node)> =
        service.fields.iter().filter(|(_, n)| n.kind != Kind::Null).map(|(k, n)| (k.text.clone(), n.clone())).collect();
    lines.sort_by(|a, b| a.0.cmp(&b.0));
    lines.insert(0, ("is".into(), claim(service)));
    lines
}

fn json(services: &[&Stated]) -> String {
    let blocks: Vec<String> = services
        .iter()
        .map(|service| {
            let lines: Vec<String> = lines(service)
                .iter()
                .map(|(key, node)| format!("      {}: {}", quoted(key), inline(node, Format::Json)))
                .collect();
            format!("    {}: {{\n{}\n    }}", quoted(&service.name), lines.join(",\n"))
        })
        .collect();
    if blocks.is_empty() {
        return "{\n  \"services\": {}\n}\n".to_owned();
    }
    format!("{{\n  \"services\": {{\n{}\n  }}\n}}\n", blocks.join(",\n"))
}

fn yaml(services: &[&Stated]) -> String {
    if services.is_empty() {
        return "services: {}\n".to_owned();
    }
    let mut out = String::from("services:\n");
    for service in services {
        out.push_str(&format!("  {}:\n", yaml_text(&service.name)));
        for (key, node) in lines(service) {
            out.push_str(&format!("    {}: {}\n", yaml_text(&key), inline(&node, Format::Yaml)));
        }
    }
    out
}

fn toml(services: &[&Stated]) -> String {
    if services.is_empty() {
        return "services = {}\n".to_owned();
    }
    let blocks: Vec<String> = services
        .iter()
        .map(|service| {
            let mut block = format!("[services.{}]\n", toml_key(&service.name));
            for (key, node) in lines(service) {
                block.push_str(&format!("{} = {}\n", toml_key(&key), inline(&node, Format::Toml)));
            }
            block
        })
        .collect();
    blocks.join("\n")
}

/// A value on one line.
fn inline(node: &Node, format: Format) -> String {
    match &node.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Number(text) => text.to_string(),
        Kind::Text(text) if format == Format::Yaml => yaml_text(text),
        Kind::Text(text) => quoted(text),
        Kind::List(elements) => {
            let all: Vec<String> = elements.iter().map(|element| inline(element, format)).collect();
            format!("[{}]", all.join(", "))
        }
        Kind::Map(entries) => {
            let stated = entries.iter().filter(|(_, node)| node.kind != Kind::Null);
            let all: Vec<String> = stated
                .map(|(key, node)| {
                    let value = inline(node, format);
                    match format {
                        Format::Json => format!("{}: {value}", quoted(&key.text)),
                        Format::Yaml => format!("{}: {value}", yaml_text(&key.text)),
                        Format::Toml => format!("{} = {value}", toml_key(&key.text)),
                    }
                })
                .collect();
            if all.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", all.join(", ")) }
        }
    }
}

/// A text in double quotes, escaped so that all three formats read it alike.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text as YAML writes it: bare only where no reader of any version takes it for something else.
fn yaml_text(text: &str) -> String {
    let old_bools = ["y", "n", "yes", "no", "on", "off"];
    let bare = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '$')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '%' | '$'))
        && matches!(plain(text), Kind::Text(_))
        && !old_bools.contains(&text.to_ascii_lowercase().as_str())
        // Dates, underscored and exponent numbers of older versions: a first digit needs a unit behind the digits.
        && (!text.starts_with(|c: char| c.is_ascii_digit()) || calendar::parse_duration(text).is_some());
    if bare { text.to_owned() } else { quoted(text) }
}

fn toml_key(text: &str) -> String {
    let bare = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if bare { text.to_owned() } else { quoted(text) }
}

#[cfg(test)]
mod tests;
