//! Requests, signals and the values of contracts from their canonical form, as decisions name them by digest.
//!
//! *Takes* what [`crate::route::json`] writes and the checked program that it is to fit; *gives* the facts. *Promises* that what
//! was written under the same policy comes back equal, and that what no longer fits is named by its path. *Leaves out*
//! spellings for people, which [`super::decode`] reads.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value as Json};

use super::decode::Known;
use super::{Request, SignalValue, Signals};
use crate::base::{Currency, Decimal, Name};
use crate::ir::{Field, Policy, Services};
use crate::value::{Type, Unit, Value, types};

/// What does not fit, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The path of the part: `tasks[0].title`; empty for the whole.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "`{path}`: {}", self.message),
        }
    }
}

/// A request of the given type. Fields go by their names, so that a type whose fields were put in another order still fits.
pub fn request(policy: &Policy, services: &Services, wanted: &Name, json: &Json) -> Result<Request, Misfit> {
    let reader = Reader { policy, known: Known::Services(services) };
    if json.get("type").and_then(Json::as_str) != Some(wanted) {
        return Err(misfit("", format!("the request is not of the type `{wanted}`")));
    }
    let declared = policy.requests.get(wanted).map_or(&[][..], |r| r.fields.as_slice());
    let fields = json.get("value").and_then(|v| v.get("record"));
    let fields = fields.ok_or_else(|| misfit("", "the request is no record".to_owned()))?;
    Ok(Request { ty: wanted.clone(), value: reader.record(fields, declared, "")? })
}

/// Signals. One that is no longer declared does not fit.
pub fn signals(policy: &Policy, services: &Services, json: &Json) -> Result<Signals, Misfit> {
    let reader = Reader { policy, known: Known::Services(services) };
    let all = json.as_object().ok_or_else(|| misfit("", "the signals are no object".to_owned()))?;
    let mut values = BTreeMap::new();
    for (name, said) in all {
        let declared = policy.signals.get(name.as_str()).ok_or_else(|| misfit(name, "is no signal".to_owned()))?;
        let said = match (&declared.subject, said.get("services").and_then(Json::as_object), said.get("value")) {
            (Some(subject), Some(said), None) => {
                SignalValue::PerService(reader.services(name, subject, &declared.ty, said)?)
            }
            (None, None, Some(said)) => SignalValue::One(reader.value(said, &declared.ty, name)?),
            _ => return Err(misfit(name, "does not speak of what the signal is declared for".to_owned())),
        };
        values.insert(Name::from(name.as_str()), said);
    }
    Ok(Signals { values })
}

/// One value of a type, where these services are known.
pub fn value(policy: &Policy, known: Known<'_>, json: &Json, ty: &Type, path: &str) -> Result<Value, Misfit> {
    Reader { policy, known }.value(json, ty, path)
}

fn misfit(path: &str, message: String) -> Misfit {
    Misfit { path: path.to_owned(), message }
}

struct Reader<'a> {
    policy: &'a Policy,
    known: Known<'a>,
}

