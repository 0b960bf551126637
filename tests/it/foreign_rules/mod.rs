//! Rules of the CAIO router as source text: every spelling, everything that is wrong with one, and what the rules decide.

mod meaning;
mod wrong;

use provost::diag::Diagnostic;
use provost::{fmt, translate};

use crate::vectors::caio::rules::{house_with, translated};

/// The rules of a document, without a heading; nothing may be wrong with it.
fn text(document: &str) -> String {
    let (read, _, found) = translated("rules.yaml", document, "caio");
    assert!(!found.iter().any(Diagnostic::is_error), "{document}: {found:#?}");
    let all: String = read.rules.iter().map(|rule| translate::item(rule, "caio")).collect();
    fmt::format(&all).text
}

/// The guard and the demands of the only rule of a document.
fn rule(document: &str) -> String {
    let text = text(document);
    let body = text.lines().filter(|line| line.starts_with(' ') && !line.trim().starts_with("because"));
    body.map(str::trim).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_spelling_of_a_rule_comes_to_one_form() {
    let urgent = "when known request.priority and request.priority == high require service.latency <= 200ms";
    for spelling in [
        "If request.priority == 'high' then service.latency.max <= 200ms",
        "if request.priority == \"high\" then service.latency.max <= 0.2s",
        "IF request.priority = high THEN 200 >= latency_ms",
        "if not (request.priority != 'high'), service.guarantees.latency.max <= 200",
        "{if: request.priority is high, then: latency <= 200 ms}",
        "[{condition: {path: request.priority, op: ==, value: high}, action: {path: service.latency.max, op: <=, value: 200}}]",
        "{rules: [{condition: priority == 'high', constraint: latency_ms <= 200, action: filter}]}",
        "{policies: [{text: if request.priority == 'high' then service.latency.max <= 200}]}",
        "{rule: if request.priority == 'high' then service.latency.max <= 200, action: filter}",
        "{type: performance, condition: {not: {path: priority, op: '!=', value: high}}, action: {type: filter, constraint: latency_ms <= 200}}",
    ] {
        assert_eq!(rule(spelling), urgent, "{spelling}");
    }
}

/// What is written, and what the rule comes to.
const SAID: &[(&str, &str)] = &[
    (
        "if request.max_latency_ms exists then service.latency.max <= request.max_latency_ms",
        "when known request.max_latency require service.latency <= request.max_latency",
    ),
    (
        "if not request.max_cost exists then cost.per_request <= 0.1",
        "when not known request.max_cost require service.price <= $0.1",
    ),
    (
        "if request.max_cost > 1 and request.max_cost < 5 USD then risk <= 10%",
        "when known request.max_cost and request.max_cost > $1 and request.max_cost < $5 require service.risk <= 10%",
    ),
    (
        "if request.priority == 'low' or request.intent.domain != 'M365' then reject",
        "when known request.priority and request.priority == low or known request.domain and request.domain != \"M365\" deny",
    ),
    (
        "if request.priority in ['low', normal] then not ('internal' in metadata.tags)",
        "when known request.priority and request.priority in { low, normal } require not (\"internal\" in service.tags)",
    ),
    (
        "if request.data.contains_pii then service.privacy.data_locality in ['on_device', 'local'] or privacy.encryption",
        "when contains_pii in request.labels require service.data_locality in { on_device, local } or service.encryption",
    ),
    (
        "if request.intent.type == 'chat' then capabilities contains 'chat' and availability >= 99.9",
        "when request.intent == \"chat\" require \"chat\" in service.capabilities and service.availability >= 99.9%",
    ),
    (
        "if request.requirements.capabilities contains request.intent.domain then encryption != false",
        "when known request.domain and request.domain in request.needs require service.encryption",
    ),
    (
        "if request.user.trust_level < 5 then service.required_trust_level <= request.user.trust_level",
        "when known request.trust_level and request.trust_level < 5 require service.required_trust_level <= request.trust_level",
    ),
    (
        "if request.traits.confidential == true then service.privacy.encryption_type == 'end_to_end'",
        "when request.persona.confidential require service.encryption_type == \"end_to_end\"",
    ),
    (
        "if request.traits.risk_tolerance <= 0.1 then not (risk > 0.1 or cost.per_image exists)",
        "when known request.persona.risk_tolerance and request.persona.risk_tolerance <= 10% require service.risk <= 10% and not known service.image_price",
    ),
    ("{type: constraint, field: requires_gpu, value: false}", "require not (service.requires_gpu ?? false)"),
    ("{type: constraint, field: data_locality, value: local}", "require service.data_locality == local"),
    ("service.constraints.requires_gpu == false", "require not service.requires_gpu"),
    (
        "{name: n, type: security, constraint: request.max_cost <= 5, action: reject}",
        "deny when not (request.max_cost <= $5)",
    ),
    ("{condition: request.data.medical_data == true, action: reject}", "when medical_data in request.labels deny"),
    ("{require_encryption: true}", "require service.encryption"),
    (
        "{policies: {allow_external_services: false, require_encryption: false}}",
        "require service.placement == internal",
    ),
    ("{path: risk, op: <=, value: 0.05}", "require service.risk <= 5%"),
    ("{max_cost: 0.05}", "require service.price <= $0.05"),
    (
        "{data_locality: [local, on_device], requires_internet: null}",
        "require service.data_locality in { on_device, local }",
    ),
    ("{action: force_model, model: harbour-chat}", "require service.name == \"harbour-chat\""),
    (
        "{action: {type: force_model, target: harbour-chat}, condition: intent.domain == 'x'}",
        "when known request.domain and request.domain == \"x\" require service.name == \"harbour-chat\"",
    ),
    (
        "{name: p, priority: high, access_rules: {allow: [read, admin]}}",
        "deny when not (request.permissions overlaps { \"admin\", \"read\" })",
    ),
    ("{name: p, compliance: {gdpr: true, hipaa: false}}", "require service.gdpr_compliant"),
    ("{name: p, compliance_rules: [HIPAA]}", "require service.hipaa_compliant"),
];

#[test]
fn what_is_said_stands_in_the_rule() {
    for (spelling, wanted) in SAID {
        assert_eq!(rule(spelling), *wanted, "{spelling}");
    }
}

#[test]
fn what_a_document_tells_of_a_rule_is_kept() {
    let document = "rules:
  - {name: GPU free, description: \"no {gpu}\", type: performance, priority: 3, constraint: requires_gpu == false}
  - {name: high_priority_latency, priority: high, text: latency_ms <= 1000}
  - latency_ms <= 1000
  - latency_ms <= 900";
    let wanted = "/// Called `GPU free` where it comes from.
@family(\"performance\") @priority(3)
rule gpu_free on caio {
    require not service.requires_gpu
    because \"no \\{gpu\\}\"
}

/// Called `high_priority_latency` where it comes from.
@priority(\"high\")
rule high_priority_latency_2 on caio {
    require service.latency <= 1s
    because \"latency_ms <= 1000\"
}

rule latency_ms on caio {
    require service.latency <= 1s
    because \"latency_ms <= 1000\"
}

rule latency_ms_2 on caio {
    require service.latency <= 900ms
    because \"latency_ms <= 900\"
}
";
    assert_eq!(text(document), wanted);
}

#[test]
fn rules_on_pipelines_bound_the_whole() {
    let document = "[latency.max <= 500, privacy.encryption == true]";
    let (_, text, found) = translated("rules.yaml", document, "caio, caio_two");
    assert_eq!(found, Vec::new());
    assert!(text.contains("on caio, caio_two {\n    require total.latency <= 500ms\n"), "{text}");
    assert!(text.contains("require service.encryption\n"), "{text}");
    house_with(&text);
}
