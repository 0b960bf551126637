//! Contracts from data: what each service states, typed, and checked against the obligations of its traits.
//!
//! *Takes* services as an adapter states them; *gives* checked contracts. *Promises* that a contract from data owes what
//! a contract in the language owes: [`complete`] is the one function that judges both. *Leaves out* the traits'
//! invariants, and names that are declared twice, which only the whole package can see.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Name, Sources, Span, similar};
use crate::diag::Diagnostic;
use crate::ir::{At, Direction, Field, Guarantee, Policy, Service};
use crate::value::Value;

use super::codes;
use super::decode::{Decoder, Known, Path, Schema, near_or_all, quoted, unknown_field, words};
use super::set;
use crate::data::{Key, Kind, Node, shortened};

/// A service as a data file states it, before it is typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Stated {
    /// Its name.
    pub name: Name,
    /// Where the name stands.
    pub span: Span,
    /// The traits that it claims, and where.
    pub traits: Vec<(Name, Span)>,
    /// What it states.
    pub fields: Vec<(Key, Node)>,
}

/// Places of trait declarations, for messages about what they require.
pub type Places = BTreeMap<Name, Span>;

/// What a trait lets a service state under one name.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot {
    /// A field.
    Field(Field),
    /// A promise.
    Guarantee(Guarantee),
}

/// Everything that the services with the same traits may and must state.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Each claimed trait and all that it extends.
    pub traits: BTreeSet<Name>,
    slots: BTreeMap<Name, Slot>,
    /// The trait to name when a field is missing: the most general one that declares it.
    origins: BTreeMap<Name, Name>,
}

impl Shape {
    /// The shape of services with these traits; each trait must exist, and no two may disagree.
    pub fn of(policy: &Policy, claimed: &[(Name, Span)]) -> Result<Self, Vec<Diagnostic>> {
        let mut shape = Self { traits: BTreeSet::new(), slots: BTreeMap::new(), origins: BTreeMap::new() };
        let mut found = Vec::new();
        for (name, span) in claimed {
            let Some(declared) = policy.traits.get(name) else {
                let message = format!("`{}` is no trait", shortened(name));
                let wrong = Diagnostic::error(&codes::UNKNOWN_TRAIT, *span, message).label("unknown trait");
                found.push(near_or_all(wrong, *span, name, policy.traits.keys().map(|n| &**n).collect()));
                continue;
            };
            shape.traits.extend(declared.ancestors.iter().cloned());
            shape.traits.insert(name.clone());
            let fields = declared.fields.iter().map(|(n, f)| (n, Slot::Field(f.clone())));
            let guarantees = declared.guarantees.iter().map(|(n, g)| (n, Slot::Guarantee(g.clone())));
            for (field, slot) in fields.chain(guarantees) {
                match shape.slots.remove(field).map_or(Some(slot.clone()), |first| joined(first, slot)) {
                    Some(slot) => {
                        shape.slots.insert(field.clone(), slot);
                        shape.origins.entry(field.clone()).or_insert_with(|| origin(policy, name, field));
                    }
                    None => {
                        let other = shape.origins.get(field).map_or("another trait", |name| &**name);
                        let message = format!("`{field}` is declared differently by `{other}` and `{name}`");
                        found.push(Diagnostic::error(&codes::CONFLICTING_FIELD, *span, message));
                    }
                }
            }
        }
        if found.is_empty() { Ok(shape) } else { Err(found) }
    }

    /// What may be stated under a name.
    pub fn slot(&self, name: &str) -> Option<&Slot> {
        self.slots.get(name)
    }

    /// Every name under which something may be stated.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.slots.keys().map(|name| &**name)
    }

    /// The fields that are not stated and must be.
    fn missing(&self, present: impl Fn(&str) -> bool) -> Vec<&Field> {
        let owed = self.slots.values().filter_map(|slot| match slot {
            Slot::Field(field) if !field.optional && field.default.is_none() => Some(field),
            _ => None,
        });
        owed.filter(|field| !present(&field.name)).collect()
    }
}

/// One slot from two declarations of it; `None` if they disagree.
fn joined(first: Slot, second: Slot) -> Option<Slot> {
    match (first, second) {
        (Slot::Field(a), Slot::Field(b)) => {
            let disagree = a.ty != b.ty || (a.default.is_some() && b.default.is_some() && a.default != b.default);
            let optional = a.optional && b.optional;
            (!disagree).then(|| Slot::Field(Field { optional, default: a.default.or(b.default), ..b }))
        }
        (Slot::Guarantee(a), Slot::Guarantee(b)) => (a == b).then_some(Slot::Guarantee(a)),
        _ => None,
    }
}

