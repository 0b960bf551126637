//! Deciding logged requests again: the same bytes under the same package, and what changes under another.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::entry::Line;
use super::mask;
use crate::base::{Decimal, Instant, Name, Sources, canonical};
use crate::data;
use crate::diag::print;
use crate::facts::{self, Inputs, Request, typed};
use crate::plan::Plan;
use crate::route::decision::{Decision, Problem};
use crate::route::{self, DecideError};
use crate::value::Value;

/// Witnesses that are kept.
const WITNESSES: usize = 5;

/// What a log comes to.
#[derive(Debug, Default)]
pub struct Replay {
    /// Entries that were decided again.
    pub entries: usize,
    /// Entries that record what enforcing a decision came to, which is nothing to decide.
    pub outcomes: usize,
    /// The places of the entries that are masked, and so cannot be decided again.
    pub masked: Vec<u64>,
    /// Entries whose policy and services are those of the package.
    pub same_package: usize,
    /// Of these, those that were reproduced byte for byte.
    pub reproduced: usize,
    /// Entries of another package whose outcome or services differ now.
    pub changed: usize,
    /// How many entries fill a role otherwise, by role.
    pub rerouted: BTreeMap<String, usize>,
    /// How many entries came to another outcome, by the new one.
    pub became: BTreeMap<String, usize>,
    /// The sum of the scores of all who were chosen, before and now; nothing where it does not fit.
    pub scores: Sums,
    /// The sum of the field that was asked for, over whoever is primary.
    pub cost: Option<Cost>,
    /// The first entries that differ.
    pub witnesses: Vec<Witness>,
}

/// A sum before and now.
#[derive(Debug)]
pub struct Sums {
    /// Before.
    pub before: Option<Decimal>,
    /// Now.
    pub now: Option<Decimal>,
}

impl Default for Sums {
    fn default() -> Self {
        Self { before: Some(Decimal::ZERO), now: Some(Decimal::ZERO) }
    }
}

/// The sums of a field, read from the services of the package at hand.
#[derive(Debug)]
pub struct Cost {
    /// The field.
    pub field: String,
    /// The sums.
    pub sums: Sums,
    /// Entries whose primary states no number there, before and now.
    pub unknown: (usize, usize),
}

/// An entry that differs.
#[derive(Debug)]
pub struct Witness {
    /// Its place in the log.
    pub sequence: u64,
    /// What it came to.
    pub before: String,
    /// What it comes to now.
    pub now: String,
    /// The first reason.
    pub reason: String,
}

/// Decides every entry again. `plan_of` gives the plan that has the route of an entry.
pub fn replay<'p>(entries: &[Line], plan_of: impl Fn(&Line) -> Option<&'p Plan>, cost: Option<&str>) -> Replay {
    let cost = cost.map(|field| Cost { field: field.to_owned(), sums: Sums::default(), unknown: (0, 0) });
    let mut replay = Replay { cost, ..Replay::default() };
    for entry in entries {
        if !entry.is_decision() {
            replay.outcomes += 1;
            continue;
        }
        if mask::is_masked(&entry.json) {
            replay.masked.push(entry.sequence);
            continue;
        }
        let route = entry.part("route").as_str().unwrap_or("");
        let plan = plan_of(entry);
        let now = match plan.map(|plan| again(plan, route, entry)) {
            None => invalid(format!("there is no route `{route}`")),
            Some(Err(error)) => invalid(error.to_string()),
            Some(Ok(decision)) => route::json::decision(&decision),
        };
        replay.take(entry, &now, plan);
    }
    replay
}

/// What stands for a decision where none could be made.
fn invalid(message: String) -> Json {
    json!({ "outcome": "invalid", "invalid": [{ "field": null, "message": message, "at": null }] })
}

/// The decision on an entry's facts. What no longer fits is an invalid request, and never left out.
pub fn again(plan: &Plan, route: &str, entry: &Line) -> Result<Decision, DecideError> {
    let Some(declared) = plan.policy.routes.get(route) else { return Err(DecideError::UnknownRoute(route.into())) };
    let Some(now) = entry.part("now").as_str().and_then(|text| text.parse::<Instant>().ok()) else {
        return Err(DecideError::UnknownRoute(route.into()));
    };
    let signals = typed::signals(&plan.policy, &plan.services, entry.part("signals")).map_err(problem);
    let request = match entry.part("request").get("unread") {
        Some(unread) => read_again(plan, &declared.request, unread),
        None => typed::request(&plan.policy, &plan.services, &declared.request, entry.part("request")).map_err(problem),
    };
    match (request, signals) {
        (Ok(request), Ok(signals)) => route::decide(plan, route, &Inputs { request, signals, now }),
        (Err(problems), _) | (_, Err(problems)) => Ok(Decision::invalid(plan, Name::from(route), problems, now)),
    }
}

