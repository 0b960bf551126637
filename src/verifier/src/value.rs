//! Values and types as the certificate spells them, their order, and the spelling that people are shown.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::complex::Complex;
use crate::json::{Json, write_text};
use crate::number;

/// A shared name or text.
pub type Name = Rc<str>;

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// Nothing.
    Plain,
    /// A ratio.
    Ratio,
    /// Seconds.
    Duration,
    /// Money, by the code of its currency.
    Money([u8; 3]),
}

/// A known value. Values of one type are ordered by the derived order: members by their place, collections element by
/// element, records field by field with unknown first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// `true`
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// A decimal with its unit.
    Number(i128, Unit),
    /// A text.
    Text(Name),
    /// Days since 1970-01-01.
    Date(i128),
    /// Seconds since 1970-01-01T00:00:00Z, in units of 10⁻⁹.
    Instant(i128),
    /// A member of an enum: enum, place, name.
    Member(Name, usize, Name),
    /// A service.
    Service(Name),
    /// Elements in order.
    List(Rc<Elements>),
    /// Elements in ascending order, each once.
    Set(Rc<Elements>),
    /// Fields in declared order; `None` is unknown.
    Record(Rc<Fields>),
    /// Decimals.
    Vector(Rc<[i128]>),
    /// Complex numbers.
    Complex(Rc<[Complex]>),
}

/// The elements of a collection, and how many values it holds in all.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Elements(pub Vec<Value>, u64);

/// The fields of a record, and how many values it holds in all.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fields(pub Vec<(Name, Option<Value>)>, u64);

impl Value {
    /// A list of these.
    pub fn list(elements: Vec<Value>) -> Value {
        let weight = elements.iter().map(Value::weight).fold(1, u64::saturating_add);
        Value::List(Rc::new(Elements(elements, weight)))
    }

    /// A set of these.
    pub fn set(mut elements: Vec<Value>) -> Value {
        elements.sort();
        elements.dedup();
        let weight = elements.iter().map(Value::weight).fold(1, u64::saturating_add);
        Value::Set(Rc::new(Elements(elements, weight)))
    }

    /// A record of these.
    pub fn record(fields: Vec<(Name, Option<Value>)>) -> Value {
        let known = fields.iter().filter_map(|(_, v)| v.as_ref());
        let weight = known.map(Value::weight).fold(fields.len() as u64 + 1, u64::saturating_add);
        Value::Record(Rc::new(Fields(fields, weight)))
    }

    /// How many values it holds in all, shared ones counted each time: what comparing or spelling it may cost.
    pub fn weight(&self) -> u64 {
        match self {
            Value::List(elements) | Value::Set(elements) => elements.1,
            Value::Record(fields) => fields.1,
            Value::Text(text) => 1 + text.len() as u64 / 32,
            Value::Vector(elements) => elements.len() as u64,
            Value::Complex(elements) => elements.len() as u64 * 2,
            _ => 1,
        }
    }

    /// The elements of a list or a set.
    pub fn elements(&self) -> Option<&[Value]> {
        match self {
            Value::List(elements) | Value::Set(elements) => Some(&elements.0),
            _ => None,
        }
    }

    /// Whether two values are of one kind and unit, so that comparing them means something.
    pub fn comparable(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Number(_, a), Value::Number(_, b)) => a == b,
            (Value::Member(a, ..), Value::Member(b, ..)) => a == b,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    /// The spelling that people are shown; a text stands in quotes inside a collection only.
    pub fn spell(&self) -> String {
        let mut out = String::new();
        match self {
            Value::Text(text) => out.push_str(text),
            other => other.spell_nested(&mut out),
        }
        out
    }

    fn spell_nested(&self, out: &mut String) {
        match self {
            Value::Bool(value) => out.push_str(&value.to_string()),
            Value::Int(value) => out.push_str(&value.to_string()),
            Value::Number(units, unit) => out.push_str(&spell_number(*units, *unit)),
            Value::Text(text) => write_text(text, out),
            Value::Date(days) => out.push_str(&number::spell_date(*days)),
            Value::Instant(units) => out.push_str(&number::spell_instant(*units)),
            Value::Member(_, _, name) | Value::Service(name) => out.push_str(name),
            Value::List(elements) => join("[", "]", &elements.0, Value::spell_nested, out),
            Value::Set(elements) => join("{", "}", &elements.0, Value::spell_nested, out),
            Value::Vector(elements) => join("[", "]", elements, |n, out| out.push_str(&number::spell(*n)), out),
            Value::Complex(elements) => {
                let pair = |(re, im): &Complex, out: &mut String| {
                    out.push_str(&format!("[{}, {}]", number::spell(*re), number::spell(*im)));
                };
                join("[", "]", elements, pair, out);
            }
            Value::Record(fields) => {
                let field = |(name, value): &(Name, Option<Value>), out: &mut String| {
                    out.push_str(&format!("{name}: "));
                    match value {
                        Some(value) => value.spell_nested(out),
                        None => out.push_str("unknown"),
                    }
                };
                join("{", "}", &fields.0, field, out);
            }
        }
    }
}

fn join<T>(open: &str, close: &str, items: &[T], spell: impl Fn(&T, &mut String), out: &mut String) {
    out.push_str(open);
    for (i, item) in items.iter().enumerate() {
        out.push_str(if i == 0 { "" } else { ", " });
        spell(item, out);
    }
    out.push_str(close);
}

fn spell_number(units: i128, unit: Unit) -> String {
    match unit {
        Unit::Plain | Unit::Ratio => number::spell(units),
        Unit::Duration => number::spell_duration(units),
        Unit::Money(code) if code == *b"USD" && units < 0 => format!("-${}", number::spell(-units)),
        Unit::Money(code) if code == *b"USD" => format!("${}", number::spell(units)),
        Unit::Money(code) => format!("{} {}", number::spell(units), String::from_utf8_lossy(&code)),
    }
}

