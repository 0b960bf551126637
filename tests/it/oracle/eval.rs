//! The naive evaluator: checked expressions by name, as `docs/reference/evaluation.md` reads. Shares no code with the
//! engine's evaluator; only what the generator makes is covered.

use std::collections::{BTreeMap, BTreeSet};

use provost::base::{Decimal, Name};
use provost::facts::{Inputs, SignalValue};
use provost::ir::{
    Arithmetic, Cardinality, Comparison, Composition, Expr, Fold, Function, Generator, Policy, Route, Services,
};
use provost::value::{Unit, Value};

#[derive(Clone, Debug, PartialEq)]
pub enum V {
    Is(Value),
    Unknown,
    Fault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum T {
    False,
    Unknown,
    True,
}

pub fn not(t: T) -> T {
    match t {
        T::False => T::True,
        T::Unknown => T::Unknown,
        T::True => T::False,
    }
}

/// Who is given to each role.
pub type Given = BTreeMap<Name, Vec<Name>>;

#[derive(Clone)]
pub struct World<'a> {
    pub policy: &'a Policy,
    pub services: &'a Services,
    pub route: &'a Route,
    pub inputs: &'a Inputs,
    pub subject: Option<Name>,
    pub given: &'a Given,
    pub variables: BTreeMap<Name, V>,
}

