//! One entry of a log, and the head that anchors its end.

use serde_json::{Value as Json, json};

use super::mask::{self, Mask, Opening};
use super::outcome;
use crate::base::{Instant, canonical};
use crate::facts::{Inputs, Signals};
use crate::route::decision::Decision;
use crate::route::json as facts;

/// The schema of an entry.
pub const ENTRY: &str = "provost.log/1";
/// The schema of a head.
pub const HEAD: &str = "provost.log-head/1";

/// A request that did not fit its type, as it came: reading it again gives the same refusals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The name of the file, which tells the format.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The assignments made on top of it.
    pub set: Vec<(String, String)>,
    /// The facts of whoever asked, as JSON, where the package has them from a token.
    pub caller: Option<String>,
}

/// The facts of one decision.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// The request was read.
    Read(&'a Inputs),
    /// It was not; the signals were.
    Unread(&'a Unread, &'a Signals, Instant),
}

/// What an entry says besides its place.
#[derive(Clone, Debug)]
pub struct Entry {
    content: Json,
}

/// An entry in its place, as one line.
#[derive(Clone, Debug)]
pub struct Written {
    /// The line with its line feed.
    pub line: String,
    /// The head once the line is there.
    pub head: Head,
    /// What opens the line's masked values; nothing if there are none.
    pub opening: Option<Opening>,
}

/// What is known of a log's end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// How many entries there are.
    pub count: u64,
    /// How many bytes they take.
    pub bytes: u64,
    /// The digest of the last one; nothing if there is none.
    pub last: Option<String>,
    /// The digest of an entry that is about to be written.
    pub pending: Option<String>,
    /// Who vouches for it, if anybody does.
    pub signed: Option<Signed>,
}

/// A signature of a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The public key, in hexadecimal.
    pub key: String,
    /// The signature, in hexadecimal.
    pub signature: String,
}

impl Entry {
    /// The entry of a decision; the certificate is its digest, or why there is none.
    pub fn new(decision: &Decision, asked: &Asked<'_>, certificate: Result<String, String>) -> Self {
        let (request, signals, now) = match asked {
            Asked::Read(inputs) => (facts::request(&inputs.request), &inputs.signals, inputs.now),
            Asked::Unread(unread, signals, now) => {
                let mut came = json!({ "name": unread.name, "text": unread.text, "set": unread.set });
                if let (Some(caller), Json::Object(map)) = (&unread.caller, &mut came) {
                    map.insert("caller".to_owned(), json!(caller));
                }
                (json!({ "unread": came }), *signals, *now)
            }
        };
        let (digest, reason) = match certificate {
            Ok(digest) => (Some(digest), None),
            Err(reason) => (None, Some(reason)),
        };
        let content = json!({
            "schema": ENTRY,
            "now": now.to_string(),
            "route": &*decision.route,
            "request": request,
            "signals": facts::signals(signals),
            "decision": facts::decision(decision),
            "certificate": { "digest": digest, "reason": reason },
        });
        Self { content }
    }

    /// The entry of what enforcing a decision came to, at this instant.
    pub fn of_outcome(route: &str, now: Instant, outcome: Json) -> Self {
        let content = json!({ "schema": outcome::ENTRY, "now": now.to_string(), "route": route, "outcome": outcome });
        Self { content }
    }

    /// The entry behind a head; its values are masked if there is a mask.
    pub fn after(&self, head: &Head, mask: Option<&Mask>) -> Written {
        let mut content = self.content.clone();
        let count = head.count.saturating_add(1);
        if let Json::Object(map) = &mut content {
            map.insert("sequence".to_owned(), Json::from(count));
            map.insert("previous".to_owned(), Json::from(head.last.clone()));
        }
        let leaves = mask.map(|mask| mask::seal(&mut content, mask));
        let digest = canonical::digest(&content);
        let opening = leaves.map(|leaves| Opening { entry: digest.clone(), sequence: count, leaves });
        if let Json::Object(map) = &mut content {
            map.insert("entry".to_owned(), Json::from(digest.as_str()));
        }
        let line = canonical::to_string(&content) + "\n";
        let bytes = head.bytes.saturating_add(line.len() as u64);
        Written { line, head: Head { count, bytes, last: Some(digest), ..Head::default() }, opening }
    }
}

