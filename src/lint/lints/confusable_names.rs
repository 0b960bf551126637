//! Names that cannot be told apart by eye.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::resolve::Declared;
use crate::syntax::ast::ItemKind;
use std::collections::BTreeMap;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "confusable-names", title: "names that cannot be told apart by eye" },
    group: Group::Security,
    level: Level::Deny,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/confusable-names.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let mut seen: BTreeMap<(bool, String), &Declared> = BTreeMap::new();
    for declared in context.items() {
        let is_service = matches!(declared.item.kind, ItemKind::Service(_));
        let key = (is_service, skeleton(&declared.name));
        match seen.get(&key) {
            Some(first) if first.name != declared.name => {
                let message = format!("`{}` looks like `{}`", declared.name, first.name);
                let finding = context.finding(declared.name_span, message).label("hard to tell apart");
                context.report(finding.related(first.name_span, "the other").help("rename one of the two"));
            }
            _ => drop(seen.insert(key, declared)),
        }
    }
    for declared in context.items() {
        if mixes(&declared.name) {
            let message = format!("`{}` mixes letters of several scripts", declared.name);
            let finding =
                context.finding(declared.name_span, message).label("some letters are not what they look like");
            context.report(finding.help("write it in letters of one script"));
        }
    }
}

/// A name with letters that look alike written as one.
fn skeleton(name: &str) -> String {
    let alike = |c: char| match c {
        '1' | 'I' | '|' | 'ı' | 'і' | 'І' | 'ӏ' | 'Ι' => 'l',
        '0' | 'о' | 'О' | 'ο' | 'Ο' | 'O' => 'o',
        'а' | 'α' => 'a',
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'с' | 'ϲ' => 'c',
        'С' => 'C',
        'е' => 'e',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'р' | 'ρ' => 'p',
        'Р' | 'Ρ' => 'P',
        'ѕ' => 's',
        'Т' | 'Τ' => 'T',
        'х' | 'χ' => 'x',
        'Х' | 'Χ' => 'X',
        'у' | 'γ' => 'y',
        'Υ' | 'У' => 'Y',
        other => other,
    };
    name.chars().map(alike).collect()
}

/// Whether Latin letters stand beside Greek or Cyrillic ones that look like them.
fn mixes(name: &str) -> bool {
    let latin = name.chars().any(|c| c.is_ascii_alphabetic());
    let foreign = |c: char| matches!(c, '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{52f}');
    latin && name.chars().any(|c| foreign(c) && skeleton(&c.to_string()).is_ascii())
}
