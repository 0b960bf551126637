//! One form for all ways to say the same: definitions and constants written out, variables numbered, negations pushed to the
//! bottom, the operands of `and` and `or` flat and in one order.
//!
//! Every step keeps the value of the expression for every request, also where parts are unknown: what it rests on are laws of
//! Kleene's logic and of exact arithmetic. Names stand for members and services, so that values of two versions compare.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::json;

use crate::base::{Decimal, Name, canonical};
use crate::ir::{Comparison, Definition, Expr, Generator, Policy, json as written};
use crate::value::{Member, Unit, Value, ops};

/// Definitions and operators inside each other that are written out.
const DEPTH: usize = 200;
/// Nodes of one expression that are written out; each may be compared with others several times.
const NODES: usize = 10_000;

/// What the words of one version stand for.
pub struct Normal<'p> {
    policy: &'p Policy,
    /// The policy whose places the members of enums are given: the new one, for both versions.
    places: &'p Policy,
    /// Services that go by another name in the new version.
    renamed: &'p BTreeMap<Name, Name>,
    /// Nodes that may still be written out for the expression at hand: definitions that double their parameter grow fast.
    left: Cell<usize>,
    /// How deep the node at hand stands.
    depth: Cell<usize>,
}

/// What a variable stands for.
enum Bound<'p> {
    /// The variable of a quantifier, by how many stand around it.
    Level(usize),
    /// A parameter: the argument, and what its own variables stand for.
    Given(&'p Expr, Rc<Scope<'p>>),
}

type Scope<'p> = BTreeMap<Name, Bound<'p>>;

impl<'p> Normal<'p> {
    /// The normal form of a version whose members take their places from `places`.
    pub fn new(policy: &'p Policy, places: &'p Policy, renamed: &'p BTreeMap<Name, Name>) -> Self {
        Self { policy, places, renamed, left: Cell::new(0), depth: Cell::new(0) }
    }

    /// The normal form of an expression. One that is too large to be written out stands for itself and everything that it could
    /// call: it is the same only where nothing of that has changed.
    pub fn expr(&self, expr: &'p Expr) -> Expr {
        self.under(expr, &[])
    }

    /// The normal form of what a definition stands for, whatever its parameters are called.
    pub fn body(&self, definition: &'p Definition) -> Expr {
        self.under(&definition.body, &definition.params)
    }

    fn under(&self, expr: &'p Expr, parameters: &[Name]) -> Expr {
        self.left.set(NODES);
        self.depth.set(0);
        let scope = parameters.iter().enumerate().map(|(at, name)| (name.clone(), Bound::Level(at)));
        let normal = self.of(expr, &Rc::new(scope.collect()), parameters.len());
        if self.left.get() > 0 {
            return normal;
        }
        let policy = written::policy(self.policy);
        let whole = json!([written::expr(expr), policy.get("definitions"), policy.get("constants")]);
        Expr::Variable(Name::from(canonical::digest(&whole)))
    }

    /// A value with the places of members, the order of record fields and the names of services of the new version.
    pub fn value(&self, value: &Value) -> Value {
        let all = |elements: &[Value]| elements.iter().map(|element| self.value(element)).collect::<Vec<_>>();
        match value {
            Value::Member(member) => {
                let members =
                    self.places.enums.get(&member.of).map(|found| found.members.as_slice()).unwrap_or_default();
                let place = members.iter().position(|name| *name == member.name).and_then(|at| u32::try_from(at).ok());
                // Members that are gone stand behind all others, in their old order.
                let index = place.unwrap_or_else(|| (u32::MAX / 2).saturating_add(member.index));
                Value::Member(Member { index, ..member.clone() })
            }
            Value::Service(name) => Value::Service(self.renamed.get(name).unwrap_or(name).clone()),
            Value::List(elements) => Value::List(all(elements).into()),
            Value::Set(elements) => Value::set(all(elements)),
            Value::Record(fields) => {
                // A field that is left unknown says as little as one that there is not.
                let one =
                    |(name, field): &(Name, Option<Value>)| Some((name.clone(), Some(self.value(field.as_ref()?))));
                let mut fields: Vec<_> = fields.iter().filter_map(one).collect();
                fields.sort_by(|a, b| a.0.cmp(&b.0));
                Value::Record(fields.into())
            }
            other => other.clone(),
        }
    }

