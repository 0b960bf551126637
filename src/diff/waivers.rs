//! Waivers: what they lift, for whom, and until when.

use super::imply::follows;
use super::rules;
use super::{Changes, Kind};
use crate::base::Name;
use crate::explain::spell;
use crate::ir::{Expr, Waiver};
use crate::value::Value;

/// Compares all waivers.
pub fn compare(changes: &mut Changes<'_, '_>) {
    let comparison = changes.comparison;
    for (name, old, new) in super::matched(&comparison.old.waivers, &comparison.new.waivers) {
        let item = (Kind::Waiver, name);
        match (old, new) {
            (Some(old), None) => {
                let over = old.until < comparison.now.date();
                let rule = if over { &rules::WAIVER_LAPSED } else { &rules::WAIVER_REMOVED };
                changes.note(item, "", rule, (Some(written(old)), None));
            }
            (None, Some(new)) => changes.note(item, "", &rules::WAIVER_ADDED, (None, Some(written(new)))),
            (Some(old), Some(new)) => waiver(changes, name, old, new),
            (None, None) => {}
        }
    }
}

fn written(waiver: &Waiver) -> String {
    let when = waiver.when.as_ref().map_or(String::new(), |when| format!(" when {}", spell::expression(when)));
    format!("for {}{when} until {}", waiver.rule, waiver.until)
}

fn waiver<'p>(changes: &mut Changes<'_, 'p>, name: &Name, old: &'p Waiver, new: &'p Waiver) {
    let comparison = changes.comparison;
    let item = (Kind::Waiver, name);
    let condition = |when: Option<Expr>| when.unwrap_or(Expr::Literal(Value::Bool(true)));
    let before = condition(old.when.as_ref().map(|when| comparison.before.expr(when)));
    let after = condition(new.when.as_ref().map(|when| comparison.after.expr(when)));
    if old.rule != new.rule || before != after {
        let follows = |a, b| old.rule == new.rule && follows(a, b, comparison.policies());
        let rule = match (follows(&after, &before), follows(&before, &after)) {
            (true, true) => None,
            (true, false) => Some(&rules::WAIVER_NARROWED),
            (false, true) => Some(&rules::WAIVER_WIDENED),
            (false, false) => Some(&rules::WAIVER_CHANGED),
        };
        if let Some(rule) = rule {
            let words = match (written(old), written(new)) {
                (old, new) if old == new => (spell::expression(&before), spell::expression(&after)),
                words => words,
            };
            changes.note(item, "", rule, (Some(words.0), Some(words.1)));
        }
    }
    if old.until != new.until {
        let rule = if new.until < old.until { &rules::WAIVER_SHORTENED } else { &rules::WAIVER_EXTENDED };
        changes.note(item, "", rule, (Some(format!("until {}", old.until)), Some(format!("until {}", new.until))));
    }
    let words = |waiver: &Waiver| {
        let because = waiver.because.as_ref().map_or(String::new(), |because| format!(" because {because:?}"));
        format!("approved by {:?}{because}", &*waiver.approved_by)
    };
    if words(old) != words(new) {
        changes.note(item, "", &rules::WAIVER_REWORDED, (Some(words(old)), Some(words(new))));
    }
}
