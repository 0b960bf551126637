//! Checked expressions into compiled ones.
//!
//! *Promises* that the compiled expression means what the checked one does, case for case. Definitions are written out
//! where they are called: an argument that is only a name takes the place of its parameter, any other is evaluated once
//! into a slot. Sets and lists of constants are constants.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::code::{Code, Each, Test, Who};
use super::columns::Column;
use crate::base::Name;
use crate::ir::{Expr, Field, Generator, Policy, Services};
use crate::value::{Value, ops};

/// Everything that compiled expressions of one plan share.
pub struct Compiler<'p> {
    pub(super) policy: &'p Policy,
    pub(super) services: &'p Services,
    pub(super) columns: Vec<Column>,
    column_of: BTreeMap<Name, usize>,
    pub(super) relations: Vec<Name>,
    signal_of: BTreeMap<Name, usize>,
    table_of: BTreeMap<Name, usize>,
    /// The most slots that one expression needs.
    pub(super) slots: usize,
}

/// What the names of one expression mean.
#[derive(Clone)]
pub struct Scope<'s> {
    /// The fields of the request.
    pub request: &'s [Field],
    /// The roles, each with whether it is a list.
    pub roles: &'s BTreeMap<Name, (usize, bool)>,
    /// The guarantees that `total` may name.
    pub totals: &'s [Name],
    /// The role whose candidate is the subject, so that its name means the subject as well.
    pub candidate: Option<usize>,
    /// The variables.
    variables: BTreeMap<Name, Code>,
    /// The first slot that is free.
    free: usize,
}

impl<'s> Scope<'s> {
    /// A scope without variables.
    pub fn new(request: &'s [Field], roles: &'s BTreeMap<Name, (usize, bool)>, totals: &'s [Name]) -> Self {
        Self { request, roles, totals, candidate: None, variables: BTreeMap::new(), free: 0 }
    }

    /// The same scope in which a role's candidate is the subject.
    pub fn with_candidate(&self, role: usize) -> Self {
        Self { candidate: Some(role), ..self.clone() }
    }

    /// The same scope in which each of these names is a field of the record that stands in the request's place.
    pub fn with_fields(&self, fields: &[Name]) -> Self {
        let mut scope = self.clone();
        scope
            .variables
            .extend(fields.iter().zip(0..).map(|(name, i)| (name.clone(), Code::RequestField(i, name.clone()))));
        scope
    }

    /// The same scope in which a variable means the subject.
    pub fn with_subject(&self, variable: &Name) -> Self {
        let mut scope = self.clone();
        scope.variables.insert(variable.clone(), Code::Service(Who::Subject));
        scope
    }

    fn bind(&self, variable: &Name) -> (Self, usize) {
        let mut scope = self.clone();
        let slot = scope.free;
        scope.free += 1;
        scope.variables.insert(variable.clone(), Code::Slot(slot));
        (scope, slot)
    }
}

impl<'p> Compiler<'p> {
    /// A compiler for the expressions of a policy and its services.
    pub fn new(policy: &'p Policy, services: &'p Services) -> Self {
        let numbered = |names: &mut dyn Iterator<Item = &Name>| names.cloned().zip(0..).collect();
        Self {
            policy,
            services,
            columns: Vec::new(),
            column_of: BTreeMap::new(),
            relations: Vec::new(),
            signal_of: numbered(&mut policy.signals.keys()),
            table_of: numbered(&mut policy.tables.keys()),
            slots: 0,
        }
    }

    /// The number of a field's column, made at its first use.
    pub fn column(&mut self, name: &Name) -> usize {
        if let Some(column) = self.column_of.get(name) {
            return *column;
        }
        let number = self.columns.len();
        self.columns.push(Column::new(self.policy, self.services, name));
        self.column_of.insert(name.clone(), number);
        number
    }

    fn relation(&mut self, name: &Name) -> usize {
        self.relations.iter().position(|known| known == name).unwrap_or_else(|| {
            self.relations.push(name.clone());
            self.relations.len() - 1
        })
    }

