//! The guarantees of a pipeline, composed over its filled stages.

use crate::eval::Worth::{self, Fault, Known, Unknown};
use crate::members::Checked;
use crate::operators::{arithmetic, extreme};
use crate::program::Program;
use crate::value::{Name, Value};

/// The names of the guarantees that the pipeline has: those of every stage's trait that compose, or of a single stage.
pub fn names(program: &Program) -> Vec<Name> {
    let stage = |stage: &usize| {
        let role = program.route.roles.get(*stage)?;
        program.traits.get(&role.trait_)
    };
    let traits: Vec<_> = program.route.stages.iter().filter_map(stage).collect();
    let Some(first) = traits.first() else { return Vec::new() };
    let shared = first.guarantees.iter().filter(|(name, (_, composition))| {
        traits.iter().all(|of| of.guarantees.contains_key(*name)) && (composition.is_some() || traits.len() == 1)
    });
    shared.map(|(name, _)| name.as_str().into()).collect()
}

/// A guarantee composed over the stages that are filled; `given` says by whom.
pub fn compose(program: &Program, name: &str, given: &dyn Fn(usize) -> Option<Name>) -> Checked<Worth> {
    let route = &program.route;
    // The product is taken in the order in which the roles are declared.
    let mut filled: Vec<(usize, Value)> = Vec::new();
    for stage in 0..route.roles.len() {
        let Some(service) = given(stage).filter(|_| route.stages.contains(&stage)) else { continue };
        let Some(promise) = program.services.get(&service).and_then(|s| s.values.get(name)) else { return Ok(Unknown) };
        filled.push((stage, promise.clone()));
    }
    let first = route.stages.first().and_then(|stage| route.roles.get(*stage));
    let guarantee = first.and_then(|role| program.traits.get(&role.trait_)).and_then(|of| of.guarantees.get(name));
    let composition = guarantee.and_then(|(_, composition)| composition.as_deref());
    let mut values = filled.iter().map(|(_, value)| value.clone());
    let Some(start) = values.next() else { return Ok(Unknown) };
    let worth = |value: Option<Value>| value.map_or(Fault, Known);
    match composition {
        None => Ok(Known(start)),
        Some("min" | "and") => values.try_fold(start, |a, b| extreme(false, a, b)).map(Known),
        Some("max" | "or") => values.try_fold(start, |a, b| extreme(true, a, b)).map(Known),
        Some("product") => {
            values.try_fold(Some(start), |a, b| a.map_or(Ok(None), |a| arithmetic("*", &a, &b))).map(worth)
        }
        Some("sum") => longest(program, &filled).map(worth),
        Some(_) => Err(crate::Refusal::new("policy", "guarantees composed in an unknown way")),
    }
}

/// The sum along the path on which it is largest. Stages that are not filled add nothing and are passed through.
fn longest(program: &Program, filled: &[(usize, Value)]) -> Checked<Option<Value>> {
    let route = &program.route;
    let mut best: Vec<Option<Value>> = vec![None; route.roles.len()];
    // A path has at most as many steps as there are stages, so after as many rounds nothing changes any more.
    for _ in &route.stages {
        for stage in &route.stages {
            let mut before = None;
            for (from, _) in route.edges.iter().filter(|(_, to)| to == stage) {
                let path = best.get(*from).cloned().flatten();
                before = match (before, path) {
                    (Some(a), Some(b)) => Some(extreme(true, a, b)?),
                    (a, b) => a.or(b),
                };
            }
            let own = filled.iter().find(|(at, _)| at == stage).map(|(_, value)| value.clone());
            let sum = match (before, own) {
                (Some(a), Some(b)) => match arithmetic("+", &a, &b)? {
                    Some(sum) => Some(sum),
                    None => return Ok(None),
                },
                (a, b) => a.or(b),
            };
            if let Some(place) = best.get_mut(*stage) {
                *place = sum;
            }
        }
    }
    best.into_iter().flatten().map(Ok).reduce(|a, b| extreme(true, a?, b?)).transpose()
}
