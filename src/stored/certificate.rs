//! Certificates: everything that decided, without the steps, which only a verifier follows.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::facts::{request, services, signals};
use super::policy::policy;
use super::reader::{Read, Refusal, key, name, refuse, sorted_names, spelled, text};
use super::types::Names;
use crate::base::{Instant, Name};
use crate::facts::Inputs;
use crate::ir::{Policy, Services};

/// Brackets that may be open at once: as many as the verifier reads.
const NESTING: usize = 600;

/// What a certificate holds.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The policy.
    pub policy: Policy,
    /// The services.
    pub services: Services,
    /// The services that a registry held; nothing where none was used.
    pub registered: Option<BTreeSet<Name>>,
    /// The route that was asked.
    pub route: Name,
    /// Request, signals and time.
    pub inputs: Inputs,
    /// The identity of the decision that is claimed.
    pub decision_id: String,
}

/// Reads a text as JSON, if it is not nested too deep to be read by recursion.
pub fn document(bytes: &[u8]) -> Read<Json> {
    let (mut open, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'[' | b'{') => open += 1,
            (false, b']' | b'}') => open = open.saturating_sub(1),
            _ => {}
        }
        if open > NESTING {
            return refuse(format!("more than {NESTING} brackets are open at once"));
        }
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    reader.disable_recursion_limit();
    let json = serde::Deserialize::deserialize(&mut reader);
    let json = json.and_then(|json| reader.end().map(|()| json));
    json.map_err(|e| Refusal::new(format!("this is not JSON: {e}")))
}

/// Reads what a certificate holds. Whether its steps establish what it claims is for the verifier to say, before.
pub fn certificate(json: &Json) -> Read<Stored> {
    key(json, "schema", |schema| match text(schema)? {
        "provost.certificate/1" => Ok(()),
        _ => refuse("this is not `provost.certificate/1`"),
    })?;
    let policy = key(json, "policy", policy)?;
    let services = key(json, "services", |json| services(json, &policy))?;
    let registered = match json.get("registered") {
        Some(_) => Some(key(json, "registered", sorted_names)?.into_iter().collect::<BTreeSet<Name>>()),
        None => None,
    };
    if let Some(unknown) = registered.iter().flatten().find(|name| !services.contains_key(*name)) {
        return refuse(format!("registered: there is no service `{unknown}`"));
    }
    let names = Names::of(&policy);
    let inputs = Inputs {
        request: key(json, "request", |json| request(json, &names))?,
        signals: key(json, "signals", |json| signals(json, &names))?,
        now: key(json, "now", |now| spelled::<Instant>(now, "an instant"))?,
    };
    let route = key(json, "route", name)?;
    let decision_id = key(json, "decision", |decision| key(decision, "decision_id", |id| text(id).map(str::to_owned)))?;
    Ok(Stored { policy, services, registered, route, inputs, decision_id })
}
