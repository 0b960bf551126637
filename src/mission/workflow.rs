//! A workflow that is data: steps with an operation each, on untyped state.

use std::collections::{BTreeMap, BTreeSet};

use super::data::Data;
use super::engine::{Answer, Head, Program, Question};
use super::operations;
use super::path::Path;
use super::problem::{Kind, Problem};
use super::spelling;

/// The most steps of a workflow.
pub const STEPS: usize = 5;
/// The most human steps of a workflow.
pub const HUMAN_STEPS: usize = 2;

/// A step as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its id.
    pub id: String,
    /// `runtime` or `human`, once it is checked.
    pub kind: String,
    /// What it is given.
    pub payload: Data,
}

impl Step {
    /// A runtime step.
    pub fn runtime(id: &str, payload: Data) -> Self {
        Self { id: id.to_owned(), kind: "runtime".to_owned(), payload }
    }

    /// The step as data.
    pub fn data(&self) -> Data {
        Data::map([("id", Data::text(&*self.id)), ("kind", Data::text(&*self.kind)), ("payload", self.payload.clone())])
    }

    fn is_human(&self) -> bool {
        self.kind == "human"
    }

    /// The name of the operation; a step that names none does nothing.
    fn operation(&self) -> Result<&str, Problem> {
        match self.payload.get("operation") {
            None => Ok("noop"),
            Some(Data::Text(name)) => Ok(name),
            Some(other) => {
                Err(shape(format!("the operation of step `{}` is {}, and a text is needed", self.id, other.kind())))
            }
        }
    }
}

/// A workflow as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    /// Its id.
    pub id: String,
    /// Its steps in order.
    pub steps: Vec<Step>,
    /// Whatever else is said of it; `author` is who cannot answer.
    pub metadata: BTreeMap<String, Data>,
}

fn shape(message: impl Into<String>) -> Problem {
    Problem::new(Kind::InvalidStep, message)
}

/// A map with no keys but these.
fn only<'d>(data: &'d Data, what: &str, keys: &[&str]) -> Result<&'d BTreeMap<String, Data>, Problem> {
    let entries = data.as_map().ok_or_else(|| shape(format!("{what} is {}, and a map is needed", data.kind())))?;
    match entries.keys().find(|key| !keys.contains(&key.as_str())) {
        Some(key) => Err(shape(format!("{what} has no key `{key}`; there are `{}`", keys.join("`, `")))),
        None => Ok(entries),
    }
}

impl Workflow {
    /// Reads a workflow.
    pub fn read(data: &Data) -> Result<Self, Problem> {
        let entries = only(data, "a workflow", &["id", "name", "steps", "metadata"])?;
        let text = |key: &str| match entries.get(key) {
            None => Ok(""),
            Some(Data::Text(text)) => Ok(text.as_str()),
            Some(other) => Err(shape(format!("`{key}` of a workflow is {}, and a text is needed", other.kind()))),
        };
        let (id, name) = (text("id")?, text("name")?);
        if !id.is_empty() && !name.is_empty() && id != name {
            return Err(Problem::new(Kind::InvalidValue, format!("the id is `{id}`, and the name `{name}`")));
        }
        let steps = match entries.get("steps") {
            None => Vec::new(),
            Some(Data::List(steps)) => steps.iter().map(step).collect::<Result<_, _>>()?,
            Some(other) => return Err(shape(format!("`steps` is {}, and a list is needed", other.kind()))),
        };
        let metadata = match entries.get("metadata") {
            None | Some(Data::Null) => BTreeMap::new(),
            Some(Data::Map(metadata)) => metadata.clone(),
            Some(other) => return Err(shape(format!("`metadata` is {}, and a map is needed", other.kind()))),
        };
        Ok(Self { id: if id.is_empty() { name } else { id }.to_owned(), steps, metadata })
    }

