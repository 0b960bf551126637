//! What would have to give: every minimal set of constraints without which a role can be filled.
//!
//! Each such set shares a member with each core, and cores are found as they are needed: a set that does not help yet
//! leaves a core, and is extended by each member of it in turn (Reiter's tree, breadth first, so that a set is met before
//! those that contain it). Every set that is returned was tried: without it the roles were filled.

use std::collections::{BTreeSet, VecDeque};

use super::DecideError;
use super::core::{Stuck, core};
use super::problem::Problem;
use super::search::{Question, search};
use crate::plan::Bits;

/// A set of constraints without which the roles can be filled, and who can then stand in the last of them.
#[derive(Clone, Debug)]
pub struct Relaxed {
    /// The constraints.
    pub dropped: Bits,
    /// The services, by number.
    pub admits: Vec<usize>,
}

/// All minimal sets of constraints that may be dropped and without which the first roles can be filled, smallest first; and
/// whether the search was complete.
pub fn relaxations(problem: &mut Problem<'_>, roles: usize, first: &Bits) -> Result<(Vec<Relaxed>, bool), DecideError> {
    let mut found: Vec<Relaxed> = Vec::new();
    match collect(problem, roles, first, &mut found) {
        Ok(()) => Ok((found, true)),
        Err(DecideError::SearchLimit) => Ok((found, false)),
        Err(error) => Err(error),
    }
}

fn collect(problem: &mut Problem<'_>, roles: usize, first: &Bits, found: &mut Vec<Relaxed>) -> Result<(), DecideError> {
    let mut cores = vec![first.clone()];
    let mut met = BTreeSet::new();
    let mut open = VecDeque::from([Bits::new(problem.route.constraints.len())]);
    while let Some(set) = open.pop_front() {
        if found.iter().any(|relaxed| relaxed.dropped.is_subset(&set)) {
            continue;
        }
        let blocking = match cores.iter().find(|core| core.is_disjoint(&set)) {
            Some(core) => core.clone(),
            None if search(problem, &Question::any(roles, Some(&set)))?.is_some() => {
                let admits = admits(problem, roles, &set)?;
                found.push(Relaxed { dropped: set, admits });
                continue;
            }
            None => {
                let stuck = Stuck { roles, prefix: Vec::new(), dropped: set.clone() };
                let core = core(problem, &stuck, false)?;
                cores.push(core.clone());
                core
            }
        };
        for constraint in blocking.iter() {
            let mut next = set.clone();
            next.insert(constraint);
            let protected = problem.route.constraints.get(constraint).is_none_or(|c| c.protected);
            if !protected && met.insert(next.clone()) {
                open.push_back(next);
            }
        }
    }
    Ok(())
}

/// Everybody who can stand in the last of the roles without these constraints.
fn admits(problem: &mut Problem<'_>, roles: usize, dropped: &Bits) -> Result<Vec<usize>, DecideError> {
    let Some(last) = roles.checked_sub(1) else { return Ok(Vec::new()) };
    let route = problem.route;
    let Some(plan) = route.roles.get(last) else { return Ok(Vec::new()) };
    let field = problem.field(last)?;
    let mut known = std::collections::BTreeMap::new();
    let mut admits = Vec::new();
    for (ranked, group) in &field.ranked {
        if !field.groups.get(*group).is_some_and(|set| set.is_subset(dropped)) {
            continue;
        }
        let class = plan.alike.as_ref().map(|partition| partition.class(ranked.service));
        let stands = match class.and_then(|class| known.get(&class).copied()) {
            Some(stands) => stands,
            None => {
                let order = std::iter::once(last).chain(0..last).collect();
                let must = Some((last, ranked.service));
                let question = Question { order, must, ..Question::any(roles, Some(dropped)) };
                search(problem, &question)?.is_some()
            }
        };
        class.map(|class| known.insert(class, stands));
        if stands {
            admits.push(ranked.service);
        }
    }
    admits.sort_unstable();
    Ok(admits)
}
