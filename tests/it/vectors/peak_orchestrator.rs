//! Layered selection: the vectors of the orchestrator, against `rules/layers` with the registry that each states.

use std::fs;
use std::path::Path;
use std::process::Command;

use provost::base::Name;
use provost::cli::disk::Disk;
use provost::facts::registry::identity;
use provost::select::{Constraints, DenialKind, Moment, Refusal, Selection, Selector, Status};
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::house::root;

/// What came of one vector.
enum Verdict {
    /// As measured, or as recommended.
    Equal,
    /// Otherwise, and meant to be: why.
    Different(&'static str),
    /// Otherwise, and not meant to be: what came out.
    Wrong(String),
}

/// What one of the original's kinds of error is called here.
fn kinds(original: &str) -> &'static [DenialKind] {
    use DenialKind::*;
    match original {
        "RuntimeError" | "Disabled" => &[Disabled],
        "InvalidLayerError" | "InvalidLayer" => &[UnknownLayer, UnmappedLayer],
        "ForbiddenAutonomyError" | "ForbiddenAutonomy" => &[ForbiddenAutonomy, ForbiddenLayer],
        "AutonomyCeiling" | "AutonomyExceeded" | "AutonomyCeilingExceeded" | "AutonomyAboveCeiling" => {
            &[AutonomyCeiling, ForbiddenLayer]
        }
        "InvalidModelError" | "InvalidModel" => &[NoModel, UnknownPrimary, UnknownCritic, UnknownFallback],
        "NoLlm" | "NoModel" => &[NoModel],
        "UnknownModel" => &[UnknownPrimary, UnknownCritic, UnknownFallback],
        "SoDViolationError" | "SoDViolation" => &[SeparationOfDuties, CriticStandsIn],
        "InvalidAutonomy" => &[UnknownAutonomy],
        "ScopeMissing" => &[MissingScope],
        "ConstraintUnsatisfied" => &[ConstraintUnsatisfied, CriticUnfit],
        "ConfigError" | "AttributeError" => &[Configuration],
        _ => &[],
    }
}

/// The constraint that stands for a reason of the vectors.
fn reason(original: &str) -> &str {
    match original {
        "max_latency_ms" => "max_latency",
        other => other,
    }
}

/// The package of a vector on the disk.
fn package(input: &Json) -> TempDir {
    let fixture = |name: &str| -> Json {
        serde_json::from_str(&super::text(&format!("fixtures/{name}")).expect("the fixtures stand beside the vectors"))
            .unwrap()
    };
    let (mut registry, mut scopes) = (fixture("peak_registry.json"), fixture("peak_scopes.json"));
    let variant = &input["config_variant"];
    let patches = |of: &Json| of.as_array().into_iter().flatten().cloned().collect::<Vec<_>>();
    for patch in patches(&input["registry_patch"]).iter().chain(&patches(&variant["reg_patch"])) {
        apply(&mut registry, patch);
    }
    for patch in patches(&input["scopes_patch"]).iter().chain(&patches(&variant["scope_patch"])) {
        apply(&mut scopes, patch);
    }
    let home = tempfile::tempdir().unwrap();
    let from = root().join("rules/layers");
    fs::create_dir_all(home.path().join("rules")).unwrap();
    fs::create_dir_all(home.path().join("data")).unwrap();
    fs::copy(from.join("provost.toml"), home.path().join("provost.toml")).unwrap();
    for file in ["registry.provost", "select.provost", "records.provost"] {
        fs::copy(from.join("rules").join(file), home.path().join("rules").join(file)).unwrap();
    }
    let raw = variant["raw_registry"].as_str().map_or_else(|| toml(&registry), str::to_owned);
    if variant["no_registry"] != true {
        fs::write(home.path().join("data/model_registry.toml"), raw).unwrap();
    }
    if variant["no_scopes"] != true {
        let folder = home.path().join("data/capability_scopes");
        fs::create_dir_all(&folder).unwrap();
        for (name, scope) in scopes.as_object().unwrap() {
            fs::write(folder.join(name), toml(scope)).unwrap();
        }
        for (name, text) in variant["files"].as_object().into_iter().flatten() {
            fs::write(folder.join(name), text.as_str().unwrap()).unwrap();
        }
    }
    home
}

/// `{"set": [path], "value": v}` or `{"remove": [path]}`.
fn apply(tree: &mut Json, patch: &Json) {
    let path = patch.get("set").or(patch.get("remove")).and_then(Json::as_array).unwrap();
    let (last, above) = path.split_last().unwrap();
    let place = above.iter().fold(tree, |tree, step| &mut tree[step.as_str().unwrap()]);
    let (place, last) = (place.as_object_mut().unwrap(), last.as_str().unwrap());
    match patch.get("value") {
        Some(value) => drop(place.insert(last.to_owned(), value.clone())),
        None => drop(place.remove(last)),
    }
}

