//! How the constraints narrow the candidates of a role: a histogram that adds up, and a row for each constraint.

use std::collections::{BTreeMap, BTreeSet};

use super::miss::{Miss, miss};
use crate::base::Name;
use crate::eval::Truth;
use crate::ir::{Phase, Policy, Services};
use crate::route::decision::{Decision, Failure, Rejected};

/// The candidates of one role and what becomes of them.
#[derive(Clone, Debug)]
pub struct Funnel {
    /// The role.
    pub role: Name,
    /// The services of its trait.
    pub candidates: usize,
    /// Those that nothing stands against.
    pub eligible: usize,
    /// The constraints that exclude somebody, in the order in which they are counted: as the phases of the route tell them, and without
    /// phases the one that excludes most of those that are left comes next.
    pub rows: Vec<Row>,
    /// The excluded service that is nearest to being eligible.
    pub nearest: Option<Nearest>,
}

/// What one constraint does to the candidates of a role.
#[derive(Clone, Debug)]
pub struct Row {
    /// The constraint.
    pub constraint: Name,
    /// Candidates that satisfy it, whatever else excludes them.
    pub alone: usize,
    /// Candidates that it excludes and no row before it does.
    pub counted: usize,
    /// Those of them for whom it is unknown rather than false.
    pub counted_unknown: usize,
    /// Candidates that are left once it is applied after the rows before it.
    pub survivors: usize,
    /// Candidates that nothing else excludes.
    pub sole: usize,
    /// Candidates for whom it is unknown.
    pub unknown: usize,
    /// The failure that is nearest to success, with the service; sole blockers first.
    pub nearest: Option<(Name, Miss)>,
    /// Where it is written.
    pub at: Name,
}

/// The service that fails the fewest constraints, and by the least.
#[derive(Clone, Debug)]
pub struct Nearest {
    /// The service.
    pub service: Name,
    /// How many constraints it fails.
    pub fails: usize,
    /// The first failure.
    pub failure: Failure,
}

/// The constraints, by name, that a rejected service fails.
fn failed(rejected: &Rejected) -> BTreeSet<&Name> {
    rejected.by.iter().map(|f| &f.constraint).collect()
}

/// Whether a service fails a constraint only because something is unknown.
fn only_unknown(rejected: &Rejected, constraint: &Name) -> bool {
    rejected.by.iter().filter(|f| f.constraint == *constraint).all(|f| f.verdict == Truth::Unknown)
}

/// The funnel of a role.
pub fn funnel(decision: &Decision, policy: &Policy, services: &Services, role: &Name) -> Funnel {
    let declared = policy.routes.get(&decision.route).and_then(|r| r.roles.iter().find(|r| r.name == *role));
    let of_trait = |s: &&crate::ir::Service| declared.is_some_and(|r| s.traits.contains(&r.trait_));
    let candidates = services.values().filter(of_trait).count();
    let excluded: Vec<&Rejected> = decision.rejected.iter().filter(|r| r.role == *role).collect();
    let phases = policy.routes.get(&decision.route).map_or(&[][..], |route| route.phases.as_slice());
    Funnel {
        role: role.clone(),
        candidates,
        eligible: candidates.saturating_sub(excluded.len()),
        rows: rows(&excluded, candidates, phases),
        nearest: nearest(&excluded),
    }
}

fn rows(excluded: &[&Rejected], candidates: usize, phases: &[Phase]) -> Vec<Row> {
    let mut open: BTreeMap<&Name, Vec<&Rejected>> = BTreeMap::new();
    for rejected in excluded {
        for constraint in failed(rejected) {
            open.entry(constraint).or_default().push(rejected);
        }
    }
    let mut counted: BTreeSet<&Name> = BTreeSet::new();
    let mut rows = Vec::new();
    while let Some(constraint) = next(&open, &counted, phases) {
        let all = open.remove(constraint).unwrap_or_default();
        let new: Vec<&&Rejected> = all.iter().filter(|r| !counted.contains(&r.service)).collect();
        let sole: Vec<&&Rejected> = all.iter().filter(|r| failed(r).len() == 1).collect();
        let near = if sole.is_empty() { all.iter().collect() } else { sole.clone() };
        rows.push(Row {
            constraint: constraint.clone(),
            alone: candidates.saturating_sub(all.len()),
            counted: new.len(),
            counted_unknown: new.iter().filter(|r| only_unknown(r, constraint)).count(),
            survivors: candidates.saturating_sub(counted.len() + new.len()),
            sole: sole.len(),
            unknown: all.iter().filter(|r| only_unknown(r, constraint)).count(),
            nearest: nearest_miss(&near, constraint),
            at: all
                .first()
                .and_then(|r| r.by.iter().find(|f| f.constraint == *constraint))
                .map_or("".into(), |f| f.at.clone()),
        });
        counted.extend(all.iter().map(|r| &r.service));
    }
    rows
}

/// The constraint that the phases tell next; without phases the one that excludes most of those that are not counted yet, the
/// smaller name among equals.
fn next<'a>(
    open: &BTreeMap<&'a Name, Vec<&Rejected>>,
    counted: &BTreeSet<&Name>,
    phases: &[Phase],
) -> Option<&'a Name> {
    let fresh = |all: &[&Rejected]| all.iter().filter(|r| !counted.contains(&r.service)).count();
    let told = |name: &Name| phases.iter().flat_map(|phase| &phase.constraints).position(|of| of == name);
    // What no phase tells is the choice, which comes last.
    let place = |name: &Name| told(name).unwrap_or(usize::MAX);
    let best = open.iter().min_by(|(a, x), (b, y)| {
        let most = (fresh(y), y.len()).cmp(&(fresh(x), x.len()));
        place(a).cmp(&place(b)).then(most).then(a.cmp(b))
    });
    best.map(|(name, _)| *name)
}

fn nearest_miss(near: &[&&Rejected], constraint: &Name) -> Option<(Name, Miss)> {
    let misses = near.iter().flat_map(|r| {
        let failures = r.by.iter().filter(|f| f.constraint == *constraint);
        failures.map(|f| (r.service.clone(), miss(f)))
    });
    misses.min_by(|(a, x), (b, y)| x.rank().cmp(&y.rank()).then(a.cmp(b)))
}

fn nearest(excluded: &[&Rejected]) -> Option<Nearest> {
    let rank = |r: &Rejected| {
        let fails = failed(r).len();
        let unknown = r.by.iter().filter(|f| f.verdict == Truth::Unknown).count();
        let distance = r.by.first().map(|f| miss(f).rank());
        (fails, unknown, distance, r.service.clone())
    };
    let best = excluded.iter().filter(|r| !r.by.is_empty()).min_by_key(|r| rank(r))?;
    Some(Nearest { service: best.service.clone(), fails: failed(best).len(), failure: best.by.first()?.clone() })
}
