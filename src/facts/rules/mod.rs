//! The rules and policies of the CAIO router, in all their spellings, as typed rules of the package.
//!
//! *Takes* a document as a tree, the routes that its rules are to govern, and the checked policy; *gives* rules whose
//! conditions are bound to the package's own fields. *Promises*: everything that is wrong is said at once, each at its place in the document;
//! nothing is left out in silence; what is absent is told apart from what is false wherever the original does. *Leaves out*
//! whether rules contradict each other, and how they are written down, which `translate/` does.
//!
//! In the order of the work: `entries` and `policies` read the spellings of a rule, `conditions` and `sentence` what stands in them; [`paths`] is the one
//! table of what a path of the original is called here; `typing` makes expressions of conditions and
//! `binding` rules of entries.

mod binding;
mod conditions;
mod entries;
pub mod form;
pub mod paths;
mod policies;
mod sentence;
mod typing;

use std::collections::BTreeSet;

use crate::base::{Name, Span, similar};
use crate::data::{Findings, Node, shortened};
use crate::diag::Diagnostic;
use crate::ir::{Policy, Services};

use super::adapter::Import;
use super::codes;
pub use form::Rule;
pub(super) use typing::with_unit;

/// The adapter's name.
pub const ADAPTER: &str = "caio-rules";

/// The route that rules govern where none is named.
const USUAL_ROUTE: &str = "caio";

/// What a document is read against.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The checked policy.
    pub policy: &'a Policy,
    /// The services of the package.
    pub services: &'a Services,
    /// Names of items that the policy does not show, such as those of rules.
    pub taken: &'a BTreeSet<Name>,
}

/// What was read of a document.
#[derive(Debug, Default)]
pub struct Read {
    /// The rules in the order of the document.
    pub rules: Vec<Rule>,
    /// What the document states that takes nothing away, in words.
    pub idle: Vec<String>,
    /// The routes that the rules govern.
    pub routes: Vec<Name>,
    /// The type of their requests.
    pub request: Option<Name>,
}

/// Reads a document of rules.
pub fn read(node: &Node, import: &Import<'_>, world: World<'_>) -> (Read, Vec<Diagnostic>) {
    let mut findings = Findings::default();
    let routes = routes(import, world.policy, &mut findings);
    let scope = match typing::Scope::of(world, &routes) {
        Ok(scope) => scope,
        // A route that is not there has been told of.
        Err(_) if routes.is_empty() => return (Read::default(), findings.into_vec()),
        Err(message) => {
            let found = Diagnostic::error(&codes::UNKNOWN_ADAPTER, routes_span(import), message);
            findings.push(found.help("name routes for one request type with `--option routes=NAME,NAME`"));
            return (Read::default(), findings.into_vec());
        }
    };
    let mut document = entries::Document::default();
    document.read(node);
    let mut rules = Vec::new();
    let mut names = binding::Names::new(world);
    let entries::Document { entries, idle, findings: wrong } = document;
    wrong.into_vec().into_iter().for_each(|found| findings.push(found));
    for entry in entries {
        rules.extend(binding::rule(&scope, &mut names, entry, &mut findings));
    }
    (Read { rules, idle, request: Some(scope.request.clone()), routes }, findings.into_vec())
}

/// The routes that the option names and the package has.
fn routes(import: &Import<'_>, policy: &Policy, findings: &mut Findings) -> Vec<Name> {
    let named = import.option("routes").unwrap_or(USUAL_ROUTE);
    let mut routes: Vec<Name> = Vec::new();
    for name in named.split(',').map(str::trim) {
        if policy.routes.contains_key(name) {
            if routes.iter().all(|route| &**route != name) {
                routes.push(name.into());
            }
            continue;
        }
        let message = format!("the package has no route `{}`", shortened(name));
        let found = Diagnostic::error(&codes::UNKNOWN_ADAPTER, routes_span(import), message);
        findings.push(match similar::nearest(name, policy.routes.keys().map(|route| &**route)) {
            Some(near) => found.help(format!("did you mean `{near}`?")),
            None => found.help("name the routes that the rules govern with `--option routes=NAME,NAME`"),
        });
    }
    routes
}

fn routes_span(import: &Import<'_>) -> Span {
    import.options.iter().find(|(name, ..)| &**name == "routes").map_or(import.adapter.1, |(.., span)| *span)
}
