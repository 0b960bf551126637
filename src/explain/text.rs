//! The explanation as text: about twenty-five lines, or everything.

use super::funnel::{Funnel, Row, funnel};
use super::miss::miss;
use super::phases::Story;
use super::table::{Align, count, grouped, some, table};
use super::{Told, place, roles, rules, told};
use crate::facts::SignalValue;
use crate::ir::Route;
use crate::route::decision::{Ending, Failure, Unroutable};

/// Rows and names of each kind that are shown where not everything is asked for.
const FEW: usize = 6;

/// The explanation of a decision.
pub fn text(told: &Told<'_>, everything: bool) -> String {
    let mut out = headline(told);
    out.push('\n');
    let phased = match told::declared(told) {
        Some(Ok(story)) => Some(story),
        Some(Err(why)) => {
            out.push_str(&format!("  it is not told phase by phase: {why}\n"));
            None
        }
        None => None,
    };
    if let Some(story) = &phased {
        out.push_str(&told::empty(told, story));
        out.push_str(&chapters(told, story, everything));
    }
    match told.decision.ending {
        Ending::Invalid => out.push_str(&invalid(told)),
        Ending::Denied => out.push_str(&denied(told)),
        Ending::Routed => {
            out.push_str(if phased.is_some() { "\nthe choice\n" } else { "" });
            out.push_str(&roles::assignment(told));
            out.push_str(&promised(told));
        }
        Ending::Unroutable => {}
    }
    out.push_str(&funnels(told, phased.is_none(), everything));
    if let Some(unroutable) = &told.decision.unroutable {
        out.push_str(&way_out(told, unroutable, everything));
    }
    out.push_str(&waivers(told));
    out.push_str(&signals(told, everything));
    out.push_str(&section(
        "why these rules are there",
        &rules::behind(told, if everything { usize::MAX } else { FEW }),
    ));
    if everything {
        out.push_str(&everyone(told));
    }
    out.push_str(&footer(told));
    out
}

/// One sentence that says what was decided.
fn headline(told: &Told<'_>) -> String {
    let route = &told.decision.route;
    let first = told.decision.roles.iter().find_map(|r| r.given.first().map(|c| (&r.role, &c.service)));
    match (told.decision.ending, first) {
        (Ending::Routed, Some((role, service))) => format!("{route}: routed; `{service}` is the {role}"),
        (Ending::Routed, None) => format!("{route}: routed, with every role left empty"),
        (Ending::Denied, _) => {
            let names = told.decision.denied_by.iter().map(|f| &*f.constraint);
            format!("{route}: denied by {}", some(names.collect::<Vec<_>>().into_iter(), FEW))
        }
        (Ending::Unroutable, _) => {
            let role = told.decision.unroutable.as_ref().map_or("", |u| &*u.role);
            format!("{route}: unroutable; nobody can be the {role}")
        }
        (Ending::Invalid, _) => format!("{route}: the request is invalid, so nothing was decided"),
    }
}

fn section(title: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = lines.iter().map(|l| format!("  {l}\n")).collect();
    format!("\n{title}\n{}", lines.concat())
}

fn invalid(told: &Told<'_>) -> String {
    let problems = told.decision.invalid.iter().flatten();
    let lines: Vec<String> = problems.map(ToString::to_string).collect();
    section("what is wrong with it", &lines)
}

fn denied(told: &Told<'_>) -> String {
    let phases = told.route().map_or(&[][..], |route| route.phases.as_slice());
    let line = |f: &Failure| {
        let phase = phases.iter().find(|phase| phase.constraints.contains(&f.constraint));
        let phase = phase.map_or(String::new(), |phase| format!(" ({})", phase.name));
        format!("{}{phase}: {}{}", f.constraint, miss(f).words, place(&f.at))
    };
    section("denied by", &told.decision.denied_by.iter().map(line).collect::<Vec<_>>())
}

fn promised(told: &Told<'_>) -> String {
    let Some(route) = told.route() else { return String::new() };
    let stages = &route.pipeline.stages;
    let whole =
        if stages.is_empty() { String::new() } else { format!(" by {} together", count(stages.len(), "stage")) };
    let guarantees: Vec<String> =
        told.decision.guarantees.iter().map(|(name, bound)| format!("{name} {bound}")).collect();
    let mut out = match guarantees.is_empty() {
        true => String::new(),
        false => format!("  promised{whole}: {}\n", guarantees.join(", ")),
    };
    for (name, value) in &told.decision.outputs {
        out.push_str(&format!("  {name}: {}\n", value.as_deref().unwrap_or("unknown")));
    }
    out
}

