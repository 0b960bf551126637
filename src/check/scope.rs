//! What a name in an expression can mean, depending on where the expression stands.

use crate::base::words::{Cardinality, Direction};
use crate::base::{Name, Span};
use crate::ir::Expr;
use crate::value::Type;

/// Whether, and why, a value may be unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unknown {
    /// It has a value.
    Never,
    /// Unknown only where a service does not make a promise.
    Unpromised,
    /// Something optional is missing.
    Possibly,
}

/// What a value says of the real quantity behind it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Bound {
    /// The value itself.
    Exact,
    /// A promised bound; the guarantee it comes from.
    Promise(Direction, Name),
    /// A mixture of promises that bounds the quantity neither way; the guarantee it comes from.
    Mixed(Name),
}

/// A checked expression with what is known of its value.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    pub expr: Expr,
    /// `None` where an error was reported already.
    pub ty: Option<Type>,
    pub unknown: Unknown,
    pub bound: Bound,
}

impl Typed {
    pub fn new(expr: Expr, ty: Type) -> Self {
        Self { expr, ty: Some(ty), unknown: Unknown::Never, bound: Bound::Exact }
    }

    /// Stands for an expression with an error that was reported already.
    pub fn broken() -> Self {
        let expr = Expr::Literal(crate::value::Value::Bool(false));
        Self { expr, ty: None, unknown: Unknown::Never, bound: Bound::Exact }
    }

    pub fn or_unknown(mut self, unknown: Unknown) -> Self {
        self.unknown = self.unknown.max(unknown);
        self
    }

    pub fn with_bound(mut self, bound: Bound) -> Self {
        self.bound = bound;
        self
    }
}

/// A variable of a quantifier, fold, comprehension or definition.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub name: Name,
    pub span: Span,
    pub ty: Option<Type>,
    pub unknown: Unknown,
    /// What a value put in here says of the real quantity behind it.
    pub bound: Bound,
}

/// A role as expressions see it.
#[derive(Clone, Debug)]
pub(crate) struct RoleName {
    pub name: Name,
    pub trait_: Name,
    pub cardinality: Cardinality,
}

/// A guarantee composed over a pipeline, as `total.x` sees it.
#[derive(Clone, Debug)]
pub(crate) struct TotalName {
    pub name: Name,
    pub ty: Type,
    pub direction: Option<Direction>,
}

/// Bare words that stand for fields.
#[derive(Clone, Debug, Default)]
pub(crate) enum Bare {
    /// None do.
    #[default]
    Nothing,
    /// The fields and guarantees of this trait: inside its invariants.
    Trait(Name),
    /// No field of this trait: where the value of one of its guarantees follows from measurements.
    Measured(Name),
    /// The fields of this request type: inside its invariants.
    Request(Name),
}

/// Where an expression stands: what its names can mean.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// The package whose names it sees.
    pub package: usize,
    /// The type of `request`.
    pub request: Option<Name>,
    /// The traits that `service` may be of; none where there is no `service`.
    pub subject: Vec<Name>,
    /// Whether `service` is of all these traits at once, rather than of one of them.
    pub subject_is_all: bool,
    /// The roles.
    pub roles: Vec<RoleName>,
    /// Roles with an error of their own, already reported.
    pub broken_roles: Vec<Name>,
    /// Whether an unfilled optional role is unknown here, rather than switching the constraint off.
    pub roles_may_be_empty: bool,
    /// Whether the candidate counts and nobody else, so that roles mean nothing.
    pub candidate_only: bool,
    /// What `total` has.
    pub totals: Option<Vec<TotalName>>,
    /// What bare words stand for.
    pub bare: Bare,
    /// Whether `now` is known.
    pub now: bool,
    /// Whether signals are known.
    pub signals: bool,
    /// The variables, innermost last.
    pub variables: Vec<Variable>,
}

impl Scope {
    /// A scope that sees only the items of a package: for constants.
    pub fn constants(package: usize) -> Self {
        Self { package, ..Self::default() }
    }

    pub fn role(&self, name: &str) -> Option<&RoleName> {
        self.roles.iter().find(|r| &*r.name == name)
    }

    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().rev().find(|v| &*v.name == name)
    }
}
