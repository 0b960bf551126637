//! Reads facts of a contract, gathers them under their names, and gathers what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Currency, Decimal, Name, Span};
use crate::data::{Findings, Key, Kind, Node, shortened};
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::facts::decode::{Path, near_or_all};

/// How a fact is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::facts) enum Reading {
    /// A text that is not empty.
    Text,
    /// The address of a service.
    Uri,
    /// Three numbers with dots, and what may stand behind them.
    Version,
    /// A flag.
    Flag,
    /// A whole number that is not below zero.
    Count,
    /// A number from 0 to 1, or a percentage.
    Share,
    /// An amount in the currency of the contract.
    Money,
    /// Texts, each once.
    Texts,
    /// Texts in their order.
    List,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A complex vector; its numbers are judged where it is typed.
    Field,
}

/// A key, the fact that it states, and how that is read.
pub(in crate::facts) type Row = (&'static str, &'static str, Reading);

/// Facts by the names of their fields, and everything found wrong.
#[derive(Debug)]
pub(super) struct Reader {
    facts: BTreeMap<Name, Node>,
    seen: BTreeSet<&'static str>,
    findings: Findings,
    pub(super) currency: Currency,
}

impl Default for Reader {
    fn default() -> Self {
        let (facts, seen, findings) = Default::default();
        // The original counts in dollars wherever it names no currency.
        Self { facts, seen, findings, currency: Currency::USD }
    }
}

impl Reader {
    pub fn finish(self) -> (BTreeMap<Name, Node>, Vec<Diagnostic>) {
        (self.facts, self.findings.into_vec())
    }

    pub fn push(&mut self, found: Diagnostic) {
        self.findings.push(found);
    }

    /// Remembers that something was stated, whether or not it could be read.
    pub fn see(&mut self, what: &'static str) {
        self.seen.insert(what);
    }

    /// How much was found wrong so far.
    pub fn count(&self) -> usize {
        self.findings.count()
    }

    /// Whether a fact was stated and could be read.
    pub fn states(&self, field: &str) -> bool {
        self.facts.contains_key(field)
    }

    /// The name of the service.
    pub fn name(&self) -> Option<(Name, Span)> {
        match self.facts.get("service_id") {
            Some(Node { kind: Kind::Text(text), span }) => Some((text.clone(), *span)),
            _ => None,
        }
    }

    pub fn wrong_kind(&mut self, path: &Path<'_>, node: &Node, wanted: &str) {
        let subject = if matches!(path, Path::Root("")) { "the contract".to_owned() } else { path.subject() };
        let message = format!("{subject} is {}, and {wanted} is needed", node.words());
        let found = Diagnostic::error(&codes::WRONG_KIND, node.opening(), message);
        self.push(match meant(node, wanted) {
            Some(help) => found.help(help),
            None => found,
        });
    }

    fn malformed(&mut self, path: &Path<'_>, node: &Node, why: &str) {
        let message = format!("{} is {}, {why}", path.subject(), node.words());
        self.push(Diagnostic::error(&codes::MALFORMED, node.opening(), message));
    }

    pub fn unknown_key(&mut self, key: &Key, message: String, known: Vec<&str>) {
        let found = Diagnostic::error(&codes::UNKNOWN_FIELD, key.span, message).label("unknown key");
        self.push(near_or_all(found, key.span, &key.text, known));
    }

    /// Finds fault where a fact was not stated at all.
    pub fn require(&mut self, what: &str, path: &Path<'_>, place: Span, help: &str) {
        if !self.seen.contains(what) {
            let found = Diagnostic::error(&codes::MISSING_FIELD, place, format!("`{path}` is missing"));
            self.push(found.label("not stated in here").help(help));
        }
    }

    /// States a fact; a second statement of it must say the same.
    pub fn put(&mut self, field: &str, node: Node) {
        match self.facts.get(field) {
            Some(first) if !first.says_the_same(&node) => {
                let message = format!("`{field}` is stated twice, and the two differ");
                let found = Diagnostic::error(&codes::STATED_TWICE, node.opening(), message).label("this says another");
                self.findings.push(found.related(first.opening(), "first stated here").help("remove one of the two"));
            }
            Some(_) => {}
            None => {
                self.facts.insert(field.into(), node);
            }
        }
    }

    pub fn fact(&mut self, field: &'static str, path: &Path<'_>, node: &Node, reading: Reading) {
        self.seen.insert(field);
        if let Some(read) = self.read(path, node, reading) {
            self.put(field, read);
        }
    }

