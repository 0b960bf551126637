//! Reads and writes canonical JSON: sorted keys, no white space, whole numbers only, one escape per character.
//!
//! The reader takes exactly what the writer gives, so that a document has one accepted spelling.

use std::collections::BTreeMap;

use crate::Refusal;

/// Nested brackets: an expression of the deepest permitted nesting in the deepest permitted refutation.
const DEPTH: usize = 600;
/// Bytes of one document.
pub const BYTES: usize = 256 * 1024 * 1024;
/// Values of one document, so that `[0,0,0,…]` cannot cost thirty times its bytes in memory.
const NODES: usize = 16_000_000;

/// A JSON value without fractions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object, its keys in ascending order of their bytes.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// A member of an object.
    pub fn get(&self, key: &str) -> Option<&Json> {
        let Json::Object(members) = self else { return None };
        members.binary_search_by(|(k, _)| k.as_str().cmp(key)).ok().and_then(|i| members.get(i)).map(|(_, v)| v)
    }

    /// The string, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Json::Text(text) = self { Some(text) } else { None }
    }

    /// The elements, if it is an array.
    pub fn list(&self) -> Option<&[Json]> {
        if let Json::List(items) = self { Some(items) } else { None }
    }

    /// The members, if it is an object.
    pub fn object(&self) -> Option<&[(String, Json)]> {
        if let Json::Object(members) = self { Some(members) } else { None }
    }

    /// Whether an object has exactly these keys, given in ascending order.
    pub fn has_keys(&self, keys: &[&str]) -> bool {
        self.object().is_some_and(|members| members.iter().map(|(k, _)| k.as_str()).eq(keys.iter().copied()))
    }

    /// An object of these members.
    pub fn record<const N: usize>(members: [(&str, Json); N]) -> Json {
        let mut members: Vec<_> = members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        members.sort_by(|(a, _), (b, _)| a.cmp(b));
        Json::Object(members)
    }

    /// The canonical spelling.
    pub fn write(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Json::Number(value) => out.push_str(&value.to_string()),
            Json::Text(text) => write_text(text, out),
            Json::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { "," });
                    item.write(out);
                }
                out.push(']');
            }
            Json::Object(members) => {
                out.push('{');
                for (i, (key, item)) in members.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { "," });
                    write_text(key, out);
                    out.push(':');
                    item.write(out);
                }
                out.push('}');
            }
        }
    }

    /// `sha256:` and the digest of the canonical spelling.
    pub fn digest(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        crate::sha256::digest(text.as_bytes())
    }
}

/// A document with the bytes of its members, by key: they are canonical, so that digests are taken of them as they are.
pub struct Document<'a> {
    /// What was read.
    pub json: Json,
    members: BTreeMap<String, &'a str>,
}

impl Document<'_> {
    /// `sha256:` and the digest of a member's canonical spelling.
    pub fn digest(&self, key: &str) -> Json {
        let spelling = self.members.get(key).copied().unwrap_or("");
        Json::from(crate::sha256::digest(spelling.as_bytes()).as_str())
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::Text(text.to_owned())
    }
}

/// A string in quotes, with only the escapes that JSON demands.
pub fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Reads a document that must be in its canonical spelling.
pub fn read_canonical(bytes: &[u8]) -> Result<Document<'_>, Refusal> {
    if bytes.len() > BYTES {
        return Err(Refusal::new("form", format!("more than {BYTES} bytes")));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Refusal::new("form", "not UTF-8"))?;
    let mut reader = Reader { text, at: 0, nodes: 0, members: BTreeMap::new() };
    let json = reader.value(0)?;
    if reader.at != bytes.len() {
        return Err(reader.refuse("something follows the document"));
    }
    Ok(Document { json, members: reader.members })
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    nodes: usize,
    /// The spelling of each member of the document itself.
    members: BTreeMap<String, &'a str>,
}

impl<'a> Reader<'a> {
    fn refuse(&self, reason: &str) -> Refusal {
        Refusal::new("form", format!("{reason} at byte {}", self.at))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes this text if it comes next.
    fn take(&mut self, expected: &str) -> bool {
        let found = self.text.get(self.at..).is_some_and(|rest| rest.starts_with(expected));
        self.at += if found { expected.len() } else { 0 };
        found
    }

    fn value(&mut self, depth: usize) -> Result<Json, Refusal> {
        self.nodes += 1;
        if depth > DEPTH || self.nodes > NODES {
            return Err(self.refuse(if depth > DEPTH { "nested too deeply" } else { "too many values" }));
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Json::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ if self.take("null") => Ok(Json::Null),
            _ if self.take("true") => Ok(Json::Bool(true)),
            _ if self.take("false") => Ok(Json::Bool(false)),
            _ => Err(self.refuse("no JSON value")),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json, Refusal> {
        self.at += 1;
        let mut items = Vec::new();
        if self.take("]") {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take("]") {
                return Ok(Json::List(items));
            }
            if !self.take(",") {
                return Err(self.refuse("neither `,` nor `]`"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, Refusal> {
        self.at += 1;
        let mut members: Vec<(String, Json)> = Vec::new();
        if self.take("}") {
            return Ok(Json::Object(members));
        }
        loop {
            let key = self.string()?;
            if members.last().is_some_and(|(before, _)| *before >= key) {
                return Err(self.refuse("a key that is repeated or out of order"));
            }
            if !self.take(":") {
                return Err(self.refuse("no `:`"));
            }
            let from = self.at;
            let value = self.value(depth + 1)?;
            if depth == 0 {
                self.members.insert(key.clone(), self.text.get(from..self.at).unwrap_or(""));
            }
            members.push((key, value));
            if self.take("}") {
                return Ok(Json::Object(members));
            }
            if !self.take(",") {
                return Err(self.refuse("neither `,` nor `}`"));
            }
        }
    }

    fn number(&mut self) -> Result<Json, Refusal> {
        let rest = self.text.get(self.at..).unwrap_or("");
        let length = rest.bytes().take_while(|b| matches!(b, b'-' | b'0'..=b'9')).count();
        let digits = rest.get(..length).unwrap_or("");
        let number = digits.parse::<i64>().ok().filter(|number| number.to_string() == digits);
        let number = number.ok_or_else(|| self.refuse("no whole number of 64 bits in its canonical spelling"))?;
        self.at += length;
        Ok(Json::Number(number))
    }

    fn string(&mut self) -> Result<String, Refusal> {
        if !self.take("\"") {
            return Err(self.refuse("no string"));
        }
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or("");
            let special = |byte: u8| byte == b'"' || byte == b'\\' || byte < b' ';
            let plain = rest.bytes().position(special).ok_or_else(|| self.refuse("a string without end"))?;
            out.push_str(rest.get(..plain).unwrap_or(""));
            self.at += plain + 1;
            match rest.as_bytes().get(plain) {
                Some(b'"') => return Ok(out),
                Some(b'\\') => out.push(self.escape().ok_or_else(|| self.refuse("an escape that is not canonical"))?),
                _ => return Err(self.refuse("a control character that is not escaped")),
            }
        }
    }

    /// What stands behind a backslash, if the writer would have written it so.
    fn escape(&mut self) -> Option<char> {
        let from = self.at - 1;
        let letter = self.peek()?;
        self.at += 1;
        let escaped = match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let digits = self.text.get(self.at..self.at + 4)?;
                self.at += 4;
                char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
            }
            _ => return None,
        };
        let mut canonical = String::new();
        write_text(escaped.encode_utf8(&mut [0; 4]), &mut canonical);
        let inside = canonical.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        (inside == self.text.get(from..self.at)).then_some(escaped)
    }
}
