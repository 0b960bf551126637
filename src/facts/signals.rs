//! Signals from data: what the host says of its services and of the world.

use std::collections::BTreeMap;

use crate::base::{Name, Sources, Span};
use crate::diag::Diagnostic;
use crate::ir::{Policy, Services, Signal};

use super::decode::{Decoder, Known, Path, Schema, near_or_all};
use super::{SignalValue, Signals, codes, set};
use crate::data::{Key, Kind, Node, shortened};
use crate::value::{Type, Value};

/// Types the signals: `{ "healthy": { "o3": false }, "utilisation": 0.4 }`.
///
/// `null` says nothing of a signal without a default. Where there is a default it is refused: a host that writes it
/// means "not known", and would be given the default instead.
pub fn signals(policy: &Policy, services: &Services, node: &Node) -> Result<Signals, Vec<Diagnostic>> {
    let mut decoder = Decoder::new(Schema { policy, services: Known::Services(services) });
    let entries = match &node.kind {
        Kind::Map(entries) => entries.as_slice(),
        Kind::Null => &[],
        _ => {
            let message = format!("the signals are {}, and a map is needed", node.words());
            let help = "write a map from the name of each signal to its value";
            decoder.findings.push(Diagnostic::error(&codes::WRONG_KIND, node.opening(), message).help(help));
            &[]
        }
    };
    let mut values = BTreeMap::new();
    for (key, node) in entries {
        let Some(signal) = policy.signals.get(&key.text) else {
            let message = format!("`{}` is no signal", shortened(&key.text));
            let found = Diagnostic::error(&codes::UNKNOWN_SIGNAL, key.span, message).label("unknown signal");
            let names = policy.signals.keys().map(|name| &**name).collect();
            decoder.findings.push(near_or_all(found, key.span, &key.text, names));
            continue;
        };
        let value = match &signal.subject {
            Some(subject) => per_service(&mut decoder, key, signal, subject, node),
            None => one(&mut decoder, signal, node, &Path::Root(&key.text)).map(SignalValue::One),
        };
        if let Some(value) = value {
            values.insert(key.text.clone(), value);
        }
    }
    decoder.finish(Some(Signals { values }))
}

/// The signals that are read from the environment, each with its variable.
pub type Environment = BTreeMap<Name, Name>;

/// The signals that the environment states; `variable` looks one up. A variable that is not set states nothing.
///
/// A switch is on where its variable says `true`, in capitals or not, and off for every other text: who mistypes a word
/// has not switched anything on.
pub fn environment(
    policy: &Policy,
    services: &Services,
    environment: &Environment,
    variable: impl Fn(&str) -> Option<String>,
    sources: &mut Sources,
) -> Result<Signals, Vec<Diagnostic>> {
    let mut decoder = Decoder::new(Schema { policy, services: Known::Services(services) });
    let mut values = BTreeMap::new();
    for (name, wanted) in environment {
        let (Some(signal), Some(text)) = (policy.signals.get(name), variable(wanted)) else { continue };
        let value = match &signal.ty {
            Type::Bool => Some(Value::Bool(text.to_lowercase() == "true")),
            ty => {
                let file = sources.add(format!("the variable {wanted}"), text.as_str());
                let whole = Span::new(file, 0, text.len());
                let node = set::text(&text, ty, file, 0).unwrap_or_else(|| Node::text(text.as_str(), whole));
                decoder.value(&node, ty, &Path::Root(name))
            }
        };
        values.extend(value.map(|value| (name.clone(), SignalValue::One(value))));
    }
    decoder.finish(Some(Signals { values }))
}

/// What a file states and the environment as well: a signal has one source, so that no file overrules a switch.
pub fn stated_twice(node: &Node, environment: &Environment) -> Vec<Diagnostic> {
    let Kind::Map(entries) = &node.kind else { return Vec::new() };
    let stated = entries.iter().filter_map(|(key, _)| Some((key, environment.get(&key.text)?)));
    let wrong = stated.map(|(key, variable)| {
        let message = format!("the package reads `{}` from the variable `{variable}`", key.text);
        let found = Diagnostic::error(&codes::UNKNOWN_SIGNAL, key.span, message).label("stated here as well");
        found.help(format!("leave it out, and set `{variable}`"))
    });
    wrong.collect()
}

/// The value of a signal, for one service or at all.
fn one(decoder: &mut Decoder<'_>, signal: &Signal, node: &Node, path: &Path<'_>) -> Option<crate::value::Value> {
    if node.kind != Kind::Null {
        return decoder.value(node, &signal.ty, path);
    }
    if let Some(default) = &signal.default {
        let message = format!("{} is `null`, and would be taken as its default `{default}`", path.subject());
        let help = "leave it out if the default is meant, or state a value";
        decoder.findings.push(Diagnostic::error(&codes::NOT_STATED, node.span, message).help(help));
    }
    None
}

fn per_service(
    decoder: &mut Decoder<'_>,
    key: &Key,
    signal: &Signal,
    subject: &Name,
    node: &Node,
) -> Option<SignalValue> {
    let signal_path = Path::Root(&key.text);
    let Kind::Map(entries) = &node.kind else {
        let message = format!("`{}` speaks of each `{subject}`, and {} names none", key.text, node.words());
        let found = Diagnostic::error(&codes::WRONG_KIND, node.opening(), message);
        decoder.findings.push(found.help("write a map from the names of services to values"));
        return None;
    };
    let mut values = BTreeMap::new();
    for (service, node) in entries {
        let path = Path::Field(&signal_path, &service.text);
        let name = Node::text(service.text.clone(), service.span);
        let known = decoder.value(&name, &crate::value::Type::Service(Some(subject.clone())), &path);
        let value = one(decoder, signal, node, &path);
        if let (Some(_), Some(value)) = (known, value) {
            values.insert(service.text.clone(), value);
        }
    }
    Some(SignalValue::PerService(values))
}
