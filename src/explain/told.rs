//! The phases of a decision as text: a table for each role, and the phase that left nobody.

use super::Told;
use super::phases::{Leaving, Narrowed, Story, story};
use super::table::{Align, count, grouped, some, table};
use crate::base::Name;
use crate::ir::Phase;
use crate::route::decision::Ending;

/// Services that are named for one constraint where not everything is asked for.
const NAMED: usize = 3;
/// Constraints of one phase that are shown where not everything is asked for.
const SHOWN: usize = 4;

/// A story, if the route says in which phases it is told and somebody was looked at.
pub fn declared<'d>(told: &Told<'d>) -> Option<Result<Story<'d>, String>> {
    let looked = matches!(told.decision.ending, Ending::Routed | Ending::Unroutable);
    if !looked || told.route().is_none_or(|route| route.phases.is_empty()) {
        return None;
    }
    story(told).map_err(|error| error.to_string()).transpose()
}

/// The phase that left nobody, with its sentence.
pub fn empty(told: &Told<'_>, story: &Story<'_>) -> String {
    let (Some(empty), Some(phase)) = (&story.empty, story.empty_phase()) else { return String::new() };
    let because = phase.because.as_ref().map_or(String::new(), |because| format!(": {because}"));
    let mut out = format!("  {} leaves nobody{because}\n", shown(phase));
    let role = told.route().and_then(|route| route.roles.get(empty.role)).map(|role| &role.name);
    let Some(role) = role else { return out };
    let left = story.phases.get(empty.phase).and_then(|chapter| chapter.roles.iter().find(|of| of.role == *role));
    // Whoever could stand in a role by himself is stopped by what is asked of several roles together.
    if let Some(left) = left.map(|of| of.left).filter(|left| *left > 0) {
        let (could, them) = if left == 1 { ("1 service".to_owned(), "it") } else { (count(left, "service"), "they") };
        out.push_str(&format!("  {could} could be the {role} by itself, and nothing that {them} fit beside is left\n"));
    }
    out
}

/// The table of one role.
pub fn narrowed(told: &Told<'_>, story: &Story<'_>, role: &Name, everything: bool) -> String {
    let of_role =
        || {
            story.phases.iter().enumerate().filter_map(|(at, chapter)| {
                Some((at, &chapter.phase, chapter.roles.iter().find(|of| of.role == *role)?))
            })
        };
    let candidates = of_role().next().map_or(0, |(_, _, first)| first.came);
    let mut rows = vec![["phase", "came", "stayed", "who left, and by what"].map(str::to_owned).to_vec()];
    for (_, phase, of) in of_role() {
        // The choice stops nobody but those without a score.
        if crate::ir::LAST_PHASES.contains(&&*phase.name) && of.leaving.is_empty() {
            continue;
        }
        rows.push(vec![phase.name.to_string(), grouped(of.came), grouped(of.left), words(told, phase, of, everything)]);
    }
    let head = format!("{role}: {}, phase by phase\n", count(candidates, "candidate"));
    head + &table(2, &[Align::Left, Align::Right, Align::Right, Align::Left], &rows)
}

/// What a phase did: `3 by capabilities (`a`, `b`, `c`), 1 by accuracy (`d`)`
fn words(told: &Told<'_>, phase: &Phase, of: &Narrowed<'_>, everything: bool) -> String {
    if of.came == 0 {
        let also: Vec<String> = Story::counted(phase, &of.also)
            .iter()
            .map(|(constraint, who)| format!("{} to {}", told.short(constraint), grouped(who.len())))
            .collect();
        return match also.is_empty() {
            true => "nobody came".to_owned(),
            false => format!("nobody came; of those who left before, it says no by {}", joined(&also, everything)),
        };
    }
    let (beside, alone): (Vec<Leaving<'_>>, Vec<Leaving<'_>>) = of.leaving.iter().partition(|one| one.beside);
    let mut parts = Vec::new();
    for (leaving, word) in [(&alone, "by"), (&beside, "beside the others by")] {
        for (constraint, who) in Story::counted(phase, leaving) {
            let names: Vec<&str> = who.iter().map(|one| &*one.rejected.service).collect();
            let names = some(names.into_iter(), if everything { usize::MAX } else { NAMED });
            parts.push(format!("{} {word} {} ({names})", grouped(who.len()), told.short(constraint)));
        }
    }
    joined(&parts, everything)
}

fn joined(parts: &[String], everything: bool) -> String {
    let most = if everything { usize::MAX } else { SHOWN };
    let mut shown: Vec<String> = parts.iter().take(most).cloned().collect();
    let more = parts.len().saturating_sub(most);
    if more > 0 {
        shown.push(format!("{} more; `-v` shows them", grouped(more)));
    }
    shown.join(", ")
}

/// The name of a phase as text tells it; the choice by the word that people know.
fn shown(phase: &Phase) -> String {
    let [choice, _] = crate::ir::LAST_PHASES;
    if *phase.name == *choice { "the choice".to_owned() } else { format!("`{}`", phase.name) }
}
