//! YAML 1.2 under its core schema, by the events of `saphyr-parser`.
//!
//! Quoted and block scalars are texts; a plain scalar is null, a bool or a number by its form and a text otherwise.
//! Anchors and aliases are expanded within a budget. Tags, several documents and keys that are not scalars are
//! refused: no fact needs them, and each has surprised somebody.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as Place};

use crate::base::{FileId, Name, Span, limits};
use crate::data::codes;
use crate::diag::Diagnostic;

use super::{Entries, Findings, Key, Kind, Node, too_deep};

/// Parts that all aliases of one file may add to it.
const EXPANSION: usize = 100_000;

pub(crate) fn read(file: FileId, text: &str) -> Result<Node, Vec<Diagnostic>> {
    let mut reader = Reader {
        file,
        places: Places { text, characters: 0, bytes: 0 },
        stack: Vec::new(),
        root: None,
        anchors: BTreeMap::new(),
        budget: EXPANSION,
        findings: Findings::default(),
    };
    let outcome = reader.run(Parser::new_from_str(text));
    let whole = Span::new(file, 0, text.len());
    match outcome {
        Ok(()) => reader.findings.into_result(reader.root.unwrap_or(Node { kind: Kind::Null, span: whole })),
        Err(stop) => {
            let mut findings = reader.findings.into_vec();
            findings.push(*stop);
            Err(findings)
        }
    }
}

/// What ends the reading. Boxed, since it is rare and large.
type Stop = Box<Diagnostic>;

/// From the parser's characters to bytes. Events come nearly in order, so each step is short.
struct Places<'a> {
    text: &'a str,
    characters: usize,
    bytes: usize,
}

impl Places<'_> {
    fn byte(&mut self, character: usize) -> usize {
        while self.characters > character {
            let before = self.text.get(..self.bytes).and_then(|t| t.chars().next_back()).map_or(0, char::len_utf8);
            self.bytes -= before;
            self.characters -= 1;
        }
        while self.characters < character {
            let Some(next) = self.text.get(self.bytes..).and_then(|t| t.chars().next()) else { break };
            self.bytes += next.len_utf8();
            self.characters += 1;
        }
        self.bytes
    }
}

/// A collection whose end has not come yet.
enum Open {
    List { start: Span, anchor: usize, elements: Vec<Node> },
    Map { start: Span, anchor: usize, entries: Entries, key: Option<Key> },
}

/// What an anchor stands for, with its size and depth.
struct Anchored {
    node: Node,
    size: usize,
    height: usize,
}

struct Reader<'a> {
    file: FileId,
    places: Places<'a>,
    stack: Vec<Open>,
    root: Option<Node>,
    anchors: BTreeMap<usize, Anchored>,
    budget: usize,
    findings: Findings,
}

