//! What the certificate is about: the policy, the services and the facts, read and held against each other.
//!
//! Only what this decision needs is read: of the routes, the one that was asked.

use std::collections::{BTreeMap, BTreeSet};

use crate::Refusal;
use crate::expr::{self, Expr};
use crate::form;
use crate::json::Json;
use crate::members::{Checked, entries, flag, list, member, names, object, optional, refuse, text};
use crate::number;
use crate::value::{Field, Name, Types, Value};

/// Roles of a route; the engine's own limit is lower.
const ROLES: usize = 64;
/// Fields that may have to be looked at in all contracts together.
const FIELDS: usize = 50_000_000;

/// Everything that the decision depends on.
pub struct Program {
    /// Enums and records.
    pub types: Types,
    /// Trait by name.
    pub traits: BTreeMap<String, Trait>,
    /// Signals.
    pub signals: BTreeMap<String, Signal>,
    /// Rows by table and key.
    pub tables: BTreeMap<String, BTreeMap<Value, Value>>,
    /// Values of `let`s.
    pub constants: BTreeMap<String, Option<Value>>,
    /// Parameters and bodies.
    pub definitions: BTreeMap<String, (Vec<Name>, Expr)>,
    /// Waivers.
    pub waivers: BTreeMap<String, Waiver>,
    /// The route that was asked.
    pub route: Route,
    /// The services by name.
    pub services: BTreeMap<Name, Service>,
    /// What must be true of the request, with the reasons.
    pub invariants: Vec<(Expr, Json)>,
    /// Its type.
    pub request_type: String,
    /// The fields of its type.
    pub request_fields: Vec<Field>,
    /// The request.
    pub request: Value,
    /// The instant of the decision.
    pub now: i128,
}

/// A trait.
pub struct Trait {
    /// Itself and all it extends.
    pub ancestors: BTreeSet<String>,
    /// Its fields.
    pub fields: Vec<Field>,
    /// The type of each promise, and how it composes.
    pub guarantees: BTreeMap<String, (String, Option<String>)>,
    /// What must be true of each service.
    pub invariants: Vec<(Expr, Json)>,
}

/// A signal with what the host said of it.
pub struct Signal {
    /// The trait of the services of which it speaks.
    pub subject: Option<String>,
    /// Its type.
    pub ty: String,
    /// What is assumed where the host says nothing.
    pub default: Option<Value>,
    /// Its one value.
    pub value: Option<Value>,
    /// Its values by service.
    pub by_service: BTreeMap<String, Value>,
}

/// A waiver.
pub struct Waiver {
    /// When.
    pub when: Option<Expr>,
    /// Its last day.
    pub until: i128,
    /// All of it, to be shown.
    pub json: Json,
}

/// A contract.
pub struct Service {
    /// All traits it implements.
    pub traits: BTreeSet<String>,
    /// What it states.
    pub values: BTreeMap<String, Value>,
    /// Its conditions on requests of the type that was asked, with their reasons.
    pub accepts: Vec<(Expr, Json)>,
}

/// A route.
pub struct Route {
    /// Its name.
    pub name: String,
    /// Its roles in order.
    pub roles: Vec<Role>,
    /// The stages by place; without a pipeline, the first role.
    pub stages: Vec<usize>,
    /// Pairs of stages: before, after.
    pub edges: BTreeSet<(usize, usize)>,
    /// Its constraints.
    pub constraints: Vec<Constraint>,
    /// What a decision gives besides the services, by name.
    pub outputs: Vec<(String, Expr)>,
}

/// A role.
pub struct Role {
    /// Its name.
    pub name: Name,
    /// The trait of its services.
    pub trait_: String,
    /// Whether it takes a list.
    pub list: bool,
    /// The fewest and the most.
    pub bounds: (usize, usize),
    /// The services of its trait, by name.
    pub candidates: Vec<Name>,
    /// Its score terms, if it is scored.
    pub terms: Vec<Term>,
    /// What decides between equal scores, in order, and whether the greatest wins.
    pub ties: Vec<(Expr, bool)>,
}

