//! How the router is set up, watched and asked: what of it the package says, and what belongs to a door that is not there.

use std::path::Path;
use std::process::Command;

use provost::route::decision::{Decision, Ending};
use serde_json::{Map, Value as Json, json};

use super::house::House;
use super::{amount, near, same};
use crate::vectors::Apart;

const HTTP: Apart = Apart::NotBuilt("a status, a header or a body of the front door, which is not built");
const STATUS: Apart = Apart::NotBuilt(
    "a rule of the package says whether it is refused; the status is the front door's, which is not built",
);
const GATEWAY: Apart = Apart::NotBuilt("the gateway that calls services and reads their answers is not built");
const VERSIONS: Apart = Apart::OnPurpose(
    "a configuration is a file under version control: `provost diff` and `provost replay` tell what a change does, and an older version is put back \
     by a commit",
);

/// Each setting: its field, the reason of its invariant, and how the original begins a complaint about it.
const SETTINGS: [(&str, &str, &str); 10] = [
    ("rate_limit", "a rate limit is above zero", "rate limit"),
    ("access_rules", "", "access rules"),
    ("max_latency", "a maximal latency is above zero", "max latency"),
    ("max_cost", "a maximal cost is not below zero", "max cost"),
    ("min_accuracy", "a minimal accuracy is from nothing to all", "min accuracy"),
    ("latency_p50", "a target for the median latency is above zero", "latency p50"),
    ("latency_p95", "a target for the latency is above zero", "latency p95"),
    ("latency_p99", "a target for the largest latency is above zero", "latency p99"),
    ("availability", "an availability is from nothing to all", "availability"),
    ("quotas", "a quota is above zero", "resource quota"),
];

/// What became of a measurement, and why it is not met where that is known.
pub fn operations(house: &House, input: &Json, expect: &Json) -> (Result<(), String>, Option<Apart>) {
    let has = |of: &Json, keys: &[&str]| keys.iter().any(|key| of.get(key).is_some());
    let path = input["path"].as_str().unwrap_or_default();
    let apart = |apart| (Err("nothing in the package says so".to_owned()), Some(apart));
    if path.ends_with("/validate-contract") {
        return (validated(house, input, expect), None);
    }
    if path.ends_with("/discover-services") {
        return (discovered(input, expect), None);
    }
    if has(input, &["type"]) && has(expect, &["valid"]) {
        return (configured(house, input, expect), None);
    }
    if has(expect, &["kb"]) {
        return (held(house, input, expect), None);
    }
    if has(expect, &["latency_p95_ms"]) {
        return (objectives(house, expect), None);
    }
    if has(expect, &["alert"]) {
        return (watched(house, input, expect), None);
    }
    if has(expect, &["window_s"]) {
        return (counted(house, expect), None);
    }
    if has(expect, &["versions_kept", "rollback_creates_new_version"]) {
        return apart(VERSIONS);
    }
    if has(input, &["role", "requests_in_window"]) {
        return refused(house, input, expect);
    }
    if has(input, &["response", "attempts", "timeout_s"]) || has(expect, &["text", "prompt", "sleeps", "timeout_s"]) {
        return apart(GATEWAY);
    }
    if has(input, &["method", "cpu", "env", "env_vars"])
        || has(expect, &["http_status", "http_status_of_last", "allow_origin_header", "shape", "startup_error"])
    {
        return apart(HTTP);
    }
    (Err("another shape".to_owned()), None)
}

fn validated(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    let errors = house.publish(&input["body"]["contract"]).err().unwrap_or_default();
    let wanted = &expect["body"];
    same("whether it is valid", errors.is_empty(), wanted["is_valid"] == json!(true))?;
    match wanted["errors"].as_array() {
        Some(all) => same("whether something is wrong", errors.is_empty(), all.is_empty()),
        None => Ok(()),
    }
}

/// Services are discovered by a condition over their contracts: nobody in a registry that is empty, and one who is registered then.
fn discovered(input: &Json, expect: &Json) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_provost"));
        command.current_dir(root).env_clear().args(["--package", "rules/caio", "--format", "json", "--registry"]);
        let output = command.arg(folder.path()).arg("registry").args(arguments).output().map_err(|e| e.to_string())?;
        let code = output.status.code();
        serde_json::from_slice::<Json>(&output.stdout).map(|json| (code, json)).map_err(|e| format!("{code:?}: {e}"))
    };
    let capabilities = input["body"]["capabilities"].as_array().into_iter().flatten();
    let condition: Vec<String> = capabilities.map(|needed| format!("{needed} in service.capabilities")).collect();
    let discover = || run(&["discover", &condition.join(" and ")]);
    run(&["init"])?;
    let (code, answer) = discover()?;
    let wanted = &expect["body"];
    same("whom one finds", &answer["found"], &wanted["services"])?;
    same("how many", answer["found"].as_array().map(Vec::len), wanted["count"].as_u64().map(|count| count as usize))?;
    same("the exit code where nobody is found", code, Some(1))?;
    let chat = std::fs::read_to_string(root.join("contracts/caio/data/chat.yaml")).map_err(|e| e.to_string())?;
    let file = folder.path().join("chat.yaml");
    std::fs::write(&file, chat.replace("service_id: harbour-chat", "service_id: another-chat"))
        .map_err(|e| e.to_string())?;
    run(&["register", &file.to_string_lossy()])?;
    let (code, answer) = discover()?;
    same("whom one finds then", (code, &answer["found"]), (Some(0), &json!(["another-chat"])))
}

