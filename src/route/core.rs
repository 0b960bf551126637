//! Why there is no assignment: a set of constraints that suffices for that, each member of which is needed.

use super::DecideError;
use super::problem::{Assignment, Problem};
use super::search::{Prefix, Question, in_rank_order, search};
use crate::plan::Bits;

/// What cannot be done: filling the first roles, perhaps with some already given.
#[derive(Clone, Debug)]
pub struct Stuck {
    /// How many of the roles.
    pub roles: usize,
    /// What is given.
    pub prefix: Vec<(usize, Prefix)>,
    /// The constraints that do not count anyway.
    pub dropped: Bits,
}

impl Stuck {
    fn possible(&self, problem: &mut Problem<'_>, dropped: &Bits) -> Result<Option<Assignment>, DecideError> {
        let question = Question { prefix: self.prefix.clone(), ..Question::any(self.roles, Some(dropped)) };
        search(problem, &question)
    }
}

/// A set of constraints that suffices, each of which is needed. `small` also looks for one constraint that suffices alone.
pub fn core(problem: &mut Problem<'_>, stuck: &Stuck, small: bool) -> Result<Bits, DecideError> {
    let all = all_but(problem, &stuck.dropped);
    let weights = weights(problem, stuck)?;
    if small {
        let mut alone: Vec<usize> = all.iter().filter(|c| weights.get(*c).is_some_and(|weight| *weight > 0)).collect();
        alone.sort_by_key(|constraint| std::cmp::Reverse(weights.get(*constraint).copied()));
        for constraint in alone {
            let only = Bits::of(problem.route.constraints.len(), [constraint]);
            if stuck.possible(problem, &complement(problem, &only))?.is_none() {
                return minimal(problem, stuck, only, &weights);
            }
        }
    }
    let mut chosen = Bits::new(problem.route.constraints.len());
    while let Some(assignment) = stuck.possible(problem, &complement(problem, &chosen))? {
        let mut violated = violated(problem, stuck, &assignment)?;
        violated.keep(&all);
        // The smallest place wins ties, and places are in the order of names.
        let next = violated.iter().max_by_key(|c| (weights.get(*c).copied(), std::cmp::Reverse(*c)));
        match next {
            Some(next) if !chosen.contains(next) => chosen.insert(next),
            // An assignment that violates nothing: then nothing is stuck.
            _ => break,
        }
    }
    minimal(problem, stuck, chosen, &weights)
}

/// Takes out members that are not needed, the weakest first.
fn minimal(problem: &mut Problem<'_>, stuck: &Stuck, mut core: Bits, weights: &[usize]) -> Result<Bits, DecideError> {
    let mut members: Vec<usize> = core.iter().collect();
    members.sort_by_key(|c| (weights.get(*c).copied(), std::cmp::Reverse(*c)));
    for member in members {
        core.remove(member);
        if stuck.possible(problem, &complement(problem, &core))?.is_some() {
            core.insert(member);
        }
    }
    Ok(core)
}

fn all_but(problem: &Problem<'_>, dropped: &Bits) -> Bits {
    complement(problem, dropped)
}

/// All constraints that are not in the set.
fn complement(problem: &Problem<'_>, set: &Bits) -> Bits {
    let count = problem.route.constraints.len();
    let mut rest = Bits::of(count, 0..count);
    rest.take_out(set);
    rest
}

/// How strong each constraint is: the candidates it excludes from the last role, and something for each instance between
/// the roles.
fn weights(problem: &mut Problem<'_>, stuck: &Stuck) -> Result<Vec<usize>, DecideError> {
    let mut weights = vec![0; problem.route.constraints.len()];
    for role in 0..stuck.roles {
        let field = problem.field(role)?;
        let mut sizes = vec![0usize; field.groups.len()];
        for (_, group) in &field.ranked {
            sizes.get_mut(*group).into_iter().for_each(|size| *size += 1);
        }
        let factor = if role + 1 == stuck.roles { 1_000 } else { 1 };
        for (set, size) in field.groups.iter().zip(sizes) {
            for constraint in set.iter() {
                weights.get_mut(constraint).into_iter().for_each(|weight| *weight += factor * size);
            }
        }
    }
    for instance in problem.route.instances.iter().filter(|instance| !instance.unary) {
        weights.get_mut(instance.constraint).into_iter().for_each(|weight| *weight += 1);
    }
    if problem.route.roles.iter().any(|role| role.dynamic) {
        weights.get_mut(problem.route.score).into_iter().for_each(|weight| *weight += 1);
    }
    Ok(weights)
}

/// The constraints that an assignment of the first roles violates.
fn violated(problem: &mut Problem<'_>, stuck: &Stuck, assignment: &Assignment) -> Result<Bits, DecideError> {
    let route = problem.route;
    let mut violated = Bits::new(route.constraints.len());
    for role in 0..stuck.roles {
        let field = problem.field(role)?;
        let given = assignment.get(role).map_or(&[][..], Vec::as_slice);
        for (_, group) in field.ranked.iter().filter(|(ranked, _)| given.contains(&ranked.service)) {
            field.groups.get(*group).into_iter().for_each(|set| violated.add(set));
        }
    }
    problem.machine.given.clone_from(assignment);
    let among = (0..stuck.roles).fold(0, |set, role| set | crate::plan::route::bit(role));
    for (number, instance) in route.instances.iter().enumerate() {
        let asked = !instance.unary && instance.involves & !among == 0;
        if asked && !problem.holds(number, false)? {
            violated.insert(instance.constraint);
        }
    }
    for (role, plan) in route.roles.iter().enumerate().take(stuck.roles) {
        if plan.dynamic && plan.depends & !among == 0 && !in_rank_order(problem, role)? {
            violated.insert(route.score);
        }
    }
    problem.machine.given.iter_mut().for_each(Vec::clear);
    Ok(violated)
}
