//! What is wrong with foreign rules.

use provost::diag::Diagnostic;
use serde_json::Value as Json;

use crate::vectors::caio::rules::translated;

/// What is written, and the one thing that is wrong with it.
const WRONG: &[(&str, &str)] = &[
    (
        "if request.prioritty == 'high' then latency <= 1",
        "P0582 1:4 `request.prioritty` has no counterpart among the requests of this package",
    ),
    ("service.wheels <= 4", "P0582 1:1 `service.wheels` has no counterpart among the services of this package"),
    (
        "if service.risk <= 0.1 then reject",
        "P0582 1:4 `service.risk` is a fact of a service, and a condition looks at the request alone",
    ),
    (
        "if request.data.sensitive == false then reject",
        "P0582 1:4 `request.data.sensitive` always has a value in this package, which a flag that was never set cannot be told from",
    ),
    (
        "if request.user.permissions exists then reject",
        "P0582 1:4 `request.user.permissions` always has a value in this package, which what was left out cannot be told from",
    ),
    (
        "{action: weight_override, weights: {alpha: 1}}",
        "P0583 1:10 `weight_override` changes what is preferred, and a rule only takes away",
    ),
    ("{name: p, rate_limit: 10}", "P0583 1:23 `rate_limit` counts requests, and a rule sees one at a time"),
    (
        "latency.max >= 200",
        "P0552 1:1 `latency.max` is a promise of at most so much, and none such shows that `>=` holds",
    ),
    (
        "not (accuracy > 90%)",
        "P0552 1:6 `accuracy` is a promise of at least so much, and none such shows that `<=` holds",
    ),
    (
        "if request.priority == 'urgent' then reject",
        "P0515 1:24 `request.priority` is `urgent`, which is no member of `Priority`",
    ),
    ("privacy.encryption == 1", "P0510 1:23 `privacy.encryption` is the number `1`, and `true` or `false` is needed"),
    ("privacy.encryption < true", "P0510 1:1 `privacy.encryption` is a `bool`, of which nothing is more or less"),
    ("service.provider contains 'x'", "P0510 1:1 `service.provider` is a `string`, which contains nothing"),
    (
        "latency <= request.max_cost",
        "P0510 1:12 `request.max_cost` is a `usd`, which is not compared with a `duration`",
    ),
    ("if request.priority == 'high' then", "P0586 1:35 the sentence ends, and a path or a value is needed"),
    ("if request.priority == 'high' latency <= 1", "P0586 1:31 `latency` stands here, and `then` is needed"),
    ("if request.priority == 'high then reject", "P0586 1:24 the text that begins here is never closed by `'`"),
    ("latency <= 1 # expect", "P0586 1:14 `#` has no meaning in a rule"),
    ("1 < 2", "P0586 1:5 two values are compared, and one side must be a path such as `request.priority`"),
    ("{constraint: latency_ms <= 5, foo: 1}", "P0520 1:31 `foo` is no part of a rule"),
    ("{name: x}", "P0521 1:1 the rule demands nothing"),
    ("{name: x, action: reject}", "P0521 1:19 `reject` does not say when"),
    ("{field: requires_gpu}", "P0521 1:9 `field` has no `value` beside it"),
    ("{require_encryptoin: true}", "P0520 1:2 `require_encryptoin` is no policy"),
    (
        "{require_encryption: 'yes'}",
        "P0510 1:22 `require_encryption` is the text `yes`, and `true` or `false` is needed",
    ),
    ("[[latency <= 1]]", "P0510 1:2 a rule is a list, and a sentence or a map is needed"),
    ("{path: risk, op: exists, values: 1}", "P0520 1:26 `values` is no part of a condition"),
    ("{path: risk, op: <=}", "P0521 1:1 the condition has no `value`"),
    ("{condition: {path: request.priority, op: '~', value: 1}, action: reject}", "P0515 1:42 `~` is no comparison"),
    ("{text: latency <= 5, constraint: latency <= 6}", "P0580 1:8 the rule is stated twice, and the two differ"),
    (
        "{name: x, id: x, constraint: latency <= 5}",
        "P0580 1:15 `name` and `id` say the same thing, and both are stated",
    ),
    (
        "{constraint: latency <= 5, priority: urgent}",
        "P0510 1:38 `priority` is the text `urgent`, and a whole number, or `high`, `normal` or `low` is needed",
    ),
    ("{rules: [], polices: []}", "P0520 1:13 `polices` is no part of a document of rules"),
];