/// Whoever gets a status that refuses is denied by the rule; the status itself belongs to the door.
fn refused(house: &House, input: &Json, expect: &Json) -> (Result<(), String>, Option<Apart>) {
    let (asked, rule) = match input.get("role") {
        Some(role) => (house.ask("configure", "Configuration", &json!({ "role": role })), "administrators_only"),
        None => {
            let limit = json!({ "enabled": input.get("enabled").unwrap_or(&json!(false)) });
            let path = input.get("path").cloned().unwrap_or_else(|| json!("/api/v1/orchestrate"));
            let call = json!({ "path": path, "calls_in_window": input["requests_in_window"], "limit": limit });
            (house.ask("answer", "Call", &call), "rate_limited")
        }
    };
    let status = expect.get("http_status").or(expect.get("http_status_of_last")).and_then(Json::as_u64).unwrap_or(200);
    let denied = asked.map(|decision| decision.denied_by.iter().any(|denial| &*denial.constraint == rule));
    let met = denied.map_err(|faults| faults.join("; ")).and_then(|denied| same("the denial", denied, status >= 400));
    match met {
        Ok(()) => (Err("the status".to_owned()), Some(STATUS)),
        wrong => (wrong, None),
    }
}

/// A configuration of the original as a request of the package.
fn configuration(kind: &str, data: &Json) -> Result<Json, String> {
    let data = data.as_object().ok_or("a configuration that is no map")?;
    // What is no number is left as it is, and refused as such.
    let spelled = |value: &Json, before: &str, unit: &str| match value {
        Json::Number(number) => json!(format!("{before}{number}{unit}")),
        other => other.clone(),
    };
    let mut settings = Map::new();
    let part = match kind {
        "policies" => {
            settings.clone_from(data);
            "policies"
        }
        "constraints" => {
            for (key, value) in data {
                let value = match key.as_str() {
                    "max_latency" => spelled(value, "", "ms"),
                    "max_cost" => spelled(value, "", " USD"),
                    _ => value.clone(),
                };
                settings.insert(key.clone(), value);
            }
            "constraints"
        }
        "slos" => {
            for (key, value) in data {
                let nested =
                    value.as_object().into_iter().flatten().map(|(inner, value)| (format!("{key}_{inner}"), value));
                for (key, value) in nested.chain((!value.is_object()).then_some((key.clone(), value))) {
                    let percentile = ["p50", "p95", "p99"].into_iter().find(|percentile| key.contains(percentile));
                    match percentile.filter(|_| key.contains("latency")) {
                        Some(percentile) => settings.insert(format!("latency_{percentile}"), spelled(value, "", "ms")),
                        None => settings.insert(key, spelled(value, "", "%")),
                    };
                }
            }
            "slos"
        }
        "tenant_settings" => {
            let quota = |(name, value): (&String, &Json)| json!({ "resource": name, "amount": value });
            let quotas = match data.get("resource_quotas").unwrap_or(&json!({})) {
                Json::Object(quotas) => quotas.iter().map(quota).collect(),
                // What is no map of quotas is refused as it stands.
                _ => json!("no map"),
            };
            settings.insert("quotas".to_owned(), quotas);
            "tenant"
        }
        other => return Err(format!("not built: a configuration of `{other}`")),
    };
    Ok(json!({ "role": "admin", part: settings }))
}

fn configured(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    let Ok(request) = configuration(input["type"].as_str().unwrap_or_default(), &input["data"]) else {
        return same("whether it is valid", false, expect["valid"] == json!(true));
    };
    let (found, said) = match house.ask("configure", "Configuration", &request) {
        Ok(decision) => {
            let problems = decision.invalid.iter().flatten().map(|problem| problem.message.clone());
            (decision.ending == Ending::Routed, problems.collect())
        }
        Err(faults) => (false, faults),
    };
    same("whether it is valid", found, expect["valid"] == json!(true))?;
    let setting = |message: &str| {
        let path = message.split('`').nth(1).unwrap_or_default();
        let of = |(field, because, _): &&(&str, &str, &str)| {
            path.split(['.', '[']).any(|part| part == *field) || !because.is_empty() && message.ends_with(because)
        };
        SETTINGS.iter().find(of).map(|(field, ..)| *field).ok_or_else(|| format!("another fault: {message}"))
    };
    let mut found = said.iter().map(|message| setting(message)).collect::<Result<Vec<_>, _>>()?;
    let wanted = |error: &Json| {
        let error = error.as_str().unwrap_or_default().to_lowercase();
        // A target of a latency may be called so, or by its percentile alone.
        let error = error.replace("latency target ", "latency ");
        let row = SETTINGS.iter().find(|(.., words)| error.starts_with(words));
        row.map(|(field, ..)| *field).ok_or_else(|| format!("no setting is called so: {error}"))
    };
    let errors = expect["errors"].as_array();
    let mut wanted = errors.into_iter().flatten().map(wanted).collect::<Result<Vec<_>, _>>()?;
    found.sort_unstable();
    wanted.sort_unstable();
    wanted.dedup();
    same("what is wrong", found, wanted)
}

