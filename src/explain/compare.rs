//! Two decisions side by side: what a change of request, signals or time does.
//!
//! *Takes* two decisions of one route; *gives* their differences, in words or as JSON. *Promises* to name every service that
//! became eligible or excluded, every score, guarantee and waiver that changed, and to say plainly when nothing did.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::miss::miss;
use super::table::some;
use crate::base::{Decimal, Name};
use crate::ir::Route;
use crate::route::decision::{Decision, Ending, Failure};

/// Services of one kind of change that are named one by one.
const FEW: usize = 10;

/// A waiver and the rule that it lifts.
type Lifts = (Name, Name);

/// What differs.
#[derive(Clone, Debug, Default)]
pub struct Differences {
    /// The outcomes, where they differ.
    pub outcome: Option<(&'static str, &'static str)>,
    /// Denials that fire no longer, and those that fire now.
    pub denials: (Vec<Failure>, Vec<Failure>),
    /// Roles that are given to others: the role, who had it, who has it.
    pub roles: Vec<(Name, Vec<Name>, Vec<Name>)>,
    /// Services that nothing stands against any more: the role, the service, what stood against it.
    pub admitted: Vec<(Name, Name, Vec<Failure>)>,
    /// Services that something stands against now: the role, the service, what does.
    pub excluded: Vec<(Name, Name, Vec<Failure>)>,
    /// Scores of those who are chosen both times: the role, the service, before, after.
    pub scores: Vec<(Name, Name, Decimal, Decimal)>,
    /// Guarantees: the name, before, after.
    pub guarantees: Vec<(Name, Option<String>, Option<String>)>,
    /// Outputs that changed: before and now.
    pub outputs: Vec<(Name, Option<String>, Option<String>)>,
    /// Waivers that lift something no longer, and those that do now, each with its rule.
    pub waivers: (Vec<Lifts>, Vec<Lifts>),
}

impl Differences {
    /// Whether nothing differs.
    pub fn none(&self) -> bool {
        self.outcome.is_none()
            && self.denials.0.is_empty()
            && self.denials.1.is_empty()
            && self.roles.is_empty()
            && self.admitted.is_empty()
            && self.excluded.is_empty()
            && self.scores.is_empty()
            && self.guarantees.is_empty()
            && self.outputs.is_empty()
            && self.waivers.0.is_empty()
            && self.waivers.1.is_empty()
    }
}

/// Compares two decisions.
pub fn compare(before: &Decision, after: &Decision) -> Differences {
    let (old, new) = (before.ending.word(), after.ending.word());
    let fired = |of: &Decision, other: &Decision| -> Vec<Failure> {
        let again = |f: &Failure| other.denied_by.iter().any(|o| o.constraint == f.constraint);
        of.denied_by.iter().filter(|f| !again(f)).cloned().collect()
    };
    let lifted = |of: &Decision, other: &Decision| -> Vec<(Name, Name)> {
        let again =
            |w: &crate::route::decision::Waived| other.waived.iter().any(|o| o.waiver == w.waiver && o.rule == w.rule);
        of.waived.iter().filter(|w| !again(w)).map(|w| (w.waiver.clone(), w.rule.clone())).collect()
    };
    // Where nobody was asked, because the request is denied or invalid, nobody became anything.
    let asked = |of: &Decision| matches!(of.ending, Ending::Routed | Ending::Unroutable);
    let both = asked(before) && asked(after);
    Differences {
        outcome: (old != new).then_some((old, new)),
        denials: (fired(before, after), fired(after, before)),
        roles: roles(before, after),
        admitted: if both { only(before, after) } else { Vec::new() },
        excluded: if both { only(after, before) } else { Vec::new() },
        scores: scores(before, after),
        guarantees: spelled(&before.guarantees, &after.guarantees),
        outputs: spelled(&outputs(before), &outputs(after)),
        waivers: (lifted(before, after), lifted(after, before)),
    }
}

fn given(of: &Decision, role: &str) -> Vec<Name> {
    of.role(role).map(|filled| filled.given.iter().map(|c| c.service.clone()).collect()).unwrap_or_default()
}

fn roles(before: &Decision, after: &Decision) -> Vec<(Name, Vec<Name>, Vec<Name>)> {
    let all = if after.roles.is_empty() { &before.roles } else { &after.roles };
    let pairs = all.iter().map(|f| (f.role.clone(), given(before, &f.role), given(after, &f.role)));
    pairs.filter(|(_, old, new)| old != new).collect()
}

/// Those rejected in one decision and not in the other.
fn only(one: &Decision, other: &Decision) -> Vec<(Name, Name, Vec<Failure>)> {
    let there: std::collections::BTreeSet<(&Name, &Name)> =
        other.rejected.iter().map(|r| (&r.role, &r.service)).collect();
    let here = one.rejected.iter().filter(|r| !there.contains(&(&r.role, &r.service)));
    here.map(|r| (r.role.clone(), r.service.clone(), r.by.clone())).collect()
}

