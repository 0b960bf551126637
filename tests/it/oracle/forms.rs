//! The rarer forms of expressions: conditions on one service that use tables, records, texts, vectors and comprehensions.

use std::collections::BTreeMap;

use provost::ir::*;
use provost::value::{Type, Unit, Value};

use super::generate::{compare, field, int, lit, n, number, request, text, texts};
use super::rng::Rng;

fn boxed(e: Expr) -> Box<Expr> {
    Box::new(e)
}

fn variable(name: &str) -> Expr {
    Expr::Variable(n(name))
}

fn decimal(t: &str) -> Expr {
    lit(number(t, Unit::Plain))
}

/// The tables that the conditions read; provider `c` has no row.
pub fn tables() -> BTreeMap<provost::base::Name, Table> {
    let row = |least: i64, region: Option<&str>| {
        let fields = vec![(n("least"), Some(Value::Int(least))), (n("region"), region.map(text))];
        Value::Record(fields.into())
    };
    let floors = Table {
        key: Type::Text,
        value: Type::Int,
        rows: [(text("a"), Value::Int(2)), (text("b"), Value::Int(1))].into(),
    };
    let terms = Table {
        key: Type::Text,
        value: Type::Record(n("terms[]")),
        rows: [(text("a"), row(1, Some("eu"))), (text("b"), row(3, None))].into(),
    };
    [(n("floors"), floors), (n("terms"), terms)].into()
}

/// The record of the rows, and that of the literals.
pub fn records() -> BTreeMap<provost::base::Name, Vec<Field>> {
    let field = |name: &str, ty, optional| Field { name: n(name), ty, optional, default: None };
    let row = vec![field("least", Type::Int, false), field("region", Type::Text, true)];
    [(n("terms[]"), row)].into()
}

/// Vectors of a service, now and then of another length or zero.
pub fn vectors(rng: &mut Rng) -> (Value, Value) {
    let mut numbers = |count: usize| -> Vec<provost::base::Decimal> {
        (0..count).map(|_| rng.pick(&["0", "1", "-1", "0.5", "0.333333333", "2.75"]).parse().unwrap()).collect()
    };
    let (shape, re, im) = (numbers(4), numbers(4), numbers(4));
    let odd = rng.chance(10);
    let wave: Vec<_> = re.into_iter().zip(im).take(if odd { 3 } else { 4 }).collect();
    (Value::Vector(shape.into()), Value::Complex(wave.into()))
}

/// A condition on one service.
pub fn on_one(rng: &mut Rng, s: Expr) -> Expr {
    match rng.below(5) {
        0 => of_tables(rng, s),
        1 => of_texts(rng, s),
        2 => of_numbers(rng, s),
        3 => of_vectors(rng, s),
        _ => of_lists(rng, s),
    }
}

fn of_tables(rng: &mut Rng, s: Expr) -> Expr {
    let row = |table: &str| Expr::Row(n(table), boxed(field(s.clone(), "provider")));
    match rng.below(4) {
        0 => compare(Comparison::GreaterOrEqual, field(s.clone(), "tier"), row("floors")),
        1 => compare(Comparison::LessOrEqual, field(row("terms"), "least"), request("level")),
        2 => compare(Comparison::Equal, field(row("terms"), "region"), request("region")),
        _ => Expr::Known(boxed(row("terms"))),
    }
}

fn of_texts(rng: &mut Rng, s: Expr) -> Expr {
    let told = Expr::Interpolate(vec![
        field(s.clone(), "provider"),
        lit(text("-")),
        field(s.clone(), "tier"),
        lit(text(" of ")),
        field(s.clone(), "tags"),
    ]);
    match rng.below(4) {
        0 => compare(Comparison::NotEqual, told, lit(text("a-1 of {\"p\"}"))),
        1 => Expr::StartsWith(boxed(told), boxed(field(s, "provider"))),
        2 => Expr::EndsWith(boxed(told), boxed(lit(text("}")))),
        _ => compare(
            Comparison::Less,
            Expr::Function(Function::Draw, vec![lit(text("seed")), field(s, "name")]),
            decimal("0.75"),
        ),
    }
}

