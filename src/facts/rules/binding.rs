//! Whole rules of the package: their names, and what each of their demands comes to.

use std::collections::BTreeSet;

use crate::base::{Name, Span, limits, similar};
use crate::data::{Findings, shortened};
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::ir::{Comparison, Effect, Expr, Policy};
use crate::value::Value;

use super::form::{Demand, Entry, Path, Rule};
use super::paths::{self, Side};
use super::typing::{Scope, Wrong};
use super::{World, sentence};

/// The names that rules may not have.
pub(super) struct Names {
    taken: BTreeSet<Name>,
}

impl Names {
    pub fn new(world: World<'_>) -> Self {
        Self { taken: world.taken.union(&declared(world.policy)).cloned().collect() }
    }

    /// This name, or the first one made of it that is free.
    fn free(&mut self, name: &str) -> Name {
        let mut free = Name::from(name);
        for number in 2.. {
            if self.taken.insert(free.clone()) {
                break;
            }
            free = format!("{name}_{number}").into();
        }
        free
    }
}

fn declared(policy: &Policy) -> BTreeSet<Name> {
    let mut all = BTreeSet::new();
    all.extend(policy.enums.keys().cloned());
    all.extend(policy.records.keys().cloned());
    all.extend(policy.traits.keys().cloned());
    all.extend(policy.requests.keys().cloned());
    all.extend(policy.signals.keys().cloned());
    all.extend(policy.tables.keys().cloned());
    all.extend(policy.constants.keys().cloned());
    all.extend(policy.definitions.keys().cloned());
    all.extend(policy.routes.keys().cloned());
    let rules = policy.routes.values().flat_map(|route| &route.constraints).filter(|c| c.rule);
    all.extend(rules.map(|constraint| constraint.name.clone()));
    // Words that mean something wherever a name can stand.
    let words = ["service", "request", "now", "total", "true", "false", crate::ir::ACCEPT];
    all.extend(words.map(Name::from));
    all
}

/// Binds one rule; nothing, after something was found wrong with it.
pub(super) fn rule(scope: &Scope<'_>, names: &mut Names, entry: Entry, findings: &mut Findings) -> Option<Rule> {
    let demanded = entry.demands.len();
    let mut remarks = Vec::new();
    let given = entry.name.as_ref().map(|(name, _)| name.clone());
    let name = names.free(&given.as_ref().map_or_else(|| entry.derived_name(), |name| sentence::slug(name)));
    if let Some(given) = given.as_ref().filter(|given| **given != name) {
        remarks.push(format!("Called `{given}` where it comes from."));
    }
    let when = entry.when.map(|test| scope.condition(test, findings));
    let mut clauses = Vec::new();
    for demand in entry.demands {
        clauses.extend(clause(scope, demand, entry.span, findings));
    }
    let when = match when {
        None => None,
        Some(read) => Some(read?),
    };
    let because = entry.because.unwrap_or_else(|| given.as_ref().unwrap_or(&name).replace('_', " ").into());
    if because.len() > limits::NAME_BYTES * 16 {
        let message = format!("the text of the rule has {} bytes, which is more than anybody reads", because.len());
        findings.push(Diagnostic::error(&codes::MALFORMED, entry.span, message).help("shorten it"));
    }
    // A rule of which a part could not be bound says less than it should.
    (clauses.len() == demanded).then(|| Rule {
        name,
        span: entry.name.map_or(entry.span, |(_, span)| span),
        family: entry.family,
        priority: entry.priority,
        remarks,
        when,
        clauses,
        because,
    })
}

fn clause(scope: &Scope<'_>, demand: Demand, span: Span, findings: &mut Findings) -> Option<(Effect, Expr)> {
    let mut fail = |found: Wrong| {
        findings.push(*found);
        None
    };
    match demand {
        Demand::Filter(test) => scope.demand(test, findings).map(|expr| (Effect::Require, expr)),
        Demand::Reject(test, place) => {
            let expr = scope.demand(test, findings)?;
            if !crate::ir::walk::any(&expr, &mut |part| matches!(part, Expr::Subject | Expr::Total(_))) {
                return Some((Effect::Deny, Expr::Not(Box::new(expr))));
            }
            let message = "`reject` denies the request, and what a service states cannot do that";
            let found = Diagnostic::warning(&codes::OTHER_EFFECT, place, message).label("read as `filter`");
            let help =
                "services that break the rule are dropped, and a request that none is left for is unroutable by it";
            findings.push(found.help(help));
            Some((Effect::Require, expr))
        }
        Demand::Deny => Some((Effect::Deny, Expr::Literal(Value::Bool(true)))),
        Demand::Force(target, place) => {
            if scope.composed {
                let message = "one service cannot fill every stage of a route";
                let found = Diagnostic::error(&codes::NO_RULE, place, message);
                return fail(Box::new(found.help("leave the routes of several stages out of `--option routes=…`")));
            }
            if !scope.world.services.contains_key(&target) {
                let message = format!("no service of the package is called `{}`", shortened(&target));
                let found = Diagnostic::warning(&codes::UNKNOWN_SERVICE, place, message).label("not known here");
                let near = similar::nearest(&target, scope.world.services.keys().map(|name| &**name));
                let help = "where it is missing, the rule leaves nobody";
                findings.push(match near {
                    Some(near) => found.help(format!("did you mean `{near}`? {help}")),
                    None => found.help(help),
                });
            }
            let name = Expr::Field(Box::new(Expr::Subject), paths::NAME.into());
            let expr = Expr::Compare(Comparison::Equal, Box::new(name), Box::new(Expr::Literal(Value::Text(target))));
            Some((Effect::Require, expr))
        }
        Demand::Allow(words) => {
            let path = Path { text: "request.user.permissions".into(), span, absent_is_false: false };
            let place = match scope.place(&path, Side::Request) {
                Ok(place) => place,
                Err(found) => return fail(found),
            };
            match scope.words(&words, &place.ty, span) {
                Ok(allowed) => {
                    let shared = Expr::Overlaps(Box::new(place.expr), Box::new(Expr::Literal(allowed)));
                    Some((Effect::Deny, Expr::Not(Box::new(shared))))
                }
                Err(found) => fail(found),
            }
        }
    }
}
