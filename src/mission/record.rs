//! The file of a mission: everything that a run depends on, and what it came to.
//!
//! A record is whole or not there: it holds the program by value or by name, the input, the answers and the result, so that
//! whoever has it can run the mission again and compare every byte.

use std::collections::BTreeMap;

use super::data::Data;
use super::engine::Answer;
use super::spelling;

/// The schema of a record.
pub const SCHEMA: &str = "provost.mission/1";

/// What is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A workflow, by value.
    Workflow(Data),
    /// A mission of a package, by name.
    Mission(String),
}

/// A mission with its input, its answers and its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its id; the name of its file.
    pub id: String,
    /// What is run.
    pub source: Source,
    /// Who began it, and so cannot answer.
    pub author: Option<String>,
    /// The time that expressions read; workflows that are data read none.
    pub now: Option<String>,
    /// The signals as they were given.
    pub signals: Data,
    /// The parameters, or the first state, as they were given.
    pub input: Data,
    /// Assignments such as `days=3` on top of the parameters, in order.
    pub set: Vec<(String, String)>,
    /// The answers so far, by the id of the step.
    pub answers: BTreeMap<String, Answer>,
    /// What the run came to.
    pub result: Data,
}

impl Record {
    /// The id that follows from what is run: the same mission with the same input has the same.
    pub fn derived_id(&self) -> String {
        let name = match &self.source {
            Source::Mission(name) => name.as_str(),
            Source::Workflow(workflow) => workflow.get("id").and_then(Data::as_text).unwrap_or("workflow"),
        };
        let safe: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).take(64).collect();
        let begun = Self { id: String::new(), answers: BTreeMap::new(), result: Data::Null, ..self.clone() };
        let digest = spelling::digest_of_checked(&begun.data());
        let digits: String = digest.trim_start_matches("sha256:").chars().take(12).collect();
        format!("{}-{digits}", if safe.is_empty() { "workflow" } else { &safe })
    }

    /// The input as JSON, so that what is wrong with it can be pointed at.
    pub fn input_text(&self) -> String {
        spelling::stable(&self.input)
    }

    /// The record as data.
    pub fn data(&self) -> Data {
        let (kind, program) = match &self.source {
            Source::Workflow(workflow) => ("workflow", workflow.clone()),
            Source::Mission(name) => ("mission", Data::text(name.as_str())),
        };
        let set = self.set.iter().map(|(key, value)| Data::texts([key.as_str(), value.as_str()])).collect();
        let answers = self.answers.iter().map(|(step, answer)| (step.as_str(), Data::Map(answer.record())));
        Data::map([
            ("schema", Data::text(SCHEMA)),
            ("id", Data::text(&*self.id)),
            (kind, program),
            ("author", Data::text_or_null(self.author.as_deref())),
            ("now", Data::text_or_null(self.now.as_deref())),
            ("signals", self.signals.clone()),
            ("input", self.input.clone()),
            ("set", Data::List(set)),
            ("answers", Data::map(answers)),
            ("result", self.result.clone()),
        ])
    }

    /// The text of the file.
    pub fn text(&self) -> Result<String, spelling::NotCanonical> {
        spelling::canonical(&self.data()).map(|text| text + "\n")
    }

    /// Reads a record; what is wrong with it where it is none.
    pub fn read(data: &Data) -> Result<Self, String> {
        let keys =
            ["schema", "id", "workflow", "mission", "author", "now", "signals", "input", "set", "answers", "result"];
        let entries = data.as_map().ok_or("it is no map")?;
        if let Some(key) = entries.keys().find(|key| !keys.contains(&key.as_str())) {
            return Err(format!("it has no key `{key}`"));
        }
        let get = |key: &str| entries.get(key).ok_or_else(|| format!("it has no `{key}`"));
        let text = |key: &str| -> Result<Option<String>, String> {
            match get(key)? {
                Data::Null => Ok(None),
                Data::Text(text) => Ok(Some(text.clone())),
                other => Err(format!("`{key}` is {}", other.kind())),
            }
        };
        if text("schema")?.as_deref() != Some(SCHEMA) {
            return Err(format!("its schema is not `{SCHEMA}`"));
        }
        let source = match (entries.get("workflow"), entries.get("mission")) {
            (Some(workflow), None) => Source::Workflow(workflow.clone()),
            (None, Some(Data::Text(name))) => Source::Mission(name.clone()),
            _ => return Err("it names no workflow and no mission, or both".to_owned()),
        };
        let set = get("set")?.as_list().ok_or("`set` is no list")?.iter().map(|pair| match pair.as_list() {
            Some([Data::Text(key), Data::Text(value)]) => Ok((key.clone(), value.clone())),
            _ => Err("`set` holds something else than pairs of texts".to_owned()),
        });
        let answers = get("answers")?.as_map().ok_or("`answers` is no map")?;
        let answers = answers.iter().map(|(step, given)| Ok((step.clone(), answer(given)?)));
        Ok(Self {
            id: text("id")?.ok_or("it has no `id`")?,
            source,
            author: text("author")?,
            now: text("now")?,
            signals: get("signals")?.clone(),
            input: get("input")?.clone(),
            set: set.collect::<Result<_, String>>()?,
            answers: answers.collect::<Result<_, String>>()?,
            result: get("result")?.clone(),
        })
    }
}

