//! Whether one expectation holds of a decision, and what is the case where it does not.
//!
//! An expectation that something is *not* so holds only of a decision that came far enough to ask: nobody is `not denied` by
//! a rule if the request was invalid, nor `not rejected` if it was denied.

use std::collections::{BTreeMap, BTreeSet};

use super::Suite;
use crate::base::words::Comparison;
use crate::base::{Decimal, Name};
use crate::enforce;
use crate::eval::{Bound, Machine, Reason};
use crate::explain::spell;
use crate::facts::Inputs;
use crate::ir::Expr;
use crate::ir::suite::{Expectation, ExpectationKind};
use crate::plan::route::Demand;
use crate::route::decision::{Decision, Ending};
use crate::route::trace::Trace;
use crate::value::Value;

/// A question about a decision: the answer, and the facts that it rests on, as a sentence without its end.
struct Answer {
    yes: bool,
    fact: String,
}

impl Suite {
    /// What is the case where an expectation does not hold.
    pub(super) fn fails(
        &self,
        expectation: &Expectation,
        place: (usize, usize),
        inputs: &Inputs,
        decision: &Decision,
        trace: &Trace<'_>,
    ) -> Option<String> {
        let answer = match &expectation.kind {
            ExpectationKind::Condition(asked) => return self.condition_fails((place, asked), inputs, decision, trace),
            ExpectationKind::Score(role, relation, value) => return score_fails(decision, role, *relation, *value),
            ExpectationKind::Kept(guarantee, result) => match self.kept(decision, guarantee, result) {
                Ok(answer) => answer,
                Err(instead) => return Some(instead),
            },
            ExpectationKind::Rejected(service, by) => {
                if expectation.negated && !reached(decision, Ending::Routed) {
                    return Some(ending(decision));
                }
                rejected(decision, service, by.as_ref())
            }
            ExpectationKind::Waived(by) => {
                if expectation.negated && decision.ending == Ending::Invalid {
                    return Some(ending(decision));
                }
                waived(decision, by.as_ref())
            }
            ExpectationKind::Routed => is(decision, Ending::Routed, None, &[]),
            ExpectationKind::Invalid => is(decision, Ending::Invalid, None, &[]),
            ExpectationKind::Denied(by) | ExpectationKind::Unroutable(by) => {
                let (wanted, names): (Ending, Vec<&Name>) = match &expectation.kind {
                    ExpectationKind::Denied(_) => {
                        (Ending::Denied, decision.denied_by.iter().map(|f| &f.constraint).collect())
                    }
                    _ => (Ending::Unroutable, decision.unroutable.iter().flat_map(|u| &u.core).collect()),
                };
                if expectation.negated && !reached(decision, wanted) {
                    return Some(ending(decision));
                }
                is(decision, wanted, by.as_ref(), &names)
            }
        };
        (answer.yes == expectation.negated).then_some(answer.fact)
    }

    /// Whether a result keeps what the decision promises; only a decision that promises it can be asked.
    fn kept(&self, decision: &Decision, guarantee: &Name, result: &BTreeMap<Name, Value>) -> Result<Answer, String> {
        if decision.ending != Ending::Routed {
            return Err(ending(decision));
        }
        let spelled = decision.guarantees.iter().cloned().collect();
        let mut promises =
            enforce::promises(&self.plan, &decision.route, &spelled).map_err(|unreadable| unreadable.to_string())?;
        promises.retain(|promise| promise.name == *guarantee);
        let values =
            enforce::values(&self.plan, &decision.route, &promises, result).map_err(|twofold| twofold.to_string())?;
        match enforce::enforce(&promises, &values).judged.first() {
            Some(judged) => Ok(Answer { yes: judged.met, fact: format!("`{guarantee}` is {judged}") }),
            None => Err(format!("`{guarantee}` is not promised")),
        }
    }

    /// A condition over the roles, evaluated with the roles as they were filled.
    fn condition_fails(
        &self,
        (place, asked): ((usize, usize), &Expr),
        inputs: &Inputs,
        decision: &Decision,
        trace: &Trace<'_>,
    ) -> Option<String> {
        if decision.ending != Ending::Routed {
            return Some(ending(decision));
        }
        let route = self.asking.plan.routes.get(&decision.route);
        let instance = self.asking.expected.get(&place).and_then(|at| route?.instances.get(*at));
        // The checker refuses a condition that names no role, and every other one is an instance.
        let Some((route, instance)) = route.zip(instance) else { return Some("it was not asked".to_owned()) };
        let Demand::Clause(rule) = &instance.demand else { return Some("it was not asked".to_owned()) };
        let bound = Bound::new(&self.asking.plan, route, inputs);
        let mut machine = Machine::new(&self.asking.plan, route, &bound);
        machine.given = trace.assignment.clone().unwrap_or_default();
        // A condition on one role alone is compiled as one on its candidate.
        machine.subject = instance.candidate.and_then(|role| machine.given.get(role)?.first().copied());
        machine.begin();
        let truth = machine.truth(&rule.condition);
        if machine.exhausted() {
            return Some("it takes too many steps to evaluate".to_owned());
        }
        (!truth.holds()).then(|| told(asked, &machine.reason(rule)))
    }
}

