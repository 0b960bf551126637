//! Value repeated in several rules.

use crate::base::{Decimal, Span};
use crate::diag::Code;
use crate::lint::tree;
use crate::lint::{Context, Fixability, Group, Level, Lint, Setting, SettingValue};
use crate::syntax::ast::{ExprKind, ItemKind};
use std::collections::BTreeMap;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "magic-number", title: "value repeated in several rules" },
    group: Group::Style,
    level: Level::Note,
    fix: Fixability::None,
    settings: &[Setting { name: "times", default: SettingValue::Number(4) }],
    page: include_str!("../../../docs/reference/lints/magic-number.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let mut seen: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for declared in context.items() {
        if !matches!(declared.item.kind, ItemKind::Rule(_) | ItemKind::Route(_) | ItemKind::Define(_)) {
            continue;
        }
        for whole in tree::expressions(&declared.item.kind) {
            tree::each(whole, &mut |e| {
                if let Some(value) = value(&e.kind) {
                    seen.entry(value).or_default().push(e.span);
                }
            });
        }
    }
    let most = usize::try_from(context.number("times")).unwrap_or(usize::MAX);
    for (_, mut places) in seen.into_iter().filter(|(_, places)| places.len() >= most && most > 0) {
        places.sort_by_key(|span| (context.sources().get(span.file).map(|file| file.name.clone()), span.start));
        let Some((first, rest)) = places.split_first() else { continue };
        let message = format!("`{}` is repeated", context.text(*first));
        let finding = context.finding(*first, message).label(format!("stands in {} places", places.len()));
        let finding = rest.iter().fold(finding, |finding, span| finding.related(*span, "again"));
        context.report(finding.help("give it a name with `let`"));
    }
}

/// A value that means something, so that equal ones can be told to be the same.
fn value(kind: &ExprKind) -> Option<String> {
    match kind {
        ExprKind::Int(number) if number.unsigned_abs() > 100 => Some(format!("{number}")),
        ExprKind::Percent(ratio) if *ratio != Decimal::ZERO && *ratio != Decimal::ONE => Some(format!("{ratio}%")),
        ExprKind::Money(amount, currency) if *amount > Decimal::ONE => Some(format!("{amount} {}", currency.code())),
        ExprKind::Duration(seconds) if *seconds != Decimal::ZERO && *seconds != Decimal::ONE => {
            Some(format!("{seconds}s"))
        }
        _ => None,
    }
}
