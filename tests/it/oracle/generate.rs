//! Small random packages, services and requests, as checked programs.

use std::collections::BTreeMap;
use std::sync::Arc;

use provost::base::Name;
use provost::facts::{Inputs, Request, SignalValue, Signals};
use provost::ir::*;
use provost::value::{Type, Unit, Value};

use super::rng::Rng;
use super::{forms, keys};

pub struct Case {
    pub policy: Policy,
    pub services: Services,
    pub inputs: Inputs,
}

pub fn n(text: &str) -> Name {
    Name::from(text)
}

pub fn text(t: &str) -> Value {
    Value::Text(n(t))
}

pub fn number(t: &str, unit: Unit) -> Value {
    Value::Number(t.parse().unwrap(), unit)
}

pub fn lit(v: Value) -> Expr {
    Expr::Literal(v)
}

pub fn int(i: i64) -> Expr {
    lit(Value::Int(i))
}

pub fn field(of: Expr, name: &str) -> Expr {
    Expr::Field(Box::new(of), n(name))
}

pub fn request(name: &str) -> Expr {
    field(Expr::Request, name)
}

pub fn compare(op: Comparison, a: Expr, b: Expr) -> Expr {
    Expr::Compare(op, Box::new(a), Box::new(b))
}

pub fn texts(items: &[&str]) -> Value {
    Value::set(items.iter().map(|t| text(t)).collect())
}

fn some_texts(rng: &mut Rng) -> Value {
    let all = ["p", "q", "r"];
    Value::set(all.iter().filter(|_| rng.chance(50)).map(|t| text(t)).collect())
}

fn services(rng: &mut Rng) -> Services {
    let count = 2 + rng.below(5);
    let names: Vec<Name> = (0..count).map(|i| n(&format!("s{i}"))).collect();
    let mut services = Services::new();
    for (i, name) in names.iter().enumerate() {
        let mut service = Service { at: n("x"), ..Service::default() };
        service.traits.insert(n("Model"));
        if rng.chance(60) {
            service.traits.insert(n("Audited"));
        }
        let mut state = |rng: &mut Rng, field: &str, value: Value| {
            if rng.chance(85) {
                service.values.insert(n(field), value);
            }
        };
        let provider = rng.pick(&["a", "b", "c"]);
        state(rng, "provider", text(provider));
        let tier = 1 + rng.below(3) as i64;
        state(rng, "tier", Value::Int(tier));
        let tags = some_texts(rng);
        state(rng, "tags", tags);
        let cost = rng.pick(&["0.5", "1", "2.25", "4"]);
        state(rng, "cost", number(cost, Unit::Plain));
        let latency = rng.pick(&["1", "2", "3.5"]);
        state(rng, "latency", number(latency, Unit::Duration));
        let quality = rng.pick(&["0.9", "0.95", "0.99"]);
        state(rng, "quality", number(quality, Unit::Ratio));
        let trust = rng.pick(&["0.9", "0.99", "1"]);
        state(rng, "trust", number(trust, Unit::Ratio));
        for promise in ["logged", "leaky"] {
            let kept = Value::Bool(rng.chance(70));
            state(rng, promise, kept);
        }
        let (shape, wave) = forms::vectors(rng);
        state(rng, "shape", shape);
        state(rng, "wave", wave);
        // Only earlier services are named, so that there is no cycle.
        let uses = names.iter().take(i).filter(|_| rng.chance(30)).cloned().map(Value::Service).collect();
        state(rng, "uses", Value::set(uses));
        if rng.chance(25) {
            let bound = int(1 + rng.below(3) as i64);
            service.accepts.push(Accept {
                request: n("Job"),
                condition: compare(Comparison::LessOrEqual, request("level"), bound),
                because: Some(n("terms")),
                at: n("x"),
            });
        }
        services.insert(name.clone(), service);
    }
    services
}

