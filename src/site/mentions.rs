//! Who names whom: the links that lead back.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Kind;
use crate::base::Name;
use crate::ir::suite::{ExpectationKind, Test};
use crate::ir::walk::children;
use crate::ir::{Expr, Field, Policy, Services};
use crate::value::{Type, Value};

/// A thing by kind and name.
pub type Thing = (Kind, Name);

/// For each thing, those that name it.
#[derive(Default)]
pub struct Mentions {
    by: BTreeMap<Thing, BTreeSet<Thing>>,
}

impl Mentions {
    /// Reads a whole package.
    pub fn of(policy: &Policy, services: &Services, tests: &[Test]) -> Self {
        let mut mentions = Self::default();
        mentions.types(policy);
        mentions.routes(policy);
        for (name, definition) in &policy.definitions {
            mentions.expr(&(Kind::Definition, name.clone()), &definition.body);
        }
        for (name, value) in &policy.constants {
            value.iter().for_each(|value| mentions.value(&(Kind::Definition, name.clone()), value));
        }
        for (name, waiver) in &policy.waivers {
            let of = (Kind::Waiver, name.clone());
            mentions.note(&of, Kind::Rule, &waiver.rule);
            waiver.when.iter().for_each(|when| mentions.expr(&of, when));
        }
        for (name, service) in services {
            let of = (Kind::Service, name.clone());
            service.values.values().for_each(|value| mentions.services(&of, value));
            for accept in &service.accepts {
                mentions.note(&of, Kind::Request, &accept.request);
                mentions.expr(&of, &accept.condition);
            }
        }
        tests.iter().for_each(|test| mentions.test(test));
        mentions
    }

    /// Who names a thing, by kind and name, itself left out.
    pub fn by(&self, kind: Kind, name: &str) -> impl Iterator<Item = &Thing> {
        let of = (kind, Name::from(name));
        let all = self.by.get(&of).into_iter().flatten();
        all.filter(move |thing| **thing != of)
    }

    fn note(&mut self, by: &Thing, kind: Kind, name: &Name) {
        self.by.entry((kind, name.clone())).or_default().insert(by.clone());
    }

    fn types(&mut self, policy: &Policy) {
        for (name, declared) in &policy.traits {
            let of = (Kind::Trait, name.clone());
            self.fields(&of, declared.fields.values());
            for guarantee in declared.guarantees.values() {
                self.type_(&of, &guarantee.ty);
                guarantee.measured_as.iter().for_each(|value| self.expr(&of, value));
            }
            declared.measurements.values().for_each(|ty| self.type_(&of, ty));
            declared.invariants.iter().for_each(|invariant| self.expr(&of, &invariant.condition));
        }
        for (name, declared) in &policy.requests {
            let of = (Kind::Request, name.clone());
            self.fields(&of, declared.fields.iter());
            declared.invariants.iter().for_each(|invariant| self.expr(&of, &invariant.condition));
        }
        for (name, fields) in &policy.records {
            let of = match name.strip_suffix("[]") {
                Some(table) => (Kind::Table, Name::from(table)),
                None => (Kind::Record, name.clone()),
            };
            self.fields(&of, fields.iter());
        }
        for (name, signal) in &policy.signals {
            let of = (Kind::Signal, name.clone());
            signal.subject.iter().for_each(|subject| self.note(&of, Kind::Trait, subject));
            self.type_(&of, &signal.ty);
        }
        for (name, table) in &policy.tables {
            let of = (Kind::Table, name.clone());
            self.type_(&of, &table.key);
            self.type_(&of, &table.value);
            table.rows.values().for_each(|row| self.services(&of, row));
        }
    }

