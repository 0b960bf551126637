//! The rules of the classification: what each kind of change means for those who depend on what has changed.

use crate::diag::Code;

/// From which level on a change counts as breaking. Each level contains the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Whoever relies on a service, a request type, a route or a trait may get less than before.
    Contract,
    /// Some request may be decided otherwise than before, or the same cannot be shown.
    Decision,
    /// The package says something else than before, even if it decides the same.
    Source,
}

impl Level {
    /// Every level, from the first to the strictest.
    pub const ALL: &[Self] = &[Self::Contract, Self::Decision, Self::Source];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Decision => "decision",
            Self::Source => "source",
        }
    }
}

/// A rule of the classification.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, which never means anything else.
    pub id: &'static str,
    /// The same among the codes of all tools, as in `diff/service-removed`.
    pub code: Code,
    /// The first level at which a change under it counts as breaking.
    pub level: Level,
    /// What has happened, in a few words.
    pub title: &'static str,
    /// Why it is classified so.
    pub reason: &'static str,
}

macro_rules! rules {
    ($($name:ident = $id:literal, $level:ident, $title:literal, $reason:literal;)*) => {
        $(#[doc = $title] pub static $name: Rule = Rule { id: $id, code: Code { id: concat!("diff/", $id), title: $title }, level: Level::$level, title: $title, reason: $reason };)*
        /// Every rule, in the order of the documentation.
        pub static ALL: &[&Rule] = &[$(&$name,)*];
    };
}

rules! {
    SERVICE_REMOVED = "service-removed", Contract, "the service is gone", "whoever was given it needs another one";
    SERVICE_ADDED = "service-added", Decision, "the service is new", "it may be preferred to those that were chosen";
    SERVICE_RENAMED = "service-renamed", Contract, "the service goes by another name", "whoever names it does not find it";
    TRAIT_DROPPED = "trait-dropped", Contract, "the service no longer has the trait", "roles and rules that ask for the trait lose it";
    TRAIT_CLAIMED = "trait-claimed", Decision, "the service has the trait now", "it becomes a candidate for more roles";
    GUARANTEE_WEAKENED = "guarantee-weakened", Contract, "the promise is weaker", "what was built on the old bound may not hold";
    GUARANTEE_WITHDRAWN = "guarantee-withdrawn", Contract, "the promise is withdrawn", "what was promised is unknown now, and unknown meets no requirement";
    GUARANTEE_STRENGTHENED = "guarantee-strengthened", Decision, "the promise is stronger", "the service may be admitted where it was not";
    GUARANTEE_STATED = "guarantee-stated", Decision, "the promise is new", "the service may be admitted where it was not";
    ELEMENT_REMOVED = "element-removed", Contract, "the set has lost an element", "a capability, a region or the like is not offered any more";
    ELEMENT_ADDED = "element-added", Decision, "the set has gained an element", "the service may be admitted where it was not";
    REQUIREMENT_ADDED = "requirement-added", Contract, "the set has gained an element that a condition forbids or has to grant", "the service may be refused where it was admitted, or others see the work as well";
    REQUIREMENT_REMOVED = "requirement-removed", Decision, "the set has lost an element that had to be granted", "the service may be admitted where it was not";
    COST_RAISED = "cost-raised", Contract, "an amount of money is higher", "the same work costs more, or leaves the budget";
    COST_LOWERED = "cost-lowered", Decision, "an amount of money is lower", "the service may be preferred where it was not";
    STATUS_DEPRECATED = "status-deprecated", Contract, "the service is on its way out", "whoever relies on it has to move";
    FIELD_WORSENED = "field-worsened", Contract, "a condition of the package that the old value met is not met, or less is offered", "the service may be refused where it was admitted";
    FIELD_IMPROVED = "field-improved", Decision, "a condition of the package that the old value did not meet is met, or more is offered", "the service may be admitted where it was not";
    FIELD_CHANGED = "field-changed", Decision, "the value is another one", "nothing in the package tells whether it is better or worse";
    FIELD_WITHDRAWN = "field-withdrawn", Contract, "the value is not stated any more", "unknown meets no requirement";
    FIELD_STATED = "field-stated", Decision, "the value is stated now", "the service may be admitted where it was not";
    ACCEPT_TIGHTENED = "accept-tightened", Contract, "the service accepts fewer requests", "what it accepted before it may refuse";
    ACCEPT_LOOSENED = "accept-loosened", Decision, "the service accepts more requests", "it may be chosen where it refused";
    ACCEPT_CHANGED = "accept-changed", Decision, "what the service accepts is another condition", "neither follows from the other as far as can be seen";

    REQUEST_REMOVED = "request-removed", Contract, "the request type is gone", "callers that send it are refused";
    REQUEST_ADDED = "request-added", Source, "the request type is new", "nobody could send it before";
    REQUEST_FIELD_REMOVED = "request-field-removed", Contract, "the field is gone", "requests that state it are invalid";
    REQUEST_FIELD_REQUIRED = "request-field-required", Contract, "the field has to be stated", "requests that leave it out are invalid";
    REQUEST_FIELD_ADDED = "request-field-added", Source, "a field that may be left out is new", "requests as they were stay valid";
    REQUEST_FIELD_RELAXED = "request-field-relaxed", Source, "the field may be left out", "requests as they were stay valid";
    REQUEST_FIELD_TYPE = "request-field-type", Contract, "the field has another type", "what was sent may not fit";
    REQUEST_DEFAULT_CHANGED = "request-default-changed", Decision, "the field has another default", "requests that leave it out mean something else";
    REQUEST_FIELD_ORDER = "request-field-order", Source, "the fields stand in another order", "fields are found by their names";
    INVARIANT_TIGHTENED = "invariant-tightened", Contract, "fewer requests or services are valid", "what was valid may be refused";
    INVARIANT_LOOSENED = "invariant-loosened", Decision, "more requests or services are valid", "what was refused may be decided";
    INVARIANT_CHANGED = "invariant-changed", Decision, "the invariants are other conditions", "neither follows from the other as far as can be seen";
    RECORD_CHANGED = "record-changed", Contract, "a field of the record is new, gone or of another type", "data of the old form may not fit";
    RECORD_REMOVED = "record-removed", Contract, "the record is gone", "whoever names it does not find it";
    RECORD_ADDED = "record-added", Source, "the record is new", "nobody could name it before";
    MEMBER_REMOVED = "member-removed", Contract, "the enum has lost a member", "requests and contracts that state it are refused";
    MEMBER_ADDED = "member-added", Source, "the enum has gained a member", "what was stated stays valid";
    ENUM_ORDER = "enum-order", Contract, "the members of an ordered enum compare otherwise", "thresholds mean something else";
    ENUM_REMOVED = "enum-removed", Contract, "the enum is gone", "whoever names it does not find it";
    ENUM_ADDED = "enum-added", Source, "the enum is new", "nobody could name it before";

    TRAIT_REMOVED = "trait-removed", Contract, "the trait is gone", "services and roles that name it do not find it";
    TRAIT_ADDED = "trait-added", Source, "the trait is new", "nobody could name it before";
    TRAIT_PARENT_REMOVED = "trait-parent-removed", Contract, "the trait no longer extends the other", "its services are not candidates for roles of the other";
    TRAIT_PARENT_ADDED = "trait-parent-added", Contract, "the trait extends another", "its services owe what the other asks for";
    TRAIT_FIELD_REQUIRED = "trait-field-required", Contract, "every service has to state the field", "contracts that leave it out do not check";
    TRAIT_FIELD_ADDED = "trait-field-added", Source, "a field that may be left out is new", "contracts as they were stay valid";
    TRAIT_FIELD_RELAXED = "trait-field-relaxed", Contract, "the field may be unknown", "whoever reads it has to reckon with that";
    TRAIT_FIELD_REMOVED = "trait-field-removed", Contract, "the field is gone", "contracts that state it do not check";
    TRAIT_FIELD_TYPE = "trait-field-type", Contract, "the field has another type", "contracts that state it may not check";
    TRAIT_DEFAULT_CHANGED = "trait-default-changed", Decision, "the field has another default", "services that leave it out state something else";
    TRAIT_GUARANTEE_ADDED = "trait-guarantee-added", Source, "the guarantee is new", "no service owes a promise";
    TRAIT_GUARANTEE_REMOVED = "trait-guarantee-removed", Contract, "the guarantee is gone", "contracts that make the promise do not check";
    TRAIT_GUARANTEE_CHANGED = "trait-guarantee-changed", Contract, "the guarantee has another type or direction", "promises that were made mean something else";
    MEASUREMENT_ADDED = "measurement-added", Source, "the measurement is new", "nobody could supply it before";
    MEASUREMENT_REMOVED = "measurement-removed", Contract, "the measurement is gone", "results that supply it are refused";
    MEASUREMENT_CHANGED = "measurement-changed", Contract, "the measurement has another type", "results that supply it may not fit";
    GUARANTEE_MEASURED = "guarantee-measured", Contract, "the guarantee is measured otherwise", "the same result may keep the promise or break it";
    COMPOSITION_CHANGED = "composition-changed", Contract, "a pipeline composes the guarantee otherwise", "what the whole promises is something else";
    SIGNAL_REMOVED = "signal-removed", Contract, "the signal is gone", "hosts that supply it are refused";
    SIGNAL_ADDED = "signal-added", Source, "the signal is new", "what reads it is reported as a change of its own";
    SIGNAL_CHANGED = "signal-changed", Contract, "the signal has another type or subject", "what hosts supply may not fit";
    SIGNAL_DEFAULT_CHANGED = "signal-default-changed", Decision, "the signal has another default", "where the host says nothing, something else is assumed";

    ROUTE_REMOVED = "route-removed", Contract, "the route is gone", "requests for it are not decided";
    ROUTE_ADDED = "route-added", Source, "the route is new", "nobody could ask for it before";
    ROUTE_REQUEST = "route-request", Contract, "the route answers another request type", "requests of the old type are refused";
    ROLE_REMOVED = "role-removed", Contract, "the role is gone", "decisions do not name it any more";
    ROLE_ADDED = "role-added", Contract, "the role is new and has to be filled", "requests for which nobody can fill it are not routed";
    ROLE_OFFERED = "role-offered", Decision, "the role is new and may stay empty", "it may be given to somebody";
    ROLE_TRAIT = "role-trait", Contract, "the role is for services of another trait", "other services are candidates";
    ROLE_DEMANDS_MORE = "role-demands-more", Contract, "the role needs more services", "requests for which there are too few are not routed";
    ROLE_DEMANDS_LESS = "role-demands-less", Decision, "the role does with fewer services", "requests that were not routed may be";
    ROLE_HOLDS_FEWER = "role-holds-fewer", Contract, "the role takes fewer services", "those that were chosen last are not any more";
    ROLE_HOLDS_MORE = "role-holds-more", Decision, "the role takes more services", "others are chosen besides";
    ROLE_ORDER = "role-order", Decision, "the roles have another rank", "the first role is filled first";
    PIPELINE_CHANGED = "pipeline-changed", Decision, "the stages follow each other otherwise", "totals mean something else";
    RULE_ADDED = "rule-added", Contract, "the rule is new", "requests and services that were admitted may be refused";
    RULE_REMOVED = "rule-removed", Decision, "the rule is gone", "what it refused may be admitted";
    RULE_TIGHTENED = "rule-tightened", Contract, "the rule demands more", "requests and services that were admitted may be refused";
    RULE_LOOSENED = "rule-loosened", Decision, "the rule demands less", "what it refused may be admitted";
    RULE_CHANGED = "rule-changed", Decision, "the rule demands something else", "neither follows from the other as far as can be seen";
    RULE_RENAMED = "rule-renamed", Decision, "the rule goes by another name", "decisions name it so, and waivers and tests have to";
    RULE_PROTECTION = "rule-protection", Decision, "the rule is protected, or is not any more", "what is offered for relaxation is something else";
    RULE_ORDER = "rule-order", Decision, "the denials of the rule stand elsewhere among others", "another denial may be told first";
    RULE_REWORDED = "rule-reworded", Source, "the reason, the documentation or an annotation is another one", "it decides the same";
    CONSTRAINT_ADDED = "constraint-added", Contract, "the constraint is new", "services that were admitted may be refused";
    CONSTRAINT_REMOVED = "constraint-removed", Decision, "the constraint is gone", "what it refused may be admitted";
    CONSTRAINT_TIGHTENED = "constraint-tightened", Contract, "the constraint demands more", "services that were admitted may be refused";
    CONSTRAINT_LOOSENED = "constraint-loosened", Decision, "the constraint demands less", "what it refused may be admitted";
    CONSTRAINT_CHANGED = "constraint-changed", Decision, "the constraint demands something else", "neither follows from the other as far as can be seen";
    CONSTRAINT_RENAMED = "constraint-renamed", Decision, "the constraint goes by another name", "decisions name it so, and tests have to";
    SCORE_ADDED = "score-added", Decision, "the term is new", "candidates rank otherwise";
    SCORE_REMOVED = "score-removed", Decision, "the term is gone", "candidates rank otherwise";
    SCORE_CHANGED = "score-changed", Decision, "the term is worked out otherwise", "candidates rank otherwise";
    TIES_CHANGED = "ties-changed", Decision, "ties are broken otherwise", "candidates of equal score rank otherwise";
    OUTPUT_REMOVED = "output-removed", Contract, "the output is gone", "whoever reads it from decisions does not find it";
    OUTPUT_ADDED = "output-added", Source, "the output is new", "nobody could read it before";
    OUTPUT_CHANGED = "output-changed", Decision, "the output is worked out otherwise", "decisions give something else";
    PHASES_CHANGED = "phases-changed", Source, "the constraints are told in other phases", "it decides the same, and explanations and proofs tell it otherwise";
    WAIVER_REMOVED = "waiver-removed", Contract, "the waiver is gone", "what it lifted is refused again";
    WAIVER_LAPSED = "waiver-lapsed", Source, "a waiver that was over is gone", "it lifted nothing any more";
    WAIVER_ADDED = "waiver-added", Decision, "the waiver is new", "what its rule refused may be admitted";
    WAIVER_SHORTENED = "waiver-shortened", Contract, "the waiver ends earlier", "what it lifted is refused again earlier";
    WAIVER_EXTENDED = "waiver-extended", Decision, "the waiver ends later", "what its rule refused is admitted for longer";
    WAIVER_NARROWED = "waiver-narrowed", Contract, "the waiver lifts less", "what it lifted may be refused again";
    WAIVER_WIDENED = "waiver-widened", Decision, "the waiver lifts more", "what its rule refused may be admitted";
    WAIVER_CHANGED = "waiver-changed", Decision, "the waiver lifts something else", "neither follows from the other as far as can be seen";
    WAIVER_REWORDED = "waiver-reworded", Source, "the approver or the reason is another one", "it lifts the same";
    ROW_ADDED = "row-added", Decision, "the row is new", "what was unknown is known";
    ROW_REMOVED = "row-removed", Decision, "the row is gone", "what was known is unknown";
    ROW_CHANGED = "row-changed", Decision, "the row says something else", "whatever reads it may be decided otherwise";
    TABLE_CHANGED = "table-changed", Decision, "the table is new, gone or of another type", "whoever reads it is a change of its own";
    DEFINITION_CHANGED = "definition-changed", Source, "the definition is new, gone or says something else", "whoever calls it is a change of its own";
    CONSTANT_CHANGED = "constant-changed", Source, "the constant is new, gone or has another value", "whoever names it is a change of its own";
    TEST_CHANGED = "test-changed", Source, "the test is new, gone or expects something else", "tests decide nothing";
}
