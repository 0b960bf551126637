//! Dry runs, against their predecessor and against what was recommended for them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use provost::base::canonical::digest_bytes;
use provost::base::glob::{Glob, RelativePath};
use provost::dryrun::manifest::{self, Manifest};
use provost::dryrun::moment::Moment;
use provost::dryrun::scope::Lists;
use provost::dryrun::{pointers, spelling};
use provost::facts::registry::identity;
use serde_json::{Value as Json, json};

use super::Apart;

/// What differs on purpose, and why.
const ON_PURPOSE: &[(&str, &str)] = &[
    ("fail_model_dash_form", "`gpt-5-2-pro` and `gpt-5.2-pro` name one model, here as in selection"),
    ("capability_scope_metadata_inputs", "a pattern is held against a whole path, not looked for inside of it"),
    ("scope_file_no_underscore", "a scope belongs to the layer that it names, whatever its file is called"),
    ("surfaces_L9", "an unknown layer is an `InvalidLayerError` wherever it is named, and no untyped error"),
    (
        "ok_L0_layer_key_vs_layer_id",
        "a table that calls itself otherwise is two names for one layer: the check refuses it",
    ),
];

/// The fields of a manifest that the predecessor has.
const ADDED: &[&str] =
    &["capability_scope_name", "decision_id", "digests", "provider_diversity", "schema", "tools_manifest"];

type Met = Result<(), String>;

#[test]
fn dry_runs_do_what_was_measured_and_recommended() {
    let files = ["peak_dryrun.json", "fixtures/peak_registry.json", "fixtures/peak_scopes.json"].map(super::text);
    let [Some(vectors), Some(registry), Some(scopes)] = files else { return };
    let parsed = |text: &str| serde_json::from_str::<Json>(text).unwrap();
    let field = Field { registry: parsed(&registry), scopes: parsed(&scopes) };
    let mut tally = super::Tally::default();
    for vector in parsed(&vectors).as_array().unwrap() {
        let (id, kind) = (vector["id"].as_str().unwrap(), vector["kind"].as_str().unwrap());
        let apart = ON_PURPOSE.iter().find(|(known, _)| *known == id).map(|(_, reason)| Apart::OnPurpose(reason));
        tally.count(kind, id, field.met(kind, vector), apart);
    }
    tally.finish("peak_dryrun");
}

/// The configuration that the vectors start from.
struct Field {
    registry: Json,
    scopes: Json,
}

/// A package with the rules of this project and a configuration of a vector, in a folder that goes away.
struct Package(tempfile::TempDir);

impl Package {
    fn new(registry: &str, scopes: &[(String, String)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/layers");
        let package = home.path().join("package");
        for folder in ["rules", "data/capability_scopes"] {
            fs::create_dir_all(package.join(folder)).unwrap();
        }
        fs::create_dir(home.path().join("work")).unwrap();
        fs::copy(ours.join("provost.toml"), package.join("provost.toml")).unwrap();
        for entry in fs::read_dir(ours.join("rules")).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, package.join("rules").join(path.file_name().unwrap())).unwrap();
        }
        fs::write(package.join("data/model_registry.toml"), registry).unwrap();
        for (name, text) in scopes {
            fs::write(package.join("data/capability_scopes").join(name), text).unwrap();
        }
        Self(home)
    }

    fn work(&self) -> PathBuf {
        self.0.path().join("work")
    }

    fn provost(&self, verb: &[&str], arguments: &[String]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_provost"));
        command.env_clear().current_dir(self.work()).arg("--package").arg(self.0.path().join("package"));
        command.args(verb).args(arguments).output().unwrap()
    }
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Met {
    if found == expected { Ok(()) } else { Err(format!("{what} is {found:?}, and {expected:?} was expected")) }
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Json) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

/// `{ "set": path, "value": value }` or `{ "remove": path }`.
fn patch(value: &mut Json, patches: &Json) {
    for one in patches.as_array().into_iter().flatten() {
        let path = texts(one.get("set").or_else(|| one.get("remove")).unwrap());
        let (last, before) = path.split_last().unwrap();
        let place = before.iter().fold(&mut *value, |value, key| &mut value[key]);
        let map = place.as_object_mut().unwrap();
        match one.get("value") {
            Some(value) => drop(map.insert(last.clone(), value.clone())),
            None => drop(map.shift_remove(last)),
        }
    }
}

