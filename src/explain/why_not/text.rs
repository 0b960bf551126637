//! The answer in words, for a person who need not know how rules are written.

use super::super::miss::miss;
use super::super::repair::change::{Change, Edit, Facts, Place, line, literal, typed};
use super::super::repair::{Repair, Repairs};
use super::super::rules;
use super::super::table::{Align, table};
use super::{Report, Standing};
use crate::base::{Decimal, Name};
use crate::route::decision::{Chosen, Ending, Failure};

/// The answer in words.
pub fn text(report: &Report<'_>) -> String {
    let (service, role, route) = (&report.service, &report.role, &report.told.decision.route);
    match &report.standing {
        Standing::Chosen(chosen) => {
            format!("`{service}` is chosen: it is the {role} of {route}, with {}\n", super::super::roles::score(chosen))
        }
        Standing::Lost { own, to } => lost(report, own, to),
        Standing::Eligible => {
            let stuck = report.told.decision.unroutable.as_ref().map_or("", |unroutable| &*unroutable.role);
            format!(
                "`{service}` is eligible as the {role} of {route}, but nobody can be the {stuck}, so nobody is chosen\n"
            )
        }
        Standing::Misfit => misfit(report),
        Standing::Excluded => excluded(report),
    }
}

fn lost(report: &Report<'_>, own: &Chosen, to: &Chosen) -> String {
    let behind = to.score.sub(own.score).unwrap_or_default();
    let gap = match behind {
        Decimal::ZERO => tie(report, own, to),
        behind => format!("its score is {behind} lower"),
    };
    let mut out = format!(
        "`{}` is eligible as the {} of {}, but `{}` was chosen: {gap}\n",
        own.service, report.role, report.told.decision.route, to.service
    );
    if own.terms.is_empty() && to.terms.is_empty() {
        return out;
    }
    out.push('\n');
    let mut terms: Vec<&Name> = to.terms.iter().chain(&own.terms).map(|(name, _)| name).collect();
    terms.dedup();
    let mut seen: Vec<&Name> = Vec::new();
    terms.retain(|term| {
        !seen.contains(term) && {
            seen.push(term);
            true
        }
    });
    let of = |chosen: &Chosen, term: &Name| {
        chosen.terms.iter().find(|(name, _)| name == term).map_or(Decimal::ZERO, |(_, value)| *value)
    };
    let row = |name: &str, a: Decimal, b: Decimal| {
        let gap = a.sub(b).unwrap_or_default();
        vec![name.to_owned(), a.to_string(), b.to_string(), gap.to_string()]
    };
    let head = ["term".to_owned(), format!("`{}`", own.service), format!("`{}`", to.service), "difference".to_owned()];
    let mut rows = vec![head.to_vec()];
    rows.extend(terms.into_iter().map(|term| row(term, of(own, term), of(to, term))));
    rows.push(row("score", own.score, to.score));
    use Align::{Left, Right};
    out.push_str(&table(2, &[Left, Right, Right, Right], &rows));
    out
}

/// Why the other was chosen where both score the same.
fn tie(report: &Report<'_>, own: &Chosen, to: &Chosen) -> String {
    match (&to.ties, &own.ties) {
        (Some(won), Some(lost)) => {
            let keyed = ((&*to.service, &*won.keys), (&*own.service, &*lost.keys));
            let reason = super::super::ties::reason(report.told.route(), &report.role, keyed.0, keyed.1);
            match to.terms.is_empty() && own.terms.is_empty() {
                true => format!("neither is scored, and {reason}"),
                false => format!("both score {}, and {reason}", to.score),
            }
        }
        _ => "it scores the same, and its name comes later".to_owned(),
    }
}

fn misfit(report: &Report<'_>) -> String {
    let roles = report.told.route().map_or(&[][..], |route| route.roles.as_slice());
    let wanted = roles.iter().find(|role| role.name == report.role).map_or("", |role| &*role.trait_);
    let traits: Vec<String> = report.facts.service.traits.iter().map(|name| format!("`{name}`")).collect();
    let fits: Vec<&str> = roles
        .iter()
        .filter(|role| report.facts.service.traits.contains(&role.trait_))
        .map(|role| &*role.name)
        .collect();
    let other = match fits.as_slice() {
        [] => format!("it fits no role of {}", report.told.decision.route),
        roles => format!("it fits as {}", roles.join(", ")),
    };
    format!(
        "`{}` cannot be the {}: the role asks for `{wanted}`, and its contract says that it is {}\n  {other}\n",
        report.service,
        report.role,
        traits.join(", ")
    )
}