    fn boxed(&self, expr: &'p Expr, scope: &Rc<Scope<'p>>, depth: usize) -> Box<Expr> {
        Box::new(self.of(expr, scope, depth))
    }

    fn all(&self, parts: &'p [Expr], scope: &Rc<Scope<'p>>, depth: usize) -> Vec<Expr> {
        parts.iter().map(|part| self.of(part, scope, depth)).collect()
    }

    /// Where the budget is spent, what comes out is thrown away.
    fn of(&self, expr: &'p Expr, scope: &Rc<Scope<'p>>, depth: usize) -> Expr {
        if self.left.get() == 0 || self.depth.get() > DEPTH {
            self.left.set(0);
            return Expr::Now;
        }
        self.left.set(self.left.get() - 1);
        self.depth.set(self.depth.get() + 1);
        let found = self.node(expr, scope, depth);
        self.depth.set(self.depth.get() - 1);
        found
    }

    fn node(&self, expr: &'p Expr, scope: &Rc<Scope<'p>>, depth: usize) -> Expr {
        let one = |of: &'p Expr| self.boxed(of, scope, depth);
        let all = |parts: &'p [Expr]| self.all(parts, scope, depth);
        match expr {
            Expr::Literal(value) => Expr::Literal(self.value(value)),
            Expr::Variable(name) => match scope.get(name) {
                Some(Bound::Level(level)) => variable(*level),
                Some(Bound::Given(argument, of)) => self.of(argument, of, depth),
                None => expr.clone(),
            },
            Expr::Constant(name) => match self.policy.constants.get(name) {
                Some(Some(value)) => Expr::Literal(self.value(value)),
                _ => expr.clone(),
            },
            Expr::Call(name, parts) => match self.policy.definitions.get(name) {
                Some(found) => {
                    let given = parts.iter().map(|part| Bound::Given(part, Rc::clone(scope)));
                    self.of(&found.body, &Rc::new(found.params.iter().cloned().zip(given).collect()), depth)
                }
                None => Expr::Call(name.clone(), all(parts)),
            },
            Expr::Request | Expr::Subject | Expr::Role(_) | Expr::Now | Expr::Total(_) | Expr::Signal(_, None) => {
                expr.clone()
            }
            Expr::Field(of, name) => Expr::Field(one(of), name.clone()),
            Expr::Closure(of, name) => Expr::Closure(one(of), name.clone()),
            Expr::Signal(name, Some(of)) => Expr::Signal(name.clone(), Some(one(of))),
            Expr::Row(name, key) => Expr::Row(name.clone(), one(key)),
            Expr::Implements(of, name) => Expr::Implements(one(of), name.clone()),
            Expr::Matches(of, pattern) => Expr::Matches(one(of), pattern.clone()),
            Expr::Known(of) => Expr::Known(one(of)),
            Expr::Not(of) => negated(self.of(of, scope, depth)),
            Expr::And(parts) => junction(true, all(parts)),
            Expr::Or(parts) => junction(false, all(parts)),
            Expr::Implies(a, b) => junction(false, vec![negated(*one(a)), *one(b)]),
            Expr::Function(function, parts) => Expr::Function(*function, all(parts)),
            Expr::Interpolate(parts) => Expr::Interpolate(all(parts)),
            Expr::ListOf(parts) => gathered(all(parts), false),
            Expr::SetOf(parts) => gathered(all(parts), true),
            Expr::RecordOf(fields) => {
                let known = fields.iter().filter_map(|(name, field)| Some((name, field.as_ref()?)));
                let mut fields: Vec<_> = known.map(|(n, v)| (n.clone(), Some(self.of(v, scope, depth)))).collect();
                fields.sort_by(|a, b| a.0.cmp(&b.0));
                Expr::RecordOf(fields)
            }
            operator => self.operator(operator, scope, depth),
        }
    }

