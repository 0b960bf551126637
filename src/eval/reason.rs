//! The values behind a verdict, found again when somebody asks.
//!
//! A condition that does not come out as it should has a first part that is responsible: the first operand of an `and`
//! or `or` with the verdict of the whole, the element of a quantifier that decides it, the branch that an `if` takes.
//! There, the two sides of the comparison are what a person wants to see.

use std::collections::BTreeMap;

use super::collections::{element, length};
use super::machine::Machine;
use super::missing::{MissingFact, Search};
use super::truth::{Truth, Val};
use crate::ir::Effect;
use crate::plan::code::{Code, Test, Who};
use crate::plan::route::Rule;

/// The values behind a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What the left side is, where it has a name: `latency`, `request.autonomy`.
    pub what: Option<String>,
    /// The left side of the part that is responsible, or its value.
    pub left: String,
    /// The right side, or the value that was wanted.
    pub right: String,
    /// What is asked of the two sides: `==`, `within`, `not in`, …; `is` for a value that is not the one wanted.
    pub relation: &'static str,
    /// The facts that would have to be stated for the condition to be known.
    pub missing: Vec<MissingFact>,
}

impl<'p> Machine<'p> {
    /// Why a guarded condition does not come out as its rule demands, as things stand.
    pub fn reason(&mut self, rule: &'p Rule) -> Reason {
        let wanted = rule.effect == Effect::Require;
        let unless = rule.unless.as_ref();
        let guards: Vec<&'p Code> = rule.when.iter().chain(unless).collect();
        self.why(&rule.condition, wanted, &guards)
    }

    /// Why a condition does not come out as wanted; unknown guards contribute to what is missing.
    pub fn why(&mut self, condition: &'p Code, wanted: bool, guards: &[&'p Code]) -> Reason {
        self.begin();
        let mut search = Search { machine: self, origins: BTreeMap::new(), found: Vec::new() };
        for guard in guards {
            search.collect(guard);
        }
        search.collect(condition);
        let Sides { what, left, relation, right } = search.responsible(condition, wanted);
        Reason { what, left, right, relation, missing: search.found }
    }
}

/// The part that is responsible.
struct Sides {
    what: Option<String>,
    left: String,
    relation: &'static str,
    right: String,
}

