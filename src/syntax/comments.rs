//! The comments of a file, which the tree leaves out.

use super::tokens;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_found_between_tokens_and_nowhere_else() {
        let text = "// one\nlet a = \"// no\" // two\r\n/// doc\n//// three\nlet b = 1 //";
        let found: Vec<(String, bool)> =
            comments(FileId(0), text).into_iter().map(|comment| (comment.text, comment.alone)).collect();
        let expected = [("one", true), ("two", false), ("three", true), ("", false)];
        assert_eq!(found, expected.map(|(text, alone)| (text.to_owned(), alone)));
    }
}
