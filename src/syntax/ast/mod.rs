//! The abstract syntax tree: what was written, with the span of everything, nothing bound and nothing checked.
//!
//! Items, members and expressions that did not parse are `Error` nodes, so that later stages still see everything
//! around them. Meaning is given in `resolve/` and `check/`.

mod expr;
mod mission;
mod routes;
mod services;
mod suite;
mod types;

pub use crate::base::words::{Cardinality, Composition, Direction};
use crate::base::{Name, Span};
pub use expr::{BinaryOp, Comprehension, Expr, ExprKind, FoldBody, FoldOp, TextPart};
pub use mission::{MissionItem, MissionStep, Operation, StepBody};
pub use routes::{
    OutputDecl, PhaseDecl, RequireClause, RoleDecl, RouteItem, RuleClause, RuleClauseKind, RuleItem, RuleTarget,
    ScoreBlock, ScoreTerm, TieKey, TiesDecl, WaiverItem,
};
pub use services::{
    AcceptClause, DefineItem, EntryOp, LetItem, Param, RequestItem, ServiceEntry, ServiceItem, SignalItem, TableItem,
    TableRow,
};
pub use suite::{Claim, ConstraintPath, Expect, ExpectKind, PropertyItem, SignalSetting, TestCase, TestItem};
pub use types::{
    EnumItem, FieldDecl, GuaranteeDecl, Invariant, MeasurementDecl, RecordItem, TraitItem, TypeExpr, TypeKind,
};

/// One source file.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// The items in the order in which they were written.
    pub items: Vec<Item>,
}

/// A word as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Ident {
    /// The word.
    pub text: Name,
    /// Where it stands.
    pub span: Span,
}

/// A text in quotes, escapes resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// The text between the quotes.
    pub text: Name,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// The name of an item, perhaps of another package: `Model` or `core::Model`.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// The dependency's name before `::`.
    pub package: Option<Ident>,
    /// The item's name.
    pub name: Ident,
}

impl Path {
    /// Where the whole path stands.
    pub fn span(&self) -> Span {
        self.package.as_ref().map_or(self.name.span, |p| p.span.to(self.name.span))
    }
}

/// `@owner("risk")`: a name and its arguments, kept and shown, never evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// The word after `@`.
    pub name: Ident,
    /// The arguments between the brackets: texts, numbers or words, as texts.
    pub args: Vec<Text>,
    /// The whole annotation.
    pub span: Span,
}

/// What stands before a declaration: `///` documentation and annotations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Front {
    /// The lines of documentation without their slashes, joined by newlines.
    pub docs: Option<Name>,
    /// The annotations in order.
    pub annotations: Vec<Annotation>,
}

/// One declaration at the top level of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Documentation and annotations.
    pub front: Front,
    /// The declaration.
    pub kind: ItemKind,
    /// From its keyword to its end.
    pub span: Span,
}

/// The kinds of declaration.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// `enum Region { us_east, eu_west }`
    Enum(EnumItem),
    /// `record Task { title: string }`
    Record(RecordItem),
    /// `trait Model { … }`
    Trait(TraitItem),
    /// `service "gpt-5.2-pro" is Model { … }`
    Service(ServiceItem),
    /// `request Completion { … }`
    Request(RequestItem),
    /// `signal healthy for Model: bool = true`
    Signal(SignalItem),
    /// `let EU: set<Region> = { … }`
    Let(LetItem),
    /// `define sensitive(r: Completion) = …`
    Define(DefineItem),
    /// `table layers: Layer -> { … } { … }`
    Table(TableItem),
    /// `route completion for Completion { … }`
    Route(RouteItem),
    /// `rule pii on completion { … }`
    Rule(RuleItem),
    /// `waiver "INC-4711" for pii { … }`
    Waiver(WaiverItem),
    /// `test "name" { … }`
    Test(TestItem),
    /// `property name on completion { … }`
    Property(PropertyItem),
    /// `mission name(…) limit … { … }`
    Mission(MissionItem),
    /// An item whose head did not parse; its keyword and name where they could be read.
    Error {
        /// The name that was being declared.
        name: Option<Ident>,
    },
}
