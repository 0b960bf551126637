//! Slips that people make who know another language, and what to write instead.

use crate::diag::Code;

use super::codes;
use super::grammar::Rule;
use super::tokens::{Kind, Token};
use super::{kinds, words};
use crate::base::{Currency, similar};

/// The place at which reading stopped.
pub struct Place<'a> {
    /// What stands there.
    pub kind: Kind,
    /// Its letters.
    pub letters: &'a str,
    /// Everything from there on.
    pub rest: &'a str,
    /// The token before it.
    pub before: &'a str,
    /// The token before that.
    pub before_that: &'a str,
    /// What could have stood there.
    pub positives: &'a [Rule],
}

/// A known slip.
pub struct Slip {
    /// The code of the error.
    pub code: &'static Code,
    /// What is wrong.
    pub message: String,
    /// A few words at the place.
    pub label: &'static str,
    /// What to do.
    pub help: String,
    /// What to write instead of how many bytes, where that is certain.
    pub write: Option<(usize, String)>,
}

impl Slip {
    fn new(message: impl Into<String>, label: &'static str, help: impl Into<String>) -> Self {
        Self { code: &codes::UNEXPECTED, message: message.into(), label, help: help.into(), write: None }
    }

    fn write(mut self, length: usize, write: impl Into<String>) -> Self {
        self.write = Some((length, write.into()));
        self
    }
}

impl Place<'_> {
    fn could_be(&self, rule: Rule) -> bool {
        self.positives.contains(&rule)
    }
}

/// The slip at a place, if it is one that many people make.
pub fn slip(place: &Place<'_>) -> Option<Slip> {
    foreign(place)
        .or_else(|| quotes(place))
        .or_else(|| wrong_sign(place))
        .or_else(|| misplaced(place))
        .or_else(|| misspelt(place))
        .or_else(|| wrong_word(place))
        .or_else(|| no_colon(place))
}

/// The help for a unit that is written like a word behind a number.
pub fn unit_slip(number: &Token<'_>, unit: &str) -> Option<String> {
    if number.kind != Kind::Number {
        return None;
    }
    let short = match unit {
        "ms" | "msec" | "millis" | "milliseconds" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "percent" => "%",
        "dollars" => return Some(format!("amounts are written `${}`", number.text)),
        _ => {
            let code = Currency::from_code(unit).filter(|_| unit.len() == 3)?;
            return Some(format!("a currency is written in capitals: `{} {}`", number.text, code.code()));
        }
    };
    Some(format!("the unit stands right behind the number: `{}{short}`", number.text))
}

/// What is written for the whole word of an order, which was read as the name of a role.
pub fn order_slip(word: &str, positives: &[Rule]) -> Option<(&'static str, &'static str)> {
    match word {
        _ if !positives.contains(&Rule::colon) || !positives.contains(&Rule::kw_after) => None,
        "descending" => Some(("`descending` is written `desc`", "write `desc`")),
        "ascending" => Some(("`ascending` is written `asc`", "leave it out: the least comes first anyway")),
        _ => None,
    }
}

/// Words and signs of ties, phases and guarantees in another order than theirs.
fn misplaced(place: &Place<'_>) -> Option<Slip> {
    let word = place.kind == Kind::Word;
    Some(match (place.before, place.letters) {
        (",", _) if word && matches!(place.positives, [Rule::kw_then]) => {
            Slip::new("keys for ties are separated by `then by`", "a further key", "write `then by` before it")
        }
        ("then", _) if word && place.could_be(Rule::colon) => Slip::new(
            "`then` is followed by `by`",
            "`by` is missing before this",
            "write `then by` between keys for ties",
        ),
        ("composes", "by") if place.could_be(Rule::colon) => Slip::new(
            "`composes by` stands before `measured as`",
            "too late for this",
            "say how a guarantee composes right behind its direction",
        ),
        ("at", "most" | "least") if place.could_be(Rule::colon) => Slip::new(
            "the direction stands right behind the type",
            "too late for this",
            "write `guarantee NAME: TYPE at most`, and everything else behind it",
        ),
        (route, ".") if place.could_be(Rule::kw_stages) => {
            let name = place.rest.trim_start_matches('.').trim_start();
            let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
            let name = name.get(..end).unwrap_or_default();
            let help = format!("write `{name}` instead of `{route}.{name}`");
            Slip::new("in a route, its labels and roles are named alone", "not behind a name here", help)
        }
        (order, _) if place.could_be(Rule::colon) => {
            let (message, help) = order_slip(order, place.positives)?;
            Slip::new(message, "in front of this", help)
        }
        _ => return None,
    })
}

/// A word that is nearly one that could stand here.
fn misspelt(place: &Place<'_>) -> Option<Slip> {
    if place.kind != Kind::Word {
        return None;
    }
    let possible = place.positives.iter().map(|rule| words::words(*rule).trim_matches('`'));
    let near = similar::nearest(place.letters, possible.filter(|word| word.bytes().all(|b| b.is_ascii_lowercase())))?;
    let message = format!("no `{}` can stand here", place.letters);
    let slip = Slip::new(message, "not a word that fits here", format!("did you mean `{near}`?"));
    Some(slip.write(place.letters.len(), near))
}

fn contains(word: &str) -> Slip {
    let help = "the other way round: write `x in xs` instead of `xs contains x`";
    Slip::new(format!("there is no operator `{word}`"), "no such operator", help)
}

