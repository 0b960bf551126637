//! The decision: who does the work, or why nobody does. Data only; [`super::json`] has its public form.

use std::fmt;

use super::json;
use crate::base::{Date, Decimal, Instant, Name, canonical};
use crate::eval::{MissingFact, Truth};

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Each role has its services.
    Routed,
    /// A rule denies the request.
    Denied,
    /// No assignment is admissible.
    Unroutable,
    /// The request does not fit its type or breaks an invariant of it.
    Invalid,
}

impl Ending {
    /// `routed`, `denied`, `unroutable` or `invalid`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Routed => "routed",
            Self::Denied => "denied",
            Self::Unroutable => "unroutable",
            Self::Invalid => "invalid",
        }
    }
}

/// A decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The route.
    pub route: Name,
    /// How it ended.
    pub ending: Ending,
    /// Who is given to each role, in declared order; empty unless routed.
    pub roles: Vec<Filled>,
    /// The guarantees of the pipeline and their spelling, by name.
    pub guarantees: Vec<(Name, String)>,
    /// The outputs and their spelling, by name, `None` where unknown; empty unless routed.
    pub outputs: Vec<(Name, Option<String>)>,
    /// Who was not taken, and why: by role in declared order, then by name.
    pub rejected: Vec<Rejected>,
    /// The denials that fired, in the order that `@order` states, then by name.
    pub denied_by: Vec<Failure>,
    /// The waivers that lifted something, by name and then by rule.
    pub waived: Vec<Waived>,
    /// Why no assignment is admissible.
    pub unroutable: Option<Unroutable>,
    /// What is wrong with the request.
    pub invalid: Option<Vec<Problem>>,
    /// What the decision depends on.
    pub inputs: Digests,
}

/// A role and who is given to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// The role.
    pub role: Name,
    /// Whether it is a list.
    pub list: bool,
    /// Who is given to it, in order.
    pub given: Vec<Chosen>,
}

/// A service that was taken, with its score.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// The service.
    pub service: Name,
    /// The sum of the terms.
    pub score: Decimal,
    /// The terms that count, in declared order.
    pub terms: Vec<(Name, Decimal)>,
    /// How ties are broken in its role, if keys do that.
    pub ties: Option<Ties>,
}

/// What the keys for ties are worth for a service that was taken, and who lost a tie with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Ties {
    /// The keys and their spelling, in order, `None` where unknown.
    pub keys: Vec<Option<String>>,
    /// Those of the role's domain who were not taken, score the same in its place, and rank below it, in rank order.
    pub tied: Vec<Tied>,
}

/// A service that lost a tie.
#[derive(Clone, Debug, PartialEq)]
pub struct Tied {
    /// The service.
    pub service: Name,
    /// What the keys are worth for it.
    pub keys: Vec<Option<String>>,
}

/// A service that was not taken for a role.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejected {
    /// The service.
    pub service: Name,
    /// The role.
    pub role: Name,
    /// Everything that stands against it, by constraint and clause.
    pub by: Vec<Failure>,
}

/// A constraint that does not hold, or a denial that fires.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The constraint.
    pub constraint: Name,
    /// False or unknown; for a denial true or unknown.
    pub verdict: Truth,
    /// Why the constraint is there.
    pub because: Option<Name>,
    /// Where it is written.
    pub at: Name,
    /// What the left side is, where it has a name.
    pub what: Option<String>,
    /// The left side of the part of the condition that is responsible.
    pub left: Option<String>,
    /// What is asked of the two sides.
    pub relation: Option<&'static str>,
    /// The right side.
    pub right: Option<String>,
    /// The facts that nobody stated.
    pub missing: Vec<MissingFact>,
}

/// A waiver that lifted something.
#[derive(Clone, Debug, PartialEq)]
pub struct Waived {
    /// The waiver.
    pub waiver: Name,
    /// The rule.
    pub rule: Name,
    /// The services that would have been excluded, by name; none where it lifted a denial.
    pub services: Vec<Name>,
    /// The last day on which it lifts.
    pub until: Date,
    /// Who approved it.
    pub approved_by: Name,
    /// Why.
    pub because: Option<Name>,
}

/// Why no assignment is admissible.
#[derive(Clone, Debug, PartialEq)]
pub struct Unroutable {
    /// The first role that cannot be filled.
    pub role: Name,
    /// Constraints that suffice for that, each of which is needed, by name.
    pub core: Vec<Name>,
    /// The minimal sets of constraints without which it can be filled, smallest first and then by name.
    pub relaxations: Vec<Relaxation>,
    /// Whether these are all; the search for them is limited.
    pub complete: bool,
}

/// Constraints without which a role can be filled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relaxation {
    /// The constraints, by name.
    pub drop: Vec<Name>,
    /// Who can then stand in the role, by name.
    pub admits: Vec<Name>,
}

/// Something that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field, if it is one field's.
    pub field: Option<String>,
    /// What is wrong.
    pub message: String,
    /// Where what is broken is written, if it is written in the package.
    pub at: Option<Name>,
}

impl fmt::Display for Problem {
    /// What is wrong, and where what it breaks is written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            // A policy that was read from a certificate has no places.
            Some(at) if !at.is_empty() => write!(f, "{}  [{at}]", self.message),
            _ => f.write_str(&self.message),
        }
    }
}

/// What a decision depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digests {
    /// The policy.
    pub policy: String,
    /// The services.
    pub services: String,
    /// The services that a registry holds; nothing where none is used.
    pub registry: Option<String>,
    /// The request; nothing if it could not be read.
    pub request: Option<String>,
    /// The signals; nothing if the request could not be read.
    pub signals: Option<String>,
    /// The instant.
    pub now: Instant,
}

impl Decision {
    /// A decision in which nothing has been said yet.
    pub(super) fn empty(route: Name, ending: Ending, inputs: Digests) -> Self {
        Self {
            route,
            ending,
            roles: Vec::new(),
            guarantees: Vec::new(),
            outputs: Vec::new(),
            rejected: Vec::new(),
            denied_by: Vec::new(),
            waived: Vec::new(),
            unroutable: None,
            invalid: None,
            inputs,
        }
    }

    /// The decision on a request that does not fit its type.
    pub fn invalid(plan: &crate::plan::Plan, route: Name, problems: Vec<Problem>, now: Instant) -> Self {
        let inputs = Digests {
            policy: plan.policy_digest.clone(),
            services: plan.services_digest.clone(),
            registry: plan.registered.as_ref().map(|held| held.digest.clone()),
            request: None,
            signals: None,
            now,
        };
        Self { invalid: Some(problems), ..Self::empty(route, Ending::Invalid, inputs) }
    }

    /// The digest of everything that was decided.
    pub fn id(&self) -> String {
        canonical::digest_bytes(json::identity(self).as_bytes())
    }

    /// The role with this name.
    pub fn role(&self, name: &str) -> Option<&Filled> {
        self.roles.iter().find(|filled| &*filled.role == name)
    }
}
