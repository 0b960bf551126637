//! Envelopes: what is handed to a layer points at things by path and digest, and never holds them.

use serde_json::Value as Json;

use crate::base::limits;

/// Keys under which content or secrets travel, in lower case.
const CONTENT: &[&str] =
    &["api_key", "body", "content", "credentials", "diff", "payload", "raw", "secret", "text", "token", "transcript"];

/// Keys of an artefact.
const ARTIFACT: &[&str] = &["path", "sha256"];

/// Keys under which an envelope asks to learn something.
const SURFACES: &[&str] = &["learnable_surfaces", "requested_surfaces"];

/// What is wrong with an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place in the envelope, as in `a[1].text`.
    pub place: String,
    /// What is wrong there, in lower case.
    pub message: String,
}

/// Every place at which an envelope holds content instead of pointing at it, in written order.
pub fn faults(envelope: &Json) -> Vec<Fault> {
    let Json::Object(map) = envelope else {
        return vec![fault("", "an envelope is a map")];
    };
    let mut found = Vec::new();
    look(envelope, &mut String::new(), 0, &mut found);
    match map.get("artifacts") {
        None => {}
        Some(Json::Array(artifacts)) => {
            for (at, artifact) in artifacts.iter().enumerate() {
                found.extend(artifact_fault(artifact).map(|message| fault(&format!("artifacts[{at}]"), message)));
            }
        }
        Some(_) => found.push(fault("artifacts", "artefacts are a list")),
    }
    found
}

/// The surfaces that an envelope asks to learn, by both of its keys, sorted; faults where one is no list of names.
pub fn surfaces(envelope: &Json) -> Result<Vec<String>, Vec<Fault>> {
    let (mut names, mut found) = (Vec::new(), Vec::new());
    for key in SURFACES {
        match envelope.get(key) {
            None => {}
            Some(Json::Array(items)) if items.iter().all(Json::is_string) => {
                names.extend(items.iter().filter_map(Json::as_str).map(str::to_owned));
            }
            Some(_) => found.push(fault(key, "surfaces are a list of names")),
        }
    }
    names.sort();
    names.dedup();
    if found.is_empty() { Ok(names) } else { Err(found) }
}

fn artifact_fault(artifact: &Json) -> Option<&'static str> {
    let Json::Object(map) = artifact else { return Some("an artefact is a map of `path` and `sha256`") };
    let exact = map.len() == ARTIFACT.len() && ARTIFACT.iter().all(|key| map.get(*key).is_some_and(Json::is_string));
    (!exact).then_some("an artefact states its `path` and its `sha256`, both as texts, and nothing else")
}

fn look(value: &Json, place: &mut String, depth: usize, found: &mut Vec<Fault>) {
    if depth > limits::NESTING {
        found.push(fault(place, &format!("nested more than {} deep", limits::NESTING)));
        return;
    }
    let length = place.len();
    match value {
        Json::Object(map) => {
            for (key, inner) in map {
                place.push_str(if length == 0 { "" } else { "." });
                place.push_str(key);
                if CONTENT.contains(&key.to_lowercase().as_str()) {
                    found.push(fault(place, "content and secrets are not handed over, only paths and digests"));
                }
                look(inner, place, depth + 1, found);
                place.truncate(length);
            }
        }
        Json::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                place.push_str(&format!("[{at}]"));
                look(inner, place, depth + 1, found);
                place.truncate(length);
            }
        }
        _ => {}
    }
}

fn fault(place: &str, message: &str) -> Fault {
    Fault { place: place.to_owned(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(envelope: &Json) -> Vec<String> {
        faults(envelope).into_iter().map(|fault| fault.place).collect()
    }

    #[test]
    fn content_is_found_wherever_it_stands_and_however_its_key_is_written() {
        let envelope = serde_json::json!({
            "note": "secret",
            "Payload": 1,
            "a": [{ "x": { "TOKEN": 1 } }, [{ "text": 1 }]],
            "artifacts": [{ "path": "a", "sha256": "b" }, { "path": "a" }, { "path": 1, "sha256": "b" }, "a"],
        });
        let expected = ["Payload", "a[0].x.TOKEN", "a[1][0].text", "artifacts[1]", "artifacts[2]", "artifacts[3]"];
        assert_eq!(places(&envelope), expected);
        assert!(places(&serde_json::json!({ "artifacts": [] })).is_empty());
        assert_eq!(places(&serde_json::json!({ "artifacts": "a" })), ["artifacts"]);
        assert_eq!(places(&serde_json::json!([1])), [""]);
    }

    #[test]
    fn both_keys_ask_for_surfaces_and_what_is_no_list_asks_for_nothing() {
        let asked = serde_json::json!({ "learnable_surfaces": ["b", "a"], "requested_surfaces": ["b"] });
        assert_eq!(surfaces(&asked), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert!(surfaces(&serde_json::json!({ "learnable_surfaces": "a" })).is_err());
        assert!(surfaces(&serde_json::json!({ "requested_surfaces": [1] })).is_err());
    }
}
