//! Whether a document is what a schema describes, as far as the schemas of the house go: types, constants, keys, alternatives,
//! references. A word that is not known here fails, so that no schema asks for what nobody looks at.

use serde_json::Value as Json;

pub struct Schema(Json);

impl Schema {
    pub fn new(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap())
    }

    /// Nothing, or the first place that is not as described.
    pub fn holds(&self, document: &Json) -> Result<(), String> {
        self.at(&self.0, document, "")
    }

    fn at(&self, schema: &Json, json: &Json, path: &str) -> Result<(), String> {
        for (word, value) in schema.as_object().unwrap() {
            let wrong = || Err(format!("{path}: {json} is not {word} {value}"));
            let held = match word.as_str() {
                "$schema" | "$id" | "$defs" | "title" | "description" | "properties" => true,
                "$ref" => {
                    let name = value.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                    self.at(&self.0["$defs"][name], json, path)?;
                    true
                }
                "type" => match value {
                    Json::Array(kinds) => kinds.iter().any(|of| kind(json) == *of),
                    of => kind(json) == *of,
                },
                "const" => json == value,
                "enum" => value.as_array().unwrap().contains(json),
                "minimum" => json.as_i64() >= value.as_i64(),
                "minItems" => json.as_array().is_none_or(|items| items.len() as u64 >= value.as_u64().unwrap()),
                "required" => value.as_array().unwrap().iter().all(|key| json.get(key.as_str().unwrap()).is_some()),
                "not" => self.at(value, json, path).is_err(),
                "anyOf" => value.as_array().unwrap().iter().any(|one| self.at(one, json, path).is_ok()),
                "items" => {
                    for (at, item) in json.as_array().into_iter().flatten().enumerate() {
                        self.at(value, item, &format!("{path}/{at}"))?;
                    }
                    true
                }
                "additionalProperties" => {
                    for (key, item) in json.as_object().into_iter().flatten() {
                        let here = schema.get("properties").and_then(|known| known.get(key)).unwrap_or(value);
                        match here {
                            Json::Bool(false) => return Err(format!("{path}: the key `{key}`")),
                            of => self.at(of, item, &format!("{path}/{key}"))?,
                        }
                    }
                    true
                }
                other => panic!("the schema says `{other}`"),
            };
            if !held {
                return wrong();
            }
        }
        Ok(())
    }
}

fn kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "integer",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

#[test]
fn a_document_with_another_key_or_kind_is_none() {
    let schema = Schema::new(include_str!("../../../schema/proofs.schema.json"));
    let promised = serde_json::json!({ "name": "guarantees", "valid": null, "bounds": {}, "outputs": {} });
    let mut good = serde_json::json!({
        "schema": "provost.proofs/1", "decision_id": "x", "route": "x", "outcome": "invalid", "first_empty": null,
        "inputs": { "policy": "x", "services": "x", "request": null, "signals": null, "now": "x" },
        "proofs": [promised, promised],
    });
    schema.holds(&good).unwrap();
    for (path, bad) in [("/outcome", "lost"), ("/proofs/0/valid", "yes"), ("/proofs", "none"), ("/schema", "1")] {
        let kept = std::mem::replace(good.pointer_mut(path).unwrap(), bad.into());
        assert!(schema.holds(&good).is_err(), "{path}");
        *good.pointer_mut(path).unwrap() = kept;
    }
    good["proofs"][0]["more"] = 1.into();
    assert!(schema.holds(&good).is_err());
}
