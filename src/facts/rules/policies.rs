//! Policies: maps from what is demanded to how, and the entries of the dashboard.

use crate::base::Name;
use crate::data::{Key, Kind, Node};
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::facts::decode::near_or_all;
use crate::ir::Comparison;

use super::entries::{ANYWHERE, Document, Part, bare};
use super::form::{Demand, Entry, Op, Operand, Path, Test};

/// What a policy demands.
#[derive(Clone, Copy)]
enum Meaning {
    /// Where the flag is this, the service states the truth at the path.
    Flag(bool, &'static str, Wanted),
    /// The fact at the path compares so with the value.
    Bound(&'static str, Comparison),
    /// The fact at the path is the value, or one of the values.
    Is(&'static str),
}

/// What a flag wants of the service.
#[derive(Clone, Copy)]
enum Wanted {
    True,
    Text(&'static str),
}

/// The policies of a map.
const POLICIES: &[(&str, Meaning)] = &[
    ("require_encryption", Meaning::Flag(true, "service.privacy.encryption", Wanted::True)),
    ("allow_external_services", Meaning::Flag(false, "service.route", Wanted::Text("internal"))),
    ("require_gdpr", Meaning::Flag(true, "service.privacy.gdpr_compliant", Wanted::True)),
    ("require_hipaa", Meaning::Flag(true, "service.privacy.hipaa_compliant", Wanted::True)),
    ("require_content_filtering", Meaning::Flag(true, "service.alignment.content_filtering", Wanted::True)),
    ("max_latency_ms", Meaning::Bound("service.latency.max", Comparison::LessOrEqual)),
    ("max_latency", Meaning::Bound("service.latency.max", Comparison::LessOrEqual)),
    ("max_cost", Meaning::Bound("service.cost.per_request", Comparison::LessOrEqual)),
    ("max_risk", Meaning::Bound("service.risk", Comparison::LessOrEqual)),
    ("min_accuracy", Meaning::Bound("service.accuracy.min", Comparison::GreaterOrEqual)),
    ("min_availability", Meaning::Bound("service.availability.min", Comparison::GreaterOrEqual)),
    ("min_throughput", Meaning::Bound("service.throughput.min", Comparison::GreaterOrEqual)),
    ("data_locality", Meaning::Is("service.privacy.data_locality")),
    ("requires_gpu", Meaning::Is("service.constraints.requires_gpu")),
    ("requires_internet", Meaning::Is("service.constraints.requires_internet")),
];

/// What a regulation asks of a service.
const REGULATIONS: &[(&str, &str)] =
    &[("gdpr", "service.privacy.gdpr_compliant"), ("hipaa", "service.privacy.hipaa_compliant")];

/// Whether a key of a map names a policy.
pub(super) fn is_policy(key: &str) -> bool {
    POLICIES.iter().any(|(known, _)| *known == key)
}

impl Document {
    /// `{require_encryption: true, allow_external_services: false}`: a rule for each.
    pub(super) fn policies(&mut self, map: &Node, keys: &[(Key, Node)]) {
        let stated = |name: &str| map.get(name).filter(|node| node.kind != Kind::Null);
        let whose = stated("name").and_then(|node| self.word(node));
        let described = stated("description").and_then(|node| self.word(node));
        let priority = stated("priority").and_then(|node| self.priority(node));
        for (key, node) in keys.iter().filter(|(key, _)| !ANYWHERE.contains(&&*key.text)) {
            let Some((name, meaning)) = POLICIES.iter().find(|(known, _)| *known == &*key.text) else {
                self.unknown_key(key, "no policy", &POLICIES.iter().map(|(known, _)| *known).collect::<Vec<_>>());
                continue;
            };
            if node.kind == Kind::Null {
                continue;
            }
            if let Some(test) = self.policy(key, node, *meaning) {
                let because = match &node.kind {
                    Kind::List(_) => format!("the policy `{name}`"),
                    Kind::Text(text) | Kind::Number(text) => format!("the policy `{name}: {text}`"),
                    Kind::Bool(value) => format!("the policy `{name}: {value}`"),
                    Kind::Null | Kind::Map(_) => (*name).to_owned(),
                };
                let because = match &whose {
                    Some(whose) => format!("{because} of `{whose}`"),
                    None => because,
                };
                self.entries.push(Entry {
                    priority: priority.clone(),
                    name: Some(((*name).into(), key.span)),
                    demands: vec![Demand::Filter(test)],
                    because: Some(described.clone().unwrap_or_else(|| because.into())),
                    ..bare(key.span)
                });
            }
        }
    }

    fn policy(&mut self, key: &Key, node: &Node, meaning: Meaning) -> Option<Test> {
        let path = |text: &str| Path {
            text: text.into(),
            span: key.span,
            absent_is_false: text.rsplit('.').next().is_some_and(|key| key.starts_with("requires_")),
        };
        match meaning {
            Meaning::Flag(demanding, text, wanted) => {
                let Kind::Bool(value) = node.kind else {
                    self.wrong_kind(node, &format!("`{}`", key.text), "`true` or `false`");
                    return None;
                };
                if value != demanding {
                    self.idle.push(format!("`{}: {value}` takes nothing away, so there is no rule for it", key.text));
                    return None;
                }
                Some(match wanted {
                    Wanted::True => Test::Holds(path(text)),
                    Wanted::Text(word) => {
                        let value = Node::text(word, node.span);
                        Test::Compare(path(text), Op::Compare(Comparison::Equal), Operand::Value(value))
                    }
                })
            }
            Meaning::Bound(text, op) => Some(Test::Compare(path(text), Op::Compare(op), Operand::Value(node.clone()))),
            Meaning::Is(text) => {
                let op = if matches!(node.kind, Kind::List(_)) { Op::In } else { Op::Compare(Comparison::Equal) };
                Some(Test::Compare(path(text), op, Operand::Value(node.clone())))
            }
        }
    }

    /// The parts that only policies of the dashboard have.
    pub(super) fn dashboard<'n>(&mut self, part: Part<'_, 'n>, entry: &mut Entry) {
        if let Some(limit) = part("rate_limit") {
            let message = "`rate_limit` counts requests, and a rule sees one at a time";
            let found = Diagnostic::error(&codes::NO_RULE, limit.opening(), message).label("no rule");
            let help =
                "limit the rate where requests come in; what a service takes stands in its contract as `rate_limit`";
            self.findings.push(found.help(help));
        }
        if let Some(access) = part("access_rules") {
            entry.demands.extend(self.access(access));
        }
        for name in ["compliance", "compliance_rules"] {
            if let Some(node) = part(name) {
                self.compliance(node, entry);
            }
        }
    }

    /// `access_rules: {allow: [read, admin]}`: permissions, one of which a caller must have.
    fn access(&mut self, node: &Node) -> Option<Demand> {
        let Kind::Map(keys) = &node.kind else {
            self.wrong_kind(node, "`access_rules`", "a map with `allow`");
            return None;
        };
        for (key, _) in keys.iter().filter(|(key, _)| &*key.text != "allow") {
            self.unknown_key(key, "no part of `access_rules`", &["allow"]);
        }
        let Some(allow) = node.get("allow") else {
            self.lacks(node.opening(), "`access_rules` allows nobody", "state `allow`, a list of permissions");
            return None;
        };
        let Kind::List(elements) = &allow.kind else {
            self.wrong_kind(allow, "`allow`", "a list of permissions");
            return None;
        };
        let words: Vec<Name> = elements.iter().filter_map(|element| self.word(element)).collect();
        (words.len() == elements.len()).then_some(Demand::Allow(words))
    }

    /// `compliance: [gdpr, hipaa]` or `compliance: {gdpr: true}`.
    fn compliance(&mut self, node: &Node, entry: &mut Entry) {
        let known: Vec<&str> = REGULATIONS.iter().map(|(word, _)| *word).collect();
        match &node.kind {
            Kind::Map(keys) => {
                for (key, value) in keys {
                    match (&value.kind, known.contains(&&*key.text)) {
                        (_, false) => self.unknown_key(key, "no regulation that a contract speaks of", &known),
                        (Kind::Bool(true), true) => self.regulation(&key.text, key.span, entry),
                        (Kind::Bool(false) | Kind::Null, true) => self
                            .idle
                            .push(format!("`{}: false` takes nothing away, so there is no rule for it", key.text)),
                        _ => self.wrong_kind(value, &format!("`{}`", key.text), "`true` or `false`"),
                    }
                }
            }
            Kind::List(elements) => {
                for element in elements {
                    let Some(word) = self.word(element) else { continue };
                    self.regulation(&word, element.span, entry);
                }
            }
            _ => self.wrong_kind(node, "`compliance`", "a list of regulations"),
        }
    }

    fn regulation(&mut self, word: &str, span: crate::base::Span, entry: &mut Entry) {
        let lower = word.to_ascii_lowercase();
        match REGULATIONS.iter().find(|(known, _)| *known == lower) {
            Some((_, path)) => {
                let path = Path { text: (*path).into(), span, absent_is_false: false };
                entry.demands.push(Demand::Filter(Test::Holds(path)));
            }
            None => {
                let message = format!("`{}` is no regulation that a contract speaks of", crate::data::shortened(word));
                let found = Diagnostic::error(&codes::UNKNOWN_MEMBER, span, message);
                let known = REGULATIONS.iter().map(|(known, _)| *known).collect();
                self.findings.push(near_or_all(found, span, word, known));
            }
        }
    }
}
