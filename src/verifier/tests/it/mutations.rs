//! Everything that can be done to one place of a document. Used for the samples here and for the engine's certificates.

use serde_json::{Map, Value, json};

/// A changed document: what was done to it, and where.
pub struct Mutant {
    pub kind: &'static str,
    pub place: String,
    pub document: Value,
}

/// Every mutant of the part of a document below a key; of the whole document for an empty key.
pub fn mutants(document: &Value, below: &str) -> Vec<Mutant> {
    let start = if below.is_empty() { String::new() } else { format!("/{below}") };
    let mut places = Vec::new();
    collect(document.pointer(&start).unwrap(), &start, &mut places);
    let mut all = Vec::new();
    for place in places {
        for (kind, changed) in changed(document.pointer(&place).unwrap()) {
            let mut document = document.clone();
            *document.pointer_mut(&place).unwrap() = changed;
            all.push(Mutant { kind, place: place.clone(), document });
        }
    }
    all
}

fn collect(value: &Value, place: &str, places: &mut Vec<String>) {
    places.push(place.to_owned());
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| collect(item, &format!("{place}/{i}"), places));
        }
        Value::Object(map) => map.iter().for_each(|(key, item)| {
            let key = key.replace('~', "~0").replace('/', "~1");
            collect(item, &format!("{place}/{key}"), places);
        }),
        _ => {}
    }
}

fn changed(value: &Value) -> Vec<(&'static str, Value)> {
    match value {
        Value::Null => vec![("null to text", json!("x")), ("null to number", json!(0)), ("null to list", json!([]))],
        Value::Bool(flag) => vec![("flag flipped", json!(!flag)), ("value to null", Value::Null)],
        Value::Number(number) => {
            let number = number.as_i64().unwrap();
            vec![
                ("number raised", json!(number + 1)),
                ("number lowered", json!(number - 1)),
                ("number to text", json!(number.to_string())),
                ("number made huge", json!(i64::MAX)),
                ("value to null", Value::Null),
            ]
        }
        Value::String(text) => texts(text),
        Value::Array(items) => lists(items),
        Value::Object(map) => objects(map),
    }
}

fn texts(text: &str) -> Vec<(&'static str, Value)> {
    let mut all = vec![("text longer", json!(format!("{text}x"))), ("value to null", Value::Null)];
    if !text.is_empty() {
        all.push(("text emptied", json!("")));
        let last = text.char_indices().last().map_or(0, |(at, _)| at);
        all.push(("text shorter", json!(text[..last])));
    }
    let swapped = match text {
        "false" => Some("unknown"),
        "unknown" | "true" => Some("false"),
        _ => None,
    };
    all.extend(swapped.map(|word| ("verdict changed", json!(word))));
    if let Some(hex) = text.strip_prefix("sha256:") {
        let turned: String = hex.chars().map(|c| if c == '0' { '1' } else { '0' }).collect();
        all.push(("digest changed", json!(format!("sha256:{turned}"))));
    }
    if let Ok(number) = text.parse::<i64>() {
        all.push(("decimal raised", json!((number + 1).to_string())));
        all.push(("decimal respelled", json!(format!("{text}.0"))));
    }
    all
}

fn lists(items: &[Value]) -> Vec<(&'static str, Value)> {
    let mut all = vec![("value to null", Value::Null)];
    let with = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut items = items.to_vec();
        change(&mut items);
        Value::Array(items)
    };
    for at in 0..items.len() {
        all.push(("element dropped", with(&|items| drop(items.remove(at)))));
        all.push(("element repeated", with(&|items| items.insert(at, items[at].clone()))));
        if at + 1 < items.len() && items[at] != items[at + 1] {
            all.push(("elements swapped", with(&|items| items.swap(at, at + 1))));
        }
    }
    all.push(("element added", with(&|items| items.push(json!("x")))));
    if items.len() > 1 {
        all.push(("list emptied", json!([])));
    }
    all
}

fn objects(map: &Map<String, Value>) -> Vec<(&'static str, Value)> {
    let with = |change: &dyn Fn(&mut Map<String, Value>)| {
        let mut map = map.clone();
        change(&mut map);
        Value::Object(map)
    };
    let mut all =
        vec![("value to null", Value::Null), ("key added", with(&|map| drop(map.insert("zz".into(), json!(0)))))];
    for key in map.keys() {
        all.push(("key dropped", with(&|map| drop(map.remove(key)))));
        all.push((
            "key renamed",
            with(&|map| {
                let value = map.remove(key).unwrap();
                map.insert(format!("{key}x"), value);
            }),
        ));
    }
    all
}

/// Other bytes of the same document, and bytes that are no document.
pub fn byte_mutants(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = text.as_bytes();
    let mut all = Vec::new();
    let step = (bytes.len() / 150).max(1);
    for at in (0..bytes.len()).step_by(step) {
        all.push(("truncated", bytes[..at].to_vec()));
        let mut other = bytes.to_vec();
        other[at] ^= 1;
        all.push(("bit flipped", other));
        if matches!(bytes[at], b',' | b':' | b'[' | b'{') {
            let mut spaced = bytes.to_vec();
            spaced.insert(at + 1, b' ');
            all.push(("white space added", spaced));
        }
    }
    for (kind, tail) in [("line end added", "\n"), ("document repeated", text), ("something added", "null")] {
        all.push((kind, [bytes, tail.as_bytes()].concat()));
    }
    all.push(("first key repeated", text.replacen('{', "{\"decision\":null,", 1).into_bytes()));
    all.push((
        "key out of order",
        text.replacen("\"schema\":\"provost.certificate/1\",", "", 1)
            .replacen('{', "{\"schema\":\"provost.certificate/1\",", 1)
            .into_bytes(),
    ));
    all.push(("character escaped", text.replacen("provost", "\\u0070rovost", 1).into_bytes()));
    all.push(("byte order mark", [b"\xef\xbb\xbf", bytes].concat()));
    all
}
