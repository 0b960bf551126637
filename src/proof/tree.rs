//! Search trees: how roles are filled, or why they cannot be, option by option, in the one form that a certificate has.
//!
//! The tree is fixed by policy and facts alone (`docs/reference/certificate.md`), so it is grown anew here rather than kept
//! by the search, which skips what it need not look at.

use std::collections::BTreeMap;

use super::{list, quoted, ranges};
use crate::base::canonical;
use crate::eval::Truth;
use crate::plan::Bits;
use crate::plan::route::{Roles, bit};
use crate::route::DecideError;
use crate::route::problem::Problem;

/// What is demanded between roles.
#[derive(Clone, Copy, Debug)]
enum Demand {
    /// An instance, by its number.
    Instance(usize),
    /// That a role's candidates have scores, and a list is in the order of rank.
    Score(usize),
}

/// A demand between roles, with what it needs to be asked.
#[derive(Clone, Copy, Debug)]
struct Between {
    constraint: usize,
    clause: usize,
    demand: Demand,
    /// The role whose candidates it is about.
    candidate: Option<usize>,
    /// The roles besides a single candidate's own that must be closed.
    needs: Roles,
}

/// A constraint, a clause and a verdict.
pub type Reason = (usize, usize, Truth);

/// Who is given to each role, where that is settled.
pub type Given = Vec<Option<Vec<usize>>>;

/// How far the roles are filled.
#[derive(Clone, Debug)]
pub struct State {
    /// What the roles are given; a role that is not closed is `None`.
    pub given: Given,
    /// The elements of the list that is being filled, and the first option that may follow.
    partial: (Vec<usize>, usize),
}

/// The trees of one set of constraints.
pub struct Grower<'a, 'o> {
    problem: &'a mut Problem<'o>,
    /// For each role, the candidates that the constraints on them alone leave, by name.
    domains: Vec<Vec<usize>>,
    between: Vec<Between>,
    /// Somebody whom a list role must be given.
    pub must: Option<(usize, usize)>,
}

type Grown<T> = Result<T, DecideError>;
/// Branches in their canonical spelling, and how the roles are filled if they can be.
type Filled = (Vec<String>, Option<State>);

impl State {
    /// Nobody is given anything.
    pub fn new(roles: usize) -> Self {
        Self { given: vec![None; roles], partial: (Vec::new(), 0) }
    }

    fn is_open(&self, role: usize) -> bool {
        matches!(self.given.get(role), Some(None))
    }

    /// The roles that are open.
    fn open(&self) -> Roles {
        (0..self.given.len()).filter(|role| self.is_open(*role)).fold(0, |set, role| set | bit(role))
    }

    /// The state in which a role is given exactly this.
    pub fn with(&self, role: usize, services: Vec<usize>) -> Self {
        let mut next = self.clone();
        next.partial = (Vec::new(), 0);
        if let Some(given) = next.given.get_mut(role) {
            *given = Some(services);
        }
        next
    }
}

impl<'a, 'o> Grower<'a, 'o> {
    /// The trees in which the constraints of this set do not count.
    pub fn new(problem: &'a mut Problem<'o>, dropped: &Bits) -> Grown<Self> {
        let route = problem.route;
        let mut domains = Vec::new();
        for role in 0..route.roles.len() {
            let field = problem.field(role)?;
            let free: Vec<bool> = field.groups.iter().map(|set| set.is_subset(dropped)).collect();
            let stands = |group: &usize| free.get(*group).copied().unwrap_or(false);
            let domain = field.ranked.iter().filter(|(_, group)| stands(group)).map(|(ranked, _)| ranked.service);
            let mut domain: Vec<usize> = domain.collect();
            domain.sort_unstable();
            domains.push(domain);
        }
        let mut between = Vec::new();
        for (number, instance) in route.instances.iter().enumerate().filter(|(_, i)| !i.unary) {
            let list = |role: usize| route.roles.get(role).is_some_and(|role| role.list);
            let own = instance.candidate.filter(|role| !list(*role)).map_or(0, bit);
            between.push(Between {
                constraint: instance.constraint,
                clause: instance.clause,
                demand: Demand::Instance(number),
                candidate: instance.candidate,
                needs: (instance.named | instance.whole) & !own,
            });
        }
        for (role, plan) in route.roles.iter().enumerate().filter(|(_, plan)| plan.dynamic) {
            between.push(Between {
                constraint: route.score,
                clause: 0,
                demand: Demand::Score(role),
                candidate: Some(role),
                needs: plan.depends | if plan.of_whole { bit(role) } else { 0 },
            });
        }
        between.retain(|of| !dropped.contains(of.constraint));
        between.sort_by_key(|of| (of.constraint, of.clause, of.candidate));
        Ok(Self { problem, domains, between, must: None })
    }

