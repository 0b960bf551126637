//! Three-valued logic, and values that may be missing.

use std::borrow::Cow;

use crate::value::Value;

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Nobody stated it.
    Unknown,
    /// There is none: out of range, divided by zero.
    Fault,
}

/// What an expression is worth.
pub type Val<'p> = Result<Cow<'p, Value>, Gap>;

/// What a condition is worth. The order is that of Kleene's `and`: the smallest operand wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It does not hold.
    False,
    /// It cannot be said.
    Unknown,
    /// It holds.
    True,
}

impl Truth {
    /// `and`
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// `or`
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// `a implies b`
    pub fn implies(self, other: Self) -> Self {
        (!self).or(other)
    }

    /// Whether this is true, not merely not false.
    pub fn holds(self) -> bool {
        self == Self::True
    }

    /// `true`, `false` or `unknown`.
    pub fn word(self) -> &'static str {
        match self {
            Self::False => "false",
            Self::Unknown => "unknown",
            Self::True => "true",
        }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

impl From<&Val<'_>> for Truth {
    /// A fault counts as unknown.
    fn from(value: &Val<'_>) -> Self {
        match value.as_deref() {
            Ok(Value::Bool(value)) => Self::from(*value),
            _ => Self::Unknown,
        }
    }
}

impl From<Truth> for Val<'_> {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::False => Ok(Cow::Owned(Value::Bool(false))),
            Truth::Unknown => Err(Gap::Unknown),
            Truth::True => Ok(Cow::Owned(Value::Bool(true))),
        }
    }
}

/// Both values; a fault wins over unknown.
pub fn both<A, B>(a: Result<A, Gap>, b: Result<B, Gap>) -> Result<(A, B), Gap> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(Gap::Fault), _) | (_, Err(Gap::Fault)) => Err(Gap::Fault),
        _ => Err(Gap::Unknown),
    }
}

/// All values; a fault wins over unknown.
pub fn all<A>(values: impl IntoIterator<Item = Result<A, Gap>>) -> Result<Vec<A>, Gap> {
    let mut known = Ok(Vec::new());
    for value in values {
        known = both(known, value).map(|(mut known, value)| {
            known.push(value);
            known
        });
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logic_is_kleenes() {
        use Truth::{False, True, Unknown};
        for a in [False, Unknown, True] {
            assert_eq!(a.and(False), False);
            assert_eq!(a.or(True), True);
            assert_eq!(False.implies(a), True);
            assert_eq!(!!a, a);
        }
        assert_eq!((Unknown.and(True), Unknown.or(False), Unknown.implies(False)), (Unknown, Unknown, Unknown));
    }

    #[test]
    fn a_fault_wins_over_unknown() {
        assert_eq!(both::<(), ()>(Err(Gap::Unknown), Err(Gap::Fault)), Err(Gap::Fault));
        assert_eq!(all([Ok(1), Err(Gap::Unknown), Ok(2), Err(Gap::Fault)]), Err(Gap::Fault));
        assert_eq!(all([Ok(1), Ok(2)]), Ok(vec![1, 2]));
    }
}
