//! Every spelling of a contract comes to the same services.

use crate::base::{FileId, Span};
use crate::data::{Format, read_as};
use crate::facts::adapter::{Import, adapt};
use crate::facts::contract::tests::field;
use crate::ir::{Direction, Guarantee, Policy, Trait};
use crate::value::Type;

/// A trait that keeps every promise, and the facts that the tests ask for.
fn policy() -> Policy {
    let texts = ["title", "version", "price", "latency_percentile", "protocol", "base_url", "token_price", "placement"];
    let others =
        ["required_permissions", "capabilities", "endpoints", "invariants", "capability_details", "seed_required"];
    let mut policy = Policy::default();
    let fields = texts.iter().chain(&others).map(|name| field(name, Type::Text, true, None)).collect();
    let guarantee =
        || Guarantee { ty: Type::Decimal, direction: Some(Direction::AtMost), composition: None, measured_as: None };
    let promised = [
        "accuracy",
        "latency",
        "determinism",
        "throughput",
        "availability",
        "energy_deviation",
        "resonance_quality",
        "interference",
        "conductivity",
        "capacity_margin",
        "exact_recall",
        "stability_gain",
    ];
    let guarantees = promised.iter().map(|name| ((*name).into(), guarantee())).collect();
    let (ancestors, measurements) = (["Service".into()].into(), Default::default());
    let service = Trait { ancestors, fields, guarantees, measurements, invariants: Vec::new() };
    policy.traits.insert("Service".into(), service);
    policy
}

/// What the contracts of a text state, and the codes and messages of what is wrong with them.
fn load(text: &str) -> (Vec<String>, Vec<String>) {
    let node = read_as(Format::Yaml, FileId(0), text).unwrap();
    let nowhere = Span::new(FileId(9), 0, 0);
    let import = Import {
        adapter: ("caio", nowhere),
        trait_: Some(("Service".into(), nowhere)),
        options: Vec::new(),
        scopes: None,
        prefix: "".into(),
    };
    let (adapted, found) = adapt(&import, &node, &policy());
    let fields = |s: &crate::facts::contract::Stated| {
        s.fields.iter().map(|(key, node)| format!("{}={}", key.text, node.words())).collect::<Vec<_>>().join(" ")
    };
    let services = adapted.services.iter().map(|s| format!("{}: {}", s.name, fields(s))).collect();
    (services, found.iter().map(|d| format!("{} {}", d.code.id, d.message)).collect())
}

const REST: &str = "name: N\nversion: 1.0.0\ncapabilities: [a]\napi: {protocol: http, base_url: 'http://h'}\n";

fn stated(extra: &str) -> String {
    let (services, found) = load(&format!("service_id: s\n{REST}{extra}"));
    assert_eq!(found, Vec::<String>::new(), "{extra}");
    services.into_iter().next().unwrap()
}

#[test]
fn the_flat_and_the_nested_layout_are_one() {
    let flat = "service_id: s\nname: N\nversion: 1.0.0\ncapabilities: [a]\nprotocol: grpc\nbase_url: 'grpc://h:1'\n";
    let nested = "service: {id: s, name: N, version: 1.0.0}\ncapabilities: [{type: a}]\napi: {protocol: grpc, base_url: 'grpc://h:1'}\n";
    let within =
        "service: {id: s, name: N, version: 1.0.0, capabilities: [a], api: {protocol: grpc, base_url: 'grpc://h:1'}}";
    let (first, found) = load(flat);
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(first.len(), 1);
    assert_eq!(load(nested).0, first);
    assert_eq!(load(within).0, first);
}

#[test]
fn five_spellings_of_a_latency_are_one() {
    let spellings = [
        "{latency: {property: max_latency_ms, bound: {max: 1000}}}",
        "{latency: {p95: 1000}}",
        "{latency: {p95_ms: 1000}}",
        "{latency_ms: 1000}",
        "{latency: {max: 1000}}",
        "{latency: 1000}",
    ];
    for spelling in spellings {
        assert!(stated(&format!("guarantees: {spelling}")).contains("latency=the text `1000ms`"), "{spelling}");
    }
    let seconds = stated("guarantees: {latency: {bound: {max: 1, unit: s}}}");
    assert!(seconds.contains("latency=the text `1s`"), "{seconds}");
    let both = stated("guarantees: {latency: {p95: 10, p99: 30, p50: 5}}");
    assert!(both.contains("latency=the text `30ms` latency_percentile=the text `p99`"), "{both}");
}

#[test]
fn the_promises_about_fields_are_exact() {
    let said = stated(
        "guarantees: {energy_conservation: {bound: {type: equality, max_deviation: 1.5e-12}}, aead_exact_recall: {bound: {value: 1.0}},
         interference: {bound: {max_ratio: 0.15}}, capacity_margin: {bound: {min_multiple: 1.3}}, pde_stability: {max: 0.98},
         conductivity: 0.95, resonance_quality: {bound: {min: 6.0, unit: dB}}, availability: {target: 99.9}, determinism: {bound: {seed_required: true}}}",
    );
    let wanted = [
        "energy_deviation=the number `1.5`",
        "exact_recall=`true`",
        "interference=the number `0.15`",
        "capacity_margin=the number `1.3`",
        "stability_gain=the number `0.98`",
        "conductivity=the number `0.95`",
        "resonance_quality=the number `6`",
        "availability=the number `0.999`",
        "determinism=`true`",
        "seed_required=`true`",
    ];
    for wanted in wanted {
        assert!(said.contains(wanted), "{wanted} in {said}");
    }
}

#[test]
fn what_is_silent_stays_unknown_and_what_differs_is_found() {
    assert!(!stated("").contains("price"));
    let promises = "guarantees: {latency: {property: p95_latency_ms}, determinism: {}}";
    let (services, found) = load(&format!("service_id: s\n{REST}{promises}"));
    let nothing = |name: &str| format!("P0562 `guarantees.{name}` states no bound of its kind, so nothing is promised");
    assert_eq!(found, [nothing("latency"), nothing("determinism")]);
    assert!(!services[0].contains("latency=") && !services[0].contains("determinism="), "{services:?}");
    for truth in ["yes", "2", "[true]"] {
        let (services, found) = load(&format!("service_id: s\n{REST}guarantees: {{determinism: {truth}}}"));
        assert!(
            services.is_empty() && found.len() == 1 && found[0].starts_with("P0510 `guarantees.determinism`"),
            "{found:?}"
        );
    }
    assert!(stated("constraints: {cost: 0.5}\ncost: {per_request: 0.5}").contains("price=the text `0.5 USD`"));
    assert!(stated("cost_per_token: 3e-6\ncost: {currency: EUR}").contains("token_price=the text `0.000003 EUR`"));
    let (services, found) = load(&format!("service_id: s\nid: t\n{REST}"));
    assert_eq!((services.len(), found), (0, vec!["P0580 `service_id` is stated twice, and the two differ".to_owned()]));
}

#[test]
fn a_list_holds_contracts_and_one_that_is_wrong_hides_no_other() {
    let text = "[{service_id: a, name: A, version: 1.0.0, capabilities: [x], api: {}}, {service_id: B}, 5]";
    let (services, found) = load(text);
    assert_eq!(services.len(), 1);
    assert_eq!(
        found,
        [
            "P0512 `service_id` is the text `B`, and the name of a service has small letters, digits, `-` and `_` only",
            "P0521 `name` is missing",
            "P0521 `version` is missing",
            "P0521 `capabilities` is missing",
            "P0521 `api` is missing",
            "P0510 the contract is the number `5`, and a map that describes a service is needed",
        ]
    );
}
