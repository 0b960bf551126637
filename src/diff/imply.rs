//! Whether one condition follows from another: by intervals, by sets, and by the shape of both.
//!
//! `follows(a, b)` says that whenever `a` is true, `b` is true as well; unknown is not true. Where this is not seen, the answer
//! is no. Both are in normal form and come from versions that share their enums' places.

use std::collections::BTreeSet;

use super::normal::key;
use crate::ir::{Comparison, Expr, Policy};
use crate::value::{Value, ops};

/// Parts of two conditions that are looked at before the answer is no.
const STEPS: usize = 50_000;

/// Whether `b` is true wherever `a` is.
pub fn follows(a: &Expr, b: &Expr, policies: [&Policy; 2]) -> bool {
    let mut search = Search { policies, left: STEPS };
    search.follows(a, b)
}

struct Search<'p> {
    /// The policies of both versions: a member that only one of them has still counts.
    policies: [&'p Policy; 2],
    left: usize,
}

impl Search<'_> {
    fn follows(&mut self, a: &Expr, b: &Expr) -> bool {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            return false;
        }
        if a == b || *b == Expr::Literal(Value::Bool(true)) || *a == Expr::Literal(Value::Bool(false)) {
            return true;
        }
        match (a, b) {
            (Expr::Or(parts), _) => parts.iter().all(|part| self.follows(part, b)),
            (_, Expr::And(parts)) => parts.iter().all(|part| self.follows(a, part)),
            (Expr::And(parts), Expr::Or(others)) => {
                parts.iter().any(|part| self.follows(part, b)) || others.iter().any(|other| self.follows(a, other))
            }
            (Expr::And(parts), _) => parts.iter().any(|part| self.follows(part, b)),
            (_, Expr::Or(others)) => others.iter().any(|other| self.follows(a, other)),
            (
                Expr::Quantifier { all, over, body, variable },
                Expr::Quantifier { all: other_all, over: other_over, body: other_body, variable: other },
            ) => all == other_all && over == other_over && variable == other && self.follows(body, other_body),
            (Expr::If(c, x, y), Expr::If(d, v, w)) => c == d && self.follows(x, v) && self.follows(y, w),
            _ => self.atoms(a, b),
        }
    }

    /// Conditions without `and`, `or` and quantifiers.
    fn atoms(&self, a: &Expr, b: &Expr) -> bool {
        if let (Some((subject, members)), Some((other, more))) = (self.members(a), self.members(b)) {
            return subject == other && members.is_subset(&more);
        }
        match (a, b) {
            (Expr::Not(a), Expr::Not(b)) => one_sided(b, a),
            (_, Expr::Known(of)) => is_known_where(a, of),
            _ => one_sided(a, b) || interval(a, b) || between(a, b),
        }
    }

    /// The members of an enum that a condition allows its subject to be.
    fn members(&self, expr: &Expr) -> Option<(String, BTreeSet<Value>)> {
        match expr {
            Expr::Not(inner) => {
                let (subject, allowed) = self.members(inner)?;
                let all = self.all(allowed.first()?);
                Some((subject, all.difference(&allowed).cloned().collect()))
            }
            Expr::In(subject, set) => match &**set {
                Expr::Literal(Value::Set(elements)) => {
                    let is_member = |value: &Value| matches!(value, Value::Member(_));
                    (!elements.is_empty() && elements.iter().all(is_member))
                        .then(|| (key(subject), elements.iter().cloned().collect()))
                }
                _ => None,
            },
            Expr::Compare(..) => {
                let (subject, op, bound) = bounded(expr)?;
                matches!(bound, Value::Member(_)).then_some(())?;
                let fitting = self.all(bound).into_iter().filter(|member| ops::compare(op, member, bound));
                Some((key(subject), fitting.collect()))
            }
            _ => None,
        }
    }

    /// All members of an enum in either version, with the places of the new one.
    fn all(&self, one: &Value) -> BTreeSet<Value> {
        let Value::Member(one) = one else { return BTreeSet::new() };
        let [_, places] = self.policies;
        let none = std::collections::BTreeMap::new();
        let names = self.policies.iter().filter_map(|policy| policy.enums.get(&one.of)).flat_map(|of| &of.members);
        let normal = super::normal::Normal::new(places, places, &none);
        let member = |name: &crate::base::Name| {
            normal.value(&Value::Member(crate::value::Member { of: one.of.clone(), index: 0, name: name.clone() }))
        };
        names.map(member).collect()
    }
}

