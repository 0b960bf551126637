//! What an expression is worth: a value, unknown, or a fault. Written for obviousness; every operand is evaluated.

use std::cell::Cell;
use std::collections::BTreeSet;

use crate::Refusal;
use crate::expr::{DEPTH, Expr, Generator};
use crate::functions;
use crate::operators;
use crate::program::{Checked, Program};
use crate::value::{Name, Value};

/// What an expression is worth.
#[derive(Clone, Debug, PartialEq)]
pub enum Worth {
    /// A value.
    Known(Value),
    /// Unknown.
    Unknown,
    /// An unknown that nothing supplies.
    Fault,
}

use Worth::{Fault, Known, Unknown};

/// What each role is given, by place: `None` while that is open, no services where an optional role stays unfilled.
pub type Assignment = Vec<Option<Vec<Name>>>;

/// What `service` and the roles stand for.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// `service`.
    pub subject: Option<&'a Name>,
    /// The role, no list, whose name means the candidate under test as well.
    pub focus: Option<usize>,
    /// The variable that stands for the candidate, in a condition on each element of a list role.
    pub variable: Option<&'a Name>,
    /// What the roles are given.
    pub given: &'a [Option<Vec<Name>>],
}

/// Nothing is given yet.
pub const NOBODY: Frame<'_> = Frame { subject: None, focus: None, variable: None, given: &[] };

/// Evaluates the expressions of one program, within bounds.
pub struct World<'p> {
    /// The program.
    pub program: &'p Program,
    budget: Cell<u64>,
}

/// Variables, the innermost last.
pub type Variables = Vec<(Name, Worth)>;

/// Sort keys with what is taken, or what there is instead.
type Taken = Result<Vec<(Value, Value)>, Worth>;

impl<'p> World<'p> {
    /// Evaluation within this many steps altogether.
    pub fn new(program: &'p Program, budget: u64) -> Self {
        World { program, budget: Cell::new(budget) }
    }

    /// Takes steps from the budget.
    pub fn charge(&self, steps: u64) -> Checked<()> {
        let left =
            self.budget.get().checked_sub(steps).ok_or_else(|| Refusal::new("limits", "too much to evaluate"))?;
        self.budget.set(left);
        Ok(())
    }

    /// What an expression is worth; a variable may stand for the candidate.
    pub fn worth(&self, expr: &Expr, frame: Frame) -> Checked<Worth> {
        let candidate = frame.subject.map(|subject| Known(Value::Service(subject.clone())));
        let mut variables = frame.variable.cloned().zip(candidate).into_iter().collect();
        self.eval(expr, frame, &mut variables, 0)
    }

    /// A condition in Kleene's logic: `None` is unknown.
    pub fn truth(&self, expr: &Expr, frame: Frame) -> Checked<Option<bool>> {
        truth_of(self.worth(expr, frame)?)
    }

