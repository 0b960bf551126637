//! Expressions of the policy, read from JSON once: an unknown form is refused here, before anything is evaluated.

use std::collections::{BTreeMap, BTreeSet};

use crate::Refusal;
use crate::json::Json;
use crate::value::{Name, Types, Value};

/// Nested expressions; the engine's own limit is lower.
pub const DEPTH: usize = 400;

/// An expression.
pub enum Expr {
    /// A constant.
    Literal(Value),
    /// A parameter or bound variable.
    Variable(Name),
    /// The request.
    Request,
    /// The candidate: `service`.
    Subject,
    /// What a role is given.
    Role(Name),
    /// The instant of the decision.
    Now,
    /// A guarantee of the pipeline.
    Total(Name),
    /// A `let`.
    Constant(Name),
    /// A field.
    Field(Box<Expr>, Name),
    /// A transitive closure.
    Closure(Box<Expr>, Name),
    /// A signal, perhaps of one service.
    Signal(Name, Option<Box<Expr>>),
    /// A row of a table.
    Row(Name, Box<Expr>),
    /// A definition applied.
    Call(Name, Vec<Expr>),
    /// Whether a service implements a trait.
    Is(Box<Expr>, Name),
    /// Whether a pattern occurs.
    Matches(Box<Expr>, Vec<Step>),
    /// A record; `None` where a field is left unknown.
    Record(Vec<(Name, Option<Expr>)>),
    /// `all` (true) or `any`.
    Quantifier(bool, Name, Box<Expr>, Box<Expr>),
    /// A fold: what is computed, of what, and the sum of nothing.
    Fold(String, Box<Generator>, Option<Value>),
    /// A comprehension: of what, sorted by what and whether descending, at most how many.
    Each(Box<Generator>, Option<(Box<Expr>, bool)>, Option<Box<Expr>>),
    /// A word and its operands.
    Apply(String, Vec<Expr>),
}

/// The generator of a fold or comprehension.
pub struct Generator {
    /// The variable.
    pub variable: Name,
    /// The collection.
    pub over: Expr,
    /// Which elements count.
    pub filter: Option<Expr>,
    /// What is taken of each.
    pub take: Expr,
}

/// A step of a pattern.
pub enum Step {
    /// Takes one character in one of these ranges of code points.
    Ranges(Vec<(i64, i64)>),
    /// Goes on at both places.
    Split(usize, usize),
    /// Goes on there.
    Jump(usize),
    /// Only at the start.
    Start,
    /// Only at the end.
    End,
    /// The pattern occurs.
    Match,
}

/// The words that are followed by operands alone: with how many, at the least and at the most.
const WORDS: &[(&str, usize, usize)] = &[
    ("not", 1, 1),
    ("negate", 1, 1),
    ("known", 1, 1),
    ("to_decimal", 1, 1),
    ("to_instant", 1, 1),
    ("and", 0, usize::MAX),
    ("or", 0, usize::MAX),
    ("implies", 2, 2),
    ("==", 2, 2),
    ("!=", 2, 2),
    ("<", 2, 2),
    ("<=", 2, 2),
    (">", 2, 2),
    (">=", 2, 2),
    ("in", 2, 2),
    ("within", 2, 2),
    ("overlaps", 2, 2),
    ("starts_with", 2, 2),
    ("ends_with", 2, 2),
    ("+", 2, 2),
    ("-", 2, 2),
    ("*", 2, 2),
    ("/", 2, 2),
    ("??", 2, 2),
    ("if", 3, 3),
    ("set", 0, usize::MAX),
    ("list", 0, usize::MAX),
    ("interpolate", 0, usize::MAX),
    ("abs", 1, 1),
    ("clamp", 3, 3),
    ("min", 1, usize::MAX),
    ("max", 1, usize::MAX),
    ("cosine", 2, 2),
    ("energy", 1, 1),
    ("norm", 1, 1),
    ("high_band", 1, 1),
    ("low_band", 1, 1),
];

