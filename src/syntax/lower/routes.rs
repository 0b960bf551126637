//! Routes, rules and waivers.

use crate::base::{Span, limits};
use crate::diag::Diagnostic;

use super::super::ast::{
    Cardinality, ConstraintPath, Expr, OutputDecl, PhaseDecl, RequireClause, RoleDecl, RouteItem, RuleClause,
    RuleClauseKind, RuleItem, RuleTarget, ScoreBlock, ScoreTerm, TieKey, TiesDecl, WaiverItem,
};
use super::super::codes;
use super::super::grammar::{Pair, Rule};
use super::{Lower, Part, child, children, has};

impl<'i> Lower<'i> {
    pub(super) fn route_item(&mut self, head: &Pair<'i>, parts: Vec<Part<'i>>) -> Option<RouteItem> {
        let (name, request) = (self.word_in(head)?, self.path_in(head)?);
        let mut item = RouteItem {
            name,
            request,
            roles: vec![],
            stages: vec![],
            after: vec![],
            requires: vec![],
            scores: vec![],
            ties: vec![],
            outputs: vec![],
            phases: vec![],
        };
        for part in parts {
            match part.pair.as_rule() {
                Rule::role => item.roles.extend(self.role(&part.pair)),
                Rule::require => item.requires.extend(self.require(&part.pair)),
                Rule::ties => item.ties.extend(self.ties(&part.pair)),
                Rule::output => item.outputs.extend(self.output(&part.pair)),
                Rule::phase => item.phases.extend(self.phase(&part.pair)),
                Rule::stages => item.stages.push(self.words_in(&part.pair)),
                Rule::after => {
                    let role = self.word_in(&part.pair)?;
                    let before = child(&part.pair, Rule::words).map(|w| self.words_in(&w)).unwrap_or_default();
                    item.after.push((role, before));
                }
                _ => item.scores.extend(self.score(part)),
            }
        }
        Some(item)
    }

    fn role(&mut self, pair: &Pair<'i>) -> Option<RoleDecl> {
        let front = self.front_in(pair);
        let (name, trait_) = (self.word_in(pair)?, self.path_in(pair)?);
        let cardinality = match child(pair, Rule::cardinality) {
            Some(written) => self.cardinality(&written),
            None => Cardinality::One,
        };
        Some(RoleDecl { front, name, trait_, cardinality, span: self.span(pair) })
    }

    fn cardinality(&mut self, pair: &Pair<'i>) -> Cardinality {
        if has(pair, Rule::question) {
            return Cardinality::Optional;
        }
        let bounds: Vec<usize> = children(pair, Rule::integer)
            .filter_map(|bound| self.integer(bound.as_str(), self.span(&bound)))
            .map(|bound| usize::try_from(bound).unwrap_or(usize::MAX))
            .collect();
        let (lo, hi) = match bounds.as_slice() {
            [lo, hi] => (*lo, *hi),
            // A bound that does not fit was reported; nothing else can be said of the list.
            _ => (0, limits::ROLE_LENGTH),
        };
        Cardinality::List { lo, hi }
    }

    fn require(&mut self, pair: &Pair<'i>) -> Option<RequireClause> {
        let front = self.front_in(pair);
        let label = child(pair, Rule::label).and_then(|l| self.word_in(&l));
        let condition = self.expr_in(pair)?;
        Some(RequireClause { front, label, condition, because: self.because_in(pair), span: self.span(pair) })
    }

    fn ties(&mut self, pair: &Pair<'i>) -> Option<TiesDecl> {
        let front = self.front_in(pair);
        let roles = child(pair, Rule::words).map(|w| self.words_in(&w)).unwrap_or_default();
        let later = children(pair, Rule::then_key).filter_map(|then| child(&then, Rule::tie_key));
        let mut keys = Vec::new();
        for key in children(pair, Rule::tie_key).chain(later) {
            keys.push(TieKey { value: self.expr_in(&key)?, descending: has(&key, Rule::kw_desc) });
        }
        Some(TiesDecl { front, roles, keys, span: self.span(pair) })
    }

    fn output(&mut self, pair: &Pair<'i>) -> Option<OutputDecl> {
        let (front, name) = (self.front_in(pair), self.word_in(pair)?);
        Some(OutputDecl { front, name, value: self.expr_in(pair)?, span: self.span(pair) })
    }

    fn phase(&mut self, pair: &Pair<'i>) -> Option<PhaseDecl> {
        let (front, name) = (self.front_in(pair), self.word_in(pair)?);
        let members = child(pair, Rule::words).map(|words| self.words_in(&words)).unwrap_or_default();
        Some(PhaseDecl { front, name, members, because: self.because_in(pair), span: self.span(pair) })
    }

