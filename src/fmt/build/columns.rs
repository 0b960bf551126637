//! What stands below what: the values of members that follow each other without a blank line between them.
//!
//! A contract is read down its columns as often as along its lines, so names are filled up to the longest of their section. A
//! blank line ends a section; documentation and comments do not.

use super::{Builder, behind_front, is_separator};
use crate::fmt::layout::width;
use crate::syntax::concrete::{Node, Rule};

/// A name beyond this many columns moves nobody else's value.
const LONG: usize = 32;

/// The part of a member before which spaces stand, and how many.
type Pads = Vec<(usize, usize)>;

impl<'i> Builder<'i> {
    /// The pads of each of these members.
    pub(super) fn pads(&self, members: &[Node<'i>]) -> Vec<Pads> {
        let mut all: Vec<Pads> = members.iter().map(|_| Pads::new()).collect();
        let mut section: Vec<usize> = Vec::new();
        let mut blank = false;
        for (at, member) in members.iter().enumerate() {
            let here = self.before.get(&member.first_leaf().start);
            if is_separator(member) {
                blank |= here.is_some_and(|before| before.comments.iter().any(|comment| comment.blank));
                continue;
            }
            blank |= here.is_some_and(super::Trivia::any_blank);
            let first = section.first().and_then(|first| members.get(*first));
            if blank || first.is_some_and(|first| first.rule != member.rule) {
                self.section(members, &std::mem::take(&mut section), &mut all);
            }
            section.push(at);
            blank = false;
        }
        self.section(members, &section, &mut all);
        all
    }

    /// Fills up one section.
    fn section(&self, members: &[Node<'i>], section: &[usize], all: &mut [Pads]) {
        let section: Vec<(usize, Cells)> =
            section.iter().filter_map(|at| Some((*at, self.cells(members.get(*at)?)?))).collect();
        let widest = |of: &dyn Fn(&Cells) -> usize| {
            section.iter().map(|(_, cells)| of(cells)).filter(|width| *width <= LONG).max().unwrap_or(0)
        };
        let (name, weight, direction) = (widest(&|c| c.name), widest(&|c| c.weight), widest(&|c| c.direction));
        // Where somebody says a direction, the types before it decide where it stands.
        let ty = widest(&|c| if direction == 0 || c.direction > 0 { c.ty } else { 0 });
        let end = if direction == 0 { ty } else { ty + 1 + direction };
        for (at, cells) in section {
            let Some(pads) = all.get_mut(at) else { continue };
            let more = if cells.weight == 0 { 0 } else { weight.saturating_sub(cells.weight) };
            pads.push((cells.at, name.saturating_sub(cells.name) + more));
            if let Some(place) = cells.direction_at {
                pads.push((place, ty.saturating_sub(cells.ty)));
            }
            if let Some(place) = cells.composes_at {
                let own = if cells.direction == 0 { cells.ty } else { ty.max(cells.ty) + 1 + cells.direction };
                pads.push((place, end.saturating_sub(own)));
            }
        }
    }

    /// The cells of a member; nothing where it has no name to fill up.
    fn cells(&self, member: &Node<'i>) -> Option<Cells> {
        let children = &member.children;
        let place = |rule: Rule| children.iter().position(|c| c.rule == rule);
        let skipped = children.len() - behind_front(children).1.len();
        // Before a value the name with its sign is filled up; before a sign that is to end where the others do, the name.
        let named = |at: usize, behind: usize| {
            let name = children.get(skipped..behind)?.iter().map(|part| self.flat(part)).sum::<Option<usize>>()?;
            Some(Cells { at, name, ..Cells::default() })
        };
        match member.rule {
            Rule::field | Rule::measurement | Rule::role | Rule::record_entry => {
                let colon = place(Rule::colon)?;
                named(colon + 1, colon + 1)
            }
            Rule::require => {
                let label = place(Rule::label)?;
                named(label + 1, label + 1)
            }
            Rule::entry => {
                let sign = place(Rule::entry_sign)?;
                named(sign, sign + 1)
            }
            Rule::setting | Rule::row => {
                let sign = place(Rule::assign)?;
                named(sign, sign + 1)
            }
            Rule::term => {
                let colon = place(Rule::colon)?;
                let cells = named(colon + 1, colon + 1)?;
                Some(Cells { weight: children.get(colon + 1).map_or(0, |value| self.weight(value)), ..cells })
            }
            Rule::guarantee => {
                let colon = place(Rule::colon)?;
                let cells = named(colon + 1, colon + 1)?;
                let composes_at = place(Rule::composes);
                let comma = usize::from(composes_at.or(place(Rule::measured_as)).is_some());
                let direction_at = place(Rule::at_most).or(place(Rule::at_least));
                let direction = direction_at.and_then(|at| self.flat(children.get(at)?)).map_or(0, |w| w + comma);
                let ty = self.flat(children.get(colon + 1)?)? + if direction == 0 { comma } else { 0 };
                Some(Cells { ty, direction, direction_at, composes_at, ..cells })
            }
            _ => None,
        }
    }

    fn flat(&self, node: &Node<'i>) -> Option<usize> {
        width(&self.node(node))
    }

    /// The columns of the number with which a term of a score begins.
    fn weight(&self, value: &Node<'i>) -> usize {
        let signs: Vec<&Node<'i>> = value.children.iter().take_while(|part| part.rule == Rule::prefix).collect();
        let Some(number) = value.children.get(signs.len()).map(Node::first_leaf) else { return 0 };
        let is_number = matches!(
            number.rule,
            Rule::integer | Rule::decimal | Rule::percent | Rule::dollars | Rule::money | Rule::duration
        );
        let signed = match signs.as_slice() {
            [] => is_number,
            [sign] => is_number && sign.last_leaf().rule == Rule::minus,
            _ => false,
        };
        if signed { signs.len() + self.flat(number).unwrap_or(0) } else { 0 }
    }
}

/// How wide the cells of one member are, and before which of its parts they end.
#[derive(Debug, Default)]
struct Cells {
    at: usize,
    name: usize,
    weight: usize,
    ty: usize,
    direction: usize,
    direction_at: Option<usize>,
    composes_at: Option<usize>,
}