/// Reads an expression.
pub fn read(json: &Json, types: &Types, depth: usize) -> Result<Expr, Refusal> {
    let refuse = |reason: &str| Err(Refusal::new("policy", reason));
    let Some([head, operands @ ..]) = json.list() else { return refuse("an expression that is no array") };
    let word = head.text().unwrap_or("");
    if depth > DEPTH {
        return refuse("an expression nested too deeply");
    }
    let sub = |json: &Json| read(json, types, depth + 1);
    let boxed = |json: &Json| sub(json).map(Box::new);
    let all = |items: &[Json]| items.iter().map(sub).collect::<Result<Vec<_>, _>>();
    let known = WORDS.iter().find(|(known, ..)| *known == word);
    if let Some((_, least, most)) = known {
        return match (*least..=*most).contains(&operands.len()) {
            true => Ok(Expr::Apply(word.to_owned(), all(operands)?)),
            false => refuse(&format!("`{word}` with {} operands", operands.len())),
        };
    }
    Ok(match (word, operands) {
        ("literal", [value]) => match types.read_value(value) {
            Some(value) => Expr::Literal(value),
            None => return refuse("a literal that is no value"),
        },
        ("request", []) => Expr::Request,
        ("service", []) => Expr::Subject,
        ("now", []) => Expr::Now,
        ("variable", [Json::Text(name)]) => Expr::Variable(name.as_str().into()),
        ("role", [Json::Text(name)]) => Expr::Role(name.as_str().into()),
        ("total", [Json::Text(name)]) => Expr::Total(name.as_str().into()),
        ("constant", [Json::Text(name)]) => Expr::Constant(name.as_str().into()),
        ("field", [of, Json::Text(name)]) => Expr::Field(boxed(of)?, name.as_str().into()),
        ("closure", [of, Json::Text(name)]) => Expr::Closure(boxed(of)?, name.as_str().into()),
        ("signal", [Json::Text(name)]) => Expr::Signal(name.as_str().into(), None),
        ("signal", [Json::Text(name), of]) => Expr::Signal(name.as_str().into(), Some(boxed(of)?)),
        ("row", [Json::Text(name), key]) => Expr::Row(name.as_str().into(), boxed(key)?),
        ("call", [Json::Text(name), arguments @ ..]) => Expr::Call(name.as_str().into(), all(arguments)?),
        ("is", [of, Json::Text(name)]) => Expr::Is(boxed(of)?, name.as_str().into()),
        ("matches", [of, Json::Text(_), Json::List(program)]) => match program.iter().map(step).collect() {
            Some(program) => Expr::Matches(boxed(of)?, program),
            None => return refuse("a pattern with an unknown step"),
        },
        ("record", [Json::List(fields)]) => {
            let field = |pair: &Json| match pair.list() {
                Some([Json::Text(name), Json::Null]) => Ok((name.as_str().into(), None)),
                Some([Json::Text(name), value]) => Ok((name.as_str().into(), Some(sub(value)?))),
                _ => Err(Refusal::new("policy", "a record field that is no pair")),
            };
            Expr::Record(fields.iter().map(field).collect::<Result<_, _>>()?)
        }
        ("all" | "any", [Json::Text(variable), over, body]) => {
            Expr::Quantifier(word == "all", variable.as_str().into(), boxed(over)?, boxed(body)?)
        }
        ("fold", [Json::Text(op), of, zero]) if ["count", "sum", "min", "max"].contains(&op.as_str()) => {
            Expr::Fold(op.clone(), Box::new(generator(of, types, depth + 1)?), types.read_value(zero))
        }
        ("each", [of, order, limit]) => {
            let order = match order.list() {
                Some([by, Json::Bool(descending)]) => Some((boxed(by)?, *descending)),
                _ => None,
            };
            let limit = if *limit == Json::Null { None } else { Some(boxed(limit)?) };
            Expr::Each(Box::new(generator(of, types, depth + 1)?), order, limit)
        }
        _ => return refuse(&format!("no such expression: `{word}` with {} operands", operands.len())),
    })
}

