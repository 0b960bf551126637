//! Text as markup: everything that a user wrote goes through [`escaped`], and nowhere else is markup made of it.

use std::fmt::Write as _;

use super::names::Names;

/// A text that means itself, in content and in attributes. Characters that no page may hold are replaced.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(letter),
            // Controls, and marks that show a text in another order than it has.
            control if control.is_control() => out.push('\u{fffd}'),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

/// A link.
pub fn link(href: &str, text: &str) -> String {
    format!("<a href=\"{}\">{}</a>", escaped(href), escaped(text))
}

/// `<code>`
pub fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// A table; cells are markup. Empty where there are no rows.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut out = String::from("<div class=\"wide\"><table>\n<thead><tr>");
    for cell in head {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(cell));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        row.iter().for_each(|cell| out.push_str(&format!("<td>{cell}</td>")));
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    out
}

/// A list of items that are markup; in columns where there are many. Empty where there are none.
pub fn items(items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let many = if items.len() > 12 { " many" } else { "" };
    let lines: String = items.iter().map(|item| format!("<li>{item}</li>\n")).collect();
    format!("<ul class=\"items{many}\">\n{lines}</ul>\n")
}

/// A heading with what stands below it; nothing where nothing does.
pub fn part(title: &str, content: &str) -> String {
    if content.is_empty() { String::new() } else { format!("<h2>{}</h2>\n{content}", escaped(title)) }
}

/// Documentation, as paragraphs.
pub fn prose(text: &str) -> String {
    text.split("\n\n").map(|paragraph| format!("<p>{}</p>\n", escaped(paragraph))).collect()
}

/// A page with its frame. `content` is markup.
pub fn page(names: &Names<'_>, path: &str, title: &str, content: &str) -> String {
    let root = root(path);
    let mut nav = String::new();
    for (href, text) in &names.nav {
        let current = if *href == path { " aria-current=\"page\"" } else { "" };
        let _ = writeln!(nav, "<a href=\"{root}{}\"{current}>{}</a>", escaped(href), escaped(text));
    }
    let (title, name) = (escaped(title), escaped(&names.title));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title} · {name}</title>\n\
         <link rel=\"stylesheet\" href=\"{root}style.css\">\n</head>\n<body data-root=\"{root}\">\n\
         <header>\n<nav>\n<a class=\"name\" href=\"{root}index.html\">{name}</a>\n{nav}</nav>\n\
         <div class=\"search\"><input id=\"search\" type=\"search\" placeholder=\"Search (press /)\" aria-label=\"Search\" \
         autocomplete=\"off\"><ol id=\"found\"></ol></div>\n</header>\n<main>\n{content}</main>\n\
         <footer>Made by <code>provost doc</code> from the checked package.</footer>\n\
         <script src=\"{root}search.js\"></script>\n<script src=\"{root}site.js\"></script>\n</body>\n</html>\n"
    )
}

/// The way from a page to the root of the site.
pub fn root(path: &str) -> String {
    "../".repeat(path.matches('/').count())
}
