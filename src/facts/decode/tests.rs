//! How data becomes values.

use std::collections::BTreeMap;

use super::*;
use crate::base::{Currency, FileId, Sources};
use crate::data::{Format, read_as};
use crate::facts::{request, set, signals};
use crate::ir::{EnumType, RequestType, Service, Signal};
use crate::value::Unit;

fn field(name: &str, ty: Type, optional: bool, default: Option<Value>) -> Field {
    Field { name: name.into(), ty, optional, default }
}

fn fields() -> Vec<Field> {
    let region = || Type::Enum("Region".into());
    vec![
        field("tenant", Type::Text, false, None),
        field("needs", Type::Set(Box::new(region())), false, None),
        field("autonomy", region(), false, Some(member(1))),
        field("max_latency", Type::Duration, true, None),
        field("budget", Type::Money(Currency::USD), true, None),
        field("cost", Type::Money(Currency::from_code("EUR").unwrap()), true, None),
        field("share", Type::Ratio, true, None),
        field("weight", Type::Decimal, true, None),
        field("count", Type::Int, true, None),
        field("fast", Type::Bool, true, None),
        field("day", Type::Date, true, None),
        field("start", Type::Instant, true, None),
        field("tasks", Type::List(Box::new(Type::Record("Task".into()))), false, Some(Value::List([].into()))),
        field("task", Type::Record("Task".into()), true, None),
        field("model", Type::Service(Some("Model".into())), true, None),
        field("shape", Type::Vector, true, None),
    ]
}

fn member(index: u32) -> Value {
    let name = ["eu_west", "us_east", "us-gov-1"][index as usize];
    Value::Member(Member { of: "Region".into(), index, name: name.into() })
}

fn policy() -> Policy {
    let mut policy = Policy::default();
    let members = ["eu_west", "us_east", "us-gov-1"].map(Name::from).to_vec();
    policy.enums.insert("Region".into(), EnumType { ordered: false, members });
    policy.records.insert(
        "Task".into(),
        vec![
            field("title", Type::Text, false, None),
            field("priority", Type::Int, false, Some(Value::Int(3))),
            field("due", Type::Date, true, None),
        ],
    );
    policy.requests.insert("Job".into(), RequestType { fields: fields(), invariants: Vec::new() });
    let healthy = Signal { subject: Some("Model".into()), ty: Type::Bool, default: Some(Value::Bool(true)) };
    policy.signals.insert("healthy".into(), healthy);
    policy.signals.insert("utilisation".into(), Signal { subject: None, ty: Type::Ratio, default: None });
    policy
}

fn services() -> Services {
    let of = |name: &str| Service { traits: [Name::from(name)].into(), ..Service::default() };
    BTreeMap::from([("o3".into(), of("Model")), ("gpt-5.2".into(), of("Model")), ("tesseract".into(), of("Ocr"))])
}

/// `line:column code message` of everything found.
fn lines(sources: &Sources, found: &[Diagnostic]) -> Vec<String> {
    found.iter().map(|d| format!("{} {} {}", sources.location(d.span), d.code.id, d.message)).collect()
}

fn ask(format: Format, text: &str) -> Result<Value, Vec<String>> {
    let mut sources = Sources::default();
    let file = sources.add("r", text);
    let node = read_as(format, file, text).map_err(|found| lines(&sources, &found))?;
    let read = request::request(&policy(), &services(), &"Job".into(), &node);
    read.map(|r| r.value).map_err(|found| lines(&sources, &found))
}

fn known(value: &Value, name: &str) -> Option<Value> {
    value.field(name).unwrap().cloned()
}

