//! `provost log`, and what `provost route --log` appends.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::args::{Format, LogVerb};
use super::decide::Decided;
use super::log_file;
use super::shell::{Failure, Shell, Verdict};
use crate::base::{canonical, limits};
use crate::journal::entry::{Asked, Line};
use crate::journal::replay::brief;
use crate::journal::{self, Checked, Entry};
use crate::proof;
use crate::world::{World as _, shown};

/// Appends a decision to a log.
pub fn append(shell: &Shell, path: &Path, decided: &Decided<'_>) -> Result<(), Failure> {
    let decision = decided.decision();
    let asked = match decided {
        Decided::Of(_, inputs, _) => Asked::Read(inputs),
        Decided::Invalid(_, unread, signals) => Asked::Unread(unread, signals, decision.inputs.now),
    };
    let certificate = match decided.traced() {
        Some((trace, inputs)) => proof::prove(trace, inputs, decision),
        None => Err(proof::ProofError::Unread),
    };
    let certificate = certificate.map(|proof| canonical::digest_bytes(proof.as_bytes())).map_err(|e| e.to_string());
    log_file::append(shell, path, &Entry::new(decision, &asked, certificate))
}

/// `provost log`
pub fn run(shell: &Shell, verb: &LogVerb) -> Result<Verdict, Failure> {
    match verb {
        LogVerb::Verify { file, head } => verify(shell, file, head.as_deref()),
        LogVerb::Show { file } => show(shell, file),
    }
}

/// Reads and checks a log with its head.
pub fn checked(shell: &Shell, file: &Path, head: Option<&Path>) -> Result<Checked, Failure> {
    let bytes = shell.disk.read(file, limits::LOG_BYTES)?;
    let beside = log_file::beside(file, ".head");
    let anchor = log_file::head(shell, head.unwrap_or(&beside))?;
    if let (Some(named), None) = (head, &anchor) {
        return Err(Failure::Usage(format!("`{}` does not exist", shown(named))));
    }
    let missing = anchor.is_none();
    // Before the first head there is at most one entry, so a missing head counts as one that names none.
    let mut checked = journal::check(&bytes, Some(&anchor.unwrap_or_default()));
    if missing {
        checked.remarks.push(format!("`{}` does not exist, and counts as a head that names no entry", shown(&beside)));
    }
    Ok(checked)
}

fn verify(shell: &Shell, file: &Path, head: Option<&Path>) -> Result<Verdict, Failure> {
    let checked = checked(shell, file, head)?;
    match shell.format {
        Format::Json => shell.out(&format!("{:#}", document(&checked)))?,
        Format::Text => {
            let mut text: String = checked.findings.iter().map(|finding| format!("{finding}\n")).collect();
            checked.remarks.iter().for_each(|remark| text.push_str(&format!("remark: {remark}\n")));
            let verdict = if checked.findings.is_empty() { "verified" } else { "refused" };
            shell.out(&format!("{text}{verdict}: {} entries", checked.entries.len()))?;
        }
    }
    Ok(if checked.findings.is_empty() { Verdict::Yes } else { Verdict::No })
}

fn document(checked: &Checked) -> Json {
    let findings: Vec<Json> =
        checked.findings.iter().map(|f| json!({ "line": f.line, "message": f.message })).collect();
    json!({
        "schema": "provost.log-check/1",
        "verified": checked.findings.is_empty(),
        "entries": checked.entries.len(),
        "findings": findings,
        "remarks": checked.remarks,
    })
}

fn show(shell: &Shell, file: &Path) -> Result<Verdict, Failure> {
    let checked = checked(shell, file, None)?;
    match shell.format {
        Format::Json => {
            let entries: Vec<&Json> = checked.entries.iter().map(|line| &line.json).collect();
            shell.out(&format!("{:#}", json!({ "schema": "provost.log-entries/1", "entries": entries })))?;
        }
        Format::Text => {
            let lines: Vec<String> = checked.entries.iter().map(row).collect();
            shell.out(&lines.join("\n"))?;
        }
    }
    said(shell, file, &checked);
    Ok(Verdict::Yes)
}

/// Says that a log is not whole, without which what is listed would be taken for all there is.
fn said(shell: &Shell, file: &Path, checked: &Checked) {
    if !checked.findings.is_empty() {
        shell.remark(&format!("warning: `{0}` is not whole\n  help: see `provost log verify {0}`", shown(file)));
    }
}

/// `7  2026-11-21T00:00:00Z  work  routed: primary = o3  sha256:0123456789ab`
fn row(line: &Line) -> String {
    let word = |key: &str| line.part(key).as_str().unwrap_or("").to_owned();
    let decision = line.part("decision");
    let id = decision.get("decision_id").and_then(Json::as_str).unwrap_or("");
    let short: String = id.chars().take(19).collect();
    format!("{}  {}  {}  {}  {short}", line.sequence, word("now"), word("route"), brief(decision))
}
