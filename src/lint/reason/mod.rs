//! What conditions entail, as far as intervals and finite sets tell: the ground of every lint that speaks of meaning.
//!
//! *Takes* conditions of the checked program; *gives* whether they can come out in a certain way. *Promises* to be sound in one
//! direction: what is said to be impossible is impossible, whatever the request, the signals, the services and the time. A term
//! may be unknown, and unknown is neither true nor false. *Leaves out* what it does not understand, which is then taken to
//! be possible: arithmetic, quantifiers, patterns, and how two different terms hang together.

mod domain;
mod expand;
mod terms;

use std::collections::BTreeMap;

use crate::base::Name;
use crate::ir::{Clause, Constraint, Effect, Expr, Policy, Service};
use crate::value::Value;
use domain::{Allowed, Universe};

/// How a condition can come out; several at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdicts(u8);

impl Verdicts {
    /// In no way.
    pub const NONE: Self = Self(0);
    /// True.
    pub const TRUE: Self = Self(1);
    /// False.
    pub const FALSE: Self = Self(2);
    /// Unknown.
    pub const UNKNOWN: Self = Self(4);
    /// Not false: where a denial, an exclusion or a guard takes hold.
    pub const TRUE_OR_UNKNOWN: Self = Self(5);
    /// Not true: where a requirement is not met.
    pub const FALSE_OR_UNKNOWN: Self = Self(6);
    /// In any way.
    pub const ALL: Self = Self(7);

    /// Whether these are among them.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Those of either.
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of both.
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// With true and false exchanged: those of the negation.
    pub fn negated(self) -> Self {
        Self(self.0 & 4 | (self.0 & 1) << 1 | (self.0 & 2) >> 1)
    }
}

/// What one way of coming out needs: for each term what it must be.
pub(crate) type Needs = BTreeMap<String, (Universe, Allowed)>;

/// The ways in which something can come about; none, where it cannot.
#[derive(Clone, Debug, PartialEq)]
pub struct Ways {
    all: Vec<Needs>,
}

/// More ways are not told apart: then anything is taken to be possible.
const MOST_WAYS: usize = 256;

impl Ways {
    /// In no way.
    pub fn none() -> Self {
        Self { all: Vec::new() }
    }

    fn anyhow() -> Self {
        Self { all: vec![Needs::new()] }
    }

    /// Whether it cannot come about at all.
    pub fn is_impossible(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether it can come about whatever the terms are.
    pub fn is_free(&self) -> bool {
        self.all.iter().any(BTreeMap::is_empty)
    }

    /// One or the other.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        if self.is_free() || other.is_free() {
            return Self::anyhow();
        }
        self.all.extend(other.all);
        if self.all.len() > MOST_WAYS { Self::anyhow() } else { self }
    }

    /// Both at once.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut all: Vec<Needs> = Vec::new();
        for a in &self.all {
            for b in &other.all {
                let both = joined(a, b);
                all.extend(both);
                // Leaving out what the other says is the sound way out of too many ways.
                if all.len() > MOST_WAYS {
                    return if self.all.len() < other.all.len() { self.clone() } else { other.clone() };
                }
            }
        }
        Self { all }
    }
}

/// What both ways need; nothing where they exclude each other.
fn joined(a: &Needs, b: &Needs) -> Option<Needs> {
    let (mut all, fewer) = if a.len() < b.len() { (b.clone(), a) } else { (a.clone(), b) };
    for (term, (universe, allowed)) in fewer {
        let met = match all.get(term) {
            Some((_, other)) => allowed.meet(other, universe),
            None => allowed.clone(),
        };
        if met.is_empty(universe) {
            return None;
        }
        all.insert(term.clone(), (universe.clone(), met));
    }
    Some(all)
}

/// Reasons about the conditions of one kind of request.
#[derive(Debug)]
pub struct Reasoner<'a> {
    policy: &'a Policy,
    request: Option<&'a Name>,
    service: Option<&'a Service>,
    assumed: Ways,
}

impl<'a> Reasoner<'a> {
    /// About requests of this type, for which their invariants hold.
    pub fn new(policy: &'a Policy, request: &'a Name) -> Self {
        let mut reasoner = Self { policy, request: Some(request), service: None, assumed: Ways::anyhow() };
        for invariant in policy.requests.get(request).iter().flat_map(|request| &request.invariants) {
            reasoner.assumed = reasoner.assumed.and(&reasoner.ways(&invariant.condition, Verdicts::TRUE));
        }
        reasoner
    }

    /// The same, with this service as the candidate.
    #[must_use]
    pub fn with_service(&self, service: &'a Service) -> Self {
        let assumed = self.assumed.clone();
        Self { policy: self.policy, request: self.request, service: Some(service), assumed }
    }

    /// The value of an expression, where it is the same for every request.
    pub fn value(&self, expr: &Expr) -> Option<Value> {
        self.constant(&self.resolve(expr, &BTreeMap::new()))
    }

    /// The ways in which a condition can come out as one of these.
    pub fn ways(&self, condition: &Expr, wanted: Verdicts) -> Ways {
        expand::expand(self, condition, wanted, &BTreeMap::new(), 0)
    }

    /// Whether a condition may come out as one of these. A no is certain, a yes is not.
    pub fn can(&self, condition: &Expr, wanted: Verdicts) -> bool {
        !self.possible(&self.ways(condition, wanted)).is_impossible()
    }

    /// What is left of these ways under everything that is always so.
    pub fn possible(&self, ways: &Ways) -> Ways {
        ways.and(&self.assumed)
    }

    /// The ways in which a constraint takes hold at all.
    pub fn applies(&self, constraint: &Constraint) -> Ways {
        let mut ways = Ways::anyhow();
        if let Some(when) = &constraint.when {
            ways = self.ways(when, Verdicts::TRUE_OR_UNKNOWN);
        }
        if let Some(unless) = &constraint.unless {
            ways = ways.and(&self.ways(unless, Verdicts::FALSE_OR_UNKNOWN));
        }
        ways
    }

    /// The ways in which a clause stands against what it judges, where its constraint takes hold.
    pub fn bites(&self, clause: &Clause) -> Ways {
        self.ways(&clause.condition, biting(clause.effect))
    }

    /// The ways in which a clause stands against nothing.
    pub fn spares(&self, clause: &Clause) -> Ways {
        self.ways(&clause.condition, sparing(clause.effect))
    }

    /// The ways in which a constraint stands against nothing: it does not take hold, or no clause bites.
    pub fn silent(&self, constraint: &Constraint) -> Ways {
        let mut ways = Ways::none();
        if let Some(when) = &constraint.when {
            ways = self.ways(when, Verdicts::FALSE);
        }
        if let Some(unless) = &constraint.unless {
            ways = ways.or(self.ways(unless, Verdicts::TRUE));
        }
        let mut met = Ways::anyhow();
        for clause in &constraint.clauses {
            met = met.and(&self.spares(clause));
        }
        ways.or(met)
    }
}

fn biting(effect: Effect) -> Verdicts {
    match effect {
        Effect::Require => Verdicts::FALSE_OR_UNKNOWN,
        Effect::Exclude | Effect::Deny => Verdicts::TRUE_OR_UNKNOWN,
    }
}

fn sparing(effect: Effect) -> Verdicts {
    match effect {
        Effect::Require => Verdicts::TRUE,
        Effect::Exclude | Effect::Deny => Verdicts::FALSE,
    }
}
