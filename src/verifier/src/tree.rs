//! Search trees: a certificate shows how roles are filled, or why they cannot be, option by option.
//!
//! Nothing is searched here. At each branch the options are listed anew; every one is excluded by the first instance
//! that fails, or refuted by a tree of its own, or chosen, and the certificate must say exactly that.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::Refusal;
use crate::eval::{Assignment, ill};
use crate::json::Json;
use crate::judge::{Groups, Instance, Judge, Judged, groups_json, ranges_json};
use crate::members::{Checked, list, member, text};
use crate::program::Role;
use crate::value::Name;

/// The trees of one set of constraints.
pub struct Search<'a, 'p> {
    /// The judge.
    pub judge: &'a Judge<'p>,
    /// For each role the services for which every instance that judges them alone holds, by name.
    pub domains: Vec<Vec<Name>>,
    /// The instances between roles.
    pub between: Vec<&'a Instance<'p>>,
    /// Somebody whom a list role must be given.
    pub must: Option<(usize, Name)>,
    /// The step that is named in refusals.
    pub step: String,
    /// Domains in the order of rank, where that does not depend on other roles.
    pub ranked: RefCell<BTreeMap<usize, Rc<Vec<Name>>>>,
}

/// How far the roles are filled.
#[derive(Clone)]
pub struct State {
    /// What the roles are given; a role that is not closed is `None`.
    pub given: Assignment,
    /// The elements of the list that is being filled, and the first option that may follow.
    partial: (Vec<Name>, usize),
}

/// For each role in order its candidates, highest score first, then by the keys for ties, then by name; nobody comes last.
type Rank = Vec<(bool, Reverse<i128>, usize, Name)>;

impl State {
    /// Nobody is given anything.
    pub fn new(roles: usize) -> State {
        State { given: vec![None; roles], partial: (Vec::new(), 0) }
    }

    /// The state after an option of a role: an element goes on a list, nobody closes it.
    pub fn after(&self, place: usize, role: &Role, from: usize, option: Option<&Name>) -> State {
        let mut next = self.clone();
        let closed = match option {
            Some(name) if role.list => {
                next.partial.0.push(name.clone());
                next.partial.1 = from;
                return next;
            }
            Some(name) => vec![name.clone()],
            None => std::mem::take(&mut next.partial).0,
        };
        next.partial.1 = 0;
        if let Some(given) = next.given.get_mut(place) {
            *given = Some(closed);
        }
        next
    }

    fn is_open(&self, place: usize) -> bool {
        matches!(self.given.get(place), Some(None))
    }
}

impl<'a, 'p> Search<'a, 'p> {
    fn refuse<T>(&self, reason: impl Into<String>) -> Checked<T> {
        Err(Refusal::new(self.step.clone(), reason))
    }

