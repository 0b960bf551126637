//! A decision as the test that expects it.

use super::spell;
use crate::base::Name;
use crate::facts::{Inputs, SignalValue};
use crate::ir::Policy;
use crate::route::decision::{Decision, Ending};
use crate::value::Value;

/// A test item that expects what was decided: who is given to each role and which waivers lifted something, which rules
/// denied, which constraints left nobody, or that the request is invalid. How it is set is left to the formatter.
pub fn item(policy: &Policy, name: &str, inputs: &Inputs, decision: &Decision) -> String {
    let mut lines = vec![format!("test {} {{", spell::text(name))];
    lines.push(format!("    route {} with {}", decision.route, spell::value(&stated(policy, inputs))));
    lines.push(format!("    at {}", moment(inputs)));
    lines.extend(signals(inputs));
    lines.extend(expectations(decision).into_iter().map(|expected| format!("    expect {expected}")));
    lines.push("}\n".to_owned());
    lines.join("\n")
}

/// The request without what it would have anyway.
fn stated(policy: &Policy, inputs: &Inputs) -> Value {
    let Value::Record(fields) = &inputs.request.value else { return inputs.request.value.clone() };
    let declared = policy.requests.get(&inputs.request.ty).map_or(&[][..], |request| &request.fields);
    let usual = |name: &Name, value: &Value| {
        declared.iter().any(|field| field.name == *name && field.default.as_ref() == Some(value))
    };
    let stated = fields.iter().filter(|(name, value)| value.as_ref().is_some_and(|value| !usual(name, value)));
    Value::Record(stated.cloned().collect::<Vec<_>>().into())
}

/// A day where it is the start of one.
fn moment(inputs: &Inputs) -> String {
    let text = inputs.now.to_string();
    text.strip_suffix("T00:00:00Z").map(str::to_owned).unwrap_or(text)
}

fn signals(inputs: &Inputs) -> Option<String> {
    let mut settings = Vec::new();
    for (signal, value) in &inputs.signals.values {
        match value {
            SignalValue::One(value) => settings.push(format!("{signal} = {}", spell::value(value))),
            SignalValue::PerService(values) => settings.extend(
                values
                    .iter()
                    .map(|(service, value)| format!("{signal}({}) = {}", spell::text(service), spell::value(value))),
            ),
        }
    }
    (!settings.is_empty()).then(|| format!("    signals {{ {} }}", settings.join("  ")))
}

fn expectations(decision: &Decision) -> Vec<String> {
    let mut all: Vec<String> = match decision.ending {
        Ending::Invalid => vec!["invalid".to_owned()],
        Ending::Denied => decision.denied_by.iter().map(|fired| format!("denied by {}", fired.constraint)).collect(),
        Ending::Unroutable => {
            let core = decision.unroutable.iter().flat_map(|unroutable| &unroutable.core);
            let core: Vec<String> = core.map(|constraint| format!("unroutable by {constraint}")).collect();
            if core.is_empty() { vec!["unroutable".to_owned()] } else { core }
        }
        Ending::Routed => {
            let given = |role: &crate::route::decision::Filled| {
                let names: Vec<String> = role.given.iter().map(|chosen| spell::text(&chosen.service)).collect();
                match names.first() {
                    _ if role.list => format!("{} == [{}]", role.role, names.join(", ")),
                    Some(only) => format!("{} == {only}", role.role),
                    None => format!("not known {}", role.role),
                }
            };
            decision.roles.iter().map(given).collect()
        }
    };
    all.extend(decision.waived.iter().map(|waived| format!("waived by {}", spell::text(&waived.waiver))));
    // A rule with several denials fires once for each of them.
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|expected| seen.insert(expected.clone()));
    all
}
