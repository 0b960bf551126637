//! The spellings of a rule: prose, entries with a constraint, list elements, and entries with condition and action.

use crate::base::{Name, Span};
use crate::data::{Findings, Key, Kind, Node, shortened};
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::facts::decode::near_or_all;

use super::form::{Demand, Entry, Test};
use super::policies;
use super::sentence::{self, Action, Sentence, slug};

/// Every key of an entry.
const KEYS: &[&str] = &[
    "name",
    "id",
    "description",
    "type",
    "family",
    "priority",
    "text",
    "rule",
    "if",
    "condition",
    "then",
    "action",
    "constraint",
    "field",
    "op",
    "value",
    "model",
    "target",
    "weights",
    "rate_limit",
    "access_rules",
    "compliance",
    "compliance_rules",
];

/// Keys that a map of policies may have as well, so that they do not make an entry of it.
pub(super) const ANYWHERE: &[&str] = &["name", "description", "priority"];

/// The parts of an entry by their keys.
pub(super) type Part<'p, 'n> = &'p dyn Fn(&str) -> Option<&'n Node>;

/// What an action can be called.
#[derive(Clone, Copy)]
enum Named {
    Filter,
    Reject,
    Force,
    Weigh,
}

const ACTIONS: &[(&str, Named)] = &[
    ("filter", Named::Filter),
    ("drop", Named::Filter),
    ("reject", Named::Reject),
    ("deny", Named::Reject),
    ("force_model", Named::Force),
    ("weight_override", Named::Weigh),
];

/// A document as it is written.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// Its rules in order.
    pub entries: Vec<Entry>,
    /// What takes nothing away, in words.
    pub idle: Vec<String>,
    /// What is wrong.
    pub findings: Findings,
}

impl Document {
    /// A whole document: a rule, a list, or a map that holds them.
    pub fn read(&mut self, node: &Node) {
        let Kind::Map(entries) = &node.kind else { return self.part(node) };
        if !entries.iter().any(|(key, _)| matches!(&*key.text, "rules" | "policies")) {
            return self.part(node);
        }
        for (key, node) in entries {
            match &*key.text {
                "rules" | "policies" => self.part(node),
                _ => self.unknown_key(key, "no part of a document of rules", &["rules", "policies"]),
            }
        }
    }

    /// A rule, a list of rules, or a map of policies.
    fn part(&mut self, node: &Node) {
        match &node.kind {
            Kind::Null => {}
            Kind::List(elements) => {
                for element in elements {
                    match element.kind {
                        Kind::List(_) | Kind::Null => self.wrong_kind(element, "a rule", "a sentence or a map"),
                        _ => self.part(element),
                    }
                }
            }
            Kind::Text(text) => self.prose(text, node.span),
            Kind::Map(keys) if node.get("path").is_some() => {
                let test = self.tree(node, keys);
                let demands: Vec<Demand> = test.into_iter().map(Demand::Filter).collect();
                self.entries.extend((!demands.is_empty()).then(|| Entry { demands, ..bare(node.opening()) }));
            }
            Kind::Map(entries) if is_entry(entries) => self.entry(node, entries),
            Kind::Map(entries) => self.policies(node, entries),
            Kind::Bool(_) | Kind::Number(_) => self.wrong_kind(node, "a rule", "a sentence or a map"),
        }
    }

    fn prose(&mut self, text: &Name, span: Span) {
        let Some(sentence) = self.sentence(text, span) else { return };
        let mut entry = Entry { because: Some(text.clone()), ..bare(span) };
        entry.demands = demands(sentence.action);
        entry.when = sentence.when;
        self.entries.push(entry);
    }

    fn sentence(&mut self, text: &str, span: Span) -> Option<Sentence> {
        sentence::sentence(text, span).map_err(|found| self.findings.push(*found)).ok()
    }

