//! TOML 1.0, by the `toml` crate.

use toml::Spanned;
use toml::de::{DeArray, DeInteger, DeTable, DeValue};

use crate::base::{FileId, Span, limits};
use crate::data::codes;
use crate::diag::Diagnostic;

use super::{Findings, Key, Kind, Node, too_deep};

pub(crate) fn read(file: FileId, text: &str) -> Result<Node, Vec<Diagnostic>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut findings = Findings::default();
    for error in &errors {
        let range = error.span().unwrap_or(0..0);
        let message = error.message();
        let code = if message.contains("duplicate key") { &codes::DUPLICATE_KEY } else { &codes::SYNTAX };
        findings.push(Diagnostic::error(code, Span::new(file, range.start, range.end), sentence(message)));
    }
    if !findings.is_empty() {
        return Err(findings.into_vec());
    }
    let mut reader = Reader { file, findings };
    let whole = Span::new(file, 0, text.len());
    let node = reader.table(table.get_ref(), whole, 1);
    reader.findings.into_result(node)
}

/// The first line of the parser's message, in the house's form: lower case, no full stop.
fn sentence(message: &str) -> String {
    let line = message.lines().next().unwrap_or("").trim_end_matches('.');
    if line.is_empty() { "this is no TOML".to_owned() } else { line.to_owned() }
}

struct Reader {
    file: FileId,
    findings: Findings,
}

impl Reader {
    fn span<T>(&self, spanned: &Spanned<T>) -> Span {
        let range = spanned.span();
        Span::new(self.file, range.start, range.end)
    }

    fn table(&mut self, table: &DeTable<'_>, span: Span, depth: usize) -> Node {
        if depth > limits::NESTING {
            self.findings.push(too_deep(span));
            return Node { kind: Kind::Null, span };
        }
        let mut entries: Vec<(Key, Node)> = Vec::new();
        for (key, value) in table.iter() {
            let key = Key { text: key.get_ref().as_ref().into(), span: self.span(key) };
            let node = self.value(value, depth + 1);
            entries.push((key, node));
        }
        // The parser keeps tables sorted by key; what is said of them follows the order in which they are written.
        entries.sort_by_key(|(key, _)| key.span.start);
        Node { kind: Kind::Map(entries), span }
    }

    fn list(&mut self, list: &DeArray<'_>, span: Span, depth: usize) -> Node {
        if depth > limits::NESTING {
            self.findings.push(too_deep(span));
            return Node { kind: Kind::Null, span };
        }
        let elements = list.iter().map(|element| self.value(element, depth + 1)).collect();
        Node { kind: Kind::List(elements), span }
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, depth: usize) -> Node {
        let span = self.span(value);
        let kind = match value.get_ref() {
            DeValue::Boolean(value) => Kind::Bool(*value),
            DeValue::Integer(value) => Kind::Number(integer(value).into()),
            DeValue::Float(value) => Kind::Number(value.as_str().into()),
            DeValue::String(value) => Kind::Text(value.as_ref().into()),
            DeValue::Datetime(value) => Kind::Text(value.to_string().into()),
            DeValue::Array(list) => return self.list(list, span, depth),
            DeValue::Table(table) => return self.table(table, span, depth),
        };
        Node { kind, span }
    }
}

/// The integer in decimal digits; one beyond any type stays as written and is refused where it is used.
fn integer(value: &DeInteger<'_>) -> String {
    match (value.radix(), i128::from_str_radix(value.as_str(), value.radix())) {
        (2 | 8 | 16, Ok(number)) => number.to_string(),
        _ => value.as_str().to_owned(),
    }
}
