//! The checked program as JSON: the form that is hashed, put into certificates and read by other verifiers.
//!
//! `docs/reference/ir.md` describes it. Expressions are arrays that begin with a word; values are objects with one key
//! that names their kind; decimals are strings. Places are left out, so moving an item changes no digest.

use serde_json::{Map, Value as Json, json};

use super::{
    Accept, Cardinality, Clause, Composition, Constraint, Definition, Direction, Effect, EnumType, Expr, Field,
    Generator, Guarantee, Invariant, Phase, Policy, RequestType, Route, Service, Services, Signal, Table, Term, TieKey,
    Trait, Waiver,
};
use crate::base::Name;
use crate::base::pattern::{Pattern, Step};
use crate::value::{Unit, Value};

/// The whole policy.
pub fn policy(policy: &Policy) -> Json {
    json!({
        "schema": "provost.policy/1",
        "enums": object(policy.enums.iter(), enum_type),
        "records": object(policy.records.iter(), |fields: &Vec<Field>| list(fields, field)),
        "traits": object(policy.traits.iter(), trait_),
        "requests": object(policy.requests.iter(), request_type),
        "signals": object(policy.signals.iter(), signal),
        "tables": object(policy.tables.iter(), table),
        "constants": object(policy.constants.iter(), |v: &Option<Value>| option(v.as_ref(), value)),
        "definitions": object(policy.definitions.iter(), definition),
        "routes": object(policy.routes.iter(), route),
        "waivers": object(policy.waivers.iter(), waiver),
    })
}

/// All services.
pub fn services(services: &Services) -> Json {
    object(services.iter(), service)
}

/// One service.
pub fn service(service: &Service) -> Json {
    json!({
        "traits": service.traits.iter().map(|t| &**t).collect::<Vec<_>>(),
        "values": object(service.values.iter(), value),
        "accepts": list(&service.accepts, accept),
    })
}

fn accept(accept: &Accept) -> Json {
    json!({ "request": &*accept.request, "condition": expr(&accept.condition), "because": text(accept.because.as_ref()) })
}

/// A value: `{"int": "5"}`, `{"money": ["USD", "0.015"]}`, `{"set": […]}`.
pub fn value(value: &Value) -> Json {
    match value {
        Value::Bool(v) => json!({ "bool": v }),
        Value::Int(v) => json!({ "int": v.to_string() }),
        Value::Number(amount, unit) => match unit {
            Unit::Plain => json!({ "decimal": amount }),
            Unit::Ratio => json!({ "ratio": amount }),
            Unit::Duration => json!({ "duration": amount }),
            Unit::Money(currency) => json!({ "money": [currency.code(), amount] }),
        },
        Value::Text(v) => json!({ "text": &**v }),
        Value::Date(v) => json!({ "date": v.to_string() }),
        Value::Instant(v) => json!({ "instant": v.to_string() }),
        Value::Member(member) => json!({ "member": [&*member.of, &*member.name] }),
        Value::Service(name) => json!({ "service": &**name }),
        Value::List(elements) => json!({ "list": list(elements.iter(), self::value) }),
        Value::Set(elements) => json!({ "set": list(elements.iter(), self::value) }),
        Value::Record(fields) => {
            let fields: Vec<Json> =
                fields.iter().map(|(name, v)| json!([&**name, option(v.as_ref(), self::value)])).collect();
            json!({ "record": fields })
        }
        Value::Vector(elements) => json!({ "vector": elements.to_vec() }),
        Value::Complex(elements) => json!({ "complex": elements.to_vec() }),
    }
}

