//! Missions: bounded workflows with typed or untyped state, human steps and a lineage that can be recomputed.
//!
//! *Takes* a program of steps, its first state and the answers that people gave so far; *gives* a [`Run`]: done, failed, or
//! waiting for an answer. *Promises* that limits are looked at before anything runs, that a step happens whole or not at
//! all, and that the same workflow, state and answers give the same bytes: a run is a replay. *Leaves out* clocks, files
//! and terminals, which are the shells' business, and every effect on the world: a mission has none.
//!
//! Two front ends become a [`Program`]: [`workflow`] reads steps that are data, [`typed`] plans the `mission` items of a
//! package. [`spelling`] is the profile in which everything is hashed.

pub mod classic;
pub mod config;
mod daily;
pub mod data;
pub mod engine;
pub mod expectation;
pub mod operations;
mod path;
pub mod problem;
pub mod record;
pub mod result;
mod run_tests;
pub mod scenario;
pub mod spelling;
pub mod typed;
mod work;
pub mod workflow;

pub use data::Data;
pub use engine::{Answer, Humans, Program, Run, Status, run};
pub use problem::{Kind, Problem};
pub use workflow::{Checked, Step, Workflow};
