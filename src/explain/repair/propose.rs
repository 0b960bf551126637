//! Proposals: from a condition that does not come out as wanted to the changes that would each make a part of it do so.
//!
//! A proposal is a guess with a reason. It is never trusted: whoever asks decides again with the change made.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::bound::{self, FEW, sufficing};
use super::change::{Change, Edit, Place};
use crate::base::Name;
use crate::eval::{Gap, Machine, Truth};
use crate::ir::{Arithmetic, Comparison, Effect};
use crate::plan::code::{Code, Test};
use crate::plan::route::Rule;
use crate::value::{Type, Value, ops};

/// What gathers proposals for one service.
pub struct Proposer<'m, 'p> {
    /// The evaluator, with everybody at their place.
    pub machine: &'m mut Machine<'p>,
    /// The request type.
    pub request: &'p Name,
    /// The service, by number.
    pub service: usize,
    origins: BTreeMap<usize, &'p Code>,
    found: Vec<Change>,
}

impl<'m, 'p> Proposer<'m, 'p> {
    /// A proposer that has found nothing yet.
    pub fn new(machine: &'m mut Machine<'p>, request: &'p Name, service: usize) -> Self {
        machine.begin();
        Self { machine, request, service, origins: BTreeMap::new(), found: Vec::new() }
    }

    /// The changes that may make a rule hold: its condition, or that it does not apply.
    pub fn rule(mut self, rule: &'p Rule) -> Vec<Change> {
        self.wish(&rule.condition, rule.effect == Effect::Require);
        rule.when.iter().for_each(|when| self.wish(when, false));
        rule.unless.iter().for_each(|unless| self.wish(unless, true));
        self.found
    }

    /// The changes that may keep a denial from firing.
    pub fn denial(mut self, rule: &'p Rule) -> Vec<Change> {
        self.wish(&rule.condition, false);
        rule.when.iter().for_each(|when| self.wish(when, false));
        rule.unless.iter().for_each(|unless| self.wish(unless, true));
        self.found
    }

    /// The changes that may make a condition hold.
    pub fn condition(mut self, code: &'p Code) -> Vec<Change> {
        self.wish(code, true);
        self.found
    }

    /// The changes that may give an expression a value.
    pub fn value(mut self, code: &'p Code) -> Vec<Change> {
        self.state(code);
        self.found
    }

    fn push(&mut self, place: Place, edit: Edit) {
        let change = Change { place, edit };
        if !self.found.contains(&change) {
            self.found.push(change);
        }
    }

    /// Looks for what would make a condition come out as wanted.
    fn wish(&mut self, code: &'p Code, wanted: bool) {
        if self.machine.truth(code) == Truth::from(wanted) {
            return;
        }
        match code {
            Code::Not(a) => self.wish(a, !wanted),
            Code::And(parts) | Code::Or(parts) => parts.iter().for_each(|part| self.wish(part, wanted)),
            Code::Implies(a, b) => {
                self.wish(b, wanted);
                self.wish(a, !wanted);
            }
            Code::If(c, a, b) => self.branches((c, a, b), wanted),
            Code::Let(slot, value, body) => {
                let bound = self.machine.eval(value);
                self.machine.bind(*slot, bound);
                self.origins.insert(*slot, value);
                self.wish(body, wanted);
            }
            Code::Slot(slot) => {
                if let Some(origin) = self.origins.get(slot).copied() {
                    self.wish(origin, wanted);
                }
            }
            Code::Quantifier { all, slot, over, body } => self.elements(*all, (*slot, over, body), wanted),
            Code::Compare(op, a, b) => self.compare(if wanted { *op } else { op.opposite() }, a, b),
            Code::Test(test, a, b) => self.test((*test, wanted), a, b),
            Code::Known(a) if wanted => self.state(a),
            Code::Known(a) => self.unstate(a),
            Code::Coalesce(a, b) => {
                self.wish(a, wanted);
                self.wish(b, wanted);
                self.state_as(a, Value::Bool(wanted));
            }
            Code::Implements(a, name) if wanted => {
                if self.is_service(a) {
                    self.push(Place::Trait(name.clone()), Edit::Set(Some(Value::Bool(true))));
                }
            }
            place => self.state_as(place, Value::Bool(wanted)),
        }
    }

