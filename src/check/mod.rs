//! From a program to the checked program: nothing with an error gets past this stage.
//!
//! *Takes* a [`Program`] with every declaration under one name, and the services that data files state; *gives* a
//! [`Policy`] and its [`Services`], or diagnostics, as many as there are mistakes. *Promises* that what it gives is typed:
//! the evaluator meets no unbound name, no mixed dimensions, no comparison that a promise cannot decide, no cycle.
//! *Leaves out* everything that depends on the facts of a decision, and the invariants of services, which are evaluated
//! by `eval/` before the first decision.

mod arithmetic;
mod calls;
pub mod codes;
mod collections;
mod compare;
mod constant;
mod declare;
mod definitions;
mod expr;
mod fields;
mod generators;
mod kept;
mod measure;
mod measured;
mod mission_steps;
mod missions;
mod names;
mod phases;
mod promise;
mod routes;
mod rules;
mod scope;
mod services;
mod suite;
mod ties;
mod traits;
mod types;
mod vectors;
mod waivers;

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Name, Sources, Span};
use crate::diag::Diagnostic;
use crate::facts::rows::Row;
use crate::ir::mission::Mission;
use crate::ir::suite::Test;
use crate::ir::{At, Policy, Service, Services};
use crate::resolve::Program;
use crate::value::Type;

/// The check of one program, in two steps: what data files need to be read against, then everything else.
pub struct Checker<'a> {
    program: &'a Program,
    sources: &'a Sources,
    policy: Policy,
    services: Services,
    /// Every known service with all its traits; known before any expression is checked.
    known_services: BTreeMap<Name, KnownService>,
    /// Where each trait's fields and guarantees are declared.
    declared_at: BTreeMap<(Name, Name), Span>,
    /// The result of each definition and the type of each `let`; `None` while it is being checked or broken.
    results: BTreeMap<Name, definitions::Signature>,
    /// The roles of each route that have an error of their own.
    broken_roles: BTreeMap<Name, Vec<Name>>,
    /// Depth and number of nodes of each definition, calls counted in full.
    sizes: BTreeMap<Name, (usize, usize)>,
    /// What calls of definitions with promises in them say of the real quantity, by definition and promises.
    bounds: BTreeMap<(Name, String), scope::Bound>,
    /// The definitions being checked, outermost first.
    in_progress: Vec<Name>,
    /// The promises that the expression under check has named, with where.
    promises: Vec<(Name, Span)>,
    tests: Vec<Test>,
    missions: BTreeMap<Name, Mission>,
    diagnostics: Vec<Diagnostic>,
}

/// A program that has been checked; it may run if no diagnostic is an error.
#[derive(Debug)]
pub struct Checked {
    /// What the organisation wrote.
    pub policy: Policy,
    /// What the services state.
    pub services: Services,
    /// What the package says of its own decisions.
    pub tests: Vec<Test>,
    /// Its missions.
    pub missions: BTreeMap<Name, Mission>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// What is known of a service before its contract is checked.
#[derive(Clone, Debug)]
struct KnownService {
    traits: BTreeSet<Name>,
    span: Span,
}

impl<'a> Checker<'a> {
    /// Starts a check: types and traits, so that data can be read against them.
    pub fn declare(program: &'a Program, sources: &'a Sources) -> Self {
        let mut checker = Self {
            program,
            sources,
            policy: Policy::default(),
            services: Services::new(),
            known_services: BTreeMap::new(),
            declared_at: BTreeMap::new(),
            results: BTreeMap::new(),
            broken_roles: BTreeMap::new(),
            sizes: BTreeMap::new(),
            bounds: BTreeMap::new(),
            in_progress: Vec::new(),
            promises: Vec::new(),
            tests: Vec::new(),
            missions: BTreeMap::new(),
            diagnostics: Vec::new(),
        };
        checker.declare_types();
        checker.know_services();
        checker.declare_traits();
        checker
    }

    /// The types and traits declared so far.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The names and traits of the services that source files declare, as data files may refer to them.
    pub fn service_traits(&self) -> BTreeMap<Name, BTreeSet<Name>> {
        self.known_services.iter().map(|(name, known)| (name.clone(), known.traits.clone())).collect()
    }

    /// Checks everything else. `imported` are the services of data files, each with where it is named, and `rows` the
    /// rows of tables that such files state.
    pub fn finish(mut self, imported: Vec<(Name, Span, Service)>, rows: &[Row]) -> Checked {
        self.import(imported);
        self.check_definitions(rows);
        self.check_trait_invariants();
        self.check_measured();
        self.check_services();
        self.check_routes();
        self.check_waivers();
        self.check_suite();
        self.check_missions();
        Checked {
            policy: self.policy,
            services: self.services,
            tests: self.tests,
            missions: self.missions,
            diagnostics: self.diagnostics,
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn at(&self, span: Span) -> At {
        Name::from(self.sources.location(span))
    }

    /// A service's traits, each with everything it extends.
    fn ancestors(&self, trait_: &Name) -> BTreeSet<Name> {
        match self.policy.traits.get(trait_) {
            Some(found) => found.ancestors.clone(),
            None => BTreeSet::from([trait_.clone()]),
        }
    }

    /// Whether every service of `sub` is one of `sup`.
    fn extends(&self, sub: &Name, sup: &Name) -> bool {
        sub == sup || self.policy.traits.get(sub).is_some_and(|t| t.ancestors.contains(sup))
    }

    /// Whether a value of type `from` may stand where `to` is needed, conversions apart.
    fn fits(&self, from: &Type, to: &Type) -> bool {
        match (from, to) {
            (Type::Service(_), Type::Service(None)) => true,
            (Type::Service(Some(a)), Type::Service(Some(b))) => self.extends(a, b),
            // Ratios and decimals are told apart inside collections, where nothing converts them.
            (Type::Set(a), Type::Set(b)) | (Type::List(a), Type::List(b)) => {
                a == b || (a.unit().is_none() && self.fits(a, b))
            }
            (Type::Ratio, Type::Decimal) | (Type::Decimal, Type::Ratio) => true,
            _ => from == to,
        }
    }
}
