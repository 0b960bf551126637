//! What stands in brackets.

use super::{Builder, is_separator};
use crate::fmt::layout::Doc;
use crate::syntax::concrete::{Node, Rule};

impl<'i> Builder<'i> {
    /// Brackets with elements, members, one expression, or an expression for each element of a collection.
    pub(super) fn brackets(&self, node: &Node<'i>) -> Doc<'i> {
        let (Some((open, inside)), Some(close)) = (node.children.split_first(), node.children.last()) else {
            return Doc::Group(Vec::new());
        };
        let inside = inside.split_last().map_or(inside, |(_, inside)| inside);
        let spaced = matches!(node.rule, Rule::record_value | Rule::set_value | Rule::type_record);
        let body = match node.rule {
            Rule::group | Rule::index => inside.iter().map(|part| self.node(part)).collect(),
            Rule::type_record => self.fields(inside),
            _ => self.contents(inside),
        };
        self.block(open, body, close, spaced, false)
    }

    /// `count(x in xs where P)`: the word, and what it is about.
    pub(super) fn fold(&self, children: &[Node<'i>]) -> Doc<'i> {
        let [word, open, inside @ .., close] = children else { return self.spread(children, &[]) };
        let body = match inside {
            [each] if each.rule == Rule::fold_each => self.run(&each.children, &[]),
            [rest] => self.contents(&rest.children),
            _ => Vec::new(),
        };
        Doc::Row(vec![self.node(word), self.block(open, body, close, false, false)])
    }

    /// Names with commas between them, as many on a line as fit.
    pub(super) fn words(&self, children: &[Node<'i>]) -> Doc<'i> {
        let last = children.iter().rposition(|part| !is_separator(part));
        let mut dropped = Vec::new();
        let mut parts = Vec::new();
        for (at, part) in children.iter().enumerate() {
            if is_separator(part) {
                dropped.push(Doc::Dropped(self.leaf(part)));
                continue;
            }
            let mut element = std::mem::take(&mut dropped);
            element.push(self.node(part));
            element.extend((Some(at) != last).then_some(Doc::Comma));
            parts.push(Doc::Group(element));
        }
        Doc::Fill(parts)
    }

    /// Elements with their commas, or an expression with the generator that feeds it.
    fn contents(&self, inside: &[Node<'i>]) -> Vec<Doc<'i>> {
        if !inside.iter().any(|part| part.rule == Rule::generator) {
            return self.elements(inside);
        }
        let (commas, parts): (Vec<_>, Vec<_>) = inside.iter().partition(|part| is_separator(part));
        let mut body = Vec::new();
        for part in parts {
            if part.rule == Rule::generator {
                body.push(Doc::Line);
                body.extend(self.run(&part.children, &[]));
            } else {
                body.push(self.node(part));
            }
        }
        // A comma behind a generator separates nothing from nothing.
        body.extend(commas.into_iter().map(|comma| Doc::Dropped(self.leaf(comma))));
        body
    }

    /// Elements with a comma behind each; the last has one where they stand below each other.
    pub(super) fn elements(&self, inside: &[Node<'i>]) -> Vec<Doc<'i>> {
        let last = inside.iter().rposition(|part| !is_separator(part));
        let numbers = inside.iter().filter(|part| !is_separator(part)).all(is_number);
        let mut body: Vec<Doc<'i>> = Vec::new();
        let mut dropped = Vec::new();
        for (at, (part, pads)) in inside.iter().zip(self.pads(inside)).enumerate() {
            if is_separator(part) {
                dropped.push(Doc::Dropped(self.leaf(part)));
                continue;
            }
            let mut element = std::mem::take(&mut dropped);
            if !body.is_empty() && !numbers {
                element.push(Doc::Element);
            }
            element.push(self.member(part, &pads));
            element.push(if Some(at) == last { Doc::CommaIfBroken } else { Doc::Comma });
            if numbers { body.push(Doc::Group(element)) } else { body.extend(element) }
        }
        // Numbers say nothing by their place on a line, and a vector has many.
        let mut body = if numbers && body.len() > 1 { vec![Doc::Fill(body)] } else { body };
        body.extend(dropped);
        body
    }

    /// The fields of a record type.
    fn fields(&self, inside: &[Node<'i>]) -> Vec<Doc<'i>> {
        let last = inside.iter().rposition(|part| !is_separator(part));
        let mut body: Vec<Doc<'i>> = Vec::new();
        for (at, (part, pads)) in inside.iter().zip(self.pads(inside)).enumerate() {
            if is_separator(part) {
                body.push(Doc::Dropped(self.leaf(part)));
                continue;
            }
            if body.iter().any(|before| !matches!(before, Doc::Dropped(_))) {
                body.push(Doc::Element);
            }
            body.push(self.member(part, &pads));
            if Some(at) != last {
                body.push(Doc::CommaIfFlat);
            }
        }
        body
    }
}

/// Whether an element is a number, with or without a sign.
fn is_number(node: &Node<'_>) -> bool {
    let (first, last) = (node.first_leaf(), node.last_leaf());
    let number = matches!(last.rule, Rule::integer | Rule::decimal | Rule::percent);
    number && (first.start == last.start || (first.rule == Rule::minus && first.end() == last.start))
}
