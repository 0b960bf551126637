//! Operations on a snapshot, which take effect together or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::snapshot::{Held, Snapshot};
use crate::base::limits::{NAME_BYTES, REGISTRY_BYTES, REGISTRY_CONTRACT_BYTES, REGISTRY_SERVICES};
use crate::base::similar::nearest;
use crate::base::{Instant, Name, canonical};

/// A contract that was checked, with what it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// The name of the service.
    pub name: Name,
    /// The contract in its canonical spelling.
    pub contract: String,
    /// What it was read from.
    pub source: Source,
}

/// What a contract was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name of the file.
    pub file: Name,
    /// The adapter that read it.
    pub adapter: Name,
    /// The trait that was named for its services.
    pub trait_: Option<Name>,
    /// The text of the file, shared by all contracts in it.
    pub text: Arc<str>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A service is new; or nothing, where the same contract stands already.
    Register(Contract),
    /// A service that is there gets another contract; or nothing, where it is the same one.
    Update(Contract),
    /// A service goes.
    Remove(Name),
}

/// What became of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It came.
    Registered,
    /// Its contract is another one.
    Updated,
    /// It went.
    Removed,
}

impl What {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Registered, Self::Updated, Self::Removed];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Updated => "updated",
            Self::Removed => "removed",
        }
    }
}

/// A service that is another one now, or gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The service.
    pub name: Name,
    /// What became of it.
    pub what: What,
    /// The revision that it has now, or had last.
    pub revision: u64,
}

/// Why an operation is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A service of this name is registered, with another contract.
    Clash(Name, u64),
    /// No service of this name is registered; one of a similar name may be.
    NotThere(Name, Option<Name>),
    /// Two operations of one call are about this service.
    Twice(Name),
    /// A name that no service can have.
    BadName(Name),
    /// The contract is not spelled as [`canonical::to_string`] spells it, so that it could not be read again.
    Spelling(Name),
    /// The contract is too long.
    TooLong(Name, usize),
    /// The registry would hold too many services.
    TooMany(usize),
    /// The published snapshot would be too long.
    TooLarge(usize),
}

impl Refusal {
    /// No service of this name is in the snapshot.
    pub fn not_there(name: &Name, snapshot: &Snapshot) -> Self {
        let near = nearest(name, snapshot.services.keys().map(|known| &**known));
        Self::NotThere(name.clone(), near.map(Name::from))
    }

