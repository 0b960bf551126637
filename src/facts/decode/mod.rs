//! Data typed: a part of a data file and a type make a value.
//!
//! *Takes* a [`Node`] and a [`Type`]; *gives* the value. *Promises* all errors at once, each at its exact place; every
//! message begins with the path of the part in back-ticks, such as `` `tasks[0].title` ``. *Leaves out* invariants, which
//! are conditions and so the evaluator's business.

mod scalar;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::base::{Decimal, Name, Span, similar};
use crate::data::{Findings, Kind, Node, shortened};
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::ir::{Field, Policy, Services};
use crate::value::{Member, Type, Value};

/// What types and names mean.
#[derive(Clone, Copy, Debug)]
pub struct Schema<'a> {
    /// Enums, records, request types.
    pub policy: &'a Policy,
    /// The services that a fact may name.
    pub services: Known<'a>,
}

/// The services that a fact may name, with the traits of each.
#[derive(Clone, Copy, Debug)]
pub enum Known<'a> {
    /// Checked contracts.
    Services(&'a Services),
    /// Contracts of which only the heads have been read; each with all its traits, extended ones included.
    Heads(&'a BTreeMap<Name, BTreeSet<Name>>),
}

impl<'a> Known<'a> {
    /// The traits of a service; `None` if there is no such service.
    pub fn traits(self, service: &str) -> Option<&'a BTreeSet<Name>> {
        match self {
            Self::Services(services) => services.get(service).map(|s| &s.traits),
            Self::Heads(heads) => heads.get(service),
        }
    }

    fn of_trait(self, wanted: Option<&Name>) -> Vec<&'a str> {
        let fits = |traits: &BTreeSet<Name>| wanted.is_none_or(|t| traits.contains(t));
        match self {
            Self::Services(all) => all.iter().filter(|(_, s)| fits(&s.traits)).map(|(name, _)| &**name).collect(),
            Self::Heads(all) => all.iter().filter(|(_, traits)| fits(traits)).map(|(name, _)| &**name).collect(),
        }
    }
}

/// Types one part of a data file.
pub fn value(node: &Node, ty: &Type, schema: &Schema<'_>) -> Result<Value, Vec<Diagnostic>> {
    let mut decoder = Decoder::new(*schema);
    let value = decoder.value(node, ty, &Path::Root(""));
    decoder.finish(value)
}

/// Where a part stands within what is read: `tasks[0].title`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Path<'a> {
    Root(&'a str),
    Field(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => f.write_str(&shortened(name)),
            Self::Field(Self::Root(""), name) => f.write_str(&shortened(name)),
            Self::Field(parent, name) => write!(f, "{parent}.{}", shortened(name)),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

impl Path<'_> {
    /// The path as the subject of a sentence.
    pub(super) fn subject(&self) -> String {
        match self {
            Self::Root("") => "the value".to_owned(),
            path => format!("`{path}`"),
        }
    }
}

/// Types parts of one file and gathers what is wrong.
pub(super) struct Decoder<'a> {
    pub schema: Schema<'a>,
    pub findings: Findings,
}

impl<'a> Decoder<'a> {
    pub fn new(schema: Schema<'a>) -> Self {
        Self { schema, findings: Findings::default() }
    }

