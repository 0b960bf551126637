//! Which way the fields of services point: what the conditions and scores of the new version take for better.
//!
//! A field that is asked to be small, or that lowers a score, is better when it is smaller; a set that has to lie within what a
//! request grants is better when it is smaller, one that has to hold what a request needs is better when it is larger. Both may be
//! the case.

use std::collections::BTreeMap;

use super::imply::bounded;
use super::normal::{amount, key};
use super::{Comparison, demand};
use crate::base::{Decimal, Name};
use crate::ir::{Arithmetic, Comparison as Sign, Expr, Policy};
use crate::value::{Value, ops};

/// What the policy takes for better.
#[derive(Default)]
pub struct Evidence {
    wishes: BTreeMap<Name, Wishes>,
    /// Conditions on one field and constants alone, by field.
    conditions: BTreeMap<Name, BTreeMap<String, Expr>>,
}

/// Which way a field points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Less of it can be better.
    pub less: bool,
    /// More of it can be better.
    pub more: bool,
}

/// What a change of a value does to the conditions on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Something that was met is not.
    Worse,
    /// Something that was not met is, and nothing is lost.
    Better,
    /// No condition tells.
    Unclear,
}

impl Evidence {
    /// Reads the new policy, whose rules the new services meet, and the old one, which people have relied on.
    pub fn of(comparison: &Comparison<'_>) -> Self {
        let mut evidence = Self::default();
        for (policy, normal) in [(comparison.old, &comparison.before), (comparison.new, &comparison.after)] {
            for route in policy.routes.values() {
                let demands = route.constraints.iter().flat_map(|constraint| demand::of_constraint(normal, constraint));
                for demand in demands {
                    evidence.condition(&demand.condition);
                }
                for term in route.scores.values().flatten() {
                    evidence.amount(&normal.expr(&term.value), true);
                }
            }
        }
        evidence
    }

    /// Which way a field points.
    pub fn wishes(&self, field: &str) -> Wishes {
        self.wishes.get(field).copied().unwrap_or_default()
    }

    /// What becomes of the conditions on one field where its value changes.
    pub fn effect(&self, field: &str, old: &Value, new: &Value) -> Effect {
        let mut better = false;
        for condition in self.conditions.get(field).into_iter().flat_map(BTreeMap::values) {
            match (holds(condition, old), holds(condition, new)) {
                (Some(true), Some(false)) => return Effect::Worse,
                (Some(false), Some(true)) => better = true,
                _ => {}
            }
        }
        if better { Effect::Better } else { Effect::Unclear }
    }

