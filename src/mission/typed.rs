//! The missions of a package: typed state, and steps whose expressions are checked and compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::data::Data;
use super::engine::{Answer, Head, Program, Question};
use super::problem::{Kind, Problem};
use super::work;
use super::workflow::rejected;
use crate::base::{FileId, Instant, Name, Sources, Span, canonical};
use crate::data::{self, Node};
use crate::diag::Diagnostic;
use crate::eval::{Bound, Gap, Machine};
use crate::facts::decode::{self, Known, Schema};
use crate::facts::{self, Inputs, Request, Signals};
use crate::ir::mission::{Body, Mission, Operation, Step, json};
use crate::ir::{Policy, RequestType, Services};
use crate::plan::{self, Code, Plan, Questions, RoutePlan};
use crate::value::{Type, Value};

/// The missions of a package, planned together with its routes.
#[derive(Debug)]
pub struct Missions {
    /// The plan, which is the one that routes are decided with.
    pub plan: Plan,
    missions: BTreeMap<Name, Planned>,
}

/// A mission with its compiled expressions.
#[derive(Debug)]
pub struct Planned {
    /// The mission.
    pub mission: Mission,
    steps: Vec<Step<usize>>,
    codes: Vec<Code>,
    /// Where its expressions are evaluated: a route with nothing but the parameters and the state as fields.
    place: RoutePlan,
    digest: String,
}

/// The state of a mission.
#[derive(Clone, Debug)]
pub struct State {
    /// The parameters, then the fields of the state; `None` is unknown.
    pub(super) values: Vec<Option<Value>>,
    pub(super) log: Vec<Value>,
    pub(super) routed: Vec<Data>,
}

/// What a mission depends on besides its parameters.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The signals.
    pub signals: Signals,
    /// The time.
    pub now: Instant,
}

/// A mission that can be run.
#[derive(Debug)]
pub struct Typed<'m> {
    missions: &'m Missions,
    planned: &'m Planned,
    moment: Moment,
    authors: Vec<String>,
    heads: Vec<Head>,
}

impl Missions {
    /// Plans the missions of a package.
    pub fn new(policy: Arc<Policy>, services: Arc<Services>, missions: BTreeMap<Name, Mission>) -> Self {
        let mut questions = Vec::new();
        let mut indexed = Vec::new();
        for (name, mission) in missions {
            let mut asked = Questions { fields: names(&mission), exprs: Vec::new() };
            let mut keep = |expr: &crate::ir::Expr| {
                asked.exprs.push(expr.clone());
                asked.exprs.len() - 1
            };
            let steps: Vec<Step<usize>> = mission.steps.iter().map(|step| step.map(&mut keep)).collect();
            questions.push(asked);
            indexed.push((name, mission, steps));
        }
        let all: BTreeMap<Name, Json> = indexed.iter().map(|(name, m, _)| (name.clone(), json(m))).collect();
        let runs: BTreeMap<Name, BTreeSet<Name>> =
            indexed.iter().map(|(name, m, _)| (name.clone(), directly_run(m))).collect();
        let (plan, codes) = plan::plan_with(policy, services, &questions);
        let planned = indexed.into_iter().zip(codes).zip(questions).map(|(((name, mission, steps), codes), asked)| {
            let digest = digest(&name, &all, &runs, &plan);
            let place = RoutePlan { fields: asked.fields, ..RoutePlan::default() };
            (name, Planned { mission, steps, codes, place, digest })
        });
        let missions = planned.collect();
        Self { plan, missions }
    }

    /// The missions, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Mission)> {
        self.missions.iter().map(|(name, planned)| (name, &planned.mission))
    }

    /// A mission at a moment, ready to run.
    pub fn ready(&self, name: &str, moment: Moment, author: Option<&str>) -> Option<Typed<'_>> {
        let planned = self.missions.get(name)?;
        let mission = &planned.mission;
        let authors = mission.author.as_deref().into_iter().chain(author).map(str::to_owned).collect();
        let heads = mission
            .steps
            .iter()
            .map(|step| Head { id: step.name.to_string(), human: matches!(step.body, Body::Ask { .. }) });
        Some(Typed { missions: self, planned, moment, authors, heads: heads.collect() })
    }

    pub(super) fn planned(&self, name: &Name) -> Option<&Planned> {
        self.missions.get(name)
    }
}

/// The names of the parameters and of the fields of the state.
fn names(mission: &Mission) -> Vec<Name> {
    mission.params.iter().chain(&mission.state).map(|field| field.name.clone()).collect()
}

fn directly_run(mission: &Mission) -> BTreeSet<Name> {
    let operations = mission.steps.iter().flat_map(|step| match &step.body {
        Body::Operations(operations) => operations.as_slice(),
        Body::Ask { .. } => &[],
    });
    let run = operations.filter_map(|operation| match operation {
        Operation::Run { mission, .. } => Some(mission.clone()),
        _ => None,
    });
    run.collect()
}

