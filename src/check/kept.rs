//! `expect kept`: a result in a test, held against a promise of its route.

use std::collections::BTreeMap;

use super::collections::duplicate;
use super::{Checker, codes};
use crate::base::Name;
use crate::base::similar::nearest;
use crate::diag::Diagnostic;
use crate::ir::suite::ExpectationKind;
use crate::ir::{self, Route, Trait, walk};
use crate::syntax::ast::{Expr, ExprKind, Ident};
use crate::value::Type;

impl Checker<'_> {
    /// The guarantee must be one that the route's decisions promise, and the result say what it is, or what it follows from.
    pub(super) fn kept(
        &mut self,
        (package, route_name, route): (usize, &Name, &Route),
        guarantee: &Ident,
        result: &Expr,
    ) -> Option<ExpectationKind> {
        let promised: Vec<Name> = self.totals(route).into_iter().map(|total| total.name).collect();
        if !promised.contains(&guarantee.text) {
            let message = format!("a decision of route `{route_name}` promises no `{}`", guarantee.text);
            let found = Diagnostic::error(&codes::UNKNOWN_FIELD, guarantee.span, message).label("no such guarantee");
            let near = nearest(&guarantee.text, promised.iter().map(|name| &**name));
            let all: Vec<String> = promised.iter().map(|name| format!("`{name}`")).collect();
            self.report(match near {
                Some(near) => found.suggest(guarantee.span, Some(near)),
                None if all.is_empty() => found.help("it promises nothing: its roles have no guarantee in common"),
                None => found.help(format!("it promises {}", all.join(", "))),
            });
            return None;
        }
        let types = self.said_of(route, &guarantee.text);
        let entries = match &result.kind {
            ExprKind::Record(entries) => entries.as_slice(),
            ExprKind::Set(elements) if elements.is_empty() => &[],
            _ => {
                let found = Diagnostic::error(&codes::MISMATCH, result.span, "a result names what was measured");
                let example = format!("write `{{ {}: … }}`", guarantee.text);
                self.report(found.label("no names").help(example));
                return None;
            }
        };
        let mut values = BTreeMap::new();
        for (i, (name, value)) in entries.iter().enumerate() {
            if let Some((first, _)) = entries.iter().take(i).find(|(other, _)| other.text == name.text) {
                self.report(duplicate("measurement", name, first.span));
                continue;
            }
            let Some(ty) = types.get(&name.text).cloned() else {
                let message = format!("`{}` is not measured for `{}`", name.text, guarantee.text);
                let found = Diagnostic::error(&codes::UNKNOWN_FIELD, name.span, message).label("says nothing of it");
                let all: Vec<String> = types.keys().map(|name| format!("`{name}`")).collect();
                let near = nearest(&name.text, types.keys().map(|name| &**name));
                self.report(match near {
                    Some(near) => found.suggest(name.span, Some(near)),
                    None => found.help(format!("a result can say {}", all.join(", "))),
                });
                continue;
            };
            values.insert(name.text.clone(), self.constant(package, value, &ty, "a measurement")??);
        }
        Some(ExpectationKind::Kept(guarantee.text.clone(), values))
    }

    /// The types of what a result can say of a guarantee. What one stage is measured by says nothing of a whole in which another
    /// is measured otherwise, so that there the result states the value.
    fn said_of(&self, route: &Route, guarantee: &Name) -> BTreeMap<Name, Type> {
        let stages = &route.pipeline.stages;
        let roles = route.roles.iter().filter(|role| stages.is_empty() || stages.contains(&role.name));
        let taken = if stages.is_empty() { 1 } else { usize::MAX };
        let mut traits = roles.take(taken).filter_map(|role| self.policy.traits.get(&role.trait_));
        let Some((first, promised)) = traits.next().and_then(|of| Some((of, of.guarantees.get(guarantee)?))) else {
            return BTreeMap::new();
        };
        let from = |of: &Trait| -> Option<(ir::Expr, Vec<(Name, Type)>)> {
            let value = of.guarantees.get(guarantee)?.measured_as.clone()?;
            let names = walk::variables(&value).into_iter();
            let from = names.filter_map(|name| Some((name.clone(), of.measurements.get(&name)?.clone()))).collect();
            Some((value, from))
        };
        let measured = from(first).filter(|of| traits.all(|other| from(other).as_ref() == Some(of)));
        let measured = measured.into_iter().flat_map(|(_, from)| from);
        measured.chain([(guarantee.clone(), promised.ty.clone())]).collect()
    }
}
