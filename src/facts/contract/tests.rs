//! What contracts from data owe.

use super::*;
use crate::base::{Currency, Decimal};
use crate::data::{Format, read_as};
use crate::facts::adapter::{Import, adapt};
use crate::ir::{Composition, EnumType, Services, Trait};
use crate::value::{Type, Unit};

pub(in crate::facts) fn field(name: &str, ty: Type, optional: bool, default: Option<Value>) -> (Name, Field) {
    (name.into(), Field { name: name.into(), ty, optional, default })
}

fn trait_of(ancestors: &[&str], fields: Vec<(Name, Field)>) -> Trait {
    let ancestors = ancestors.iter().map(|name| Name::from(*name)).collect();
    Trait {
        ancestors,
        fields: fields.into_iter().collect(),
        guarantees: BTreeMap::new(),
        measurements: BTreeMap::new(),
        invariants: Vec::new(),
    }
}

/// A model, an audited model, and something of another kind.
pub(in crate::facts) fn policy() -> Policy {
    let mut policy = Policy::default();
    let members = ["openai", "eu-west-1", "no", "5"].map(Name::from).to_vec();
    policy.enums.insert("Provider".into(), EnumType { ordered: false, members });
    policy
        .records
        .insert("Note".into(), vec![field("text", Type::Text, false, None).1, field("due", Type::Date, true, None).1]);
    let set = |ty| Type::Set(Box::new(ty));
    let mut model = trait_of(
        &["Model"],
        vec![
            field("provider", Type::Enum("Provider".into()), false, None),
            field("context", Type::Int, false, None),
            field("cost", Type::Money(Currency::USD), true, None),
            field("fee", Type::Money(Currency::from_code("EUR").unwrap()), true, None),
            field("uses", set(Type::Service(None)), false, Some(Value::Set([].into()))),
            field("tags", set(Type::Text), true, None),
            field("notes", Type::List(Box::new(Type::Record("Note".into()))), true, None),
            field("weight", Type::Decimal, true, None),
            field("retires", Type::Date, true, None),
            field("seen", Type::Instant, true, None),
            field("shape", Type::Vector, true, None),
            field("open", Type::Bool, false, Some(Value::Bool(false))),
        ],
    );
    let mut promise = |name: &str, ty, direction, composition| {
        model.guarantees.insert(name.into(), Guarantee { ty, direction, composition, measured_as: None });
    };
    promise("latency", Type::Duration, Some(Direction::AtMost), Some(Composition::Sum));
    promise("accuracy", Type::Ratio, Some(Direction::AtLeast), Some(Composition::Min));
    promise("queue", Type::Int, Some(Direction::AtMost), None);
    promise("reproducible", Type::Bool, None, Some(Composition::And));
    let mut audited = model.clone();
    audited.ancestors.insert("Audited".into());
    audited.fields.extend([field("audit_log", Type::Bool, false, None)]);
    policy.traits.insert("Model".into(), model);
    policy.traits.insert("Audited".into(), audited);
    policy.traits.insert("Odd".into(), trait_of(&["Odd"], vec![field("context", Type::Text, true, None)]));
    policy
}

/// The checked services of a text, and `place code message` of everything found.
pub(in crate::facts) fn load(format: Format, text: &str) -> (Services, Vec<String>) {
    let mut sources = Sources::default();
    let file = sources.add("m", text);
    let line = |d: &Diagnostic| format!("{} {} {}", sources.location(d.span), d.code.id, d.message);
    let node = match read_as(format, file, text) {
        Ok(node) => node,
        Err(found) => return (Services::new(), found.iter().map(line).collect()),
    };
    let policy = policy();
    let import =
        Import { adapter: ("provost", node.span), trait_: None, options: Vec::new(), scopes: None, prefix: "".into() };
    let (adapted, mut found) = adapt(&import, &node, &policy);
    let heads = heads(&policy, &adapted.services);
    let places = Places::new();
    let context = Context { policy: &policy, heads: &heads, places: &places, sources: &sources };
    let (services, more) = contracts(&adapted.services, &context);
    found.extend(more);
    (services.into_iter().map(|(name, _, service)| (name, service)).collect(), found.iter().map(line).collect())
}

