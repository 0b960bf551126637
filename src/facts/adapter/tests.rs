//! What adapters make of small data.

use std::collections::BTreeMap;

use super::*;
use crate::base::{Currency, FileId, Sources};
use crate::data::{Format, read_as};
use crate::facts::contract::tests::field;
use crate::facts::contract::{Context, Places, contracts, heads};
use crate::ir::{EnumType, Services, Trait};
use crate::value::Type;

fn policy(required: &[&str]) -> Policy {
    let usd = || Type::Money(Currency::USD);
    let fields = [
        ("provider", Type::Text),
        ("mode", Type::Text),
        ("context", Type::Int),
        ("max_output", Type::Int),
        ("input_price", usd()),
        ("output_price", usd()),
        ("cached_input_price", usd()),
        ("vision", Type::Bool),
        ("reasoning", Type::Bool),
        ("function_calling", Type::Bool),
        ("retires", Type::Date),
        ("regions", Type::Set(Box::new(Type::Text))),
        ("source", Type::Text),
    ];
    let fields = fields.into_iter().map(|(name, ty)| field(name, ty, !required.contains(&name), None)).collect();
    let mut policy = Policy::default();
    let model = Trait {
        ancestors: ["Priced".into()].into(),
        fields,
        guarantees: BTreeMap::new(),
        measurements: BTreeMap::new(),
        invariants: Vec::new(),
    };
    policy.traits.insert("Priced".into(), model);
    policy
}

/// The services and `place code message` of everything found.
fn load(text: &str, policy: &Policy, options: &[(&str, &str)]) -> (Services, Vec<String>) {
    let mut sources = Sources::default();
    let file = sources.add("p", text);
    let node = read_as(Format::Json, file, text).unwrap();
    let nowhere = Span::new(FileId(9), 0, 0);
    let import = Import {
        adapter: ("litellm-prices", nowhere),
        trait_: Some(("Priced".into(), nowhere)),
        options: options.iter().map(|(name, text)| ((*name).into(), (*text).into(), nowhere)).collect(),
        scopes: None,
        prefix: "".into(),
    };
    let (adapted, mut found) = adapt(&import, &node, policy);
    let heads = heads(policy, &adapted.services);
    let places = Places::new();
    let (services, more) =
        contracts(&adapted.services, &Context { policy, heads: &heads, places: &places, sources: &sources });
    found.extend(more);
    let line = |d: &Diagnostic| format!("{} {} {}", sources.location(d.span), d.code.id, d.message);
    (services.into_iter().map(|(name, _, service)| (name, service)).collect(), found.iter().map(line).collect())
}

fn facts(services: &Services, name: &str) -> String {
    services[name].values.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn prices_are_exact_and_silence_stays_silence() {
    let text = r#"{
      "sample_spec": {"mode": "one of: chat", "max_input_tokens": "max input tokens"},
      "a": {"litellm_provider": "x", "mode": "chat", "input_cost_per_token": 1.12497e-06, "output_cost_per_token": "0.00003",
            "max_input_tokens": 128000.0, "supports_vision": false, "supports_reasoning": true, "supported_regions": ["us", "eu", "us"],
            "deprecation_date": "2027-01-31", "input_cost_per_token_above_128k_tokens": 1, "supports_function_calling": null},
      "free": {"mode": "chat", "input_cost_per_token": 0.0, "output_cost_per_token": 0, "cache_read_input_token_cost": 0},
      "half": {"mode": "chat", "input_cost_per_token": 0, "output_cost_per_token": 1e-6},
      "e": {"mode": "embedding", "input_cost_per_token": 1e-6}}"#;
    let (services, found) = load(text, &policy(&[]), &[("mode", "chat")]);
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(services.len(), 3);
    assert_eq!(
        facts(&services, "a"),
        "context=128000 input_price=$1.12497 mode=chat output_price=$30 provider=x reasoning=true regions={\"eu\", \"us\"} \
         retires=2027-01-31 vision=false"
    );
    assert_eq!(facts(&services, "free"), "mode=chat");
    assert_eq!(facts(&services, "half"), "input_price=$0 mode=chat output_price=$1");
    assert_eq!(load(text, &policy(&[]), &[]).0.len(), 4);
}

