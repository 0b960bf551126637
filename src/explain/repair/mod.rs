//! Repairs: the smallest sets of changes that would admit a service.
//!
//! *Takes* the decision with its plan and inputs, a role and a service; *gives* the smallest set of changes to the request
//! alone, to the contract alone, and to anything where that needs fewer. *Promises* that each was decided again before it is
//! named, that equal inputs give equal answers, and that a search which finds nothing says whether it looked
//! everywhere. *Leaves out* changes to the rules: relaxations are those.

mod bound;
pub mod change;
mod ground;
mod propose;

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Name;
use crate::route::DecideError;
use change::{Change, Facts, Side};
pub use ground::Ground;

/// Changes that are tried for one side.
const TRIES: usize = 600;
/// Whole decisions that are made for one side, each with all services.
const DECISIONS: usize = 24;
/// Changes of one set.
const CHANGES: usize = 4;

/// What a search came to.
#[derive(Clone, Debug)]
pub enum Repair {
    /// These changes admit the service, and a decision was made to see it.
    Found {
        /// The changes, by place.
        changes: Vec<Change>,
        /// Things as they would be.
        facts: Box<Facts>,
    },
    /// No change of this kind helps against these constraints.
    Blocked(Vec<Name>),
    /// Every change that suggests itself was tried, and none was enough.
    Nothing,
    /// The search reached its limit before it had tried everything.
    Limit,
}

impl Repair {
    /// How many changes it takes, if it is possible.
    pub fn size(&self) -> Option<usize> {
        match self {
            Self::Found { changes, .. } => Some(changes.len()),
            Self::Blocked(_) | Self::Nothing | Self::Limit => None,
        }
    }
}

/// What would admit a service.
#[derive(Clone, Debug)]
pub struct Repairs {
    /// Changes to the request alone.
    pub request: Repair,
    /// Changes to the contract alone.
    pub contract: Repair,
    /// Changes to anything, where that takes fewer.
    pub mixed: Option<Repair>,
}

/// Searches all three.
pub fn repairs(ground: &Ground<'_>) -> Result<Repairs, DecideError> {
    let request = smallest(ground, Side::Request, CHANGES)?;
    let contract = smallest(ground, Side::Contract, CHANGES)?;
    let least = request.size().into_iter().chain(contract.size()).min();
    let most = least.map_or(CHANGES, |least| least.saturating_sub(1));
    let mixed = match most {
        0 => None,
        most => Some(smallest(ground, Side::Any, most)?),
    };
    let fewer = |repair: &Repair| least.is_none() || repair.size().is_some();
    Ok(Repairs { request, contract, mixed: mixed.filter(fewer) })
}

/// The smallest set of changes of one side, by size and then in the order of proposals.
///
/// Some change must remove each obstacle, so that it is enough to branch over those that are proposed for one of them: the
/// one with the fewest.
fn smallest(ground: &Ground<'_>, side: Side, most: usize) -> Result<Repair, DecideError> {
    let mut open: BTreeMap<(usize, usize), Vec<Change>> = BTreeMap::from([((0, 0), Vec::new())]);
    let mut seen: BTreeSet<Vec<Change>> = BTreeSet::new();
    let (mut blocked, mut decisions, mut cut) = (Vec::new(), 0, false);
    let mut tries = 0;
    while let Some((_, changes)) = open.pop_first() {
        tries += 1;
        if tries > TRIES || decisions >= DECISIONS {
            return Ok(Repair::Limit);
        }
        let Some(facts) = ground.changed(&changes) else { continue };
        let Some(mut obstacles) = ground.obstacles(&facts, false)? else { continue };
        if obstacles.is_empty() {
            decisions += 1;
            if !changes.is_empty() && ground.verified(&facts)? {
                return Ok(Repair::Found { changes, facts: Box::new(facts) });
            }
            // Nothing fails for the service alone, so that it must be those beside it.
            obstacles = ground.obstacles(&facts, true)?.unwrap_or_default();
        }
        let allowed = |o: &ground::Obstacle| -> Vec<Change> {
            o.changes.iter().filter(|change| side.allows(&change.place)).cloned().collect()
        };
        let proposed: Vec<(Name, Vec<Change>)> = obstacles.iter().map(|o| (o.constraint.clone(), allowed(o))).collect();
        if changes.is_empty() {
            blocked = proposed.iter().filter(|(_, p)| p.is_empty()).map(|(name, _)| name.clone()).collect();
            blocked.dedup();
        }
        let Some((_, next)) = proposed.into_iter().min_by_key(|(_, p)| p.len()) else { continue };
        for change in next {
            let Some(more) = change::with(&changes, &change) else { continue };
            if more.len() > most {
                cut = true;
            } else if seen.insert(more.clone()) {
                open.insert((more.len(), seen.len()), more);
            }
        }
    }
    Ok(match (blocked.is_empty(), cut) {
        (false, _) => Repair::Blocked(blocked),
        (true, true) => Repair::Limit,
        (true, false) => Repair::Nothing,
    })
}
