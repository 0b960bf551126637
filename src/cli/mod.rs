//! The `provost` command: one of the shells, and so one of the few places that touch the world.
//!
//! *Takes* the command line; *gives* an exit code. *Promises* that results go to standard output, diagnostics to
//! standard error, and that 0 is a yes, 1 a definite no, 2 wrong input and 3 anything unexpected. *Leaves out* every
//! decision: the stages make them.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the shells are where files, the clock, the environment and the terminal are"
)]

pub mod disk;

use std::process::ExitCode;

use clap::Parser;

/// Decides which service may do a piece of work, and proves it.
#[derive(Debug, Parser)]
#[command(name = "provost", version)]
struct Arguments {}

/// Runs the command with the arguments of this process.
pub fn main() -> ExitCode {
    match Arguments::try_parse() {
        Ok(Arguments {}) => ExitCode::SUCCESS,
        Err(refused) => {
            // Nothing is left to do where even the terminal is gone, except to leave with the right code.
            let _ = refused.print();
            ExitCode::from(if refused.use_stderr() { 2 } else { 0 })
        }
    }
}
