//! `provost log`, and what `provost route --log` appends.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value as Json, json};

use super::args::{Format, LogVerb, LoggingArgs};
use super::decide::{Decided, Ready};
use super::log_file::Hand;
use super::shell::{Failure, Shell, Verdict};
use super::{keys, log_file};
use crate::base::{Name, canonical, limits};
use crate::journal::check::Place;
use crate::journal::entry::{Asked, Line};
use crate::journal::outcome::{self, OUTCOME};
use crate::journal::replay::brief;
use crate::journal::{self, Checked, Entry, Finding, Head, Mask, Openings, SignKey, mask};
use crate::proof::ProofError;
use crate::world::{World as _, shown};

/// Appends a decision to a log.
pub fn append(
    shell: &Shell,
    path: &Path,
    args: &LoggingArgs,
    ready: &Ready,
    decided: &Decided<'_>,
    certificate: &Result<String, ProofError>,
) -> Result<(), Failure> {
    let decision = decided.decision();
    let mask = mask(shell, args, ready, &decision.route)?;
    let key = args.sign_key.as_ref().map(|path| keys::read(shell, path)).transpose()?.map(SignKey::new);
    let hand = Hand { mask, openings: args.openings.clone(), key };
    let asked = match decided {
        Decided::Of(_, inputs, _) => Asked::Read(inputs),
        Decided::Invalid(_, unread, signals) => Asked::Unread(unread, signals, decision.inputs.now),
    };
    let digest = |proof: &String| canonical::digest_bytes(proof.as_bytes());
    let certificate = certificate.as_ref().map(digest).map_err(ToString::to_string);
    log_file::append(shell, path, &Entry::new(decision, &asked, certificate), &hand)
}

/// What the command line and the package mask of the request of a route; nothing if that is nothing.
fn mask(shell: &Shell, args: &LoggingArgs, ready: &Ready, route: &str) -> Result<Option<Mask>, Failure> {
    let policy = &ready.plan.policy;
    let request = policy.routes.get(route).and_then(|route| policy.requests.get(&route.request));
    let known = || request.into_iter().flat_map(|request| &request.fields).map(|field| &*field.name);
    if let Some(unknown) = args.mask.iter().find(|named| known().all(|field| field != named.as_str())) {
        return Err(Failure::Usage(shell.unknown("field of the request", unknown, known())));
    }
    let named = |field: &&str| args.mask.iter().any(|n| n == field) || ready.package.masked.contains(*field);
    let fields: BTreeSet<Name> = known().filter(named).map(Name::from).collect();
    match (fields.first(), &args.mask_key) {
        (None, _) => Ok(None),
        (Some(_), Some(path)) => Ok(Some(Mask { fields, key: keys::read(shell, path)? })),
        (Some(first), None) => Err(Failure::Usage(format!(
            "masking `{first}` takes a key\n  help: make one with `provost log keygen FILE` and name it with `--mask-key FILE`"
        ))),
    }
}

/// `provost log`
pub fn run(shell: &Shell, verb: &LogVerb) -> Result<Verdict, Failure> {
    match verb {
        LogVerb::Verify { file, head, openings, public_key } => {
            verify(shell, file, head.as_deref(), openings.as_deref(), public_key.as_deref())
        }
        LogVerb::Show { file } => show(shell, file),
        LogVerb::Sign { file, sign_key } => sign(shell, file, sign_key),
        LogVerb::Recover { file, sign_key } => recover(shell, file, sign_key.as_deref()),
        LogVerb::Keygen { file } => keys::generate(shell, file),
    }
}

/// Reads and checks a log with its head.
pub fn checked(shell: &Shell, file: &Path, head: Option<&Path>) -> Result<Checked, Failure> {
    Ok(anchored(shell, file, head, None)?.0)
}

/// Reads and checks a log with its head, which must be signed with this key if there is one.
fn anchored(shell: &Shell, file: &Path, head: Option<&Path>, public: Option<&str>) -> Result<(Checked, Head), Failure> {
    let beside = log_file::beside(file, ".head");
    let (anchor, bytes) = log_file::both(shell, file, head.unwrap_or(&beside))?;
    if let (Some(named), None) = (head, &anchor) {
        return Err(Failure::Usage(format!("`{}` does not exist", shown(named))));
    }
    let missing = anchor.is_none();
    let anchor = anchor.unwrap_or_default();
    let mut checked = journal::check(&bytes, Some(&anchor));
    if missing {
        checked.remarks.push(format!("`{}` does not exist, and counts as a head that names no entry", shown(&beside)));
    }
    if let Some(message) = journal::sign::wrong(&anchor, public) {
        checked.findings.push(Finding { place: Place::Head, message });
    } else if let (Some(signed), None) = (&anchor.signed, public) {
        checked.remarks.push(format!("the head is signed with `{}`; `--public-key FILE` demands a key", signed.key));
    }
    Ok((checked, anchor))
}