    fn role(&self, place: usize) -> Checked<&'p Role> {
        self.judge.program().route.roles.get(place).ok_or_else(|| ill("no such role"))
    }

    /// Follows the branches that fill these roles, one for each group of roles that hang together, up to the first that
    /// cannot be filled; nothing where there is one. With a claim, groups whose scores depend on the assignment are
    /// compared with it.
    pub fn fill(
        &self,
        mut state: State,
        roles: &[usize],
        branches: &[Json],
        claim: Option<&Assignment>,
    ) -> Checked<Option<State>> {
        self.judge.world.charge(1 + self.between.len() as u64)?;
        let mut branches = branches.iter();
        for group in self.groups(&state, roles) {
            let Some(branch) = branches.next() else { return self.refuse("a branch is missing") };
            let first = group.first().copied().unwrap_or(0);
            let filled = match claim {
                Some(claim) if self.depends(&state, first) => Some(self.compare(state, &group, branch, claim)?),
                _ => self.branch(&state, &group, branch, claim)?,
            };
            match filled {
                Some(filled) => state = filled,
                None if branches.next().is_some() => return self.refuse("something follows a refuted branch"),
                None => return Ok(None),
            }
        }
        if branches.next().is_some() { self.refuse("a branch too many") } else { Ok(Some(state)) }
    }

    /// The roles in groups that no instance and no score joins while they are open, each in declared order.
    pub fn groups(&self, state: &State, roles: &[usize]) -> Vec<Vec<usize>> {
        let mut groups: Vec<BTreeSet<usize>> = roles.iter().map(|role| BTreeSet::from([*role])).collect();
        for instance in &self.between {
            let joins = instance.needs.iter().chain(&instance.candidate).copied();
            let joins: BTreeSet<usize> = joins.filter(|role| state.is_open(*role)).collect();
            let (joined, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| !group.is_disjoint(&joins));
            let joined = joined.into_iter().reduce(|a, b| a.union(&b).copied().collect());
            groups = apart.into_iter().chain(joined).collect();
        }
        groups.sort();
        groups.into_iter().map(|group| group.into_iter().collect()).collect()
    }

    /// Whether the scores of a role's candidates depend on a role that is still open.
    fn depends(&self, state: &State, place: usize) -> bool {
        let mut scores = self.judge.instances.iter().filter(|i| i.is_score() && i.candidate == Some(place));
        scores.any(|score| score.needs.iter().any(|role| state.is_open(*role)))
    }

    /// One branch: every option of the first role of a group, up to the one that is chosen.
    fn branch(
        &self,
        state: &State,
        group: &[usize],
        branch: &Json,
        claim: Option<&Assignment>,
    ) -> Checked<Option<State>> {
        let Some((place, later)) = group.split_first() else { return self.refuse("a branch without a role") };
        let role = self.role(*place)?;
        if !branch.has_keys(&["chosen", "excluded", "refuted", "rest", "role"]) || text(branch, "role")? != &*role.name
        {
            return self.refuse(format!("there is no branch on `{}`", role.name));
        }
        let chosen = member(branch, "chosen")?;
        let mut subs =
            Subtrees::read(list(branch, "refuted")?).ok_or_else(|| Refusal::new(self.step.clone(), "no subtrees"))?;
        let (mut excluded, mut completed) = (Groups::new(), None);
        let domain = self.ranked(state, *place)?;
        for (at, option) in self.options(state, *place, &domain)? {
            let next = self.take(state, *place, at, option)?;
            if let Some(reason) = self.failing(&next, *place, option)? {
                excluded.entry(reason).or_default().insert(at);
                continue;
            }
            let still = if role.list && option.is_some() { group } else { later };
            if *chosen == Json::Number(at as i64) {
                completed = self.fill(next, still, list(branch, "rest")?, claim)?;
                if completed.is_none() {
                    return self.refuse(format!("option {at} of `{}` is chosen, and refuted", role.name));
                }
                break;
            }
            let Some(sub) = subs.visit(at) else {
                return self.refuse(format!("option {at} of `{}` is not accounted for", role.name));
            };
            if self.fill(next, still, sub, None)?.is_some() {
                return self.refuse(format!("option {at} of `{}` is not refuted", role.name));
            }
        }
        let undone = *chosen == Json::Null && *member(branch, "rest")? == Json::Null;
        if !subs.are_canonical() || completed.is_none() != undone {
            return self.refuse(format!("the branch on `{}` accounts for options that there are not", role.name));
        }
        if *member(branch, "excluded")? != groups_json(&excluded, "options") {
            return self.refuse(format!("the branch on `{}` excludes others, or by other constraints", role.name));
        }
        Ok(completed)
    }

    /// The state after an option is taken; where the ranks of a list are not known yet, any order of it may follow.
    fn take(&self, state: &State, place: usize, at: usize, option: Option<&Name>) -> Checked<State> {
        let role = self.role(place)?;
        let from = if role.list && self.depends(state, place) { 0 } else { at + 1 };
        Ok(state.after(place, role, from, option))
    }

    /// The domain of a role in the order of rank; of names, where scores depend on what is open.
    fn ranked(&self, state: &State, place: usize) -> Checked<Rc<Vec<Name>>> {
        if let Some(ranked) = self.ranked.borrow().get(&place) {
            return Ok(Rc::clone(ranked));
        }
        let mut ranked = Vec::new();
        self.judge.world.charge(self.domains.get(place).map_or(0, Vec::len) as u64)?;
        let scored = !self.depends(state, place);
        for name in self.domains.get(place).into_iter().flatten() {
            let score = if scored { self.score(place, name, &state.given)? } else { None };
            // Where nobody has a score yet, there are no ties to break.
            let tie = if scored { self.judge.tie(place, name)? } else { 0 };
            ranked.push((Reverse(score.unwrap_or(i128::MIN)), tie, name.clone()));
        }
        ranked.sort();
        let ranked = Rc::new(ranked.into_iter().map(|(.., name)| name).collect());
        let mut scores = self.judge.instances.iter().filter(|i| i.is_score() && i.candidate == Some(place));
        if scores.all(|score| score.needs.is_empty()) {
            self.ranked.borrow_mut().insert(place, Rc::clone(&ranked));
        }
        Ok(ranked)
    }

    /// The options of a role with their positions: its ranked domain, and nobody where the role may stay as it is.
    fn options<'d>(
        &'d self,
        state: &'d State,
        place: usize,
        domain: &'d [Name],
    ) -> Checked<impl Iterator<Item = (usize, Option<&'d Name>)>> {
        let (taken, from) = &state.partial;
        let (least, most) = self.role(place)?.bounds;
        let must = self.must.as_ref().filter(|(of, name)| *of == place && !taken.contains(name)).map(|(_, name)| name);
        let last = must.and_then(|must| domain.iter().position(|name| name == must));
        let last = last.filter(|_| !self.depends(state, place));
        let nobody = taken.len() >= least && must.is_none();
        let some = domain.iter().enumerate().skip(*from).filter(move |(at, name)| {
            // Somebody who must be on the list comes after those who rank before, as long as there is room.
            let before = taken.len() + 1 < most && last.is_none_or(|last| *at < last);
            taken.len() < most && must.is_none_or(|must| *name == must || before) && !taken.contains(name)
        });
        let nobody = nobody.then_some((domain.len(), None));
        Ok(some.map(|(at, name)| (at, Some(name))).chain(nobody))
    }

    fn score(&self, place: usize, name: &Name, given: &Assignment) -> Checked<Option<i128>> {
        Ok(self.judge.score(place, name, given)?.map(|(sum, _)| sum))
    }

    /// The first instance that fails now that an option of a role is taken, by name and clause, and its verdict.
    pub fn failing(
        &self,
        next: &State,
        place: usize,
        option: Option<&Name>,
    ) -> Checked<Option<(&'a str, usize, &'static str)>> {
        self.judge.world.charge(1 + self.between.len() as u64)?;
        for instance in self.between.iter().copied() {
            let whole = instance.needs.contains(&place);
            if !(whole || instance.candidate == Some(place)) || instance.needs.iter().any(|role| next.is_open(*role)) {
                continue;
            }
            // An element of a list is judged when it is taken, unless the list matters as a whole.
            let subjects: Vec<Option<&Name>> = match instance.candidate {
                None => vec![None],
                Some(candidate) if candidate == place && !whole => option.map(Some).into_iter().collect(),
                Some(candidate) => {
                    next.given.get(candidate).and_then(Option::as_ref).into_iter().flatten().map(Some).collect()
                }
            };
            for subject in subjects {
                if let Judged::Fails(verdict) = self.judge.judge(instance, subject, &next.given)? {
                    return Ok(Some((instance.constraint.as_str(), instance.clause, verdict)));
                }
            }
            if let (true, Some(candidate)) = (instance.is_score(), instance.candidate)
                && !self.rank(next, &[candidate])?.is_sorted_by(|a, b| a < b)
            {
                return Ok(Some((instance.constraint.as_str(), instance.clause, "false")));
            }
        }
        Ok(None)
    }

    /// A group whose scores depend on what its later roles are given: all its admissible assignments are counted, and
    /// all but the claimed one rank lower.
    fn compare(&self, state: State, group: &[usize], branch: &Json, claim: &Assignment) -> Checked<State> {
        let role = self.role(group.first().copied().unwrap_or(0))?;
        let claimed = group.iter().fold(state.clone(), |mut claimed, place| {
            if let (Some(to), Some(from)) = (claimed.given.get_mut(*place), claim.get(*place)) {
                to.clone_from(from);
            }
            claimed
        });
        let best = self.rank(&claimed, group)?;
        let (mut found, mut count) = (false, 0);
        self.completions(&state, group, &mut |completed| {
            count += 1;
            found |= completed.given == claimed.given;
            Ok(completed.given == claimed.given || self.rank(completed, group)? > best)
        })?;
        if !found {
            return self.refuse(format!("the claimed services from `{}` on are not admissible", role.name));
        }
        if !branch.has_keys(&["admissible", "role"])
            || text(branch, "role")? != &*role.name
            || *member(branch, "admissible")? != Json::Number(count)
        {
            return self.refuse(format!("`{}` and what hangs on it has {count} admissible assignments", role.name));
        }
        Ok(claimed)
    }

    /// Hands each admissible assignment of a group to a judge, who says whether it may be there.
    fn completions(
        &self,
        state: &State,
        group: &[usize],
        judge: &mut dyn FnMut(&State) -> Checked<bool>,
    ) -> Checked<()> {
        let Some((place, later)) = group.split_first() else {
            return if judge(state)? { Ok(()) } else { self.refuse("an admissible assignment ranks higher") };
        };
        let role = self.role(*place)?;
        let domain = self.ranked(state, *place)?;
        for (at, option) in self.options(state, *place, &domain)? {
            self.judge.world.charge(1)?;
            let next = self.take(state, *place, at, option)?;
            if self.failing(&next, *place, option)?.is_none() {
                self.completions(&next, if role.list && option.is_some() { group } else { later }, judge)?;
            }
        }
        Ok(())
    }

    fn rank(&self, state: &State, group: &[usize]) -> Checked<Rank> {
        let mut rank = Rank::new();
        for place in group {
            for name in state.given.get(*place).and_then(Option::as_ref).into_iter().flatten() {
                let score = self.score(*place, name, &state.given)?;
                let tie = self.judge.tie(*place, name)?;
                rank.push((false, Reverse(score.unwrap_or(i128::MIN)), tie, name.clone()));
            }
            rank.push((true, Reverse(0), 0, Name::from("")));
        }
        Ok(rank)
    }
}

