//! Tests and properties: their names, types and constraints exist.

use std::collections::{BTreeMap, BTreeSet};

use super::scope::Scope;
use super::{Checker, codes};
use crate::base::similar::nearest;
use crate::base::{Name, Span};
use crate::diag::Diagnostic;
use crate::ir::suite::{Expectation, ExpectationKind, Test};
use crate::ir::{ACCEPT, Effect, Route};
use crate::resolve::{Declared, Program};
use crate::syntax::ast::{Claim, ConstraintPath, Expect, ExpectKind, ItemKind, PropertyItem, SignalSetting, TestItem};
use crate::value::{Type, Value};

impl Checker<'_> {
    pub(super) fn check_suite(&mut self) {
        let program: &Program = self.program;
        for decl in &program.items {
            match &decl.item.kind {
                ItemKind::Test(item) => {
                    if let Some(test) = self.check_test(decl, item) {
                        self.tests.push(test);
                    }
                }
                ItemKind::Property(item) => self.check_property(decl, item),
                _ => {}
            }
        }
    }

    fn check_test(&mut self, decl: &Declared, item: &TestItem) -> Option<Test> {
        let name = self.item_of_kind(decl.package, &item.route, "route", |k| matches!(k, ItemKind::Route(_)))?;
        let route = self.policy.routes.get(&name).cloned()?;
        let request = self.test_request(decl, item, &route);
        let mut signals = BTreeMap::new();
        for setting in &item.signals {
            if let Some((key, value)) = self.setting(decl.package, setting) {
                signals.insert(key, value);
            }
        }
        let mut names = self.decision_scope(decl.package, &name, &route);
        let mut expectations = Vec::new();
        for expect in &item.expects {
            let kind = self.expectation(decl.package, &mut names, &name, &route, expect);
            let text = Name::from(self.sources.text(expect.span).split_whitespace().collect::<Vec<_>>().join(" "));
            if let Some(kind) = kind {
                expectations.push(Expectation { kind, at: self.at(expect.span), text });
            }
        }
        if item.expects.is_empty() {
            let message = format!("test `{}` expects nothing, so it cannot fail", decl.name);
            let diagnostic = Diagnostic::error(&codes::EMPTY, decl.name_span, message);
            self.report(diagnostic.help("say what the decision is: `expect primary == \"…\"`, `expect denied by …`"));
        }
        Some(Test {
            name: decl.name.clone(),
            route: name,
            request: request?,
            now: item.at.map(|(instant, _)| instant),
            signals,
            expectations,
            at: self.at(decl.name_span),
        })
    }

    fn test_request(&mut self, decl: &Declared, item: &TestItem, route: &Route) -> Option<Value> {
        let ty = Type::Request(route.request.clone());
        let expects_invalid = item.expects.iter().any(|e| matches!(e.kind, ExpectKind::Invalid));
        let value = self.constant(decl.package, &item.request, &ty, "a request").flatten();
        if value.is_none() && expects_invalid && self.diagnostics.is_empty() {
            return Some(Value::Record(Vec::new().into()));
        }
        value
    }

    /// What an expectation or a property can name: the roles of a decision, filled or not.
    fn decision_scope(&self, package: usize, name: &Name, route: &Route) -> Scope {
        let mut scope = self.route_scope(package, name, route, &[]);
        scope.subject.clear();
        scope.roles_may_be_empty = true;
        scope
    }

    fn setting(&mut self, package: usize, setting: &SignalSetting) -> Option<((Name, Option<Name>), Value)> {
        let name = self.item_of_kind(package, &setting.signal, "signal", |k| matches!(k, ItemKind::Signal(_)))?;
        let signal = self.policy.signals.get(&name).cloned()?;
        let span = setting.signal.span();
        let problem = match (&signal.subject, &setting.subject) {
            (Some(trait_), None) => Some(format!("`{name}` speaks of one `{trait_}`: write `{name}(\"service\") = …`")),
            (None, Some(_)) => Some(format!("`{name}` speaks of no service: write `{name} = …`")),
            _ => None,
        };
        if let Some(problem) = problem {
            self.report(Diagnostic::error(&codes::ARGUMENTS, span, problem));
            return None;
        }
        let subject = match (&signal.subject, &setting.subject) {
            (Some(trait_), Some(service)) => {
                self.service_literal(&service.text, service.span, Some(trait_)).ty?;
                Some(service.text.clone())
            }
            _ => None,
        };
        let value = self.constant(package, &setting.value, &signal.ty, "a signal")??;
        Some(((name, subject), value))
    }

    fn expectation(
        &mut self,
        package: usize,
        scope: &mut Scope,
        route_name: &Name,
        route: &Route,
        expect: &Expect,
    ) -> Option<ExpectationKind> {
        let named = |checker: &mut Self, by: &Option<ConstraintPath>, denials: bool| match by {
            None => Some(None),
            Some(path) => checker.constraint(package, path, route_name, route, denials).map(Some),
        };
        Some(match &expect.kind {
            ExpectKind::Condition(e) => {
                let condition = self.condition(scope, e).expr;
                self.check_size(&condition, e.span);
                ExpectationKind::Condition(condition)
            }
            ExpectKind::Rejected { service, by } => {
                self.service_literal(&service.text, service.span, None).ty?;
                ExpectationKind::Rejected(service.text.clone(), named(self, by, false)?)
            }
            ExpectKind::Routed => ExpectationKind::Routed,
            ExpectKind::Denied { by } => ExpectationKind::Denied(named(self, by, true)?),
            ExpectKind::Unroutable { by } => ExpectationKind::Unroutable(named(self, by, false)?),
            ExpectKind::Invalid => ExpectationKind::Invalid,
        })
    }

    /// The name of a constraint of a route, as decisions give it.
    fn constraint(
        &mut self,
        package: usize,
        path: &ConstraintPath,
        route_name: &Name,
        route: &Route,
        denials: bool,
    ) -> Option<Name> {
        let word = &path.owner.name;
        let name = match &path.label {
            Some(label) => Name::from(format!("{}.{}", word.text, label.text)),
            None if &*word.text == ACCEPT => return Some(Name::from(ACCEPT)),
            None => word.text.clone(),
        };
        let qualified = match self.program.find(package, &path.owner) {
            Ok(decl) => match &path.label {
                Some(label) => Name::from(format!("{}.{}", decl.name, label.text)),
                None => decl.name.clone(),
            },
            Err(_) => name.clone(),
        };
        let score = format!("{route_name}.score");
        let known: BTreeSet<&str> = route
            .constraints
            .iter()
            .filter(|c| !denials || c.clauses.iter().any(|clause| clause.effect == Effect::Deny))
            .map(|c| &*c.name)
            .chain((!denials).then_some(score.as_str()))
            .collect();
        if known.contains(&*qualified) {
            return Some(qualified);
        }
        let span = path.label.as_ref().map_or(path.owner.span(), |l| path.owner.span().to(l.span));
        self.report(unknown_constraint(&name, span, route_name, &known, denials));
        None
    }

    fn check_property(&mut self, decl: &Declared, item: &PropertyItem) {
        let named = self.item_of_kind(decl.package, &item.route, "route", |k| matches!(k, ItemKind::Route(_)));
        let Some((name, route)) = named.and_then(|n| Some((n.clone(), self.policy.routes.get(&n).cloned()?))) else {
            return;
        };
        let mut scope = self.decision_scope(decl.package, &name, &route);
        if let Some(when) = &item.when {
            self.condition(&mut scope, when);
        }
        match &item.claim {
            Claim::Always(e) | Claim::Never(e) => {
                self.condition(&mut scope, e);
            }
            Claim::AlwaysDenied | Claim::NeverDenied | Claim::AlwaysRouted | Claim::NeverRouted => {}
        }
    }
}

fn unknown_constraint(name: &str, span: Span, route: &Name, known: &BTreeSet<&str>, denials: bool) -> Diagnostic {
    let what = if denials { "rule that denies" } else { "constraint" };
    let near = nearest(name, known.iter().copied());
    let diagnostic =
        Diagnostic::error(&codes::UNKNOWN_CONSTRAINT, span, format!("route `{route}` has no {what} `{name}`"))
            .label(format!("unknown {what}"));
    match near {
        Some(_) => diagnostic.suggest(span, near),
        None => {
            let list: Vec<String> = known.iter().take(10).map(|k| format!("`{k}`")).collect();
            diagnostic.help(format!("there are {}", list.join(", ")))
        }
    }
}