/// The names that give meaning to types and members: enums with their members, records with their fields.
#[derive(Default)]
pub struct Types {
    /// Members by enum.
    pub enums: BTreeMap<String, Vec<String>>,
    /// Fields by record.
    pub records: BTreeMap<String, Vec<Field>>,
}

/// A field of a record, a trait or a request.
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type, as the policy spells it.
    pub ty: String,
    /// Whether it may be unknown.
    pub optional: bool,
}

impl Types {
    /// Reads a value: an object with one key that names its kind.
    pub fn read_value(&self, json: &Json) -> Option<Value> {
        let [(kind, body)] = json.object()? else { return None };
        let number = |unit| Some(Value::Number(number::read(body.text()?)?, unit));
        let all = || body.list()?.iter().map(|item| self.read_value(item)).collect::<Option<Vec<_>>>();
        match kind.as_str() {
            "bool" => {
                if let Json::Bool(value) = body {
                    Some(Value::Bool(*value))
                } else {
                    None
                }
            }
            "int" => {
                body.text()?.parse().ok().filter(|v: &i64| Some(v.to_string().as_str()) == body.text()).map(Value::Int)
            }
            "decimal" => number(Unit::Plain),
            "ratio" => number(Unit::Ratio),
            "duration" => number(Unit::Duration),
            "money" => {
                let [code, amount] = body.list()? else { return None };
                let code: [u8; 3] = code.text()?.as_bytes().try_into().ok()?;
                let unit = Unit::Money(code.iter().all(u8::is_ascii_uppercase).then_some(code)?);
                Some(Value::Number(number::read(amount.text()?)?, unit))
            }
            "text" => Some(Value::Text(body.text()?.into())),
            "date" => Some(Value::Date(number::read_date(body.text()?)?)),
            "instant" => Some(Value::Instant(number::read_instant(body.text()?)?)),
            "member" => {
                let [of, name] = body.list()? else { return None };
                let place = self.enums.get(of.text()?)?.iter().position(|m| Some(m.as_str()) == name.text())?;
                Some(Value::Member(of.text()?.into(), place, name.text()?.into()))
            }
            "service" => Some(Value::Service(body.text()?.into())),
            "list" => Some(Value::list(all()?)),
            "set" => {
                let elements = all()?;
                elements.is_sorted_by(|a, b| a < b).then(|| Value::set(elements))
            }
            "vector" => body
                .list()?
                .iter()
                .map(|n| number::read(n.text()?))
                .collect::<Option<Vec<_>>>()
                .map(|v| Value::Vector(v.into())),
            "complex" => {
                let pair = |pair: &Json| {
                    let [re, im] = pair.list()? else { return None };
                    Some((number::read(re.text()?)?, number::read(im.text()?)?))
                };
                body.list()?.iter().map(pair).collect::<Option<Vec<_>>>().map(|v| Value::Complex(v.into()))
            }
            "record" => {
                let field = |pair: &Json| {
                    let [name, value] = pair.list()? else { return None };
                    let value = if *value == Json::Null { None } else { Some(self.read_value(value)?) };
                    Some((Name::from(name.text()?), value))
                };
                body.list()?.iter().map(field).collect::<Option<Vec<_>>>().map(Value::record)
            }
            _ => None,
        }
    }

    /// Whether a value is of a type; `is_service` knows the services and their traits.
    pub fn fits(&self, value: &Value, ty: &str, is_service: &dyn Fn(&str, Option<&str>) -> bool) -> bool {
        let inner = |prefix: &str| ty.strip_prefix(prefix).and_then(|rest| rest.strip_suffix('>'));
        let all = |elements: &Elements, element: Option<&str>| {
            element.is_some_and(|element| elements.0.iter().all(|value| self.fits(value, element, is_service)))
        };
        match value {
            Value::Bool(_) => ty == "bool",
            Value::Int(_) => ty == "int",
            Value::Text(_) => ty == "string",
            Value::Date(_) => ty == "date",
            Value::Instant(_) => ty == "datetime",
            Value::Vector(_) => ty == "vector",
            Value::Complex(_) => ty == "complex_vector",
            Value::Number(_, Unit::Plain) => ty == "decimal",
            Value::Number(_, Unit::Ratio) => ty == "ratio",
            Value::Number(_, Unit::Duration) => ty == "duration",
            Value::Number(_, Unit::Money(code)) => ty.as_bytes() == code.to_ascii_lowercase(),
            Value::Member(of, ..) => ty == &**of,
            Value::Service(name) if ty == "service" => is_service(name, None),
            Value::Service(name) => inner("service<").is_some_and(|of| is_service(name, Some(of))),
            Value::List(elements) => all(elements, inner("list<")),
            Value::Set(elements) => all(elements, inner("set<")),
            Value::Record(fields) => {
                self.records.get(ty).is_some_and(|declared| self.fits_fields(&fields.0, declared, is_service))
            }
        }
    }

    /// Whether a record has exactly the declared fields, each of its type, and unknown only where that is allowed.
    pub fn fits_fields(
        &self,
        fields: &[(Name, Option<Value>)],
        declared: &[Field],
        is_service: &dyn Fn(&str, Option<&str>) -> bool,
    ) -> bool {
        fields.len() == declared.len()
            && fields.iter().zip(declared).all(|((name, value), field)| {
                *name == field.name
                    && value.as_ref().map_or(field.optional, |value| self.fits(value, &field.ty, is_service))
            })
    }
}