/// A score term.
pub struct Term {
    /// Its name.
    pub name: Json,
    /// What it adds.
    pub value: Expr,
    /// When it counts.
    pub when: Option<Expr>,
}

/// A constraint.
pub struct Constraint {
    /// Its name.
    pub name: String,
    /// The roles for whose candidates `service` stands.
    pub scope: Vec<usize>,
    /// Guard and exemption.
    pub when: Option<Expr>,
    /// Exemption.
    pub unless: Option<Expr>,
    /// Effects and conditions.
    pub clauses: Vec<(String, Expr)>,
    /// Why.
    pub because: Json,
    /// Whether it may not be relaxed.
    pub protected: bool,
    /// Where its denials stand among those that fire.
    pub order: u32,
    /// The waivers that may lift it.
    pub waivers: Vec<String>,
}

/// Reads policy, services and facts.
pub fn read(document: &Json) -> Checked<Program> {
    let policy = member(document, "policy")?;
    if text(policy, "schema")? != "provost.policy/1" {
        return refuse("policy", "not of the schema `provost.policy/1`");
    }
    form::check(document)?;
    let reader = Reader::new(policy)?;
    let (request, route_name) = (member(document, "request")?, text(document, "route")?);
    let request_type = text(request, "type")?;
    let Some(declared) = member(policy, "requests")?.get(request_type) else {
        return refuse("request", "the policy has no such type of request");
    };
    let Some(route) = member(policy, "routes")?.get(route_name) else {
        return refuse("route", "the policy has no such route");
    };
    if text(route, "request")? != request_type {
        return refuse("route", "it answers another type of request");
    }
    let services = entries(document, "services", |json| reader.service(json, request_type))?;
    let services = services.into_iter().map(|(name, service)| (Name::from(name), service)).collect();
    let program = Program {
        traits: entries(policy, "traits", |json| reader.read_trait(json))?,
        signals: reader.signals(document)?,
        tables: entries(policy, "tables", |json| reader.rows(json))?,
        constants: entries(policy, "constants", |json| reader.perhaps(json))?,
        definitions: entries(policy, "definitions", |json| reader.definition(json))?,
        waivers: entries(policy, "waivers", |json| reader.waiver(json))?,
        route: reader.route(route_name, route, &services)?,
        invariants: reader.conditions(declared)?,
        request_type: request_type.to_owned(),
        request_fields: reader.fields(member(declared, "fields")?)?,
        request: reader.value(member(request, "value")?)?,
        now: number::read_instant(text(document, "now")?).ok_or_else(|| Refusal::new("form", "`now` is no instant"))?,
        services,
        types: reader.types,
    };
    program.check_facts()?;
    program.check_tables(policy)?;
    Ok(program)
}

/// Reads the parts of a policy, knowing its types.
struct Reader<'a> {
    policy: &'a Json,
    types: Types,
}

impl<'a> Reader<'a> {
    fn new(policy: &'a Json) -> Checked<Self> {
        let enums = entries(policy, "enums", |json| names(json, "members"))?;
        let mut reader = Reader { policy, types: Types { enums, records: BTreeMap::new() } };
        reader.types.records = entries(policy, "records", |fields| reader.fields(fields))?;
        Ok(reader)
    }

    fn value(&self, json: &Json) -> Checked<Value> {
        self.types.read_value(json).ok_or_else(|| Refusal::new("form", "what should be a value is none"))
    }

    fn perhaps(&self, json: &Json) -> Checked<Option<Value>> {
        if *json == Json::Null { Ok(None) } else { self.value(json).map(Some) }
    }

    fn expr(&self, json: &Json) -> Checked<Expr> {
        expr::read(json, &self.types, 0)
    }

    /// Conditions with their reasons.
    fn conditions(&self, json: &Json) -> Checked<Vec<(Expr, Json)>> {
        let condition = |json: &Json| Ok((self.expr(member(json, "condition")?)?, member(json, "because")?.clone()));
        list(json, "invariants")?.iter().map(condition).collect()
    }

