//! What is allowed and still not right: one file per lint, and what they share.
//!
//! *Takes* a checked package, the levels and options of its manifest, and the time; *gives* findings, each with a fix where
//! one is known. *Promises* that a lint which reasons about meaning is silent where it cannot tell; and that the same
//! package gives the same findings, whatever the order of its files. *Leaves out* the terminal, which the shells know, and
//! what is wrong: `check/` says that, and a package that does not check is not linted.

pub mod allow;
pub mod baseline;
pub mod context;
pub mod declare;
pub mod fix;
pub mod index;
pub mod lints;
pub mod places;
pub mod reason;
mod removal;
pub mod settings;
pub mod tree;

pub use context::Context;
pub use declare::{Fixability, Group, Level, Lint, Setting, SettingValue};
pub use lints::LINTS;
pub use settings::Settings;

use crate::base::Instant;
use crate::diag::{Diagnostic, print};
use crate::package::Package;

/// The lint of this name.
pub fn find(name: &str) -> Option<&'static Lint> {
    LINTS.iter().copied().find(|lint| lint.code.id == name)
}

/// Everything that the lints find in the package itself, not in what it depends on, in the order in which it is shown.
///
/// A package with errors has none: what a lint would say of it may come from the error.
pub fn lint(package: &Package, settings: &Settings, now: Instant) -> Vec<Diagnostic> {
    if !package.is_sound() {
        return Vec::new();
    }
    let allows = allow::read(package);
    let index = index::Index::default();
    let mut found = Vec::new();
    for lint in LINTS.iter().filter(|lint| settings.level(lint) != Level::Allow) {
        let mut context = Context::new(package, settings, now, lint, &index);
        (lint.check)(&mut context);
        found.extend(context.finish());
    }
    found.retain(|finding| !allows.take(finding));
    let mut of_allows = allow::findings(&allows, settings, package, now);
    of_allows.retain(|finding| !allows.take(finding));
    found.extend(of_allows);
    print::sort(&mut found, &package.sources);
    found
}