/// The phases of each role, up to the last that is stuck.
fn chapters(told: &Told<'_>, story: &Story<'_>, everything: bool) -> String {
    let Some(route) = told.route() else { return String::new() };
    let upto = stuck(told, route).unwrap_or(route.roles.len()).max(story.empty.as_ref().map_or(0, |empty| empty.role));
    let roles = route.roles.iter().take(upto.saturating_add(1));
    roles.map(|role| format!("\n{}", told::narrowed(told, story, &role.name, everything))).collect()
}

/// The place of the role that cannot be filled.
fn stuck(told: &Told<'_>, route: &Route) -> Option<usize> {
    let stuck = &told.decision.unroutable.as_ref()?.role;
    route.roles.iter().position(|role| role.name == *stuck)
}

/// The histogram of each role, unless it was told by phases, and the table of the first that matters.
fn funnels(told: &Told<'_>, histograms: bool, everything: bool) -> String {
    if !matches!(told.decision.ending, Ending::Routed | Ending::Unroutable) {
        return String::new();
    }
    let Some(route) = told.route() else { return String::new() };
    let stuck = stuck(told, route);
    let upto = stuck.unwrap_or(route.roles.len());
    let mut out = String::new();
    for (i, role) in route.roles.iter().enumerate().take(upto.saturating_add(1)) {
        let funnel = funnel(told.decision, &told.plan.policy, &told.plan.services, &role.name);
        let matters = stuck.map_or(i == 0, |stuck| stuck == i);
        if histograms || ((matters || everything) && !funnel.rows.is_empty()) {
            out.push('\n');
            out.push_str(&if histograms {
                counts(&funnel, told)
            } else {
                format!("{}, constraint by constraint\n", role.name)
            });
            out.push_str(&nearest(told, &funnel));
        }
        if matters || everything {
            out.push_str(&constraints(told, &funnel, everything));
        }
    }
    out
}

/// `primary: 0 of 70 eligible: 41 region, 17 tools (9 unknown), 12 price; nearest: …`
fn counts(funnel: &Funnel, told: &Told<'_>) -> String {
    let part = |row: &Row| {
        let unknown = match row.counted_unknown {
            0 => String::new(),
            all if all == row.counted => " unknown".to_owned(),
            some => format!(" ({} unknown)", grouped(some)),
        };
        format!("{} {}{unknown}", grouped(row.counted), told.short(&row.constraint))
    };
    let parts: Vec<String> = funnel.rows.iter().filter(|r| r.counted > 0).map(part).collect();
    let mut line = format!("{}: {} of {} eligible", funnel.role, grouped(funnel.eligible), grouped(funnel.candidates));
    if !parts.is_empty() {
        line.push_str(&format!("; excluded: {}", parts.join(", ")));
    }
    line.push('\n');
    line
}

/// The excluded service that is nearest to being eligible.
fn nearest(told: &Told<'_>, funnel: &Funnel) -> String {
    let Some(nearest) = &funnel.nearest else { return String::new() };
    let failure = &nearest.failure;
    let fails = if nearest.fails == 1 { "one".to_owned() } else { nearest.fails.to_string() };
    let miss = named_miss(told.short(&failure.constraint), &miss(failure).with_distance());
    format!("  nearest: `{}` fails {fails}: {miss}\n", nearest.service)
}

/// A constraint with what is wrong, without saying one word twice.
fn named_miss(constraint: &str, words: &str) -> String {
    if words.starts_with(constraint) { words.to_owned() } else { format!("{constraint}, {words}") }
}

fn constraints(told: &Told<'_>, funnel: &Funnel, everything: bool) -> String {
    if funnel.rows.is_empty() {
        return String::new();
    }
    // A stored certificate holds no places, and a heading above nothing would ask where they are.
    let places = if funnel.rows.iter().all(|row| row.at.is_empty()) { "" } else { "where" };
    let head = ["constraint", "alone", "left", "only", "unknown", "nearest miss", places];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let most = if everything { usize::MAX } else { FEW + 2 };
    for row in funnel.rows.iter().take(most) {
        let nearest = row.nearest.as_ref().map(|(name, miss)| match everything {
            true => format!("`{name}`: {}", miss.with_distance()),
            false => fitted(&format!("`{name}`: {}", miss.with_distance()), 58),
        });
        rows.push(vec![
            told.short(&row.constraint).to_owned(),
            grouped(row.alone),
            grouped(row.survivors),
            grouped(row.sole),
            grouped(row.unknown),
            nearest.unwrap_or_default(),
            row.at.to_string(),
        ]);
    }
    use Align::{Left, Right};
    let mut out = table(2, &[Left, Right, Right, Right, Right, Left, Left], &rows);
    let more = funnel.rows.len().saturating_sub(most);
    if more > 0 {
        out.push_str(&format!("  and {more} more; `-v` shows them\n"));
    }
    out.push_str("  alone: pass this one · left: pass all down to it · only: fail nothing else\n");
    out
}

