//! What a document says, before and after its paths are bound.

use crate::base::{Name, Span};
use crate::data::Node;
use crate::ir::{Comparison, Effect, Expr};

/// A rule, bound to the package.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name, fit for the package.
    pub name: Name,
    /// Where it stands in the document.
    pub span: Span,
    /// The family that the document gives it.
    pub family: Option<Name>,
    /// How the document ranks it among the others.
    pub priority: Option<Name>,
    /// What else there is to say of it, a line each.
    pub remarks: Vec<String>,
    /// When it applies; always, where nothing is said.
    pub when: Option<Expr>,
    /// What it demands, in order.
    pub clauses: Vec<(Effect, Expr)>,
    /// Why, in the words of the document.
    pub because: Name,
}

/// A rule as it is written, in whichever spelling.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The name that it is given, or one that is made of what it says.
    pub name: Option<(Name, Span)>,
    /// Where it stands.
    pub span: Span,
    pub family: Option<Name>,
    pub priority: Option<Name>,
    pub when: Option<Test>,
    pub demands: Vec<Demand>,
    /// Why, in the words of the document.
    pub because: Option<Name>,
}

/// One thing that a rule does.
#[derive(Clone, Debug)]
pub(super) enum Demand {
    /// Candidates for which this is not true are dropped.
    Filter(Test),
    /// The request is denied where this is not true.
    Reject(Test, Span),
    /// The request is denied.
    Deny,
    /// Only this service is left.
    Force(Name, Span),
    /// Only callers with one of these permissions are served.
    Allow(Vec<Name>),
}

/// A condition as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// Two sides and how they compare.
    Compare(Path, Op, Operand),
    /// Whether something is stated.
    Exists(Path),
    /// Something that is true by itself.
    Holds(Path),
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
}

/// How two sides compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Compare(Comparison),
    In,
    Contains,
}

/// The right side of a comparison.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    Value(Node),
    Path(Path),
}

/// A path of the original, such as `request.priority`.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub text: Name,
    pub span: Span,
    /// Whether what is not stated counts as `false`, as it does among the constraints of a contract.
    pub absent_is_false: bool,
}

// Where something stands is no part of what it says.
impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.absent_is_false == other.absent_is_false
    }
}

impl PartialEq for Operand {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(a), Self::Value(b)) => a.says_the_same(b),
            (Self::Path(a), Self::Path(b)) => a == b,
            _ => false,
        }
    }
}

impl Test {
    /// The same with negations only before single statements, so that each of these tells by itself what is not stated.
    pub fn positive(self, negated: bool) -> Self {
        match (self, negated) {
            (Self::Not(inner), _) => inner.positive(!negated),
            (Self::And(parts), false) | (Self::Or(parts), true) => {
                Self::And(parts.into_iter().map(|part| part.positive(negated)).collect())
            }
            (Self::Or(parts), false) | (Self::And(parts), true) => {
                Self::Or(parts.into_iter().map(|part| part.positive(negated)).collect())
            }
            (Self::Compare(path, Op::Compare(op), operand), true) => {
                Self::Compare(path, Op::Compare(opposite(op)), operand)
            }
            (other, false) => other,
            (other, true) => Self::Not(Box::new(other)),
        }
    }

    /// The first path that is named.
    pub fn first_path(&self) -> Option<&Path> {
        match self {
            Self::Compare(path, ..) | Self::Exists(path) | Self::Holds(path) => Some(path),
            Self::And(parts) | Self::Or(parts) => parts.iter().find_map(Self::first_path),
            Self::Not(inner) => inner.first_path(),
        }
    }
}

fn opposite(op: Comparison) -> Comparison {
    match op {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
    }
}

/// The comparison with its sides exchanged.
pub(super) fn turned(op: Comparison) -> Comparison {
    match op {
        Comparison::Equal | Comparison::NotEqual => op,
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
    }
}