    fn operator(&self, expr: &'p Expr, scope: &Rc<Scope<'p>>, depth: usize) -> Expr {
        let one = |of: &'p Expr| self.boxed(of, scope, depth);
        match expr {
            Expr::Compare(op, a, b) => compared(*op, *one(a), *one(b)),
            Expr::In(a, b) => member(*one(a), unordered(*one(b))),
            Expr::Within(a, b) => Expr::Within(Box::new(unordered(*one(a))), Box::new(unordered(*one(b)))),
            Expr::Overlaps(a, b) => {
                let (a, b) = ordered(unordered(*one(a)), unordered(*one(b)));
                Expr::Overlaps(Box::new(a), Box::new(b))
            }
            Expr::StartsWith(a, b) => Expr::StartsWith(one(a), one(b)),
            Expr::EndsWith(a, b) => Expr::EndsWith(one(a), one(b)),
            Expr::Arithmetic(op, a, b) => arithmetic(*op, *one(a), *one(b)),
            Expr::Negate(of) => folded(Expr::Negate(one(of)), ops::negate),
            Expr::ToDecimal(of) => folded(Expr::ToDecimal(one(of)), ops::to_decimal),
            Expr::ToInstant(of) => folded(Expr::ToInstant(one(of)), ops::to_instant),
            Expr::Coalesce(a, b) => match *one(a) {
                // A literal is known.
                Expr::Literal(value) => Expr::Literal(value),
                a => Expr::Coalesce(Box::new(a), one(b)),
            },
            Expr::If(c, a, b) => Expr::If(one(c), one(a), one(b)),
            Expr::Quantifier { all, variable: name, over, body } => Expr::Quantifier {
                all: *all,
                variable: level(depth),
                over: Box::new(unordered(*one(over))),
                body: self.boxed(body, &within(scope, name, depth), depth + 1),
            },
            Expr::Fold { op, generator, zero } => Expr::Fold {
                op: *op,
                generator: Box::new(self.generator(generator, scope, depth)),
                zero: zero.as_ref().map(|zero| self.value(zero)),
            },
            Expr::Comprehension { generator, order, limit } => {
                let inside = within(scope, &generator.variable, depth);
                Expr::Comprehension {
                    generator: Box::new(self.generator(generator, scope, depth)),
                    order: order.as_ref().map(|(by, down)| (self.boxed(by, &inside, depth + 1), *down)),
                    limit: limit.as_ref().map(|limit| one(limit)),
                }
            }
            other => other.clone(),
        }
    }

    fn generator(&self, generator: &'p Generator, scope: &Rc<Scope<'p>>, depth: usize) -> Generator {
        let inside = within(scope, &generator.variable, depth);
        Generator {
            variable: level(depth),
            over: self.of(&generator.over, scope, depth),
            filter: generator.filter.as_ref().map(|filter| self.of(filter, &inside, depth + 1)),
            take: self.of(&generator.take, &inside, depth + 1),
        }
    }
}

/// The scope inside a quantifier.
fn within<'p>(scope: &Rc<Scope<'p>>, name: &Name, depth: usize) -> Rc<Scope<'p>> {
    let mut inside: Scope<'p> = scope.iter().map(|(name, bound)| (name.clone(), bound.again())).collect();
    inside.insert(name.clone(), Bound::Level(depth));
    Rc::new(inside)
}

impl<'p> Bound<'p> {
    fn again(&self) -> Self {
        match self {
            Self::Level(level) => Self::Level(*level),
            Self::Given(expr, scope) => Self::Given(expr, Rc::clone(scope)),
        }
    }
}

/// The name of the variable that stands under this many others; one that reads like a name where it is shown.
fn level(depth: usize) -> Name {
    Name::from(format!("x{depth}"))
}

fn variable(depth: usize) -> Expr {
    Expr::Variable(level(depth))
}

