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
    rule_never_applies,
    rule_without_because,
    rule_without_owner,
    rule_without_test,
    unknown_allow,
    unused_allow,
    waiver_expired,
    waiver_of_protected_rule,
    waiver_too_broad,
    waiver_too_long,
    waiver_without_approver,
    waiver_without_reason,
}
