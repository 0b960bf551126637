//! Requests in the shape of the CAIO router, as requests of the package.
//!
//! *Takes* the body of a call, `{request, policies, context}`, or the bare request; *gives* the request as the package's own type is written.
//! *Promises*: one set of needs, however often one is stated; everything that is wrong is said at once, each at its place; what nobody
//! decides by, such as the messages of a conversation, is named here and is no accident. *Leaves out* the identity of the caller,
//! which is verified where requests come in.
//!
//! A need that is stated twice holds with the stricter bound. Two that cannot be compared and differ are an error.

use std::collections::BTreeMap;

use crate::base::{Name, Span, similar};
use crate::data::{Findings, Key, Kind, Node, shortened};
use crate::diag::Diagnostic;
use crate::ir::{Field, Policy, Services};
use crate::value::{Type, Value};

use super::codes;
use super::decode::{Decoder, Known, Path, Schema, near_or_all};
use super::rules::paths::{self, Kind as Written};
use super::rules::with_unit;

/// The adapter's name.
pub const ADAPTER: &str = "caio";

/// The parts of a request that are its payload: nothing is decided by them.
const PAYLOAD: &[&str] = &[
    "intent.message",
    "intent.text",
    "intent.prompt",
    "intent.messages",
    "intent.model",
    "intent.parameters",
    "intent.params",
    "intent.confidence",
    "intent.modes",
    "intent.field_modes",
    "context.conversation_id",
    "context.conversation_length",
    "context.conversation_style",
    "context.prompt",
    "context.query",
    "context.psi_t",
    "context.trait_modes",
    "context.user_preferences",
    "context.rfs_metrics.cost",
    "user.preferences",
    "traits.intent_mode",
    "traits.trait_mode",
];

/// Paths that the table of names does not read alone.
const OTHERS: &[&str] = &[
    "intent.action",
    "requirements.latency",
    "requires_accuracy",
    "requires_latency",
    "requires_determinism",
    "user.token",
    "traits.confidential",
];

/// The fields of which the larger value is the stricter one.
const FLOORS: &[&str] = &["min_accuracy", "min_availability", "min_throughput"];
/// The fields of which the smaller value is the stricter one.
const CEILINGS: &[&str] =
    &["guaranteed_within", "max_latency", "max_cost", "max_token_price", "persona.max_risk", "persona.risk_tolerance"];
/// The fields to which every statement adds.
const UNIONS: &[&str] = &["needs", "labels"];

/// Translates a body into a request of this type.
pub fn read(node: &Node, policy: &Policy, services: &Services, request_type: &Name) -> Result<Node, Vec<Diagnostic>> {
    let fields = policy.requests.get(request_type).map_or(&[][..], |declared| declared.fields.as_slice());
    let schema = Schema { policy, services: Known::Services(services) };
    let mut body = Body { schema, fields, stated: BTreeMap::new(), findings: Findings::default() };
    body.whole(node);
    let request = body.request(node.span);
    body.findings.into_result(request)
}

/// What a field is, and where that is stated.
struct Stated {
    node: Node,
    value: Value,
    path: String,
}

struct Body<'a> {
    schema: Schema<'a>,
    fields: &'a [Field],
    stated: BTreeMap<&'static str, Stated>,
    findings: Findings,
}