#[test]
fn what_cannot_be_read_is_warned_of_once() {
    let text = r#"{"a": {"input_cost_per_token": 3.0001999999999996E-7, "output_cost_per_token": -1, "max_input_tokens": 0,
        "deprecation_date": "soon", "supports_vision": "yes", "litellm_provider": 5},
      "b": {"input_cost_per_token": 9.499999999999999E-7, "output_cost_per_token": 1e-6, "max_input_tokens": 1.5, "supported_regions": [1]},
      "c": [], "": {}}"#;
    let (services, found) = load(text, &policy(&[]), &[]);
    assert_eq!(facts(&services, "a"), "");
    assert_eq!(facts(&services, "b"), "output_price=$1");
    assert_eq!(
        found,
        [
            "p:4:16 P0550 a service has no name",
            "p:3:110 P0562 `context` is left unknown, since `max_input_tokens` is no whole number, in 1 entry",
            "p:1:104 P0562 `context` is left unknown, since `max_input_tokens` is not above zero, in 1 entry",
            "p:1:32 P0562 `input_price` is left unknown, since `input_cost_per_token` has, for a million tokens, more than nine digits behind the point, in 2 entries",
            "p:1:80 P0562 `output_price` is left unknown, since `output_cost_per_token` is below zero, in 1 entry",
            "p:2:83 P0562 `provider` is left unknown, since `litellm_provider` is of another kind than the map's own description says, in 1 entry",
            "p:3:136 P0562 `regions` is left unknown, since `supported_regions` holds more than texts, in 1 entry",
            "p:2:29 P0562 `retires` is left unknown, since `deprecation_date` is no date such as `2026-12-31`, in 1 entry",
            "p:2:56 P0562 `vision` is left unknown, since `supports_vision` is of another kind than the map's own description says, in 1 entry",
            "p:4:12 P0563 1 entry of the price map left out: no map of facts",
        ]
    );
}

#[test]
fn entries_without_a_required_fact_are_left_out() {
    let text = r#"{"a": {"max_input_tokens": 5}, "b": {}, "c": {}, "d": {"max_input_tokens": -1}}"#;
    let (services, found) = load(text, &policy(&["context"]), &[]);
    assert_eq!(services.keys().map(|n| &**n).collect::<Vec<_>>(), ["a"]);
    assert_eq!(
        found,
        [
            "p:1:76 P0563 1 entry of the price map left out: `max_input_tokens` is not above zero, and `context` is required",
            "p:1:32 P0563 2 entries of the price map left out: `max_input_tokens` is not stated, and `context` is required",
        ]
    );
}

#[test]
fn a_trait_that_the_map_cannot_fill_is_refused() {
    let mut unfit = policy(&[]);
    let fields = &mut unfit.traits.get_mut("Priced").unwrap().fields;
    fields.extend([
        field("input_price", Type::Int, true, None),
        field("family", Type::Text, false, None),
        field("visoin", Type::Bool, true, None),
        field("provider", Type::Enum("Provider".into()), true, None),
    ]);
    unfit.enums.insert("Provider".into(), EnumType { ordered: false, members: vec!["x".into()] });
    let text = r#"{"a": {"supports_vision": true, "litellm_provider": "y"}}"#;
    let (_, found) = load(text, &unfit, &[("mood", "chat")]);
    assert_eq!(
        found,
        [
            " P0560 `mood` is no option of the adapter `litellm-prices`",
            " P0561 `Priced` requires `family`, which the price map never states",
            " P0561 `input_price` of `Priced` is a whole number, and the price map states a price in `usd` per million tokens",
            " P0561 no entry of the price map states `supports_visoin` for `visoin` of `Priced`",
        ]
    );
    let fields = &mut unfit.traits.get_mut("Priced").unwrap().fields;
    ["input_price", "family", "visoin"].iter().for_each(|name| drop(fields.remove(*name)));
    let (services, found) = load(text, &unfit, &[]);
    assert_eq!(facts(&services, "a"), "vision=true");
    assert_eq!(
        found,
        ["p:1:53 P0562 `provider` is left unknown, since `litellm_provider` is no member of `Provider`, in 1 entry"]
    );
}

#[test]
fn unknown_adapters_get_a_suggestion() {
    let nowhere = Span::new(FileId(9), 0, 0);
    let node = Node::text("x", nowhere);
    let import = Import {
        adapter: ("litellm-price", nowhere),
        trait_: None,
        options: Vec::new(),
        scopes: None,
        prefix: "".into(),
    };
    let (_, found) = adapt(&import, &node, &Policy::default());
    assert_eq!(found[0].help.as_deref(), Some("did you mean `litellm-prices`?"));
}