    /// What an expression is worth with these variables.
    pub fn eval(&self, expr: &Expr, frame: Frame, variables: &mut Variables, depth: usize) -> Checked<Worth> {
        self.charge(1)?;
        if depth > DEPTH {
            return Err(Refusal::new("limits", "an expression nested too deeply"));
        }
        let deeper = depth + 1;
        match expr {
            Expr::Literal(value) => Ok(Known(value.clone())),
            Expr::Variable(name) => {
                let found = variables.iter().rev().find(|(variable, _)| variable == name);
                found.map(|(_, worth)| worth.clone()).ok_or_else(|| ill(format!("no variable `{name}`")))
            }
            Expr::Request => Ok(Known(self.program.request.clone())),
            // Without a candidate, `service` can only be met in the guard of a waiver, which is then unknown.
            Expr::Subject => Ok(frame.subject.map_or(Unknown, |subject| Known(Value::Service(subject.clone())))),
            Expr::Role(name) => self.role(name, frame),
            Expr::Now => Ok(Known(Value::Instant(self.program.now))),
            Expr::Total(name) => self.total(name, frame),
            Expr::Constant(name) => {
                let constant =
                    self.program.constants.get(&**name).ok_or_else(|| ill(format!("no constant `{name}`")))?;
                Ok(perhaps(constant.clone()))
            }
            Expr::Field(of, name) => then(self.eval(of, frame, variables, deeper)?, |of| self.field(&of, name)),
            Expr::Closure(of, name) => then(self.eval(of, frame, variables, deeper)?, |of| self.closure(&of, name)),
            Expr::Is(of, name) => then(self.eval(of, frame, variables, deeper)?, |of| match of {
                Value::Service(of) => known(Value::Bool(self.program.is_service(&of, Some(name)))),
                _ => Err(ill("`is` of what is no service")),
            }),
            Expr::Matches(of, program) => then(self.eval(of, frame, variables, deeper)?, |of| match of {
                Value::Text(of) => {
                    self.charge((of.len() as u64 + 1).saturating_mul(program.len() as u64 + 1))?;
                    known(Value::Bool(functions::occurs(program, &of)))
                }
                _ => Err(ill("`matches` of what is no text")),
            }),
            Expr::Row(table, key) => then(self.eval(key, frame, variables, deeper)?, |key| {
                let rows = self.program.tables.get(&**table).ok_or_else(|| ill(format!("no table `{table}`")))?;
                Ok(perhaps(rows.get(&key).cloned()))
            }),
            Expr::Signal(name, None) => self.signal(name, None),
            Expr::Signal(name, Some(of)) => {
                then(self.eval(of, frame, variables, deeper)?, |of| self.signal(name, Some(&of)))
            }
            Expr::Call(name, operands) => self.call(name, self.all(operands, frame, variables, deeper)?, frame, deeper),
            Expr::Record(fields) => self.record(fields, frame, variables, deeper),
            Expr::Quantifier(all, variable, over, body) => {
                let over = self.eval(over, frame, variables, deeper)?;
                let Known(over) = over else { return Ok(Unknown) };
                let mut parts = Vec::new();
                for element in elements(&over)? {
                    parts.push(self.bound(variable, element, body, frame, variables, deeper)?);
                }
                kleene(parts, !all)
            }
            Expr::Fold(op, generator, _) if op == "count" => self.count(generator, frame, variables, deeper),
            Expr::Fold(op, generator, zero) => self.fold(op, generator, zero.as_ref(), frame, variables, deeper),
            Expr::Each(generator, order, limit) => {
                let order = order.as_ref().map(|(by, descending)| (&**by, *descending));
                let limit = limit.as_ref().map(|limit| self.eval(limit, frame, variables, deeper)).transpose()?;
                self.each(generator, order, limit, frame, variables, deeper)
            }
            Expr::Apply(word, operands) => self.apply(word, self.all(operands, frame, variables, deeper)?),
        }
    }

    fn all(&self, exprs: &[Expr], frame: Frame, variables: &mut Variables, depth: usize) -> Checked<Vec<Worth>> {
        exprs.iter().map(|expr| self.eval(expr, frame, variables, depth)).collect()
    }

    /// What an expression is worth with a variable standing for an element.
    fn bound(
        &self,
        variable: &Name,
        element: &Value,
        body: &Expr,
        frame: Frame,
        variables: &mut Variables,
        depth: usize,
    ) -> Checked<Worth> {
        variables.push((variable.clone(), Known(element.clone())));
        let worth = self.eval(body, frame, variables, depth);
        variables.pop();
        worth
    }

    fn role(&self, name: &Name, frame: Frame) -> Checked<Worth> {
        let roles = &self.program.route.roles;
        let place = roles.iter().position(|role| role.name == *name).ok_or_else(|| ill(format!("no role `{name}`")))?;
        let list = roles.get(place).is_some_and(|role| role.list);
        if let (true, Some(subject)) = (frame.focus == Some(place) && !list, frame.subject) {
            return known(Value::Service(subject.clone()));
        }
        // A role that is still open can only be met in the guard of a waiver, which is then unknown and waives nothing.
        let Some(given) = frame.given.get(place).and_then(Option::as_ref) else { return Ok(Unknown) };
        match (list, given.first()) {
            (true, _) => known(Value::list(given.iter().cloned().map(Value::Service).collect())),
            (false, Some(service)) => known(Value::Service(service.clone())),
            (false, None) => Ok(Unknown),
        }
    }