    /// The value, if nothing was wrong.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Diagnostic>> {
        match value {
            Some(value) => self.findings.into_result(value),
            None => Err(self.findings.into_vec()),
        }
    }

    fn fail(&mut self, diagnostic: Diagnostic) -> Option<Value> {
        self.findings.push(diagnostic);
        None
    }

    /// The value of a part; `None` after something was found wrong with it.
    pub fn value(&mut self, node: &Node, ty: &Type, path: &Path<'_>) -> Option<Value> {
        if self.findings.full() {
            return None;
        }
        match ty {
            _ if node.kind == Kind::Null => {
                let message = format!("{} is `null`, and {} is needed", path.subject(), words(ty));
                self.fail(Diagnostic::error(&codes::NOT_STATED, node.span, message).label("nothing is stated here"))
            }
            Type::Set(element) => self.set(node, ty, element, path),
            Type::List(element) => {
                let elements = self.elements(node, ty, element, path)?;
                Some(Value::List(elements.into_iter().map(|(value, _)| value).collect()))
            }
            Type::Vector => self.vector(node, path),
            Type::ComplexVector => self.complex_vector(node, path),
            Type::Record(name) => {
                let policy = self.schema.policy;
                self.record(node, policy.records.get(name).map_or(&[], Vec::as_slice), name, path)
            }
            Type::Request(name) => {
                let policy = self.schema.policy;
                self.record(node, policy.requests.get(name).map_or(&[], |r| r.fields.as_slice()), name, path)
            }
            Type::Enum(name) => self.member(node, name, path),
            Type::Service(wanted) => self.service(node, wanted.as_ref(), path),
            _ => match scalar::read(node, ty, path) {
                Ok(value) => Some(value),
                Err(diagnostic) => self.fail(*diagnostic),
            },
        }
    }

    /// The elements of a list with their places; `None` after something was found wrong with one.
    fn elements(&mut self, node: &Node, ty: &Type, element: &Type, path: &Path<'_>) -> Option<Vec<(Value, Span)>> {
        let Kind::List(nodes) = &node.kind else {
            let mut found = scalar::wrong_kind(node, ty, path);
            if !matches!(node.kind, Kind::Map(_)) {
                found = found.help("put it in brackets: a list of one element is a list");
            }
            self.findings.push(found);
            return None;
        };
        let mut values = Vec::new();
        let mut sound = true;
        for (index, node) in nodes.iter().enumerate() {
            match self.value(node, element, &Path::Index(path, index)) {
                Some(value) => values.push((value, node.span)),
                None => sound = false,
            }
            if self.findings.full() {
                return None;
            }
        }
        sound.then_some(values)
    }

    fn set(&mut self, node: &Node, ty: &Type, element: &Type, path: &Path<'_>) -> Option<Value> {
        let elements = self.elements(node, ty, element, path)?;
        let mut seen: BTreeMap<Value, Span> = BTreeMap::new();
        let mut sound = true;
        for (index, (value, span)) in elements.into_iter().enumerate() {
            match seen.get(&value) {
                None => {
                    seen.insert(value, span);
                }
                Some(first) => {
                    let path = Path::Index(path, index);
                    let spelling = shortened(&value.to_string());
                    let message = format!("`{path}` is `{spelling}` again, and a set holds each element once");
                    let found = Diagnostic::error(&codes::DUPLICATE_ELEMENT, span, message);
                    self.findings.push(found.related(*first, "first stated here").help("remove one of the two"));
                    sound = false;
                }
            }
        }
        sound.then(|| Value::Set(seen.into_keys().collect()))
    }

    fn vector(&mut self, node: &Node, path: &Path<'_>) -> Option<Value> {
        let Kind::List(nodes) = &node.kind else {
            return self.fail(scalar::wrong_kind(node, &Type::Vector, path));
        };
        let mut numbers: Vec<Decimal> = Vec::with_capacity(nodes.len());
        for (index, node) in nodes.iter().enumerate() {
            match scalar::coordinate(node, &Path::Index(path, index)) {
                Ok(number) => numbers.push(number),
                Err(diagnostic) => self.findings.push(*diagnostic),
            }
        }
        (numbers.len() == nodes.len()).then(|| Value::Vector(numbers.into()))
    }

    fn complex_vector(&mut self, node: &Node, path: &Path<'_>) -> Option<Value> {
        let Kind::List(nodes) = &node.kind else {
            return self.fail(scalar::wrong_kind(node, &Type::ComplexVector, path));
        };
        let mut numbers = Vec::with_capacity(nodes.len());
        for (index, node) in nodes.iter().enumerate() {
            let path = Path::Index(path, index);
            match &node.kind {
                Kind::List(parts) if parts.len() == 2 => {
                    if let Some(Value::Vector(parts)) = self.vector(node, &path) {
                        numbers.extend(parts.first().copied().zip(parts.get(1).copied()));
                    }
                }
                _ => {
                    let message = format!("{} is no complex number", path.subject());
                    let found = Diagnostic::error(&codes::WRONG_KIND, node.span, message);
                    self.findings.push(found.help("write its real and its imaginary part, as in `[0.6, 0.8]`"));
                }
            }
        }
        (numbers.len() == nodes.len()).then(|| Value::Complex(numbers.into()))
    }

    fn member(&mut self, node: &Node, name: &Name, path: &Path<'_>) -> Option<Value> {
        let members = self.schema.policy.enums.get(name).map_or(&[][..], |e| e.members.as_slice());
        let Kind::Text(text) = &node.kind else {
            return self.fail(scalar::wrong_kind(node, &Type::Enum(name.clone()), path));
        };
        if let Some(index) = members.iter().position(|member| member == text) {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            return Some(Value::Member(Member { of: name.clone(), index, name: text.clone() }));
        }
        let message = format!("{} is `{}`, which is no member of `{name}`", path.subject(), shortened(text));
        let found = Diagnostic::error(&codes::UNKNOWN_MEMBER, node.span, message);
        self.fail(near_or_all(found, node.span, text, members.iter().map(|m| &**m).collect()))
    }

    fn service(&mut self, node: &Node, wanted: Option<&Name>, path: &Path<'_>) -> Option<Value> {
        let Kind::Text(text) = &node.kind else {
            return self.fail(scalar::wrong_kind(node, &Type::Service(wanted.cloned()), path));
        };
        match (self.schema.services.traits(text), wanted) {
            (None, _) => {
                let message = format!("{} is `{}`, which is no known service", path.subject(), shortened(text));
                let found = Diagnostic::error(&codes::UNKNOWN_SERVICE, node.span, message);
                let names = self.schema.services.of_trait(wanted);
                self.fail(near_or_all(found, node.span, text, names))
            }
            (Some(traits), Some(wanted)) if !traits.contains(wanted) => {
                let subject = path.subject();
                let message = format!("{subject} is `{}`, which is no `{wanted}`", shortened(text));
                let has: Vec<String> = traits.iter().map(|t| format!("`{t}`")).collect();
                let found = Diagnostic::error(&codes::WRONG_TRAIT, node.span, message);
                self.fail(found.help(format!("the service is {}", has.join(", "))))
            }
            _ => Some(Value::Service(text.clone())),
        }
    }

    fn record(&mut self, node: &Node, fields: &[Field], name: &str, path: &Path<'_>) -> Option<Value> {
        self.fields(node, fields, name, path).map(|fields| Value::Record(fields.into()))
    }

    /// The fields of a record or request in declared order; `None` after something was found wrong.
    pub fn fields(
        &mut self,
        node: &Node,
        fields: &[Field],
        name: &str,
        path: &Path<'_>,
    ) -> Option<Vec<(Name, Option<Value>)>> {
        let Kind::Map(entries) = &node.kind else {
            self.findings.push(scalar::wrong_kind(node, &Type::Record(name.into()), path));
            return None;
        };
        let before = self.findings.count();
        for (key, _) in entries {
            if !fields.iter().any(|field| field.name == key.text) {
                let path = Path::Field(path, &key.text);
                let found = unknown_field(&path.to_string(), name, key.span);
                self.findings.push(near_or_all(found, key.span, &key.text, fields.iter().map(|f| &*f.name).collect()));
            }
        }
        let mut values = Vec::with_capacity(fields.len());
        for field in fields {
            let stated = entries.iter().find(|(key, _)| key.text == field.name).map(|(_, node)| node);
            let value = self.field(node, field, stated, &Path::Field(path, &field.name));
            values.push((field.name.clone(), value));
        }
        (self.findings.count() == before).then_some(values)
    }

    /// The value of a field, its default, or unknown.
    fn field(&mut self, owner: &Node, field: &Field, stated: Option<&Node>, path: &Path<'_>) -> Option<Value> {
        match stated {
            Some(node) if !(field.optional && node.kind == Kind::Null) => self.value(node, &field.ty, path),
            _ if field.default.is_some() || field.optional => field.default.clone(),
            _ => {
                let found = Diagnostic::error(&codes::MISSING_FIELD, owner.opening(), format!("`{path}` is missing"));
                let help = format!("state `{}`: {}", field.name, words(&field.ty));
                self.fail(found.label("not stated in here").help(help))
            }
        }
    }
}

