//! Enforcement: what was measured, held against what a decision promised.
//!
//! *Takes* the promises of a decision and measurements; *gives* for each promise its bound, its value, what that follows from, and
//! whether the promise was kept. *Promises* that equality keeps a promise, that what is rounded away is not forgiven, that a promise without a value is not kept, that a
//! result which says two things of one guarantee is refused, and that every promise is spoken of. *Leaves out* whether the decision
//! was ever made, which its certificate shows and the verifier establishes; and who measured.

mod json;
mod value;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

pub use json::{SCHEMA, outcome};
pub use value::{Contradiction, Derivation, Found, measurable, values};

use crate::base::Name;
use crate::base::words::{Comparison, Direction};
use crate::ir::Trait;
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
    /// What its value follows from, where the trait says so.
    pub derivation: Option<Derivation>,
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
    /// Its value, if there is one.
    pub value: Option<Value>,
    /// Whether the promise was kept.
    pub met: bool,
    /// The measurements that the value follows from, `None` where one is missing; nothing for a value that was stated as such.
    pub from: BTreeMap<Name, Option<Value>>,
    /// Why there is no value, though one would follow from measurements; or why the value, spelled as the bound, breaks the promise.
    pub why: Option<String>,
}

/// The value with what it follows from, the bound, and why there is no value:
/// `1000000 from energy_in 1, energy_out 1.000001, promised <= 1`.
impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.from.iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?)));
        let known = known.collect::<Vec<_>>().join(", ");
        match (&self.value, known.is_empty()) {
            (Some(value), true) => write!(f, "{value}")?,
            (Some(value), false) => write!(f, "{value} from {known}")?,
            (None, true) => f.write_str("not measured")?,
            (None, false) => write!(f, "no value from {known}")?,
        }
        write!(f, ", promised {} {}", self.relation.word(), self.bound)?;
        self.why.iter().try_for_each(|why| write!(f, ": {why}"))
    }
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
    let roles = planned.pipeline.stages.iter().filter_map(|stage| declared.roles.get(stage.role));
    let traits: Vec<&Trait> = roles.filter_map(|role| plan.policy.traits.get(&role.trait_)).collect();
    let of_first = traits.first().map(|of| &of.guarantees);
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
        let derivation = value::derivation(&traits, &name);
        promises.push(Promise { name, ty: guarantee.ty.clone(), direction: guarantee.direction, bound, derivation });
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

/// Holds every promise against what is known of its value.
pub fn enforce(promises: &[Promise], values: &BTreeMap<Name, Found>) -> Outcome {
    let mut outcome = Outcome::default();
    for promise in promises {
        let Found { value, beyond, from, why } = values.get(&promise.name).cloned().unwrap_or_default();
        let Some(bound) = promise.bound.clone() else {
            outcome.unpromised.extend(value.map(|value| (promise.name.clone(), value)));
            continue;
        };
        let relation = match promise.direction {
            Some(Direction::AtMost) => Comparison::LessOrEqual,
            Some(Direction::AtLeast) => Comparison::GreaterOrEqual,
            None => Comparison::Equal,
        };
        // A bound ends after nine digits, so that what lies beyond them matters only where the digits are those of the bound.
        let over = match (promise.direction, beyond) {
            (Some(Direction::AtMost), Some(Ordering::Greater)) => Some("it is more than that beyond the ninth digit"),
            (Some(Direction::AtLeast), Some(Ordering::Less)) => Some("it is less than that beyond the ninth digit"),
            _ => None,
        };
        let over = over.filter(|_| value.as_ref().is_some_and(|value| ops::compare(Comparison::Equal, value, &bound)));
        let met = over.is_none() && value.as_ref().is_some_and(|value| ops::compare(relation, value, &bound));
        let why = why.or(over.map(ToOwned::to_owned));
        outcome.judged.push(Judged { name: promise.name.clone(), relation, bound, value, met, from, why });
    }
    outcome.judged.sort_by(|a, b| a.name.cmp(&b.name));
    outcome.unpromised.sort_by(|a, b| a.0.cmp(&b.0));
    outcome
}
