//! The diagnostic codes of this stage.

use crate::diag::Code;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal;)*) => {
        $($(#[$doc])* pub const $name: Code = Code { id: $id, title: $title };)*
        /// Every code of this stage.
        pub const ALL: &[&Code] = &[$(&$name,)*];
    };
}

codes! {
    /// A word in an expression that nothing in scope is called.
    UNKNOWN_NAME = "P0301", "unknown name in an expression";
    /// A value of another type is needed.
    MISMATCH = "P0302", "type mismatch";
    /// A field that the record, request or trait does not have.
    UNKNOWN_FIELD = "P0303", "unknown field";
    /// A member of several enums, with nothing to tell which is meant.
    AMBIGUOUS = "P0304", "ambiguous name";
    /// A comparison that a promised bound cannot decide.
    PROMISE = "P0305", "comparison that the promise cannot entail";
    /// Quantities of different dimensions.
    DIMENSION = "P0306", "dimensions do not fit";
    /// A name that means nothing in this place.
    NOT_HERE = "P0307", "name not available here";
    /// A function or definition with the wrong arguments.
    ARGUMENTS = "P0308", "wrong arguments";
    /// A collection is needed.
    NOT_A_COLLECTION = "P0309", "not a collection";
    /// A value that may be unknown where one is needed.
    MAY_BE_UNKNOWN = "P0310", "value may be unknown";
    /// A number without its unit.
    BARE_NUMBER = "P0311", "number without a unit";
    /// A constant is needed.
    NOT_CONSTANT = "P0312", "not a constant";
    /// A constant that overflows or divides by zero.
    FAULT = "P0313", "arithmetic fault in a constant";
    /// A variable that hides another name.
    SHADOWS = "P0314", "variable hides another name";
    /// A pattern that does not read.
    PATTERN = "P0315", "pattern not understood";
    /// An expression that is too deep or too large.
    TOO_LARGE = "P0316", "expression too large";
    /// Definitions that refer to each other in a circle.
    CYCLIC_DEFINITION = "P0317", "cyclic definition";
    /// A comparison by size of things that have none.
    NO_ORDER = "P0318", "values without an order";
    /// A service that no contract declares.
    UNKNOWN_SERVICE = "P0319", "unknown service";
    /// A member that the enum does not have.
    UNKNOWN_MEMBER = "P0320", "unknown enum member";
    /// A service of another trait is needed.
    WRONG_TRAIT = "P0321", "service of another trait";

    /// Traits that extend each other in a circle.
    TRAIT_CYCLE = "P0401", "cyclic trait lattice";
    /// A field inherited twice with different types.
    CONFLICTING_FIELD = "P0402", "field inherited with different types";
    /// Something inside an item is declared twice.
    DUPLICATE = "P0403", "declared twice inside an item";
    /// A type that does not exist.
    UNKNOWN_TYPE = "P0404", "unknown type";
    /// A guarantee that does not make sense.
    GUARANTEE = "P0405", "guarantee not well formed";
    /// Services that use each other in a circle.
    USES_CYCLE = "P0406", "cyclic uses graph";
    /// A promise stated with the wrong sign.
    ENTRY_SIGN = "P0407", "promise stated with the wrong sign";
    /// Records that hold each other.
    RECORD_CYCLE = "P0408", "cyclic record";
    /// A role that the route does not have.
    UNKNOWN_ROLE = "P0409", "unknown role";
    /// A constraint of a route without a label.
    NO_LABEL = "P0410", "constraint without a label";
    /// A rule that does nothing.
    EMPTY_RULE = "P0411", "rule without effect";
    /// A waiver that does not say all it has to.
    WAIVER = "P0412", "waiver not complete";
    /// A pipeline that does not make sense.
    PIPELINE = "P0413", "pipeline not well formed";
    /// A role that no service can fill.
    UNREACHABLE_ROLE = "P0414", "unreachable role";
    /// Roles or their bounds that do not make sense.
    ROLES = "P0415", "roles not well formed";
    /// A denial that depends on a candidate.
    DENIAL = "P0416", "denial depends on a candidate";
    /// A route, rule or constraint that is named does not exist.
    UNKNOWN_CONSTRAINT = "P0417", "unknown constraint";
    /// A mission that does not make sense.
    MISSION = "P0418", "mission not well formed";
    /// A score whose term may be unknown for services that promise nothing.
    UNPROMISED_SCORE = "P0419", "score rests on a promise not made";
    /// A service that breaks an invariant of its trait.
    INVARIANT = "P0420", "invariant broken";
    /// An item without content.
    EMPTY = "P0421", "empty declaration";
    /// An `@order` that states no place among denials.
    ORDER = "P0430", "order that orders nothing";
    /// Phases that leave something out.
    PHASES = "P0440", "phases that leave something out";
}
