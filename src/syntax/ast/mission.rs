//! Missions.

use super::{Expr, FieldDecl, Front, Ident, Param, Path};
use crate::base::Span;

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
