//! The signals that the manifest takes from the environment: each must be one of the package, with one value.

use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::facts::signals::Environment;
use crate::ir::Policy;
use crate::resolve::{Program, manifest::Entry};

/// Each signal with its variable.
pub(super) fn signals(
    policy: &Policy,
    program: &Program,
    named: &[(usize, Entry, Entry)],
) -> (Environment, Vec<Diagnostic>) {
    let mut environment = Environment::new();
    let mut found = Vec::new();
    for (package, signal, variable) in named {
        let name = program.canonical(*package, &signal.text);
        match policy.signals.get(&name) {
            Some(declared) if declared.subject.is_none() => {
                environment.insert(name, variable.text.clone());
            }
            Some(_) => {
                let message =
                    format!("the signal `{}` speaks of each service, and a variable holds one value", signal.text);
                let wrong = Diagnostic::error(&codes::WRONG_KIND, signal.span, message);
                found.push(wrong.help("supply it with `--signals`"));
            }
            // A package that did not parse may have lost the signal, and that was said.
            None if program.items.is_empty() => {}
            None => {
                let message = format!("`{}` is no signal", signal.text);
                let wrong = Diagnostic::error(&codes::UNKNOWN_SIGNAL, signal.span, message).label("unknown signal");
                let near = crate::base::similar::nearest(&name, policy.signals.keys().map(|name| &**name));
                found.push(wrong.suggest(signal.span, near));
            }
        }
    }
    (environment, found)
}
