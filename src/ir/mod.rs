//! The checked program: data only, with canonical bytes and digests. The hinge of the house.
//!
//! A [`Policy`] is what the organisation wrote: types, tables, definitions, routes with all their constraints, waivers.
//! [`Services`] is what the services state. *Promises*: everything is bound and typed; equal programs have equal
//! bytes, whatever the order of files and items. *Leaves out* all logic, and spans: places are kept only as the
//! `file:line:column` that a person is shown, and are no part of the digest.

pub mod expr;
pub mod json;
pub mod mission;
pub mod suite;
pub mod walk;

use std::collections::{BTreeMap, BTreeSet};

pub use crate::base::words::{Cardinality, Composition, Direction};
use crate::base::{Date, Name};
use crate::value::{Type, Value};
pub use expr::{Arithmetic, Comparison, Expr, Fold, Function, Generator};

/// The checked policy of a package and its dependencies.
///
/// Items of the package itself go by their bare names, items of a dependency by `package::Name`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// Enums.
    pub enums: BTreeMap<Name, EnumType>,
    /// Records, the rows of tables included; fields in declared order.
    pub records: BTreeMap<Name, Vec<Field>>,
    /// Traits.
    pub traits: BTreeMap<Name, Trait>,
    /// Request types.
    pub requests: BTreeMap<Name, RequestType>,
    /// Signals.
    pub signals: BTreeMap<Name, Signal>,
    /// Tables.
    pub tables: BTreeMap<Name, Table>,
    /// The value of every `let`; `None` is unknown.
    pub constants: BTreeMap<Name, Option<Value>>,
    /// Definitions; their calls form no cycle.
    pub definitions: BTreeMap<Name, Definition>,
    /// Routes.
    pub routes: BTreeMap<Name, Route>,
    /// Waivers.
    pub waivers: BTreeMap<Name, Waiver>,
}

/// `file:line:column`, shown to people, no part of the digest.
pub type At = Name;

/// An enum.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumType {
    /// Whether `<` compares its members by their place.
    pub ordered: bool,
    /// The members in order.
    pub members: Vec<Name>,
}

/// A field of a record, a trait or a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// The type of its value.
    pub ty: Type,
    /// Whether it may be unknown.
    pub optional: bool,
    /// The value it takes where none is given.
    pub default: Option<Value>,
}

/// A trait, with everything it inherits.
#[derive(Clone, Debug, PartialEq)]
pub struct Trait {
    /// Itself and every trait it extends, directly or not.
    pub ancestors: BTreeSet<Name>,
    /// All fields, inherited ones included, by name.
    pub fields: BTreeMap<Name, Field>,
    /// All guarantees, inherited ones included.
    pub guarantees: BTreeMap<Name, Guarantee>,
    /// What can be measured of results, with the types of the values; inherited measurements included.
    pub measurements: BTreeMap<Name, Type>,
    /// All invariants, inherited ones included; the service is [`Expr::Subject`].
    pub invariants: Vec<Invariant>,
}

/// What a trait's services may promise.
#[derive(Clone, Debug, PartialEq)]
pub struct Guarantee {
    /// The type of the bound.
    pub ty: Type,
    /// Which way the bound points; `None` for a `bool`.
    pub direction: Option<Direction>,
    /// How a chain of services composes it.
    pub composition: Option<Composition>,
    /// The value that was kept to, from what was measured; each measurement is [`Expr::Variable`].
    pub measured_as: Option<Expr>,
}

/// What must be true, always.
#[derive(Clone, Debug, PartialEq)]
pub struct Invariant {
    /// The condition.
    pub condition: Expr,
    /// Why.
    pub because: Option<Name>,
    /// Where it is written.
    pub at: At,
}

/// A request type.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestType {
    /// Its fields in declared order.
    pub fields: Vec<Field>,
    /// What must be true of every request; the request is [`Expr::Request`].
    pub invariants: Vec<Invariant>,
}

/// A signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// The trait of the services it speaks of; `None` for a signal with one value.
    pub subject: Option<Name>,
    /// The type of its value.
    pub ty: Type,
    /// The value where the host says nothing; unknown if `None`.
    pub default: Option<Value>,
}

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The type of its keys.
    pub key: Type,
    /// The type of its values.
    pub value: Type,
    /// Its rows.
    pub rows: BTreeMap<Value, Value>,
}

/// A definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The parameters' names.
    pub params: Vec<Name>,
    /// What it stands for.
    pub body: Expr,
}

