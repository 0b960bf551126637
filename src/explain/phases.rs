//! A decision told phase by phase: who came to each phase, who left in it and by which constraint, and the first that left nobody.
//!
//! Everything counted here is counted of what the decision names. A service leaves in the first phase that one of its failing
//! constraints stands in; whatever else stands against it is told where it belongs, and changes no count.

use std::collections::BTreeMap;

use super::Told;
use crate::base::Name;
use crate::ir::Phase;
use crate::plan::route::RolePlan;
use crate::route::DecideError;
use crate::route::decision::{Ending, Rejected};
use crate::route::phases::Empty;
use crate::route::trace::Trace;

/// The story of a decision.
#[derive(Clone, Debug)]
pub struct Story<'d> {
    /// The phases in order, the choice last.
    pub phases: Vec<Chapter<'d>>,
    /// The first phase that leaves nobody, where the request is unroutable.
    pub empty: Option<Empty>,
}

/// One phase of the story.
#[derive(Clone, Debug)]
pub struct Chapter<'d> {
    /// The phase.
    pub phase: Phase,
    /// What became of the candidates of each role; empty where nobody was looked at.
    pub roles: Vec<Narrowed<'d>>,
}

/// What a phase does to the candidates of a role.
#[derive(Clone, Debug)]
pub struct Narrowed<'d> {
    /// The role.
    pub role: Name,
    /// Candidates that nothing before this phase stands against.
    pub came: usize,
    /// Those of them that nothing in this phase stands against either.
    pub left: usize,
    /// Those who leave here, by name.
    pub leaving: Vec<Leaving<'d>>,
    /// Those who left before and whom this phase would have stopped as well.
    pub also: Vec<Leaving<'d>>,
}

/// A service that a phase stops.
#[derive(Clone, Copy, Debug)]
pub struct Leaving<'d> {
    /// The service with everything that stands against it.
    pub rejected: &'d Rejected,
    /// The first constraint of the phase, in its order, that stands against it.
    pub by: &'d Name,
    /// Whether it could have stood in the role by itself, and was passed over.
    pub beside: bool,
}

/// The story of a decision whose request could be read.
pub fn story<'d>(told: &Told<'d>) -> Result<Option<Story<'d>>, DecideError> {
    let Some(trace) = told.trace else { return Ok(None) };
    let phases = trace.phases();
    let empty = trace.first_empty(&phases)?;
    let looked = matches!(told.decision.ending, Ending::Routed | Ending::Unroutable);
    let roles = trace.outcome.route.roles.iter().filter(|_| looked);
    let mut columns: Vec<std::vec::IntoIter<Narrowed<'d>>> =
        roles.map(|role| narrowed(told, trace, &phases, role).into_iter()).collect();
    let chapter = |phase: Phase| Chapter { phase, roles: columns.iter_mut().filter_map(Iterator::next).collect() };
    Ok(Some(Story { phases: phases.into_iter().map(chapter).collect(), empty }))
}

/// What each phase does to the candidates of a role.
fn narrowed<'d>(told: &Told<'d>, trace: &Trace<'_>, phases: &[Phase], role: &RolePlan) -> Vec<Narrowed<'d>> {
    let nothing = |_: &Phase| Narrowed { role: role.name.clone(), came: 0, left: 0, leaving: vec![], also: vec![] };
    let mut all: Vec<Narrowed<'d>> = phases.iter().map(nothing).collect();
    let places = phases.iter().enumerate().flat_map(|(phase, of)| {
        of.constraints.iter().enumerate().map(move |(at, constraint)| (constraint, (phase, at)))
    });
    let places: BTreeMap<&Name, (usize, usize)> = places.collect();
    for rejected in told.decision.rejected.iter().filter(|rejected| rejected.role == role.name) {
        let beside = beside(told, trace, rejected);
        let failing = rejected.by.iter().map(|failure| &failure.constraint);
        let mut stopped: Vec<((usize, usize), &'d Name)> =
            failing.filter_map(|by| Some((*places.get(by)?, by))).collect();
        stopped.sort();
        stopped.dedup_by_key(|((phase, _), _)| *phase);
        for (at, ((phase, _), by)) in stopped.into_iter().enumerate() {
            let Some(of) = all.get_mut(phase) else { continue };
            let stops = if at == 0 { &mut of.leaving } else { &mut of.also };
            stops.push(Leaving { rejected, by, beside });
        }
    }
    let mut came = role.candidates.len();
    for of in &mut all {
        of.came = came;
        of.left = came.saturating_sub(of.leaving.len());
        came = of.left;
    }
    all
}

/// Whether a service could have stood in its role by itself.
fn beside(told: &Told<'_>, trace: &Trace<'_>, rejected: &Rejected) -> bool {
    let Some((role, service)) = trace.role(&rejected.role).zip(told.plan.number(&rejected.service)) else {
        return false;
    };
    let outcome = &trace.outcome;
    let admitted = outcome.domains.get(role).is_some_and(|domain| domain.contains(service));
    let score = outcome.route.constraints.get(outcome.route.score).map(|constraint| &constraint.name);
    let unscored = rejected.by.iter().any(|failure| Some(&failure.constraint) == score);
    admitted && !(unscored && outcome.route.roles.get(role).is_some_and(|role| !role.dynamic))
}

impl Story<'_> {
    /// The phase that leaves nobody.
    pub fn empty_phase(&self) -> Option<&Phase> {
        self.empty.as_ref().and_then(|empty| self.phases.get(empty.phase)).map(|chapter| &chapter.phase)
    }

    /// How many a phase stops of a role by which constraint, each service counted once, in the order in which the phase tells them.
    pub fn counted<'c, 'd>(phase: &'c Phase, leaving: &'c [Leaving<'d>]) -> Vec<(&'c Name, Vec<&'c Leaving<'d>>)> {
        let mut by: BTreeMap<&Name, Vec<&Leaving<'d>>> = BTreeMap::new();
        for one in leaving {
            by.entry(one.by).or_default().push(one);
        }
        phase.constraints.iter().filter_map(|name| Some((name, by.remove(name)?))).collect()
    }
}
