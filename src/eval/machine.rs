//! The evaluator: compiled code, the bound inputs, and who stands where, into a value.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::bound::Bound;
use super::truth::{Gap, Truth, Val, all, both};
use crate::base::{Name, limits};
use crate::ir::{Effect, Function};
use crate::plan::code::{Code, Test, Who};
use crate::plan::pipeline::Pipeline;
use crate::plan::route::Rule;
use crate::plan::{Plan, RoutePlan};
use crate::value::{Value, matching, ops, vectors};

/// An evaluator with its state: the candidate under test, what the roles are given, the variables.
#[derive(Debug)]
pub struct Machine<'p> {
    /// The plan.
    pub plan: &'p Plan,
    /// The inputs.
    pub bound: &'p Bound,
    /// The candidate under test.
    pub subject: Option<usize>,
    /// What each role is given, by number of the service.
    pub given: Vec<Vec<usize>>,
    pub(super) pipeline: &'p Pipeline,
    route: &'p RoutePlan,
    slots: Vec<Val<'p>>,
    steps: u64,
}

impl<'p> Machine<'p> {
    /// An evaluator for a route to which nobody is assigned.
    pub fn new(plan: &'p Plan, route: &'p RoutePlan, bound: &'p Bound) -> Self {
        Self {
            plan,
            bound,
            subject: None,
            given: vec![Vec::new(); route.roles.len()],
            pipeline: &route.pipeline,
            route,
            slots: vec![Err(Gap::Unknown); plan.slots + 1],
            steps: limits::EVALUATION_STEPS,
        }
    }

    /// Starts to count the steps of one evaluation.
    pub fn begin(&mut self) {
        self.steps = limits::EVALUATION_STEPS;
    }

    /// Whether the evaluation took more steps than it may; its result is void.
    pub fn exhausted(&self) -> bool {
        self.steps == 0
    }

    pub(super) fn spend(&mut self, steps: u64) -> Result<(), Gap> {
        self.steps = self.steps.saturating_sub(steps);
        if self.steps == 0 { Err(Gap::Fault) } else { Ok(()) }
    }