impl Body<'_> {
    /// The body of a call, or the request alone.
    fn whole(&mut self, node: &Node) {
        let Some(keys) = self.map(node, "the body") else { return };
        let Some(request) = node.get("request") else { return self.asked(node) };
        for (key, part) in keys {
            match &*key.text {
                "request" => {}
                "context" => self.section("context", part),
                "policies" => self.policies(part),
                _ => self.unknown(key, &key.text, &["request", "policies", "context"]),
            }
        }
        self.asked(request);
    }

    fn asked(&mut self, request: &Node) {
        let Some(keys) = self.map(request, "`request`") else { return };
        for (key, part) in keys {
            if &*key.text == "policies" {
                self.policies(part);
            } else {
                self.entry(&key.text, key, part);
            }
        }
        if request.get("requirements").is_none_or(|part| part.kind == Kind::Null) && !self.stated.contains_key("needs")
        {
            let found = Diagnostic::error(&codes::MISSING_FIELD, request.opening(), "`requirements` is missing");
            let help = "state what is needed, or `requirements: {}` where anybody will do";
            self.findings.push(found.label("not stated in here").help(help));
        }
        // A plan says what is to be done, where no intent does.
        let action = request.get("intent").filter(|_| !self.stated.contains_key("intent"));
        if let Some(action) = action.and_then(|intent| intent.get("action")) {
            self.put("intent", "intent.action", action, Written::Plain);
        }
    }

    /// A part of the request at its path from there.
    fn entry(&mut self, path: &str, key: &Key, node: &Node) {
        if node.kind == Kind::Null || PAYLOAD.contains(&path) {
            return;
        }
        if OTHERS.contains(&path) {
            return self.other(path, node);
        }
        let known = paths::REQUEST.iter().find(|(known, ..)| *known == path);
        match (known, &node.kind) {
            // A guarantee has its bound within, and requirements have parts.
            (Some((_, field, kind)), _) if !matches!(node.kind, Kind::Map(_)) || !is_section(path) => {
                self.put(field, path, node, *kind)
            }
            (_, Kind::Map(_)) if path == "data" => self.data(node),
            (_, Kind::Map(_)) if is_section(path) => self.section(path, node),
            _ if is_section(path) => self.wrong_kind(node, &format!("`{path}`"), "a map"),
            _ => self.unknown(key, path, &siblings(path)),
        }
    }

    fn section(&mut self, path: &str, node: &Node) {
        if node.kind == Kind::Null {
            return;
        }
        let Some(keys) = self.map(node, &format!("`{path}`")) else { return };
        for (key, part) in keys {
            self.entry(&format!("{path}.{}", key.text), key, part);
        }
        if path == "requirements" {
            // An empty one says that nothing in particular is needed.
            let nothing = Node { kind: Kind::List(Vec::new()), span: node.opening() };
            self.put("needs", path, &nothing, Written::Elements);
        }
    }

    /// What is written otherwise than a field is.
    fn other(&mut self, path: &str, node: &Node) {
        match (path, &node.kind) {
            ("user.token", _) => self.identity(node),
            ("intent.action", Kind::Text(_)) => {}
            ("requires_determinism", Kind::Bool(true)) => self.put("deterministic", path, node, Written::Plain),
            ("requires_determinism" | "requires_accuracy" | "requires_latency", Kind::Bool(false)) => {}
            // An active trait may have parts of its own; being there is what makes it active.
            ("traits.confidential", Kind::Map(_)) => {
                let active = Node { kind: Kind::Bool(true), span: node.opening() };
                self.put("persona.confidential", path, &active, Written::Plain);
            }
            ("traits.confidential", _) => self.put("persona.confidential", path, node, Written::Plain),
            ("requires_accuracy" | "requires_latency", Kind::Bool(true)) | ("requirements.latency", Kind::Text(_)) => {
                let message = format!("`{path}` is {}, which says no bound", node.words());
                let found = Diagnostic::error(&codes::MALFORMED, node.span, message).label("how much?");
                let bound = if path == "requires_accuracy" { "accuracy: {min: 0.9}" } else { "latency: {max: 500}" };
                self.findings.push(found.help(format!("state it as in `requirements: {{guarantees: {{{bound}}}}}`")));
            }
            ("requirements.latency", Kind::Number(_)) => {
                self.put("guaranteed_within", path, node, Written::Milliseconds);
            }
            ("requirements.latency", _) => self.wrong_kind(node, "`requirements.latency`", "a number of milliseconds"),
            ("intent.action", _) => self.wrong_kind(node, "`intent.action`", "a text"),
            _ => self.wrong_kind(node, &format!("`{path}`"), "`true` or `false`"),
        }
    }

    /// Who calls is verified where requests come in, and never taken from the request itself.
    fn identity(&mut self, token: &Node) {
        let message = "`user.token` is stated, and a request cannot vouch for its own token";
        let found = Diagnostic::error(&codes::SELF_VOUCHED, token.opening(), message).label("not believed");
        self.findings.push(found.help("leave it out, and hand the token over with `--token FILE`"));
    }

    /// The payload: markers of sensitive data are labels, and everything else is nobody's business here.
    fn data(&mut self, node: &Node) {
        let Some(keys) = self.map(node, "`data`") else { return };
        let markers = || paths::REQUEST.iter().filter_map(|(path, ..)| path.strip_prefix("data."));
        for (key, part) in keys {
            let path = format!("data.{}", key.text);
            match (paths::of_request(&path), &part.kind) {
                (Some(_), Kind::Null | Kind::Bool(false)) => {}
                (Some((field, Written::Marker(label))), Kind::Bool(true)) => {
                    let labels = Node { kind: Kind::List(vec![Node::text(label, part.span)]), span: part.span };
                    self.put(field, &path, &labels, Written::Plain);
                }
                (Some(_), _) => self.wrong_kind(part, &format!("`{path}`"), "`true` or `false`"),
                // A flag that nobody knows may be a marker that was mistyped, and would leave the data unguarded.
                (None, Kind::Bool(true)) => self.unknown(key, &path, &markers().collect::<Vec<_>>()),
                (None, _) => {}
            }
        }
    }

    /// Policies beside a request: those that it can state of itself. No request brings rules of its own.
    fn policies(&mut self, node: &Node) {
        match &node.kind {
            Kind::Map(keys) => {
                for (key, part) in keys.iter().filter(|(_, part)| part.kind != Kind::Null) {
                    let path = format!("policies.{}", key.text);
                    match paths::of_request(&path) {
                        Some((field, kind)) => self.put(field, &path, part, kind),
                        None => self.rule(key.span, &format!("`{}`", shortened(&path))),
                    }
                }
            }
            Kind::List(elements) => {
                if let Some(first) = elements.first() {
                    self.rule(first.opening(), "a policy");
                }
            }
            Kind::Null => {}
            _ => self.wrong_kind(node, "`policies`", "a map"),
        }
    }

    fn rule(&mut self, span: Span, what: &str) {
        let message = format!("{what} is a rule, and a request brings no rules with it");
        let found = Diagnostic::error(&codes::NO_RULE, span, message).label("no part of a request");
        let help = "import it into the package with `provost import --adapter caio-rules`";
        self.findings.push(found.help(help));
    }

    /// States a field; of two statements the stricter one holds.
    fn put(&mut self, field: &'static str, path: &str, node: &Node, kind: Written) {
        let Some(ty) = self.type_of(field) else {
            let message = format!("`{path}` has no counterpart in the requests of this package");
            let found = Diagnostic::error(&codes::UNKNOWN_PATH, node.opening(), message).label("no such field");
            return self.findings.push(found.help(format!("the field would be called `{field}`")));
        };
        let node = match (&node.kind, kind) {
            // One capability may stand without its list.
            (Kind::Text(_), Written::Elements) => Node { kind: Kind::List(vec![node.clone()]), span: node.span },
            _ => with_unit(node, kind),
        };
        let mut decoder = Decoder::new(self.schema);
        let value = decoder.value(&node, &ty, &Path::Root(path));
        let value = match decoder.finish(value) {
            Ok(value) => value,
            Err(found) => return found.into_iter().for_each(|wrong| self.findings.push(wrong)),
        };
        let new = Stated { node, value, path: path.to_owned() };
        let kept = match self.stated.remove(field) {
            Some(old) => self.stricter(field, old, new),
            None => new,
        };
        self.stated.insert(field, kept);
    }

    /// The stricter of two statements about one field.
    fn stricter(&mut self, field: &str, old: Stated, new: Stated) -> Stated {
        if old.value == new.value {
            return old;
        }
        if UNIONS.contains(&field) {
            return union(old, new);
        }
        let larger_is_stricter = match (FLOORS.contains(&field), CEILINGS.contains(&field)) {
            (true, _) => true,
            (_, true) => false,
            _ => {
                let message = format!("`{}` and `{}` say different things", old.path, new.path);
                let found =
                    Diagnostic::error(&codes::STATED_TWICE, new.node.opening(), message).label("this says another");
                let found = found.related(old.node.opening(), "first stated here");
                self.findings.push(found.help("remove one of the two: neither is stricter than the other"));
                return old;
            }
        };
        if (new.value > old.value) == larger_is_stricter { new } else { old }
    }

    fn type_of(&self, field: &str) -> Option<Type> {
        let mut fields = self.fields;
        let mut found = None;
        for name in field.split('.') {
            let ty = fields.iter().find(|field| &*field.name == name)?.ty.clone();
            fields = match &ty {
                Type::Record(record) => self.schema.policy.records.get(record).map_or(&[][..], Vec::as_slice),
                _ => &[],
            };
            found = Some(ty);
        }
        found
    }

    /// What was stated, as the package writes it.
    fn request(&mut self, span: Span) -> Node {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        for (field, stated) in std::mem::take(&mut self.stated) {
            let span = stated.node.span;
            let key = |text: &str| Key { text: text.into(), span };
            let Some((record, part)) = field.split_once('.') else {
                entries.push((key(field), stated.node));
                continue;
            };
            match entries.iter_mut().find(|(key, _)| &*key.text == record) {
                Some((_, Node { kind: Kind::Map(parts), .. })) => parts.push((key(part), stated.node)),
                _ => entries.push((key(record), Node { kind: Kind::Map(vec![(key(part), stated.node)]), span })),
            }
        }
        Node { kind: Kind::Map(entries), span }
    }

    fn map<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [(Key, Node)]> {
        if let Kind::Map(keys) = &node.kind {
            return Some(keys);
        }
        self.wrong_kind(node, what, "a map");
        None
    }

    fn wrong_kind(&mut self, node: &Node, what: &str, wanted: &str) {
        let message = format!("{what} is {}, and {wanted} is needed", node.words());
        self.findings.push(Diagnostic::error(&codes::WRONG_KIND, node.opening(), message));
    }

    fn unknown(&mut self, key: &Key, path: &str, known: &[&str]) {
        let message = format!("`{}` is no part of a request", shortened(path));
        let found = Diagnostic::error(&codes::UNKNOWN_FIELD, key.span, message).label("unknown key");
        // A key that is known elsewhere is more likely misplaced than mistyped.
        let elsewhere =
            paths::REQUEST.iter().map(|(path, ..)| *path).filter(|path| path.rsplit('.').next() == Some(&*key.text));
        let elsewhere: Vec<String> = elsewhere.map(|path| format!("`{path}`")).collect();
        let near = similar::nearest(&key.text, known.iter().copied());
        self.findings.push(match (near, elsewhere.is_empty()) {
            (None, false) => found.help(format!("there is {}", elsewhere.join(", "))),
            _ => near_or_all(found, key.span, &key.text, known.to_vec()),
        });
    }
}

