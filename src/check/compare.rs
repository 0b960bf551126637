//! Comparison, membership and relations of sets and texts.

use std::fmt;

use super::expr::plain_text;
use super::scope::{Bound, Scope, Typed};
use super::{Checker, codes};
use crate::base::Span;
use crate::base::pattern::Pattern;
use crate::diag::Diagnostic;
use crate::ir::{Comparison, Expr as Ir, Fold};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind};
use crate::value::Type;

/// What needs values with an order.
#[derive(Clone, Copy)]
pub(super) enum Needs {
    Sign(Comparison),
    OrderBy,
    Extreme(Fold),
    TieKey,
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sign(sign) => write!(f, "`{}`", sign.word()),
            Self::OrderBy => f.write_str("`order by`"),
            Self::Extreme(fold) => write!(f, "`{}`", fold.word()),
            Self::TieKey => f.write_str("a key for ties"),
        }
    }
}

impl Checker<'_> {
    /// Both sides of an operator, each read with the help of the other: a side that is a bare word, a text or a literal
    /// takes its type from the side that is not.
    pub(super) fn two_sides(
        &mut self,
        scope: &mut Scope,
        a: &Expr,
        b: &Expr,
        for_b: fn(&Type) -> Option<Type>,
        for_a: fn(&Type) -> Option<Type>,
    ) -> (Typed, Typed) {
        if self.leans(scope, a) && !self.leans(scope, b) {
            let right = self.expr(scope, b, None);
            let want = right.ty.as_ref().and_then(for_a);
            let left = self.expr(scope, a, want.as_ref());
            (left, right)
        } else {
            let left = self.expr(scope, a, None);
            let want = left.ty.as_ref().and_then(for_b);
            let right = self.expr(scope, b, want.as_ref());
            (left, right)
        }
    }

    /// Whether an expression has no type of its own and takes it from what it is compared with.
    fn leans(&self, scope: &Scope, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Name(path) => {
                let word = &*path.name.text;
                let known = ["service", "request", "now"].contains(&word)
                    || scope.variable(word).is_some()
                    || scope.role(word).is_some()
                    || self.is_bare_field(scope, word);
                path.package.is_none() && !known && self.program.lookup(scope.package, path).is_none()
            }
            ExprKind::Text(_) | ExprKind::Int(_) | ExprKind::Decimal(_) | ExprKind::Record(_) => true,
            ExprKind::Set(elements) | ExprKind::List(elements) => elements.iter().all(|e| self.leans(scope, e)),
            ExprKind::Neg(inner) => self.leans(scope, inner),
            _ => false,
        }
    }

    fn is_bare_field(&self, scope: &Scope, word: &str) -> bool {
        match &scope.bare {
            super::scope::Bare::Nothing | super::scope::Bare::Measured(_) => false,
            super::scope::Bare::Trait(of) => self
                .policy
                .traits
                .get(of)
                .is_some_and(|t| t.fields.contains_key(word) || t.guarantees.contains_key(word)),
            super::scope::Bare::Request(of) => {
                self.policy.requests.get(of).is_some_and(|r| r.fields.iter().any(|f| &*f.name == word))
            }
        }
    }

    pub(super) fn compare(&mut self, scope: &mut Scope, op: BinaryOp, a: &Expr, b: &Expr, span: Span) -> Typed {
        let Some(op) = comparison(op) else { return Typed::broken() };
        let same = |t: &Type| Some(t.clone());
        let (left, right) = self.two_sides(scope, a, b, same, same);
        let (Some(x), Some(y)) = (left.ty.clone(), right.ty.clone()) else { return Typed::broken() };
        let comparable = self.join(&x, &y).filter(|_| !incomparable_services(&x, &y, op));
        let Some(ty) = comparable else {
            self.incomparable((&x, a), (&y, b));
            return Typed::broken();
        };
        let sized = !matches!(op, Comparison::Equal | Comparison::NotEqual);
        if sized && !self.check_ordered(&ty, Needs::Sign(op), span) {
            return Typed::broken();
        }
        self.check_entailed(op, &left.bound, &right.bound, span);
        let unknown = left.unknown.max(right.unknown);
        let left = self.coerce(left, &ty, a.span);
        let right = self.coerce(right, &ty, b.span);
        Typed::new(Ir::Compare(op, Box::new(left.expr), Box::new(right.expr)), Type::Bool).or_unknown(unknown)
    }

    fn incomparable(&mut self, (x, left): (&Type, &Expr), (y, right): (&Type, &Expr)) {
        // The side that is a bare number beside a quantity is the likelier slip; coercing it says how to write it.
        let quantity = |t: &Type| matches!(t, Type::Money(_) | Type::Duration);
        if is_number(left) && quantity(y) {
            self.coerce(Typed::new(Ir::Request, x.clone()), y, left.span);
        } else if is_number(right) && quantity(x) {
            self.coerce(Typed::new(Ir::Request, y.clone()), x, right.span);
        } else {
            let (a, b) = (left.span, right.span);
            let code = if x.unit().is_some() && y.unit().is_some() { &codes::DIMENSION } else { &codes::MISMATCH };
            let message = format!("{x:#} and {y:#} cannot be compared");
            let diagnostic = Diagnostic::error(code, b, message)
                .label(format!("this is {y:#}"))
                .related(a, format!("this is {x:#}"));
            self.report(match (x, y) {
                (_, Type::Set(element)) if **element == *x => diagnostic.help("ask whether the set holds it: `in`"),
                (Type::Set(element), _) if **element == *y => {
                    diagnostic.help("ask whether the set holds it: `x in xs`")
                }
                (Type::Service(_), Type::Enum(_) | Type::Text) => {
                    diagnostic.help("name a field of the service, such as `.provider`")
                }
                (Type::Money(_), Type::Money(_)) => {
                    diagnostic.help("two currencies never mix; state both in one currency")
                }
                _ => diagnostic,
            });
        }
    }

    /// Reports a comparison by size of values that have none.
    pub(super) fn check_ordered(&mut self, ty: &Type, needs: Needs, span: Span) -> bool {
        let ordered = match ty {
            Type::Int | Type::Decimal | Type::Ratio | Type::Money(_) | Type::Duration | Type::Date | Type::Instant => {
                true
            }
            Type::Text => true,
            Type::Enum(name) => self.policy.enums.get(name).is_none_or(|e| e.ordered),
            _ => false,
        };
        if ordered {
            return true;
        }
        let message = format!("{needs} needs values with an order; {ty:#} has none");
        let diagnostic = Diagnostic::error(&codes::NO_ORDER, span, message).label("cannot be compared by size");
        let compares = matches!(needs, Needs::Sign(_));
        self.report(match ty {
            Type::Enum(name) => {
                let other = if compares { ", or compare with `==`" } else { "" };
                let help = format!("declare it as `enum {name} ordered {{ … }}`, smallest first{other}");
                match self.program.by_name(name) {
                    Some(decl) => diagnostic
                        .help(help)
                        .related(decl.name_span, format!("`{name}` is declared here, without `ordered`")),
                    None => diagnostic.help(help),
                }
            }
            Type::Set(_) if compares => diagnostic.help("sets are compared with `within` (subset) and `overlaps`"),
            _ if compares => diagnostic.help("compare with `==` or `!=`"),
            Type::Bool => diagnostic.help("say what comes first: `if … then 0 else 1`"),
            Type::Set(_) | Type::List(_) => diagnostic.help("name what is to be compared of it, such as `count(…)`"),
            Type::Vector | Type::ComplexVector => {
                diagnostic.help("name what is to be compared of it, such as `norm(…)`")
            }
            Type::Service(_) => diagnostic.help("name what is to be compared of it, such as its `name`"),
            _ => diagnostic.help("name one of its fields"),
        });
        false
    }

    /// `x in xs`
    pub(super) fn membership(&mut self, scope: &mut Scope, a: &Expr, b: &Expr) -> Typed {
        let (left, right) =
            self.two_sides(scope, a, b, |t| Some(Type::Set(Box::new(t.clone()))), |t| t.element().cloned());
        let (Some(x), Some(y)) = (left.ty.clone(), right.ty.clone()) else { return Typed::broken() };
        let Some(element) = self.collection(&y, b.span) else { return Typed::broken() };
        let related = matches!((&x, &element), (Type::Service(_), Type::Service(_)));
        let left = if related { left } else { self.coerce(left, &element, a.span) };
        self.check_same_number(&x, &element, a.span);
        self.check_exact(&left, a.span);
        self.check_exact(&right, b.span);
        let unknown = left.unknown.max(right.unknown);
        Typed::new(Ir::In(Box::new(left.expr), Box::new(right.expr)), Type::Bool).or_unknown(unknown)
    }

    /// `xs within ys`, `xs overlaps ys`
    pub(super) fn set_relation(
        &mut self,
        scope: &mut Scope,
        a: &Expr,
        b: &Expr,
        make: fn(Box<Ir>, Box<Ir>) -> Ir,
    ) -> Typed {
        let (left, right) = self.two_sides(scope, a, b, |t| Some(t.clone()), |t| Some(t.clone()));
        let (Some(x), Some(y)) = (left.ty.clone(), right.ty.clone()) else { return Typed::broken() };
        let (Some(of_x), Some(of_y)) = (self.collection(&x, a.span), self.collection(&y, b.span)) else {
            return Typed::broken();
        };
        self.check_same_number(&of_x, &of_y, a.span);
        if self.join(&of_x, &of_y).is_none() {
            let message = format!("the one holds {of_x:#}, the other {of_y:#}: they can share nothing");
            let diagnostic = Diagnostic::error(&codes::MISMATCH, b.span, message).label(format!("this is {y:#}"));
            self.report(diagnostic.related(a.span, format!("this is {x:#}")));
            return Typed::broken();
        }
        let unknown = left.unknown.max(right.unknown);
        Typed::new(make(Box::new(left.expr), Box::new(right.expr)), Type::Bool).or_unknown(unknown)
    }

    /// Inside collections a ratio is never equal to a decimal, so looking for the one among the others finds nothing.
    fn check_same_number(&mut self, x: &Type, y: &Type, span: Span) {
        if matches!((x, y), (Type::Ratio, Type::Decimal) | (Type::Decimal, Type::Ratio)) {
            let message = format!("{x:#} is looked for among values of type `{y}`");
            let diagnostic = Diagnostic::error(&codes::MISMATCH, span, message).label(format!("this is {x:#}"));
            self.report(diagnostic.help("declare both as `ratio`, or both as `decimal`"));
        }
    }

    /// The type of the elements, or the diagnostic that this is no collection.
    pub(super) fn collection(&mut self, ty: &Type, span: Span) -> Option<Type> {
        if let Some(element) = ty.element() {
            return Some(element.clone());
        }
        let message = format!("a set or a list is needed, not {ty:#}");
        let diagnostic = Diagnostic::error(&codes::NOT_A_COLLECTION, span, message).label(format!("this is {ty:#}"));
        self.report(diagnostic.help("write a set of one as `{ x }`, or compare with `==`"));
        None
    }

    /// Reports a promised bound used where only a value makes sense.
    fn check_exact(&mut self, typed: &Typed, span: Span) {
        if typed.bound != Bound::Exact {
            self.check_entailed(Comparison::Equal, &typed.bound, &Bound::Exact, span);
        }
    }

    pub(super) fn text_relation(
        &mut self,
        scope: &mut Scope,
        a: &Expr,
        b: &Expr,
        make: fn(Box<Ir>, Box<Ir>) -> Ir,
    ) -> Typed {
        let (a, b) = (self.expect(scope, a, &Type::Text), self.expect(scope, b, &Type::Text));
        let unknown = a.unknown.max(b.unknown);
        Typed::new(make(Box::new(a.expr), Box::new(b.expr)), Type::Bool).or_unknown(unknown)
    }

    /// `a matches "pattern"`
    pub(super) fn matches(&mut self, scope: &mut Scope, a: &Expr, b: &Expr) -> Typed {
        let text = self.expect(scope, a, &Type::Text);
        let source = match &b.kind {
            ExprKind::Error => return Typed::broken(),
            ExprKind::Text(parts) => plain_text(parts),
            _ => None,
        };
        let Some(source) = source else {
            let diagnostic =
                Diagnostic::error(&codes::PATTERN, b.span, "a pattern is a text in quotes, without values in it");
            self.report(diagnostic.help("patterns are compiled before anything runs, so they cannot be computed"));
            return Typed::broken();
        };
        match Pattern::new(&source) {
            Ok(pattern) => Typed::new(Ir::Matches(Box::new(text.expr), pattern), Type::Bool).or_unknown(text.unknown),
            Err(error) => {
                let message = format!("the pattern does not read: {}", error.message);
                self.report(
                    Diagnostic::error(&codes::PATTERN, b.span, message).label(format!("at character {}", error.at + 1)),
                );
                Typed::broken()
            }
        }
    }
}

/// The comparison of an operator that is one.
pub(super) fn comparison(op: BinaryOp) -> Option<Comparison> {
    Some(match op {
        BinaryOp::Equal => Comparison::Equal,
        BinaryOp::NotEqual => Comparison::NotEqual,
        BinaryOp::Less => Comparison::Less,
        BinaryOp::LessOrEqual => Comparison::LessOrEqual,
        BinaryOp::Greater => Comparison::Greater,
        BinaryOp::GreaterOrEqual => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

/// Services are the same or not; nothing else can be said of two of them.
fn incomparable_services(x: &Type, y: &Type, op: Comparison) -> bool {
    let services = matches!((x, y), (Type::Service(_), Type::Service(_)));
    services && !matches!(op, Comparison::Equal | Comparison::NotEqual)
}

/// Whether a number is written there, without a unit.
fn is_number(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Int(_) | ExprKind::Decimal(_) | ExprKind::Percent(_) => true,
        ExprKind::Neg(inner) => is_number(inner),
        _ => false,
    }
}