impl Reader<'_> {
    fn services(
        &self,
        of: &str,
        subject: &Name,
        ty: &Type,
        said: &Map<String, Json>,
    ) -> Result<BTreeMap<Name, Value>, Misfit> {
        let mut values = BTreeMap::new();
        for (service, one) in said {
            let path = format!("{of}.{service}");
            let service = self.service(service, Some(subject), &path)?;
            values.insert(service, self.value(one, ty, &path)?);
        }
        Ok(values)
    }

    fn service(&self, name: &str, wanted: Option<&Name>, path: &str) -> Result<Name, Misfit> {
        let Some(traits) = self.known.traits(name) else {
            return Err(misfit(path, format!("there is no service `{name}`")));
        };
        match wanted {
            Some(wanted) if !traits.contains(wanted) => {
                Err(misfit(path, format!("service `{name}` does not implement `{wanted}`")))
            }
            _ => Ok(Name::from(name)),
        }
    }

    /// The declared fields in their order; what is stated and not declared does not fit.
    fn record(&self, json: &Json, declared: &[Field], path: &str) -> Result<Value, Misfit> {
        let entries = json.as_array().ok_or_else(|| misfit(path, "is no record".to_owned()))?;
        let mut stated: BTreeMap<&str, &Json> = BTreeMap::new();
        for entry in entries {
            let name = entry.get(0).and_then(Json::as_str).unwrap_or("");
            if !declared.iter().any(|field| &*field.name == name) {
                return Err(misfit(&below(path, name), "there is no such field".to_owned()));
            }
            stated.insert(name, entry.get(1).unwrap_or(&Json::Null));
        }
        let mut fields = Vec::new();
        for field in declared {
            let path = below(path, &field.name);
            let value = match stated.get(&*field.name) {
                Some(Json::Null) if field.optional => None,
                None if field.default.is_some() || field.optional => field.default.clone(),
                None | Some(Json::Null) => {
                    return Err(misfit(&path, format!("is not stated, and {:#} is needed", field.ty)));
                }
                Some(stated) => Some(self.value(stated, &field.ty, &path)?),
            };
            fields.push((field.name.clone(), value));
        }
        Ok(Value::Record(fields.into()))
    }

    fn value(&self, json: &Json, ty: &Type, path: &str) -> Result<Value, Misfit> {
        let wrong = || misfit(path, format!("is not {ty:#}"));
        let (kind, inner) =
            json.as_object().filter(|o| o.len() == 1).and_then(|o| o.iter().next()).ok_or_else(wrong)?;
        match (kind.as_str(), ty) {
            ("list", Type::List(element)) => Ok(Value::List(self.elements(inner, element, path)?.into())),
            ("set", Type::Set(element)) => Ok(Value::set(self.elements(inner, element, path)?)),
            ("record", Type::Record(name)) => {
                self.record(inner, self.policy.records.get(name).map_or(&[][..], Vec::as_slice), path)
            }
            ("record", Type::Request(name)) => {
                self.record(inner, self.policy.requests.get(name).map_or(&[][..], |r| r.fields.as_slice()), path)
            }
            ("service", Type::Service(wanted)) => {
                self.service(inner.as_str().ok_or_else(wrong)?, wanted.as_ref(), path).map(Value::Service)
            }
            ("member", Type::Enum(name)) => self.member(inner, name).ok_or_else(wrong),
            _ => plain(kind, inner, ty).ok_or_else(wrong),
        }
    }

    fn elements(&self, json: &Json, ty: &Type, path: &str) -> Result<Vec<Value>, Misfit> {
        let elements = json.as_array().ok_or_else(|| misfit(path, "is no collection".to_owned()))?;
        elements.iter().enumerate().map(|(at, one)| self.value(one, ty, &format!("{path}[{at}]"))).collect()
    }

    fn member(&self, json: &Json, of: &Name) -> Option<Value> {
        let (stated, name) = (json.get(0)?.as_str()?, json.get(1)?.as_str()?);
        let members = &self.policy.enums.get(of)?.members;
        let index = members.iter().position(|member| &**member == name).filter(|_| stated == &**of)?;
        let index = u32::try_from(index).ok()?;
        Some(Value::Member(crate::value::Member { of: of.clone(), index, name: Name::from(name) }))
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A value without parts, if it is one of the type.
fn plain(kind: &str, json: &Json, ty: &types::Type) -> Option<Value> {
    let text = || json.as_str();
    let number = |unit: Unit| Some(Value::Number(text()?.parse::<Decimal>().ok()?, unit));
    match (kind, ty) {
        ("bool", Type::Bool) => json.as_bool().map(Value::Bool),
        ("int", Type::Int) => text()?.parse().ok().map(Value::Int),
        ("decimal", Type::Decimal) => number(Unit::Plain),
        ("ratio", Type::Ratio) => number(Unit::Ratio),
        ("duration", Type::Duration) => number(Unit::Duration),
        ("money", Type::Money(wanted)) => {
            let currency = Currency::from_code(json.get(0)?.as_str()?).filter(|found| found == wanted)?;
            Some(Value::Number(json.get(1)?.as_str()?.parse().ok()?, Unit::Money(currency)))
        }
        ("text", Type::Text) => text().map(|t| Value::Text(Name::from(t))),
        ("date", Type::Date) => text()?.parse().ok().map(Value::Date),
        ("instant", Type::Instant) => text()?.parse().ok().map(Value::Instant),
        ("vector", Type::Vector) => {
            let elements: Option<Vec<Decimal>> = json.as_array()?.iter().map(|e| e.as_str()?.parse().ok()).collect();
            Some(Value::Vector(elements?.into()))
        }
        ("complex", Type::ComplexVector) => {
            let part = |json: Option<&Json>| json?.as_str()?.parse::<Decimal>().ok();
            let pair = |e: &Json| Some((part(e.get(0))?, part(e.get(1))?)).filter(|_| e.get(2).is_none());
            let elements: Option<Vec<_>> = json.as_array()?.iter().map(pair).collect();
            Some(Value::Complex(elements?.into()))
        }
        _ => None,
    }
}
