//! `litellm-prices`: the public map of model prices and context windows, kept by the LiteLLM project.
//!
//! The trait says what is read: a field with one of the names in [`FACTS`] takes that fact, any other `bool` field `f`
//! takes the flag `supports_f`, and nothing else is filled. Conventions of the map are read as what they mean:
//! `sample_spec` describes the map and is no model; a price of zero beside no price or another zero means that
//! nobody entered one, and must not win by cost. Tiers above the base price are left out. What cannot be read exactly
//! stays unknown, with one warning for all entries alike; an entry without a fact that the trait requires is left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Currency, Date, Decimal, Name, Span, similar};
use crate::data::{Key, Kind, Node, shortened};
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::facts::contract::{Shape, Slot, Stated};
use crate::facts::decode::words;
use crate::ir::{Field, Policy};
use crate::value::{Type, Unit, text::number_text};

use super::Import;
use super::native::unfit_name;

/// How a fact of the map is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// A text, or a member of an enum.
    Word,
    /// A number of tokens, above zero.
    Tokens,
    /// A price of one token in dollars; the field holds that of a million.
    Price,
    /// A day.
    Day,
    /// A list of words, as a set.
    Words,
    /// A flag.
    Flag,
}

/// The fields that are filled, from which key of an entry, and how.
const FACTS: &[(&str, &str, Reading)] = &[
    ("provider", "litellm_provider", Reading::Word),
    ("mode", "mode", Reading::Word),
    ("context", "max_input_tokens", Reading::Tokens),
    ("max_output", "max_output_tokens", Reading::Tokens),
    ("input_price", "input_cost_per_token", Reading::Price),
    ("output_price", "output_cost_per_token", Reading::Price),
    ("cached_input_price", "cache_read_input_token_cost", Reading::Price),
    ("retires", "deprecation_date", Reading::Day),
    ("regions", "supported_regions", Reading::Words),
    ("source", "source", Reading::Word),
];

/// The entry that describes the others.
const SAMPLE: &str = "sample_spec";

pub(super) fn read(node: &Node, import: &Import<'_>, policy: &Policy) -> (Vec<Stated>, Vec<Diagnostic>) {
    let Some((trait_, span)) = &import.trait_ else {
        let message = "the adapter `litellm-prices` needs to know the trait of the services";
        let found = Diagnostic::error(&codes::UNFIT_TRAIT, import.adapter.1, message);
        return (Vec::new(), vec![found.help("state `trait`, the name of a trait of the package")]);
    };
    let shape = match Shape::of(policy, &[(trait_.clone(), *span)]) {
        Ok(shape) => shape,
        Err(found) => return (Vec::new(), found),
    };
    let Kind::Map(entries) = &node.kind else {
        let message = format!("the price map is {}, and a map from models to their entries is needed", node.words());
        return (Vec::new(), vec![Diagnostic::error(&codes::CONTRACT_SHAPE, node.opening(), message)]);
    };
    let (plan, mut found) = plan(&shape, trait_, *span, entries);
    if found.iter().any(Diagnostic::is_error) {
        return (Vec::new(), found);
    }
    let mut notes = Notes::default();
    let mut stated = Vec::new();
    for (name, entry) in entries.iter().filter(|(name, _)| &*name.text != SAMPLE) {
        let Kind::Map(_) = &entry.kind else {
            notes.left_out(entry.opening(), "no map of facts".to_owned());
            continue;
        };
        if import.option("mode").is_some_and(|wanted| !says(entry, "mode", wanted)) {
            continue;
        }
        if let Some(unfit) = unfit_name(name) {
            found.push(unfit);
            continue;
        }
        if let Some(fields) = fields(entry, name, &plan, policy, &mut notes) {
            let traits = vec![(trait_.clone(), *span)];
            stated.push(Stated { name: name.text.clone(), span: name.span, traits, fields });
        }
    }
    found.extend(notes.into_diagnostics());
    (stated, found)
}

fn says(entry: &Node, key: &str, wanted: &str) -> bool {
    matches!(entry.get(key), Some(Node { kind: Kind::Text(text), .. }) if &**text == wanted)
}

/// One field to fill.
struct Step<'a> {
    field: &'a Field,
    key: String,
    reading: Reading,
}

impl Step<'_> {
    fn required(&self) -> bool {
        !self.field.optional && self.field.default.is_none()
    }
}

