//! A snapshot: the services of a registry at one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{Instant, Name, canonical};

/// The services of a registry at one moment. It never changes: an operation makes another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its number, from 1; the first is empty.
    pub number: u64,
    /// When it came to be.
    pub at: Instant,
    /// The services by name.
    pub services: BTreeMap<Name, Held>,
    /// The digest of the services, as a decision names it.
    pub digest: String,
}

/// A service of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// How many contracts have stood under this name, this one included.
    pub revision: u64,
    /// The number of the snapshot that brought it.
    pub since: u64,
    /// The checked contract, in its canonical spelling.
    pub contract: Arc<str>,
}

impl Snapshot {
    /// A snapshot of these services.
    pub fn new(number: u64, at: Instant, services: BTreeMap<Name, Held>) -> Self {
        let digest = digest(services.iter().map(|(name, held)| (name, &*held.contract)));
        Self { number, at, services, digest }
    }

    /// The first snapshot of every registry: it holds nothing.
    pub fn first(at: Instant) -> Self {
        Self::new(1, at, BTreeMap::new())
    }
}

/// The digest of services by name: that of the object of their contracts, as decisions name all their services.
pub fn digest<'a>(services: impl Iterator<Item = (&'a Name, &'a str)>) -> String {
    let mut text = String::from("{");
    for (name, contract) in services {
        canonical::write_key(name, &mut text);
        text.push_str(contract);
    }
    text.push('}');
    canonical::digest_bytes(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_object_of_the_contracts() {
        let held = |contract: &str| Held { revision: 1, since: 2, contract: contract.into() };
        let services = [("b".into(), held(r#"{"x":1}"#)), ("a\"".into(), held("{}"))];
        let snapshot = Snapshot::new(2, "2026-11-21T00:00:00Z".parse().unwrap(), services.into_iter().collect());
        assert_eq!(snapshot.digest, canonical::digest(&serde_json::json!({ "a\"": {}, "b": { "x": 1 } })));
        assert_eq!(Snapshot::first(snapshot.at).digest, canonical::digest(&serde_json::json!({})));
    }
}