    fn routes(&mut self, policy: &Policy) {
        for (name, route) in &policy.routes {
            let of = (Kind::Route, name.clone());
            self.note(&of, Kind::Request, &route.request);
            route.roles.iter().for_each(|role| self.note(&of, Kind::Trait, &role.trait_));
            for term in route.scores.values().flatten() {
                self.expr(&of, &term.value);
                term.when.iter().for_each(|when| self.expr(&of, when));
            }
            route.ties.values().flatten().for_each(|key| self.expr(&of, &key.value));
            route.outputs.values().for_each(|output| self.expr(&of, output));
            for constraint in &route.constraints {
                let by = if constraint.rule { (Kind::Rule, constraint.name.clone()) } else { of.clone() };
                if constraint.rule {
                    self.note(&by, Kind::Route, name);
                    self.note(&of, Kind::Rule, &constraint.name);
                }
                constraint.when.iter().chain(&constraint.unless).for_each(|guard| self.expr(&by, guard));
                constraint.clauses.iter().for_each(|clause| self.expr(&by, &clause.condition));
            }
        }
    }

    fn test(&mut self, test: &Test) {
        let of = (Kind::Test, test.name.clone());
        self.note(&of, Kind::Route, &test.route);
        self.services(&of, &test.request);
        for (signal, service) in test.signals.keys() {
            self.note(&of, Kind::Signal, signal);
            service.iter().for_each(|service| self.note(&of, Kind::Service, service));
        }
        for expectation in &test.expectations {
            match &expectation.kind {
                ExpectationKind::Condition(condition) => self.expr(&of, condition),
                ExpectationKind::Rejected(service, by) => {
                    self.note(&of, Kind::Service, service);
                    by.iter().for_each(|rule| self.note(&of, Kind::Rule, rule));
                }
                ExpectationKind::Denied(by) | ExpectationKind::Unroutable(by) => {
                    by.iter().for_each(|rule| self.note(&of, Kind::Rule, rule));
                }
                ExpectationKind::Waived(by) => by.iter().for_each(|waiver| self.note(&of, Kind::Waiver, waiver)),
                ExpectationKind::Kept(_, result) => result.values().for_each(|value| self.services(&of, value)),
                ExpectationKind::Routed | ExpectationKind::Invalid | ExpectationKind::Score(..) => {}
            }
        }
    }

    fn fields<'f>(&mut self, of: &Thing, fields: impl Iterator<Item = &'f Field>) {
        fields.for_each(|field| self.type_(of, &field.ty));
    }

    fn type_(&mut self, of: &Thing, ty: &Type) {
        match ty {
            Type::Enum(name) => self.note(of, Kind::Enum, name),
            Type::Record(name) => self.note(of, Kind::Record, name),
            Type::Request(name) => self.note(of, Kind::Request, name),
            Type::Service(Some(name)) => self.note(of, Kind::Trait, name),
            Type::Set(element) | Type::List(element) => self.type_(of, element),
            _ => {}
        }
    }

    /// The services that a value names, and the enums of its members.
    fn value(&mut self, of: &Thing, value: &Value) {
        match value {
            Value::Service(name) => self.note(of, Kind::Service, name),
            Value::Member(member) => self.note(of, Kind::Enum, &member.of),
            Value::List(all) | Value::Set(all) => all.iter().for_each(|element| self.value(of, element)),
            Value::Record(fields) => {
                fields.iter().filter_map(|(_, field)| field.as_ref()).for_each(|field| self.value(of, field));
            }
            _ => {}
        }
    }

    /// The services that a value names, for those of which every contract would name the same enums.
    fn services(&mut self, of: &Thing, value: &Value) {
        match value {
            Value::Service(name) => self.note(of, Kind::Service, name),
            Value::List(all) | Value::Set(all) => all.iter().for_each(|element| self.services(of, element)),
            Value::Record(fields) => {
                fields.iter().filter_map(|(_, field)| field.as_ref()).for_each(|field| self.services(of, field));
            }
            _ => {}
        }
    }

    fn expr(&mut self, of: &Thing, expr: &Expr) {
        match expr {
            Expr::Literal(value) => self.value(of, value),
            Expr::Constant(name) | Expr::Call(name, _) => self.note(of, Kind::Definition, name),
            Expr::Signal(name, _) => self.note(of, Kind::Signal, name),
            Expr::Row(name, _) => self.note(of, Kind::Table, name),
            Expr::Implements(_, name) => self.note(of, Kind::Trait, name),
            _ => {}
        }
        children(expr).into_iter().for_each(|child| self.expr(of, child));
    }
}
