//! Requests by hand: `--set needs=ocr,chat --set max_latency=8s`.
//!
//! *Takes* a request as data and assignments; *gives* the request with them merged in. The text of an assignment is
//! read by the type of its field: `true` is a bool in a bool and a text in a text. Sets, lists and vectors are
//! separated by commas. An empty text is an empty collection or text, and nothing stated for an optional field.

use crate::base::{FileId, Name, Sources, Span};
use crate::diag::Diagnostic;
use crate::ir::{Field, Policy, Services};
use crate::value::Type;

use super::decode::{near_or_all, unknown_field};
use super::{Request, codes};
use crate::data::{Findings, Key, Kind, Node, plain, shortened};

/// The name of the source that holds the assignments, one a line, so that diagnostics can point into them.
pub const SOURCE: &str = "--set";

/// Merges assignments `(path, text)` into a request; a path goes into records by dots. What is wrong with some of them
/// comes beside the request with the others merged in, so that everything can be said at once.
pub fn set(
    node: Node,
    policy: &Policy,
    request_type: &Name,
    assignments: &[(String, String)],
    sources: &mut Sources,
) -> (Node, Vec<Diagnostic>) {
    if assignments.is_empty() {
        return (node, Vec::new());
    }
    let lines: Vec<String> = assignments.iter().map(|(path, text)| format!("{path}={text}")).collect();
    let file = sources.add(SOURCE, lines.join("\n"));
    let fields = policy.requests.get(request_type).map_or(&[][..], |r| r.fields.as_slice());
    let mut merged = if node.kind == Kind::Null { Node { kind: Kind::Map(Vec::new()), ..node } } else { node };
    let mut findings = Findings::default();
    let mut done: Vec<(&str, Span)> = Vec::new();
    let mut start = 0;
    for (path, text) in assignments {
        let assignment = Assignment { file, start, path, text };
        start += path.len() + 1 + text.len() + 1;
        if let Some((_, first)) = done.iter().find(|(earlier, _)| earlier == path) {
            let message = format!("`{}` is set twice by `--set`", shortened(path));
            let found = Diagnostic::error(&codes::BAD_ASSIGNMENT, assignment.path_span(), message);
            findings.push(found.related(*first, "first set here"));
            continue;
        }
        done.push((path, assignment.path_span()));
        let typed = assignment.find(policy, fields, request_type).and_then(|field| assignment.typed(field));
        match typed {
            Ok(node) => assignment.merge(&mut merged, node),
            Err(found) => findings.push(*found),
        }
    }
    (merged, findings.into_vec())
}

/// The name of the source that holds the facts of whoever asks.
pub const CALLER: &str = "(who asks)";

/// A request with the facts of whoever asks, a JSON object of its fields. They stand for whatever the request says itself.
pub fn with_caller(node: Node, facts: &str, sources: &mut Sources) -> Node {
    let file = sources.add(CALLER, facts);
    let Ok(Node { kind: Kind::Map(facts), .. }) = crate::data::read_json(file, facts) else { return node };
    let kind = match node.kind {
        Kind::Null => Kind::Map(facts),
        Kind::Map(stated) => {
            let others = stated.into_iter().filter(|(key, _)| facts.iter().all(|(fact, _)| fact.text != key.text));
            Kind::Map(others.chain(facts.iter().cloned()).collect())
        }
        // No request at all, which its typing says.
        other => other,
    };
    Node { kind, ..node }
}

/// A request with assignments merged in, typed; everything that is wrong with either is said at once.
pub fn request(
    policy: &Policy,
    services: &Services,
    request_type: &Name,
    node: Node,
    assignments: &[(String, String)],
    sources: &mut Sources,
) -> Result<Request, Vec<Diagnostic>> {
    let (node, mut found) = set(node, policy, request_type, assignments, sources);
    match super::request::request(policy, services, request_type, &node) {
        Ok(request) if found.is_empty() => Ok(request),
        Ok(_) => Err(found),
        Err(more) => {
            found.extend(more);
            Err(found)
        }
    }
}

/// What is wrong with an assignment. Boxed, since it is rare and large.
type Wrong = Box<Diagnostic>;

struct Assignment<'a> {
    file: FileId,
    start: usize,
    path: &'a str,
    text: &'a str,
}