    /// Compiles one expression.
    pub fn expr(&mut self, scope: &Scope<'_>, expr: &Expr) -> Code {
        self.slots = self.slots.max(scope.free);
        match expr {
            Expr::Literal(value) => Code::Literal(value.clone()),
            Expr::Constant(name) => match self.policy.constants.get(name) {
                Some(Some(value)) => Code::Literal(value.clone()),
                _ => Code::Unknown(name.clone()),
            },
            Expr::Variable(name) => scope.variables.get(name).cloned().unwrap_or_else(|| Code::Unknown(name.clone())),
            Expr::Request => Code::Request,
            Expr::Subject => Code::Service(Who::Subject),
            Expr::Now => Code::Now,
            Expr::Role(name) => match scope.roles.get(name) {
                Some((role, false)) if scope.candidate == Some(*role) => Code::Service(Who::Subject),
                Some((role, false)) => Code::Service(Who::Role(*role)),
                Some((role, true)) => Code::Services(*role),
                None => Code::Unknown(name.clone()),
            },
            Expr::Total(name) => match scope.totals.iter().position(|total| total == name) {
                Some(total) => Code::Total(total),
                None => Code::Unknown(name.clone()),
            },
            Expr::Field(of, name) => self.field(scope, of, name),
            Expr::Closure(of, name) => {
                let (of, relation) = (self.boxed(scope, of), self.relation(name));
                Code::Closure(of, relation)
            }
            Expr::Signal(name, of) => match (self.signal_of.get(name).copied(), of) {
                (Some(signal), None) => Code::Signal(signal),
                (Some(signal), Some(of)) => Code::SignalOf(signal, self.boxed(scope, of)),
                (None, _) => Code::Unknown(name.clone()),
            },
            Expr::Row(name, key) => match self.table_of.get(name).copied() {
                Some(table) => Code::Row(table, self.boxed(scope, key)),
                None => Code::Unknown(name.clone()),
            },
            Expr::Call(name, args) => self.call(scope, name, args),
            Expr::Quantifier { all, variable, over, body } => {
                let over = self.boxed(scope, over);
                let (inner, slot) = scope.bind(variable);
                Code::Quantifier { all: *all, slot, over, body: self.boxed(&inner, body) }
            }
            Expr::Fold { op, generator, zero } => {
                let (each, _) = self.each(scope, generator);
                Code::Fold { op: *op, each: Box::new(each), zero: zero.clone() }
            }
            Expr::Comprehension { generator, order, limit } => {
                let (each, inner) = self.each(scope, generator);
                let order = order.as_ref().map(|(by, descending)| (self.boxed(&inner, by), *descending));
                let limit = limit.as_ref().map(|limit| self.boxed(scope, limit));
                Code::Comprehension { each: Box::new(each), order, limit }
            }
            operator => self.operator(scope, operator),
        }
    }

    /// Compiles expressions that belong to no route.
    pub fn questions(&mut self, questions: &super::Questions) -> Vec<Code> {
        let roles = BTreeMap::new();
        let scope = Scope::new(&[], &roles, &[]).with_fields(&questions.fields);
        questions.exprs.iter().map(|expr| self.expr(&scope, expr)).collect()
    }

    fn boxed(&mut self, scope: &Scope<'_>, expr: &Expr) -> Box<Code> {
        Box::new(self.expr(scope, expr))
    }

    fn all(&mut self, scope: &Scope<'_>, exprs: &[Expr]) -> Vec<Code> {
        exprs.iter().map(|expr| self.expr(scope, expr)).collect()
    }

    fn field(&mut self, scope: &Scope<'_>, of: &Expr, name: &Name) -> Code {
        match self.expr(scope, of) {
            Code::Request => match scope.request.iter().position(|field| field.name == *name) {
                Some(field) => Code::RequestField(field, name.clone()),
                None => Code::Unknown(name.clone()),
            },
            Code::Service(who) => Code::Column(who, self.column(name)),
            other => {
                let column = self.column(name);
                Code::Field(Box::new(other), name.clone(), column)
            }
        }
    }