    /// A guarantee of the pipeline, the candidate under test being counted in.
    fn total(&self, name: &Name, frame: Frame) -> Checked<Worth> {
        let route = &self.program.route;
        let single = |stage: usize| route.roles.get(stage).is_some_and(|role| !role.list);
        let place = |stage: usize| match frame.subject {
            Some(subject) if frame.focus == Some(stage) && single(stage) => Some(subject.clone()),
            _ => frame.given.get(stage).and_then(Option::as_ref).and_then(|given| given.first()).cloned(),
        };
        let stages = route.stages.len() as u64;
        self.charge(stages * stages * stages)?;
        crate::totals::compose(self.program, name, &place)
    }

    fn service(&self, name: &Name) -> Checked<&'p crate::program::Service> {
        self.program.services.get(name).ok_or_else(|| ill(format!("no service `{name}`")))
    }

    fn field(&self, of: &Value, name: &Name) -> Checked<Worth> {
        match of {
            Value::Record(fields) => {
                let field = fields.0.iter().find(|(field, _)| field == name);
                field.map(|(_, value)| perhaps(value.clone())).ok_or_else(|| ill(format!("no field `{name}`")))
            }
            Value::Service(service) => {
                let contract = self.service(service)?;
                let mut traits = contract.traits.iter().filter_map(|of| self.program.traits.get(of));
                let shadowed = &**name != "name" || traits.any(|of| of.fields.iter().any(|f| f.name == *name));
                let value = contract.values.get(&**name).cloned();
                Ok(perhaps(if shadowed { value } else { Some(Value::Text(service.clone())) }))
            }
            _ => Err(ill(format!("`{name}` of what has no fields"))),
        }
    }

    /// All services reached over a field in one or more steps.
    fn closure(&self, of: &Value, name: &Name) -> Checked<Worth> {
        let Value::Service(start) = of else { return Err(ill("`+` of what is no service")) };
        let (mut reached, mut open) = (BTreeSet::new(), vec![start.clone()]);
        while let Some(service) = open.pop() {
            let Some(value) = self.service(&service)?.values.get(&**name) else { return Ok(Unknown) };
            for next in value.elements().unwrap_or(std::slice::from_ref(value)) {
                self.charge(1)?;
                let Value::Service(next) = next else { return Err(ill("`+` over what names no services")) };
                if reached.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        known(Value::set(reached.into_iter().map(Value::Service).collect()))
    }

    fn signal(&self, name: &Name, of: Option<&Value>) -> Checked<Worth> {
        let signal = self.program.signals.get(&**name).ok_or_else(|| ill(format!("no signal `{name}`")))?;
        let said = match of {
            None => signal.value.as_ref(),
            Some(Value::Service(service)) => signal.by_service.get(&**service),
            Some(_) => return Err(ill("a signal of what is no service")),
        };
        Ok(perhaps(said.or(signal.default.as_ref()).cloned()))
    }

    fn call(&self, name: &Name, operands: Vec<Worth>, frame: Frame, depth: usize) -> Checked<Worth> {
        let definition = self.program.definitions.get(&**name);
        let (params, body) = definition.ok_or_else(|| ill(format!("no definition `{name}`")))?;
        if params.len() != operands.len() {
            return Err(ill(format!("`{name}` with {} arguments", operands.len())));
        }
        self.eval(body, frame, &mut params.iter().cloned().zip(operands).collect(), depth)
    }

    fn record(
        &self,
        fields: &[(Name, Option<Expr>)],
        frame: Frame,
        variables: &mut Variables,
        depth: usize,
    ) -> Checked<Worth> {
        let mut values = Vec::new();
        for (name, field) in fields {
            let worth = field.as_ref().map(|field| self.eval(field, frame, variables, depth)).transpose()?;
            values.push((name.clone(), if let Some(Known(value)) = worth { Some(value) } else { None }));
        }
        self.made(Value::record(values))
    }

    /// Charges for a value, so that shared parts cannot grow without end.
    fn made(&self, value: Value) -> Checked<Worth> {
        self.charge(value.weight())?;
        known(value)
    }

    /// What is taken of each element for which the filter is true, and its sort key; or what they are together.
    fn taken(
        &self,
        of: &Generator,
        by: Option<&Expr>,
        frame: Frame,
        variables: &mut Variables,
        depth: usize,
    ) -> Checked<Taken> {
        let over = match self.eval(&of.over, frame, variables, depth)? {
            Known(over) => over,
            other => return Ok(Err(other)),
        };
        let (mut values, mut keys) = (Vec::new(), Vec::new());
        for element in elements(&over)? {
            let mut bound = |body| self.bound(&of.variable, element, body, frame, variables, depth);
            match of.filter.as_ref().map_or(Ok(Some(true)), |filter| truth_of(bound(filter)?))? {
                Some(false) => {}
                Some(true) => {
                    values.push(bound(&of.take)?);
                    keys.push(by.map_or(Ok(Known(element.clone())), bound)?);
                }
                None => values.push(Unknown),
            }
        }
        let all = together(values.iter().chain(&keys).cloned().collect());
        Ok(all.map(|mut all| {
            let keys = all.split_off(values.len());
            keys.into_iter().zip(all).collect()
        }))
    }

    fn fold(
        &self,
        op: &str,
        of: &Generator,
        zero: Option<&Value>,
        frame: Frame,
        variables: &mut Variables,
        depth: usize,
    ) -> Checked<Worth> {
        let taken = match self.taken(of, None, frame, variables, depth)? {
            Ok(taken) => taken.into_iter().map(|(_, value)| value),
            Err(other) => return Ok(other),
        };
        if op != "sum" {
            return taken.map(Ok).reduce(|a, b| operators::extreme(op == "max", a?, b?)).transpose().map(perhaps);
        }
        let mut sum = zero.cloned().ok_or_else(|| ill("a sum without its zero"))?;
        for value in taken {
            let Some(after) = operators::arithmetic("+", &sum, &value)? else { return Ok(Fault) };
            sum = after;
        }
        known(sum)
    }

    /// How many elements count; what is taken of them does not matter.
    fn count(&self, of: &Generator, frame: Frame, variables: &mut Variables, depth: usize) -> Checked<Worth> {
        let over = match self.eval(&of.over, frame, variables, depth)? {
            Known(over) => over,
            other => return Ok(other),
        };
        let mut count = Some(0);
        for element in elements(&over)? {
            let counts = match &of.filter {
                Some(filter) => truth_of(self.bound(&of.variable, element, filter, frame, variables, depth)?)?,
                None => Some(true),
            };
            count = count.zip(counts).map(|(count, counts)| count + i64::from(counts));
        }
        Ok(perhaps(count.map(Value::Int)))
    }

    fn each(
        &self,
        of: &Generator,
        order: Option<(&Expr, bool)>,
        limit: Option<Worth>,
        frame: Frame,
        variables: &mut Variables,
        depth: usize,
    ) -> Checked<Worth> {
        let taken = self.taken(of, order.map(|(by, _)| by), frame, variables, depth)?;
        let gaps: Vec<Worth> = taken.as_ref().err().cloned().into_iter().chain(limit.clone()).collect();
        let mut taken = match (taken, &limit) {
            (Ok(taken), None | Some(Known(_))) => taken,
            _ => return Ok(blurred(&gaps)),
        };
        if let Some((_, descending)) = order {
            let mut wrong = None;
            taken.sort_by(|(a, _), (b, _)| {
                let order = operators::order(a, b).unwrap_or_else(|refusal| {
                    wrong = Some(refusal);
                    std::cmp::Ordering::Equal
                });
                if descending { order.reverse() } else { order }
            });
            wrong.map_or(Ok(()), Err)?;
        }
        match limit {
            Some(Known(Value::Int(most))) => taken.truncate(usize::try_from(most).unwrap_or(0)),
            Some(_) => return Err(ill("a limit that is no whole number")),
            None => {}
        }
        self.made(Value::list(taken.into_iter().map(|(_, value)| value).collect()))
    }

    /// A word and what its operands are worth.
    fn apply(&self, word: &str, operands: Vec<Worth>) -> Checked<Worth> {
        match (word, operands.as_slice()) {
            ("and" | "or", _) => return kleene(operands, word == "or"),
            ("implies", [a, b]) => return kleene(vec![negated(a)?, b.clone()], true),
            ("not", [a]) => return negated(a),
            ("known", [Fault]) | ("??", [Fault, _]) => return Ok(Fault),
            ("known", [a]) => return known(Value::Bool(matches!(a, Known(_)))),
            ("??", [Unknown, b]) => return Ok(b.clone()),
            ("??", [a, _]) => return Ok(a.clone()),
            ("if", [condition, a, b]) => {
                let chosen = truth_of(condition.clone())?;
                return Ok(chosen.map_or(Unknown, |yes| if yes { a.clone() } else { b.clone() }));
            }
            _ => {}
        }
        let values = match together(operands) {
            Ok(values) => values,
            Err(other) => return Ok(other),
        };
        self.charge(values.iter().map(Value::weight).fold(0, u64::saturating_add))?;
        match word {
            "set" => self.made(Value::set(values)),
            "list" => self.made(Value::list(values)),
            "interpolate" => {
                let text: String = values.iter().map(Value::spell).collect();
                self.made(Value::Text(text.into()))
            }
            "high_band" | "low_band" => {
                let length = values.first().map_or(0, Value::weight);
                self.charge(length.saturating_mul(length))?;
                operators::apply(word, &values).map(|value| value.map_or(Fault, Known))
            }
            _ => operators::apply(word, &values).map(|value| value.map_or(Fault, Known)),
        }
    }
}

/// The refusal of an expression that no checker lets through.
pub fn ill(reason: impl Into<String>) -> Refusal {
    Refusal::new("evaluation", reason)
}

fn known(value: Value) -> Checked<Worth> {
    Ok(Known(value))
}

fn perhaps(value: Option<Value>) -> Worth {
    value.map_or(Unknown, Known)
}

/// Goes on with a value; unknown and fault stay what they are.
fn then(worth: Worth, next: impl FnOnce(Value) -> Checked<Worth>) -> Checked<Worth> {
    if let Known(value) = worth { next(value) } else { Ok(worth) }
}

fn elements(value: &Value) -> Checked<&[Value]> {
    value.elements().ok_or_else(|| ill("the elements of what is no collection"))
}

/// Fault if one of these is one, else unknown.
fn blurred(parts: &[Worth]) -> Worth {
    if parts.contains(&Fault) { Fault } else { Unknown }
}

/// All values, or what they are together where one is none.
fn together(parts: Vec<Worth>) -> Result<Vec<Value>, Worth> {
    let value = |part: &Worth| if let Known(value) = part { Some(value.clone()) } else { None };
    parts.iter().map(value).collect::<Option<Vec<_>>>().ok_or_else(|| blurred(&parts))
}

/// A condition in Kleene's logic; a fault counts as unknown.
pub fn truth_of(worth: Worth) -> Checked<Option<bool>> {
    match worth {
        Known(Value::Bool(value)) => Ok(Some(value)),
        Known(_) => Err(ill("a condition that is neither true nor false")),
        Unknown | Fault => Ok(None),
    }
}

/// `or` where `decisive` is true, `and` where it is false: one decisive part decides, else one unknown blurs.
fn kleene(parts: Vec<Worth>, decisive: bool) -> Checked<Worth> {
    let truths = parts.into_iter().map(truth_of).collect::<Checked<Vec<_>>>()?;
    Ok(if truths.contains(&Some(decisive)) {
        Known(Value::Bool(decisive))
    } else if truths.contains(&None) {
        Unknown
    } else {
        Known(Value::Bool(!decisive))
    })
}

fn negated(worth: &Worth) -> Checked<Worth> {
    Ok(perhaps(truth_of(worth.clone())?.map(|value| Value::Bool(!value))))
}