    /// What to do instead.
    pub fn help(&self) -> String {
        match self {
            Self::Clash(name, _) => {
                format!(
                    "replace the contract with `registry update`, or compare it with what `registry get {name}` shows"
                )
            }
            Self::NotThere(_, Some(near)) => format!("did you mean `{near}`? `registry list` shows what there is"),
            Self::NotThere(_, None) => {
                "`registry list` shows what there is, and `registry register` brings in what is new".to_owned()
            }
            Self::Twice(_) => "leave one of the two out".to_owned(),
            Self::BadName(_) => "choose a name without control characters, neither empty nor long".to_owned(),
            Self::Spelling(_) => {
                "spell it in canonical JSON: keys in order, no white space, whole numbers, not too deep".to_owned()
            }
            Self::TooLong(..) => format!("a contract has at most {REGISTRY_CONTRACT_BYTES} bytes"),
            Self::TooMany(_) | Self::TooLarge(_) => "remove services, or keep another registry".to_owned(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clash(name, revision) => {
                write!(f, "`{name}` is registered with another contract, its revision {revision}")
            }
            Self::NotThere(name, _) => write!(f, "there is no `{name}` in the registry"),
            Self::Twice(name) => write!(f, "`{name}` is stated twice"),
            Self::BadName(name) => write!(f, "`{}` is no name of a service", name.escape_debug()),
            Self::Spelling(name) => write!(f, "the contract of `{name}` is not in its canonical spelling"),
            Self::TooLong(name, bytes) => write!(f, "the contract of `{name}` has {bytes} bytes"),
            Self::TooMany(count) => {
                write!(f, "the registry would hold {count} services, and holds at most {REGISTRY_SERVICES}")
            }
            Self::TooLarge(bytes) => {
                write!(f, "the published snapshot would have {bytes} bytes, and has at most {REGISTRY_BYTES}")
            }
        }
    }
}

/// The next snapshot and what changes; nothing where nothing changes; or everything that is refused.
///
/// `last` gives the last revision that a name has had, however long ago.
pub fn after(
    snapshot: &Snapshot,
    operations: &[Operation],
    at: Instant,
    last: impl Fn(&str) -> u64,
) -> Result<Option<(Snapshot, Vec<Change>)>, Vec<Refusal>> {
    let (mut refused, mut seen) = (Vec::new(), BTreeSet::new());
    let mut changes: BTreeMap<Name, (What, Option<&Contract>)> = BTreeMap::new();
    for operation in operations {
        let (name, stated) = match operation {
            Operation::Register(contract) | Operation::Update(contract) => (&contract.name, Some(contract)),
            Operation::Remove(name) => (name, None),
        };
        if !seen.insert(name) {
            refused.push(Refusal::Twice(name.clone()));
            continue;
        }
        refused.extend(stated.and_then(unfit));
        let held = snapshot.services.get(name);
        let same = |contract: &Contract| held.is_some_and(|held| *held.contract == *contract.contract);
        match (operation, held) {
            (Operation::Register(contract) | Operation::Update(contract), Some(_)) if same(contract) => {}
            (Operation::Register(_), Some(held)) => refused.push(Refusal::Clash(name.clone(), held.revision)),
            (Operation::Update(_) | Operation::Remove(_), None) => {
                refused.push(Refusal::not_there(name, snapshot));
            }
            (Operation::Register(contract), None) => {
                changes.insert(name.clone(), (What::Registered, Some(contract)));
            }
            (Operation::Update(contract), Some(_)) => {
                changes.insert(name.clone(), (What::Updated, Some(contract)));
            }
            (Operation::Remove(_), Some(_)) => {
                changes.insert(name.clone(), (What::Removed, None));
            }
        }
    }
    let number = snapshot.number.saturating_add(1);
    let mut services = snapshot.services.clone();
    let mut told = Vec::new();
    for (name, (what, contract)) in changes {
        let before = last(&name);
        let revision = if contract.is_some() { before.saturating_add(1) } else { before };
        match contract {
            Some(of) => {
                let held = Held { revision, since: number, contract: of.contract.as_str().into() };
                services.insert(name.clone(), held);
            }
            None => drop(services.remove(&name)),
        }
        told.push(Change { name, what, revision });
    }
    if services.len() > REGISTRY_SERVICES {
        refused.push(Refusal::TooMany(services.len()));
    }
    match (refused.is_empty(), told.is_empty()) {
        (false, _) => Err(refused),
        (true, true) => Ok(None),
        (true, false) => Ok(Some((Snapshot::new(number, at, services), told))),
    }
}

/// Why a contract cannot be held, if it cannot.
fn unfit(contract: &Contract) -> Option<Refusal> {
    let name = &contract.name;
    if name.is_empty() || name.len() > NAME_BYTES || name.chars().any(char::is_control) {
        return Some(Refusal::BadName(name.clone()));
    }
    let bytes = contract.contract.len();
    if bytes > REGISTRY_CONTRACT_BYTES {
        return Some(Refusal::TooLong(name.clone(), bytes));
    }
    (canonical::first(&contract.contract) != Some(bytes)).then(|| Refusal::Spelling(name.clone()))
}

/// Why a snapshot cannot be published whose text has so many bytes, if it cannot: nobody would read it.
pub fn oversized(bytes: usize) -> Option<Refusal> {
    (bytes > REGISTRY_BYTES).then_some(Refusal::TooLarge(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract(name: &str, text: &str) -> Contract {
        let source = Source { file: "f".into(), adapter: "caio".into(), trait_: None, text: "".into() };
        Contract { name: name.into(), contract: text.to_owned(), source }
    }

    fn now() -> Instant {
        "2026-11-21T00:00:00Z".parse().unwrap()
    }

    fn next(snapshot: &Snapshot, operations: &[Operation]) -> Result<Option<(Snapshot, Vec<Change>)>, Vec<Refusal>> {
        after(snapshot, operations, now(), |name| snapshot.services.get(name).map_or(0, |held| held.revision))
    }

    #[test]
    fn registering_the_same_again_changes_nothing_and_another_contract_clashes() {
        let first = Snapshot::first(now());
        let register = |text| Operation::Register(contract("a", text));
        let (second, changes) = next(&first, &[register("{}")]).unwrap().unwrap();
        assert_eq!((second.number, second.services["a"].revision, changes[0].what), (2, 1, What::Registered));
        assert_eq!(next(&second, &[register("{}")]), Ok(None));
        assert_eq!(next(&second, &[register("[]")]), Err(vec![Refusal::Clash("a".into(), 1)]));
        let (third, _) = next(&second, &[Operation::Update(contract("a", "[]"))]).unwrap().unwrap();
        assert_eq!((third.services["a"].revision, third.services["a"].since), (2, 3));
        assert_eq!(next(&third, &[Operation::Update(contract("a", "[]"))]), Ok(None));
    }

    #[test]
    fn operations_of_one_call_hold_together_and_everything_refused_is_told() {
        let first = Snapshot::first(now());
        let all = [
            Operation::Register(contract("a", "{}")),
            Operation::Remove("b".into()),
            Operation::Update(contract("c", "{}")),
            Operation::Register(contract("a", "{}")),
            Operation::Register(contract("", "{}")),
        ];
        let refused = next(&first, &all).unwrap_err();
        let expected = [
            Refusal::NotThere("b".into(), None),
            Refusal::NotThere("c".into(), None),
            Refusal::Twice("a".into()),
            Refusal::BadName("".into()),
        ];
        assert_eq!(refused, expected);
    }

    /// Such a contract would be published as what no reader takes.
    #[test]
    fn what_could_not_be_read_again_is_refused() {
        let first = Snapshot::first(now());
        let long = format!("\"{}\"", "x".repeat(REGISTRY_CONTRACT_BYTES));
        let deep = "[".repeat(200) + &"]".repeat(200);
        for text in ["", "{ }", "{} ", "{\"b\":1,\"a\":1}", "1.5", "{", &deep] {
            let refused = next(&first, &[Operation::Register(contract("a", text))]);
            assert_eq!(refused, Err(vec![Refusal::Spelling("a".into())]), "{text}");
        }
        let refused = next(&first, &[Operation::Register(contract("a", &long))]);
        assert_eq!(refused, Err(vec![Refusal::TooLong("a".into(), long.len())]));
        assert_eq!(oversized(REGISTRY_BYTES), None);
        assert_eq!(oversized(REGISTRY_BYTES + 1), Some(Refusal::TooLarge(REGISTRY_BYTES + 1)));
    }

    #[test]
    fn a_removed_service_comes_back_with_the_next_revision_and_equal_services_have_equal_digests() {
        let first = Snapshot::first(now());
        let (second, _) = next(&first, &[Operation::Register(contract("a", "{}"))]).unwrap().unwrap();
        let (third, changes) = next(&second, &[Operation::Remove("a".into())]).unwrap().unwrap();
        assert_eq!((third.digest.as_str(), changes[0].revision), (first.digest.as_str(), 1));
        let again = after(&third, &[Operation::Register(contract("a", "{}"))], now(), |_| 1).unwrap().unwrap();
        assert_eq!((again.0.services["a"].revision, again.0.digest.as_str()), (2, second.digest.as_str()));
    }
}
