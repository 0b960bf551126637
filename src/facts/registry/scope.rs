//! Capability scopes: what the models of a layer may see, write and use.

use super::read::{Need, Part, Reader};
use super::{Lists, Placed, Scope, ScopeFile};
use crate::base::Name;
use crate::data::{Kind, Node};

impl Reader {
    /// One scope file, with everything that it lacks.
    pub(super) fn scope(&mut self, of: &ScopeFile) -> Scope {
        let head = self.part(of, "scope");
        let models = self.part(of, "models");
        let safety = self.part(of, "safety");
        let logging = self.part(of, "logging");
        let (inputs, outputs, tooling) =
            (self.lists(of, "inputs"), self.lists(of, "outputs"), self.lists(of, "tooling"));
        let mut of_head = |key: &str| head.and_then(|part| self.needed(part, key, Self::text));
        let (layer, description) = (of_head("layer_id"), of_head("description"));
        let (version, effective_date) = (of_head("version"), of_head("effective_date"));
        Scope {
            id: of.stem.clone(),
            file: of.file,
            layer,
            description,
            autonomy: head.and_then(|part| self.autonomy(part, "autonomy_level")),
            version,
            effective_date,
            primary: models.and_then(|part| self.reference(part, "primary")),
            fallback: models.map(|part| self.references(part, "fallback", Need::Needed)).unwrap_or_default(),
            critic: models.and_then(|part| self.reference(part, "critic")),
            inputs,
            outputs,
            tooling,
            required_fields: logging.map(|part| self.list(part, "required_fields")).unwrap_or_default(),
            safety_checks: safety.map(|part| self.list(part, "safety_checks")).unwrap_or_default(),
            alert_on_violation: safety.and_then(|part| self.needed(part, "alert_on_violation", Self::flag)),
            alert_channel: safety.and_then(|part| self.needed(part, "alert_channel", Self::text)),
            constraints: constraints(&of.node),
        }
    }

    fn part<'n>(&mut self, of: &'n ScopeFile, name: &'n str) -> Option<Part<'n>> {
        let (node, place) = self.section(&of.node, name, of.file, Need::Needed)?;
        Some(Part { path: name, node, place })
    }

    fn lists(&mut self, of: &ScopeFile, name: &str) -> Lists {
        let Some(part) = self.part(of, name) else { return Lists::default() };
        Lists { allowed: self.list(part, "allowed"), forbidden: self.list(part, "forbidden") }
    }

    fn list(&mut self, part: Part<'_>, key: &str) -> Vec<Placed<Name>> {
        self.needed(part, key, Self::texts).map(|list| list.value).unwrap_or_default()
    }
}

fn constraints(root: &Node) -> Vec<(Placed<Name>, Node)> {
    match root.get("constraints").map(|node| &node.kind) {
        Some(Kind::Map(entries)) => {
            let entries = entries.iter();
            entries.map(|(key, node)| (Placed { value: key.text.clone(), span: key.span }, node.clone())).collect()
        }
        _ => Vec::new(),
    }
}