/// Reads openings and checks them against a log.
pub fn opened(shell: &Shell, path: &Path, checked: &Checked) -> Result<Openings, Failure> {
    Ok(journal::openings(&shell.disk.read_text(path, limits::LOG_OPENINGS_BYTES)?, checked))
}

fn verify(
    shell: &Shell,
    file: &Path,
    head: Option<&Path>,
    openings: Option<&Path>,
    public: Option<&Path>,
) -> Result<Verdict, Failure> {
    let public = public.map(|path| keys::read(shell, path)).transpose()?.map(|key| canonical::hex(&key));
    let (mut checked, _) = anchored(shell, file, head, public.as_deref())?;
    let opened = openings.map(|path| opened(shell, path, &checked)).transpose()?;
    if let Some(opened) = &opened {
        checked.findings.extend(opened.findings.iter().cloned());
        checked.remarks.extend(opened.remarks.iter().cloned());
    }
    let masked = checked.entries.iter().filter(|line| mask::is_masked(&line.json)).count();
    let (whole, partly) = opened.map_or((0, 0), |opened| (opened.whole.len(), opened.partly));
    match shell.format {
        Format::Json => {
            let mut document = document(&checked);
            if let Json::Object(map) = &mut document {
                map.insert(
                    "masked".to_owned(),
                    json!({ "entries": masked, "opened": whole, "opened_in_part": partly }),
                );
            }
            shell.out(&format!("{document:#}"))?;
        }
        Format::Text => {
            let mut text: String = checked.findings.iter().map(|finding| format!("{finding}\n")).collect();
            checked.remarks.iter().for_each(|remark| text.push_str(&format!("remark: {remark}\n")));
            let verdict = if checked.findings.is_empty() { "verified" } else { "refused" };
            text.push_str(&format!("{verdict}: {} entries", checked.entries.len()));
            if masked > 0 {
                text.push_str(&format!(", {masked} of them masked"));
            }
            if whole + partly > 0 {
                text.push_str(&format!("; opened {whole}, in part {partly}"));
            }
            shell.out(&text)?;
        }
    }
    Ok(if checked.findings.is_empty() { Verdict::Yes } else { Verdict::No })
}

/// `provost log sign`: only what is whole is vouched for.
fn sign(shell: &Shell, file: &Path, key: &Path) -> Result<Verdict, Failure> {
    let key = SignKey::new(keys::read(shell, key)?);
    let (checked, head) = anchored(shell, file, None, None)?;
    let unfinished = head.pending.is_some().then(|| "an append did not end, and the next one completes it".to_owned());
    if let Some(wrong) = checked.findings.first().map(ToString::to_string).or(unfinished) {
        shell.remark(&format!("refused: `{}` is not signed: {wrong}", shown(file)));
        return Ok(Verdict::No);
    }
    log_file::sign(shell, file, &head, &key)?;
    shell.out(&format!("signed: {} entries, with the key `{}`", head.count, key.public()))?;
    Ok(Verdict::Yes)
}

/// `provost log recover`
fn recover(shell: &Shell, file: &Path, key: Option<&Path>) -> Result<Verdict, Failure> {
    let key = key.map(|path| keys::read(shell, path)).transpose()?.map(SignKey::new);
    let head = log_file::accept(shell, file, &Hand { key, ..Hand::default() })?;
    shell.out(&format!("recovered: {} entries", head.count))?;
    Ok(Verdict::Yes)
}

fn document(checked: &Checked) -> Json {
    let finding = |finding: &Finding| {
        let (place, line) = match finding.place {
            Place::Line(line) => ("log", Some(line)),
            Place::Head => ("head", None),
            Place::Openings(line) => ("openings", Some(line)),
        };
        json!({ "in": place, "line": line, "message": finding.message })
    };
    let findings: Vec<Json> = checked.findings.iter().map(finding).collect();
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
    let (said, id) = match line.is_decision() {
        true => (brief(decision), decision.get("decision_id")),
        false => (outcome::brief(line.part(OUTCOME)), line.part(OUTCOME).get("decision")),
    };
    let id = id.and_then(Json::as_str).unwrap_or("");
    let short: String = match mask::is_masked(&line.json) {
        true => format!("masked: {}", mask::fields(&line.json)),
        false => id.chars().take(19).collect(),
    };
    format!("{}  {}  {}  {}  {short}", line.sequence, word("now"), word("route"), said)
}
