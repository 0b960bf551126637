//! Missions.

use crate::base::Span;

use super::super::ast::{Expr, Ident, MissionItem, MissionStep, Operation, StepBody};
use super::super::grammar::{Pair, Rule};
use super::{Lower, Part, child, children, has};

impl<'i> Lower<'i> {
    pub(super) fn mission_item(&mut self, head: &Pair<'i>, parts: Vec<Part<'i>>) -> Option<MissionItem> {
        let name = self.word_in(head)?;
        let params = self.params_in(head);
        let (mut step_limit, mut human_limit) = (None, None);
        for limit in children(head, Rule::limit) {
            let span = self.span(&limit);
            let number = child(&limit, Rule::integer)?;
            let place = self.span(&number);
            let number = self.integer(number.as_str(), place).map(|n| (n, place));
            if has(&limit, Rule::kw_steps) {
                self.once(&mut step_limit, number, span, "the limit of steps");
            } else {
                self.once(&mut human_limit, number, span, "the limit of human steps");
            }
        }
        let (step_limit, human_limit) = (step_limit.map(|(l, _)| l), human_limit.map(|(l, _)| l));
        let mut item = MissionItem { name, params, step_limit, human_limit, state: vec![], steps: vec![] };
        for part in parts {
            let span = self.span(&part.pair);
            let (head, inside) = part.block()?;
            match head.as_rule() {
                Rule::state_head => item.state.extend(inside.iter().filter_map(|f| self.field(&f.pair))),
                Rule::step_head => {
                    let operations = inside.iter().filter_map(|o| self.operation(&o.pair)).collect();
                    item.steps.extend(self.step(&head, StepBody::Operations(operations), span));
                }
                _ => {
                    let body = self.human_body(&inside, span);
                    item.steps.extend(body.and_then(|body| self.step(&head, body, span)));
                }
            }
        }
        Some(item)
    }

    fn step(&mut self, head: &Pair<'i>, body: StepBody, span: Span) -> Option<MissionStep> {
        let front = self.front_in(head);
        let name = self.word_in(head)?;
        let (mut after, mut when) = (None, None);
        for part in head.clone().into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::step_after => {
                    let words = child(&part, Rule::words).map(|w| self.words_in(&w));
                    self.once(&mut after, words, span, "`after`");
                }
                Rule::when => {
                    let condition = self.expr_in(&part);
                    self.once(&mut when, condition, span, "`when`");
                }
                _ => {}
            }
        }
        let after = after.map(|(words, _)| words).unwrap_or_default();
        Some(MissionStep { front, name, after, when: when.map(|(when, _)| when), body, span })
    }

    fn human_body(&mut self, inside: &[Part<'i>], span: Span) -> Option<StepBody> {
        let mut asked = None;
        for Part { pair, .. } in inside {
            let place = self.span(pair);
            let options = child(pair, Rule::ask_options).and_then(|o| self.expr_in(&o)).map(Box::new);
            let by = child(pair, Rule::ask_by).and_then(|b| self.expr_in(&b)).map(Box::new);
            let into = self.word_in(pair);
            let made = self.expr_in(pair).map(|ask| StepBody::Human { ask, options, by, into });
            self.once(&mut asked, made, place, "`ask`");
        }
        if asked.is_none() {
            self.missing(span, "a human step that asks nothing", "say what to ask: `ask \"…\" into field`");
        }
        asked.map(|(body, _)| body)
    }

    fn operation(&mut self, pair: &Pair<'i>) -> Option<Operation> {
        let mut words = self.words_in(pair).into_iter();
        Some(match pair.as_rule() {
            Rule::op_set => Operation::Set(words.next()?, self.expr_in(pair)?),
            Rule::op_append => Operation::Append(words.next()?, self.expr_in(pair)?),
            Rule::op_increment => Operation::Increment(words.next()?, self.expr_in(pair)),
            Rule::op_merge => Operation::Merge(words.next()?, self.expr_in(pair)?),
            Rule::op_unset => Operation::Unset(words.next()?),
            Rule::op_copy => Operation::Copy(words.next()?, words.next()?),
            Rule::op_noop => Operation::Noop(self.span(pair)),
            Rule::op_fail => Operation::Fail(self.expr_in(pair)?),
            Rule::op_route => self.op_route(pair, words.next()?)?,
            Rule::op_run => {
                let named = self.constraint(&child(pair, Rule::constraint)?)?;
                let args = self.braces_in(pair)?;
                Operation::Mission { mission: named.owner, field: named.label, args, into: words.next() }
            }
            _ => return None,
        })
    }

    fn op_route(&mut self, pair: &Pair<'i>, into: Ident) -> Option<Operation> {
        let request: Expr = self.braces_in(pair)?;
        let named = self.constraint(&child(pair, Rule::constraint)?)?;
        Some(Operation::Route { route: named.owner, role: named.label, request, into })
    }
}
