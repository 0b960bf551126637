//! The pages of what the organisation writes: routes, rules, waivers, tables, signals, definitions and tests.

use std::collections::BTreeMap;

use super::html::{code, escaped, items, part, prose, table as rows};
use super::names::Kind;
use super::{Book, some};
use crate::base::Name;
use crate::draw;
use crate::explain::spell;
use crate::ir::{Constraint, Phase, Route, Signal, Table, Waiver};

/// A route with its picture.
pub fn route(book: &Book<'_>, path: &str, name: &Name, route: &Route) -> String {
    let (policy, services) = (&book.package.policy, &book.package.services);
    let names = &book.names;
    let mut out = format!("<p>answers {}</p>\n", names.link(path, Kind::Request, &route.request));
    let picture = draw::svg(&draw::route(policy, services, name, route));
    out.push_str(&format!("<div class=\"picture wide\">{picture}</div>\n"));
    let role = |role: &crate::ir::Role| {
        let candidates = services.values().filter(|service| service.traits.contains(&role.trait_)).count();
        let docs = book.words.get(Kind::Route, name, &role.name).and_then(|word| word.docs.as_deref()).map(escaped);
        let trait_ =
            format!("{}{}", names.link(path, Kind::Trait, &role.trait_), code(&spell::cardinality(role.cardinality)));
        vec![code(&role.name), trait_, candidates.to_string(), docs.unwrap_or_default()]
    };
    let roles: Vec<Vec<String>> = route.roles.iter().map(role).collect();
    out.push_str(&part("Roles", &rows(&["role", "trait", "candidates", ""], &roles)));
    let own = route.constraints.iter().filter(|constraint| !constraint.rule);
    let own: Vec<String> = own.map(|constraint| own_constraint(book, path, name, constraint)).collect();
    out.push_str(&part("Constraints", &own.concat()));
    let rules = route.constraints.iter().filter(|constraint| constraint.rule);
    let rules: Vec<String> = rules.map(|rule| names.link(path, Kind::Rule, &rule.name)).collect();
    out.push_str(&part("Rules", &some(rules)));
    let mut terms = Vec::new();
    for (role, term) in route.scores.iter().flat_map(|(role, terms)| terms.iter().map(move |term| (role, term))) {
        let when = term.when.as_ref().map_or(String::new(), |when| format!(" when {}", spell::expression(when)));
        let value = names.linked(path, &format!("{}{when}", spell::expression(&term.value)));
        terms.push(vec![code(role), code(&term.name), format!("<code>{value}</code>")]);
    }
    out.push_str(&part("Score", &rows(&["role", "term", "adds"], &terms)));
    let ties = route
        .ties
        .iter()
        .map(|(role, keys)| vec![code(role), format!("<code>{}</code>", names.linked(path, &spell::tie_keys(keys)))]);
    out.push_str(&part("Ties", &rows(&["role", "broken"], &ties.collect::<Vec<_>>())));
    let outputs = route.outputs.iter().map(|(output, expr)| {
        vec![code(output), format!("<code>{}</code>", names.linked(path, &spell::expression(expr)))]
    });
    out.push_str(&part("Outputs", &rows(&["output", "value"], &outputs.collect::<Vec<_>>())));
    out.push_str(&part(
        "Phases",
        &rows(&["phase", "constraints", "where it leaves nobody"], &phases(book, path, name, route)),
    ));
    out
}

/// In which phases people hear of the constraints.
fn phases(book: &Book<'_>, path: &str, name: &Name, route: &Route) -> Vec<Vec<String>> {
    let shown = |constraint: &Name| match route.constraints.iter().find(|of| of.name == *constraint) {
        Some(rule) if rule.rule => book.names.link(path, Kind::Rule, constraint),
        _ => code(label(name, constraint)),
    };
    let row = |phase: &Phase| {
        let constraints: Vec<String> = phase.constraints.iter().map(shown).collect();
        vec![code(&phase.name), constraints.join(", "), phase.because.as_deref().map(escaped).unwrap_or_default()]
    };
    route.phases.iter().map(row).collect()
}

/// The label of a constraint of a route: its name without the route.
fn label<'c>(route: &Name, constraint: &'c Name) -> &'c str {
    constraint.strip_prefix(&**route).and_then(|rest| rest.strip_prefix('.')).unwrap_or(constraint)
}

fn own_constraint(book: &Book<'_>, path: &str, route: &Name, constraint: &Constraint) -> String {
    let because = constraint.because.as_deref().map(prose).unwrap_or_default();
    format!("<h3>{}</h3>\n{}{because}", escaped(label(route, &constraint.name)), demands(book, path, constraint))
}

/// What a constraint demands, line by line.
fn demands(book: &Book<'_>, path: &str, constraint: &Constraint) -> String {
    format!("<pre>{}</pre>\n", book.names.linked(path, &spell::constraint(constraint).join("\n")))
}

