//! Waivers: complete, dated, approved, and for a rule that exists.

use std::collections::BTreeSet;

use super::{Checker, codes};
use crate::base::Name;
use crate::diag::Diagnostic;
use crate::ir::{Expr as Ir, Route, Waiver};
use crate::resolve::{Declared, Program};
use crate::syntax::ast::{ItemKind, WaiverItem};

impl Checker<'_> {
    pub(super) fn check_waivers(&mut self) {
        let program: &Program = self.program;
        for decl in &program.items {
            if let ItemKind::Waiver(item) = &decl.item.kind {
                self.check_waiver(decl, item);
            }
        }
    }

    fn check_waiver(&mut self, decl: &Declared, item: &WaiverItem) {
        let mut missing = Vec::new();
        if item.until.is_none() {
            missing.push("`until 2026-12-31`");
        }
        if item.approved_by.is_none() {
            missing.push("`approved by \"…\"`");
        }
        if !missing.is_empty() {
            let message = format!("waiver `{}` lacks {}", decl.name, missing.join(" and "));
            let diagnostic = Diagnostic::error(&codes::WAIVER, decl.name_span, message).label("not complete");
            self.report(diagnostic.help("a waiver says until when it holds and who approved it"));
        }
        let rule = self.item_of_kind(decl.package, &item.rule, "rule", |k| matches!(k, ItemKind::Rule(_)));
        let Some(rule) = rule else { return };
        let governed: Vec<(Name, Route)> = self
            .policy
            .routes
            .iter()
            .filter(|(_, r)| r.constraints.iter().any(|c| c.rule && c.name == rule))
            .map(|(name, route)| (name.clone(), route.clone()))
            .collect();
        let mut when: Option<Ir> = None;
        for (name, route) in &governed {
            let scope: Vec<Name> = route
                .constraints
                .iter()
                .filter(|c| c.name == rule)
                .flat_map(|c| c.scope.iter().cloned())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            let mut names = self.route_scope(decl.package, name, route, &scope);
            names.roles.clear();
            names.totals = None;
            when = item.when.as_ref().map(|e| {
                let typed = self.condition(&mut names, e);
                self.check_size(&typed.expr, e.span);
                typed.expr
            });
        }
        let (Some((until, _)), Some(approved_by)) = (item.until, &item.approved_by) else { return };
        let waiver = Waiver {
            rule: rule.clone(),
            when,
            until,
            approved_by: approved_by.text.clone(),
            because: item.because.as_ref().map(|t| t.text.clone()),
            at: self.at(decl.name_span),
        };
        self.policy.waivers.insert(decl.name.clone(), waiver);
        for route in self.policy.routes.values_mut() {
            for constraint in route.constraints.iter_mut().filter(|c| c.rule && c.name == rule) {
                constraint.waivers.push(decl.name.clone());
                constraint.waivers.sort();
            }
        }
    }
}