#[test]
fn whatever_is_wrong_is_said_where_it_stands_and_all_at_once() {
    let mut wrong = Vec::new();
    for (document, wanted) in WRONG {
        // A line of YAML would take `#` for a remark, so sentences stand in quotes of their own.
        let sentence = !document.starts_with(['{', '[']);
        let quoted = Json::from(*document).to_string();
        let (_, _, found) = translated("rules.yaml", if sentence { &quoted } else { document }, "caio");
        let place = |d: &Diagnostic| usize::try_from(d.span.start).unwrap() + usize::from(!sentence);
        let said: Vec<String> = found.iter().map(|d| format!("{} 1:{} {}", d.code.id, place(d), d.message)).collect();
        if said != [*wanted] {
            wrong.push(format!("{document}: {said:?}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    let (read, _, found) = translated("rules.yaml", "[latency.wheels <= 1, if a then b, 5, latency <= 1]", "caio");
    assert_eq!((read.rules.len(), found.len()), (1, 4), "{found:#?}");
}

#[test]
fn routes_that_do_not_fit_are_refused() {
    let said = |routes: &str| {
        translated("rules.yaml", "latency <= 1", routes).2.iter().map(|d| d.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(said("caio_tow"), ["the package has no route `caio_tow`"]);
    assert_eq!(said("caio,caio"), Vec::<String>::new());
    let (_, _, found) = translated("rules.yaml", "{action: force_model, model: harbour-chat}", "caio_two");
    assert_eq!(found[0].message, "one service cannot fill every stage of a route");
}

#[test]
fn a_missing_target_is_warned_of_and_leaves_nobody() {
    let (_, text, found) = translated("rules.yaml", "{action: force_model, model: harbor-chat}", "caio");
    assert_eq!(found.len(), 1);
    assert!(
        !found[0].is_error() && found[0].help.as_ref().is_some_and(|help| help.contains("harbour-chat")),
        "{found:?}"
    );
    assert!(text.contains("require service.name == \"harbor-chat\""), "{text}");
}

#[test]
fn rules_that_nothing_satisfies_together_are_refused_at_both() {
    let conflicts = |document: &str| {
        let found = translated("rules.yaml", document, "caio").2;
        found.into_iter().filter(|d| d.code.id == "P0584").map(|d| d.message).collect::<Vec<_>>()
    };
    for pair in [
        "[latency.max <= 100, latency.max >= 200]",
        "[privacy.data_locality == 'local', \"data_locality in ['cloud']\"]",
        "[{require_encryption: true}, not privacy.encryption]",
        "[{type: constraint, field: requires_gpu, value: true}, {type: constraint, field: requires_gpu, value: false}]",
        "[required_trust_level > 5, required_trust_level <= 5]",
    ] {
        assert_eq!(conflicts(pair).len(), 1, "{pair}");
    }
    assert_eq!(conflicts("required_trust_level > 5 and required_trust_level < 5").len(), 1);
    for fine in [
        "[latency.max <= 100, latency.max <= 200]",
        "[if request.priority == 'high' then privacy.encryption, not privacy.encryption]",
        "[required_trust_level >= 5, required_trust_level <= 5]",
        "['\"a\" in capabilities', '\"b\" in capabilities']",
    ] {
        assert_eq!(conflicts(fine), Vec::<String>::new(), "{fine}");
    }
}