/// All elements of both, each once.
fn union(mut old: Stated, new: Stated) -> Stated {
    let elements = |value: &Value| value.elements().unwrap_or_default().to_vec();
    let before = elements(&old.value);
    if let (Kind::List(all), Kind::List(more)) = (&mut old.node.kind, &new.node.kind) {
        // Both were read as sets, so each element stands beside its value.
        let texts: Vec<Kind> = all.iter().map(|node| node.kind.clone()).collect();
        all.extend(more.iter().filter(|node| !texts.contains(&node.kind)).cloned());
    }
    let all = before.into_iter().chain(elements(&new.value)).collect();
    Stated { value: Value::set(all), ..old }
}

/// Every path that is known.
fn known() -> impl Iterator<Item = &'static str> {
    let named = paths::REQUEST.iter().map(|(path, ..)| *path);
    named.chain(PAYLOAD.iter().copied()).chain(OTHERS.iter().copied())
}

/// Whether something is known below a path.
fn is_section(path: &str) -> bool {
    known().any(|known| known.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

/// The keys that could stand beside the last one of a path.
fn siblings(path: &str) -> Vec<&'static str> {
    let parent = path.rsplit_once('.').map_or("", |(parent, _)| parent);
    let below = |known: &'static str| match parent {
        "" => Some(known),
        parent => known.strip_prefix(parent).and_then(|rest| rest.strip_prefix('.')),
    };
    let mut keys: Vec<&str> = known().filter_map(below).filter_map(|rest| rest.split('.').next()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}
