//! Values and checked expressions as a source writes them.
//!
//! A value reads back as itself where its type is expected. An expression is for people: conversions that the checker has put in are
//! left out, and brackets stand only where the meaning needs them.

use crate::base::Decimal;
use crate::ir::{Arithmetic, Expr, Generator};
use crate::value::{Unit, Value};

/// How tight the outermost operator of a text binds, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Open,
    Implies,
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Coalesce,
    Unary,
    Atom,
}

/// A text in quotes.
pub fn text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' | '{' | '}' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value.
pub fn value(of: &Value) -> String {
    let all = |elements: &[Value]| elements.iter().map(value).collect::<Vec<_>>().join(", ");
    match of {
        Value::Text(of) | Value::Service(of) => text(of),
        Value::Member(member) if is_word(&member.name) => member.name.to_string(),
        Value::Member(member) => text(&member.name),
        Value::Number(amount, Unit::Ratio) => match amount.mul(Decimal::from(100)) {
            Some(hundredfold) => format!("{hundredfold}%"),
            None => amount.to_string(),
        },
        Value::List(elements) => format!("[{}]", all(elements)),
        Value::Set(elements) if elements.is_empty() => "{}".to_owned(),
        Value::Set(elements) => format!("{{ {} }}", all(elements)),
        Value::Record(fields) => {
            let known = fields.iter().filter_map(|(name, field)| Some(format!("{name}: {}", value(field.as_ref()?))));
            let known: Vec<String> = known.collect();
            if known.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", known.join(", ")) }
        }
        other => other.to_string(),
    }
}

