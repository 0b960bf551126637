//! Ties: candidates of one score stand in the order of their keys, and at last of their names.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::eval::Worth::{Fault, Known, Unknown};
use crate::eval::{Assignment, Frame, NOBODY, ill};
use crate::judge::Judge;
use crate::members::Checked;
use crate::operators;
use crate::value::{Name, Value};

/// The place of each candidate of a role in the order of its keys.
pub type TieOrder = BTreeMap<Name, usize>;

/// What the keys are worth for a candidate; `None` where one is unknown or a fault.
pub type Keys = Vec<Option<Value>>;

impl Judge<'_> {
    /// What the keys of a role are worth for a candidate.
    pub fn keys(&self, place: usize, candidate: &Name) -> Checked<Keys> {
        // A key is about a candidate alone: nobody is given to any role while it is worked out.
        let frame = Frame { subject: Some(candidate), ..NOBODY };
        let worth = |(key, _): &(crate::expr::Expr, bool)| match self.world.worth(key, frame)? {
            Known(value) if !has_order(&value) => Err(ill("a key for ties without an order")),
            Known(value) => Ok(Some(value)),
            Unknown | Fault => Ok(None),
        };
        self.role(place)?.ties.iter().map(worth).collect()
    }

    /// Where the keys put a candidate among all of its role; everybody is in one place where there are none.
    pub fn tie(&self, place: usize, candidate: &Name) -> Checked<usize> {
        if self.role(place)?.ties.is_empty() {
            return Ok(0);
        }
        let known = self.tie_orders.borrow().get(&place).cloned();
        let order = match known {
            Some(order) => order,
            None => self.tie_order(place)?,
        };
        order.get(candidate).copied().ok_or_else(|| ill(format!("`{candidate}` is no candidate")))
    }

    fn tie_order(&self, place: usize) -> Checked<Rc<TieOrder>> {
        let role = self.role(place)?;
        let mut all = Vec::new();
        for candidate in &role.candidates {
            all.push((self.keys(place, candidate)?, candidate.clone()));
        }
        self.world.charge((all.len() as u64).saturating_mul(role.ties.len() as u64).saturating_mul(32))?;
        let mut wrong = None;
        // Candidates come by name, and keep that order where all their keys are the same.
        all.sort_by(|(a, _), (b, _)| {
            ordered(&role.ties, a, b).unwrap_or_else(|refusal| {
                wrong = Some(refusal);
                Ordering::Equal
            })
        });
        wrong.map_or(Ok(()), Err)?;
        let order = Rc::new(all.into_iter().enumerate().map(|(at, (_, candidate))| (candidate, at)).collect());
        self.tie_orders.borrow_mut().insert(place, Rc::clone(&order));
        Ok(order)
    }

    /// Those of a domain who lost a tie with the service at a place of a role: not taken, of the same score in its place, and
    /// after it in the order of the keys.
    pub fn lost_ties(&self, place: usize, at: usize, domain: &[&Name], claim: &Assignment) -> Checked<Vec<Name>> {
        let given = claim.get(place).and_then(Option::as_ref).map_or(&[][..], Vec::as_slice);
        let Some(chosen) = given.get(at) else { return Ok(Vec::new()) };
        let sum = |name: &Name, given: &Assignment| Ok(self.score(place, name, given)?.map(|(sum, _)| sum));
        let (score, tie) = (sum(chosen, claim)?, self.tie(place, chosen)?);
        let mut stands_in = claim.clone();
        let mut lost = Vec::new();
        for name in domain.iter().filter(|name| !given.contains(name)) {
            self.world.charge(1 + claim.len() as u64)?;
            if let Some(instead) = stands_in.get_mut(place).and_then(Option::as_mut).and_then(|given| given.get_mut(at))
            {
                *instead = Name::clone(name);
            }
            let after = self.tie(place, name)?;
            if after > tie && sum(name, &stands_in)? == score {
                lost.push((after, Name::clone(name)));
            }
        }
        lost.sort();
        Ok(lost.into_iter().map(|(_, name)| name).collect())
    }
}

/// The order of two candidates: key by key the least first, or the greatest, and what is unknown last in either case.
fn ordered<E>(keys: &[(E, bool)], a: &Keys, b: &Keys) -> Checked<Ordering> {
    for (((_, greatest), a), b) in keys.iter().zip(a).zip(b) {
        let order = match (a, b) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) if *greatest => operators::order(b, a)?,
            (Some(a), Some(b)) => operators::order(a, b)?,
        };
        if order != Ordering::Equal {
            return Ok(order);
        }
    }
    Ok(Ordering::Equal)
}

/// Whether values of this kind can be compared by size.
fn has_order(value: &Value) -> bool {
    matches!(
        value,
        Value::Int(_) | Value::Number(..) | Value::Text(_) | Value::Date(_) | Value::Instant(_) | Value::Member(..)
    )
}
