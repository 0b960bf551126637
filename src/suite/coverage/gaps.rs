//! Which conditions can be unknown, and for want of which facts.
//!
//! It follows the checker: a field with `?`, a promise, a signal without a default, a row of a table, the smallest of nothing. A field or
//! a promise counts only if some service of the package that could stand there leaves it out, since no test could show it otherwise.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Name;
use crate::ir::{Definition, Expr, Fold, Policy, Service, Services, Trait, walk};
use crate::value::Type;

/// The facts that can be missing, in words.
pub type Missing = BTreeSet<String>;

/// What a variable stands for.
#[derive(Clone, Debug)]
struct Bound {
    /// Whether it is the request.
    request: bool,
    /// What its value can lack.
    missing: Missing,
}

/// Finds what can be missing.
pub struct Gaps<'a> {
    /// The checked program.
    pub policy: &'a Policy,
    /// What the services state.
    pub services: &'a Services,
    /// Parts of definitions that have names of their own.
    pub definitions: &'a BTreeMap<Name, Definition>,
    /// The type of the request.
    pub request: &'a Name,
    /// The services that `service` may stand for.
    pub subjects: &'a BTreeSet<Name>,
}

impl Gaps<'_> {
    /// What can be missing where this is unknown; nothing where it cannot be.
    pub fn of(&self, expr: &Expr) -> Missing {
        self.missing(expr, &BTreeMap::new())
    }

    fn missing(&self, expr: &Expr, names: &BTreeMap<Name, Bound>) -> Missing {
        let mut all = Missing::new();
        match expr {
            Expr::Known(_) | Expr::RecordOf(_) => return all,
            Expr::Variable(name) => return names.get(name).map(|bound| bound.missing.clone()).unwrap_or_default(),
            Expr::Coalesce(a, b) => {
                let first = self.missing(a, names);
                return if first.is_empty() { first } else { self.missing(b, names) };
            }
            Expr::Call(name, args) => return self.called(name, args, names),
            Expr::Constant(name) if self.policy.constants.get(name).is_some_and(Option::is_none) => {
                all.insert(format!("constant `{name}`"));
            }
            Expr::Total(name) => all.extend(self.unstated(name, |_| true)),
            Expr::Field(of, name) => all.extend(self.field(of, name, names)),
            Expr::Closure(_, name) => all.extend(self.unstated(name, |_| true)),
            Expr::Signal(name, _) if self.policy.signals.get(name).is_none_or(|signal| signal.default.is_none()) => {
                all.insert(format!("signal `{name}`"));
            }
            Expr::Row(name, _) if !self.is_total(name) => {
                all.insert(format!("a row of table `{name}`"));
            }
            Expr::Fold { op: Fold::Min | Fold::Max, .. } => {
                all.insert("an element to choose from".to_owned());
            }
            _ => {}
        }
        walk::children(expr).into_iter().for_each(|child| all.extend(self.missing(child, names)));
        all
    }

    /// What a definition lacks with these arguments.
    fn called(&self, name: &Name, args: &[Expr], names: &BTreeMap<Name, Bound>) -> Missing {
        let own = self.definitions.get(name);
        let Some(definition) = own.or_else(|| self.policy.definitions.get(name)) else { return Missing::new() };
        let bound = |arg: &Expr| Bound { request: is_request(arg, names), missing: self.missing(arg, names) };
        let inner = definition.params.iter().cloned().zip(args.iter().map(bound)).collect();
        self.missing(&definition.body, &inner)
    }

    fn field(&self, of: &Expr, name: &Name, names: &BTreeMap<Name, Bound>) -> Option<String> {
        if is_request(of, names) {
            let fields = self.policy.requests.get(self.request).map_or(&[][..], |request| &request.fields);
            let optional = fields.iter().any(|field| field.name == *name && field.optional);
            return optional.then(|| format!("request field `{name}`"));
        }
        let stands = |service: &Name| !matches!(of, Expr::Subject) || self.subjects.contains(service);
        self.unstated(name, stands).or_else(|| {
            let mut records = self.policy.records.values().flatten();
            let optional = records.any(|field| field.name == *name && field.optional);
            (optional && !matches!(of, Expr::Subject | Expr::Role(_))).then(|| format!("field `{name}` of a record"))
        })
    }

    /// A field or promise that some service which could state it does not.
    fn unstated(&self, name: &Name, stands: impl Fn(&Name) -> bool) -> Option<String> {
        let traits = |service: &Service| -> Vec<&Trait> {
            service.traits.iter().filter_map(|of| self.policy.traits.get(of)).collect()
        };
        let lacks = |(of, service): &(&Name, &Service)| {
            let may = |of: &Trait| of.fields.contains_key(name) || of.guarantees.contains_key(name);
            stands(of) && !service.values.contains_key(name) && traits(service).into_iter().any(may)
        };
        let (_, lacking) = self.services.iter().find(lacks)?;
        let promise = traits(lacking).iter().any(|of| of.guarantees.contains_key(name));
        Some(if promise { format!("promise `{name}`") } else { format!("field `{name}`") })
    }

    /// Whether a table has a row for every key.
    fn is_total(&self, table: &Name) -> bool {
        let Some(table) = self.policy.tables.get(table) else { return false };
        let keys = match &table.key {
            Type::Bool => Some(2),
            Type::Enum(of) => self.policy.enums.get(of).map(|of| of.members.len()),
            _ => None,
        };
        keys.is_some_and(|keys| table.rows.len() >= keys)
    }
}

fn is_request(expr: &Expr, names: &BTreeMap<Name, Bound>) -> bool {
    match expr {
        Expr::Request => true,
        Expr::Variable(name) => names.get(name).is_some_and(|bound| bound.request),
        _ => false,
    }
}