#[test]
fn every_type_is_read_from_every_format() {
    let json = r#"{"tenant": "a", "needs": ["us_east", "eu_west"], "max_latency": "200ms", "budget": "-$0.5", "cost": "0.02 EUR",
        "share": "97%", "weight": 1.5e-3, "count": -7, "fast": true, "day": "2026-12-31", "start": "2026-12-31T12:00:00Z",
        "tasks": [{"title": "t", "due": null}], "model": "o3", "shape": [0.1, -2]}"#;
    let yaml = "tenant: a\nneeds: [us_east, eu_west]\nmax_latency: 200ms\nbudget: -$0.5\ncost: 0.02 EUR\nshare: 97%\nweight: 1.5e-3\n\
        count: -7\nfast: true\nday: 2026-12-31\nstart: 2026-12-31T12:00:00Z\ntasks:\n- title: t\nmodel: o3\nshape: [0.1, -2]\n";
    let toml = "tenant = 'a'\nneeds = ['us_east', 'eu_west']\nmax_latency = '200ms'\nbudget = '-$0.5'\ncost = '0.02 EUR'\nshare = 0.97\n\
        weight = 1.5e-3\ncount = -7\nfast = true\nday = 2026-12-31\nstart = 2026-12-31T12:00:00Z\nmodel = 'o3'\nshape = [0.1, -2]\n\
        [[tasks]]\ntitle = 't'\n";
    let value = ask(Format::Json, json).unwrap();
    assert_eq!(ask(Format::Yaml, yaml).unwrap(), value);
    assert_eq!(ask(Format::Toml, toml).unwrap(), value);
    let text = value.to_string();
    assert_eq!(
        text,
        "{tenant: \"a\", needs: {eu_west, us_east}, autonomy: us_east, max_latency: 200ms, budget: -$0.5, cost: 0.02 EUR, \
         share: 0.97, weight: 0.0015, count: -7, fast: true, day: 2026-12-31, start: 2026-12-31T12:00:00Z, \
         tasks: [{title: \"t\", priority: 3, due: unknown}], task: unknown, model: o3, shape: [0.1, -2]}"
    );
}

#[test]
fn all_errors_are_said_at_once_in_json() {
    let json = "{\n \"tenant\": 5,\n \"needs\": [\"eu_west\", \"eu-wst\", \"eu_west\"],\n \"max_latency\": 8,\n \"budget\": 0.02,\n \
        \"cost\": \"$1\",\n \"share\": \"x\",\n \"count\": 1.0,\n \"fast\": \"true\",\n \"day\": \"2026-02-30\",\n \"start\": \"2026-12-31\",\n \
        \"tasks\": [{\"titel\": \"t\"}],\n \"model\": \"tesseract\",\n \"tenent\": 1,\n \"autonomy\": null\n}";
    let found = ask(Format::Json, json).unwrap_err();
    assert_eq!(
        found,
        [
            "r:14:2 P0520 `tenent` is no field of `Job`",
            "r:2:12 P0510 `tenant` is the number `5`, and a text is needed",
            "r:3:23 P0515 `needs[1]` is `eu-wst`, which is no member of `Region`",
            "r:15:14 P0519 `autonomy` is `null`, and a member of `Region` is needed",
            "r:4:17 P0511 `max_latency` is a duration, and `8` has no unit",
            "r:5:12 P0511 `budget` is an amount in USD, and `0.02` has no unit",
            "r:6:10 P0513 `cost` is an amount in EUR, and `$1` is one in USD",
            "r:7:11 P0512 `share` is `x`, and a ratio, such as `0.97` or `\"97%\"` is needed",
            "r:8:11 P0512 `count` is `1.0`, and a whole number has no point or exponent",
            "r:9:10 P0510 `fast` is the text `true`, and `true` or `false` is needed",
            "r:10:9 P0512 `day` is `2026-02-30`, and there is no such day",
            "r:11:11 P0512 `start` is `2026-12-31`, and an instant in UTC, such as `\"2026-12-31T12:00:00Z\"` is needed",
            "r:12:13 P0520 `tasks[0].titel` is no field of `Task`",
            "r:12:12 P0521 `tasks[0].title` is missing",
            "r:13:11 P0518 `model` is `tesseract`, which is no `Model`",
        ]
    );
}

#[test]
fn all_errors_are_said_at_once_in_yaml_and_toml() {
    assert_eq!(
        ask(Format::Yaml, "needs:\n  - eu_west\n  - eu_west\ncount: 200_000\nmodel: gpt52\n").unwrap_err(),
        [
            "r:1:1 P0521 `tenant` is missing",
            "r:3:5 P0516 `needs[1]` is `eu_west` again, and a set holds each element once",
            "r:4:8 P0510 `count` is the text `200_000`, and a whole number is needed",
            "r:5:8 P0517 `model` is `gpt52`, which is no known service",
        ]
    );
    assert_eq!(
        ask(
            Format::Toml,
            "tenant = 'a'\nneeds = 'eu_west'\ncount = 99999999999999999999\nweight = 0.00000000001\n[task]\nprio = 1\n"
        )
        .unwrap_err(),
        [
            "r:2:9 P0510 `needs` is the text `eu_west`, and a list (`set<Region>`, each element once) is needed",
            "r:4:10 P0514 `weight` is `0.00000000001`, which has more than nine digits behind the point",
            "r:3:9 P0514 `count` is `99999999999999999999`, which is beyond 64 bits",
            "r:6:1 P0520 `task.prio` is no field of `Task`",
            "r:5:1 P0521 `task.title` is missing",
        ]
    );
    assert_eq!(
        ask(Format::Yaml, "").unwrap_err(),
        ["r:1:1 P0510 the value is nothing (`null`), and a map with the fields of `Job` is needed"]
    );
}

