//! The diagnostic codes of this stage.

use crate::diag::Code;

/// A name is declared twice.
pub const DUPLICATE_ITEM: Code = Code { id: "P0201", title: "name declared twice" };
/// A name that nothing declares.
pub const UNKNOWN_ITEM: Code = Code { id: "P0202", title: "unknown name" };
/// A package that the manifest does not depend on.
pub const UNKNOWN_PACKAGE: Code = Code { id: "P0203", title: "unknown package" };
/// The manifest does not read.
pub const MANIFEST_SYNTAX: Code = Code { id: "P0204", title: "manifest is not valid TOML" };
/// The manifest says something that it cannot say.
pub const MANIFEST: Code = Code { id: "P0205", title: "manifest entry not understood" };
/// A file or folder that is named does not read.
pub const UNREADABLE: Code = Code { id: "P0206", title: "file cannot be read" };
/// Packages depend on each other in a circle.
pub const DEPENDENCY_CYCLE: Code = Code { id: "P0207", title: "packages depend on each other" };
/// Two packages of one name.
pub const DUPLICATE_PACKAGE: Code = Code { id: "P0208", title: "two packages of one name" };
/// An item of another kind is needed.
pub const WRONG_KIND: Code = Code { id: "P0209", title: "wrong kind of item" };
/// A name with a meaning of its own.
pub const RESERVED: Code = Code { id: "P0210", title: "reserved name" };
/// More than a package may hold.
pub const TOO_LARGE: Code = Code { id: "P0211", title: "package too large" };

/// Every code of this stage.
pub const ALL: &[&Code] = &[
    &DUPLICATE_ITEM,
    &UNKNOWN_ITEM,
    &UNKNOWN_PACKAGE,
    &MANIFEST_SYNTAX,
    &MANIFEST,
    &UNREADABLE,
    &DEPENDENCY_CYCLE,
    &DUPLICATE_PACKAGE,
    &WRONG_KIND,
    &RESERVED,
    &TOO_LARGE,
];
