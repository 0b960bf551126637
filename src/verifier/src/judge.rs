//! What the constraints of the route say of a candidate or of an assignment: instances, verdicts, waivers, scores.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::eval::Worth::{self, Known};
use crate::eval::{Frame, World, ill};
use crate::expr::{Expr, Mentions};
use crate::json::Json;
use crate::members::Checked;
use crate::number;
use crate::program::{Constraint, Program, Role, Term};
use crate::ties::TieOrder;
use crate::value::{Name, Value};

/// What an instance demands.
pub enum Demand<'p> {
    /// A clause: its constraint, whether the condition is demanded rather than forbidden, the condition.
    Clause(&'p Constraint, bool, &'p Expr),
    /// What the candidate's own contract accepts.
    Accept,
    /// That the candidate has a score.
    Score,
}

/// A clause for the candidate of one role, or for what several roles are given.
pub struct Instance<'p> {
    /// The name of the constraint.
    pub constraint: String,
    /// The clause's place in it.
    pub clause: usize,
    /// What it demands.
    pub demand: Demand<'p>,
    /// The role whose candidate it judges.
    pub candidate: Option<usize>,
    /// The variable that stands for the candidate.
    variable: Option<&'p Name>,
    /// The roles that it names besides; where one that is no list is not filled, the instance holds.
    named: BTreeSet<usize>,
    /// The roles besides its candidate that must be given before it can be judged; a list as a whole.
    pub needs: BTreeSet<usize>,
    /// Whether it judges the candidate alone.
    pub own: bool,
}

impl Instance<'_> {
    /// Whether it demands a score.
    pub fn is_score(&self) -> bool {
        matches!(self.demand, Demand::Score)
    }
}

/// What came of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// It holds.
    Holds,
    /// It would have failed, had not these waivers lifted it.
    Lifted(Vec<String>),
    /// It fails: `false`, or unknown.
    Fails(&'static str),
}

/// A score: the sum, and each counted term by its place.
pub type Score = (i128, Vec<(usize, i128)>);

/// All instances of the route, by constraint, clause and role.
fn instances<'p>(world: &World<'p>) -> Checked<Vec<Instance<'p>>> {
    let program = world.program;
    let mut all = Vec::new();
    for constraint in &program.route.constraints {
        for (number, (effect, condition)) in constraint.clauses.iter().enumerate().filter(|(_, (e, _))| e != "deny") {
            of_clause(world, constraint, number, (effect == "require", condition), &mut all)?;
        }
    }
    for (place, role) in program.route.roles.iter().enumerate() {
        let unwritten = |name: &str, demand, (needs, own)| Instance {
            constraint: name.to_owned(),
            clause: 0,
            demand,
            candidate: Some(place),
            variable: None,
            named: BTreeSet::new(),
            needs,
            own,
        };
        all.push(unwritten("accept", Demand::Accept, (BTreeSet::new(), true)));
        let score = format!("{}.score", program.route.name);
        all.push(unwritten(&score, Demand::Score, score_needs(world, place, role)?));
    }
    all.sort_by(|a, b| (&a.constraint, a.clause, a.candidate).cmp(&(&b.constraint, b.clause, b.candidate)));
    Ok(all)
}

/// What these expressions name: roles by place, `service`, `total`.
fn named<'a>(world: &World<'a>, exprs: impl Iterator<Item = &'a Expr>) -> Checked<(BTreeSet<usize>, bool, bool)> {
    let mut mentions = Mentions::default();
    exprs.for_each(|expr| expr.mentions(&world.program.definitions, &mut mentions));
    world.charge(mentions.visited)?;
    let place = |name: &Name| world.program.route.roles.iter().position(|role| role.name == *name);
    let roles = mentions.roles.iter().map(|name| place(name).ok_or_else(|| ill(format!("no role `{name}`"))));
    Ok((roles.collect::<Checked<_>>()?, mentions.subject, mentions.total))
}