/// What to read for the fields of the trait, and what the map can never fill.
fn plan<'a>(shape: &'a Shape, trait_: &str, span: Span, entries: &[(Key, Node)]) -> (Vec<Step<'a>>, Vec<Diagnostic>) {
    let flags = flags(entries);
    let mut steps = Vec::new();
    let mut found = Vec::new();
    for name in shape.names() {
        let Some(Slot::Field(field)) = shape.slot(name) else { continue };
        let step = match FACTS.iter().find(|(fact, ..)| *fact == name) {
            Some((_, key, reading)) => Step { field, key: (*key).to_owned(), reading: *reading },
            None if field.ty == Type::Bool => Step { field, key: format!("supports_{name}"), reading: Reading::Flag },
            None if !field.optional && field.default.is_none() => {
                let message = format!("`{trait_}` requires `{name}`, which the price map never states");
                let help = "make the field optional, or give it a default";
                found.push(Diagnostic::error(&codes::UNFIT_TRAIT, span, message).help(help));
                continue;
            }
            None => continue,
        };
        if !fits(step.reading, &field.ty) {
            let what = match step.reading {
                Reading::Price => "a price in `usd` per million tokens",
                Reading::Tokens => "an `int`, a number of tokens",
                Reading::Day => "a `date`",
                Reading::Words => "a set of texts or of members of an enum",
                Reading::Word | Reading::Flag => "a text, or a member of an enum",
            };
            let message = format!("`{name}` of `{trait_}` is {}, and the price map states {what}", words(&field.ty));
            found.push(Diagnostic::error(&codes::UNFIT_TRAIT, span, message));
            continue;
        }
        if step.reading == Reading::Flag && !flags.contains(name) {
            found.extend(similar::nearest(name, flags.iter().copied()).map(|near| {
                let message = format!("no entry of the price map states `{}` for `{name}` of `{trait_}`", step.key);
                Diagnostic::warning(&codes::UNFIT_TRAIT, span, message).help(format!("did you mean `{near}`?"))
            }));
        }
        steps.push(step);
    }
    (steps, found)
}

/// Every flag that some entry states.
fn flags(entries: &[(Key, Node)]) -> BTreeSet<&str> {
    let mut flags = BTreeSet::new();
    for (_, entry) in entries {
        if let Kind::Map(facts) = &entry.kind {
            flags.extend(facts.iter().filter_map(|(key, _)| key.text.strip_prefix("supports_")));
        }
    }
    flags
}

fn fits(reading: Reading, ty: &Type) -> bool {
    let word = |ty: &Type| matches!(ty, Type::Text | Type::Enum(_));
    match reading {
        Reading::Word => word(ty),
        Reading::Tokens => *ty == Type::Int,
        Reading::Price => *ty == Type::Money(Currency::USD),
        Reading::Day => *ty == Type::Date,
        Reading::Words => matches!(ty, Type::Set(element) if word(element)),
        Reading::Flag => *ty == Type::Bool,
    }
}

