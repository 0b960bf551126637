//! What a term can still be: intervals of ordered values, finite sets, sets with what is in them and what is not.

use std::collections::BTreeSet;

use crate::ir::Comparison;
use crate::value::{Unit, Value};

/// Every value that a term can have, whatever is said of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Universe {
    /// These values and no others.
    Finite(BTreeSet<Value>),
    /// Whole numbers.
    Whole,
    /// Values of a type with an order, taken as dense.
    Ordered,
    /// Sets of these elements; of any, where nothing is listed.
    Sets(Option<BTreeSet<Value>>),
}

/// An end of an interval: the value, and whether it belongs to the interval; none where there is no end.
type End = Option<(Value, bool)>;

/// Values between two ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    low: End,
    high: End,
}

/// What a set can still be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Elements {
    /// Elements that are in it.
    pub has: BTreeSet<Value>,
    /// Elements that are not.
    pub lacks: BTreeSet<Value>,
    /// The only elements that may be in it.
    pub within: Option<BTreeSet<Value>>,
    /// It shares an element with each of these.
    pub meets: Vec<BTreeSet<Value>>,
    /// It has an element outside of each of these.
    pub leaves: Vec<BTreeSet<Value>>,
    /// It lacks an element of each of these.
    pub misses: Vec<BTreeSet<Value>>,
}

/// What a known value can still be.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// One of these intervals.
    Ranges(Vec<Range>),
    /// Such a set.
    Set(Elements),
    /// Nothing: the value is not known.
    Never,
}

/// What a term can still be: a known value, or unknown.
#[derive(Clone, Debug, PartialEq)]
pub struct Allowed {
    /// Whether it may be unknown.
    pub unknown: bool,
    /// What it may be where it is known.
    pub known: Known,
}

impl Range {
    const ALL: Self = Self { low: None, high: None };

    fn point(value: &Value) -> Self {
        Self { low: Some((value.clone(), true)), high: Some((value.clone(), true)) }
    }

    fn meet(&self, other: &Self) -> Self {
        let low = tighter(&self.low, &other.low, |a, b| a > b);
        let high = tighter(&self.high, &other.high, |a, b| a < b);
        Self { low, high }
    }

    fn holds(&self, value: &Value) -> bool {
        let above = self.low.as_ref().is_none_or(|(end, closed)| value > end || (*closed && value == end));
        let below = self.high.as_ref().is_none_or(|(end, closed)| value < end || (*closed && value == end));
        above && below
    }

    fn is_empty(&self, universe: &Universe) -> bool {
        if let Universe::Finite(values) = universe {
            return !values.iter().any(|value| self.holds(value));
        }
        let whole = *universe == Universe::Whole;
        match (&self.low, &self.high) {
            (Some((Value::Int(low), low_closed)), Some((Value::Int(high), high_closed))) if whole => {
                let first = i128::from(*low) + i128::from(!*low_closed);
                let last = i128::from(*high) - i128::from(!*high_closed);
                first > last
            }
            (Some((low, low_closed)), Some((high, high_closed))) => {
                low > high || (low == high && !(*low_closed && *high_closed))
            }
            _ => false,
        }
    }
}

fn tighter(a: &End, b: &End, is: impl Fn(&Value, &Value) -> bool) -> End {
    match (a, b) {
        (None, other) | (other, None) => other.clone(),
        (Some((x, x_closed)), Some((y, y_closed))) if x == y => Some((x.clone(), *x_closed && *y_closed)),
        (Some((x, _)), Some((y, _))) => {
            if is(x, y) {
                a.clone()
            } else {
                b.clone()
            }
        }
    }
}

impl Known {
    /// Any value.
    pub fn any(universe: &Universe) -> Self {
        match universe {
            Universe::Sets(_) => Self::Set(Elements::default()),
            _ => Self::Ranges(vec![Range::ALL]),
        }
    }

    /// The values for which a comparison with a constant holds.
    pub fn compared(op: Comparison, with: &Value) -> Self {
        let end = |closed| Some((with.clone(), closed));
        let below = |closed| Range { low: None, high: end(closed) };
        let above = |closed| Range { low: end(closed), high: None };
        Self::Ranges(match op {
            Comparison::Equal => vec![Range::point(with)],
            Comparison::NotEqual => vec![below(false), above(false)],
            Comparison::Less => vec![below(false)],
            Comparison::LessOrEqual => vec![below(true)],
            Comparison::Greater => vec![above(false)],
            Comparison::GreaterOrEqual => vec![above(true)],
        })
    }