    fn branches(&mut self, (c, a, b): (&'p Code, &'p Code, &'p Code), wanted: bool) {
        for (branch, condition) in [(a, true), (b, false)] {
            if self.machine.truth(c) == Truth::from(condition) {
                self.wish(branch, wanted);
            } else if self.machine.truth(branch) == Truth::from(wanted) {
                self.wish(c, condition);
            }
        }
    }

    /// The elements that decide a quantifier: each may change, or go.
    fn elements(&mut self, all: bool, (slot, over, body): (usize, &'p Code, &'p Code), wanted: bool) {
        let Ok(collection) = self.machine.eval(over).map(Cow::into_owned) else { return self.state(over) };
        let mut against = Vec::new();
        for element in collection.elements().unwrap_or_default() {
            self.machine.bind(slot, Ok(Cow::Owned(element.clone())));
            if self.machine.truth(body) != Truth::from(wanted) {
                against.push(element.clone());
                self.wish(body, wanted);
            }
        }
        if all == wanted && !against.is_empty() {
            self.edit(over, Edit::Remove(against));
        }
    }

    fn compare(&mut self, op: Comparison, a: &'p Code, b: &'p Code) {
        if let Ok(bound) = self.machine.eval(b).map(Cow::into_owned) {
            self.demand(a, op, &bound);
        }
        if let Ok(bound) = self.machine.eval(a).map(Cow::into_owned) {
            self.demand(b, op.mirrored(), &bound);
        }
    }

    /// Looks for what would make `code op bound` hold.
    fn demand(&mut self, code: &'p Code, op: Comparison, bound: &Value) {
        match code {
            Code::Slot(slot) if self.origins.contains_key(slot) => {
                if let Some(origin) = self.origins.get(slot).copied() {
                    self.demand(origin, op, bound);
                }
            }
            Code::Coalesce(a, b) => {
                self.demand(a, op, bound);
                let fallback = self.machine.eval(b).ok().is_some_and(|v| ops::compare(op, &v, bound));
                match self.machine.eval(a).map(drop) {
                    Err(_) => self.demand(b, op, bound),
                    Ok(()) if fallback => self.unstate(a),
                    Ok(()) => {}
                }
            }
            Code::ToDecimal(a) => {
                if let Some(bound) = bound::whole(op, bound) {
                    self.demand(a, op, &bound);
                }
            }
            Code::ToInstant(a) => {
                if let Some(bound) = bound::day(op, bound) {
                    self.demand(a, op, &bound);
                }
            }
            Code::Negate(a) => {
                if let Some(bound) = ops::negate(bound) {
                    self.demand(a, op.mirrored(), &bound);
                }
            }
            Code::If(c, a, b) => {
                let branch = if self.machine.truth(c).holds() { a } else { b };
                self.demand(branch, op, bound);
            }
            Code::Arithmetic(by, a, b) => self.inverted(*by, (a, b), op, bound),
            place => {
                let Some((place, ty, _)) = self.place(place) else { return };
                for value in sufficing(&self.machine.plan.policy, &ty, op, bound) {
                    self.push(place.clone(), Edit::Set(Some(value)));
                }
            }
        }
    }

    /// Takes one operation off the side that is asked about, where the other operand is known.
    fn inverted(&mut self, by: Arithmetic, (a, b): (&'p Code, &'p Code), op: Comparison, bound: &Value) {
        let value = |this: &mut Self, code| this.machine.eval(code).ok().map(Cow::into_owned);
        let (of_a, of_b) = (value(self, a), value(self, b));
        let turned = |by: &Value| if negative(by) { op.mirrored() } else { op };
        let ((first, of_first), (second, of_second)) = match by {
            Arithmetic::Add => ((Arithmetic::Subtract, op), (Some(Arithmetic::Subtract), op)),
            Arithmetic::Subtract => ((Arithmetic::Add, op), (None, op.mirrored())),
            Arithmetic::Multiply => (
                (Arithmetic::Divide, of_b.as_ref().map_or(op, turned)),
                (Some(Arithmetic::Divide), of_a.as_ref().map_or(op, turned)),
            ),
            Arithmetic::Divide => ((Arithmetic::Multiply, of_b.as_ref().map_or(op, turned)), (None, op.mirrored())),
        };
        if let Some(bound) = of_b.and_then(|b| ops::arithmetic(first, bound, &b)) {
            self.demand(a, of_first, &bound);
        }
        // `a - x` and `a / x` leave the same operation with its sides exchanged.
        let rest = of_a.and_then(|a| match second {
            Some(second) => ops::arithmetic(second, bound, &a),
            None => ops::arithmetic(by, &a, bound),
        });
        if let Some(bound) = rest {
            self.demand(b, of_second, &bound);
        }
    }

    fn test(&mut self, (test, wanted): (Test, bool), a: &'p Code, b: &'p Code) {
        let value = |this: &mut Self, code| this.machine.eval(code).ok().map(Cow::into_owned);
        let (of_a, of_b) = (value(self, a), value(self, b));
        match (test, wanted) {
            (Test::In, true) => {
                self.each_of(a, of_b.as_ref(), |element| Edit::Set(Some(element)));
                of_a.into_iter().for_each(|element| self.edit(b, Edit::Add(vec![element])));
            }
            (Test::In, false) => {
                let but = of_b.as_ref().and_then(Value::elements).unwrap_or_default();
                if let Some((place, ty, _)) = self.place(a) {
                    for value in bound::others(&self.machine.plan.policy, &ty, but) {
                        self.push(place.clone(), Edit::Set(Some(value)));
                    }
                }
                of_a.into_iter().for_each(|element| self.edit(b, Edit::Remove(vec![element])));
            }
            (Test::Within, true) => self.within((a, of_a), (b, of_b)),
            (Test::Overlaps, true) => {
                self.each_of(a, of_b.as_ref(), |element| Edit::Add(vec![element]));
                self.each_of(b, of_a.as_ref(), |element| Edit::Add(vec![element]));
            }
            (Test::Overlaps, false) => {
                let (Some(of_a), Some(of_b)) = (of_a, of_b) else { return };
                let whole = of_b.elements().unwrap_or_default();
                let shared: Vec<Value> =
                    of_a.elements().unwrap_or_default().iter().filter(|e| whole.contains(e)).cloned().collect();
                self.edit(a, Edit::Remove(shared.clone()));
                self.edit(b, Edit::Remove(shared));
            }
            _ => {}
        }
    }

    /// Part within whole: the part gives up what is outside, or the whole takes it in.
    fn within(&mut self, (a, part): (&'p Code, Option<Value>), (b, whole): (&'p Code, Option<Value>)) {
        let inside = whole.as_ref().and_then(Value::elements).unwrap_or_default();
        match part.as_ref().and_then(Value::elements) {
            None => self.each_of(a, whole.as_ref(), |element| Edit::Set(Some(Value::set(vec![element])))),
            Some(elements) => {
                let (kept, outside): (Vec<Value>, Vec<Value>) =
                    elements.iter().cloned().partition(|element| inside.contains(element));
                // A contract that would be left with nothing to say says one of what is allowed instead.
                let says_nothing = kept.is_empty() && matches!(self.place(a), Some((Place::Contract(_), ..)));
                if whole.is_some() && says_nothing && !inside.is_empty() {
                    self.each_of(a, whole.as_ref(), |element| Edit::Set(Some(Value::set(vec![element]))));
                } else if whole.is_some() {
                    self.edit(a, Edit::Remove(outside.clone()));
                }
                self.edit(b, Edit::Add(outside));
            }
        }
    }

    /// An edit for each of the first elements of a collection.
    fn each_of(&mut self, code: &'p Code, of: Option<&Value>, edit: impl Fn(Value) -> Edit) {
        for element in of.and_then(Value::elements).unwrap_or_default().iter().take(FEW) {
            self.edit(code, edit(element.clone()));
        }
    }

    fn edit(&mut self, code: &'p Code, edit: Edit) {
        let place = match code {
            // What is reached is changed where it begins.
            Code::Closure(of, relation) if self.is_service(of) => {
                self.machine.plan.relations.get(*relation).map(|(field, _)| Place::Contract(field.clone()))
            }
            Code::Coalesce(a, _) => self.place(a).map(|(place, ..)| place),
            code => self.place(code).map(|(place, ..)| place),
        };
        if let Some(place) = place {
            self.push(place, edit);
        }
    }

    fn state_as(&mut self, code: &'p Code, value: Value) {
        if let Some((place, Type::Bool, _)) = self.place(code) {
            self.push(place, Edit::Set(Some(value)));
        }
    }

    /// Leaves out what is stated, where that is allowed.
    fn unstate(&mut self, code: &'p Code) {
        if let Some((place, _, true)) = self.place(code) {
            self.push(place, Edit::Set(None));
        }
    }

    /// States what is unknown, where there are few things to say.
    fn state(&mut self, code: &'p Code) {
        if self.machine.eval(code).map(drop) != Err(Gap::Unknown) {
            return;
        }
        if let Some((place, ty, _)) = self.place(code) {
            for value in bound::others(&self.machine.plan.policy, &ty, &[]) {
                self.push(place.clone(), Edit::Set(Some(value)));
            }
            return;
        }
        code.operands().into_iter().for_each(|operand| self.state(operand));
    }

    fn is_service(&mut self, code: &'p Code) -> bool {
        let plan = self.machine.plan;
        matches!(self.machine.eval(code).as_deref(), Ok(Value::Service(name)) if plan.number(name) == Some(self.service))
    }

    /// What an expression reads, if that can be changed: its type, and whether it may be left out.
    fn place(&mut self, code: &'p Code) -> Option<(Place, Type, bool)> {
        let policy: &'p crate::ir::Policy = &self.machine.plan.policy;
        match code {
            Code::Slot(slot) => {
                let origin = self.origins.get(slot).copied()?;
                self.place(origin)
            }
            Code::RequestField(_, name) => {
                let field = policy.requests.get(self.request)?.fields.iter().find(|f| f.name == *name)?;
                Some((Place::Request(vec![name.clone()]), field.ty.clone(), field.optional))
            }
            Code::Column(who, column) if self.machine.who(*who) == Some(self.service) => {
                self.contract(self.machine.plan.columns.get(*column).map(|c| &c.name)?)
            }
            Code::Field(of, name, _) if self.is_service(of) => self.contract(name),
            Code::Field(of, name, _) => {
                let (Place::Request(mut path), Type::Record(record), _) = self.place(of)? else { return None };
                let field = policy.records.get(&record)?.iter().find(|f| f.name == *name)?;
                path.push(name.clone());
                Some((Place::Request(path), field.ty.clone(), field.optional))
            }
            Code::Signal(number) => {
                let (name, signal) = policy.signals.iter().nth(*number)?;
                Some((Place::Signal(name.clone(), false), signal.ty.clone(), false))
            }
            Code::SignalOf(number, of) if self.is_service(of) => {
                let (name, signal) = policy.signals.iter().nth(*number)?;
                Some((Place::Signal(name.clone(), true), signal.ty.clone(), false))
            }
            _ => None,
        }
    }

    /// A field or promise of the service's traits.
    fn contract(&self, name: &Name) -> Option<(Place, Type, bool)> {
        let plan = self.machine.plan;
        let service = plan.services.get(plan.name(self.service)?)?;
        service.traits.iter().find_map(|of| {
            let declared = plan.policy.traits.get(of)?;
            let field = declared.fields.get(name).map(|f| (f.ty.clone(), f.optional));
            let (ty, optional) = field.or_else(|| declared.guarantees.get(name).map(|g| (g.ty.clone(), true)))?;
            Some((Place::Contract(name.clone()), ty, optional))
        })
    }
}

fn negative(value: &Value) -> bool {
    match value {
        Value::Int(whole) => *whole < 0,
        Value::Number(amount, _) => amount.is_negative(),
        _ => false,
    }
}
