//! How large expressions are with every call of a definition counted in full, before anything compiles them.
//!
//! A definition that calls another twice, which calls another twice, is small to write and endless to write out.

use std::collections::BTreeMap;

use super::reader::{Read, refuse, within};
use crate::base::{Name, limits};
use crate::ir::walk::children;
use crate::ir::{Expr, Policy, Route, Services};

/// Nodes of all expressions of a policy or of its services.
const ALL_NODES: usize = 100 * limits::EXPRESSION_SIZE;

/// The depth of an expression and the number of its nodes.
type Size = (usize, usize);

/// What has been measured.
struct Measure<'p> {
    policy: &'p Policy,
    definitions: BTreeMap<&'p Name, Size>,
    nodes: usize,
}

/// Measures all expressions of a policy.
pub fn policy(policy: &Policy) -> Read<()> {
    let mut measure = Measure::new(policy);
    for (name, definition) in &policy.definitions {
        within("definitions", within(name, measure.add([&definition.body])))?;
    }
    for (name, of) in &policy.traits {
        within("traits", within(name, measure.add(of.invariants.iter().map(|i| &i.condition))))?;
        let derived = of.guarantees.values().filter_map(|guarantee| guarantee.measured_as.as_ref());
        within("traits", within(name, measure.add(derived)))?;
    }
    for (name, of) in &policy.requests {
        within("requests", within(name, measure.add(of.invariants.iter().map(|i| &i.condition))))?;
    }
    for (name, waiver) in &policy.waivers {
        within("waivers", within(name, measure.add(&waiver.when)))?;
    }
    for (name, route) in &policy.routes {
        within("routes", within(name, measure.route(route)))?;
    }
    Ok(())
}

/// Measures what services accept.
pub fn services(services: &Services, policy: &Policy) -> Read<()> {
    let mut measure = Measure::new(policy);
    services.iter().try_for_each(|(name, service)| {
        within(name, measure.add(service.accepts.iter().map(|accept| &accept.condition)))
    })
}

impl<'p> Measure<'p> {
    fn new(policy: &'p Policy) -> Self {
        Self { policy, definitions: BTreeMap::new(), nodes: 0 }
    }

    fn route(&mut self, route: &'p Route) -> Read<()> {
        for constraint in &route.constraints {
            let guards = constraint.when.iter().chain(&constraint.unless);
            let all = guards.chain(constraint.clauses.iter().map(|clause| &clause.condition));
            within("constraints", within(&constraint.name, self.add(all)))?;
        }
        let terms = route.scores.values().flatten();
        within("scores", self.add(terms.flat_map(|term| std::iter::once(&term.value).chain(&term.when))))?;
        within("ties", self.add(route.ties.values().flatten().map(|key| &key.value)))?;
        within("outputs", self.add(route.outputs.values()))
    }

    fn add<'e>(&mut self, expressions: impl IntoIterator<Item = &'e Expr>) -> Read<()>
    where
        'e: 'p,
    {
        for expr in expressions {
            let (_, nodes) = self.size(expr, 0)?;
            self.nodes = self.nodes.saturating_add(nodes);
            if self.nodes > ALL_NODES {
                return refuse(format!("all expressions together have more than {ALL_NODES} nodes"));
            }
        }
        Ok(())
    }

    /// The size of an expression that stands at a depth. Calls in a circle never end, and so become too deep.
    fn size(&mut self, expr: &'p Expr, at: usize) -> Read<Size> {
        let most = 2 * limits::EXPRESSION_DEPTH;
        if at >= most {
            return refuse(format!("an expression is more than {most} deep, with the definitions that it calls"));
        }
        let (mut depth, mut nodes) = (0, 1_usize);
        let mut grow = |(part_depth, part_nodes): Size| {
            depth = depth.max(part_depth);
            nodes = nodes.saturating_add(part_nodes);
        };
        for child in children(expr) {
            grow(self.size(child, at + 1)?);
        }
        if let Expr::Call(name, _) = expr
            && let Some((name, definition)) = self.policy.definitions.get_key_value(name)
        {
            let size = match self.definitions.get(name) {
                Some(size) => *size,
                None => self.size(&definition.body, at + 1)?,
            };
            self.definitions.insert(name, size);
            grow(size);
        }
        let depth = depth + 1;
        if at + depth > most {
            return refuse(format!("an expression is more than {most} deep, with the definitions that it calls"));
        }
        match nodes > limits::EXPRESSION_SIZE {
            true => refuse(format!("an expression has more than {} nodes", limits::EXPRESSION_SIZE)),
            false => Ok((depth, nodes)),
        }
    }
}
