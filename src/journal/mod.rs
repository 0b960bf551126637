//! The log of decisions: what was decided on which facts and whether its promises were kept, each entry bound to the one before.
//!
//! *Takes* decisions with their facts, and the bytes of a log; *gives* entries, what is wrong with a log, and what its requests
//! would come to under a package. *Promises* that an entry holds all that deciding again needs, and that an entry that was
//! edited, dropped, repeated or moved is named; with the head, also that the end was cut off; and that a masked value can be
//! neither read nor guessed, and still be proved. *Leaves out* files, locks and where keys come from, which are the shell's, and who
//! may write: whoever can write both log and head can write another history, unless the head is signed.
//!
//! The format is described in `docs/reference/log.md`.

pub mod check;
pub mod entry;
pub mod mask;
pub mod openings;
pub mod outcome;
pub mod recover;
pub mod replay;
pub mod sign;

pub use check::{Checked, Finding, check};
pub use entry::{Entry, Head, Unread, Written};
pub use mask::Mask;
pub use openings::{Openings, openings};
pub use recover::{Recovered, recover};
pub use replay::{Replay, replay};
pub use sign::SignKey;
