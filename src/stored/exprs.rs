//! Expressions: arrays that begin with a word.

use serde_json::Value as Json;

use super::reader::{Read, Refusal, flag, items, key, list, name, only, option, refuse, text, within};
use super::values::{Reader, once};
use crate::base::pattern::Pattern;
use crate::ir::json::pattern as pattern_json;
use crate::ir::{Arithmetic, Comparison, Expr, Fold, Function, Generator};

/// The operands of an expression, read one level deeper.
struct Operands<'j, 'n> {
    reader: Reader<'n>,
    of: &'j [Json],
}

impl Operands<'_, '_> {
    fn one(&self, at: usize) -> Read<Box<Expr>> {
        let operand = self.of.get(at).ok_or_else(|| Refusal::new("an operand is missing"))?;
        // The word is at place 0 of the array.
        within(at + 1, self.reader.expr(operand)).map(Box::new)
    }

    fn from(&self, start: usize) -> Read<Vec<Expr>> {
        (start..self.of.len()).map(|at| self.one(at).map(|operand| *operand)).collect()
    }

    fn two(&self, make: impl FnOnce(Box<Expr>, Box<Expr>) -> Expr) -> Read<Expr> {
        match self.of {
            [_, _] => Ok(make(self.one(0)?, self.one(1)?)),
            _ => refuse("two operands are needed"),
        }
    }
}

impl Reader<'_> {
    /// An expression.
    pub fn expr(self, json: &Json) -> Read<Expr> {
        let reader = self.deeper()?;
        let Some((word, of)) = items(json)?.split_first() else { return refuse("an expression begins with a word") };
        let word = text(word)?;
        let operands = Operands { reader, of };
        let read = match leaf(word, &operands)? {
            Some(read) => Some(read),
            None => match unary(word, &operands)? {
                Some(read) => Some(read),
                None => match operator(word, &operands)? {
                    Some(read) => Some(read),
                    None => binding(word, &operands)?,
                },
            },
        };
        read.ok_or_else(|| Refusal::new("there is no expression of this form"))
    }

    fn generator(self, json: &Json) -> Read<Generator> {
        only(json, &["variable", "over", "filter", "take"])?;
        Ok(Generator {
            variable: key(json, "variable", name)?,
            over: key(json, "over", |e| self.expr(e))?,
            filter: key(json, "filter", |e| option(e, |e| self.expr(e)))?,
            take: key(json, "take", |e| self.expr(e))?,
        })
    }
}

/// What has no operand that is an expression.
fn leaf(word: &str, operands: &Operands<'_, '_>) -> Read<Option<Expr>> {
    Ok(Some(match (word, operands.of) {
        ("literal", [value]) => Expr::Literal(within(1, operands.reader.value(value))?),
        ("variable", [of]) => Expr::Variable(name(of)?),
        ("request", []) => Expr::Request,
        ("service", []) => Expr::Subject,
        ("now", []) => Expr::Now,
        ("role", [of]) => Expr::Role(name(of)?),
        ("total", [of]) => Expr::Total(name(of)?),
        ("constant", [of]) => Expr::Constant(name(of)?),
        ("signal", [of]) => Expr::Signal(name(of)?, None),
        _ => return Ok(None),
    }))
}

/// What has one operand, perhaps with a name, and calls.
fn unary(word: &str, operands: &Operands<'_, '_>) -> Read<Option<Expr>> {
    Ok(Some(match (word, operands.of) {
        ("signal", [of, _]) => Expr::Signal(name(of)?, Some(operands.one(1)?)),
        ("row", [of, _]) => Expr::Row(name(of)?, operands.one(1)?),
        ("call", [of, ..]) => Expr::Call(name(of)?, operands.from(1)?),
        ("field", [_, of]) => Expr::Field(operands.one(0)?, name(of)?),
        ("closure", [_, of]) => Expr::Closure(operands.one(0)?, name(of)?),
        ("is", [_, of]) => Expr::Implements(operands.one(0)?, name(of)?),
        ("matches", [_, source, program]) => Expr::Matches(operands.one(0)?, pattern(source, program)?),
        ("not", [_]) => Expr::Not(operands.one(0)?),
        ("negate", [_]) => Expr::Negate(operands.one(0)?),
        ("known", [_]) => Expr::Known(operands.one(0)?),
        ("to_decimal", [_]) => Expr::ToDecimal(operands.one(0)?),
        ("to_instant", [_]) => Expr::ToInstant(operands.one(0)?),
        _ => return Ok(None),
    }))
}

