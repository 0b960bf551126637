//! Traits: the lattice, inherited fields and guarantees, invariants.

use std::collections::{BTreeMap, BTreeSet};

use super::collections::duplicate;
use super::scope::{Bare, Scope};
use super::{Checker, codes};
use crate::base::{Name, Span, limits};
use crate::diag::Diagnostic;
use crate::graph;
use crate::ir::{Composition, Direction, Field, Guarantee, Invariant, Trait};
use crate::resolve::{Declared, Program};
use crate::syntax::ast::{GuaranteeDecl, ItemKind, TraitItem};
use crate::value::Type;

impl Checker<'_> {
    /// All traits, each behind those it extends, and the traits of all services.
    pub(super) fn declare_traits(&mut self) {
        let program: &Program = self.program;
        let mut parents = graph::Edges::new();
        for decl in &program.items {
            if let ItemKind::Trait(item) = &decl.item.kind {
                let found: BTreeSet<Name> =
                    item.extends.iter().filter_map(|p| self.trait_named(decl.package, p)).collect();
                parents.insert(decl.name.clone(), found);
            }
        }
        while let Some(cycle) = graph::cycle(&parents) {
            self.report_cycle(
                &codes::TRAIT_CYCLE,
                "trait",
                &cycle,
                "a trait cannot extend itself; remove one of the `extends`",
            );
            // Without the closing edge, what remains is still checked.
            if let (Some(last), Some(first)) = (cycle.iter().rev().nth(1), cycle.first())
                && let Some(edges) = parents.get_mut(last)
            {
                edges.remove(first);
            }
        }
        for name in graph::dependencies_first(&parents).unwrap_or_default() {
            let declared = program.by_name(&name);
            if let Some((decl, ItemKind::Trait(item))) = declared.map(|d| (d, &d.item.kind)) {
                let extends = parents.get(&name).cloned().unwrap_or_default();
                self.declare_trait(decl, item, &extends);
            }
        }
        self.know_traits();
    }

    /// The traits of the services in source files, extended ones included.
    fn know_traits(&mut self) {
        let program: &Program = self.program;
        for decl in &program.items {
            if let ItemKind::Service(item) = &decl.item.kind {
                let named: Vec<Name> = item.traits.iter().filter_map(|p| self.trait_named(decl.package, p)).collect();
                let traits = named.iter().flat_map(|t| self.ancestors(t)).collect();
                if let Some(known) = self.known_services.get_mut(&decl.name) {
                    known.traits = traits;
                }
            }
        }
    }

    fn declare_trait(&mut self, decl: &Declared, item: &TraitItem, extends: &BTreeSet<Name>) {
        let mut built = Trait {
            ancestors: BTreeSet::from([decl.name.clone()]),
            fields: BTreeMap::new(),
            guarantees: BTreeMap::new(),
            measurements: BTreeMap::new(),
            invariants: Vec::new(),
        };
        for parent in extends {
            self.inherit(decl, &mut built, parent);
        }
        if built.ancestors.len() > limits::TRAIT_ANCESTORS {
            let message =
                format!("trait `{}` extends more than {} traits, directly or not", decl.name, limits::TRAIT_ANCESTORS);
            self.report(Diagnostic::error(&codes::TOO_LARGE, decl.name_span, message).label("too deep a lattice"));
            // Those that extend this one begin anew, so that one deep chain is reported now and then, not at every link.
            built.ancestors = BTreeSet::from([decl.name.clone()]);
            built.fields.clear();
            built.guarantees.clear();
            built.measurements.clear();
        }
        for field in self.fields(decl.package, &item.fields) {
            let written = item.fields.iter().find(|f| f.name.text == field.name);
            if let Some(span) = written.map(|f| f.name.span) {
                self.own_field(decl, &mut built, field, span);
            }
        }
        for (i, written) in item.guarantees.iter().enumerate() {
            let before = item.guarantees.iter().take(i).map(|g| &g.name).chain(item.fields.iter().map(|f| &f.name));
            if let Some(first) = before.into_iter().find(|n| n.text == written.name.text) {
                self.report(duplicate("guarantee", &written.name, first.span));
                continue;
            }
            self.own_guarantee(decl, &mut built, written);
        }
        self.own_measurements(decl, item, &mut built);
        self.policy.traits.insert(decl.name.clone(), built);
    }

    fn inherit(&mut self, decl: &Declared, built: &mut Trait, parent: &Name) {
        let Some(from) = self.policy.traits.get(parent).cloned() else { return };
        self.inherit_measurements(decl, built, parent, &from);
        built.ancestors.extend(from.ancestors);
        for (name, field) in from.fields {
            if self.inherited_as_another(decl, built, (&name, FIELD), parent) {
                continue;
            }
            match built.fields.get(&name) {
                Some(other) if other.ty != field.ty => {
                    let other = other.ty.clone();
                    self.conflict(decl, &name, parent, &field.ty, &other);
                }
                // Of two that differ only in that, the one that must be given is the stricter.
                Some(other) if field.optional && !other.optional => {}
                _ => {
                    self.remember(decl, &name, parent);
                    built.fields.insert(name, field);
                }
            }
        }
        for (name, guarantee) in from.guarantees {
            if self.inherited_as_another(decl, built, (&name, GUARANTEE), parent) {
                continue;
            }
            match built.guarantees.get(&name) {
                Some(other) if *other != guarantee => {
                    let other = other.ty.clone();
                    self.conflict(decl, &name, parent, &guarantee.ty, &other);
                }
                _ => {
                    self.remember(decl, &name, parent);
                    built.guarantees.insert(name, guarantee);
                }
            }
        }
    }

    /// An inherited field is declared where its first owner declares it.
    pub(super) fn remember(&mut self, decl: &Declared, field: &Name, parent: &Name) {
        if let Some(span) = self.declared_at.get(&(parent.clone(), field.clone())).copied() {
            self.declared_at.insert((decl.name.clone(), field.clone()), span);
        }
    }

    pub(super) fn conflict(&mut self, decl: &Declared, field: &Name, parent: &Name, ty: &Type, other: &Type) {
        let message = format!("trait `{}` inherits `{field}` twice, differently", decl.name);
        let mut diagnostic = Diagnostic::error(&codes::CONFLICTING_FIELD, decl.name_span, message)
            .label(format!("{other:#} from one trait, {ty:#} from `{parent}`"));
        for owner in [Some(parent), None] {
            let place = match owner {
                Some(parent) => self.declared_at.get(&(parent.clone(), field.clone())),
                None => self.declared_at.get(&(decl.name.clone(), field.clone())),
            };
            if let Some(span) = place {
                diagnostic = diagnostic.related(*span, format!("`{field}` is declared here"));
            }
        }
        self.report(diagnostic.help("give the two fields one type, or one of them another name"));
    }

    /// Whether a name that a trait inherits as one kind of thing is inherited as another already: results, contracts and expressions
    /// know fields, guarantees and measurements by their bare names, so that a name must mean one of them.
    pub(super) fn inherited_as_another(
        &mut self,
        decl: &Declared,
        built: &Trait,
        (name, kind): (&Name, &str),
        parent: &Name,
    ) -> bool {
        let Some(other) = kind_of(built, name).filter(|other| *other != kind) else { return false };
        let message = format!("trait `{}` inherits `{name}` twice, as a {other} and as a {kind}", decl.name);
        let mut diagnostic = Diagnostic::error(&codes::CONFLICTING_FIELD, decl.name_span, message)
            .label(format!("a {other} from one trait, a {kind} from `{parent}`"));
        for owner in [&decl.name, parent] {
            if let Some(span) = self.declared_at.get(&(owner.clone(), name.clone())) {
                diagnostic = diagnostic.related(*span, format!("`{name}` is declared here"));
            }
        }
        self.report(diagnostic.help("give one of the two another name"));
        true
    }

    /// Whether a name that a trait declares is inherited as another kind of thing.
    pub(super) fn declared_as_another(
        &mut self,
        decl: &Declared,
        built: &Trait,
        (name, kind): (&Name, &str),
        span: Span,
    ) -> bool {
        let Some(other) = kind_of(built, name).filter(|other| *other != kind) else { return false };
        let message = format!("`{name}` is inherited already, as a {other}");
        let mut diagnostic =
            Diagnostic::error(&codes::CONFLICTING_FIELD, span, message).label(format!("a {kind} here"));
        if let Some(place) = self.declared_at.get(&(decl.name.clone(), name.clone())) {
            diagnostic = diagnostic.related(*place, "inherited from here");
        }
        self.report(diagnostic.help("give one of the two another name"));
        true
    }

    fn own_field(&mut self, decl: &Declared, built: &mut Trait, field: Field, span: Span) {
        if self.declared_as_another(decl, built, (&field.name, FIELD), span) {
            return;
        }
        if let Some(inherited) = built.fields.get(&field.name).cloned()
            && (inherited.ty != field.ty || (field.optional && !inherited.optional))
        {
            self.redeclared(decl, &field.name, &inherited.ty, &field.ty, span);
            return;
        }
        self.declared_at.insert((decl.name.clone(), field.name.clone()), span);
        built.fields.insert(field.name.clone(), field);
    }

    pub(super) fn redeclared(&mut self, decl: &Declared, field: &Name, inherited: &Type, own: &Type, span: Span) {
        let message = format!("`{field}` is inherited already, as another thing");
        let mut diagnostic = Diagnostic::error(&codes::CONFLICTING_FIELD, span, message)
            .label(format!("declared as {own:#} here, inherited as {inherited:#}"));
        if let Some(place) = self.declared_at.get(&(decl.name.clone(), field.clone())) {
            diagnostic = diagnostic.related(*place, "inherited from here");
        }
        self.report(
            diagnostic
                .help("a trait may narrow an inherited field, from optional to required, but not change its type"),
        );
    }

    fn own_guarantee(&mut self, decl: &Declared, built: &mut Trait, written: &GuaranteeDecl) {
        let Some(ty) = self.type_of(decl.package, &written.ty, false) else { return };
        if let Some(problem) = guarantee_problem(&ty, written) {
            let message = format!("guarantee `{}` {}", written.name.text, problem.0);
            self.report(Diagnostic::error(&codes::GUARANTEE, written.span, message).help(problem.1));
            return;
        }
        let (direction, composition) = (written.direction, written.composition);
        let guarantee = Guarantee { ty, direction, composition, measured_as: None };
        let name = &written.name.text;
        if self.declared_as_another(decl, built, (name, GUARANTEE), written.name.span) {
            return;
        }
        if let Some(inherited) = built.guarantees.get(name).filter(|inherited| **inherited != guarantee).cloned() {
            self.redeclared(decl, name, &inherited.ty, &guarantee.ty, written.name.span);
            return;
        }
        self.declared_at.insert((decl.name.clone(), name.clone()), written.name.span);
        built.guarantees.insert(name.clone(), guarantee);
    }

    /// The invariants of all traits, inherited ones included.
    pub(super) fn check_trait_invariants(&mut self) {
        let program: &Program = self.program;
        let mut own: BTreeMap<Name, Vec<Invariant>> = BTreeMap::new();
        for decl in &program.items {
            if let ItemKind::Trait(item) = &decl.item.kind {
                let bare = Bare::Trait(decl.name.clone());
                let scope = Scope { package: decl.package, subject: vec![decl.name.clone()], bare, ..Scope::default() };
                own.insert(decl.name.clone(), self.invariants(&scope, &item.invariants));
            }
        }
        for built in self.policy.traits.values_mut() {
            built.invariants = built.ancestors.iter().filter_map(|a| own.get(a)).flatten().cloned().collect();
        }
    }
}