impl Field {
    fn met(&self, kind: &str, vector: &Json) -> Met {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let better = vector.get("recommended_for_new_system");
        match kind {
            "dry_run" => self.dry_run(input, expected, better),
            "cli_run_layer_dry_run" => self.command(input, expected, better),
            "learnable_surfaces" => self.surfaces(input, better.unwrap_or(expected)),
            "sod_check" => self.duties(input, better.unwrap_or(expected), expected),
            "scope_load" => self.scope_file(input, better.unwrap_or(expected)),
            "l3_pointer_only" => {
                let accepted = pointers::faults(input).is_empty();
                equal("accepted", Some(accepted), better.unwrap_or(expected)["accepted"].as_bool())
            }
            "manifest_generate" => manifest_text(&input["args"], expected),
            "scope_validate_input" => self.table(expected, "inputs", Lists::path),
            "scope_validate_output" => self.table(expected, "outputs", Lists::name),
            "scope_validate_tooling" => self.table(expected, "tooling", Lists::name),
            "pattern_match" => patterns(input),
            "capability_scope_metadata" => substrings(input, expected),
            "run_id" | "run_id_table" => run_ids(expected),
            other => Err(format!("the kind `{other}` is not known")),
        }
    }

    /// The package of a vector.
    fn package(&self, input: &Json) -> Package {
        let (mut registry, mut scopes) = (self.registry.clone(), self.scopes.clone());
        patch(&mut registry, &input["registry_patch"]);
        patch(&mut scopes, &input["scopes_patch"]);
        let variant = &input["config_variant"];
        let raw = variant.get("raw_registry").map(text);
        let registry = raw.unwrap_or_else(|| toml::to_string(&registry).unwrap());
        let mut files: Vec<(String, String)> = scopes
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, scope)| (name.clone(), toml::to_string(scope).unwrap()))
            .collect();
        files.extend(variant["files"].as_object().into_iter().flatten().map(|(name, raw)| (name.clone(), text(raw))));
        Package::new(&registry, &files)
    }

    fn dry_run(&self, input: &Json, expected: &Json, better: Option<&Json>) -> Met {
        let package = self.package(input);
        let call = &input["call"];
        let mut arguments = vec![];
        for (option, key) in
            [("--layer", "layer_id"), ("--primary", "primary_model_id"), ("--critic", "critic_model_id")]
        {
            arguments.push(format!("{option}={}", text(&call[key])));
        }
        arguments.push(format!("--out={}", text(&call["out_dir"])));
        for (option, key) in [("--run-id", "run_id"), ("--notes", "operator_notes")] {
            arguments.extend(call[key].as_str().map(|value| format!("{option}={value}")));
        }
        for (option, key) in [("--finding", "findings"), ("--action", "actions")] {
            arguments.extend(texts(&call[key]).into_iter().map(|value| format!("{option}={value}")));
        }
        if expected.get("timestamp_regex").is_none() {
            arguments.extend(input["clock"].as_str().map(|clock| format!("--now={clock}")));
        }
        if input["enforce_provider_diversity"] == json!(true) {
            arguments.push("--provider-diversity".to_owned());
        }
        let taken = expected["error"]["kind"] == "FileExistsError";
        let out = provost::world::normal(&package.work().join(text(&call["out_dir"])));
        if taken {
            fs::write(&out, "").unwrap();
        }
        let output = package.provost(&["--format", "json", "dry-run"], &arguments);
        let refused = better.filter(|better| better["ok"] == false).or((expected["ok"] == false).then_some(expected));
        match refused {
            Some(_) if taken => {
                equal("the exit code", output.status.code(), Some(3))?;
                equal("what stands there", out.is_file(), true)
            }
            Some(refused) => {
                refusal(&output, &text(&refused["error"]["kind"]))?;
                equal("the folder", out.exists(), false)
            }
            None => written(&output, &out, expected, better),
        }
    }

    fn command(&self, input: &Json, expected: &Json, better: Option<&Json>) -> Met {
        let package = self.package(input);
        let output = package.provost(&["dry-run"], &texts(&input["args"]));
        let code = better.and_then(|better| better["exit_code"].as_i64()).or(expected["exit_code"].as_i64());
        equal("the exit code", output.status.code().map(i64::from), code)?;
        if let Some(named) = better.and_then(|better| better["error"].as_str()) {
            let (kind, code) = named.split_once(", exit ").unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            let first = said.lines().next().unwrap_or_default().contains(&format!(": {kind}"));
            equal("the first error and the exit code", (first, output.status.code()), (true, code.parse().ok()))?;
        }
        let said = String::from_utf8_lossy(&output.stdout);
        for (name, value) in expected["facts"].as_object().into_iter().flatten() {
            let line = format!("{name}: {}", text(value));
            equal(&format!("`{line}` in {said:?}"), said.lines().any(|found| found == line), true)?;
        }
        if code == expected["exit_code"].as_i64() {
            let there = texts(&expected["artifacts"]).iter().all(|path| package.work().join(path).is_file());
            equal("the files", there, true)?;
        }
        Ok(())
    }

    /// A run of the layer with its own models, that asks to learn.
    fn surfaces(&self, input: &Json, expected: &Json) -> Met {
        let package = self.package(&Json::Null);
        fs::write(package.work().join("envelope.json"), input["envelope"].to_string()).unwrap();
        let layer = &self.registry["layer_mapping"][text(&input["layer"])];
        let arguments = [
            format!("--layer={}", text(&input["layer"])),
            format!("--primary={}", layer["primary"].as_str().unwrap_or("gpt-5.2")),
            format!("--critic={}", layer["critic"].as_str().unwrap_or("o3")),
            "--out=out".to_owned(),
            "--envelope=envelope.json".to_owned(),
        ];
        // A layer that may not run at all is still asked what it may learn, so only what is said of that counts.
        let output = package.provost(&["--format", "json", "dry-run"], &arguments);
        let told: Json = serde_json::from_slice(&output.stdout).map_err(|e| e.to_string())?;
        let violations = told["violations"].as_array().unwrap().iter();
        let mut kinds = violations.map(|violation| text(&violation["kind"]));
        if expected["ok"] == true {
            let of_gate = kinds.find(|kind| kind == "LearnableSurfacesViolation" || kind == "InvalidLayerError");
            return equal("what stands against it", of_gate, None);
        }
        let kind = text(&expected["error"]["kind"]);
        if kinds.any(|found| found == kind) { Ok(()) } else { Err(format!("`{kind}` was expected, and it is {told}")) }
    }

    /// Two models that nobody knows but this registry, before the rules of the package.
    fn duties(&self, input: &Json, target: &Json, measured: &Json) -> Met {
        let mut names = [text(&input["proposer"]), text(&input["critic"])];
        if identity(&names[0]) == identity(&names[1]) {
            names[0] = names[1].clone();
        }
        let mut registry = self.registry.clone();
        for (name, provider) in names.iter().zip(["proposer_provider", "critic_provider"]) {
            if name.is_empty() {
                continue;
            }
            let mut model = registry["models"]["o3"].clone();
            model["model_id"] = json!(name);
            match input[provider].as_str() {
                Some(provider) => model["provider"] = json!(provider),
                None if input["enforce_provider_diversity"] == true => {
                    drop(model.as_object_mut().unwrap().shift_remove("provider"));
                }
                None => {}
            }
            registry["models"][name.replace('.', "-")] = model;
        }
        let scopes = self.scopes.as_object().unwrap();
        let scopes: Vec<_> =
            scopes.iter().map(|(name, scope)| (name.clone(), toml::to_string(scope).unwrap())).collect();
        let package = Package::new(&toml::to_string(&registry).unwrap(), &scopes);
        let mut request = json!({
            "layer": "L2",
            "primary_named": names[0],
            "critic_named": names[1],
            "provider_diversity": input["enforce_provider_diversity"],
        });
        for (role, name) in ["primary", "critic"].iter().zip(&names).filter(|(_, name)| !name.is_empty()) {
            request[role] = json!(name);
        }
        fs::write(package.work().join("request.json"), request.to_string()).unwrap();
        let output = package.provost(&["route", "dry_run"], &["--request=request.json".to_owned()]);
        // Without a decision there is no run either.
        let decision: Option<Json> = serde_json::from_slice(&output.stdout).ok();
        let mut denied = decision.iter().filter_map(|decision| decision["denied_by"].as_array()).flatten();
        let broken = decision.is_none()
            || denied
                .by_ref()
                .map(|failure| text(&failure["rule"]))
                .any(|rule| rule == "dry_run_separation_of_duties" || rule == "dry_run_provider_diversity");
        equal("the result", if broken { "FAIL" } else { "PASS" }, target["result"].as_str().unwrap_or_default())?;
        if broken || target["result"] != measured["result"] {
            return Ok(());
        }
        equal("the reason", manifest::separated(&names[0], &names[1]).1, text(&measured["reason"]))
    }

    /// A layer whose scope stands in files of these names.
    fn scope_file(&self, input: &Json, expected: &Json) -> Met {
        let layer = text(&input["layer"]);
        let mut files = Vec::new();
        for name in texts(&input["files"]) {
            let named = name.split(['_', '.']).next().unwrap().to_owned();
            let mut scope = self.scopes["L2_market_outlook.toml"].clone();
            scope["scope"]["layer_id"] = json!(named);
            files.push((name, toml::to_string(&scope).unwrap()));
        }
        let package = Package::new(&toml::to_string(&self.registry).unwrap(), &files);
        let mapped = &self.registry["layer_mapping"][&layer];
        let arguments = [
            format!("--layer={layer}"),
            format!("--primary={}", text(&mapped["primary"])),
            format!("--critic={}", text(&mapped["critic"])),
            "--out=out".to_owned(),
        ];
        let output = package.provost(&["--format", "json", "dry-run"], &arguments);
        if expected["ok"] == true {
            return equal("the exit code", output.status.code(), Some(0));
        }
        refusal(&output, &text(&expected["error"]["kind"]))
    }

    /// Rows that ask what the scope of a layer says of something.
    fn table(&self, expected: &Json, part: &str, say: fn(&Lists, &str) -> provost::dryrun::scope::Verdict) -> Met {
        for row in expected["rows"].as_array().unwrap() {
            let layer = text(&row["layer"]);
            let mut scopes = self.scopes.as_object().unwrap().values();
            let Some(scope) = scopes.find(|scope| scope["scope"]["layer_id"] == layer.as_str()) else {
                return Err(format!("`{layer}` has no scope"));
            };
            let of_part = |name: &str| texts(&scope[part][name]);
            let lists = Lists { allowed: of_part("allowed"), forbidden: of_part("forbidden") };
            let named = row.as_object().unwrap().iter().find(|(key, value)| *key != "layer" && value.is_string());
            let named = text(named.unwrap().1);
            let verdict = say(&lists, &named);
            let target = row.get("recommended").unwrap_or(&row["allowed"]).as_bool();
            equal(&format!("`{named}` in `{layer}`"), Some(verdict.is_allowed()), target)?;
            if let Some(reason) = row["recommended_reason"].as_str() {
                equal(&format!("why `{named}` in `{layer}`"), verdict.to_string().as_str(), reason)?;
            }
        }
        Ok(())
    }
}