fn excluded(report: &Report<'_>) -> String {
    let denied = report.told.decision.ending == Ending::Denied;
    let (service, role, route) = (&report.service, &report.role, &report.told.decision.route);
    let mut out = match denied {
        true => format!("`{service}` is not the {role} of {route}: the request is denied, whoever would answer it\n"),
        false => format!("`{service}` is not eligible as the {role} of {route}\n"),
    };
    out.push_str(&section("what denies the request", report, &report.told.decision.denied_by));
    let title = if denied { "what else stands against it" } else { "what stands against it" };
    out.push_str(&section(title, report, &report.alone));
    out.push_str(&section("what fails beside those who were chosen", report, &report.between));
    if report.alone.is_empty() && report.between.is_empty() && !denied {
        out.push_str("\n  nothing fails for itself; but with it in this place, the other roles cannot all be filled\n");
        let of = report.told.decision.rejected.iter();
        let by = of.filter(|r| r.role == *role && r.service == *service).flat_map(|r| &r.by);
        let names: Vec<&str> = by.map(|failure| report.told.short(&failure.constraint)).collect();
        out.push_str(&format!("  because of {}\n", names.join(", ")));
    }
    if let Some(repairs) = &report.repairs {
        out.push_str(&ways(report, repairs));
    }
    out.push_str(&waivers(report));
    out
}

fn section(title: &str, report: &Report<'_>, failures: &[Failure]) -> String {
    if failures.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{title}\n");
    let mut reasons: Vec<&Name> = Vec::new();
    for failure in failures {
        let name = report.told.short(&failure.constraint);
        out.push_str(&format!("  {name}: {}  [{}]\n", miss(failure).with_distance(), failure.at));
        if reasons.contains(&&failure.constraint) {
            continue;
        }
        reasons.push(&failure.constraint);
        let constraints = report.told.route().map_or(&[][..], |route| route.constraints.as_slice());
        let because = match constraints.iter().find(|c| c.name == failure.constraint && c.because.is_some()) {
            Some(constraint) => Some(rules::reason(constraint)),
            None => failure.because.as_ref().map(ToString::to_string),
        };
        out.extend(because.map(|because| format!("    because {because}\n")));
    }
    out
}

/// The smallest changes of each side.
fn ways(report: &Report<'_>, repairs: &Repairs) -> String {
    let mut out = "\nthe least that would have to change\n".to_owned();
    out.push_str(&way(report, "the request", &repairs.request));
    out.push_str(&way(report, "the contract", &repairs.contract));
    // What blocks both sides was said of each of them.
    if let Some(mixed) = repairs.mixed.as_ref().filter(|mixed| !matches!(mixed, Repair::Blocked(_))) {
        out.push_str(&way(report, "request, contract and signals together", mixed));
    }
    let found = [Some(&repairs.request), Some(&repairs.contract), repairs.mixed.as_ref()];
    if found.iter().flatten().any(|repair| repair.size().is_some()) {
        out.push_str("  each was decided again, and the service is then chosen or loses only on its score\n");
    }
    out
}

fn way(report: &Report<'_>, of: &str, repair: &Repair) -> String {
    match repair {
        Repair::Found { changes, facts } => {
            let count = if changes.len() == 1 { "one change".to_owned() } else { format!("{} changes", changes.len()) };
            let mut out = format!("  {of}, {count}:\n");
            for change in changes {
                out.push_str(&format!("    {}\n", told(report, change, facts)));
            }
            if let Some(typed) = assignments(changes, facts, &report.service) {
                out.push_str(&format!("    try it: provost what-if {} … {typed}\n", report.told.decision.route));
            }
            out
        }
        Repair::Blocked(by) => {
            let names: Vec<&str> = by.iter().map(|name| report.told.short(name)).collect();
            let none = if of.contains(" and ") { "no change" } else { "no change to it alone" };
            format!("  {of}: {none} helps against {}\n", names.join(", "))
        }
        Repair::Nothing => format!("  {of}: everything that suggests itself was tried, and nothing is enough\n"),
        Repair::Limit => format!("  {of}: none was found before the search reached its limit; there may be one\n"),
    }
}