/// The digest of a mission, of every mission that it runs, and of the policy and the services that they are checked against.
fn digest(name: &Name, all: &BTreeMap<Name, Json>, runs: &BTreeMap<Name, BTreeSet<Name>>, plan: &Plan) -> String {
    let mut reached: BTreeSet<&Name> = BTreeSet::new();
    let mut next = vec![name];
    while let Some(mission) = next.pop() {
        if reached.insert(mission) {
            next.extend(runs.get(mission).into_iter().flatten());
        }
    }
    let missions: Map<String, Json> =
        reached.into_iter().filter_map(|name| Some((name.to_string(), all.get(name)?.clone()))).collect();
    canonical::digest(&json!({
        "schema": "provost.mission-program/1",
        "mission": &**name,
        "missions": missions,
        "policy": plan.policy_digest,
        "services": plan.services_digest,
    }))
}

impl Planned {
    /// The first state for these parameters.
    pub(super) fn begin(&self, mut params: BTreeMap<Name, Value>) -> State {
        let given = self.mission.params.iter().map(|param| params.remove(&param.name));
        let first = self.mission.state.iter().map(|field| field.default.clone());
        State { values: given.chain(first).collect(), log: Vec::new(), routed: Vec::new() }
    }

    /// The place of a field of the state among the values, with its type and whether it may be unknown.
    pub(super) fn field(&self, name: &str) -> Option<(usize, &Type, bool)> {
        let all = self.mission.params.iter().chain(&self.mission.state).zip(0..);
        all.filter(|(field, _)| &*field.name == name).map(|(field, at)| (at, &field.ty, field.optional)).next()
    }
}

impl Typed<'_> {
    /// The mission.
    pub fn mission(&self) -> &Mission {
        &self.planned.mission
    }

    /// The first state: parameters from data and from assignments such as `days=3`.
    pub fn begin(&self, node: Node, set: &[(String, String)], sources: &mut Sources) -> Result<State, Vec<Diagnostic>> {
        let mission = &self.planned.mission;
        // Parameters are read as a request of a type that only this reading knows.
        let mut policy = (*self.missions.plan.policy).clone();
        let asked = RequestType { fields: mission.params.clone(), invariants: Vec::new() };
        policy.requests.insert(mission.name.clone(), asked);
        let services = &self.missions.plan.services;
        let request = facts::set::request(&policy, services, &mission.name, node, set, sources)?;
        let Value::Record(fields) = request.value else { return Ok(self.planned.begin(BTreeMap::new())) };
        let params = fields.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?)));
        Ok(self.planned.begin(params.collect()))
    }

    /// What an expression is worth; `None` is unknown.
    pub(super) fn value(&self, expr: usize, state: &State) -> Result<Option<Value>, Problem> {
        let planned = self.planned;
        let Some(code) = planned.codes.get(expr) else { return Ok(None) };
        let named = planned.place.fields.iter().cloned().zip(state.values.iter().cloned());
        let request = Request { ty: planned.mission.name.clone(), value: Value::Record(named.collect()) };
        let inputs = Inputs { request, signals: self.moment.signals.clone(), now: self.moment.now };
        let bound = Bound::new(&self.missions.plan, &planned.place, &inputs);
        let mut machine = Machine::new(&self.missions.plan, &planned.place, &bound);
        machine.begin();
        let value = match machine.eval(code) {
            Ok(value) => Ok(Some(value.into_owned())),
            Err(Gap::Unknown) => Ok(None),
            Err(Gap::Fault) => Err(Problem::new(Kind::Unknown, "a value overflows or divides by zero")),
        };
        if machine.exhausted() {
            return Err(Problem::new(Kind::TooManySteps, "an expression takes too many steps to evaluate"));
        }
        value
    }

    /// What an expression is worth where a value is needed.
    pub(super) fn known(&self, expr: usize, state: &State, what: &str) -> Result<Value, Problem> {
        let unknown = || Problem::new(Kind::Unknown, format!("{what} is unknown, and a value is needed"));
        self.value(expr, state)?.ok_or_else(unknown)
    }

    pub(super) fn missions(&self) -> &Missions {
        self.missions
    }

    pub(super) fn planned(&self) -> &Planned {
        self.planned
    }

    pub(super) fn moment(&self) -> &Moment {
        &self.moment
    }

    fn step(&self, step: usize) -> Result<&Step<usize>, Problem> {
        self.planned.steps.get(step).ok_or_else(|| Problem::new(Kind::InvalidStep, "there is no such step"))
    }

    fn texts(&self, expr: usize, state: &State, what: &str) -> Result<Vec<Data>, Problem> {
        let value = self.known(expr, state, what)?;
        Ok(value.elements().unwrap_or_default().iter().map(Data::of_value).collect())
    }

    /// An answer's value in the type of the field that takes it.
    fn entered(&self, value: &Data, ty: &Type) -> Result<Value, Problem> {
        let schema =
            Schema { policy: &self.missions.plan.policy, services: Known::Services(&self.missions.plan.services) };
        let wrong = |message: String| Problem::new(Kind::InvalidDecision, format!("the value does not fit: {message}"));
        decode::value(&node(value), ty, &schema)
            .map_err(|found| wrong(found.first().map_or_else(String::new, |d| d.message.clone())))
    }
}

