//! Masked fields: what stands in the log in their place, and how whoever holds the openings gets them back.
//!
//! A masked entry holds, for each value that must not be read, a salted commitment. Not only the field itself is such a value:
//! everything that a guess could be checked against is one, as is everything that may be computed from the field.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::entry::Line;
use super::outcome::{self, OUTCOME};
use crate::base::{Name, canonical};

/// The schema of one line of openings.
pub const OPENING: &str = "provost.log-opening/1";
/// What is hashed into a salt, so that no digest of another kind can be taken for one.
const SALT: &str = "provost.salt/1";
/// What is hashed into a commitment.
const LEAF: &str = "provost.leaf/1";

/// What a masked entry shows of its decision.
const SHOWN: &[&str] = &["denied_by", "inputs", "outcome", "roles", "route", "schema", "unroutable", "waived"];

/// The path of a decision as a leaf.
const DECISION: &str = "decision";
/// The path of a certificate's digest as a leaf.
const CERTIFICATE: &str = "certificate.digest";
/// The path of a whole request that could not be read.
const REQUEST: &str = "request";
/// What stands before the name of a field of the request.
const FIELD: &str = "request.";

/// Which fields of a request are masked, and under which key.
#[derive(Clone, Debug)]
pub struct Mask {
    /// The names of the fields.
    pub fields: BTreeSet<Name>,
    /// The key that the salts are made with.
    pub key: [u8; 32],
}

/// What opens one leaf.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// Where in the entry it stands.
    pub path: String,
    /// What was hashed with it.
    pub salt: String,
    /// What it is.
    pub value: Json,
}

impl Leaf {
    /// What stands in the leaf's place.
    pub fn commitment(&self) -> String {
        canonical::digest(&json!([LEAF, self.path, self.salt, self.value]))
    }
}

/// What opens the leaves of one entry, or some of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// The digest of the entry.
    pub entry: String,
    /// Its place, for people.
    pub sequence: u64,
    /// The leaves.
    pub leaves: Vec<Leaf>,
}

impl Opening {
    /// The opening as one line with its line feed.
    pub fn line(&self) -> String {
        let leaf = |l: &Leaf| json!({ "path": l.path, "salt": l.salt, "value": l.value });
        let leaves: Vec<Json> = self.leaves.iter().map(leaf).collect();
        let opening = json!({ "schema": OPENING, "entry": self.entry, "sequence": self.sequence, "leaves": leaves });
        canonical::to_string(&opening) + "\n"
    }

    /// Reads a line without its line feed; nothing if it is not exactly what [`Opening::line`] writes.
    pub fn read(text: &str) -> Option<Self> {
        let json: Json = serde_json::from_str(text).ok()?;
        let word = |of: &Json, key: &str| of.get(key).and_then(Json::as_str).map(str::to_owned);
        let leaf =
            |l: &Json| Some(Leaf { path: word(l, "path")?, salt: word(l, "salt")?, value: l.get("value")?.clone() });
        let leaves: Option<Vec<Leaf>> = json.get("leaves")?.as_array()?.iter().map(leaf).collect();
        let opening = Self { entry: word(&json, "entry")?, sequence: json.get("sequence")?.as_u64()?, leaves: leaves? };
        (opening.line().strip_suffix('\n') == Some(text)).then_some(opening)
    }
}

/// Puts commitments into the content of an entry, its place included and its digest not; gives what opens them.
///
/// A salt is made of the key, the path and everything that the entry would have said, so that equal values in two entries
/// have unequal salts, and that nothing is left to chance.
pub fn seal(content: &mut Json, mask: &Mask) -> Vec<Leaf> {
    let whole = canonical::digest(content);
    let mut leaves = Vec::new();
    let mut hide = |path: String, place: &mut Json| {
        let salted = canonical::to_string(&json!([SALT, path, whole]));
        let salt = canonical::keyed(&mask.key, salted.as_bytes());
        let leaf = Leaf { path, salt, value: std::mem::take(place) };
        *place = json!({ "masked": leaf.commitment() });
        leaves.push(leaf);
    };
    for (path, place) in values(content) {
        let named = path.strip_prefix(FIELD).is_none_or(|field| mask.fields.contains(field));
        if named {
            hide(path, place);
        }
    }
    let key = whole_part(content);
    if let Some(part) = content.get_mut(key) {
        let mut shown = shown_of(key, part);
        hide(key.to_owned(), part);
        let commitment = part.get("masked").cloned().unwrap_or_default();
        if let Json::Object(map) = &mut shown {
            map.insert("masked".to_owned(), commitment);
        }
        *part = shown;
    }
    leaves
}

