//! Which facts are missing where a condition is unknown.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::collections::{element, length};
use super::machine::Machine;
use super::truth::{Gap, Truth};
use crate::base::Name;
use crate::plan::code::{Code, Each, Who};
use crate::value::Value;

/// A fact that nobody stated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MissingFact {
    /// A field of a service.
    Field {
        /// The field.
        field: Name,
        /// The service whose contract should state it.
        service: Name,
    },
    /// A promise of a service.
    Promise {
        /// The guarantee.
        guarantee: Name,
        /// The service whose contract should make it.
        service: Name,
    },
    /// A signal's value.
    Signal {
        /// The signal.
        signal: Name,
        /// The service of which it speaks.
        service: Option<Name>,
    },
    /// A field of the request.
    Request(Name),
    /// A field of a record.
    Part(Name),
    /// A row of a table.
    Row {
        /// The table.
        table: Name,
        /// The key.
        key: String,
    },
    /// A constant without a value.
    Constant(Name),
    /// Somebody in a role.
    Role(Name),
    /// No fact is missing: a result is out of range, or something is divided by zero.
    Result,
}

impl fmt::Display for MissingFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field { field, service } => write!(f, "field `{field}` of service `{service}`"),
            Self::Promise { guarantee, service } => write!(f, "promise `{guarantee}` of service `{service}`"),
            Self::Signal { signal, service: Some(service) } => write!(f, "signal `{signal}` for service `{service}`"),
            Self::Signal { signal, service: None } => write!(f, "signal `{signal}`"),
            Self::Request(field) => write!(f, "request field `{field}`"),
            Self::Part(field) => write!(f, "field `{field}` of a record"),
            Self::Row { table, key } => write!(f, "row `{key}` of table `{table}`"),
            Self::Constant(name) => write!(f, "constant `{name}`"),
            Self::Role(role) => write!(f, "somebody in role `{role}`"),
            Self::Result => f.write_str("a result in range"),
        }
    }
}

/// Collects the missing facts behind unknown code.
pub(super) struct Search<'m, 'p> {
    pub(super) machine: &'m mut Machine<'p>,
    /// What was put into each slot by a definition's argument.
    pub(super) origins: BTreeMap<usize, &'p Code>,
    /// In the order in which they were met, each once.
    pub(super) found: Vec<MissingFact>,
}