/// A key that names no field.
pub(super) fn unknown_field(path: &str, owner: &str, span: Span) -> Diagnostic {
    let message = format!("`{path}` is no field of `{owner}`");
    Diagnostic::error(&codes::UNKNOWN_FIELD, span, message).label("unknown field")
}

/// With the likely name where one is near, else with all names where they are few.
pub(super) fn near_or_all(found: Diagnostic, span: Span, wrong: &str, names: Vec<&str>) -> Diagnostic {
    if let Some(near) = similar::nearest(wrong, names.iter().copied()) {
        let title = format!("write `{near}`");
        return found.help(format!("did you mean `{near}`?")).fix(title, span, quoted(near));
    }
    match names.len() {
        0 => found,
        1..=16 => {
            let all: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            found.help(format!("there are {}", all.join(", ")))
        }
        count => found.help(format!("there are {count} to choose from")),
    }
}

/// A text in double quotes, as JSON, YAML and TOML all read it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What a value of a type looks like, in words.
pub fn words(ty: &Type) -> String {
    match ty {
        Type::Bool => "`true` or `false`".to_owned(),
        Type::Int => "a whole number".to_owned(),
        Type::Decimal => "a number".to_owned(),
        Type::Ratio => "a ratio, such as `0.97` or `\"97%\"`".to_owned(),
        Type::Money(currency) => format!("an amount of money, such as `\"{}\"`", scalar::example(*currency)),
        Type::Duration => "a duration, such as `\"200ms\"` or `\"8s\"`".to_owned(),
        Type::Text => "a text".to_owned(),
        Type::Date => "a date, such as `\"2026-12-31\"`".to_owned(),
        Type::Instant => "an instant in UTC, such as `\"2026-12-31T12:00:00Z\"`".to_owned(),
        Type::Enum(name) => format!("a member of `{name}`"),
        Type::Record(name) | Type::Request(name) => format!("a map with the fields of `{name}`"),
        Type::Service(None) => "the name of a service".to_owned(),
        Type::Service(Some(name)) => format!("the name of a service that is `{name}`"),
        Type::Set(_) => format!("a list (`{ty}`, each element once)"),
        Type::List(_) => format!("a list (`{ty}`)"),
        Type::Vector => "a list of numbers".to_owned(),
        Type::ComplexVector => "a list of complex numbers, each a list of its real and its imaginary part".to_owned(),
    }
}

#[cfg(test)]
mod tests;
