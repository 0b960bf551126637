//! What a person is told where the grammar was not followed.
//!
//! *Takes* pest's error for a piece of a file; *gives* one diagnostic: what was expected in words a person uses, what was
//! found, and what to write instead where the slip is a known one.

use pest::error::{Error, ErrorVariant, InputLocation};

use crate::base::limits;
use crate::diag::Diagnostic;

use super::codes;
use super::grammar::Rule;
use super::lower::Lower;
use super::slips::{Place, order_slip, slip, unit_slip};
use super::tokens::{Kind, Token, first_token, tokens};
use super::words::{Weight, weight, words};

/// Most things that one message says were expected.
const NAMED: usize = 4;

/// The diagnostic for a piece of the file's text that pest refused.
pub fn unexpected(lower: &Lower<'_>, piece: &str, error: &Error<Rule>) -> Diagnostic {
    let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        // The only other refusal is that the machine's own stack ran short.
        let span = lower.span_of(piece);
        let message = "nested too deep to be read";
        return Diagnostic::error(&codes::TOO_DEEP, span, message)
            .label("too deep")
            .help("name a part of it with `let`");
    };
    let expected = expected(positives);
    let (before, rest) = piece.split_at_checked(at).unwrap_or((piece, ""));
    let line = last_line(before);
    let behind = |back: usize| line.len().checked_sub(back).and_then(|i| line.get(i));
    let Some((kind, letters)) = first_token(rest) else {
        let span = lower.span_of(behind(1).map_or(piece, |token| token.text));
        if let Some(help) = behind(2).zip(behind(1)).and_then(|(number, unit)| unit_slip(number, unit.text)) {
            let message = format!("`{}` is no unit", behind(1).map_or("", |t| t.text));
            return Diagnostic::error(&codes::BAD_NUMBER, span, message).label("behind a number").help(help);
        }
        if let Some((message, help)) = behind(1).and_then(|word| order_slip(word.text, positives)) {
            return Diagnostic::error(&codes::UNEXPECTED, span, message).label("no such word here").help(help);
        }
        let name = behind(1).map(|token| format!(" behind {}", found(token))).unwrap_or_default();
        let error = Diagnostic::error(&codes::UNEXPECTED, span, format!("expected {expected}{name}"));
        return error.label("something is missing behind this");
    };
    let span = lower.span_of(letters);
    let text = |back: usize| behind(back).map_or("", |token| token.text);
    if let Some(help) = behind(1).and_then(|number| unit_slip(number, letters)) {
        let error = Diagnostic::error(&codes::BAD_NUMBER, span, format!("`{letters}` is no unit"));
        return error.label("behind a number").help(help);
    }
    let place = Place { kind, letters, rest, before: text(1), before_that: text(2), positives };
    if let Some(slip) = slip(&place) {
        let error = Diagnostic::error(slip.code, span, slip.message).label(slip.label).help(slip.help);
        return match slip.write {
            Some((length, write)) => {
                let span = lower.span_of(rest.get(..length).unwrap_or(letters));
                error.fix(format!("write `{write}`"), span, write)
            }
            None => error,
        };
    }
    let token = Token { kind, text: letters, start: 0, end: 0, first: false, indent: 0 };
    let message = format!("expected {expected}, found {}", found(&token));
    Diagnostic::error(&codes::UNEXPECTED, span, message).label(format!("expected {expected}"))
}

/// The diagnostic for a token at which a text nests too deep to be read at all.
pub fn too_deep(lower: &Lower<'_>, tokens: &[Token<'_>], at: usize) -> Diagnostic {
    let token = tokens.get(at);
    let bracket = token.is_some_and(|t| t.kind == Kind::Open);
    let limit = if bracket { limits::NESTING } else { limits::EXPRESSION_DEPTH };
    let span = lower.span_of(token.map_or("", |t| t.text));
    let error = Diagnostic::error(&codes::TOO_DEEP, span, format!("nested deeper than {limit} levels"));
    error.label("too deep").help("name a part of it with `let` or `define`")
}

/// The error of a reading that succeeded and gave nothing.
pub fn nothing_read(piece: &str) -> Box<Error<Rule>> {
    let variant = ErrorVariant::ParsingError { positives: vec![Rule::expr], negatives: vec![] };
    Box::new(Error::new_from_pos(variant, pest::Position::from_start(piece)))
}

/// What was expected, in words.
fn expected(positives: &[Rule]) -> String {
    let mut named: Vec<(Weight, &str)> = positives.iter().map(|rule| (weight(*rule), words(*rule))).collect();
    let operator = positives.contains(&Rule::infix);
    // Behind a whole expression anything of the next member may follow; that says nothing about this one.
    let continues = |name: &str| {
        matches!(
            name,
            "`)`" | "`]`" | "`}`" | "`,`" | "`:`" | "`then`" | "`else`" | "`=`" | "`into`" | "`with`" | "`by`"
        )
    };
    if operator {
        named.retain(|(weight, name)| *weight == Weight::Could || continues(name));
    }
    if named.iter().any(|(weight, _)| *weight < Weight::Noise) {
        named.retain(|(weight, _)| *weight < Weight::Noise);
    }
    named.sort_by_key(|(weight, _)| *weight);
    let mut all: Vec<&str> = Vec::new();
    for (_, name) in named {
        if !all.contains(&name) && name != "the end" {
            all.push(name);
        }
    }
    if all.len() > NAMED + 1 {
        all.truncate(NAMED);
        return format!("{} …", all.join(", "));
    }
    match all.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => "nothing more".to_owned(),
    }
}

/// A list of words in back-ticks, joined by `or`.
pub fn one_of(all: impl Iterator<Item = &'static str>) -> String {
    let all: Vec<String> = all.map(|word| format!("`{word}`")).collect();
    match all.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => all.join(""),
    }
}

/// A token as a message shows it.
pub fn found(token: &Token<'_>) -> String {
    const SHOWN: usize = 40;
    match token.kind {
        Kind::Doc => "documentation".to_owned(),
        _ if token.text.chars().count() > SHOWN => {
            let start: String = token.text.chars().take(SHOWN).collect();
            format!("`{start}…`")
        }
        _ => format!("`{}`", token.text.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'")),
    }
}

/// The tokens on the last line of a text that has any.
fn last_line(text: &str) -> Vec<Token<'_>> {
    let mut rest = text.trim_end();
    while !rest.is_empty() {
        let line = rest.rfind('\n').map_or(0, |at| at + 1);
        let tokens = tokens(rest.get(line..).unwrap_or_default(), 0);
        if !tokens.is_empty() {
            return tokens;
        }
        rest = rest.get(..line).unwrap_or_default().trim_end();
    }
    Vec::new()
}
