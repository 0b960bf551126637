//! Changes: what is changed, how, and how the changed request and contract look.

use std::sync::Arc;

use crate::base::Name;
use crate::facts::{Inputs, SignalValue};
use crate::ir::{Direction, Policy, Service};
use crate::value::{Type, Value};

/// What is changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A field of the request; a path goes into records.
    Request(Vec<Name>),
    /// A field or promise of the service's contract.
    Contract(Name),
    /// A trait that the contract claims.
    Trait(Name),
    /// What the host reports, for the service itself where the flag is set.
    Signal(Name, bool),
}

/// How it is changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edit {
    /// It becomes this; nothing is stated any more where there is no value.
    Set(Option<Value>),
    /// These elements are put in.
    Add(Vec<Value>),
    /// These elements are taken out.
    Remove(Vec<Value>),
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What is changed.
    pub place: Place,
    /// How.
    pub edit: Edit,
}

/// Which changes are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Only those of the request.
    Request,
    /// Only those of the contract.
    Contract,
    /// All, the host's reports included.
    Any,
}

impl Side {
    /// Whether a change at this place is looked for.
    pub fn allows(self, place: &Place) -> bool {
        match (self, place) {
            (Self::Any, _) | (Self::Request, Place::Request(_)) => true,
            (Self::Contract, Place::Contract(_) | Place::Trait(_)) => true,
            (Self::Request | Self::Contract, _) => false,
        }
    }
}

/// The request with its signals, and the contract, that changes lead to.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The inputs of the decision.
    pub inputs: Inputs,
    /// The contract.
    pub service: Service,
    /// Whether the contract is another one now.
    pub contract_changed: bool,
}

impl Facts {
    /// Makes a change; nothing where it would break the type of what is changed.
    pub fn change(mut self, policy: &Policy, service: &Name, change: &Change) -> Option<Self> {
        match &change.place {
            Place::Request(path) => {
                let value = changed_at(&self.inputs.request.value, path, &change.edit)?;
                self.inputs.request.value = value;
            }
            Place::Contract(field) => {
                let value = edited(self.service.values.get(field), &change.edit)?;
                match value {
                    Some(value) => self.service.values.insert(field.clone(), value),
                    None => self.service.values.remove(field),
                };
                self.contract_changed = true;
            }
            Place::Trait(name) => {
                self.implement(policy, name)?;
                self.contract_changed = true;
            }
            Place::Signal(name, of_service) => self.report(name, of_service.then_some(service), &change.edit)?,
        }
        Some(self)
    }

    /// The value that a place has.
    pub fn value(&self, place: &Place, service: &Name) -> Option<Value> {
        match place {
            Place::Request(path) => {
                let start = Some(self.inputs.request.value.clone());
                path.iter().fold(start, |value, field| value?.field(field).flatten().cloned())
            }
            Place::Contract(field) => self.service.values.get(field).cloned(),
            Place::Trait(name) => Some(Value::Bool(self.service.traits.contains(name))),
            Place::Signal(name, _) => match self.inputs.signals.values.get(name)? {
                SignalValue::One(value) => Some(value.clone()),
                SignalValue::PerService(values) => values.get(service).cloned(),
            },
        }
    }

    fn report(&mut self, name: &Name, service: Option<&Name>, edit: &Edit) -> Option<()> {
        let Edit::Set(Some(value)) = edit else { return None };
        let values = &mut self.inputs.signals.values;
        match service {
            None => drop(values.insert(name.clone(), SignalValue::One(value.clone()))),
            Some(service) => {
                let entry = values.entry(name.clone()).or_insert_with(|| SignalValue::PerService(Default::default()));
                let SignalValue::PerService(of) = entry else { return None };
                of.insert(service.clone(), value.clone());
            }
        }
        Some(())
    }