    /// A condition that has to be true.
    fn condition(&mut self, expr: &Expr) {
        match expr {
            Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| self.condition(part)),
            Expr::Quantifier { body, .. } => self.condition(body),
            Expr::If(_, a, b) => [a, b].into_iter().for_each(|part| self.condition(part)),
            Expr::Compare(Sign::Less | Sign::LessOrEqual, a, b) => {
                self.amount(a, false);
                self.amount(b, true);
            }
            Expr::Within(a, b) => {
                // A constant limits which elements there may be; that there are fewer of them helps nobody.
                if !matches!(**b, Expr::Literal(_)) {
                    self.set(a, false);
                }
                self.set(b, true);
            }
            Expr::In(_, b) => self.set(b, true),
            Expr::Overlaps(a, b) => [a, b].into_iter().for_each(|part| self.set(part, true)),
            Expr::Not(inner) => match &**inner {
                Expr::In(_, b) => self.set(b, false),
                Expr::Overlaps(a, b) => [a, b].into_iter().for_each(|part| self.set(part, false)),
                _ => {}
            },
            _ => {}
        }
        if let Some(field) = alone(expr) {
            self.conditions.entry(field).or_default().insert(key(expr), expr.clone());
        }
    }

    /// A number of which more is wished for, or less.
    fn amount(&mut self, expr: &Expr, more: bool) {
        match expr {
            Expr::Field(..) => self.wish(expr, more),
            Expr::ToDecimal(of) | Expr::Coalesce(of, _) => self.amount(of, more),
            Expr::Negate(of) => self.amount(of, !more),
            Expr::Arithmetic(Arithmetic::Add, a, b) => [a, b].into_iter().for_each(|part| self.amount(part, more)),
            Expr::Arithmetic(Arithmetic::Subtract, a, b) => {
                self.amount(a, more);
                self.amount(b, !more);
            }
            Expr::Arithmetic(Arithmetic::Multiply, a, b) => match (sign(a), sign(b)) {
                (Some(positive), _) => self.amount(b, more == positive),
                (_, Some(positive)) => self.amount(a, more == positive),
                // Amounts are hardly ever negative, and this is evidence and no proof.
                _ => [a, b].into_iter().for_each(|part| self.amount(part, more)),
            },
            Expr::Arithmetic(Arithmetic::Divide, a, b) => {
                self.amount(a, more == sign(b).unwrap_or(true));
                self.amount(b, !more);
            }
            _ => {}
        }
    }

    fn set(&mut self, expr: &Expr, more: bool) {
        match expr {
            Expr::Field(..) => self.wish(expr, more),
            Expr::Coalesce(of, _) => self.set(of, more),
            _ => {}
        }
    }

    fn wish(&mut self, expr: &Expr, more: bool) {
        if let Some(field) = of_service(expr) {
            let wishes = self.wishes.entry(field.clone()).or_default();
            if more { wishes.more = true } else { wishes.less = true }
        }
    }
}

/// The field of a candidate, of whoever fills a role, or of a service that is reached from there.
fn of_service(expr: &Expr) -> Option<&Name> {
    match expr {
        Expr::Field(of, name) => matches!(**of, Expr::Subject | Expr::Role(_) | Expr::Variable(_)).then_some(name),
        _ => None,
    }
}

/// Whether a constant is positive.
fn sign(expr: &Expr) -> Option<bool> {
    match expr {
        Expr::Literal(value) => Some(amount(value)? >= Decimal::ZERO),
        _ => None,
    }
}

/// The one field that a condition with nothing else but constants speaks of.
fn alone(expr: &Expr) -> Option<Name> {
    let constant = |expr: &Expr| matches!(expr, Expr::Literal(_));
    match expr {
        Expr::Not(inner) => alone(inner),
        Expr::Field(..) => of_service(expr).cloned(),
        Expr::Compare(..) => bounded(expr).and_then(|(of, ..)| of_service(of)).cloned(),
        Expr::In(a, b) | Expr::Within(a, b) | Expr::Overlaps(a, b) => match (constant(a), constant(b)) {
            (false, true) => of_service(a).cloned(),
            (true, false) => of_service(b).cloned(),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a condition on one field holds for a value of it.
fn holds(condition: &Expr, value: &Value) -> Option<bool> {
    let part = |expr: &Expr| match expr {
        Expr::Literal(literal) => literal.clone(),
        _ => value.clone(),
    };
    match condition {
        Expr::Not(inner) => holds(inner, value).map(|held| !held),
        Expr::Field(..) => Some(*value == Value::Bool(true)),
        Expr::Compare(op, a, b) => Some(ops::compare(*op, &part(a), &part(b))),
        Expr::In(a, b) => ops::contains(&part(b), &part(a)),
        Expr::Within(a, b) => ops::within(&part(a), &part(b)),
        Expr::Overlaps(a, b) => ops::overlaps(&part(a), &part(b)),
        _ => None,
    }
}

/// The direction of a guarantee, as the traits of a service declare it.
pub fn promised<'p>(
    policy: &'p Policy,
    traits: &std::collections::BTreeSet<Name>,
    name: &str,
) -> Option<&'p crate::ir::Guarantee> {
    traits.iter().find_map(|of| policy.traits.get(of)?.guarantees.get(name))
}