impl World<'_> {
    pub fn truth(&self, e: &Expr) -> T {
        match self.eval(e) {
            V::Is(Value::Bool(true)) => T::True,
            V::Is(Value::Bool(false)) => T::False,
            _ => T::Unknown,
        }
    }

    fn with(&self, name: &Name, value: V) -> Self {
        let mut world = self.clone();
        world.variables.insert(name.clone(), value);
        world
    }

    fn two(&self, a: &Expr, b: &Expr, f: impl Fn(Value, Value) -> Option<Value>) -> V {
        match (self.eval(a), self.eval(b)) {
            (V::Fault, _) | (_, V::Fault) => V::Fault,
            (V::Unknown, _) | (_, V::Unknown) => V::Unknown,
            (V::Is(a), V::Is(b)) => f(a, b).map_or(V::Fault, V::Is),
        }
    }

    fn elements(&self, e: &Expr) -> Result<Vec<Value>, V> {
        match self.eval(e) {
            V::Is(v) => Ok(v.elements().unwrap().to_vec()),
            gap => Err(gap),
        }
    }

    pub fn eval(&self, e: &Expr) -> V {
        match e {
            Expr::Literal(v) => V::Is(v.clone()),
            Expr::Constant(n) => some(self.policy.constants[n].as_ref()),
            Expr::Variable(n) => self.variables[n].clone(),
            Expr::Request => V::Is(self.inputs.request.value.clone()),
            Expr::Subject => self.subject.clone().map_or(V::Unknown, |s| V::Is(Value::Service(s))),
            Expr::Now => V::Is(Value::Instant(self.inputs.now)),
            Expr::Role(n) => {
                let list = self.route.roles.iter().any(|r| r.name == *n && is_list(r.cardinality));
                let given = self.given.get(n).cloned().unwrap_or_default();
                match (list, given.first()) {
                    (true, _) => V::Is(Value::List(given.into_iter().map(Value::Service).collect())),
                    (false, Some(s)) => V::Is(Value::Service(s.clone())),
                    (false, None) => V::Unknown,
                }
            }
            Expr::Total(n) => self.total(n),
            Expr::Field(of, n) => match self.eval(of) {
                V::Is(Value::Service(s)) => match self.services[&s].values.get(n) {
                    None if &**n == "name" => V::Is(Value::Text(s)),
                    stated => some(stated),
                },
                V::Is(record) => some(record.field(n).unwrap()),
                gap => gap,
            },
            Expr::Closure(of, n) => match self.eval(of) {
                V::Is(Value::Service(s)) => self.closure(&s, n),
                V::Is(_) => V::Fault,
                gap => gap,
            },
            Expr::Signal(n, of) => self.signal(n, of.as_deref()),
            Expr::Row(n, key) => match self.eval(key) {
                V::Is(key) => some(self.policy.tables[n].rows.get(&key)),
                gap => gap,
            },
            Expr::Call(n, args) => {
                let definition = &self.policy.definitions[n];
                let mut world = self.clone();
                for (p, a) in definition.params.iter().zip(args) {
                    world.variables.insert(p.clone(), self.eval(a));
                }
                world.eval(&definition.body)
            }
            Expr::Fold { op, generator, zero } => self.fold(*op, generator, zero.as_ref()),
            other => self.logic(other),
        }
    }

    fn signal(&self, n: &Name, of: Option<&Expr>) -> V {
        let default = self.policy.signals[n].default.as_ref();
        let said = self.inputs.signals.values.get(n);
        match of.map(|of| self.eval(of)) {
            None => match said {
                Some(SignalValue::One(v)) => V::Is(v.clone()),
                _ => some(default),
            },
            Some(V::Is(Value::Service(s))) => match said {
                Some(SignalValue::PerService(map)) => some(map.get(&s).or(default)),
                _ => some(default),
            },
            Some(V::Is(_)) => V::Fault,
            Some(gap) => gap,
        }
    }

    fn logic(&self, e: &Expr) -> V {
        match e {
            Expr::Not(a) => logic(not(self.truth(a))),
            Expr::And(parts) => logic(parts.iter().map(|p| self.truth(p)).min().unwrap_or(T::True)),
            Expr::Or(parts) => logic(parts.iter().map(|p| self.truth(p)).max().unwrap_or(T::False)),
            Expr::Implies(a, b) => logic(not(self.truth(a)).max(self.truth(b))),
            Expr::Known(a) => match self.eval(a) {
                V::Is(_) => V::Is(Value::Bool(true)),
                V::Unknown => V::Is(Value::Bool(false)),
                V::Fault => V::Fault,
            },
            Expr::Coalesce(a, b) => match self.eval(a) {
                V::Unknown => self.eval(b),
                other => other,
            },
            Expr::If(c, a, b) => match self.truth(c) {
                T::True => self.eval(a),
                T::False => self.eval(b),
                T::Unknown => V::Unknown,
            },
            Expr::Implements(a, n) => match self.eval(a) {
                V::Is(Value::Service(s)) => V::Is(Value::Bool(self.services[&s].traits.contains(n))),
                V::Is(_) => V::Fault,
                gap => gap,
            },
            Expr::Quantifier { all, variable, over, body } => {
                let Ok(elements) = self.elements(over) else { return V::Unknown };
                let truths = elements.into_iter().map(|x| self.with(variable, V::Is(x)).truth(body));
                logic(if *all { truths.min().unwrap_or(T::True) } else { truths.max().unwrap_or(T::False) })
            }
            other => self.operator(other),
        }
    }

    fn operator(&self, e: &Expr) -> V {
        match e {
            Expr::Compare(op, a, b) => self.two(a, b, |a, b| Some(Value::Bool(compare(*op, &a, &b)))),
            Expr::In(a, b) => self.two(a, b, |a, b| Some(Value::Bool(b.elements()?.contains(&a)))),
            Expr::Within(a, b) => self.two(a, b, |a, b| {
                let whole = b.elements()?;
                Some(Value::Bool(a.elements()?.iter().all(|x| whole.contains(x))))
            }),
            Expr::Overlaps(a, b) => self.two(a, b, |a, b| {
                let whole = b.elements()?;
                Some(Value::Bool(a.elements()?.iter().any(|x| whole.contains(x))))
            }),
            Expr::Arithmetic(op, a, b) => self.two(a, b, |a, b| arithmetic(*op, &a, &b)),
            Expr::ToDecimal(a) => match self.eval(a) {
                V::Is(Value::Int(i)) => V::Is(Value::Number(Decimal::from(i), Unit::Plain)),
                other => other,
            },
            other => self.made(other),
        }
    }

    /// Texts, collections, records and functions: each unknown where a part is, and a fault where a part is one.
    fn made(&self, e: &Expr) -> V {
        match e {
            Expr::Negate(a) => match self.eval(a) {
                V::Is(Value::Int(i)) => i.checked_neg().map_or(V::Fault, |i| V::Is(Value::Int(i))),
                V::Is(Value::Number(d, unit)) => {
                    Decimal::ZERO.sub(d).map_or(V::Fault, |d| V::Is(Value::Number(d, unit)))
                }
                other => other,
            },
            Expr::StartsWith(a, b) => {
                self.two(a, b, |a, b| Some(Value::Bool(a.to_string().starts_with(&b.to_string()))))
            }
            Expr::EndsWith(a, b) => self.two(a, b, |a, b| Some(Value::Bool(a.to_string().ends_with(&b.to_string())))),
            Expr::Interpolate(parts) => self
                .all(parts, |values| Some(Value::Text(values.iter().map(Value::to_string).collect::<String>().into()))),
            Expr::SetOf(parts) => self.all(parts, |values| Some(Value::set(values))),
            Expr::ListOf(parts) => self.all(parts, |values| Some(Value::List(values.into()))),
            Expr::RecordOf(fields) => {
                let value = |field: &Option<Expr>| match field.as_ref().map(|field| self.eval(field)) {
                    Some(V::Is(value)) => Some(value),
                    _ => None,
                };
                let fields: Vec<_> = fields.iter().map(|(name, field)| (name.clone(), value(field))).collect();
                V::Is(Value::Record(fields.into()))
            }
            Expr::Function(function, args) => self.all(args, |values| applied(*function, values)),
            Expr::Comprehension { generator, order, limit } => self.listed(generator, order.as_ref(), limit.as_deref()),
            other => panic!("the oracle does not know {other:?}"),
        }
    }

    fn all(&self, parts: &[Expr], f: impl Fn(Vec<Value>) -> Option<Value>) -> V {
        let mut values = Vec::new();
        let mut gap = None;
        for part in parts {
            match self.eval(part) {
                V::Is(value) => values.push(value),
                V::Fault => gap = Some(V::Fault),
                V::Unknown => gap = gap.or(Some(V::Unknown)),
            }
        }
        gap.unwrap_or_else(|| f(values).map_or(V::Fault, V::Is))
    }

    fn listed(&self, generator: &Generator, order: Option<&(Box<Expr>, bool)>, limit: Option<&Expr>) -> V {
        let (mut unknown, mut fault) = (false, false);
        let mut note = |v: &V| match v {
            V::Is(_) => {}
            V::Unknown => unknown = true,
            V::Fault => fault = true,
        };
        let limit = limit.map(|limit| self.eval(limit));
        limit.iter().for_each(&mut note);
        let elements = self.elements(&generator.over).unwrap_or_else(|gap| {
            note(&gap);
            Vec::new()
        });
        let mut taken: Vec<(V, V)> = Vec::new();
        for x in elements {
            let world = self.with(&generator.variable, V::Is(x));
            match generator.filter.as_ref().map_or(T::True, |f| world.truth(f)) {
                T::False => {}
                T::Unknown => note(&V::Unknown),
                T::True => {
                    let key = order.map_or(V::Is(Value::Bool(true)), |(key, _)| world.eval(key));
                    let value = world.eval(&generator.take);
                    note(&key);
                    note(&value);
                    taken.push((key, value));
                }
            }
        }
        if fault || unknown {
            return if fault { V::Fault } else { V::Unknown };
        }
        let known = |v: V| match v {
            V::Is(value) => value,
            _ => unreachable!("gaps have been noted"),
        };
        let mut taken: Vec<(Value, Value)> = taken.into_iter().map(|(k, v)| (known(k), known(v))).collect();
        match order {
            Some((_, true)) => taken.sort_by(|a, b| b.0.cmp(&a.0)),
            _ => taken.sort_by(|a, b| a.0.cmp(&b.0)),
        }
        let most = match limit.map(known) {
            Some(Value::Int(most)) => usize::try_from(most).unwrap_or(0),
            _ => usize::MAX,
        };
        V::Is(Value::List(taken.into_iter().take(most).map(|(_, value)| value).collect()))
    }

    fn fold(&self, op: Fold, generator: &Generator, zero: Option<&Value>) -> V {
        let elements = match self.elements(&generator.over) {
            Ok(elements) => elements,
            Err(gap) => return gap,
        };
        let mut taken = Vec::new();
        let mut gap = None;
        for x in elements {
            let world = self.with(&generator.variable, V::Is(x));
            match generator.filter.as_ref().map_or(T::True, |f| world.truth(f)) {
                T::False => {}
                T::Unknown => gap = gap.max(Some(1)),
                T::True if op == Fold::Count => taken.push(Value::Bool(true)),
                T::True => match world.eval(&generator.take) {
                    V::Is(v) => taken.push(v),
                    V::Unknown => gap = gap.max(Some(1)),
                    V::Fault => gap = gap.max(Some(2)),
                },
            }
        }
        match (gap, op) {
            (Some(2), _) => V::Fault,
            (Some(_), _) => V::Unknown,
            (None, Fold::Count) => V::Is(Value::Int(taken.len() as i64)),
            (None, Fold::Min) => taken.into_iter().min().map_or(V::Unknown, V::Is),
            (None, Fold::Max) => taken.into_iter().max().map_or(V::Unknown, V::Is),
            (None, Fold::Sum) => taken
                .iter()
                .try_fold(zero.cloned().unwrap(), |s, v| arithmetic(Arithmetic::Add, &s, v))
                .map_or(V::Fault, V::Is),
        }
    }

    fn closure(&self, from: &Name, field: &Name) -> V {
        let mut reached = BTreeSet::new();
        let mut open = vec![from.clone()];
        while let Some(s) = open.pop() {
            let Some(named) = self.services[&s].values.get(field) else { return V::Unknown };
            for x in named.elements().unwrap() {
                if let Value::Service(next) = x
                    && reached.insert(next.clone())
                {
                    open.push(next.clone());
                }
            }
        }
        V::Is(Value::set(reached.into_iter().map(Value::Service).collect()))
    }

    /// All maximal paths through the filled stages, written out.
    pub fn total(&self, guarantee: &Name) -> V {
        let stages: Vec<Name> = if self.route.pipeline.stages.is_empty() {
            vec![self.route.roles[0].name.clone()]
        } else {
            self.route.pipeline.stages.clone()
        };
        let mut edges: BTreeSet<(Name, Name)> = self.route.pipeline.edges.clone();
        let mut promises: BTreeMap<Name, Value> = BTreeMap::new();
        for stage in &stages {
            match self.given.get(stage).and_then(|g| g.first()) {
                Some(s) => match self.services[s].values.get(guarantee) {
                    Some(v) => drop(promises.insert(stage.clone(), v.clone())),
                    None => return V::Unknown,
                },
                None => {
                    let before: Vec<_> = edges.iter().filter(|(_, b)| b == stage).map(|(a, _)| a.clone()).collect();
                    let after: Vec<_> = edges.iter().filter(|(a, _)| a == stage).map(|(_, b)| b.clone()).collect();
                    edges.retain(|(a, b)| a != stage && b != stage);
                    for a in &before {
                        edges.extend(after.iter().map(|b| (a.clone(), b.clone())));
                    }
                }
            }
        }
        if promises.is_empty() {
            return V::Unknown;
        }
        let trait_ = &self.route.roles.iter().find(|r| r.name == stages[0]).unwrap().trait_;
        let values = promises.values().cloned();
        match self.policy.traits[trait_].guarantees[guarantee].composition.unwrap() {
            Composition::Min => V::Is(values.min().unwrap()),
            Composition::Sum => {
                let starts = promises.keys().filter(|s| !edges.iter().any(|(_, b)| b == *s));
                V::Is(starts.map(|s| longest(s, &promises, &edges)).max().unwrap())
            }
            Composition::Max => V::Is(values.max().unwrap()),
            Composition::And => V::Is(values.min().unwrap()),
            Composition::Or => V::Is(values.max().unwrap()),
            Composition::Product => {
                let one = Value::Number(Decimal::ONE, Unit::Ratio);
                V::Is(values.fold(one, |a, b| arithmetic(Arithmetic::Multiply, &a, &b).unwrap()))
            }
        }
    }
}