fn problem(misfit: typed::Misfit) -> Vec<Problem> {
    let field = (!misfit.path.is_empty()).then(|| misfit.path.clone());
    vec![Problem { field, message: misfit.to_string(), at: None }]
}

/// Reads the text of a request that did not fit once more, in the same way.
fn read_again(plan: &Plan, wanted: &Name, unread: &Json) -> Result<Request, Vec<Problem>> {
    let text = |key: &str| unread.get(key).and_then(Json::as_str).unwrap_or("");
    let mut sources = Sources::default();
    let file = sources.add(text("name"), text("text"));
    let name = match text("name") {
        "-" => "request.json",
        name => name,
    };
    let pairs = unread.get("set").and_then(Json::as_array).into_iter().flatten();
    let of = |pair: &Json, at: usize| pair.get(at).and_then(Json::as_str).unwrap_or("").to_owned();
    let set: Vec<(String, String)> = pairs.map(|pair| (of(pair, 0), of(pair, 1))).collect();
    // Without a file, only the assignments speak.
    let node = if name.is_empty() { data::read_json(file, "{}") } else { data::read(file, name, text("text")) };
    let node = node.map(|node| match unread.get("caller").and_then(Json::as_str) {
        Some(caller) => facts::set::with_caller(node, caller, &mut sources),
        None => node,
    });
    let read =
        node.and_then(|node| facts::set::request(&plan.policy, &plan.services, wanted, node, &set, &mut sources));
    read.map_err(|mut found| {
        print::sort(&mut found, &sources);
        let refusals = facts::request::refusals(&found).into_iter();
        let problem = |(field, message): (String, String)| Problem {
            field: (!field.is_empty()).then_some(field),
            message,
            at: None,
        };
        refusals.map(problem).collect()
    })
}

impl Replay {
    /// Whether every entry was decided again, and nothing differs.
    pub fn is_same(&self) -> bool {
        self.reproduced == self.same_package && self.changed == 0 && self.masked.is_empty()
    }

    fn take(&mut self, entry: &Line, now: &Json, plan: Option<&Plan>) {
        self.entries += 1;
        let before = entry.part("decision");
        add_scores(&mut self.scores.before, before);
        add_scores(&mut self.scores.now, now);
        if let Some(cost) = &mut self.cost {
            cost.take(before, now, plan);
        }
        let input = |key: &str| before.get("inputs").and_then(|inputs| inputs.get(key)).and_then(Json::as_str);
        let same = plan.is_some_and(|plan| {
            input("policy") == Some(&plan.policy_digest)
                && input("services") == Some(&plan.services_digest)
                && input("registry") == plan.registered.as_ref().map(|held| held.digest.as_str())
        });
        let differs = if same {
            self.same_package += 1;
            canonical::to_string(before) != canonical::to_string(now)
        } else {
            self.compare(before, now)
        };
        if same && !differs {
            self.reproduced += 1;
        }
        if differs && self.witnesses.len() < WITNESSES {
            let reason = if same { difference(before, now, String::new()) } else { reason(before, now) };
            self.witnesses.push(Witness { sequence: entry.sequence, before: brief(before), now: brief(now), reason });
        }
    }

    /// Counts what differs under another package, and says whether anything does.
    fn compare(&mut self, before: &Json, now: &Json) -> bool {
        let outcome = |of: &Json| word(of, "outcome").to_owned();
        let mut differs = false;
        if outcome(before) != outcome(now) {
            *self.became.entry(outcome(now)).or_default() += 1;
            differs = true;
        } else {
            for role in differing(before, now) {
                *self.rerouted.entry(role).or_default() += 1;
                differs = true;
            }
        }
        self.changed += usize::from(differs);
        differs
    }
}

fn word<'a>(of: &'a Json, key: &str) -> &'a str {
    of.get(key).and_then(Json::as_str).unwrap_or("")
}

/// The roles that are not given to the same services, by name.
fn differing(before: &Json, now: &Json) -> Vec<String> {
    let (before, now) = (roles(before), roles(now));
    let mut names: Vec<&String> = before.keys().chain(now.keys()).collect();
    names.sort();
    names.dedup();
    names.into_iter().filter(|name| before.get(*name) != now.get(*name)).cloned().collect()
}

/// Who is given to each role.
fn roles(decision: &Json) -> BTreeMap<String, Vec<&str>> {
    let roles = decision.get("roles").and_then(Json::as_object).into_iter().flatten();
    roles.map(|(role, filled)| (role.clone(), chosen(filled).map(|c| word(c, "service")).collect())).collect()
}