/// The most general trait among a trait's own and inherited ones that has the field.
fn origin(policy: &Policy, of: &Name, field: &str) -> Name {
    let has = |name: &Name| {
        policy.traits.get(name).is_some_and(|t| t.fields.contains_key(field) || t.guarantees.contains_key(field))
    };
    let ancestors = policy.traits.get(of).map(|t| t.ancestors.iter().filter(|name| has(name)).collect::<Vec<_>>());
    let general = ancestors.unwrap_or_default().into_iter().min_by_key(|name| {
        let above = policy.traits.get(*name).map_or(0, |t| t.ancestors.len());
        (above, (*name).clone())
    });
    general.unwrap_or(of).clone()
}

/// A checked contract from what a service states: defaults filled in, every obligation met.
///
/// Each value must already be of its slot's type; its span is where its name is stated.
pub fn complete(
    (name, span): (&Name, Span),
    at: At,
    shape: &Shape,
    stated: BTreeMap<Name, (Value, Span)>,
    places: &Places,
) -> Result<Service, Vec<Diagnostic>> {
    let mut found = Vec::new();
    for (field, (_, place)) in stated.iter().filter(|(field, _)| shape.slot(field).is_none()) {
        let near = similar::nearest(field, shape.names());
        found.push(unknown_field(&format!("{name}.{field}"), &claims(shape), *place).suggest(*place, near));
    }
    found.extend(owed(name, span, shape, |field| stated.contains_key(field), places));
    if !found.is_empty() {
        return Err(found);
    }
    let mut values: BTreeMap<Name, Value> = stated.into_iter().map(|(field, (value, _))| (field, value)).collect();
    for (field, slot) in &shape.slots {
        if let Slot::Field(Field { default: Some(default), .. }) = slot {
            values.entry(field.clone()).or_insert_with(|| default.clone());
        }
    }
    Ok(Service { traits: shape.traits.clone(), values, accepts: Vec::new(), at })
}

/// The traits of a shape in one phrase.
fn claims(shape: &Shape) -> String {
    shape.traits.iter().map(|name| &**name).collect::<Vec<_>>().join(", ")
}

/// What a service must state and does not, in one finding.
fn owed(name: &Name, span: Span, shape: &Shape, present: impl Fn(&str) -> bool, places: &Places) -> Option<Diagnostic> {
    let missing = shape.missing(present);
    if missing.is_empty() {
        return None;
    }
    let list: Vec<String> = missing.iter().map(|field| format!("`{}`", field.name)).collect();
    let message = format!("`{}` does not state {}", shortened(name), list.join(", "));
    let what: Vec<String> = missing.iter().map(|f| format!("`{}` is {}", f.name, words(&f.ty))).collect();
    let mut found = Diagnostic::error(&codes::MISSING_FIELD, span, message).label("not stated by this service");
    found = found.help(format!("state it: {}", what.join("; ")));
    let mut by_trait: BTreeMap<&Name, Vec<String>> = BTreeMap::new();
    for field in missing {
        if let Some(origin) = shape.origins.get(&field.name) {
            by_trait.entry(origin).or_default().push(format!("`{}`", field.name));
        }
    }
    for (origin, fields) in by_trait {
        if let Some(place) = places.get(origin) {
            found = found.related(*place, format!("`{origin}` requires {}", fields.join(", ")));
        }
    }
    Some(found)
}

/// The names of services with all their traits: what other contracts may refer to while none is complete yet.
pub fn heads(policy: &Policy, stated: &[Stated]) -> BTreeMap<Name, BTreeSet<Name>> {
    let of = |service: &Stated| {
        let mut all = BTreeSet::new();
        for (name, _) in &service.traits {
            if let Some(declared) = policy.traits.get(name) {
                all.insert(name.clone());
                all.extend(declared.ancestors.iter().cloned());
            }
        }
        (service.name.clone(), all)
    };
    stated.iter().map(of).collect()
}

/// What contracts are checked against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The types.
    pub policy: &'a Policy,
    /// Every service of the package, those of other files included; [`heads`] gives them.
    pub heads: &'a BTreeMap<Name, BTreeSet<Name>>,
    /// Where traits are declared, as far as that is known.
    pub places: &'a Places,
    /// The files, for the place that each contract remembers.
    pub sources: &'a Sources,
}

/// Types and completes the services of one file. What is sound is given even when something else is wrong.
pub fn contracts(stated: &[Stated], context: &Context<'_>) -> (Vec<(Name, Span, Service)>, Vec<Diagnostic>) {
    let mut decoder = Decoder::new(Schema { policy: context.policy, services: Known::Heads(context.heads) });
    let mut shapes: BTreeMap<Vec<Name>, Shape> = BTreeMap::new();
    let mut locator = Locator { sources: context.sources, last: None };
    let mut sound = Vec::new();
    for service in stated {
        let claimed: Vec<Name> = service.traits.iter().map(|(name, _)| name.clone()).collect();
        if !shapes.contains_key(&claimed) {
            match Shape::of(context.policy, &service.traits) {
                Ok(shape) => shapes.insert(claimed.clone(), shape),
                Err(found) => {
                    found.into_iter().for_each(|d| decoder.findings.push(d));
                    continue;
                }
            };
        }
        let Some(shape) = shapes.get(&claimed) else { continue };
        let at = locator.at(service.span);
        if let Some(checked) = contract(&mut decoder, service, shape, at, context.places) {
            sound.push((service.name.clone(), service.span, checked));
        }
    }
    (sound, decoder.findings.into_vec())
}

