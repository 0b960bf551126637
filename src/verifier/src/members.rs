//! The members of an object, each of the form that it must have.

use std::collections::BTreeMap;

use crate::Refusal;
use crate::json::Json;

/// Nothing, or why not.
pub type Checked<T> = Result<T, Refusal>;

/// A refusal at a step.
pub fn refuse<T>(step: &str, reason: impl Into<String>) -> Checked<T> {
    Err(Refusal::new(step, reason))
}

/// A member that must be there.
pub fn member<'a>(json: &'a Json, key: &str) -> Checked<&'a Json> {
    json.get(key).ok_or_else(|| Refusal::new("form", format!("`{key}` is missing")))
}

/// A member that must be a text.
pub fn text<'a>(json: &'a Json, key: &str) -> Checked<&'a str> {
    member(json, key)?.text().ok_or_else(|| Refusal::new("form", format!("`{key}` is no text")))
}

/// A member that must be a list.
pub fn list<'a>(json: &'a Json, key: &str) -> Checked<&'a [Json]> {
    member(json, key)?.list().ok_or_else(|| Refusal::new("form", format!("`{key}` is no list")))
}

/// A member that must be an object.
pub fn object<'a>(json: &'a Json, key: &str) -> Checked<&'a [(String, Json)]> {
    member(json, key)?.object().ok_or_else(|| Refusal::new("form", format!("`{key}` is no object")))
}

/// The texts of a list.
pub fn names(json: &Json, key: &str) -> Checked<Vec<String>> {
    let name = |item: &Json| item.text().map(str::to_owned);
    let names: Option<Vec<String>> = list(json, key)?.iter().map(name).collect();
    names.ok_or_else(|| Refusal::new("form", format!("`{key}` holds something that is no text")))
}

/// A member that must be `true` or `false`.
pub fn flag(json: &Json, key: &str) -> Checked<bool> {
    if let Json::Bool(value) = member(json, key)? { Ok(*value) } else { refuse("form", format!("`{key}` is no flag")) }
}

/// What may be `null`.
pub fn optional<'a, T>(json: &'a Json, key: &str, read: impl Fn(&'a Json) -> Checked<T>) -> Checked<Option<T>> {
    let part = member(json, key)?;
    if *part == Json::Null { Ok(None) } else { read(part).map(Some) }
}

/// Reads every entry of an object.
pub fn entries<T>(json: &Json, key: &str, read: impl Fn(&Json) -> Checked<T>) -> Checked<BTreeMap<String, T>> {
    object(json, key)?.iter().map(|(name, item)| Ok((name.clone(), read(item)?))).collect()
}