/// The roles besides its own on which the score of a role's candidate depends, and whether it depends on nothing else.
fn score_needs<'a>(world: &World<'a>, place: usize, role: &'a Role) -> Checked<(BTreeSet<usize>, bool)> {
    let exprs = role.terms.iter().flat_map(|term| term.when.iter().chain([&term.value]));
    let (mut needs, _, total) = named(world, exprs)?;
    needs.extend(world.program.route.stages.iter().filter(|_| total));
    // What a list role's own name stands for is the list as a whole, which is settled when it is closed.
    let whole = role.list && (total || needs.contains(&place));
    needs.remove(&place);
    needs.extend(whole.then_some(place));
    let own = needs.is_empty() && !total;
    Ok((needs, own))
}

fn of_clause<'p>(
    world: &World<'p>,
    constraint: &'p Constraint,
    clause: usize,
    (require, condition): (bool, &'p Expr),
    all: &mut Vec<Instance<'p>>,
) -> Checked<()> {
    let program = world.program;
    let guards = || constraint.when.iter().chain(&constraint.unless);
    let (roles, subject, total) = named(world, guards().chain([condition]))?;
    let is_list = |place: usize| program.route.roles.get(place).is_some_and(|role| role.list);
    let mut push = |candidate: Option<usize>, variable: Option<&'p Name>, condition: &'p Expr| {
        let mut named = roles.clone();
        if let Some(candidate) = candidate.filter(|place| variable.is_some() || !is_list(*place)) {
            // The role's name means the candidate, so that it adds nothing to it.
            named.remove(&candidate);
        }
        let mut needs = named.clone();
        needs.extend(program.route.stages.iter().filter(|_| total));
        if let Some(candidate) = candidate.filter(|place| !is_list(*place)) {
            needs.remove(&candidate);
        }
        let own = candidate.is_some() && named.is_empty() && !total;
        let demand = Demand::Clause(constraint, require, condition);
        all.push(Instance {
            constraint: constraint.name.clone(),
            clause,
            demand,
            candidate,
            variable,
            named,
            needs,
            own,
        });
    };
    if subject || (roles.is_empty() && !total) {
        constraint.scope.iter().for_each(|role| push(Some(*role), None, condition));
        return Ok(());
    }
    if let (true, "all", [Some(over), Some(body)], Some(variable)) =
        (require, condition.word.as_str(), condition.operands.as_slice(), condition.names.first())
        && let ("role", Some(list)) = (over.word.as_str(), over.names.first())
    {
        let place = program.route.roles.iter().position(|role| role.name == *list && role.list);
        let (elsewhere, ..) = named(world, guards().chain([body]))?;
        if let Some(place) = place.filter(|place| !elsewhere.contains(place)) {
            push(Some(place), Some(variable), body);
            return Ok(());
        }
    }
    let single = roles.first().copied().filter(|place| roles.len() == 1 && !is_list(*place) && !total);
    push(single, None, condition);
    Ok(())
}

/// Judges instances within one world.
pub struct Judge<'p> {
    /// The world.
    pub world: World<'p>,
    /// All instances.
    pub instances: Vec<Instance<'p>>,
    /// For each role and score term the other roles that it names.
    term_roles: Vec<Vec<BTreeSet<usize>>>,
    /// The candidates of the roles whose ties keys break, in the order of the keys, once that was asked for.
    pub tie_orders: RefCell<BTreeMap<usize, Rc<TieOrder>>>,
}

impl<'p> Judge<'p> {
    /// A judge for a program, within a budget.
    pub fn new(program: &'p Program, budget: u64) -> Checked<Self> {
        let world = World::new(program, budget);
        let of_term = |place: usize, term: &'p Term| {
            let (mut roles, ..) = named(&world, term.when.iter().chain([&term.value]))?;
            roles.remove(&place);
            Ok(roles)
        };
        let of_role = |(place, role): (usize, &'p Role)| role.terms.iter().map(|term| of_term(place, term)).collect();
        let term_roles = program.route.roles.iter().enumerate().map(of_role).collect::<Checked<_>>()?;
        let instances = instances(&world)?;
        Ok(Judge { world, instances, term_roles, tie_orders: RefCell::default() })
    }