/// The refuted options of a branch, grouped by the tree that refutes them: `[[ranges, branches], …]`.
pub struct Subtrees<'a> {
    /// Ranges with the place of their tree, ascending.
    ranges: Vec<(i64, i64, usize)>,
    /// The ranges as they are spelled, the tree, and the positions that were visited.
    trees: Vec<(&'a Json, &'a [Json], BTreeSet<usize>)>,
}

impl<'a> Subtrees<'a> {
    /// Reads the groups; nothing if they have another form.
    pub fn read(groups: &'a [Json]) -> Option<Self> {
        let mut subtrees = Subtrees { ranges: Vec::new(), trees: Vec::new() };
        for (number, group) in groups.iter().enumerate() {
            let [spelled, branches] = group.list()? else { return None };
            for range in spelled.list()? {
                let [Json::Number(from), Json::Number(to)] = range.list()? else { return None };
                subtrees.ranges.push((*from, *to, number));
            }
            subtrees.trees.push((spelled, branches.list()?, BTreeSet::new()));
        }
        subtrees.ranges.sort();
        Some(subtrees)
    }

    /// The tree for a position.
    pub fn visit(&mut self, at: usize) -> Option<&'a [Json]> {
        let position = i64::try_from(at).ok()?;
        let behind = self.ranges.partition_point(|(from, ..)| *from <= position);
        let (_, to, tree) = self.ranges.get(behind.checked_sub(1)?)?;
        let (_, branches, visited) = self.trees.get_mut(*tree).filter(|_| position <= *to)?;
        visited.insert(at);
        Some(*branches)
    }

    /// Whether each tree stands once, for exactly the positions that were visited, in the order of the first of them.
    pub fn are_canonical(&self) -> bool {
        let distinct: BTreeSet<&[Json]> = self.trees.iter().map(|(_, tree, _)| *tree).collect();
        let exact =
            self.trees.iter().all(|(spelled, _, visited)| **spelled == ranges_json(visited) && !visited.is_empty());
        exact
            && distinct.len() == self.trees.len()
            && self.trees.is_sorted_by_key(|(.., visited)| visited.first().copied())
    }
}
