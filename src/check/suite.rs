//! Tests and properties: their names, types and constraints exist.

use std::collections::{BTreeMap, BTreeSet};

use super::collections::duplicate;
use super::compare::comparison;
use super::scope::Scope;
use super::{Checker, codes};
use crate::base::similar::nearest;
use crate::base::{Name, Span};
use crate::diag::Diagnostic;
use crate::ir::suite::{Expectation, ExpectationKind, Test};
use crate::ir::walk::any;
use crate::ir::{ACCEPT, Cardinality, Effect, Expr as Ir, Route};
use crate::resolve::{Declared, Program};
use crate::syntax::ast::{
    Claim, ConstraintPath, Expect, ExpectKind, Expr, ExprKind, Ident, ItemKind, PropertyItem, SignalSetting, TestCase,
    TestItem, Text,
};
use crate::value::{Type, Value};

/// The package that a test stands in, and the route that it speaks of.
struct Place<'a> {
    package: usize,
    route_name: &'a Name,
    route: &'a Route,
}

impl Checker<'_> {
    pub(super) fn check_suite(&mut self) {
        let program: &Program = self.program;
        for decl in &program.items {
            match &decl.item.kind {
                ItemKind::Test(item) => self.check_test(decl, item),
                ItemKind::Property(item) => self.check_property(decl, item),
                _ => {}
            }
        }
    }

    /// A test without cases is one decision; with cases, each of them is one.
    fn check_test(&mut self, decl: &Declared, item: &TestItem) {
        let named = self.item_of_kind(decl.package, &item.route, "route", |k| matches!(k, ItemKind::Route(_)));
        let Some((name, route)) = named.and_then(|n| Some((n.clone(), self.policy.routes.get(&n).cloned()?))) else {
            return;
        };
        let signals = self.settings(decl.package, &item.signals);
        let mut scope = self.decision_scope(decl.package, &name, &route);
        let place = Place { package: decl.package, route_name: &name, route: &route };
        let expectations = self.expectations(&place, &mut scope, &item.expects);
        let mut test = Test {
            name: decl.name.clone(),
            item: decl.name.clone(),
            case: None,
            route: name.clone(),
            request: Value::Record(Vec::new().into()),
            now: item.at.map(|(instant, _)| instant),
            signals,
            expectations,
            at: self.at(decl.name_span),
            span: decl.name_span,
        };
        if item.cases.is_empty() {
            self.expects_something(decl.name_span, &format!("test `{}`", decl.name), item.expects.is_empty());
            if let Some(request) = self.test_request(&place, &item.request) {
                test.request = request;
                self.tests.push(test);
            }
            return;
        }
        let mut names: BTreeMap<&Name, Span> = BTreeMap::new();
        for case in &item.cases {
            if let Some(first) = names.insert(&case.name.text, case.name.span) {
                let name = Ident { text: case.name.text.clone(), span: case.name.span };
                self.report(duplicate("case", &name, first));
            }
            self.check_case(&place, &mut scope, &test, (item, case));
        }
    }

    /// One case: the request, signals and expectations of the test, with what the case says instead or besides.
    fn check_case(&mut self, place: &Place<'_>, scope: &mut Scope, test: &Test, (item, case): (&TestItem, &TestCase)) {
        let reported = self.diagnostics.len();
        let request = self.test_request(place, &changed(item, case));
        self.forget_repeated(reported);
        let own = self.expectations(place, scope, &case.expects);
        let none = item.expects.is_empty() && case.expects.is_empty();
        self.expects_something(case.name.span, &format!("case `{}`", case.name.text), none);
        let mut of_case = test.clone();
        of_case.name = Name::from(format!("{}: {}", test.item, case.name.text));
        of_case.case = Some(case.name.text.clone());
        of_case.now = case.at.map(|(instant, _)| instant).or(test.now);
        of_case.signals.extend(self.settings(place.package, &case.signals));
        of_case.expectations.extend(own);
        (of_case.at, of_case.span) = (self.at(case.name.span), case.name.span);
        if let Some(request) = request {
            of_case.request = request;
            self.tests.push(of_case);
        }
    }

    /// What is wrong with the part of a request that several cases share is said once.
    fn forget_repeated(&mut self, from: usize) {
        let later = self.diagnostics.split_off(from.min(self.diagnostics.len()));
        for diagnostic in later {
            if !self.diagnostics.contains(&diagnostic) {
                self.diagnostics.push(diagnostic);
            }
        }
    }

    fn expects_something(&mut self, span: Span, what: &str, nothing: bool) {
        if nothing {
            let diagnostic =
                Diagnostic::error(&codes::EMPTY, span, format!("{what} expects nothing, so it cannot fail"));
            self.report(diagnostic.help("say what the decision is: `expect primary == \"…\"`, `expect denied by …`"));
        }
    }

    fn test_request(&mut self, place: &Place<'_>, request: &Expr) -> Option<Value> {
        let ty = Type::Request(place.route.request.clone());
        // Braces with nothing in them are read as a set; here they are a request that states nothing.
        let nothing = Expr { kind: ExprKind::Record(Vec::new()), span: request.span };
        let empty = matches!(&request.kind, ExprKind::Set(elements) if elements.is_empty());
        self.constant(place.package, if empty { &nothing } else { request }, &ty, "a request").flatten()
    }

    fn settings(&mut self, package: usize, settings: &[SignalSetting]) -> BTreeMap<(Name, Option<Name>), Value> {
        settings.iter().filter_map(|setting| self.setting(package, setting)).collect()
    }

    fn expectations(&mut self, place: &Place<'_>, scope: &mut Scope, expects: &[Expect]) -> Vec<Expectation> {
        let mut expectations = Vec::new();
        for expect in expects {
            let text = Name::from(self.sources.text(expect.span).split_whitespace().collect::<Vec<_>>().join(" "));
            if let Some(kind) = self.expectation(place, scope, expect) {
                let (at, span, negated) = (self.at(expect.span), expect.span, expect.negated);
                expectations.push(Expectation { kind, negated, at, span, text });
            }
        }
        expectations
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

    fn expectation(&mut self, place: &Place<'_>, scope: &mut Scope, expect: &Expect) -> Option<ExpectationKind> {
        let named = |checker: &mut Self, by: &Option<ConstraintPath>, denials: bool| match by {
            None => Some(None),
            Some(path) => checker.constraint(place.package, path, place.route_name, place.route, denials).map(Some),
        };
        Some(match &expect.kind {
            ExpectKind::Condition(e) => {
                let typed = self.condition(scope, e);
                let condition = typed.expr;
                self.check_size(&condition, e.span);
                let decided = |part: &Ir| matches!(part, Ir::Role(_) | Ir::Total(_));
                if typed.ty.is_some() && !any(&condition, &mut |part| decided(part)) {
                    let message = "the condition names no role, so that no decision can change it";
                    let diagnostic = Diagnostic::error(&codes::EMPTY, e.span, message).label("the same for everybody");
                    self.report(diagnostic.help("ask who was chosen: `primary == \"…\"`, `primary.regions within …`"));
                }
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
            ExpectKind::Waived { by: None } => ExpectationKind::Waived(None),
            ExpectKind::Waived { by: Some(waiver) } => ExpectationKind::Waived(Some(self.waiver(place, waiver)?)),
            ExpectKind::Kept { guarantee, result } => {
                self.kept((place.package, place.route_name, place.route), guarantee, result)?
            }
            ExpectKind::Score { role, relation, value } => {
                let role = self.scored_role(place, role);
                let value = self.constant(place.package, value, &Type::Decimal, "the score of a test").flatten();
                match value? {
                    Value::Number(value, _) => ExpectationKind::Score(role?, comparison(*relation)?, value),
                    _ => return None,
                }
            }
        })
    }

    /// The name of a waiver that can lift a rule of the route.
    fn waiver(&mut self, place: &Place<'_>, waiver: &Text) -> Option<Name> {
        let name = self.program.canonical(place.package, &waiver.text);
        let known: BTreeSet<Name> = place.route.constraints.iter().flat_map(|c| c.waivers.iter().cloned()).collect();
        if known.contains(&name) {
            return Some(name);
        }
        let message = format!("no rule on route `{}` has a waiver `{}`", place.route_name, waiver.text);
        let diagnostic = Diagnostic::error(&codes::UNKNOWN_CONSTRAINT, waiver.span, message).label("unknown waiver");
        self.report(match nearest(&name, known.iter().map(|k| &**k)) {
            Some(near) => {
                let near = format!("\"{near}\"");
                diagnostic.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), waiver.span, near)
            }
            None if known.is_empty() => diagnostic.help("none of its rules has a waiver"),
            None => diagnostic.help(format!("there are {}", listed(known.iter().map(|k| &**k)))),
        });
        None
    }

    /// A role that is given one service, and so has one score.
    fn scored_role(&mut self, place: &Place<'_>, word: &Ident) -> Option<Name> {
        match place.route.roles.iter().find(|role| role.name == word.text) {
            None => self.unknown_role(word, &place.route.roles),
            Some(role) if matches!(role.cardinality, Cardinality::List { .. }) => {
                let message = format!("role `{}` is given a list, which has no one score", word.text);
                let diagnostic = Diagnostic::error(&codes::MISMATCH, word.span, message).label("a list");
                self.report(diagnostic.help("compare the score of a role that takes one service"));
            }
            Some(role) => return Some(role.name.clone()),
        }
        None
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
    // A label is written alone in its route, and with the route in front everywhere else.
    let labelled = format!("{route}.{name}");
    let near = known.get(&*labelled).copied().or_else(|| nearest(name, known.iter().copied()));
    let diagnostic =
        Diagnostic::error(&codes::UNKNOWN_CONSTRAINT, span, format!("route `{route}` has no {what} `{name}`"))
            .label(format!("unknown {what}"));
    match near {
        Some(_) => diagnostic.suggest(span, near),
        None => diagnostic.help(format!("there are {}", listed(known.iter().copied()))),
    }
}

/// The first names of many.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.take(10).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The request of a case as it would have been written: the test's own, with fields replaced and added.
fn changed(item: &TestItem, case: &TestCase) -> Expr {
    let Some(change) = &case.change else { return Expr { kind: item.request.kind.clone(), span: case.name.span } };
    let fields = |of: &Expr| match &of.kind {
        ExprKind::Record(fields) => Some(fields.clone()),
        ExprKind::Set(elements) if elements.is_empty() => Some(Vec::new()),
        _ => None,
    };
    let (Some(mut all), Some(new)) = (fields(&item.request), fields(change)) else {
        // One of the two is no record, which is what has to be said.
        return if fields(change).is_none() { change.clone() } else { item.request.clone() };
    };
    all.retain(|(name, _)| !new.iter().any(|(again, _)| again.text == name.text));
    all.extend(new);
    Expr { kind: ExprKind::Record(all), span: change.span }
}
