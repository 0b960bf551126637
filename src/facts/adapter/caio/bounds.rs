//! Bounds: every way in which a contract writes the least or the most that it promises.

use crate::base::{Decimal, Name, Span};
use crate::data::{Key, Kind, Node};
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::facts::decode::Path;

use super::read::Reader;

/// A number with its place.
pub(super) type Placed = (Decimal, Span);

/// What a bound says.
#[derive(Debug, Default)]
pub(super) struct Bound {
    /// `min`, `min_multiple`, `target`
    pub floor: Option<Placed>,
    /// `max`, `max_ratio`
    pub ceiling: Option<Placed>,
    /// `max_deviation` as the digits stand, since these may be finer than the grid of decimals.
    pub deviation: Option<(Name, Span)>,
    /// `value`, `equals`
    pub exact: Option<Placed>,
    /// A truth, alone or as `value`.
    pub flag: Option<(bool, Span)>,
    /// `seed_required`
    pub seed_required: Option<(bool, Span)>,
    /// `p50`, `p95`, `p99`, in this order, with or without `_ms`.
    pub percentiles: [Option<Placed>; 3],
    /// `unit`
    pub unit: Option<(Name, Span)>,
}

/// The kinds of a bound.
const TYPES: &[&str] = &["equality", "min", "max", "relative_max", "min_multiple"];

/// Every key of a bound.
pub(super) const KEYS: &[&str] = &[
    "type",
    "min",
    "max",
    "max_deviation",
    "max_ratio",
    "min_multiple",
    "value",
    "target",
    "seed_required",
    "formula",
    "unit",
    "p50",
    "p95",
    "p99",
    "p50_ms",
    "p95_ms",
    "p99_ms",
];

/// Reads a bound: a number, a truth, or a map of the parts of one.
pub(super) fn bound(reader: &mut Reader, path: &Path<'_>, node: &Node) -> Bound {
    let mut bound = Bound::default();
    match &node.kind {
        Kind::Map(entries) => {
            for (key, node) in entries.iter().filter(|(_, node)| node.kind != Kind::Null) {
                let inner = Path::Field(path, &key.text);
                if !part(reader, &mut bound, &inner, key, node) {
                    reader.unknown_key(key, format!("`{inner}` is no key of a bound"), KEYS.to_vec());
                }
            }
            sane(reader, path, node, &bound);
        }
        Kind::Bool(value) => bound.flag = Some((*value, node.span)),
        _ => bound.exact = reader.number(path, node).map(|number| (number, node.span)),
    }
    bound
}

/// Reads one part of a bound into it; `false` where the key is none of a bound.
pub(super) fn part(reader: &mut Reader, bound: &mut Bound, path: &Path<'_>, key: &Key, node: &Node) -> bool {
    let name = &*key.text;
    let flag = |reader: &mut Reader| match node.kind {
        Kind::Bool(value) => Some((value, node.span)),
        _ => {
            reader.wrong_kind(path, node, "`true` or `false`");
            None
        }
    };
    let text = |reader: &mut Reader| match &node.kind {
        Kind::Text(text) => Some((text.clone(), node.span)),
        _ => {
            reader.wrong_kind(path, node, "a text");
            None
        }
    };
    match name {
        "type" => {
            reader.word(path, node, TYPES);
        }
        "formula" => {
            text(reader);
        }
        "unit" => bound.unit = text(reader),
        "seed_required" => bound.seed_required = flag(reader),
        "value" if matches!(node.kind, Kind::Bool(_)) => bound.flag = flag(reader),
        "max_deviation" => {
            bound.deviation = match &node.kind {
                Kind::Number(text) => Some((text.clone(), node.span)),
                _ => reader.number(path, node).map(|number| (number.to_string().into(), node.span)),
            };
        }
        _ => {
            let slot = match name {
                "min" | "min_multiple" | "target" => &mut bound.floor,
                "max" | "max_ratio" => &mut bound.ceiling,
                "value" => &mut bound.exact,
                "p50" | "p50_ms" => &mut bound.percentiles[0],
                "p95" | "p95_ms" => &mut bound.percentiles[1],
                "p99" | "p99_ms" => &mut bound.percentiles[2],
                _ => return false,
            };
            if let Some(number) = reader.number(path, node) {
                // `min` is what is promised; a `target` beside it is what is hoped for.
                if name != "target" || slot.is_none() {
                    *slot = Some((number, node.span));
                }
            }
        }
    }
    true
}

/// A bound that nothing can keep is a slip of the pen.
pub(super) fn sane(reader: &mut Reader, path: &Path<'_>, node: &Node, bound: &Bound) {
    let (Some((floor, below)), Some((ceiling, above))) = (bound.floor, bound.ceiling) else { return };
    if floor > ceiling && !node.get("min").is_none_or(|n| n.kind == Kind::Null) {
        let message = format!("`{path}` is at least {floor} and at most {ceiling}, which nothing can be");
        let found = Diagnostic::error(&codes::EMPTY_BOUND, below, message).label("at least this");
        reader.push(found.related(above, "at most this").help("turn the two round, or remove one"));
    }
}