impl<'p> Search<'_, 'p> {
    fn note(&mut self, fact: MissingFact) {
        if !self.found.contains(&fact) {
            self.found.push(fact);
        }
    }

    fn name(&self, service: usize) -> Name {
        self.machine.plan.name(service).cloned().unwrap_or_else(|| Name::from(""))
    }

    /// Collects what is missing; nothing where the code has a value.
    pub(super) fn collect(&mut self, code: &'p Code) {
        let Err(gap) = self.machine.eval(code).map(drop) else { return };
        match code {
            Code::Unknown(name) => self.note(MissingFact::Constant(name.clone())),
            Code::RequestField(_, name) => self.note(MissingFact::Request(name.clone())),
            Code::Signal(signal) => self.signal(*signal, None),
            Code::Service(who) => self.somebody(*who),
            Code::Column(who, column) => match self.machine.who(*who) {
                Some(service) => self.stated(*column, service),
                None => self.somebody(*who),
            },
            Code::Slot(slot) => {
                if let Some(origin) = self.origins.get(slot).copied() {
                    self.collect(origin);
                }
            }
            Code::Total(total) => self.total(*total),
            Code::Let(slot, value, body) => {
                let bound = self.machine.eval(value);
                self.machine.bind(*slot, bound);
                self.origins.insert(*slot, value);
                self.collect(body);
            }
            Code::If(c, a, b) => match self.machine.truth(c) {
                Truth::Unknown => self.collect(c),
                Truth::True => self.collect(a),
                Truth::False => self.collect(b),
            },
            Code::Coalesce(a, b) => {
                self.collect(a);
                if gap == Gap::Unknown {
                    self.collect(b);
                }
            }
            Code::Quantifier { slot, over, body, .. } => self.each_element(over, *slot, &[body]),
            Code::Fold { each, .. } => self.each(each, None),
            Code::Comprehension { each, order, limit } => {
                self.each(each, order.as_ref().map(|(by, _)| &**by));
                limit.iter().for_each(|limit| self.collect(limit));
            }
            other => self.of_operands(other, gap),
        }
    }

    /// Facts that are looked up by the value of an operand, and plain operators.
    fn of_operands(&mut self, code: &'p Code, gap: Gap) {
        let operands = code.operands();
        let known = self.found.len();
        let mut unknown = false;
        for operand in operands.iter().copied() {
            if self.machine.eval(operand).is_err() {
                unknown = true;
                self.collect(operand);
            }
        }
        if unknown {
            return;
        }
        let first = operands.first().and_then(|operand| self.machine.eval(operand).ok());
        match (code, first) {
            (Code::Field(_, field, column), Some(of)) => match self.machine.number(&of) {
                Some(service) => self.stated(*column, service),
                None => self.note(MissingFact::Part(field.clone())),
            },
            (Code::SignalOf(signal, _), Some(of)) => self.signal(*signal, self.machine.number(&of)),
            (Code::Row(table, _), Some(key)) => {
                if let Some(name) = self.machine.plan.policy.tables.keys().nth(*table) {
                    self.note(MissingFact::Row { table: name.clone(), key: key.to_string() });
                }
            }
            (Code::Closure(_, relation), Some(of)) => self.unsaid(*relation, &of),
            _ if gap == Gap::Fault && self.found.len() == known => self.note(MissingFact::Result),
            _ => {}
        }
    }

    fn stated(&mut self, column: usize, service: usize) {
        let Some(column) = self.machine.plan.columns.get(column) else { return };
        let service = self.name(service);
        self.note(match column.promise {
            true => MissingFact::Promise { guarantee: column.name.clone(), service },
            false => MissingFact::Field { field: column.name.clone(), service },
        });
    }

    fn signal(&mut self, signal: usize, service: Option<usize>) {
        if let Some(name) = self.machine.plan.policy.signals.keys().nth(signal) {
            let service = service.map(|service| self.name(service));
            self.note(MissingFact::Signal { signal: name.clone(), service });
        }
    }

    fn somebody(&mut self, who: Who) {
        if let Who::Role(role) = who
            && let Some(name) = self.machine.role_name(role)
        {
            self.note(MissingFact::Role(name.clone()));
        }
    }

    fn total(&mut self, total: usize) {
        let Some(composed) = self.machine.pipeline.guarantees.get(total) else { return };
        for stage in &self.machine.pipeline.stages {
            let service = self.machine.given.get(stage.role).and_then(|given| given.first()).copied();
            if let Some(service) = service.filter(|s| self.machine.plan.stated(composed.column, *s).is_none()) {
                self.stated(composed.column, service);
            }
        }
    }

    /// Those on the way who leave unsaid whom they name.
    fn unsaid(&mut self, relation: usize, of: &Value) {
        let plan = self.machine.plan;
        let Some((field, named)) = plan.relations.get(relation) else { return };
        let mut open: Vec<usize> = self.machine.number(of).into_iter().collect();
        let mut seen = open.clone();
        while let Some(service) = open.pop() {
            match named.get(service) {
                Some(Some(next)) => {
                    for next in next {
                        if !seen.contains(next) {
                            seen.push(*next);
                            open.push(*next);
                        }
                    }
                }
                _ => self.note(MissingFact::Field { field: field.clone(), service: self.name(service) }),
            }
        }
    }

    fn each(&mut self, each: &'p Each, key: Option<&'p Code>) {
        let Ok(collection) = self.machine.eval(&each.over) else { return self.collect(&each.over) };
        for at in 0..length(&collection) {
            let Some(element) = element(&collection, at) else { break };
            self.machine.bind(each.slot, Ok(element));
            match each.filter.as_ref().map_or(Truth::True, |filter| self.machine.truth(filter)) {
                Truth::False => {}
                Truth::Unknown => each.filter.iter().for_each(|filter| self.collect(filter)),
                Truth::True => std::iter::once(&each.take).chain(key).for_each(|code| self.collect(code)),
            }
        }
    }

    fn each_element(&mut self, over: &'p Code, slot: usize, bodies: &[&'p Code]) {
        let Ok(collection) = self.machine.eval(over) else { return self.collect(over) };
        for at in 0..length(&collection) {
            let Some(element) = element(&collection, at) else { break };
            for body in bodies {
                self.machine.bind(slot, Ok(Cow::clone(&element)));
                self.collect(body);
            }
        }
    }
}
