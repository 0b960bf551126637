//! The abstract syntax tree: what was written, with the span of everything, nothing bound and nothing checked.
//!
//! Items, members and expressions that did not parse are `Error` nodes, so that later stages still see everything
//! around them. Meaning is given in `resolve/` and `check/`.

pub use crate::base::words::{Cardinality, Composition, Direction};
use crate::base::{Currency, Date, Decimal, Instant, Name, Span};

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

/// `route completion for Completion { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct RouteItem {
    /// The route's name.
    pub name: Ident,
    /// The request type it answers.
    pub request: Path,
    /// Its roles in order.
    pub roles: Vec<RoleDecl>,
    /// `stages ocr then translate then review`, each chain.
    pub stages: Vec<Vec<Ident>>,
    /// `review after ocr, translate`.
    pub after: Vec<(Ident, Vec<Ident>)>,
    /// Its own constraints.
    pub requires: Vec<RequireClause>,
    /// Its scores.
    pub scores: Vec<ScoreBlock>,
    /// How ties are broken.
    pub ties: Vec<TiesDecl>,
    /// What a decision gives besides the services.
    pub outputs: Vec<OutputDecl>,
    /// Its phases, in the order in which they are told.
    pub phases: Vec<PhaseDecl>,
}

/// `phase matching: capabilities, in_time because "no service fits the request"`
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseDecl {
    /// Documentation and annotations.
    pub front: Front,
    /// The phase's name.
    pub name: Ident,
    /// Labels of constraints of the route, rules by name, `rules` and `accept`, in the order in which they are told.
    pub members: Vec<Ident>,
    /// What to say where the phase leaves nobody.
    pub because: Option<Text>,
    /// The whole declaration.
    pub span: Span,
}

/// `ties primary, fallback by draw(request.seed, service.name), then by service.price desc`
#[derive(Clone, Debug, PartialEq)]
pub struct TiesDecl {
    /// Documentation and annotations.
    pub front: Front,
    /// The roles whose candidates it orders.
    pub roles: Vec<Ident>,
    /// The keys in the order in which they decide.
    pub keys: Vec<TieKey>,
    /// The whole declaration.
    pub span: Span,
}

/// `service.price desc`
#[derive(Clone, Debug, PartialEq)]
pub struct TieKey {
    /// What is compared.
    pub value: Expr,
    /// Whether the greatest wins, and not the least.
    pub descending: bool,
}

/// `output control: limit_energy(request.push, 1)`
#[derive(Clone, Debug, PartialEq)]
pub struct OutputDecl {
    /// Documentation and annotations.
    pub front: Front,
    /// The output's name.
    pub name: Ident,
    /// What it is.
    pub value: Expr,
    /// The whole declaration.
    pub span: Span,
}

/// `fallback: Model[0..2]`
#[derive(Clone, Debug, PartialEq)]
pub struct RoleDecl {
    /// Documentation and annotations.
    pub front: Front,
    /// The role's name.
    pub name: Ident,
    /// The trait its services implement.
    pub trait_: Path,
    /// How many.
    pub cardinality: Cardinality,
    /// The whole declaration.
    pub span: Span,
}

/// `require latency: service.latency <= 30s because "…"`
#[derive(Clone, Debug, PartialEq)]
pub struct RequireClause {
    /// Documentation and annotations.
    pub front: Front,
    /// The label; every constraint of a route has one.
    pub label: Option<Ident>,
    /// What must be true.
    pub condition: Expr,
    /// Why.
    pub because: Option<Text>,
    /// The whole clause.
    pub span: Span,
}

/// `score primary, fallback { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreBlock {
    /// The roles it ranks.
    pub roles: Vec<Ident>,
    /// The terms in order.
    pub terms: Vec<ScoreTerm>,
    /// The whole block.
    pub span: Span,
}

/// `nearby: 5 when request.region in service.regions`
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreTerm {
    /// Documentation and annotations.
    pub front: Front,
    /// The term's name.
    pub name: Ident,
    /// What it adds.
    pub value: Expr,
    /// Counts only where this is true.
    pub when: Option<Expr>,
}

