//! The claimed decision: everything that it says is derived again, and must be the same.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::eval::Worth::{self, Known};
use crate::eval::{Assignment, Frame, NOBODY, ill};
use crate::expr::Expr;
use crate::json::{Json, write_text};
use crate::judge::{Demand, Instance, Judge, Judged};
use crate::members::Checked;
use crate::program::Role;
use crate::value::Name;
use crate::{number, totals};

/// What came of the instances that judge a candidate alone and do not hold, by the places of the instances.
pub type Own = Vec<(usize, Judged)>;

/// Derives the parts of a decision.
pub struct Derivation<'a, 'p> {
    /// The judge.
    pub judge: &'a Judge<'p>,
    /// For each role its candidates by name, with what came of those that are about them alone.
    pub own: Vec<Vec<(Name, Own)>>,
    /// Who is given to each role, where the decision is `routed`.
    pub claim: Option<Assignment>,
}

/// A text or `null`, one below the other in a list.
fn texts<'t>(texts: impl Iterator<Item = &'t str>) -> Json {
    Json::List(texts.map(Json::from).collect())
}

impl<'p> Derivation<'_, 'p> {
    fn role(&self, place: usize) -> Checked<&'p Role> {
        self.judge.program().route.roles.get(place).ok_or_else(|| ill("no such role"))
    }

    /// The roles with scores and terms, as they are filled.
    pub fn roles(&self) -> Checked<Json> {
        let mut roles = Vec::new();
        for (place, given) in self.claim.iter().flatten().enumerate() {
            let role = self.role(place)?;
            let mut filled = Vec::new();
            for (at, service) in given.iter().flatten().enumerate() {
                let Json::Object(mut chosen) = self.chosen(place, service)? else { continue };
                if !role.ties.is_empty() {
                    chosen.push(("ties".to_owned(), self.ties(place, at, service)?));
                    chosen.sort();
                }
                filled.push(Json::Object(chosen));
            }
            let filled = if role.list { Json::List(filled) } else { filled.into_iter().next().unwrap_or(Json::Null) };
            roles.push((role.name.to_string(), filled));
        }
        roles.sort();
        Ok(Json::Object(roles))
    }

    fn chosen(&self, place: usize, service: &Name) -> Checked<Json> {
        let score = self.judge.score(place, service, self.claim.as_deref().unwrap_or(&[]))?;
        let (sum, counted) = score.ok_or_else(|| ill(format!("`{service}` has no score")))?;
        let terms = &self.role(place)?.terms;
        let term = |(term, units): &(usize, i128)| {
            let name = terms.get(*term).map_or(Json::Null, |term| term.name.clone());
            Json::record([("name", name), ("value", Json::from(number::spell(*units).as_str()))])
        };
        Ok(Json::record([
            ("service", Json::from(&**service)),
            ("score", Json::from(number::spell(sum).as_str())),
            ("terms", Json::List(counted.iter().map(term).collect())),
        ]))
    }

    /// What the keys for ties are worth for a service that was taken, and who lost a tie with it.
    fn ties(&self, place: usize, at: usize, service: &Name) -> Checked<Json> {
        let claim = self.claim.as_ref().ok_or_else(|| ill("ties of nobody"))?;
        let keys = |name: &Name| {
            let keys = self.judge.keys(place, name)?;
            Ok(Json::List(
                keys.iter().map(|key| key.as_ref().map_or(Json::Null, |key| key.spell().as_str().into())).collect(),
            ))
        };
        let fails = |own: &Own| own.iter().any(|(_, judged)| matches!(judged, Judged::Fails(_)));
        let candidates = self.own.get(place).into_iter().flatten();
        let domain: Vec<&Name> = candidates.filter(|(_, own)| !fails(own)).map(|(name, _)| name).collect();
        let mut tied = Vec::new();
        for name in self.judge.lost_ties(place, at, &domain, claim)? {
            tied.push(Json::record([("service", Json::from(&*name)), ("keys", keys(&name)?)]));
        }
        Ok(Json::record([("keys", keys(service)?), ("tied", Json::List(tied))]))
    }

    /// The guarantees of the pipeline, as the roles are filled.
    pub fn guarantees(&self) -> Checked<Json> {
        let Some(claim) = &self.claim else { return Ok(Json::Object(Vec::new())) };
        let mut guarantees = Vec::new();
        for name in totals::names(self.judge.program()) {
            let given =
                |place: usize| claim.get(place).and_then(Option::as_ref).and_then(|given| given.first()).cloned();
            if let Known(value) = totals::compose(self.judge.program(), &name, &given)? {
                guarantees.push((name.to_string(), Json::from(value.spell().as_str())));
            }
        }
        Ok(Json::Object(guarantees))
    }

    /// What the decision gives besides the services, as the roles are filled; nothing unless it is routed.
    pub fn outputs(&self) -> Checked<Option<Json>> {
        let outputs = &self.judge.program().route.outputs;
        let Some(claim) = self.claim.as_deref().filter(|_| !outputs.is_empty()) else { return Ok(None) };
        let frame = Frame { given: claim, ..NOBODY };
        let output = |(name, expr): &(String, Expr)| {
            let value = match self.judge.worth(expr, frame)? {
                Known(value) => Json::from(value.spell().as_str()),
                Worth::Unknown | Worth::Fault => Json::Null,
            };
            Ok((name.clone(), value))
        };
        Ok(Some(Json::Object(outputs.iter().map(output).collect::<Checked<_>>()?)))
    }

    /// Who was not taken and why, in its canonical spelling: those outside of a domain, and those of it who rank above whom was taken.
    pub fn rejected(&self) -> Checked<String> {
        let mut out = String::from("[");
        for (place, candidates) in self.own.iter().enumerate() {
            let role = self.role(place)?;
            for (name, own) in candidates {
                let mut by = Vec::new();
                for (instance, judged) in own {
                    let (Judged::Fails(verdict), Some(instance)) = (judged, self.judge.instances.get(*instance)) else {
                        continue;
                    };
                    self.failure(instance, name, verdict, &mut by)?;
                }
                if let (true, Some(claim)) = (by.is_empty(), &self.claim) {
                    by = self.passed_over(place, role, name, claim)?;
                }
                if !by.is_empty() {
                    out.push_str(if out.len() == 1 { "{\"by\":[" } else { ",{\"by\":[" });
                    out.push_str(&by.join(","));
                    out.push_str("],\"role\":");
                    write_text(&role.name, &mut out);
                    out.push_str(",\"service\":");
                    write_text(name, &mut out);
                    out.push('}');
                }
            }
        }
        out.push(']');
        Ok(out)
    }

    /// The failure of an instance; each condition of a contract that is not true counts for itself.
    fn failure(&self, of: &Instance<'p>, subject: &Name, verdict: &str, by: &mut Vec<String>) -> Checked<()> {
        let failure = |verdict: &str, because: &Json| {
            let mut out = String::from("{\"because\":");
            because.write(&mut out);
            out.push_str(",\"constraint\":");
            write_text(&of.constraint, &mut out);
            out.push_str(",\"verdict\":");
            write_text(verdict, &mut out);
            out + "}"
        };
        match &of.demand {
            Demand::Clause(constraint, ..) => by.push(failure(verdict, &constraint.because)),
            Demand::Score => by.push(failure(verdict, &Json::Null)),
            Demand::Accept => {
                for (condition, because) in self.judge.accepts(Some(subject))? {
                    match self.judge.world.truth(condition, self.judge.frame(of, Some(subject), &[]))? {
                        Some(true) => {}
                        Some(false) => by.push(failure("false", because)),
                        None => by.push(failure("unknown", because)),
                    }
                }
            }
        }
        Ok(())
    }

    /// What fails when a candidate of the domain takes the place of the first who ranks below it, or the next free one.
    fn passed_over(&self, place: usize, role: &Role, name: &Name, claim: &Assignment) -> Checked<Vec<String>> {
        let given = claim.get(place).and_then(Option::as_ref).ok_or_else(|| ill("a role that is open"))?;
        if given.contains(name) {
            return Ok(Vec::new());
        }
        let stand_in = |at: usize| {
            let mut other = claim.clone();
            if let Some(Some(given)) = other.get_mut(place) {
                given.truncate(role.bounds.1.max(at));
                match given.get_mut(at) {
                    Some(taken) => *taken = name.clone(),
                    None => given.push(name.clone()),
                }
            }
            other
        };
        let rank = |name: &Name, given: &Assignment| {
            let tie = self.judge.tie(place, name)?;
            let score = self.judge.score(place, name, given)?;
            Ok::<_, crate::Refusal>(score.map(|(sum, _)| (Reverse(sum), tie, name.clone())))
        };
        let mut taken = if given.len() < role.bounds.1 { Some(given.len()) } else { None };
        for (at, chosen) in given.iter().enumerate() {
            // Without a score nobody can tell who would have been better, so that it counts as above.
            let own = rank(name, &stand_in(at))?;
            if own.is_none() || own < rank(chosen, claim)? {
                taken = Some(at);
                break;
            }
        }
        let Some(at) = taken else { return Ok(Vec::new()) };
        // Where nothing fails, the candidate scores better here only at the cost of the score of an earlier role.
        self.failures_between(place, name, &stand_in(at))
    }

    /// The instances between roles that fail because of what a role is given.
    fn failures_between(&self, place: usize, name: &Name, given: &Assignment) -> Checked<Vec<String>> {
        let mut by: Vec<(String, String)> = Vec::new();
        self.judge.world.charge(self.judge.instances.len() as u64)?;
        for of in self.judge.instances.iter().filter(|of| !of.own) {
            if of.candidate != Some(place) && !of.needs.contains(&place) {
                continue;
            }
            let everybody = |role: usize| given.get(role).and_then(Option::as_ref).into_iter().flatten().map(Some);
            let subjects: Vec<Option<&Name>> = match of.candidate {
                None => vec![None],
                Some(role) if role == place && !of.needs.contains(&place) => vec![Some(name)],
                Some(role) => everybody(role).collect(),
            };
            for subject in subjects {
                if let Judged::Fails(verdict) = self.judge.judge(of, subject, given)? {
                    let mut failures = Vec::new();
                    self.failure(of, name, verdict, &mut failures)?;
                    by.extend(failures.into_iter().map(|failure| (of.constraint.clone(), failure)));
                    if of.is_score() {
                        break;
                    }
                }
            }
        }
        by.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(by.into_iter().map(|(_, failure)| failure).collect())
    }

    /// The denials that fire.
    pub fn denied_by(&self) -> Checked<Json> {
        let mut denials = self.judge.denials()?;
        denials.sort_by_key(|(constraint, _)| constraint.order);
        let fired = denials.into_iter().filter_map(|(constraint, judged)| {
            let Judged::Fails(verdict) = judged else { return None };
            // What is demanded is that the denial be false, so that it fires with the opposite verdict.
            let verdict = if verdict == "false" { "true" } else { verdict };
            let rule = Json::from(constraint.name.as_str());
            Some(Json::record([
                ("rule", rule),
                ("verdict", Json::from(verdict)),
                ("because", constraint.because.clone()),
            ]))
        });
        Ok(Json::List(fired.collect()))
    }

    /// The waivers that lifted something: a denial, an instance for any candidate, or one between those who were chosen.
    pub fn waived(&self) -> Checked<Json> {
        let mut lifted: BTreeMap<(String, String), BTreeSet<Name>> = BTreeMap::new();
        let mut note = |waivers: Vec<String>, rule: &str, services: Vec<Name>| {
            for waiver in waivers {
                lifted.entry((waiver, rule.to_owned())).or_default().extend(services.clone());
            }
        };
        for (constraint, judged) in self.judge.denials()? {
            if let Judged::Lifted(waivers) = judged {
                note(waivers, &constraint.name, Vec::new());
            }
        }
        for (name, own) in self.own.iter().flatten() {
            for (instance, judged) in own {
                if let (Judged::Lifted(waivers), Some(of)) = (judged, self.judge.instances.get(*instance)) {
                    note(waivers.clone(), &of.constraint, vec![name.clone()]);
                }
            }
        }
        if let Some(given) = &self.claim {
            let everybody = |role: usize| given.get(role).and_then(Option::as_ref).into_iter().flatten();
            for of in self.judge.instances.iter().filter(|of| !of.own) {
                let subjects: Vec<Option<&Name>> =
                    of.candidate.map_or_else(|| vec![None], |role| everybody(role).map(Some).collect());
                for subject in subjects {
                    if let Judged::Lifted(waivers) = self.judge.judge(of, subject, given)? {
                        let involved = of.needs.iter().flat_map(|role| everybody(*role)).chain(subject);
                        note(waivers, &of.constraint, involved.cloned().collect());
                    }
                }
            }
        }
        let shown = lifted.iter().filter_map(|((waiver, rule), services)| {
            let of = self.judge.program().waivers.get(waiver)?;
            let told = |key: &str| of.json.get(key).cloned().unwrap_or(Json::Null);
            Some(Json::record([
                ("waiver", Json::from(waiver.as_str())),
                ("rule", Json::from(rule.as_str())),
                ("services", texts(services.iter().map(|service| &**service))),
                ("until", told("until")),
                ("approved_by", told("approved_by")),
                ("because", told("because")),
            ]))
        });
        Ok(Json::List(shown.collect()))
    }
}