    fn fields(&self, fields: &Json) -> Checked<Vec<Field>> {
        let field = |json: &Json| {
            Ok(Field {
                name: text(json, "name")?.into(),
                ty: text(json, "type")?.to_owned(),
                optional: flag(json, "optional")?,
            })
        };
        fields.list().unwrap_or(&[]).iter().map(field).collect()
    }

    fn read_trait(&self, json: &Json) -> Checked<Trait> {
        let guarantee = |json: &Json| {
            // What results are measured as is no part of a decision, and has to be an expression all the same.
            json.get("measured_as").map(|value| self.expr(value)).transpose()?;
            Ok((text(json, "type")?.to_owned(), optional(json, "composes_by", as_text)?))
        };
        Ok(Trait {
            fields: self.fields(member(json, "fields")?)?,
            guarantees: entries(json, "guarantees", guarantee)?,
            ancestors: names(json, "ancestors")?.into_iter().collect(),
            invariants: self.conditions(json)?,
        })
    }

    fn rows(&self, json: &Json) -> Checked<BTreeMap<Value, Value>> {
        let row = |row: &Json| match row.list() {
            Some([key, row]) => Ok((self.value(key)?, self.value(row)?)),
            _ => refuse("policy", "a row that is no pair"),
        };
        let rows = list(json, "rows")?.iter().map(row).collect::<Checked<Vec<_>>>()?;
        if !rows.is_sorted_by(|(a, _), (b, _)| a < b) {
            return refuse("policy", "rows that are repeated or out of order");
        }
        Ok(rows.into_iter().collect())
    }

    fn definition(&self, json: &Json) -> Checked<(Vec<Name>, Expr)> {
        let params: Vec<String> = names(json, "params")?;
        Ok((params.into_iter().map(Name::from).collect(), self.expr(member(json, "body")?)?))
    }

    fn service(&self, json: &Json, request_type: &str) -> Checked<Service> {
        let mut accepts = Vec::new();
        for accept in list(json, "accepts")? {
            if text(accept, "request")? == request_type {
                accepts.push((self.expr(member(accept, "condition")?)?, member(accept, "because")?.clone()));
            }
        }
        let values = entries(json, "values", |json| self.value(json))?;
        Ok(Service { traits: names(json, "traits")?.into_iter().collect(), values, accepts })
    }

    fn signals(&self, document: &Json) -> Checked<BTreeMap<String, Signal>> {
        let declared = |json: &Json| {
            let subject = optional(json, "for", as_text)?;
            let default = optional(json, "default", |json| self.value(json))?;
            Ok(Signal {
                subject,
                ty: text(json, "type")?.to_owned(),
                default,
                value: None,
                by_service: BTreeMap::new(),
            })
        };
        let mut signals = entries(self.policy, "signals", declared)?;
        for (name, said) in object(document, "signals")? {
            let signal = signals.get_mut(name).ok_or_else(|| Refusal::new("signals", format!("no signal `{name}`")))?;
            if signal.subject.is_some() && said.has_keys(&["services"]) {
                signal.by_service = entries(said, "services", |json| self.value(json))?;
            } else if signal.subject.is_none() && said.has_keys(&["value"]) {
                signal.value = Some(self.value(member(said, "value")?)?);
            } else {
                return refuse("signals", format!("`{name}` does not have the form of its signal"));
            }
        }
        Ok(signals)
    }

    fn waiver(&self, json: &Json) -> Checked<Waiver> {
        let until =
            number::read_date(text(json, "until")?).ok_or_else(|| Refusal::new("policy", "`until` is no date"))?;
        Ok(Waiver { when: optional(json, "when", |json| self.expr(json))?, until, json: json.clone() })
    }

