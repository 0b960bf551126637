//! Enforcement: what was measured, held against what a decision promised.
//!
//! *Takes* the promises of a decision and measurements; *gives* for each promise its bound, the measured value and whether it was
//! kept. *Promises* that equality keeps a promise, that a promise without a measurement is not kept, and that every promise is
//! spoken of. *Leaves out* whether the decision was ever made, which its certificate shows and the verifier establishes; and who
//! measured.

mod json;

use std::collections::BTreeMap;

pub use json::{SCHEMA, outcome};

use crate::base::Name;
use crate::base::words::{Comparison, Direction};
use crate::plan::Plan;
use crate::value::text::parse_number;
use crate::value::{Type, Unit, Value, ops};

/// A guarantee of a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Promise {
    /// Its name.
    pub name: Name,
    /// The type of its bound.
    pub ty: Type,
    /// Which way the bound points; `None` for a `bool`, which must be as promised.
    pub direction: Option<Direction>,
    /// The bound; `None` where the decision promises nothing.
    pub bound: Option<Value>,
}

/// A promise that was held against a measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The guarantee.
    pub name: Name,
    /// How the value must stand to the bound.
    pub relation: Comparison,
    /// The bound.
    pub bound: Value,
    /// What was measured, if anything was.
    pub value: Option<Value>,
    /// Whether the promise was kept.
    pub met: bool,
}

/// What enforcing a decision came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Every promise, by name.
    pub judged: Vec<Judged>,
    /// What was measured of guarantees that the decision does not promise, by name.
    pub unpromised: Vec<(Name, Value)>,
}

impl Outcome {
    /// Whether every promise was kept.
    pub fn met(&self) -> bool {
        self.judged.iter().all(|judged| judged.met)
    }
}

/// Why the promises of a decision cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No such route.
    #[error("the policy has no route `{0}`")]
    Route(Name),
    /// No such guarantee of the route.
    #[error("the decision promises `{0}`, which is no guarantee of its route")]
    Guarantee(Name),
    /// The bound has another type than the guarantee.
    #[error("the decision promises `{name}` as `{text}`, which is not {ty:#}")]
    Bound {
        /// The guarantee.
        name: Name,
        /// The bound as the decision spells it.
        text: String,
        /// The type of the guarantee.
        ty: Type,
    },
}

/// The guarantees of a route with the bounds that a decision spells.
pub fn promises(plan: &Plan, route: &Name, spelled: &BTreeMap<Name, String>) -> Result<Vec<Promise>, Unreadable> {
    let unknown = || Unreadable::Route(route.clone());
    let planned = plan.routes.get(route).ok_or_else(unknown)?;
    let declared = plan.policy.routes.get(route).ok_or_else(unknown)?;
    let first = planned.pipeline.stages.first().and_then(|stage| declared.roles.get(stage.role));
    let of_first = first.and_then(|role| plan.policy.traits.get(&role.trait_)).map(|of| &of.guarantees);
    let mut promises = Vec::new();
    for composed in &planned.pipeline.guarantees {
        // What a pipeline has as a whole, all of its stages declare alike, so that any of them tells the type.
        let Some(guarantee) = of_first.and_then(|all| all.get(&composed.name)) else { continue };
        let name = composed.name.clone();
        let bound = match spelled.get(&name) {
            None => None,
            Some(text) => Some(bound(text, &guarantee.ty).ok_or_else(|| Unreadable::Bound {
                name: name.clone(),
                text: text.clone(),
                ty: guarantee.ty.clone(),
            })?),
        };
        promises.push(Promise { name, ty: guarantee.ty.clone(), direction: guarantee.direction, bound });
    }
    match spelled.keys().find(|name| promises.iter().all(|promise| promise.name != **name)) {
        Some(stranger) => Err(Unreadable::Guarantee(stranger.clone())),
        None => Ok(promises),
    }
}

/// A bound as a decision spells it.
fn bound(text: &str, ty: &Type) -> Option<Value> {
    match ty {
        Type::Bool => text.parse().ok().map(Value::Bool),
        Type::Int => text.parse().ok().map(Value::Int),
        Type::Date => text.parse().ok().map(Value::Date),
        Type::Instant => text.parse().ok().map(Value::Instant),
        _ => {
            let wanted = ty.unit()?;
            let (amount, unit) = parse_number(text)?;
            let fits = unit == wanted || wanted == Unit::Ratio && unit == Unit::Plain;
            fits.then_some(Value::Number(amount, wanted))
        }
    }
}

/// Holds every promise against what was measured.
pub fn enforce(promises: &[Promise], measured: &BTreeMap<Name, Value>) -> Outcome {
    let mut outcome = Outcome::default();
    for promise in promises {
        let value = measured.get(&promise.name).cloned();
        let Some(bound) = promise.bound.clone() else {
            outcome.unpromised.extend(value.map(|value| (promise.name.clone(), value)));
            continue;
        };
        let relation = match promise.direction {
            Some(Direction::AtMost) => Comparison::LessOrEqual,
            Some(Direction::AtLeast) => Comparison::GreaterOrEqual,
            None => Comparison::Equal,
        };
        let met = value.as_ref().is_some_and(|value| ops::compare(relation, value, &bound));
        outcome.judged.push(Judged { name: promise.name.clone(), relation, bound, value, met });
    }
    outcome.judged.sort_by(|a, b| a.name.cmp(&b.name));
    outcome.unpromised.sort_by(|a, b| a.0.cmp(&b.0));
    outcome
}
