//! The policy, but for its routes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::bounds;
use super::reader::{
    Read, Refusal, ascending, entries, flag, items, key, list, name, only, option, refuse, sorted_names, spelled, text,
    within,
};
use super::types::{self, Names};
use super::values::{Reader, once};
use crate::base::{Date, Name};
use crate::ir::json::{composition, direction};
use crate::ir::{
    Composition, Definition, Direction, EnumType, Field, Guarantee, Invariant, Policy, RequestType, Signal, Table,
    Trait, Waiver,
};
use crate::value::Value;

const KEYS: &[&str] = &[
    "schema",
    "enums",
    "records",
    "traits",
    "requests",
    "signals",
    "tables",
    "constants",
    "definitions",
    "routes",
    "waivers",
];

/// A place: the document holds none.
pub fn nowhere() -> Name {
    Name::from("")
}

/// Reads a policy.
pub fn policy(json: &Json) -> Read<Policy> {
    only(json, KEYS)?;
    key(json, "schema", |schema| match text(schema)? {
        "provost.policy/1" => Ok(()),
        _ => refuse("this is not `provost.policy/1`"),
    })?;
    let enums = key(json, "enums", |json| entries(json, enum_type))?;
    let keys = |of: &str| key(json, of, |json| Ok(entries(json, |_| Ok(()))?.into_keys().collect::<BTreeSet<Name>>()));
    let names = Names { records: keys("records")?, requests: keys("requests")?, enums };
    let reader = Reader::new(&names);
    let policy = Policy {
        records: key(json, "records", |json| entries(json, |fields| reader.fields(fields)))?,
        traits: key(json, "traits", |json| entries(json, |of| reader.trait_(of)))?,
        requests: key(json, "requests", |json| entries(json, |of| reader.request_type(of)))?,
        signals: key(json, "signals", |json| entries(json, |of| reader.signal(of)))?,
        tables: key(json, "tables", |json| entries(json, |of| reader.table(of)))?,
        constants: key(json, "constants", |json| entries(json, |of| option(of, |v| reader.value(v))))?,
        definitions: key(json, "definitions", |json| entries(json, |of| reader.definition(of)))?,
        routes: key(json, "routes", |json| entries(json, |of| reader.route(of)))?,
        waivers: key(json, "waivers", |json| entries(json, |of| reader.waiver(of)))?,
        enums: names.enums.clone(),
    };
    bounds::policy(&policy)?;
    Ok(policy)
}

fn enum_type(json: &Json) -> Read<EnumType> {
    only(json, &["ordered", "members"])?;
    let members = key(json, "members", |members| list(members, name))?;
    within("members", once(members.iter()))?;
    Ok(EnumType { ordered: key(json, "ordered", flag)?, members })
}