/// Data as it would have been read from a file.
pub fn node(value: &Data) -> Node {
    let span = Span::new(FileId(u32::MAX), 0, 0);
    let kind = match value {
        Data::Null => data::Kind::Null,
        Data::Bool(value) => data::Kind::Bool(*value),
        Data::Integer(text) | Data::Float(text) => data::Kind::Number(text.as_str().into()),
        Data::Text(text) => data::Kind::Text(text.as_str().into()),
        Data::List(elements) => data::Kind::List(elements.iter().map(node).collect()),
        Data::Map(entries) => {
            let key = |text: &String| data::Key { text: text.as_str().into(), span };
            data::Kind::Map(entries.iter().map(|(k, v)| (key(k), node(v))).collect())
        }
    };
    Node { kind, span }
}

impl Program for Typed<'_> {
    type State = State;

    fn id(&self) -> &str {
        &self.planned.mission.name
    }

    fn digest(&self) -> &str {
        &self.planned.digest
    }

    fn authors(&self) -> &[String] {
        &self.authors
    }

    fn steps(&self) -> &[Head] {
        &self.heads
    }

    fn applies(&self, step: usize, state: &State) -> Result<bool, Problem> {
        match &self.step(step)?.when {
            None => Ok(true),
            Some(when) => Ok(self.known(*when, state, "whether the step runs")? == Value::Bool(true)),
        }
    }

    fn act(&self, step: usize, state: &mut State) -> Result<(), Problem> {
        let step = self.step(step)?;
        let Body::Operations(operations) = &step.body else { return Ok(()) };
        operations.iter().try_for_each(|operation| work::act(self, &step.name, operation, state))
    }

    fn question(&self, step: usize, state: &State) -> Result<Question, Problem> {
        let Body::Ask { prompt, options, actors, .. } = &self.step(step)?.body else { return Ok(Question::default()) };
        let prompt = Data::of_value(&self.known(*prompt, state, "what is asked")?);
        let options = options.map(|options| self.texts(options, state, "the list of options")).transpose()?;
        let actors = actors.map(|actors| self.texts(actors, state, "the list of who may answer")).transpose()?;
        let actors = actors.map(|actors| actors.iter().filter_map(Data::as_text).map(str::to_owned).collect());
        Ok(Question { prompt: prompt.as_text().map(str::to_owned), options, actors })
    }

    fn answer(&self, step: usize, state: &mut State, answer: &Answer) -> Result<(), Problem> {
        let Body::Ask { into, .. } = &self.step(step)?.body else { return Ok(()) };
        let field = into.as_ref().and_then(|into| self.planned.field(into));
        let refused = |message: &str| Err(Problem::new(Kind::InvalidDecision, message));
        let value = match (answer.decision.as_str(), &answer.value, field) {
            // A question of yes or no takes a no as an answer.
            ("approve", _, Some((_, Type::Bool, _))) => Value::Bool(true),
            ("reject", _, Some((_, Type::Bool, _))) => Value::Bool(false),
            ("reject", _, _) => return Err(rejected(answer)),
            ("input", Some(value), Some((_, ty, _))) => self.entered(value, ty)?,
            ("input", ..) => return refused("the question takes no value: approve or reject"),
            (_, _, Some((at, ..))) if state.values.get(at).is_none_or(Option::is_none) => {
                return refused("there is nothing to approve yet: enter a value");
            }
            _ => return Ok(()),
        };
        if let Some(place) = field.and_then(|(at, ..)| state.values.get_mut(at)) {
            *place = Some(value);
        }
        Ok(())
    }

    fn data(&self, state: &State) -> Data {
        let fields = self.planned.place.fields.iter().zip(&state.values);
        let params = self.planned.mission.params.len();
        let known = fields.skip(params).filter_map(|(name, value)| Some((&**name, Data::of_value(value.as_ref()?))));
        let mut data: BTreeMap<String, Data> = known.map(|(name, value)| (name.to_owned(), value)).collect();
        if self.planned.mission.logs {
            data.insert("log".to_owned(), Data::List(state.log.iter().map(Data::of_value).collect()));
        }
        // Parameters never change; they are hashed with the state, so that a token speaks of them too.
        let given = self.planned.place.fields.iter().zip(&state.values).take(params);
        let given = given.filter_map(|(name, value)| Some((&**name, Data::of_value(value.as_ref()?))));
        data.extend(given.map(|(name, value)| (name.to_owned(), value)));
        Data::Map(data)
    }

    fn routed(&self, state: &State) -> Vec<Data> {
        state.routed.clone()
    }
}
