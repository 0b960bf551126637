//! What stands between operators: names, calls, collections, quantifiers, folds.

use super::super::ast::{Comprehension, Expr, ExprKind, FoldBody, FoldOp, Ident};
use super::super::grammar::{Pair, Rule};
use super::expr::Tall;
use super::{Lower, child, children, has};

/// A generator with the height of its tallest part.
type TallGenerator = (Comprehension, usize);

impl<'i> Lower<'i> {
    pub(super) fn operand(&mut self, pair: &Pair<'i>) -> Option<Tall> {
        let mut parts = pair.clone().into_inner();
        let primary = parts.next()?;
        let mut made = self.primary(&primary)?;
        for postfix in parts {
            made = self.postfix(made, &postfix)?;
        }
        Some(made)
    }

    /// The right side of `matches`: a text literal there is a pattern and stands for itself, backslashes and all.
    pub(super) fn pattern_operand(&mut self, pair: &Pair<'i>) -> Option<Tall> {
        let mut parts = pair.clone().into_inner();
        let primary = parts.next()?;
        if primary.as_rule() == Rule::text && parts.next().is_none() {
            let kind = self.verbatim(&primary);
            return Some(self.join(kind, self.span(&primary), 0));
        }
        self.operand(pair)
    }

    fn primary(&mut self, pair: &Pair<'i>) -> Option<Tall> {
        let span = self.span(pair);
        Some(match pair.as_rule() {
            Rule::quantified => self.quantified(pair)?,
            Rule::conditional => self.conditional(pair)?,
            Rule::fold => self.fold(pair)?,
            Rule::braces => self.braces(pair)?.bracketed(span),
            Rule::brackets => self.brackets(pair)?,
            Rule::group => {
                let inner = child(pair, Rule::expr)?;
                self.nested(&inner).bracketed(span)
            }
            Rule::name => self.name(pair)?,
            Rule::text => {
                let (kind, height) = self.text_value(pair);
                self.join(kind, span, height)
            }
            _ => {
                let kind = self.literal(pair);
                self.join(kind, span, 0)
            }
        })
    }

    fn postfix(&mut self, base: Tall, pair: &Pair<'i>) -> Option<Tall> {
        let inner = pair.clone().into_inner().next()?;
        let span = base.expr.span.to(self.span(&inner));
        if inner.as_rule() == Rule::index {
            let key = self.nested(&child(&inner, Rule::expr)?);
            let height = base.height.max(key.height);
            return Some(self.join(ExprKind::Index(Box::new(base.expr), Box::new(key.expr)), span, height));
        }
        let word = self.word_in(&inner)?;
        let upto = base.expr.span.to(word.span);
        let field = self.join(ExprKind::Field(Box::new(base.expr), word), upto, base.height);
        if !has(&inner, Rule::closure) {
            return Some(field);
        }
        Some(self.join(ExprKind::Closure(Box::new(field.expr)), span, field.height))
    }

    fn name(&mut self, pair: &Pair<'i>) -> Option<Tall> {
        let span = self.span(pair);
        let bare = child(pair, Rule::bare_name)?;
        let path = self.path_in(&bare)?;
        let Some(args) = child(pair, Rule::args) else {
            let upto = path.span();
            let name = self.join(ExprKind::Name(path), upto, 0);
            if !has(&bare, Rule::closure) {
                return Some(name);
            }
            return Some(self.join(ExprKind::Closure(Box::new(name.expr)), span, name.height));
        };
        let (args, height) = self.exprs_in(&args);
        Some(self.join(ExprKind::Call(path, args), span, height))
    }

    /// All expressions directly under a pair, and the height of the tallest.
    fn exprs_in(&mut self, pair: &Pair<'i>) -> (Vec<Expr>, usize) {
        let mut height = 0;
        let all = children(pair, Rule::expr)
            .map(|e| {
                let made = self.nested(&e);
                height = height.max(made.height);
                made.expr
            })
            .collect();
        (all, height)
    }

