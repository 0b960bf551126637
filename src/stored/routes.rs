//! Routes with everything that governs them.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::policy::{nowhere, one_of};
use super::reader::{
    Read, ascending, count, entries, flag, items, key, list, name, only, option, refuse, sorted_names, within,
};
use super::values::{Reader, once};
use crate::base::{Name, limits};
use crate::ir::json::effect;
use crate::ir::{ACCEPT, Cardinality, Clause, Constraint, Effect, Expr, Phase, Pipeline, Role, Route, Term, TieKey};

impl Reader<'_> {
    /// A route.
    pub fn route(self, json: &Json) -> Read<Route> {
        let written = |key: &&str| json.get(key).is_some();
        let mut keys = vec!["request", "roles", "stages", "edges", "constraints", "scores"];
        keys.extend(["ties", "outputs", "phases"].iter().filter(|key| written(key)));
        only(json, &keys)?;
        let roles = key(json, "roles", roles)?;
        let known = |name: &Name| match roles.iter().any(|role| role.name == *name) {
            true => Ok(()),
            false => refuse("the route has no such role"),
        };
        let stages = key(json, "stages", |stages| {
            let stages = list(stages, |stage| name(stage).and_then(|stage| known(&stage).map(|()| stage)))?;
            once(stages.iter())?;
            Ok(stages)
        })?;
        let edges = key(json, "edges", edges)?;
        let constraints = key(json, "constraints", |json| {
            let constraints = list(json, |of| self.constraint(of))?;
            ascending(constraints.iter().map(|of| &of.name).collect())?;
            Ok(constraints)
        })?;
        let scores: BTreeMap<Name, Vec<Term>> =
            key(json, "scores", |json| entries(json, |terms| list(terms, |term| self.term(term))))?;
        let ties: BTreeMap<Name, Vec<TieKey>> = match written(&"ties") {
            true => key(json, "ties", |json| entries(json, |keys| list(keys, |key| self.tie_key(key))))?,
            false => BTreeMap::new(),
        };
        let outputs: BTreeMap<Name, Expr> = match written(&"outputs") {
            true => key(json, "outputs", |json| entries(json, |e| self.expr(e)))?,
            false => BTreeMap::new(),
        };
        let phases = match written(&"phases") {
            true => key(json, "phases", |json| phases(json, &constraints))?,
            false => Vec::new(),
        };
        within("scores", scores.keys().try_for_each(known))?;
        within("ties", ties.keys().try_for_each(known))?;
        Ok(Route {
            request: key(json, "request", name)?,
            pipeline: Pipeline { stages, edges: edges.into_iter().collect() },
            roles,
            constraints,
            scores,
            ties,
            outputs,
            phases,
            at: nowhere(),
        })
    }

    fn constraint(self, json: &Json) -> Read<Constraint> {
        only(
            json,
            &["name", "rule", "scope", "when", "unless", "clauses", "because", "protected", "annotations", "waivers"],
        )?;
        let guard = |part: &str| key(json, part, |e| option(e, |e| self.expr(e)));
        Ok(Constraint {
            name: key(json, "name", name)?,
            rule: key(json, "rule", flag)?,
            scope: key(json, "scope", |scope| list(scope, name))?,
            when: guard("when")?,
            unless: guard("unless")?,
            clauses: key(json, "clauses", |clauses| list(clauses, |clause| self.clause(clause)))?,
            because: key(json, "because", |because| option(because, name))?,
            protected: key(json, "protected", flag)?,
            docs: None,
            annotations: key(json, "annotations", |all| list(all, annotation))?,
            waivers: key(json, "waivers", sorted_names)?,
            at: nowhere(),
        })
    }

    fn clause(self, json: &Json) -> Read<Clause> {
        let [word, condition] = items(json)? else { return refuse("an effect and a condition are needed") };
        Ok(Clause {
            effect: within(0, one_of(word, &[Effect::Require, Effect::Exclude, Effect::Deny], effect))?,
            condition: within(1, self.expr(condition))?,
            at: nowhere(),
        })
    }

    fn term(self, json: &Json) -> Read<Term> {
        only(json, &["name", "value", "when"])?;
        Ok(Term {
            name: key(json, "name", name)?,
            value: key(json, "value", |e| self.expr(e))?,
            when: key(json, "when", |e| option(e, |e| self.expr(e)))?,
            at: nowhere(),
        })
    }

    fn tie_key(self, json: &Json) -> Read<TieKey> {
        let [value, descending] = items(json)? else { return refuse("a key and a direction are needed") };
        Ok(TieKey { value: within(0, self.expr(value))?, descending: within(1, flag(descending))? })
    }
}

/// Phases, in which each constraint and what services accept stand once.
fn phases(json: &Json, constraints: &[Constraint]) -> Read<Vec<Phase>> {
    let phases = list(json, |of| {
        only(of, &["name", "constraints", "because"])?;
        Ok(Phase {
            name: key(of, "name", name)?,
            constraints: key(of, "constraints", |names| list(names, name))?,
            because: key(of, "because", |because| option(because, name))?,
        })
    })?;
    if phases.is_empty() {
        return refuse("a route without phases has no such key");
    }
    once(phases.iter().map(|phase| &phase.name))?;
    // Only `rules` may stand for nothing. Each phase is a search of its own.
    if phases.iter().filter(|phase| phase.constraints.is_empty()).count() > 1 {
        return refuse("at most one phase is without constraints");
    }
    let mut told: Vec<&Name> = phases.iter().flat_map(|phase| &phase.constraints).collect();
    told.sort();
    let accept = Name::from(ACCEPT);
    let mut all: Vec<&Name> = constraints.iter().map(|of| &of.name).chain([&accept]).collect();
    all.sort();
    if told != all {
        return refuse("each constraint and `accept` stand in one phase");
    }
    Ok(phases)
}

fn roles(json: &Json) -> Read<Vec<Role>> {
    let roles = list(json, role)?;
    // The search keeps sets of roles in one word, and lists in memory.
    if roles.len() > limits::ROLES {
        return refuse(format!("there are more than {} roles", limits::ROLES));
    }
    once(roles.iter().map(|role| &role.name))?;
    Ok(roles)
}

fn role(json: &Json) -> Read<Role> {
    only(json, &["name", "trait", "list", "lo", "hi"])?;
    let (lo, hi) = (key(json, "lo", count)?, key(json, "hi", count)?);
    let cardinality = match (key(json, "list", flag)?, lo, hi) {
        (false, 1, 1) => Cardinality::One,
        (false, 0, 1) => Cardinality::Optional,
        (true, lo, hi) if lo <= hi && hi <= limits::ROLE_LENGTH => Cardinality::List { lo, hi },
        _ => return refuse("no role takes this many"),
    };
    Ok(Role { name: key(json, "name", name)?, trait_: key(json, "trait", name)?, cardinality })
}

fn edges(json: &Json) -> Read<Vec<(Name, Name)>> {
    let edges = list(json, |edge| {
        let [before, after] = items(edge)? else { return refuse("two stages are needed") };
        Ok((name(before)?, name(after)?))
    })?;
    ascending(edges)
}

fn annotation(json: &Json) -> Read<(Name, Vec<Name>)> {
    let [of, arguments] = items(json)? else { return refuse("a name and its arguments are needed") };
    Ok((name(of)?, within(1, list(arguments, name))?))
}
