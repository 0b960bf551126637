//! From the tree of a registry to its facts, each with its place.

use std::collections::BTreeSet;

use super::{
    Audit, Autonomy, Budget, FallbackPolicy, Layer, LayerFallback, Level, Model, Named, Placed, Reference, Registry,
};
use crate::base::{Decimal, FileId, Name, Span};
use crate::data::{Findings, Key, Kind, Node, shortened};
use crate::diag::Diagnostic;
use crate::facts::codes;

/// A part of a file that holds facts.
#[derive(Clone, Copy)]
pub(super) struct Part<'n> {
    /// Its path, for messages.
    pub path: &'n str,
    /// What stands in it.
    pub node: &'n Node,
    /// Where what it lacks is missing.
    pub place: Span,
}

/// Reads facts and gathers what is wrong with them.
#[derive(Default)]
pub(super) struct Reader {
    pub findings: Findings,
}

impl Reader {
    pub fn registry(&mut self, file: FileId, root: &Node) -> Registry {
        let head = self.section(root, "registry", file, Need::Wanted);
        let head = head.map(|(node, place)| Part { path: "registry", node, place });
        let mut of_head = |key: &str| head.and_then(|part| self.wanted(part, key, Reader::text));
        let (version, effective_date, owner) = (of_head("version"), of_head("effective_date"), of_head("owner"));
        let models = self.entries(root, "models", file);
        let layers = self.entries(root, "layer_mapping", file);
        Registry {
            file,
            version,
            effective_date,
            owner,
            models: models.into_iter().map(|(key, node)| self.model(key, node)).collect(),
            layers: layers.into_iter().map(|(key, node)| self.layer(key, node)).collect(),
            scopes: Vec::new(),
            fallback_policy: self.fallback_policy(root, file),
            budget: self.budget(root, file),
            audit: self.audit(root, file),
        }
    }

