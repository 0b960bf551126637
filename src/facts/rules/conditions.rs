//! Conditions that are not prose: list elements, and maps of a path, a comparison and a value.

use crate::data::{Key, Kind, Node, shortened};
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::facts::decode::near_or_all;
use crate::ir::Comparison;

use super::entries::Document;
use super::form::{Op, Operand, Path, Test};
use super::sentence;

impl Document {
    /// `{type: constraint, field: requires_gpu, value: false}`
    pub(super) fn list_element(&mut self, field: &Node, op: Option<&Node>, value: Option<&Node>) -> Option<Test> {
        let path = self.path(field)?;
        let op = match op {
            Some(node) => self.op(node)?,
            None => Op::Compare(Comparison::Equal),
        };
        let Some(value) = value else {
            self.lacks(field.span, "`field` has no `value` beside it", "state the value that the field must have");
            return None;
        };
        let key = path.text.rsplit('.').next().unwrap_or_default();
        // Among the constraints of a contract, what it does not require counts as not required.
        let absent_is_false = key.starts_with("requires_");
        Some(Test::Compare(Path { absent_is_false, ..path }, op, Operand::Value(value.clone())))
    }

    /// A condition: prose, or a map of `path`, `op` and `value`.
    pub(super) fn test(&mut self, node: &Node) -> Option<Test> {
        match &node.kind {
            Kind::Text(text) => sentence::test(text, node.span).map_err(|found| self.findings.push(*found)).ok(),
            Kind::Map(keys) => self.tree(node, keys),
            _ => {
                self.wrong_kind(node, "the condition", "a sentence, or a map with `path`, `op` and `value`,");
                None
            }
        }
    }

    pub(super) fn tree(&mut self, node: &Node, keys: &[(Key, Node)]) -> Option<Test> {
        if let [(key, inner)] = keys {
            match &*key.text {
                "all" | "and" => return self.many(inner).map(Test::And),
                "any" | "or" => return self.many(inner).map(Test::Or),
                "not" => return self.test(inner).map(|test| Test::Not(Box::new(test))),
                _ => {}
            }
        }
        const PARTS: &[&str] = &["path", "op", "value", "value_path"];
        let before = self.findings.count();
        for (key, _) in keys.iter().filter(|(key, _)| !PARTS.contains(&&*key.text)) {
            self.unknown_key(key, "no part of a condition", PARTS);
        }
        let path = match node.get("path") {
            Some(path) => self.path(path),
            None => {
                self.lacks(node.opening(), "the condition has no `path`", "state one such as `request.priority`");
                None
            }
        };
        let op = match node.get("op") {
            Some(op) => op,
            None => {
                self.lacks(node.opening(), "the condition has no `op`", "state one such as `==`");
                return None;
            }
        };
        let value = node.get("value").filter(|value| value.kind != Kind::Null);
        if matches!(&op.kind, Kind::Text(text) if &**text == "exists") {
            let wanted = match value.map(|value| &value.kind) {
                None => true,
                Some(Kind::Bool(wanted)) => *wanted,
                Some(_) => {
                    self.wrong_kind(value.unwrap_or(op), "`value`", "`true` or `false`");
                    return None;
                }
            };
            let exists = Test::Exists(path?);
            return Some(if wanted { exists } else { Test::Not(Box::new(exists)) });
        }
        let op = self.op(op);
        let operand = match (value, node.get("value_path")) {
            (Some(value), None) => Some(Operand::Value(value.clone())),
            (None, Some(path)) => self.path(path).map(Operand::Path),
            (Some(value), Some(_)) => {
                let found =
                    Diagnostic::error(&codes::STATED_TWICE, value.opening(), "`value` and `value_path` are stated");
                self.findings.push(found.help("remove one of the two"));
                None
            }
            (None, None) => {
                self.lacks(node.opening(), "the condition has no `value`", "state `value`, or a path as `value_path`");
                None
            }
        };
        let test = Test::Compare(path?, op?, operand?);
        (self.findings.count() == before).then_some(test)
    }

    fn many(&mut self, node: &Node) -> Option<Vec<Test>> {
        let Kind::List(elements) = &node.kind else {
            self.wrong_kind(node, "the condition", "a list of conditions");
            return None;
        };
        if elements.is_empty() {
            self.lacks(node.opening(), "the list has no conditions", "state at least one");
        }
        let tests: Vec<Test> = elements.iter().filter_map(|element| self.test(element)).collect();
        (tests.len() == elements.len() && !tests.is_empty()).then_some(tests)
    }

    fn op(&mut self, node: &Node) -> Option<Op> {
        const OPS: &[(&str, Op)] = &[
            ("==", Op::Compare(Comparison::Equal)),
            ("!=", Op::Compare(Comparison::NotEqual)),
            ("<", Op::Compare(Comparison::Less)),
            ("<=", Op::Compare(Comparison::LessOrEqual)),
            (">", Op::Compare(Comparison::Greater)),
            (">=", Op::Compare(Comparison::GreaterOrEqual)),
            ("in", Op::In),
            ("contains", Op::Contains),
        ];
        let text = self.word(node)?;
        let found = OPS.iter().find(|(word, _)| *word == &*text).map(|(_, op)| *op);
        if found.is_none() {
            let message = format!("`{}` is no comparison", shortened(&text));
            let wrong = Diagnostic::error(&codes::UNKNOWN_MEMBER, node.span, message);
            let known = OPS.iter().map(|(word, _)| *word).chain(["exists"]).collect();
            self.findings.push(near_or_all(wrong, node.span, &text, known));
        }
        found
    }

    fn path(&mut self, node: &Node) -> Option<Path> {
        let text = self.word(node)?;
        Some(Path { text, span: node.span, absent_is_false: false })
    }
}
