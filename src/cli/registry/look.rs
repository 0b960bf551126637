//! `provost registry list|get|history|verify`: what there is, and what was.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{Place, about, count, failure, line};
use crate::base::Name;
use crate::cli::args::Format;
use crate::cli::shell::{Failure, Shell, Verdict};
use crate::data;
use crate::facts::export;
use crate::ir::Services;
use crate::registry::{Held, Record, Refusal, Snapshot};
use crate::store::{STORE, Store, StoreError};

/// `provost registry list`
pub fn list(shell: &Shell, filter: Option<&str>, tags: &[String]) -> Result<Verdict, Failure> {
    let snapshot = Place::meant(shell)?.snapshot(shell)?;
    let mut listed = Vec::new();
    for (name, held) in &snapshot.services {
        let contract = contract(held)?;
        let own = texts(contract.get("values").and_then(|values| values.get("tags")));
        let named = filter.is_none_or(|text| name.contains(text));
        if named && tags.iter().all(|tag| own.iter().any(|of| of == tag)) {
            let traits = contract.get("traits").cloned().unwrap_or_default();
            listed.push((name, held, traits, own.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>()));
        }
    }
    match shell.format {
        Format::Json => {
            let service = |(name, held, traits, tags): &(&Name, &Held, Json, Vec<String>)| json!({ "name": &***name, "revision": held.revision, "since": held.since, "traits": traits, "tags": tags });
            let services: Vec<Json> = listed.iter().map(service).collect();
            let document =
                json!({ "schema": "provost.registry-list/1", "snapshot": about(&snapshot), "services": services });
            shell.out(&format!("{document:#}"))?;
        }
        Format::Text => {
            let width = listed.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0);
            let mut text = String::new();
            for (name, held, _, tags) in &listed {
                let tags = if tags.is_empty() { String::new() } else { format!("  {}", tags.join(", ")) };
                let (revision, since) = (held.revision, held.since);
                text.push_str(&format!("{name:width$}  revision {revision}, since snapshot {since}{tags}\n"));
            }
            shell.out(&format!("{text}{}", line(&snapshot)))?;
        }
    }
    let asked = filter.is_some() || !tags.is_empty();
    Ok(if listed.is_empty() && asked { Verdict::No } else { Verdict::Yes })
}

fn contract(held: &Held) -> Result<Json, Failure> {
    serde_json::from_str(&held.contract).map_err(|e| Failure::Unexpected(format!("a contract cannot be read: {e}")))
}

/// The texts of a set or list of texts, as contracts spell it.
fn texts(value: Option<&Json>) -> Vec<&str> {
    let elements = value.and_then(|value| value.get("set").or_else(|| value.get("list"))).and_then(Json::as_array);
    elements.into_iter().flatten().filter_map(|element| element.get("text")?.as_str()).collect()
}

/// `provost registry get`
pub fn get(shell: &Shell, name: &str, source: bool, wait: u64) -> Result<Verdict, Failure> {
    let place = Place::meant(shell)?;
    let snapshot = place.snapshot(shell)?;
    let Some(held) = snapshot.services.get(name) else {
        let refusal = Refusal::not_there(&Name::from(name), &snapshot);
        let (message, help) = (format!("there is no `{name}` in snapshot {}", snapshot.number), refusal.help());
        match shell.format {
            Format::Json => {
                let refused = json!([{ "message": message, "help": help }]);
                shell.out(&format!("{:#}", json!({ "schema": "provost.registry-refusal/1", "refused": refused })))?;
            }
            Format::Text => shell.remark(&format!("{message}\n  help: {help}")),
        }
        return Ok(Verdict::No);
    };
    if source {
        return from(shell, &place, name, held, wait);
    }
    match shell.format {
        Format::Json => {
            let document = json!({
                "schema": "provost.registry-service/1",
                "snapshot": about(&snapshot),
                "name": name,
                "revision": held.revision,
                "since": held.since,
                "contract": contract(held)?,
            });
            shell.out(&format!("{document:#}"))?;
        }
        Format::Text => shell.out(&spelled(shell, &place, &snapshot, name, held)?)?,
    }
    Ok(Verdict::Yes)
}

/// The contract as the package spells it; or in its canonical form, where it does not fit the package any more.
fn spelled(shell: &Shell, place: &Place, snapshot: &Snapshot, name: &str, held: &Held) -> Result<String, Failure> {
    let about = format!("# revision {}, since snapshot {}; of {}\n", held.revision, held.since, line(snapshot));
    let package = super::open(shell, place.dir.clone())?.package;
    let services: Services = package.services.into_iter().filter(|(own, _)| **own == *name).collect();
    if services.is_empty() {
        return Ok(format!("{about}# it does not fit the package\n{:#}", contract(held)?));
    }
    Ok(about + &export::services(&services, &package.policy, data::Format::Yaml))
}

