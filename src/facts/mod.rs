//! Facts of one decision: data from outside, typed against the checked program.

use std::collections::BTreeMap;

use crate::base::{Instant, Name};
use crate::value::Value;

/// A request that fits its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The request type.
    pub ty: Name,
    /// A record of all fields in declared order, defaults filled in.
    pub value: Value,
}

/// The signals that the host supplied.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signals {
    /// By name.
    pub values: BTreeMap<Name, SignalValue>,
}

/// What the host said of one signal.
#[derive(Clone, Debug, PartialEq)]
pub enum SignalValue {
    /// The value of a signal that speaks of no service.
    One(Value),
    /// Values by service.
    PerService(BTreeMap<Name, Value>),
}

/// Everything a decision depends on besides policy and services.
#[derive(Clone, Debug, PartialEq)]
pub struct Inputs {
    /// The request.
    pub request: Request,
    /// The signals.
    pub signals: Signals,
    /// The instant of the decision.
    pub now: Instant,
}
