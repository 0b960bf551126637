//! What an expression is worth: a value, unknown, or a fault. Written for obviousness; every operand is evaluated.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::Refusal;
use crate::expr::{DEPTH, Expr, Form};
use crate::members::Checked;
use crate::program::{Program, Service};
use crate::value::{Name, Value};
use crate::{functions, operators, totals};

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
    /// The role whose candidate that is.
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
    /// The service that was looked up last: one candidate is judged by all constraints before the next.
    found: RefCell<Option<(Name, &'p Service)>>,
}

/// Where an expression stands.
struct Place<'a> {
    frame: Frame<'a>,
    /// Variables, the innermost last.
    variables: Vec<(Name, Worth)>,
    depth: usize,
}

impl<'p> World<'p> {
    /// Evaluation within this many steps altogether.
    pub fn new(program: &'p Program, budget: u64) -> Self {
        World { program, budget: Cell::new(budget), found: RefCell::default() }
    }

    /// Takes steps from the budget.
    pub fn charge(&self, steps: u64) -> Checked<()> {
        let left =
            self.budget.get().checked_sub(steps).ok_or_else(|| Refusal::new("limits", "too much to evaluate"))?;
        self.budget.set(left);
        Ok(())
    }

    /// What an expression is worth.
    pub fn worth(&self, expr: &Expr, frame: Frame) -> Checked<Worth> {
        let candidate = frame.subject.map(|subject| Known(Value::Service(subject.clone())));
        let variables = frame.variable.cloned().zip(candidate).into_iter().collect();
        self.eval(expr, &mut Place { frame, variables, depth: 0 })
    }

    /// A condition in Kleene's logic: `None` is unknown.
    pub fn truth(&self, expr: &Expr, frame: Frame) -> Checked<Option<bool>> {
        truth_of(&self.worth(expr, frame)?)
    }

    fn eval(&self, expr: &Expr, at: &mut Place) -> Checked<Worth> {
        self.charge(1)?;
        if at.depth > DEPTH {
            return Err(Refusal::new("limits", "an expression nested too deeply"));
        }
        at.depth += 1;
        let worth = match expr.form {
            Form::Literal => Ok(perhaps(expr.value.clone())),
            Form::Quantifier => self.quantifier(expr, at),
            Form::Each => self.each(expr, at),
            Form::Fold => self.fold(expr, at),
            Form::Field => match (expr.operands.as_slice(), expr.names.first()) {
                ([Some(of)], Some(name)) => match self.eval(of, at)? {
                    Known(value) => self.field(&value, name),
                    other => Ok(other),
                },
                _ => Err(ill("a field of nothing")),
            },
            Form::Named | Form::Logic | Form::Operator => {
                let mut operands = Vec::with_capacity(expr.operands.len());
                for operand in &expr.operands {
                    operands.push(operand.as_ref().map_or(Ok(Unknown), |operand| self.eval(operand, at))?);
                }
                match expr.form {
                    Form::Named => self.word(expr, operands, at),
                    Form::Logic => self.logic(&expr.word, operands),
                    _ => self.apply(&expr.word, operands),
                }
            }
        };
        at.depth -= 1;
        worth
    }

