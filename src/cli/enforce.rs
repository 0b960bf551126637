//! `provost enforce`: what was measured, held against what a decision promised.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::args::{EnforceArgs, Format};
use super::decide::Ready;
use super::log_file::{self, Hand};
use super::shell::{Failure, Shell, Verdict};
use super::{data, inputs, keys, verify};
use crate::base::{Name, Sources, canonical, limits};
use crate::enforce::{self, Outcome, Promise};
use crate::facts::measured::measured;
use crate::identity;
use crate::journal::entry::Line;
use crate::journal::{Entry, Mask, SignKey, check, mask, outcome};
use crate::plan::{self, Plan};
use crate::stored;
use crate::world::{World as _, shown};

/// A decision whose promises can be held against measurements.
struct Held {
    /// What tells the types of its guarantees.
    plan: Plan,
    /// The decision.
    decision: Json,
    /// The digest of its certificate; nothing for a decision alone.
    certificate: Option<String>,
}

impl Held {
    fn word(&self, key: &str) -> &str {
        word(&self.decision, key)
    }
}

/// `provost enforce`
pub fn run(shell: &Shell, args: &EnforceArgs) -> Result<Verdict, Failure> {
    let held = read(shell, &args.decision)?;
    let promises = promises(&held, &args.decision)?;
    let measured = measurements(shell, &held.plan, &promises, args)?;
    let values = enforce::values(&held.plan, &Name::from(held.word("route")), &promises, &measured).map_err(|e| {
        let help = "state the value or what was measured, and not both";
        Failure::Usage(format!("`{}` contradicts itself: {e}\n  help: {help}", shown(&args.result)))
    })?;
    let outcome = enforce::enforce(&promises, &values);
    // What cannot be recorded is not said either.
    if let Some(path) = &args.log {
        append(shell, path, args, &held, &outcome)?;
    }
    match shell.format {
        Format::Json => shell.out(&format!("{:#}", document(&held, &outcome)))?,
        Format::Text => shell.out(&text(&held, &outcome))?,
    }
    Ok(if outcome.met() { Verdict::Yes } else { Verdict::No })
}

/// Reads a certificate, which is verified first, or a decision alone.
fn read(shell: &Shell, file: &Path) -> Result<Held, Failure> {
    let bytes = shell.disk.read(file, limits::CERTIFICATE_BYTES)?;
    let wrong = |what: String| Failure::Usage(format!("`{}` {what}", shown(file)));
    let json = stored::document(&bytes).map_err(|e| wrong(format!("cannot be read: {e}")))?;
    match word(&json, "schema") {
        "provost.certificate/1" => certified(shell, file, &bytes, &json),
        "provost.decision/1" => alone(shell, file, json),
        _ => Err(wrong(
            "is neither a certificate nor a decision\n  help: `provost route … --certificate FILE` writes one"
                .to_owned(),
        )),
    }
}

fn certified(shell: &Shell, file: &Path, bytes: &[u8], json: &Json) -> Result<Held, Failure> {
    let checked = provost_verifier::verify(bytes);
    if checked.is_err() {
        let said = provost_verifier::as_text(&checked);
        return Err(Failure::Usage(format!("`{}` is no certificate that verifies: {}", shown(file), said.trim_end())));
    }
    if verify::of_package(shell, bytes, file)? == Verdict::No {
        return Err(Failure::Wrong);
    }
    let unread = |e| Failure::Unexpected(format!("`{}` verifies and cannot be read: {e}", shown(file)));
    let held = stored::certificate(json).map_err(unread)?;
    let decision = json.get("decision").cloned().unwrap_or_default();
    let plan = plan::plan(Arc::new(held.policy), Arc::new(held.services)).with_registered(held.registered);
    Ok(Held { plan, decision, certificate: Some(canonical::digest_bytes(bytes)) })
}

/// A decision without its certificate, under the package that it says it was made under.
fn alone(shell: &Shell, file: &Path, decision: Json) -> Result<Held, Failure> {
    let wrong = |what: &str| Failure::Usage(format!("`{}` {what}", shown(file)));
    if !check::is_identified(&decision) {
        return Err(wrong("was edited: the decision's identity is not its digest"));
    }
    let ready = Ready::with_route(shell, word(&decision, "route"))?;
    let input = |key: &str| decision.get("inputs").map_or("", |inputs| word(inputs, key));
    if input("policy") != ready.plan.policy_digest || input("services") != ready.plan.services_digest {
        let help = "name the package that it was made under with `--package DIR`, or use its certificate";
        return Err(wrong(&format!("was decided under another policy or other services\n  help: {help}")));
    }
    shell.remark(&format!(
        "warning: `{}` is a decision alone, and whoever wrote it may have written other promises\n  help: use its certificate",
        shown(file)
    ));
    Ok(Held { plan: ready.plan, decision, certificate: None })
}

/// Whether the package at hand, if there is one, masks a field of the request of a decision.
fn masks(shell: &Shell, held: &Held) -> Result<bool, Failure> {
    if !shell.package_named && !shell.disk.is_file(&shell.dir.join("provost.toml")) {
        return Ok(false);
    }
    let policy = &held.plan.policy;
    let request = policy.routes.get(held.word("route")).and_then(|route| policy.requests.get(&route.request));
    let fields: Vec<&Name> = request.into_iter().flat_map(|r| &r.fields).map(|field| &field.name).collect();
    Ok(shell.packages()?.iter().any(|opened| fields.iter().any(|field| opened.package.masked.contains(*field))))
}

fn word<'a>(of: &'a Json, key: &str) -> &'a str {
    of.get(key).and_then(Json::as_str).unwrap_or("")
}

