//! What a person is told where the grammar was not followed.

use pest::error::{Error, ErrorVariant, InputLocation};

use crate::base::Span;
use crate::diag::Diagnostic;

use super::codes;
use super::grammar::Rule;
use super::lower::Lower;

/// The diagnostic for a piece of the file's text that pest refused.
pub fn unexpected(lower: &Lower<'_>, piece: &str, error: &Error<Rule>) -> Diagnostic {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let span = lower.span_of(piece.get(at..).unwrap_or(""));
    let span = Span { end: span.start, ..span };
    Diagnostic::error(&codes::UNEXPECTED, span, format!("{:?}", error.variant))
}

/// The error of a reading that succeeded and gave nothing.
pub fn nothing_read(piece: &str) -> Box<Error<Rule>> {
    let variant = ErrorVariant::ParsingError { positives: vec![Rule::expr], negatives: vec![] };
    Box::new(Error::new_from_pos(variant, pest::Position::from_start(piece)))
}