/// What a service was registered from.
fn from(shell: &Shell, place: &Place, name: &str, held: &Held, wait: u64) -> Result<Verdict, Failure> {
    let version = place.store(wait)?.version(name, held.revision).map_err(failure)?;
    let Some(version) = version else {
        return Err(Failure::Unexpected(format!("the store lacks revision {} of `{name}`", held.revision)));
    };
    let source = &version.source;
    match shell.format {
        Format::Json => {
            let document = json!({
                "schema": "provost.registry-source/1",
                "name": name,
                "revision": held.revision,
                "at": version.at.to_string(),
                "file": &*source.file,
                "adapter": &*source.adapter,
                "trait": source.trait_.as_deref(),
                "text": source.text,
            });
            shell.out(&format!("{document:#}"))?;
        }
        Format::Text => shell.out(&source.text)?,
    }
    Ok(Verdict::Yes)
}

/// `provost registry history`
pub fn history(shell: &Shell, wait: u64) -> Result<Verdict, Failure> {
    let records = Place::meant(shell)?.store(wait)?.history().map_err(failure)?;
    match shell.format {
        Format::Json => {
            let snapshots: Vec<Json> = records.iter().map(Record::json).collect();
            let document = json!({ "schema": "provost.registry-history/1", "snapshots": snapshots });
            shell.out(&format!("{document:#}"))?;
        }
        Format::Text => {
            let lines: Vec<String> = records.iter().map(row).collect();
            shell.out(&lines.join("\n"))?;
        }
    }
    Ok(Verdict::Yes)
}

/// `7  2026-11-21T00:00:00Z  sha256:0123456789ab…  updated `a` (2)`
fn row(record: &Record) -> String {
    const FEW: usize = 6;
    let change = |of: &crate::registry::Change| format!("{} `{}` ({})", of.what.word(), of.name, of.revision);
    let mut changes: Vec<String> = record.changes.iter().take(FEW).map(change).collect();
    match record.changes.len().saturating_sub(FEW) {
        0 if changes.is_empty() => changes.push("made, and empty".to_owned()),
        0 => {}
        more => changes.push(format!("and {more} more")),
    }
    let short = record.digest.get(..19).unwrap_or(&record.digest);
    format!("{}  {}  {short}…  {}", record.number, record.at, changes.join(", "))
}

/// `provost registry verify`
pub fn verify(shell: &Shell, wait: u64) -> Result<Verdict, Failure> {
    let place = Place::meant(shell)?;
    let now = crate::cli::inputs::now(shell, None)?;
    // What is published may be what is damaged, so the store is opened without it.
    let patience = Duration::from_secs(wait);
    let store = match place.folder.join(STORE).exists() {
        true => Store::init(&place.folder, patience, now).map(|(store, _)| store),
        false => Store::open(&place.folder, patience),
    };
    let verified = store.and_then(|store| Ok((store.verify()?, store.snapshot())));
    let ((records, contracts), snapshot) = match verified {
        Ok(verified) => verified,
        Err(error @ StoreError::Damaged { .. }) => return said_no(shell, &error),
        Err(error) => return Err(failure(error)),
    };
    // A sound registry may still hold contracts that the package no longer understands.
    shell.sound(super::open(shell, place.dir.clone())?)?;
    match shell.format {
        Format::Json => {
            let document = json!({
                "schema": "provost.registry-check/1",
                "verified": true,
                "snapshots": records.len(),
                "contracts": contracts,
                "snapshot": about(&snapshot),
            });
            shell.out(&format!("{document:#}"))?;
        }
        Format::Text => {
            let (snapshots, contracts) = (count(records.len(), "snapshot"), count(contracts, "contract"));
            shell.out(&format!("verified: {snapshots}, {contracts}\n{}", line(&snapshot)))?;
        }
    }
    Ok(Verdict::Yes)
}

fn said_no(shell: &Shell, error: &StoreError) -> Result<Verdict, Failure> {
    match shell.format {
        Format::Json => {
            let document =
                json!({ "schema": "provost.registry-check/1", "verified": false, "reason": error.to_string() });
            shell.out(&format!("{document:#}"))?;
        }
        Format::Text => {
            let help = error.help().map(|help| format!("\n  help: {help}")).unwrap_or_default();
            shell.out(&format!("refused: {error}{help}"))?;
        }
    }
    Ok(Verdict::No)
}
