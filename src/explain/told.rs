//! The phases of a decision as text: a table for each role, and the phase that left nobody.

use std::cmp::Ordering;

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
    let role = told.route().and_then(|route| route.roles.get(empty.role)).map_or("", |role| &*role.name);
    let mut out = format!("  {} leaves nobody{because}\n", shown(phase));
    if let Some(left) = together(story) {
        let left = count(left, "service");
        out.push_str(&format!(
            "  {left} could be the {role} by what is asked of each alone; no choice as a whole is left\n"
        ));
    }
    out
}

/// How many could stand in the first role that cannot be filled, where they are stopped by what is asked of a choice as a whole.
fn together(story: &Story<'_>) -> Option<usize> {
    let empty = story.empty.as_ref()?;
    let left = story.phases.get(empty.phase)?.roles.get(empty.role)?.left;
    (left > 0).then_some(left)
}

/// The table of one role.
pub fn narrowed(told: &Told<'_>, story: &Story<'_>, role: &Name, everything: bool) -> String {
    let candidates = story.phases.first().and_then(|first| first.roles.iter().find(|of| of.role == *role));
    let mut rows = vec![["phase", "came", "stayed", "who left, and by what"].map(str::to_owned).to_vec()];
    let lost = together(story).and(story.empty.as_ref()).map(|empty| empty.phase);
    for (at, chapter) in story.phases.iter().enumerate() {
        let Some(of) = chapter.roles.iter().find(|of| of.role == *role) else { continue };
        // The choice stops nobody but those without a score.
        if crate::ir::LAST_PHASES.contains(&&*chapter.phase.name) && of.leaving.is_empty() {
            continue;
        }
        let mut told_of = words(told, &chapter.phase, of, everything);
        let (mut came, mut left) = (of.came, of.left);
        match lost.map(|lost| at.cmp(&lost)) {
            Some(Ordering::Equal) => {
                let before = if told_of.is_empty() { String::new() } else { format!("{told_of}; ") };
                told_of = format!("{before}{}", jointly(told, story, left));
                left = 0;
            }
            Some(Ordering::Greater) => {
                (came, left) = (0, 0);
                told_of = "nobody came".to_owned();
            }
            _ => {}
        }
        rows.push(vec![chapter.phase.name.to_string(), grouped(came), grouped(left), told_of]);
    }
    let head = format!("{role}: {}, phase by phase\n", count(candidates.map_or(0, |first| first.came), "candidate"));
    head + &table(2, &[Align::Left, Align::Right, Align::Right, Align::Left], &rows)
}

/// That nobody is left though somebody could stand in each role; with the constraints that suffice for it, if they stand so far.
fn jointly(told: &Told<'_>, story: &Story<'_>, left: usize) -> String {
    let core = told.decision.unroutable.iter().flat_map(|unroutable| &unroutable.core);
    let so_far = story.phases.iter().take(story.empty.as_ref().map_or(0, |empty| empty.phase.saturating_add(1)));
    let so_far: Vec<&Name> = so_far.flat_map(|chapter| &chapter.phase.constraints).collect();
    let names: Vec<&Name> = core.collect();
    let by = match names.iter().all(|name| so_far.contains(name)) {
        true => names.iter().map(|name| told.short(name)).collect::<Vec<_>>().join(" and "),
        false => return format!("{} by what is asked of the choice as a whole", grouped(left)),
    };
    format!("{} by {by}, asked of the choice as a whole", grouped(left))
}

/// What a phase did: `3 by capabilities (`a`, `b`, `c`), 1 by accuracy (`d`)`
fn words(told: &Told<'_>, phase: &Phase, of: &Narrowed<'_>, everything: bool) -> String {
    if of.came == 0 {
        let also = Story::counted(phase, &of.also);
        let also = also.iter().map(|(by, who)| format!("{} {}", told.short(by), grouped(who.len())));
        let also: Vec<String> = also.collect();
        return match also.is_empty() {
            true => "nobody came".to_owned(),
            false => format!("nobody came; also against those who left before: {}", joined(&also, everything)),
        };
    }
    let (beside, alone): (Vec<Leaving<'_>>, Vec<Leaving<'_>>) = of.leaving.iter().partition(|one| one.beside);
    let mut parts = Vec::new();
    for (leaving, word) in [(&alone, "by"), (&beside, "passed over by")] {
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
