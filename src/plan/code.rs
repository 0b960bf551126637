//! Compiled expressions: the checked expression with every name replaced by the place where its value lies.

use crate::base::Name;
use crate::base::pattern::Pattern;
use crate::ir::{Arithmetic, Comparison, Fold, Function};
use crate::value::Value;

/// Whose field, signal or name is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The candidate under test.
    Subject,
    /// What the role with this number is given; never a list role.
    Role(usize),
}

/// A compiled expression. Numbers are places: of a column, a signal, a table, a slot for a variable.
#[derive(Clone, Debug, PartialEq)]
pub enum Code {
    /// A known constant.
    Literal(Value),
    /// A `let` whose value is unknown.
    Unknown(Name),
    /// A variable.
    Slot(usize),
    /// The request, a record.
    Request,
    /// A field of the request.
    RequestField(usize, Name),
    /// A service.
    Service(Who),
    /// A field or promise of a service.
    Column(Who, usize),
    /// The services of a list role, in order.
    Services(usize),
    /// The instant of the decision.
    Now,
    /// A composed guarantee, by its place in the route's pipeline.
    Total(usize),
    /// A field of a record or of a service that is only known by its value; the column serves for services.
    Field(Box<Code>, Name, usize),
    /// Everything reached over a relation.
    Closure(Box<Code>, usize),
    /// A signal that speaks of no service.
    Signal(usize),
    /// A signal for a service.
    SignalOf(usize, Box<Code>),
    /// A row of a table.
    Row(usize, Box<Code>),
    /// An argument of a definition, put into a slot for its body.
    Let(usize, Box<Code>, Box<Code>),
    /// `not a`
    Not(Box<Code>),
    /// `-a`
    Negate(Box<Code>),
    /// `known a`
    Known(Box<Code>),
    /// An `int` as a decimal.
    ToDecimal(Box<Code>),
    /// A date as an instant.
    ToInstant(Box<Code>),
    /// `a and b`
    And(Vec<Code>),
    /// `a or b`
    Or(Vec<Code>),
    /// `a implies b`
    Implies(Box<Code>, Box<Code>),
    /// A comparison.
    Compare(Comparison, Box<Code>, Box<Code>),
    /// A test of two values that is no comparison.
    Test(Test, Box<Code>, Box<Code>),
    /// `a matches "…"`
    Matches(Box<Code>, Pattern),
    /// `a + b`
    Arithmetic(Arithmetic, Box<Code>, Box<Code>),
    /// `a ?? b`
    Coalesce(Box<Code>, Box<Code>),
    /// `if c then a else b`
    If(Box<Code>, Box<Code>, Box<Code>),
    /// `a is T`
    Implements(Box<Code>, Name),
    /// `all x in xs: P`, `any x in xs: P`
    Quantifier {
        /// `all` rather than `any`.
        all: bool,
        /// The variable's slot.
        slot: usize,
        /// The collection.
        over: Box<Code>,
        /// The condition.
        body: Box<Code>,
    },
    /// A fold.
    Fold {
        /// What is computed.
        op: Fold,
        /// Of what.
        each: Box<Each>,
        /// The sum of nothing.
        zero: Option<Value>,
    },
    /// A comprehension.
    Comprehension {
        /// Of what.
        each: Box<Each>,
        /// Sorted by this; descending where the flag is set.
        order: Option<(Box<Code>, bool)>,
        /// At most this many.
        limit: Option<Box<Code>>,
    },
    /// `{ a, b }`
    SetOf(Vec<Code>),
    /// `[ a, b ]`
    ListOf(Vec<Code>),
    /// `{ title: a }`
    RecordOf(Vec<(Name, Option<Code>)>),
    /// `"{a} b"`
    Interpolate(Vec<Code>),
    /// A built-in function.
    Function(Function, Vec<Code>),
}

/// A test of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// `x in xs`
    In,
    /// `xs within ys`
    Within,
    /// `xs overlaps ys`
    Overlaps,
    /// `a starts with b`
    StartsWith,
    /// `a ends with b`
    EndsWith,
}

/// The generator of a fold or comprehension.
#[derive(Clone, Debug, PartialEq)]
pub struct Each {
    /// The variable's slot.
    pub slot: usize,
    /// The collection.
    pub over: Code,
    /// Which elements count.
    pub filter: Option<Code>,
    /// What is taken of each.
    pub take: Code,
}

impl Code {
    /// The operands, in order.
    pub fn operands(&self) -> Vec<&Code> {
        match self {
            Self::Literal(_)
            | Self::Unknown(_)
            | Self::Slot(_)
            | Self::Request
            | Self::RequestField(..)
            | Self::Service(_)
            | Self::Column(..)
            | Self::Services(_)
            | Self::Now
            | Self::Total(_)
            | Self::Signal(_) => Vec::new(),
            Self::Field(a, ..)
            | Self::Closure(a, _)
            | Self::SignalOf(_, a)
            | Self::Row(_, a)
            | Self::Not(a)
            | Self::Negate(a)
            | Self::Known(a)
            | Self::ToDecimal(a)
            | Self::ToInstant(a)
            | Self::Matches(a, _)
            | Self::Implements(a, _) => vec![a],
            Self::Let(_, a, b)
            | Self::Implies(a, b)
            | Self::Compare(_, a, b)
            | Self::Test(_, a, b)
            | Self::Arithmetic(_, a, b)
            | Self::Coalesce(a, b) => vec![a, b],
            Self::If(c, a, b) => vec![c, a, b],
            Self::Quantifier { over, body, .. } => vec![over, body],
            Self::Fold { each, .. } => each.operands(),
            Self::Comprehension { each, order, limit } => {
                let order = order.iter().map(|(by, _)| &**by);
                each.operands().into_iter().chain(order).chain(limit.as_deref()).collect()
            }
            Self::And(parts)
            | Self::Or(parts)
            | Self::SetOf(parts)
            | Self::ListOf(parts)
            | Self::Interpolate(parts)
            | Self::Function(_, parts) => parts.iter().collect(),
            Self::RecordOf(fields) => fields.iter().filter_map(|(_, code)| code.as_ref()).collect(),
        }
    }
}

impl Each {
    fn operands(&self) -> Vec<&Code> {
        std::iter::once(&self.over).chain(&self.filter).chain(std::iter::once(&self.take)).collect()
    }
}
