//! How a tie was decided: the first key that tells the two apart, or their names.

use super::spell;
use crate::ir::{Expr, Function, Route, TieKey};

/// A service with the spelling of its keys.
pub type Keyed<'a> = (&'a str, &'a [Option<String>]);

/// Why one service won a tie with another: `the draw 0.21 is below 0.37`.
pub fn reason(route: Option<&Route>, role: &str, (_, won): Keyed<'_>, (loser, lost): Keyed<'_>) -> String {
    let keys = route.and_then(|route| route.ties.get(role)).map_or(&[][..], Vec::as_slice);
    let decided = keys.iter().zip(won.iter().zip(lost)).find(|(_, (won, lost))| won != lost);
    match decided {
        None => format!("the name `{loser}` comes later"),
        Some((key, (Some(won), Some(lost)))) => format!("{} {won} {} {lost}", told(key), relation(key, won)),
        // What is unknown comes last, so that the winner's is known.
        Some((key, _)) => format!("{} is unknown for `{loser}`", told(key)),
    }
}

/// What a key is called: `the draw`, `price`, or as it is written.
fn told(key: &TieKey) -> String {
    match &key.value {
        Expr::Function(Function::Draw, _) => "the draw".to_owned(),
        Expr::Field(of, name) if **of == Expr::Subject => name.to_string(),
        other => format!("`{}`", spell::expression(other)),
    }
}

/// How what won stands to what lost; only quantities lie below and above each other.
fn relation(key: &TieKey, won: &str) -> &'static str {
    let quantity = won.trim_start_matches(['-', '$']).starts_with(|c: char| c.is_ascii_digit());
    match (quantity, key.descending) {
        (true, false) => "is below",
        (true, true) => "is above",
        (false, false) => "comes before",
        (false, true) => "comes after",
    }
}
