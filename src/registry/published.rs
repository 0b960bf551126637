//! The form in which a snapshot is published: a line that says which it is, a line for each service, and a seal over all of it.
//!
//! Whoever decides reads this file and nothing else. It has one spelling, so that any byte of it that is another one is seen.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde_json::{Value as Json, json};

use super::snapshot::{Held, Snapshot};
use crate::base::{Instant, Name, canonical, limits};

/// The name of the file in the folder of a registry.
pub const FILE: &str = "current.jsonl";
/// The schema of the file.
const SCHEMA: &str = "provost.registry/1";

/// A snapshot that was read, and where in the text each service is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The snapshot.
    pub snapshot: Snapshot,
    /// The bytes of each name, quotes included.
    pub places: BTreeMap<Name, Range<usize>>,
}

/// Why a text is no published snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The bytes in question.
    pub at: Range<usize>,
    /// What is wrong with them.
    pub reason: &'static str,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)
    }
}

impl std::error::Error for Damage {}

/// The text that publishes a snapshot.
pub fn text(snapshot: &Snapshot) -> String {
    let mut text = first_line(snapshot.number, snapshot.at, &snapshot.digest, snapshot.services.len());
    for (name, held) in &snapshot.services {
        text.push_str(r#"{"contract":"#);
        text.push_str(&held.contract);
        canonical::write_key("name", &mut text);
        canonical::write_text(name, &mut text);
        text.push_str(&format!(",\"revision\":{},\"since\":{}}}\n", held.revision, held.since));
    }
    let seal = canonical::digest_bytes(text.as_bytes());
    text.push_str(&format!("{{\"seal\":\"{seal}\"}}\n"));
    text
}

fn first_line(number: u64, at: Instant, digest: &str, services: usize) -> String {
    let line =
        json!({ "schema": SCHEMA, "number": number, "at": at.to_string(), "digest": digest, "services": services });
    canonical::to_string(&line) + "\n"
}

/// Reads a text that is exactly what [`text`] writes.
pub fn read(text: &str) -> Result<Read, Damage> {
    let whole = 0..text.len();
    let damage = |at: &Range<usize>, reason| Err(Damage { at: at.clone(), reason });
    if text.len() > limits::REGISTRY_BYTES {
        return damage(&whole, "it is too long");
    }
    let lines = lines(text);
    let Some((last, lines)) = lines.split_last() else { return damage(&whole, "it is empty") };
    let sealed = text.get(..last.start).unwrap_or("");
    let seal = format!("{{\"seal\":\"{}\"}}\n", canonical::digest_bytes(sealed.as_bytes()));
    if text.get(last.clone()) != Some(&*seal) {
        return damage(last, "it does not end in its seal, or was altered since it was sealed");
    }
    let Some((first, lines)) = lines.split_first() else { return damage(&whole, "it does not say which it is") };
    let told = text.get(first.clone()).unwrap_or("");
    let Some((number, at, digest)) =
        head(told).filter(|(number, at, digest)| first_line(*number, *at, digest, lines.len()) == told)
    else {
        return damage(first, "this is not the first line of a published snapshot");
    };
    if lines.len() > limits::REGISTRY_SERVICES {
        return damage(first, "it holds too many services");
    }
    let (mut services, mut places) = (BTreeMap::new(), BTreeMap::new());
    for line in lines {
        let Some((name, held, place)) = text.get(line.clone()).and_then(service) else {
            return damage(line, "this is no service of a published snapshot");
        };
        if services.last_key_value().is_some_and(|(before, _)| *before >= name) {
            return damage(line, "the services are not in the order of their names");
        }
        places.insert(name.clone(), line.start + place.start..line.start + place.end);
        services.insert(name, held);
    }
    let snapshot = Snapshot::new(number, at, services);
    if snapshot.digest != digest {
        return damage(first, "the digest is not that of the services");
    }
    Ok(Read { snapshot, places })
}

/// The bytes of each line, with its line feed.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let line = |line: &str| {
        let from = start;
        start += line.len();
        from..start
    };
    text.split_inclusive('\n').map(line).collect()
}

