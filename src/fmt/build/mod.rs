//! From an item as it was written to a document: where spaces stand, where lines may end, what stands below what.
//!
//! Two rules make most of it. Signs that belong to a word stand tight against it, everything else has one space around it.
//! What is in brackets stands on one line if it fits, and otherwise one element to a line.

mod columns;
mod expr;
mod list;

use std::collections::BTreeMap;

use super::layout::{Blank, Block, Doc, Leaf};
use super::trivia::{Trivia, within};
use crate::syntax::concrete::{Node, Rule};

/// The document of an item.
pub fn item<'i>(text: &'i str, item: &Node<'i>) -> Doc<'i> {
    let builder = Builder { before: within(text, item) };
    builder.declaration(&item.children)
}

/// Makes the document of one item.
struct Builder<'i> {
    before: BTreeMap<usize, Trivia<'i>>,
}

impl<'i> Builder<'i> {
    fn leaf(&self, node: &Node<'i>) -> Leaf<'i> {
        let before = self.before.get(&node.start).cloned().unwrap_or_default();
        // The last letter of documentation may be the carriage return of its line.
        Leaf { text: node.text.trim_end(), start: node.start, before }
    }

    fn node(&self, node: &Node<'i>) -> Doc<'i> {
        match node.rule {
            Rule::money | Rule::dollars => self.amount(node),
            _ if node.is_leaf() => Doc::Token(self.leaf(node)),
            Rule::expr => self.expr(&node.children),
            Rule::conditional => self.conditional(node),
            Rule::quantified => self.quantified(&node.children),
            Rule::record_value | Rule::set_value | Rule::brackets | Rule::group | Rule::index => self.brackets(node),
            Rule::args | Rule::params | Rule::annotation_args | Rule::type_record => self.brackets(node),
            Rule::fold => self.fold(&node.children),
            Rule::words => self.words(&node.children),
            Rule::front => self.front(&node.children),
            Rule::score | Rule::signals | Rule::state | Rule::step | Rule::human => self.declaration(&node.children),
            _ => self.spread(&node.children, &[]),
        }
    }

    /// An amount of money: `$5`, and `5 EUR`, however far apart its halves were written.
    fn amount(&self, node: &Node<'i>) -> Doc<'i> {
        let at = match node.rule {
            Rule::dollars => 1,
            _ => node.text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(node.text.len()),
        };
        let whole = self.leaf(node);
        let (first, second) = node.text.split_at_checked(at).unwrap_or((node.text, ""));
        let start = node.start + node.text.len() - second.trim_start().len();
        let second = Leaf { text: second.trim_start(), start, before: Trivia::default() };
        let between = Doc::Space(usize::from(node.rule == Rule::money));
        Doc::Row(vec![Doc::Token(Leaf { text: first.trim_end(), ..whole }), between, Doc::Token(second)])
    }

    /// An item, or a block inside one: documentation and annotations, a head, and mostly members in braces.
    fn declaration(&self, children: &[Node<'i>]) -> Doc<'i> {
        let open = children.iter().position(|c| c.rule == Rule::lbrace).unwrap_or(children.len());
        let (before, body) = children.split_at(open);
        let (item_front, head) = behind_front(before);
        let sentences = head.first().is_some_and(|head| holds_sentences(head.rule));
        // The documentation of a step stands inside its head.
        let (front, head) = match head {
            [head] if !head.is_leaf() => behind_front(&head.children),
            head => (None, head),
        };
        let mut line = vec![Doc::Group(vec![Doc::Hang(self.run(head, &[]))])];
        if let [open, members @ .., close] = body {
            line.push(Doc::Space(1));
            line.push(self.body(open, members, close, sentences));
        }
        self.fronted(item_front.or(front), Doc::Hang(line))
    }

    /// Something below its documentation and annotations.
    fn fronted(&self, front: Option<&Node<'i>>, line: Doc<'i>) -> Doc<'i> {
        match front {
            Some(front) => Doc::Row(vec![self.front(&front.children), Doc::Hard(Blank::Drop), line]),
            None => line,
        }
    }

    /// Members in braces. A single member without documentation may stand on the line of the head, unless it is a sentence
    /// that will not stay alone.
    fn body(&self, open: &Node<'i>, members: &[Node<'i>], close: &Node<'i>, sentences: bool) -> Doc<'i> {
        if members.first().is_some_and(|m| m.rule == Rule::enum_member) {
            return self.block(open, self.elements(members), close, true, false);
        }
        let count = members.iter().filter(|m| !is_separator(m)).count();
        let fronted = members.iter().any(|m| m.first_leaf().rule == Rule::doc || m.first_leaf().rule == Rule::at_sign);
        let mut body = Vec::new();
        let mut some = false;
        for (at, (member, pads)) in members.iter().zip(self.pads(members)).enumerate() {
            if is_separator(member) {
                body.push(Doc::Dropped(self.leaf(member)));
                continue;
            }
            if some {
                body.push(Doc::Hard(Blank::Keep));
            }
            body.push(self.member(member, &pads));
            let next = members.iter().skip(at + 1).find(|m| !is_separator(m));
            if next.is_some_and(|next| next.first_leaf().rule == Rule::minus) {
                // Without it, a row whose key is negative would be taken away from the value above.
                body.push(Doc::Comma);
            }
            some = true;
        }
        self.block(open, body, close, true, count > 1 || fronted || (sentences && count > 0))
    }

    fn member(&self, member: &Node<'i>, pads: &[(usize, usize)]) -> Doc<'i> {
        if pads.is_empty() { self.node(member) } else { self.spread(&member.children, pads) }
    }

    fn block(&self, open: &Node<'i>, body: Vec<Doc<'i>>, close: &Node<'i>, spaced: bool, broken: bool) -> Doc<'i> {
        Doc::Block(Box::new(Block { open: self.leaf(open), body, close: self.leaf(close), spaced, broken }))
    }

    /// Parts in a row that stay together if they fit; reasons and conditions at their end may stand below. Each pad names the
    /// part before which it stands.
    fn spread(&self, children: &[Node<'i>], pads: &[(usize, usize)]) -> Doc<'i> {
        let (front, rest) = behind_front(children);
        let skipped = children.len() - rest.len();
        let pads: Vec<_> = pads.iter().map(|(at, spaces)| (at - skipped, *spaces)).collect();
        self.fronted(front, Doc::Group(vec![Doc::Hang(self.run(rest, &pads))]))
    }

    fn run(&self, children: &[Node<'i>], pads: &[(usize, usize)]) -> Vec<Doc<'i>> {
        let mut parts = Vec::new();
        let mut before: Option<&Node<'i>> = None;
        for (at, child) in children.iter().enumerate() {
            let pad = pads.iter().filter(|(place, _)| *place == at).map(|(_, spaces)| Doc::Pad(*spaces)).next();
            if matches!(child.rule, Rule::composes | Rule::measured_as | Rule::then_key) {
                parts.extend(self.behind_comma(child, pad));
            } else {
                parts.extend(pad);
                parts.extend(before.and_then(|before| between(before, child)));
                parts.push(self.node(child));
            }
            before = Some(child);
        }
        parts
    }

    /// The comma belongs there, written or not.
    fn behind_comma(&self, node: &Node<'i>, pad: Option<Doc<'i>>) -> Vec<Doc<'i>> {
        let (commas, words): (Vec<_>, Vec<_>) = node.children.iter().partition(|c| c.rule == Rule::comma);
        let mut parts = vec![Doc::Comma];
        parts.extend(commas.into_iter().map(|comma| Doc::Dropped(self.leaf(comma))));
        parts.extend(pad);
        for (at, word) in words.into_iter().enumerate() {
            // What a value is measured as is a clause of its own, as is the next key: both stand below where there is no room.
            parts.push(if at == 0 && node.rule != Rule::composes { Doc::Line } else { Doc::Space(1) });
            parts.push(self.node(word));
        }
        parts
    }

    /// Documentation, each line on its own, and annotations in a row.
    fn front(&self, children: &[Node<'i>]) -> Doc<'i> {
        let mut parts = Vec::new();
        let mut row: Vec<Doc<'i>> = Vec::new();
        for child in children {
            if child.rule != Rule::doc {
                row.extend((!row.is_empty()).then_some(Doc::Line));
                row.push(self.node(child));
                continue;
            }
            if !row.is_empty() {
                parts.push(Doc::Group(std::mem::take(&mut row)));
            }
            parts.push(self.node(child));
        }
        if !row.is_empty() {
            parts.push(Doc::Group(row));
        }
        let mut rows = Vec::new();
        for part in parts {
            rows.extend((!rows.is_empty()).then_some(Doc::Hard(Blank::Drop)));
            rows.push(part);
        }
        Doc::Row(rows)
    }
}

/// Whether the members of such an item are sentences and not facts: those have reasons and conditions beside them sooner or later,
/// and are read one below the other.
fn holds_sentences(head: Rule) -> bool {
    matches!(
        head,
        Rule::route_head
            | Rule::score_head
            | Rule::rule_head
            | Rule::waiver_head
            | Rule::test_head
            | Rule::property_head
            | Rule::mission_head
            | Rule::table_head
    )
}

/// Documentation and annotations, and what stands behind them.
fn behind_front<'a, 'i>(children: &'a [Node<'i>]) -> (Option<&'a Node<'i>>, &'a [Node<'i>]) {
    match children {
        [front, rest @ ..] if front.rule == Rule::front => (Some(front), rest),
        all => (None, all),
    }
}

/// What stands between two parts.
fn between<'i>(before: &Node<'i>, after: &Node<'i>) -> Option<Doc<'i>> {
    // `deny when` and `exclude service when` are one phrase; behind a value, a condition is a phrase of its own.
    let clause = match after.rule {
        Rule::because | Rule::where_part | Rule::order_part | Rule::limit_part | Rule::generator => true,
        Rule::when => before.rule == Rule::expr,
        _ => false,
    };
    if clause { Some(Doc::Line) } else { (!tight(before, after)).then_some(Doc::Space(1)) }
}

/// Commas and semicolons between members.
fn is_separator(node: &Node<'_>) -> bool {
    matches!(node.rule, Rule::separator | Rule::comma)
}

/// Whether nothing stands between two parts.
fn tight(before: &Node<'_>, after: &Node<'_>) -> bool {
    let (last, first) = (before.last_leaf().rule, after.first_leaf().rule);
    let to_the_left =
        matches!(first, Rule::comma | Rule::colon | Rule::question | Rule::closure | Rule::double_colon | Rule::dot)
            || matches!(
                after.rule,
                Rule::args | Rule::params | Rule::annotation_args | Rule::index | Rule::cardinality
            )
            || matches!(after.rule, Rule::subject | Rule::postfix | Rule::rangle | Rule::langle | Rule::range)
            || matches!(after.rule, Rule::rbracket | Rule::rparen);
    let to_the_right = matches!(last, Rule::at_sign | Rule::double_colon | Rule::dot | Rule::range)
        || matches!(before.rule, Rule::langle | Rule::lbracket | Rule::lparen);
    to_the_left || to_the_right || matches!((before.rule, last), (Rule::prefix | Rule::minus, Rule::minus))
}