/// What a decision promises; only one that is routed promises anything.
fn promises(held: &Held, file: &Path) -> Result<Vec<Promise>, Failure> {
    let ending = held.word("outcome");
    if ending != "routed" {
        let message = format!("`{}` holds a decision that is {ending}, and nothing was promised", shown(file));
        return Err(Failure::Usage(message));
    }
    let spelled = held.decision.get("guarantees").and_then(Json::as_object).into_iter().flatten();
    let spelled: BTreeMap<Name, String> =
        spelled.map(|(name, text)| (Name::from(name.as_str()), text.as_str().unwrap_or("").to_owned())).collect();
    enforce::promises(&held.plan, &Name::from(held.word("route")), &spelled)
        .map_err(|e| Failure::Usage(format!("`{}`: {e}", shown(file))))
}

/// The measurements in a file, typed as guarantees and measurements are.
fn measurements(
    shell: &Shell,
    plan: &Plan,
    promises: &[Promise],
    args: &EnforceArgs,
) -> Result<BTreeMap<Name, crate::value::Value>, Failure> {
    let mut sources = Sources::default();
    let (file, text) = (args.result.as_path(), shell.read(&args.result)?);
    signed(shell, args, text.as_bytes())?;
    let id = sources.add(shown(file), text);
    let node = data::read(shell, id, &sources)?;
    match measured(&plan.policy, &plan.services, &enforce::measurable(promises), &node) {
        Ok(values) => Ok(values),
        Err(found) => {
            shell.diagnostics(&found, &sources)?;
            Err(Failure::Wrong)
        }
    }
}

/// Refuses a result that was not signed as it stands, before a word of it is believed.
fn signed(shell: &Shell, args: &EnforceArgs, result: &[u8]) -> Result<(), Failure> {
    let (Some(signature), Some(key)) = (&args.signature, &args.key) else { return Ok(()) };
    let public = keys::public(shell, key)?;
    match identity::signed(&public, result, &keys::signature(shell, signature)?) {
        true => Ok(()),
        false => Err(Failure::Usage(format!(
            "`{}` is refused: the signature in `{}` is not of the key in `{}` over these bytes\n  help: nothing was enforced; \
             ask for the result again from whoever signed it",
            shown(&args.result),
            shown(signature),
            shown(key)
        ))),
    }
}

/// Records the outcome. Where decisions are masked, so is what came of them: bounds and identities tell what the mask hides.
fn append(shell: &Shell, path: &Path, args: &EnforceArgs, held: &Held, outcome: &Outcome) -> Result<(), Failure> {
    let log = match shell.disk.is_file(path) {
        true => shell.disk.read(path, limits::LOG_BYTES)?,
        false => Vec::new(),
    };
    let entries: Vec<Line> = log.split(|byte| *byte == b'\n').filter_map(|line| Line::read(line).ok()).collect();
    let masked = masks(shell, held)? || entries.iter().any(|line| mask::is_masked(&line.json));
    if masked && args.mask_key.is_none() {
        let help = "name the key that its decisions are masked with: `--mask-key FILE`";
        return Err(Failure::Usage(format!("the outcome would say what `{}` masks\n  help: {help}", shown(path))));
    }
    let id = held.word("decision_id");
    let about = |line: &Line| word(line.part("decision"), "decision_id") == id;
    if !masked && !entries.iter().any(about) {
        shell.remark(&format!("warning: `{}` does not hold the decision that was enforced", shown(path)));
    }
    let read = |path: &std::path::PathBuf| keys::read(shell, path);
    let mask = args.mask_key.as_ref().map(read).transpose()?.map(|key| Mask { fields: Default::default(), key });
    let key = args.sign_key.as_ref().map(read).transpose()?.map(SignKey::new);
    let recorded = outcome::of(id, held.certificate.as_deref(), &enforce::outcome(outcome));
    let entry = Entry::of_outcome(held.word("route"), inputs::now(shell, args.now.as_deref())?, recorded);
    log_file::append(shell, path, &entry, &Hand { mask, openings: args.openings.clone(), key })
}

fn document(held: &Held, outcome: &Outcome) -> Json {
    let mut document = outcome::of(held.word("decision_id"), held.certificate.as_deref(), &enforce::outcome(outcome));
    if let Json::Object(map) = &mut document {
        map.insert("schema".to_owned(), json!(enforce::SCHEMA));
        map.insert("route".to_owned(), json!(held.word("route")));
    }
    document
}

/// A line for each promise, and one for all of them.
fn text(held: &Held, outcome: &Outcome) -> String {
    let name_width = outcome.judged.iter().map(|judged| judged.name.chars().count()).max().unwrap_or(0);
    let mut lines = Vec::new();
    for judged in &outcome.judged {
        let verdict = if judged.met { "met     " } else { "violated" };
        let padding = " ".repeat(name_width.saturating_sub(judged.name.chars().count()));
        lines.push(format!("{verdict}  {}{padding}  {judged}", judged.name));
    }
    for (name, value) in &outcome.unpromised {
        lines.push(format!("`{name}` was measured as {value}, and nothing was promised"));
    }
    let met = outcome.judged.iter().filter(|judged| judged.met).count();
    let (all, route) = (outcome.judged.len(), held.word("route"));
    let whose = if held.certificate.is_some() { "certified decision" } else { "decision without certificate" };
    let of = format!("{whose} {} on route `{route}`", held.word("decision_id"));
    lines.push(match all {
        0 => format!("nothing was promised by the {of}"),
        _ => format!("{met} of {all} promises kept, of the {of}"),
    });
    lines.join("\n")
}
