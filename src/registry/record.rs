//! The history of a registry: one record for each snapshot, each naming the one before by its digest.

use std::fmt;
use std::str::FromStr;

use serde_json::{Value as Json, json};

use super::change::{Change, What};
use crate::base::{Instant, Name, canonical};

/// The schema of a record.
const SCHEMA: &str = "provost.registry-record/1";

/// What is remembered of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The number of the snapshot.
    pub number: u64,
    /// When it came to be.
    pub at: Instant,
    /// The digest of its services.
    pub digest: String,
    /// The digest of the record before; none for the first.
    pub previous: Option<String>,
    /// What changed, by name.
    pub changes: Vec<Change>,
}

impl Record {
    /// The record as JSON.
    pub fn json(&self) -> Json {
        let change = |of: &Change| json!({ "name": &*of.name, "revision": of.revision, "what": of.what.word() });
        json!({
            "schema": SCHEMA,
            "number": self.number,
            "at": self.at.to_string(),
            "digest": self.digest,
            "previous": self.previous,
            "changes": self.changes.iter().map(change).collect::<Vec<_>>(),
        })
    }

    /// The record in its canonical spelling.
    pub fn text(&self) -> String {
        canonical::to_string(&self.json())
    }

    /// The digest by which the next record names this one.
    pub fn entry(&self) -> String {
        canonical::digest_bytes(self.text().as_bytes())
    }

    /// The record of a text; nothing if it is not exactly what [`Record::text`] writes.
    pub fn read(text: &str) -> Option<Self> {
        let json: Json = serde_json::from_str(text).ok()?;
        let change = |of: &Json| {
            let word = of.get("what")?.as_str()?;
            let what = What::ALL.into_iter().find(|what| what.word() == word)?;
            Some(Change { name: Name::from(of.get("name")?.as_str()?), what, revision: of.get("revision")?.as_u64()? })
        };
        let record = Self {
            number: json.get("number")?.as_u64()?,
            at: json.get("at")?.as_str()?.parse().ok()?,
            digest: json.get("digest")?.as_str()?.to_owned(),
            previous: json.get("previous")?.as_str().map(str::to_owned),
            changes: json.get("changes")?.as_array()?.iter().map(change).collect::<Option<_>>()?,
        };
        (record.text() == text).then_some(record)
    }

    /// Whether this is the snapshot that is meant.
    pub fn is(&self, which: &Which) -> bool {
        which.is(self.number, &self.digest)
    }
}

/// A snapshot, as people name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// By its number.
    Number(u64),
    /// By the digest of its services, whichever snapshot has it: to decisions they are one.
    Digest(String),
}

impl Which {
    /// Whether a snapshot with this number and this digest is meant.
    pub fn is(&self, number: u64, digest: &str) -> bool {
        match self {
            Self::Number(wanted) => *wanted == number,
            Self::Digest(wanted) => wanted == digest,
        }
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Digest(digest) => f.write_str(digest),
        }
    }
}

impl FromStr for Which {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(digits) = text.strip_prefix("sha256:")
            && canonical::unhex::<32>(digits).is_some()
        {
            return Ok(Self::Digest(text.to_owned()));
        }
        let plain = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if plain && number > 0 => Ok(Self::Number(number)),
            _ => {
                Err("a snapshot is named by its number, as in `7`, or by its digest, `sha256:` and 64 digits"
                    .to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_as_they_are_written_and_not_otherwise() {
        let change = Change { name: "a".into(), what: What::Updated, revision: 3 };
        let record = Record {
            number: 7,
            at: "2026-11-21T00:00:00Z".parse().unwrap(),
            digest: canonical::digest_bytes(b""),
            previous: Some(canonical::digest_bytes(b"x")),
            changes: vec![change],
        };
        assert_eq!(Record::read(&record.text()).as_ref(), Some(&record));
        for forged in
            [record.text().replace("updated", "renewed"), record.text() + " ", record.text().replace(":3,", ":3.0,")]
        {
            assert_eq!(Record::read(&forged), None, "{forged}");
        }
    }

    #[test]
    fn snapshots_are_named_by_number_or_by_whole_digest() {
        let digest = canonical::digest_bytes(b"");
        assert_eq!("7".parse(), Ok(Which::Number(7)));
        assert_eq!(digest.parse(), Ok(Which::Digest(digest.clone())));
        for wrong in ["", "0", "+1", "-1", "1.0", "sha256:00", &digest.to_uppercase(), "99999999999999999999999"] {
            assert!(wrong.parse::<Which>().is_err(), "{wrong}");
        }
    }
}
