//! Explanations: what was decided and why, for a person.
//!
//! *Takes* a decision with its policy and services; *gives* sentences and tables. *Promises* that everything said is
//! read off the decision, never derived a second time, so that the two cannot disagree. *Leaves out* colours and the
//! width of the terminal, which the shell knows.

pub mod funnel;
pub mod miss;