/// A comparison with a constant, with the constant on the right.
pub fn bounded(expr: &Expr) -> Option<(&Expr, Comparison, &Value)> {
    match expr {
        Expr::Compare(op, of, bound) => match (&**of, &**bound) {
            (Expr::Literal(_), Expr::Literal(_)) => None,
            (of, Expr::Literal(bound)) => Some((of, *op, bound)),
            (Expr::Literal(bound), of) => Some((of, op.mirrored(), bound)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether one bound on a quantity follows from another.
fn interval(a: &Expr, b: &Expr) -> bool {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    if let (Some(values), Some((subject, op, bound))) = (listed(a), bounded(b)) {
        return *values.0 == *subject && values.1.iter().all(|value| ops::compare(op, value, bound));
    }
    let (Some((subject, op, bound)), Some((other, wanted, limit))) = (bounded(a), bounded(b)) else { return false };
    if subject != other {
        return false;
    }
    let order = ops::order(bound, limit);
    match (op, wanted) {
        (Equal, _) => ops::compare(wanted, bound, limit),
        (Less, Less | LessOrEqual | NotEqual) | (LessOrEqual, LessOrEqual) => order.is_le(),
        (LessOrEqual, Less | NotEqual) => order.is_lt(),
        (Greater, Greater | GreaterOrEqual | NotEqual) | (GreaterOrEqual, GreaterOrEqual) => order.is_ge(),
        (GreaterOrEqual, Greater | NotEqual) => order.is_gt(),
        (NotEqual, NotEqual) => order.is_eq(),
        _ => false,
    }
}

/// A membership in a constant set.
fn listed(expr: &Expr) -> Option<(&Expr, &[Value])> {
    match expr {
        Expr::In(subject, set) => match &**set {
            Expr::Literal(Value::Set(elements)) => Some((subject, elements)),
            _ => None,
        },
        _ => None,
    }
}

/// Comparisons of two sides of which one or both have moved in one direction.
fn between(a: &Expr, b: &Expr) -> bool {
    match (a, b) {
        (Expr::Compare(op, l, r), Expr::Compare(wanted, left, right)) => {
            let wide_enough = op == wanted || (*op, *wanted) == (Comparison::Less, Comparison::LessOrEqual);
            let is_order = matches!(op, Comparison::Less | Comparison::LessOrEqual);
            is_order && wide_enough && moved(l, left, true) && moved(r, right, false)
        }
        _ => false,
    }
}

/// Whether, wherever one side has a value, the one that takes its place has one that is no larger, or no smaller.
fn moved(from: &Expr, to: &Expr, down: bool) -> bool {
    match (from, to) {
        (from, to) if from == to => true,
        (Expr::Literal(from), Expr::Literal(to)) => {
            let order = ops::order(to, from);
            if down { order.is_le() } else { order.is_ge() }
        }
        (Expr::Coalesce(from, before), Expr::Coalesce(to, after)) => from == to && moved(before, after, down),
        // Where the one is known, the other is it.
        (from, Expr::Coalesce(to, _)) => *from == **to,
        _ => false,
    }
}

/// Memberships and inclusions with a set that has grown or shrunk.
fn one_sided(a: &Expr, b: &Expr) -> bool {
    match (a, b) {
        (Expr::In(x, set), Expr::In(y, other)) => x == y && subset(set, other),
        (Expr::Within(x, set), Expr::Within(y, other)) => subset(y, x) && subset(set, other),
        (Expr::Overlaps(x, set), Expr::Overlaps(y, other)) => {
            (subset(x, y) && subset(set, other)) || (subset(x, other) && subset(set, y))
        }
        _ => false,
    }
}

/// Whether each element of the one is an element of the other, and both are known together.
fn subset(a: &Expr, b: &Expr) -> bool {
    match (a, b) {
        (a, b) if a == b => true,
        (Expr::Literal(a), Expr::Literal(b)) => ops::within(a, b) == Some(true),
        (Expr::Coalesce(a, few), Expr::Coalesce(b, many)) => a == b && subset(few, many),
        _ => false,
    }
}

/// Whether a condition that is true shows that an expression is known.
fn is_known_where(a: &Expr, of: &Expr) -> bool {
    match a {
        Expr::Not(inner) => is_known_where(inner, of),
        Expr::Compare(_, x, y) | Expr::In(x, y) | Expr::Within(x, y) | Expr::Overlaps(x, y) => **x == *of || **y == *of,
        Expr::StartsWith(x, y) | Expr::EndsWith(x, y) => **x == *of || **y == *of,
        Expr::Matches(x, _) => **x == *of,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Name;

    fn field(name: &str) -> Expr {
        Expr::Field(Box::new(Expr::Subject), Name::from(name))
    }

    fn compare(op: Comparison, bound: i64) -> Expr {
        Expr::Compare(op, Box::new(field("x")), Box::new(Expr::Literal(Value::Int(bound))))
    }

    #[test]
    fn an_interval_follows_exactly_where_every_number_of_the_one_is_in_the_other() {
        let policy = Policy::default();
        for op in Comparison::ALL {
            for wanted in Comparison::ALL {
                for (bound, limit) in [(3, 3), (3, 5), (5, 3)] {
                    // Half steps stand between the whole ones, as for decimals.
                    let numbers = (-4..20).map(|twice| {
                        Value::Number(
                            (format!("{}", f64::from(twice) / 2.0)).parse().unwrap(),
                            crate::value::Unit::Plain,
                        )
                    });
                    let as_number = |n: i64| Value::Number(crate::base::Decimal::from(n), crate::value::Unit::Plain);
                    let holds = numbers.into_iter().all(|n| {
                        !ops::compare(*op, &n, &as_number(bound)) || ops::compare(*wanted, &n, &as_number(limit))
                    });
                    let found = follows(&compare(*op, bound), &compare(*wanted, limit), [&policy, &policy]);
                    assert_eq!(found, holds, "x {} {bound} and x {} {limit}", op.word(), wanted.word());
                }
            }
        }
    }

    #[test]
    fn a_negation_turns_sets_round_and_an_unknown_operand_is_not_overlooked() {
        let policy = Policy::default();
        let set = |values: &[i64]| Expr::Literal(Value::set(values.iter().map(|v| Value::Int(*v)).collect()));
        let within = |values: &[i64]| Expr::Within(Box::new(field("xs")), Box::new(set(values)));
        let not = |e: Expr| Expr::Not(Box::new(e));
        let follows = |a: &Expr, b: &Expr| follows(a, b, [&policy, &policy]);
        assert!(follows(&within(&[1]), &within(&[1, 2])));
        assert!(!follows(&within(&[1, 2]), &within(&[1])));
        assert!(follows(&not(within(&[1, 2])), &not(within(&[1]))));
        assert!(!follows(&not(within(&[1])), &not(within(&[1, 2]))));
        let limit = |default: i64| {
            let budget = Expr::Field(Box::new(Expr::Request), Name::from("budget"));
            let right = Expr::Coalesce(Box::new(budget), Box::new(Expr::Literal(Value::Int(default))));
            Expr::Compare(Comparison::LessOrEqual, Box::new(field("cost")), Box::new(right))
        };
        assert!(follows(&limit(3), &limit(5)));
        assert!(!follows(&limit(5), &limit(3)));
        let without = {
            let budget = Expr::Field(Box::new(Expr::Request), Name::from("budget"));
            Expr::Compare(Comparison::LessOrEqual, Box::new(field("cost")), Box::new(budget))
        };
        assert!(follows(&without, &limit(3)) && !follows(&limit(3), &without));
        // The other way round, what supplies a missing left side may make true what was unknown, and never the reverse.
        let turned = |of: Expr| match of {
            Expr::Compare(op, a, b) => Expr::Compare(op, b, a),
            other => other,
        };
        assert!(follows(&turned(without.clone()), &turned(limit(3))));
        assert!(!follows(&turned(limit(3)), &turned(without)));
    }
}