    /// The workflow as data.
    pub fn data(&self) -> Data {
        Data::map([
            ("id", Data::text(&*self.id)),
            ("metadata", Data::Map(self.metadata.clone())),
            ("steps", Data::List(self.steps.iter().map(Step::data).collect())),
        ])
    }

    fn too_long(&self, kind: Kind) -> Option<Problem> {
        let (steps, human) = (self.steps.len(), self.steps.iter().filter(|s| s.is_human()).count());
        let beyond = |count: usize, what: &str, most: usize| {
            (count > most)
                .then(|| Problem::new(kind, format!("the workflow has {count} {what}; at most {most} are run")))
        };
        beyond(steps, "steps", STEPS).or_else(|| beyond(human, "human steps", HUMAN_STEPS))
    }

    fn disallowed(&self, kind: Kind) -> Option<Problem> {
        let step = self.steps.iter().find(|s| !matches!(s.kind.as_str(), "runtime" | "human"))?;
        let message = format!("step `{}` is of kind `{}`; a step is `runtime` or `human`", step.id, step.kind);
        Some(Problem::new(kind, message))
    }

    /// The limits alone, as a planner asks for them: counts first, then kinds.
    pub fn plan(&self) -> Result<(), Problem> {
        let found = self.too_long(Kind::PlanLimit).or_else(|| self.disallowed(Kind::PlanLimit));
        found.map_or(Ok(()), Err)
    }

    /// Everything that is looked at before the first step: kinds, counts, ids, operations, numbers.
    pub fn check(self) -> Result<Checked, Problem> {
        if let Some(problem) = self.disallowed(Kind::Envelope).or_else(|| self.too_long(Kind::Limit)) {
            return Err(problem);
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.steps.iter().find(|step| !seen.insert(step.id.as_str())) {
            return Err(Problem::new(Kind::DuplicateStep, format!("two steps have the id `{}`", twice.id)));
        }
        for step in self.steps.iter().filter(|step| !step.is_human()) {
            let name = step.operation()?;
            if operations::find(name).is_none() {
                let near = crate::base::similar::nearest(name, operations::names());
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                let message = format!("step `{}` wants the operation `{name}`, which does not exist{near}", step.id);
                return Err(Problem::new(Kind::UnknownOperation, message));
            }
            if name == "mission" {
                operations::inputs(&step.payload)?;
            }
        }
        let digest = spelling::digest(&self.data()).map_err(|_| {
            Problem::new(Kind::NotCanonical, "the workflow holds a number that JSON cannot write, such as `NaN`")
        })?;
        let authors = self.metadata.get("author").and_then(Data::as_text).map(str::to_owned).into_iter().collect();
        let heads = self.steps.iter().map(|s| Head { id: s.id.clone(), human: s.is_human() }).collect();
        Ok(Checked { workflow: self, digest, authors, heads })
    }
}

fn step(data: &Data) -> Result<Step, Problem> {
    let entries = only(data, "a step", &["id", "kind", "payload"])?;
    let text = |key: &str| match entries.get(key) {
        Some(Data::Text(text)) => Ok(text.clone()),
        Some(other) => Err(shape(format!("`{key}` of a step is {}, and a text is needed", other.kind()))),
        None => Err(shape(format!("a step has no `{key}`"))),
    };
    let payload = match entries.get("payload") {
        None => Data::empty(),
        Some(payload @ Data::Map(_)) => payload.clone(),
        Some(other) => return Err(shape(format!("the payload of a step is {}, and a map is needed", other.kind()))),
    };
    Ok(Step { id: text("id")?, kind: text("kind")?, payload })
}

/// A workflow that may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The workflow.
    pub workflow: Workflow,
    digest: String,
    authors: Vec<String>,
    heads: Vec<Head>,
}

impl Checked {
    /// With one more who cannot answer: who began the run.
    #[must_use]
    pub fn begun_by(mut self, author: Option<&str>) -> Self {
        self.authors.extend(author.map(str::to_owned));
        self
    }

