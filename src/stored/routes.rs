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
use crate::ir::{Cardinality, Clause, Constraint, Effect, Expr, Pipeline, Role, Route, Term, TieKey};

impl Reader<'_> {
    /// A route.
    pub fn route(self, json: &Json) -> Read<Route> {
        let optional = ["ties", "outputs"].into_iter().filter(|key| json.get(key).is_some());
        let keys = ["request", "roles", "stages", "edges", "constraints", "scores"];
        only(json, &keys.into_iter().chain(optional).collect::<Vec<_>>())?;
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
        let ties: BTreeMap<Name, Vec<TieKey>> = match json.get("ties") {
            Some(ties) => within("ties", entries(ties, |keys| list(keys, |key| self.tie_key(key))))?,
            None => BTreeMap::new(),
        };
        let outputs: BTreeMap<Name, Expr> = match json.get("outputs") {
            Some(outputs) => within("outputs", entries(outputs, |e| self.expr(e)))?,
            None => BTreeMap::new(),
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
