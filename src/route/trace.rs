//! What happened: the outcome of evaluation and the assignment that was found, with the reasons on demand.

use super::DecideError;
use super::core::{Stuck, core};
use super::decision::{self, Chosen, Decision, Ending, Failure, Filled, Relaxation, Tied, Ties, Unroutable};
use super::json;
use super::problem::{Assignment, Problem};
use super::relax::relaxations;
use super::search::{Question, search};
use crate::base::{Decimal, Name};
use crate::eval::{Outcome, reason::spelling};
use crate::facts::Inputs;
use crate::plan::{Bits, Code};

/// What happened in one decision.
#[derive(Debug)]
pub struct Trace<'p> {
    /// What was concluded before anybody was chosen.
    pub outcome: Outcome<'p>,
    /// Who is given to each role, by number of the service; nothing unless routed.
    pub assignment: Option<Assignment>,
}

impl<'p> Trace<'p> {
    /// Chooses.
    pub(super) fn new(outcome: Outcome<'p>) -> Result<Self, DecideError> {
        let mut trace = Self { outcome, assignment: None };
        if trace.outcome.broken.is_empty() && !trace.outcome.is_denied() {
            let roles = trace.outcome.route.roles.len();
            trace.assignment = search(&mut trace.problem(), &Question::best(roles))?;
        }
        Ok(trace)
    }

