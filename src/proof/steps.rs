//! The steps of a certificate, one function for each kind.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{Given, Grower, Reason, State, Subtrees};
use super::{list, quoted, ranges};
use crate::base::Name;
use crate::eval::Truth;
use crate::plan::{Bits, RoutePlan};
use crate::route::problem::Problem;
use crate::route::{DecideError, Decision, Trace};

/// Steps or branches, each in its canonical spelling.
type Steps = Result<Vec<String>, DecideError>;

/// The steps that show that the chosen assignment is admissible and the first.
pub fn routed(trace: &Trace<'_>) -> Steps {
    let mut problem = trace.problem();
    let mut steps = domains(trace, &mut problem)?;
    let claim: Given = trace.assignment.iter().flatten().map(|given| Some(given.clone())).collect();
    let roles: Vec<usize> = (0..claim.len()).collect();
    let mut grower = Grower::new(&mut problem, &Bits::new(trace.outcome.route.constraints.len()))?;
    let (branches, _) = grower.fill(State::new(roles.len()), &roles, Some(&claim))?;
    steps.push(format!(r#"{{"branches":{},"step":"assignment"}}"#, list(branches)));
    Ok(steps)
}

/// The domain of each role: who is admitted, and everything that excludes the others.
fn domains<'t>(trace: &'t Trace<'_>, problem: &mut Problem<'t>) -> Steps {
    let (outcome, route) = (&trace.outcome, trace.outcome.route);
    let mut steps = Vec::new();
    for (number, role) in route.roles.iter().enumerate() {
        let mut excluded: BTreeMap<Reason, Vec<usize>> = BTreeMap::new();
        let candidates: Vec<usize> = role.candidates.iter().collect();
        let mut position: Vec<Option<usize>> = vec![None; outcome.plan.names.len()];
        for (at, service) in candidates.iter().enumerate() {
            position.get_mut(*service).into_iter().for_each(|place| *place = Some(at));
        }
        let position = |service: usize| position.get(service).copied().flatten();
        for (instance, unary) in route.instances.iter().zip(&outcome.unary) {
            let Some(unary) = unary.as_ref().filter(|_| instance.candidate == Some(number)) else { continue };
            for (set, verdict) in [(&unary.refuted, Truth::False), (&unary.unknown, Truth::Unknown)] {
                let positions = set.iter().filter_map(position);
                let reason = (instance.constraint, instance.clause, verdict);
                excluded.entry(reason).or_default().extend(positions);
            }
        }
        if !role.dynamic {
            let field = problem.field(number)?;
            let unscored = field.ranked.iter().filter(|(ranked, _)| ranked.score.0.is_none());
            let mut positions: Vec<usize> = unscored.filter_map(|(ranked, _)| position(ranked.service)).collect();
            positions.sort_unstable();
            excluded.entry((route.score, 0, Truth::Unknown)).or_default().extend(positions);
        }
        excluded.retain(|_, positions| !positions.is_empty());
        let mut out = Bits::new(candidates.len());
        excluded.values().flatten().for_each(|at| out.insert(*at));
        let admitted: Vec<usize> = (0..candidates.len()).filter(|at| !out.contains(*at)).collect();
        let grower = Grower::new(problem, &Bits::new(route.constraints.len()))?;
        steps.push(format!(
            r#"{{"admitted":{},"candidates":{},"excluded":{},"role":{},"step":"domain"}}"#,
            ranges(&admitted),
            candidates.len(),
            grower.excluded(&excluded, "candidates"),
            quoted(&role.name),
        ));
    }
    Ok(steps)
}

/// The steps that show that a role is the first that cannot be filled, that the core suffices and is minimal, and that
/// the relaxations are all there are.
pub fn unroutable(trace: &Trace<'_>, decision: &Decision) -> Steps {
    let mut problem = trace.problem();
    let mut steps = domains(trace, &mut problem)?;
    let route = trace.outcome.route;
    let Some(unroutable) = &decision.unroutable else { return Ok(steps) };
    let Some(place) = route.roles.iter().position(|role| role.name == unroutable.role) else { return Ok(steps) };
    let everything = Bits::new(route.constraints.len());
    let branches = filling(&mut problem, &everything, place)?;
    steps.push(format!(r#"{{"branches":{},"step":"filled"}}"#, list(branches)));
    let core = named(route, &unroutable.core);
    let mut needed = Vec::new();
    for member in core.iter() {
        let mut without = core.clone();
        without.remove(member);
        needed.push(list(filling(&mut problem, &complement(route, &without), place + 1)?));
    }
    let branches = filling(&mut problem, &complement(route, &core), place + 1)?;
    steps.push(format!(r#"{{"branches":{},"needed":{},"step":"core"}}"#, list(branches), list(needed)));
    let mut obstacles = BTreeSet::from([BTreeSet::new()]);
    for relaxation in &unroutable.relaxations {
        steps.push(relaxed(&mut problem, &named(route, &relaxation.drop), place)?);
        obstacles = extended(&obstacles, &relaxation.drop);
    }
    let protected = (0..route.constraints.len()).filter(|c| route.constraints.get(*c).is_some_and(|of| of.protected));
    let protected = Bits::of(route.constraints.len(), protected);
    for obstacle in obstacles {
        let names: Vec<Name> = obstacle.into_iter().collect();
        let mut counting = named(route, &names);
        counting.add(&protected);
        let branches = filling(&mut problem, &complement(route, &counting), place + 1)?;
        let names = list(names.iter().map(|name| quoted(name)));
        steps.push(format!(r#"{{"branches":{},"constraints":{names},"step":"obstacle"}}"#, list(branches)));
    }
    Ok(steps)
}

/// How the first roles are filled, or why they cannot be, without some constraints.
fn filling(problem: &mut Problem<'_>, dropped: &Bits, roles: usize) -> Steps {
    problem.refill();
    let count = problem.route.roles.len();
    let roles: Vec<usize> = (0..roles).collect();
    Ok(Grower::new(problem, dropped)?.fill(State::new(count), &roles, None)?.0)
}

/// How the roles are filled without some constraints, and everybody who could stand in the last of them, with how the
/// roles are then filled, or why not.
fn relaxed(problem: &mut Problem<'_>, dropped: &Bits, place: usize) -> Result<String, DecideError> {
    let branches = filling(problem, dropped, place + 1)?;
    let route = problem.route;
    let is_list = route.roles.get(place).is_some_and(|role| role.list);
    let alike = route.roles.get(place).and_then(|role| role.alike.as_deref()).filter(|_| !is_list);
    let mut grower = Grower::new(problem, dropped)?;
    let (mut trees, mut known) = (Subtrees::default(), BTreeMap::new());
    for (at, service) in grower.domain(place).to_vec().into_iter().enumerate() {
        let class = alike.map(|alike| alike.class(service));
        if let Some(place) = class.and_then(|class| known.get(&class)) {
            trees.share(at, *place);
            continue;
        }
        let tree = trees.add(at, list(with(&mut grower, (place, service), is_list)?));
        class.map(|class| known.insert(class, tree));
    }
    Ok(format!(r#"{{"branches":{},"step":"relaxation","tried":{}}}"#, list(branches), trees.spell()))
}

/// How the roles up to one are filled when that one is given somebody.
fn with(grower: &mut Grower<'_, '_>, (place, service): (usize, usize), list: bool) -> Steps {
    let count = grower.roles();
    if list {
        grower.must = Some((place, service));
        let roles: Vec<usize> = (0..=place).collect();
        return Ok(grower.fill(State::new(count), &roles, None)?.0);
    }
    let state = State::new(count).with(place, vec![service]);
    let roles: Vec<usize> = (0..place).collect();
    match grower.failing(&state, place, Some(service))? {
        Some(_) => Ok(Vec::new()),
        None => Ok(grower.fill(state, &roles, None)?.0),
    }
}

fn named(route: &RoutePlan, names: &[Name]) -> Bits {
    let numbers = (0..route.constraints.len())
        .filter(|number| route.constraints.get(*number).is_some_and(|of| names.contains(&of.name)));
    Bits::of(route.constraints.len(), numbers)
}

/// All constraints that are not in the set.
fn complement(route: &RoutePlan, set: &Bits) -> Bits {
    let mut rest = Bits::of(route.constraints.len(), 0..route.constraints.len());
    rest.take_out(set);
    rest
}

/// The smallest sets that share a member with each of those before and with one more.
fn extended(sets: &BTreeSet<BTreeSet<Name>>, with: &[Name]) -> BTreeSet<BTreeSet<Name>> {
    let mut larger = BTreeSet::new();
    for set in sets {
        if with.iter().any(|name| set.contains(name)) {
            larger.insert(set.clone());
            continue;
        }
        larger.extend(with.iter().map(|name| set.iter().chain([name]).cloned().collect::<BTreeSet<Name>>()));
    }
    let smallest = |set: &&BTreeSet<Name>| !larger.iter().any(|other| other != *set && other.is_subset(set));
    larger.iter().filter(smallest).cloned().collect()
}
