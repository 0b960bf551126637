//! What stands on the page of each kind of thing.

use super::html::{code, escaped, part, prose, table};
use super::names::Kind;
use super::{Book, backlinks, policy, some};
use crate::base::Name;
use crate::explain::spell;
use crate::ir::{Field, Service, Trait};
use crate::value::Value;

/// The content of a page, below its heading.
pub fn content(book: &Book<'_>, path: &str, kind: Kind, name: &str) -> String {
    let of = &book.package.policy;
    let own = match kind {
        Kind::Service => book.package.services.get(name).map(|found| service(book, path, name, found)),
        Kind::Trait => of.traits.get(name).map(|found| trait_(book, path, name, found)),
        Kind::Route => of.routes.get_key_value(name).map(|(name, found)| policy::route(book, path, name, found)),
        Kind::Rule => Some(policy::rule(book, path, name)),
        Kind::Request => of.requests.get(name).map(|found| {
            let invariants: Vec<String> =
                found.invariants.iter().map(|invariant| condition(book, path, invariant)).collect();
            let fields = fields(book, path, (kind, name), found.fields.iter());
            format!("{}{}", part("Fields", &fields), part("Invariants", &invariants.concat()))
        }),
        Kind::Table => of.tables.get(name).map(|found| policy::table(book, path, name, found)),
        Kind::Enum => of.enums.get(name).map(|found| {
            let members: Vec<String> = found.members.iter().map(|member| code(member)).collect();
            let title = if found.ordered { "Members, from the smallest" } else { "Members" };
            part(title, &super::html::items(&members))
        }),
        Kind::Record => {
            of.records.get(name).map(|found| part("Fields", &fields(book, path, (kind, name), found.iter())))
        }
        Kind::Signal => of.signals.get(name).map(|found| policy::signal(book, path, found)),
        Kind::Definition => Some(policy::definition(book, path, name)),
        Kind::Waiver => of.waivers.get(name).map(|found| policy::waiver(book, path, found)),
        Kind::Test => Some(policy::test(book, path, name)),
    };
    // What a page tells by itself is not repeated below it.
    let told: &[Kind] = match kind {
        Kind::Route => &[Kind::Rule],
        Kind::Rule => &[Kind::Waiver, Kind::Route],
        _ => &[],
    };
    format!("{}{}", own.unwrap_or_default(), backlinks(book, path, kind, name, told))
}

fn condition(book: &Book<'_>, path: &str, invariant: &crate::ir::Invariant) -> String {
    let because = invariant.because.as_deref().map(prose).unwrap_or_default();
    format!("<pre>{}</pre>\n{because}", book.names.linked(path, &spell::expression(&invariant.condition)))
}

/// Fields with their types and what is said of them.
pub fn fields<'f>(
    book: &Book<'_>,
    path: &str,
    (kind, name): (Kind, &str),
    fields: impl Iterator<Item = &'f Field>,
) -> String {
    let row = |field: &Field| {
        let docs = book.words.get(kind, name, &field.name).and_then(|word| word.docs.as_deref()).map(escaped);
        let default = field.default.as_ref().map(|value| code(&spell::value(value))).unwrap_or_default();
        let optional = if field.optional { "may be unknown" } else { "" };
        vec![
            code(&field.name),
            book.names.type_(path, &field.ty),
            default,
            optional.to_owned(),
            docs.unwrap_or_default(),
        ]
    };
    table(&["field", "type", "default", "", ""], &fields.map(row).collect::<Vec<_>>())
}