    /// The candidates that constraints on them alone leave for a role, by name.
    pub fn domain(&self, role: usize) -> &[usize] {
        self.domains.get(role).map_or(&[], Vec::as_slice)
    }

    /// How many roles the route has.
    pub fn roles(&self) -> usize {
        self.domains.len()
    }

    /// The branches that fill these roles, up to the first group of them that cannot be filled.
    pub fn fill(&mut self, mut state: State, roles: &[usize], claim: Option<&Given>) -> Grown<Filled> {
        let mut branches = Vec::new();
        for group in self.groups(&state, roles) {
            let first = group.first().copied().unwrap_or(0);
            let (branch, filled) = match claim {
                Some(claim) if self.depends(&state, first) => self.compared(&state, &group, claim)?,
                _ => self.branch(&state, &group, claim)?,
            };
            branches.push(branch);
            match filled {
                Some(filled) => state = filled,
                None => return Ok((branches, None)),
            }
        }
        Ok((branches, Some(state)))
    }

    /// The roles in groups that nothing joins while they are open.
    fn groups(&self, state: &State, roles: &[usize]) -> Vec<Vec<usize>> {
        let mut groups: Vec<Roles> = roles.iter().map(|role| bit(*role)).collect();
        for of in &self.between {
            let joins = (of.needs | of.candidate.map_or(0, bit)) & state.open();
            let (joined, apart): (Vec<Roles>, Vec<Roles>) = groups.into_iter().partition(|group| group & joins != 0);
            groups = apart;
            groups.extend(joined.into_iter().reduce(|a, b| a | b));
        }
        groups.sort_by_key(|group| group.trailing_zeros());
        let roles = 0..state.given.len();
        groups.into_iter().map(|group| roles.clone().filter(|role| group & bit(*role) != 0).collect()).collect()
    }

    /// Whether the scores of a role's candidates depend on a role that is still open.
    fn depends(&self, state: &State, role: usize) -> bool {
        let plan = self.problem.route.roles.get(role);
        plan.is_some_and(|plan| (plan.depends | if plan.of_whole { bit(role) } else { 0 }) & state.open() != 0)
    }