    /// A word whose operands are evaluated first.
    fn word(&self, expr: &Expr, operands: Vec<Worth>, at: &mut Place) -> Checked<Worth> {
        let name = expr.names.first();
        let of = |operands: &[Worth], found: &dyn Fn(&Value) -> Checked<Worth>| match operands {
            [Known(value)] => found(value),
            [other] => Ok(other.clone()),
            _ => Err(ill("operands that are missing")),
        };
        match (expr.word.as_str(), name) {
            ("request", _) => Ok(Known(self.program.request.clone())),
            ("now", _) => Ok(Known(Value::Instant(self.program.now))),
            // Without a candidate, `service` can only be met in the guard of a waiver, which is then unknown.
            ("service", _) => Ok(perhaps(at.frame.subject.cloned().map(Value::Service))),
            ("variable", Some(name)) => {
                let found = at.variables.iter().rev().find(|(variable, _)| variable == name);
                found.map(|(_, worth)| worth.clone()).ok_or_else(|| ill(format!("no variable `{name}`")))
            }
            ("role", Some(name)) => self.role(name, at.frame),
            ("total", Some(name)) => self.total(name, at.frame),
            ("constant", Some(name)) => {
                let constant =
                    self.program.constants.get(&**name).ok_or_else(|| ill(format!("no constant `{name}`")))?;
                Ok(perhaps(constant.clone()))
            }
            ("closure", Some(name)) => of(&operands, &|value| self.closure(value, name)),
            ("is", Some(name)) => of(&operands, &|value| match value {
                Value::Service(of) => Ok(Known(Value::Bool(self.program.is_service(of, Some(name))))),
                _ => Err(ill("`is` of what is no service")),
            }),
            ("row", Some(name)) => of(&operands, &|key| {
                let rows = self.program.tables.get(&**name).ok_or_else(|| ill(format!("no table `{name}`")))?;
                Ok(perhaps(rows.get(key).cloned()))
            }),
            ("signal", Some(name)) if operands.is_empty() => self.signal(name, None),
            ("signal", Some(name)) => of(&operands, &|service| self.signal(name, Some(service))),
            ("matches", _) => of(&operands, &|text| match text {
                Value::Text(text) => {
                    self.charge((text.len() as u64 + 1).saturating_mul(expr.program.len() as u64 + 1))?;
                    Ok(Known(Value::Bool(functions::occurs(&expr.program, text))))
                }
                _ => Err(ill("`matches` of what is no text")),
            }),
            ("call", Some(name)) => self.call(name, operands, at),
            ("record", _) => {
                let value = |worth: Worth| if let Known(value) = worth { Some(value) } else { None };
                let fields = expr.names.iter().cloned().zip(operands.into_iter().map(value));
                self.made(Value::record(fields.collect()))
            }
            (word, _) => Err(ill(format!("`{word}` without a name"))),
        }
    }

    /// Logic, and what is made of several values.
    fn logic(&self, word: &str, operands: Vec<Worth>) -> Checked<Worth> {
        match (word, operands.as_slice()) {
            ("and" | "or", _) => kleene(&operands, word == "or"),
            ("implies", [a, b]) => kleene(&[negated(a)?, b.clone()], true),
            ("not", [a]) => negated(a),
            ("known", [Fault]) | ("??", [Fault, _]) => Ok(Fault),
            ("known", [a]) => Ok(Known(Value::Bool(matches!(a, Known(_))))),
            ("??", [Unknown, b]) => Ok(b.clone()),
            ("??", [a, _]) => Ok(a.clone()),
            ("if", [condition, a, b]) => {
                let chosen = truth_of(condition)?;
                Ok(chosen.map_or(Unknown, |yes| if yes { a.clone() } else { b.clone() }))
            }
            _ => self.apply(word, operands),
        }
    }

    /// An operator on values.
    fn apply(&self, word: &str, operands: Vec<Worth>) -> Checked<Worth> {
        let values = match together(operands) {
            Ok(values) => values,
            Err(other) => return Ok(other),
        };
        self.charge(operators::cost(word, &values))?;
        match word {
            "set" => self.made(Value::set(values)),
            "list" => self.made(Value::list(values)),
            "interpolate" => self.made(Value::Text(values.iter().map(Value::spell).collect::<String>().into())),
            _ => operators::apply(word, &values).map(|value| value.map_or(Fault, Known)),
        }
    }

    fn role(&self, name: &Name, frame: Frame) -> Checked<Worth> {
        let roles = &self.program.route.roles;
        let place = roles.iter().position(|role| role.name == *name).ok_or_else(|| ill(format!("no role `{name}`")))?;
        let list = roles.get(place).is_some_and(|role| role.list);
        if let (true, Some(subject)) = (frame.focus == Some(place) && !list, frame.subject) {
            return Ok(Known(Value::Service(subject.clone())));
        }
        // A role that is still open can only be met in the guard of a waiver, which is then unknown and waives nothing.
        let Some(given) = frame.given.get(place).and_then(Option::as_ref) else { return Ok(Unknown) };
        Ok(match list {
            true => Known(Value::list(given.iter().cloned().map(Value::Service).collect())),
            false => perhaps(given.first().cloned().map(Value::Service)),
        })
    }