/// What is refused ends with 2, and its first violation is of the kind, or wraps it.
fn refusal(output: &Output, kind: &str) -> Met {
    let said = String::from_utf8_lossy(&output.stdout);
    let told: Json = serde_json::from_str(&said)
        .map_err(|_| format!("no JSON: {said} {}", String::from_utf8_lossy(&output.stderr)))?;
    let first = &told["violations"][0];
    let is_kind = first["kind"] == kind || first["cause"] == kind;
    equal("the exit code", output.status.code(), Some(2))?;
    if is_kind { Ok(()) } else { Err(format!("`{kind}` was expected, and it is {told}")) }
}

/// What is written has the fields of the predecessor, spelled as there.
fn written(output: &Output, out: &Path, expected: &Json, better: Option<&Json>) -> Met {
    let said = || format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.code() != Some(0) {
        return Err(said());
    }
    let raw = fs::read_to_string(out.join("run_manifest.json")).map_err(|e| e.to_string())?;
    let report = fs::read(out.join("operator_output.md")).map_err(|e| e.to_string())?;
    let mut found: Json = serde_json::from_str(&raw).unwrap();
    equal("the digest of the report", text(&found["digests"]["operator_output"]), digest_bytes(&report))?;
    let map = found.as_object_mut().unwrap();
    for name in ADDED {
        map.shift_remove(*name).ok_or_else(|| format!("`{name}` is missing"))?;
    }
    if let Some(regex) = expected["timestamp_regex"].as_str() {
        let same = found["timestamp"] == found["sod_timestamp"]
            && found["timestamp"].as_str().is_some_and(|t| t.ends_with("+00:00"));
        equal(&format!("the time, which follows {regex}"), same, true)?;
        return equal("the identity", &found["run_id"], &expected["run_id"]);
    }
    let mut wanted = expected["run_manifest_json"].clone();
    let normalised = better.is_some_and(|better| better["normalise"] == "UTC");
    if normalised {
        let utc = Moment::read(wanted["timestamp"].as_str().unwrap()).unwrap().to_string();
        wanted["timestamp"] = json!(utc);
        wanted["sod_timestamp"] = json!(utc);
    }
    // What is recommended of single fields counts in place of what was measured of them.
    let fields = better
        .and_then(Json::as_object)
        .into_iter()
        .flatten()
        .filter(|(key, _)| expected["run_manifest_json"].get(key).is_some());
    let mut is_measured = !normalised;
    for (key, value) in fields {
        wanted[key] = value.clone();
        is_measured = false;
    }
    equal("the manifest", &found, &wanted)?;
    if !is_measured {
        return Ok(());
    }
    // The bytes without what was added are the measured ones.
    let bytes = spelling::text(&found);
    let digest = digest_bytes(bytes.as_bytes());
    equal(
        "the digest of the manifest",
        digest.trim_start_matches("sha256:"),
        expected["run_manifest_sha256"].as_str().unwrap(),
    )?;
    equal("the length of the manifest", Some(bytes.len() as u64), expected["run_manifest_bytes"].as_u64())
}

