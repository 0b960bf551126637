//! What an operator says: whether it can be recorded, and how it is written where its signs could be taken for others.

use crate::base::limits;

/// Why a text cannot be recorded, in lower case; nothing where it can.
pub fn refused(text: &str) -> Option<String> {
    if text.len() > limits::NOTE_BYTES {
        return Some(format!("it has {} bytes, and at most {} are recorded", text.len(), limits::NOTE_BYTES));
    }
    let hidden = |letter: &char| (letter.is_control() && !matches!(letter, '\n' | '\t')) || turns_text_round(*letter);
    text.chars().find(hidden).map(|letter| format!("it holds the unseen character U+{:04X}", u32::from(letter)))
}

/// Characters that change the direction of what follows, so that a text is read otherwise than it is stored.
fn turns_text_round(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
}

/// A text in one line of Markdown, in which no sign means anything.
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, letter) in text.chars().enumerate() {
        match letter {
            '\n' | '\t' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' => {
                out.push('\\');
                out.push(letter);
            }
            // At the start of a line these begin a heading or a list, or underline what stands above.
            '#' | '-' | '+' | '=' if at == 0 => {
                out.push('\\');
                out.push(letter);
            }
            _ => out.push(letter),
        }
    }
    numbered(&out)
}

/// A line that begins like the item of a numbered list, with the sign that makes it one taken out of force.
fn numbered(line: &str) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    match line.split_at_checked(digits) {
        Some((number, rest)) if digits > 0 && begins_item(rest) => format!("{number}\\{rest}"),
        _ => line.to_owned(),
    }
}

/// Whether what stands behind a number makes it the number of an item.
fn begins_item(rest: &str) -> bool {
    rest.strip_prefix(['.', ')']).is_some_and(|text| text.is_empty() || text.starts_with(' '))
}

/// A text of several lines as a quotation in Markdown: whatever it holds stays within it.
pub fn quotation(text: &str) -> String {
    let lines = text.split('\n').map(|text| match line(text.trim()) {
        empty if empty.is_empty() => ">".to_owned(),
        line => format!("> {line}"),
    });
    // Two spaces before the end of a line keep the break.
    lines.collect::<Vec<_>>().join("  \n").replace(">  \n", ">\n")
}

/// A name in back-ticks, more of them than stand beside each other within it.
pub fn code(text: &str) -> String {
    let (mut longest, mut run) = (0, 0);
    for letter in text.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sign_of_a_text_means_anything() {
        assert_eq!(line("# a *b* <script>`x`"), "\\# a \\*b\\* \\<script\\>\\`x\\`");
        assert_eq!(line("- a"), "\\- a");
        assert_eq!(line("12. a"), "12\\. a");
        assert_eq!(line("[a](b)"), "\\[a\\](b)");
        assert_eq!(line("a\n# b"), "a # b");
        assert_eq!(line("1.0"), "1.0");
        assert_eq!(quotation("a\n\n---\n# b"), "> a  \n>\n> \\---  \n> \\# b");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
    }

    #[test]
    fn what_cannot_be_seen_is_not_recorded() {
        assert_eq!(refused("ü 🙂\n\t"), None);
        for text in ["\u{1b}[2J", "a\0", "a\r\nb", "\u{202e}abc", "\u{85}"] {
            assert!(refused(text).is_some(), "{text:?}");
        }
        assert!(refused(&"a".repeat(limits::NOTE_BYTES)).is_none());
        assert!(refused(&"a".repeat(limits::NOTE_BYTES + 1)).is_some());
    }
}
