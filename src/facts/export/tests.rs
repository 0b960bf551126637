//! What is written comes back.

use super::*;
use crate::facts::contract::tests::{load, policy};

const EVERYTHING: &str = r##"{"services": {
  "z/odd name:1": {"is": "Audited", "provider": "no", "context": -9223372036854775808, "audit_log": false, "cost": "-$0.000000001",
    "fee": "100000000000000000000 EUR", "uses": ["on", "z/odd name:1"], "weight": -0.000000001, "retires": "0001-01-01",
    "tags": ["", " ", "null", "true", "~", "1", "1e3", "2026-12-31", "a: b", "# c", "- d", "\"q\"", "\\", "\n\t\u0001\u007f\u0085\u2028\ufeff", "é😀",
      "0x1F", "0o7", "1_000", "12:30", "yes", "N", ".5", "=", "<<", "%x", "@", "`", "!t", "&a", "*a", "|", "[", "{}", "8s", "$5", "'"],
    "notes": [{"text": "a, b", "due": "9999-12-31"}, {"text": "x: y"}], "seen": "2026-12-31T23:59:59.123456789Z", "shape": [0.5, -1, 1e-9],
    "open": true, "latency": "1.5s", "accuracy": "97%", "queue": 0, "reproducible": false},
  "on": {"is": ["Model"], "provider": "5", "context": 1, "latency": "0.0001ms", "tags": [], "notes": [], "shape": []},
  "b": {"is": "Model", "provider": "eu-west-1", "context": 0, "latency": "36h"}
}}"##;

#[test]
fn what_is_written_reads_as_the_same_contract() {
    let (mut first, found) = load(Format::Json, EVERYTHING);
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(first.len(), 3);
    first.values_mut().for_each(|service| service.at = "".into());
    for format in [Format::Json, Format::Yaml, Format::Toml] {
        let text = services(&first, &policy(), format);
        let (mut again, found) = load(format, &text);
        assert_eq!(found, Vec::<String>::new(), "{text}");
        again.values_mut().for_each(|service| service.at = "".into());
        assert_eq!(again, first, "{text}");
        assert_eq!(services(&again, &policy(), format), text);
    }
}

#[test]
fn what_is_written_is_what_other_readers_read() {
    let (first, _) = load(Format::Json, EVERYTHING);
    let policy = policy();
    let json: serde_json::Value = serde_json::from_str(&services(&first, &policy, Format::Json)).unwrap();
    let yaml: serde_json::Value = serde_yaml::from_str(&services(&first, &policy, Format::Yaml)).unwrap();
    let toml: serde_json::Value = toml::from_str(&services(&first, &policy, Format::Toml)).unwrap();
    let tags = |value: &serde_json::Value| value["services"]["z/odd name:1"]["tags"].clone();
    assert_eq!(tags(&yaml), tags(&json));
    assert_eq!(tags(&toml), tags(&json));
    assert_eq!(yaml["services"]["b"], json["services"]["b"]);
    assert_eq!(toml["services"]["b"], json["services"]["b"]);
}

#[test]
fn the_text_is_plain_to_read() {
    let (first, _) = load(Format::Json, EVERYTHING);
    let only: Services = first.into_iter().filter(|(name, _)| &**name == "b").collect();
    let yaml = "services:\n  b:\n    is: Model\n    context: 0\n    latency: 36h\n    open: false\n    provider: eu-west-1\n    uses: []\n";
    assert_eq!(services(&only, &policy(), Format::Yaml), yaml);
    let toml = "[services.b]\nis = \"Model\"\ncontext = 0\nlatency = \"36h\"\nopen = false\nprovider = \"eu-west-1\"\nuses = []\n";
    assert_eq!(services(&only, &policy(), Format::Toml), toml);
    let json = "{\n  \"services\": {\n    \"b\": {\n      \"is\": \"Model\",\n      \"context\": 0,\n      \"latency\": \"36h\",\n      \
                \"open\": false,\n      \"provider\": \"eu-west-1\",\n      \"uses\": []\n    }\n  }\n}\n";
    assert_eq!(services(&only, &policy(), Format::Json), json);
    for format in [Format::Json, Format::Yaml, Format::Toml] {
        let none = services(&Services::new(), &policy(), format);
        assert_eq!(load(format, &none), (Services::new(), Vec::new()));
    }
}