/// A tree of tables as TOML.
fn toml(tree: &Json) -> String {
    let mut out = String::new();
    table("", tree, &mut out);
    out
}

fn table(path: &str, tree: &Json, out: &mut String) {
    let entries = tree.as_object().unwrap();
    if !path.is_empty() {
        out.push_str(&format!("[{path}]\n"));
    }
    for (key, value) in entries.iter().filter(|(_, value)| !value.is_object()) {
        // What JSON and TOML write alike: texts, numbers, flags and lists of these.
        out.push_str(&format!("{key:?} = {value}\n"));
    }
    for (key, value) in entries.iter().filter(|(_, value)| value.is_object()) {
        let below = if path.is_empty() { format!("{key:?}") } else { format!("{path}.{key:?}") };
        table(&below, value, out);
    }
}

fn constraints(call: &Json) -> Constraints {
    let of = &call["constraints"];
    let wanted = of["required_capabilities"].as_array().into_iter().flatten();
    Constraints {
        max_cost_per_1k_tokens: of["max_cost_per_1k_tokens"].as_number().map(|n| n.to_string().parse().unwrap()),
        max_latency_ms: of["max_latency_ms"].as_u64(),
        required_capabilities: wanted.map(|word| word.as_str().unwrap().into()).collect(),
        provider_diversity: of["provider_diversity"] == true,
    }
}

