//! What can be measured of results, and what the values of guarantees follow from.
//!
//! A value follows from measurements alone: it speaks of a result, and not of the service that promised it, of the request or of
//! the time. So the same result keeps or breaks the same promise, whoever asks and whenever.

use std::collections::BTreeMap;

use super::collections::duplicate;
use super::scope::{Bare, Bound, Scope, Unknown, Variable};
use super::traits::MEASUREMENT;
use super::{Checker, codes};
use crate::base::{Name, Span};
use crate::diag::Diagnostic;
use crate::ir::{Expr as Ir, Trait, walk};
use crate::resolve::names::RESERVED;
use crate::resolve::{Declared, Program};
use crate::syntax::ast::{Expr, GuaranteeDecl, ItemKind, MeasurementDecl, TraitItem};
use crate::value::Type;

/// What the guarantees of each trait itself are measured as, with where that is said.
type Own = BTreeMap<(Name, Name), (Ir, Span)>;

impl Checker<'_> {
    /// What a trait itself measures, beside what it inherits.
    pub(super) fn own_measurements(&mut self, decl: &Declared, item: &TraitItem, built: &mut Trait) {
        for (i, written) in item.measurements.iter().enumerate() {
            let name = &written.name;
            let facts = item.fields.iter().map(|f| &f.name).chain(item.guarantees.iter().map(|g| &g.name));
            let before = item.measurements.iter().take(i).map(|m| &m.name).chain(facts);
            if let Some(first) = before.into_iter().find(|n| n.text == name.text) {
                self.report(duplicate("measurement", name, first.span));
                continue;
            }
            let Some(ty) = self.measurement_type(decl, written) else { continue };
            if self.declared_as_another(decl, built, (&name.text, MEASUREMENT), name.span) {
                continue;
            }
            if let Some(other) = built.measurements.get(&name.text).filter(|inherited| **inherited != ty).cloned() {
                self.redeclared(decl, &name.text, &other, &ty, name.span);
                continue;
            }
            self.declared_at.insert((decl.name.clone(), name.text.clone()), name.span);
            built.measurements.insert(name.text.clone(), ty);
        }
    }

    fn measurement_type(&mut self, decl: &Declared, written: &MeasurementDecl) -> Option<Type> {
        let ty = self.type_of(decl.package, &written.ty, false)?;
        let name = &written.name.text;
        let (problem, help) = if written.ty.optional {
            ("cannot be optional", "what was not measured is unknown anyway; remove the `?`")
        } else if RESERVED.contains(&&**name) {
            ("is a word that means something else in expressions", "choose another name for the measurement")
        } else {
            return Some(ty);
        };
        let message = format!("measurement `{name}` {problem}");
        self.report(Diagnostic::error(&codes::GUARANTEE, written.span, message).help(help));
        // An optional one is known all the same, so that what follows from it is not wrong as well.
        written.ty.optional.then_some(ty)
    }

    /// The measurements of a trait that is extended.
    pub(super) fn inherit_measurements(&mut self, decl: &Declared, built: &mut Trait, parent: &Name, from: &Trait) {
        for (name, ty) in &from.measurements {
            if self.inherited_as_another(decl, built, (name, MEASUREMENT), parent) {
                continue;
            }
            match built.measurements.get(name).cloned() {
                Some(other) if other != *ty => self.conflict(decl, name, parent, ty, &other),
                _ => {
                    self.remember(decl, name, parent);
                    built.measurements.insert(name.clone(), ty.clone());
                }
            }
        }
    }

    /// What the guarantees of all traits are measured as, inherited ones included.
    pub(super) fn check_measured(&mut self) {
        let program: &Program = self.program;
        let mut own = Own::new();
        for decl in &program.items {
            let ItemKind::Trait(item) = &decl.item.kind else { continue };
            for written in &item.guarantees {
                let known = self.policy.traits.get(&decl.name).and_then(|of| of.guarantees.get(&written.name.text));
                let ty = known.map(|guarantee| guarantee.ty.clone());
                if let Some((ty, measured)) = ty.zip(written.measured_as.as_ref())
                    && let Some(value) = self.measured_as(decl, written, &ty, measured)
                {
                    own.insert((decl.name.clone(), written.name.text.clone()), (value, measured.span));
                }
            }
        }
        for decl in &program.items {
            if matches!(decl.item.kind, ItemKind::Trait(_)) {
                self.know_measured(decl, &own);
            }
        }
    }

    fn measured_as(&mut self, decl: &Declared, written: &GuaranteeDecl, ty: &Type, value: &Expr) -> Option<Ir> {
        let measurements = self.policy.traits.get(&decl.name)?.measurements.clone();
        let variable = |(name, ty): (&Name, &Type)| Variable {
            name: name.clone(),
            span: self.declared_at.get(&(decl.name.clone(), name.clone())).copied().unwrap_or(decl.name_span),
            ty: Some(ty.clone()),
            unknown: Unknown::Possibly,
            bound: Bound::Exact,
        };
        let variables = measurements.iter().map(variable).collect();
        let bare = Bare::Measured(decl.name.clone());
        let mut scope = Scope { package: decl.package, bare, variables, ..Scope::default() };
        let typed = self.expect(&mut scope, value, ty);
        typed.ty.as_ref()?;
        self.check_size(&typed.expr, value.span);
        if walk::variables(&typed.expr).iter().all(|name| !measurements.contains_key(name)) {
            let message =
                format!("guarantee `{}` is measured as something in which nothing is measured", written.name.text);
            let help = "name a measurement of the trait, declared as `measured NAME: TYPE`";
            self.report(Diagnostic::error(&codes::GUARANTEE, value.span, message).help(help));
            return None;
        }
        Some(typed.expr)
    }

    /// Gives each guarantee of a trait the one value that the trait or those it extends measure it as.
    fn know_measured(&mut self, decl: &Declared, own: &Own) {
        let Some(of) = self.policy.traits.get(&decl.name) else { return };
        let (ancestors, names) = (of.ancestors.clone(), of.guarantees.keys().cloned().collect::<Vec<_>>());
        for name in names {
            let said = |of: &Name| own.get(&(of.clone(), name.clone()));
            let mut all = ancestors.iter().filter_map(|of| Some((of, said(of)?)));
            let Some((first, (value, at))) = all.next() else { continue };
            if let Some((second, (_, again))) = all.find(|(_, (other, _))| other != value) {
                // Where those that are extended disagree already, that is said there.
                let disagree = |of: &Name| {
                    let above = self.ancestors(of);
                    *of != decl.name && above.contains(first) && above.contains(second)
                };
                if !ancestors.iter().any(disagree) {
                    let (here, there) = if *first == decl.name { (*at, *again) } else { (*again, *at) };
                    let inherited = *first != decl.name && *second != decl.name;
                    let message = format!("guarantee `{name}` of trait `{}` is measured in two ways", decl.name);
                    let place = if inherited { decl.name_span } else { here };
                    let mut found = Diagnostic::error(&codes::CONFLICTING_FIELD, place, message)
                        .label("one result would have two values")
                        .related(there, "measured otherwise here");
                    if inherited {
                        found = found.related(here, "and otherwise here");
                    }
                    self.report(found.help("measure it in one way, or give one of the guarantees another name"));
                }
                continue;
            }
            let value = value.clone();
            if let Some(guarantee) = self.policy.traits.get_mut(&decl.name).and_then(|t| t.guarantees.get_mut(&name)) {
                guarantee.measured_as = Some(value);
            }
        }
    }
}