impl Reader<'_> {
    fn ty(self, json: &Json) -> Read<crate::value::Type> {
        types::read(json, self.names)
    }

    fn field(self, json: &Json) -> Read<Field> {
        only(json, &["name", "type", "optional", "default"])?;
        Ok(Field {
            name: key(json, "name", name)?,
            ty: key(json, "type", |ty| self.ty(ty))?,
            optional: key(json, "optional", flag)?,
            default: key(json, "default", |v| option(v, |v| self.value(v)))?,
        })
    }

    fn fields(self, json: &Json) -> Read<Vec<Field>> {
        let fields = list(json, |field| self.field(field))?;
        once(fields.iter().map(|field| &field.name))?;
        Ok(fields)
    }

    fn trait_(self, json: &Json) -> Read<Trait> {
        let measured = json.get("measured").is_some();
        let keys = ["ancestors", "fields", "guarantees", "invariants", "measured"];
        only(json, if measured { &keys } else { keys.split_last().map_or(&[], |(_, rest)| rest) })?;
        let fields = key(json, "fields", |fields| {
            let fields = list(fields, |field| self.field(field))?;
            ascending(fields.iter().map(|field| &field.name).collect())?;
            Ok(fields.into_iter().map(|field| (field.name.clone(), field)).collect::<BTreeMap<_, _>>())
        })?;
        Ok(Trait {
            ancestors: key(json, "ancestors", sorted_names)?.into_iter().collect(),
            fields,
            guarantees: key(json, "guarantees", |json| entries(json, |of| self.guarantee(of)))?,
            measurements: match measured {
                true => key(json, "measured", |json| entries(json, |ty| self.ty(ty)))?,
                false => BTreeMap::new(),
            },
            invariants: key(json, "invariants", |json| self.invariants(json))?,
        })
    }

    fn guarantee(self, json: &Json) -> Read<Guarantee> {
        use Composition::{And, Max, Min, Or, Product, Sum};
        let derived = json.get("measured_as").is_some();
        let keys = ["type", "direction", "composes_by", "measured_as"];
        only(json, if derived { &keys } else { keys.split_last().map_or(&[], |(_, rest)| rest) })?;
        let directions = [Direction::AtMost, Direction::AtLeast];
        let compositions = [Sum, Min, Max, Product, And, Or];
        Ok(Guarantee {
            ty: key(json, "type", |ty| self.ty(ty))?,
            direction: key(json, "direction", |of| option(of, |of| one_of(of, &directions, direction)))?,
            composition: key(json, "composes_by", |of| option(of, |of| one_of(of, &compositions, composition)))?,
            measured_as: match derived {
                true => Some(key(json, "measured_as", |e| self.expr(e))?),
                false => None,
            },
        })
    }

    fn invariants(self, json: &Json) -> Read<Vec<Invariant>> {
        list(json, |json| {
            only(json, &["condition", "because"])?;
            Ok(Invariant {
                condition: key(json, "condition", |e| self.expr(e))?,
                because: key(json, "because", |because| option(because, name))?,
                at: nowhere(),
            })
        })
    }

    fn request_type(self, json: &Json) -> Read<RequestType> {
        only(json, &["fields", "invariants"])?;
        Ok(RequestType {
            fields: key(json, "fields", |fields| self.fields(fields))?,
            invariants: key(json, "invariants", |json| self.invariants(json))?,
        })
    }

    fn signal(self, json: &Json) -> Read<Signal> {
        only(json, &["for", "type", "default"])?;
        Ok(Signal {
            subject: key(json, "for", |of| option(of, name))?,
            ty: key(json, "type", |ty| self.ty(ty))?,
            default: key(json, "default", |v| option(v, |v| self.value(v)))?,
        })
    }

    fn table(self, json: &Json) -> Read<Table> {
        only(json, &["key", "value", "rows"])?;
        let rows = key(json, "rows", |rows| {
            let rows: Vec<(Value, Value)> = list(rows, |row| {
                let [key, value] = items(row)? else { return refuse("a key and its value are needed") };
                Ok((within(0, self.value(key))?, within(1, self.value(value))?))
            })?;
            ascending(rows.iter().map(|(key, _)| key).collect())?;
            Ok(rows.into_iter().collect())
        })?;
        Ok(Table { key: key(json, "key", |ty| self.ty(ty))?, value: key(json, "value", |ty| self.ty(ty))?, rows })
    }

    fn definition(self, json: &Json) -> Read<Definition> {
        only(json, &["params", "body"])?;
        let params = key(json, "params", |params| list(params, name))?;
        within("params", once(params.iter()))?;
        Ok(Definition { params, body: key(json, "body", |e| self.expr(e))? })
    }

    fn waiver(self, json: &Json) -> Read<Waiver> {
        only(json, &["rule", "when", "until", "approved_by", "because"])?;
        Ok(Waiver {
            rule: key(json, "rule", name)?,
            when: key(json, "when", |e| option(e, |e| self.expr(e)))?,
            until: key(json, "until", |day| spelled::<Date>(day, "a date"))?,
            approved_by: key(json, "approved_by", name)?,
            because: key(json, "because", |because| option(because, name))?,
            at: nowhere(),
        })
    }
}

/// The one of these whose word this is.
pub fn one_of<T: Copy>(json: &Json, all: &[T], word: impl Fn(T) -> &'static str) -> Read<T> {
    let text = text(json)?;
    all.iter().copied().find(|one| word(*one) == text).ok_or_else(|| Refusal::new("there is no such word here"))
}
