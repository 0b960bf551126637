//! Tests of the way from text to tree.

#![allow(clippy::string_slice, clippy::indexing_slicing, reason = "a test that cuts where it must not has failed")]

use super::ast::*;
use super::*;

mod examples;
mod grammar;
mod hostile;
mod precedence;
mod recovery;

/// Reads a text that is right.
fn good(text: &str) -> File {
    let parsed = parse(FileId(0), text);
    assert!(parsed.diagnostics.is_empty(), "{text}\n{:#?}", parsed.diagnostics);
    parsed.file
}

/// Reads an expression that is right.
fn good_expr(text: &str) -> Expr {
    let (expr, diagnostics) = parse_expression(FileId(0), text);
    assert!(diagnostics.is_empty(), "{text}\n{diagnostics:#?}");
    expr
}