impl<'p> Search<'_, 'p> {
    /// The two sides of the first part that is responsible.
    fn responsible(&mut self, code: &'p Code, wanted: bool) -> Sides {
        match code {
            Code::Not(a) => self.responsible(a, !wanted),
            Code::And(parts) | Code::Or(parts) => {
                let verdict = self.machine.truth(code);
                // That something is known says less than what it is compared with.
                let of_verdict: Vec<&'p Code> = parts.iter().filter(|p| self.machine.truth(p) == verdict).collect();
                let telling = of_verdict.iter().find(|part| !matches!(part, Code::Known(_)));
                let part = telling.or(of_verdict.first()).copied();
                match part {
                    Some(part) => self.responsible(part, wanted),
                    None => self.bare(code, wanted),
                }
            }
            Code::Implies(a, b) => {
                let verdict = self.machine.truth(code);
                if self.machine.truth(b) == verdict {
                    self.responsible(b, wanted)
                } else {
                    self.responsible(a, !wanted)
                }
            }
            Code::If(c, a, b) => match self.machine.truth(c) {
                Truth::Unknown => self.responsible(c, true),
                Truth::True => self.responsible(a, wanted),
                Truth::False => self.responsible(b, wanted),
            },
            Code::Let(slot, value, body) => {
                let bound = self.machine.eval(value);
                self.machine.bind(*slot, bound);
                self.origins.insert(*slot, value);
                self.responsible(body, wanted)
            }
            Code::Slot(slot) => match self.origins.get(slot).copied() {
                Some(origin) => self.responsible(origin, wanted),
                None => self.bare(code, wanted),
            },
            Code::Quantifier { slot, over, body, .. } => self.element(code, (*slot, over, body), wanted),
            Code::Compare(op, a, b) => self.sides(a, if wanted { *op } else { op.opposite() }.word(), b),
            Code::Test(test, a, b) => self.sides(a, word(*test, wanted), b),
            Code::Matches(a, pattern) => Sides {
                what: self.label(a),
                left: self.spell(a),
                relation: if wanted { "matches" } else { "not matches" },
                right: pattern.source.to_string(),
            },
            Code::Implements(a, name) => Sides {
                what: None,
                left: self.spell(a),
                relation: if wanted { "implements" } else { "not implements" },
                right: name.to_string(),
            },
            Code::Known(a) => {
                self.collect(a);
                self.bare(code, wanted)
            }
            _ => self.bare(code, wanted),
        }
    }

    /// The first element that decides a quantifier.
    fn element(&mut self, code: &'p Code, (slot, over, body): (usize, &'p Code, &'p Code), wanted: bool) -> Sides {
        let verdict = self.machine.truth(code);
        if let Ok(collection) = self.machine.eval(over) {
            for at in 0..length(&collection) {
                let Some(element) = element(&collection, at) else { break };
                self.machine.bind(slot, Ok(element));
                if self.machine.truth(body) == verdict {
                    return self.responsible(body, wanted);
                }
            }
        }
        self.bare(code, wanted)
    }

    /// A value that is not the one wanted.
    fn bare(&mut self, code: &'p Code, wanted: bool) -> Sides {
        Sides { what: self.label(code), left: self.spell(code), relation: "is", right: wanted.to_string() }
    }

    fn sides(&mut self, a: &'p Code, relation: &'static str, b: &'p Code) -> Sides {
        Sides { what: self.label(a), left: self.spell(a), relation, right: self.spell(b) }
    }

    /// The name of what an expression reads, where there is one.
    fn label(&self, code: &'p Code) -> Option<String> {
        let plan = self.machine.plan;
        let signal = |number: usize| plan.policy.signals.keys().nth(number).map(ToString::to_string);
        match code {
            Code::RequestField(_, name) => Some(format!("request.{name}")),
            Code::Column(Who::Role(role), column) => {
                let role = self.machine.role_name(*role)?;
                Some(format!("{role}.{}", plan.columns.get(*column)?.name))
            }
            Code::Column(Who::Subject, column) => Some(plan.columns.get(*column)?.name.to_string()),
            Code::Field(_, name, _) => Some(name.to_string()),
            Code::Signal(number) | Code::SignalOf(number, _) => signal(*number),
            Code::Total(number) => Some(format!("total.{}", self.machine.pipeline.guarantees.get(*number)?.name)),
            Code::Slot(slot) => self.origins.get(slot).and_then(|origin| self.label(origin)),
            Code::Known(a) => self.label(a).map(|of| format!("known {of}")),
            Code::ToDecimal(a) | Code::ToInstant(a) | Code::Coalesce(a, _) => self.label(a),
            Code::Arithmetic(_, a, b) => self.label(a).or_else(|| self.label(b)),
            Code::Fold { op, each, .. } => self.label(&each.over).map(|of| format!("{} of {of}", op.word())),
            _ => None,
        }
    }

    fn spell(&mut self, code: &'p Code) -> String {
        let value = self.machine.eval(code);
        spelling(&value)
    }
}

/// A value as people read it.
pub fn spelling(value: &Val<'_>) -> String {
    value.as_ref().map_or_else(|_| "unknown".to_owned(), |value| value.to_string())
}

fn word(test: Test, wanted: bool) -> &'static str {
    match (test, wanted) {
        (Test::In, true) => "in",
        (Test::In, false) => "not in",
        (Test::Within, true) => "within",
        (Test::Within, false) => "not within",
        (Test::Overlaps, true) => "overlaps",
        (Test::Overlaps, false) => "not overlaps",
        (Test::StartsWith, true) => "starts with",
        (Test::StartsWith, false) => "not starts with",
        (Test::EndsWith, true) => "ends with",
        (Test::EndsWith, false) => "not ends with",
    }
}
