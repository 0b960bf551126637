//! Types, and what traits demand and promise.

use super::{Composition, Direction, Expr, Front, Ident, Path, Text};
use crate::base::Span;

/// `enum Region ordered { us_east, "eu-west-1" }`
#[derive(Clone, Debug, PartialEq)]
pub struct EnumItem {
    /// The enum's name.
    pub name: Ident,
    /// Whether `<` compares members by their place.
    pub ordered: bool,
    /// The members in order; quoted members come without their quotes.
    pub members: Vec<Ident>,
}

/// `record Task { title: string, priority: int = 0 }`
#[derive(Clone, Debug, PartialEq)]
pub struct RecordItem {
    /// The record's name.
    pub name: Ident,
    /// Its fields in order.
    pub fields: Vec<FieldDecl>,
}

/// `context: int = 1_000`
#[derive(Clone, Debug, PartialEq)]
pub struct FieldDecl {
    /// Documentation and annotations.
    pub front: Front,
    /// The field's name.
    pub name: Ident,
    /// Its type.
    pub ty: TypeExpr,
    /// The value it takes where none is given.
    pub default: Option<Expr>,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeExpr {
    /// The type.
    pub kind: TypeKind,
    /// Whether a `?` follows: the value may be unknown.
    pub optional: bool,
    /// Where it stands.
    pub span: Span,
}

/// The forms of a type.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    /// `int`, `usd`, `Region`, `core::Region`
    Name(Path),
    /// `set<T>`
    Set(Box<TypeExpr>),
    /// `list<T>`
    List(Box<TypeExpr>),
    /// `service` or `service<Model>`
    Service(Option<Path>),
    /// `{ primary: service<Model>?, autonomy: set<Autonomy> }`, as a table's value
    Record(Vec<FieldDecl>),
    /// A type that did not parse.
    Error,
}

/// `trait Audited extends Model { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct TraitItem {
    /// The trait's name.
    pub name: Ident,
    /// The traits it extends.
    pub extends: Vec<Path>,
    /// Its own fields.
    pub fields: Vec<FieldDecl>,
    /// Its own guarantees.
    pub guarantees: Vec<GuaranteeDecl>,
    /// What can be measured of its services' results.
    pub measurements: Vec<MeasurementDecl>,
    /// Its own invariants.
    pub invariants: Vec<Invariant>,
}

/// `guarantee latency: duration at most, composes by sum`
#[derive(Clone, Debug, PartialEq)]
pub struct GuaranteeDecl {
    /// Documentation and annotations.
    pub front: Front,
    /// The guarantee's name.
    pub name: Ident,
    /// The type of the bound.
    pub ty: TypeExpr,
    /// `at most` or `at least`; nothing for a `bool`.
    pub direction: Option<Direction>,
    /// `composes by …`.
    pub composition: Option<Composition>,
    /// `measured as …`: its value, from what is measured.
    pub measured_as: Option<Expr>,
    /// The whole declaration.
    pub span: Span,
}

/// `measured energy_in: decimal`
#[derive(Clone, Debug, PartialEq)]
pub struct MeasurementDecl {
    /// Documentation and annotations.
    pub front: Front,
    /// The measurement's name.
    pub name: Ident,
    /// The type of what is measured.
    pub ty: TypeExpr,
    /// The whole declaration.
    pub span: Span,
}

/// `invariant context >= 1_000 because "…"`
#[derive(Clone, Debug, PartialEq)]
pub struct Invariant {
    /// Documentation and annotations.
    pub front: Front,
    /// What must be true.
    pub condition: Expr,
    /// Why.
    pub because: Option<Text>,
    /// The whole invariant.
    pub span: Span,
}
