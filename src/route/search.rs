//! The search for the assignment that ranks first.
//!
//! Roles are filled one after another, candidates in rank order, so that the first assignment that is admissible is the
//! one that ranks first. A dead end is answered with the set of roles that are to blame: a role that is not among them is
//! not tried again with somebody else, and neither is a candidate that nothing can tell apart from one that has failed.
//! Where scores depend on the assignment, all admissible assignments are compared. The number of steps is limited.

use std::cmp::Ordering;

use super::DecideError;
use super::problem::{Assignment, Problem, Ranked};
use crate::plan::Bits;
use crate::plan::route::{RolePlan, Roles, bit};

/// What is asked of the search.
#[derive(Clone, Debug)]
pub struct Question<'q> {
    /// The roles to fill, in this order.
    pub order: Vec<usize>,
    /// The constraints that do not count; nothing for all that count.
    pub dropped: Option<&'q Bits>,
    /// What a role's list must begin with.
    pub prefix: Vec<(usize, Prefix)>,
    /// Somebody whom a role must be given.
    pub must: Option<(usize, usize)>,
    /// Whether the best assignment is wanted, not just any.
    pub best: bool,
}

/// What a role's list must begin with.
#[derive(Clone, Debug)]
pub struct Prefix {
    /// The services.
    pub services: Vec<usize>,
    /// Whether that is the whole list.
    pub exact: bool,
}

impl<'q> Question<'q> {
    /// The best assignment of all roles.
    pub fn best(roles: usize) -> Self {
        Self { order: (0..roles).collect(), dropped: None, prefix: Vec::new(), must: None, best: true }
    }

    /// Whether the first roles can be filled at all without these constraints.
    pub fn any(roles: usize, dropped: Option<&'q Bits>) -> Self {
        Self { order: (0..roles).collect(), dropped, prefix: Vec::new(), must: None, best: false }
    }
}

/// How a part of the search ended.
enum End {
    /// There are assignments; the best so far is kept.
    Found,
    /// There are none, and what these roles are given is to blame.
    Dead(Roles),
}

struct Search<'s, 'o> {
    problem: &'s mut Problem<'o>,
    question: &'s Question<'s>,
    /// The candidates by role.
    domains: Vec<Vec<Ranked>>,
    /// The instances to ask when the role at this place of the order is complete.
    complete: Vec<Vec<usize>>,
    /// The instances to ask for each element of the list at this place.
    element: Vec<Vec<usize>>,
    /// The roles whose scores are settled when the role at this place is complete.
    scored: Vec<Vec<usize>>,
    /// The places at whose roles the first success is the best one.
    settled: usize,
    best: Option<(Vec<Vec<Ranked>>, Assignment)>,
}

/// Answers the question: an assignment, or that there is none.
pub fn search(problem: &mut Problem<'_>, question: &Question<'_>) -> Result<Option<Assignment>, DecideError> {
    let mut domains = vec![Vec::new(); problem.route.roles.len()];
    for role in &question.order {
        if let Some(domain) = domains.get_mut(*role) {
            *domain = candidates(problem, question.dropped, *role)?;
        }
    }
    let places = question.order.len();
    let leading = question.order.iter().take_while(|role| problem.route.roles.get(**role).is_some_and(|r| !r.dynamic));
    let settled = if question.best { leading.count() } else { places };
    let empty = vec![Vec::new(); places];
    let mut search = Search {
        problem,
        question,
        domains,
        complete: empty.clone(),
        element: empty.clone(),
        scored: empty,
        settled,
        best: None,
    };
    search.triggers();
    search.problem.machine.given.iter_mut().for_each(Vec::clear);
    search.fill(0)?;
    let best = search.best.map(|(_, assignment)| assignment);
    problem.machine.given.iter_mut().for_each(Vec::clear);
    Ok(best)
}

/// The candidates of a role, in rank order, when some constraints do not count.
fn candidates(problem: &mut Problem<'_>, dropped: Option<&Bits>, role: usize) -> Result<Vec<Ranked>, DecideError> {
    let Some(dropped) = dropped else { return Ok(problem.domain(role)?.to_vec()) };
    let field = problem.field(role)?;
    problem.spend(field.ranked.len() as u64)?;
    let free: Vec<bool> = field.groups.iter().map(|set| set.is_subset(dropped)).collect();
    let stands = |group: usize| free.get(group).copied().unwrap_or(false);
    Ok(field.ranked.iter().filter(|(_, group)| stands(*group)).map(|(ranked, _)| *ranked).collect())
}

