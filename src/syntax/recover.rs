//! From a file to its items, whatever is wrong with it.
//!
//! Each item is first read as a whole; that reading alone decides what is right. Where it fails, the item's members are
//! read one by one: a good one keeps its place in the tree, a bad one is one diagnostic.

use pest::error::Error;

use crate::base::{Name, Span, limits};
use crate::diag::Diagnostic;

use super::ast::{Front, Ident, Item, ItemKind};
use super::brackets::{self, Brackets};
use super::concrete::{Node, Piece};
use super::grammar::{Pair, Rule, read};
use super::kinds::{BETWEEN, Kind, PHRASES, item_words};
use super::lower::{Lower, Part, members};
use super::split::{Chunk, behind_front, has_head, split};
use super::tokens::{self, Token, tokens};
use super::{codes, report};

/// Most places at which one item can have been cut by mistake. An item that begins with the word of an item on each of
/// more lines is refused, so that a hostile file costs no more than its length.
const CUTS: usize = 64;

/// One file while it is read.
pub struct Reader<'a, 'i> {
    lower: &'a mut Lower<'i>,
    text: &'i str,
    tokens: Vec<Token<'i>>,
    items: Vec<Item>,
    /// Whether the items are wanted as they were written too.
    written: bool,
    /// The item as it was written, where the last step read one.
    whole: Option<Node<'i>>,
}

impl<'a, 'i> Reader<'a, 'i> {
    /// For a text, of which the first `base` bytes are passed over.
    pub fn new(lower: &'a mut Lower<'i>, text: &'i str, base: usize) -> Self {
        let body = text.get(base..).unwrap_or_default();
        Self { lower, text, tokens: tokens(body, base), items: Vec::new(), written: false, whole: None }
    }

    /// With the items as they were written too.
    pub fn written(self) -> Self {
        Self { written: true, ..self }
    }

    /// Reads all items; gives the pieces of the file too, where they are wanted.
    pub fn items(mut self) -> (Vec<Item>, Vec<Piece<'i>>) {
        let mut at = 0;
        let mut pieces = Vec::new();
        let chunks = split(&self.tokens);
        for (place, chunk) in chunks.iter().enumerate() {
            at = at.max(chunk.first);
            // A file with this many errors is not a broken program but no program at all.
            while at < chunk.end && !self.lower.is_full() {
                let beyond = self.beyond(chunks.get(place..).unwrap_or_default());
                let next = self.step(at, chunk, beyond).max(at + 1);
                self.piece(&mut pieces, at, next);
                at = next;
            }
        }
        self.piece(&mut pieces, at, self.tokens.len());
        (self.items, pieces)
    }

    /// Adds the tokens `first..end` to the pieces: as an item where the last step read one, and otherwise to what is none.
    fn piece(&mut self, pieces: &mut Vec<Piece<'i>>, first: usize, end: usize) {
        let item = self.whole.take();
        let (Some(start), Some(last)) = (self.tokens.get(first), end.checked_sub(1).and_then(|i| self.tokens.get(i)))
        else {
            return;
        };
        if !self.written || first >= end {
            return;
        }
        match pieces.last_mut() {
            Some(before) if before.item.is_none() && item.is_none() => before.end = last.end,
            _ => pieces.push(Piece { start: start.start, end: last.end, item }),
        }
    }

    /// The furthest token to which an item at the start of these chunks could reach if it was cut where it goes on.
    fn beyond(&self, chunks: &[Chunk]) -> usize {
        let certain = |c: &Chunk| has_head(&self.tokens, behind_front(&self.tokens, c.first));
        let next = chunks.iter().skip(1).take(CUTS).position(certain);
        let last = next.unwrap_or(CUTS).min(chunks.len().saturating_sub(1));
        chunks.get(last).map_or(0, |c| c.end)
    }