fn output<'d>(decision: &'d Decision, name: &str) -> Option<&'d str> {
    decision.outputs.iter().find(|(output, _)| &**output == name).and_then(|(_, value)| value.as_deref())
}

fn held(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    let load = json!({ "services": input["R"], "rules": input["P"], "candidates": input["candidates"], "secure": input["secure"] });
    let decision = house.ask("hold", "Load", &load).map_err(|faults| faults.join("; "))?;
    let memory = output(&decision, "memory").and_then(amount).ok_or("no memory")?;
    near("the memory", memory, &expect["kb"])
}

/// A window, in which nothing has been measured yet.
fn window(house: &House) -> Result<Decision, String> {
    let window = json!({ "from": "2026-11-21T00:00:00Z", "until": "2026-11-22T00:00:00Z" });
    house.ask("watch", "Window", &window).map_err(|faults| faults.join("; "))
}

fn objectives(house: &House, expect: &Json) -> Result<(), String> {
    let decision = window(house)?;
    for (key, wanted) in expect.as_object().into_iter().flatten() {
        let name = match key.trim_end_matches("_ms").trim_end_matches("_min") {
            "security_violation_max" => "security_violation_rate",
            other => other,
        };
        let found = decision.guarantees.iter().find(|(guarantee, _)| &**guarantee == name);
        let (_, found) = found.ok_or(format!("`{name}` is no objective"))?;
        near(key, amount(found).ok_or(found.as_str())?, wanted)?;
    }
    Ok(())
}

/// Whether something that was measured misses its objective.
fn watched(house: &House, input: &Json, expect: &Json) -> Result<(), String> {
    let result = input.as_object().into_iter().flatten().map(|(key, value)| match key.strip_suffix("_ms") {
        Some(name) => (name.to_owned(), json!(format!("{value}ms"))),
        None => (key.clone(), value.clone()),
    });
    let outcome = house.enforce(&window(house)?, &Json::Object(result.collect()))?;
    let missed = outcome.judged.iter().any(|judged| judged.value.is_some() && !judged.met);
    same("the alert", missed, expect["alert"] == json!(true))
}

fn counted(house: &House, expect: &Json) -> Result<(), String> {
    let usual = house.constant("usual_rate_limit").ok_or("there is no usual limit")?;
    let field = |name: &str| usual.field(name).flatten().map(ToString::to_string).unwrap_or_default();
    same("whether calls are counted", field("enabled"), expect["enabled"].to_string())?;
    same("the calls", field("requests"), expect["requests"].to_string())?;
    near("the window", amount(&field("window")).ok_or("no window")? / 1000.0, &expect["window_s"])?;
    same("who is counted", field("counted_by"), expect["key"].as_str().unwrap_or_default().to_owned())?;
    let exempt = usual.field("exempt").flatten().and_then(|paths| paths.elements().map(<[_]>::len));
    for path in expect["exempt"].as_array().into_iter().flatten().filter_map(Json::as_str) {
        same(path, field("exempt").contains(&format!("\"{path}\"")), true)?;
    }
    same("how many paths are exempt", exempt, expect["exempt"].as_array().map(Vec::len))
}

/// What is known of one guarantee by a result: its value and whether the promise is kept.
fn kept(house: &House, decision: &Decision, guarantee: &str, result: &Json) -> (Option<String>, bool) {
    let outcome = house.enforce(decision, result).unwrap();
    let judged = outcome.judged.iter().find(|judged| &*judged.name == guarantee).unwrap();
    (judged.value.as_ref().map(ToString::to_string), judged.met)
}

#[test]
fn one_among_billions_is_not_rounded_away() {
    let house = House::open();
    let decision = window(&house).unwrap();
    let all = 3_000_000_000_u64;
    for (guarantee, part, some, value, met) in [
        ("correctness", "correct_decisions", all, Some("1"), true),
        ("correctness", "correct_decisions", all - 1, Some("0.999999999"), false),
        ("trace_completeness", "complete_traces", all - 1, Some("0.999999999"), false),
        ("security_violation_rate", "security_violations", 0, Some("0"), true),
        ("security_violation_rate", "security_violations", 1, Some("0.000000001"), false),
    ] {
        let found = kept(&house, &decision, guarantee, &json!({ "decisions": all, part: some }));
        assert_eq!(found, (value.map(str::to_owned), met), "{guarantee} of {some}");
    }
    // Where nothing was decided, nothing was decided well.
    for part in ["correct_decisions", "security_violations"] {
        let guarantee = if part == "correct_decisions" { "correctness" } else { "security_violation_rate" };
        assert_eq!(kept(&house, &decision, guarantee, &json!({ "decisions": 0, part: 0 })), (None, false));
    }
}
