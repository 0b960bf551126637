//! The types of the language.

use std::fmt;

use super::Unit;
use crate::base::{Currency, Name};

/// A type. Whether a value may be unknown is not part of its type but of the place that holds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `decimal`
    Decimal,
    /// `ratio`
    Ratio,
    /// `usd`, `eur`, …
    Money(Currency),
    /// `duration`
    Duration,
    /// `string`
    Text,
    /// `date`
    Date,
    /// `datetime`
    Instant,
    /// An enum, by name.
    Enum(Name),
    /// A record, by name; the row of a table is named after its table, as `layers[]`.
    Record(Name),
    /// A request type, by name.
    Request(Name),
    /// A service, perhaps of one trait.
    Service(Option<Name>),
    /// `set<T>`
    Set(Box<Type>),
    /// `list<T>`
    List(Box<Type>),
    /// `vector`
    Vector,
}

impl Type {
    /// The unit of a numeric type other than `int`.
    pub fn unit(&self) -> Option<Unit> {
        match self {
            Self::Decimal => Some(Unit::Plain),
            Self::Ratio => Some(Unit::Ratio),
            Self::Duration => Some(Unit::Duration),
            Self::Money(currency) => Some(Unit::Money(*currency)),
            _ => None,
        }
    }

    /// The type of a number with this unit.
    pub fn of_unit(unit: Unit) -> Self {
        match unit {
            Unit::Plain => Self::Decimal,
            Unit::Ratio => Self::Ratio,
            Unit::Duration => Self::Duration,
            Unit::Money(currency) => Self::Money(currency),
        }
    }

    /// The type of the elements of a collection.
    pub fn element(&self) -> Option<&Type> {
        match self {
            Self::Set(element) | Self::List(element) => Some(element),
            _ => None,
        }
    }
}

impl fmt::Display for Type {
    /// The type as the language writes it; `{:#}` puts it into back-ticks behind its article, for messages: ``an `int` ``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            let name = self.to_string();
            let vowel = name.starts_with(['a', 'i', 'o', 'A', 'E', 'I', 'O', 'U']);
            return write!(f, "{} `{name}`", if vowel { "an" } else { "a" });
        }
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Decimal => f.write_str("decimal"),
            Self::Ratio => f.write_str("ratio"),
            Self::Money(currency) => f.write_str(&currency.code().to_ascii_lowercase()),
            Self::Duration => f.write_str("duration"),
            Self::Text => f.write_str("string"),
            Self::Date => f.write_str("date"),
            Self::Instant => f.write_str("datetime"),
            Self::Enum(name) | Self::Record(name) | Self::Request(name) => f.write_str(name),
            Self::Service(None) => f.write_str("service"),
            Self::Service(Some(name)) => write!(f, "service<{name}>"),
            Self::Set(element) => write!(f, "set<{element}>"),
            Self::List(element) => write!(f, "list<{element}>"),
            Self::Vector => f.write_str("vector"),
        }
    }
}
