//! JSON, by RFC 8259 and nothing beyond it.

use crate::base::{FileId, Span, limits};
use crate::data::codes;
use crate::diag::Diagnostic;

use super::{Entries, Findings, Key, Kind, Node, too_deep};

pub(crate) fn read(file: FileId, text: &str) -> Result<Node, Vec<Diagnostic>> {
    let mut reader = Reader { file, text, at: 0, depth: 0, findings: Findings::default() };
    let read = reader.value().and_then(|node| {
        reader.skip_space();
        match reader.peek() {
            None => Ok(node),
            Some(_) => Err(reader.unexpected("the end of the file")),
        }
    });
    match read {
        Ok(node) => reader.findings.into_result(node),
        Err(stop) => {
            let mut findings = reader.findings.into_vec();
            findings.push(*stop);
            Err(findings)
        }
    }
}

/// What ends the reading. Boxed, since it is rare and large.
type Stop = Box<Diagnostic>;

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    at: usize,
    depth: usize,
    findings: Findings,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Takes this byte, if it is the next one.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn since(&self, start: usize) -> Span {
        Span::new(self.file, start, self.at)
    }

    /// The character at the current place, as a span; empty at the end.
    fn here(&self) -> Span {
        let length = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Span::new(self.file, self.at, self.at + length)
    }

    fn stop(&self, span: Span, message: impl Into<String>) -> Stop {
        Box::new(Diagnostic::error(&codes::SYNTAX, span, message))
    }

    fn unexpected(&self, wanted: &str) -> Stop {
        let found = match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(c) if c.is_control() => "a control character".to_owned(),
            Some(c) => format!("`{c}`"),
            None => "the end of the file".to_owned(),
        };
        self.stop(self.here(), format!("found {found} where {wanted} is expected"))
    }

    fn value(&mut self) -> Result<Node, Stop> {
        self.skip_space();
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.nested(Self::map)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(b'"') => Kind::Text(self.string()?.into()),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'a'..=b'z' | b'A'..=b'Z') => self.word()?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Node { kind, span: self.since(start) })
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<Kind, Stop>) -> Result<Kind, Stop> {
        if self.depth >= limits::NESTING {
            return Err(Box::new(too_deep(self.here())));
        }
        self.depth += 1;
        self.at += 1;
        let kind = read(self);
        self.depth -= 1;
        kind
    }

    fn list(&mut self) -> Result<Kind, Stop> {
        let mut elements = Vec::new();
        self.skip_space();
        if self.take(b']') {
            return Ok(Kind::List(elements));
        }
        loop {
            elements.push(self.value()?);
            self.skip_space();
            if self.take(b']') {
                return Ok(Kind::List(elements));
            }
            if !self.take(b',') {
                return Err(self.unexpected("`,` or `]`"));
            }
        }
    }

    fn map(&mut self) -> Result<Kind, Stop> {
        let mut entries = Entries::default();
        self.skip_space();
        if self.take(b'}') {
            return Ok(Kind::Map(entries.list));
        }
        loop {
            self.skip_space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let text = self.string()?.into();
            let key = Key { text, span: self.since(start) };
            self.skip_space();
            if !self.take(b':') {
                return Err(self.unexpected("`:`"));
            }
            let node = self.value()?;
            entries.add(key, node, &mut self.findings);
            self.skip_space();
            if self.take(b'}') {
                return Ok(Kind::Map(entries.list));
            }
            if !self.take(b',') {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
    }

    fn word(&mut self) -> Result<Kind, Stop> {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_') {
            self.at += 1;
        }
        match self.text.get(start..self.at).unwrap_or("") {
            "null" => Ok(Kind::Null),
            "true" => Ok(Kind::Bool(true)),
            "false" => Ok(Kind::Bool(false)),
            other => {
                let message = format!("`{}` is no value of JSON", super::shortened(other));
                let stop = Diagnostic::error(&codes::SYNTAX, self.since(start), message);
                Err(Box::new(stop.help("texts stand in double quotes")))
            }
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<Kind, Stop> {
        let start = self.at;
        self.take(b'-');
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits();
        if whole == 0 {
            return Err(self.unexpected("a digit"));
        }
        if leading_zero && whole > 1 {
            return Err(self.stop(self.since(start), "a number does not begin with a superfluous zero"));
        }
        if self.take(b'.') && self.digits() == 0 {
            return Err(self.unexpected("a digit"));
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'-') {
                self.take(b'+');
            }
            if self.digits() == 0 {
                return Err(self.unexpected("a digit"));
            }
        }
        Ok(Kind::Number(self.text.get(start..self.at).unwrap_or("").into()))
    }

    /// A text in double quotes; the next byte is the opening one.
    fn string(&mut self) -> Result<String, Stop> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let plain = self.at;
            while self.peek().is_some_and(|b| b != b'"' && b != b'\\' && b >= 0x20) {
                self.at += 1;
            }
            text.push_str(self.text.get(plain..self.at).unwrap_or(""));
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => {
                    return Err(self.stop(self.here(), "a control character in a text is written as an escape"));
                }
                None => {
                    let opening = Span::new(self.file, start, start + 1);
                    return Err(self.stop(opening, "this text is not closed by `\"`"));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Stop> {
        let start = self.at;
        self.at += 1;
        let escaped = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        self.at += escaped.map_or(0, char::len_utf8);
        match escaped {
            Some(c @ ('"' | '\\' | '/')) => Ok(c),
            Some('b') => Ok('\u{8}'),
            Some('f') => Ok('\u{c}'),
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some('u') => self.unicode_escape(start),
            _ => Err(self.stop(self.since(start), "this escape does not exist in JSON")),
        }
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char, Stop> {
        let first = self.four_digits(start)?;
        let code = match first {
            0xd800..=0xdbff => {
                let second = if self.take(b'\\') && self.take(b'u') { self.four_digits(start)? } else { 0 };
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(self.stop(self.since(start), "half of a surrogate pair stands alone"));
                }
                0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            code => code,
        };
        match char::from_u32(code) {
            Some('\0') => Err(self.stop(self.since(start), "a text does not contain a null character")),
            Some(c) => Ok(c),
            None => Err(self.stop(self.since(start), "half of a surrogate pair stands alone")),
        }
    }

    fn four_digits(&mut self, start: usize) -> Result<u32, Stop> {
        let digits = self.text.get(self.at..self.at + 4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                self.at += 4;
                Ok(code)
            }
            None => Err(self.stop(self.since(start), "`\\u` is followed by four hexadecimal digits")),
        }
    }
}