    /// The assignment problem that the outcome left.
    pub fn problem(&self) -> Problem<'_> {
        Problem::new(&self.outcome)
    }

    /// How the request ended.
    pub fn ending(&self) -> Ending {
        match (&self.assignment, self.outcome.broken.is_empty()) {
            (_, false) => Ending::Invalid,
            (Some(_), _) => Ending::Routed,
            (None, _) if self.outcome.is_denied() => Ending::Denied,
            (None, _) => Ending::Unroutable,
        }
    }

    /// The number of a role.
    pub fn role(&self, name: &str) -> Option<usize> {
        self.outcome.route.roles.iter().position(|role| &*role.name == name)
    }

    /// The services in a role's domain in rank order, with their scores; no scores where they depend on the assignment,
    /// and the order of names.
    pub fn domain(&self, role: usize) -> Result<Vec<(Name, Option<Decimal>)>, DecideError> {
        let domain = self.problem().domain(role)?;
        let name = |service: usize| self.outcome.plan.name(service).cloned();
        Ok(domain.iter().filter_map(|ranked| Some((name(ranked.service)?, ranked.score.0))).collect())
    }

    /// What stands against a service in a role, whatever the other roles are given; empty for those in its domain.
    pub fn failures(&self, role: usize, service: &str) -> Result<Vec<Failure>, DecideError> {
        match self.outcome.plan.number(service) {
            Some(service) => self.problem().failures(role, service),
            None => Ok(Vec::new()),
        }
    }

    /// The score of a service in a role with its terms, other roles as they were chosen; nothing if it has none.
    pub fn score(&self, role: usize, service: &str) -> Result<Option<Chosen>, DecideError> {
        let mut problem = self.problem();
        if let Some(assignment) = &self.assignment {
            problem.machine.given.clone_from(assignment);
        }
        match self.outcome.plan.number(service) {
            Some(service) => chosen(&mut problem, role, service),
            None => Ok(None),
        }
    }

    /// Whether the first roles can be filled when some are given already: the question behind every refutation.
    ///
    /// `given` is what the first roles are given, in declared order; the last of them, if it is a list, may go on.
    pub fn can_be_filled(&self, given: &[Vec<usize>]) -> Result<bool, DecideError> {
        let last = given.len().saturating_sub(1);
        let prefix = given
            .iter()
            .enumerate()
            .map(|(role, services)| (role, super::search::Prefix { services: services.clone(), exact: role != last }));
        let question = Question { prefix: prefix.collect(), ..Question::any(self.outcome.route.roles.len(), None) };
        Ok(search(&mut self.problem(), &question)?.is_some())
    }

    /// The whole decision with all its reasons.
    pub fn decision(&self, inputs: &Inputs) -> Result<Decision, DecideError> {
        let route = self.outcome.route;
        let digests = json::digests(self.outcome.plan, inputs);
        let mut decision = Decision::empty(route.name.clone(), self.ending(), digests);
        let mut problem = self.problem();
        match decision.ending {
            Ending::Invalid => decision.invalid = Some(self.broken()),
            Ending::Denied => decision.denied_by = self.denials(),
            Ending::Routed => {
                decision.roles = self.filled(&mut problem)?;
                decision.guarantees = self.guarantees(&mut problem);
                decision.outputs = self.outputs()?;
            }
            Ending::Unroutable => decision.unroutable = Some(self.unroutable(&mut problem)?),
        }
        if matches!(decision.ending, Ending::Routed | Ending::Unroutable) {
            problem.refill();
            decision.rejected = problem.rejections(self.assignment.as_ref())?;
        }
        decision.waived = problem.waived(self.assignment.as_ref())?;
        Ok(decision)
    }

    fn broken(&self) -> Vec<decision::Problem> {
        let route = self.outcome.route;
        let problem = |number: usize, verdict: &'static str| {
            let invariant = route.invariants.get(number)?;
            let because = invariant.because.as_ref().map(|because| format!(": {because}")).unwrap_or_default();
            let message = format!("an invariant of `{}` is {verdict}{because}", route.request);
            Some(decision::Problem { field: None, message, at: Some(invariant.at.clone()) })
        };
        self.outcome.broken.iter().filter_map(|(number, truth)| problem(*number, truth.word())).collect()
    }

    fn denials(&self) -> Vec<Failure> {
        let route = self.outcome.route;
        let mut denials = Vec::new();
        for denied in self.outcome.denials.iter().filter(|denied| denied.lifting.is_empty()) {
            let Some(denial) = route.denials.get(denied.denial) else { continue };
            let Some(constraint) = route.constraints.get(denial.constraint) else { continue };
            let guards: Vec<_> = denial.rule.when.iter().chain(&denial.rule.unless).collect();
            // A bare `deny when G` has nothing else to show than its guard.
            let (shown, guards) = match (&denial.rule.condition, &denial.rule.when) {
                (Code::Literal(_), Some(when)) => (when, Vec::new()),
                (condition, _) => (condition, guards),
            };
            let reason = self.outcome.machine().why(shown, false, &guards);
            denials.push(Failure {
                constraint: constraint.name.clone(),
                verdict: denied.verdict,
                because: constraint.because.clone(),
                at: denial.at.clone(),
                what: reason.what,
                left: Some(reason.left),
                relation: Some(reason.relation),
                right: Some(reason.right),
                missing: reason.missing,
            });
        }
        denials
    }

    fn filled(&self, problem: &mut Problem<'_>) -> Result<Vec<Filled>, DecideError> {
        let assignment = self.assignment.clone().unwrap_or_default();
        problem.machine.given.clone_from(&assignment);
        let mut filled = Vec::new();
        for (number, role) in self.outcome.route.roles.iter().enumerate() {
            let mut given = Vec::new();
            for (place, service) in assignment.get(number).into_iter().flatten().enumerate() {
                problem.machine.given.clone_from(&assignment);
                let Some(mut chosen) = chosen(problem, number, *service)? else { continue };
                if let Some(ties) = &mut chosen.ties {
                    ties.tied = tied(problem, number, place, &assignment)?;
                }
                given.push(chosen);
            }
            filled.push(Filled { role: role.name.clone(), list: role.list, given });
        }
        Ok(filled)
    }

    /// The guarantees of the pipeline, as the roles are filled.
    fn guarantees(&self, problem: &mut Problem<'_>) -> Vec<(Name, String)> {
        problem.machine.given.clone_from(&self.assignment.clone().unwrap_or_default());
        let composed = self.outcome.route.pipeline.guarantees.iter().enumerate();
        let spelled = composed.filter_map(|(number, composed)| {
            let total = problem.machine.total(number);
            total.is_ok().then(|| (composed.name.clone(), spelling(&total)))
        });
        spelled.collect()
    }

    /// The outputs, as the roles are filled.
    fn outputs(&self) -> Result<Vec<(Name, Option<String>)>, DecideError> {
        let mut machine = self.outcome.machine();
        machine.given.clone_from(&self.assignment.clone().unwrap_or_default());
        let mut outputs = Vec::new();
        for (name, code) in &self.outcome.route.outputs {
            machine.begin();
            let spelled = machine.eval(code).ok().map(|value| value.to_string());
            if machine.exhausted() {
                let route = &self.outcome.route.name;
                return Err(DecideError::EvaluationLimit(Name::from(format!("{route}.{name}"))));
            }
            outputs.push((name.clone(), spelled));
        }
        Ok(outputs)
    }

    fn unroutable(&self, problem: &mut Problem<'_>) -> Result<Unroutable, DecideError> {
        let route = self.outcome.route;
        let mut roles = route.roles.len();
        for count in 1..roles {
            if search(problem, &Question::any(count, None))?.is_none() {
                roles = count;
                break;
            }
        }
        problem.refill();
        let stuck = Stuck { roles, prefix: Vec::new(), dropped: Bits::new(route.constraints.len()) };
        let core = core(problem, &stuck, true)?;
        problem.refill();
        let (found, complete) = relaxations(problem, roles, &core)?;
        let names = |set: &Bits| -> Vec<Name> {
            set.iter().filter_map(|c| route.constraints.get(c)).map(|c| c.name.clone()).collect()
        };
        let mut relaxations: Vec<Relaxation> = found
            .iter()
            .map(|relaxed| Relaxation {
                drop: names(&relaxed.dropped),
                admits: relaxed.admits.iter().filter_map(|s| self.outcome.plan.name(*s).cloned()).collect(),
            })
            .collect();
        relaxations.sort_by(|a, b| (a.drop.len(), &a.drop).cmp(&(b.drop.len(), &b.drop)));
        let role = roles.checked_sub(1).and_then(|last| route.roles.get(last));
        let role = role.map_or_else(|| Name::from(""), |role| role.name.clone());
        Ok(Unroutable { role, core: names(&core), relaxations, complete })
    }
}