/// What an expression is sorted and found by.
pub fn key(expr: &Expr) -> String {
    written::expr(expr).to_string()
}

fn ordered(a: Expr, b: Expr) -> (Expr, Expr) {
    if key(&b) < key(&a) { (b, a) } else { (a, b) }
}

/// What is false exactly where this is true, and unknown where it is.
pub fn negated(expr: Expr) -> Expr {
    match expr {
        Expr::Not(inner) => *inner,
        Expr::Literal(Value::Bool(value)) => Expr::Literal(Value::Bool(!value)),
        Expr::And(parts) => junction(false, parts.into_iter().map(negated).collect()),
        Expr::Or(parts) => junction(true, parts.into_iter().map(negated).collect()),
        Expr::Compare(op, a, b) => compared(op.opposite(), *a, *b),
        Expr::Quantifier { all, variable, over, body } => {
            Expr::Quantifier { all: !all, variable, over, body: Box::new(negated(*body)) }
        }
        Expr::If(c, a, b) => Expr::If(c, Box::new(negated(*a)), Box::new(negated(*b))),
        other => Expr::Not(Box::new(other)),
    }
}

/// `and` or `or` of parts in normal form: flat, in one order, each once, memberships of one subject put together.
pub fn junction(and: bool, parts: Vec<Expr>) -> Expr {
    let mut flat = Vec::new();
    for part in parts {
        match part {
            Expr::And(inner) if and => flat.extend(inner),
            Expr::Or(inner) if !and => flat.extend(inner),
            // The neutral element says nothing, the other one everything.
            Expr::Literal(Value::Bool(value)) if value == and => {}
            Expr::Literal(Value::Bool(value)) => return Expr::Literal(Value::Bool(value)),
            other => flat.push(other),
        }
    }
    let mut flat = memberships(and, flat);
    flat.sort_by_cached_key(key);
    flat.dedup();
    match (flat.len(), flat.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            flat.push(last);
            if and { Expr::And(flat) } else { Expr::Or(flat) }
        }
        (_, None) => Expr::Literal(Value::Bool(and)),
    }
}

/// `x in A or x in B` is `x in A ∪ B`; under `and`, the same with `not`.
fn memberships(and: bool, parts: Vec<Expr>) -> Vec<Expr> {
    let mut sets: BTreeMap<String, (Expr, Vec<Value>)> = BTreeMap::new();
    let mut rest = Vec::new();
    for part in parts {
        let (inner, is_not) = match part {
            Expr::Not(inner) => (*inner, true),
            other => (other, false),
        };
        match inner {
            Expr::In(subject, of) if is_not == and => match *of {
                Expr::Literal(Value::Set(elements)) => {
                    let entry = sets.entry(key(&subject)).or_insert_with(|| (*subject, Vec::new()));
                    entry.1.extend(elements.iter().cloned());
                }
                other => rest.push(signed(Expr::In(subject, Box::new(other)), is_not)),
            },
            other => rest.push(signed(other, is_not)),
        }
    }
    let joined = |(subject, elements): (Expr, Vec<Value>)| {
        signed(Expr::In(Box::new(subject), Box::new(Expr::Literal(Value::set(elements)))), and)
    };
    rest.extend(sets.into_values().map(joined));
    rest
}

fn signed(expr: Expr, not: bool) -> Expr {
    if not { Expr::Not(Box::new(expr)) } else { expr }
}

/// A comparison with `<` or `<=`, or a membership where a single value is asked for.
fn compared(op: Comparison, a: Expr, b: Expr) -> Expr {
    let (op, a, b) = match op {
        Comparison::Greater | Comparison::GreaterOrEqual => (op.mirrored(), b, a),
        same => (same, a, b),
    };
    let (a, b) = (plain(a), plain(b));
    match (op, a, b) {
        // Whole numbers have a next one.
        (Comparison::Less, a, Expr::Literal(Value::Int(n))) if n > i64::MIN => {
            Expr::Compare(Comparison::LessOrEqual, Box::new(a), Box::new(Expr::Literal(Value::Int(n - 1))))
        }
        (Comparison::Less, Expr::Literal(Value::Int(n)), b) if n < i64::MAX => {
            Expr::Compare(Comparison::LessOrEqual, Box::new(Expr::Literal(Value::Int(n + 1))), Box::new(b))
        }
        (Comparison::Equal | Comparison::NotEqual, a, b) => equal(a, b, op == Comparison::NotEqual),
        (op, a, b) => Expr::Compare(op, Box::new(a), Box::new(b)),
    }
}