fn manifest_text(args: &Json, expected: &Json) -> Met {
    let [layer, primary, critic, scope] =
        ["layer_id", "primary_model_id", "critic_model_id", "capability_scope_id"].map(|key| text(&args[key]));
    let manifest = Manifest {
        run_id: manifest::run_id(&layer, &primary, &critic, &scope),
        moment: Moment::read(Moment::FIXED).unwrap(),
        layer,
        layer_name: text(&args["layer_name"]),
        autonomy: text(&args["autonomy_level"]),
        primary,
        fallbacks: texts(&args["fallback_model_ids"]),
        critic,
        scope,
        scope_version: text(&args["capability_scope_version"]),
        separation: (text(&args["sod_result"]), text(&args["sod_reason"])),
        registry_version: "1.0".to_owned(),
        artifacts: texts(&args["artifacts"]),
        report: args["operator_output_path"].as_str().map(str::to_owned),
        notes: text(&args["operator_notes"]),
        inputs: texts(&args["inputs_manifest"]),
        outputs: texts(&args["outputs_manifest"]),
        evidence: None,
    };
    equal("the text", manifest.text(), text(&expected["json_text"]))?;
    equal("the digest", digest_bytes(manifest.text().as_bytes()), format!("sha256:{}", text(&expected["sha256"])))
}

