//! What each kind of item and block is made of: the table by which a broken one is cut into members.

use super::grammar::Rule;

/// One kind of item, or of block inside an item.
#[derive(Debug)]
pub struct Kind {
    /// The word it begins with.
    pub word: &'static str,
    /// The rule of everything before its opening brace, or of the whole where it has no body.
    pub head: Rule,
    /// The rules of one member and of a text that is nothing but members; nothing where it has no body.
    pub member: Option<(Rule, Rule)>,
    /// The words that a member can begin with.
    pub starts: &'static [&'static str],
    /// The signs and words that make a member of the word before them.
    pub joints: &'static [&'static str],
    /// The kinds of block among its members.
    pub blocks: &'static [Kind],
}

/// Two words that go on with a member, though the first of them could begin one.
pub const PHRASES: &[(&str, &str)] = &[("measured", "as")];

const FIELD: &[&str] = &[":"];
const ENTRY: &[&str] = &["=", "<=", ">="];

/// Every kind of item.
pub const ITEMS: &[Kind] = &[
    Kind { member: Some((Rule::enum_part, Rule::one_enum_member)), ..Kind::new("enum", Rule::enum_head) },
    Kind {
        member: Some((Rule::record_member, Rule::one_record_member)),
        joints: FIELD,
        ..Kind::new("record", Rule::record_head)
    },
    Kind {
        member: Some((Rule::trait_member, Rule::one_trait_member)),
        starts: &["guarantee", "invariant", "measured"],
        joints: FIELD,
        ..Kind::new("trait", Rule::trait_head)
    },
    Kind {
        member: Some((Rule::service_member, Rule::one_service_member)),
        starts: &["accept"],
        joints: ENTRY,
        ..Kind::new("service", Rule::service_head)
    },
    Kind {
        member: Some((Rule::request_member, Rule::one_request_member)),
        starts: &["invariant"],
        joints: FIELD,
        ..Kind::new("request", Rule::request_head)
    },
    Kind::new("signal", Rule::signal_decl),
    Kind::new("let", Rule::let_decl),
    Kind::new("define", Rule::define_decl),
    Kind {
        member: Some((Rule::table_member, Rule::one_table_member)),
        joints: &["="],
        ..Kind::new("table", Rule::table_head)
    },
    Kind {
        member: Some((Rule::route_member, Rule::one_route_member)),
        starts: &["require", "score", "ties", "stages", "output", "phase"],
        joints: &[":", "after"],
        blocks: &[SCORE],
        ..Kind::new("route", Rule::route_head)
    },
    Kind {
        member: Some((Rule::rule_member, Rule::one_rule_member)),
        starts: &["when", "unless", "require", "exclude", "deny", "because"],
        ..Kind::new("rule", Rule::rule_head)
    },
    Kind {
        member: Some((Rule::waiver_member, Rule::one_waiver_member)),
        starts: &["when", "until", "approved", "because"],
        ..Kind::new("waiver", Rule::waiver_head)
    },
    Kind {
        member: Some((Rule::test_member, Rule::one_test_member)),
        starts: &["route", "at", "signals", "case", "expect"],
        blocks: &[SIGNALS, CASE],
        ..Kind::new("test", Rule::test_head)
    },
    Kind {
        member: Some((Rule::property_member, Rule::one_property_member)),
        starts: &["when", "always", "never"],
        ..Kind::new("property", Rule::property_head)
    },
    Kind {
        member: Some((Rule::mission_member, Rule::one_mission_member)),
        starts: &["state", "step", "human"],
        blocks: &[STATE, STEP, HUMAN],
        ..Kind::new("mission", Rule::mission_head)
    },
];

const SCORE: Kind = Kind {
    member: Some((Rule::score_member, Rule::one_score_member)),
    joints: FIELD,
    ..Kind::new("score", Rule::score_head)
};
const SIGNALS: Kind = Kind {
    member: Some((Rule::signals_member, Rule::one_signals_member)),
    joints: &["=", "("],
    ..Kind::new("signals", Rule::signals_head)
};
const CASE: Kind = Kind {
    member: Some((Rule::case_member, Rule::one_case_member)),
    starts: &["with", "at", "signals", "expect"],
    blocks: &[SIGNALS],
    ..Kind::new("case", Rule::case_head)
};
const STATE: Kind = Kind {
    member: Some((Rule::state_member, Rule::one_state_member)),
    joints: FIELD,
    ..Kind::new("state", Rule::state_head)
};
const STEP: Kind = Kind {
    member: Some((Rule::step_member, Rule::one_step_member)),
    starts: &["set", "append", "increment", "merge", "unset", "copy", "noop", "fail", "route", "run"],
    ..Kind::new("step", Rule::step_head)
};
const HUMAN: Kind = Kind {
    member: Some((Rule::human_member, Rule::one_human_member)),
    starts: &["ask"],
    ..Kind::new("human", Rule::human_head)
};

/// Words that stand between two operands, so that a line beginning with one goes on from the line above.
pub const BETWEEN: &[&str] = &[
    "and", "or", "implies", "in", "within", "overlaps", "is", "starts", "ends", "matches", "then", "else", "where",
    "for", "order", "limit", "composes", "because", "when", "by", "into", "options", "with", "on", "extends",
];

impl Kind {
    const fn new(word: &'static str, head: Rule) -> Self {
        Self { word, head, member: None, starts: &[], joints: &[], blocks: &[] }
    }

    /// The kind of item that a word begins.
    pub fn of_item(word: &str) -> Option<&'static Self> {
        ITEMS.iter().find(|kind| kind.word == word)
    }

    /// The kind of block that a word begins among the members of this kind.
    pub fn block(&self, word: &str) -> Option<&Self> {
        self.blocks.iter().find(|kind| kind.word == word)
    }
}

/// The words that items begin with.
pub fn item_words() -> impl Iterator<Item = &'static str> {
    ITEMS.iter().map(|kind| kind.word)
}