fn is_word(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    // These words never stand for a member where a value is read.
    let reserved = [
        "true", "false", "not", "known", "if", "then", "else", "all", "any", "and", "or", "implies", "in", "within",
        "overlaps", "is", "where", "for", "when", "unless", "because", "require", "count", "sum", "min", "max",
    ];
    begins && !reserved.contains(&name) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// An expression.
pub fn expression(expr: &Expr) -> String {
    spelled(expr).0
}

/// A text that stands where operators of this level may stand.
fn at(expr: &Expr, least: Level) -> String {
    let (text, level) = spelled(expr);
    if level < least { format!("({text})") } else { text }
}

fn list(parts: &[Expr]) -> String {
    parts.iter().map(expression).collect::<Vec<_>>().join(", ")
}

fn spelled(expr: &Expr) -> (String, Level) {
    let atom = |text: String| (text, Level::Atom);
    match expr {
        Expr::Literal(literal) => atom(value(literal)),
        Expr::Variable(name) | Expr::Role(name) | Expr::Constant(name) | Expr::Signal(name, None) => {
            atom(name.to_string())
        }
        Expr::Request => atom("request".to_owned()),
        Expr::Subject => atom("service".to_owned()),
        Expr::Now => atom("now".to_owned()),
        Expr::Total(name) => atom(format!("total.{name}")),
        Expr::Field(of, name) => atom(format!("{}.{name}", at(of, Level::Atom))),
        Expr::Closure(of, name) => atom(format!("{}.{name}+", at(of, Level::Atom))),
        Expr::Signal(name, Some(of)) => atom(format!("{name}({})", expression(of))),
        Expr::Row(name, key) => atom(format!("{name}[{}]", expression(key))),
        Expr::Call(name, parts) => atom(format!("{name}({})", list(parts))),
        Expr::Function(function, parts) => atom(format!("{}({})", function.word(), list(parts))),
        Expr::ToDecimal(of) | Expr::ToInstant(of) => spelled(of),
        Expr::SetOf(parts) => atom(format!("{{ {} }}", list(parts))),
        Expr::ListOf(parts) => atom(format!("[{}]", list(parts))),
        Expr::RecordOf(fields) => {
            let known =
                fields.iter().filter_map(|(name, field)| Some(format!("{name}: {}", expression(field.as_ref()?))));
            atom(format!("{{ {} }}", known.collect::<Vec<_>>().join(", ")))
        }
        Expr::Interpolate(parts) => atom(interpolated(parts)),
        Expr::Fold { op, generator, .. } => atom(format!("{}({})", op.word(), generated(generator))),
        Expr::Comprehension { generator, order, limit } => {
            let order = order.as_ref().map_or(String::new(), |(by, descending)| {
                format!(" order by {}{}", expression(by), if *descending { " desc" } else { "" })
            });
            let limit = limit.as_ref().map_or(String::new(), |limit| format!(" limit {}", expression(limit)));
            atom(format!("[{}{order}{limit}]", generated(generator)))
        }
        operator => operators(operator),
    }
}

/// What is written with signs and words between or before operands.
fn operators(expr: &Expr) -> (String, Level) {
    let many = |parts: &[Expr], by: &str, level: Level, within: Level| {
        (parts.iter().map(|part| at(part, within)).collect::<Vec<_>>().join(by), level)
    };
    let compared = |a: &Expr, word: &str, b: &Expr| {
        (format!("{} {word} {}", at(a, Level::Sum), at(b, Level::Sum)), Level::Comparison)
    };
    match expr {
        Expr::Not(of) => (format!("not {}", at(of, Level::Comparison)), Level::Not),
        Expr::Negate(of) => (format!("-{}", at(of, Level::Unary)), Level::Unary),
        Expr::Known(of) => (format!("known {}", at(of, Level::Unary)), Level::Unary),
        Expr::And(parts) => many(parts, " and ", Level::And, Level::Not),
        Expr::Or(parts) => many(parts, " or ", Level::Or, Level::And),
        Expr::Implies(a, b) => (format!("{} implies {}", at(a, Level::Or), at(b, Level::Or)), Level::Implies),
        Expr::Compare(op, a, b) => compared(a, op.word(), b),
        Expr::In(a, b) => compared(a, "in", b),
        Expr::Within(a, b) => compared(a, "within", b),
        Expr::Overlaps(a, b) => compared(a, "overlaps", b),
        Expr::StartsWith(a, b) => compared(a, "starts with", b),
        Expr::EndsWith(a, b) => compared(a, "ends with", b),
        Expr::Matches(a, pattern) => {
            (format!("{} matches \"{}\"", at(a, Level::Sum), pattern.source), Level::Comparison)
        }
        Expr::Implements(a, name) => (format!("{} is {name}", at(a, Level::Sum)), Level::Comparison),
        Expr::Arithmetic(op, a, b) => {
            let (level, next) = match op {
                Arithmetic::Add | Arithmetic::Subtract => (Level::Sum, Level::Product),
                Arithmetic::Multiply | Arithmetic::Divide => (Level::Product, Level::Coalesce),
            };
            (format!("{} {} {}", at(a, level), op.word(), at(b, next)), level)
        }
        Expr::Coalesce(a, b) => (format!("{} ?? {}", at(a, Level::Unary), at(b, Level::Coalesce)), Level::Coalesce),
        Expr::If(c, a, b) => {
            (format!("if {} then {} else {}", expression(c), expression(a), expression(b)), Level::Open)
        }
        Expr::Quantifier { all, variable, over, body } => {
            let word = if *all { "all" } else { "any" };
            (format!("{word} {variable} in {}: {}", at(over, Level::Or), expression(body)), Level::Open)
        }
        _ => (String::new(), Level::Atom),
    }
}

fn interpolated(parts: &[Expr]) -> String {
    let part = |part: &Expr| match part {
        Expr::Literal(Value::Text(letters)) => text(letters).trim_matches('"').to_owned(),
        other => format!("{{{}}}", expression(other)),
    };
    format!("\"{}\"", parts.iter().map(part).collect::<String>())
}

/// `t.priority for t in tasks where not t.done`
fn generated(generator: &Generator) -> String {
    let of = match &generator.take {
        Expr::Variable(name) if *name == generator.variable => String::new(),
        take => format!("{} for ", expression(take)),
    };
    let filter = generator.filter.as_ref().map_or(String::new(), |filter| format!(" where {}", expression(filter)));
    format!("{of}{} in {}{filter}", generator.variable, expression(&generator.over))
}