    /// An entry with keys. Whatever part of it is wrong, the rest is judged as well.
    fn entry(&mut self, node: &Node, keys: &[(Key, Node)]) {
        let before = self.findings.count();
        let part = |name: &str| keys.iter().find(|(key, _)| &*key.text == name).map(|(_, node)| node);
        let part = |name: &str| part(name).filter(|node| node.kind != Kind::Null);
        for (key, _) in keys.iter().filter(|(key, _)| !KEYS.contains(&&*key.text)) {
            self.unknown_key(key, "no part of a rule", KEYS);
        }
        let mut entry = bare(node.opening());
        entry.name = self.one_of(&part, &["name", "id"]).and_then(|node| Some((self.word(node)?, node.span)));
        entry.because = part("description").and_then(|node| self.word(node));
        entry.priority = part("priority").and_then(|node| self.priority(node));
        entry.family =
            self.one_of(&part, &["family", "type"]).and_then(|node| self.word(node)).filter(|f| &**f != "constraint");
        entry.when = self.one_of(&part, &["condition", "if"]).and_then(|node| self.test(node));
        self.demands(&part, &mut entry);
        self.said_in_prose(&part, &mut entry);
        entry.because = entry.because.take().or_else(|| reason(&part));
        let weighed = |node: &Node| matches!(&node.kind, Kind::Text(text) if &**text == "weight_override");
        if let Some(weights) = part("weights").filter(|_| !part("action").is_some_and(weighed)) {
            self.weights(weights.opening());
        }
        self.dashboard(&part, &mut entry);
        let guarded = part("condition").or_else(|| part("if")).is_some();
        if guarded && entry.when.is_none() {
            // Without its condition it would be another rule.
            return;
        }
        if entry.demands.is_empty() {
            if self.findings.count() > before {
                return;
            }
            let found = Diagnostic::error(&codes::MISSING_FIELD, node.opening(), "the rule demands nothing");
            let help =
                "state an `action` such as `service.latency.max <= 200ms`, a `constraint`, or the rule as `text`";
            self.findings.push(found.label("without effect").help(help));
            return;
        }
        self.entries.push(entry);
    }

