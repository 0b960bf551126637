//! Routing at length: reasons, waivers, denials and the decision's JSON on small policies, and dead ends among thousands.

use std::sync::Arc;

use provost::base::Name;
use provost::facts::{Inputs, Request, SignalValue, Signals};
use provost::ir::*;
use provost::plan::{Plan, plan};
use provost::route::decision::{Decision, Ending, Problem};
use provost::route::{DecideError, decide, decide_traced, json};
use provost::value::{Type, Unit, Value};

fn n(text: &str) -> Name {
    Name::from(text)
}

fn text(t: &str) -> Value {
    Value::Text(n(t))
}

fn lit(v: Value) -> Expr {
    Expr::Literal(v)
}

fn field(of: Expr, name: &str) -> Expr {
    Expr::Field(Box::new(of), n(name))
}

fn role(name: &str) -> Expr {
    Expr::Role(n(name))
}

fn compare(op: Comparison, a: Expr, b: Expr) -> Expr {
    Expr::Compare(op, Box::new(a), Box::new(b))
}

fn differ(a: Expr, b: Expr) -> Expr {
    compare(Comparison::NotEqual, a, b)
}

fn constraint(name: &str, scope: &[&str], effect: Effect, condition: Expr) -> Constraint {
    Constraint {
        name: n(name),
        rule: true,
        scope: scope.iter().map(|s| n(s)).collect(),
        when: None,
        unless: None,
        clauses: vec![Clause { effect, condition, at: n("rules.provost:1:1") }],
        because: Some(n("so it is")),
        protected: false,
        docs: None,
        annotations: Vec::new(),
        waivers: Vec::new(),
        at: n("rules.provost:1:1"),
    }
}

fn policy(roles: &[(&str, Cardinality)], constraints: Vec<Constraint>) -> Policy {
    let mut policy = Policy::default();
    let guarantee =
        Guarantee { ty: Type::Duration, direction: None, composition: Some(Composition::Sum), measured_as: None };
    let model = Trait {
        ancestors: [n("Model")].into(),
        fields: Default::default(),
        guarantees: [(n("latency"), guarantee)].into(),
        measurements: Default::default(),
        invariants: Vec::new(),
    };
    policy.traits.insert(n("Model"), model);
    let region = Field { name: n("region"), ty: Type::Text, optional: true, default: None };
    policy.requests.insert(n("Job"), RequestType { fields: vec![region], invariants: Vec::new() });
    policy.signals.insert(n("healthy"), Signal { subject: Some(n("Model")), ty: Type::Bool, default: None });
    let roles = roles.iter().map(|(name, c)| Role { name: n(name), trait_: n("Model"), cardinality: *c }).collect();
    let route = Route {
        request: n("Job"),
        roles,
        pipeline: Pipeline::default(),
        constraints,
        scores: Default::default(),
        ties: Default::default(),
        outputs: Default::default(),
        phases: Default::default(),
        at: n("routes.provost:1:1"),
    };
    policy.routes.insert(n("work"), route);
    policy
}

fn service(values: &[(&str, Value)]) -> Service {
    let values = values.iter().map(|(name, v)| (n(name), v.clone())).collect();
    Service { traits: [n("Model")].into(), values, accepts: Vec::new(), at: n("m.provost:1:1") }
}

fn inputs(region: Option<&str>) -> Inputs {
    Inputs {
        request: Request { ty: n("Job"), value: Value::Record(vec![(n("region"), region.map(text))].into()) },
        signals: Signals::default(),
        now: "2026-11-21T00:00:00Z".parse().unwrap(),
    }
}

fn planned(policy: Policy, services: Services) -> Plan {
    plan(Arc::new(policy), Arc::new(services))
}

fn by<'d>(decision: &'d Decision, service: &str) -> &'d provost::route::decision::Failure {
    &decision.rejected.iter().find(|r| &*r.service == service).unwrap().by[0]
}

