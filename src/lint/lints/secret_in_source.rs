//! Text that looks like a secret.

use crate::base::Span;
use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "secret-in-source", title: "text that looks like a secret" },
    group: Group::Security,
    level: Level::Deny,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/secret-in-source.md"),
    check,
};

/// How common keys begin, with the fewest letters that follow.
const PREFIXES: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("github_pat_", 30),
    ("glpat-", 18),
    ("hf_", 30),
    ("npm_", 30),
    ("sk-ant-", 20),
    ("sk-proj-", 20),
    ("sk-", 32),
    ("sk_live_", 16),
    ("rk_live_", 16),
    ("xoxb-", 20),
    ("xoxp-", 20),
];

fn check(context: &mut Context<'_>) {
    for (id, file) in context.sources().iter() {
        if file.place.contains("::") {
            continue;
        }
        let mut from = 0;
        for word in file.text.split(|c: char| {
            c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '(' | ')' | '{' | '}' | '[' | ']' | '`')
        }) {
            if let Some(what) = secret(word) {
                let finding =
                    context.finding(Span::new(id, from, from + word.len()), format!("this looks like {what}"));
                let help = "remove it and have it replaced: whoever can read the file has it";
                context.report(finding.label("kept for ever by version control").help(help));
            }
            from += word.len();
            from += file.text.get(from..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        }
    }
}

/// What kind of secret a word looks like.
fn secret(word: &str) -> Option<&'static str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let keyed = PREFIXES.iter().any(|(prefix, fewest)| {
        let rest = word.strip_prefix(prefix);
        // Words of a language hold no digits; keys do.
        rest.is_some_and(|rest| {
            rest.len() >= *fewest && rest.chars().all(plain) && rest.chars().any(|c| c.is_ascii_digit())
        })
    });
    if keyed {
        return Some("an access key");
    }
    if word.contains("-----BEGIN") || word.ends_with("PRIVATE") && word.starts_with("-----") {
        return Some("a private key");
    }
    let parts: Vec<&str> = word.split('.').collect();
    let jwt = word.starts_with("eyJ") && parts.len() == 3 && parts.iter().all(|p| p.len() > 10 && p.chars().all(plain));
    if jwt {
        return Some("a signed token");
    }
    let (_, rest) = word.split_once("://")?;
    let (user, _) = rest.split('/').next()?.split_once('@')?;
    let (_, password) = user.split_once(':')?;
    (!password.is_empty() && !password.starts_with(['$', '<', '*'])).then_some("a password in an address")
}