    /// Every option of the first role of a group, up to the one that can be completed.
    fn branch(&mut self, state: &State, group: &[usize], claim: Option<&Given>) -> Grown<(String, Option<State>)> {
        let nothing = || Ok(("null".to_owned(), None));
        let Some((role, later)) = group.split_first() else { return nothing() };
        let Some(plan) = self.problem.route.roles.get(*role) else { return nothing() };
        let mut excluded: BTreeMap<Reason, Vec<usize>> = BTreeMap::new();
        let mut refuted = Subtrees::default();
        let (mut chosen, mut rest, mut completed) = ("null".to_owned(), "null".to_owned(), None);
        // Candidates that nothing can tell apart are excluded for the same reason, or refuted by the same tree.
        let alike = plan.alike.as_deref().filter(|_| !plan.list);
        let mut known: BTreeMap<u32, Result<Reason, usize>> = BTreeMap::new();
        for (at, option) in self.options(state, *role)? {
            let class = alike.zip(option).map(|(alike, service)| alike.class(service));
            match class.and_then(|class| known.get(&class)) {
                Some(Ok(reason)) => {
                    excluded.entry(*reason).or_default().push(at);
                    continue;
                }
                Some(Err(tree)) => {
                    refuted.share(at, *tree);
                    continue;
                }
                None => {}
            }
            let next = self.take(state, *role, at, option);
            if let Some(reason) = self.failing(&next, *role, option)? {
                excluded.entry(reason).or_default().push(at);
                class.map(|class| known.insert(class, Ok(reason)));
                continue;
            }
            let still = if plan.list && option.is_some() { group } else { later };
            let on_the_way = claim.is_none_or(|claim| self.is_claimed(&next, *role, option, claim));
            let (branches, filled) = self.fill(next, still, claim.filter(|_| on_the_way))?;
            if let Some(filled) = filled {
                (chosen, rest, completed) = (at.to_string(), list(branches), Some(filled));
                break;
            }
            let tree = refuted.add(at, list(branches));
            class.map(|class| known.insert(class, Err(tree)));
        }
        let excluded = self.excluded(&excluded, "options");
        let (refuted, role) = (refuted.spell(), quoted(&plan.name));
        let branch =
            format!(r#"{{"chosen":{chosen},"excluded":{excluded},"refuted":{refuted},"rest":{rest},"role":{role}}}"#);
        Ok((branch, completed))
    }

    /// Whether an option leads towards the claimed assignment.
    fn is_claimed(&self, next: &State, role: usize, option: Option<usize>, claim: &Given) -> bool {
        let claimed = claim.get(role).and_then(Option::as_deref).unwrap_or(&[]);
        match next.given.get(role) {
            Some(Some(given)) => given == claimed,
            _ => claimed.starts_with(&next.partial.0) && option.is_some(),
        }
    }

    fn take(&self, state: &State, role: usize, at: usize, option: Option<usize>) -> State {
        let list = self.problem.route.roles.get(role).is_some_and(|plan| plan.list);
        match option {
            Some(service) if list => {
                let mut next = state.clone();
                next.partial.0.push(service);
                next.partial.1 = if self.depends(state, role) { 0 } else { at + 1 };
                next
            }
            Some(service) => state.with(role, vec![service]),
            None => state.with(role, state.partial.0.clone()),
        }
    }

    /// The options of a role with their positions: its domain in the order of rank, of names where scores depend on what
    /// is open, and nobody where the role may stay as it is.
    fn options(&mut self, state: &State, role: usize) -> Grown<Vec<(usize, Option<usize>)>> {
        let Some(plan) = self.problem.route.roles.get(role) else { return Ok(Vec::new()) };
        let domain = self.ranked(state, role)?;
        let (taken, from) = &state.partial;
        let must =
            self.must.filter(|(of, service)| *of == role && !taken.contains(service)).map(|(_, service)| service);
        let last = must.filter(|_| !self.depends(state, role)).and_then(|must| domain.iter().position(|s| *s == must));
        let allowed = |at: usize, service: usize| {
            let room = must
                .is_none_or(|must| service == must || (taken.len() + 1 < plan.hi && last.is_none_or(|last| at < last)));
            taken.len() < plan.hi && room && !taken.contains(&service)
        };
        let some = domain.iter().copied().enumerate().skip(*from).filter(|(at, service)| allowed(*at, *service));
        let nobody = (taken.len() >= plan.lo && must.is_none()).then_some((domain.len(), None));
        Ok(some.map(|(at, service)| (at, Some(service))).chain(nobody).collect())
    }

    fn ranked(&mut self, state: &State, role: usize) -> Grown<Vec<usize>> {
        let domain = self.domain(role).to_vec();
        let dynamic = self.problem.route.roles.get(role).is_some_and(|plan| plan.dynamic);
        if self.depends(state, role) {
            return Ok(domain);
        }
        if !dynamic {
            let field = self.problem.field(role)?;
            let inside = Bits::of(self.problem.plan.names.len(), domain);
            let ranked = field.ranked.iter().map(|(ranked, _)| ranked.service);
            return Ok(ranked.filter(|service| inside.contains(*service)).collect());
        }
        self.stand(state);
        let mut ranked = Vec::new();
        for service in domain {
            // What is composed over the pipeline counts the candidate in.
            if let Some(given) = self.problem.machine.given.get_mut(role) {
                *given = vec![service];
            }
            let score = self.problem.score(role, service)?;
            ranked.push(self.problem.rank(role, service, score)?);
        }
        ranked.sort_unstable();
        Ok(ranked.into_iter().map(|ranked| ranked.service).collect())
    }

    /// Gives the evaluator what the roles are given; open roles nobody, but the list that is being filled.
    fn stand(&mut self, state: &State) {
        let given = state.given.iter().map(|given| given.clone().unwrap_or_default());
        self.problem.machine.given = given.collect();
    }

    /// The first demand that fails now that an option of a role is taken.
    pub fn failing(&mut self, next: &State, role: usize, option: Option<usize>) -> Grown<Option<Reason>> {
        if !self.between.iter().any(|of| of.candidate == Some(role) || of.needs & bit(role) != 0) {
            return Ok(None);
        }
        self.stand(next);
        let open = next.open();
        if let Some(given) = self.problem.machine.given.get_mut(role).filter(|_| open & bit(role) != 0) {
            given.clone_from(&next.partial.0);
        }
        for at in 0..self.between.len() {
            let Some(of) = self.between.get(at).copied() else { continue };
            let whole = of.needs & bit(role) != 0;
            if (!whole && of.candidate != Some(role)) || of.needs & open != 0 {
                continue;
            }
            let own = of.candidate == Some(role) && !whole;
            if (own && option.is_none()) || of.candidate.is_some_and(|role| !own && open & bit(role) != 0) {
                continue;
            }
            let verdict = match of.demand {
                Demand::Instance(number) => self.instance(number, own)?,
                Demand::Score(of) => self.scored(of, own)?,
            };
            if !verdict.holds() {
                return Ok(Some((of.constraint, of.clause, verdict)));
            }
        }
        Ok(None)
    }

    /// The verdict of an instance: for the service that was taken last, or the first that is not true for any.
    fn instance(&mut self, number: usize, only_last: bool) -> Grown<Truth> {
        let route = self.problem.route;
        if self.problem.holds(number, only_last)? {
            return Ok(Truth::True);
        }
        let Some(instance) = route.instances.get(number) else { return Ok(Truth::True) };
        let subjects: Vec<Option<usize>> = match instance.candidate {
            None => vec![None],
            Some(role) => {
                let given = self.problem.machine.given.get(role).map_or(&[][..], Vec::as_slice);
                let from = if only_last { given.len().saturating_sub(1) } else { 0 };
                given.iter().skip(from).map(|service| Some(*service)).collect()
            }
        };
        for subject in subjects {
            self.problem.machine.subject = subject;
            let (verdict, lifted) = self.problem.verdict(instance)?;
            if !verdict.holds() && !lifted {
                return Ok(verdict);
            }
        }
        Ok(Truth::True)
    }

    /// Whether everybody in a role has a score, and a list is in the order of rank.
    fn scored(&mut self, role: usize, only_last: bool) -> Grown<Truth> {
        let given = self.problem.machine.given.get(role).cloned().unwrap_or_default();
        let from = if only_last { given.len().saturating_sub(1) } else { 0 };
        let mut ranked = Vec::new();
        for service in given.into_iter().skip(from) {
            let Some(score) = self.problem.score(role, service)? else { return Ok(Truth::Unknown) };
            ranked.push(self.problem.rank(role, service, Some(score))?);
        }
        Ok(Truth::from(ranked.is_sorted_by(|a, b| a < b)))
    }

    /// A group whose scores depend on what its later roles are given: how many admissible assignments it has.
    fn compared(&mut self, state: &State, group: &[usize], claim: &Given) -> Grown<(String, Option<State>)> {
        let mut count = 0_u64;
        self.completions(state, group, &mut count)?;
        let mut claimed = state.clone();
        for role in group {
            if let (Some(to), Some(from)) = (claimed.given.get_mut(*role), claim.get(*role)) {
                to.clone_from(from);
            }
        }
        let name = group.first().and_then(|role| self.problem.route.roles.get(*role)).map_or("", |plan| &*plan.name);
        Ok((format!(r#"{{"admissible":{count},"role":{}}}"#, quoted(name)), Some(claimed)))
    }

    fn completions(&mut self, state: &State, group: &[usize], count: &mut u64) -> Grown<()> {
        let Some((role, later)) = group.split_first() else {
            *count += 1;
            return Ok(());
        };
        let list = self.problem.route.roles.get(*role).is_some_and(|plan| plan.list);
        for (at, option) in self.options(state, *role)? {
            self.problem.spend(1)?;
            let next = self.take(state, *role, at, option);
            if self.failing(&next, *role, option)?.is_none() {
                self.completions(&next, if list && option.is_some() { group } else { later }, count)?;
            }
        }
        Ok(())
    }

    /// Positions by what was found of each, as a certificate has them.
    pub fn excluded(&self, excluded: &BTreeMap<Reason, Vec<usize>>, key: &str) -> String {
        let group = |((constraint, clause, verdict), positions): (&Reason, &Vec<usize>)| {
            let constraint = quoted(self.problem.route.constraints.get(*constraint).map_or("", |of| &*of.name));
            let mut members = [
                ("clause", clause.to_string()),
                ("constraint", constraint),
                ("verdict", quoted(verdict.word())),
                (key, ranges(positions)),
            ];
            members.sort();
            let mut out = String::from("{");
            for (key, text) in members {
                canonical::write_key(key, &mut out);
                out.push_str(&text);
            }
            out + "}"
        };
        list(excluded.iter().map(group))
    }
}

/// Options grouped by the tree that they share, in the order of the first of each group.
#[derive(Default)]
pub struct Subtrees {
    groups: Vec<(Vec<usize>, String)>,
    places: BTreeMap<String, usize>,
}

impl Subtrees {
    /// Adds an option, and says with which place others may share its tree.
    pub fn add(&mut self, at: usize, tree: String) -> usize {
        let groups = &mut self.groups;
        let place = *self.places.entry(tree.clone()).or_insert_with(|| {
            groups.push((Vec::new(), tree));
            groups.len() - 1
        });
        self.share(at, place);
        place
    }

    /// Adds an option with the tree at a place.
    pub fn share(&mut self, at: usize, place: usize) {
        if let Some((positions, _)) = self.groups.get_mut(place) {
            positions.push(at);
        }
    }

    /// `[[ranges, branches], …]`
    pub fn spell(self) -> String {
        list(self.groups.into_iter().map(|(positions, tree)| format!("[{},{tree}]", ranges(&positions))))
    }
}