/// What a vector asks, asked of the library.
fn select(input: &Json, home: &Path) -> Result<Selection, Box<Refusal>> {
    let selector = Selector::open(&Disk, home);
    let switched = |name: &str| match &input["enabled"] {
        Json::Bool(on) => on.then(|| "true".to_owned()),
        _ => input["env"][name].as_str().map(str::to_owned),
    };
    let signals = selector.signals(switched).unwrap();
    let now = input["clock"].as_str().unwrap_or("2026-01-10T12:00:00+00:00").replace("+00:00", "Z").parse().unwrap();
    let call = &input["call"];
    let layer = match &call["layer_id"] {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let context = call["context"].as_object().into_iter().flatten();
    let context: Vec<(Name, Name)> =
        context.map(|(key, value)| (key.as_str().into(), value.to_string().into())).collect();
    let (autonomy, task) = (call["autonomy_level"].as_str().unwrap(), call["task_type"].as_str().unwrap_or("general"));
    selector.select_model(layer.as_deref(), autonomy, task, &constraints(call), &context, &Moment { now, signals })
}

fn judge_select(vector: &Json) -> Verdict {
    let home = package(&vector["input"]);
    let found = select(&vector["input"], home.path());
    let target = vector.get("recommended_for_new_system").unwrap_or(&vector["expected"]);
    if target.get("warning").is_some() {
        let warned = Selector::open(&Disk, home.path()).diagnostics().iter().any(|found| !found.is_error());
        return match found {
            Ok(_) if warned => Verdict::Equal,
            other => Verdict::Wrong(format!("{other:?}")),
        };
    }
    match (target["ok"] == true, found) {
        (true, Ok(found)) => judge_selection(&target["selection"], &found),
        (false, Err(refusal)) => judge_refusal(&target["error"], &refusal),
        (false, Ok(_)) if vector["id"] == "autonomy_plain_string_rec" => {
            Verdict::Different("a level is a word here, and the recommendation allows to parse it")
        }
        (true, Err(refusal)) => Verdict::Wrong(format!("refused: {:?}", refusal.denials)),
        (false, Ok(found)) => Verdict::Wrong(format!("selected: {}", found.reason)),
    }
}

fn judge_selection(target: &Json, found: &Selection) -> Verdict {
    let text = |key: &str| target[key].as_str().unwrap();
    let fallbacks: Vec<&str> =
        target["fallback_model_ids"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()).collect();
    let ours: Vec<String> = found.fallbacks.iter().map(|name| identity(name)).collect();
    let same = identity(&found.primary) == text("primary_model_id")
        && identity(&found.critic) == text("critic_model_id")
        && *found.registry_version == *text("registry_version")
        && *found.layer == *text("layer_id")
        && *found.autonomy == *text("autonomy_level")
        && found.decision.inputs.now.to_string() == text("selection_timestamp").replace("+00:00", "Z");
    let mut once = fallbacks.clone();
    once.dedup();
    let distinct = fallbacks.iter().enumerate().all(|(at, name)| !fallbacks[..at].contains(name));
    match (same, ours == fallbacks, *found.scope == *text("capability_scope_id")) {
        (true, true, true) => Verdict::Equal,
        (true, true, false) => {
            Verdict::Different("the scope is known by the name of its file, not by one made from a description")
        }
        (true, false, true | false) if !distinct => {
            Verdict::Different("a fallback that is named twice is given once, and warned of")
        }
        _ => Verdict::Wrong(format!("{} with {ours:?} and {}", found.reason, found.scope)),
    }
}

fn judge_refusal(target: &Json, refusal: &Refusal) -> Verdict {
    let kind = target["kind"].as_str().unwrap();
    let told: Vec<String> = refusal.denials.iter().map(|denial| format!("{:?} ({})", denial.kind, denial.by)).collect();
    let first = refusal.denials.first().unwrap();
    if !kinds(kind).contains(&first.kind) {
        return Verdict::Wrong(format!("{kind} expected, found {told:?}"));
    }
    let against = |model: &str| refusal.rejected.iter().find(|candidate| *candidate.model == *model);
    let has = |model: &str, why: &str| against(model).is_some_and(|c| c.reasons.iter().any(|r| **r == *reason(why)));
    for rejected in target["rejected"].as_array().into_iter().flatten() {
        let (model, why) = (rejected["model_id"].as_str().unwrap(), rejected["reason"].as_str().unwrap());
        if !has(model, why) {
            return Verdict::Wrong(format!("`{model}` should be rejected for `{why}`: {:?}", refusal.rejected));
        }
    }
    match target["constraint"].as_str() {
        Some(why) if !refusal.rejected.iter().all(|c| c.reasons.iter().any(|r| **r == *reason(why))) => {
            Verdict::Wrong(format!("`{why}` expected: {:?}", refusal.rejected))
        }
        _ => Verdict::Equal,
    }
}

fn judge_proposed(vector: &Json) -> Verdict {
    let home = package(&vector["input"]);
    let target = &vector["expected"];
    let found = match (target["ok"] == true, select(&vector["input"], home.path())) {
        (true, Ok(found)) => found,
        (false, Err(refusal)) => {
            let layer = &vector["input"]["call"]["layer_id"];
            let both = refusal.denials.iter().any(|denial| denial.kind == DenialKind::ForbiddenLayer);
            if both && refusal.denials.first().is_some_and(|d| d.kind == DenialKind::NoModel) && layer == "L6" {
                return Verdict::Different("both are told, and the measured order puts the missing model first");
            }
            return judge_refusal(&target["error"], &refusal);
        }
        (_, other) => return Verdict::Wrong(format!("{other:?}")),
    };
    let rejected = target["rejected"].as_array().unwrap();
    let as_told = rejected.len() == found.rejected.len()
        && rejected.iter().zip(&found.rejected).all(|(target, found)| {
            let why = reason(target["reason"].as_str().unwrap());
            target["model_id"] == *found.model && found.reasons.iter().any(|reason| **reason == *why)
        });
    let same = target["selected_model_id"] == *found.primary
        && (target["role"] == "fallback") == found.stands_in
        && target["critic_model_id"] == *found.critic
        && target["capability_scope_id"] == *found.scope
        && target["registry_version"] == *found.registry_version;
    if same && as_told { Verdict::Equal } else { Verdict::Wrong(format!("{} {:?}", found.reason, found.rejected)) }
}

fn judge_construct(vector: &Json) -> Verdict {
    let home = package(&vector["input"]);
    let selector = Selector::open(&Disk, home.path());
    let target = vector.get("recommended_for_new_system").unwrap_or(&vector["expected"]);
    let signals = selector.signals(|name| vector["input"]["env"][name].as_str().map(str::to_owned)).unwrap();
    let health = selector.health(&signals);
    if target["ok"] != true {
        return if health.status == Status::Unsound { Verdict::Equal } else { Verdict::Wrong(format!("{health:?}")) };
    }
    let of = &target["health"];
    let version = of["registry_version"].as_str() == health.registry_version.as_deref();
    let counts = [("models_count", health.models), ("layers_mapped", health.layers), ("scopes_loaded", health.scopes)];
    let same = of["enabled"] == health.enabled
        && version
        && of["status"] == health.status.word()
        && counts.iter().all(|(key, count)| of[*key] == *count);
    if same { Verdict::Equal } else { Verdict::Wrong(format!("{health:?}: {:?}", selector.diagnostics())) }
}

/// A record as it is, asked of its route.
fn judge_record(route: &str, vector: &Json) -> Verdict {
    let home = package(&Json::Null);
    fs::write(home.path().join("record.json"), vector["input"].to_string()).unwrap();
    let (code, out) = provost(home.path(), None, &["route", route, "--request", "record.json"]);
    let decision: Json = serde_json::from_str(&out).unwrap();
    let first = decision["denied_by"][0]["rule"].as_str();
    let target = vector.get("recommended_for_new_system").unwrap_or(&vector["expected"]);
    // Where the measured title says which rule is broken, the first denial is for that.
    let expected = match vector["id"].as_str().unwrap() {
        "lrm_bad_layer" | "lrm_order_layer_before_exec" => Some("record_of_unknown_layer"),
        "lrm_exec" => Some("record_of_execution"),
        "lrm_sod" | "lrm_sod_not_normalised" => Some("record_of_own_review"),
        "lrm_no_matrix_version" => Some("record_without_version"),
        "sodr_order" => Some("review_of_own_work"),
        "sodr_no_decision" => Some("review_without_verdict"),
        "sodr_blank_rationale" => Some("review_without_rationale"),
        "sodr_no_evidence" => Some("review_without_evidence"),
        _ => None,
    };
    let as_wanted = if target["ok"] == true { code == Some(0) } else { code == Some(1) && first.is_some() };
    let for_that = expected.is_none() || first == expected;
    if as_wanted && for_that { Verdict::Equal } else { Verdict::Wrong(format!("exit code {code:?}: {first:?}")) }
}

/// A command line of the program in a package.
fn provost(home: &Path, env: Option<&str>, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_provost"));
    command.current_dir(home).env_clear().args(arguments);
    if let Some(text) = env {
        command.env("ORCHESTRATOR_ENABLED", text);
    }
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn judge_check(vector: &Json) -> Verdict {
    let home = package(&vector["input"]);
    let (code, _) = provost(home.path(), None, &["check"]);
    // Wrong input is the exit code 2 everywhere in Provost; the original has 1.
    let wanted = if vector["expected"]["ok"] == true { 0 } else { 2 };
    if code == Some(wanted) { Verdict::Equal } else { Verdict::Wrong(format!("exit code {code:?}")) }
}

fn judge_command(vector: &Json) -> Verdict {
    let home = package(&vector["input"]);
    let given: Vec<&str> = vector["input"]["args"].as_array().unwrap().iter().map(|a| a.as_str().unwrap()).collect();
    let value =
        |names: [&str; 2]| given.iter().position(|a| names.contains(a)).and_then(|at| given.get(at + 1)).copied();
    let mut arguments = vec!["route".to_owned(), "select".to_owned()];
    let fields = [("layer", ["--layer", "-l"]), ("autonomy", ["--autonomy", "-a"]), ("task", ["--task-type", "-t"])];
    for (field, names) in fields {
        value(names).into_iter().for_each(|text| arguments.extend(["--set".to_owned(), format!("{field}={text}")]));
    }
    let switched = given.contains(&"--enable-orchestrator").then_some("true");
    let env = switched.or(vector["input"]["env"]["ORCHESTRATOR_ENABLED"].as_str());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (code, out) = provost(home.path(), env, &arguments);
    let (wanted, facts) = (vector["expected"]["exit_code"].as_i64().unwrap(), &vector["expected"]["facts"]);
    let named = |key: &str| facts[key].as_str().is_none_or(|name| identity(&out).contains(&format!("{name:?}")));
    match (i64::from(code.unwrap()) == wanted, wanted) {
        (true, 0) if !["Primary Model", "Critic Model", "Capability Scope"].iter().all(|key| named(key)) => {
            Verdict::Wrong(out)
        }
        (true, _) => Verdict::Equal,
        (false, 2) if code == Some(1) => Verdict::Different(
            "a layer or level that does not exist is a denial with a certificate, not a slip of typing",
        ),
        (false, _) => Verdict::Wrong(format!("exit code {code:?}: {out}")),
    }
}

#[test]
fn the_vectors_of_the_orchestrator_come_out_as_measured_or_as_recommended() {
    let Some(text) = super::text("peak_orchestrator.json") else { return };
    let vectors: Vec<Json> = serde_json::from_str(&text).unwrap();
    let mut tally = super::Tally::default();
    for vector in &vectors {
        let (id, kind) = (vector["id"].as_str().unwrap(), vector["kind"].as_str().unwrap());
        let verdict = match kind {
            "select_model" => judge_select(vector),
            "proposed_select" => judge_proposed(vector),
            "construct" => judge_construct(vector),
            "validate_config" => judge_check(vector),
            "cli_orchestrator_dryrun" => judge_command(vector),
            "layer_run_metadata.validate" => judge_record("run_record", vector),
            "sod_check_result.validate" => judge_record("review_record", vector),
            other => Verdict::Wrong(format!("nobody judges `{other}`")),
        };
        match verdict {
            Verdict::Equal => tally.count(kind, id, Ok(()), None),
            Verdict::Different(why) => tally.count(kind, id, Err(String::new()), Some(super::Apart::OnPurpose(why))),
            Verdict::Wrong(what) => tally.count(kind, id, Err(what), None),
        }
    }
    tally.finish("peak_orchestrator");
}
