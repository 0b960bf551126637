//! The guarantees of a contract as promises: the least or the most of each, whichever way it is written.

use crate::base::{Decimal, Name, Span};
use crate::data::{Kind, Node, shortened};
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::facts::decode::Path;

use super::bounds::{self, Bound, Placed};
use super::read::{Reader, Reading};

/// What a guarantee promises, and how it is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Promise {
    /// At least a share.
    Share,
    /// At least a share, which may be written in hundredths.
    Availability,
    /// At least a number.
    Least,
    /// At most a number.
    Most,
    /// At most a duration, given in milliseconds.
    Latency,
    /// At most a deviation; the field counts in millionths of a millionth.
    Deviation,
    /// A truth.
    Truth,
}

/// A guarantee: its key, the promise that it states, how, and the properties that it may name.
type Guarantee = (&'static str, &'static str, Promise, &'static [&'static str]);

const GUARANTEES: &[Guarantee] = &[
    ("accuracy", "accuracy", Promise::Share, &["classification_accuracy", "recall_accuracy", "precision_accuracy"]),
    ("latency", "latency", Promise::Latency, &["p50_latency_ms", "p95_latency_ms", "p99_latency_ms", "max_latency_ms"]),
    ("latency_ms", "latency", Promise::Latency, &[]),
    ("determinism", "determinism", Promise::Truth, &["deterministic_output", "reproducible_output"]),
    ("throughput", "throughput", Promise::Least, &["requests_per_second", "tokens_per_second"]),
    ("throughput_tokens_per_sec", "throughput", Promise::Least, &[]),
    ("security", "security", Promise::Truth, &[]),
    ("availability", "availability", Promise::Availability, &[]),
    ("energy_conservation", "energy_deviation", Promise::Deviation, &[]),
    ("resonance_quality", "resonance_quality", Promise::Least, &[]),
    ("interference", "interference", Promise::Most, &[]),
    ("conductivity", "conductivity", Promise::Least, &[]),
    ("capacity_margin", "capacity_margin", Promise::Least, &[]),
    ("aead_exact_recall", "exact_recall", Promise::Truth, &[]),
    ("pde_stability", "stability_gain", Promise::Most, &[]),
];

/// Reads the section of guarantees.
pub(super) fn read(reader: &mut Reader, path: &Path<'_>, node: &Node) {
    let Some(entries) = reader.entries(path, node) else { return };
    for (key, node) in entries.iter().filter(|(_, node)| node.kind != Kind::Null) {
        let inner = Path::Field(path, &key.text);
        match GUARANTEES.iter().find(|(known, ..)| *known == &*key.text) {
            Some(guarantee) => one(reader, &inner, node, *guarantee),
            None => {
                let message = format!("`{inner}` is no guarantee");
                reader.unknown_key(key, message, GUARANTEES.iter().map(|(known, ..)| *known).collect());
            }
        }
    }
}

/// One guarantee, in the long form, in the short one, or as a bare value.
fn one(reader: &mut Reader, path: &Path<'_>, node: &Node, (key, field, promise, properties): Guarantee) {
    let mut property = None;
    let wrong = reader.count();
    let bound = match &node.kind {
        Kind::Map(entries) => {
            let mut bound = Bound::default();
            for (part, node) in entries.iter().filter(|(_, node)| node.kind != Kind::Null) {
                let inner = Path::Field(path, &part.text);
                match &*part.text {
                    "property" => property = named(reader, &inner, node, field, properties),
                    "invariant" => {
                        let read = reader.read(&inner, node, Reading::Text);
                        read.into_iter().for_each(|read| reader.put(&format!("{field}_invariant"), read));
                    }
                    "bound" => bound = bounds::bound(reader, &inner, node),
                    _ if bounds::part(reader, &mut bound, &inner, part, node) => {}
                    _ => {
                        let known = ["property", "bound", "invariant"].into_iter().chain(bounds::KEYS.iter().copied());
                        reader.unknown_key(part, format!("`{inner}` is no key of a guarantee"), known.collect());
                    }
                }
            }
            bounds::sane(reader, path, node, &bound);
            bound
        }
        Kind::Text(_) if promise == Promise::Truth => {
            reader.wrong_kind(path, node, "`true` or `false`");
            return;
        }
        Kind::Text(text) if promise == Promise::Share || promise == Promise::Availability => {
            let share = if text.ends_with('%') { reader.share(path, node) } else { reader.number(path, node) };
            Bound { exact: share.map(|share| (share, node.span)), ..Bound::default() }
        }
        _ => bounds::bound(reader, path, node),
    };
    if key == "throughput_tokens_per_sec" {
        reader.put("throughput_property", Node::text("tokens_per_second", node.span));
    }
    state(reader, path, node, field, promise, &bound, property.as_deref());
    if reader.count() == wrong && !reader.states(field) {
        let message = format!("`{path}` states no bound of its kind, so nothing is promised");
        let found = Diagnostic::warning(&codes::UNREADABLE_FACT, node.opening(), message);
        reader.push(found.help("state the least or the most that is promised, or remove it"));
    }
}

fn named(reader: &mut Reader, path: &Path<'_>, node: &Node, field: &str, known: &[&str]) -> Option<Name> {
    let kind = if known.is_empty() {
        reader.read(path, node, Reading::Text).map(|node| node.kind)
    } else {
        reader.word(path, node, known)
    };
    let Some(Kind::Text(text)) = kind else { return None };
    reader.put(&format!("{field}_property"), Node::text(text.clone(), node.span));
    Some(text)
}