/// One checked contract; `None` after something was found wrong with it.
fn contract(decoder: &mut Decoder<'_>, service: &Stated, shape: &Shape, at: At, places: &Places) -> Option<Service> {
    let before = decoder.findings.count();
    let root = Path::Root(&service.name);
    let mut values = BTreeMap::new();
    for (key, node) in &service.fields {
        let path = Path::Field(&root, &key.text);
        let value = match shape.slot(&key.text) {
            Some(Slot::Field(field)) if field.optional && node.kind == Kind::Null => None,
            Some(Slot::Field(field)) => decoder.value(node, &field.ty, &path),
            Some(Slot::Guarantee(_)) if node.kind == Kind::Null => None,
            Some(Slot::Guarantee(guarantee)) => promise(decoder, node, guarantee, &path),
            None => {
                decoder.findings.push(no_slot(key, shape, &path));
                None
            }
        };
        if let Some(value) = value {
            values.insert(key.text.clone(), (value, key.span));
        }
    }
    if decoder.findings.count() == before && !decoder.findings.full() {
        match complete((&service.name, service.span), at, shape, values, places) {
            Ok(service) => return Some(service),
            Err(found) => found.into_iter().for_each(|d| decoder.findings.push(d)),
        }
    } else {
        // A field that is stated wrongly is not missing as well.
        let stated = |name: &str| service.fields.iter().any(|(key, _)| &*key.text == name);
        owed(&service.name, service.span, shape, stated, places).into_iter().for_each(|d| decoder.findings.push(d));
    }
    None
}

fn no_slot(key: &Key, shape: &Shape, path: &Path<'_>) -> Diagnostic {
    if matches!(&*key.text, "accept" | "accepts") {
        let message = format!("`{path}` cannot be stated in data: what a service accepts is a condition");
        let help = "declare the service in a `.provost` file, where `accept on … : …` is written";
        return Diagnostic::error(&codes::NOT_IN_DATA, key.span, message).help(help);
    }
    let found = unknown_field(&path.to_string(), &claims(shape), key.span);
    near_or_all(found, key.span, &key.text, shape.names().collect())
}

/// The bound that a service promises: `8s`, or `<= 8s` where the sign agrees with the guarantee's direction.
fn promise(decoder: &mut Decoder<'_>, node: &Node, guarantee: &Guarantee, path: &Path<'_>) -> Option<Value> {
    let signed = match &node.kind {
        Kind::Text(text) => {
            let bare = text.trim_start_matches(['<', '>', '=']);
            text.strip_suffix(bare).filter(|sign| !sign.is_empty()).map(|sign| (sign, bare.trim()))
        }
        _ => None,
    };
    let Some((sign, bare)) = signed else { return decoder.value(node, &guarantee.ty, path) };
    let (wanted, side) = match guarantee.direction {
        Some(Direction::AtMost) => ("<=", "an upper bound (`at most`)"),
        Some(Direction::AtLeast) => (">=", "a lower bound (`at least`)"),
        None => ("", "no bound but a fact"),
    };
    if sign != wanted {
        let message = format!("{} promises {side}, and `{sign}` says something else", path.subject());
        let written = quoted(format!("{wanted} {bare}").trim_start());
        let found = Diagnostic::error(&codes::WRONG_BOUND, node.span, message)
            .help(format!("write `{written}` if that is what is promised"))
            .fix(format!("write `{written}`"), node.span, written);
        decoder.findings.push(found);
        return None;
    }
    let typed = set::text(bare, &guarantee.ty, node.span.file, 0).map(|typed| Node { span: node.span, ..typed });
    decoder.value(&typed.unwrap_or_else(|| node.clone()), &guarantee.ty, path)
}

/// `file:line:column` of places that mostly come in order: each line is walked once, however long it is.
struct Locator<'a> {
    sources: &'a Sources,
    last: Option<(Span, usize, usize)>,
}

impl Locator<'_> {
    fn at(&mut self, span: Span) -> At {
        let Some(file) = self.sources.get(span.file) else { return "".into() };
        let onward = self.last.filter(|(last, ..)| last.file == span.file && last.start <= span.start);
        let (from, mut line, mut column) = onward.map_or((0, 1, 1), |(last, line, column)| (last.start, line, column));
        for c in file.text.get(from as usize..span.start as usize).unwrap_or("").chars() {
            (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        self.last = Some((span, line, column));
        format!("{}:{line}:{column}", file.name).into()
    }
}

#[cfg(test)]
pub(in crate::facts) mod tests;