    pub(super) fn role_name(&self, role: usize) -> Option<&'p Name> {
        self.route.roles.get(role).map(|role| &role.name)
    }

    /// Puts a value into a slot.
    pub fn bind(&mut self, slot: usize, value: Val<'p>) {
        if let Some(place) = self.slots.get_mut(slot) {
            *place = value;
        }
    }

    /// The service that is meant, if anybody stands there.
    pub fn who(&self, who: Who) -> Option<usize> {
        match who {
            Who::Subject => self.subject,
            Who::Role(role) => self.given.get(role)?.first().copied(),
        }
    }

    /// What a guarded condition demands: true where it holds.
    pub fn rule(&mut self, rule: &'p Rule) -> Truth {
        let applies = self.applies(rule);
        if applies == Truth::False {
            return Truth::True;
        }
        let condition = self.truth(&rule.condition);
        applies.implies(if rule.effect == Effect::Exclude { !condition } else { condition })
    }

    /// Whether the guard and the exemption let the condition apply.
    pub fn applies(&mut self, rule: &'p Rule) -> Truth {
        let when = rule.when.as_ref().map_or(Truth::True, |when| self.truth(when));
        if when == Truth::False {
            return Truth::False;
        }
        let unless = rule.unless.as_ref().map_or(Truth::False, |unless| self.truth(unless));
        when.and(!unless)
    }

    /// The names of the waivers that are in force for this rule as things stand.
    pub fn lifting(&mut self, rule: &'p Rule) -> Vec<&'p Name> {
        let today = self.bound.instant.date();
        let mut lifting = Vec::new();
        for waiver in rule.waivers.iter().filter(|waiver| today <= waiver.until) {
            if waiver.when.as_ref().is_none_or(|when| self.truth(when).holds()) {
                lifting.push(&waiver.name);
            }
        }
        lifting
    }

    /// What a condition is worth; a fault counts as unknown.
    pub fn truth(&mut self, code: &'p Code) -> Truth {
        if self.spend(1).is_err() {
            return Truth::Unknown;
        }
        match code {
            Code::Not(a) => !self.truth(a),
            Code::And(parts) => self.first_extreme(parts, Truth::False),
            Code::Or(parts) => self.first_extreme(parts, Truth::True),
            Code::Implies(a, b) => match self.truth(a) {
                Truth::False => Truth::True,
                a => a.implies(self.truth(b)),
            },
            Code::Quantifier { all, slot, over, body } => self.quantifier(*all, *slot, over, body),
            Code::If(c, a, b) => match self.truth(c) {
                Truth::True => self.truth(a),
                Truth::False => self.truth(b),
                Truth::Unknown => Truth::Unknown,
            },
            Code::Let(slot, value, body) => {
                let value = self.eval(value);
                self.bind(*slot, value);
                self.truth(body)
            }
            Code::Compare(op, a, b) => match both(self.eval(a), self.eval(b)) {
                Ok((a, b)) => Truth::from(ops::compare(*op, &a, &b)),
                Err(_) => Truth::Unknown,
            },
            other => Truth::from(&self.eval(other)),
        }
    }

    /// `and` and `or`: one operand with the extreme value decides, and else one that is unknown does.
    fn first_extreme(&mut self, parts: &'p [Code], extreme: Truth) -> Truth {
        let mut result = !extreme;
        for part in parts {
            match self.truth(part) {
                truth if truth == extreme => return extreme,
                Truth::Unknown => result = Truth::Unknown,
                _ => {}
            }
        }
        result
    }

    /// What an expression is worth.
    pub fn eval(&mut self, code: &'p Code) -> Val<'p> {
        self.spend(1)?;
        match code {
            Code::Literal(value) => Ok(Cow::Borrowed(value)),
            Code::Unknown(_) => Err(Gap::Unknown),
            Code::Slot(slot) => self.slots.get(*slot).cloned().unwrap_or(Err(Gap::Unknown)),
            Code::Request => Ok(Cow::Borrowed(&self.bound.request)),
            Code::RequestField(field, _) => known(self.bound.fields.get(*field).and_then(Option::as_ref)),
            Code::Service(who) => known(self.who(*who).and_then(|service| self.plan.selves.get(service))),
            Code::Column(who, column) => known(self.who(*who).and_then(|service| self.plan.stated(*column, service))),
            Code::Services(role) => {
                let given = self.given.get(*role).into_iter().flatten();
                let services = given.filter_map(|service| self.plan.selves.get(*service).cloned());
                Ok(Cow::Owned(Value::List(services.collect())))
            }
            Code::Now => Ok(Cow::Borrowed(&self.bound.now)),
            Code::Total(total) => self.total(*total),
            Code::Field(of, name, column) => {
                let of = self.eval(of)?;
                self.field(of, name, *column)
            }
            Code::Closure(of, relation) => {
                let of = self.eval(of)?;
                self.closure(&of, *relation)
            }
            Code::Signal(signal) => known(self.bound.signals.get(*signal).and_then(|s| s.one.as_ref())),
            Code::SignalOf(signal, of) => {
                let of = self.eval(of)?;
                let service = self.number(&of);
                known(service.and_then(|service| self.bound.signals.get(*signal)?.of(service)))
            }
            Code::Row(table, key) => {
                let key = self.eval(key)?;
                known(self.plan.policy.tables.values().nth(*table).and_then(|table| table.rows.get(&key)))
            }
            Code::Let(slot, value, body) => {
                let value = self.eval(value);
                self.bind(*slot, value);
                self.eval(body)
            }
            Code::If(c, a, b) => match self.truth(c) {
                Truth::True => self.eval(a),
                Truth::False => self.eval(b),
                Truth::Unknown => Err(Gap::Unknown),
            },
            Code::Coalesce(a, b) => match self.eval(a) {
                Err(Gap::Unknown) => self.eval(b),
                decided => decided,
            },
            Code::Not(_) | Code::And(_) | Code::Or(_) | Code::Implies(..) | Code::Quantifier { .. } => {
                self.truth(code).into()
            }
            operator => self.operator(operator),
        }
    }

    /// The operators that are unknown when an operand is.
    fn operator(&mut self, code: &'p Code) -> Val<'p> {
        match code {
            Code::Known(a) => match self.eval(a) {
                Ok(_) => truth(true),
                Err(Gap::Unknown) => truth(false),
                Err(Gap::Fault) => Err(Gap::Fault),
            },
            Code::Negate(a) => fault(ops::negate(&*self.eval(a)?)),
            Code::ToDecimal(a) => fault(ops::to_decimal(&*self.eval(a)?)),
            Code::ToInstant(a) => fault(ops::to_instant(&*self.eval(a)?)),
            Code::Compare(op, a, b) => {
                let (a, b) = both(self.eval(a), self.eval(b))?;
                truth(ops::compare(*op, &a, &b))
            }
            Code::Test(test, a, b) => {
                let (a, b) = both(self.eval(a), self.eval(b))?;
                fault(self::test(*test, &a, &b).map(Value::Bool))
            }
            Code::Matches(a, pattern) => match &*self.eval(a)? {
                Value::Text(text) => {
                    let steps = (text.len() as u64 + 1).saturating_mul(pattern.program.len() as u64 + 1);
                    self.spend(steps)?;
                    truth(matching::occurs(pattern, text))
                }
                _ => Err(Gap::Fault),
            },
            Code::Arithmetic(op, a, b) => {
                let (a, b) = both(self.eval(a), self.eval(b))?;
                fault(ops::arithmetic(*op, &a, &b))
            }
            Code::Implements(a, name) => match &*self.eval(a)? {
                Value::Service(service) => {
                    truth(self.plan.services.get(service).is_some_and(|service| service.traits.contains(name)))
                }
                _ => Err(Gap::Fault),
            },
            Code::Fold { op, each, zero } => self.fold(*op, each, zero.as_ref()),
            Code::Comprehension { each, order, limit } => self.comprehension(each, order.as_ref(), limit.as_deref()),
            Code::SetOf(parts) => Ok(Cow::Owned(Value::set(self.values(parts)?))),
            Code::ListOf(parts) => Ok(Cow::Owned(Value::List(self.values(parts)?.into()))),
            Code::RecordOf(fields) => {
                let mut record = Vec::with_capacity(fields.len());
                for (name, field) in fields {
                    let value = field.as_ref().and_then(|field| self.eval(field).ok());
                    record.push((name.clone(), value.map(Cow::into_owned)));
                }
                Ok(Cow::Owned(Value::Record(record.into())))
            }
            Code::Interpolate(parts) => {
                let parts = self.values(parts)?;
                let text: String = parts.iter().map(Value::to_string).collect();
                Ok(Cow::Owned(Value::Text(text.into())))
            }
            Code::Function(function, args) => {
                let args = self.values(args)?;
                self.function(*function, args)
            }
            // Everything else has been evaluated by `eval`.
            _ => Err(Gap::Fault),
        }
    }

    fn values(&mut self, parts: &'p [Code]) -> Result<Vec<Value>, Gap> {
        all(parts.iter().map(|part| self.eval(part).map(Cow::into_owned)))
    }

    fn function(&mut self, function: Function, args: Vec<Value>) -> Val<'p> {
        self.spend(vectors::steps(function, &args))?;
        match (function, args.as_slice()) {
            (Function::Abs, [only]) => fault(ops::abs(only)),
            (Function::Min, _) => fault(args.into_iter().reduce(ops::smaller)),
            (Function::Max, _) => fault(args.into_iter().reduce(ops::larger)),
            (Function::Clamp, [value, lo, hi]) => Ok(Cow::Owned(ops::clamp(value.clone(), lo.clone(), hi.clone()))),
            (Function::Draw, [Value::Text(seed), Value::Text(text)]) => Ok(Cow::Owned(ops::draw(seed, text))),
            _ => fault(vectors::apply(function, &args)),
        }
    }

    fn field(&mut self, of: Cow<'p, Value>, name: &str, column: usize) -> Val<'p> {
        match of {
            Cow::Borrowed(record @ Value::Record(_)) => known(record.field(name).flatten()),
            Cow::Owned(record @ Value::Record(_)) => {
                record.field(name).flatten().cloned().map(Cow::Owned).ok_or(Gap::Unknown)
            }
            service => known(self.number(&service).and_then(|service| self.plan.stated(column, service))),
        }
    }

    /// The number of a service.
    pub(super) fn number(&self, service: &Value) -> Option<usize> {
        match service {
            Value::Service(name) => self.plan.number(name),
            _ => None,
        }
    }

    /// Everything reached in one or more steps; unknown if anybody on the way leaves it unsaid.
    fn closure(&mut self, of: &Value, relation: usize) -> Val<'p> {
        let (_, named) = self.plan.relations.get(relation).ok_or(Gap::Unknown)?;
        let mut open = vec![self.number(of).ok_or(Gap::Unknown)?];
        let mut reached = BTreeSet::new();
        while let Some(service) = open.pop() {
            let next = named.get(service).and_then(Option::as_ref).ok_or(Gap::Unknown)?;
            self.spend(1 + next.len() as u64)?;
            open.extend(next.iter().copied().filter(|next| reached.insert(*next)));
        }
        // Numbers are in the order of names, so this is sorted already.
        let services = reached.into_iter().filter_map(|service| self.plan.selves.get(service).cloned());
        Ok(Cow::Owned(Value::Set(services.collect())))
    }
}

fn known(value: Option<&Value>) -> Val<'_> {
    value.map(Cow::Borrowed).ok_or(Gap::Unknown)
}

fn truth<'p>(value: bool) -> Val<'p> {
    Ok(Cow::Owned(Value::Bool(value)))
}

fn fault<'p>(value: Option<Value>) -> Val<'p> {
    value.map(Cow::Owned).ok_or(Gap::Fault)
}

fn test(test: Test, a: &Value, b: &Value) -> Option<bool> {
    match test {
        Test::In => ops::contains(b, a),
        Test::Within => ops::within(a, b),
        Test::Overlaps => ops::overlaps(a, b),
        Test::StartsWith => ops::starts_with(a, b),
        Test::EndsWith => ops::ends_with(a, b),
    }
}