    fn route(&self, name: &str, json: &Json, services: &BTreeMap<Name, Service>) -> Checked<Route> {
        let mut roles = Vec::new();
        for role in list(json, "roles")?.iter().take(ROLES + 1) {
            roles.push(self.role(role, json, services)?);
        }
        if roles.len() > ROLES {
            return refuse("policy", format!("more than {ROLES} roles"));
        }
        let place = |name: &str| {
            let found = roles.iter().position(|role: &Role| *role.name == *name);
            found.ok_or_else(|| Refusal::new("policy", format!("no role `{name}`")))
        };
        let places = |names: Vec<String>| names.iter().map(|name| place(name)).collect::<Checked<Vec<usize>>>();
        let mut stages = places(names(json, "stages")?)?;
        let piped = !stages.is_empty();
        if !piped && !roles.is_empty() {
            stages.push(0);
        }
        let edge = |pair: &Json| match pair.list() {
            Some([Json::Text(a), Json::Text(b)]) => Ok((place(a)?, place(b)?)),
            _ => refuse("policy", "an edge that is no pair"),
        };
        let edges = list(json, "edges")?.iter().map(edge).collect::<Checked<_>>()?;
        let constraint = |json: &Json| self.constraint(json, places(names(json, "scope")?)?);
        let constraints = list(json, "constraints")?.iter().map(constraint).collect::<Checked<Vec<_>>>()?;
        if !constraints.is_sorted_by(|a, b| a.name < b.name) {
            return refuse("policy", "constraints that are repeated or out of order");
        }
        let written = json.get("outputs").and_then(Json::object).unwrap_or(&[]);
        let outputs = written.iter().map(|(name, e)| Ok((name.clone(), self.expr(e)?))).collect::<Checked<_>>()?;
        Ok(Route { name: name.to_owned(), roles, stages, edges, constraints, outputs })
    }

    fn role(&self, json: &Json, route: &Json, services: &BTreeMap<Name, Service>) -> Checked<Role> {
        let (name, trait_) = (text(json, "name")?, text(json, "trait")?);
        let scores = member(route, "scores")?;
        let keys = route.get("ties").and_then(|ties| ties.get(name)).and_then(Json::list).unwrap_or(&[]);
        let key = |json: &Json| match json.list() {
            Some([value, Json::Bool(greatest)]) => Ok((self.expr(value)?, *greatest)),
            _ => refuse("policy", "a key for ties that is none"),
        };
        let term = |json: &Json| {
            let when = optional(json, "when", |json| self.expr(json))?;
            Ok(Term { name: member(json, "name")?.clone(), value: self.expr(member(json, "value")?)?, when })
        };
        let terms = scores.get(name).and_then(Json::list).unwrap_or(&[]).iter().map(term).collect::<Checked<_>>()?;
        let candidates = services.iter().filter(|(_, service)| service.traits.contains(trait_));
        let bound = |key: &str| match member(json, key)? {
            Json::Number(bound) => {
                usize::try_from(*bound).or_else(|_| refuse("policy", "a negative number of services"))
            }
            _ => refuse("policy", "a bound that is no number"),
        };
        Ok(Role {
            name: name.into(),
            trait_: trait_.to_owned(),
            list: flag(json, "list")?,
            bounds: (bound("lo")?, bound("hi")?),
            candidates: candidates.map(|(name, _)| name.clone()).collect(),
            terms,
            ties: keys.iter().map(key).collect::<Checked<_>>()?,
        })
    }

    fn constraint(&self, json: &Json, scope: Vec<usize>) -> Checked<Constraint> {
        let clause = |clause: &Json| match clause.list() {
            Some([Json::Text(effect), condition]) if ["require", "exclude", "deny"].contains(&effect.as_str()) => {
                Ok((effect.clone(), self.expr(condition)?))
            }
            _ => refuse("policy", "a clause that is none"),
        };
        Ok(Constraint {
            name: text(json, "name")?.to_owned(),
            scope,
            when: optional(json, "when", |json| self.expr(json))?,
            unless: optional(json, "unless", |json| self.expr(json))?,
            clauses: list(json, "clauses")?.iter().map(clause).collect::<Checked<_>>()?,
            because: member(json, "because")?.clone(),
            protected: flag(json, "protected")?,
            order: list(json, "annotations")?.iter().find_map(order).unwrap_or(u32::MAX),
            waivers: if flag(json, "rule")? { names(json, "waivers")? } else { Vec::new() },
        })
    }
}