/// A service with its score and terms as things stand.
fn chosen(problem: &mut Problem<'_>, role: usize, service: usize) -> Result<Option<Chosen>, DecideError> {
    let Some((score, terms)) = problem.terms(role, service)? else { return Ok(None) };
    let Some(name) = problem.plan.name(service).cloned() else { return Ok(None) };
    let terms = terms.into_iter().map(|(term, value)| (term.name.clone(), value)).collect();
    let keyed = problem.route.roles.get(role).is_some_and(|role| !role.ties.is_empty());
    let keys = if keyed { Some(spelled_keys(problem, role, service)?) } else { None };
    Ok(Some(Chosen { service: name, score, terms, ties: keys.map(|keys| Ties { keys, tied: Vec::new() }) }))
}

/// The keys for ties of a service and their spelling.
fn spelled_keys(problem: &mut Problem<'_>, role: usize, service: usize) -> Result<Vec<Option<String>>, DecideError> {
    let keys = problem.keys(role, service)?;
    Ok(keys.into_iter().map(|key| key.map(|value| value.to_string())).collect())
}

/// Those of a role's domain who lost a tie with the one at a place.
fn tied(
    problem: &mut Problem<'_>,
    role: usize,
    place: usize,
    assignment: &Assignment,
) -> Result<Vec<Tied>, DecideError> {
    let mut tied = Vec::new();
    for service in problem.tied(role, place, assignment)? {
        let Some(name) = problem.plan.name(service).cloned() else { continue };
        tied.push(Tied { service: name, keys: spelled_keys(problem, role, service)? });
    }
    Ok(tied)
}