impl<'o> Search<'_, 'o> {
    fn role(&self, at: usize) -> Option<(usize, &'o RolePlan)> {
        let role = *self.question.order.get(at)?;
        let route = self.problem.route;
        Some((role, route.roles.get(role)?))
    }

    fn given(&self, role: usize) -> &[usize] {
        self.problem.machine.given.get(role).map_or(&[], Vec::as_slice)
    }

    /// The place of the last of these roles in the order; nothing if one of them is not to be filled.
    fn last(&self, roles: Roles) -> Option<usize> {
        let places = self.question.order.iter().enumerate().filter(|(_, role)| roles & bit(**role) != 0);
        let (count, last) = places.fold((0, None), |(count, _), (at, _)| (count + 1, Some(at)));
        last.filter(|_| count == roles.count_ones())
    }

    /// Sorts the instances between the roles by when they can be asked.
    fn triggers(&mut self) {
        let route = self.problem.route;
        let dropped = |constraint: usize| self.question.dropped.is_some_and(|set| set.contains(constraint));
        let (mut complete, mut element, mut scored) = (Vec::new(), Vec::new(), Vec::new());
        for (number, instance) in route.instances.iter().enumerate() {
            if instance.unary || dropped(instance.constraint) {
                continue;
            }
            let Some(at) = self.last(instance.involves) else { continue };
            let own = self.role(at).filter(|(role, plan)| {
                plan.list && instance.candidate == Some(*role) && instance.whole & bit(*role) == 0
            });
            if own.is_some() { element.push((at, number)) } else { complete.push((at, number)) }
        }
        for (role, plan) in route.roles.iter().enumerate() {
            if plan.dynamic && !dropped(route.score) {
                scored.extend(self.last(plan.depends | bit(role)).map(|at| (at, role)));
            }
        }
        for (sorted, lists) in
            [(complete, &mut self.complete), (element, &mut self.element), (scored, &mut self.scored)]
        {
            for (at, number) in sorted {
                lists.get_mut(at).into_iter().for_each(|list| list.push(number));
            }
        }
    }

    /// Fills the roles from this place on.
    fn fill(&mut self, at: usize) -> Result<End, DecideError> {
        let Some((role, _)) = self.role(at) else { return self.leaf() };
        let end = self.extend(at, 0)?;
        Ok(match end {
            End::Dead(blame) => End::Dead(blame & !bit(role)),
            End::Found => End::Found,
        })
    }

    /// Everybody is in place: keeps the assignment if it is the best so far.
    fn leaf(&mut self) -> Result<End, DecideError> {
        let assignment = self.problem.machine.given.clone();
        let mut rank = Vec::new();
        if self.settled < self.question.order.len() {
            for (role, given) in assignment.iter().enumerate() {
                let mut of_role = Vec::new();
                for service in given {
                    let score = self.problem.score(role, *service)?;
                    of_role.push(self.problem.rank(role, *service, score)?);
                }
                rank.push(of_role);
            }
        }
        if self.best.as_ref().is_none_or(|(best, _)| ranks_before(&rank, best)) {
            self.best = Some((rank, assignment));
        }
        Ok(End::Found)
    }

    /// Gives the role at this place one more service, each in turn, and at last none.
    fn extend(&mut self, at: usize, start: usize) -> Result<End, DecideError> {
        let Some((role, plan)) = self.role(at) else { return Ok(End::Dead(0)) };
        let alike = plan.alike.as_deref();
        let (mut blame, mut found) = (bit(role), false);
        let mut failed = Bits::new(alike.map_or(0, |partition| partition.examples.len()));
        for choice in self.choices(at, start) {
            let Some(service) = self.domains.get(role).and_then(|d| d.get(choice)).map(|r| r.service) else { continue };
            let class = alike.map(|partition| partition.class(service) as usize);
            if class.is_some_and(|class| failed.contains(class)) || self.given(role).contains(&service) {
                continue;
            }
            self.problem.spend(1)?;
            self.problem.machine.given.get_mut(role).into_iter().for_each(|given| given.push(service));
            let end = self.with_element(at, choice)?;
            self.problem.machine.given.get_mut(role).and_then(Vec::pop);
            match end {
                End::Found if at < self.settled => return Ok(End::Found),
                End::Found => found = true,
                End::Dead(roles) if roles & bit(role) == 0 && !found => return Ok(End::Dead(roles)),
                End::Dead(roles) => {
                    blame |= roles;
                    class.into_iter().for_each(|class| failed.insert(class));
                }
            }
        }
        if self.may_end(role, plan) {
            match self.finish(at)? {
                End::Found => found = true,
                End::Dead(roles) if roles & bit(role) == 0 && !found => return Ok(End::Dead(roles)),
                End::Dead(roles) => blame |= roles,
            }
        }
        Ok(if found { End::Found } else { End::Dead(blame) })
    }

    /// The places in the domain of those who may come next.
    fn choices(&self, at: usize, start: usize) -> impl Iterator<Item = usize> + use<> {
        let picked = self.picked(at, start);
        let role = self.role(at).filter(|(role, plan)| picked.is_none() && self.given(*role).len() < plan.hi);
        let end = role.and_then(|(role, _)| self.domains.get(role)).map_or(0, Vec::len);
        (start..end).chain(picked.into_iter().flatten())
    }

    /// The same where the question leaves only some of them; nothing where it leaves all.
    fn picked(&self, at: usize, start: usize) -> Option<Vec<usize>> {
        let (role, plan) = self.role(at)?;
        let count = self.given(role).len();
        let domain = self.domains.get(role)?;
        let place = |service: usize| domain.iter().position(|ranked| ranked.service == service);
        if count >= plan.hi {
            return None;
        }
        if let Some((_, prefix)) = self.question.prefix.iter().find(|(of, _)| *of == role) {
            match prefix.services.get(count) {
                Some(service) => return Some(place(*service).into_iter().collect()),
                None if prefix.exact => return Some(Vec::new()),
                None => {}
            }
        }
        // Somebody who must be in the list comes first, or after those who rank before.
        let must = self.question.must.filter(|(of, service)| *of == role && !self.given(role).contains(service));
        let Some(must) = place(must?.1) else { return Some(Vec::new()) };
        let before = if count + 1 < plan.hi { start..must } else { must..must };
        let after = if plan.dynamic && count + 1 < plan.hi { must + 1..domain.len() } else { must..must };
        Some(std::iter::once(must).filter(|must| *must >= start).chain(before).chain(after).collect())
    }

    fn may_end(&self, role: usize, plan: &RolePlan) -> bool {
        let given = self.given(role);
        let prefix = self.question.prefix.iter().find(|(of, _)| *of == role);
        // A single role that is given somebody has ended already.
        let open = plan.list || given.is_empty();
        open && given.len() >= plan.lo
            && prefix.is_none_or(|(_, prefix)| given.len() >= prefix.services.len())
            && self.question.must.is_none_or(|(of, service)| of != role || given.contains(&service))
    }

    /// Goes on after one more service was given to the role at this place.
    fn with_element(&mut self, at: usize, choice: usize) -> Result<End, DecideError> {
        let Some((role, plan)) = self.role(at) else { return Ok(End::Dead(0)) };
        for number in self.element.get(at).cloned().unwrap_or_default() {
            if !self.problem.holds(number, true)? {
                return Ok(End::Dead(self.blame(number) | bit(role)));
            }
        }
        if !plan.list {
            return self.finish(at);
        }
        // Lists are in rank order; where the ranks are not known yet, any order is tried.
        self.extend(at, if plan.dynamic { 0 } else { choice + 1 })
    }

    /// Goes on when the role at this place has everybody it is given.
    fn finish(&mut self, at: usize) -> Result<End, DecideError> {
        let own = self.role(at).map_or(0, |(role, _)| bit(role));
        for number in self.complete.get(at).cloned().unwrap_or_default() {
            if !self.problem.holds(number, false)? {
                return Ok(End::Dead(self.blame(number) | own));
            }
        }
        for role in self.scored.get(at).cloned().unwrap_or_default() {
            if !in_rank_order(self.problem, role)? {
                let depends = self.problem.route.roles.get(role).map_or(0, |role| role.depends);
                return Ok(End::Dead(depends | bit(role) | own));
            }
        }
        self.fill(at + 1)
    }

    fn blame(&self, number: usize) -> Roles {
        self.problem.route.instances.get(number).map_or(0, |instance| instance.involves)
    }
}

/// Whether everybody in a role has a score as things stand, and the list is in the order of rank.
pub fn in_rank_order(problem: &mut Problem<'_>, role: usize) -> Result<bool, DecideError> {
    let mut before: Option<Ranked> = None;
    for service in problem.machine.given.get(role).cloned().unwrap_or_default() {
        problem.spend(1)?;
        let Some(score) = problem.score(role, service)? else { return Ok(false) };
        let ranked = problem.rank(role, service, Some(score))?;
        if before.is_some_and(|before| before >= ranked) {
            return Ok(false);
        }
        before = Some(ranked);
    }
    Ok(true)
}

/// Role by role, element by element: the better candidate first, and anybody before nobody.
fn ranks_before(a: &[Vec<Ranked>], b: &[Vec<Ranked>]) -> bool {
    for (a, b) in a.iter().zip(b) {
        let differ = a.iter().zip(b).map(|(a, b)| a.cmp(b)).find(|order| order.is_ne());
        match differ.unwrap_or_else(|| b.len().cmp(&a.len())) {
            Ordering::Equal => {}
            order => return order.is_lt(),
        }
    }
    false
}