    /// Reads an item, in its own chunk if it can be, and otherwise as far as it reaches.
    fn read_item(&self, at: usize, end: usize, beyond: usize) -> Result<Pair<'i>, Box<Error<Rule>>> {
        let read = |end| {
            let slice = self.slice(at, end);
            read(Rule::item, slice).and_then(|mut pairs| pairs.next().ok_or_else(|| report::nothing_read(slice)))
        };
        let narrow = read(end);
        if narrow.is_err() && beyond > end { read(beyond).or(narrow) } else { narrow }
    }

    /// Reads what begins at a token, and returns the token behind it.
    fn step(&mut self, at: usize, chunk: &Chunk, beyond: usize) -> usize {
        if let Some(deep) = chunk.deep
            && deep >= at
        {
            self.refuse_deep(at, deep);
            return chunk.end;
        }
        let slice = self.slice(at, chunk.end);
        if slice.len() > limits::ITEM_BYTES {
            self.refuse_large(at, slice.len());
            return chunk.end;
        }
        if self.kind(at) == Some(tokens::Kind::Close) {
            self.report_unopened(at);
            return (at + 1..chunk.end).find(|i| self.kind(*i) != Some(tokens::Kind::Close)).unwrap_or(chunk.end);
        }
        let pair = match self.read_item(at, chunk.end, beyond) {
            Ok(pair) => pair,
            Err(error) => {
                let reported = self.lower.reported();
                self.recover(at, chunk.end);
                if self.lower.reported() == reported {
                    // Every piece alone was right and the whole is not: what the whole says is the error.
                    let diagnostic = report::unexpected(self.lower, slice, &error);
                    self.report(diagnostic);
                }
                return chunk.end;
            }
        };
        let Some(item) = self.lower.item(&pair) else { return chunk.end };
        let next = self.tokens.partition_point(|t| t.start < item.span.end as usize);
        let closed = self.tokens.get(next.saturating_sub(1)).is_some_and(|t| t.is("}"));
        if next > chunk.end && has_head(&self.tokens, behind_front(&self.tokens, chunk.end)) {
            // The word of the next item was taken for a name that this one lacked.
            self.recover(at, chunk.end);
            return chunk.end;
        }
        self.items.push(item);
        if next >= chunk.end || closed || self.begins_item(next) {
            if self.written {
                self.whole = Some(Node::new(&pair, &|piece| self.lower.offset(piece)));
            }
            return next;
        }
        // An item without braces goes on as far as it can be understood; here something behind it cannot.
        self.report_piece(Rule::one_item, at, chunk.end);
        chunk.end
    }

    fn begins_item(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|t| t.kind == tokens::Kind::Doc || t.is("@") || Kind::of_item(t.text).is_some())
    }

    fn kind(&self, at: usize) -> Option<tokens::Kind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    fn span(&self, at: usize) -> Span {
        self.tokens.get(at).map_or_else(|| self.lower.span_of(""), |t| self.lower.span_of(t.text))
    }

    /// The text from one token up to another.
    fn slice(&self, first: usize, end: usize) -> &'i str {
        let start = self.tokens.get(first).map(|t| t.start);
        let stop = end.checked_sub(1).and_then(|last| self.tokens.get(last)).map(|t| t.end);
        start.zip(stop).and_then(|(a, b)| self.text.get(a..b)).unwrap_or_default()
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.lower.report(diagnostic);
    }

    /// Reports why the tokens do not follow a rule, if they do not.
    fn report_piece(&mut self, rule: Rule, first: usize, end: usize) {
        let slice = self.slice(first, end);
        if let Err(error) = read(rule, slice) {
            let diagnostic = report::unexpected(self.lower, slice, &error);
            self.report(diagnostic);
        }
    }

    fn report_unopened(&mut self, at: usize) {
        let letters = self.tokens.get(at).map_or("", |t| t.text);
        let message = format!("this `{letters}` closes nothing");
        self.report(Diagnostic::error(&codes::UNOPENED, self.span(at), message).label("never opened"));
    }

    fn refuse_deep(&mut self, first: usize, deep: usize) {
        let error = report::too_deep(self.lower, &self.tokens, deep);
        self.report(error);
        self.push_error(first);
    }

    fn refuse_large(&mut self, first: usize, bytes: usize) {
        let message = format!("an item of {bytes} bytes; items have at most {}", limits::ITEM_BYTES);
        let word = behind_front(&self.tokens, first);
        let error = Diagnostic::error(&codes::TOO_LARGE, self.span(word), message).label("begins here");
        self.report(error.help("state large collections as data and import them"));
        self.push_error(first);
    }

    /// An item of which only the name is known.
    fn push_error(&mut self, first: usize) {
        let word = behind_front(&self.tokens, first);
        let (name, span) = (self.name_behind(word), self.span(word));
        self.items.push(Item { front: Front::default(), kind: ItemKind::Error { name }, span });
    }

    /// The word or text behind the word that begins an item.
    fn name_behind(&self, word: usize) -> Option<Ident> {
        let token = self.tokens.get(word + 1)?;
        let text = match token.kind {
            tokens::Kind::Word => token.text,
            tokens::Kind::Text => token.text.trim_matches('"'),
            _ => return None,
        };
        Some(Ident { text: Name::from(text), span: self.span(word + 1) })
    }

    /// Makes what can be made of an item that did not parse.
    fn recover(&mut self, first: usize, end: usize) {
        let word = behind_front(&self.tokens, first);
        if word >= end {
            let error = Diagnostic::error(&codes::DANGLING, self.span(first), "nothing stands below this");
            self.report(error.label("documents nothing").help("put it above the item that it speaks of"));
            return;
        }
        let reported = self.lower.reported();
        let Some(kind) = self.tokens.get(word).and_then(|t| Kind::of_item(t.text)) else {
            self.report_unknown(word);
            self.push_error(first);
            return;
        };
        let front = read(Rule::front, self.slice(first, word)).ok().and_then(|mut pairs| pairs.next());
        let front = front.map(|pair| self.lower.front(&pair)).unwrap_or_default();
        let slice = self.slice(word, end);
        let span = self.lower.span_of(slice);
        self.lower.in_pieces = true;
        let made = self.broken(kind, word, end);
        self.lower.in_pieces = false;
        if self.lower.reported() == reported {
            // Every member by itself was right, so the item says what is wrong.
            self.report_piece(Rule::one_item, first, end);
        }
        let made = made.unwrap_or_else(|| ItemKind::Error { name: self.name_behind(word) });
        self.items.push(Item { front, kind: made, span });
    }

    fn report_unknown(&mut self, at: usize) {
        let Some(token) = self.tokens.get(at).copied() else { return };
        let span = self.span(at);
        let wrong = token.kind == tokens::Kind::Word;
        let member = super::kinds::ITEMS.iter().find(|kind| kind.starts.contains(&token.text));
        let error = match member {
            Some(kind) if wrong => {
                let message = format!("`{}` stands outside of any item", token.text);
                let help = format!("it belongs inside the braces of a `{}`; is one closed too early above?", kind.word);
                Diagnostic::error(&codes::UNEXPECTED, span, message).label("not inside an item").help(help)
            }
            _ if wrong && item_words().any(|word| word == token.text) => {
                let message = format!("`{}` is followed by nothing that it could declare", token.text);
                Diagnostic::error(&codes::UNEXPECTED, span, message).label("expected a name behind this")
            }
            _ if wrong => {
                let near = crate::base::similar::nearest(token.text, item_words());
                let message = format!("no item begins with `{}`", token.text);
                let error = Diagnostic::error(&codes::UNKNOWN_ITEM, span, message).label("not the word of an item");
                match near {
                    Some(near) => error.suggest(span, Some(near)),
                    None => error.help(format!("items begin with {}", report::one_of(item_words()))),
                }
            }
            _ => {
                let message = format!("expected an item, found {}", report::found(&token));
                let error = Diagnostic::error(&codes::UNEXPECTED, span, message).label("no item begins like this");
                match token.text {
                    "/" | "#" => error.help("a comment begins with `//`"),
                    _ => error.help(format!("items begin with {}", report::one_of(item_words()))),
                }
            }
        };
        self.report(error);
    }

    /// Reads head and members of an item one by one.
    fn broken(&mut self, kind: &'static Kind, word: usize, end: usize) -> Option<ItemKind> {
        let brackets = brackets::pair(&self.tokens, word, end);
        self.report_loose(&brackets, word, end);
        let Some(_) = kind.member else {
            if !self.flawed(&brackets, word, end) {
                self.report_piece(Rule::one_item, word, end);
            }
            return None;
        };
        let head = self.head(kind.head, word, end);
        let open = match &head {
            Some((_, open)) => Some(*open),
            None => {
                if !self.flawed(&brackets, word, self.line_end(word, end)) {
                    self.report_piece(Rule::one_item, word, end);
                }
                self.body(kind, word, end, &brackets)
            }
        };
        let open = open?;
        let close = brackets.partner.get(&open).copied().unwrap_or(end);
        let parts = self.gather(kind, open + 1, close, &brackets);
        if close + 1 < end && brackets.unopened.is_empty() {
            self.report_unknown(close + 1);
        }
        let (head, _) = head?;
        let span = self.lower.span_of(self.slice(word, end));
        Some(self.lower.declaration(&head, parts, span))
    }

    /// The brace that opens the body of an item whose head cannot be read.
    fn body(&self, kind: &Kind, word: usize, end: usize, brackets: &Brackets) -> Option<usize> {
        let mut opens = Vec::new();
        let mut at = word;
        while at < end {
            opens.extend(self.tokens.get(at).filter(|t| t.is("{")).map(|_| at));
            at = brackets.partner.get(&at).map_or(at, |close| *close) + 1;
        }
        // Only the head of a table holds braces of its own.
        if kind.word == "table" { opens.pop().filter(|_| !opens.is_empty()) } else { opens.first().copied() }
    }

    /// One past the last token on the line of a token.
    fn line_end(&self, at: usize, end: usize) -> usize {
        (at + 1..end).find(|i| self.tokens.get(*i).is_none_or(|t| t.first)).unwrap_or(end)
    }

    /// Reads a head and finds the brace behind it.
    fn head(&self, rule: Rule, first: usize, end: usize) -> Option<(Pair<'i>, usize)> {
        let pair = read(rule, self.slice(first, end)).ok()?.next()?;
        let stop = self.lower.span(&pair).end as usize;
        let open = self.tokens.partition_point(|t| t.start < stop);
        self.tokens.get(open).filter(|t| open < end && t.is("{")).map(|_| (pair, open))
    }

    /// Brackets without partner and texts without end, each reported once where it begins.
    fn report_loose(&mut self, brackets: &Brackets, first: usize, end: usize) {
        for at in brackets.unclosed.iter().copied() {
            let letters = self.tokens.get(at).map_or("", |t| t.text);
            let message = format!("this `{letters}` is never closed");
            self.report(Diagnostic::error(&codes::UNCLOSED, self.span(at), message).label("opened here"));
        }
        for at in brackets.unopened.iter().copied() {
            self.report_unopened(at);
        }
        for at in first..end {
            if self.kind(at) == Some(tokens::Kind::OpenText) {
                let error = Diagnostic::error(&codes::OPEN_TEXT, self.span(at), "this text is never closed")
                    .label("the closing `\"` is missing on this line")
                    .help("a text ends on the line on which it begins; `\\n` stands for a new line inside it");
                self.report(error);
            }
        }
    }

    /// Whether a fault among these tokens was reported before they were read.
    fn flawed(&self, brackets: &Brackets, first: usize, end: usize) -> bool {
        let among = |all: &[usize]| all.partition_point(|at| *at < first) < all.partition_point(|at| *at < end);
        among(&brackets.unclosed)
            || among(&brackets.unopened)
            || (first..end).any(|at| self.kind(at) == Some(tokens::Kind::OpenText))
    }

    /// The members between two braces that can be read; the others are reported.
    fn gather(&mut self, kind: &Kind, first: usize, end: usize, brackets: &Brackets) -> Vec<Part<'i>> {
        let Some((member, alone)) = kind.member else { return Vec::new() };
        let mut parts = Vec::new();
        for (first, end) in self.segments(kind, first, end, brackets) {
            let slice = self.slice(first, end);
            let error = match read(alone, slice) {
                Ok(pairs) => {
                    parts.extend(members(pairs));
                    continue;
                }
                Err(error) => error,
            };
            let reported = self.lower.reported();
            let word = behind_front(&self.tokens, first);
            if let Some(block) = self.tokens.get(word).and_then(|t| kind.block(t.text)) {
                parts.extend(self.block(block, first, end, brackets));
            } else {
                parts.extend(self.salvage(member, first, end));
            }
            if self.lower.reported() == reported && !self.flawed(brackets, first, end) {
                let diagnostic = report::unexpected(self.lower, slice, &error);
                self.report(diagnostic);
            }
        }
        parts
    }

    /// Reads a block, such as a score, member by member.
    fn block(&mut self, kind: &Kind, first: usize, end: usize, brackets: &Brackets) -> Option<Part<'i>> {
        let (head, open) = self.head(kind.head, first, end)?;
        let close = brackets.partner.get(&open).copied().unwrap_or(end).min(end);
        let inside = self.gather(kind, open + 1, close, brackets);
        Some(Part { pair: head, inside: Some(inside) })
    }

    /// The members that stand before the bad one on its line; the last that can be read may be half of the bad one.
    fn salvage(&self, member: Rule, first: usize, end: usize) -> Vec<Part<'i>> {
        let mut parts: Vec<Part<'i>> = Vec::new();
        let mut rest = self.slice(first, end);
        while let Ok(pairs) = read(member, rest.trim_start()) {
            let here = rest.trim_start();
            let read: Vec<Part<'i>> = members(pairs);
            let Some(last) = read.last() else { break };
            let stop = self.lower.offset(last.pair.as_str()) + last.pair.as_str().len();
            let Some(behind) = here.get(stop.saturating_sub(self.lower.offset(here))..) else { break };
            parts.extend(read);
            if behind.len() == here.len() {
                break;
            }
            rest = behind.trim_start().trim_start_matches([',', ';']);
        }
        parts.pop();
        parts
    }

    /// Cuts the tokens between two braces at the places where members begin.
    fn segments(&self, kind: &Kind, first: usize, end: usize, brackets: &Brackets) -> Vec<(usize, usize)> {
        let mut starts = Vec::new();
        let mut at = first;
        while at < end {
            if at == first || self.begins_member(kind, first, at) {
                starts.push(at);
                // The word behind documentation and annotations is part of the member that they began.
                at = behind_front(&self.tokens, at).min(end.saturating_sub(1));
            }
            at = brackets.partner.get(&at).map_or(at, |close| *close) + 1;
        }
        let ends = starts.iter().copied().skip(1).chain([end]);
        starts.iter().copied().zip(ends).collect()
    }

    fn begins_member(&self, kind: &Kind, first: usize, at: usize) -> bool {
        let (Some(token), Some(before)) = (self.tokens.get(at), at.checked_sub(1).and_then(|i| self.tokens.get(i)))
        else {
            return false;
        };
        if token.kind == tokens::Kind::Doc || token.is("@") {
            return true;
        }
        if kind.word == "enum" {
            let open = matches!(token.kind, tokens::Kind::Open | tokens::Kind::Close | tokens::Kind::Sign);
            return !open && (token.first || before.is(","));
        }
        let next = self.tokens.get(at + 1);
        let sign = before.kind == tokens::Kind::Sign && !before.is_any(&[",", ";", "?", "+"]);
        let goes_on = sign || BETWEEN.contains(&before.text);
        if kind.starts.contains(&token.text) {
            let named = kind.joints.is_empty() || next.is_none_or(|n| !n.is_any(&[":", ".", "=", ","]));
            let phrase = PHRASES.iter().any(|(word, then)| token.is(word) && next.is_some_and(|n| n.is(then)));
            return named && !phrase && (token.first || !goes_on) && !before.is(".");
        }
        if !token.first || token.kind == tokens::Kind::Close || before.is_any(&[".", ","]) {
            return false;
        }
        if next.is_some_and(|n| n.is_any(kind.joints)) {
            return !BETWEEN.contains(&before.text);
        }
        let margin = self.tokens.get(first).filter(|t| t.first).map(|t| t.indent);
        let word = token.kind == tokens::Kind::Word && !BETWEEN.contains(&token.text);
        word && margin == Some(token.indent) && !goes_on
    }
}