    /// A guarantee of the pipeline, the candidate under test being counted in.
    fn total(&self, name: &Name, frame: Frame) -> Checked<Worth> {
        let route = &self.program.route;
        let single = |stage: usize| route.roles.get(stage).is_some_and(|role| !role.list);
        let place = |stage: usize| match frame.subject {
            Some(subject) if frame.focus == Some(stage) && single(stage) => Some(subject.clone()),
            _ => frame.given.get(stage).and_then(Option::as_ref).and_then(|given| given.first()).cloned(),
        };
        self.charge((route.stages.len() as u64).saturating_pow(3))?;
        totals::compose(self.program, name, &place)
    }

    /// The contract of a service.
    pub fn service(&self, name: &Name) -> Checked<&'p Service> {
        let found = self.found.borrow().as_ref().and_then(|(of, service)| Rc::ptr_eq(of, name).then_some(*service));
        if let Some(service) = found {
            return Ok(service);
        }
        let service = self.program.services.get(name).ok_or_else(|| ill(format!("no service `{name}`")))?;
        *self.found.borrow_mut() = Some((name.clone(), service));
        Ok(service)
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
                let stated = &**name != "name" || traits.any(|of| of.fields.iter().any(|f| f.name == *name));
                let value = contract.values.get(&**name).cloned();
                Ok(perhaps(if stated { value } else { Some(Value::Text(service.clone())) }))
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
        Ok(Known(Value::set(reached.into_iter().map(Value::Service).collect())))
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

    fn call(&self, name: &Name, operands: Vec<Worth>, at: &mut Place) -> Checked<Worth> {
        let definition = self.program.definitions.get(&**name);
        let (params, body) = definition.ok_or_else(|| ill(format!("no definition `{name}`")))?;
        if params.len() != operands.len() {
            return Err(ill(format!("`{name}` with {} arguments", operands.len())));
        }
        let variables = params.iter().cloned().zip(operands).collect();
        self.eval(body, &mut Place { frame: at.frame, variables, depth: at.depth })
    }

    /// Charges for a value, so that shared parts cannot grow without end.
    fn made(&self, value: Value) -> Checked<Worth> {
        self.charge(value.weight())?;
        Ok(Known(value))
    }

    /// An operand of what runs over a collection, with the variable standing for an element.
    fn bound(&self, expr: &Expr, operand: usize, element: &Value, at: &mut Place) -> Checked<Option<Worth>> {
        let Some(Some(body)) = expr.operands.get(operand) else { return Ok(None) };
        let variable = expr.names.first().ok_or_else(|| ill("a collection without a variable"))?;
        at.variables.push((variable.clone(), Known(element.clone())));
        let worth = self.eval(body, at);
        at.variables.pop();
        worth.map(Some)
    }

    /// The elements of the collection that an expression runs over, or what that is worth instead.
    fn elements(&self, expr: &Expr, at: &mut Place) -> Checked<Result<Vec<Value>, Worth>> {
        let over = expr.operands.first().and_then(Option::as_ref).ok_or_else(|| ill("no collection"))?;
        Ok(match self.eval(over, at)? {
            Known(over) => Ok(over.elements().ok_or_else(|| ill("the elements of what is no collection"))?.to_vec()),
            other => Err(other),
        })
    }

    fn quantifier(&self, expr: &Expr, at: &mut Place) -> Checked<Worth> {
        let Ok(elements) = self.elements(expr, at)? else { return Ok(Unknown) };
        let mut parts = Vec::new();
        for element in elements {
            parts.extend(self.bound(expr, 1, &element, at)?);
        }
        kleene(&parts, expr.word == "any")
    }