impl Assignment<'_> {
    fn path_span(&self) -> Span {
        Span::new(self.file, self.start, self.start + self.path.len())
    }

    fn text_start(&self) -> usize {
        self.start + self.path.len() + 1
    }

    /// The segments of the path with their places.
    fn segments(&self) -> Vec<(&str, Span)> {
        let mut at = self.start;
        let mut segments = Vec::new();
        for segment in self.path.split('.') {
            segments.push((segment, Span::new(self.file, at, at + segment.len())));
            at += segment.len() + 1;
        }
        segments
    }

    fn refuse(&self, message: String) -> Wrong {
        Box::new(Diagnostic::error(&codes::BAD_ASSIGNMENT, self.path_span(), message))
    }

    /// The field that the path names.
    fn find<'p>(&self, policy: &'p Policy, fields: &'p [Field], owner: &str) -> Result<&'p Field, Wrong> {
        let mut fields = fields;
        let mut owner = owner.to_owned();
        let mut found: Option<&Field> = None;
        for (segment, span) in self.segments() {
            if let Some(outer) = found {
                let Type::Record(name) = &outer.ty else {
                    let message = format!("`{}` is set by `--set`, but `{}` is no record", self.path, outer.name);
                    return Err(self.refuse(message));
                };
                fields = policy.records.get(name).map_or(&[][..], Vec::as_slice);
                owner = name.to_string();
            }
            let Some(field) = fields.iter().find(|field| &*field.name == segment) else {
                let wrong = unknown_field(segment, &owner, span);
                let names = fields.iter().map(|f| &*f.name).collect();
                let mut wrong = near_or_all(wrong, span, segment, names);
                wrong.message = format!("{}, and is set by `--set`", wrong.message);
                wrong.fixes.clear();
                return Err(Box::new(wrong));
            };
            found = Some(field);
        }
        found.ok_or_else(|| self.refuse("`--set` names no field".to_owned()))
    }

    fn typed(&self, field: &Field) -> Result<Node, Wrong> {
        let start = self.text_start();
        let span = Span::new(self.file, start, start + self.text.len());
        if self.text.is_empty() && field.optional && field.ty.element().is_none() {
            return Ok(Node { kind: Kind::Null, span });
        }
        match text(self.text, &field.ty, self.file, start) {
            Some(node) => Ok(node),
            None => {
                let message = format!("`{}` is a `{}`, which `--set` cannot write", self.path, field.ty);
                let help = "state it in the request file; a field of a record is set as `record.field=value`";
                let found = Diagnostic::error(&codes::BAD_ASSIGNMENT, self.path_span(), message);
                Err(Box::new(found.help(help)))
            }
        }
    }

    /// Puts the node at its path. What stands in the way is left for the typing of the request to refuse.
    fn merge(&self, root: &mut Node, node: Node) {
        let mut place = root;
        for (segment, span) in self.segments() {
            let Kind::Map(entries) = &mut place.kind else { return };
            let index = match entries.iter().position(|(key, _)| &*key.text == segment) {
                Some(index) => index,
                None => {
                    let key = Key { text: segment.into(), span };
                    entries.push((key, Node { kind: Kind::Map(Vec::new()), span: self.path_span() }));
                    entries.len() - 1
                }
            };
            let Some((_, next)) = entries.get_mut(index) else { return };
            if next.kind == Kind::Null {
                next.kind = Kind::Map(Vec::new());
            }
            place = next;
        }
        *place = node;
    }
}

/// A text read by the type of its place; `None` for types that one line of text cannot write.
pub(super) fn text(text: &str, ty: &Type, file: FileId, start: usize) -> Option<Node> {
    let span = Span::new(file, start, start + text.len());
    let kind = match ty {
        Type::Bool | Type::Int | Type::Decimal => match plain(text) {
            Kind::Null => Kind::Text(text.into()),
            kind => kind,
        },
        Type::Set(element) | Type::List(element) => Kind::List(elements(text, element, file, start)?),
        Type::Vector => Kind::List(elements(text, &Type::Decimal, file, start)?),
        Type::Record(_) | Type::Request(_) | Type::ComplexVector => return None,
        _ => Kind::Text(text.into()),
    };
    Some(Node { kind, span })
}

fn elements(whole: &str, element: &Type, file: FileId, start: usize) -> Option<Vec<Node>> {
    if matches!(element, Type::Set(_) | Type::List(_) | Type::Vector | Type::ComplexVector) {
        return None;
    }
    if whole.is_empty() {
        return Some(Vec::new());
    }
    let mut nodes = Vec::new();
    let mut at = start;
    for part in whole.split(',') {
        let lead = part.len() - part.trim_start().len();
        nodes.push(text(part.trim(), element, file, at + lead)?);
        at += part.len() + 1;
    }
    Some(nodes)
}
