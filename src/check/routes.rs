//! Routes: roles, pipelines, constraints and scores.

use std::collections::{BTreeMap, BTreeSet};

use super::collections::duplicate;
use super::scope::{RoleName, Scope, TotalName, Unknown};
use super::{Checker, codes};
use crate::base::similar::nearest;
use crate::base::words::Cardinality;
use crate::base::{Name, Span, limits};
use crate::diag::Diagnostic;
use crate::graph;
use crate::ir::{Clause, Constraint, Effect, Expr, Guarantee, Pipeline, Role, Route, Term};
use crate::resolve::{Declared, Program};
use crate::syntax::ast::{Front, Ident, ItemKind, RequireClause, RouteItem, ScoreBlock, ScoreTerm};
use crate::value::Type;

impl Checker<'_> {
    /// Every route with its own constraints, then every rule, then the waivers' places on them.
    pub(super) fn check_routes(&mut self) {
        let program: &Program = self.program;
        for decl in &program.items {
            if let ItemKind::Route(item) = &decl.item.kind {
                self.declare_route(decl, item);
            }
        }
        for decl in &program.items {
            if let ItemKind::Route(item) = &decl.item.kind {
                self.check_route(decl, item);
            }
        }
        self.check_rules();
        for route in self.policy.routes.values_mut() {
            route.constraints.sort_by(|a, b| a.name.cmp(&b.name));
        }
        self.check_phases();
    }

    fn declare_route(&mut self, decl: &Declared, item: &RouteItem) {
        let request =
            self.item_of_kind(decl.package, &item.request, "request type", |k| matches!(k, ItemKind::Request(_)));
        let roles = self.roles(decl, item);
        let pipeline = self.pipeline(item, &roles);
        let Some(request) = request else { return };
        let route = Route {
            request,
            roles,
            pipeline,
            constraints: Vec::new(),
            scores: BTreeMap::new(),
            ties: BTreeMap::new(),
            outputs: BTreeMap::new(),
            phases: Vec::new(),
            at: self.at(decl.name_span),
        };
        self.policy.routes.insert(decl.name.clone(), route);
    }

    fn roles(&mut self, decl: &Declared, item: &RouteItem) -> Vec<Role> {
        let mut roles: Vec<Role> = Vec::new();
        if item.roles.is_empty() {
            let message = format!("route `{}` has no roles", decl.name);
            let diagnostic = Diagnostic::error(&codes::ROLES, decl.name_span, message);
            self.report(diagnostic.help("declare at least one, such as `primary: Model`"));
        }
        if item.roles.len() > limits::ROLES {
            let message = format!("route `{}` has {} roles; at most {}", decl.name, item.roles.len(), limits::ROLES);
            self.report(Diagnostic::error(&codes::ROLES, decl.name_span, message));
        }
        for (i, written) in item.roles.iter().enumerate() {
            let word = &written.name;
            if let Some(first) = item.roles.iter().take(i).find(|r| r.name.text == word.text) {
                self.report(duplicate("role", word, first.name.span));
                continue;
            }
            if crate::resolve::names::RESERVED.contains(&&*word.text) {
                let message = format!("`{}` has a meaning of its own", word.text);
                self.report(
                    Diagnostic::error(&crate::resolve::codes::RESERVED, word.span, message)
                        .help("choose another name for the role"),
                );
            }
            self.check_bounds(written.cardinality, written.span);
            let Some(trait_) = self.trait_named(decl.package, &written.trait_) else {
                self.broken_roles.entry(decl.name.clone()).or_default().push(word.text.clone());
                continue;
            };
            self.check_reachable(word, &trait_, written.cardinality);
            roles.push(Role { name: word.text.clone(), trait_, cardinality: written.cardinality });
        }
        roles
    }

    fn check_bounds(&mut self, cardinality: Cardinality, span: Span) {
        if let Cardinality::List { lo, hi } = cardinality {
            let problem = if hi == 0 {
                "a list role takes at least one service at most: its upper bound is 0".to_owned()
            } else if lo > hi {
                format!("the bounds are the wrong way round: {lo} is more than {hi}")
            } else if hi > limits::ROLE_LENGTH {
                format!("a list role holds at most {} services", limits::ROLE_LENGTH)
            } else {
                return;
            };
            self.report(
                Diagnostic::error(&codes::ROLES, span, problem)
                    .help("write `Trait[fewest..most]`, such as `Model[0..2]`"),
            );
        }
    }

    /// A role whose trait nobody implements can never be filled.
    fn check_reachable(&mut self, role: &Ident, trait_: &Name, cardinality: Cardinality) {
        if self.known_services.values().any(|k| k.traits.contains(trait_)) {
            return;
        }
        let needed = match cardinality {
            Cardinality::One => true,
            Cardinality::Optional => false,
            Cardinality::List { lo, .. } => lo > 0,
        };
        let message = format!("no service implements `{trait_}`, so `{}` can never be filled", role.text);
        let consequence = if needed { "every request to this route is unroutable" } else { "the role stays empty" };
        let mut diagnostic = Diagnostic::warning(&codes::UNREACHABLE_ROLE, role.span, message).label(consequence);
        if let Some(decl) = self.program.by_name(trait_) {
            diagnostic = diagnostic.related(decl.name_span, format!("`{trait_}` is declared here"));
        }
        self.report(diagnostic.help(format!("add a contract: `service \"name\" is {trait_} {{ … }}`")));
    }

    fn pipeline(&mut self, item: &RouteItem, roles: &[Role]) -> Pipeline {
        let mut edges: BTreeSet<(Name, Name)> = BTreeSet::new();
        let mut stages: BTreeSet<Name> = BTreeSet::new();
        for chain in &item.stages {
            for pair in chain.windows(2) {
                if let [before, after] = pair {
                    edges.insert((before.text.clone(), after.text.clone()));
                }
            }
            stages.extend(chain.iter().filter(|s| self.check_stage(s, roles, item)).map(|s| s.text.clone()));
        }
        for (stage, befores) in &item.after {
            for before in befores {
                edges.insert((before.text.clone(), stage.text.clone()));
            }
            let all = std::iter::once(stage).chain(befores);
            stages.extend(all.filter(|s| self.check_stage(s, roles, item)).map(|s| s.text.clone()));
        }
        edges.retain(|(a, b)| stages.contains(a) && stages.contains(b));
        let mut graph_edges = graph::Edges::new();
        for (before, after) in &edges {
            graph_edges.entry(before.clone()).or_default().insert(after.clone());
        }
        if let Some(cycle) = graph::cycle(&graph_edges) {
            let path: Vec<String> = cycle.iter().map(|n| format!("`{n}`")).collect();
            let word = item
                .stages
                .iter()
                .flatten()
                .chain(item.after.iter().map(|(s, _)| s))
                .find(|s| Some(&s.text) == cycle.first());
            if let Some(word) = word {
                let message = format!("the stages run in a circle: {}", path.join(" → "));
                self.report(
                    Diagnostic::error(&codes::PIPELINE, word.span, message).help("a stage cannot come after itself"),
                );
            }
            edges.clear();
        }
        Pipeline { stages: roles.iter().map(|r| r.name.clone()).filter(|n| stages.contains(n)).collect(), edges }
    }

    fn check_stage(&mut self, stage: &Ident, roles: &[Role], item: &RouteItem) -> bool {
        if let Some(role) = roles.iter().find(|r| r.name == stage.text) {
            if matches!(role.cardinality, Cardinality::List { .. }) {
                let message = format!("`{}` is a list; a stage is one service", stage.text);
                self.report(
                    Diagnostic::error(&codes::PIPELINE, stage.span, message).help("give each stage a role of its own"),
                );
                return false;
            }
            return true;
        }
        if !item.roles.iter().any(|r| r.name.text == stage.text) {
            self.unknown_role(stage, roles);
        }
        false
    }

    pub(super) fn unknown_role(&mut self, word: &Ident, roles: &[Role]) {
        let near = nearest(&word.text, roles.iter().map(|r| &*r.name));
        let message = format!("the route has no role `{}`", word.text);
        let diagnostic = Diagnostic::error(&codes::UNKNOWN_ROLE, word.span, message).label("unknown role");
        let list: Vec<String> = roles.iter().map(|r| format!("`{}`", r.name)).collect();
        self.report(match near {
            Some(_) => diagnostic.suggest(word.span, near),
            None => diagnostic.help(format!("its roles are {}", list.join(", "))),
        });
    }

    fn check_route(&mut self, decl: &Declared, item: &RouteItem) {
        let Some(route) = self.policy.routes.get(&decl.name).cloned() else { return };
        let all: Vec<Name> = route.roles.iter().map(|r| r.name.clone()).collect();
        let mut constraints: Vec<Constraint> = Vec::new();
        for (i, clause) in item.requires.iter().enumerate() {
            let Some(label) = &clause.label else {
                let diagnostic = Diagnostic::error(
                    &codes::NO_LABEL,
                    clause.span.at_start(),
                    "a constraint of a route needs a label",
                );
                self.report(diagnostic.help("name it, so that explanations and tests can: `require latency: …`"));
                self.condition(&mut self.route_scope(decl.package, &decl.name, &route, &all), &clause.condition);
                continue;
            };
            let before = item.requires.iter().take(i).filter_map(|c| c.label.as_ref());
            if let Some(first) = before.into_iter().find(|l| l.text == label.text) {
                self.report(duplicate("constraint", label, first.span));
                continue;
            }
            if &*label.text == "score" {
                let message = "`score` names the constraint that a candidate has a score";
                let diagnostic = Diagnostic::error(&crate::resolve::codes::RESERVED, label.span, message);
                self.report(diagnostic.help("choose another label"));
                continue;
            }
            constraints.push(self.own_constraint(decl, &route, &all, clause, label));
        }
        let scores = self.scores(decl, item, &route);
        let ties = self.ties(decl, item, &route);
        let outputs = self.outputs(decl, item, &route);
        if let Some(route) = self.policy.routes.get_mut(&decl.name) {
            route.constraints.extend(constraints);
            route.scores = scores;
            route.ties = ties;
            route.outputs = outputs;
        }
    }

    /// What expressions on a route can name, with `service` standing for the candidates of these roles.
    pub(super) fn route_scope(&self, package: usize, name: &Name, route: &Route, roles: &[Name]) -> Scope {
        let mut subject: Vec<Name> = Vec::new();
        for role in route.roles.iter().filter(|r| roles.contains(&r.name)) {
            if !subject.contains(&role.trait_) {
                subject.push(role.trait_.clone());
            }
        }
        let names = route.roles.iter().map(|r| RoleName {
            name: r.name.clone(),
            trait_: r.trait_.clone(),
            cardinality: r.cardinality,
        });
        Scope {
            package,
            request: Some(route.request.clone()),
            subject,
            roles: names.collect(),
            broken_roles: self.broken_roles.get(name).cloned().unwrap_or_default(),
            totals: Some(self.totals(route)),
            now: true,
            signals: true,
            ..Scope::default()
        }
    }

    /// The guarantees that all stages have alike; of a route without stages, those of its first role.
    pub(super) fn totals(&self, route: &Route) -> Vec<TotalName> {
        let stages: Vec<&Role> = match route.pipeline.stages.is_empty() {
            true => route.roles.iter().take(1).collect(),
            false => route.roles.iter().filter(|r| route.pipeline.stages.contains(&r.name)).collect(),
        };
        let of = |role: &Role| self.policy.traits.get(&role.trait_).map(|t| &t.guarantees);
        let Some(first) = stages.first().and_then(|r| of(r)) else { return Vec::new() };
        let shared = first.iter().filter(|(name, g)| {
            let promise = |of: &Guarantee| (of.ty.clone(), of.direction, of.composition);
            let alike = stages.iter().all(|r| of(r).and_then(|gs| gs.get(*name)).map(promise) == Some(promise(g)));
            alike && (g.composition.is_some() || stages.len() == 1)
        });
        shared.map(|(name, g)| TotalName { name: name.clone(), ty: g.ty.clone(), direction: g.direction }).collect()
    }

    fn own_constraint(
        &mut self,
        decl: &Declared,
        route: &Route,
        scope: &[Name],
        clause: &RequireClause,
        label: &Ident,
    ) -> Constraint {
        let mut names = self.route_scope(decl.package, &decl.name, route, scope);
        let condition = self.condition(&mut names, &clause.condition);
        self.check_size(&condition.expr, clause.condition.span);
        let at = self.at(clause.span);
        Constraint {
            name: Name::from(format!("{}.{}", decl.name, label.text)),
            rule: false,
            scope: scope.to_vec(),
            when: None,
            unless: None,
            clauses: vec![Clause { effect: Effect::Require, condition: condition.expr, at: at.clone() }],
            because: clause.because.as_ref().map(|t| t.text.clone()),
            protected: is_protected(&clause.front),
            docs: clause.front.docs.clone(),
            annotations: annotations(&clause.front),
            waivers: Vec::new(),
            at,
        }
    }

    /// What is given besides the services can name the roles, but no candidate: it speaks of the finished assignment.
    fn outputs(&mut self, decl: &Declared, item: &RouteItem, route: &Route) -> BTreeMap<Name, Expr> {
        let mut outputs = BTreeMap::new();
        for (i, output) in item.outputs.iter().enumerate() {
            if let Some(first) = item.outputs.iter().take(i).find(|o| o.name.text == output.name.text) {
                self.report(duplicate("output", &output.name, first.name.span));
                continue;
            }
            let mut scope = self.route_scope(decl.package, &decl.name, route, &[]);
            let value = self.expr(&mut scope, &output.value, None);
            self.check_size(&value.expr, output.value.span);
            outputs.insert(output.name.text.clone(), value.expr);
        }
        outputs
    }

    fn scores(&mut self, decl: &Declared, item: &RouteItem, route: &Route) -> BTreeMap<Name, Vec<Term>> {
        let mut scores: BTreeMap<Name, Vec<Term>> = BTreeMap::new();
        let mut places: BTreeMap<Name, Span> = BTreeMap::new();
        for block in &item.scores {
            let scored = self.named_once(item, route, &block.roles, &mut places, "score of role");
            let terms = self.terms(decl, route, block, &scored);
            for role in scored {
                scores.insert(role, terms.clone());
            }
        }
        scores
    }

    /// The roles of the route that are named, each of which may be named once in blocks of one kind.
    pub(super) fn named_once(
        &mut self,
        item: &RouteItem,
        route: &Route,
        words: &[Ident],
        places: &mut BTreeMap<Name, Span>,
        kind: &str,
    ) -> Vec<Name> {
        let mut named: Vec<Name> = Vec::new();
        for role in words {
            if !route.roles.iter().any(|r| r.name == role.text) {
                if !item.roles.iter().any(|r| r.name.text == role.text) {
                    self.unknown_role(role, &route.roles);
                }
            } else if let Some(first) = places.insert(role.text.clone(), role.span) {
                self.report(duplicate(kind, role, first));
            } else {
                named.push(role.text.clone());
            }
        }
        named
    }

    fn terms(&mut self, decl: &Declared, route: &Route, block: &ScoreBlock, scored: &[Name]) -> Vec<Term> {
        let mut terms: Vec<Term> = Vec::new();
        for (i, term) in block.terms.iter().enumerate() {
            if let Some(first) = block.terms.iter().take(i).find(|t| t.name.text == term.name.text) {
                self.report(duplicate("term", &term.name, first.name.span));
                continue;
            }
            let mut scope = self.route_scope(decl.package, &decl.name, route, scored);
            terms.push(self.term(&mut scope, term));
        }
        terms
    }

    fn term(&mut self, scope: &mut Scope, term: &ScoreTerm) -> Term {
        self.promises.clear();
        let typed = self.expr(scope, &term.value, Some(&Type::Decimal));
        let typed = match &typed.ty {
            Some(ty @ (Type::Money(_) | Type::Duration)) => {
                let unit = if *ty == Type::Duration {
                    "1s".to_owned()
                } else {
                    crate::value::text::number_text(1.into(), ty.unit().unwrap_or(crate::value::Unit::Plain))
                };
                let message = format!("a score is a plain number, and this is {ty:#}");
                let diagnostic =
                    Diagnostic::error(&codes::DIMENSION, term.value.span, message).label(format!("this is {ty:#}"));
                self.report(diagnostic.help(format!("divide it by a unit, such as `/ {unit}`")));
                super::scope::Typed::broken()
            }
            _ => self.coerce(typed, &Type::Decimal, term.value.span),
        };
        match typed.unknown {
            Unknown::Possibly => {
                self.require_known(&typed, term.value.span, "a score");
            }
            Unknown::Unpromised => self.warn_unpromised(scope),
            Unknown::Never => {}
        }
        self.check_size(&typed.expr, term.value.span);
        let when = term.when.as_ref().map(|e| {
            let condition = self.condition(scope, e);
            self.check_size(&condition.expr, e.span);
            condition.expr
        });
        Term { name: term.name.text.clone(), value: typed.expr, when, at: self.at(term.name.span) }
    }

    /// Warns of services that can never be chosen, because their score rests on a promise that they do not make.
    fn warn_unpromised(&mut self, scope: &Scope) {
        for (promise, span) in std::mem::take(&mut self.promises) {
            let lacking: Vec<&Name> = self
                .services
                .iter()
                .filter(|(_, s)| scope.subject.iter().any(|t| s.traits.contains(t)) && !s.values.contains_key(&promise))
                .map(|(name, _)| name)
                .collect();
            let (Some(first), count) = (lacking.first(), lacking.len()) else { continue };
            let who = if count == 1 {
                format!("service `{first}` does")
            } else {
                format!("{count} services, such as `{first}`, do")
            };
            let message = format!("{who} not promise `{promise}`, so their score is unknown and they are never chosen");
            let diagnostic = Diagnostic::warning(&codes::UNPROMISED_SCORE, span, message).label("not promised by all");
            self.report(diagnostic.help(format!("supply the missing case, such as `(service.{promise} ?? …)`")));
        }
    }
}

/// Whether `@protected` stands before a constraint.
pub(super) fn is_protected(front: &Front) -> bool {
    front.annotations.iter().any(|a| &*a.name.text == "protected")
}

/// All annotations, as the checked program keeps them.
pub(super) fn annotations(front: &Front) -> Vec<(Name, Vec<Name>)> {
    let of =
        |a: &crate::syntax::ast::Annotation| (a.name.text.clone(), a.args.iter().map(|arg| arg.text.clone()).collect());
    front.annotations.iter().map(of).collect()
}
