//! The findings that a package had when it began to be linted: known, and no reason to fail.
//!
//! A finding is recognised by its fingerprint, which neither moving nor reformatting changes. The file only ever shrinks: what
//! is not in it is new, and what is in it and no longer found is said to be removable.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::Sources;
use crate::diag::{Diagnostic, fingerprint};

/// The file in the folder of a package, where no other is named.
pub const FILE: &str = "lint-baseline.json";
const SCHEMA: &str = "provost.baseline/1";

/// A baseline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    schema: String,
    findings: Vec<Known>,
}

/// A finding of a baseline.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The lint.
    pub lint: String,
    /// Of what it is said; the file, where nothing is known.
    pub subject: String,
    /// Its words.
    pub message: String,
    /// By what it is recognised.
    pub fingerprint: String,
}

/// What is left of findings beside a baseline.
#[derive(Debug)]
pub struct Compared {
    /// The findings that the baseline does not know.
    pub new: Vec<Diagnostic>,
    /// How many it knows.
    pub known: usize,
    /// What it knows and is no longer found.
    pub gone: Vec<Known>,
}

impl Baseline {
    /// The baseline that knows these findings.
    pub fn of(found: &[Diagnostic], sources: &Sources) -> Self {
        let prints = fingerprint::fingerprints(found.iter().map(|finding| (finding, sources)));
        let known = |(finding, fingerprint): (&Diagnostic, String)| {
            let file = sources.get(finding.span.file).map(|file| file.place.to_string());
            let subject = finding.subject.as_ref().map(ToString::to_string).or(file).unwrap_or_default();
            Known { lint: finding.code.id.to_owned(), subject, message: finding.message.clone(), fingerprint }
        };
        let mut findings: Vec<Known> = found.iter().zip(prints).map(known).collect();
        findings.sort();
        Self { schema: SCHEMA.to_owned(), findings }
    }

    /// Reads a baseline; what is wrong with it, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if read.schema == SCHEMA { Ok(read) } else { Err(format!("its schema is `{}`, not `{SCHEMA}`", read.schema)) }
    }

    /// The baseline as it is stored.
    pub fn text(&self) -> String {
        // Strings and lists with string keys always have a JSON form, so there is no failure to report.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// How many findings it knows.
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// What is new, what is known, and what is gone.
    pub fn compare(&self, found: Vec<Diagnostic>, sources: &Sources) -> Compared {
        let mut open: BTreeMap<&str, &Known> = self.findings.iter().map(|k| (&*k.fingerprint, k)).collect();
        let prints = fingerprint::fingerprints(found.iter().map(|finding| (finding, sources)));
        let count = found.len();
        let unknown = |(finding, print): (Diagnostic, String)| open.remove(&*print).is_none().then_some(finding);
        let new: Vec<Diagnostic> = found.into_iter().zip(prints).filter_map(unknown).collect();
        let mut gone: Vec<Known> = open.into_values().cloned().collect();
        gone.sort();
        Compared { known: count - new.len(), new, gone }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::diag::Code;

    static CODE: Code = Code { id: "odd", title: "odd" };

    #[test]
    fn what_moved_is_known_what_came_is_new_and_what_went_is_gone() {
        let mut sources = Sources::default();
        let file = sources.add("a.provost", "x".repeat(100));
        let of = |at, name: &str| Diagnostic::warning(&CODE, Span::new(file, at, at), "is odd").about(name);
        let before = Baseline::of(&[of(0, "rule `a`"), of(5, "rule `b`")], &sources);
        assert_eq!(Baseline::read(&before.text()), Ok(before.clone()));
        let compared = before.compare(vec![of(1, "rule `c`"), of(90, "rule `a`"), of(91, "rule `a`")], &sources);
        assert_eq!(compared.known, 1);
        assert_eq!(compared.new.len(), 2);
        assert_eq!(compared.gone.iter().map(|known| &*known.subject).collect::<Vec<_>>(), ["rule `b`"]);
        assert!(Baseline::read("{}").is_err());
        assert!(Baseline::read(r#"{"schema": "provost.baseline/2", "findings": []}"#).unwrap_err().contains("/2"));
    }
}
