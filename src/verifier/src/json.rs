//! Reads and writes canonical JSON: sorted keys, no white space, whole numbers only, one escape per character.
//!
//! The reader takes somewhat more than the writer gives; [`read_canonical`] compares the bytes, so that a document has
//! exactly one accepted spelling. Duplicate keys fall to the same comparison.

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
pub fn read_canonical(bytes: &[u8]) -> Result<Json, Refusal> {
    if bytes.len() > BYTES {
        return Err(Refusal::new("form", format!("more than {BYTES} bytes")));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Refusal::new("form", "not UTF-8"))?;
    let mut reader = Reader { text, at: 0, nodes: 0 };
    let document = reader.value(0)?;
    if reader.at != bytes.len() {
        return Err(reader.refuse("something follows the document"));
    }
    let mut spelling = String::with_capacity(bytes.len());
    document.write(&mut spelling);
    if spelling.as_bytes() == bytes {
        return Ok(document);
    }
    let same = spelling.bytes().zip(bytes).take_while(|(a, b)| a == *b).count();
    Err(Refusal::new("form", format!("not the canonical spelling from byte {same} on")))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    nodes: usize,
}

impl Reader<'_> {
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
            members.push((key, self.value(depth + 1)?));
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
        let number = rest.get(..length).and_then(|digits| digits.parse().ok());
        self.at += length;
        number.map(Json::Number).ok_or_else(|| self.refuse("no whole number of 64 bits"))
    }

    fn string(&mut self) -> Result<String, Refusal> {
        if !self.take("\"") {
            return Err(self.refuse("no string"));
        }
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or("");
            let plain = rest.find(['"', '\\']).ok_or_else(|| self.refuse("a string without end"))?;
            out.push_str(rest.get(..plain).unwrap_or(""));
            self.at += plain + 1;
            if rest.as_bytes().get(plain) == Some(&b'"') {
                return Ok(out);
            }
            out.push(self.escape().ok_or_else(|| self.refuse("an escape that is not canonical"))?);
        }
    }

    fn escape(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        Some(match letter {
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
        })
    }
}