#[test]
fn suggestions_come_with_their_fix() {
    let text = "{\"tenant\":\"a\",\"needs\":[\"eu_wst\"],\"budget\":3,\"count\":2.0}";
    let node = read_as(Format::Json, FileId(0), text).unwrap();
    let found = request::request(&policy(), &services(), &"Job".into(), &node).unwrap_err();
    let fixes: Vec<&str> =
        found.iter().flat_map(|d| &d.fixes).flat_map(|f| &f.edits).map(|(_, t)| t.as_str()).collect();
    assert_eq!(fixes, ["\"eu_west\"", "\"$3\"", "2"]);
    assert_eq!(
        request::refusals(&found).iter().map(|(f, _)| f.as_str()).collect::<Vec<_>>(),
        ["needs[0]", "budget", "count"]
    );
}

#[test]
fn numbers_and_units_have_one_reading() {
    let policy = policy();
    let services = services();
    let schema = Schema { policy: &policy, services: Known::Services(&services) };
    let read = |text: &str, ty: &Type| {
        let node = read_as(Format::Json, FileId(0), text).unwrap();
        value(&node, ty, &schema).map_err(|found| found.first().unwrap().code.id)
    };
    let eur = Type::Money(Currency::from_code("EUR").unwrap());
    let usd = Type::Money(Currency::USD);
    let amount = |text: &str, unit| Ok(Value::Number(text.parse().unwrap(), unit));
    assert_eq!(read("0.97", &Type::Ratio), amount("0.97", Unit::Ratio));
    assert_eq!(read("\"0.0000001%\"", &Type::Ratio), amount("0.000000001", Unit::Ratio));
    assert_eq!(read("\"0.00000001%\"", &Type::Ratio), Err("P0514"));
    assert_eq!(read("\"1.5\"", &Type::Decimal), amount("1.5", Unit::Plain));
    assert_eq!(read("\"5 USD\"", &usd), amount("5", Unit::Money(Currency::USD)));
    for (text, ty, code) in [
        ("\"5 usd\"", &usd, "P0512"),
        ("\"$-5\"", &usd, "P0512"),
        ("\"$\"", &usd, "P0512"),
        ("\"5\"", &usd, "P0511"),
        ("\"0.1 XXX\"", &eur, "P0512"),
        ("\"€5\"", &eur, "P0512"),
        ("\"8\"", &Type::Duration, "P0511"),
        ("\"8 seconds\"", &Type::Duration, "P0512"),
        ("\"8sec\"", &Type::Duration, "P0512"),
        ("true", &Type::Duration, "P0510"),
        ("\"2026-12-31T12:00:00+01:00\"", &Type::Instant, "P0512"),
        ("1e2", &Type::Int, "P0512"),
        ("1e99", &Type::Decimal, "P0514"),
        ("[1]", &Type::Text, "P0510"),
        ("[null]", &Type::List(Box::new(Type::Int)), "P0519"),
        ("null", &Type::Int, "P0519"),
        ("[\"1\"]", &Type::Vector, "P0510"),
        ("[1e30]", &Type::Vector, "P0514"),
    ] {
        assert_eq!(read(text, ty), Err(code), "{text}");
    }
    let vector =
        read("[0.1234567895, 0.1234567885, -0.12345678951, 1e-20, 5e-10, 1.5e-9, 12345.67890123456789]", &Type::Vector);
    assert_eq!(
        vector.unwrap().to_string(),
        "[0.12345679, 0.123456788, -0.12345679, 0, 0, 0.000000002, 12345.678901235]"
    );
}

#[test]
fn null_is_the_same_as_leaving_an_optional_field_out() {
    let request = ask(Format::Json, "{\"tenant\": \"a\", \"needs\": [], \"budget\": null}").unwrap();
    assert_eq!(known(&request, "budget"), None);
    assert_eq!(known(&request, "autonomy"), Some(member(1)));
}

fn hear(text: &str) -> Result<String, Vec<String>> {
    let mut sources = Sources::default();
    let file = sources.add("s", text);
    let node = read_as(Format::Json, file, text).unwrap();
    let read = signals::signals(&policy(), &services(), &node);
    read.map(|s| format!("{:?}", s.values)).map_err(|found| lines(&sources, &found))
}

