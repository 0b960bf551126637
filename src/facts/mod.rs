//! Facts: data from outside, typed against the checked program.
//!
//! *Takes* requests, signals and contracts as JSON, YAML or TOML; *gives* them typed against the [`crate::ir::Policy`].
//! *Promises*: all errors of a file at once, each at its place; a fact that is not stated stays unknown, and nothing is
//! invented. *Leaves out* invariants, which the evaluator judges, and the reading of files, which the shells do.
//!
//! In the order of the work: [`crate::data`] reads the text, [`decode`] types its parts; [`request`], [`signals`] and
//! [`contract`] make of them what a decision needs; [`adapter`] translates foreign schemas, of which [`registry`] is one, [`rules`] reads foreign rules and [`body`] foreign requests; [`export`] writes contracts back, and
//! [`schema`] describes them to editors.

pub mod adapter;
pub mod body;
pub mod codes;
pub mod contract;
pub mod decode;
pub mod export;
pub mod measured;
pub mod registry;
pub mod request;
pub mod rows;
pub mod rules;
pub mod schema;
pub mod set;
pub mod signals;
pub mod typed;

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
