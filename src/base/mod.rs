//! The ground floor: things that every stage may name and that name nothing themselves.
//!
//! *Holds* source positions, exact decimals, dates, digests, limits, currencies, linear-time patterns, globs and
//! the measure of how alike two names are. *Leaves out* anything that knows what a contract is.

pub mod calendar;
pub mod canonical;
pub mod currency;
pub mod decimal;
pub mod glob;
pub mod limits;
pub mod pattern;
pub mod similar;
pub mod source;
pub mod words;

use std::sync::Arc;

/// A name as it is written in a package: cheap to copy, compared by its text.
pub type Name = Arc<str>;

pub use calendar::{Date, Instant};
pub use currency::Currency;
pub use decimal::Decimal;
pub use source::{FileId, SourceFile, Sources, Span};
