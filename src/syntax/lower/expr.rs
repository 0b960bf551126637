//! Expressions: the grammar reads operators and operands as a flat list, and here precedence makes a tree of it.
//!
//! Two stacks and a loop, no recursion: a chain of ten thousand signs costs memory, not stack. Every node knows how
//! tall it is, so a tree beyond the limit is never finished, and nothing downstream has to fear its depth.

use crate::base::{Span, limits};
use crate::diag::Diagnostic;

use super::super::ast::{BinaryOp, Expr, ExprKind};
use super::super::codes;
use super::super::grammar::{Pair, Rule};
use super::{Lower, child};

/// An expression, how tall it is, and what made it last.
pub(super) struct Tall {
    pub expr: Expr,
    pub height: usize,
    made: Made,
}

/// What an operand on the stack was made by; brackets make a whole of anything.
#[derive(Clone, Copy, PartialEq)]
enum Made {
    Whole,
    Comparison,
    And,
    Or,
}

/// An operator that waits for its right side.
#[derive(Clone, Copy, PartialEq)]
enum Op {
    Not,
    Known,
    Neg,
    And,
    Or,
    Binary(BinaryOp),
}

/// How tight an operator binds, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Implies,
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Coalesce,
    Unary,
}

impl Op {
    fn level(self) -> Level {
        match self {
            Self::Not => Level::Not,
            Self::Known | Self::Neg => Level::Unary,
            Self::And => Level::And,
            Self::Or => Level::Or,
            Self::Binary(BinaryOp::Implies) => Level::Implies,
            Self::Binary(BinaryOp::Add | BinaryOp::Subtract) => Level::Sum,
            Self::Binary(BinaryOp::Multiply | BinaryOp::Divide) => Level::Product,
            Self::Binary(BinaryOp::Coalesce) => Level::Coalesce,
            Self::Binary(_) => Level::Comparison,
        }
    }

    fn groups_right(self) -> bool {
        matches!(self.level(), Level::Implies | Level::Coalesce)
    }

    fn of(rule: Rule) -> Option<Self> {
        Some(Self::Binary(match rule {
            Rule::kw_and => return Some(Self::And),
            Rule::kw_or => return Some(Self::Or),
            Rule::kw_implies => BinaryOp::Implies,
            Rule::kw_in => BinaryOp::In,
            Rule::kw_within => BinaryOp::Within,
            Rule::kw_overlaps => BinaryOp::Overlaps,
            Rule::starts_with => BinaryOp::StartsWith,
            Rule::ends_with => BinaryOp::EndsWith,
            Rule::kw_matches => BinaryOp::Matches,
            Rule::equal => BinaryOp::Equal,
            Rule::not_equal => BinaryOp::NotEqual,
            Rule::less => BinaryOp::Less,
            Rule::less_equal => BinaryOp::LessOrEqual,
            Rule::greater => BinaryOp::Greater,
            Rule::greater_equal => BinaryOp::GreaterOrEqual,
            Rule::coalesce => BinaryOp::Coalesce,
            Rule::plus => BinaryOp::Add,
            Rule::minus => BinaryOp::Subtract,
            Rule::times => BinaryOp::Multiply,
            Rule::over => BinaryOp::Divide,
            _ => return None,
        }))
    }
}

/// The two stacks of one expression.
#[derive(Default)]
struct Stacks {
    values: Vec<Tall>,
    ops: Vec<(Op, Span)>,
}

impl<'i> Lower<'i> {
    /// The first expression directly under a pair.
    pub(super) fn expr_in(&mut self, pair: &Pair<'i>) -> Option<Expr> {
        let expr = child(pair, Rule::expr)?;
        Some(self.expr(&expr))
    }

    /// A whole expression.
    pub fn expr(&mut self, pair: &Pair<'i>) -> Expr {
        self.fresh();
        self.nested(pair).expr
    }

    /// A new expression or type begins, so depth may be reported again.
    pub(super) fn fresh(&mut self) {
        if self.depth == 0 {
            self.deep = false;
        }
    }

    /// An expression inside another.
    pub(super) fn nested(&mut self, pair: &Pair<'i>) -> Tall {
        if self.depth >= limits::EXPRESSION_DEPTH {
            let span = self.span(pair);
            return self.too_tall(span);
        }
        self.depth += 1;
        let made = self.chain(pair);
        self.depth -= 1;
        made.unwrap_or_else(|| Tall::error(self.span(pair)))
    }

    /// A node over parts of the given height.
    pub(super) fn join(&mut self, kind: ExprKind, span: Span, height: usize) -> Tall {
        if height >= limits::EXPRESSION_DEPTH {
            return self.too_tall(span);
        }
        Tall { expr: Expr { kind, span }, height: height + 1, made: Made::Whole }
    }

    fn too_tall(&mut self, span: Span) -> Tall {
        self.too_deep(span);
        Tall::error(span)
    }

    /// Reports, once for each expression, that it is nested beyond the limit.
    pub(super) fn too_deep(&mut self, span: Span) {
        if !self.deep {
            self.deep = true;
            let message = format!("nested deeper than {} levels", limits::EXPRESSION_DEPTH);
            let error = Diagnostic::error(&codes::TOO_DEEP, span, message).label("too deep");
            self.report(error.help("name a part of it with `let` or `define`"));
        }
    }