    /// Claims a trait. What it owes besides is stated where there is but one thing to say: a default, or a `bool` that is
    /// so; anything else would be made up.
    fn implement(&mut self, policy: &Policy, name: &Name) -> Option<()> {
        let declared = policy.traits.get(name)?;
        for (field, owed) in &declared.fields {
            if self.service.values.contains_key(field) || owed.optional {
                continue;
            }
            let stated = match (&owed.default, &owed.ty) {
                (Some(default), _) => default.clone(),
                (None, Type::Bool) => Value::Bool(true),
                (None, _) => return None,
            };
            self.service.values.insert(field.clone(), stated);
        }
        self.service.traits.insert(name.clone());
        self.service.traits.extend(declared.ancestors.iter().cloned());
        Some(())
    }
}

/// A record with the change made at the end of a path.
fn changed_at(record: &Value, path: &[Name], edit: &Edit) -> Option<Value> {
    let Value::Record(fields) = record else { return None };
    let (first, rest) = path.split_first()?;
    let mut fields: Vec<(Name, Option<Value>)> = fields.to_vec();
    let (_, place) = fields.iter_mut().find(|(name, _)| name == first)?;
    *place = match rest {
        [] => edited(place.as_ref(), edit)?,
        rest => Some(changed_at(place.as_ref()?, rest, edit)?),
    };
    Some(Value::Record(Arc::from(fields)))
}

/// The value after an edit; nothing where elements are to be put into what is no set.
fn edited(value: Option<&Value>, edit: &Edit) -> Option<Option<Value>> {
    match (edit, value) {
        (Edit::Set(value), _) => Some(value.clone()),
        (Edit::Add(more), None) => Some(Some(Value::set(more.clone()))),
        (Edit::Add(more), Some(Value::Set(elements))) => {
            Some(Some(Value::set(elements.iter().chain(more).cloned().collect())))
        }
        (Edit::Remove(less), Some(Value::Set(elements))) => {
            Some(Some(Value::set(elements.iter().filter(|e| !less.contains(e)).cloned().collect())))
        }
        (Edit::Remove(less), Some(Value::List(elements))) => {
            let kept: Vec<Value> = elements.iter().filter(|e| !less.contains(e)).cloned().collect();
            Some(Some(Value::List(kept.into())))
        }
        _ => None,
    }
}

/// Puts a change to others, so that each place is changed once; nothing if it undoes one of them.
pub fn with(changes: &[Change], new: &Change) -> Option<Vec<Change>> {
    let mut all = changes.to_vec();
    match all.iter_mut().find(|change| change.place == new.place) {
        None => all.push(new.clone()),
        Some(before) => match (&mut before.edit, &new.edit) {
            (Edit::Add(a), Edit::Add(b)) | (Edit::Remove(a), Edit::Remove(b)) => {
                a.extend(b.iter().cloned());
                a.sort();
                a.dedup();
            }
            (_, Edit::Set(_)) => before.edit = new.edit.clone(),
            _ => return None,
        },
    }
    all.sort();
    (all != changes).then_some(all)
}

/// How a contract writes the value of a field or promise: `latency <= 30s`, `hosted_in = {eu_west}`.
pub fn line(policy: &Policy, service: &Service, field: &Name, value: &Value) -> String {
    let promised = service.traits.iter().find_map(|t| policy.traits.get(t)?.guarantees.get(field));
    let sign = match promised.and_then(|g| g.direction) {
        Some(Direction::AtMost) => "<=",
        Some(Direction::AtLeast) => ">=",
        None => "=",
    };
    format!("{field} {sign} {}", literal(value))
}

/// A value as a source writes it.
pub fn literal(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("{text:?}"),
        Value::Service(name) => format!("{name:?}"),
        other => other.to_string(),
    }
}

/// A value as `--set` takes it; nothing for those it cannot write.
pub fn typed(value: Option<&Value>) -> Option<String> {
    let one = |value: &Value| match value {
        Value::List(_) | Value::Set(_) | Value::Record(_) => None,
        other => Some(other.to_string()),
    };
    match value {
        None => Some(String::new()),
        Some(Value::List(all) | Value::Set(all)) => Some(all.iter().map(one).collect::<Option<Vec<_>>>()?.join(",")),
        Some(value) => one(value),
    }
}
