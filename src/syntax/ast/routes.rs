//! Routes, rules and waivers.

use super::{Cardinality, Expr, Front, Ident, Path, Text};
use crate::base::{Date, Span};

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