/// A condition on one service.
fn on_one(rng: &mut Rng, s: Expr) -> Expr {
    let less = rng.pick(&[Comparison::Less, Comparison::LessOrEqual, Comparison::GreaterOrEqual, Comparison::NotEqual]);
    match rng.below(20) {
        14.. => forms::on_one(rng, s),
        0 => compare(Comparison::GreaterOrEqual, field(s, "tier"), request("level")),
        1 => Expr::Within(Box::new(request("needs")), Box::new(field(s, "tags"))),
        2 => Expr::Overlaps(Box::new(field(s, "tags")), Box::new(lit(texts(&["p", "q"])))),
        3 => compare(less, field(s, "tier"), int(2)),
        4 => Expr::Signal(n("healthy"), Some(Box::new(s))),
        5 => {
            let budget = Expr::Coalesce(Box::new(request("budget")), Box::new(lit(number("2", Unit::Plain))));
            compare(Comparison::LessOrEqual, field(s, "cost"), budget)
        }
        6 => Expr::Not(Box::new(Expr::In(Box::new(field(s, "provider")), Box::new(lit(texts(&["a", "c"])))))),
        7 => Expr::Known(Box::new(field(s, "provider"))),
        8 => compare(Comparison::NotEqual, field(s, "name"), lit(text("s1"))),
        9 => Expr::Quantifier {
            all: rng.chance(50),
            variable: n("u"),
            over: Box::new(Expr::Closure(Box::new(s), n("uses"))),
            body: Box::new(compare(Comparison::NotEqual, field(Expr::Variable(n("u")), "provider"), lit(text("b")))),
        },
        10 => compare(Comparison::LessOrEqual, field(s, "latency"), lit(number("2", Unit::Duration))),
        11 => Expr::Implements(Box::new(s), n("Audited")),
        12 => Expr::Call(n("strong"), vec![s, Expr::Arithmetic(Arithmetic::Add, Box::new(int(1)), Box::new(int(1)))]),
        _ => Expr::Or(vec![
            compare(Comparison::Equal, field(s.clone(), "provider"), lit(text("a"))),
            compare(Comparison::Greater, field(s, "tier"), int(1)),
        ]),
    }
}

fn on_request(rng: &mut Rng) -> Expr {
    match rng.below(5) {
        0 => compare(Comparison::LessOrEqual, request("level"), int(1 + rng.below(3) as i64)),
        1 => compare(Comparison::Equal, request("region"), lit(text("eu"))),
        2 => Expr::Call(n("urgent"), vec![Expr::Request]),
        3 => compare(Comparison::Less, Expr::Signal(n("load"), None), lit(number("0.5", Unit::Ratio))),
        _ => Expr::Implies(
            Box::new(Expr::Known(Box::new(request("budget")))),
            Box::new(compare(Comparison::Greater, request("budget"), lit(number("1", Unit::Plain)))),
        ),
    }
}

/// A condition on two services.
fn between(rng: &mut Rng, a: Expr, b: Expr) -> Expr {
    match rng.below(5) {
        0 => compare(Comparison::NotEqual, field(a, "provider"), field(b, "provider")),
        1 => compare(Comparison::NotEqual, a, b),
        2 => compare(Comparison::GreaterOrEqual, field(a, "tier"), field(b, "tier")),
        3 => Expr::Overlaps(Box::new(field(a, "tags")), Box::new(field(b, "tags"))),
        _ => compare(Comparison::Equal, field(a, "provider"), field(b, "provider")),
    }
}

fn condition(rng: &mut Rng, roles: &[Role]) -> Expr {
    let role = rng.pick(roles);
    let other = rng.pick(roles);
    let list = |role: &Role| super::eval::is_list(role.cardinality);
    let element = || Expr::Variable(n("f"));
    match rng.below(10) {
        0..=2 => on_one(rng, Expr::Subject),
        3 => on_request(rng),
        4 if !list(&role) => between(rng, Expr::Subject, Expr::Role(role.name)),
        5 if !list(&role) => on_one(rng, Expr::Role(role.name)),
        _ if list(&role) => {
            let over = Box::new(Expr::Role(role.name.clone()));
            let body = match rng.below(3) {
                0 if !list(&other) => between(rng, element(), Expr::Role(other.name)),
                1 => between(rng, element(), Expr::Subject),
                _ => on_one(rng, element()),
            };
            if rng.chance(70) {
                return Expr::Quantifier { all: rng.chance(75), variable: n("f"), over, body: Box::new(body) };
            }
            let generator = Generator { variable: n("f"), over: *over, filter: Some(body), take: element() };
            let count = Expr::Fold { op: Fold::Count, generator: Box::new(generator), zero: None };
            compare(rng.pick(&[Comparison::LessOrEqual, Comparison::GreaterOrEqual]), count, int(1))
        }
        6 => {
            let bound = rng.pick(&["3", "5", "7"]);
            compare(Comparison::LessOrEqual, Expr::Total(n("latency")), lit(number(bound, Unit::Duration)))
        }
        7 => match rng.below(4) {
            0 => Expr::Total(n("logged")),
            1 => Expr::Not(Box::new(Expr::Total(n("leaky")))),
            2 => compare(Comparison::GreaterOrEqual, Expr::Total(n("trust")), lit(number("0.85", Unit::Ratio))),
            _ => compare(Comparison::GreaterOrEqual, Expr::Total(n("quality")), lit(number("0.95", Unit::Ratio))),
        },
        _ if !list(&other) => between(rng, Expr::Role(role.name), Expr::Role(other.name)),
        _ => on_one(rng, Expr::Subject),
    }
}

