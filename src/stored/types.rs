//! Types from the text that [`Type`] is written as.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::reader::{Read, Refusal, text};
use crate::base::{Currency, Name, limits};
use crate::ir::{EnumType, Policy};
use crate::value::Type;

/// The names that a type may be: a text alone does not say whether it is an enum, a record or a request type.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The enums with their members.
    pub enums: BTreeMap<Name, EnumType>,
    /// The records.
    pub records: BTreeSet<Name>,
    /// The request types.
    pub requests: BTreeSet<Name>,
}

impl Names {
    /// The names of a policy.
    pub fn of(policy: &Policy) -> Self {
        Self {
            enums: policy.enums.clone(),
            records: policy.records.keys().cloned().collect(),
            requests: policy.requests.keys().cloned().collect(),
        }
    }
}

/// The type that a text spells; nothing if it spells none.
pub fn parse(text: &str, names: &Names) -> Option<Type> {
    let mut inner = text;
    let mut around: Vec<Collection> = Vec::new();
    while let Some((collection, element)) = collection(inner) {
        around.push(collection);
        inner = element;
        // Types are printed and dropped by recursion.
        if around.len() > limits::NESTING {
            return None;
        }
    }
    let plain = plain(inner, names)?;
    Some(around.into_iter().rev().fold(plain, |element, collection| collection(Box::new(element))))
}

/// The type of collections of a type.
type Collection = fn(Box<Type>) -> Type;

fn collection(text: &str) -> Option<(Collection, &str)> {
    let body = text.strip_suffix('>')?;
    let set = body.strip_prefix("set<").map(|element| (Type::Set as Collection, element));
    set.or_else(|| body.strip_prefix("list<").map(|element| (Type::List as Collection, element)))
}

fn plain(text: &str, names: &Names) -> Option<Type> {
    Some(match text {
        "bool" => Type::Bool,
        "int" => Type::Int,
        "decimal" => Type::Decimal,
        "ratio" => Type::Ratio,
        "duration" => Type::Duration,
        "string" => Type::Text,
        "date" => Type::Date,
        "datetime" => Type::Instant,
        "vector" => Type::Vector,
        "complex_vector" => Type::ComplexVector,
        "service" => Type::Service(None),
        other => return named(other, names),
    })
}

fn named(text: &str, names: &Names) -> Option<Type> {
    if let Some(of) = text.strip_prefix("service<").and_then(|rest| rest.strip_suffix('>')) {
        return Some(Type::Service(Some(of.into())));
    }
    if names.enums.contains_key(text) {
        return Some(Type::Enum(text.into()));
    }
    if names.records.contains(text) {
        return Some(Type::Record(text.into()));
    }
    if names.requests.contains(text) {
        return Some(Type::Request(text.into()));
    }
    let is_small = text.bytes().all(|b| b.is_ascii_lowercase());
    is_small.then(|| Currency::from_code(text)).flatten().map(Type::Money)
}

/// A type of a document.
pub fn read(json: &Json, names: &Names) -> Read<Type> {
    let text = text(json)?;
    parse(text, names).ok_or_else(|| Refusal::new("this is no type of the policy"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        names.enums.insert("Region".into(), EnumType { ordered: false, members: vec!["eu".into()] });
        names.records.extend([Name::from("layers[]"), Name::from("pkg::Item")]);
        names.requests.insert("Job".into());
        names
    }

    #[test]
    fn every_spelling_is_read_back() {
        let all = "bool int decimal ratio duration string date datetime vector service service<pkg::Model> usd eur \
                   Region layers[] pkg::Item Job set<string> list<set<service<Model>>> set<list<Region>>";
        for text in all.split_whitespace() {
            let read = parse(text, &names()).unwrap_or_else(|| panic!("`{text}` is not read"));
            assert_eq!(read.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_type_is_refused() {
        let deep = format!("{}int{}", "set<".repeat(100_000), ">".repeat(100_000));
        for text in ["", "Int", "USD", "set<>", "set<int", "int>", "set<int>>", "map<int>", "Unknown", " int", &deep] {
            assert_eq!(parse(text, &names()), None, "`{}`", text.get(..20).unwrap_or(text));
        }
    }
}