/// The argument of an annotation `order`.
fn order(annotation: &Json) -> Option<u32> {
    let [Json::Text(name), Json::List(stated)] = annotation.list()? else { return None };
    stated.first().filter(|_| name == "order")?.text()?.parse().ok()
}

fn as_text(json: &Json) -> Checked<String> {
    json.text().map(str::to_owned).ok_or_else(|| Refusal::new("form", "what should be a text is none"))
}

impl Program {
    /// Whether there is such a service, of this trait if one is named.
    pub fn is_service(&self, name: &str, of: Option<&str>) -> bool {
        self.services.get(name).is_some_and(|service| of.is_none_or(|of| service.traits.contains(of)))
    }

    fn fits(&self, value: &Value, ty: &str) -> bool {
        self.types.fits(value, ty, &|name, of| self.is_service(name, of))
    }

    /// The keys and the rows of each table are of the types that it states.
    fn check_tables(&self, policy: &Json) -> Checked<()> {
        for (name, of) in object(policy, "tables")? {
            let (key, value) = (text(of, "key")?, text(of, "value")?);
            let rows = self.tables.get(name).into_iter().flatten();
            if let Some((at, _)) = rows.enumerate().find(|(_, row)| !self.fits(row.0, key) || !self.fits(row.1, value))
            {
                return refuse("policy", format!("row {} of table `{name}` is not of the types of the table", at + 1));
            }
        }
        Ok(())
    }

    /// The request, the signals and each contract are of their types.
    fn check_facts(&self) -> Checked<()> {
        let Value::Record(fields) = &self.request else { return refuse("request", "no record") };
        if !self.types.fits_fields(&fields.0, &self.request_fields, &|name, of| self.is_service(name, of)) {
            return refuse("request", "it does not have the fields of its type");
        }
        for (name, signal) in &self.signals {
            let of = signal.subject.as_deref();
            let known = signal.by_service.keys().all(|service| self.is_service(service, of));
            let mut values = signal.by_service.values().chain(&signal.value).chain(&signal.default);
            if !known || !values.all(|value| self.fits(value, &signal.ty)) {
                return refuse("signals", format!("`{name}` is not of its type"));
            }
        }
        let size = |of: &Trait| of.fields.len() + of.guarantees.len() + of.ancestors.len();
        let traits = self.services.values().flat_map(|service| &service.traits);
        if traits.filter_map(|of| self.traits.get(of)).map(size).fold(0, usize::saturating_add) > FIELDS {
            return refuse("limits", "contracts of too many traits and fields");
        }
        self.services.iter().try_for_each(|(name, service)| self.check_service(name, service))
    }

    /// A contract states what its traits demand and nothing else, each of its type.
    fn check_service(&self, name: &str, service: &Service) -> Checked<()> {
        let wrong = |what: &str| refuse("services", format!("`{name}`: {what}"));
        let mut stated = 0;
        let mut seen = BTreeSet::new();
        for of in &service.traits {
            let Some(of) = self.traits.get(of) else { return wrong(&format!("no trait `{of}`")) };
            if !of.ancestors.is_subset(&service.traits) {
                return wrong("a trait without the ones it extends");
            }
            let fields = of.fields.iter().map(|field| (&*field.name, &field.ty, field.optional));
            let promises = of.guarantees.iter().map(|(name, (ty, _))| (name.as_str(), ty, true));
            for (field, ty, optional) in fields.chain(promises).filter(|(field, ..)| seen.insert(field.to_string())) {
                let value = service.values.get(field);
                stated += usize::from(value.is_some());
                if !value.map_or(optional, |value| self.fits(value, ty)) {
                    return wrong(&format!("`{field}` is missing or not of its type"));
                }
            }
        }
        if stated == service.values.len() { Ok(()) } else { wrong("it states what no trait of it has") }
    }
}
