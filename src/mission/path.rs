//! Paths into untyped state: `a.b.0`, or a list of keys where a key holds a dot.

use super::data::{Data, place};
use super::problem::{Kind, Problem};
use crate::base::limits;

/// The segments of a path, of which there is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(Vec<String>);

impl Path {
    /// The path that a payload states under a key.
    pub fn of(payload: &Data, key: &str) -> Result<Self, Problem> {
        match payload.get(key) {
            Some(path) => Self::read(path),
            None => Err(Problem::new(Kind::InvalidPath, format!("the payload has no `{key}`"))),
        }
    }

    /// The path that an operation writes to: `path`, or one `key` whose dots divide nothing.
    pub fn written(payload: &Data) -> Result<Self, Problem> {
        match (payload.get("path"), payload.get("key")) {
            (None, Some(Data::Text(key))) if !key.is_empty() => Ok(Self(vec![key.clone()])),
            (None, Some(_)) => Err(Problem::new(Kind::InvalidPath, "`key` is one text that is not empty")),
            (Some(_), Some(_)) => Err(Problem::new(Kind::InvalidPath, "there is a `path` and a `key`; one is enough")),
            _ => Self::of(payload, "path"),
        }
    }

    /// Reads a text with dots, or a list of texts and places.
    pub fn read(path: &Data) -> Result<Self, Problem> {
        let segments: Option<Vec<String>> = match path {
            Data::Text(text) => Some(text.split('.').map(str::to_owned).collect()),
            Data::List(parts) => parts
                .iter()
                .map(|part| match part {
                    Data::Text(text) | Data::Integer(text) => Some(text.clone()),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        match segments {
            Some(segments) if segments.is_empty() || segments.iter().any(String::is_empty) => {
                Err(Problem::new(Kind::InvalidPath, "a path has at least one segment, and none is empty"))
            }
            Some(segments) if segments.len() > limits::MISSION_PATH => {
                let message = format!("a path has at most {} segments", limits::MISSION_PATH);
                Err(Problem::new(Kind::InvalidPath, message))
            }
            Some(segments) => Ok(Self(segments)),
            None => Err(Problem::new(Kind::InvalidPath, "a path is a text such as `a.b.0`, or a list of keys")),
        }
    }

    fn shown(&self) -> String {
        self.0.join(".")
    }

    fn missing(&self) -> Problem {
        Problem::new(Kind::PathMissing, format!("there is nothing at `{}`", self.shown()))
    }

    /// What is at the path.
    pub fn find<'s>(&self, state: &'s Data) -> Result<&'s Data, Problem> {
        let mut at = state;
        for segment in &self.0 {
            at = match at {
                Data::Map(entries) => entries.get(segment),
                Data::List(elements) => place(segment, elements.len()).and_then(|place| elements.get(place)),
                _ => None,
            }
            .ok_or_else(|| self.missing())?;
        }
        Ok(at)
    }

    /// The place that the path names, with maps made on the way where nothing is. `None` where the last key is new.
    fn reach<'s>(&self, state: &'s mut Data) -> Result<Reached<'s>, Problem> {
        let mut at = state;
        let (last, parents) = self.0.split_last().ok_or_else(|| self.missing())?;
        for segment in parents {
            at = match at {
                Data::Map(entries) => entries.entry(segment.clone()).or_insert_with(Data::empty),
                Data::List(elements) => {
                    let place = place(segment, elements.len());
                    place.and_then(|place| elements.get_mut(place)).ok_or_else(|| self.missing())?
                }
                other => return Err(self.conflict(segment, other)),
            };
        }
        match at {
            Data::Map(entries) => Ok(Reached::Key(entries, last.clone())),
            Data::List(elements) => {
                let place = place(last, elements.len());
                place.and_then(|place| elements.get_mut(place)).map(Reached::Element).ok_or_else(|| self.missing())
            }
            other => Err(self.conflict(last, other)),
        }
    }

    fn conflict(&self, segment: &str, found: &Data) -> Problem {
        let path = self.shown();
        Problem::new(Kind::PathConflict, format!("`{segment}` of `{path}` is looked for in {}", found.kind()))
    }

    /// Puts a value at the path.
    pub fn set(&self, state: &mut Data, value: Data) -> Result<(), Problem> {
        match self.reach(state)? {
            Reached::Key(entries, key) => drop(entries.insert(key, value)),
            Reached::Element(element) => *element = value,
        }
        Ok(())
    }

    /// Changes what is at the path, beginning with `new` where nothing is.
    pub fn change(
        &self,
        state: &mut Data,
        new: Data,
        change: impl FnOnce(&mut Data) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        match self.reach(state)? {
            Reached::Key(entries, key) => change(entries.entry(key).or_insert(new)),
            Reached::Element(element) => change(element),
        }
    }

    /// Removes what is at the path; a list closes up.
    pub fn unset(&self, state: &mut Data) -> Result<(), Problem> {
        self.find(state)?;
        let Some((last, parents)) = self.0.split_last() else { return Err(self.missing()) };
        let mut at = state;
        for segment in parents {
            at = match at {
                Data::Map(entries) => entries.get_mut(segment),
                Data::List(elements) => place(segment, elements.len()).and_then(|place| elements.get_mut(place)),
                _ => None,
            }
            .ok_or_else(|| self.missing())?;
        }
        match at {
            Data::Map(entries) => drop(entries.remove(last)),
            Data::List(elements) => match place(last, elements.len()) {
                Some(place) => drop(elements.remove(place)),
                None => return Err(self.missing()),
            },
            _ => return Err(self.missing()),
        }
        Ok(())
    }
}

/// Where a path ends.
enum Reached<'s> {
    /// At a key of a map, which may be new.
    Key(&'s mut std::collections::BTreeMap<String, Data>, String),
    /// At an element of a list.
    Element(&'s mut Data),
}
