//! The registry of services: which contracts are in force, in numbered snapshots that never change.
//!
//! *Takes* a snapshot and operations on it; *gives* the next snapshot and what changed, or every operation that is refused; reads
//! and writes the form in which a snapshot is published. *Promises* that equal services have equal digests, that a snapshot is
//! read only whole and unaltered, and that operations take effect together or not at all. *Leaves out* the disk, which is a
//! matter of [`crate::store`]; what a contract may state, which a package checks before it is registered; and the model
//! registry of the layers, which is a data file that a package imports ([`crate::facts::registry`]).

pub mod change;
pub mod published;
pub mod record;
pub mod snapshot;

pub use change::{Change, Contract, Operation, Refusal, Source, What};
pub use record::{Record, Which};
pub use snapshot::{Held, Snapshot};

/// The next snapshot, if the operations change anything, with what changes.
pub use change::after;