    fn score(&mut self, part: Part<'i>) -> Option<ScoreBlock> {
        let span = self.span(&part.pair);
        let (head, terms) = part.block()?;
        let roles = child(&head, Rule::words).map(|w| self.words_in(&w)).unwrap_or_default();
        let terms = terms.iter().filter_map(|term| self.term(&term.pair)).collect();
        Some(ScoreBlock { roles, terms, span })
    }

    fn term(&mut self, pair: &Pair<'i>) -> Option<ScoreTerm> {
        let front = self.front_in(pair);
        let (name, value) = (self.word_in(pair)?, self.expr_in(pair)?);
        Some(ScoreTerm { front, name, value, when: self.when_in(pair) })
    }

    /// The condition of the `when` directly under a pair.
    pub(super) fn when_in(&mut self, pair: &Pair<'i>) -> Option<Expr> {
        let when = child(pair, Rule::when)?;
        self.expr_in(&when)
    }

    pub(super) fn rule_item(&mut self, head: &Pair<'i>, parts: Vec<Part<'i>>) -> Option<RuleItem> {
        let name = self.word_in(head)?;
        let targets = child(head, Rule::targets)?;
        let targets = children(&targets, Rule::constraint).filter_map(|t| self.target(&t)).collect();
        let (mut when, mut unless, mut because, mut clauses) = (None, None, None, vec![]);
        for Part { pair, .. } in &parts {
            let span = self.span(pair);
            match pair.as_rule() {
                Rule::when => {
                    let condition = self.expr_in(pair);
                    self.once(&mut when, condition, span, "`when`");
                }
                Rule::unless => {
                    let condition = self.expr_in(pair);
                    self.once(&mut unless, condition, span, "`unless`");
                }
                Rule::because => {
                    let text = self.text_in(pair);
                    self.once(&mut because, text, span, "`because`");
                }
                _ => clauses.extend(self.clause(pair, span)),
            }
        }
        let first = |place: Option<(Expr, Span)>| place.map(|(value, _)| value);
        let because = because.map(|(text, _)| text);
        Some(RuleItem { name, targets, when: first(when), unless: first(unless), clauses, because })
    }

    fn target(&mut self, pair: &Pair<'i>) -> Option<RuleTarget> {
        Some(RuleTarget { route: self.path_in(pair)?, role: self.word_in(pair) })
    }

    fn clause(&mut self, pair: &Pair<'i>, span: Span) -> Option<RuleClause> {
        let kind = match pair.as_rule() {
            Rule::rule_require => RuleClauseKind::Require(self.expr_in(pair)?),
            Rule::exclude => RuleClauseKind::Exclude { subject: self.word_in(pair)?, when: self.when_in(pair) },
            _ => RuleClauseKind::Deny { when: self.when_in(pair) },
        };
        Some(RuleClause { kind, span })
    }

    /// `exec_locked` or `completion.latency`
    pub(super) fn constraint(&mut self, pair: &Pair<'i>) -> Option<ConstraintPath> {
        Some(ConstraintPath { owner: self.path_in(pair)?, label: self.word_in(pair) })
    }

    pub(super) fn waiver_item(&mut self, head: &Pair<'i>, parts: Vec<Part<'i>>) -> Option<WaiverItem> {
        let (name, rule) = (self.name_text(head)?, self.path_in(head)?);
        let (mut when, mut until, mut approved, mut because) = (None, None, None, None);
        for Part { pair, .. } in &parts {
            let span = self.span(pair);
            match pair.as_rule() {
                Rule::when => {
                    let condition = self.expr_in(pair);
                    self.once(&mut when, condition, span, "`when`");
                }
                Rule::until => {
                    let date = child(pair, Rule::date)?;
                    let place = self.span(&date);
                    let date = self.date(date.as_str(), place).map(|d| (d, place));
                    self.once(&mut until, date, span, "`until`");
                }
                Rule::approved => {
                    let who = self.text_in(pair);
                    self.once(&mut approved, who, span, "`approved by`");
                }
                _ => {
                    let text = self.text_in(pair);
                    self.once(&mut because, text, span, "`because`");
                }
            }
        }
        let (when, until) = (when.map(|(w, _)| w), until.map(|(u, _)| u));
        let (approved_by, because) = (approved.map(|(a, _)| a), because.map(|(b, _)| b));
        Some(WaiverItem { name, rule, when, until, approved_by, because })
    }

    /// Reports a part without which an item says nothing, unless a piece of the item was already reported.
    pub(super) fn missing(&mut self, span: Span, message: &str, help: &str) {
        if !self.in_pieces {
            self.report(Diagnostic::error(&codes::MISSING_PART, span.at_start(), message).label("here").help(help));
        }
    }
}
