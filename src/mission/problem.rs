//! What can go wrong with a mission: a word that programs branch on, and a sentence for people.

use std::fmt;

/// Why a mission was refused, or why a step failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The word.
    pub kind: Kind,
    /// The sentence.
    pub message: String,
    /// Whether what the step wrote stays: only a report of failures does.
    pub keeps: bool,
}

impl Problem {
    /// A problem in these words.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), keeps: false }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.word(), self.message)
    }
}

macro_rules! kinds {
    ($($(#[$docs:meta])* $name:ident = $word:literal;)*) => {
        /// The kinds of problem. The words are part of the format: records and suites name them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $($(#[$docs])* $name,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Kind] = &[$(Kind::$name),*];

            /// The word of a kind.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

kinds! {
    // Refused before anything runs, in this order.
    /// The workflow, a step or its payload has another shape.
    InvalidStep = "InvalidStep";
    /// A name means nothing, or two names that must agree do not.
    InvalidValue = "ValueError";
    /// A step is neither `runtime` nor `human`.
    Envelope = "EnvelopeViolation";
    /// There are more steps, or more human steps, than the limits allow.
    Limit = "AntiFailureViolation";
    /// The same, of a plan that is not run.
    PlanLimit = "AntiFailurePlanningError";
    /// Two steps have one id.
    DuplicateStep = "duplicate_step_id";
    /// No such operation exists.
    UnknownOperation = "unknown_operation";
    /// The inputs of a nested mission are no map.
    InvalidInputs = "InvalidInputs";
    /// A number that JSON cannot write.
    NotCanonical = "NonCanonicalValue";
    /// The parameters of a mission have another shape.
    InvalidParams = "InvalidParams";
    /// No such mission exists.
    UnknownMission = "UnknownMissionError";
    /// A suite or its expectations have another shape.
    Config = "ConfigError";

    // Why a step fails.
    /// It says so.
    StepFailed = "step_failed";
    /// A path is empty, or no path.
    InvalidPath = "invalid_path";
    /// The payload lacks something, or holds something else.
    InvalidPayload = "invalid_payload";
    /// The path leads through something that holds nothing.
    PathConflict = "path_conflict";
    /// Nothing is at the path.
    PathMissing = "path_missing";
    /// What is at the path is of another type.
    TypeMismatch = "type_mismatch";
    /// A number leaves its range.
    OutOfRange = "out_of_range";
    /// The state grows beyond its limit.
    StateTooLarge = "state_too_large";
    /// The state that an operation works on does not have the shape that it needs.
    InvalidInput = "invalid_input";
    /// The day has an entry in the log already.
    DuplicateLog = "duplicate_log";
    /// An effect on the outside world; missions have none.
    ExternalEffect = "external_effect";
    /// An expression has no value: something is unknown, overflows or divides by zero.
    Unknown = "unknown_value";
    /// A route gave nobody.
    NotRouted = "not_routed";
    /// An evaluation or a search took too many steps.
    TooManySteps = "too_many_steps";

    // Why an answer is not taken, in this order.
    /// The token is of another state, or of another workflow.
    StaleToken = "stale_resume_token";
    /// Nobody is named as the one who answers.
    MissingActor = "missing_actor";
    /// Who answers began the mission or wrote it.
    SeparationOfDuties = "sod_violation";
    /// Who answers is not among those who may.
    ActorNotAllowed = "actor_not_allowed";
    /// The answer is none of `approve`, `reject`, `input`, or its value does not fit.
    InvalidDecision = "invalid_decision";
    /// The answer is no.
    Rejected = "human_rejected";

    // Of running tests.
    /// No scenario has the target.
    NoTests = "no_tests";
    /// A suite would run itself.
    Recursion = "recursion_forbidden";
    /// Nothing was expected, so nothing was tested.
    NoExpectations = "no_expectations";
    /// An expectation does not hold.
    TestsFailed = "tests_failed";
}

impl Kind {
    /// Whether an answer was refused without ending the mission: another one may still be given.
    pub fn is_refusal(self) -> bool {
        matches!(
            self,
            Self::StaleToken
                | Self::MissingActor
                | Self::SeparationOfDuties
                | Self::ActorNotAllowed
                | Self::InvalidDecision
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_means_one_kind() {
        let mut words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        words.sort_unstable();
        let all = words.len();
        words.dedup();
        assert_eq!(words.len(), all);
    }
}