    fn each<'s>(&mut self, scope: &Scope<'s>, generator: &Generator) -> (Each, Scope<'s>) {
        let over = self.expr(scope, &generator.over);
        let (inner, slot) = scope.bind(&generator.variable);
        let filter = generator.filter.as_ref().map(|filter| self.expr(&inner, filter));
        let take = self.expr(&inner, &generator.take);
        (Each { slot, over, filter, take }, inner)
    }

    /// A definition with its arguments: names take the place of their parameters, the rest goes into slots.
    fn call(&mut self, scope: &Scope<'_>, name: &Name, args: &[Expr]) -> Code {
        let Some(definition) = self.policy.definitions.get(name) else { return Code::Unknown(name.clone()) };
        let mut inner = Scope { variables: BTreeMap::new(), ..scope.clone() };
        let mut kept = Vec::new();
        for (param, arg) in definition.params.iter().zip(args) {
            // Arguments that are already in their slots must outlive the variables of this one.
            let arg = self.expr(&Scope { free: inner.free, ..scope.clone() }, arg);
            let stands_for = if is_name(&arg) {
                arg
            } else {
                let slot = inner.free;
                inner.free += 1;
                kept.push((slot, arg));
                Code::Slot(slot)
            };
            inner.variables.insert(param.clone(), stands_for);
        }
        let mut code = self.expr(&inner, &definition.body);
        for (slot, arg) in kept.into_iter().rev() {
            code = Code::Let(slot, Box::new(arg), Box::new(code));
        }
        code
    }

    /// The operators whose operands are compiled one by one.
    fn operator(&mut self, scope: &Scope<'_>, expr: &Expr) -> Code {
        match expr {
            Expr::Not(a) => Code::Not(self.boxed(scope, a)),
            Expr::Negate(a) => Code::Negate(self.boxed(scope, a)),
            Expr::Known(a) => Code::Known(self.boxed(scope, a)),
            Expr::ToDecimal(a) => match self.expr(scope, a) {
                Code::Literal(value) => constant(ops::to_decimal(&value), value, Code::ToDecimal),
                other => Code::ToDecimal(Box::new(other)),
            },
            Expr::ToInstant(a) => match self.expr(scope, a) {
                Code::Literal(value) => constant(ops::to_instant(&value), value, Code::ToInstant),
                other => Code::ToInstant(Box::new(other)),
            },
            Expr::And(parts) => Code::And(self.all(scope, parts)),
            Expr::Or(parts) => Code::Or(self.all(scope, parts)),
            Expr::Implies(a, b) => Code::Implies(self.boxed(scope, a), self.boxed(scope, b)),
            Expr::Compare(op, a, b) => Code::Compare(*op, self.boxed(scope, a), self.boxed(scope, b)),
            Expr::In(a, b) => self.test(scope, Test::In, a, b),
            Expr::Within(a, b) => self.test(scope, Test::Within, a, b),
            Expr::Overlaps(a, b) => self.test(scope, Test::Overlaps, a, b),
            Expr::StartsWith(a, b) => self.test(scope, Test::StartsWith, a, b),
            Expr::EndsWith(a, b) => self.test(scope, Test::EndsWith, a, b),
            Expr::Matches(a, pattern) => Code::Matches(self.boxed(scope, a), pattern.clone()),
            Expr::Arithmetic(op, a, b) => Code::Arithmetic(*op, self.boxed(scope, a), self.boxed(scope, b)),
            Expr::Coalesce(a, b) => Code::Coalesce(self.boxed(scope, a), self.boxed(scope, b)),
            Expr::If(c, a, b) => Code::If(self.boxed(scope, c), self.boxed(scope, a), self.boxed(scope, b)),
            Expr::Implements(a, name) => Code::Implements(self.boxed(scope, a), name.clone()),
            Expr::SetOf(parts) => self.collection(scope, parts, Value::set, Code::SetOf),
            Expr::ListOf(parts) => self.collection(scope, parts, |v| Value::List(v.into()), Code::ListOf),
            Expr::RecordOf(fields) => {
                let compiled = |(name, field): &(Name, Option<Expr>)| {
                    (name.clone(), field.as_ref().map(|field| self.expr(scope, field)))
                };
                Code::RecordOf(fields.iter().map(compiled).collect())
            }
            Expr::Interpolate(parts) => Code::Interpolate(self.all(scope, parts)),
            Expr::Function(function, args) => Code::Function(*function, self.all(scope, args)),
            // Everything else has been compiled by `expr`.
            _ => Code::Unknown(Arc::from("")),
        }
    }

    fn test(&mut self, scope: &Scope<'_>, test: Test, a: &Expr, b: &Expr) -> Code {
        Code::Test(test, self.boxed(scope, a), self.boxed(scope, b))
    }

    fn collection(
        &mut self,
        scope: &Scope<'_>,
        parts: &[Expr],
        of_constants: impl Fn(Vec<Value>) -> Value,
        of_codes: impl Fn(Vec<Code>) -> Code,
    ) -> Code {
        let codes = self.all(scope, parts);
        let constants: Option<Vec<Value>> = codes
            .iter()
            .map(|code| match code {
                Code::Literal(value) => Some(value.clone()),
                _ => None,
            })
            .collect();
        match constants {
            Some(values) => Code::Literal(of_constants(values)),
            None => of_codes(codes),
        }
    }
}

/// The widened constant, or the widening itself where it is a fault.
fn constant(widened: Option<Value>, value: Value, operator: impl Fn(Box<Code>) -> Code) -> Code {
    widened.map_or_else(|| operator(Box::new(Code::Literal(value))), Code::Literal)
}

/// Whether code only names a value, so that it may stand in many places at no cost.
fn is_name(code: &Code) -> bool {
    matches!(
        code,
        Code::Literal(_)
            | Code::Unknown(_)
            | Code::Slot(_)
            | Code::Request
            | Code::RequestField(..)
            | Code::Service(_)
            | Code::Column(..)
            | Code::Services(_)
            | Code::Now
    )
}

/// The relations as numbers: for each service those it names, `None` where that is unknown.
pub fn relation(services: &Services, field: &Name) -> Vec<Option<Vec<usize>>> {
    let number: BTreeMap<&Name, usize> = services.keys().zip(0..).collect();
    let reached = |value: &Value| -> Vec<usize> {
        let one = std::slice::from_ref(value);
        let named: BTreeSet<usize> = value
            .elements()
            .unwrap_or(one)
            .iter()
            .filter_map(|element| match element {
                Value::Service(name) => number.get(name).copied(),
                _ => None,
            })
            .collect();
        named.into_iter().collect()
    };
    services.values().map(|service| service.values.get(field).map(reached)).collect()
}
