//! Rules in prose: `if request.priority == 'high' then service.latency.max <= 200ms`.
//!
//! `not` binds tighter than `and`, and `and` tighter than `or`. The words of the sentence may be in capitals; those of paths and values may not.

use crate::base::{Name, Span, limits};
use crate::data::{Kind, Node, shortened};
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::ir::Comparison;

use super::form::{Op, Operand, Path, Test, turned};

/// What a sentence says.
#[derive(Clone, Debug)]
pub(super) struct Sentence {
    pub when: Option<Test>,
    pub action: Action,
}

/// What stands behind `then`.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// What must hold.
    Holds(Test),
    /// `reject`, `deny`
    Deny,
}

/// What is wrong. Boxed, since it is rare and large.
type Wrong = Box<Diagnostic>;

/// Reads a sentence with or without its condition.
pub(super) fn sentence(text: &str, span: Span) -> Result<Sentence, Wrong> {
    let mut parser = Parser::new(text, span)?;
    let mut when = None;
    if parser.word("if") || parser.word("when") {
        when = Some(parser.test(0)?);
        if !parser.word("then") && !parser.sign(",") {
            return Err(parser.expected("`then`"));
        }
        // A comma may stand before the word as well.
        parser.word("then");
    }
    let action = if parser.last_word(&["reject", "deny"]) { Action::Deny } else { Action::Holds(parser.test(0)?) };
    parser.end()?;
    Ok(Sentence { when, action })
}

/// Reads a condition alone.
pub(super) fn test(text: &str, span: Span) -> Result<Test, Wrong> {
    let mut parser = Parser::new(text, span)?;
    // Both spellings are met with: a condition may still carry its `if`.
    parser.word("if");
    let test = parser.test(0)?;
    parser.end()?;
    Ok(test)
}