    /// The program.
    pub fn program(&self) -> &'p Program {
        self.world.program
    }

    /// The role at a place.
    pub fn role(&self, place: usize) -> Checked<&'p Role> {
        self.program().route.roles.get(place).ok_or_else(|| ill("no such role"))
    }

    /// Whether an optional role is closed and stays as it is.
    fn unfilled(&self, place: usize, given: &[Option<Vec<Name>>]) -> bool {
        let empty = given.get(place).and_then(Option::as_ref).is_some_and(Vec::is_empty);
        empty && self.program().route.roles.get(place).is_some_and(|role| !role.list)
    }

    /// What an expression of an instance sees.
    pub fn frame<'a>(
        &self,
        of: &'a Instance<'p>,
        subject: Option<&'a Name>,
        given: &'a [Option<Vec<Name>>],
    ) -> Frame<'a> {
        Frame { subject, focus: of.candidate, variable: of.variable, given }
    }

    /// An instance for a candidate, or for what the roles are given.
    pub fn judge(&self, of: &Instance<'p>, subject: Option<&Name>, given: &[Option<Vec<Name>>]) -> Checked<Judged> {
        if of.named.iter().any(|role| self.unfilled(*role, given)) {
            return Ok(Judged::Holds);
        }
        let frame = self.frame(of, subject, given);
        let verdict = match &of.demand {
            Demand::Clause(constraint, require, condition) => {
                let met = self.world.truth(condition, frame)?.map(|met| met == *require);
                self.verdict(constraint, frame, met)?
            }
            Demand::Accept => {
                let mut all = Vec::new();
                for (condition, _) in self.accepts(subject)? {
                    all.push(self.world.truth(condition, frame)?);
                }
                conjunction(&all)
            }
            Demand::Score => {
                let (role, subject) = (of.candidate.unwrap_or(0), subject.ok_or_else(|| ill("no candidate"))?);
                self.score(role, subject, given)?.map(|_| true)
            }
        };
        match (&of.demand, verdict) {
            (_, Some(true)) => Ok(Judged::Holds),
            (Demand::Clause(constraint, ..), verdict) => self.lifted(constraint, frame, verdict),
            (_, verdict) => Ok(Judged::Fails(word(verdict))),
        }
    }

    /// The conditions of a service on requests of this type.
    pub fn accepts(&self, subject: Option<&Name>) -> Checked<&'p [(Expr, Json)]> {
        let subject = subject.ok_or_else(|| ill("no candidate"))?;
        Ok(self.world.service(subject)?.accepts.as_slice())
    }

    /// `when and not unless implies met`.
    fn verdict(&self, constraint: &Constraint, frame: Frame, met: Option<bool>) -> Checked<Option<bool>> {
        let guard =
            |guard: &Option<Expr>, missing| guard.as_ref().map_or(Ok(Some(missing)), |e| self.world.truth(e, frame));
        let (when, unless) = (guard(&constraint.when, true)?, guard(&constraint.unless, false)?);
        let applies = conjunction(&[when, unless.map(|exempt| !exempt)]);
        Ok(if applies == Some(false) || met == Some(true) {
            Some(true)
        } else if applies == Some(true) && met == Some(false) {
            Some(false)
        } else {
            None
        })
    }

    /// A verdict that is not true, unless waivers in force lift it.
    fn lifted(&self, constraint: &Constraint, frame: Frame, verdict: Option<bool>) -> Checked<Judged> {
        let mut lifting = Vec::new();
        for name in &constraint.waivers {
            let waiver = self.program().waivers.get(name).ok_or_else(|| ill(format!("no waiver `{name}`")))?;
            let guard = waiver.when.as_ref().map_or(Ok(Some(true)), |when| self.world.truth(when, frame))?;
            if guard == Some(true) && number::day_of(self.program().now) <= waiver.until {
                lifting.push(name.clone());
            }
        }
        Ok(if lifting.is_empty() { Judged::Fails(word(verdict)) } else { Judged::Lifted(lifting) })
    }

    /// The denials that are not false, by constraint and clause, with what came of each.
    pub fn denials(&self) -> Checked<Vec<(&'p Constraint, Judged)>> {
        let mut all = Vec::new();
        for constraint in &self.program().route.constraints {
            for (_, condition) in constraint.clauses.iter().filter(|(effect, _)| effect == "deny") {
                let frame = crate::eval::NOBODY;
                let met = self.world.truth(condition, frame)?.map(|met| !met);
                let verdict = self.verdict(constraint, frame, met)?;
                if verdict != Some(true) {
                    all.push((constraint, self.lifted(constraint, frame, verdict)?));
                }
            }
        }
        Ok(all)
    }

    /// The score of a candidate; `None` where a counted term is no number or the sum is out of range.
    pub fn score(&self, place: usize, subject: &Name, given: &[Option<Vec<Name>>]) -> Checked<Option<Score>> {
        let frame = Frame { subject: Some(subject), focus: Some(place), variable: None, given };
        let (mut sum, mut counted) = (0, Vec::new());
        for (number, term) in self.role(place)?.terms.iter().enumerate() {
            let when = term.when.as_ref().map_or(Ok(Some(true)), |when| self.world.truth(when, frame))?;
            let named = self.term_roles.get(place).and_then(|terms| terms.get(number));
            if when != Some(true) || named.into_iter().flatten().any(|role| self.unfilled(*role, given)) {
                continue;
            }
            let units = match self.world.worth(&term.value, frame)? {
                Known(Value::Number(units, _)) => units,
                Known(Value::Int(whole)) => i128::from(whole) * number::ONE,
                Known(_) => return Err(ill("a score term that is no number")),
                Worth::Unknown | Worth::Fault => return Ok(None),
            };
            let Some(total) = number::in_range(sum + units) else { return Ok(None) };
            sum = total;
            counted.push((number, units));
        }
        Ok(Some((sum, counted)))
    }

    /// What an expression is worth.
    pub fn worth(&self, expr: &Expr, frame: Frame) -> Checked<Worth> {
        self.world.worth(expr, frame)
    }

    /// What came of the instances that judge a candidate alone and do not hold, by their places.
    pub fn own(&self, place: usize, subject: &Name) -> Checked<Vec<(usize, Judged)>> {
        let mut all = Vec::new();
        self.world.charge(self.instances.len() as u64)?;
        for (number, instance) in self.instances.iter().enumerate() {
            if instance.own && instance.candidate == Some(place) {
                all.push((number, self.judge(instance, Some(subject), &[])?));
            }
        }
        all.retain(|(_, judged)| *judged != Judged::Holds);
        Ok(all)
    }
}