/// An expression: `["and", a, b]`.
pub fn expr(expr: &Expr) -> Json {
    match expr {
        Expr::Literal(v) => json!(["literal", value(v)]),
        Expr::Variable(name) => json!(["variable", &**name]),
        Expr::Request => json!(["request"]),
        Expr::Subject => json!(["service"]),
        Expr::Role(name) => json!(["role", &**name]),
        Expr::Now => json!(["now"]),
        Expr::Total(name) => json!(["total", &**name]),
        Expr::Constant(name) => json!(["constant", &**name]),
        Expr::Field(of, name) => json!(["field", self::expr(of), &**name]),
        Expr::Closure(of, name) => json!(["closure", self::expr(of), &**name]),
        Expr::Signal(name, None) => json!(["signal", &**name]),
        Expr::Signal(name, Some(of)) => json!(["signal", &**name, self::expr(of)]),
        Expr::Row(name, key) => json!(["row", &**name, self::expr(key)]),
        Expr::Implements(of, name) => json!(["is", self::expr(of), &**name]),
        Expr::Matches(of, pattern) => {
            json!(["matches", self::expr(of), &*pattern.source, self::pattern(pattern)])
        }
        Expr::Call(name, args) => headed("call", Some(name), args),
        Expr::Function(function, args) => headed(function.word(), None, args),
        Expr::RecordOf(fields) => {
            let fields: Vec<Json> =
                fields.iter().map(|(name, v)| json!([&**name, option(v.as_ref(), self::expr)])).collect();
            json!(["record", fields])
        }
        Expr::Quantifier { all, variable, over, body } => {
            json!([if *all { "all" } else { "any" }, &**variable, self::expr(over), self::expr(body)])
        }
        Expr::Fold { op, generator, zero } => {
            json!(["fold", op.word(), self::generator(generator), option(zero.as_ref(), value)])
        }
        Expr::Comprehension { generator, order, limit } => {
            let order = order.as_ref().map_or(Json::Null, |(by, descending)| json!([self::expr(by), descending]));
            json!(["each", self::generator(generator), order, option(limit.as_deref(), self::expr)])
        }
        operator => operators(operator),
    }
}

/// The expressions that are a word and their operands.
fn operators(expr: &Expr) -> Json {
    let two = |word: &str, a: &Expr, b: &Expr| json!([word, self::expr(a), self::expr(b)]);
    match expr {
        Expr::Not(a) => json!(["not", self::expr(a)]),
        Expr::Negate(a) => json!(["negate", self::expr(a)]),
        Expr::Known(a) => json!(["known", self::expr(a)]),
        Expr::ToDecimal(a) => json!(["to_decimal", self::expr(a)]),
        Expr::ToInstant(a) => json!(["to_instant", self::expr(a)]),
        Expr::And(parts) => headed("and", None, parts),
        Expr::Or(parts) => headed("or", None, parts),
        Expr::Implies(a, b) => two("implies", a, b),
        Expr::Compare(op, a, b) => two(op.word(), a, b),
        Expr::In(a, b) => two("in", a, b),
        Expr::Within(a, b) => two("within", a, b),
        Expr::Overlaps(a, b) => two("overlaps", a, b),
        Expr::StartsWith(a, b) => two("starts_with", a, b),
        Expr::EndsWith(a, b) => two("ends_with", a, b),
        Expr::Arithmetic(op, a, b) => two(op.word(), a, b),
        Expr::Coalesce(a, b) => two("??", a, b),
        Expr::If(c, a, b) => json!(["if", self::expr(c), self::expr(a), self::expr(b)]),
        Expr::SetOf(parts) => headed("set", None, parts),
        Expr::ListOf(parts) => headed("list", None, parts),
        Expr::Interpolate(parts) => headed("interpolate", None, parts),
        _ => Json::Null,
    }
}

fn headed(word: &str, name: Option<&Name>, args: &[Expr]) -> Json {
    let head = std::iter::once(Json::from(word)).chain(name.map(|n| Json::from(&**n)));
    Json::Array(head.chain(args.iter().map(expr)).collect())
}

fn generator(generator: &Generator) -> Json {
    json!({
        "variable": &*generator.variable,
        "over": expr(&generator.over),
        "filter": option(generator.filter.as_ref(), expr),
        "take": expr(&generator.take),
    })
}

