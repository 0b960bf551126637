//! What stands against a run: each by its name, in one order, with the kind of error that it is known as in the field.

use serde_json::{Value as Json, json};

/// A name by which something that stands against a run is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The name; the rule `dry_run_` with this name behind it stands for it.
    pub name: &'static str,
    /// The kind of error that it ends a run with.
    pub kind: &'static str,
    /// The kind of error beneath, where the first wraps another.
    pub cause: Option<&'static str>,
}

const fn known(name: &'static str, kind: &'static str, cause: Option<&'static str>) -> Known {
    Known { name, kind, cause }
}

/// Everything that is known by name, in the order in which it is reported: what makes the rest meaningless comes first.
pub const KNOWN: &[Known] = &[
    known("clock_without_zone", "ClockWithoutZone", None),
    known("invalid_registry", "InvalidLayerError", Some("ModelRegistryError")),
    known("invalid_package", "ConfigurationError", None),
    known("unknown_layer", "InvalidLayerError", Some("ModelRegistryError")),
    known("forbidden_autonomy", "ForbiddenAutonomyError", None),
    known("unknown_primary", "DryRunError", Some("InvalidModelError")),
    known("unknown_critic", "DryRunError", Some("InvalidModelError")),
    known("missing_scope", "DryRunError", Some("CapabilityScopeError")),
    known("invalid_scope", "DryRunError", Some("CapabilityScopeError")),
    known("separation_of_duties", "DryRunError", Some("SoDViolationError")),
    known("provider_diversity", "DryRunError", Some("SoDViolationError")),
    known("no_tooling", "LayerEnvelopeViolation", None),
    known("other_tooling", "L3ToolingViolation", None),
    known("unknown_mapped_model", "InvalidModelError", None),
    known("missing_safety_checks", "CapabilityScopeError", None),
    known("scope_disagrees", "CapabilityScopeError", None),
    known("primary_not_in_production", "InvalidModelError", None),
    known("critic_not_in_production", "InvalidModelError", None),
    known("primary_not_mapped", "ModelNotMappedToLayer", None),
    known("critic_not_mapped", "ModelNotMappedToLayer", None),
    known("forbidden_input", "CapabilityScopeError", None),
    known("forbidden_output", "CapabilityScopeError", None),
    known("forbidden_tool", "CapabilityScopeError", None),
    known("content_in_envelope", "L3PointerOnlyViolation", None),
    known("forbidden_surface", "LearnableSurfacesViolation", None),
    known("unrecordable_text", "ManifestGenerationError", None),
];

/// The kind of a rule that an organisation adds to the route of the dry run.
const OWN_RULE: &str = "DryRunError";

/// Something that stands against a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Its name.
    pub name: String,
    /// What it is about: names and values, in order.
    pub fields: Vec<(&'static str, String)>,
    /// What is wrong, in lower case.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Violation {
    /// Something that is known by this name.
    pub fn new(name: &str, message: impl Into<String>) -> Self {
        Self { name: name.to_owned(), fields: Vec::new(), message: message.into(), help: None }
    }

    /// With what it is about.
    #[must_use]
    pub fn with(mut self, field: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((field, value.into()));
        self
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn known(&self) -> Option<(usize, &'static Known)> {
        KNOWN.iter().enumerate().find(|(_, known)| known.name == self.name)
    }

    /// The kind of error that it ends a run with.
    pub fn kind(&self) -> &'static str {
        self.known().map_or(OWN_RULE, |(_, known)| known.kind)
    }

    /// The kind of error beneath, where the first wraps another.
    pub fn cause(&self) -> Option<&'static str> {
        self.known().and_then(|(_, known)| known.cause)
    }

    /// As data.
    pub fn json(&self) -> Json {
        let fields = self.fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
        json!({
            "name": self.name,
            "kind": self.kind(),
            "cause": self.cause(),
            "fields": Json::Object(fields.collect()),
            "message": self.message,
        })
    }
}

/// Brings violations into their order; what says the same is said once.
pub fn sort(violations: &mut Vec<Violation>) {
    // The rules of an organisation come last, by name.
    let place = |violation: &Violation| violation.known().map_or(KNOWN.len(), |(at, _)| at);
    violations.sort_by_cached_key(|violation| {
        let of_organisation = (place(violation) == KNOWN.len()).then(|| violation.name.clone());
        (place(violation), of_organisation)
    });
    violations.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_the_rest_meaningless_comes_first_and_rules_of_others_last_by_name() {
        let mut found: Vec<Violation> =
            ["zeal", "forbidden_tool", "care", "unknown_layer", "separation_of_duties", "unknown_layer"]
                .map(|name| Violation::new(name, ""))
                .into();
        sort(&mut found);
        let names: Vec<&str> = found.iter().map(|violation| violation.name.as_str()).collect();
        assert_eq!(names, ["unknown_layer", "separation_of_duties", "forbidden_tool", "care", "zeal"]);
        assert_eq!(found.iter().map(Violation::kind).next_back(), Some("DryRunError"));
    }
}
