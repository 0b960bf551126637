//! Quantifiers, folds and comprehensions.

use std::borrow::Cow;

use super::machine::Machine;
use super::truth::{Gap, Truth, Val, both};
use crate::ir::{Arithmetic, Fold};
use crate::plan::code::{Code, Each};
use crate::value::{Value, ops};

impl<'p> Machine<'p> {
    /// `all` is the `and` over the elements, `any` the `or`; unknown where the collection is.
    pub(super) fn quantifier(&mut self, all: bool, slot: usize, over: &'p Code, body: &'p Code) -> Truth {
        let Ok(collection) = self.eval(over) else { return Truth::Unknown };
        let extreme = Truth::from(!all);
        let mut result = !extreme;
        for at in 0..length(&collection) {
            let Some(element) = element(&collection, at) else { break };
            self.bind(slot, Ok(element));
            match self.truth(body) {
                truth if truth == extreme => return extreme,
                Truth::Unknown => result = Truth::Unknown,
                _ => {}
            }
        }
        result
    }

    /// A fold of what is taken of the elements for which the filter holds.
    pub(super) fn fold(&mut self, op: Fold, each: &'p Each, zero: Option<&'p Value>) -> Val<'p> {
        let taken = self.taken(each, None, op != Fold::Count)?;
        if op == Fold::Count {
            return i64::try_from(taken.len()).map(|n| Cow::Owned(Value::Int(n))).map_err(|_| Gap::Fault);
        }
        let mut values = taken.into_iter().map(|(value, _)| value);
        let first = match (op, zero) {
            (Fold::Sum, Some(zero)) => zero.clone(),
            (Fold::Sum, None) => values.next().unwrap_or(Value::Int(0)),
            _ => values.next().ok_or(Gap::Unknown)?,
        };
        let folded = values.try_fold(first, |so_far, value| match op {
            Fold::Min => Some(ops::smaller(so_far, value)),
            Fold::Max => Some(ops::larger(so_far, value)),
            Fold::Sum | Fold::Count => ops::arithmetic(Arithmetic::Add, &so_far, &value),
        });
        folded.map(Cow::Owned).ok_or(Gap::Fault)
    }

    /// The list of what is taken, sorted and cut.
    pub(super) fn comprehension(
        &mut self,
        each: &'p Each,
        order: Option<&'p (Box<Code>, bool)>,
        limit: Option<&'p Code>,
    ) -> Val<'p> {
        let taken = self.taken(each, order.map(|(by, _)| &**by), true);
        let limit = limit.map_or(Ok(None), |limit| self.eval(limit).map(Some));
        let (mut taken, limit) = both(taken, limit)?;
        if let Some((_, descending)) = order {
            taken.sort_by(|(_, a), (_, b)| match (a, b) {
                (Some(a), Some(b)) if *descending => ops::order(b, a),
                (Some(a), Some(b)) => ops::order(a, b),
                _ => std::cmp::Ordering::Equal,
            });
        }
        match limit.as_deref() {
            None => {}
            Some(Value::Int(limit)) => taken.truncate(usize::try_from(*limit).unwrap_or(0)),
            Some(_) => return Err(Gap::Fault),
        }
        Ok(Cow::Owned(Value::List(taken.into_iter().map(|(value, _)| value).collect())))
    }

    /// What is taken of each element for which the filter holds, with its sort key. A fault anywhere wins over unknown.
    fn taken(&mut self, each: &'p Each, key: Option<&'p Code>, take: bool) -> Result<Vec<(Value, Option<Value>)>, Gap> {
        let collection = self.eval(&each.over)?;
        let mut taken = Ok(Vec::new());
        for at in 0..length(&collection) {
            let Some(element) = element(&collection, at) else { break };
            self.bind(each.slot, Ok(element));
            let counts = match each.filter.as_ref().map_or(Truth::True, |filter| self.truth(filter)) {
                Truth::False => continue,
                Truth::True => Ok(()),
                Truth::Unknown => Err(Gap::Unknown),
            };
            let one = match counts {
                Ok(()) if take => {
                    let value = self.eval(&each.take).map(Cow::into_owned);
                    let key = key.map_or(Ok(None), |key| self.eval(key).map(|key| Some(key.into_owned())));
                    both(value, key)
                }
                Ok(()) => Ok((Value::Bool(true), None)),
                Err(gap) => Err(gap),
            };
            taken = both(taken, one).map(|(mut taken, one)| {
                taken.push(one);
                taken
            });
        }
        taken
    }
}

/// How many elements a collection has.
pub(super) fn length(collection: &Value) -> usize {
    collection.elements().map_or(0, <[Value]>::len)
}

/// One element of a collection, borrowed where the collection is.
pub(super) fn element<'p>(collection: &Cow<'p, Value>, at: usize) -> Option<Cow<'p, Value>> {
    match collection {
        Cow::Borrowed(collection) => collection.elements()?.get(at).map(Cow::Borrowed),
        Cow::Owned(collection) => collection.elements()?.get(at).cloned().map(Cow::Owned),
    }
}
