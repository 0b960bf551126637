//! The tree as it was written: every sign, word and literal of an item, in order, under the rules of the grammar.
//!
//! What the [`ast`](super::ast) leaves out because it means nothing (brackets around an expression, commas, the order of the
//! members of a route) is here, so that whoever joins all leaves with the space and comments between them has the text again.
//! Comments are no nodes: they stand between the end of one leaf and the start of the next.

pub use super::grammar::Rule;

use super::grammar::Pair;

/// A rule of the grammar with what it matched.
#[derive(Debug)]
pub struct Node<'i> {
    /// The rule.
    pub rule: Rule,
    /// The first byte.
    pub start: usize,
    /// The letters of a leaf; of any other node, possibly with space behind the last leaf.
    pub text: &'i str,
    /// The parts in order; a leaf has none.
    pub children: Vec<Node<'i>>,
}

impl<'i> Node<'i> {
    /// The node for a pair of a text, `offset` giving the place of a piece of that text.
    pub(super) fn new(pair: &Pair<'i>, offset: &dyn Fn(&str) -> usize) -> Self {
        let children = pair.clone().into_inner().map(|child| Node::new(&child, offset)).collect::<Vec<_>>();
        // Documentation and annotations that are not there are no leaf.
        let children = children.into_iter().filter(|c| !c.text.is_empty()).collect();
        Self { rule: pair.as_rule(), start: offset(pair.as_str()), text: pair.as_str(), children }
    }

    /// Whether this is a sign, a word or a literal.
    pub fn is_leaf(&self) -> bool {
        self.children.is_empty()
    }

    /// Calls for every leaf in order.
    pub fn leaves<'a>(&'a self, each: &mut dyn FnMut(&'a Node<'i>)) {
        if self.is_leaf() {
            each(self);
        } else {
            self.children.iter().for_each(|child| child.leaves(each));
        }
    }

    /// The first leaf.
    pub fn first_leaf(&self) -> &Node<'i> {
        self.children.first().map_or(self, Node::first_leaf)
    }

    /// The last leaf.
    pub fn last_leaf(&self) -> &Node<'i> {
        self.children.last().map_or(self, Node::last_leaf)
    }

    /// One past the last byte of the last leaf.
    pub fn end(&self) -> usize {
        let last = self.last_leaf();
        last.start + last.text.len()
    }
}

/// A stretch of a file between two places where items can begin.
#[derive(Debug)]
pub struct Piece<'i> {
    /// The first byte of its first token, documentation and annotations included.
    pub start: usize,
    /// One past the last byte of its last token.
    pub end: usize,
    /// The item that it is; nothing where it is not one.
    pub item: Option<Node<'i>>,
}