#[derive(Clone, Debug, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    Number(&'a str),
    Text(&'a str),
    Sign(&'a str),
}

const SIGNS: &[&str] =
    &["<=", ">=", "==", "!=", "&&", "||", "<", ">", "=", "!", "(", ")", "[", "]", "{", "}", ",", "%"];

/// A sentence cut into words and signs, and how far it has been read.
struct Parser<'a> {
    tokens: Vec<(Token<'a>, usize, usize)>,
    next: usize,
    source: Place,
    length: usize,
}

/// Where the text of a sentence stands.
#[derive(Clone, Copy)]
struct Place {
    span: Span,
    /// Where the first character of the text is; nothing where escapes or line ends hide the rest.
    start: Option<usize>,
}

impl Place {
    fn of(text: &str, span: Span) -> Self {
        let (start, end) = (usize_of(span.start), usize_of(span.end));
        let quotes = end.checked_sub(start).and_then(|length| length.checked_sub(text.len()));
        let start = match quotes {
            Some(0) => Some(start),
            Some(2) => Some(start + 1),
            _ => None,
        };
        Self { span, start }
    }

    fn part(self, from: usize, to: usize) -> Span {
        self.start.map_or(self.span, |start| Span::new(self.span.file, start + from, start + to))
    }
}

fn usize_of(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, span: Span) -> Result<Self, Wrong> {
        let source = Place::of(text, span);
        let tokens = tokens(text).map_err(|(at, end, why)| {
            Box::new(Diagnostic::error(&codes::RULE_SENTENCE, source.part(at, end), why).label("not understood"))
        })?;
        Ok(Self { tokens, next: 0, source, length: text.len() })
    }

    fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.next).map(|(token, ..)| token)
    }

    /// Where the next word stands.
    fn place(&self) -> Span {
        match self.tokens.get(self.next) {
            Some((_, from, to)) => self.source.part(*from, *to),
            None => self.source.part(self.length, self.length),
        }
    }

    fn word(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted));
        self.next += usize::from(found);
        found
    }

    /// One of these words, where it ends the sentence.
    fn last_word(&mut self, wanted: &[&str]) -> bool {
        self.next + 1 == self.tokens.len() && wanted.iter().any(|word| self.word(word))
    }

    fn sign(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(sign)) if *sign == wanted);
        self.next += usize::from(found);
        found
    }

    fn expected(&self, what: &str) -> Wrong {
        let instead = match self.peek() {
            None => "the sentence ends".to_owned(),
            Some(Token::Word(text) | Token::Number(text) | Token::Sign(text)) => {
                format!("`{}` stands here", shortened(text))
            }
            Some(Token::Text(text)) => format!("the text `{}` stands here", shortened(text)),
        };
        let message = format!("{instead}, and {what} is needed");
        let found = Diagnostic::error(&codes::RULE_SENTENCE, self.place(), message).label("not understood");
        Box::new(found.help("write it as in `if request.priority == 'high' then service.latency.max <= 200ms`"))
    }

    fn end(&self) -> Result<(), Wrong> {
        if self.peek().is_none() { Ok(()) } else { Err(self.expected("`and`, `or` or the end")) }
    }

    fn test(&mut self, depth: usize) -> Result<Test, Wrong> {
        let mut parts = vec![self.all(depth)?];
        while self.word("or") || self.sign("||") {
            parts.push(self.all(depth)?);
        }
        Ok(one_or(parts, Test::Or))
    }

    fn all(&mut self, depth: usize) -> Result<Test, Wrong> {
        let mut parts = vec![self.one(depth)?];
        while self.word("and") || self.sign("&&") {
            parts.push(self.one(depth)?);
        }
        Ok(one_or(parts, Test::And))
    }

    fn one(&mut self, depth: usize) -> Result<Test, Wrong> {
        if depth >= limits::NESTING {
            let message = format!("nested more than {} deep", limits::NESTING);
            return Err(Box::new(Diagnostic::error(&codes::RULE_SENTENCE, self.place(), message)));
        }
        if self.word("not") || self.sign("!") {
            return Ok(Test::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.sign("(") {
            let inner = self.test(depth + 1)?;
            return if self.sign(")") { Ok(inner) } else { Err(self.expected("`)`")) };
        }
        self.statement()
    }

    /// A path alone, a path that exists, or two sides and how they compare.
    fn statement(&mut self) -> Result<Test, Wrong> {
        let left = match self.operand(true)? {
            Operand::Path(path) => path,
            Operand::Value(value) => return self.turned(value),
        };
        if self.word("exists") {
            return Ok(Test::Exists(left));
        }
        if self.word("not") {
            return if self.word("in") {
                Ok(Test::Not(Box::new(Test::Compare(left, Op::In, self.operand(false)?))))
            } else {
                Err(self.expected("`in`"))
            };
        }
        if self.word("is") {
            let op = if self.word("not") { Comparison::NotEqual } else { Comparison::Equal };
            return Ok(Test::Compare(left, Op::Compare(op), self.operand(false)?));
        }
        let op = if self.word("in") {
            Op::In
        } else if self.word("contains") {
            Op::Contains
        } else if let Some(op) = self.comparison() {
            Op::Compare(op)
        } else {
            return Ok(Test::Holds(left));
        };
        Ok(Test::Compare(left, op, self.operand(false)?))
    }

    /// `200 >= service.latency.max` says what `service.latency.max <= 200` does.
    fn turned(&mut self, value: Node) -> Result<Test, Wrong> {
        if self.word("in") {
            let Operand::Path(path) = self.operand(true)? else { return Err(self.expected("a path behind `in`")) };
            return Ok(Test::Compare(path, Op::Contains, Operand::Value(value)));
        }
        let Some(op) = self.comparison() else { return Err(self.expected("a comparison")) };
        let place = self.place();
        match self.operand(true)? {
            Operand::Path(path) => Ok(Test::Compare(path, Op::Compare(turned(op)), Operand::Value(value))),
            Operand::Value(_) => {
                let message = "two values are compared, and one side must be a path such as `request.priority`";
                Err(Box::new(Diagnostic::error(&codes::RULE_SENTENCE, place, message)))
            }
        }
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let op = match self.peek()? {
            Token::Sign("==" | "=") => Comparison::Equal,
            Token::Sign("!=") => Comparison::NotEqual,
            Token::Sign("<=") => Comparison::LessOrEqual,
            Token::Sign("<") => Comparison::Less,
            Token::Sign(">=") => Comparison::GreaterOrEqual,
            Token::Sign(">") => Comparison::Greater,
            _ => return None,
        };
        self.next += 1;
        Some(op)
    }

    /// A path or a value. A bare word without a point is a path where one is wanted, and a text elsewhere.
    fn operand(&mut self, bare_is_path: bool) -> Result<Operand, Wrong> {
        let span = self.place();
        let value = |kind: Kind| Ok(Operand::Value(Node { kind, span }));
        match self.peek().cloned() {
            Some(Token::Word(word)) if !KEYWORDS.iter().any(|k| word.eq_ignore_ascii_case(k)) => {
                self.next += 1;
                match word {
                    "true" | "false" => value(Kind::Bool(word == "true")),
                    _ if bare_is_path || word.contains('.') => {
                        Ok(Operand::Path(Path { text: word.into(), span, absent_is_false: false }))
                    }
                    _ => value(Kind::Text(word.into())),
                }
            }
            Some(Token::Text(text)) => {
                self.next += 1;
                value(Kind::Text(text.into()))
            }
            Some(Token::Number(text)) => {
                self.next += 1;
                Ok(Operand::Value(self.measured(text, span)))
            }
            Some(Token::Sign(open @ ("[" | "(" | "{"))) => self.list(open, span),
            _ => Err(self.expected("a path or a value")),
        }
    }

    /// A number, with the unit that stands against it or behind it.
    fn measured(&mut self, number: &str, span: Span) -> Node {
        let to = |end: Span| Span { end: end.end.max(span.start), ..span };
        let unit = match self.peek() {
            Some(Token::Word(unit @ ("ms" | "s" | "m" | "h" | "d" | "USD" | "usd"))) => Some(*unit),
            Some(Token::Sign("%")) => Some("%"),
            _ => None,
        };
        let Some(unit) = unit else { return Node { kind: number_or_text(number), span } };
        let end = self.place();
        self.next += 1;
        let text = match unit {
            "USD" | "usd" => format!("{number} USD"),
            _ => format!("{number}{unit}"),
        };
        Node { kind: Kind::Text(text.into()), span: to(end) }
    }

    fn list(&mut self, open: &str, span: Span) -> Result<Operand, Wrong> {
        let close = match open {
            "[" => "]",
            "{" => "}",
            _ => ")",
        };
        self.next += 1;
        let mut elements = Vec::new();
        while !self.sign(close) {
            // Lists of lists are no values of any field here, so there is nothing to descend into.
            if matches!(self.peek(), Some(Token::Sign("[" | "(" | "{"))) {
                return Err(self.expected("a value"));
            }
            match self.operand(false)? {
                Operand::Value(value) => elements.push(value),
                Operand::Path(path) => {
                    let message = format!("`{}` is a path, and a list has values only", shortened(&path.text));
                    let found = Diagnostic::error(&codes::RULE_SENTENCE, path.span, message);
                    return Err(Box::new(found.help("put texts in quotes")));
                }
            }
            if !self.sign(",") && !matches!(self.peek(), Some(Token::Sign(sign)) if *sign == close) {
                return Err(self.expected(&format!("`,` or `{close}`")));
            }
        }
        Ok(Operand::Value(Node { kind: Kind::List(elements), span }))
    }
}

/// Words that are neither a path nor a value.
const KEYWORDS: &[&str] =
    &["if", "then", "and", "or", "not", "in", "contains", "exists", "is", "else", "when", "implies"];

fn one_or(mut parts: Vec<Test>, many: fn(Vec<Test>) -> Test) -> Test {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            many(parts)
        }
    }
}

