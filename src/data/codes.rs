//! The diagnostic codes of reading data.

use crate::diag::Code;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal;)*) => {
        $($(#[$doc])* pub const $name: Code = Code { id: $id, title: $title };)*
        /// Every code of this stage, in order.
        pub const ALL: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    /// The text is no JSON, YAML or TOML.
    SYNTAX = "P0500", "data that does not parse";
    /// One map has one key twice.
    DUPLICATE_KEY = "P0501", "a key stated twice";
    /// Nested too deep, too long, or expanding without end.
    TOO_LARGE = "P0502", "data beyond a limit";
    /// A feature of YAML that Provost leaves out.
    UNSUPPORTED = "P0503", "a feature of the format that is not read";
    /// The extension of the file names no format.
    UNKNOWN_FORMAT = "P0504", "a file of unknown format";
}