/// A text cut to a width.
fn fitted(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or(text)),
        None => text.to_owned(),
    }
}

/// The smallest set of constraints that excludes everybody, and what dropping which would admit whom.
fn way_out(told: &Told<'_>, unroutable: &Unroutable, everything: bool) -> String {
    let core: Vec<&str> = unroutable.core.iter().map(|c| told.short(c)).collect();
    let mut lines = vec![match core.as_slice() {
        [] => format!("no service could be the {}: no contract implements its trait", unroutable.role),
        [one] => format!("`{one}` alone excludes everybody"),
        _ => format!(
            "together they exclude everybody, and each is needed for it: {}",
            some(core.into_iter(), usize::MAX)
        ),
    }];
    let most = if everything { usize::MAX } else { FEW };
    for relaxation in unroutable.relaxations.iter().take(most) {
        let drop: Vec<&str> = relaxation.drop.iter().map(|c| told.short(c)).collect();
        let admits = some(relaxation.admits.iter().map(|a| &**a), if everything { usize::MAX } else { 3 });
        lines.push(format!("without {}: {admits}", some(drop.into_iter(), usize::MAX)));
    }
    if unroutable.relaxations.is_empty() {
        lines.push("no constraint can be dropped that would help: those in the way are protected".to_owned());
    }
    let more = unroutable.relaxations.len().saturating_sub(most);
    if more > 0 {
        lines.push(format!("and {more} more ways; `-v` shows them"));
    }
    if !unroutable.complete {
        lines.push("there may be further ways; the search for them reached its limit".to_owned());
    }
    section("what would have to give", &lines)
}

fn waivers(told: &Told<'_>) -> String {
    let line = |w: &crate::route::decision::Waived| {
        let who = match w.services.is_empty() {
            true => String::new(),
            false => format!(" for {}", some(w.services.iter().map(|s| &**s), FEW)),
        };
        let because = w.because.as_ref().map(|b| format!(", because {b}")).unwrap_or_default();
        format!("`{}` lifts {}{who}, until {}, approved by {}{because}", w.waiver, w.rule, w.until, w.approved_by)
    };
    section("waivers that mattered", &told.decision.waived.iter().map(line).collect::<Vec<_>>())
}

fn signals(told: &Told<'_>, everything: bool) -> String {
    let Some(inputs) = told.inputs else { return String::new() };
    let mut lines = Vec::new();
    for (name, value) in &inputs.signals.values {
        match value {
            SignalValue::One(value) => lines.push(format!("{name} is {value}")),
            SignalValue::PerService(values) => {
                let shown: Vec<String> = values
                    .iter()
                    .take(if everything { usize::MAX } else { FEW })
                    .map(|(service, value)| format!("`{service}` {value}"))
                    .collect();
                lines.push(format!("{name}: {}", shown.join(", ")));
            }
        }
    }
    section("signals supplied", &lines)
}

/// Every service that was not taken, with every reason.
fn everyone(told: &Told<'_>) -> String {
    let mut lines = Vec::new();
    for rejected in &told.decision.rejected {
        lines.push(format!("`{}` as {}", rejected.service, rejected.role));
        for failure in &rejected.by {
            let verdict = failure.verdict.word();
            lines.push(format!(
                "    {} is {verdict}: {}{}",
                told.short(&failure.constraint),
                miss(failure).with_distance(),
                place(&failure.at)
            ));
        }
    }
    section("every service that was not taken", &lines)
}

fn footer(told: &Told<'_>) -> String {
    let short = |digest: &str| digest.get(..19).unwrap_or(digest).to_owned();
    let inputs = &told.decision.inputs;
    let registry = inputs.registry.as_ref().map(|digest| format!(" with registry {}…", short(digest)));
    format!(
        "\ndecided for {} under policy {}…{}, decision {}…\n",
        inputs.now,
        short(&inputs.policy),
        registry.unwrap_or_default(),
        short(&told.decision.id())
    )
}