/// What is the case where a condition is not true.
fn told(asked: &Expr, reason: &Reason) -> String {
    // What is compared is told as the test writes it, or by the name that it has in the policy.
    let what = match asked {
        Expr::In(left, right) if matches!(**left, Expr::Literal(_)) => {
            return format!("`{}` is {}", spell::expression(right), reason.right);
        }
        Expr::Compare(_, left, _) | Expr::In(left, _) | Expr::Within(left, _) | Expr::Overlaps(left, _) => {
            Some(spell::expression(left))
        }
        _ => reason.what.clone(),
    };
    let is = match what {
        Some(what) if what != reason.left => format!("`{what}` is {}", reason.left),
        _ => format!("it is {}", reason.left),
    };
    let mut text = match reason.relation {
        "==" | "is" => is,
        relation => format!("{is}, and `{relation}` {} is asked", reason.right),
    };
    if !reason.missing.is_empty() {
        let missing: Vec<String> = reason.missing.iter().map(ToString::to_string).collect();
        text.push_str(&format!("; nobody states {}", missing.join(", ")));
    }
    text
}

/// Whether a decision came as far as it must to end in this way.
fn reached(decision: &Decision, stage: Ending) -> bool {
    match stage {
        Ending::Invalid => true,
        Ending::Denied => decision.ending != Ending::Invalid,
        Ending::Routed | Ending::Unroutable => matches!(decision.ending, Ending::Routed | Ending::Unroutable),
    }
}

/// How a decision ended, and by whom or what.
pub(super) fn ending(decision: &Decision) -> String {
    let more = match decision.ending {
        Ending::Denied => format!(" by {}", listed(decision.denied_by.iter().map(|f| &f.constraint))),
        Ending::Unroutable => match &decision.unroutable {
            Some(unroutable) => format!(" at `{}`, for {}", unroutable.role, listed(unroutable.core.iter())),
            None => String::new(),
        },
        Ending::Routed => {
            let given = decision.roles.iter().filter(|role| !role.given.is_empty());
            let given: Vec<String> =
                given.map(|role| format!("{} {}", role.role, listed(role.given.iter().map(|c| &c.service)))).collect();
            if given.is_empty() { String::new() } else { format!(": {}", given.join("; ")) }
        }
        Ending::Invalid => {
            let problems: Vec<String> = decision.invalid.iter().flatten().map(|p| p.message.clone()).collect();
            if problems.is_empty() { String::new() } else { format!(": {}", problems.join("; ")) }
        }
    };
    format!("it is {}{more}", decision.ending.word())
}

fn is(decision: &Decision, wanted: Ending, by: Option<&Name>, names: &[&Name]) -> Answer {
    let yes = decision.ending == wanted && by.is_none_or(|by| names.contains(&by));
    Answer { yes, fact: ending(decision) }
}

fn rejected(decision: &Decision, service: &Name, by: Option<&Name>) -> Answer {
    let rejections = decision.rejected.iter().filter(|r| r.service == *service);
    let reasons: BTreeSet<&Name> = rejections.clone().flat_map(|r| &r.by).map(|f| &f.constraint).collect();
    let somewhere = rejections.count() > 0;
    let fact = match (somewhere, reasons.is_empty(), reached(decision, Ending::Routed)) {
        (_, _, false) => ending(decision),
        (false, _, _) => format!("`{service}` is not rejected"),
        (true, true, _) => format!("`{service}` is rejected, and by no constraint"),
        (true, false, _) => format!("`{service}` is rejected by {}", listed(reasons.iter().copied())),
    };
    Answer { yes: somewhere && by.is_none_or(|by| reasons.contains(by)), fact }
}

fn waived(decision: &Decision, by: Option<&Name>) -> Answer {
    let lifting: BTreeSet<&Name> = decision.waived.iter().map(|w| &w.waiver).collect();
    let yes = !lifting.is_empty() && by.is_none_or(|by| lifting.contains(by));
    let fact = match lifting.is_empty() {
        true => "no waiver lifts anything".to_owned(),
        false => format!("it is waived by {}", listed(lifting.iter().copied())),
    };
    Answer { yes, fact }
}

fn score_fails(decision: &Decision, role: &Name, relation: Comparison, value: Decimal) -> Option<String> {
    if decision.ending != Ending::Routed {
        return Some(ending(decision));
    }
    let Some(chosen) = decision.role(role).and_then(|filled| filled.given.first()) else {
        return Some(format!("`{role}` is not filled"));
    };
    let holds = match relation {
        Comparison::Equal => chosen.score == value,
        Comparison::NotEqual => chosen.score != value,
        Comparison::Less => chosen.score < value,
        Comparison::LessOrEqual => chosen.score <= value,
        Comparison::Greater => chosen.score > value,
        Comparison::GreaterOrEqual => chosen.score >= value,
    };
    let terms: Vec<String> = chosen.terms.iter().map(|(name, amount)| format!("{name} {amount}")).collect();
    let terms = if terms.is_empty() { String::new() } else { format!(" ({})", terms.join(", ")) };
    (!holds).then(|| format!("the score of `{}` is {}{terms}", chosen.service, chosen.score))
}

pub(super) fn listed<'n>(names: impl Iterator<Item = &'n Name>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
