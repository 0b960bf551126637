//! Rules: what an organisation adds to routes.

use std::collections::BTreeMap;

use super::routes::{annotations, is_protected};
use super::scope::Scope;
use super::{Checker, codes};
use crate::base::{Name, Span};
use crate::diag::Diagnostic;
use crate::ir::{Clause, Constraint, Effect, Expr as Ir, Route, walk};
use crate::resolve::{Declared, Program};
use crate::syntax::ast::{Expr, Front, ItemKind, RuleClauseKind, RuleItem};
use crate::value::Value;

impl Checker<'_> {
    pub(super) fn check_rules(&mut self) {
        let program: &Program = self.program;
        for decl in &program.items {
            if let ItemKind::Rule(item) = &decl.item.kind {
                self.check_rule(decl, item);
            }
        }
    }

    fn check_rule(&mut self, decl: &Declared, item: &RuleItem) {
        if item.clauses.is_empty() {
            let message = format!("rule `{}` demands nothing", decl.name);
            let diagnostic = Diagnostic::error(&codes::EMPTY_RULE, decl.name_span, message).label("without effect");
            self.report(diagnostic.help("add a `require …`, an `exclude service when …` or a `deny when …`"));
        }
        if &*decl.name == crate::ir::ACCEPT {
            let message = "`accept` names the constraint that services themselves accept the request";
            let diagnostic = Diagnostic::error(&crate::resolve::codes::RESERVED, decl.name_span, message);
            self.report(diagnostic.help("choose another name for the rule"));
        }
        self.check_denial_order(item, &decl.item.front);
        for (route, roles) in self.targets(decl, item) {
            let Some(found) = self.policy.routes.get_mut(&route) else { continue };
            // A rule does not see the others, and to copy them for each would be quadratic.
            let others = std::mem::take(&mut found.constraints);
            let bare = found.clone();
            let constraint = self.rule_on(decl, item, (&route, &bare), roles);
            if let Some(found) = self.policy.routes.get_mut(&route) {
                found.constraints = others;
                found.constraints.push(constraint);
            }
        }
    }

    /// The routes that a rule governs, each with the roles for which `service` stands.
    fn targets(&mut self, decl: &Declared, item: &RuleItem) -> BTreeMap<Name, Vec<Name>> {
        let mut targets: BTreeMap<Name, Vec<Name>> = BTreeMap::new();
        for target in &item.targets {
            let named = self.item_of_kind(decl.package, &target.route, "route", |k| matches!(k, ItemKind::Route(_)));
            let Some(name) = named else { continue };
            let Some(declared) = self.policy.routes.get(&name).map(|r| r.roles.clone()) else { continue };
            let all = declared.iter().map(|r| r.name.clone());
            let roles = match &target.role {
                None => all.collect(),
                Some(role) if declared.iter().any(|r| r.name == role.text) => vec![role.text.clone()],
                Some(role) => {
                    self.unknown_role(role, &declared);
                    continue;
                }
            };
            let before = targets.entry(name).or_default();
            before.extend(roles);
            // In the order in which the route declares them, each once.
            *before = declared.iter().map(|r| r.name.clone()).filter(|r| before.contains(r)).collect();
        }
        targets
    }

    fn rule_on(
        &mut self,
        decl: &Declared,
        item: &RuleItem,
        (name, route): (&Name, &Route),
        scope: Vec<Name>,
    ) -> Constraint {
        let mut names = self.route_scope(decl.package, name, route, &scope);
        let when = item.when.as_ref().map(|e| self.sized_condition(&mut names, e));
        let unless = item.unless.as_ref().map(|e| self.sized_condition(&mut names, e));
        let mut clauses = Vec::new();
        for clause in &item.clauses {
            let (effect, condition) = match &clause.kind {
                RuleClauseKind::Require(e) => (Effect::Require, self.sized_condition(&mut names, e)),
                RuleClauseKind::Exclude { subject, when } => {
                    self.check_subject(&subject.text, subject.span);
                    (Effect::Exclude, self.clause_condition(&mut names, when.as_ref()))
                }
                RuleClauseKind::Deny { when: condition } => {
                    let condition = self.clause_condition(&mut names, condition.as_ref());
                    self.check_denial(&condition, when.as_ref(), unless.as_ref(), clause.span);
                    (Effect::Deny, condition)
                }
            };
            clauses.push(Clause { effect, condition, at: self.at(clause.span) });
        }
        Constraint {
            name: decl.name.clone(),
            rule: true,
            scope,
            when,
            unless,
            clauses,
            because: item.because.as_ref().map(|t| t.text.clone()),
            protected: is_protected(&decl.item.front),
            docs: decl.item.front.docs.clone(),
            annotations: annotations(&decl.item.front),
            waivers: Vec::new(),
            at: self.at(decl.name_span),
        }
    }

    fn sized_condition(&mut self, names: &mut Scope, e: &Expr) -> Ir {
        let typed = self.condition(names, e);
        self.check_size(&typed.expr, e.span);
        typed.expr
    }

    fn clause_condition(&mut self, names: &mut Scope, e: Option<&Expr>) -> Ir {
        match e {
            Some(e) => self.sized_condition(names, e),
            None => Ir::Literal(Value::Bool(true)),
        }
    }

    fn check_subject(&mut self, word: &str, span: Span) {
        if word != "service" {
            let message = format!("`exclude` speaks of `service`, not of `{word}`");
            let diagnostic = Diagnostic::error(&codes::NOT_HERE, span, message);
            self.report(
                diagnostic
                    .help("narrow the rule to a role instead: `rule name on route.role { exclude service when … }`"),
            );
        }
    }

    /// `@order(3)` says where the denials of a rule stand among those that fire.
    fn check_denial_order(&mut self, item: &RuleItem, front: &Front) {
        let mut stated = front.annotations.iter().filter(|a| &*a.name.text == crate::ir::ORDER);
        let Some(order) = stated.next() else { return };
        let denies = item.clauses.iter().any(|clause| matches!(clause.kind, RuleClauseKind::Deny { .. }));
        let place = order.args.first().filter(|_| order.args.len() == 1).and_then(|a| a.text.parse::<u32>().ok());
        let message = match (place, denies, stated.next()) {
            (Some(_), true, None) => return,
            (_, _, Some(_)) => "`@order` is stated twice",
            (None, ..) => "`@order` states no place: it takes one whole number",
            (_, false, _) => "`@order` orders denials, and the rule denies nothing",
        };
        let diagnostic = Diagnostic::error(&codes::ORDER, order.span, message);
        self.report(diagnostic.help("write `@order(1)` before a rule with a `deny`"));
    }

    /// A denial is about the request alone.
    fn check_denial(&mut self, condition: &Ir, when: Option<&Ir>, unless: Option<&Ir>, span: Span) {
        let mut named: Option<String> = None;
        for part in [Some(condition), when, unless].into_iter().flatten() {
            walk::any(part, &mut |e| {
                named = match e {
                    Ir::Subject => Some("service".to_owned()),
                    Ir::Role(name) => Some(name.to_string()),
                    Ir::Total(name) => Some(format!("total.{name}")),
                    _ => return false,
                };
                true
            });
        }
        if let Some(named) = named {
            let message = format!("a denial is about the request, and this depends on `{named}`");
            let diagnostic = Diagnostic::error(&codes::DENIAL, span, message).label("depends on a candidate");
            self.report(diagnostic.help("to keep some services out, write `exclude service when …` or `require …`"));
        }
    }
}
