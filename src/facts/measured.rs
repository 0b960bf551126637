//! Measurements from data: what a service was seen to do, by the name of what was measured or of the guarantee that speaks of it.

use std::collections::BTreeMap;

use super::codes;
use super::decode::{Decoder, Known, Path, Schema, near_or_all};
use crate::base::Name;
use crate::data::{Kind, Node, shortened};
use crate::diag::Diagnostic;
use crate::ir::{Policy, Services};
use crate::value::{Type, Value};

/// Types measurements: `{ "latency": "450ms", "accuracy": 0.97 }`. `null` says that nothing was measured, and a name that is none of
/// those that have a type is an error: a slip of the pen would otherwise be a measurement that nobody holds against its promise.
pub fn measured(
    policy: &Policy,
    services: &Services,
    types: &BTreeMap<Name, Type>,
    node: &Node,
) -> Result<BTreeMap<Name, Value>, Vec<Diagnostic>> {
    let mut decoder = Decoder::new(Schema { policy, services: Known::Services(services) });
    let entries = match &node.kind {
        Kind::Map(entries) => entries.as_slice(),
        _ => {
            let message = format!("the measurements are {}, and a map is needed", node.words());
            let help = "write a map from the name of each guarantee or measurement to its value";
            decoder.findings.push(Diagnostic::error(&codes::WRONG_KIND, node.opening(), message).help(help));
            &[]
        }
    };
    let mut values = BTreeMap::new();
    for (key, node) in entries {
        let Some(ty) = types.get(&key.text) else {
            let message =
                format!("`{}` is neither a guarantee of the decision nor measured for one", shortened(&key.text));
            let found = Diagnostic::error(&codes::UNKNOWN_FIELD, key.span, message).label("unknown measurement");
            let names = types.keys().map(|name| &**name).collect();
            decoder.findings.push(near_or_all(found, key.span, &key.text, names));
            continue;
        };
        if node.kind != Kind::Null {
            let value = decoder.value(node, ty, &Path::Root(&key.text));
            values.extend(value.map(|value| (key.text.clone(), value)));
        }
    }
    decoder.finish(Some(values))
}