/// What a function gives; the numbers inside of the vector functions are their own tests' matter.
fn applied(function: Function, values: Vec<Value>) -> Option<Value> {
    let abs = |d: Decimal| if d < Decimal::ZERO { Decimal::ZERO.sub(d) } else { Some(d) };
    match (function, values.as_slice()) {
        (Function::Abs, [Value::Number(d, unit)]) => Some(Value::Number(abs(*d)?, *unit)),
        (Function::Min, _) => values.into_iter().min(),
        (Function::Max, _) => values.into_iter().max(),
        (Function::Clamp, [x, lo, hi]) => Some(x.max(lo).min(hi).clone()),
        (Function::Draw, [Value::Text(seed), Value::Text(text)]) => Some(draw(seed, text)),
        _ => provost::value::vectors::apply(function, &values),
    }
}

fn longest(from: &Name, promises: &BTreeMap<Name, Value>, edges: &BTreeSet<(Name, Name)>) -> Value {
    let rest = edges.iter().filter(|(a, _)| a == from).map(|(_, b)| longest(b, promises, edges)).max();
    rest.map_or(promises[from].clone(), |rest| arithmetic(Arithmetic::Add, &promises[from], &rest).unwrap())
}

fn some(v: Option<&Value>) -> V {
    v.cloned().map_or(V::Unknown, V::Is)
}