/// Digits are a number; `200ms` and `$0.05` are read as texts are, by the type of what they are compared with.
fn number_or_text(text: &str) -> Kind {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if plain { Kind::Number(text.into()) } else { Kind::Text(text.into()) }
}

type Cut<'a> = Vec<(Token<'a>, usize, usize)>;

fn tokens(text: &str) -> Result<Cut<'_>, (usize, usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(first) = rest.chars().next() else { break };
        let (token, length) = if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        } else if matches!(first, '\'' | '"') {
            quoted(rest, first)
                .ok_or_else(|| (at, at + 1, format!("the text that begins here is never closed by `{first}`")))?
        } else if first.is_ascii_digit() || matches!(first, '$' | '-') {
            let length =
                1 + run(rest.get(1..).unwrap_or_default(), |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_'));
            (Token::Number(rest.get(..length).unwrap_or_default()), length)
        } else if first.is_alphabetic() || first == '_' {
            let length = run(rest, |c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
            (Token::Word(rest.get(..length).unwrap_or_default()), length)
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (Token::Sign(sign), sign.len())
        } else {
            let message = format!("`{}` has no meaning in a rule", shortened(&first.to_string()));
            return Err((at, at + first.len_utf8(), message));
        };
        found.push((token, at, at + length));
        at += length;
    }
    Ok(found)
}

/// A text between quotes, and how long it is with them.
fn quoted(rest: &str, quote: char) -> Option<(Token<'_>, usize)> {
    let inner = rest.get(1..)?;
    let end = inner.find(quote)?;
    Some((Token::Text(inner.get(..end)?), end + 2))
}

/// How many bytes at the beginning are made of such characters.
fn run(text: &str, of: impl Fn(char) -> bool) -> usize {
    text.find(|c| !of(c)).unwrap_or(text.len())
}

/// A name of a rule made of a path: `service.latency.max` becomes `latency_max`.
pub(super) fn slug(text: &str) -> Name {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
    }
    let trimmed = out.trim_end_matches('_');
    let mut name: String = trimmed.chars().take(60).collect();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert_str(0, "rule_");
    }
    name.trim_end_matches('_').into()
}
