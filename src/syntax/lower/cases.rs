//! Tests and properties.

use crate::base::{Instant, Span, limits};
use crate::diag::Diagnostic;

use super::super::ast::{
    BinaryOp, Claim, Expect, ExpectKind, Expr, Path, PropertyItem, SignalSetting, TestCase, TestItem,
};
use super::super::codes;
use super::super::grammar::{Pair, Rule};
use super::{Lower, Part, child, has};

impl<'i> Lower<'i> {
    pub(super) fn test_item(&mut self, head: &Pair<'i>, parts: Vec<Part<'i>>, whole: Span) -> Option<TestItem> {
        let name = self.name_text(head)?;
        let (mut call, mut at, mut signals, mut expects, mut cases) = (None, None, vec![], vec![], vec![]);
        for part in parts {
            let span = self.span(&part.pair);
            match part.pair.as_rule() {
                Rule::call => {
                    let made = self.call(&part.pair);
                    self.once(&mut call, made, span, "`route`");
                }
                Rule::moment => {
                    let moment = self.moment(&part.pair);
                    self.once(&mut at, moment, span, "`at`");
                }
                Rule::expect => expects.extend(self.expect(&part.pair, span)),
                Rule::case | Rule::case_head => cases.extend(self.case(part)),
                _ => signals.extend(self.settings(part)),
            }
        }
        let Some(((route, request), _)) = call else {
            let help = "name the route and the request: `route completion with { … }`";
            self.missing(whole, "a test without a route", help);
            return None;
        };
        if let Some(case) = cases.get(limits::CASES) {
            let message = format!("a test of {} cases; a test has at most {}", cases.len(), limits::CASES);
            let error = Diagnostic::error(&codes::TOO_LARGE, case.name.span, message).label("one case too many");
            self.report(error.help("make several tests of it"));
            cases.truncate(limits::CASES);
        }
        Some(TestItem { name, route, request, at: at.map(|(at, _)| at), signals, expects, cases })
    }

    fn case(&mut self, part: Part<'i>) -> Option<TestCase> {
        let (head, parts) = part.block()?;
        let name = self.name_text(&head)?;
        let (mut change, mut at, mut signals, mut expects) = (None, None, vec![], vec![]);
        for part in parts {
            let span = self.span(&part.pair);
            match part.pair.as_rule() {
                Rule::change => {
                    let made = self.braces_in(&part.pair);
                    self.once(&mut change, made, span, "`with`");
                }
                Rule::moment => {
                    let moment = self.moment(&part.pair);
                    self.once(&mut at, moment, span, "`at`");
                }
                Rule::expect => expects.extend(self.expect(&part.pair, span)),
                _ => signals.extend(self.settings(part)),
            }
        }
        let (change, at) = (change.map(|(change, _)| change), at.map(|(at, _)| at));
        Some(TestCase { name, change, at, signals, expects })
    }

    fn settings(&mut self, part: Part<'i>) -> Vec<SignalSetting> {
        let (_, settings) = part.block().unzip();
        settings.iter().flatten().filter_map(|s| self.setting(&s.pair)).collect()
    }

    fn call(&mut self, pair: &Pair<'i>) -> Option<(Path, Expr)> {
        let request = self.braces_in(pair)?;
        Some((self.path_in(pair)?, request))
    }

    /// The record directly under a pair.
    pub(super) fn braces_in(&mut self, pair: &Pair<'i>) -> Option<Expr> {
        self.fresh();
        let braces = child(pair, Rule::braces)?;
        self.braces(&braces).map(|tall| tall.expr)
    }

    fn moment(&mut self, pair: &Pair<'i>) -> Option<(Instant, Span)> {
        if let Some(date) = child(pair, Rule::date) {
            let span = self.span(&date);
            return self.date(date.as_str(), span).map(|date| (date.start(), span));
        }
        let instant = child(pair, Rule::datetime)?;
        let span = self.span(&instant);
        self.instant(instant.as_str(), span).map(|instant| (instant, span))
    }

    fn setting(&mut self, pair: &Pair<'i>) -> Option<SignalSetting> {
        let subject = child(pair, Rule::subject).and_then(|s| self.text_in(&s));
        Some(SignalSetting { signal: self.path_in(pair)?, subject, value: self.expr_in(pair)? })
    }

    fn expect(&mut self, pair: &Pair<'i>, span: Span) -> Option<Expect> {
        let inner = pair.clone().into_inner().find(|p| p.as_rule() != Rule::kw_expect)?;
        let by = child(&inner, Rule::by).and_then(|by| child(&by, Rule::constraint));
        let by = by.and_then(|by| self.constraint(&by));
        let kind = match inner.as_rule() {
            Rule::rejected => ExpectKind::Rejected { service: self.text_in(&inner)?, by },
            Rule::waived => {
                let by = child(&inner, Rule::by_waiver).and_then(|by| self.text_in(&by));
                ExpectKind::Waived { by }
            }
            Rule::kept => ExpectKind::Kept { guarantee: self.word_in(&inner)?, result: self.braces_in(&inner)? },
            Rule::scored => ExpectKind::Score {
                role: self.word_in(&inner)?,
                relation: relation(&child(&inner, Rule::relation)?),
                value: self.expr_in(&inner)?,
            },
            Rule::expr => ExpectKind::Condition(self.expr(&inner)),
            _ if has(&inner, Rule::kw_denied) => ExpectKind::Denied { by },
            _ if has(&inner, Rule::kw_unroutable) => ExpectKind::Unroutable { by },
            _ if has(&inner, Rule::kw_routed) => ExpectKind::Routed,
            _ => ExpectKind::Invalid,
        };
        Some(Expect { kind, negated: has(&inner, Rule::kw_not), span })
    }

    pub(super) fn property_item(&mut self, head: &Pair<'i>, parts: Vec<Part<'i>>, whole: Span) -> Option<PropertyItem> {
        let (name, route) = (self.word_in(head)?, self.path_in(head)?);
        let (mut when, mut claim) = (None, None);
        for Part { pair, .. } in &parts {
            let span = self.span(pair);
            if pair.as_rule() == Rule::when {
                let condition = self.expr_in(pair);
                self.once(&mut when, condition, span, "`when`");
            } else {
                let made = self.claim(pair);
                self.once(&mut claim, made, span, "what the property claims");
            }
        }
        let Some((claim, _)) = claim else {
            self.missing(whole, "a property that claims nothing", "say `always …` or `never …`");
            return None;
        };
        Some(PropertyItem { name, route, when: when.map(|(when, _)| when), claim })
    }

    fn claim(&mut self, pair: &Pair<'i>) -> Option<Claim> {
        let always = has(pair, Rule::kw_always);
        Some(if has(pair, Rule::kw_denied) {
            if always { Claim::AlwaysDenied } else { Claim::NeverDenied }
        } else if has(pair, Rule::kw_routed) {
            if always { Claim::AlwaysRouted } else { Claim::NeverRouted }
        } else {
            let condition = self.expr_in(pair)?;
            if always { Claim::Always(condition) } else { Claim::Never(condition) }
        })
    }
}

/// The comparison that a sign stands for.
fn relation(pair: &Pair<'_>) -> BinaryOp {
    match pair.as_str().trim_end() {
        "==" => BinaryOp::Equal,
        "!=" => BinaryOp::NotEqual,
        "<" => BinaryOp::Less,
        "<=" => BinaryOp::LessOrEqual,
        ">" => BinaryOp::Greater,
        _ => BinaryOp::GreaterOrEqual,
    }
}
