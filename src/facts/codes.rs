//! The diagnostic codes of data from outside.

use crate::diag::Code;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal;)*) => {
        $($(#[$doc])* pub const $name: Code = Code { id: $id, title: $title };)*
        /// Every code of this stage, in order.
        pub const ALL: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    /// A value of another kind than its place needs.
    WRONG_KIND = "P0510", "a value of the wrong kind";
    /// A bare number where a unit is needed.
    MISSING_UNIT = "P0511", "a number without its unit";
    /// A text that does not spell a value of its type.
    MALFORMED = "P0512", "a value that is not spelled as its type";
    /// Money of another currency.
    WRONG_CURRENCY = "P0513", "money of another currency";
    /// A number that does not fit.
    OUT_OF_RANGE = "P0514", "a number that does not fit";
    /// No such member.
    UNKNOWN_MEMBER = "P0515", "a text that is no member of its enum";
    /// One element twice.
    DUPLICATE_ELEMENT = "P0516", "an element stated twice in a set";
    /// No such service.
    UNKNOWN_SERVICE = "P0517", "a service that does not exist";
    /// A service that lacks the trait.
    WRONG_TRAIT = "P0518", "a service of another trait";
    /// `null` where a value is needed.
    NOT_STATED = "P0519", "nothing where a value is needed";
    /// No such field.
    UNKNOWN_FIELD = "P0520", "a field that does not exist";
    /// A field that must be stated.
    MISSING_FIELD = "P0521", "a field that is not stated";
    /// No such request type.
    UNKNOWN_REQUEST = "P0522", "a request type that does not exist";
    /// No such signal.
    UNKNOWN_SIGNAL = "P0530", "a signal that does not exist";
    /// An assignment on the command line that cannot be read.
    BAD_ASSIGNMENT = "P0540", "an assignment that cannot be read";
    /// A contract file that is not built as one.
    CONTRACT_SHAPE = "P0550", "contract data of the wrong shape";
    /// No such trait.
    UNKNOWN_TRAIT = "P0551", "a trait that does not exist";
    /// A bound that points the other way than its guarantee.
    WRONG_BOUND = "P0552", "a bound that points the wrong way";
    /// Something that only the language can express.
    NOT_IN_DATA = "P0553", "something that data cannot express";
    /// Two traits of one service disagree about a field.
    CONFLICTING_FIELD = "P0554", "a field that two traits declare differently";
    /// No such adapter, or no such option of it.
    UNKNOWN_ADAPTER = "P0560", "an adapter or option that does not exist";
    /// The trait needs what the source never states.
    UNFIT_TRAIT = "P0561", "a trait that the source cannot fill";
    /// A fact of a foreign file that is left unknown.
    UNREADABLE_FACT = "P0562", "a fact that is left unknown";
    /// An entry of a foreign file that is left out.
    ENTRY_LEFT_OUT = "P0563", "an entry that is left out";
    /// A section or a fact of a registry that is missing or of the wrong kind.
    REGISTRY_SHAPE = "P0570", "a registry that lacks a fact";
    /// A model or a layer that one part of a registry names and another does not know.
    REGISTRY_REFERENCE = "P0571", "a name that the registry does not know";
    /// Two names of one model, two scopes of one layer.
    REGISTRY_IDENTITY = "P0572", "one thing under two names";
    /// A text that spells no level of autonomy.
    REGISTRY_AUTONOMY = "P0573", "an autonomy that cannot be read";
    /// A model that would check its own work.
    REGISTRY_DUTIES = "P0574", "duties that are not separated";
    /// A scope that is missing, belongs to nobody, or says something else than its layer.
    REGISTRY_SCOPE = "P0575", "a scope that does not fit its layer";
    /// A layer names a model that is not in production.
    REGISTRY_STATUS = "P0576", "a model that is not in production";
    /// Two spellings of one fact say different things.
    STATED_TWICE = "P0580", "a fact stated twice in different ways";
    /// A least that is above the most.
    EMPTY_BOUND = "P0581", "a bound that nothing can keep";
    /// A path of a foreign rule that has no counterpart.
    UNKNOWN_PATH = "P0582", "a path without a counterpart";
    /// Something among foreign rules that no rule can do.
    NO_RULE = "P0583", "something that is no rule";
    /// Foreign rules that nothing can satisfy together.
    CONFLICTING_RULES = "P0584", "rules that nothing can satisfy together";
    /// A foreign rule that comes to something else than it says.
    OTHER_EFFECT = "P0585", "a rule that comes to something else";
    /// A foreign rule in prose that cannot be read.
    RULE_SENTENCE = "P0586", "a sentence that is no rule";
    /// A fact that a request states of itself, and that only its receiver can know.
    SELF_VOUCHED = "P0587", "a fact that a request cannot state of itself";
    /// The snapshot of a registry is not there, or is not what was published.
    SNAPSHOT = "P0590", "a registry without a sound snapshot";
    /// A registered contract does not fit the package any more.
    REGISTERED_MISFIT = "P0591", "a registered contract that does not fit";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_ordered_and_in_their_range() {
        let ids: Vec<&str> = ALL.iter().map(|code| code.id).collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        assert!(ids.iter().all(|id| id.starts_with("P05") && id.len() == 5));
    }
}
