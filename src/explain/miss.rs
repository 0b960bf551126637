//! A failure in a person's words, with its distance from success where the two sides are quantities.

use crate::base::Decimal;
use crate::eval::Truth;
use crate::route::decision::Failure;
use crate::value::Unit;
use crate::value::text::{number_text, parse_number};

/// A failure, and how far it is from success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// `$1.10 > $0.80`, or which fact is missing.
    pub words: String,
    /// How far the value is beyond the bound, where both are quantities of one kind.
    pub distance: Option<(Decimal, Unit)>,
    /// The distance in parts of the bound, to compare misses of different size.
    relative: Option<Decimal>,
    unknown: bool,
}

impl Miss {
    /// Nearer misses are smaller: measured ones by their distance, then those that cannot be measured, then unknowns.
    pub fn rank(&self) -> (bool, bool, Decimal) {
        (self.unknown, self.relative.is_none(), self.relative.unwrap_or(Decimal::ZERO))
    }

    /// The words, with the distance behind them.
    pub fn with_distance(&self) -> String {
        match self.distance {
            Some((amount, unit)) => format!("{} (by {})", self.words, number_text(amount, unit)),
            None => self.words.clone(),
        }
    }
}

/// The failure in words.
pub fn miss(failure: &Failure) -> Miss {
    if failure.verdict == Truth::Unknown {
        let missing: Vec<String> = failure.missing.iter().map(ToString::to_string).collect();
        let words = match missing.is_empty() {
            true => "unknown".to_owned(),
            false => format!("unknown: no {}", missing.join(", no ")),
        };
        return Miss { words, distance: None, relative: None, unknown: true };
    }
    let left = failure.left.as_deref().unwrap_or("?");
    let right = failure.right.as_deref().unwrap_or("?");
    let words = said(failure.what.as_deref(), left, failure.relation.unwrap_or("is"), right);
    let distance = distance(left, right);
    let relative = distance.and_then(|(amount, _)| {
        let bound = parse_number(right).map(|(amount, _)| amount.abs()).filter(|a| *a != Decimal::ZERO);
        amount.div(bound.unwrap_or(Decimal::ONE))
    });
    Miss { words, distance, relative, unknown: false }
}

fn distance(left: &str, right: &str) -> Option<(Decimal, Unit)> {
    let ((a, x), (b, y)) = (parse_number(left)?, parse_number(right)?);
    if x != y {
        return None;
    }
    Some((a.sub(b)?.abs(), x))
}

/// What is the case where a relation does not hold: `<=` fails as `>`.
fn said(what: Option<&str>, left: &str, relation: &str, right: &str) -> String {
    let (left, right) = (shortened(left), shortened(right));
    let named = what.map_or_else(|| left.clone(), |what| format!("{what} {left}"));
    let is = what.map_or_else(|| left.clone(), |what| format!("{what} is {left}"));
    match relation {
        "<=" => format!("{named} > {right}"),
        "<" => format!("{named} >= {right}"),
        ">=" => format!("{named} < {right}"),
        ">" => format!("{named} <= {right}"),
        "==" => format!("{is}, not {right}"),
        "!=" => match what {
            Some(_) => is,
            None => format!("both are {left}"),
        },
        "is" => match what {
            Some(_) => is,
            None => format!("the condition is {left}"),
        },
        "implements" => format!("`{left}` is no {right}"),
        "not implements" => format!("`{left}` is a {right}"),
        "in" => format!("{named} is not in {right}"),
        "not in" => format!("{named} is in {right}"),
        "within" => format!("{named} is not within {right}"),
        "not within" => format!("{named} is within {right}"),
        "overlaps" => format!("{named} shares nothing with {right}"),
        "not overlaps" => format!("{named} shares something with {right}"),
        "starts with" | "ends with" | "matches" => format!("{named}: not {relation} {right}"),
        other => format!("{named}: {} {right}", other.trim_start_matches("not ")),
    }
}

/// A value short enough for a line.
fn shortened(text: &str) -> String {
    const MOST: usize = 48;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or(text).trim_end_matches([',', ' '])),
        None => text.to_owned(),
    }
}
