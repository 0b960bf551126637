//! The pipeline of a route: its stages in an order in which every stage comes after those it follows, and the guarantees
//! that all of them have.

use std::collections::BTreeMap;

use super::compile::Compiler;
use crate::base::Name;
use crate::graph;
use crate::ir::{Composition, Guarantee, Route};

/// The stages of a route and what is composed over them.
#[derive(Clone, Debug, Default)]
pub struct Pipeline {
    /// The stages.
    pub stages: Vec<Stage>,
    /// The guarantees that every stage's trait has and that can be composed, by name.
    pub guarantees: Vec<Composed>,
}

/// A stage.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The role.
    pub role: usize,
    /// The stages it comes directly after, as places among the stages; all smaller than its own.
    pub after: Vec<usize>,
}

/// A guarantee that the pipeline has as a whole.
#[derive(Clone, Debug)]
pub struct Composed {
    /// Its name.
    pub name: Name,
    /// The column of the promises.
    pub column: usize,
    /// How they compose; `None` where a single stage's promise is the whole.
    pub composition: Option<Composition>,
}

/// The pipeline of a route; without declared stages it is the first role alone.
pub fn pipeline(compiler: &mut Compiler<'_>, route: &Route) -> Pipeline {
    let declared: Vec<Name> = match (route.pipeline.stages.is_empty(), route.roles.first()) {
        (true, Some(first)) => vec![first.name.clone()],
        _ => route.pipeline.stages.clone(),
    };
    let edges: Vec<(Name, Name)> = route.pipeline.edges.iter().cloned().collect();
    // The checker has refused cycles; should there be one, the declared order still gives every stage its place.
    let order = graph::topological(&declared, &edges).unwrap_or(declared);
    let place: BTreeMap<&Name, usize> = order.iter().zip(0..).collect();
    let roles: BTreeMap<&Name, usize> = route.roles.iter().map(|r| &r.name).zip(0..).collect();
    let stages = order
        .iter()
        .filter_map(|name| {
            let before = edges.iter().filter(|(_, after)| after == name).filter_map(|(a, _)| place.get(a).copied());
            Some(Stage { role: *roles.get(name)?, after: before.collect() })
        })
        .collect::<Vec<_>>();
    let guarantees = composed(compiler, route, &stages);
    Pipeline { stages, guarantees }
}

fn composed(compiler: &mut Compiler<'_>, route: &Route, stages: &[Stage]) -> Vec<Composed> {
    let of_stage = |stage: &Stage| -> Option<&BTreeMap<Name, Guarantee>> {
        let role = route.roles.get(stage.role)?;
        Some(&compiler.policy.traits.get(&role.trait_)?.guarantees)
    };
    let all: Option<Vec<_>> = stages.iter().map(of_stage).collect();
    let Some((first, rest)) = all.as_ref().and_then(|all| all.split_first()) else { return Vec::new() };
    let shared: Vec<(Name, Option<Composition>)> = first
        .iter()
        .filter(|(name, _)| rest.iter().all(|guarantees| guarantees.contains_key(*name)))
        .filter(|(_, guarantee)| guarantee.composition.is_some() || rest.is_empty())
        .map(|(name, guarantee)| (name.clone(), guarantee.composition))
        .collect();
    shared
        .into_iter()
        .map(|(name, composition)| Composed { column: compiler.column(&name), name, composition })
        .collect()
}
