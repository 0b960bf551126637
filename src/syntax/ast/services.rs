//! Contracts, and the values and data beside them.

use super::{Expr, FieldDecl, Front, Ident, Invariant, Path, Text, TypeExpr};
use crate::base::Span;

/// `service "gpt-5.2-pro" is Audited { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceItem {
    /// The service's name, a text.
    pub name: Text,
    /// The traits it implements.
    pub traits: Vec<Path>,
    /// Field values and promises.
    pub entries: Vec<ServiceEntry>,
    /// What it accepts.
    pub accepts: Vec<AcceptClause>,
}

/// `context = 200_000` or `latency <= 8s`
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceEntry {
    /// The field or guarantee.
    pub name: Ident,
    /// `=`, `<=` or `>=`.
    pub op: EntryOp,
    /// Where the operator stands.
    pub op_span: Span,
    /// The value.
    pub value: Expr,
}

/// How a service states a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryOp {
    /// `=`
    Is,
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
}

/// `accept on Completion: request.data <= internal because "…"`
#[derive(Clone, Debug, PartialEq)]
pub struct AcceptClause {
    /// Documentation and annotations.
    pub front: Front,
    /// The request type it speaks of.
    pub request: Path,
    /// What must be true for the service to take the work.
    pub condition: Expr,
    /// Why.
    pub because: Option<Text>,
    /// The whole clause.
    pub span: Span,
}

/// `request Completion { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct RequestItem {
    /// The request type's name.
    pub name: Ident,
    /// Its fields in order.
    pub fields: Vec<FieldDecl>,
    /// What must be true of every request.
    pub invariants: Vec<Invariant>,
}

/// `signal healthy for Model: bool = true`
#[derive(Clone, Debug, PartialEq)]
pub struct SignalItem {
    /// The signal's name.
    pub name: Ident,
    /// The trait of the services it speaks of; nothing for a signal with one value.
    pub subject: Option<Path>,
    /// The type of its value.
    pub ty: TypeExpr,
    /// The value it has where the host says nothing.
    pub default: Option<Expr>,
}

/// `let EU: set<Region> = { eu_west, eu_central }`
#[derive(Clone, Debug, PartialEq)]
pub struct LetItem {
    /// The name.
    pub name: Ident,
    /// The declared type.
    pub ty: Option<TypeExpr>,
    /// The value.
    pub value: Expr,
}

/// `define sensitive(r: Completion) = r.data >= confidential`
#[derive(Clone, Debug, PartialEq)]
pub struct DefineItem {
    /// The name.
    pub name: Ident,
    /// The parameters.
    pub params: Vec<Param>,
    /// The declared type of the result.
    pub result: Option<TypeExpr>,
    /// What it stands for.
    pub body: Expr,
}

/// `r: Completion`
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// The parameter's name.
    pub name: Ident,
    /// Its type; a request type's or a trait's name is a type here.
    pub ty: TypeExpr,
}

/// `table layers: Layer -> { … } { L0 = { … } }`
#[derive(Clone, Debug, PartialEq)]
pub struct TableItem {
    /// The table's name.
    pub name: Ident,
    /// The type of its keys.
    pub key: TypeExpr,
    /// The type of its values.
    pub value: TypeExpr,
    /// Its rows.
    pub rows: Vec<TableRow>,
}

/// `L0 = { primary: "gpt-5.2" }`
#[derive(Clone, Debug, PartialEq)]
pub struct TableRow {
    /// The key.
    pub key: Expr,
    /// The value.
    pub value: Expr,
}