fn conjunction(parts: &[Option<bool>]) -> Option<bool> {
    if parts.contains(&Some(false)) {
        return Some(false);
    }
    if parts.contains(&None) { None } else { Some(true) }
}

fn word(verdict: Option<bool>) -> &'static str {
    if verdict.is_none() { "unknown" } else { "false" }
}

/// Positions by what was found of each: constraint, clause, verdict.
pub type Groups<'n> = BTreeMap<(&'n str, usize, &'static str), BTreeSet<usize>>;

/// Positions as ranges, maximal and in order: `[[0,4],[7,7]]`.
pub fn ranges_json(positions: &BTreeSet<usize>) -> Json {
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for position in positions.iter().map(|position| *position as i64) {
        match ranges.last_mut() {
            Some((_, to)) if *to + 1 == position => *to = position,
            _ => ranges.push((position, position)),
        }
    }
    Json::List(ranges.into_iter().map(|(a, b)| Json::List(vec![Json::Number(a), Json::Number(b)])).collect())
}

/// Groups in the order of constraint, clause and verdict.
pub fn groups_json(groups: &Groups, key: &str) -> Json {
    let group = |((constraint, clause, verdict), positions): (&(&str, usize, &'static str), &BTreeSet<usize>)| {
        Json::record([
            ("constraint", Json::from(*constraint)),
            ("clause", Json::Number(*clause as i64)),
            ("verdict", Json::from(*verdict)),
            (key, ranges_json(positions)),
        ])
    };
    Json::List(groups.iter().map(group).collect())
}
