//! The JSON Schema of a package's contract data, for editors.
//!
//! *Takes* the checked types; *gives* a schema of JSON Schema 2020-12 that knows every trait of the package: completion,
//! spelling and missing fields are then the editor's to show while a contract is being written. *Leaves out* what a schema
//! cannot say: that a named service exists and has the trait, and every invariant.

use serde_json::{Map, Value as Json, json};

use crate::ir::{Direction, Field, Guarantee, Policy, Trait};
use crate::value::Type;

/// The dialect of all schemas that Provost writes.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of contract data for the traits of a package.
pub fn contract_schema(policy: &Policy) -> Json {
    let mut definitions = Map::new();
    for (name, declared) in &policy.enums {
        let members: Vec<&str> = declared.members.iter().map(|member| &**member).collect();
        definitions.insert(format!("enum {name}"), json!({ "enum": members }));
    }
    for (name, fields) in &policy.records {
        definitions.insert(format!("record {name}"), closed(fields));
    }
    for (name, declared) in &policy.requests {
        definitions.insert(format!("request {name}"), closed(&declared.fields));
    }
    for (name, declared) in &policy.traits {
        definitions.insert(format!("trait {name}"), trait_schema(declared));
    }
    definitions.insert("service".to_owned(), service_schema(policy));
    json!({
        "$schema": DIALECT,
        "title": "Provost contract data",
        "type": "object",
        "required": ["services"],
        "additionalProperties": false,
        "properties": {
            "services": {
                "type": ["object", "null"],
                "description": "Each service by its name, with what it states.",
                "propertyNames": { "minLength": 1 },
                "additionalProperties": { "$ref": reference("service", "") },
            },
        },
        "$defs": definitions,
    })
}

/// A service: `is` decides which fields there are, and nothing else may be stated.
fn service_schema(policy: &Policy) -> Json {
    let names: Vec<&str> = policy.traits.keys().map(|name| &**name).collect();
    let choices: Vec<Json> = names
        .iter()
        .map(|name| {
            json!({
                "if": { "required": ["is"], "properties": { "is": { "anyOf": [
                    { "const": name },
                    { "type": "array", "contains": { "const": name } },
                ] } } },
                "then": { "$ref": reference("trait", name) },
            })
        })
        .collect();
    json!({
        "type": "object",
        "required": ["is"],
        "properties": {
            "is": {
                "description": "The traits that the service implements.",
                "anyOf": [
                    { "enum": names },
                    { "type": "array", "items": { "enum": names }, "minItems": 1, "uniqueItems": true },
                ],
            },
        },
        "allOf": choices,
        "unevaluatedProperties": false,
    })
}

fn trait_schema(declared: &Trait) -> Json {
    let mut properties: Map<String, Json> =
        declared.fields.iter().map(|(name, field)| (name.to_string(), field_schema(field))).collect();
    let promises = declared.guarantees.iter().map(|(name, promised)| (name.to_string(), promise_schema(promised)));
    properties.extend(promises);
    json!({ "properties": properties, "required": required(declared.fields.values()) })
}

fn closed(fields: &[Field]) -> Json {
    let properties: Map<String, Json> =
        fields.iter().map(|field| (field.name.to_string(), field_schema(field))).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required(fields.iter()),
        "additionalProperties": false,
    })
}

fn required<'a>(fields: impl Iterator<Item = &'a Field>) -> Vec<&'a str> {
    fields.filter(|field| !field.optional && field.default.is_none()).map(|field| &*field.name).collect()
}

fn field_schema(field: &Field) -> Json {
    let known = type_schema(&field.ty);
    let mut schema = if field.optional { json!({ "anyOf": [known, { "type": "null" }] }) } else { known };
    if let (Some(default), Some(object)) = (&field.default, schema.as_object_mut()) {
        object.insert("description".to_owned(), json!(format!("`{}`, {default} if not stated", field.ty)));
    }
    schema
}

fn promise_schema(promised: &Guarantee) -> Json {
    let sign = match promised.direction {
        Some(Direction::AtMost) => "<=",
        Some(Direction::AtLeast) => ">=",
        None => return json!({ "anyOf": [type_schema(&promised.ty), { "type": "null" }] }),
    };
    let signed = json!({ "type": "string", "pattern": format!("^{sign} *[^ <>=]") });
    json!({ "anyOf": [type_schema(&promised.ty), signed, { "type": "null" }] })
}

