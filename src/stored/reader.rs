//! The parts of a document: each reads one form, and a refusal gathers its path on the way out.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde_json::Value as Json;

use crate::base::{Name, limits};

/// Why a document is not read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Keys and places, the innermost first.
    path: Vec<String>,
    /// What is wrong there.
    pub reason: String,
}

impl Refusal {
    /// A refusal of what is being read.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { path: Vec::new(), reason: reason.into() }
    }

    /// The same, seen from one level further out.
    #[must_use]
    pub fn inside(mut self, part: impl fmt::Display) -> Self {
        self.path.push(part.to_string());
        self
    }

    /// The path from the root: `routes.work.roles.0`.
    pub fn path(&self) -> String {
        self.path.iter().rev().map(String::as_str).collect::<Vec<_>>().join(".")
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.is_empty() {
            true => f.write_str(&self.reason),
            false => write!(f, "{}: {}", self.path(), self.reason),
        }
    }
}

impl std::error::Error for Refusal {}

/// What reading a part comes to.
pub type Read<T> = Result<T, Refusal>;

/// A refusal in these words.
pub fn refuse<T>(reason: impl Into<String>) -> Read<T> {
    Err(Refusal::new(reason))
}

/// The same refusal, if it is one, seen from one level further out.
pub fn within<T>(part: impl fmt::Display, read: Read<T>) -> Read<T> {
    read.map_err(|refusal| refusal.inside(part))
}

/// That something is an object with exactly these keys.
pub fn only(json: &Json, keys: &[&str]) -> Read<()> {
    let Json::Object(map) = json else { return refuse("an object is needed") };
    if let Some(unknown) = map.keys().find(|key| !keys.contains(&key.as_str())) {
        return refuse(format!("the key `{}` is not known", cut(unknown)));
    }
    match keys.iter().find(|key| !map.contains_key(**key)) {
        Some(missing) => refuse(format!("the key `{missing}` is missing")),
        None => Ok(()),
    }
}

/// The beginning of a text that somebody else made, for a message.
fn cut(text: &str) -> &str {
    text.char_indices().nth(60).and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// What stands under a key.
pub fn key<'j, T>(json: &'j Json, name: &str, read: impl FnOnce(&'j Json) -> Read<T>) -> Read<T> {
    match json.get(name) {
        Some(part) => within(name, read(part)),
        None => refuse(format!("the key `{name}` is missing")),
    }
}

/// The elements of a list.
pub fn items(json: &Json) -> Read<&[Json]> {
    match json {
        Json::Array(items) => Ok(items),
        _ => refuse("a list is needed"),
    }
}

/// A list, element by element.
pub fn list<'j, T>(json: &'j Json, read: impl Fn(&'j Json) -> Read<T>) -> Read<Vec<T>> {
    items(json)?.iter().enumerate().map(|(at, item)| within(at, read(item))).collect()
}

/// An object whose keys are names.
pub fn entries<'j, T>(json: &'j Json, read: impl Fn(&'j Json) -> Read<T>) -> Read<BTreeMap<Name, T>> {
    let Json::Object(map) = json else { return refuse("an object is needed") };
    if map.len() > limits::ITEMS {
        return refuse(format!("there are more than {} entries", limits::ITEMS));
    }
    map.iter().map(|(name, part)| Ok((Name::from(name.as_str()), within(cut(name), read(part))?))).collect()
}

/// `null`, or something.
pub fn option<'j, T>(json: &'j Json, read: impl FnOnce(&'j Json) -> Read<T>) -> Read<Option<T>> {
    if json.is_null() { Ok(None) } else { read(json).map(Some) }
}

/// A text.
pub fn text(json: &Json) -> Read<&str> {
    json.as_str().ok_or_else(|| Refusal::new("a text is needed"))
}

/// A text that is a name.
pub fn name(json: &Json) -> Read<Name> {
    text(json).map(Name::from)
}

/// `true` or `false`.
pub fn flag(json: &Json) -> Read<bool> {
    json.as_bool().ok_or_else(|| Refusal::new("`true` or `false` is needed"))
}

/// A whole number, not negative.
pub fn count(json: &Json) -> Read<usize> {
    let number = json.as_u64().and_then(|number| usize::try_from(number).ok());
    number.ok_or_else(|| Refusal::new("a whole number is needed"))
}

/// A text that spells something in its one way.
pub fn spelled<T: FromStr + fmt::Display>(json: &Json, what: &str) -> Read<T> {
    let text = text(json)?;
    let read: Option<T> = text.parse().ok().filter(|read: &T| read.to_string() == text);
    read.ok_or_else(|| Refusal::new(format!("`{}` does not spell {what}", cut(text))))
}

/// A list whose elements ascend, each once.
pub fn ascending<T: Ord>(elements: Vec<T>) -> Read<Vec<T>> {
    let sorted = elements.is_sorted_by(|a, b| a < b);
    if sorted { Ok(elements) } else { refuse("the elements do not ascend, each once") }
}

/// Names that ascend.
pub fn sorted_names(json: &Json) -> Read<Vec<Name>> {
    ascending(list(json, name)?)
}
