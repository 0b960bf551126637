//! Diagnostics as workflow commands of GitHub Actions, which become annotations on a pull request.
//!
//! What a user wrote could otherwise end the line and begin a command of its own, so every value is escaped as GitHub reads it.

use super::Findings;
use crate::base::Sources;
use crate::diag::{Diagnostic, Severity};

/// One command per finding; empty where nothing was found.
pub fn github(all: &[Findings]) -> String {
    let lines = all.iter().flat_map(Findings::distinct).map(|(found, sources)| command(found, sources));
    lines.map(|line| format!("{line}\n")).collect()
}

fn command(found: &Diagnostic, sources: &Sources) -> String {
    let word = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(file) = sources.get(found.span.file) {
        let (line, column) = file.position(found.span.start);
        let (end_line, end_column) = file.position(found.span.end);
        properties.push(format!("file={}", property(&file.name)));
        properties.push(format!("line={line}"));
        properties.push(format!("endLine={end_line}"));
        // GitHub refuses columns on an annotation of several lines.
        if line == end_line {
            properties.push(format!("col={column}"));
            properties.push(format!("endColumn={end_column}"));
        }
    }
    properties.push(format!("title={}", property(&format!("{}: {}", found.code.id, found.code.title))));
    let mut message = found.message.clone();
    if let Some(help) = &found.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    format!("::{word} {}::{}", properties.join(","), data(&message))
}

/// The text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{FileId, Span};
    use crate::diag::Code;

    static CODE: Code = Code { id: "P9001", title: "unknown: name" };

    #[test]
    fn no_text_of_a_user_ends_a_line_or_a_property() {
        let mut sources = Sources::default();
        let file = sources.add("a,b:c%\n::error::x", "let ä = b\nlet c = d\n");
        let found = [
            Diagnostic::error(&CODE, Span::new(file, 4, 6), "100%\r\n::set-output name=a::b").help("no"),
            Diagnostic::warning(&CODE, Span::new(file, 0, 15), "two lines"),
            Diagnostic::note(&CODE, Span::new(FileId(9), 0, 0), "nowhere"),
        ];
        let text = github(&[Findings { diagnostics: &found, sources: &sources }]);
        let place = "file=a%2Cb%3Ac%25%0A%3A%3Aerror%3A%3Ax";
        let expected = [
            "::notice title=P9001%3A unknown%3A name::nowhere".to_owned(),
            format!("::warning {place},line=1,endLine=2,title=P9001%3A unknown%3A name::two lines"),
            format!(
                "::error {place},line=1,endLine=1,col=5,endColumn=6,title=P9001%3A unknown%3A name::100%25%0D%0A::set-output name=a::b%0Ahelp: no"
            ),
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }
}
