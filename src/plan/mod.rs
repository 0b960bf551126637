//! The plan: a policy and its services, made ready for many decisions.
//!
//! *Takes* the checked policy and services, *gives* a [`Plan`]: services numbered by name, their fields as columns, each
//! route's clauses as instances with compiled conditions. *Promises* that it is built once, never changes and may be
//! shared by threads, and that everything in it follows from policy and services alone. *Leaves out* requests, signals
//! and time.

pub mod bits;
pub mod code;
pub mod columns;
mod compile;
mod instances;
pub mod names;
pub mod pipeline;
mod reads;
pub mod route;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::{Name, canonical};
use crate::ir::{self, Expr, Policy, Services};
use crate::value::Value;
pub use bits::Bits;
pub use code::{Code, Who};
pub use columns::{Column, Partition};
pub use route::{Instance, RoutePlan};

/// Everything that decisions need besides their inputs.
#[derive(Debug)]
pub struct Plan {
    /// The policy.
    pub policy: Arc<Policy>,
    /// The services.
    pub services: Arc<Services>,
    /// The services' names; a service's number is its place here.
    pub names: Vec<Name>,
    /// The services as values, by number.
    pub selves: Vec<Value>,
    /// The columns that some expression reads.
    pub columns: Vec<Column>,
    /// The relations that some expression closes over: their names and, for each service, whom it names.
    pub relations: Vec<(Name, Vec<Option<Vec<usize>>>)>,
    /// The routes.
    pub routes: BTreeMap<Name, RoutePlan>,
    /// The slots that an evaluation needs at most.
    pub slots: usize,
    /// The canonical text of the policy.
    pub policy_text: String,
    /// The canonical text of the services.
    pub services_text: String,
    /// The digest of the policy.
    pub policy_digest: String,
    /// The digest of the services.
    pub services_digest: String,
    /// Those of the services that a registry holds; nothing where none is used.
    pub registered: Option<Registered>,
}

/// The services that a registry holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Their names.
    pub names: BTreeSet<Name>,
    /// The digest of these services alone, taken as that of all services is.
    pub digest: String,
}

/// Expressions that belong to no route, with the names of the values that they may use.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    /// The names.
    pub fields: Vec<Name>,
    /// The expressions.
    pub exprs: Vec<Expr>,
}

/// Makes the plan.
pub fn plan(policy: Arc<Policy>, services: Arc<Services>) -> Plan {
    plan_with(policy, services, &[]).0
}

/// Makes the plan, and compiles further expressions against it.
pub fn plan_with(policy: Arc<Policy>, services: Arc<Services>, questions: &[Questions]) -> (Plan, Vec<Vec<Code>>) {
    let names: Vec<Name> = services.keys().cloned().collect();
    let mut compiler = compile::Compiler::new(&policy, &services);
    let routes = route::routes(&mut compiler);
    let asked: Vec<Vec<Code>> = questions.iter().map(|questions| compiler.questions(questions)).collect();
    let slots = compiler.slots;
    let columns = std::mem::take(&mut compiler.columns);
    let relations: Vec<(Name, Vec<Option<Vec<usize>>>)> =
        compiler.relations.iter().map(|field| (field.clone(), compile::relation(&services, field))).collect();
    let selves = names.iter().cloned().map(Value::Service).collect();
    // The texts are kept for certificates, which hold them whole.
    let policy_text = canonical::to_string(&ir::json::policy(&policy));
    let services_text = canonical::to_string(&ir::json::services(&services));
    let plan = Plan {
        names,
        selves,
        columns,
        relations,
        routes,
        slots,
        policy_digest: canonical::digest_bytes(policy_text.as_bytes()),
        services_digest: canonical::digest_bytes(services_text.as_bytes()),
        policy_text,
        services_text,
        policy,
        services,
        registered: None,
    };
    (plan, asked)
}

impl Plan {
    /// The same plan, of whose services these are held by a registry; nothing where none is used.
    #[must_use]
    pub fn with_registered(mut self, names: Option<BTreeSet<Name>>) -> Self {
        self.registered = names.map(|names| {
            let held = self.services.iter().filter(|(name, _)| names.contains(*name));
            let held = held.map(|(name, service)| (name.to_string(), ir::json::service(service)));
            Registered { digest: canonical::digest(&serde_json::Value::Object(held.collect())), names }
        });
        self
    }

    /// The number of a service.
    pub fn number(&self, service: &str) -> Option<usize> {
        self.names.binary_search_by(|name| (**name).cmp(service)).ok()
    }

    /// The name of a service.
    pub fn name(&self, service: usize) -> Option<&Name> {
        self.names.get(service)
    }

    /// What a service states for a column.
    pub fn stated(&self, column: usize, service: usize) -> Option<&Value> {
        self.columns.get(column)?.values.get(service)?.as_ref()
    }
}