/// A route with everything that governs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// The request type it answers.
    pub request: Name,
    /// Its roles in declared order.
    pub roles: Vec<Role>,
    /// The pipeline; without stages, the first role alone.
    pub pipeline: Pipeline,
    /// The route's own constraints and all rules on it, by name; `accept` is not among them, being the services' own.
    pub constraints: Vec<Constraint>,
    /// The score terms of each scored role, in declared order.
    pub scores: BTreeMap<Name, Vec<Term>>,
    /// What decides between candidates of equal score, for each role that says so, in order.
    pub ties: BTreeMap<Name, Vec<TieKey>>,
    /// What a decision gives besides the services, by name.
    pub outputs: BTreeMap<Name, Expr>,
    /// In which order people hear of its constraints; nothing where it does not say.
    pub phases: Vec<Phase>,
    /// Where it is written.
    pub at: At,
}

/// Constraints that are told of together. It decides nothing.
///
/// Where a route has phases, each of its constraints and [`ACCEPT`] stand in exactly one of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// Its name.
    pub name: Name,
    /// The constraints by their names, in the order in which they are told.
    pub constraints: Vec<Name>,
    /// What to say where it leaves nobody.
    pub because: Option<Name>,
}

/// A role.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// Its name.
    pub name: Name,
    /// The trait its services implement.
    pub trait_: Name,
    /// How many it takes.
    pub cardinality: Cardinality,
}

/// A directed acyclic graph of roles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pipeline {
    /// The roles that are stages, in declared order.
    pub stages: Vec<Name>,
    /// Pairs (before, after), sorted.
    pub edges: BTreeSet<(Name, Name)>,
}

/// A named constraint: what `require`s of a route, or a rule, demand.
///
/// It applies where `when` is true or unknown and `unless` is not true. It fails where it applies and one of its
/// clauses is not met, unless a waiver in force lifts it.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// `route.label`, or the rule's name.
    pub name: Name,
    /// Whether this is a rule rather than a constraint of the route itself.
    pub rule: bool,
    /// The roles for whose candidates `service` stands.
    pub scope: Vec<Name>,
    /// The guard.
    pub when: Option<Expr>,
    /// The exemption.
    pub unless: Option<Expr>,
    /// What it demands.
    pub clauses: Vec<Clause>,
    /// Why.
    pub because: Option<Name>,
    /// Whether it is never offered for relaxation.
    pub protected: bool,
    /// Documentation.
    pub docs: Option<Name>,
    /// Every annotation with its arguments, in order.
    pub annotations: Vec<(Name, Vec<Name>)>,
    /// The waivers that may lift it, by name.
    pub waivers: Vec<Name>,
    /// Where it is written.
    pub at: At,
}

/// One demand of a constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// What happens.
    pub effect: Effect,
    /// The condition.
    pub condition: Expr,
    /// Where it is written.
    pub at: At,
}

/// What a clause's condition does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The condition must be true.
    Require,
    /// The candidate is excluded where the condition is true or unknown.
    Exclude,
    /// The request is denied where the condition is true or unknown; it names neither `service` nor a role.
    Deny,
}

/// A score term.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Its name.
    pub name: Name,
    /// What it adds; a decimal.
    pub value: Expr,
    /// Counts only where this is true.
    pub when: Option<Expr>,
    /// Where it is written.
    pub at: At,
}

/// A key that decides between candidates of equal score: the least wins, those for which it is unknown come last.
#[derive(Clone, Debug, PartialEq)]
pub struct TieKey {
    /// What is compared; it names no role and no `total`.
    pub value: Expr,
    /// Whether the greatest wins.
    pub descending: bool,
}

/// A waiver.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiver {
    /// The rule it lifts.
    pub rule: Name,
    /// Lifts only where this is true.
    pub when: Option<Expr>,
    /// The last day, in UTC, on which it lifts.
    pub until: Date,
    /// Who approved it.
    pub approved_by: Name,
    /// Why.
    pub because: Option<Name>,
    /// Where it is written.
    pub at: At,
}

/// What the services state.
pub type Services = BTreeMap<Name, Service>;

/// A checked contract.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Service {
    /// Every trait it implements, extended ones included.
    pub traits: BTreeSet<Name>,
    /// The known values of its fields, defaults filled in, and the bounds of its promises. What is absent is unknown.
    pub values: BTreeMap<Name, Value>,
    /// What it accepts.
    pub accepts: Vec<Accept>,
    /// Where it is written.
    pub at: At,
}

/// A service's own condition on requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Accept {
    /// The request type it speaks of.
    pub request: Name,
    /// Must be true; the service is [`Expr::Subject`].
    pub condition: Expr,
    /// Why.
    pub because: Option<Name>,
    /// Where it is written.
    pub at: At,
}

/// The annotation that says where a rule's denials stand among those that fire.
pub const ORDER: &str = "order";

/// The name of the constraint under which a service's own refusals are reported.
pub const ACCEPT: &str = "accept";

/// What a phase names to have all rules that no phase names.
pub const RULES: &str = "rules";

/// What is told of every decision behind its phases: who of those that are left ranks first, and what is promised.
pub const LAST_PHASES: [&str; 2] = ["optimization", "guarantees"];