fn service(book: &Book<'_>, path: &str, name: &str, service: &Service) -> String {
    let policy = &book.package.policy;
    let names = &book.names;
    let mut out = String::new();
    if book.words.get(Kind::Service, name, "").is_none() && !service.at.is_empty() {
        out.push_str(&format!("<p class=\"at\">stated at {}</p>\n", escaped(&service.at)));
    }
    let traits: Vec<String> = service.traits.iter().map(|name| names.link(path, Kind::Trait, name)).collect();
    out.push_str(&part("Traits", &super::html::items(&traits)));
    let guarantee = |name: &Name| service.traits.iter().find_map(|of| policy.traits.get(of)?.guarantees.get(name));
    let stated = |promised: bool| -> Vec<Vec<String>> {
        let of = service.values.iter().filter(|(name, _)| guarantee(name).is_some() == promised);
        of.map(|(name, value)| {
            let sign = guarantee(name).and_then(|guarantee| guarantee.direction).map(|d| spell::sign(Some(d)));
            let bound = sign.map_or(String::new(), |sign| format!("{} ", escaped(sign)));
            vec![code(name), format!("{bound}{}", value_(book, path, value))]
        })
        .collect()
    };
    out.push_str(&part("Promises", &table(&["guarantee", "bound"], &stated(true))));
    out.push_str(&part("Fields", &table(&["field", "value"], &stated(false))));
    let mut missing: Vec<&Name> = service
        .traits
        .iter()
        .filter_map(|of| policy.traits.get(of))
        .flat_map(|of| of.fields.keys().chain(of.guarantees.keys()))
        .collect();
    missing.retain(|name| !service.values.contains_key(*name));
    missing.sort();
    missing.dedup();
    let missing: Vec<String> = missing.into_iter().map(|name| code(name)).collect();
    out.push_str(&part("Not stated", &super::html::items(&missing)));
    let mut accepts = String::new();
    for accept in &service.accepts {
        let because = accept.because.as_deref().map(prose).unwrap_or_default();
        let condition = names.linked(path, &spell::expression(&accept.condition));
        accepts.push_str(&format!(
            "<p>on {}</p>\n<pre>{condition}</pre>\n{because}",
            names.link(path, Kind::Request, &accept.request)
        ));
    }
    out.push_str(&part("Accepts", &accepts));
    let mut roles = Vec::new();
    for (route, declared) in &policy.routes {
        for role in declared.roles.iter().filter(|role| service.traits.contains(&role.trait_)) {
            roles.push(format!("{} as {}", names.link(path, Kind::Route, route), code(&role.name)));
        }
    }
    out.push_str(&part("Candidate for", &some(roles)));
    out
}

/// A value with links to the services that it names; a text may read like one and is none.
fn value_(book: &Book<'_>, path: &str, value: &Value) -> String {
    if names_services(value) {
        format!("<code>{}</code>", book.names.linked(path, &spell::value(value)))
    } else {
        code(&spell::value(value))
    }
}

fn names_services(value: &Value) -> bool {
    match value {
        Value::Service(_) => true,
        Value::List(all) | Value::Set(all) => all.iter().any(names_services),
        Value::Record(fields) => fields.iter().filter_map(|(_, field)| field.as_ref()).any(names_services),
        _ => false,
    }
}

/// What services promise, and what is measured of their results.
fn promises(book: &Book<'_>, path: &str, (name, of): (&str, &Trait)) -> String {
    let docs = |part: &Name| {
        let docs = book.words.get(Kind::Trait, name, part).and_then(|word| word.docs.as_deref()).map(escaped);
        docs.unwrap_or_default()
    };
    let derived = of.guarantees.values().any(|guarantee| guarantee.measured_as.is_some());
    let guarantee = |(guarantee, declared): (&Name, &crate::ir::Guarantee)| {
        let mut row = vec![code(guarantee), code(&spell::guarantee(declared))];
        if derived {
            let value = declared.measured_as.as_ref().map(spell::expression);
            row.push(
                value.map_or_else(String::new, |value| format!("<code>{}</code>", book.names.linked(path, &value))),
            );
        }
        row.push(docs(guarantee));
        row
    };
    let head: &[&str] = if derived { &["guarantee", "type", "measured as", ""] } else { &["guarantee", "type", ""] };
    let guarantees = table(head, &of.guarantees.iter().map(guarantee).collect::<Vec<_>>());
    let measurement = |(name, ty): (&Name, &crate::value::Type)| vec![code(name), code(&ty.to_string()), docs(name)];
    let measured: Vec<Vec<String>> = of.measurements.iter().map(measurement).collect();
    part("Guarantees", &guarantees) + &part("Measurements", &table(&["measurement", "type", ""], &measured))
}

fn trait_(book: &Book<'_>, path: &str, name: &str, of: &Trait) -> String {
    let policy = &book.package.policy;
    let names = &book.names;
    let mut out = String::new();
    let extends =
        of.ancestors.iter().filter(|above| ***above != *name).map(|above| names.link(path, Kind::Trait, above));
    out.push_str(&part("Extends", &some(extends.collect())));
    let below = policy.traits.iter().filter(|(other, declared)| ***other != *name && declared.ancestors.contains(name));
    out.push_str(&part("Extended by", &some(below.map(|(other, _)| names.link(path, Kind::Trait, other)).collect())));
    out.push_str(&part("Fields", &fields(book, path, (Kind::Trait, name), of.fields.values())));
    out.push_str(&promises(book, path, (name, of)));
    let invariants: Vec<String> = of.invariants.iter().map(|invariant| condition(book, path, invariant)).collect();
    out.push_str(&part("Invariants", &invariants.concat()));
    let services: Vec<&Name> = book
        .package
        .services
        .iter()
        .filter(|(_, service)| service.traits.contains(name))
        .map(|(name, _)| name)
        .collect();
    let title = format!("Services ({})", services.len());
    out.push_str(&part(
        &title,
        &some(services.into_iter().map(|name| names.link(path, Kind::Service, name)).collect()),
    ));
    out
}