/// A rule with the routes and roles on which it holds.
pub fn rule(book: &Book<'_>, path: &str, name: &str) -> String {
    let policy = &book.package.policy;
    let names = &book.names;
    let mut on = Vec::new();
    // A rule may read otherwise on two routes, as where their roles have other traits.
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut found: Option<&Constraint> = None;
    for (route, declared) in &policy.routes {
        for constraint in declared.constraints.iter().filter(|constraint| constraint.rule && *constraint.name == *name)
        {
            let roles: Vec<String> = constraint.scope.iter().map(|role| code(role)).collect();
            let link = names.link(path, Kind::Route, route);
            on.push(if roles.is_empty() { link.clone() } else { format!("{link}: {}", roles.join(", ")) });
            texts.entry(demands(book, path, constraint)).or_default().push(link);
            found = found.or(Some(constraint));
        }
    }
    let several = texts.len() > 1;
    let text = texts.into_iter().map(|(text, routes)| {
        let head = if several { format!("<p>on {}</p>\n", routes.join(", ")) } else { String::new() };
        format!("{head}{text}")
    });
    let mut out = part("Demands", &text.collect::<String>());
    if let Some(constraint) = found {
        out.push_str(&part("Because", &constraint.because.as_deref().map(prose).unwrap_or_default()));
    }
    out.push_str(&part("Holds on", &some(on)));
    let waivers = policy.waivers.iter().filter(|(_, waiver)| *waiver.rule == *name);
    let waivers: Vec<String> = waivers
        .map(|(waiver, declared)| format!("{} until {}", names.link(path, Kind::Waiver, waiver), declared.until))
        .collect();
    out.push_str(&part("Lifted by", &some(waivers)));
    out
}

/// A waiver.
pub fn waiver(book: &Book<'_>, path: &str, waiver: &Waiver) -> String {
    let when = waiver.when.as_ref().map(|when| book.names.linked(path, &spell::expression(when)));
    let lines = [
        vec!["lifts".to_owned(), book.names.link(path, Kind::Rule, &waiver.rule)],
        vec!["until".to_owned(), waiver.until.to_string()],
        vec!["approved by".to_owned(), escaped(&waiver.approved_by)],
    ];
    let mut out = rows(&["", ""], &lines);
    out.push_str(&part("When", &when.map_or(String::new(), |when| format!("<pre>{when}</pre>\n"))));
    out.push_str(&part("Because", &waiver.because.as_deref().map(prose).unwrap_or_default()));
    out
}

/// A table with its rows.
pub fn table(book: &Book<'_>, path: &str, name: &str, table: &Table) -> String {
    let row_type = book.package.policy.records.get(&*format!("{name}[]"));
    let head = format!(
        "<p>{} → {}</p>\n",
        book.names.type_(path, &table.key),
        match row_type {
            Some(_) => "a row".to_owned(),
            None => book.names.type_(path, &table.value),
        }
    );
    let columns = row_type.map(|fields| super::pages::fields(book, path, (Kind::Table, name), fields.iter()));
    let row = |(key, value): (&crate::value::Value, &crate::value::Value)| {
        let linked = |value| format!("<code>{}</code>", book.names.linked(path, &spell::value(value)));
        vec![linked(key), linked(value)]
    };
    let all: Vec<Vec<String>> = table.rows.iter().map(row).collect();
    format!("{head}{}{}", part("Columns", &columns.unwrap_or_default()), part("Rows", &rows(&["key", "row"], &all)))
}

/// A signal.
pub fn signal(book: &Book<'_>, path: &str, signal: &Signal) -> String {
    let subject =
        signal.subject.as_ref().map(|subject| vec!["for each".to_owned(), book.names.link(path, Kind::Trait, subject)]);
    let default = signal.default.as_ref().map_or("unknown".to_owned(), |value| code(&spell::value(value)));
    let mut lines = vec![vec!["type".to_owned(), book.names.type_(path, &signal.ty)]];
    lines.extend(subject);
    lines.push(vec!["where the host says nothing".to_owned(), default]);
    rows(&["", ""], &lines)
}

/// A definition or a constant.
pub fn definition(book: &Book<'_>, path: &str, name: &str) -> String {
    let policy = &book.package.policy;
    let text = match (policy.definitions.get(name), policy.constants.get(name)) {
        (Some(of), _) => format!("({}) = {}", of.params.join(", "), spell::expression(&of.body)),
        (None, Some(Some(value))) => format!("= {}", spell::value(value)),
        _ => "is unknown".to_owned(),
    };
    format!("<pre>{} {}</pre>\n", escaped(name), book.names.linked(path, &text))
}

/// A test with what it expects.
pub fn test(book: &Book<'_>, path: &str, name: &str) -> String {
    let mut out = String::new();
    for test in book.package.tests.iter().filter(|test| *test.name == *name) {
        out.push_str(&format!("<p>on {}</p>\n", book.names.link(path, Kind::Route, &test.route)));
        let request = book.names.linked(path, &spell::value(&test.request));
        out.push_str(&part("Request", &format!("<pre>{request}</pre>\n")));
        let signals = test.signals.iter().map(|((signal, service), value)| {
            let of = service
                .as_ref()
                .map_or(String::new(), |service| format!(" of {}", book.names.link(path, Kind::Service, service)));
            format!("{}{of}: {}", book.names.link(path, Kind::Signal, signal), code(&spell::value(value)))
        });
        out.push_str(&part("Signals", &items(&signals.collect::<Vec<_>>())));
        let expected: Vec<String> =
            test.expectations.iter().map(|e| format!("<code>{}</code>", book.names.linked(path, &e.text))).collect();
        out.push_str(&part("Expects", &items(&expected)));
    }
    out
}
