//! All lints: one file each, and one line in this table.

macro_rules! lints {
    ($($name:ident,)*) => {
        $(pub mod $name;)*

        /// Every lint, by name.
        pub static LINTS: &[&super::Lint] = &[$(&$name::LINT,)*];
    };
}

lints! {
    allow_without_reason,
    confusable_names,
    constraint_without_effect,
    contradictory_constraints,
    contradictory_guarantees,
    denial_evaded_by_omission,
    deprecated_service_eligible,
    hidden_characters,
    missing_table_row,
    request_always_denied,
    residency_not_of_sub_processors,
    role_held_to_less,
    rule_always_applies,
    rule_never_applies,
    rule_shadowed,
    rule_without_because,
    rule_without_owner,
    rule_without_test,
    score_term_dominates,
    score_term_without_choice,
    secret_in_source,
    service_never_accepts,
    service_out_of_reach,
    single_provider,
    single_service,
    trait_never_asked_for,
    unknown_allow,
    unused_allow,
    unused_constant,
    unused_definition,
    unused_enum_member,
    unused_signal,
    unused_table,
    unused_trait,
    waiver_expired,
    waiver_of_protected_rule,
    waiver_too_broad,
    waiver_too_long,
    waiver_without_approver,
    waiver_without_reason,
}
