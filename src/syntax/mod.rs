//! Text to syntax tree.

pub mod ast;
pub mod codes;
mod grammar;
mod lower;
mod report;
#[cfg(test)]
mod tests;

use crate::base::FileId;
use crate::diag::Diagnostic;

use grammar::{Rule, read};
use lower::Lower;

/// What was read of one file.
#[derive(Debug)]
pub struct Parsed {
    /// The tree; what could not be read stands in it as `Error` nodes.
    pub file: ast::File,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads one file.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let mut lower = Lower::new(file, text);
    let mut items = Vec::new();
    match read(Rule::file, text) {
        Ok(pairs) => items.extend(pairs.filter(|p| p.as_rule() == Rule::item).filter_map(|p| lower.item(&p))),
        Err(error) => {
            let diagnostic = report::unexpected(&lower, text, &error);
            lower.diagnostics.push(diagnostic);
        }
    }
    Parsed { file: ast::File { items }, diagnostics: lower.diagnostics }
}

/// Reads one expression, alone in its text.
pub fn parse_expression(file: FileId, text: &str) -> (ast::Expr, Vec<Diagnostic>) {
    let mut lower = Lower::new(file, text);
    let expr = match read(Rule::one_expr, text).map(|mut pairs| pairs.next()) {
        Ok(Some(pair)) => lower.expr(&pair),
        Ok(None) => ast::Expr { kind: ast::ExprKind::Error, span: lower.span_of(text) },
        Err(error) => {
            let diagnostic = report::unexpected(&lower, text, &error);
            lower.diagnostics.push(diagnostic);
            ast::Expr { kind: ast::ExprKind::Error, span: lower.span_of(text) }
        }
    };
    (expr, lower.diagnostics)
}
