//! Checked expressions as the language writes them, for those who read about a package and not its files.
//!
//! The conversions that the checker has put in are left out, brackets stand only where the meaning needs them, and a member of
//! an enum stands bare. What is written may need a word more to be read again, such as the enum of a member.

use super::repair::change::literal;
use crate::ir::{
    Cardinality, Clause, Composition, Constraint, Direction, Effect, Expr, Field, Generator, Guarantee, TieKey,
};
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

/// An expression as the language writes it.
pub fn expression(expr: &Expr) -> String {
    spelled(expr).0
}

/// A value as the language writes it; a text stands in quotes, also within a collection.
pub fn value(value: &Value) -> String {
    let all = |elements: &[Value]| elements.iter().map(self::value).collect::<Vec<_>>().join(", ");
    match value {
        Value::List(elements) => format!("[{}]", all(elements)),
        Value::Set(elements) => format!("{{{}}}", all(elements)),
        Value::Record(fields) => {
            let known =
                fields.iter().filter_map(|(name, field)| Some(format!("{name}: {}", self::value(field.as_ref()?))));
            format!("{{ {} }}", known.collect::<Vec<_>>().join(", "))
        }
        Value::Number(amount, Unit::Ratio) => percent(*amount),
        Value::Member(member) if !is_word(&member.name) => format!("{:?}", &*member.name),
        other => literal(other),
    }
}

/// `97%`, or the plain decimal where a hundred times as much does not fit.
fn percent(amount: crate::base::Decimal) -> String {
    match amount.mul(crate::base::Decimal::from(100)) {
        Some(hundredfold) => format!("{hundredfold}%"),
        None => amount.to_string(),
    }
}

fn is_word(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    begins && name.chars().all(|c| c.is_alphanumeric() || c == '_')
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
        Expr::SetOf(parts) => atom(format!("{{{}}}", list(parts))),
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
            (format!("{} matches {:?}", at(a, Level::Sum), &*pattern.source), Level::Comparison)
        }
        Expr::Implements(a, name) => (format!("{} is {name}", at(a, Level::Sum)), Level::Comparison),
        Expr::Arithmetic(op, a, b) => {
            use crate::ir::Arithmetic::{Add, Divide, Multiply, Subtract};
            let (level, next) = match op {
                Add | Subtract => (Level::Sum, Level::Product),
                Multiply | Divide => (Level::Product, Level::Coalesce),
            };
            (format!("{} {} {}", at(a, level), op.word(), at(b, next)), level)
        }
        Expr::Coalesce(a, b) => (format!("{} ?? {}", at(a, Level::Coalesce), at(b, Level::Unary)), Level::Coalesce),
        Expr::If(c, a, b) => {
            (format!("if {} then {} else {}", expression(c), expression(a), expression(b)), Level::Open)
        }
        Expr::Quantifier { all, variable, over, body } => {
            let word = if *all { "all" } else { "any" };
            (format!("{word} {variable} in {}: {}", expression(over), expression(body)), Level::Open)
        }
        _ => (String::new(), Level::Atom),
    }
}

fn interpolated(parts: &[Expr]) -> String {
    let part = |part: &Expr| match part {
        Expr::Literal(Value::Text(text)) => {
            format!("{:?}", &**text).trim_matches('"').replace('{', "\\{").replace('}', "\\}")
        }
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

/// The keys for ties as the language writes them: `by draw(request.seed, service.name), then by service.price desc`.
pub fn tie_keys(keys: &[TieKey]) -> String {
    let key = |key: &TieKey| format!("by {}{}", expression(&key.value), if key.descending { " desc" } else { "" });
    keys.iter().map(key).collect::<Vec<_>>().join(", then ")
}

/// A constraint without its name: the guards and what it demands, one line each.
pub fn constraint(constraint: &Constraint) -> Vec<String> {
    let guard = |word: &str, expr: &Option<Expr>| expr.as_ref().map(|expr| format!("{word} {}", expression(expr)));
    let mut lines: Vec<String> = guard("when", &constraint.when).into_iter().collect();
    lines.extend(guard("unless", &constraint.unless));
    lines.extend(constraint.clauses.iter().map(clause));
    lines
}

/// One demand, as in `exclude service when service.status != production`.
pub fn clause(clause: &Clause) -> String {
    let always = clause.condition == Expr::Literal(Value::Bool(true));
    match clause.effect {
        Effect::Require => format!("require {}", expression(&clause.condition)),
        Effect::Exclude if always => "exclude service".to_owned(),
        Effect::Exclude => format!("exclude service when {}", expression(&clause.condition)),
        Effect::Deny if always => "deny".to_owned(),
        Effect::Deny => format!("deny when {}", expression(&clause.condition)),
    }
}

/// The type of a field with what is said of its absence, as in `usd?` and `Status = production`.
pub fn field(field: &Field) -> String {
    let default = field.default.as_ref().map_or(String::new(), |default| format!(" = {}", value(default)));
    format!("{}{}{default}", field.ty, if field.optional { "?" } else { "" })
}

/// A guarantee of a trait without its name and without how it is measured: `duration at most, composes by sum`.
pub fn guarantee(guarantee: &Guarantee) -> String {
    let direction = match guarantee.direction {
        Some(Direction::AtMost) => " at most",
        Some(Direction::AtLeast) => " at least",
        None => "",
    };
    let composition = guarantee.composition.map_or(String::new(), |by| format!(", composes by {}", composition(by)));
    format!("{}{direction}{composition}", guarantee.ty)
}

/// The word for a composition.
fn composition(composition: Composition) -> &'static str {
    crate::ir::json::composition(composition)
}

/// What stands behind the trait of a role: nothing, `?` or `[0..2]`.
pub fn cardinality(cardinality: Cardinality) -> String {
    match cardinality {
        Cardinality::One => String::new(),
        Cardinality::Optional => "?".to_owned(),
        Cardinality::List { lo, hi } => format!("[{lo}..{hi}]"),
    }
}

/// The sign with which a contract states a promise of this direction, or a field.
pub fn sign(direction: Option<Direction>) -> &'static str {
    match direction {
        Some(Direction::AtMost) => "<=",
        Some(Direction::AtLeast) => ">=",
        None => "=",
    }
}