    pub fn identity(&mut self, path: &Path<'_>, node: &Node) {
        self.seen.insert("service_id");
        let Some(read) = self.read(path, node, Reading::Text) else { return };
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        match &read.kind {
            Kind::Text(text) if text.chars().all(fits) && text.len() <= crate::base::limits::NAME_BYTES => {
                self.put("service_id", read);
            }
            _ => self.malformed(path, node, "and the name of a service has small letters, digits, `-` and `_` only"),
        }
    }

    /// A section whose keys a table names; `other` reads those that it does not.
    pub fn table(
        &mut self,
        path: &Path<'_>,
        node: &Node,
        rows: &[Row],
        other: fn(&mut Self, &Path<'_>, &Key, &Node) -> Option<Vec<&'static str>>,
    ) {
        let Some(entries) = self.entries(path, node) else { return };
        for (key, node) in entries.iter().filter(|(_, node)| node.kind != Kind::Null) {
            let inner = Path::Field(path, &key.text);
            if rows.iter().any(|(known, ..)| *known == &*key.text) {
                self.table_entry(&inner, key, node, rows);
            } else if let Some(others) = other(self, &inner, key, node) {
                let message = format!("`{inner}` is no key of `{path}`");
                self.unknown_key(key, message, rows.iter().map(|(known, ..)| *known).chain(others).collect());
            }
        }
    }

    /// For [`Self::table`]: there are no other keys.
    pub fn no_other(&mut self, _: &Path<'_>, _: &Key, _: &Node) -> Option<Vec<&'static str>> {
        Some(Vec::new())
    }

    pub fn table_entry(&mut self, path: &Path<'_>, key: &Key, node: &Node, rows: &[Row]) {
        if let Some((_, field, reading)) = rows.iter().find(|(known, ..)| *known == &*key.text) {
            self.fact(field, path, node, *reading);
        }
    }

    /// A map of keys that a table names, as a record.
    pub fn record(
        &mut self,
        path: &Path<'_>,
        node: &Node,
        rows: &[Row],
        others: &[&'static str],
    ) -> Option<Vec<(Key, Node)>> {
        let entries = self.entries(path, node)?;
        let mut fields = Vec::new();
        for (key, node) in entries.iter().filter(|(_, node)| node.kind != Kind::Null) {
            let inner = Path::Field(path, &key.text);
            match rows.iter().find(|(known, ..)| *known == &*key.text) {
                Some((_, field, reading)) => {
                    let read = self.read(&inner, node, *reading);
                    fields.extend(read.map(|read| (Key { text: (*field).into(), span: key.span }, read)));
                }
                None if others.contains(&&*key.text) => {}
                None => {
                    let message = format!("`{inner}` is no key of `{path}`");
                    let known = rows.iter().map(|(known, ..)| *known).chain(others.iter().copied());
                    self.unknown_key(key, message, known.collect());
                }
            }
        }
        Some(fields)
    }

    pub fn entries<'n>(&mut self, path: &Path<'_>, node: &'n Node) -> Option<&'n [(Key, Node)]> {
        match &node.kind {
            Kind::Map(entries) => Some(entries),
            _ => {
                self.wrong_kind(path, node, "a map");
                None
            }
        }
    }

    pub fn elements<'n>(&mut self, path: &Path<'_>, node: &'n Node) -> Option<&'n [Node]> {
        match &node.kind {
            Kind::List(elements) => Some(elements),
            _ => {
                self.wrong_kind(path, node, "a list");
                None
            }
        }
    }

    /// A number; nothing after something was found wrong with it.
    pub fn number(&mut self, path: &Path<'_>, node: &Node) -> Option<Decimal> {
        let Kind::Number(text) = &node.kind else {
            self.wrong_kind(path, node, "a number");
            return None;
        };
        match text.parse::<Decimal>() {
            Ok(number) => Some(number),
            Err(_) => {
                let infinite = text.trim_start_matches(['-', '+', '.']).starts_with(|c: char| c.is_alphabetic());
                let why = match infinite {
                    true => "and nothing is promised by what is not finite",
                    false => "which is beyond 10^20 or has more than nine digits behind the point",
                };
                self.malformed(path, node, why);
                None
            }
        }
    }

    /// A fact as the native form states it.
    pub fn read(&mut self, path: &Path<'_>, node: &Node, reading: Reading) -> Option<Node> {
        let kind = match reading {
            Reading::Text => self.text(path, node)?,
            Reading::Uri => {
                let kind = self.text(path, node)?;
                if !matches!(&kind, Kind::Text(text) if is_uri(text)) {
                    self.malformed(path, node, "which is no URI such as `http://localhost:9000`");
                    return None;
                }
                kind
            }
            Reading::Version => {
                let kind = self.text(path, node)?;
                if !matches!(&kind, Kind::Text(text) if is_version(text)) {
                    self.malformed(path, node, "which is no version such as `1.0.0`");
                    return None;
                }
                kind
            }
            Reading::Flag if matches!(node.kind, Kind::Bool(_)) => node.kind.clone(),
            Reading::Flag => {
                self.wrong_kind(path, node, "`true` or `false`");
                return None;
            }
            Reading::Count => {
                let number = self.number(path, node)?;
                match number.to_int() {
                    Some(count) if count >= 0 => Kind::Number(count.to_string().into()),
                    _ => {
                        self.malformed(path, node, "and a whole number that is not below zero is needed");
                        return None;
                    }
                }
            }
            Reading::Share => Kind::Number(self.share(path, node)?.to_string().into()),
            Reading::Money => {
                let amount = self.number(path, node)?;
                if amount.is_negative() {
                    self.malformed(path, node, "and a price is not below zero");
                    return None;
                }
                Kind::Text(format!("{amount} {}", self.currency.code()).into())
            }
            Reading::Texts | Reading::List => self.texts(path, node)?,
            Reading::OneOf(words) => self.word(path, node, words)?,
            Reading::Field => node.kind.clone(),
        };
        Some(Node { kind, span: node.span })
    }

    fn text(&mut self, path: &Path<'_>, node: &Node) -> Option<Kind> {
        match &node.kind {
            Kind::Text(text) if !text.trim().is_empty() => Some(node.kind.clone()),
            _ => {
                self.wrong_kind(path, node, "a text that is not empty");
                None
            }
        }
    }

    /// A number from 0 to 1, or a percentage as a text.
    pub fn share(&mut self, path: &Path<'_>, node: &Node) -> Option<Decimal> {
        let percent = match &node.kind {
            Kind::Text(text) => text.strip_suffix('%').and_then(|p| format!("{p}e-2").parse::<Decimal>().ok()),
            _ => None,
        };
        let share = match percent {
            Some(share) => share,
            None => self.number(path, node)?,
        };
        if share.is_negative() || share > Decimal::from(1) {
            self.malformed(path, node, "and a number from 0 to 1 is needed");
            return None;
        }
        Some(share)
    }

    fn texts(&mut self, path: &Path<'_>, node: &Node) -> Option<Kind> {
        let elements = self.elements(path, node)?;
        let mut texts = Vec::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            let kind = self.text(&Path::Index(path, index), element);
            texts.extend(kind.map(|kind| Node { kind, span: element.span }));
        }
        (texts.len() == elements.len()).then_some(Kind::List(texts))
    }

    pub fn word(&mut self, path: &Path<'_>, node: &Node, words: &[&str]) -> Option<Kind> {
        match &node.kind {
            Kind::Text(text) if words.contains(&&**text) => Some(node.kind.clone()),
            Kind::Text(text) => {
                let message = format!("`{path}` is `{}`, which it cannot be", shortened(text));
                let found = Diagnostic::error(&codes::UNKNOWN_MEMBER, node.span, message);
                self.push(near_or_all(found, node.span, text, words.to_vec()));
                None
            }
            _ => {
                self.wrong_kind(path, node, "a text");
                None
            }
        }
    }
}

/// A scheme, two slashes, and something without spaces behind them.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    named && (!host.is_empty() || scheme == "file") && rest.chars().all(|c| c.is_ascii_graphic())
}

fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let tail = text.get(core.len()..).unwrap_or_default();
    let number = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) && (part == "0" || !part.starts_with('0'))
    };
    let parts: Vec<&str> = core.split('.').collect();
    let tail_fits = tail.is_empty()
        || (tail.len() > 1 && tail.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.')));
    parts.len() == 3 && parts.into_iter().all(number) && tail_fits
}

/// What was probably meant where a scalar is of another kind than is wanted: converters between formats put numbers in quotes, and older
/// YAML has other words for truth.
fn meant(node: &Node, wanted: &str) -> Option<String> {
    let Kind::Text(text) = &node.kind else {
        let quoted = matches!(node.kind, Kind::Number(_)) && wanted.starts_with("a text");
        return quoted.then(|| "put it in quotes".to_owned());
    };
    if wanted == "a number" {
        if text.parse::<Decimal>().is_ok() {
            return Some("write it without quotes".to_owned());
        }
        return text.strip_suffix("ms").is_some_and(|number| number.parse::<Decimal>().is_ok()).then(|| {
            let number = text.trim_end_matches("ms");
            format!("milliseconds have no unit here: write `{number}`")
        });
    }
    let truth = match text.to_ascii_lowercase().as_str() {
        "yes" | "on" | "true" => "true",
        "no" | "off" | "false" => "false",
        _ => return None,
    };
    (wanted == "`true` or `false`").then(|| format!("write `{truth}`"))
}