#[test]
fn signals_are_typed_by_their_declaration() {
    let heard = hear("{\"healthy\": {\"o3\": false}, \"utilisation\": 0.4}").unwrap();
    assert_eq!(heard, "{\"healthy\": PerService({\"o3\": Bool(false)}), \"utilisation\": One(Number(0.4, Ratio))}");
    assert_eq!(hear("{\"utilisation\": null}").unwrap(), "{}");
    let wrong = "{\"helthy\": 1,\n\"healthy\": {\"o4\": true, \"tesseract\": false, \"o3\": \"no\", \"gpt-5.2\": null},\n\"utilisation\": true}";
    assert_eq!(
        hear(wrong).unwrap_err(),
        [
            "s:1:2 P0530 `helthy` is no signal",
            "s:2:13 P0517 `healthy.o4` is `o4`, which is no known service",
            "s:2:25 P0518 `healthy.tesseract` is `tesseract`, which is no `Model`",
            "s:2:51 P0510 `healthy.o3` is the text `no`, and `true` or `false` is needed",
            "s:2:68 P0519 `healthy.gpt-5.2` is `null`, and would be taken as its default `true`",
            "s:3:16 P0510 `utilisation` is `true`, and a ratio, such as `0.97` or `\"97%\"` is needed",
        ]
    );
    assert_eq!(
        hear("{\"healthy\": true}").unwrap_err(),
        ["s:1:13 P0510 `healthy` speaks of each `Model`, and `true` names none"]
    );
    assert_eq!(hear("[]").unwrap_err(), ["s:1:1 P0510 the signals are a list, and a map is needed"]);
}

fn assign(base: &str, assignments: &[(&str, &str)]) -> Result<Value, Vec<String>> {
    let mut sources = Sources::default();
    let file = sources.add("r", base);
    let node = read_as(Format::Json, file, base).unwrap();
    let owned: Vec<(String, String)> = assignments.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect();
    let (node, wrong) = set::set(node, &policy(), &"Job".into(), &owned, &mut sources);
    if !wrong.is_empty() {
        return Err(lines(&sources, &wrong));
    }
    let read = request::request(&policy(), &services(), &"Job".into(), &node);
    read.map(|r| r.value).map_err(|found| lines(&sources, &found))
}

#[test]
fn assignments_are_read_by_the_type_of_their_field() {
    let base = "{\"tenant\": \"a\", \"needs\": [\"eu_west\"], \"budget\": \"$5\", \"task\": {\"title\": \"t\"}}";
    let set = assign(
        base,
        &[
            ("tenant", "true"),
            ("needs", "us_east, us-gov-1"),
            ("budget", ""),
            ("count", "12"),
            ("fast", "true"),
            ("share", "97%"),
            ("weight", "0.5"),
            ("task.priority", "9"),
            ("max_latency", "8s"),
            ("shape", "0.1,2"),
            ("model", "o3"),
        ],
    );
    assert_eq!(
        set.unwrap().to_string(),
        "{tenant: \"true\", needs: {us_east, us-gov-1}, autonomy: us_east, max_latency: 8s, budget: unknown, cost: unknown, share: 0.97, \
         weight: 0.5, count: 12, fast: true, day: unknown, start: unknown, tasks: [], task: {title: \"t\", priority: 9, due: unknown}, \
         model: o3, shape: [0.1, 2]}"
    );
    assert_eq!(
        known(&assign("null", &[("needs", ""), ("tenant", ""), ("task.title", "x")]).unwrap(), "needs"),
        Some(Value::Set([].into()))
    );
}

#[test]
fn wrong_assignments_are_named() {
    assert_eq!(
        assign(
            "{}",
            &[("tenant", "a"), ("neds", "x"), ("tenant", "b"), ("tasks", "x"), ("tenant.x", "1"), ("task.titel", "é")]
        )
        .unwrap_err(),
        [
            "--set:2:1 P0520 `neds` is no field of `Job`, and is set by `--set`",
            "--set:3:1 P0540 `tenant` is set twice by `--set`",
            "--set:4:1 P0540 `tasks` is a `list<Task>`, which `--set` cannot write",
            "--set:5:1 P0540 `tenant.x` is set by `--set`, but `tenant` is no record",
            "--set:6:6 P0520 `titel` is no field of `Task`, and is set by `--set`",
        ]
    );
    assert_eq!(
        assign("{}", &[("tenant", "ä"), ("needs", "eu_west,us,eu_west"), ("max_latency", "8"), ("count", "x")])
            .unwrap_err(),
        [
            "--set:2:15 P0515 `needs[1]` is `us`, which is no member of `Region`",
            "--set:3:13 P0511 `max_latency` is a duration, and `8` has no unit",
            "--set:4:7 P0510 `count` is the text `x`, and a whole number is needed",
        ]
    );
}