fn outputs(rng: &mut Rng, roles: &[Role]) -> BTreeMap<Name, Expr> {
    let mut outputs = BTreeMap::new();
    if rng.chance(40) {
        outputs.insert(n("latency"), Expr::Total(n("latency")));
        outputs.insert(n("asked"), on_request(rng));
        let role = rng.pick(roles);
        let whole = Expr::Role(role.name.clone());
        let list = super::eval::is_list(role.cardinality);
        outputs.insert(n("first"), if list { whole } else { field(whole, "tier") });
    }
    outputs
}

/// Most routes say how they are told; their own chance, so that they change nothing else of a package.
fn phases(rng: &mut Rng, constraints: &[Constraint]) -> Vec<Phase> {
    if rng.chance(25) {
        return Vec::new();
    }
    let because = |rng: &mut Rng| if rng.chance(50) { Some(n("nobody came so far")) } else { None };
    let mut phases: Vec<Phase> = (0..1 + rng.below(4))
        .map(|i| Phase { name: n(&format!("p{}", 9 - i)), constraints: Vec::new(), because: because(rng) })
        .collect();
    for name in constraints.iter().map(|of| of.name.clone()).chain([n("accept")]) {
        let at = rng.below(phases.len());
        let told = &mut phases[at].constraints;
        told.insert(rng.below(told.len() + 1), name);
    }
    // Only `rules` may stand for nothing.
    let mut silent = 0;
    phases.retain(|phase| {
        silent += usize::from(phase.constraints.is_empty());
        !phase.constraints.is_empty() || silent == 1
    });
    phases
}

fn constraint(rng: &mut Rng, roles: &[Role], name: &str, waivers: Vec<Name>) -> Constraint {
    let mut scope: Vec<Name> = roles.iter().filter(|_| rng.chance(70)).map(|r| r.name.clone()).collect();
    if scope.is_empty() {
        scope.push(roles[0].name.clone());
    }
    let guard = |rng: &mut Rng| match rng.below(10) {
        0..=1 => Some(on_request(rng)),
        2 => Some(on_one(rng, Expr::Subject)),
        _ => None,
    };
    let (when, unless) = (guard(rng), guard(rng));
    let names_nobody = |e: &Option<Expr>| e.as_ref().is_none_or(|e| !format!("{e:?}").contains("Subject"));
    let clauses = (0..1 + rng.below(2))
        .map(|_| {
            let effect = match rng.below(12) {
                0 if names_nobody(&when) && names_nobody(&unless) => Effect::Deny,
                0..=3 => Effect::Exclude,
                _ => Effect::Require,
            };
            let condition = match effect {
                Effect::Deny => Expr::And(vec![on_request(rng), on_request(rng)]),
                Effect::Exclude if rng.chance(60) => on_one(rng, Expr::Subject),
                _ => condition(rng, roles),
            };
            Clause { effect, condition, at: n("x") }
        })
        .collect();
    Constraint {
        name: n(name),
        rule: true,
        scope,
        when,
        unless,
        clauses,
        because: None,
        protected: rng.chance(20),
        docs: None,
        annotations: Vec::new(),
        waivers,
        at: n("x"),
    }
}

