//! Untyped data of a mission: what JSON can say, with numbers kept as their text.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::data::{Kind, Node};
use crate::value::{Unit, Value};

use super::spelling;

/// A piece of untyped data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// A whole number: its digits, with a minus in front of a negative one.
    Integer(String),
    /// Any other number: the shortest text that reads as the same IEEE double. Nothing is ever computed with it.
    Float(String),
    /// A text.
    Text(String),
    /// Elements in order.
    List(Vec<Data>),
    /// Values by key; a map is written sorted, so that the order of keys means nothing.
    Map(BTreeMap<String, Data>),
}

impl Data {
    /// No keys.
    pub fn empty() -> Self {
        Self::Map(BTreeMap::new())
    }

    /// A map of these entries.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Data)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A list of texts.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    /// A count.
    pub fn count(count: usize) -> Self {
        Self::Integer(count.to_string())
    }

    /// A text, or `null` where there is none.
    pub fn text_or_null(text: Option<&str>) -> Self {
        text.map_or(Self::Null, Self::text)
    }

    /// What a file says.
    pub fn of(node: &Node) -> Self {
        match &node.kind {
            Kind::Null => Self::Null,
            Kind::Bool(value) => Self::Bool(*value),
            Kind::Number(text) => spelling::number(text),
            Kind::Text(text) => Self::text(&**text),
            Kind::List(elements) => Self::List(elements.iter().map(Self::of).collect()),
            Kind::Map(entries) => Self::map(entries.iter().map(|(key, value)| (&*key.text, Self::of(value)))),
        }
    }

    /// A typed value as contracts and requests write it in JSON; an unknown field of a record is left out.
    pub fn of_value(value: &Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Integer(value.to_string()),
            Value::Number(amount, Unit::Plain | Unit::Ratio) => spelling::exact(&amount.to_string()),
            Value::Number(..) => Self::Text(value.to_string()),
            Value::Text(text) | Value::Service(text) => Self::text(&**text),
            Value::Date(date) => Self::Text(date.to_string()),
            Value::Instant(instant) => Self::Text(instant.to_string()),
            Value::Member(member) => Self::text(&*member.name),
            Value::List(elements) | Value::Set(elements) => Self::List(elements.iter().map(Self::of_value).collect()),
            Value::Record(fields) => {
                Self::map(fields.iter().filter_map(|(name, value)| Some((&**name, Self::of_value(value.as_ref()?)))))
            }
            Value::Complex(numbers) => {
                let part = |n: &crate::base::Decimal| spelling::exact(&n.to_string());
                Self::List(numbers.iter().map(|(re, im)| Self::List(vec![part(re), part(im)])).collect())
            }
            Value::Vector(numbers) => Self::List(numbers.iter().map(|n| spelling::exact(&n.to_string())).collect()),
        }
    }

    /// The value of a key; nothing if there is none or this is no map.
    pub fn get(&self, key: &str) -> Option<&Data> {
        match self {
            Self::Map(entries) => entries.get(key),
            _ => None,
        }
    }

    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, if this is a list.
    pub fn as_list(&self) -> Option<&[Data]> {
        match self {
            Self::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The entries, if this is a map.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Data>> {
        match self {
            Self::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// What this is, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a bool",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }

    /// Which of two numbers or of two texts comes first; nothing for anything else. A bool is no number.
    pub fn order(&self, other: &Data) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Integer(a) | Self::Float(a), Self::Integer(b) | Self::Float(b)) => spelling::compare(a, b),
            _ => None,
        }
    }

    /// Whether two pieces say the same: `42` is `42.0`, and `true` is not `1`.
    pub fn says_the_same(&self, other: &Data) -> bool {
        match (self, other) {
            (Self::Integer(_) | Self::Float(_), Self::Integer(_) | Self::Float(_)) => {
                self.order(other) == Some(Ordering::Equal)
            }
            (Self::List(a), Self::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.says_the_same(b)),
            (Self::Map(a), Self::Map(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|((k, a), (l, b))| k == l && a.says_the_same(b))
            }
            _ => self == other,
        }
    }
}

/// The element of a list that a text names: only the canonical digits of a place that exists.
pub fn place(segment: &str, length: usize) -> Option<usize> {
    let place: usize = segment.parse().ok()?;
    (place < length && place.to_string() == segment).then_some(place)
}