fn answer(data: &Data) -> Result<Answer, String> {
    let text = |key: &str| data.get(key).and_then(Data::as_text).map(str::to_owned);
    let known = ["actor", "decision", "note", "value"];
    let strange = data.as_map().and_then(|map| map.keys().find(|key| !known.contains(&key.as_str())));
    match (text("decision"), text("actor"), strange) {
        (Some(decision), Some(actor), None) => {
            Ok(Answer { decision, actor, value: data.get("value").cloned(), note: text("note"), token: None })
        }
        _ => {
            Err("an answer has a `decision` and an `actor`, perhaps a `value` and a `note`, and nothing else"
                .to_owned())
        }
    }
}

/// The first place at which two pieces of data differ, as a path, with what is there on both sides.
pub fn first_difference(a: &Data, b: &Data) -> Option<(String, String, String)> {
    let shown =
        |data: Option<&Data>| data.map_or_else(|| "nothing".to_owned(), |data| shortened(&spelling::stable(data)));
    let inside = |segment: &str, (path, a, b): (String, String, String)| {
        let path = if path.is_empty() { segment.to_owned() } else { format!("{segment}.{path}") };
        (path, a, b)
    };
    match (a, b) {
        (Data::Map(x), Data::Map(y)) => {
            let keys: std::collections::BTreeSet<&String> = x.keys().chain(y.keys()).collect();
            keys.into_iter().find_map(|key| match (x.get(key), y.get(key)) {
                (Some(a), Some(b)) => first_difference(a, b).map(|found| inside(key, found)),
                (a, b) => Some((key.clone(), shown(a), shown(b))),
            })
        }
        (Data::List(x), Data::List(y)) => (0..x.len().max(y.len())).find_map(|i| match (x.get(i), y.get(i)) {
            (Some(a), Some(b)) => first_difference(a, b).map(|found| inside(&i.to_string(), found)),
            (a, b) => Some((i.to_string(), shown(a), shown(b))),
        }),
        _ if a == b => None,
        _ => Some((String::new(), shown(Some(a)), shown(Some(b)))),
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(100).collect();
    if text.chars().nth(100).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_as_it_was_written() {
        let answer = Answer {
            decision: "input".to_owned(),
            actor: "ceo".to_owned(),
            value: Some(Data::texts(["T-3"])),
            note: Some("é".to_owned()),
            token: None,
        };
        let mut record = Record {
            id: String::new(),
            source: Source::Mission("daily".to_owned()),
            author: Some("bot".to_owned()),
            now: None,
            signals: Data::empty(),
            input: Data::map([("x", Data::count(1))]),
            set: vec![("a.b".to_owned(), "3".to_owned())],
            answers: BTreeMap::from([("ask".to_owned(), answer)]),
            result: Data::Null,
        };
        record.id = record.derived_id();
        assert_eq!(Record::read(&record.data()).as_ref(), Ok(&record));
        let answered = record.id.clone();
        record.answers.clear();
        assert_eq!(record.derived_id(), answered);
        let Data::Map(mut map) = record.data() else { unreachable!("a record is a map") };
        map.insert("extra".to_owned(), Data::Null);
        assert!(Record::read(&Data::Map(map)).is_err());
    }

    #[test]
    fn the_first_difference_is_named_by_its_path() {
        let a = Data::map([("x", Data::List(vec![Data::count(1), Data::map([("y", Data::text("a"))])]))]);
        let b = Data::map([("x", Data::List(vec![Data::count(1), Data::map([("y", Data::text("b"))])]))]);
        let found = first_difference(&a, &b).map(|(path, ..)| path);
        assert_eq!(found.as_deref(), Some("x.1.y"));
        assert_eq!(first_difference(&a, &a), None);
    }
}
