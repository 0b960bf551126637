//! Where the parts of a checked constraint are written: the checked program keeps no spans, the tree does.

use super::Context;
use crate::base::{Name, Span};
use crate::ir::{Constraint, Route};
use crate::resolve::Declared;
use crate::syntax::ast::{ItemKind, RuleClauseKind};

/// A constraint on a route, with the places of its parts.
#[derive(Clone, Debug)]
pub struct Placed<'a> {
    /// The route's name.
    pub route_name: &'a Name,
    /// The route.
    pub route: &'a Route,
    /// The constraint.
    pub constraint: &'a Constraint,
    /// The rule, or the route, that declares it.
    pub declared: &'a Declared,
    /// Its name.
    pub name: Span,
    /// Its guard.
    pub when: Option<Span>,
    /// Its exemption.
    pub unless: Option<Span>,
    /// The condition of each clause, in order.
    pub clauses: Vec<Span>,
}

impl Placed<'_> {
    /// `rule` or `constraint`, with its name.
    pub fn title(&self) -> String {
        format!("{} `{}`", if self.constraint.rule { "rule" } else { "constraint" }, self.constraint.name)
    }
}

impl<'a> Context<'a> {
    /// Every constraint that the package itself writes, on each route that it governs, by route and in order.
    pub fn constraints(&self) -> Vec<Placed<'a>> {
        let routes = self.policy().routes.iter();
        let all = routes.flat_map(|(name, route)| route.constraints.iter().map(move |c| (name, route, c)));
        all.filter_map(|(name, route, constraint)| self.place(name, route, constraint)).collect()
    }

    fn place(&self, route_name: &'a Name, route: &'a Route, constraint: &'a Constraint) -> Option<Placed<'a>> {
        let program = &self.package.program;
        let declared = program.by_name(if constraint.rule { &constraint.name } else { route_name })?;
        if declared.package != 0 {
            return None;
        }
        let placed = |name, when, unless, clauses| Placed {
            route_name,
            route,
            constraint,
            declared,
            name,
            when,
            unless,
            clauses,
        };
        match &declared.item.kind {
            ItemKind::Rule(item) => {
                let clauses = item.clauses.iter().map(|clause| match &clause.kind {
                    RuleClauseKind::Require(condition) => condition.span,
                    RuleClauseKind::Exclude { when, .. } | RuleClauseKind::Deny { when } => {
                        when.as_ref().map_or(clause.span, |when| when.span)
                    }
                });
                let (when, unless) = (item.when.as_ref().map(|e| e.span), item.unless.as_ref().map(|e| e.span));
                Some(placed(declared.name_span, when, unless, clauses.collect()))
            }
            ItemKind::Route(item) => {
                let (_, label) = constraint.name.rsplit_once('.')?;
                let named = |label: &str, ident: Option<&str>| ident == Some(label);
                let clause = item.requires.iter().find(|r| named(label, r.label.as_ref().map(|label| &*label.text)))?;
                let name = clause.label.as_ref().map_or(clause.span, |label| label.span);
                Some(placed(name, None, None, vec![clause.condition.span]))
            }
            _ => None,
        }
    }
}