fn scores(before: &Decision, after: &Decision) -> Vec<(Name, Name, Decimal, Decimal)> {
    let mut found = Vec::new();
    for filled in &before.roles {
        for old in &filled.given {
            let new = after.role(&filled.role).and_then(|f| f.given.iter().find(|c| c.service == old.service));
            if let Some(new) = new.filter(|new| new.score != old.score) {
                found.push((filled.role.clone(), old.service.clone(), old.score, new.score));
            }
        }
    }
    found
}

type Spelled = [(Name, String)];

fn outputs(decision: &Decision) -> Vec<(Name, String)> {
    let spelled = |value: &Option<String>| value.clone().unwrap_or_else(|| "unknown".to_owned());
    decision.outputs.iter().map(|(name, value)| (name.clone(), spelled(value))).collect()
}

fn spelled(before: &Spelled, after: &Spelled) -> Vec<(Name, Option<String>, Option<String>)> {
    let mut all: BTreeMap<&Name, (Option<String>, Option<String>)> = BTreeMap::new();
    for (name, bound) in before {
        all.entry(name).or_default().0 = Some(bound.clone());
    }
    for (name, bound) in after {
        all.entry(name).or_default().1 = Some(bound.clone());
    }
    all.into_iter().filter(|(_, (old, new))| old != new).map(|(name, (old, new))| (name.clone(), old, new)).collect()
}

/// The differences in words; the route, if it is at hand, says what the keys for ties are called.
pub fn text(before: &Decision, after: &Decision, of: Option<&Route>) -> String {
    let found = compare(before, after);
    let route = &after.route;
    if found.none() {
        return format!("{route}: nothing changes; it is {} both times\n{}", after.ending.word(), standing(after));
    }
    let mut out = match found.outcome {
        Some((old, new)) => format!("{route}: {old} → {new}\n"),
        None => format!("{route}: {} both times\n", after.ending.word()),
    };
    out.push_str(&assigned(&found, after));
    out.push_str(&section("ties", ties(&found, after, of)));
    let line = |f: &Failure| format!("{}: {}  [{}]", f.constraint, miss(f).with_distance(), f.at);
    out.push_str(&section("no longer denied by", found.denials.0.iter().map(line)));
    out.push_str(&section("now denied by", found.denials.1.iter().map(line)));
    if let Some(problems) = after.invalid.as_ref().filter(|_| before.invalid.is_none()) {
        out.push_str(&section("what is wrong with the changed request", problems.iter().map(ToString::to_string)));
    }
    out.push_str(&section("became eligible, and what stood in the way", moved(route, &found.admitted)));
    out.push_str(&section("became excluded, and by what", moved(route, &found.excluded)));
    let score =
        |(role, service, old, new): &(Name, Name, Decimal, Decimal)| format!("`{service}` as {role}: {old} → {new}");
    out.push_str(&section("scores that changed", found.scores.iter().map(score)));
    let none = || "none".to_owned();
    let bound = |(name, old, new): &(Name, Option<String>, Option<String>)| {
        format!("{name}: {} → {}", old.clone().unwrap_or_else(none), new.clone().unwrap_or_else(none))
    };
    out.push_str(&section("guarantees that changed", found.guarantees.iter().map(bound)));
    out.push_str(&section("outputs that changed", found.outputs.iter().map(bound)));
    let waiver = |(waiver, rule): &(Name, Name)| format!("`{waiver}` for {rule}");
    out.push_str(&section("waivers that lift nothing any more", found.waivers.0.iter().map(waiver)));
    out.push_str(&section("waivers that lift something now", found.waivers.1.iter().map(waiver)));
    out
}

fn named(services: &[Name]) -> String {
    match services {
        [] => "nobody".to_owned(),
        services => some(services.iter().map(|s| &**s), usize::MAX),
    }
}

/// Each role: who had it, and who has it.
fn assigned(found: &Differences, after: &Decision) -> String {
    let changed = |role: &Name| found.roles.iter().find(|(of, ..)| of == role);
    let mut out = String::new();
    for (role, old, new) in found.roles.iter().filter(|_| after.roles.is_empty()) {
        out.push_str(&format!("  {role}: {} → {}\n", named(old), named(new)));
    }
    for filled in &after.roles {
        out.push_str(&match changed(&filled.role) {
            Some((role, old, new)) => format!("  {role}: {} → {}\n", named(old), named(new)),
            None => format!("  {}: {}, as before\n", filled.role, named(&given(after, &filled.role))),
        });
    }
    out
}