/// The key of the part that is masked as a whole and leaves something behind, which is what the entry records.
fn whole_part(entry: &Json) -> &'static str {
    if outcome::is_outcome(entry) { OUTCOME } else { DECISION }
}

/// What a masked entry still says of what it records.
fn shown_of(key: &str, part: &Json) -> Json {
    if key == OUTCOME { outcome::shown(part) } else { shown(part) }
}

/// Every place of an entry that may be masked, but for the decision, which leaves something behind.
fn values(entry: &mut Json) -> Vec<(String, &mut Json)> {
    let mut places = Vec::new();
    let Json::Object(map) = entry else { return places };
    for (key, part) in map.iter_mut() {
        match key.as_str() {
            "certificate" => {
                let digest = part.get_mut("digest").filter(|digest| !digest.is_null());
                places.extend(digest.map(|digest| (CERTIFICATE.to_owned(), digest)));
            }
            "request" if part.get("unread").is_some() => {
                places.extend(part.get_mut("unread").map(|unread| (REQUEST.to_owned(), unread)));
            }
            "request" => {
                let record = part.get_mut("value").and_then(|v| v.get_mut("record")).and_then(Json::as_array_mut);
                for pair in record.into_iter().flatten() {
                    if let Some([Json::String(name), value]) = pair.as_array_mut().map(Vec::as_mut_slice) {
                        places.push((format!("{FIELD}{name}"), value));
                    }
                }
            }
            _ => {}
        }
    }
    places
}

/// What a masked entry still says of its decision: how it ended and who was given to which role. Left out is whatever a value can
/// be read from or a guess be checked against; who was rejected by what would say more of a value than the outcome does.
pub fn shown(decision: &Json) -> Json {
    let mut shown = decision.clone();
    let Json::Object(map) = &mut shown else { return shown };
    // What is not on a list is left out, so that whatever decisions come to say is masked until somebody decides otherwise.
    let only = |of: &mut Json, keys: &[&str]| {
        if let Json::Object(map) = of {
            map.retain(|key, _| keys.contains(&key.as_str()));
        }
    };
    map.retain(|key, _| SHOWN.contains(&key.as_str()));
    map.get_mut("inputs")
        .into_iter()
        .for_each(|inputs| only(inputs, &["now", "policy", "registry", "services", "signals"]));
    for denial in map.get_mut("denied_by").and_then(Json::as_array_mut).into_iter().flatten() {
        only(denial, &["because", "rule", "verdict"]);
    }
    for (_, filled) in map.get_mut("roles").and_then(Json::as_object_mut).into_iter().flatten() {
        match filled {
            Json::Array(list) => list.iter_mut().for_each(|chosen| only(chosen, &["service"])),
            single => only(single, &["service"]),
        }
    }
    shown
}

/// What stands in the place of a leaf.
fn commitment(place: &Json) -> Option<&str> {
    let map: &Map<String, Json> = place.as_object()?;
    let text = map.get("masked").and_then(Json::as_str)?;
    let digits = text.strip_prefix("sha256:")?;
    (map.len() == 1 && canonical::unhex::<32>(digits).is_some()).then_some(text)
}