fn scores(rng: &mut Rng, roles: &[Role]) -> BTreeMap<Name, Vec<Term>> {
    let mut scores = BTreeMap::new();
    let dynamic = rng.chance(25);
    for role in roles {
        if rng.chance(20) {
            continue;
        }
        let s = || Expr::Subject;
        let mut terms = Vec::new();
        let mut add = |name: &str, value: Expr, when: Option<Expr>| {
            terms.push(Term { name: n(name), value, when, at: n("x") });
        };
        let tier = Expr::ToDecimal(Box::new(Expr::Coalesce(Box::new(field(s(), "tier")), Box::new(int(0)))));
        add("tier", tier, None);
        if rng.chance(40) {
            let cost = field(s(), "cost");
            add("price", Expr::Negate(Box::new(cost)), Some(Expr::Known(Box::new(field(s(), "tier")))));
        }
        if rng.chance(30) {
            let guard = on_one(rng, s());
            add("bonus", lit(number("1.5", Unit::Plain)), Some(guard));
        }
        let other = rng.pick(roles);
        if dynamic && rng.chance(60) && !super::eval::is_list(other.cardinality) {
            let guard = between(rng, s(), Expr::Role(other.name.clone()));
            add("partner", lit(number("2", Unit::Plain)), Some(guard));
        }
        if dynamic && rng.chance(30) {
            let second = lit(number("1", Unit::Duration));
            let total = Expr::Arithmetic(Arithmetic::Divide, Box::new(Expr::Total(n("latency"))), Box::new(second));
            add("speed", total, None);
        }
        // The engine has no unary minus for what the oracle does not know.
        terms.iter_mut().for_each(|t| {
            if let Expr::Negate(x) = &t.value {
                t.value = Expr::Arithmetic(Arithmetic::Subtract, Box::new(lit(number("0", Unit::Plain))), x.clone());
            }
        });
        scores.insert(role.name.clone(), terms);
    }
    scores
}

fn roles(rng: &mut Rng) -> Vec<Role> {
    let count = 1 + rng.below(3);
    ["one", "two", "three"]
        .iter()
        .take(count)
        .map(|name| {
            let cardinality = match rng.below(6) {
                0..=2 => Cardinality::One,
                3 => Cardinality::Optional,
                _ => {
                    let lo = rng.below(3);
                    Cardinality::List { lo, hi: (lo + rng.below(2)).max(1) }
                }
            };
            Role { name: n(name), trait_: n(if rng.chance(30) { "Audited" } else { "Model" }), cardinality }
        })
        .collect()
}

fn pipeline(rng: &mut Rng, roles: &[Role]) -> Pipeline {
    let mut pipeline = Pipeline::default();
    if rng.chance(60) {
        pipeline.stages = roles.iter().map(|r| r.name.clone()).collect();
        for (i, a) in roles.iter().enumerate() {
            for b in roles.iter().skip(i + 1) {
                if rng.chance(60) {
                    pipeline.edges.insert((a.name.clone(), b.name.clone()));
                }
            }
        }
    }
    pipeline
}

fn request_fields() -> Vec<Field> {
    let set = Type::Set(Box::new(Type::Text));
    [("needs", set, false), ("level", Type::Int, false), ("region", Type::Text, true), ("budget", Type::Decimal, true)]
        .into_iter()
        .map(|(name, ty, optional)| Field { name: n(name), ty, optional, default: None })
        .collect()
}

fn traits() -> BTreeMap<Name, Trait> {
    let guarantee =
        |ty, composition| Guarantee { ty, direction: None, composition: Some(composition), measured_as: None };
    let leaks = compare(Comparison::Greater, Expr::Variable(n("leaks")), int(0));
    let leaky = Guarantee { measured_as: Some(leaks), ..guarantee(Type::Bool, Composition::Or) };
    let guarantees: BTreeMap<Name, Guarantee> = [
        (n("latency"), guarantee(Type::Duration, Composition::Sum)),
        (n("quality"), guarantee(Type::Ratio, Composition::Min)),
        (n("trust"), guarantee(Type::Ratio, Composition::Product)),
        (n("logged"), guarantee(Type::Bool, Composition::And)),
        (n("leaky"), leaky),
    ]
    .into();
    let one = |ancestors: &[&str]| Trait {
        ancestors: ancestors.iter().map(|a| n(a)).collect(),
        fields: BTreeMap::new(),
        guarantees: guarantees.clone(),
        measurements: [(n("leaks"), Type::Int)].into(),
        invariants: Vec::new(),
    };
    [(n("Model"), one(&["Model"])), (n("Audited"), one(&["Audited", "Model"]))].into()
}