/// States what a bound promises; where it promises nothing of the kind, nothing is stated.
fn state(
    reader: &mut Reader,
    path: &Path<'_>,
    node: &Node,
    field: &str,
    promise: Promise,
    bound: &Bound,
    property: Option<&str>,
) {
    let number = |placed: Placed| Node { kind: Kind::Number(placed.0.to_string().into()), span: placed.1 };
    match promise {
        Promise::Share | Promise::Availability => {
            if let Some((share, span)) = bound.floor.or(bound.exact) {
                let hundredths = promise == Promise::Availability && share > Decimal::from(1);
                let share = if hundredths { share.div(Decimal::from(100)) } else { Some(share) };
                match share.filter(|share| !share.is_negative() && *share <= Decimal::from(1)) {
                    Some(share) => reader.put(field, number((share, span))),
                    None => out_of_range(reader, path, span),
                }
            }
        }
        Promise::Least => bound.floor.or(bound.exact).into_iter().for_each(|n| reader.put(field, number(n))),
        Promise::Most => bound.ceiling.or(bound.exact).into_iter().for_each(|n| reader.put(field, number(n))),
        Promise::Latency => latency(reader, path, bound, property),
        Promise::Deviation => deviation(reader, path, field, bound),
        Promise::Truth => {
            if let Some((value, span)) = truth(reader, path, node, bound, property) {
                reader.put(field, Node { kind: Kind::Bool(value), span });
            }
            if let Some((value, span)) = bound.seed_required {
                reader.put("seed_required", Node { kind: Kind::Bool(value), span });
            }
        }
    }
}

/// Whether something is promised. Naming the property, or the seed that it takes, says that it is.
fn truth(
    reader: &mut Reader,
    path: &Path<'_>,
    node: &Node,
    bound: &Bound,
    property: Option<&str>,
) -> Option<(bool, Span)> {
    if let Some((number, span)) = bound.exact {
        if number != Decimal::ZERO && number != Decimal::from(1) {
            reader.wrong_kind(path, &Node { kind: Kind::Number(number.to_string().into()), span }, "`true` or `false`");
            return None;
        }
        return Some((number != Decimal::ZERO, span));
    }
    let implied = (property.is_some() || bound.seed_required.is_some()).then_some((true, node.opening()));
    bound.flag.or(implied)
}

fn out_of_range(reader: &mut Reader, path: &Path<'_>, span: Span) {
    let message = format!("`{path}` promises something that is no share");
    reader.push(Diagnostic::error(&codes::OUT_OF_RANGE, span, message).help("write a number from 0 to 1"));
}

/// The promise of the highest percentile covers the most requests, so it is the one that counts.
fn latency(reader: &mut Reader, path: &Path<'_>, bound: &Bound, property: Option<&str>) {
    const PERCENTILES: [&str; 3] = ["p50", "p95", "p99"];
    let unit = match &bound.unit {
        None => "ms",
        Some((unit, _)) if matches!(&**unit, "ms" | "s") => unit,
        Some((unit, span)) => {
            let message = format!("`{path}` is counted in `{}`, and in `ms` or `s` it can be", shortened(unit));
            reader.push(Diagnostic::error(&codes::UNKNOWN_MEMBER, *span, message));
            return;
        }
    };
    let text = |(number, span): Placed| Node::text(format!("{number}{unit}"), span);
    for (name, stated) in PERCENTILES.iter().zip(bound.percentiles) {
        stated.into_iter().for_each(|stated| reader.put(&format!("latency_{name}"), text(stated)));
    }
    let highest = PERCENTILES.iter().zip(bound.percentiles).rev().find_map(|(name, s)| s.map(|s| (*name, s)));
    let direct = bound.ceiling.or(bound.exact).map(|stated| {
        let of = property.map(|p| p.trim_end_matches("_latency_ms"));
        (of.unwrap_or("unspecified"), stated)
    });
    if let Some((of, stated)) = direct.or(highest) {
        if stated.0.is_negative() {
            let message = format!("`{path}` is below zero, which no latency is");
            reader.push(Diagnostic::error(&codes::OUT_OF_RANGE, stated.1, message));
            return;
        }
        reader.put("latency", text(stated));
        if of != "unspecified" {
            reader.put("latency_percentile", Node::text(of, stated.1));
        }
    }
}

/// A deviation such as `1e-12` is finer than a decimal holds; in millionths of a millionth it is exact.
fn deviation(reader: &mut Reader, path: &Path<'_>, field: &str, bound: &Bound) {
    let Some((text, span)) = &bound.deviation else { return };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let shifted = exponent.parse::<i32>().ok().and_then(|e| e.checked_add(12));
    let number = shifted.and_then(|exponent| format!("{mantissa}e{exponent}").parse::<Decimal>().ok());
    match number.filter(|number| !number.is_negative()) {
        Some(number) => {
            let kind = Kind::Number(number.to_string().into());
            reader.put(field, Node { kind, span: *span });
        }
        None => {
            let message = format!("`{path}` allows a deviation of `{}`, which cannot be held exactly", shortened(text));
            reader.push(Diagnostic::error(&codes::OUT_OF_RANGE, *span, message));
        }
    }
}