pub(super) const FIELD: &str = "field";
pub(super) const GUARANTEE: &str = "guarantee";
pub(super) const MEASUREMENT: &str = "measurement";

/// What a name is in a trait.
fn kind_of(built: &Trait, name: &Name) -> Option<&'static str> {
    let kinds = [
        (FIELD, built.fields.contains_key(name)),
        (GUARANTEE, built.guarantees.contains_key(name)),
        (MEASUREMENT, built.measurements.contains_key(name)),
    ];
    kinds.into_iter().find_map(|(kind, is)| is.then_some(kind))
}

/// What is wrong with a guarantee, and what to do.
fn guarantee_problem(ty: &Type, written: &GuaranteeDecl) -> Option<(String, &'static str)> {
    let sized = matches!(
        ty,
        Type::Int | Type::Decimal | Type::Ratio | Type::Money(_) | Type::Duration | Type::Date | Type::Instant
    );
    let numeric = matches!(ty, Type::Int | Type::Decimal | Type::Ratio | Type::Money(_) | Type::Duration);
    match (ty, written.direction) {
        _ if written.ty.optional => {
            return Some(("cannot be optional".into(), "a promise that is not made is unknown anyway; remove the `?`"));
        }
        (Type::Bool, Some(_)) => {
            return Some((
                "is a `bool`, which has no direction".into(),
                "write `guarantee name: bool, composes by and`",
            ));
        }
        (Type::Bool, None) => {}
        (_, None) if sized => {
            return Some((
                "does not say which way it bounds".into(),
                "write `at most` for an upper bound or `at least` for a lower one",
            ));
        }
        _ if !sized => {
            return Some((
                format!("cannot be {ty:#}"),
                "a guarantee bounds a number, a duration, money, a date, or is a `bool`",
            ));
        }
        _ => {}
    }
    let composition = written.composition?;
    let fits = match composition {
        Composition::And | Composition::Or => *ty == Type::Bool,
        Composition::Sum => numeric,
        Composition::Product => matches!(ty, Type::Decimal | Type::Ratio),
        Composition::Min | Composition::Max => sized,
    };
    if !fits {
        let word = crate::ir::json::composition(composition);
        return Some((
            format!("is {ty:#}, which cannot compose by {word}"),
            "sums need numbers, products plain numbers or ratios, `and` and `or` need a `bool`",
        ));
    }
    let unsound = matches!(
        (written.direction, composition),
        (Some(Direction::AtMost), Composition::Min) | (Some(Direction::AtLeast), Composition::Max)
    );
    unsound.then(|| {
        let word = crate::ir::json::composition(composition);
        let direction = written.direction.map_or("", crate::ir::json::direction);
        (
            format!("bounds `{direction}` and cannot compose by {word}"),
            "the bound of the whole would promise more than its stages do",
        )
    })
}