impl Head {
    /// The head as its file holds it.
    pub fn text(&self) -> String {
        let mut head = json!({ "schema": HEAD, "count": self.count, "bytes": self.bytes, "last": self.last });
        if let Json::Object(map) = &mut head {
            map.extend(self.pending.as_ref().map(|digest| ("pending".to_owned(), Json::from(digest.as_str()))));
            let signed = self.signed.as_ref().map(|s| json!({ "key": s.key, "signature": s.signature }));
            map.extend(signed.map(|signed| ("signed".to_owned(), signed)));
        }
        canonical::to_string(&head) + "\n"
    }

    /// The head that says that an entry is about to be written behind it.
    pub fn announcing(&self, written: &Written) -> Self {
        Self { pending: written.head.last.clone(), signed: None, ..self.clone() }
    }

    /// The head of a file; nothing if it is not exactly what [`Head::text`] writes.
    pub fn read(text: &str) -> Option<Self> {
        let json: Json = serde_json::from_str(text).ok()?;
        let text_of = |of: &Json, key: &str| of.get(key).and_then(Json::as_str).map(str::to_owned);
        let signed = json
            .get("signed")
            .and_then(|signed| Some(Signed { key: text_of(signed, "key")?, signature: text_of(signed, "signature")? }));
        let head = Self {
            count: json.get("count")?.as_u64()?,
            bytes: json.get("bytes")?.as_u64()?,
            last: text_of(&json, "last"),
            pending: text_of(&json, "pending"),
            signed,
        };
        (head.text() == text).then_some(head)
    }
}

/// A line that has the form of an entry.
#[derive(Clone, Debug)]
pub struct Line {
    /// The whole entry.
    pub json: Json,
    /// Its place.
    pub sequence: u64,
    /// The digest of the entry before.
    pub previous: Option<String>,
    /// Its own digest, as it says.
    pub digest: String,
}

impl Line {
    /// Reads a line without its line feed; otherwise what is wrong with its form.
    pub fn read(bytes: &[u8]) -> Result<Self, &'static str> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8")?;
        let json: Json = serde_json::from_str(text).map_err(|_| "it is not JSON")?;
        if canonical::to_string(&json) != text {
            return Err("it is not spelled canonically");
        }
        const KEYS: &[&str] = &[
            "certificate",
            "decision",
            "entry",
            "now",
            "previous",
            "request",
            "route",
            "schema",
            "sequence",
            "signals",
        ];
        let keys: Vec<&str> = json.as_object().into_iter().flat_map(|o| o.keys()).map(String::as_str).collect();
        let schema = json.get("schema").and_then(Json::as_str);
        let known =
            (keys == KEYS && schema == Some(ENTRY)) || (keys == outcome::KEYS && schema == Some(outcome::ENTRY));
        if !known {
            return Err("it is not an entry of a log");
        }
        let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
        let sequence = json.get("sequence").and_then(Json::as_u64).ok_or("its sequence is no number")?;
        let digest = text("entry").ok_or("it has no digest")?;
        Ok(Self { sequence, previous: text("previous"), digest, json })
    }

    /// Whether the digest is that of everything else.
    pub fn fits(&self) -> bool {
        let mut content = self.json.clone();
        if let Json::Object(map) = &mut content {
            map.remove("entry");
        }
        canonical::digest(&content) == self.digest
    }

    /// Whether a decision is recorded, which can be made again, and not what enforcing one came to.
    pub fn is_decision(&self) -> bool {
        !outcome::is_outcome(&self.json)
    }

    /// A part of the entry, or null.
    pub fn part(&self, key: &str) -> &Json {
        self.json.get(key).unwrap_or(&Json::Null)
    }
}