#[test]
fn a_rejection_shows_both_sides_and_what_is_missing() {
    let s = || Expr::Subject;
    let condition = Expr::And(vec![
        differ(field(s(), "provider"), lit(text("acme"))),
        Expr::Signal(n("healthy"), Some(Box::new(s()))),
        Expr::In(Box::new(Expr::Request.into_field("region")), Box::new(field(s(), "regions"))),
    ]);
    let policy =
        policy(&[("primary", Cardinality::One)], vec![constraint("fits", &["primary"], Effect::Require, condition)]);
    let eu = Value::set(vec![text("eu")]);
    let all = [("provider", text("zeta")), ("regions", eu.clone())];
    let services: Services = [
        (n("acme"), service(&[("provider", text("acme")), ("regions", eu)])),
        (n("bare"), service(&[("provider", text("zeta"))])),
        (n("good"), service(&all)),
        (n("sick"), service(&all)),
    ]
    .into();
    let mut inputs = inputs(Some("eu"));
    let healthy = [("acme", true), ("bare", true), ("good", true), ("sick", false)];
    let healthy = healthy.into_iter().map(|(s, h)| (n(s), Value::Bool(h))).collect();
    inputs.signals.values.insert(n("healthy"), SignalValue::PerService(healthy));
    let plan = planned(policy, services);
    let decision = decide(&plan, "work", &inputs).unwrap();
    assert_eq!(&*decision.role("primary").unwrap().given[0].service, "good");
    let sides = |name: &str| {
        let by = by(&decision, name);
        (by.verdict.word(), by.left.clone().unwrap(), by.relation.unwrap(), by.right.clone().unwrap())
    };
    assert_eq!(sides("acme"), ("false", "acme".into(), "!=", "acme".into()));
    assert_eq!(sides("sick"), ("false", "false".into(), "is", "true".into()));
    assert_eq!(sides("bare"), ("unknown", "eu".into(), "in", "unknown".into()));
    assert_eq!(by(&decision, "bare").missing[0].to_string(), "field `regions` of service `bare`");
    inputs.request.value = Value::Record(vec![(n("region"), None)].into());
    let (decision, trace) = decide_traced(&plan, "work", &inputs).unwrap();
    assert_eq!(by(&decision, "good").missing[0].to_string(), "request field `region`");
    assert_eq!(trace.failures(0, "good").unwrap().len(), 1);
    assert!(trace.domain(0).unwrap().is_empty());
}

trait IntoField {
    fn into_field(self, name: &str) -> Expr;
}

impl IntoField for Expr {
    fn into_field(self, name: &str) -> Expr {
        field(self, name)
    }
}

#[test]
fn a_waiver_lifts_until_its_day_is_over_and_is_shown() {
    let condition = compare(Comparison::Equal, field(Expr::Subject, "provider"), lit(text("a")));
    let mut rule = constraint("only_a", &["primary"], Effect::Require, condition);
    rule.waivers.push(n("INC-1"));
    let mut policy = policy(&[("primary", Cardinality::One)], vec![rule]);
    let waiver = Waiver {
        rule: n("only_a"),
        when: None,
        until: "2026-11-21".parse().unwrap(),
        approved_by: n("dpo"),
        because: None,
        at: n("x"),
    };
    policy.waivers.insert(n("INC-1"), waiver);
    let services: Services = [(n("b"), service(&[("provider", text("b"))]))].into();
    let plan = planned(policy, services);
    let mut inputs = inputs(None);
    inputs.now = "2026-11-21T23:59:59.999Z".parse().unwrap();
    let decision = decide(&plan, "work", &inputs).unwrap();
    assert_eq!(decision.ending, Ending::Routed);
    assert_eq!((&*decision.waived[0].waiver, &*decision.waived[0].services[0]), ("INC-1", "b"));
    inputs.now = "2026-11-22T00:00:00Z".parse().unwrap();
    let decision = decide(&plan, "work", &inputs).unwrap();
    assert_eq!((decision.ending, decision.waived.len()), (Ending::Unroutable, 0));
    let unroutable = decision.unroutable.unwrap();
    assert_eq!((unroutable.core, unroutable.relaxations[0].admits.clone()), (vec![n("only_a")], vec![n("b")]));
}

