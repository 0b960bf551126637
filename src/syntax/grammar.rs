//! The parser that is generated from `grammar/provost.pest`, and the only way to it.
//!
//! *Takes* a text and the rule that it should follow; *gives* pairs or where it went wrong. *Leaves out* what a person
//! is told about it.

// The generated enum has one variant per grammar rule, each explained where it stands in the grammar.
#![allow(missing_docs, clippy::allow_attributes, reason = "the code below is generated from the grammar")]

use pest::Parser as _;

#[derive(pest_derive::Parser)]
#[grammar = "grammar/provost.pest"]
struct Grammar;

/// One node of what pest read.
pub type Pair<'i> = pest::iterators::Pair<'i, Rule>;
/// Several nodes of what pest read.
pub type Pairs<'i> = pest::iterators::Pairs<'i, Rule>;

/// Reads a text by one rule.
pub fn read(rule: Rule, text: &str) -> Result<Pairs<'_>, Box<pest::error::Error<Rule>>> {
    Grammar::parse(rule, text).map_err(Box::new)
}