fn of_numbers(rng: &mut Rng, s: Expr) -> Expr {
    let cost = field(s.clone(), "cost");
    let tier = || Expr::ToDecimal(boxed(field(s.clone(), "tier")));
    match rng.below(7) {
        6 => {
            let loud = Expr::Function(Function::Decibels, vec![cost]);
            compare(Comparison::LessOrEqual, loud, decimal("3.5"))
        }
        0 => Expr::If(
            boxed(compare(Comparison::Greater, field(s.clone(), "tier"), int(1))),
            boxed(compare(Comparison::Equal, field(s.clone(), "provider"), lit(text("a")))),
            boxed(compare(Comparison::LessOrEqual, request("level"), int(2))),
        ),
        1 => {
            let clamped = Expr::Function(Function::Clamp, vec![cost, decimal("1"), decimal("2")]);
            compare(Comparison::LessOrEqual, clamped, tier())
        }
        2 => compare(Comparison::Less, Expr::Function(Function::Min, vec![cost, tier()]), decimal("2")),
        3 => {
            let apart = Expr::Arithmetic(Arithmetic::Subtract, boxed(cost), boxed(tier()));
            compare(Comparison::LessOrEqual, Expr::Function(Function::Abs, vec![apart]), decimal("1"))
        }
        4 => compare(Comparison::Greater, Expr::Negate(boxed(cost)), decimal("-3")),
        _ => {
            let share = Expr::Arithmetic(Arithmetic::Divide, boxed(cost), boxed(Expr::Negate(boxed(tier()))));
            compare(Comparison::GreaterOrEqual, share, decimal("-1"))
        }
    }
}

fn of_vectors(rng: &mut Rng, s: Expr) -> Expr {
    let (shape, wave) = (field(s.clone(), "shape"), field(s, "wave"));
    let (real, complex) = vectors(rng);
    let apply = |function, args| Expr::Function(function, args);
    let value = match rng.below(8) {
        0 => apply(Function::Cosine, vec![shape, lit(real)]),
        1 => apply(Function::Cosine, vec![wave, lit(complex)]),
        2 => apply(Function::HighBand, vec![shape]),
        3 => apply(Function::Band, vec![wave, lit(number("0.5", Unit::Ratio)), lit(number("1", Unit::Ratio))]),
        4 => apply(Function::Resonance, vec![wave, shape]),
        5 => apply(Function::MatchedFilter, vec![wave, lit(complex)]),
        6 => apply(Function::Norm, vec![apply(Function::LimitEnergy, vec![shape, decimal("1.5")])]),
        _ => apply(Function::Energy, vec![apply(Function::Spectrum, vec![wave])]),
    };
    compare(rng.pick(&[Comparison::Less, Comparison::GreaterOrEqual]), value, decimal(rng.pick(&["0", "0.5", "1.25"])))
}

fn of_lists(rng: &mut Rng, s: Expr) -> Expr {
    let used = || Expr::Closure(boxed(s.clone()), n("uses"));
    let generator = Generator {
        variable: n("u"),
        over: used(),
        filter: Some(compare(Comparison::LessOrEqual, field(variable("u"), "tier"), request("level"))),
        take: field(variable("u"), rng.pick(&["provider", "tags"])),
    };
    let limit = rng.chance(50).then(|| boxed(int(rng.below(3) as i64)));
    let listed = Expr::Comprehension {
        generator: Box::new(generator),
        order: rng.chance(60).then(|| (boxed(field(variable("u"), "cost")), rng.chance(50))),
        limit,
    };
    match rng.below(4) {
        0 => {
            let count = Generator { variable: n("x"), over: listed, filter: None, take: variable("x") };
            compare(
                Comparison::LessOrEqual,
                Expr::Fold { op: Fold::Count, generator: Box::new(count), zero: None },
                int(1),
            )
        }
        1 => {
            let pair = Expr::ListOf(vec![field(s.clone(), "provider"), lit(text("b"))]);
            Expr::In(boxed(lit(text("a"))), boxed(pair))
        }
        2 => {
            let set = Expr::SetOf(vec![field(s.clone(), "provider"), lit(text("p"))]);
            Expr::Overlaps(boxed(set), boxed(lit(texts(&["a", "p"]))))
        }
        _ => {
            let record = Expr::RecordOf(vec![
                (n("least"), Some(field(s.clone(), "tier"))),
                (n("region"), rng.chance(50).then(|| request("region"))),
            ]);
            let part = rng.pick(&["least", "region"]);
            Expr::Known(boxed(field(record, part)))
        }
    }
}