/// The program of a pattern.
pub fn pattern(pattern: &Pattern) -> Json {
    list(&pattern.program, pattern_step)
}

/// `["ranges", [from, to], …]` with code points, `["split", a, b]`, `["jump", a]`, `["start"]`, `["end"]`, `["match"]`.
fn pattern_step(step: &Step) -> Json {
    match step {
        Step::Ranges(ranges) => {
            let ranges = ranges.iter().map(|(from, to)| json!([u32::from(*from), u32::from(*to)]));
            Json::Array(std::iter::once(Json::from("ranges")).chain(ranges).collect())
        }
        Step::Split(a, b) => json!(["split", a, b]),
        Step::Jump(a) => json!(["jump", a]),
        Step::Start => json!(["start"]),
        Step::End => json!(["end"]),
        Step::Match => json!(["match"]),
    }
}

fn enum_type(of: &EnumType) -> Json {
    json!({ "ordered": of.ordered, "members": of.members.iter().map(|m| &**m).collect::<Vec<_>>() })
}

fn field(field: &Field) -> Json {
    json!({
        "name": &*field.name,
        "type": field.ty.to_string(),
        "optional": field.optional,
        "default": option(field.default.as_ref(), value),
    })
}

fn trait_(of: &Trait) -> Json {
    let mut trait_ = json!({
        "ancestors": of.ancestors.iter().map(|n| &**n).collect::<Vec<_>>(),
        "fields": list(of.fields.values(), field),
        "guarantees": object(of.guarantees.iter(), guarantee),
        "invariants": list(&of.invariants, invariant),
    });
    if let (Json::Object(trait_), false) = (&mut trait_, of.measurements.is_empty()) {
        trait_.insert("measured".to_owned(), object(of.measurements.iter(), |ty| Json::from(ty.to_string())));
    }
    trait_
}

/// The word for a direction.
pub fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::AtMost => "at most",
        Direction::AtLeast => "at least",
    }
}

/// The word for a composition.
pub fn composition(composition: Composition) -> &'static str {
    match composition {
        Composition::Sum => "sum",
        Composition::Min => "min",
        Composition::Max => "max",
        Composition::Product => "product",
        Composition::And => "and",
        Composition::Or => "or",
    }
}

fn guarantee(of: &Guarantee) -> Json {
    let mut guarantee = json!({
        "type": of.ty.to_string(),
        "direction": of.direction.map(direction),
        "composes_by": of.composition.map(composition),
    });
    if let (Json::Object(guarantee), Some(value)) = (&mut guarantee, &of.measured_as) {
        guarantee.insert("measured_as".to_owned(), expr(value));
    }
    guarantee
}

fn invariant(of: &Invariant) -> Json {
    json!({ "condition": expr(&of.condition), "because": text(of.because.as_ref()) })
}

fn request_type(of: &RequestType) -> Json {
    json!({ "fields": list(&of.fields, field), "invariants": list(&of.invariants, invariant) })
}

fn signal(of: &Signal) -> Json {
    json!({
        "for": text(of.subject.as_ref()),
        "type": of.ty.to_string(),
        "default": option(of.default.as_ref(), value),
    })
}

fn table(of: &Table) -> Json {
    let rows: Vec<Json> = of.rows.iter().map(|(key, row)| json!([value(key), value(row)])).collect();
    json!({ "key": of.key.to_string(), "value": of.value.to_string(), "rows": rows })
}

fn definition(of: &Definition) -> Json {
    json!({ "params": of.params.iter().map(|p| &**p).collect::<Vec<_>>(), "body": expr(&of.body) })
}