/// The leaves of an entry with their commitments, by path; empty if nothing is masked.
pub fn leaves(entry: &Json) -> BTreeMap<String, String> {
    let mut copy = entry.clone();
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for (path, place) in values(&mut copy) {
        found.extend(commitment(place).map(|c| (path, c.to_owned())));
    }
    let key = whole_part(entry);
    let whole = entry.get(key).and_then(|part| part.get("masked")).map(|masked| json!({ "masked": masked }));
    found.extend(whole.as_ref().and_then(commitment).map(|c| (key.to_owned(), c.to_owned())));
    found
}

/// Whether anything is masked.
pub fn is_masked(entry: &Json) -> bool {
    entry.get(whole_part(entry)).is_some_and(|part| part.get("masked").is_some())
}

/// The names of the masked fields, as a list for people.
pub fn fields(entry: &Json) -> String {
    let all = leaves(entry);
    let names = all.keys().filter_map(|path| {
        if path == REQUEST || path == OUTCOME { Some("all of it") } else { path.strip_prefix(FIELD) }
    });
    names.collect::<Vec<_>>().join(", ")
}

/// What is wrong with the form of a masked entry. Nobody who appends writes such an entry.
pub fn malformed(entry: &Json) -> Option<&'static str> {
    let leaves = leaves(entry);
    if !leaves.contains_key(DECISION) || !leaves.keys().any(|path| path.starts_with(REQUEST)) {
        return Some("it is masked in part only");
    }
    let digest = entry.get("certificate").and_then(|c| c.get("digest")).unwrap_or(&Json::Null);
    if !digest.is_null() && commitment(digest).is_none() {
        return Some("the digest of its certificate is not masked");
    }
    let decision = entry.get(DECISION).unwrap_or(&Json::Null);
    let mut bare = shown(decision);
    if let Json::Object(map) = &mut bare {
        map.insert("masked".to_owned(), decision.get("masked").cloned().unwrap_or_default());
    }
    (bare != *decision).then_some("its decision says more than a masked one may")
}

/// The openings of a log, by the digest of the entry.
pub type Openings = BTreeMap<String, Opening>;

/// What opening an entry came to.
#[derive(Debug)]
pub enum Opened {
    /// Every leaf was opened, and this is the entry as it was before.
    Whole(Box<Line>),
    /// These leaves were opened, and fit.
    Partly(Vec<String>),
}

/// Opens an entry. What does not fit is said.
pub fn open(line: &Line, opening: &Opening) -> Result<Opened, String> {
    let leaves = leaves(&line.json);
    let key = whole_part(&line.json);
    let mut entry = line.json.clone();
    let mut opened = Vec::new();
    for leaf in &opening.leaves {
        match leaves.get(&leaf.path) {
            None => return Err(format!("`{}` is not masked in entry {}", leaf.path, line.sequence)),
            Some(commitment) if *commitment != leaf.commitment() => {
                return Err(format!("`{}` of entry {} is not what it was committed to", leaf.path, line.sequence));
            }
            Some(_) if opened.contains(&leaf.path) => {
                return Err(format!("`{}` of entry {} is opened twice", leaf.path, line.sequence));
            }
            Some(_) => opened.push(leaf.path.clone()),
        }
        if leaf.path == key {
            let mut expected = shown_of(key, &leaf.value);
            if let (Json::Object(map), Some(commitment)) = (&mut expected, leaves.get(key)) {
                map.insert("masked".to_owned(), Json::from(commitment.as_str()));
            }
            if Some(&expected) != entry.get(key) {
                return Err(format!("what entry {} shows of its {key} is not what was recorded", line.sequence));
            }
        }
    }
    if opened.len() < leaves.len() {
        return Ok(Opened::Partly(opened));
    }
    let value = |path: &str| opening.leaves.iter().find(|leaf| leaf.path == path).map(|leaf| leaf.value.clone());
    for (path, place) in values(&mut entry) {
        if let Some(value) = value(&path) {
            *place = value;
        }
    }
    if let (Some(place), Some(value)) = (entry.get_mut(key), value(key)) {
        *place = value;
    }
    Ok(Opened::Whole(Box::new(Line { json: entry, ..line.clone() })))
}
