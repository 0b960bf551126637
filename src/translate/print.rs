//! Rules as a source writes them. How they are set is left to the formatter.

use crate::facts::rules::{Read, Rule};
use crate::ir::{Effect, Expr};
use crate::suite::spell;
use crate::value::Value;

/// A file of rules.
pub(super) fn file(read: &Read, origin: &str) -> String {
    let mut text = format!("// The rules of `{}`, translated from the spellings of the CAIO router.\n", line(origin));
    for idle in &read.idle {
        text.push_str(&format!("// {}.\n", line(idle)));
    }
    let routes = read.routes.iter().map(|route| &**route).collect::<Vec<_>>().join(", ");
    for rule in &read.rules {
        text.push('\n');
        text.push_str(&item(rule, &routes));
    }
    text
}

/// One rule on these routes.
pub fn item(rule: &Rule, routes: &str) -> String {
    let mut text = String::new();
    for remark in &rule.remarks {
        text.push_str(&format!("/// {}\n", line(remark)));
    }
    let mut annotations = Vec::new();
    annotations.extend(rule.family.as_ref().map(|family| format!("@family({})", quoted(family))));
    annotations.extend(rule.priority.as_ref().map(|priority| match priority.parse::<i64>() {
        Ok(number) if number >= 0 => format!("@priority({number})"),
        _ => format!("@priority({})", quoted(priority)),
    }));
    if !annotations.is_empty() {
        text.push_str(&annotations.join(" "));
        text.push('\n');
    }
    text.push_str(&format!("rule {} on {routes} {{\n", rule.name));
    if let Some(when) = &rule.when {
        text.push_str(&format!("    when {}\n", expression(when)));
    }
    for (effect, condition) in &rule.clauses {
        text.push_str(&match (effect, condition) {
            // A denial without a condition of its own rests on the rule's.
            (Effect::Deny, Expr::Literal(Value::Bool(true))) => "    deny\n".to_owned(),
            (Effect::Deny, condition) => format!("    deny when {}\n", expression(condition)),
            (Effect::Exclude, condition) => format!("    exclude service when {}\n", expression(condition)),
            (Effect::Require, condition) => format!("    require {}\n", expression(condition)),
        });
    }
    text.push_str(&format!("    because {}\n}}\n", quoted(&rule.because)));
    text
}

/// How tight the outermost operator of a text binds, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Comparison,
    Operand,
    Unary,
    Atom,
}

/// An expression of the forms that foreign rules come to.
fn expression(expr: &Expr) -> String {
    spelled(expr).0
}

fn at(expr: &Expr, least: Level) -> String {
    let (text, level) = spelled(expr);
    if level < least { format!("({text})") } else { text }
}

fn spelled(expr: &Expr) -> (String, Level) {
    let many = |parts: &[Expr], by: &str, level: Level, within: Level| {
        (parts.iter().map(|part| at(part, within)).collect::<Vec<_>>().join(by), level)
    };
    let compared = |a: &Expr, word: &str, b: &Expr| {
        (format!("{} {word} {}", at(a, Level::Operand), at(b, Level::Operand)), Level::Comparison)
    };
    match expr {
        Expr::Or(parts) => many(parts, " or ", Level::Or, Level::And),
        Expr::And(parts) => many(parts, " and ", Level::And, Level::Not),
        Expr::Not(of) => (format!("not {}", at(of, Level::Unary)), Level::Not),
        Expr::Compare(op, a, b) => compared(a, op.word(), b),
        Expr::In(a, b) => compared(a, "in", b),
        Expr::Overlaps(a, b) => compared(a, "overlaps", b),
        Expr::Coalesce(a, b) => (format!("({} ?? {})", at(a, Level::Atom), at(b, Level::Atom)), Level::Atom),
        Expr::Known(of) => (format!("known {}", at(of, Level::Atom)), Level::Unary),
        Expr::Field(of, name) => (format!("{}.{name}", at(of, Level::Atom)), Level::Atom),
        Expr::Total(name) => (format!("total.{name}"), Level::Atom),
        Expr::Subject => ("service".to_owned(), Level::Atom),
        Expr::Request => ("request".to_owned(), Level::Atom),
        Expr::Literal(value) => (guarded(&spell::value(value)), Level::Atom),
        // No other form comes out of a foreign rule; spelled all the same, it is at least complete.
        other => (crate::explain::spell::expression(other), Level::Or),
    }
}

/// A text in quotes.
fn quoted(text: &str) -> String {
    guarded(&spell::text(text))
}

/// Characters that make a text look like another than it is, as escapes: no source holds them.
fn guarded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// A text on one line, fit for a comment.
fn line(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let hidden = c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        out.push(if hidden { ' ' } else { c });
    }
    out.trim().to_owned()
}