    /// Sort keys with what is taken of the elements for which the filter is true, or what there is instead.
    fn taken(&self, expr: &Expr, at: &mut Place) -> Checked<Result<Vec<(Value, Value)>, Worth>> {
        let elements = match self.elements(expr, at)? {
            Ok(elements) => elements,
            Err(other) => return Ok(Err(other)),
        };
        let (mut values, mut keys) = (Vec::new(), Vec::new());
        for element in elements {
            let counts = self.bound(expr, 1, &element, at)?.map_or(Ok(Some(true)), |filter| truth_of(&filter))?;
            if counts == Some(true) {
                // Of what is only counted, nothing is taken.
                let take = if expr.word == "count of" { None } else { self.bound(expr, 2, &element, at)? };
                values.push(take.unwrap_or(Known(element.clone())));
                keys.push(self.bound(expr, 3, &element, at)?.unwrap_or(Known(element)));
            } else if counts.is_none() {
                values.push(Unknown);
            }
        }
        let count = values.len();
        Ok(together(values.into_iter().chain(keys).collect()).map(|mut all| {
            let keys = all.split_off(count);
            keys.into_iter().zip(all).collect()
        }))
    }

    fn fold(&self, expr: &Expr, at: &mut Place) -> Checked<Worth> {
        let taken = match self.taken(expr, at)? {
            Ok(taken) => taken.into_iter().map(|(_, value)| value),
            Err(other) => return Ok(other),
        };
        match (expr.word.as_str(), &expr.value) {
            ("count of", _) => Ok(Known(Value::Int(taken.len() as i64))),
            ("sum of", Some(zero)) => {
                let mut sum = zero.clone();
                for value in taken {
                    let Some(after) = operators::arithmetic("+", &sum, &value)? else { return Ok(Fault) };
                    sum = after;
                }
                Ok(Known(sum))
            }
            (op, _) => {
                let extreme = taken.map(Ok).reduce(|a, b| operators::extreme(op == "max of", a?, b?));
                extreme.transpose().map(perhaps)
            }
        }
    }

    fn each(&self, expr: &Expr, at: &mut Place) -> Checked<Worth> {
        let limit = expr.operands.get(4).and_then(Option::as_ref).map(|limit| self.eval(limit, at)).transpose()?;
        let taken = self.taken(expr, at)?;
        let gaps: Vec<Worth> = taken.as_ref().err().cloned().into_iter().chain(limit.clone()).collect();
        let mut taken = match (taken, &limit) {
            (Ok(taken), None | Some(Known(_))) => taken,
            _ => return Ok(blurred(&gaps)),
        };
        if let Some(Value::Bool(descending)) = expr.value {
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
}

/// The refusal of an expression that no checker lets through.
pub fn ill(reason: impl Into<String>) -> Refusal {
    Refusal::new("evaluation", reason)
}

fn perhaps(value: Option<Value>) -> Worth {
    value.map_or(Unknown, Known)
}

/// Fault if one of these is one, else unknown.
fn blurred(parts: &[Worth]) -> Worth {
    if parts.contains(&Fault) { Fault } else { Unknown }
}

/// All values, or what they are together where one is none.
fn together(parts: Vec<Worth>) -> Result<Vec<Value>, Worth> {
    if !parts.iter().all(|part| matches!(part, Known(_))) {
        return Err(blurred(&parts));
    }
    Ok(parts.into_iter().filter_map(|part| if let Known(value) = part { Some(value) } else { None }).collect())
}

fn truth_of(worth: &Worth) -> Checked<Option<bool>> {
    match worth {
        Known(Value::Bool(value)) => Ok(Some(*value)),
        Known(_) => Err(ill("a condition that is neither true nor false")),
        Unknown | Fault => Ok(None),
    }
}

/// `or` where `decisive` is true, `and` where it is false: one decisive part decides, else one unknown blurs.
fn kleene(parts: &[Worth], decisive: bool) -> Checked<Worth> {
    let (mut decided, mut unknown) = (false, false);
    for part in parts {
        let truth = truth_of(part)?;
        decided |= truth == Some(decisive);
        unknown |= truth.is_none();
    }
    Ok(if unknown && !decided { Unknown } else { Known(Value::Bool(decided == decisive)) })
}

fn negated(worth: &Worth) -> Checked<Worth> {
    Ok(perhaps(truth_of(worth)?.map(|value| Value::Bool(!value))))
}