/// The fields that an entry states; `None` where it lacks one that is required.
fn fields(entry: &Node, name: &Key, plan: &[Step<'_>], policy: &Policy, notes: &mut Notes) -> Option<Vec<(Key, Node)>> {
    let unpriced = unpriced(entry);
    let mut fields = Vec::new();
    for step in plan {
        let fact = entry.get(&step.key).filter(|node| node.kind != Kind::Null);
        let fact = fact.filter(|_| step.reading != Reading::Price || !unpriced);
        let read = fact.map(|node| (node, reading(node, step, policy)));
        match read {
            Some((node, Ok(kind))) => {
                let key = Key { text: step.field.name.clone(), span: node.span };
                fields.push((key, Node { kind, span: node.span }));
            }
            Some((node, Err(why))) if step.required() => {
                let why = format!("`{}` {why}, and `{}` is required", step.key, step.field.name);
                notes.left_out(node.opening(), why);
                return None;
            }
            Some((node, Err(why))) => notes.unknown(node.opening(), &step.field.name, &step.key, &why),
            None if step.required() => {
                let why = format!("`{}` is not stated, and `{}` is required", step.key, step.field.name);
                notes.left_out(name.span, why);
                return None;
            }
            None => {}
        }
    }
    Some(fields)
}

/// Whether no price of an entry was ever entered: each of the two is zero or missing.
fn unpriced(entry: &Node) -> bool {
    ["input_cost_per_token", "output_cost_per_token"].iter().all(|key| match entry.get(key).map(|node| &node.kind) {
        Some(Kind::Number(text) | Kind::Text(text)) => text.parse::<Decimal>() == Ok(Decimal::ZERO),
        _ => true,
    })
}

/// A fact as the native form states it, or why it is left unknown.
fn reading(node: &Node, step: &Step<'_>, policy: &Policy) -> Result<Kind, String> {
    match (step.reading, &node.kind) {
        (Reading::Flag, Kind::Bool(value)) => Ok(Kind::Bool(*value)),
        (Reading::Word, Kind::Text(text)) => word(text, &step.field.ty, policy).map(Kind::Text),
        (Reading::Day, Kind::Text(text)) => match text.parse::<Date>() {
            Ok(_) => Ok(Kind::Text(text.clone())),
            Err(_) => Err("is no date such as `2026-12-31`".to_owned()),
        },
        (Reading::Tokens, Kind::Number(text) | Kind::Text(text)) => {
            match text.parse::<Decimal>().ok().and_then(Decimal::to_int) {
                Some(count) if count > 0 => Ok(Kind::Number(count.to_string().into())),
                Some(_) => Err("is not above zero".to_owned()),
                None => Err("is no whole number".to_owned()),
            }
        }
        (Reading::Price, Kind::Number(text) | Kind::Text(text)) => price(text).map(Kind::Text),
        (Reading::Words, Kind::List(elements)) => {
            let element = step.field.ty.element().unwrap_or(&Type::Text);
            let mut found = BTreeMap::new();
            for node in elements {
                let Kind::Text(text) = &node.kind else { return Err("holds more than texts".to_owned()) };
                found.insert(word(text, element, policy)?, node.span);
            }
            Ok(Kind::List(found.into_iter().map(|(text, span)| Node::text(text, span)).collect()))
        }
        _ => Err("is of another kind than the map's own description says".to_owned()),
    }
}

fn word(text: &Name, ty: &Type, policy: &Policy) -> Result<Name, String> {
    match ty {
        Type::Enum(name) if policy.enums.get(name).is_none_or(|e| !e.members.contains(text)) => {
            Err(format!("is no member of `{name}`"))
        }
        _ => Ok(text.clone()),
    }
}

/// The price of a million tokens from that of one, exactly: only the exponent changes.
fn price(text: &str) -> Result<Name, String> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i64 = exponent.parse::<i32>().map_err(|_| "is no number".to_owned())?.into();
    match format!("{mantissa}e{}", exponent + 6).parse::<Decimal>() {
        Ok(amount) if amount.is_negative() => Err("is below zero".to_owned()),
        Ok(amount) => Ok(number_text(amount, Unit::Money(Currency::USD)).into()),
        Err(crate::base::decimal::DecimalError::TooPrecise) => {
            Err("has, for a million tokens, more than nine digits behind the point".to_owned())
        }
        Err(_) => Err("is no number".to_owned()),
    }
}

/// What happened to many entries alike, in one warning each.
#[derive(Default)]
struct Notes {
    unknown: BTreeMap<String, Vec<Span>>,
    left_out: BTreeMap<String, Vec<Span>>,
}

/// How many places one warning shows.
const SHOWN: usize = 4;

impl Notes {
    fn unknown(&mut self, place: Span, field: &str, key: &str, why: &str) {
        let message = format!("`{}` is left unknown, since `{}` {why}", shortened(field), shortened(key));
        self.unknown.entry(message).or_default().push(place);
    }

    fn left_out(&mut self, place: Span, why: String) {
        self.left_out.entry(why).or_default().push(place);
    }

    fn into_diagnostics(self) -> Vec<Diagnostic> {
        let entries = |count: usize| if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") };
        let mut found = Vec::new();
        for (message, places) in &self.unknown {
            let message = format!("{message}, in {}", entries(places.len()));
            found.extend(at_places(&codes::UNREADABLE_FACT, message, places));
        }
        for (why, places) in &self.left_out {
            let message = format!("{} of the price map left out: {why}", entries(places.len()));
            found.extend(at_places(&codes::ENTRY_LEFT_OUT, message, places));
        }
        found
    }
}

fn at_places(code: &'static crate::diag::Code, message: String, places: &[Span]) -> Option<Diagnostic> {
    let (first, rest) = places.split_first()?;
    let found = Diagnostic::warning(code, *first, message).label("such as here");
    Some(rest.iter().take(SHOWN - 1).fold(found, |found, place| found.related(*place, "and here")))
}