fn definitions() -> BTreeMap<Name, Definition> {
    let variable = |name: &str| Expr::Variable(n(name));
    let urgent = compare(Comparison::GreaterOrEqual, field(variable("r"), "level"), int(2));
    let strong = compare(Comparison::GreaterOrEqual, field(variable("s"), "tier"), variable("t"));
    [
        (n("urgent"), Definition { params: vec![n("r")], body: urgent }),
        (n("strong"), Definition { params: vec![n("s"), n("t")], body: strong }),
    ]
    .into()
}

fn inputs(rng: &mut Rng, services: &Services) -> Inputs {
    let optional = |rng: &mut Rng, value: Value| if rng.chance(60) { Some(value) } else { None };
    let needs = if rng.chance(50) { texts(&[]) } else { some_texts(rng) };
    let level = Value::Int(1 + rng.below(3) as i64);
    let region = text(rng.pick(&["eu", "us"]));
    let budget = number(rng.pick(&["0.5", "1", "3"]), Unit::Plain);
    let fields: Arc<[(Name, Option<Value>)]> = vec![
        (n("needs"), Some(needs)),
        (n("level"), Some(level)),
        (n("region"), optional(rng, region)),
        (n("budget"), optional(rng, budget)),
    ]
    .into();
    let mut signals = Signals::default();
    let healthy: BTreeMap<Name, Value> = services
        .keys()
        .filter(|_| rng.chance(40))
        .cloned()
        .collect::<Vec<_>>()
        .into_iter()
        .map(|s| (s, Value::Bool(rng.chance(60))))
        .collect();
    signals.values.insert(n("healthy"), SignalValue::PerService(healthy));
    if rng.chance(70) {
        let load = number(rng.pick(&["0.2", "0.8"]), Unit::Ratio);
        signals.values.insert(n("load"), SignalValue::One(load));
    }
    Inputs {
        request: Request { ty: n("Job"), value: Value::Record(fields) },
        signals,
        now: "2026-11-21T12:00:00Z".parse().unwrap(),
    }
}

pub fn case(seed: u64) -> Case {
    let rng = &mut Rng::new(seed);
    let services = services(rng);
    let roles = roles(rng);
    let (tables, records) = (forms::tables(), forms::records());
    let mut policy = Policy { traits: traits(), definitions: definitions(), tables, records, ..Policy::default() };
    let invariant = Invariant {
        condition: compare(Comparison::NotEqual, request("level"), int(if rng.chance(95) { 9 } else { 2 })),
        because: None,
        at: n("x"),
    };
    policy.requests.insert(n("Job"), RequestType { fields: request_fields(), invariants: vec![invariant] });
    let default = if rng.chance(70) { Some(Value::Bool(true)) } else { None };
    policy.signals.insert(n("healthy"), Signal { subject: Some(n("Model")), ty: Type::Bool, default });
    policy.signals.insert(n("load"), Signal { subject: None, ty: Type::Ratio, default: None });
    let mut constraints = Vec::new();
    for i in 0..1 + rng.below(6) {
        let name = format!("c{i}");
        let mut waivers = Vec::new();
        if rng.chance(20) {
            let when = match rng.below(3) {
                0 => None,
                1 => Some(on_request(rng)),
                _ => Some(on_one(rng, Expr::Subject)),
            };
            let until = rng.pick(&["2026-11-20", "2026-11-21", "2027-01-01"]).parse().unwrap();
            let waiver = Waiver { rule: n(&name), when, until, approved_by: n("x"), because: None, at: n("x") };
            waivers.push(n(&format!("w{i}")));
            policy.waivers.insert(n(&format!("w{i}")), waiver);
        }
        constraints.push(constraint(rng, &roles, &name, waivers));
    }
    let scores = scores(rng, &roles);
    let (pipeline, outputs) = (pipeline(rng, &roles), outputs(rng, &roles));
    let phases = phases(&mut Rng::new(seed ^ 0x5eed), &constraints);
    let inputs = inputs(rng, &services);
    let ties = keys::ties(rng, &roles);
    let (request, at) = (n("Job"), n("x"));
    let route = Route { request, pipeline, constraints, scores, ties, outputs, phases, at, roles };
    policy.routes.insert(n("route"), route);
    Case { policy, services, inputs }
}