fn equal(a: Expr, b: Expr, not: bool) -> Expr {
    match (a, b) {
        (Expr::Literal(Value::Bool(value)), other) | (other, Expr::Literal(Value::Bool(value))) => {
            if value == not {
                negated(other)
            } else {
                other
            }
        }
        (Expr::Literal(value), other) | (other, Expr::Literal(value)) if is_named(&value) => {
            signed(Expr::In(Box::new(other), Box::new(Expr::Literal(Value::set(vec![value])))), not)
        }
        (a, b) => {
            let (a, b) = ordered(a, b);
            let op = if not { Comparison::NotEqual } else { Comparison::Equal };
            Expr::Compare(op, Box::new(a), Box::new(b))
        }
    }
}

/// Values of which two are equal exactly where they are the same: numbers of two units can be equal as well.
fn is_named(value: &Value) -> bool {
    matches!(value, Value::Member(_) | Value::Text(_) | Value::Service(_) | Value::Int(_))
}

/// A ratio compares by its size alone.
fn plain(expr: Expr) -> Expr {
    match expr {
        Expr::Literal(Value::Number(amount, Unit::Ratio)) => Expr::Literal(Value::Number(amount, Unit::Plain)),
        other => other,
    }
}

fn member(of: Expr, set: Expr) -> Expr {
    Expr::In(Box::new(of), Box::new(set))
}

/// A constant collection whose order and repetition do not matter where it stands.
fn unordered(expr: Expr) -> Expr {
    match expr {
        Expr::Literal(Value::List(elements)) => Expr::Literal(Value::set(elements.to_vec())),
        other => other,
    }
}

/// A collection of constants is a constant.
fn gathered(mut parts: Vec<Expr>, set: bool) -> Expr {
    let known: Option<Vec<Value>> = parts
        .iter()
        .map(|part| match part {
            Expr::Literal(value) => Some(value.clone()),
            _ => None,
        })
        .collect();
    match (known, set) {
        (Some(values), true) => Expr::Literal(Value::set(values)),
        (Some(values), false) => Expr::Literal(Value::List(values.into())),
        (None, false) => Expr::ListOf(parts),
        (None, true) => {
            parts.sort_by_cached_key(key);
            parts.dedup();
            Expr::SetOf(parts)
        }
    }
}

fn arithmetic(op: crate::ir::Arithmetic, a: Expr, b: Expr) -> Expr {
    use crate::ir::Arithmetic::{Add, Multiply};
    if let (Expr::Literal(x), Expr::Literal(y)) = (&a, &b)
        && let Some(value) = ops::arithmetic(op, x, y)
    {
        return Expr::Literal(value);
    }
    let (a, b) = if matches!(op, Add | Multiply) { ordered(a, b) } else { (a, b) };
    Expr::Arithmetic(op, Box::new(a), Box::new(b))
}

/// What an operator makes of a constant.
fn folded(expr: Expr, work: impl Fn(&Value) -> Option<Value>) -> Expr {
    let value = match &expr {
        Expr::Negate(of) | Expr::ToDecimal(of) | Expr::ToInstant(of) => match &**of {
            Expr::Literal(value) => work(value),
            _ => None,
        },
        _ => None,
    };
    value.map_or(expr, Expr::Literal)
}

/// The decimal of a number, whatever it counts.
pub fn amount(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(value) => Some(Decimal::from(*value)),
        Value::Number(amount, _) => Some(*amount),
        _ => None,
    }
}