#[test]
fn the_json_names_everything_and_its_identity_covers_it() {
    let mut locked = constraint("locked", &["primary"], Effect::Deny, lit(Value::Bool(true)));
    locked.when = Some(compare(Comparison::Equal, field(Expr::Request, "region"), lit(text("moon"))));
    let policy = policy(&[("primary", Cardinality::One), ("critic", Cardinality::Optional)], vec![locked]);
    let latency = Value::Number("8".parse().unwrap(), Unit::Duration);
    let services: Services = [(n("a"), service(&[("latency", latency)]))].into();
    let plan = planned(policy, services);
    let of = |region: &str| json::decision(&decide(&plan, "work", &inputs(Some(region))).unwrap());
    let (routed, denied) = (of("eu"), of("moon"));
    assert_eq!(routed["roles"]["critic"]["service"], "a");
    assert_eq!(routed["roles"]["primary"]["score"], "0");
    assert_eq!(routed["guarantees"]["latency"], "8s");
    assert_eq!(denied["outcome"], "denied");
    assert_eq!(denied["denied_by"][0]["left"], "moon");
    assert_eq!(denied["denied_by"][0]["because"], "so it is");
    assert_ne!(routed["decision_id"], denied["decision_id"]);
    let problems = vec![Problem { field: Some("region".into()), message: "is no text".into(), at: None }];
    let now = "2026-11-21T00:00:00Z".parse().unwrap();
    let invalid = json::decision(&Decision::invalid(&plan, n("work"), problems, now));
    assert_eq!((&invalid["outcome"], &invalid["invalid"][0]["field"]), (&"invalid".into(), &"region".into()));
    assert_eq!(decide(&plan, "nowhere", &inputs(None)).unwrap_err(), DecideError::UnknownRoute(n("nowhere")));
}

#[test]
fn a_dead_end_among_thousands_is_found_at_once() {
    // Nobody has another provider and the same family, so that no primary leaves a critic.
    let reviewed = Expr::And(vec![
        differ(field(role("critic"), "provider"), field(role("primary"), "provider")),
        compare(Comparison::Equal, field(role("critic"), "family"), field(role("primary"), "family")),
    ]);
    let spare = Expr::Quantifier {
        all: true,
        variable: n("f"),
        over: Box::new(role("fallback")),
        body: Box::new(differ(Expr::Variable(n("f")), role("primary"))),
    };
    let constraints = vec![
        constraint("reviewed", &["primary"], Effect::Require, reviewed),
        constraint("spare", &["primary"], Effect::Require, spare),
    ];
    let roles =
        [("primary", Cardinality::One), ("fallback", Cardinality::List { lo: 0, hi: 3 }), ("critic", Cardinality::One)];
    let services: Services = (0..1_500)
        .map(|i| {
            let provider = text(&format!("p{}", i % 60));
            let family = text(&format!("f{}", i % 300));
            (n(&format!("s{i:04}")), service(&[("provider", provider), ("family", family)]))
        })
        .collect();
    let plan = planned(policy(&roles, constraints), services);
    let (decision, trace) = decide_traced(&plan, "work", &inputs(None)).unwrap();
    assert_eq!(trace.ending(), Ending::Unroutable);
    let unroutable = decision.unroutable.unwrap();
    assert_eq!((&*unroutable.role, unroutable.core), ("critic", vec![n("reviewed")]));
    assert_eq!(unroutable.relaxations.len(), 1);
    assert_eq!(unroutable.relaxations[0].admits.len(), 1_500);
}