    /// The first state, if the workflow can begin with it.
    pub fn begin(&self, state: Data) -> Result<Data, Problem> {
        let Data::Map(entries) = &state else {
            return Err(shape(format!("the first state is {}, and a map is needed", state.kind())));
        };
        let nests = |step: &Step| step.operation() == Ok("mission");
        let taken = operations::MISSION_KEYS.into_iter().find(|key| entries.contains_key(*key));
        match taken.filter(|_| self.workflow.steps.iter().any(nests)) {
            Some(key) => {
                let message = format!("`{key}` of the state is where nested missions write; it is there already");
                Err(Problem::new(Kind::PathConflict, message))
            }
            None => Ok(state),
        }
    }

    fn payload(&self, step: usize) -> Option<&Step> {
        self.workflow.steps.get(step)
    }
}

impl Program for Checked {
    type State = Data;

    fn id(&self) -> &str {
        &self.workflow.id
    }

    fn digest(&self) -> &str {
        &self.digest
    }

    fn authors(&self) -> &[String] {
        &self.authors
    }

    fn steps(&self) -> &[Head] {
        &self.heads
    }

    fn applies(&self, _: usize, _: &Data) -> Result<bool, Problem> {
        Ok(true)
    }

    fn act(&self, step: usize, state: &mut Data) -> Result<(), Problem> {
        let Some(step) = self.payload(step) else { return Ok(()) };
        let name = step.operation()?;
        let work = operations::find(name).ok_or_else(|| Problem::new(Kind::UnknownOperation, name))?;
        work(&step.id, &step.payload, state)
    }

    fn question(&self, step: usize, _: &Data) -> Result<Question, Problem> {
        let Some(step) = self.payload(step) else { return Ok(Question::default()) };
        let wrong = |key: &str, needed: &str| {
            Problem::new(Kind::InvalidPayload, format!("`{key}` of step `{}` is {needed}", step.id))
        };
        let list = |key: &str| match step.payload.get(key) {
            None | Some(Data::Null) => Ok(None),
            Some(Data::List(elements)) => Ok(Some(elements.clone())),
            Some(_) => Err(wrong(key, "a list")),
        };
        let prompt = match step.payload.get("prompt").or_else(|| step.payload.get("description")) {
            None | Some(Data::Null) => None,
            Some(Data::Text(text)) => Some(text.clone()),
            Some(_) => return Err(wrong("description", "a text")),
        };
        let actors = list("allowed_actors")?.map(|actors| {
            let names = actors.iter().map(|actor| actor.as_text().map(str::to_owned));
            names.collect::<Option<Vec<_>>>().ok_or_else(|| wrong("allowed_actors", "a list of texts"))
        });
        Ok(Question { prompt, options: list("options")?, actors: actors.transpose()? })
    }

    fn answer(&self, step: usize, state: &mut Data, answer: &Answer) -> Result<(), Problem> {
        let Some(step) = self.payload(step) else { return Ok(()) };
        if answer.decision == "reject" {
            return Err(rejected(answer));
        }
        if let Some(value) = answer.value.as_ref().filter(|_| step.payload.get("output_path").is_some()) {
            Path::of(&step.payload, "output_path")?.set(state, value.clone())?;
        }
        Path::read(&Data::List(vec![Data::text("human"), Data::text(&*step.id)]))
            .map_err(|_| Problem::new(Kind::InvalidPath, "a human step needs an id"))?
            .set(state, Data::Map(answer.record()))
    }

    fn data(&self, state: &Data) -> Data {
        state.clone()
    }

    fn routed(&self, _: &Data) -> Vec<Data> {
        Vec::new()
    }
}

/// The failure that a no is.
pub fn rejected(answer: &Answer) -> Problem {
    let note = answer.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    Problem::new(Kind::Rejected, format!("`{}` said no{note}", answer.actor))
}
