//! Values and types: what a fact can be, and what the operators of the language do to it.
//!
//! *Holds* [`Value`], [`Type`] and the exact meaning of every operator on known values. *Promises* that each operator
//! has one meaning, whoever asks: the check of constants and the evaluator call the same function. *Leaves out* unknowns,
//! which are the evaluator's business.

pub mod complex;
pub mod functions;
pub mod matching;
pub mod ops;
pub mod text;
pub mod types;
pub mod vectors;

use std::sync::Arc;

use crate::base::{Currency, Date, Decimal, Instant, Name};
pub use types::Type;

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Nothing: a plain decimal.
    Plain,
    /// A ratio: 0.97 is 97 %.
    Ratio,
    /// Seconds.
    Duration,
    /// Money of one currency.
    Money(Currency),
}

/// A known value.
///
/// Values of one type are totally ordered: numbers by size, texts and services by their bytes, members of an enum by
/// their place, collections element by element. The order of different kinds means nothing and is never shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// `true`
    Bool(bool),
    /// `200_000`
    Int(i64),
    /// A decimal, a ratio, a duration in seconds, or money.
    Number(Decimal, Unit),
    /// `"text"`
    Text(Name),
    /// `2026-12-31`
    Date(Date),
    /// `2026-12-31T12:00:00Z`
    Instant(Instant),
    /// A member of an enum.
    Member(Member),
    /// A service, by its name.
    Service(Name),
    /// Elements in order.
    List(Arc<[Value]>),
    /// Elements in ascending order, each once.
    Set(Arc<[Value]>),
    /// Fields in their declared order; `None` is unknown.
    Record(Arc<[(Name, Option<Value>)]>),
    /// `[0.1, 0.2]` for the score functions.
    Vector(Arc<[Decimal]>),
    /// `[[0.6, 0], [0, 0.8]]`: complex numbers, each its real and its imaginary part.
    Complex(Arc<[complex::Complex]>),
}

/// A member of an enum: ordered by its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member {
    /// The enum.
    pub of: Name,
    /// Its place, from 0.
    pub index: u32,
    /// Its own name.
    pub name: Name,
}

impl Value {
    /// A set of these elements: sorted, duplicates removed.
    pub fn set(mut elements: Vec<Value>) -> Self {
        elements.sort();
        elements.dedup();
        Self::Set(elements.into())
    }

    /// The elements of a list or a set; nothing for other values.
    pub fn elements(&self) -> Option<&[Value]> {
        match self {
            Self::List(elements) | Self::Set(elements) => Some(elements),
            _ => None,
        }
    }

    /// A field of a record: outer `None` if there is no such field or this is no record, inner `None` if unknown.
    pub fn field(&self, name: &str) -> Option<Option<&Value>> {
        match self {
            Self::Record(fields) => fields.iter().find(|(n, _)| &**n == name).map(|(_, v)| v.as_ref()),
            _ => None,
        }
    }
}
