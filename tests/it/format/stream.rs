//! What a text says, read by hand and not with the grammar: its letters and its comments in order, without space and without
//! the commas that may be left out.

/// A word, a sign, a text or a comment.
pub fn stream(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    while let Some(first) = rest.chars().next() {
        let len = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '"' {
            quoted(rest)
        } else if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (piece, behind) = rest.split_at(len);
        rest = behind;
        if !matches!(piece, "," | ";" | " " | "\t" | "\r" | "\n") {
            found.push(piece.trim_end().to_owned());
        }
    }
    found
}

/// The length of a text in quotes, or of the rest of its line where it is never closed.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '\n' => return at,
            '"' if !escaped => return at + 1,
            _ => escaped = letter == '\\' && !escaped,
        }
    }
    text.len()
}

/// The gaps of a text: every stretch of space outside of texts and comments, and every place without space between two pieces
/// of which one is a sign.
pub fn gaps(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let len = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '"' {
            quoted(rest)
        } else if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if first.is_whitespace() {
            let len = rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
            found.push(at..at + len);
            len
        } else {
            if matches!(first, ',' | '(' | ')' | '[' | ']' | '{' | '}' | ':' | '@') {
                found.push(at..at);
            }
            first.len_utf8()
        };
        at += len;
    }
    found
}