    /// What the keys `action`, `then`, `constraint` and `field` demand.
    fn demands<'n>(&mut self, part: Part<'_, 'n>, entry: &mut Entry) {
        let mut tests: Vec<Test> = Vec::new();
        tests.extend(part("constraint").and_then(|node| self.test(node)));
        if let Some(field) = part("field") {
            tests.extend(self.list_element(field, part("op"), part("value")));
        } else {
            for stray in [part("op"), part("value")].into_iter().flatten() {
                let found =
                    Diagnostic::error(&codes::MISSING_FIELD, stray.opening(), "`value` has no `field` beside it");
                self.findings.push(found.help("state `field`, the fact of the service that is meant"));
            }
        }
        let Some(action) = self.one_of(part, &["action", "then"]) else {
            return entry.demands.extend(tests.into_iter().map(Demand::Filter));
        };
        let (kind, holder) = match &action.kind {
            // The log of actions has its parts in a map of their own.
            Kind::Map(_) => (action.get("type").or(action.get("action")), Some(action)),
            _ => (Some(action), None),
        };
        let kind = kind.and_then(|node| match &node.kind {
            Kind::Text(text) => ACTIONS.iter().find(|(word, _)| *word == &**text).map(|(_, kind)| (*kind, node.span)),
            _ => None,
        });
        let Some((kind, span)) = kind else {
            entry.demands.extend(tests.into_iter().map(Demand::Filter));
            return entry.demands.extend(self.action(action));
        };
        if matches!(kind, Named::Filter | Named::Reject) {
            tests.extend(holder.and_then(|holder| holder.get("constraint")).and_then(|inner| self.test(inner)));
            if tests.is_empty() {
                tests.extend(said(part, entry));
            }
        }
        let silent = |keys: &[&str]| {
            keys.iter().all(|key| part(key).is_none() && holder.is_none_or(|holder| holder.get(key).is_none()))
        };
        match kind {
            Named::Filter if tests.is_empty() && silent(&["constraint", "field", "text", "rule"]) => {
                self.lacks(span, "`filter` does not say which candidates are kept", "state a `constraint`");
            }
            Named::Reject if tests.is_empty() => {
                if silent(&["condition", "if", "constraint", "field", "text", "rule"]) {
                    self.lacks(span, "`reject` does not say when", "state a `condition` or a `constraint`");
                } else {
                    entry.demands.push(Demand::Deny);
                }
            }
            Named::Reject => entry.demands.extend(tests.into_iter().map(|test| Demand::Reject(test, span))),
            Named::Filter => entry.demands.extend(tests.into_iter().map(Demand::Filter)),
            Named::Weigh => self.weights(span),
            Named::Force => {
                entry.demands.extend(tests.into_iter().map(Demand::Filter));
                let mut targets = ["target", "model"].into_iter();
                let named = targets.find_map(|key| holder.and_then(|holder| holder.get(key)).or_else(|| part(key)));
                match named.map(|node| (self.word(node), node.span)) {
                    Some((Some(target), span)) => entry.demands.push(Demand::Force(target, span)),
                    Some((None, _)) => {}
                    None => self.lacks(span, "`force_model` names no model", "state its name as `model`"),
                }
            }
        }
    }

    /// An action that is a condition on the service: prose or a map.
    fn action(&mut self, action: &Node) -> Vec<Demand> {
        let Kind::Text(text) = &action.kind else {
            return self.test(action).map(Demand::Filter).into_iter().collect();
        };
        match self.sentence(text, action.span) {
            Some(Sentence { when: None, action }) => demands(action),
            Some(Sentence { when: Some(_), .. }) => {
                let message = "an action has a condition of its own";
                let found = Diagnostic::error(&codes::RULE_SENTENCE, action.span, message);
                self.findings.push(found.help("state the whole sentence as `text`, or the condition as `condition`"));
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    /// The sentence of a rule: the rule itself, or the same as its parts say.
    fn said_in_prose<'n>(&mut self, part: Part<'_, 'n>, entry: &mut Entry) {
        let Some(node) = self.one_of(part, &["text", "rule"]) else { return };
        let Some(text) = self.word(node) else { return };
        if entry.because.is_none() {
            entry.because = Some(text.clone());
        }
        let apart = [part("condition"), part("if"), part("action"), part("then"), part("constraint"), part("field")];
        let said = match (sentence::sentence(&text, node.span), apart.iter().any(Option::is_some)) {
            (Ok(said), _) => said,
            (Err(found), false) => return self.findings.push(*found),
            // Beside the parts of a rule, words that are no rule describe it.
            (Err(_), true) => return,
        };
        if entry.demands.is_empty() && entry.when.is_none() {
            entry.when = said.when;
            entry.demands = demands(said.action);
            return;
        }
        let same_condition = said.when.is_none() || said.when == entry.when || entry.when.is_none();
        let same_action = match (&said.action, entry.demands.as_slice()) {
            (_, []) | (Action::Deny, [Demand::Deny]) => true,
            (Action::Holds(test), [Demand::Filter(other) | Demand::Reject(other, _)]) => test == other,
            _ => false,
        };
        if !same_condition || !same_action {
            let found =
                Diagnostic::error(&codes::STATED_TWICE, node.span, "the rule is stated twice, and the two differ");
            let found = found.label("this says another").related(entry.span, "than the parts of the rule");
            self.findings.push(found.help("remove one of the two"));
        }
        entry.when = entry.when.take().or(said.when);
        if entry.demands.is_empty() {
            entry.demands = demands(said.action);
        }
    }

    /// The one of several keys for one thing that is stated.
    fn one_of<'n>(&mut self, part: Part<'_, 'n>, names: &[&str]) -> Option<&'n Node> {
        let mut stated = names.iter().filter_map(|name| Some((*name, part(name)?)));
        let (first_name, first) = stated.next()?;
        if let Some((name, second)) = stated.next() {
            let message = format!("`{first_name}` and `{name}` say the same thing, and both are stated");
            let found = Diagnostic::error(&codes::STATED_TWICE, second.opening(), message).label("stated again here");
            self.findings.push(found.related(first.opening(), "first stated here").help("remove one of the two"));
        }
        Some(first)
    }

    /// A text that is not empty.
    pub(super) fn word(&mut self, node: &Node) -> Option<Name> {
        match &node.kind {
            Kind::Text(text) if !text.trim().is_empty() => Some(text.clone()),
            _ => {
                self.wrong_kind(node, "this", "a text that is not empty");
                None
            }
        }
    }

    pub(super) fn priority(&mut self, node: &Node) -> Option<Name> {
        match &node.kind {
            Kind::Number(number) if number.parse::<i64>().is_ok() => Some(number.clone()),
            Kind::Text(text) if matches!(&**text, "high" | "normal" | "low") => Some(text.clone()),
            _ => {
                self.wrong_kind(node, "`priority`", "a whole number, or `high`, `normal` or `low`");
                None
            }
        }
    }

    pub(super) fn lacks(&mut self, span: Span, message: &str, help: &str) {
        self.findings.push(Diagnostic::error(&codes::MISSING_FIELD, span, message).help(help));
    }

    fn weights(&mut self, span: Span) {
        let message = "`weight_override` changes what is preferred, and a rule only takes away";
        let found = Diagnostic::error(&codes::NO_RULE, span, message).label("no rule");
        self.findings.push(found.help("weights are a part of the score: change the constant `weights` of the package"));
    }

    pub(super) fn wrong_kind(&mut self, node: &Node, what: &str, wanted: &str) {
        let message = format!("{what} is {}, and {} is needed", node.words(), wanted.trim_end_matches(','));
        self.findings.push(Diagnostic::error(&codes::WRONG_KIND, node.opening(), message));
    }

    pub(super) fn unknown_key(&mut self, key: &Key, what: &str, known: &[&str]) {
        let message = format!("`{}` is {what}", shortened(&key.text));
        let found = Diagnostic::error(&codes::UNKNOWN_FIELD, key.span, message).label("unknown key");
        self.findings.push(near_or_all(found, key.span, &key.text, known.to_vec()));
    }
}

fn is_entry(keys: &[(Key, Node)]) -> bool {
    let mut words = keys.iter().map(|(key, _)| &*key.text);
    words.clone().any(|key| KEYS.contains(&key) && !ANYWHERE.contains(&key))
        || (words.clone().any(|key| ANYWHERE.contains(&key)) && !words.any(policies::is_policy))
}

pub(super) fn bare(span: Span) -> Entry {
    Entry { name: None, span, family: None, priority: None, when: None, demands: Vec::new(), because: None }
}

/// Why a rule without a description is there: what it demands, in its own words.
fn reason(part: Part<'_, '_>) -> Option<Name> {
    let prose = |keys: &[&str]| {
        let node = keys.iter().find_map(|key| part(key))?;
        match &node.kind {
            Kind::Text(text) if ACTIONS.iter().all(|(word, _)| *word != &**text) => Some(text.clone()),
            _ => None,
        }
    };
    let demand = prose(&["constraint"]).or_else(|| prose(&["action", "then"]))?;
    match prose(&["condition", "if"]) {
        Some(condition) => Some(format!("if {condition} then {demand}").into()),
        None => Some(demand),
    }
}

/// What is filtered or rejected may stand in the sentence of the rule, with its condition.
fn said(part: Part<'_, '_>, entry: &mut Entry) -> Option<Test> {
    let node = part("text").or_else(|| part("rule"))?;
    let Kind::Text(text) = &node.kind else { return None };
    // What is wrong with it is told where the sentence itself is read.
    let said = sentence::sentence(text, node.span).ok()?;
    entry.when = entry.when.take().or(said.when);
    match said.action {
        Action::Holds(test) => Some(test),
        Action::Deny => None,
    }
}

fn demands(action: Action) -> Vec<Demand> {
    match action {
        Action::Holds(test) => vec![Demand::Filter(test)],
        Action::Deny => vec![Demand::Deny],
    }
}

impl Entry {
    /// A name made of what the rule says, where it has none.
    pub fn derived_name(&self) -> Name {
        let last = |test: &Test| {
            let path = test.first_path()?;
            let text = path.text.strip_prefix("service.").or(path.text.strip_prefix("request.")).unwrap_or(&path.text);
            Some(slug(text))
        };
        let subject = self.demands.iter().find_map(|demand| match demand {
            Demand::Filter(test) | Demand::Reject(test, _) => last(test),
            Demand::Deny => Some("denied".into()),
            Demand::Force(target, _) => Some(slug(&format!("only {target}"))),
            Demand::Allow(_) => Some("access".into()),
        });
        let subject = subject.unwrap_or_else(|| "rule".into());
        match self.when.as_ref().and_then(last) {
            Some(condition) => slug(&format!("{subject} by {condition}")),
            None => slug(&format!("{subject} of all")).trim_end_matches("_of_all").into(),
        }
    }
}
