//! From a condition and how it is to come out, to what its terms must be for that.

use std::collections::BTreeSet;

use super::domain::{Allowed, Elements, Known, Universe};
use super::terms::{Bindings, Presence, Term};
use super::{Needs, Reasoner, Verdicts, Ways};
use crate::ir::{Comparison, Expr, walk};
use crate::value::{Value, ops};

/// Calls inside calls beyond this are not looked into.
const DEPTH: usize = 32;

/// The ways in which a condition comes out as one of these; more than there are, never fewer.
pub fn expand(r: &Reasoner<'_>, e: &Expr, wanted: Verdicts, b: &Bindings, depth: usize) -> Ways {
    if wanted == Verdicts::NONE {
        return Ways::none();
    }
    if wanted == Verdicts::ALL || depth > DEPTH {
        return Ways::anyhow();
    }
    let go = |e: &Expr, wanted: Verdicts| expand(r, e, wanted, b, depth + 1);
    match e {
        Expr::Not(of) => go(of, wanted.negated()),
        Expr::And(parts) => junction(&parts.iter().collect::<Vec<_>>(), wanted, false, &go),
        Expr::Or(parts) => junction(&parts.iter().collect::<Vec<_>>(), wanted.negated(), true, &go),
        Expr::Implies(a, c) => {
            let negated = Expr::Not(a.clone());
            junction(&[&negated, c], wanted.negated(), true, &go)
        }
        Expr::If(c, a, d) => {
            let then = go(c, Verdicts::TRUE).and(&go(a, wanted));
            then.or(go(c, Verdicts::FALSE).and(&go(d, wanted))).or(go(c, Verdicts::UNKNOWN))
        }
        Expr::Coalesce(a, d) => {
            let known = wanted.and(Verdicts::TRUE.or(Verdicts::FALSE));
            go(a, known).or(go(a, Verdicts::UNKNOWN).and(&go(d, wanted)))
        }
        Expr::Call(name, args) => {
            let Some(definition) = r.policy.definitions.get(name) else { return Ways::anyhow() };
            let args: Vec<Expr> = args.iter().map(|arg| r.resolve(arg, b)).collect();
            let open = |arg: &Expr| walk::any(arg, &mut |part| matches!(part, Expr::Variable(_)));
            if args.iter().any(open) {
                return atom(&r.term(e, b), wanted);
            }
            let bindings = definition.params.iter().cloned().zip(args).collect();
            expand(r, &definition.body, wanted, &bindings, depth + 1)
        }
        Expr::Compare(op, x, y) => compare(r, *op, &r.resolve(x, b), &r.resolve(y, b), wanted, b),
        Expr::In(x, xs) => within(r, (&r.resolve(x, b), &r.resolve(xs, b)), Test::In, wanted, b),
        Expr::Within(x, y) => within(r, (&r.resolve(x, b), &r.resolve(y, b)), Test::Within, wanted, b),
        Expr::Overlaps(x, y) => within(r, (&r.resolve(x, b), &r.resolve(y, b)), Test::Overlaps, wanted, b),
        Expr::Known(of) => known(r, &r.resolve(of, b), wanted, b),
        Expr::Implements(of, name) => match (&r.resolve(of, b), r.service) {
            (Expr::Subject, Some(service)) => settled(service.traits.contains(name), wanted),
            _ => atom(&r.term(e, b), wanted),
        },
        Expr::Variable(name) if b.get(name).is_some_and(|bound| !matches!(bound, Expr::Variable(_))) => {
            expand(r, &r.resolve(e, b), wanted, &Bindings::new(), depth + 1)
        }
        other => {
            let resolved = r.resolve(other, b);
            match r.constant(&resolved) {
                Some(Value::Bool(truth)) => settled(truth, wanted),
                _ => atom(&r.term(&resolved, b), wanted),
            }
        }
    }
}

/// `and` over the parts; for `or`, the parts and the verdicts are negated.
fn junction(parts: &[&Expr], wanted: Verdicts, negated: bool, go: &dyn Fn(&Expr, Verdicts) -> Ways) -> Ways {
    let part = |e: &Expr, verdicts: Verdicts| go(e, if negated { verdicts.negated() } else { verdicts });
    let all = |verdicts: Verdicts| parts.iter().fold(Ways::anyhow(), |ways, e| ways.and(&part(e, verdicts)));
    let some = |verdicts: Verdicts| parts.iter().fold(Ways::none(), |ways, e| ways.or(part(e, verdicts)));
    let mut ways = Ways::none();
    if wanted.has(Verdicts::TRUE_OR_UNKNOWN) {
        return all(Verdicts::TRUE_OR_UNKNOWN);
    }
    if wanted.has(Verdicts::FALSE_OR_UNKNOWN) {
        return some(Verdicts::FALSE_OR_UNKNOWN);
    }
    if wanted.has(Verdicts::TRUE) {
        ways = ways.or(all(Verdicts::TRUE));
    }
    if wanted.has(Verdicts::FALSE) {
        ways = ways.or(some(Verdicts::FALSE));
    }
    if wanted.has(Verdicts::UNKNOWN) {
        ways = ways.or(all(Verdicts::TRUE_OR_UNKNOWN).and(&some(Verdicts::UNKNOWN)));
    }
    ways
}