/// Each pattern means what a slow and simple reading of it means: that is what was recommended in place of what was measured.
fn patterns(input: &Json) -> Met {
    for row in input["rows"].as_array().unwrap() {
        let (pattern, path) = (text(&row["pattern"]), text(&row["path"]));
        let found = Glob::new(&pattern).ok().zip(RelativePath::new(&path).ok()).map(|(glob, path)| glob.matches(&path));
        let pattern: Vec<&str> = pattern.split('/').collect();
        let path: Vec<&str> = path.split('/').collect();
        equal(&format!("{row}"), found, Some(slowly(&pattern, &path)))?;
    }
    Ok(())
}

fn slowly(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        (["**", rest @ ..], _) => (0..=path.len()).any(|skipped| slowly(rest, &path[skipped..])),
        ([first, rest @ ..], [name, names @ ..]) => {
            spelled(&first.chars().collect::<Vec<_>>(), &name.chars().collect::<Vec<_>>()) && slowly(rest, names)
        }
        _ => false,
    }
}

fn spelled(pattern: &[char], name: &[char]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        (['*', rest @ ..], _) => (0..=name.len()).any(|skipped| spelled(rest, &name[skipped..])),
        ([sign, rest @ ..], [letter, letters @ ..]) => (sign == letter || *sign == '?') && spelled(rest, letters),
        _ => false,
    }
}

fn substrings(input: &Json, expected: &Json) -> Met {
    let lists = Lists { allowed: texts(&input["inputs_allowed"]), forbidden: Vec::new() };
    for row in expected["rows"].as_array().unwrap() {
        let allowed = lists.path(&text(&row["path"])).is_allowed();
        equal(&text(&row["path"]), Some(allowed), row["allowed"].as_bool())?;
    }
    Ok(())
}

fn run_ids(expected: &Json) -> Met {
    for row in expected["rows"].as_array().ok_or("no rows")? {
        let all = ["layer_id", "primary_model_id", "critic_model_id", "capability_scope_id"].map(|key| text(&row[key]));
        let [layer, primary, critic, scope] = &all;
        equal(&format!("{row}"), manifest::run_id(layer, primary, critic, scope), text(&row["run_id"]))?;
    }
    Ok(())
}