fn route(of: &Route) -> Json {
    let roles = of.roles.iter().map(|role| {
        let (lo, hi) = match role.cardinality {
            Cardinality::One => (Json::from(1), Json::from(1)),
            Cardinality::Optional => (Json::from(0), Json::from(1)),
            Cardinality::List { lo, hi } => (Json::from(lo), Json::from(hi)),
        };
        let list = matches!(role.cardinality, Cardinality::List { .. });
        json!({ "name": &*role.name, "trait": &*role.trait_, "list": list, "lo": lo, "hi": hi })
    });
    let edges: Vec<Json> = of.pipeline.edges.iter().map(|(a, b)| json!([&**a, &**b])).collect();
    let mut route = json!({
        "request": &*of.request,
        "roles": roles.collect::<Vec<_>>(),
        "stages": of.pipeline.stages.iter().map(|s| &**s).collect::<Vec<_>>(),
        "edges": edges,
        "constraints": list(&of.constraints, constraint),
        "scores": object(of.scores.iter(), |terms: &Vec<Term>| list(terms, term)),
    });
    if let (Json::Object(route), false) = (&mut route, of.ties.is_empty()) {
        route.insert("ties".to_owned(), object(of.ties.iter(), |keys: &Vec<TieKey>| list(keys, tie_key)));
    }
    if let (Json::Object(route), false) = (&mut route, of.outputs.is_empty()) {
        route.insert("outputs".to_owned(), object(of.outputs.iter(), expr));
    }
    if let (Json::Object(route), false) = (&mut route, of.phases.is_empty()) {
        route.insert("phases".to_owned(), list(&of.phases, phase));
    }
    route
}

fn phase(of: &Phase) -> Json {
    let constraints: Vec<&str> = of.constraints.iter().map(|name| &**name).collect();
    json!({ "name": &*of.name, "constraints": constraints, "because": text(of.because.as_ref()) })
}

fn constraint(of: &Constraint) -> Json {
    let annotations =
        of.annotations.iter().map(|(name, args)| json!([&**name, args.iter().map(|a| &**a).collect::<Vec<_>>()]));
    json!({
        "name": &*of.name,
        "rule": of.rule,
        "scope": of.scope.iter().map(|s| &**s).collect::<Vec<_>>(),
        "when": option(of.when.as_ref(), expr),
        "unless": option(of.unless.as_ref(), expr),
        "clauses": list(&of.clauses, clause),
        "because": text(of.because.as_ref()),
        "protected": of.protected,
        "annotations": annotations.collect::<Vec<_>>(),
        "waivers": of.waivers.iter().map(|w| &**w).collect::<Vec<_>>(),
    })
}

/// The word for what a clause does.
pub fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Require => "require",
        Effect::Exclude => "exclude",
        Effect::Deny => "deny",
    }
}

fn clause(of: &Clause) -> Json {
    json!([effect(of.effect), expr(&of.condition)])
}

fn term(of: &Term) -> Json {
    json!({ "name": &*of.name, "value": expr(&of.value), "when": option(of.when.as_ref(), expr) })
}

fn tie_key(of: &TieKey) -> Json {
    json!([expr(&of.value), of.descending])
}

fn waiver(of: &Waiver) -> Json {
    json!({
        "rule": &*of.rule,
        "when": option(of.when.as_ref(), expr),
        "until": of.until.to_string(),
        "approved_by": &*of.approved_by,
        "because": text(of.because.as_ref()),
    })
}

fn text(name: Option<&Name>) -> Json {
    name.map_or(Json::Null, |n| Json::from(&**n))
}

fn option<T>(item: Option<&T>, to_json: impl Fn(&T) -> Json) -> Json {
    item.map_or(Json::Null, to_json)
}

fn list<'a, T: 'a>(items: impl IntoIterator<Item = &'a T>, to_json: impl Fn(&T) -> Json) -> Json {
    Json::Array(items.into_iter().map(to_json).collect())
}

fn object<'a, T: 'a>(entries: impl Iterator<Item = (&'a Name, &'a T)>, to_json: impl Fn(&T) -> Json) -> Json {
    Json::Object(entries.map(|(name, item)| (name.to_string(), to_json(item))).collect::<Map<_, _>>())
}