/// Digits with a point, as the language writes them.
const NUMBER: &str = "[0-9][0-9_]*(\\.[0-9][0-9_]*)?";

fn type_schema(ty: &Type) -> Json {
    let spelled =
        |pattern: String, example: &str| json!({ "type": "string", "pattern": pattern, "examples": [example] });
    match ty {
        Type::Bool => json!({ "type": "boolean" }),
        Type::Int => json!({ "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX }),
        Type::Decimal => json!({ "anyOf": [{ "type": "number" }, spelled(format!("^-?{NUMBER}$"), "0.97")] }),
        Type::Ratio => json!({ "anyOf": [{ "type": "number" }, spelled(format!("^-?{NUMBER}%?$"), "97%")] }),
        Type::Money(currency) if currency.code() == "USD" => {
            spelled(format!("^-?(\\${NUMBER}|{NUMBER} USD)$"), "$0.015")
        }
        Type::Money(currency) => {
            spelled(format!("^-?{NUMBER} {}$", currency.code()), &format!("0.015 {}", currency.code()))
        }
        Type::Duration => spelled(format!("^-?{NUMBER} ?(ms|s|m|h|d)$"), "200ms"),
        Type::Text | Type::Service(_) => json!({ "type": "string" }),
        Type::Date => spelled("^[0-9]{4}-[0-9]{2}-[0-9]{2}$".to_owned(), "2026-12-31"),
        Type::Instant => spelled(
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z$".to_owned(),
            "2026-12-31T12:00:00Z",
        ),
        Type::Enum(name) => json!({ "$ref": reference("enum", name) }),
        Type::Record(name) => json!({ "$ref": reference("record", name) }),
        Type::Request(name) => json!({ "$ref": reference("request", name) }),
        Type::Set(element) => json!({ "type": "array", "items": type_schema(element), "uniqueItems": true }),
        Type::List(element) => json!({ "type": "array", "items": type_schema(element) }),
        Type::Vector => json!({ "type": "array", "items": { "type": "number" } }),
        Type::ComplexVector => json!({
            "type": "array",
            "items": { "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 },
        }),
    }
}

/// A pointer to a definition, escaped as a part of an address.
fn reference(kind: &str, name: &str) -> String {
    let mut out = String::from("#/$defs/");
    for byte in format!("{kind} {name}").trim_end().bytes() {
        match byte {
            b'/' => out.push_str("~1"),
            b'~' => out.push_str("~0"),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b':' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::contract::tests::policy;

    #[test]
    fn every_reference_has_its_definition() {
        fn references(json: &Json, out: &mut Vec<String>) {
            match json {
                Json::Object(map) => map.iter().for_each(|(key, value)| match value {
                    Json::String(text) if key == "$ref" => out.push(text.clone()),
                    other => references(other, out),
                }),
                Json::Array(all) => all.iter().for_each(|one| references(one, out)),
                _ => {}
            }
        }
        let schema = contract_schema(&policy());
        let mut found = Vec::new();
        references(&schema, &mut found);
        assert!(found.len() > 5);
        for reference in found {
            let name = reference.strip_prefix("#/$defs/").unwrap().replace("%20", " ");
            assert!(schema["$defs"].get(&name).is_some(), "{reference}");
        }
    }

    #[test]
    fn obligations_are_required() {
        let schema = contract_schema(&policy());
        assert_eq!(schema["$defs"]["trait Model"]["required"], json!(["context", "provider"]));
        assert_eq!(schema["$defs"]["record Note"]["required"], json!(["text"]));
        assert_eq!(schema["$defs"]["enum Provider"]["enum"], json!(["openai", "eu-west-1", "no", "5"]));
    }

    #[test]
    fn the_published_schemas_are_json_of_the_dialect() {
        for text in [
            include_str!("../../schema/decision.schema.json"),
            include_str!("../../schema/proofs.schema.json"),
            include_str!("../../schema/contracts.schema.json"),
            include_str!("../../schema/run-manifest.schema.json"),
        ] {
            let schema: Json = serde_json::from_str(text).unwrap();
            assert_eq!(schema["$schema"], DIALECT);
        }
    }
}