/// What is settled already.
fn settled(truth: bool, wanted: Verdicts) -> Ways {
    let verdict = if truth { Verdicts::TRUE } else { Verdicts::FALSE };
    if wanted.has(verdict) { Ways::anyhow() } else { Ways::none() }
}

/// One term that must be like this.
fn need(term: &Term, allowed: Allowed) -> Ways {
    let (maybe, certain) = (term.presence != Presence::Always, term.presence != Presence::Never);
    let known = if certain { allowed.known } else { Known::Never };
    let allowed = Allowed { unknown: allowed.unknown && maybe, known };
    if allowed.is_empty(&term.universe) {
        return Ways::none();
    }
    Ways { all: vec![Needs::from([(term.key.clone(), (term.universe.clone(), allowed))])] }
}

/// A condition that is not looked into, or a fact that is a `bool`.
fn atom(term: &Term, wanted: Verdicts) -> Ways {
    let truths = [(Verdicts::TRUE, true), (Verdicts::FALSE, false)];
    let truths = truths.iter().filter(|(verdict, _)| wanted.has(*verdict)).map(|(_, truth)| Value::Bool(*truth));
    let universe = Universe::Finite([false, true].map(Value::Bool).into());
    let allowed = Allowed { unknown: wanted.has(Verdicts::UNKNOWN), known: Known::one_of(&truths.collect()) };
    need(&Term { universe, ..term.clone() }, allowed)
}

/// A term, or a term with what is supplied where it is unknown.
fn supplied(r: &Reasoner<'_>, e: &Expr, b: &Bindings) -> (Term, Option<Value>) {
    if let Expr::Coalesce(of, otherwise) = e
        && let Some(value) = r.constant(otherwise)
    {
        let term = r.term(of, b);
        // What arithmetic spoils is not supplied either.
        if term.fact {
            return (term, Some(value));
        }
    }
    (r.term(e, b), None)
}

/// What a term must be for a test of it to come out as wanted.
fn tested(
    (term, otherwise): (Term, Option<Value>),
    wanted: Verdicts,
    holds: Known,
    fails: Known,
    truth: impl Fn(&Value) -> Option<bool>,
) -> Ways {
    let unknown = match otherwise.as_ref().map(truth) {
        None => wanted.has(Verdicts::UNKNOWN),
        Some(Some(truth)) => !settled(truth, wanted).is_impossible(),
        Some(None) => true,
    };
    let known = match (wanted.has(Verdicts::TRUE), wanted.has(Verdicts::FALSE)) {
        (true, true) => Known::any(&term.universe),
        (true, false) => holds,
        (false, true) => fails,
        (false, false) => Known::Never,
    };
    need(&term, Allowed { unknown, known })
}

fn compare(r: &Reasoner<'_>, op: Comparison, x: &Expr, y: &Expr, wanted: Verdicts, b: &Bindings) -> Ways {
    match (r.constant(x), r.constant(y)) {
        (Some(x), Some(y)) => settled(ops::compare(op, &x, &y), wanted),
        (None, Some(value)) => compare_with(supplied(r, x, b), op, &value, wanted),
        (Some(value), None) => compare_with(supplied(r, y, b), op.mirrored(), &value, wanted),
        (None, None) => {
            let (a, c) = (r.term(x, b), r.term(y, b));
            let (first, second, op) = if a.key <= c.key { (&a, &c, op) } else { (&c, &a, op.mirrored()) };
            let same = first.key == second.key;
            let outcomes: BTreeSet<Value> =
                if same { [0].map(Value::Int).into() } else { [-1, 0, 1].map(Value::Int).into() };
            let both = |p| first.presence == p && second.presence == p;
            let either = |p| first.presence == p || second.presence == p;
            let presence = if both(Presence::Always) && first.fact && second.fact {
                Presence::Always
            } else if either(Presence::Never) {
                Presence::Never
            } else {
                Presence::Maybe
            };
            let key = format!("{} <=> {}", first.key, second.key);
            let term = Term { key, universe: Universe::Finite(outcomes), presence, fact: false };
            compare_with((term, None), op, &Value::Int(0), wanted)
        }
    }
}