#[test]
fn contracts_mirror_their_fields() {
    let text = "services:\n  a:\n    is: Audited\n    provider: openai\n    context: 5\n    latency: <= 8s\n    accuracy: '>=97%'\n    queue: <= 4\n    \
                uses: [b]\n    audit_log: true\n    cost: null\n  b: {is: [Model], provider: eu-west-1, context: 1, latency: 200ms, reproducible: true}\n";
    let (services, found) = load(Format::Yaml, text);
    assert_eq!(found, Vec::<String>::new());
    let a = &services["a"];
    assert_eq!(a.traits, ["Audited", "Model"].map(Name::from).into());
    assert_eq!(&*a.at, "m:2:3");
    let shown: Vec<String> = a.values.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        shown,
        [
            "accuracy=0.97",
            "audit_log=true",
            "context=5",
            "latency=8s",
            "open=false",
            "provider=openai",
            "queue=4",
            "uses={b}"
        ]
    );
    assert_eq!(services["b"].values["latency"].to_string(), "200ms");
    assert_eq!(&*services["b"].at, "m:12:3");
}

#[test]
fn all_errors_of_all_contracts_are_said_at_once() {
    let text = "services:\n  a:\n    is: Modl\n  b:\n    is: Audited\n    latency: '>= 8s'\n    accuracy: '< 5%'\n    reproducible: <= true\n    \
                accept: x\n    contxt: 5\n    uses: [c, zz]\n    provider: 5\n  c:\n    context: 1\n  d: 5\n  e: {is: [Model, Odd]}\n  f: {is: 5}\nextra: 1\n";
    let (services, found) = load(Format::Yaml, text);
    assert!(services.is_empty());
    assert_eq!(
        found,
        [
            "m:18:1 P0550 `extra` is no section of contract data",
            "m:13:3 P0550 `c` does not say which trait it is",
            "m:15:6 P0550 `d` is the number `5`, and a map of its fields is needed",
            "m:17:11 P0510 `f.is` is the number `5`, and a trait is needed",
            "m:3:9 P0551 `Modl` is no trait",
            "m:6:14 P0552 `b.latency` promises an upper bound (`at most`), and `>=` says something else",
            "m:7:15 P0552 `b.accuracy` promises a lower bound (`at least`), and `<` says something else",
            "m:8:19 P0552 `b.reproducible` promises no bound but a fact, and `<=` says something else",
            "m:9:5 P0553 `b.accept` cannot be stated in data: what a service accepts is a condition",
            "m:10:5 P0520 `b.contxt` is no field of `Audited, Model`",
            "m:11:12 P0517 `b.uses[0]` is `c`, which is no known service",
            "m:11:15 P0517 `b.uses[1]` is `zz`, which is no known service",
            "m:12:15 P0510 `b.provider` is the number `5`, and a member of `Provider` is needed",
            "m:4:3 P0521 `b` does not state `audit_log`, `context`",
            "m:16:19 P0554 `context` is declared differently by `Model` and `Odd`",
        ]
    );
}

#[test]
fn what_is_missing_points_to_the_trait_that_requires_it() {
    let policy = policy();
    let span = |at| Span::new(crate::base::FileId(0), at, at + 1);
    let shape = Shape::of(&policy, &[("Audited".into(), span(1))]).unwrap();
    let places = Places::from([("Model".into(), span(7)), ("Audited".into(), span(8))]);
    let stated = BTreeMap::from([
        (Name::from("context"), (Value::Int(1), span(2))),
        (Name::from("latncy"), (Value::Number(Decimal::ONE, Unit::Duration), span(3))),
    ]);
    let found = complete((&"x".into(), span(0)), "x:1:1".into(), &shape, stated, &places).unwrap_err();
    assert_eq!(found[0].help.as_deref(), Some("did you mean `latency`?"));
    assert_eq!(found[1].message, "`x` does not state `audit_log`, `provider`");
    let related: Vec<(u32, &str)> = found[1].related.iter().map(|l| (l.span.start, l.text.as_str())).collect();
    assert_eq!(related, [(8, "`Audited` requires `audit_log`"), (7, "`Model` requires `provider`")]);
}

#[test]
fn a_file_without_services_says_what_is_expected() {
    assert_eq!(load(Format::Json, "[]").1, ["m:1:1 P0550 the contracts are a list, and a map is needed"]);
    assert_eq!(load(Format::Json, "{}").1, ["m:1:1 P0550 the contracts have no `services`"]);
    assert_eq!(load(Format::Json, "{\"services\": []}").1, ["m:1:14 P0550 `services` is a list, and a map is needed"]);
    assert_eq!(load(Format::Toml, "services = {}").1, Vec::<String>::new());
    assert_eq!(load(Format::Json, "{\"services\": {\"\": {}}}").1, ["m:1:15 P0550 a service has no name"]);
}