    fn chain(&mut self, pair: &Pair<'i>) -> Option<Tall> {
        let mut stacks = Stacks::default();
        let mut after_matches = false;
        for part in pair.clone().into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::prefix => self.push_prefix(&mut stacks, &part)?,
                Rule::operand => {
                    let operand = if after_matches { self.pattern_operand(&part) } else { self.operand(&part) };
                    stacks.values.push(operand.unwrap_or_else(|| Tall::error(span)));
                }
                Rule::infix => {
                    let op = Op::of(part.into_inner().next()?.as_rule())?;
                    self.push_infix(&mut stacks, op, span)?;
                    after_matches = op == Op::Binary(BinaryOp::Matches);
                    continue;
                }
                Rule::is_test => self.push_is(&mut stacks, &part, span)?,
                _ => {}
            }
            after_matches = false;
        }
        while let Some((op, span)) = stacks.ops.pop() {
            self.apply(&mut stacks, op, span)?;
        }
        stacks.values.pop()
    }

    fn push_prefix(&mut self, stacks: &mut Stacks, part: &Pair<'i>) -> Option<()> {
        let span = self.span(part);
        let op = match part.clone().into_inner().next()?.as_rule() {
            Rule::kw_not => Op::Not,
            Rule::kw_known => Op::Known,
            _ => Op::Neg,
        };
        if let Some((before, _)) = stacks.ops.last()
            && before.level() > op.level()
        {
            let error = Diagnostic::error(&codes::NEEDS_BRACKETS, span, "`not` needs brackets here")
                .label("binds looser than what stands before it")
                .help("write `(not …)`");
            self.report(error);
        }
        stacks.ops.push((op, span));
        Some(())
    }

    fn push_infix(&mut self, stacks: &mut Stacks, op: Op, span: Span) -> Option<()> {
        self.reduce(stacks, op)?;
        if op.level() == Level::Comparison {
            self.check_row(stacks, span);
        }
        stacks.ops.push((op, span));
        Some(())
    }

    fn push_is(&mut self, stacks: &mut Stacks, part: &Pair<'i>, span: Span) -> Option<()> {
        // `is` binds as comparisons do; its right side is a trait's name and complete at once.
        self.reduce(stacks, Op::Binary(BinaryOp::Equal))?;
        self.check_row(stacks, span);
        let path = self.path_in(part)?;
        let left = stacks.values.pop()?;
        let span = left.expr.span.to(span);
        let tall = self.join(ExprKind::Is(Box::new(left.expr), path), span, left.height);
        stacks.values.push(Tall { made: Made::Comparison, ..tall });
        Some(())
    }

    /// Finishes every waiting operator that binds at least as tight as the one that comes now.
    fn reduce(&mut self, stacks: &mut Stacks, op: Op) -> Option<()> {
        while let Some((before, span)) = stacks.ops.last().copied() {
            let tighter = before.level() > op.level() || (before.level() == op.level() && !op.groups_right());
            if !tighter {
                break;
            }
            stacks.ops.pop();
            self.apply(stacks, before, span)?;
        }
        Some(())
    }

    /// `a < b < c` means two things to two readers, so it means nothing here.
    fn check_row(&mut self, stacks: &Stacks, span: Span) {
        if let Some(left) = stacks.values.last()
            && left.made == Made::Comparison
        {
            let error = Diagnostic::error(&codes::NEEDS_BRACKETS, span, "two comparisons in a row")
                .label("the second comparison")
                .related(left.expr.span, "the first comparison")
                .help("join them with `and`, or put one of them in brackets");
            self.report(error);
        }
    }

    fn apply(&mut self, stacks: &mut Stacks, op: Op, span: Span) -> Option<()> {
        let right = stacks.values.pop()?;
        let tall = match op {
            Op::Not | Op::Known | Op::Neg => {
                let span = span.to(right.expr.span);
                let inner = Box::new(right.expr);
                let kind = match op {
                    Op::Not => ExprKind::Not(inner),
                    Op::Known => ExprKind::Known(inner),
                    _ => ExprKind::Neg(inner),
                };
                self.join(kind, span, right.height)
            }
            Op::And | Op::Or => self.and_or(stacks.values.pop()?, right, op),
            Op::Binary(op) => {
                let left = stacks.values.pop()?;
                let span = left.expr.span.to(right.expr.span);
                let height = left.height.max(right.height);
                let kind = ExprKind::Binary(op, Box::new(left.expr), Box::new(right.expr));
                let made = if Op::Binary(op).level() == Level::Comparison { Made::Comparison } else { Made::Whole };
                Tall { made, ..self.join(kind, span, height) }
            }
        };
        stacks.values.push(tall);
        Some(())
    }

    /// `a and b and c` is one row, however long.
    fn and_or(&mut self, left: Tall, right: Tall, op: Op) -> Tall {
        let made = if op == Op::And { Made::And } else { Made::Or };
        let span = left.expr.span.to(right.expr.span);
        let same = left.made == made;
        match left.expr.kind {
            ExprKind::And(mut all) | ExprKind::Or(mut all) if same => {
                let height = left.height.max(right.height + 1);
                all.push(right.expr);
                let kind = if op == Op::And { ExprKind::And(all) } else { ExprKind::Or(all) };
                if height > limits::EXPRESSION_DEPTH {
                    return self.too_tall(span);
                }
                Tall { expr: Expr { kind, span }, height, made }
            }
            kind => {
                let height = left.height.max(right.height);
                let all = vec![Expr { kind, span: left.expr.span }, right.expr];
                let kind = if op == Op::And { ExprKind::And(all) } else { ExprKind::Or(all) };
                Tall { made, ..self.join(kind, span, height) }
            }
        }
    }
}

impl Tall {
    /// What stands in the tree for something that could not be read.
    pub(super) fn error(span: Span) -> Self {
        Self { expr: Expr { kind: ExprKind::Error, span }, height: 1, made: Made::Whole }
    }

    /// The same in brackets: a whole, and its span holds the brackets.
    pub(super) fn bracketed(self, span: Span) -> Self {
        Self { expr: Expr { span, ..self.expr }, made: Made::Whole, ..self }
    }
}
