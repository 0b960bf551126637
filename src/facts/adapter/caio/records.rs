//! The sections of which the parts have parts: capabilities, constraints, cost, endpoints and invariants.

use crate::base::{Currency, Decimal, Span};
use crate::data::{Key, Kind, Node, shortened};
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::facts::decode::Path;

use super::bounds;
use super::read::{Reader, Reading};
use super::tables;

fn key(text: &str, span: Span) -> Key {
    Key { text: text.into(), span }
}

/// Each capability is a word, or a map with its `type` and what it is capable of.
pub(super) fn capabilities(reader: &mut Reader, path: &Path<'_>, node: &Node) {
    let Some(elements) = reader.elements(path, node) else { return };
    if elements.is_empty() {
        let message = format!("`{path}` is empty, and a service can do something");
        reader.push(Diagnostic::error(&codes::MISSING_FIELD, node.opening(), message).help("state a capability"));
    }
    let (mut words, mut details) = (Vec::new(), Vec::new());
    for (index, element) in elements.iter().enumerate() {
        let path = Path::Index(path, index);
        let read = match &element.kind {
            Kind::Map(_) => capability(reader, &path, element),
            _ => reader
                .read(&path, element, Reading::Text)
                .map(|word| (word.clone(), vec![(key("name", word.span), word)])),
        };
        if let Some((word, fields)) = read {
            words.push(word);
            details.push(Node { kind: Kind::Map(fields), span: element.span });
        }
    }
    reader.put("capabilities", Node { kind: Kind::List(words), span: node.span });
    reader.put("capability_details", Node { kind: Kind::List(details), span: node.span });
}

/// The word of a capability, and the record of what is known of it.
fn capability(reader: &mut Reader, path: &Path<'_>, node: &Node) -> Option<(Node, Vec<(Key, Node)>)> {
    const PARTS: &[&str] = &["accuracy", "capacity", "parameters"];
    let mut fields = reader.record(path, node, &[("type", "name", Reading::Text)], PARTS)?;
    let Some(word) = fields.iter().find(|(key, _)| &*key.text == "name").map(|(_, node)| node.clone()) else {
        missing(reader, path, "type", node);
        return None;
    };
    let mut parts = |name: &str, rows| {
        let part = node.get(name).filter(|part| part.kind != Kind::Null);
        let read = part.and_then(|part| reader.record(&Path::Field(path, name), part, rows, &[]));
        fields.extend(read.unwrap_or_default());
    };
    parts("accuracy", &[("min", "accuracy", Reading::Share), ("target", "target", Reading::Share)]);
    parts("capacity", &[("max_tokens", "max_tokens", Reading::Count)]);
    parts("parameters", &[("models", "models", Reading::Texts)]);
    Some((word, fields))
}

/// Finds fault where a part does not state what it must.
fn missing(reader: &mut Reader, path: &Path<'_>, name: &str, within: &Node) {
    if within.get(name).is_none_or(|node| node.kind == Kind::Null) {
        let message = format!("`{}` is missing", Path::Field(path, name));
        let found = Diagnostic::error(&codes::MISSING_FIELD, within.opening(), message);
        reader.push(found.label("not stated in here").help(format!("state `{name}`")));
    }
}

/// The constraints that are maps themselves.
pub(super) fn constraint(reader: &mut Reader, path: &Path<'_>, key: &Key, node: &Node) -> Option<Vec<&'static str>> {
    match &*key.text {
        "rate_limit" => reader.table(path, node, tables::RATE_LIMIT, Reader::no_other),
        "context_length" => reader.table(path, node, tables::CONTEXT_LENGTH, Reader::no_other),
        _ => return Some(vec!["rate_limit", "context_length"]),
    }
    None
}

/// The currency counts for every amount of the contract, so it is read before any of them.
pub(super) fn currency(reader: &mut Reader, path: &Path<'_>, node: &Node) {
    let path = Path::Field(path, "currency");
    match node.get("currency") {
        None | Some(Node { kind: Kind::Null, .. }) => {}
        Some(Node { kind: Kind::Text(text), span }) => match Currency::from_code(text) {
            Some(found) if found.code() == &**text => reader.currency = found,
            _ => {
                let message = format!("`{path}` is `{}`, which is no code of ISO 4217", shortened(text));
                reader.push(Diagnostic::error(&codes::MALFORMED, *span, message).help("write a code such as `USD`"));
            }
        },
        Some(other) => reader.wrong_kind(&path, other, "a code of ISO 4217"),
    }
}

/// What the service costs.
pub(super) fn cost(reader: &mut Reader, path: &Path<'_>, node: &Node) {
    reader.table(
        path,
        node,
        tables::COST,
        |_, _, key, _| {
            if &*key.text == "currency" { None } else { Some(vec!["currency"]) }
        },
    );
}

/// Where the service is reached.
pub(super) fn api(reader: &mut Reader, path: &Path<'_>, node: &Node) {
    reader.table(path, node, tables::API, |reader, path, key, node| {
        if &*key.text != "endpoints" {
            return Some(vec!["endpoints"]);
        }
        let elements = reader.elements(path, node)?;
        let mut endpoints = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            let path = Path::Index(path, index);
            let Some(fields) = reader.record(&path, element, tables::ENDPOINT, &[]) else { continue };
            missing(reader, &path, "path", element);
            missing(reader, &path, "method", element);
            endpoints.push(Node { kind: Kind::Map(fields), span: element.span });
        }
        reader.put("endpoints", Node { kind: Kind::List(endpoints), span: node.span });
        None
    });
}

/// What the service holds itself to, and how that is verified.
pub(super) fn invariants(reader: &mut Reader, path: &Path<'_>, node: &Node) {
    let Some(elements) = reader.elements(path, node) else { return };
    let mut all = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let path = Path::Index(path, index);
        let others = ["threshold", "verification", "artifact"];
        let Some(mut fields) = reader.record(&path, element, tables::INVARIANT, &others) else { continue };
        missing(reader, &path, "id", element);
        let part = |name: &str| element.get(name).filter(|part| part.kind != Kind::Null);
        if let Some(part) = part("threshold") {
            let bound = bounds::bound(reader, &Path::Field(&path, "threshold"), part);
            let limit = bound.floor.or(bound.ceiling).or(bound.exact);
            let number = limit.map(|(number, span): (Decimal, Span)| {
                (key("threshold", span), Node { kind: Kind::Number(number.to_string().into()), span })
            });
            fields.extend(number);
        }
        for (name, field, rows) in
            [("verification", "verification_path", tables::VERIFICATION), ("artifact", "artifact", tables::ARTIFACT)]
        {
            let inner = Path::Field(&path, name);
            match part(name) {
                Some(part @ Node { kind: Kind::Map(_), .. }) => {
                    fields.extend(reader.record(&inner, part, rows, &[]).unwrap_or_default());
                }
                Some(part) => {
                    let read = reader.read(&inner, part, Reading::Text);
                    fields.extend(read.map(|read| (key(field, part.span), read)));
                }
                None => {}
            }
        }
        all.push(Node { kind: Kind::Map(fields), span: element.span });
    }
    reader.put("invariants", Node { kind: Kind::List(all), span: node.span });
}
