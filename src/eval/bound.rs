//! The inputs of one decision, laid out by the numbers of the plan.

use std::collections::BTreeMap;

use crate::base::Instant;
use crate::facts::{Inputs, SignalValue};
use crate::plan::{Plan, RoutePlan};
use crate::value::Value;

/// The inputs of one decision.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The request, a record.
    pub request: Value,
    /// Its fields in declared order.
    pub fields: Vec<Option<Value>>,
    /// The signals in the order of the policy.
    pub signals: Vec<BoundSignal>,
    /// The instant of the decision.
    pub now: Value,
    /// The same.
    pub instant: Instant,
}

/// What is known of one signal.
#[derive(Clone, Debug, Default)]
pub struct BoundSignal {
    /// Its value, or the one that it has where the host says nothing.
    pub one: Option<Value>,
    /// Its values by service.
    pub of: BTreeMap<usize, Value>,
}

impl Bound {
    /// Lays the inputs out for a route.
    pub fn new(plan: &Plan, route: &RoutePlan, inputs: &Inputs) -> Self {
        let request = inputs.request.value.clone();
        let fields = route.fields.iter().map(|name| request.field(name).flatten().cloned()).collect();
        let signals = plan
            .policy
            .signals
            .iter()
            .map(|(name, signal)| {
                let mut bound = BoundSignal { one: signal.default.clone(), of: BTreeMap::new() };
                match inputs.signals.values.get(name) {
                    Some(SignalValue::One(value)) => bound.one = Some(value.clone()),
                    Some(SignalValue::PerService(values)) => {
                        bound.of = values.iter().filter_map(|(s, v)| Some((plan.number(s)?, v.clone()))).collect();
                    }
                    None => {}
                }
                bound
            })
            .collect();
        Self { request, fields, signals, now: Value::Instant(inputs.now), instant: inputs.now }
    }
}

impl BoundSignal {
    /// The value for a service.
    pub fn of(&self, service: usize) -> Option<&Value> {
        self.of.get(&service).or(self.one.as_ref())
    }
}