fn compare_with(of: (Term, Option<Value>), op: Comparison, value: &Value, wanted: Verdicts) -> Ways {
    let truth = |other: &Value| Some(ops::compare(op, other, value));
    if let Value::Set(elements) = value {
        let only: BTreeSet<Value> = elements.iter().cloned().collect();
        let equal = Elements { has: only.clone(), within: Some(only), ..Elements::default() };
        let any = Known::Set(Elements::default());
        let set = Term { universe: sets(&of.0), ..of.0 };
        let (holds, fails) = if op == Comparison::Equal { (Known::Set(equal), any) } else { (any, Known::Set(equal)) };
        return tested((set, of.1), wanted, holds, fails, truth);
    }
    if matches!(value, Value::List(_) | Value::Record(_) | Value::Vector(_))
        || matches!(of.0.universe, Universe::Sets(_))
    {
        return Ways::anyhow();
    }
    tested(of, wanted, Known::compared(op, value), Known::compared(op.opposite(), value), truth)
}

fn sets(term: &Term) -> Universe {
    if let Universe::Sets(_) = term.universe { term.universe.clone() } else { Universe::Sets(None) }
}

/// How two collections, or an element and a collection, are tested.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Test {
    In,
    Within,
    Overlaps,
}

fn within(r: &Reasoner<'_>, (x, y): (&Expr, &Expr), test: Test, wanted: Verdicts, b: &Bindings) -> Ways {
    let truth = |x: &Value, y: &Value| match test {
        Test::In => ops::contains(y, x),
        Test::Within => ops::within(x, y),
        Test::Overlaps => ops::overlaps(x, y),
    };
    let elements = |value: &Value| value.elements().map(|all| all.iter().cloned().collect::<BTreeSet<Value>>());
    match (r.constant(x), r.constant(y)) {
        (Some(x), Some(y)) => truth(&x, &y).map_or_else(Ways::anyhow, |truth| settled(truth, wanted)),
        (None, Some(value)) => {
            let Some(all) = elements(&value).filter(|all| !all.is_empty()) else { return Ways::anyhow() };
            let (term, otherwise) = supplied(r, x, b);
            if test == Test::In {
                let (holds, fails) = (Known::one_of(&all), Known::none_of(&all));
                return tested((term, otherwise), wanted, holds, fails, |other| truth(other, &value));
            }
            let (holds, fails) = of_set(test, all);
            let term = Term { universe: sets(&term), ..term };
            tested((term, otherwise), wanted, holds, fails, |other| truth(other, &value))
        }
        (Some(value), None) => {
            let all = match test {
                Test::In => BTreeSet::from([value.clone()]),
                Test::Within | Test::Overlaps => elements(&value).unwrap_or_default(),
            };
            if all.is_empty() {
                return Ways::anyhow();
            }
            let (term, otherwise) = supplied(r, y, b);
            let term = Term { universe: sets(&term), ..term };
            let (holds, fails) = match test {
                Test::Overlaps => of_set(test, all),
                Test::In | Test::Within => (
                    Known::Set(Elements { has: all.clone(), ..Elements::default() }),
                    Known::Set(Elements { misses: vec![all], ..Elements::default() }),
                ),
            };
            tested((term, otherwise), wanted, holds, fails, |other| truth(&value, other))
        }
        (None, None) => {
            let key = format!("{} {} {}", r.term(x, b).key, test as u8, r.term(y, b).key);
            atom(&Term { key, universe: Universe::Ordered, presence: Presence::Maybe, fact: false }, wanted)
        }
    }
}

/// What a set must be to lie within a constant one or to overlap it, and not to.
fn of_set(test: Test, all: BTreeSet<Value>) -> (Known, Known) {
    let set = |elements: Elements| Known::Set(elements);
    match test {
        Test::Overlaps => (
            set(Elements { meets: vec![all.clone()], ..Elements::default() }),
            set(Elements { lacks: all, ..Elements::default() }),
        ),
        Test::In | Test::Within => (
            set(Elements { within: Some(all.clone()), ..Elements::default() }),
            set(Elements { leaves: vec![all], ..Elements::default() }),
        ),
    }
}

fn known(r: &Reasoner<'_>, of: &Expr, wanted: Verdicts, b: &Bindings) -> Ways {
    if r.constant(of).is_some() {
        return settled(true, wanted);
    }
    let term = r.term(of, b);
    if !term.fact {
        let key = format!("known {}", term.key);
        return atom(&Term { key, universe: Universe::Ordered, presence: Presence::Maybe, fact: false }, wanted);
    }
    let known = if wanted.has(Verdicts::TRUE) { Known::any(&term.universe) } else { Known::Never };
    need(&term, Allowed { unknown: wanted.has(Verdicts::FALSE), known })
}
