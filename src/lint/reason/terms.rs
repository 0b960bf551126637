//! The terms of conditions: what they are compared by, of which type they are, and whether they may be unknown.

use std::collections::BTreeMap;

use super::Reasoner;
use super::domain::{Universe, plain};
use crate::base::Name;
use crate::ir::{Expr, Field, walk};
use crate::value::{Type, Unit, Value, ops};

/// What the parameters of a definition stand for.
pub type Bindings = BTreeMap<Name, Expr>;

/// Whether a term has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always.
    Always,
    /// Sometimes.
    Maybe,
    /// Never.
    Never,
}

/// A term.
#[derive(Clone, Debug)]
pub struct Term {
    /// By this two occurrences are known to be the same.
    pub key: String,
    /// What it can be.
    pub universe: Universe,
    /// Whether it has a value.
    pub presence: Presence,
    /// Whether it is a plain fact, which no arithmetic can spoil.
    pub fact: bool,
}

impl Reasoner<'_> {
    /// An expression with what is bound put in its place, as far as that is a fact or a constant.
    pub(super) fn resolve(&self, expr: &Expr, bindings: &Bindings) -> Expr {
        let inner = |of: &Expr| Box::new(self.resolve(of, bindings));
        match expr {
            Expr::Variable(name) => bindings.get(name).cloned().unwrap_or_else(|| expr.clone()),
            Expr::Constant(name) => match self.policy.constants.get(name) {
                Some(Some(value)) => Expr::Literal(value.clone()),
                _ => expr.clone(),
            },
            Expr::Field(of, name) => {
                let of = inner(of);
                match (&*of, self.service) {
                    (Expr::Subject, Some(service)) => match service.values.get(name) {
                        Some(value) => Expr::Literal(value.clone()),
                        None => Expr::Field(of, name.clone()),
                    },
                    (Expr::Literal(value), _) => match value.field(name) {
                        Some(Some(value)) => Expr::Literal(value.clone()),
                        _ => Expr::Field(of, name.clone()),
                    },
                    _ => Expr::Field(of, name.clone()),
                }
            }
            Expr::ToDecimal(of) => Expr::ToDecimal(inner(of)),
            Expr::ToInstant(of) => Expr::ToInstant(inner(of)),
            Expr::Negate(of) => Expr::Negate(inner(of)),
            Expr::Coalesce(a, b) => Expr::Coalesce(inner(a), inner(b)),
            Expr::Arithmetic(op, a, b) => Expr::Arithmetic(*op, inner(a), inner(b)),
            Expr::SetOf(parts) => Expr::SetOf(parts.iter().map(|part| self.resolve(part, bindings)).collect()),
            Expr::ListOf(parts) => Expr::ListOf(parts.iter().map(|part| self.resolve(part, bindings)).collect()),
            Expr::Signal(name, Some(of)) => Expr::Signal(name.clone(), Some(inner(of))),
            Expr::Row(name, key) => Expr::Row(name.clone(), inner(key)),
            other => other.clone(),
        }
    }

    /// The value of a resolved expression, if it is constant.
    pub(super) fn constant(&self, expr: &Expr) -> Option<Value> {
        let all = |parts: &[Expr]| parts.iter().map(|part| self.constant(part)).collect::<Option<Vec<Value>>>();
        match expr {
            Expr::Literal(value) => Some(plain(value.clone())),
            Expr::ToDecimal(of) => match self.constant(of)? {
                Value::Int(number) => Some(Value::Number(i64_decimal(number)?, Unit::Plain)),
                _ => None,
            },
            Expr::Negate(of) => ops::negate(&self.constant(of)?),
            Expr::Arithmetic(op, a, b) => Some(plain(ops::arithmetic(*op, &self.constant(a)?, &self.constant(b)?)?)),
            Expr::SetOf(parts) => Some(Value::set(all(parts)?)),
            Expr::ListOf(parts) => Some(Value::List(all(parts)?.into())),
            Expr::Row(name, key) => {
                let key = self.constant(key)?;
                self.policy.tables.get(name)?.rows.get(&key).cloned().map(plain)
            }
            _ => None,
        }
    }

    /// The term that a resolved expression is.
    pub(super) fn term(&self, expr: &Expr, bindings: &Bindings) -> Term {
        let bound = walk::any(expr, &mut |part| matches!(part, Expr::Variable(_)));
        let key = if bound { format!("{expr:?} {bindings:?}") } else { format!("{expr:?}") };
        let (ty, presence, fact) = match expr {
            Expr::Field(of, name) => self.field(of, name),
            Expr::Signal(name, _) => {
                let signal = self.policy.signals.get(name);
                let supplied = signal.is_some_and(|signal| signal.default.is_some());
                // A signal of a service that is itself unknown is unknown, whatever its default.
                let presence = if supplied && self.is_certain(expr) { Presence::Always } else { Presence::Maybe };
                (signal.map(|signal| signal.ty.clone()), presence, true)
            }
            Expr::Now => (Some(Type::Instant), Presence::Always, true),
            _ => (None, Presence::Maybe, false),
        };
        let fact = fact && !bound;
        Term { key, universe: self.universe(ty.as_ref()), presence, fact }
    }

    /// Whether what a signal speaks of is there in any case.
    fn is_certain(&self, signal: &Expr) -> bool {
        matches!(signal, Expr::Signal(_, None)) || matches!(signal, Expr::Signal(_, Some(of)) if **of == Expr::Subject)
    }

    fn field(&self, of: &Expr, name: &Name) -> (Option<Type>, Presence, bool) {
        let maybe = |optional: bool| if optional { Presence::Maybe } else { Presence::Always };
        match of {
            Expr::Request => {
                let fields = self.request.and_then(|request| self.policy.requests.get(request)).map(|r| &r.fields);
                let field = fields.and_then(|fields: &Vec<Field>| fields.iter().find(|field| field.name == *name));
                match field {
                    Some(field) => (Some(field.ty.clone()), maybe(field.optional), true),
                    None => (None, Presence::Maybe, true),
                }
            }
            // A service's values are put in the place of its fields, so one that is left is not stated.
            Expr::Subject if self.service.is_some() => (None, Presence::Never, true),
            Expr::Subject => {
                let (ty, optional) = self.of_traits(name);
                (ty, maybe(optional), true)
            }
            Expr::Role(_) => (self.of_traits(name).0, Presence::Maybe, true),
            _ => (None, Presence::Maybe, false),
        }
    }

    /// The type of a field of services, where all traits that have it agree, and whether it may be unknown.
    fn of_traits(&self, name: &Name) -> (Option<Type>, bool) {
        let mut found: Option<Type> = None;
        let mut optional = false;
        for of in self.policy.traits.values() {
            let field = of.fields.get(name).map(|field| (&field.ty, field.optional));
            for (ty, may_lack) in field.into_iter().chain(of.guarantees.get(name).map(|g| (&g.ty, true))) {
                if found.as_ref().is_some_and(|other| other != ty) {
                    return (None, true);
                }
                found = Some(ty.clone());
                optional |= may_lack;
            }
        }
        let optional = optional || found.is_none();
        (found, optional)
    }

    fn universe(&self, ty: Option<&Type>) -> Universe {
        match ty {
            Some(Type::Bool) => Universe::Finite([false, true].map(Value::Bool).into()),
            Some(Type::Int) => Universe::Whole,
            Some(of @ Type::Enum(_)) => self.members(of).map_or(Universe::Ordered, Universe::Finite),
            Some(Type::Set(element)) => Universe::Sets(self.members(element)),
            _ => Universe::Ordered,
        }
    }

    /// Every value of a type that has few.
    fn members(&self, ty: &Type) -> Option<std::collections::BTreeSet<Value>> {
        let Type::Enum(name) = ty else { return None };
        let of = self.policy.enums.get(name)?;
        let member = |(index, member): (usize, &Name)| {
            let index = u32::try_from(index).ok()?;
            Some(Value::Member(crate::value::Member { of: name.clone(), index, name: member.clone() }))
        };
        of.members.iter().enumerate().map(member).collect()
    }
}

fn i64_decimal(number: i64) -> Option<crate::base::Decimal> {
    number.to_string().parse().ok()
}
