//! The rules that mattered: who owns them, what they cite, and why they are there.

use std::collections::BTreeSet;

use super::Told;
use crate::base::Name;
use crate::ir::Constraint;

/// The rules that excluded or denied somebody, or were lifted, each with its owner and citations.
pub fn behind(told: &Told<'_>, most: usize) -> Vec<String> {
    let mut names: BTreeSet<&Name> = BTreeSet::new();
    names.extend(told.decision.denied_by.iter().map(|f| &f.constraint));
    names.extend(told.decision.waived.iter().map(|w| &w.rule));
    if let Some(unroutable) = &told.decision.unroutable {
        names.extend(&unroutable.core);
    }
    // Those that decided something come before those that merely excluded.
    let first: Vec<&Name> = names.iter().copied().collect();
    let excluded: BTreeSet<&Name> = told
        .decision
        .rejected
        .iter()
        .flat_map(|r| &r.by)
        .map(|f| &f.constraint)
        .filter(|c| !names.contains(c))
        .collect();
    let constraints = told.route().map(|r| r.constraints.as_slice()).unwrap_or_default();
    let found = first.into_iter().chain(excluded).filter_map(|n| constraints.iter().find(|c| c.name == *n));
    let lines: Vec<String> = found.filter(|c| c.rule || c.because.is_some()).map(line).collect();
    let more = lines.len().saturating_sub(most);
    let mut shown: Vec<String> = lines.into_iter().take(most).collect();
    if more > 0 {
        shown.push(format!("and {more} more; `-v` shows them"));
    }
    shown
}

/// `pii_stays_in_eu: personal data is processed in the Union only (owner dpo; GDPR Art. 44)`
fn line(constraint: &Constraint) -> String {
    format!("{}: {}", constraint.name, reason(constraint))
}

/// `personal data is processed in the Union only (owner dpo; GDPR Art. 44)`
pub fn reason(constraint: &Constraint) -> String {
    let mut marks: Vec<String> = Vec::new();
    for (name, args) in &constraint.annotations {
        let args: Vec<&str> = args.iter().map(|a| &**a).collect();
        match &**name {
            "ref" => marks.push(args.join(", ")),
            "protected" => marks.push("protected".to_owned()),
            other => marks.push(format!("{other} {}", args.join(", ")).trim_end().to_owned()),
        }
    }
    let because = constraint.because.as_deref().unwrap_or("no reason is given");
    let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join("; ")) };
    format!("{because}{marks}")
}