/// A name that lacks its colon, or was meant to be the word of a clause.
fn no_colon(place: &Place<'_>) -> Option<Slip> {
    let infix = place.could_be(Rule::infix) || place.could_be(Rule::assign);
    if place.kind != Kind::Word || infix || !place.could_be(Rule::colon) {
        return None;
    }
    if place.before == "after" {
        let help =
            "a stage that waits for others has a line of its own, without `stages`: `review after ocr, translate`";
        return Some(Slip::new("`stages` and `after` do not stand together", "a stage behind `after`", help));
    }
    if matches!(place.before, "contains" | "has" | "includes") {
        return Some(contains(place.before));
    }
    let starts = kinds::ITEMS.iter().flat_map(|kind| kind.starts.iter().copied());
    let message = format!("expected `:` before `{}`", place.letters);
    let help = match similar::nearest(place.before, starts) {
        Some(near) => format!("did you mean `{near}` instead of `{}`?", place.before),
        None => format!("a name is followed by a colon: `{}: {}`", place.before, place.letters),
    };
    Some(Slip::new(message, "expected `:`", help))
}

/// Signs of other languages for which this one has words or other signs.
fn foreign(place: &Place<'_>) -> Option<Slip> {
    let word = match place.letters {
        "&&" => "and",
        "||" => "or",
        "!" => "not",
        "===" => "==",
        "!==" | "<>" => "!=",
        ":=" => "=",
        "=>" | "->" if place.could_be(Rule::infix) => "implies",
        "&" | "|" | "^" | "%" | "~" | "**" => {
            let message = format!("`{}` is no operator here", place.letters);
            let help =
                "the operators are `and`, `or`, `not`, `implies`, `in`, `within`, `overlaps`, `+`, `-`, `*` and `/`";
            return Some(Slip { code: &codes::FOREIGN_SIGN, ..Slip::new(message, "no such operator", help) });
        }
        _ => return None,
    };
    let message = format!("`{}` is written `{word}`", place.letters);
    let slip = Slip::new(message, "a sign of another language", format!("write `{word}`"));
    let space = if word == "not" { "not " } else { word };
    Some(Slip { code: &codes::FOREIGN_SIGN, ..slip.write(place.letters.len(), space) })
}

/// Quotes that are no quotes.
fn quotes(place: &Place<'_>) -> Option<Slip> {
    let first = place.letters.chars().next()?;
    let close = match first {
        '\'' => '\'',
        '`' => '`',
        '“' | '”' | '„' | '«' => '”',
        '‘' | '’' => '’',
        _ => return None,
    };
    let help = "texts stand between double quotes: `\"text\"`";
    let slip =
        Slip { code: &codes::FOREIGN_SIGN, ..Slip::new(format!("`{first}` begins no text"), "not a quote here", help) };
    let inside = place.rest.get(first.len_utf8()..)?.lines().next()?;
    let Some((text, _)) = inside.split_once([close, '”', '“']).filter(|(text, _)| !text.contains(['"', '\\']))
    else {
        return Some(slip);
    };
    let shut = inside.get(text.len()..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Some(slip.write(first.len_utf8() + text.len() + shut, format!("\"{text}\"")))
}

/// A sign that is right elsewhere.
fn wrong_sign(place: &Place<'_>) -> Option<Slip> {
    let length = place.letters.len();
    let gives = place.could_be(Rule::assign) || place.could_be(Rule::entry_sign) || place.could_be(Rule::at_most_sign);
    let infix = place.could_be(Rule::infix);
    Some(match place.letters {
        "=" if infix && matches!(place.before_that, "{" | ",") => {
            let help = "the values of a record are given with `:`; `==` compares";
            Slip::new("expected `:`, found `=`", "expected `:`", help).write(length, ":")
        }
        "=" if infix => Slip::new("`=` compares nothing", "gives a value", "write `==` to compare").write(length, "=="),
        "=" if place.could_be(Rule::colon) => {
            Slip::new("expected `:`, found `=`", "expected `:`", "here the name is followed by `:`").write(length, ":")
        }
        "==" if gives => Slip::new("`==` gives no value", "compares", "write `=` to give a value").write(length, "="),
        ":" if gives => {
            Slip::new("expected `=`, found `:`", "expected `=`", "values are given with `=`").write(length, "=")
        }
        "<" | ">" if place.could_be(Rule::entry_sign) => {
            let write = format!("{}=", place.letters);
            let help = format!("a promise holds its own bound: write `{write}`");
            Slip::new(format!("a promise is not made with `{}`", place.letters), "no promise", help)
                .write(length, write)
        }
        "=>" if place.could_be(Rule::arrow) => {
            Slip::new("expected `->`, found `=>`", "expected `->`", "write `->`").write(length, "->")
        }
        _ => return None,
    })
}

/// A word that is right elsewhere, or in another language.
fn wrong_word(place: &Place<'_>) -> Option<Slip> {
    let infix = place.could_be(Rule::infix);
    let word = place.kind == Kind::Word;
    Some(match place.letters {
        "not" if place.before == "is" => {
            Slip::new("`is not` is written the other way round", "not behind `is`", "write `not … is …`")
        }
        "not" if infix => {
            Slip::new("`not` stands before a whole condition", "not here", "write `not a in b` instead of `a not in b`")
        }
        "contains" | "has" | "includes" if infix => contains(place.letters),
        _ if word && place.before == "deny" => {
            Slip::new("a denial says when", "`when` is missing before this", "write `deny when …`")
        }
        "elif" | "elseif" | "elsif" => {
            let slip = Slip::new(format!("`{}` is written `else if`", place.letters), "two words", "write `else if`");
            slip.write(place.letters.len(), "else if")
        }
        _ if word && place.before == "because" => Slip::new(
            "the reason is not in quotes",
            "expected a text in quotes",
            "write the reason as a text: `because \"…\"`",
        ),
        _ => return None,
    })
}
