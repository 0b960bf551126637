//! Unconditional rules that cannot both hold, by the reasoning of the lints.

use crate::base::Name;
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::facts::rules::Rule;
use crate::ir::{Effect, Policy};
use crate::lint::reason::{Reasoner, Verdicts, Ways};

/// Every rule that nothing satisfies, and every pair of rules that nothing satisfies together.
pub(super) fn conflicts(rules: &[Rule], policy: &Policy, request: &Name) -> Vec<Diagnostic> {
    let reasoner = Reasoner::new(policy, request);
    let demands = |rule: &Rule| rule.clauses.iter().all(|(effect, _)| *effect == Effect::Require);
    let always = rules.iter().filter(|rule| rule.when.is_none() && demands(rule));
    let always: Vec<(&Rule, Ways)> = always.map(|rule| (rule, met(&reasoner, rule))).collect();
    let mut found = Vec::new();
    for (at, (rule, ways)) in always.iter().enumerate() {
        if ways.is_impossible() {
            let message = format!("no service satisfies the rule `{}`", rule.name);
            let wrong = Diagnostic::error(&codes::CONFLICTING_RULES, rule.span, message).label("cannot be met");
            found.push(wrong.help("say what was meant: as it stands, nobody is ever chosen"));
            continue;
        }
        for (other, its) in always.iter().skip(at + 1) {
            if its.is_impossible() || !ways.and(its).is_impossible() {
                continue;
            }
            let message = format!("no service satisfies both `{}` and `{}`", rule.name, other.name);
            let wrong =
                Diagnostic::error(&codes::CONFLICTING_RULES, other.span, message).label("contradicts the other");
            let wrong = wrong.related(rule.span, "what it contradicts");
            found.push(wrong.help("remove one of the two, or give it a condition"));
        }
    }
    found
}

/// The ways in which a rule stands against nothing.
fn met(reasoner: &Reasoner<'_>, rule: &Rule) -> Ways {
    let each = rule.clauses.iter().map(|(_, condition)| reasoner.ways(condition, Verdicts::TRUE));
    let ways = each.reduce(|ways, its| ways.and(&its));
    // A rule without clauses stands against nothing in every way; there is none here.
    reasoner.possible(&ways.unwrap_or_else(Ways::none))
}