fn logic(t: T) -> V {
    match t {
        T::True => V::Is(Value::Bool(true)),
        T::False => V::Is(Value::Bool(false)),
        T::Unknown => V::Unknown,
    }
}

pub fn is_list(cardinality: Cardinality) -> bool {
    matches!(cardinality, Cardinality::List { .. })
}

fn compare(op: Comparison, a: &Value, b: &Value) -> bool {
    match op {
        Comparison::Equal => a == b,
        Comparison::NotEqual => a != b,
        Comparison::Less => a < b,
        Comparison::LessOrEqual => a <= b,
        Comparison::Greater => a > b,
        Comparison::GreaterOrEqual => a >= b,
    }
}

fn arithmetic(op: Arithmetic, a: &Value, b: &Value) -> Option<Value> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => match op {
            Arithmetic::Add => a.checked_add(*b).map(Value::Int),
            Arithmetic::Subtract => a.checked_sub(*b).map(Value::Int),
            Arithmetic::Multiply => a.checked_mul(*b).map(Value::Int),
            Arithmetic::Divide => Decimal::from(*a).div(Decimal::from(*b)).map(|d| Value::Number(d, Unit::Plain)),
        },
        (Value::Number(a, unit), Value::Number(b, _)) => match op {
            Arithmetic::Add => a.add(*b),
            Arithmetic::Subtract => a.sub(*b),
            Arithmetic::Multiply => a.mul(*b),
            Arithmetic::Divide => a.div(*b),
        }
        .map(|d| Value::Number(d, *unit)),
        _ => None,
    }
}

/// The digest as a fraction, digit by digit: ten times what is left, and what overflows is the next digit.
fn draw(seed: &str, text: &str) -> Value {
    let marked: String = seed.chars().map(|c| if ":\\".contains(c) { format!("\\{c}") } else { c.into() }).collect();
    let digest = provost::base::canonical::digest_bytes((marked + ":" + text).as_bytes());
    let hex = &digest["sha256:".len()..];
    let mut bytes: Vec<u32> = (0..32).map(|at| u32::from_str_radix(&hex[2 * at..][..2], 16).unwrap()).collect();
    let mut digits = String::from("0.");
    for _ in 0..9 {
        let mut carry = 0;
        for byte in bytes.iter_mut().rev() {
            carry += *byte * 10;
            *byte = carry % 256;
            carry /= 256;
        }
        digits.push_str(&carry.to_string());
    }
    Value::Number(digits.parse().unwrap(), provost::value::Unit::Plain)
}
