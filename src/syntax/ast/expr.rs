//! Expressions.

use super::{Ident, Path};
use crate::base::{Currency, Date, Decimal, Instant, Name, Span};

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The forms of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// An expression that did not parse; already reported.
    Error,
    /// `true`, `false`
    Bool(bool),
    /// `200_000`
    Int(i64),
    /// `0.97`
    Decimal(Decimal),
    /// `97%`, as 0.97
    Percent(Decimal),
    /// `$0.015`, `0.02 EUR`
    Money(Decimal, Currency),
    /// `200ms`, in seconds
    Duration(Decimal),
    /// `2026-12-31`
    Date(Date),
    /// `2026-12-31T12:00:00Z`
    Instant(Instant),
    /// `"text"`, `"{count(xs)} done"`
    Text(Vec<TextPart>),
    /// A word, perhaps of another package: a role, `request`, a `let`, an enum's member.
    Name(Path),
    /// `{ a, b }`; `{}` is also the empty record
    Set(Vec<Expr>),
    /// `[ a, b ]`
    List(Vec<Expr>),
    /// `{ title: "x" }`
    Record(Vec<(Ident, Expr)>),
    /// `request.needs`
    Field(Box<Expr>, Ident),
    /// `service.uses+`: the transitive closure
    Closure(Box<Expr>),
    /// `layers[request.layer]`
    Index(Box<Expr>, Box<Expr>),
    /// `sensitive(request)`, `healthy(service)`, `abs(x)`
    Call(Path, Vec<Expr>),
    /// `not P`
    Not(Box<Expr>),
    /// `-x`
    Neg(Box<Expr>),
    /// `known x`
    Known(Box<Expr>),
    /// `a and b and c`, flat
    And(Vec<Expr>),
    /// `a or b or c`, flat
    Or(Vec<Expr>),
    /// Everything with two sides.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `service is Audited`
    Is(Box<Expr>, Path),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `all x in xs: P`, `any x in xs: P`
    Quantified {
        /// `all` rather than `any`.
        all: bool,
        /// The name for each element.
        var: Ident,
        /// The collection.
        over: Box<Expr>,
        /// What must hold.
        body: Box<Expr>,
    },
    /// `count(x in xs where P)`, `sum(x.price for x in xs)`, `count(xs)`, `min(a, b)`
    Fold(FoldOp, FoldBody),
    /// `[x.title for x in xs where P order by x.priority desc limit 3]`
    Comprehension(Box<Comprehension>),
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum TextPart {
    /// As it stands, escapes resolved.
    Plain(Name),
    /// `{expression}`
    Value(Expr),
}

/// Operators with two sides, `and` and `or` apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the word or sign of its name")]
pub enum BinaryOp {
    Implies,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Within,
    Overlaps,
    StartsWith,
    EndsWith,
    Matches,
    Add,
    Subtract,
    Multiply,
    Divide,
    Coalesce,
}

/// What a fold computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the word of its name")]
pub enum FoldOp {
    Count,
    Sum,
    Min,
    Max,
}

/// What a fold goes over.
#[derive(Clone, Debug, PartialEq)]
pub enum FoldBody {
    /// `count(xs)`, `min(a, b)`: one collection, or values side by side.
    Values(Vec<Expr>),
    /// `sum(x.price for x in xs where P)`, `count(x in xs where P)`
    Generator(Box<Comprehension>),
}

/// The generator of a fold or of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Comprehension {
    /// What is taken of each element; the element itself, where nothing is said.
    pub take: Option<Expr>,
    /// The name for each element.
    pub var: Ident,
    /// The collection.
    pub over: Expr,
    /// `where …`
    pub filter: Option<Expr>,
    /// `order by …`, and whether `desc`.
    pub order: Option<(Expr, bool)>,
    /// `limit …`
    pub limit: Option<Expr>,
}
