//! What the services state, by column: one value per service and field, equal values numbered alike.
//!
//! A condition that reads only some fields of a candidate cannot tell two candidates apart that agree in them. A
//! [`Partition`] keeps who agrees with whom, so that such a condition is evaluated once per class and not once per
//! candidate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::bits::Bits;
use crate::base::Name;
use crate::ir::{Policy, Services};
use crate::value::Value;

/// The classes up to which a partition also keeps the set of services of each class.
const FEW: usize = 32;

/// One field of all services.
#[derive(Clone, Debug)]
pub struct Column {
    /// The field or guarantee.
    pub name: Name,
    /// Whether it is a guarantee of some trait.
    pub promise: bool,
    /// The value of each service; `None` is unknown.
    pub values: Vec<Option<Value>>,
    /// Equal numbers for equal values, unknown included.
    pub numbers: Vec<u32>,
}

impl Column {
    /// The column of a field over all services.
    pub fn new(policy: &Policy, services: &Services, name: &Name) -> Self {
        let values: Vec<Option<Value>> = services
            .iter()
            .map(|(service, stated)| match stated.values.get(name) {
                Some(value) => Some(value.clone()),
                None if &**name == "name" && !has_name_field(policy, &stated.traits) => {
                    Some(Value::Text(service.clone()))
                }
                None => None,
            })
            .collect();
        let mut known: BTreeMap<Option<&Value>, u32> = BTreeMap::new();
        let mut numbers = Vec::with_capacity(values.len());
        for value in &values {
            let next = known.len() as u32;
            numbers.push(*known.entry(value.as_ref()).or_insert(next));
        }
        let promise = policy.traits.values().any(|t| t.guarantees.contains_key(name));
        Self { name: name.clone(), promise, values, numbers }
    }
}

fn has_name_field(policy: &Policy, traits: &BTreeSet<Name>) -> bool {
    traits.iter().filter_map(|t| policy.traits.get(t)).any(|t| t.fields.contains_key("name"))
}

/// Which services agree in the fields that a condition reads.
#[derive(Clone, Debug)]
pub struct Partition {
    /// The class of each service.
    pub classes: Vec<u32>,
    /// One service of each class.
    pub examples: Vec<usize>,
    /// The services of each class, where there are few classes.
    pub members: Vec<Bits>,
}

impl Partition {
    /// The partition by these columns.
    pub fn new(columns: &[&Column], services: usize) -> Self {
        let mut known: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
        let mut classes = Vec::with_capacity(services);
        let mut examples = Vec::new();
        for service in 0..services {
            let key: Vec<u32> = columns.iter().filter_map(|c| c.numbers.get(service).copied()).collect();
            let next = known.len() as u32;
            let class = *known.entry(key).or_insert_with(|| {
                examples.push(service);
                next
            });
            classes.push(class);
        }
        let mut members = Vec::new();
        if examples.len() <= FEW {
            members = vec![Bits::new(services); examples.len()];
            for (service, class) in classes.iter().enumerate() {
                if let Some(of_class) = members.get_mut(*class as usize) {
                    of_class.insert(service);
                }
            }
        }
        Self { classes, examples, members }
    }

    /// The class of a service.
    pub fn class(&self, service: usize) -> u32 {
        self.classes.get(service).copied().unwrap_or(0)
    }
}

/// What of a candidate a condition reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reads {
    /// The columns.
    pub columns: BTreeSet<usize>,
    /// Whether it reads more than columns: the candidate itself, signals for it, what it reaches.
    pub whole: bool,
}

impl Reads {
    /// Adds what another condition reads.
    pub fn add(&mut self, other: &Self) {
        self.columns.extend(&other.columns);
        self.whole |= other.whole;
    }
}

/// Partitions by what is read, each made once.
#[derive(Debug, Default)]
pub struct Partitions {
    made: BTreeMap<BTreeSet<usize>, Arc<Partition>>,
}

impl Partitions {
    /// The partition for these reads, if columns are all that is read.
    pub fn of(&mut self, reads: &Reads, columns: &[Column], services: usize) -> Option<Arc<Partition>> {
        if reads.whole {
            return None;
        }
        let made = self.made.entry(reads.columns.clone()).or_insert_with(|| {
            let read: Vec<&Column> = reads.columns.iter().filter_map(|c| columns.get(*c)).collect();
            Arc::new(Partition::new(&read, services))
        });
        Some(Arc::clone(made))
    }
}
