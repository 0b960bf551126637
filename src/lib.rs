//! Provost: a contract and rule engine. Services publish contracts, an organisation writes rules, a request says what
//! it needs; Provost decides which services may do the work, and proves it.
//!
//! ```text
//! text ─parse→ tree ─resolve→ program ─check→ policy + services ─plan→ plan
//! token ─identify→ request                             facts ─┐        │
//!                                    explanation ←explain─ decision ←route─ outcome ←evaluate─┘
//!                                                    certificate ←prove─┘
//! ```
//!
//! One request flows through the modules in the order in which they stand here.

pub mod base;
pub mod diag;
pub mod world;

pub mod data;

pub mod syntax;

pub mod value;

pub mod ir;

pub mod graph;

pub mod resolve;

pub mod facts;

pub mod check;

pub mod plan;

pub mod eval;

pub mod route;

pub mod proof;

pub mod stored;

pub mod identity;

pub mod registry;

pub mod package;

pub mod select;

pub mod explain;

pub mod draw;

pub mod suite;

pub mod diff;

pub mod site;

pub mod enforce;

pub mod journal;

pub mod mission;

pub mod fmt;

pub mod lint;

pub mod translate;

pub mod dryrun;

pub mod store;

pub mod cli;