    /// The tables below a section that must be there.
    fn entries<'n>(&mut self, root: &'n Node, name: &str, file: FileId) -> Vec<(&'n Key, &'n Node)> {
        let Some((node, _)) = self.section(root, name, file, Need::Needed) else { return Vec::new() };
        let Kind::Map(entries) = &node.kind else { return Vec::new() };
        let is_table = |reader: &mut Self, key: &Key, node: &Node| {
            let table = matches!(node.kind, Kind::Map(_));
            if !table {
                let message = format!("`{name}.{}` is {}, and a table is needed", shortened(&key.text), node.words());
                reader.findings.push(Diagnostic::error(&codes::REGISTRY_SHAPE, node.opening(), message));
            }
            table
        };
        entries.iter().filter(|(key, node)| is_table(self, key, node)).map(|(key, node)| (key, node)).collect()
    }

    /// A section of a file, with the place of its key.
    pub fn section<'n>(&mut self, root: &'n Node, name: &str, file: FileId, need: Need) -> Option<(&'n Node, Span)> {
        let Kind::Map(entries) = &root.kind else { return None };
        let Some((key, node)) = entries.iter().find(|(key, _)| &*key.text == name) else {
            let message = format!("the file has no section `{name}`");
            self.lacks(need, Span::new(file, 0, 0), message, format!("add `[{name}]`"));
            return None;
        };
        if matches!(node.kind, Kind::Map(_)) {
            return Some((node, key.span));
        }
        let message = format!("`{name}` is {}, and a table is needed", node.words());
        self.findings.push(Diagnostic::error(&codes::REGISTRY_SHAPE, node.opening(), message));
        None
    }

    fn lacks(&mut self, need: Need, place: Span, message: String, help: String) {
        let found = match need {
            Need::Needed => Diagnostic::error(&codes::REGISTRY_SHAPE, place, message),
            Need::Wanted => Diagnostic::warning(&codes::REGISTRY_SHAPE, place, message),
            Need::Optional => return,
        };
        self.findings.push(found.help(help));
    }

    fn fact<T>(
        &mut self,
        part: Part<'_>,
        key: &str,
        need: Need,
        read: fn(&mut Self, Part<'_>, &str, &Node) -> Option<T>,
    ) -> Option<Placed<T>> {
        match part.node.get(key) {
            Some(node) => read(self, part, key, node).map(|value| Placed { value, span: node.span }),
            None => {
                let message = format!("`{}` does not state `{key}`", shortened(part.path));
                self.lacks(need, part.place, message, format!("state `{key}`"));
                None
            }
        }
    }

    /// A fact that must be stated.
    pub fn needed<T>(&mut self, part: Part<'_>, key: &str, read: ReadFact<T>) -> Option<Placed<T>> {
        self.fact(part, key, Need::Needed, read)
    }

    /// A fact that should be stated.
    pub fn wanted<T>(&mut self, part: Part<'_>, key: &str, read: ReadFact<T>) -> Option<Placed<T>> {
        self.fact(part, key, Need::Wanted, read)
    }

    /// A fact that may be stated.
    pub fn optional<T>(&mut self, part: Part<'_>, key: &str, read: ReadFact<T>) -> Option<Placed<T>> {
        self.fact(part, key, Need::Optional, read)
    }

    fn wrong<T>(&mut self, part: Part<'_>, key: &str, node: &Node, wanted: &str) -> Option<T> {
        let message = format!("`{}.{key}` is {}, and {wanted} is needed", shortened(part.path), node.words());
        self.findings.push(Diagnostic::error(&codes::REGISTRY_SHAPE, node.opening(), message));
        None
    }

    pub fn text(&mut self, part: Part<'_>, key: &str, node: &Node) -> Option<Name> {
        match &node.kind {
            Kind::Text(text) if !text.trim().is_empty() => Some(text.clone()),
            _ => self.wrong(part, key, node, "a text that is not empty"),
        }
    }

    pub fn flag(&mut self, part: Part<'_>, key: &str, node: &Node) -> Option<bool> {
        match &node.kind {
            Kind::Bool(value) => Some(*value),
            _ => self.wrong(part, key, node, "`true` or `false`"),
        }
    }

    fn count(&mut self, part: Part<'_>, key: &str, node: &Node) -> Option<i64> {
        match &node.kind {
            Kind::Number(text) => match text.replace('_', "").parse::<i64>() {
                Ok(value) if value >= 0 => Some(value),
                _ => self.wrong(part, key, node, "a whole number that is not below zero"),
            },
            _ => self.wrong(part, key, node, "a whole number"),
        }
    }

    fn amount(&mut self, part: Part<'_>, key: &str, node: &Node) -> Option<Decimal> {
        match &node.kind {
            Kind::Number(text) => match text.replace('_', "").parse::<Decimal>() {
                Ok(value) if !value.is_negative() => Some(value),
                _ => self.wrong(
                    part,
                    key,
                    node,
                    "an amount that is not below zero, with at most nine digits behind the point,",
                ),
            },
            _ => self.wrong(part, key, node, "a number"),
        }
    }

    /// A list of texts; what is no text in it is left out.
    pub fn texts(&mut self, part: Part<'_>, key: &str, node: &Node) -> Option<Vec<Placed<Name>>> {
        let Kind::List(nodes) = &node.kind else { return self.wrong(part, key, node, "a list of texts") };
        let text = |node: &Node| Some(Placed { value: self.text(part, key, node)?, span: node.span });
        Some(nodes.iter().filter_map(text).collect())
    }

    fn model(&mut self, key: &Key, node: &Node) -> Model {
        let path = format!("models.{}", key.text);
        let part = Part { path: &path, node, place: key.span };
        let key = Placed { value: key.text.clone(), span: key.span };
        // What a model lacks is judged when it is known whether a layer names it.
        Model {
            id: self.optional(part, "model_id", Self::text).unwrap_or_else(|| key.clone()),
            provider: self.optional(part, "provider", Self::text),
            family: self.optional(part, "family", Self::text),
            description: self.optional(part, "description", Self::text),
            context_window: self.optional(part, "context_window", Self::count),
            max_output_tokens: self.optional(part, "max_output_tokens", Self::count),
            cost_per_1k_input: self.optional(part, "cost_per_1k_input", Self::amount),
            cost_per_1k_output: self.optional(part, "cost_per_1k_output", Self::amount),
            latency_p50_ms: self.optional(part, "latency_p50_ms", Self::count),
            latency_p99_ms: self.optional(part, "latency_p99_ms", Self::count),
            capabilities: self.optional(part, "capabilities", Self::texts).map(|list| list.value),
            use_cases: self.optional(part, "use_cases", Self::texts).map(|list| list.value),
            rate_limit_rpm: self.optional(part, "rate_limit_rpm", Self::count),
            status: self.optional(part, "status", Self::text),
            deployment: self.optional(part, "deployment", Self::text),
            notes: self.optional(part, "notes", Self::text),
            key,
        }
    }

    fn layer(&mut self, key: &Key, node: &Node) -> Layer {
        let path = format!("layer_mapping.{}", key.text);
        let part = Part { path: &path, node, place: key.span };
        if let Some(own) = self.wanted(part, "layer_id", Self::text)
            && own.value != key.text
        {
            let message = format!("`{path}` calls itself `{}`", shortened(&own.value));
            let found = Diagnostic::error(&codes::REGISTRY_IDENTITY, own.span, message);
            self.findings
                .push(found.related(key.span, "the table is of this layer").help("use one name for one layer"));
        }
        Layer {
            description: self.wanted(part, "description", Self::text),
            primary: self.reference(part, "primary"),
            fallback: self.references(part, "fallback", Need::Wanted),
            fallback_stated: node.get("fallback").is_some(),
            critic: self.reference(part, "critic"),
            autonomy: self.autonomy(part, "autonomy"),
            notes: self.optional(part, "notes", Self::text),
            key: Placed { value: key.text.clone(), span: key.span },
        }
    }

    /// The model that a part must name; which one it is, is found out when all are known.
    pub fn reference(&mut self, part: Part<'_>, key: &str) -> Option<Reference> {
        self.needed(part, key, Self::text).map(named)
    }

    /// One name or a list of names; `none` says that there is nobody.
    pub fn references(&mut self, part: Part<'_>, key: &str, need: Need) -> Vec<Reference> {
        let read: ReadFact<Vec<Placed<Name>>> = |reader, part, key, node| match &node.kind {
            Kind::List(_) => reader.texts(part, key, node),
            Kind::Text(_) => Some(vec![Placed { value: reader.text(part, key, node)?, span: node.span }]),
            _ => reader.wrong(part, key, node, "the name of a model, or a list of such names,"),
        };
        let names = self.fact(part, key, need, read).map(|list| list.value).unwrap_or_default();
        names.into_iter().map(named).filter(|name| name.names != Named::Nobody).collect()
    }

    /// `REC`, `REC/PROP`, `EXEC (forbidden)`: words of levels with strokes between, and a remark in brackets.
    pub fn autonomy(&mut self, part: Part<'_>, key: &str) -> Option<Autonomy> {
        let stated = self.needed(part, key, Self::text)?;
        let (words, remark) = match stated.value.split_once('(') {
            Some((words, remark)) => (words, Some(remark.trim_end().trim_end_matches(')').trim())),
            None => (&*stated.value, None),
        };
        let level = |word: &str| Level::ALL.into_iter().find(|level| level.word() == word.trim());
        let levels: Option<BTreeSet<Level>> = words.split('/').map(level).collect();
        let forbidden = remark.map(|remark| remark.eq_ignore_ascii_case("forbidden"));
        match (levels, forbidden) {
            (Some(levels), None | Some(true)) => {
                Some(Autonomy { text: stated.value, span: stated.span, levels, forbidden: forbidden == Some(true) })
            }
            _ => {
                let message = format!("`{}.{key}` says `{}`", shortened(part.path), shortened(&stated.value));
                let help = "write one or more of `RO`, `REC`, `PROP` and `EXEC` with `/` between, and `(forbidden)` behind them where they are";
                self.findings.push(Diagnostic::error(&codes::REGISTRY_AUTONOMY, stated.span, message).help(help));
                None
            }
        }
    }

    fn fallback_policy(&mut self, root: &Node, file: FileId) -> Option<FallbackPolicy> {
        let (node, place) = self.section(root, "fallback_policy", file, Need::Optional)?;
        let part = Part { path: "fallback_policy", node, place };
        let Kind::Map(entries) = &node.kind else { return None };
        let of_layer = |reader: &mut Self, key: &Key, node: &Node| {
            let path = format!("fallback_policy.{}", key.text);
            let part = Part { path: &path, node, place: key.span };
            LayerFallback {
                layer: Placed { value: key.text.clone(), span: key.span },
                order: reader.references(part, "fallback_order", Need::Optional),
                fail_if_all_unavailable: reader.optional(part, "fail_if_all_unavailable", Self::flag),
                alert_on_fallback: reader.optional(part, "alert_on_fallback", Self::flag),
            }
        };
        let layers = entries.iter().filter(|(_, node)| matches!(node.kind, Kind::Map(_)));
        Some(FallbackPolicy {
            layers: layers.map(|(key, node)| of_layer(self, key, node)).collect(),
            max_retries_per_model: self.optional(part, "max_retries_per_model", Self::count),
            retry_delay_seconds: self.optional(part, "retry_delay_seconds", Self::count),
            fail_closed: self.optional(part, "fail_closed", Self::flag),
        })
    }

    fn budget(&mut self, root: &Node, file: FileId) -> Option<Budget> {
        let (node, place) = self.section(root, "budget", file, Need::Optional)?;
        let part = Part { path: "budget", node, place };
        Some(Budget {
            daily_cost_limit_usd: self.optional(part, "daily_cost_limit_usd", Self::amount),
            monthly_cost_limit_usd: self.optional(part, "monthly_cost_limit_usd", Self::amount),
            alert_threshold_pct: self.optional(part, "alert_threshold_pct", Self::count),
            owner: self.optional(part, "owner", Self::text),
            tracking_enabled: self.optional(part, "tracking_enabled", Self::flag),
        })
    }

    fn audit(&mut self, root: &Node, file: FileId) -> Option<Audit> {
        let (node, place) = self.section(root, "audit", file, Need::Optional)?;
        let part = Part { path: "audit", node, place };
        let duties = node.get("sod_checks").map(|node| Part { path: "audit.sod_checks", node, place });
        Some(Audit {
            log_all_model_calls: self.optional(part, "log_all_model_calls", Self::flag),
            log_destination: self.optional(part, "log_destination", Self::text),
            required_log_fields: self
                .optional(part, "required_log_fields", Self::texts)
                .map_or(Vec::new(), |l| l.value),
            retention_days: self.optional(part, "retention_days", Self::count),
            enforce_different_models: duties.and_then(|p| self.optional(p, "enforce_different_models", Self::flag)),
        })
    }
}

/// How a fact is read.
pub(super) type ReadFact<T> = fn(&mut Reader, Part<'_>, &str, &Node) -> Option<T>;

/// What is said where something is not stated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// An error.
    Needed,
    /// A warning.
    Wanted,
    /// Nothing.
    Optional,
}

/// The word that stands for nobody.
const NOBODY: &str = "none";

fn named(text: Placed<Name>) -> Reference {
    let names = if &*text.value == NOBODY { Named::Nobody } else { Named::Unknown };
    Reference { text: text.value, span: text.span, names }
}
