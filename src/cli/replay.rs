//! `provost replay`: the requests of a log, decided again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::args::{Format, ReplayArgs};
use super::decide::Ready;
use super::log;
use super::shell::{Failure, Shell, Verdict};
use crate::base::Decimal;
use crate::journal::entry::Line;
use crate::journal::replay::Sums;
use crate::journal::{self, Replay};
use crate::world::shown;

/// `provost replay`
pub fn run(shell: &Shell, args: &ReplayArgs) -> Result<Verdict, Failure> {
    let checked = log::checked(shell, &args.file, None)?;
    if let Some(finding) = checked.findings.first() {
        return Err(Failure::Usage(format!("`{}` is not whole: {finding}", shown(&args.file))));
    }
    for remark in &checked.remarks {
        shell.remark(&format!("remark: {remark}"));
    }
    let entries = match &args.openings {
        None => checked.entries,
        Some(path) => {
            let opened = log::opened(shell, path, &checked)?;
            if let Some(finding) = opened.findings.first() {
                return Err(Failure::Usage(format!("`{}` does not open the log: {finding}", shown(path))));
            }
            opened.restore(&checked)
        }
    };
    let packages = packages(shell, args, &entries)?;
    let plan_of = |entry: &Line| {
        let route = entry.part("route").as_str().unwrap_or("");
        let packages = packages.get(&registry(args, entry)).map_or(&[][..], Vec::as_slice);
        packages.iter().map(|p| &p.plan).find(|plan| plan.policy.routes.contains_key(route))
    };
    let replay = journal::replay(&entries, plan_of, args.cost.as_deref());
    match shell.format {
        Format::Json => shell.out(&format!("{:#}", document(&replay)))?,
        Format::Text => shell.out(&text(&replay))?,
    }
    Ok(if replay.is_same() { Verdict::Yes } else { Verdict::No })
}

/// The registry on which an entry is decided again, if not on the one in force.
fn registry(args: &ReplayArgs, entry: &Line) -> Option<String> {
    let inputs = entry.part("decision").get("inputs").filter(|_| args.recorded)?;
    Some(inputs.get("registry").and_then(Json::as_str).unwrap_or("").to_owned())
}

/// The packages under which the entries are decided again, by the registry; one that has no digest is none.
fn packages(
    shell: &Shell,
    args: &ReplayArgs,
    entries: &[Line],
) -> Result<BTreeMap<Option<String>, Vec<Ready>>, Failure> {
    let wanted: BTreeSet<Option<String>> = entries.iter().map(|entry| registry(args, entry)).collect();
    let mut packages = BTreeMap::new();
    for digest in wanted {
        let opened = match digest.as_deref() {
            None => shell.deciding()?,
            Some("") => shell.packages()?,
            Some(digest) => {
                let which =
                    digest.parse().map_err(|_| Failure::Usage(format!("`{digest}` is no digest of a registry")))?;
                shell.on(which).deciding()?
            }
        };
        let ready = opened.into_iter().map(|opened| Ok(Ready::new(shell.sound(opened)?.package)));
        packages.insert(digest, ready.collect::<Result<Vec<_>, Failure>>()?);
    }
    Ok(packages)
}

fn text(replay: &Replay) -> String {
    let mut out = format!("{} entries decided again\n", replay.entries);
    if replay.outcomes > 0 {
        out.push_str(&format!("outcomes of enforcement, which are not decided: {}\n", replay.outcomes));
    }
    if !replay.masked.is_empty() {
        let places: Vec<String> = replay.masked.iter().take(20).map(u64::to_string).collect();
        let more = if replay.masked.len() > places.len() { ", …" } else { "" };
        let (count, places) = (replay.masked.len(), places.join(", "));
        out.push_str(&format!(
            "masked, and not decided again without their openings: {count} (entries {places}{more})\n"
        ));
    }
    if replay.same_package > 0 {
        out.push_str(&format!("same package: {} of {} reproduced\n", replay.reproduced, replay.same_package));
    }
    let other = replay.entries - replay.same_package;
    if other > 0 {
        out.push_str(&format!("another package: {} of {other} differ\n", replay.changed));
    }
    for (role, count) in &replay.rerouted {
        out.push_str(&format!("  role `{role}` goes elsewhere: {count}\n"));
    }
    for (outcome, count) in &replay.became {
        out.push_str(&format!("  became {outcome}: {count}\n"));
    }
    out.push_str(&format!("scores: {}\n", sums(&replay.scores)));
    if let Some(cost) = &replay.cost {
        out.push_str(&format!("`{}` of primaries: {}", cost.field, sums(&cost.sums)));
        let (before, now) = cost.unknown;
        let unknown = if before + now > 0 { format!(", not stated {before} → {now} times") } else { String::new() };
        out.push_str(&format!("{unknown}\n"));
    }
    for witness in &replay.witnesses {
        let (before, now) = (&witness.before, &witness.now);
        out.push_str(&format!("entry {}: {before} → {now}\n  {}\n", witness.sequence, witness.reason));
    }
    out
}

fn sums(sums: &Sums) -> String {
    let shown = |sum: Option<Decimal>| sum.map_or_else(|| "beyond range".to_owned(), |sum| sum.to_string());
    format!("{} → {}", shown(sums.before), shown(sums.now))
}

fn document(replay: &Replay) -> Json {
    let witness = |w: &journal::replay::Witness| json!({ "sequence": w.sequence, "before": w.before, "now": w.now, "reason": w.reason });
    json!({
        "schema": "provost.replay/1",
        "entries": replay.entries,
        "outcomes": replay.outcomes,
        "masked": replay.masked,
        "same_package": replay.same_package,
        "reproduced": replay.reproduced,
        "changed": replay.changed,
        "rerouted": replay.rerouted,
        "became": replay.became,
        "scores": { "before": replay.scores.before, "now": replay.scores.now },
        "cost": replay.cost.as_ref().map(|cost| json!({
            "field": cost.field,
            "before": cost.sums.before,
            "now": cost.sums.now,
            "unknown_before": cost.unknown.0,
            "unknown_now": cost.unknown.1,
        })),
        "witnesses": replay.witnesses.iter().map(witness).collect::<Vec<_>>(),
    })
}
