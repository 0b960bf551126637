//! Expressions of the checked program: every name bound, every type known, every conversion explicit.

use crate::base::Name;
use crate::base::pattern::Pattern;
pub use crate::base::words::{Arithmetic, Comparison, Fold, Function};
use crate::value::Value;

/// A checked expression.
///
/// It evaluates to a value or to unknown. Operands are of the types that the operator wants: the checker has put
/// [`Expr::ToDecimal`] and [`Expr::ToInstant`] where the language widens. Variables have distinct names along every
/// path, so an environment is a plain map.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A constant.
    Literal(Value),
    /// A parameter of a definition, or the variable of a quantifier, fold or comprehension.
    Variable(Name),
    /// The request, a record.
    Request,
    /// The candidate under test: `service`.
    Subject,
    /// What a role of the route is given: a service, or the list of services of a list role.
    Role(Name),
    /// The instant of the decision.
    Now,
    /// A guarantee composed over the pipeline: `total.latency`.
    Total(Name),
    /// A `let`.
    Constant(Name),
    /// A field of a record, a request or a service; a service's promise is the bound it states.
    Field(Box<Expr>, Name),
    /// All services reached over this field, in one or more steps: `service.uses+`.
    Closure(Box<Expr>, Name),
    /// A signal's value, perhaps for one service.
    Signal(Name, Option<Box<Expr>>),
    /// The row of a table for a key; unknown where there is none.
    Row(Name, Box<Expr>),
    /// A definition applied to arguments.
    Call(Name, Vec<Expr>),
    /// `not P`
    Not(Box<Expr>),
    /// `-x`
    Negate(Box<Expr>),
    /// `known x`
    Known(Box<Expr>),
    /// An `int` as a decimal.
    ToDecimal(Box<Expr>),
    /// A date as the instant at which it starts.
    ToInstant(Box<Expr>),
    /// `a and b and c`
    And(Vec<Expr>),
    /// `a or b or c`
    Or(Vec<Expr>),
    /// `a implies b`
    Implies(Box<Expr>, Box<Expr>),
    /// A comparison of two values of one type.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `x in xs`
    In(Box<Expr>, Box<Expr>),
    /// `xs within ys`: each element of the one is an element of the other.
    Within(Box<Expr>, Box<Expr>),
    /// `xs overlaps ys`: they share an element.
    Overlaps(Box<Expr>, Box<Expr>),
    /// `a starts with b`
    StartsWith(Box<Expr>, Box<Expr>),
    /// `a ends with b`
    EndsWith(Box<Expr>, Box<Expr>),
    /// `a matches "…"`: the pattern occurs in the text.
    Matches(Box<Expr>, Pattern),
    /// `a + b` and its like.
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// `a ?? b`
    Coalesce(Box<Expr>, Box<Expr>),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `service is Audited`
    Implements(Box<Expr>, Name),
    /// `all x in xs: P`, `any x in xs: P`
    Quantifier {
        /// `all` rather than `any`.
        all: bool,
        /// The variable.
        variable: Name,
        /// The collection.
        over: Box<Expr>,
        /// The condition on each element.
        body: Box<Expr>,
    },
    /// A fold of the elements for which the filter holds.
    Fold {
        /// What is computed.
        op: Fold,
        /// The generator.
        generator: Box<Generator>,
        /// The sum of nothing, with its unit; present for `sum` only.
        zero: Option<Value>,
    },
    /// A list of what is taken of each element for which the filter holds.
    Comprehension {
        /// The generator.
        generator: Box<Generator>,
        /// Sorted by this, stably; descending where the flag is set.
        order: Option<(Box<Expr>, bool)>,
        /// At most this many.
        limit: Option<Box<Expr>>,
    },
    /// `{ a, b }`
    SetOf(Vec<Expr>),
    /// `[ a, b ]`
    ListOf(Vec<Expr>),
    /// `{ title: "x" }`: every field of the record in its declared order; `None` where it is left unknown.
    RecordOf(Vec<(Name, Option<Expr>)>),
    /// `"{count(xs)} done"`: the texts of the parts one after another.
    Interpolate(Vec<Expr>),
    /// A built-in function.
    Function(Function, Vec<Expr>),
}

/// The generator of a fold or comprehension.
#[derive(Clone, Debug, PartialEq)]
pub struct Generator {
    /// The variable.
    pub variable: Name,
    /// The collection.
    pub over: Expr,
    /// Which elements count.
    pub filter: Option<Expr>,
    /// What is taken of each.
    pub take: Expr,
}
