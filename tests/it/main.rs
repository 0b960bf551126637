//! The one test binary: the habits of the house, and the cases.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test touches the world, and a test that panics has said what is wrong"
)]

mod cases;
mod ci;
mod diff;
mod diff_laws;
mod docs;
mod dry_run;
mod enforce;
mod foreign_requests;
mod foreign_rules;
mod format;
mod house;
mod identity;
mod journal;
mod laws;
mod layers;
mod limits;
mod mission;
mod oracle;
mod price_map;
mod registry;
mod routing;
mod sealed;
mod site;
mod stored;
mod suite;
mod vectors;