/// `rule pii_stays_in_eu on completion { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct RuleItem {
    /// The rule's name.
    pub name: Ident,
    /// The routes, or single roles of routes, it governs.
    pub targets: Vec<RuleTarget>,
    /// `when …`
    pub when: Option<Expr>,
    /// `unless …`
    pub unless: Option<Expr>,
    /// `require …`, `exclude …` and `deny …` in order.
    pub clauses: Vec<RuleClause>,
    /// `because "…"`
    pub because: Option<Text>,
}

/// `completion` or `completion.primary`
#[derive(Clone, Debug, PartialEq)]
pub struct RuleTarget {
    /// The route.
    pub route: Path,
    /// The one role it is narrowed to.
    pub role: Option<Ident>,
}

/// One thing a rule does.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleClause {
    /// Which of the three.
    pub kind: RuleClauseKind,
    /// The whole clause.
    pub span: Span,
}

/// What a rule can do.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleClauseKind {
    /// `require …`
    Require(Expr),
    /// `exclude service when …`: the subject (`service` or a role) and when.
    Exclude {
        /// `service`, or the role whose candidate is meant.
        subject: Ident,
        /// Always, where nothing is said.
        when: Option<Expr>,
    },
    /// `deny when …`; always, where nothing is said.
    Deny {
        /// The request is denied where this is true or unknown.
        when: Option<Expr>,
    },
}

/// `waiver "INC-4711" for pii_stays_in_eu { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct WaiverItem {
    /// The waiver's name, a text.
    pub name: Text,
    /// The rule it lifts.
    pub rule: Path,
    /// Lifts only where this is true.
    pub when: Option<Expr>,
    /// The last day on which it lifts.
    pub until: Option<(Date, Span)>,
    /// Who approved it.
    pub approved_by: Option<Text>,
    /// Why.
    pub because: Option<Text>,
}

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

/// `mission daily_loop(tasks: list<Task>) limit steps 5, human 2 { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct MissionItem {
    /// The mission's name.
    pub name: Ident,
    /// Its parameters.
    pub params: Vec<Param>,
    /// The most steps it may take.
    pub step_limit: Option<(i64, Span)>,
    /// The most human steps it may take.
    pub human_limit: Option<(i64, Span)>,
    /// Its state, each with type and first value.
    pub state: Vec<FieldDecl>,
    /// Its steps in order.
    pub steps: Vec<MissionStep>,
}

/// One step of a mission.
#[derive(Clone, Debug, PartialEq)]
pub struct MissionStep {
    /// Documentation and annotations.
    pub front: Front,
    /// The step's name.
    pub name: Ident,
    /// The steps it comes after; the step before it, where nothing is said.
    pub after: Vec<Ident>,
    /// Runs only where this is true.
    pub when: Option<Expr>,
    /// What it does.
    pub body: StepBody,
    /// The whole step.
    pub span: Span,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum StepBody {
    /// `step name { … }`: operations, all or none.
    Operations(Vec<Operation>),
    /// `human name { ask "…" options [ a, b ] by [ "ceo" ] into field }`
    Human {
        /// The question.
        ask: Expr,
        /// The answers that may be given; any of the field's type, where none are named.
        options: Option<Box<Expr>>,
        /// Who may answer; anybody who did not begin the mission, where nobody is named.
        by: Option<Box<Expr>>,
        /// The state that takes the answer; nothing where the question is only whether to go on.
        into: Option<Ident>,
    },
}

/// One operation of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// `set field = value`
    Set(Ident, Expr),
    /// `append field value`
    Append(Ident, Expr),
    /// `increment field` or `increment field by value`
    Increment(Ident, Option<Expr>),
    /// `merge field value`
    Merge(Ident, Expr),
    /// `unset field`
    Unset(Ident),
    /// `copy from to`
    Copy(Ident, Ident),
    /// `noop`
    Noop(Span),
    /// `fail "…"`
    Fail(Expr),
    /// `route completion.primary with { … } into field`
    Route {
        /// The route.
        route: Path,
        /// The role that is taken; the first, where none is named.
        role: Option<Ident>,
        /// The request.
        request: Expr,
        /// The state that takes who fills the role.
        into: Ident,
    },
    /// `run mission.field with { … } into field`
    Mission {
        /// The nested mission.
        mission: Path,
        /// The field of its final state that is taken.
        field: Option<Ident>,
        /// Its arguments.
        args: Expr,
        /// The state that takes the value of that field.
        into: Option<Ident>,
    },
}

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