fn head(line: &str) -> Option<(u64, Instant, String)> {
    let json: Json = serde_json::from_str(line).ok()?;
    let text = |key: &str| json.get(key)?.as_str();
    let schema = text("schema")? == SCHEMA;
    let head = (json.get("number")?.as_u64()?, text("at")?.parse().ok()?, text("digest")?.to_owned());
    schema.then_some(head)
}

/// A service, and where in the line its name stands; nothing for any line that [`text`] would not write.
fn service(line: &str) -> Option<(Name, Held, Range<usize>)> {
    let rest = line.strip_prefix(r#"{"contract":"#)?;
    let (contract, rest) = rest.split_at_checked(canonical::first(rest)?)?;
    let rest = rest.strip_prefix(r#","name":"#)?;
    let (quoted, rest) = rest.split_at_checked(canonical::first(rest)?)?;
    let name: String = serde_json::from_str(quoted).ok()?;
    let (revision, since) = rest.strip_prefix(r#","revision":"#)?.strip_suffix("}\n")?.split_once(r#","since":"#)?;
    let number = |digits: &str| digits.parse().ok().filter(|number: &u64| number.to_string() == digits);
    let start = r#"{"contract":"#.len() + contract.len() + r#","name":"#.len();
    let held = Held { revision: number(revision)?, since: number(since)?, contract: contract.into() };
    Some((Name::from(name), held, start..start + quoted.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Snapshot {
        let held = |contract: &str| Held { revision: 1, since: 2, contract: contract.into() };
        let services = [("b".into(), held(r#"{"name":"x"}"#)), ("a \"é\"".into(), held("{}"))];
        Snapshot::new(2, "2026-11-21T00:00:00Z".parse().unwrap(), services.into_iter().collect())
    }

    #[test]
    fn what_is_written_is_read_with_the_places_of_the_names() {
        let text = text(&snapshot());
        let read = read(&text).unwrap();
        assert_eq!(read.snapshot, snapshot());
        let at = |name: &str| text.get(read.places[name].clone()).unwrap();
        assert_eq!((at("b"), at("a \"é\"")), ("\"b\"", "\"a \\\"é\\\"\""));
        let first = Snapshot::first(snapshot().at);
        assert_eq!(super::read(&super::text(&first)).unwrap().snapshot, first);
    }

    #[test]
    fn every_other_byte_and_every_cut_is_seen() {
        let text = text(&snapshot());
        for at in 0..text.len() {
            assert!(read(text.get(..at).unwrap_or("")).is_err(), "cut at {at}");
            for bit in 0..8 {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                assert!(String::from_utf8(bytes).map_or(true, |text| read(&text).is_err()), "bit {bit} of byte {at}");
            }
        }
        assert!(read(&format!("{text}\n")).is_err() && read(&text.repeat(2)).is_err() && read("").is_err());
    }

    /// Whoever can seal can still not write a snapshot in two ways.
    #[test]
    fn a_sealed_text_has_one_spelling_too() {
        let whole = text(&snapshot());
        let body: Vec<&str> = whole.lines().collect();
        let seal = |lines: &[String]| {
            let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
            format!("{body}{{\"seal\":\"{}\"}}\n", canonical::digest_bytes(body.as_bytes()))
        };
        let own = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        assert!(read(&seal(&own(&body[..3]))).is_ok());
        let forged = [
            own(&[body[0], body[2], body[1]]),
            own(&[body[0], body[1], body[1], body[2]]),
            own(&[body[0], body[1]]),
            own(&[body[0]]),
            own(&[]),
            own(&[body[1], body[2]]),
            vec![body[0].replace("\"number\":2", "\"number\":2.0"), body[1].into(), body[2].into()],
            vec![body[0].replace("\"services\":2", "\"services\":3"), body[1].into(), body[2].into()],
            vec![body[0].into(), body[1].replace("\"since\"", "\"more\":0,\"since\""), body[2].into()],
            vec![body[0].into(), body[1].replace("{}", "{ }"), body[2].into()],
        ];
        for lines in forged {
            assert!(read(&seal(&lines)).is_err(), "{lines:#?}");
        }
    }
}
