//! Expressions: a row of operators is broken at the loosest first, and each operator begins its line.

use super::{Builder, tight};
use crate::fmt::layout::Doc;
use crate::syntax::concrete::{Node, Rule};

/// The levels of the operators between two operands, loosest first.
const LEVELS: usize = 7;

/// How tight a part of a row binds what stands left and right of it; nothing for operands and what stands before them.
fn level(part: &Node<'_>) -> Option<usize> {
    if part.rule == Rule::is_test {
        return Some(3);
    }
    if part.rule != Rule::infix {
        return None;
    }
    Some(match part.children.first().map(|sign| sign.rule) {
        Some(Rule::kw_implies) => 0,
        Some(Rule::kw_or) => 1,
        Some(Rule::kw_and) => 2,
        Some(Rule::plus | Rule::minus) => 4,
        Some(Rule::times | Rule::over) => 5,
        Some(Rule::coalesce) => 6,
        _ => 3,
    })
}

impl<'i> Builder<'i> {
    /// A row of operands and operators.
    pub(super) fn expr(&self, parts: &[Node<'i>]) -> Doc<'i> {
        self.level(parts, 0)
    }

    fn level(&self, parts: &[Node<'i>], from: usize) -> Doc<'i> {
        let loosest = parts.iter().filter_map(level).min().filter(|_| from < LEVELS);
        let Some(loosest) = loosest else {
            return self.operand(parts);
        };
        let mut row = Vec::new();
        let mut start = 0;
        for (at, sign) in parts.iter().enumerate().filter(|(_, part)| level(part) == Some(loosest)) {
            self.operands(&mut row, parts.get(start..at).unwrap_or_default(), loosest);
            row.push(Doc::Line);
            row.push(self.node(sign));
            start = at + 1;
        }
        self.operands(&mut row, parts.get(start..).unwrap_or_default(), loosest);
        Doc::Group(vec![Doc::Hang(row)])
    }

    /// What stands between two operators of one level, behind the sign before it; nothing behind a test with `is`.
    fn operands(&self, row: &mut Vec<Doc<'i>>, parts: &[Node<'i>], level: usize) {
        if parts.is_empty() {
            return;
        }
        if !row.is_empty() {
            row.push(Doc::Space(1));
        }
        row.push(self.level(parts, level + 1));
    }

    /// One operand with what stands before it.
    fn operand(&self, parts: &[Node<'i>]) -> Doc<'i> {
        let mut row = Vec::new();
        let mut before: Option<&Node<'i>> = None;
        for part in parts {
            row.extend(before.filter(|before| !tight(before, part)).map(|_| Doc::Space(1)));
            row.push(self.node(part));
            before = Some(part);
        }
        Doc::Hang(row)
    }

    /// `all x in xs: P`
    pub(super) fn quantified(&self, parts: &[Node<'i>]) -> Doc<'i> {
        let [head @ .., claim] = parts else { return Doc::Row(Vec::new()) };
        let mut row = self.run(head, &[]);
        row.push(Doc::Line);
        row.push(self.node(claim));
        Doc::Group(vec![Doc::Hang(row)])
    }

    /// `if c then a else b`; what follows `else` directly as another condition stands in the same row.
    pub(super) fn conditional(&self, node: &Node<'i>) -> Doc<'i> {
        let mut rows = Vec::new();
        let mut rest = Some(node);
        let mut otherwise = None;
        while let Some(node) = rest {
            let [when, condition, then, value, or, last] = node.children.as_slice() else { break };
            let mut row: Vec<Doc<'i>> = Vec::new();
            if let Some(otherwise) = otherwise.replace(or) {
                row.extend([self.node(otherwise), Doc::Space(1)]);
                rows.push(Doc::Line);
            }
            row.extend([self.node(when), Doc::Space(1), self.node(condition), Doc::Line]);
            row.extend([self.node(then), Doc::Space(1), self.node(value)]);
            rows.push(Doc::Group(vec![Doc::Hang(row)]));
            rest = only_conditional(last);
            if rest.is_none() {
                rows.extend([Doc::Line, self.node(or), Doc::Space(1), self.node(last)]);
            }
        }
        Doc::Group(vec![Doc::Hang(rows)])
    }
}

/// The condition that an expression is and nothing else.
fn only_conditional<'a, 'i>(expr: &'a Node<'i>) -> Option<&'a Node<'i>> {
    let mut node = expr;
    while let [only] = node.children.as_slice() {
        if only.rule == Rule::conditional {
            return Some(only);
        }
        node = only;
    }
    None
}
