//! Checked tests: what a package says of its own decisions. No part of the policy, nor of its digest.

use std::collections::BTreeMap;

use super::{At, Expr};
use crate::base::words::Comparison;
use crate::base::{Decimal, Instant, Name, Span};
use crate::value::Value;

/// A checked `test` item, or one case of it: one decision and what is expected of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// Its name: that of the item, and behind a colon that of the case.
    pub name: Name,
    /// The name of the item.
    pub item: Name,
    /// The name of the case.
    pub case: Option<Name>,
    /// The route under test.
    pub route: Name,
    /// The request, a record of all fields.
    pub request: Value,
    /// The instant of the decision; where none is given, the start of 2000-01-01.
    pub now: Option<Instant>,
    /// The signals: by name, for one service or for none.
    pub signals: BTreeMap<(Name, Option<Name>), Value>,
    /// What is expected.
    pub expectations: Vec<Expectation>,
    /// Where it is written.
    pub at: At,
    /// The same, to be shown.
    pub span: Span,
}

/// One expectation.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// What is expected.
    pub kind: ExpectationKind,
    /// Whether it is expected not to be so.
    pub negated: bool,
    /// Where it is written.
    pub at: At,
    /// The same, to be shown.
    pub span: Span,
    /// As it is written.
    pub text: Name,
}

/// The forms of an expectation.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectationKind {
    /// A condition over the roles of the decision.
    Condition(Expr),
    /// The service is rejected, by this constraint if one is named.
    Rejected(Name, Option<Name>),
    /// The outcome is `routed`.
    Routed,
    /// The outcome is `denied`, by this rule if one is named.
    Denied(Option<Name>),
    /// The outcome is `unroutable`, with this member of the core if one is named.
    Unroutable(Option<Name>),
    /// The outcome is `invalid`.
    Invalid,
    /// A waiver lifted something, this one if one is named.
    Waived(Option<Name>),
    /// The guarantee is kept by a result that says this.
    Kept(Name, BTreeMap<Name, Value>),
    /// How the score of the service in a role compares with a number.
    Score(Name, Comparison, Decimal),
}
