//! Why one service was not chosen for a role, and the least that would have to change.
//!
//! *Takes* a decision and one service; *gives* how it stands, all that fails for it, and the changes that would admit it.
//! *Promises* that every change was decided again. *Leaves out* how it is shown, which [`text`] and [`json`] say.

mod json;
mod text;

pub use json::json;
pub use text::text;

use super::Told;
use super::repair::{Ground, Repairs, change::Facts, repairs};
use crate::base::Name;
use crate::facts::Inputs;
use crate::route::decision::{Chosen, Ending, Failure};
use crate::route::{DecideError, Trace};

/// How a service stands in a role.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It is chosen.
    Chosen(Chosen),
    /// It is eligible, and others score higher.
    Lost {
        /// Its own score.
        own: Chosen,
        /// The last who was chosen.
        to: Chosen,
    },
    /// It is eligible, and another role cannot be filled.
    Eligible,
    /// Something stands against it.
    Excluded,
    /// It has not the trait of the role.
    Misfit,
}

impl Standing {
    /// `chosen`, `lost`, `eligible`, `excluded` or `misfit`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Chosen(_) => "chosen",
            Self::Lost { .. } => "lost",
            Self::Eligible => "eligible",
            Self::Excluded => "excluded",
            Self::Misfit => "misfit",
        }
    }

    /// Whether nothing stands against it.
    pub fn is_eligible(&self) -> bool {
        matches!(self, Self::Chosen(_) | Self::Lost { .. } | Self::Eligible)
    }
}

/// The answer.
pub struct Report<'a> {
    /// The decision and what it was made from.
    pub told: &'a Told<'a>,
    /// The role.
    pub role: Name,
    /// The service.
    pub service: Name,
    /// How it stands.
    pub standing: Standing,
    /// What fails for it whatever the other roles are given; denials are the decision's.
    pub alone: Vec<Failure>,
    /// What fails for it beside those who were chosen.
    pub between: Vec<Failure>,
    /// What would admit it; nothing where it is eligible, or has not the trait.
    pub repairs: Option<Repairs>,
    /// Things as they are.
    pub facts: Facts,
}

/// The role that is asked about: the one named, or the first whose trait the service has, or the first.
pub fn role_of(told: &Told<'_>, service: &Name, named: Option<&str>) -> Option<usize> {
    let roles = &told.route()?.roles;
    let traits = &told.plan.services.get(service)?.traits;
    match named {
        Some(named) => roles.iter().position(|role| &*role.name == named),
        None => roles.iter().position(|role| traits.contains(&role.trait_)).or(Some(0)),
    }
}

/// Finds the answer.
pub fn report<'a>(
    told: &'a Told<'a>,
    (inputs, trace): (&'a Inputs, &'a Trace<'a>),
    role: usize,
    service: &'a Name,
) -> Result<Report<'a>, DecideError> {
    let ground = Ground::new((told.plan, &told.decision.route, inputs), (role, service), told.decision);
    let declared = told.route().and_then(|route| route.roles.get(role));
    let name = declared.map_or_else(|| Name::from(""), |role| role.name.clone());
    let fits = declared.is_some_and(|role| ground.facts().service.traits.contains(&role.trait_));
    let standing = if fits { standing(told, trace, (role, &name), service)? } else { Standing::Misfit };
    let (alone, between, repairs) = match standing {
        Standing::Excluded => {
            let (alone, between) = ground.failures()?;
            (alone, between, Some(repairs(&ground)?))
        }
        _ => (Vec::new(), Vec::new(), None),
    };
    Ok(Report { told, role: name, service: service.clone(), standing, alone, between, repairs, facts: ground.facts() })
}

fn standing(
    told: &Told<'_>,
    trace: &Trace<'_>,
    (number, role): (usize, &Name),
    service: &Name,
) -> Result<Standing, DecideError> {
    let decision = told.decision;
    let filled = decision.role(role);
    if let Some(chosen) = filled.and_then(|f| f.given.iter().find(|c| c.service == *service)) {
        return Ok(Standing::Chosen(chosen.clone()));
    }
    let rejected = decision.rejected.iter().any(|r| r.role == *role && r.service == *service);
    if rejected || !matches!(decision.ending, Ending::Routed | Ending::Unroutable) {
        return Ok(Standing::Excluded);
    }
    let own = trace.score(number, service)?;
    Ok(match (own, filled.and_then(|f| f.given.last())) {
        (Some(own), Some(to)) => Standing::Lost { own, to: to.clone() },
        _ => Standing::Eligible,
    })
}
