//! Phases: in which order, and under which names, people hear of the constraints of a route.
//!
//! A phase decides nothing. What is checked is that a story told by phases leaves nothing out: each constraint stands in one of
//! them, and rules that somebody adds later have their place already.

use std::collections::{BTreeMap, BTreeSet};

use super::collections::duplicate;
use super::{Checker, codes};
use crate::base::similar::nearest;
use crate::base::{Name, Span};
use crate::diag::Diagnostic;
use crate::ir::{ACCEPT, Phase, RULES, Route};
use crate::resolve::{Declared, Program};
use crate::syntax::ast::{Ident, ItemKind, PhaseDecl, RouteItem};

impl Checker<'_> {
    /// The phases of every route that says how it is told.
    pub(super) fn check_phases(&mut self) {
        let program: &Program = self.program;
        for decl in &program.items {
            let ItemKind::Route(item) = &decl.item.kind else { continue };
            if item.phases.is_empty() {
                continue;
            }
            let Some(route) = self.policy.routes.get(&decl.name).cloned() else { continue };
            let phases = self.phases(decl, item, &route);
            if let Some(route) = self.policy.routes.get_mut(&decl.name) {
                route.phases = phases;
            }
        }
    }

    fn phases(&mut self, decl: &Declared, item: &RouteItem, route: &Route) -> Vec<Phase> {
        self.check_phase_names(item);
        let mut placed: BTreeMap<Name, Span> = BTreeMap::new();
        let mut phases: Vec<Phase> = Vec::new();
        let mut understood = true;
        for written in &item.phases {
            let mut constraints: Vec<Name> = Vec::new();
            for member in &written.members {
                let Some(name) = self.phase_member(decl, item, route, member) else {
                    understood = false;
                    continue;
                };
                match placed.insert(name.clone(), member.span) {
                    Some(first) => {
                        let twice = duplicate("constraint", member, first);
                        self.report(twice.help("people hear of each constraint once: name it in one phase"));
                    }
                    None => constraints.push(name),
                }
            }
            let because = written.because.as_ref().map(|text| text.text.clone());
            phases.push(Phase { name: written.name.text.clone(), constraints, because });
        }
        // What is missing may be what was misspelled, and one slip is told once.
        if understood {
            self.check_all_placed(decl, item, &placed);
        }
        // A service's own conditions are part of what it offers, and that comes first where nothing else is said.
        if !placed.contains_key(ACCEPT) {
            phases.iter_mut().take(1).for_each(|first| first.constraints.push(Name::from(ACCEPT)));
        }
        let rest = route.constraints.iter().filter(|c| c.rule && !placed.contains_key(&c.name));
        let mut rest: Vec<Name> = rest.map(|c| c.name.clone()).collect();
        rest.sort();
        for phase in &mut phases {
            if let Some(at) = phase.constraints.iter().position(|name| &**name == RULES) {
                phase.constraints.splice(at..=at, rest.drain(..));
            }
        }
        phases
    }

    /// Each phase has a name of its own, and not one under which proofs tell something else.
    fn check_phase_names(&mut self, item: &RouteItem) {
        for (i, phase) in item.phases.iter().enumerate() {
            if let Some(first) = item.phases.iter().take(i).find(|p| p.name.text == phase.name.text) {
                self.report(duplicate("phase", &phase.name, first.name.span));
            }
            if crate::ir::LAST_PHASES.contains(&&*phase.name.text) {
                let message = format!("`{}` is told of every decision, behind its phases", phase.name.text);
                let diagnostic = Diagnostic::error(&crate::resolve::codes::RESERVED, phase.name.span, message);
                self.report(diagnostic.help("choose another name for the phase"));
            }
        }
        for label in item.requires.iter().filter_map(|clause| clause.label.as_ref()) {
            if [RULES, ACCEPT].contains(&&*label.text) {
                let message = format!("`{}` has a meaning of its own in phases", label.text);
                let diagnostic = Diagnostic::error(&crate::resolve::codes::RESERVED, label.span, message);
                self.report(diagnostic.help("choose another label for the constraint"));
            }
        }
    }

    /// The name of what a phase names; `rules` for those that no phase names.
    fn phase_member(&mut self, decl: &Declared, item: &RouteItem, route: &Route, member: &Ident) -> Option<Name> {
        if [RULES, ACCEPT].contains(&&*member.text) {
            return Some(member.text.clone());
        }
        let labels = || item.requires.iter().filter_map(|clause| clause.label.as_ref());
        if labels().any(|label| label.text == member.text) {
            return Some(Name::from(format!("{}.{}", decl.name, member.text)));
        }
        let rule = self.program.qualified(decl.package, &member.text);
        if route.constraints.iter().any(|c| c.rule && c.name == rule) {
            return Some(rule);
        }
        // A rule that did not parse was reported, and whether it is on this route cannot be known.
        if self.program.is_broken(&rule) {
            return None;
        }
        let (message, related) = match self.program.by_name(&rule) {
            Some(found) if matches!(found.item.kind, ItemKind::Rule(_)) => {
                let message = format!("rule `{}` is not on the route `{}`", member.text, decl.name);
                (message, Some((found.name_span, "it says here what it is on")))
            }
            _ => (format!("the route has no constraint `{}`", member.text), None),
        };
        let rules = route
            .constraints
            .iter()
            .filter(|c| c.rule && c.name == self.program.qualified(decl.package, last(&c.name)));
        let known: BTreeSet<&str> =
            labels().map(|l| &*l.text).chain(rules.map(|c| last(&c.name))).chain([RULES, ACCEPT]).collect();
        let near = nearest(&member.text, known);
        let mut diagnostic =
            Diagnostic::error(&codes::UNKNOWN_CONSTRAINT, member.span, message).label("stands in a phase");
        diagnostic = match (near, related) {
            (_, Some((span, words))) => diagnostic.related(span, words),
            (near @ Some(_), None) => diagnostic.suggest(member.span, near),
            (None, None) => diagnostic.help(
                "a phase names labels of the route's constraints, rules on the route, `rules` for all other rules, and `accept`",
            ),
        };
        self.report(diagnostic);
        None
    }

    /// Nothing that may exclude somebody is left out of the story.
    fn check_all_placed(&mut self, decl: &Declared, item: &RouteItem, placed: &BTreeMap<Name, Span>) {
        for label in item.requires.iter().filter_map(|clause| clause.label.as_ref()) {
            // A label that cannot be named in a phase has been reported as such.
            let reserved = [RULES, ACCEPT].contains(&&*label.text);
            if reserved || placed.contains_key(&*format!("{}.{}", decl.name, label.text)) {
                continue;
            }
            let message = format!("the constraint `{}` stands in no phase", label.text);
            let diagnostic =
                Diagnostic::error(&codes::PHASES, label.span, message).label("would be left out of the story");
            let diagnostic = diagnostic.related(first_name(item), "the phases of the route begin here");
            self.report(diagnostic.help("name it in the phase in which people are to hear of it"));
        }
        if !placed.contains_key(RULES) {
            let message = format!("no phase of the route `{}` names `rules`", decl.name);
            let diagnostic =
                Diagnostic::error(&codes::PHASES, first_name(item), message).label("where do rules belong?");
            let help = "add `rules` to one of the phases: rules that no phase names, also later ones, are told there";
            self.report(diagnostic.help(help));
        }
    }
}

/// Where the first phase is named.
fn first_name(item: &RouteItem) -> Span {
    item.phases.first().map_or(item.name.span, |phase: &PhaseDecl| phase.name.span)
}

/// A name without its package.
fn last(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}
