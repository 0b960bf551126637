//! Denials by kind: what programs branch on, and in which order they are told.

use crate::base::Name;
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::facts::registry::{Layer, Registry};
use crate::route::Decision;

/// Why nobody is selected; in this order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DenialKind {
    /// Nobody has switched it on.
    Disabled,
    /// The package does not check, in a way that no other kind names.
    Configuration,
    /// There is no such layer.
    UnknownLayer,
    /// The registry does not map the layer.
    UnmappedLayer,
    /// There is no such level of autonomy.
    UnknownAutonomy,
    /// No model acts on its own.
    ForbiddenAutonomy,
    /// No model works in this layer.
    NoModel,
    /// The layer declares no level below EXEC that is not forbidden.
    ForbiddenLayer,
    /// The layer does not go that far.
    AutonomyCeiling,
    /// The registry does not know the primary.
    UnknownPrimary,
    /// The registry does not know the critic.
    UnknownCritic,
    /// The registry does not know a fallback.
    UnknownFallback,
    /// The primary would check its own work.
    SeparationOfDuties,
    /// The layer has no scope.
    MissingScope,
    /// No model of the layer meets what is demanded.
    ConstraintUnsatisfied,
    /// The critic may not work.
    CriticUnfit,
    /// A fallback would check its own work.
    CriticStandsIn,
    /// The package does not check where it speaks of other layers.
    Elsewhere,
    /// A rule that the package adds.
    Rule,
    /// The request is none.
    InvalidRequest,
}

impl DenialKind {
    /// The rules of `rules/layers` whose denials have a kind of their own.
    const RULES: &[(&str, Self)] = &[
        ("disabled", Self::Disabled),
        ("unknown_layer", Self::UnknownLayer),
        ("unmapped_layer", Self::UnmappedLayer),
        ("unknown_autonomy", Self::UnknownAutonomy),
        ("forbidden_autonomy", Self::ForbiddenAutonomy),
        ("no_model", Self::NoModel),
        ("forbidden_layer", Self::ForbiddenLayer),
        ("autonomy_ceiling", Self::AutonomyCeiling),
        ("unknown_primary", Self::UnknownPrimary),
        ("unknown_critic", Self::UnknownCritic),
        ("unknown_fallback", Self::UnknownFallback),
        ("separation_of_duties", Self::SeparationOfDuties),
        ("missing_scope", Self::MissingScope),
        ("critic_stands_in", Self::CriticStandsIn),
    ];

    /// Whether the registry lacks what the question speaks of.
    pub(super) fn is_of_registry(&self) -> bool {
        use DenialKind::{NoModel, UnknownCritic, UnknownFallback, UnknownLayer, UnknownPrimary, UnmappedLayer};
        matches!(self, UnknownLayer | UnmappedLayer | NoModel | UnknownPrimary | UnknownCritic | UnknownFallback)
    }

    fn of_rule(rule: &str) -> Self {
        Self::RULES.iter().find(|(name, _)| *name == rule).map_or(Self::Rule, |(_, kind)| kind.clone())
    }
}

/// One reason for which nobody is selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// What programs branch on.
    pub kind: DenialKind,
    /// The rule that denies, or the code of what the check found.
    pub by: Name,
    /// Why, for people.
    pub because: String,
}

impl Denial {
    /// A request that cannot be asked.
    pub(super) fn invalid(because: String) -> Self {
        Self { kind: DenialKind::InvalidRequest, by: Name::from("request"), because }
    }
}

/// What a decision denies by.
pub(super) fn of(decision: &Decision) -> Vec<Denial> {
    let because = |because: Option<&Name>| because.map(|text| text.to_string()).unwrap_or_default();
    let mut all: Vec<Denial> = Vec::new();
    for failure in &decision.denied_by {
        all.push(Denial {
            kind: DenialKind::of_rule(&failure.constraint),
            by: failure.constraint.clone(),
            because: because(failure.because.as_ref()),
        });
    }
    if let Some(unroutable) = &decision.unroutable {
        all.push(match &*unroutable.role {
            super::PRIMARY => nobody(),
            super::SCOPE => unfilled(DenialKind::MissingScope, &unroutable.role),
            super::CRITIC => unfilled(DenialKind::CriticUnfit, &unroutable.role),
            other => unfilled(DenialKind::Configuration, other),
        });
    }
    for problem in decision.invalid.iter().flatten() {
        all.push(Denial::invalid(problem.message.clone()));
    }
    all
}

/// No model of the layer may work.
pub(super) fn nobody() -> Denial {
    unfilled(DenialKind::ConstraintUnsatisfied, super::PRIMARY)
}

fn unfilled(kind: DenialKind, role: &str) -> Denial {
    Denial { kind, by: Name::from(role), because: format!("nobody can be `{role}`") }
}

/// What the check found, unless a rule has denied for that reason already.
pub(super) fn of_fault(
    fault: &Diagnostic,
    asked: Option<&str>,
    of: Option<&Registry>,
    told: &[Denial],
) -> Option<Denial> {
    let layers = of.map_or(&[][..], |registry| registry.layers.as_slice());
    let place = layers.iter().find(|layer| is_of(layer, fault));
    let own = place.is_some_and(|layer| Some(&*layer.key.value) == asked);
    let reference = fault.code.id == codes::REGISTRY_REFERENCE.id;
    let explained: &[DenialKind] = match own {
        true if reference => &[DenialKind::UnknownPrimary, DenialKind::UnknownCritic, DenialKind::UnknownFallback],
        true if fault.code.id == codes::REGISTRY_DUTIES.id => {
            &[DenialKind::SeparationOfDuties, DenialKind::CriticStandsIn]
        }
        // That a layer is not mapped is said by its own kind to who asks for it.
        false if reference && place.is_none() => &[DenialKind::UnmappedLayer],
        _ => &[],
    };
    if told.iter().any(|denial| explained.contains(&denial.kind)) {
        return None;
    }
    let elsewhere = !own && (place.is_some() || reference);
    let kind = if elsewhere { DenialKind::Elsewhere } else { DenialKind::Configuration };
    Some(Denial { kind, by: Name::from(fault.code.id), because: fault.message.clone() })
}

/// Whether something was found in what a layer says.
fn is_of(layer: &Layer, fault: &Diagnostic) -> bool {
    let named = layer.primary.iter().chain(&layer.fallback).chain(&layer.critic).map(|reference| reference.span);
    let others = layer.autonomy.iter().map(|autonomy| autonomy.span);
    named.chain(others).chain([layer.key.span]).any(|span| span == fault.span)
}