/// A pattern is compiled again: a program that is not that of its source would match other texts.
fn pattern(source: &Json, program: &Json) -> Read<Pattern> {
    let compiled = Pattern::new(text(source)?).map_err(|e| Refusal::new(e.message))?;
    if pattern_json(&compiled) == *program { Ok(compiled) } else { refuse("the program is not that of the pattern") }
}

/// Words with operands and nothing else.
fn operator(word: &str, operands: &Operands<'_, '_>) -> Read<Option<Expr>> {
    if let Some(op) = Comparison::ALL.iter().find(|op| op.word() == word) {
        return operands.two(|a, b| Expr::Compare(*op, a, b)).map(Some);
    }
    if let Some(op) = Arithmetic::ALL.iter().find(|op| op.word() == word) {
        return operands.two(|a, b| Expr::Arithmetic(*op, a, b)).map(Some);
    }
    if let Some(function) = Function::ALL.iter().find(|function| function.word() == word) {
        return Ok(Some(Expr::Function(*function, operands.from(0)?)));
    }
    Ok(Some(match word {
        "and" => Expr::And(operands.from(0)?),
        "or" => Expr::Or(operands.from(0)?),
        "implies" => operands.two(Expr::Implies)?,
        "in" => operands.two(Expr::In)?,
        "within" => operands.two(Expr::Within)?,
        "overlaps" => operands.two(Expr::Overlaps)?,
        "starts_with" => operands.two(Expr::StartsWith)?,
        "ends_with" => operands.two(Expr::EndsWith)?,
        "??" => operands.two(Expr::Coalesce)?,
        "if" if operands.of.len() == 3 => Expr::If(operands.one(0)?, operands.one(1)?, operands.one(2)?),
        "set" => Expr::SetOf(operands.from(0)?),
        "list" => Expr::ListOf(operands.from(0)?),
        "interpolate" => Expr::Interpolate(operands.from(0)?),
        _ => return Ok(None),
    }))
}

/// What binds a variable, and records.
fn binding(word: &str, operands: &Operands<'_, '_>) -> Read<Option<Expr>> {
    let reader = operands.reader;
    Ok(Some(match (word, operands.of) {
        ("all" | "any", [variable, _, _]) => Expr::Quantifier {
            all: word == "all",
            variable: name(variable)?,
            over: operands.one(1)?,
            body: operands.one(2)?,
        },
        ("fold", [op, generator, zero]) => {
            let op = text(op)?;
            let op = Fold::ALL.iter().find(|known| known.word() == op);
            Expr::Fold {
                op: *op.ok_or_else(|| Refusal::new("there is no such fold"))?,
                generator: Box::new(within(2, reader.generator(generator))?),
                zero: within(3, option(zero, |v| reader.value(v)))?,
            }
        }
        ("each", [generator, order, limit]) => Expr::Comprehension {
            generator: Box::new(within(1, reader.generator(generator))?),
            order: within(2, option(order, |order| sort_key(reader, order)))?,
            limit: within(3, option(limit, |e| reader.expr(e).map(Box::new)))?,
        },
        ("record", [fields]) => {
            let fields = within(1, list(fields, |field| record_field(reader, field)))?;
            once(fields.iter().map(|(name, _)| name))?;
            Expr::RecordOf(fields)
        }
        _ => return Ok(None),
    }))
}

fn sort_key(reader: Reader<'_>, json: &Json) -> Read<(Box<Expr>, bool)> {
    let [by, descending] = items(json)? else { return refuse("a sort key and its direction are needed") };
    Ok((Box::new(within(0, reader.expr(by))?), flag(descending)?))
}

fn record_field(reader: Reader<'_>, json: &Json) -> Read<(crate::base::Name, Option<Expr>)> {
    let [field, value] = items(json)? else { return refuse("a field and its value are needed") };
    Ok((name(field)?, within(1, option(value, |e| reader.expr(e)))?))
}
