//! Expressions of the policy, read from JSON once: an unknown form is refused here, before anything is evaluated.

use std::collections::{BTreeMap, BTreeSet};

use crate::Refusal;
use crate::json::Json;
use crate::value::{Name, Types, Value};

/// Nested expressions; the engine's own limit is lower.
pub const DEPTH: usize = 400;

/// An expression: a word with names and operands.
pub struct Expr {
    /// How it is evaluated.
    pub form: Form,
    /// The word; `all`, `count`, `each` and their like for what runs over a collection.
    pub word: String,
    /// What is named: a variable, a field, a trait, a role, ….
    pub names: Vec<Name>,
    /// The operands; of what runs over a collection: the collection, the filter, what is taken, the sort key, the limit.
    pub operands: Vec<Option<Expr>>,
    /// The value of a literal, or the sum of nothing.
    pub value: Option<Value>,
    /// The program of a pattern.
    pub program: Vec<Step>,
}

/// The kinds of words, told apart once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A literal.
    Literal,
    /// `all`, `any`.
    Quantifier,
    /// A comprehension.
    Each,
    /// `count of` and its like.
    Fold,
    /// A field.
    Field,
    /// What stands for something that is named elsewhere.
    Named,
    /// What gives a value where an operand has none, or makes one of several.
    Logic,
    /// An operator on known values.
    Operator,
}

impl Form {
    fn of(word: &str) -> Self {
        match word {
            "literal" => Self::Literal,
            "all" | "any" => Self::Quantifier,
            "each" => Self::Each,
            "fold" => Self::Fold,
            "field" => Self::Field,
            "request" | "now" | "service" | "variable" | "role" | "total" | "constant" | "closure" | "is" | "row"
            | "signal" | "matches" | "call" | "record" => Self::Named,
            "and" | "or" | "implies" | "not" | "known" | "??" | "if" | "set" | "list" | "interpolate" => Self::Logic,
            _ => Self::Operator,
        }
    }
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

/// The words, with what follows: `n` a name, `e` an expression, `*` expressions. The rest is special.
const WORDS: &str = "literal:special matches:special record:special fold:special each:special \
    request: service: now: variable:n role:n total:n constant:n field:en closure:en is:en row:ne call:n* \
    signal:n signal:ne all:nee any:nee not:e negate:e known:e to_decimal:e to_instant:e and:* or:* implies:ee \
    ==:ee !=:ee <:ee <=:ee >:ee >=:ee in:ee within:ee overlaps:ee starts_with:ee ends_with:ee +:ee -:ee *:ee /:ee \
    ??:ee if:eee set:* list:* interpolate:* abs:e clamp:eee min:e* max:e* cosine:ee energy:e norm:e high_band:e low_band:e \
    band:eee inner:ee inner_imaginary:ee matched_filter:ee resonance:ee decibels:e conductivity:ee spectrum:e limit_energy:ee \
    draw:ee";

/// Reads an expression.
pub fn read(json: &Json, types: &Types, depth: usize) -> Result<Expr, Refusal> {
    let refusal = |reason: String| Refusal::new("policy", reason);
    let Some([Json::Text(word), rest @ ..]) = json.list() else {
        return Err(refusal("an expression that is no array with a word".to_owned()));
    };
    if depth > DEPTH {
        return Err(refusal("an expression nested too deeply".to_owned()));
    }
    let form = Form::of(word);
    let empty =
        || Expr { form, word: word.clone(), names: Vec::new(), operands: Vec::new(), value: None, program: Vec::new() };
    let wrong = || refusal(format!("no such expression: `{word}` with {} operands", rest.len()));
    let shapes = WORDS.split_whitespace().filter_map(|entry| entry.rsplit_once(':'));
    for (_, shape) in shapes.filter(|(known, _)| known == word) {
        if shape == "special" {
            return special(word, rest, empty(), types, depth)?.ok_or_else(wrong);
        }
        let repeats = shape.strip_suffix('*');
        let fixed = repeats.unwrap_or(shape);
        if rest.len() < fixed.len() || (repeats.is_none() && rest.len() > fixed.len()) {
            continue;
        }
        let mut expr = empty();
        for (kind, operand) in fixed.chars().chain(std::iter::repeat('e')).zip(rest) {
            match operand {
                Json::Text(name) if kind == 'n' => expr.names.push(name.as_str().into()),
                operand if kind == 'e' => expr.operands.push(Some(read(operand, types, depth + 1)?)),
                _ => return Err(wrong()),
            }
        }
        return Ok(expr);
    }
    Err(wrong())
}

/// The forms that are more than names and operands.
fn special(word: &str, rest: &[Json], mut expr: Expr, types: &Types, depth: usize) -> Result<Option<Expr>, Refusal> {
    let sub = |json: &Json| if *json == Json::Null { Ok(None) } else { read(json, types, depth + 1).map(Some) };
    let over = |expr: &mut Expr, generator: &Json| {
        for key in ["over", "filter", "take"] {
            expr.operands.push(sub(generator.get(key).unwrap_or(&Json::Null))?);
        }
        expr.names.extend(generator.get("variable").and_then(Json::text).map(Name::from));
        Ok::<_, Refusal>(expr.names.len() == 1 && expr.operands.iter().step_by(2).all(Option::is_some))
    };
    let good = match (word, rest) {
        ("literal", [value]) => {
            expr.value = types.read_value(value);
            expr.value.is_some()
        }
        ("matches", [of, Json::Text(_), Json::List(program)]) => {
            expr.operands.push(sub(of)?);
            expr.program = program.iter().map_while(step).collect();
            expr.program.len() == program.len()
        }
        ("record", [Json::List(fields)]) => {
            for field in fields {
                let Some([Json::Text(name), value]) = field.list() else { return Ok(None) };
                expr.names.push(name.as_str().into());
                expr.operands.push(sub(value)?);
            }
            true
        }
        ("fold", [Json::Text(op), generator, zero]) => {
            expr.word = format!("{op} of");
            expr.value = types.read_value(zero);
            let known = ["count", "sum", "min", "max"].contains(&op.as_str());
            known && (op == "sum") == expr.value.is_some() && over(&mut expr, generator)?
        }
        ("each", [generator, order, limit]) => {
            let complete = over(&mut expr, generator)?;
            if let Some([by, Json::Bool(descending)]) = order.list() {
                expr.operands.push(sub(by)?);
                expr.value = Some(Value::Bool(*descending));
            } else {
                expr.operands.push(None);
            }
            expr.operands.push(sub(limit)?);
            complete
        }
        _ => false,
    };
    Ok(good.then_some(expr))
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
    /// How many expressions were looked at.
    pub visited: u64,
    /// The definitions that have been looked into.
    called: BTreeSet<&'a Name>,
}

impl Expr {
    /// Adds what this expression and the definitions that it calls speak of.
    pub fn mentions<'a>(&'a self, definitions: &'a BTreeMap<String, (Vec<Name>, Expr)>, found: &mut Mentions<'a>) {
        found.visited += 1;
        found.subject |= self.word == "service";
        found.total |= self.word == "total";
        if self.word == "role" {
            found.roles.extend(self.names.iter().cloned());
        }
        if let ("call", Some(name)) = (self.word.as_str(), self.names.first())
            && let (true, Some((_, body))) = (found.called.insert(name), definitions.get(&**name))
        {
            body.mentions(definitions, found);
        }
        self.operands.iter().flatten().for_each(|operand| operand.mentions(definitions, found));
    }
}