/// The services of one role.
fn chosen(filled: &Json) -> impl Iterator<Item = &Json> {
    let list = filled.as_array().map_or(std::slice::from_ref(filled), Vec::as_slice);
    list.iter().filter(|chosen| chosen.is_object())
}

fn add_scores(sum: &mut Option<Decimal>, decision: &Json) {
    let roles = decision.get("roles").and_then(Json::as_object).into_iter().flatten();
    for chosen in roles.flat_map(|(_, filled)| chosen(filled)) {
        let score = word(chosen, "score").parse::<Decimal>().ok();
        *sum = sum.zip(score).and_then(|(sum, score)| sum.add(score));
    }
}

impl Cost {
    fn take(&mut self, before: &Json, now: &Json, plan: Option<&Plan>) {
        for (decision, sum, unknown) in
            [(before, &mut self.sums.before, &mut self.unknown.0), (now, &mut self.sums.now, &mut self.unknown.1)]
        {
            if word(decision, "outcome") != "routed" {
                continue;
            }
            match number(decision, plan, &self.field) {
                Some(number) => *sum = sum.and_then(|sum| sum.add(number)),
                None => *unknown += 1,
            }
        }
    }
}

/// What the primary states for a field, as a number.
fn number(decision: &Json, plan: Option<&Plan>, field: &str) -> Option<Decimal> {
    let service = roles(decision).get("primary")?.first().copied()?;
    match plan?.services.get(service)?.values.get(field)? {
        Value::Int(int) => Some(Decimal::from(*int)),
        Value::Number(amount, _) => Some(*amount),
        _ => None,
    }
}

/// A decision in a few words: `routed: critic = o3, primary = gpt`.
pub fn brief(decision: &Json) -> String {
    let roles: Vec<String> = roles(decision)
        .into_iter()
        .map(|(role, given)| {
            format!("{role} = {}", if given.is_empty() { "nobody".to_owned() } else { given.join(", ") })
        })
        .collect();
    let outcome = word(decision, "outcome");
    if roles.is_empty() { outcome.to_owned() } else { format!("{outcome}: {}", roles.join("; ")) }
}

/// The first reason why a decision is another one now.
pub fn reason(before: &Json, now: &Json) -> String {
    let first = |key: &str| now.get(key).and_then(|all| all.get(0));
    match word(now, "outcome") {
        "invalid" => first("invalid").map_or("", |p| word(p, "message")).to_owned(),
        "denied" => format!("denied by `{}`", first("denied_by").map_or("", |d| word(d, "rule"))),
        "unroutable" => {
            let stuck = now.get("unroutable").unwrap_or(&Json::Null);
            let core = stuck.get("core").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
            let core: Vec<String> = core.map(|name| format!("`{name}`")).collect();
            format!("role `{}` is emptied by {}", word(stuck, "role"), core.join(", "))
        }
        _ if word(before, "outcome") != "routed" => "nothing stands against it any more".to_owned(),
        _ => rerouted(before, now),
    }
}

fn rerouted(before: &Json, now: &Json) -> String {
    let Some(role) = differing(before, now).into_iter().next() else { return String::new() };
    let given = roles(now).remove(&role).unwrap_or_default();
    let gone = roles(before).remove(&role).unwrap_or_default().into_iter().find(|service| !given.contains(service));
    let Some(gone) = gone else { return format!("role `{role}` is filled otherwise") };
    let rejected = now.get("rejected").and_then(Json::as_array).into_iter().flatten();
    let rejected = rejected.filter(|r| word(r, "service") == gone && word(r, "role") == role);
    match rejected.filter_map(|r| r.get("by")?.get(0)).next() {
        Some(by) => format!("`{gone}` is rejected by `{}`", word(by, "constraint")),
        None => format!("`{gone}` ranks lower for role `{role}`, or is no candidate"),
    }
}

/// Where two decisions first differ, and what stands there.
fn difference(before: &Json, now: &Json, path: String) -> String {
    match (before, now) {
        (Json::Object(a), Json::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.into_iter().find(|key| a.get(*key) != b.get(*key)).map_or_else(String::new, |key| {
                let part = |of: &serde_json::Map<String, Json>| of.get(key).cloned().unwrap_or(Json::Null);
                difference(&part(a), &part(b), format!("{path}.{key}"))
            })
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            let at = a.iter().zip(b).position(|(a, b)| a != b).unwrap_or(0);
            let part = |of: &[Json]| of.get(at).cloned().unwrap_or(Json::Null);
            difference(&part(a), &part(b), format!("{path}[{at}]"))
        }
        _ => format!("`{}` was {before} and is {now}", path.trim_start_matches('.')),
    }
}