    /// `{ … }`: a record or a set.
    pub(super) fn braces(&mut self, pair: &Pair<'i>) -> Option<Tall> {
        let span = self.span(pair);
        let inner = pair.clone().into_inner().next()?;
        if inner.as_rule() == Rule::set_value {
            let (all, height) = self.exprs_in(&inner);
            return Some(self.join(ExprKind::Set(all), span, height));
        }
        let mut height = 0;
        let mut entries: Vec<(Ident, Expr)> = Vec::new();
        for entry in children(&inner, Rule::record_entry) {
            let name = self.word_in(&entry)?;
            let value = self.nested(&child(&entry, Rule::expr)?);
            height = height.max(value.height);
            entries.push((name, value.expr));
        }
        Some(self.join(ExprKind::Record(entries), span, height))
    }

    fn brackets(&mut self, pair: &Pair<'i>) -> Option<Tall> {
        let span = self.span(pair);
        let Some(generator) = child(pair, Rule::generator) else {
            let (all, height) = self.exprs_in(pair);
            return Some(self.join(ExprKind::List(all), span, height));
        };
        let take = child(pair, Rule::expr)?;
        let (comprehension, height) = self.generator(&generator, Some(&take))?;
        Some(self.join(ExprKind::Comprehension(Box::new(comprehension)), span, height))
    }

    fn fold(&mut self, pair: &Pair<'i>) -> Option<Tall> {
        let span = self.span(pair);
        let op = match child(pair, Rule::fold_word)?.as_str() {
            "count" => FoldOp::Count,
            "sum" => FoldOp::Sum,
            "min" => FoldOp::Min,
            _ => FoldOp::Max,
        };
        let (body, height) = if let Some(each) = child(pair, Rule::fold_each) {
            let (generator, height) = self.generator(&each, None)?;
            (FoldBody::Generator(Box::new(generator)), height)
        } else if let Some(rest) = child(pair, Rule::fold_rest) {
            self.fold_rest(&rest)?
        } else {
            (FoldBody::Values(Vec::new()), 0)
        };
        Some(self.join(ExprKind::Fold(op, body), span, height))
    }

    fn fold_rest(&mut self, pair: &Pair<'i>) -> Option<(FoldBody, usize)> {
        let Some(generator) = child(pair, Rule::generator) else {
            let (all, height) = self.exprs_in(pair);
            return Some((FoldBody::Values(all), height));
        };
        let take = child(pair, Rule::expr)?;
        let (generator, height) = self.generator(&generator, Some(&take))?;
        Some((FoldBody::Generator(Box::new(generator)), height))
    }

    fn generator(&mut self, pair: &Pair<'i>, take: Option<&Pair<'i>>) -> Option<TallGenerator> {
        let mut height = 0;
        let mut read = |lower: &mut Self, expr: &Pair<'i>| {
            let made = lower.nested(expr);
            height = height.max(made.height);
            made.expr
        };
        let part = |rule| child(pair, rule).and_then(|p| Some((child(&p, Rule::expr)?, p)));
        let take = take.map(|t| read(self, t));
        let over = read(self, &child(pair, Rule::expr)?);
        let filter = part(Rule::where_part).map(|(e, _)| read(self, &e));
        let order = part(Rule::order_part).map(|(e, p)| (read(self, &e), has(&p, Rule::kw_desc)));
        let limit = part(Rule::limit_part).map(|(e, _)| read(self, &e));
        let var = self.word_in(pair)?;
        Some((Comprehension { take, var, over, filter, order, limit }, height))
    }

    fn quantified(&mut self, pair: &Pair<'i>) -> Option<Tall> {
        let mut exprs = children(pair, Rule::expr);
        let over = self.nested(&exprs.next()?);
        let body = self.nested(&exprs.next()?);
        let height = over.height.max(body.height);
        let kind = ExprKind::Quantified {
            all: has(pair, Rule::kw_all),
            var: self.word_in(pair)?,
            over: Box::new(over.expr),
            body: Box::new(body.expr),
        };
        Some(self.join(kind, self.span(pair), height))
    }

    fn conditional(&mut self, pair: &Pair<'i>) -> Option<Tall> {
        let mut exprs = children(pair, Rule::expr);
        let condition = self.nested(&exprs.next()?);
        let then = self.nested(&exprs.next()?);
        let otherwise = self.nested(&exprs.next()?);
        let height = condition.height.max(then.height).max(otherwise.height);
        let kind = ExprKind::If(Box::new(condition.expr), Box::new(then.expr), Box::new(otherwise.expr));
        Some(self.join(kind, self.span(pair), height))
    }
}
