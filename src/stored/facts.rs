//! Services, requests and signals.

use serde_json::Value as Json;

use super::bounds;
use super::policy::nowhere;
use super::reader::{Read, entries, key, list, name, only, option, refuse, sorted_names};
use super::types::Names;
use super::values::Reader;
use crate::facts::{Request, SignalValue, Signals};
use crate::ir::{Accept, Policy, Service, Services};

/// Reads the services of a policy.
pub fn services(json: &Json, policy: &Policy) -> Read<Services> {
    let names = Names::of(policy);
    let reader = Reader::new(&names);
    let services = entries(json, |of| service(reader, of))?;
    bounds::services(&services, policy)?;
    Ok(services)
}

fn service(reader: Reader<'_>, json: &Json) -> Read<Service> {
    only(json, &["traits", "values", "accepts"])?;
    Ok(Service {
        traits: key(json, "traits", sorted_names)?.into_iter().collect(),
        values: key(json, "values", |values| entries(values, |v| reader.value(v)))?,
        accepts: key(json, "accepts", |accepts| list(accepts, |of| accept(reader, of)))?,
        at: nowhere(),
    })
}

fn accept(reader: Reader<'_>, json: &Json) -> Read<Accept> {
    only(json, &["request", "condition", "because"])?;
    Ok(Accept {
        request: key(json, "request", name)?,
        condition: key(json, "condition", |e| reader.expr(e))?,
        because: key(json, "because", |because| option(because, name))?,
        at: nowhere(),
    })
}

/// Reads a request.
pub fn request(json: &Json, names: &Names) -> Read<Request> {
    only(json, &["type", "value"])?;
    let reader = Reader::new(names);
    Ok(Request { ty: key(json, "type", name)?, value: key(json, "value", |v| reader.value(v))? })
}

/// Reads signals.
pub fn signals(json: &Json, names: &Names) -> Read<Signals> {
    let reader = Reader::new(names);
    let values = entries(json, |of| {
        if of.get("services").is_some() {
            only(of, &["services"])?;
            let services = key(of, "services", |services| entries(services, |v| reader.value(v)))?;
            return Ok(SignalValue::PerService(services));
        }
        if of.get("value").is_none() {
            return refuse("`services` or `value` is needed");
        }
        only(of, &["value"])?;
        key(of, "value", |v| reader.value(v)).map(SignalValue::One)
    })?;
    Ok(Signals { values })
}
