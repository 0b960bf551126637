//! Tests and properties.

use super::{BinaryOp, Expr, Ident, Path, Text};
use crate::base::{Instant, Span};

/// `test "the pro model proposes for L2" { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct TestItem {
    /// The test's name.
    pub name: Text,
    /// The route under test.
    pub route: Path,
    /// The request, a record literal.
    pub request: Expr,
    /// `at 2026-11-21`: the value of `now`.
    pub at: Option<(Instant, Span)>,
    /// `signals { healthy("o3") = false }`
    pub signals: Vec<SignalSetting>,
    /// What is expected; of every case, where there are cases.
    pub expects: Vec<Expect>,
    /// The cases; each is a decision of its own.
    pub cases: Vec<TestCase>,
}

/// `case "acting" { with { autonomy: act }  expect denied }`: what is other than in the test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestCase {
    /// The case's name.
    pub name: Text,
    /// `with { … }`: fields of the request that are added or replaced, a record literal.
    pub change: Option<Expr>,
    /// Another value of `now`.
    pub at: Option<(Instant, Span)>,
    /// Signals that are added or replaced.
    pub signals: Vec<SignalSetting>,
    /// What is expected of this case.
    pub expects: Vec<Expect>,
}

/// `healthy("o3") = false` or `utilisation = 40%`
#[derive(Clone, Debug, PartialEq)]
pub struct SignalSetting {
    /// The signal.
    pub signal: Path,
    /// The service it is set for.
    pub subject: Option<Text>,
    /// The value.
    pub value: Expr,
}

/// One expectation of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct Expect {
    /// What is expected.
    pub kind: ExpectKind,
    /// Whether it is expected not to be so; a condition holds its own `not`.
    pub negated: bool,
    /// The whole expectation.
    pub span: Span,
}

/// The forms of an expectation.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectKind {
    /// `expect primary == "gpt-5.2-pro"`: a condition over the roles' names.
    Condition(Expr),
    /// `expect "gpt-5-mini" rejected by select.capabilities`
    Rejected {
        /// The service.
        service: Text,
        /// The constraint; any, where none is named.
        by: Option<ConstraintPath>,
    },
    /// `expect routed`
    Routed,
    /// `expect denied by exec_locked`; by any rule, where none is named.
    Denied {
        /// The rule.
        by: Option<ConstraintPath>,
    },
    /// `expect unroutable` or `expect unroutable by select.capabilities`: a member of the core.
    Unroutable {
        /// The member of the core.
        by: Option<ConstraintPath>,
    },
    /// `expect invalid`
    Invalid,
    /// `expect waived by "INC-4711"`; by any waiver, where none is named.
    Waived {
        /// The waiver.
        by: Option<Text>,
    },
    /// `expect kept latency with { latency: 2s }`
    Kept {
        /// The guarantee.
        guarantee: Ident,
        /// What a result says.
        result: Expr,
    },
    /// `expect score of primary >= 40`
    Score {
        /// The role.
        role: Ident,
        /// How the score compares.
        relation: BinaryOp,
        /// With what.
        value: Expr,
    },
}

/// `exec_locked`, `completion.latency` or `core::rule_name`
#[derive(Clone, Debug, PartialEq)]
pub struct ConstraintPath {
    /// The rule, or the route.
    pub owner: Path,
    /// The label of a route's constraint.
    pub label: Option<Ident>,
}

/// `property residency on completion { when … always … }`
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyItem {
    /// The property's name.
    pub name: Ident,
    /// The route it speaks of.
    pub route: Path,
    /// Speaks only of requests for which this holds.
    pub when: Option<Expr>,
    /// What holds of every decision.
    pub claim: Claim,
}

/// What a property claims.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// `always <condition>`
    Always(Expr),
    /// `never <condition>`
    Never(Expr),
    /// `always denied`
    AlwaysDenied,
    /// `never denied`
    NeverDenied,
    /// `always routed`
    AlwaysRouted,
    /// `never routed`
    NeverRouted,
}