/// Why those who are not chosen any more lost, where all that decides is how ties are broken.
fn ties(found: &Differences, after: &Decision, of: Option<&Route>) -> Vec<String> {
    let mut lines = Vec::new();
    for (role, old, new) in &found.roles {
        for chosen in after.role(role).map_or(&[][..], |filled| &filled.given) {
            let Some(ties) = chosen.ties.as_ref().filter(|_| new.contains(&chosen.service)) else { continue };
            for lost in ties.tied.iter().filter(|tied| old.contains(&tied.service)) {
                let keyed = ((&*chosen.service, &*ties.keys), (&*lost.service, &*lost.keys));
                let reason = super::ties::reason(of, role, keyed.0, keyed.1);
                let (service, score) = (&chosen.service, chosen.score);
                lines.push(format!("`{}` as {role}: as good as `{service}` at {score}, but {reason}", lost.service));
            }
        }
    }
    lines
}

fn standing(of: &Decision) -> String {
    let lines = of.roles.iter().map(|f| format!("  {}: {}\n", f.role, named(&given(of, &f.role))));
    lines.collect()
}

/// A line for each service, with its roles together where the reasons are the same.
fn moved(route: &Name, found: &[(Name, Name, Vec<Failure>)]) -> Vec<String> {
    let mut by: BTreeMap<(&Name, Vec<String>), Vec<&str>> = BTreeMap::new();
    for (role, service, failures) in found {
        let reason = |f: &Failure| {
            let short = f.constraint.strip_prefix(&**route).and_then(|rest| rest.strip_prefix('.'));
            format!(
                "{}: {}",
                short.unwrap_or(&f.constraint),
                if f.left.is_some() { miss(f).words } else { "it takes part".to_owned() }
            )
        };
        by.entry((service, failures.iter().map(reason).collect())).or_default().push(role);
    }
    let more = by.len().saturating_sub(FEW);
    let line = |((service, reasons), roles): (&(&Name, Vec<String>), &Vec<&str>)| {
        format!("`{service}` as {}: {}", roles.join(", "), reasons.join("; "))
    };
    let mut lines: Vec<String> = by.iter().take(FEW).map(line).collect();
    if more > 0 {
        lines.push(format!("and {more} more; `--format json` shows them"));
    }
    lines
}

fn section(title: &str, lines: impl IntoIterator<Item = String>) -> String {
    let lines: Vec<String> = lines.into_iter().map(|line| format!("  {line}\n")).collect();
    if lines.is_empty() { String::new() } else { format!("\n{title}\n{}", lines.concat()) }
}

/// Both decisions and their differences as JSON; `docs/reference/why-not.md` describes it.
pub fn json(before: &Decision, after: &Decision) -> Json {
    let found = compare(before, after);
    let names = |names: &[Name]| names.iter().map(|n| n.to_string()).collect::<Vec<_>>();
    let denials = |all: &[Failure]| all.iter().map(|f| f.constraint.to_string()).collect::<Vec<_>>();
    let moved = |all: &[(Name, Name, Vec<Failure>)]| -> Vec<Json> {
        let one = |(role, service, by): &(Name, Name, Vec<Failure>)| json!({ "role": &**role, "service": &**service, "by": denials(by) });
        all.iter().map(one).collect()
    };
    let waivers = |all: &[(Name, Name)]| -> Vec<Json> {
        all.iter().map(|(waiver, rule)| json!({ "waiver": &**waiver, "rule": &**rule })).collect()
    };
    let role = |(role, old, new): &(Name, Vec<Name>, Vec<Name>)| json!({ "role": &**role, "before": names(old), "after": names(new) });
    let score = |(role, service, old, new): &(Name, Name, Decimal, Decimal)| json!({ "role": &**role, "service": &**service, "before": old, "after": new });
    let bound = |(name, old, new): &(Name, Option<String>, Option<String>)| json!({ "guarantee": &**name, "before": old, "after": new });
    json!({
        "schema": "provost.what-if/1",
        "same": found.none(),
        "differences": {
            "outcome": found.outcome.map(|(old, new)| json!({ "before": old, "after": new })),
            "no_longer_denied_by": denials(&found.denials.0),
            "now_denied_by": denials(&found.denials.1),
            "roles": found.roles.iter().map(role).collect::<Vec<_>>(),
            "became_eligible": moved(&found.admitted),
            "became_excluded": moved(&found.excluded),
            "scores": found.scores.iter().map(score).collect::<Vec<_>>(),
            "guarantees": found.guarantees.iter().map(bound).collect::<Vec<_>>(),
            "outputs": found.outputs.iter().map(bound).collect::<Vec<_>>(),
            "waivers_ended": waivers(&found.waivers.0),
            "waivers_begun": waivers(&found.waivers.1),
        },
        "before": crate::route::json::decision(before),
        "after": crate::route::json::decision(after),
    })
}