fn generator(json: &Json, types: &Types, depth: usize) -> Result<Generator, Refusal> {
    let missing = || Refusal::new("policy", "a generator without a variable, a collection or what is taken");
    let part = |key: &str| json.get(key).filter(|part| **part != Json::Null);
    let sub = |part: &Json| read(part, types, depth);
    Ok(Generator {
        variable: part("variable").and_then(Json::text).ok_or_else(missing)?.into(),
        over: part("over").ok_or_else(missing).and_then(sub)?,
        filter: part("filter").map(sub).transpose()?,
        take: part("take").ok_or_else(missing).and_then(sub)?,
    })
}

fn step(json: &Json) -> Option<Step> {
    let [head, operands @ ..] = json.list()? else { return None };
    let place = |json: &Json| if let Json::Number(at) = json { usize::try_from(*at).ok() } else { None };
    Some(match (head.text()?, operands) {
        ("ranges", ranges) => {
            let range = |pair: &Json| match pair.list() {
                Some([Json::Number(from), Json::Number(to)]) => Some((*from, *to)),
                _ => None,
            };
            Step::Ranges(ranges.iter().map(range).collect::<Option<_>>()?)
        }
        ("split", [a, b]) => Step::Split(place(a)?, place(b)?),
        ("jump", [a]) => Step::Jump(place(a)?),
        ("start", []) => Step::Start,
        ("end", []) => Step::End,
        ("match", []) => Step::Match,
        _ => return None,
    })
}

/// What an expression speaks of besides the request: the roles it names, `service`, `total`.
#[derive(Default)]
pub struct Mentions<'a> {
    /// Roles.
    pub roles: BTreeSet<Name>,
    /// `service`.
    pub subject: bool,
    /// `total`.
    pub total: bool,
    /// The definitions that have been looked into.
    called: BTreeSet<&'a str>,
}

impl Expr {
    /// Adds what this expression and the definitions that it calls speak of.
    pub fn mentions<'a>(&'a self, definitions: &'a BTreeMap<String, (Vec<Name>, Expr)>, found: &mut Mentions<'a>) {
        match self {
            Expr::Call(name, _) if found.called.insert(name) => {
                if let Some((_, body)) = definitions.get(&**name) {
                    body.mentions(definitions, found);
                }
            }
            Expr::Subject => found.subject = true,
            Expr::Total(_) => found.total = true,
            Expr::Role(name) => {
                found.roles.insert(name.clone());
            }
            _ => {}
        }
        self.each_operand(&mut |operand| operand.mentions(definitions, found));
    }

    /// Visits each direct operand.
    pub fn each_operand<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        let of_generator = |generator: &'a Generator, visit: &mut dyn FnMut(&'a Expr)| {
            visit(&generator.over);
            generator.filter.iter().for_each(&mut *visit);
            visit(&generator.take);
        };
        match self {
            Expr::Field(of, _) | Expr::Closure(of, _) | Expr::Row(_, of) | Expr::Is(of, _) | Expr::Matches(of, ..) => {
                visit(of)
            }
            Expr::Signal(_, of) => of.iter().for_each(|of| visit(of)),
            Expr::Call(_, operands) | Expr::Apply(_, operands) => operands.iter().for_each(visit),
            Expr::Record(fields) => fields.iter().filter_map(|(_, value)| value.as_ref()).for_each(visit),
            Expr::Quantifier(_, _, over, body) => [over, body].into_iter().for_each(|e| visit(e)),
            Expr::Fold(_, generator, _) => of_generator(generator, visit),
            Expr::Each(generator, order, limit) => {
                of_generator(generator, visit);
                order.iter().for_each(|(by, _)| visit(by));
                limit.iter().for_each(|limit| visit(limit));
            }
            Expr::Literal(_)
            | Expr::Variable(_)
            | Expr::Request
            | Expr::Subject
            | Expr::Role(_)
            | Expr::Now
            | Expr::Total(_)
            | Expr::Constant(_) => {}
        }
    }
}
