//! Text with characters that nobody sees.

use crate::base::Span;
use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "hidden-characters", title: "text with characters that nobody sees" },
    group: Group::Security,
    level: Level::Deny,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/hidden-characters.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for (id, file) in context.sources().iter() {
        if file.place.contains("::") {
            continue;
        }
        for (at, c) in file.text.char_indices().filter(|(_, c)| hidden(*c)) {
            let finding = context.finding(Span::new(id, at, at + c.len_utf8()), message(c));
            context.report(finding.label("not visible").help("remove it"));
        }
        if !file.name.ends_with(".provost") {
            continue;
        }
        let mut from = 0;
        while let Some(found) = file.text.get(from..).and_then(|rest| rest.find("\\u{")) {
            let start = from + found;
            let rest = file.text.get(start + 3..).unwrap_or("");
            let digits = rest.split('}').next().unwrap_or("");
            let c = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
            if let Some(c) = c.filter(|c| hidden(*c)) {
                let finding = context.finding(Span::new(id, start, start + 4 + digits.len()), message(c));
                context.report(finding.label("not visible where it is shown").help("remove it"));
            }
            from = start + 3;
        }
    }
}

fn message(c: char) -> String {
    format!("the character U+{:04X} is not visible", u32::from(c))
}

fn hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
