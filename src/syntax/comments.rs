//! The comments of a file, which the tree leaves out.

use super::tokens::{self, Kind};
use crate::base::{FileId, Span};

/// One comment: `// …` to the end of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The whole comment, slashes included.
    pub span: Span,
    /// What it says, without the slashes and the space around it.
    pub text: String,
    /// Whether nothing but space stands before it on its line.
    pub alone: bool,
}

/// All comments of a text, in order; documentation is none.
pub fn comments(file: FileId, text: &str) -> Vec<Comment> {
    let mut found = Vec::new();
    let mut from = 0;
    let ends = tokens::tokens(text, 0).into_iter().map(|token| (token.start, token.end));
    for (start, end) in ends.chain([(text.len(), text.len())]) {
        let mut rest = text.get(from..start).unwrap_or("");
        while let Some(at) = rest.find("//") {
            let begin = start - rest.len() + at;
            let line = text.get(begin..start).unwrap_or("").lines().next().unwrap_or("");
            let before = text.get(..begin).unwrap_or("");
            let before = before.rsplit('\n').next().unwrap_or(before);
            let span = Span::new(file, begin, begin + line.len());
            let said = line.trim_start_matches('/').trim().to_owned();
            found.push(Comment { span, text: said, alone: before.trim().is_empty() });
            rest = rest.get(at + line.len()..).unwrap_or("");
        }
        from = end;
    }
    found
}

/// Every word of a text with its place, those inside texts in quotes too; comments and documentation hold none.
pub fn words(file: FileId, text: &str) -> Vec<(&str, Span)> {
    let mut found = Vec::new();
    for token in tokens::tokens(text, 0).iter().filter(|token| matches!(token.kind, Kind::Word | Kind::Text)) {
        let mut from = token.start;
        for word in token.text.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
            if !word.is_empty() {
                found.push((word, Span::new(file, from, from + word.len())));
            }
            from += word.len();
            from += text.get(from..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_texts_too_and_not_in_comments() {
        let text = "let a_1 = \"ä-{b}\" // c\n/// d\ne";
        let found: Vec<(&str, u32)> = words(FileId(0), text).into_iter().map(|(word, at)| (word, at.start)).collect();
        assert_eq!(found, [("let", 0), ("a_1", 4), ("ä", 11), ("b", 15), ("e", 30)]);
    }

    #[test]
    fn comments_are_found_between_tokens_and_nowhere_else() {
        let text = "// one\nlet a = \"// no\" // two\r\n/// doc\n//// three\nlet b = 1 //";
        let found: Vec<(String, bool)> =
            comments(FileId(0), text).into_iter().map(|comment| (comment.text, comment.alone)).collect();
        let expected = [("one", true), ("two", false), ("three", true), ("", false)];
        assert_eq!(found, expected.map(|(text, alone)| (text.to_owned(), alone)));
    }
}
