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
    /// `complex_vector`
    ComplexVector,
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

impl Type {
    /// The type as the language writes it.
    fn spelled(&self) -> String {
        let plain = match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Decimal => "decimal",
            Self::Ratio => "ratio",
            Self::Money(currency) => return currency.code().to_ascii_lowercase(),
            Self::Duration => "duration",
            Self::Text => "string",
            Self::Date => "date",
            Self::Instant => "datetime",
            Self::Enum(name) | Self::Record(name) | Self::Request(name) => name,
            Self::Service(None) => "service",
            Self::Service(Some(name)) => return format!("service<{name}>"),
            Self::Set(element) => return format!("set<{}>", element.spelled()),
            Self::List(element) => return format!("list<{}>", element.spelled()),
            Self::Vector => "vector",
            Self::ComplexVector => "complex_vector",
        };
        plain.to_owned()
    }
}

impl fmt::Display for Type {
    /// The type as the language writes it; `{:#}` puts it into back-ticks behind its article, for messages: ``an `int` ``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.spelled();
        if !f.alternate() {
            return f.write_str(&name);
        }
        let vowel = name.starts_with(['a', 'i', 'o', 'A', 'E', 'I', 'O', 'U']);
        write!(f, "{} `{name}`", if vowel { "an" } else { "a" })
    }
}