impl<'a> Reader<'a> {
    fn run(&mut self, mut parser: Parser<'a, saphyr_parser::StrInput<'a>>) -> Result<(), Stop> {
        let mut documents = 0;
        while let Some(event) = parser.next_event() {
            let (event, place) = event.map_err(|error| self.broken(&error))?;
            let span = self.span(place);
            match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        let message = "a second document begins here, and a data file holds one";
                        return Err(self.refuse(span, message, "put it into a file of its own"));
                    }
                }
                Event::Alias(anchor) => self.alias(anchor, span)?,
                Event::Scalar(text, style, anchor, tag) => {
                    self.untagged(tag.is_some(), span)?;
                    self.scalar(&text, style, anchor, span)?;
                }
                Event::SequenceStart(anchor, tag) => {
                    self.untagged(tag.is_some(), span)?;
                    self.open(Open::List { start: span, anchor, elements: Vec::new() }, span)?;
                }
                Event::MappingStart(anchor, tag) => {
                    self.untagged(tag.is_some(), span)?;
                    self.open(Open::Map { start: span, anchor, entries: Entries::default(), key: None }, span)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
                Event::StreamEnd => break,
                Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
            }
        }
        Ok(())
    }

    fn span(&mut self, place: Place) -> Span {
        let start = self.places.byte(place.start.index());
        let end = self.places.byte(place.end.index()).max(start);
        Span::new(self.file, start, end)
    }

    fn broken(&mut self, error: &ScanError) -> Stop {
        let at = self.places.byte(error.marker().index());
        let info = error.info();
        if info.contains("recursion") {
            return Box::new(too_deep(Span::new(self.file, at, at)));
        }
        Box::new(Diagnostic::error(&codes::SYNTAX, Span::new(self.file, at, at), format!("this is no YAML: {info}")))
    }

    fn refuse(&self, span: Span, message: impl Into<String>, help: &str) -> Stop {
        Box::new(Diagnostic::error(&codes::UNSUPPORTED, span, message).help(help))
    }

    fn untagged(&self, tagged: bool, span: Span) -> Result<(), Stop> {
        if !tagged {
            return Ok(());
        }
        Err(self.refuse(
            span,
            "tags are not read",
            "leave the tag out: the field's own type says how to read the value",
        ))
    }

    fn open(&mut self, open: Open, span: Span) -> Result<(), Stop> {
        if self.awaits_key() {
            return Err(self.refuse(span, "a key is a text, not a list or a map", "write a plain text before the `:`"));
        }
        if self.stack.len() >= limits::NESTING {
            return Err(Box::new(too_deep(span)));
        }
        self.stack.push(open);
        Ok(())
    }

    fn awaits_key(&self) -> bool {
        matches!(self.stack.last(), Some(Open::Map { key: None, .. }))
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, span: Span) -> Result<(), Stop> {
        if let Some(Open::Map { key: key @ None, .. }) = self.stack.last_mut() {
            if text == "<<" && style == ScalarStyle::Plain {
                let help = "YAML 1.2 has none: state the keys where they are needed";
                return Err(self.refuse(span, "merge keys (`<<`) are not read", help));
            }
            *key = Some(Key { text: text.into(), span });
            return Ok(());
        }
        let kind = if style == ScalarStyle::Plain { plain(text) } else { Kind::Text(text.into()) };
        let node = Node { kind, span };
        if anchor > 0 {
            self.anchors.insert(anchor, Anchored { node: node.clone(), size: 1, height: 0 });
        }
        self.place(node);
        Ok(())
    }

    fn close(&mut self, end: Span) -> Result<(), Stop> {
        let (start, anchor, kind) = match self.stack.pop() {
            Some(Open::List { start, anchor, elements }) => (start, anchor, Kind::List(elements)),
            Some(Open::Map { start, anchor, entries, .. }) => (start, anchor, Kind::Map(entries.list)),
            None => return Ok(()),
        };
        let last = match &kind {
            Kind::List(elements) => elements.last().map(|node| node.span.end),
            Kind::Map(entries) => entries.last().map(|(key, node)| node.span.end.max(key.span.end)),
            _ => None,
        };
        // The end of an indented collection is reported at the next token; its last part ends before that.
        let end = if end.end > end.start { end.end } else { last.unwrap_or(end.start) };
        let node = Node { kind, span: Span { end: end.max(start.start), ..start } };
        if anchor > 0 {
            let (size, height) = measure(&node);
            self.budget = self.budget.checked_sub(size).ok_or_else(|| too_wide(start))?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), size, height });
        }
        self.place(node);
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Stop> {
        if self.awaits_key() {
            return Err(self.refuse(span, "a key is a text, not an alias", "write the key itself"));
        }
        let Some(anchored) = self.anchors.get(&anchor) else {
            let message = "this alias stands inside the part that it names";
            return Err(self.refuse(span, message, "an alias names a part that is complete before it"));
        };
        if self.stack.len() + anchored.height > limits::NESTING {
            return Err(Box::new(too_deep(span)));
        }
        self.budget = self.budget.checked_sub(anchored.size).ok_or_else(|| too_wide(span))?;
        let node = anchored.node.clone();
        self.place(node);
        Ok(())
    }

    /// Puts a complete part where it belongs.
    fn place(&mut self, node: Node) {
        match self.stack.last_mut() {
            Some(Open::List { elements, .. }) => elements.push(node),
            Some(Open::Map { entries, key, .. }) => {
                if let Some(key) = key.take() {
                    entries.add(key, node, &mut self.findings);
                }
            }
            None => self.root = Some(node),
        }
    }
}

fn too_wide(span: Span) -> Stop {
    let message = format!("aliases add more than {EXPANSION} parts to this file");
    Box::new(Diagnostic::error(&codes::TOO_LARGE, span, message).help("state the values where they are needed"))
}

/// The parts of a node and the levels of nesting in it. Its depth is bounded, so the recursion is.
fn measure(node: &Node) -> (usize, usize) {
    let inner: Vec<(usize, usize)> = match &node.kind {
        Kind::List(elements) => elements.iter().map(measure).collect(),
        Kind::Map(entries) => entries.iter().map(|(_, value)| measure(value)).collect(),
        _ => return (1, 0),
    };
    let size: usize = inner.iter().map(|(size, _)| size).sum();
    let height = inner.iter().map(|(_, height)| *height).max().unwrap_or(0);
    (size + 1, height + 1)
}

/// What a plain scalar is, by the core schema.
pub(crate) fn plain(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" => Kind::Bool(true),
        "false" | "False" | "FALSE" => Kind::Bool(false),
        _ => match number(text) {
            Some(digits) => Kind::Number(digits),
            None => Kind::Text(text.into()),
        },
    }
}

/// The number that a plain scalar writes: decimal, octal, hexadecimal, infinite or none.
fn number(text: &str) -> Option<Name> {
    if let Some(digits) = text.strip_prefix("0x").filter(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_hexdigit()))
    {
        return Some(u128::from_str_radix(digits, 16).map_or_else(|_| text.into(), |n| n.to_string().into()));
    }
    let octal = |d: &&str| !d.is_empty() && d.bytes().all(|b| (b'0'..=b'7').contains(&b));
    if let Some(digits) = text.strip_prefix("0o").filter(octal) {
        return Some(u128::from_str_radix(digits, 8).map_or_else(|_| text.into(), |n| n.to_string().into()));
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(text.into());
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let any = !whole.is_empty() || !fraction.is_empty();
    let sound = any && digits(whole) && digits(fraction) && exponent.is_none_or(|e| !e.is_empty() && digits(e));
    sound.then(|| shortened_number(text))
}

/// A number as the other formats would write it: `.5` as `0.5`, `5.` as `5`, `+5` as `5`.
fn shortened_number(text: &str) -> Name {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match rest.find(['e', 'E']).and_then(|at| rest.split_at_checked(at)) {
        Some((mantissa, exponent)) => (mantissa, exponent),
        None => (rest, ""),
    };
    let lead = if mantissa.starts_with('.') { "0" } else { "" };
    format!("{sign}{lead}{}{exponent}", mantissa.strip_suffix('.').unwrap_or(mantissa)).into()
}
