//! Promises that cannot both be kept.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::syntax::ast::EntryOp;
use crate::value::ops;

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "contradictory-guarantees", title: "promises that cannot both be kept" },
    group: Group::Correctness,
    level: Level::Deny,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/contradictory-guarantees.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for (declared, item) in context.declared_services() {
        let Some(service) = context.services().get(&declared.name) else { continue };
        for low in &item.entries {
            for high in &item.entries {
                let (Some((a, p)), Some((b, q))) = (percentile(&low.name.text), percentile(&high.name.text)) else {
                    continue;
                };
                let (Some(x), Some(y)) = (service.values.get(&low.name.text), service.values.get(&high.name.text))
                else {
                    continue;
                };
                // An upper bound grows with the percentile, a lower one falls; a percentile of a lower bound is rare and left alone.
                let upper = low.op == EntryOp::AtMost && high.op == EntryOp::AtMost;
                if a == b && p < q && upper && ops::order(x, y).is_gt() {
                    let message = format!("`{}` is promised at {x}, and `{}` at {y}", low.name.text, high.name.text);
                    let finding = context.finding(low.value.span, message).label("more than the higher percentile");
                    let finding = finding.related(high.value.span, "the higher percentile");
                    context.report(
                        finding.help("what holds for more requests holds for fewer: exchange the two, or correct one"),
                    );
                }
            }
        }
    }
}

/// `latency_p99` is a percentile of `latency`, at 99; `p999` is 99.9, so it is compared as a fraction.
fn percentile(name: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = name.split('_').collect();
    let is = |part: &&str| part.len() > 2 && part.starts_with('p') && part.chars().skip(1).all(|c| c.is_ascii_digit());
    let at = parts.iter().position(is)?;
    let digits = match parts.get(at)?.trim_start_matches('p') {
        // The hundredth is the maximum, and above every fraction.
        "100" => "max".to_owned(),
        digits => digits.trim_end_matches('0').to_owned(),
    };
    let rest: Vec<&str> = parts.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, part)| *part).collect();
    // As fractions the texts compare as the numbers do: 5, 95, 99, 999, and the maximum last.
    Some((rest.join("_"), digits))
}