    /// These values.
    pub fn one_of(values: &BTreeSet<Value>) -> Self {
        Self::Ranges(values.iter().map(Range::point).collect())
    }

    /// All values but these.
    pub fn none_of(values: &BTreeSet<Value>) -> Self {
        let mut ranges = Vec::new();
        let mut low: End = None;
        for value in values {
            ranges.push(Range { low: low.take(), high: Some((value.clone(), false)) });
            low = Some((value.clone(), false));
        }
        ranges.push(Range { low, high: None });
        Self::Ranges(ranges)
    }

    fn meet(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Ranges(a), Self::Ranges(b)) => {
                Self::Ranges(a.iter().flat_map(|x| b.iter().map(|y| x.meet(y))).collect())
            }
            (Self::Set(a), Self::Set(b)) => {
                let both = |x: &BTreeSet<Value>, y: &BTreeSet<Value>| x.union(y).cloned().collect();
                let within = match (&a.within, &b.within) {
                    (Some(x), Some(y)) => Some(x.intersection(y).cloned().collect()),
                    (x, y) => x.clone().or_else(|| y.clone()),
                };
                Self::Set(Elements {
                    has: both(&a.has, &b.has),
                    lacks: both(&a.lacks, &b.lacks),
                    within,
                    meets: [a.meets.clone(), b.meets.clone()].concat(),
                    leaves: [a.leaves.clone(), b.leaves.clone()].concat(),
                    misses: [a.misses.clone(), b.misses.clone()].concat(),
                })
            }
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            // A term is not both; to leave one out keeps what is possible possible.
            (Self::Ranges(_), Self::Set(_)) | (Self::Set(_), Self::Ranges(_)) => self.clone(),
        }
    }

    fn is_empty(&self, universe: &Universe) -> bool {
        match self {
            Self::Never => true,
            Self::Ranges(ranges) => ranges.iter().all(|range| range.is_empty(universe)),
            Self::Set(elements) => elements.contradict(universe),
        }
    }

    /// Without the intervals that hold nothing, so that they do not multiply.
    fn pruned(self, universe: &Universe) -> Self {
        match self {
            Self::Ranges(mut ranges) => {
                ranges.retain(|range| !range.is_empty(universe));
                Self::Ranges(ranges)
            }
            other => other,
        }
    }
}

impl Elements {
    /// Whether no set is like this.
    fn contradict(&self, universe: &Universe) -> bool {
        let whole = if let Universe::Sets(Some(all)) = universe { Some(all) } else { None };
        let within: Option<BTreeSet<&Value>> = match (&self.within, whole) {
            (Some(a), Some(b)) => Some(a.intersection(b).collect()),
            (Some(only), None) | (None, Some(only)) => Some(only.iter().collect()),
            (None, None) => None,
        };
        let may_have = |v: &Value| !self.lacks.contains(v) && within.as_ref().is_none_or(|within| within.contains(v));
        let outside = |of: &BTreeSet<Value>| {
            within.as_ref().is_none_or(|all| all.iter().any(|v| !of.contains(*v) && !self.lacks.contains(*v)))
        };
        !self.has.iter().all(may_have)
            || self.meets.iter().any(|of| !of.iter().any(may_have))
            || self.leaves.iter().any(|of| !outside(of))
            || self.misses.iter().any(|of| of.is_subset(&self.has))
    }
}

impl Allowed {
    /// What both allow.
    pub fn meet(&self, other: &Self, universe: &Universe) -> Self {
        let known = self.known.meet(&other.known).pruned(universe);
        Self { unknown: self.unknown && other.unknown, known }
    }

    /// Whether nothing is left.
    pub fn is_empty(&self, universe: &Universe) -> bool {
        !self.unknown && self.known.is_empty(universe)
    }
}

/// A constant as it is compared: a ratio is a number like any other.
pub fn plain(value: Value) -> Value {
    match value {
        Value::Number(amount, Unit::Ratio) => Value::Number(amount, Unit::Plain),
        Value::List(elements) => Value::List(elements.iter().cloned().map(plain).collect()),
        Value::Set(elements) => Value::set(elements.iter().cloned().map(plain).collect()),
        other => other,
    }
}