/// One change in words, with what is there now.
fn told(report: &Report<'_>, change: &Change, facts: &Facts) -> String {
    let before = report.facts.value(&change.place, &report.service);
    let after = facts.value(&change.place, &report.service);
    let now = before.as_ref().map_or("now not stated".to_owned(), |value| format!("now {}", literal(value)));
    let what = match &change.place {
        Place::Request(path) => path.join("."),
        Place::Contract(field) => match &after {
            Some(value) => return format!("{}  ({now})", line(&report.told.plan.policy, &facts.service, field, value)),
            None => field.to_string(),
        },
        Place::Trait(name) => return claimed(report, name, facts),
        Place::Signal(name, true) => format!("signal {name} for `{}`", report.service),
        Place::Signal(name, false) => format!("signal {name}"),
    };
    match (&change.edit, after) {
        (_, None) => format!("{what} left out  ({now})"),
        (Edit::Remove(less), Some(after)) => {
            let less: Vec<String> = less.iter().map(literal).collect();
            format!("{what} = {after}, without {}  ({now})", less.join(", "))
        }
        (_, Some(after)) => format!("{what} = {}  ({now})", literal(&after)),
    }
}

/// `is Audited, stating audit_log = true`
fn claimed(report: &Report<'_>, name: &Name, facts: &Facts) -> String {
    let new = facts.service.values.iter().filter(|(field, _)| !report.facts.service.values.contains_key(*field));
    let owed = report.told.plan.policy.traits.get(name);
    let of_trait = new.filter(|(field, _)| owed.is_some_and(|t| t.fields.contains_key(*field)));
    let stated: Vec<String> = of_trait.map(|(field, value)| format!("{field} = {}", literal(value))).collect();
    match stated.is_empty() {
        true => format!("is {name}"),
        false => format!("is {name}, and states {}", stated.join(", ")),
    }
}

/// The changes as they are typed; nothing unless all of them are of the request.
fn assignments(changes: &[Change], facts: &Facts, service: &Name) -> Option<String> {
    let one = |change: &Change| match &change.place {
        Place::Request(path) => {
            let value = typed(facts.value(&change.place, service).as_ref())?;
            Some(format!("--set {}", quoted(&format!("{}={value}", path.join(".")))))
        }
        _ => None,
    };
    Some(changes.iter().map(one).collect::<Option<Vec<_>>>()?.join(" "))
}

/// A word of a command line.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_=.,:/@%+-".contains(c);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// Waivers that stand by for what fails, and rules that one could lift.
fn waivers(report: &Report<'_>) -> String {
    let mut failing: Vec<&Name> = report
        .told
        .decision
        .denied_by
        .iter()
        .chain(&report.alone)
        .chain(&report.between)
        .map(|f| &f.constraint)
        .collect();
    failing.sort();
    failing.dedup();
    let constraints = report.told.route().map_or(&[][..], |route| route.constraints.as_slice());
    let today = report.told.decision.inputs.now.date();
    let mut lines = Vec::new();
    for constraint in failing.into_iter().filter_map(|name| constraints.iter().find(|c| c.rule && c.name == *name)) {
        let of = constraint.waivers.iter().filter_map(|name| Some((name, report.told.plan.policy.waivers.get(name)?)));
        for (name, waiver) in of {
            lines.push(match today <= waiver.until {
                true => format!(
                    "`{name}` would lift {} until {}, but its condition is not met here  [{}]",
                    constraint.name, waiver.until, waiver.at
                ),
                false => format!("`{name}` lifted {} until {}, and is past", constraint.name, waiver.until),
            });
        }
        if constraint.protected {
            lines.push(format!("{} is protected: it is not offered for relaxation", constraint.name));
        } else if constraint.waivers.is_empty() {
            lines.push(format!("{} has no waiver; one with a date and an approver could lift it", constraint.name));
        }
    }
    match lines.is_empty() {
        true => String::new(),
        false => format!("\nwaivers\n{}", lines.iter().map(|line| format!("  {line}\n")).collect::<String>()),
    }
}
