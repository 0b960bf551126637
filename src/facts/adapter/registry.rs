//! `model-registry`: a registry of models with its layers in TOML, and the capability scopes beside it.
//!
//! Models become services of the trait that the import names. Where the package declares a trait `Scope` or `Registry`, the
//! scopes and the registry itself are services too, and where it declares a table `layers`, each layer is a row; a table `models`
//! has every model by each spelling of its name. In each of
//! these the package decides what is read: a field with the name of a fact takes that fact, and nothing else is filled. By
//! an enum `Layer` it declares which layers there must be.

use crate::base::{Decimal, Name, Span};
use crate::data::{Key, Kind, Node};
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::facts::contract::{Shape, Stated};
use crate::facts::registry::{self, Autonomy, Layer, Model, Placed, Reference, Registry, Scope};
use crate::facts::rows::Row;
use crate::ir::Policy;
use crate::value::{Unit, text::number_text};

use super::native::unfit_name;
use super::{Adapted, Import};

/// What a package may declare for the adapter to fill: an enum of its layers, two tables, and two traits.
const LAYER: &str = "Layer";
const LAYERS: &str = "layers";
const MODELS: &str = "models";
const SCOPE: &str = "Scope";
const REGISTRY: &str = "Registry";

pub(super) fn read(node: &Node, import: &Import<'_>, policy: &Policy) -> (Adapted, Vec<Diagnostic>) {
    let Some((trait_, span)) = &import.trait_ else {
        let message = "the adapter `model-registry` needs to know the trait of the models";
        let found = Diagnostic::error(&codes::UNFIT_TRAIT, import.adapter.1, message);
        return (Adapted::default(), vec![found.help("state `trait`, the name of a trait of the package")]);
    };
    let claim = [(trait_.clone(), *span)];
    let shape = match Shape::of(policy, &claim) {
        Ok(shape) => shape,
        Err(found) => return (Adapted::default(), found),
    };
    if !matches!(node.kind, Kind::Map(_)) {
        let message = format!("the registry is {}, and a map of sections is needed", node.words());
        let found = Diagnostic::error(&codes::CONTRACT_SHAPE, node.opening(), message);
        return (Adapted::default(), vec![found]);
    }
    let scopes = import.scopes.as_ref().map_or(&[][..], |(files, _)| files.as_slice());
    let layers = policy.enums.get(&*import.item(LAYER)).map(|of| of.members.as_slice());
    let (registry, mut found) = registry::read(node.span.file, node, scopes, layers);
    let mut services = Vec::new();
    // A second table of one model is an error already, and a second service of its name would be another.
    let once = |model: &&Model| registry.model(&model.id.value).is_some_and(|first| first.key == model.key);
    for model in registry.models.iter().filter(once) {
        let name = Key { text: model.id.value.clone(), span: model.id.span };
        match unfit_name(&name) {
            Some(unfit) => found.push(unfit),
            None => services.push(stated(&name.text, model.key.span, of_model(model), &shape, &claim)),
        }
    }
    services.extend(others(&registry, import, policy, &mut found));
    let rows = rows(&registry, import, layers);
    (Adapted { services, rows, registry: Some(registry) }, found)
}

/// A service that states those facts for which its trait has a name.
fn stated(name: &Name, span: Span, facts: Facts, shape: &Shape, claim: &[(Name, Span)]) -> Stated {
    let fields = facts.0.into_iter().filter(|(key, _)| shape.slot(&key.text).is_some()).collect();
    Stated { name: name.clone(), span, traits: claim.to_vec(), fields }
}

/// The scopes and the registry itself, where the package has traits for them.
fn others(registry: &Registry, import: &Import<'_>, policy: &Policy, found: &mut Vec<Diagnostic>) -> Vec<Stated> {
    let mut services = Vec::new();
    let mut each = |trait_: &str, all: Vec<(Name, Span, Facts)>| {
        let name = import.item(trait_);
        if !policy.traits.contains_key(&name) {
            return;
        }
        let claim = [(name, import.adapter.1)];
        match Shape::of(policy, &claim) {
            Ok(shape) => {
                services.extend(all.into_iter().map(|(name, at, facts)| stated(&name, at, facts, &shape, &claim)));
            }
            Err(problems) => found.extend(problems),
        }
    };
    // A second scope of one layer is an error already, and nobody could tell which of the two is meant.
    let scopes = registry.scopes.iter().filter_map(|scope| {
        let layer = scope.layer.as_ref()?;
        let first = registry.scope(&layer.value).is_some_and(|first| first.id == scope.id);
        first.then(|| (scope.id.clone(), layer.span, of_scope(scope, layer)))
    });
    each(SCOPE, scopes.collect());
    let start = Span::new(registry.file, 0, 0);
    let version = registry.version.as_ref().map_or("unknown", |version| &*version.value);
    let mut facts = Facts::default();
    facts.text("version", registry.version.as_ref());
    facts.text("effective_date", registry.effective_date.as_ref());
    facts.text("owner", registry.owner.as_ref());
    let place = registry.version.as_ref().map_or(start, |version| version.span);
    each(REGISTRY, vec![(Name::from(format!("registry {version}")), place, facts)]);
    services
}

fn of_model(model: &Model) -> Facts {
    let mut facts = Facts::default();
    facts.text("provider", model.provider.as_ref());
    facts.text("family", model.family.as_ref());
    facts.text("description", model.description.as_ref());
    facts.count("context_window", model.context_window.as_ref());
    facts.count("max_output_tokens", model.max_output_tokens.as_ref());
    facts.dollars("cost_per_1k_input", model.cost_per_1k_input.as_ref());
    facts.dollars("cost_per_1k_output", model.cost_per_1k_output.as_ref());
    facts.milliseconds("latency_p50", model.latency_p50_ms.as_ref());
    facts.milliseconds("latency_p99", model.latency_p99_ms.as_ref());
    facts.texts("capabilities", model.capabilities.as_deref());
    facts.texts("use_cases", model.use_cases.as_deref());
    facts.count("rate_limit_rpm", model.rate_limit_rpm.as_ref());
    facts.text("status", model.status.as_ref());
    facts.text("deployment", model.deployment.as_ref());
    facts.text("notes", model.notes.as_ref());
    facts
}

/// The rows of the tables of models and of layers.
fn rows(registry: &Registry, import: &Import<'_>, wanted: Option<&[Name]>) -> Vec<Row> {
    let mut rows = Vec::new();
    for model in &registry.models {
        // A second table of one model is an error already.
        if registry.model(&model.id.value).is_some_and(|first| first.key == model.key) {
            let mut names = vec![model.id.value.clone(), registry::identity(&model.id.value).into()];
            names.dedup();
            let row = |name: Name| Row {
                table: import.item(MODELS),
                key: Node::text(name, model.id.span),
                value: Node::text(model.id.value.clone(), model.id.span),
            };
            rows.extend(names.into_iter().map(row));
        }
    }
    let asked_for = |layer: &&Layer| wanted.is_none_or(|wanted| wanted.contains(&layer.key.value));
    for layer in registry.layers.iter().filter(asked_for) {
        let facts = of_layer(layer, registry.scope(&layer.key.value));
        rows.push(row(import.item(LAYERS), &layer.key, facts));
    }
    let start = Span::new(registry.file, 0, 0);
    let unmapped = wanted.unwrap_or_default().iter().filter(|name| registry.layer(name).is_none());
    for name in unmapped {
        let facts = Facts(vec![(key("mapped", start), Node { kind: Kind::Bool(false), span: start })]);
        rows.push(row(import.item(LAYERS), &Placed { value: name.clone(), span: start }, facts));
    }
    rows
}

fn row(table: Name, name: &Placed<Name>, facts: Facts) -> Row {
    let key = Node::text(name.value.clone(), name.span);
    Row { table, key, value: Node { kind: Kind::Map(facts.0), span: name.span } }
}

fn of_layer(layer: &Layer, scope: Option<&Scope>) -> Facts {
    let place = layer.key.span;
    let mut facts = Facts::default();
    facts.0.push((key("mapped", place), Node { kind: Kind::Bool(true), span: place }));
    facts.text("description", layer.description.as_ref());
    facts.text("notes", layer.notes.as_ref());
    for (named, service, stated) in
        [("primary_named", "primary", &layer.primary), ("critic_named", "critic", &layer.critic)]
    {
        let somebody = stated.as_ref().filter(|r| r.names != registry::Named::Nobody);
        facts.extend(named, somebody.map(|r| Node::text(r.text.clone(), r.span)));
        facts.extend(service, somebody.and_then(of_service));
    }
    let unknown = layer.fallback.iter().filter(|r| r.model().is_none());
    let unknown: Vec<Node> = unknown.map(|r| Node::text(r.text.clone(), r.span)).collect();
    facts.list("fallback_unknown", unknown, place);
    facts.list("fallback", layer.fallback.iter().filter_map(of_service).collect(), place);
    facts.list("candidates", candidates(layer), place);
    if let Some(autonomy) = &layer.autonomy {
        of_autonomy(&mut facts, autonomy);
    }
    facts.extend("scope", scope.map(|scope| Node::text(scope.id.clone(), place)));
    facts
}

/// The models of a layer in the order in which they are to be asked, each once, with its place from 0.
fn candidates(layer: &Layer) -> Vec<Node> {
    let mut seen: Vec<&Name> = Vec::new();
    let mut nodes = Vec::new();
    for reference in layer.primary.iter().chain(&layer.fallback) {
        let Some(id) = reference.model().filter(|id| !seen.contains(id)) else { continue };
        let place = Kind::Number(seen.len().to_string().into());
        seen.push(id);
        let entry = vec![
            (key("model", reference.span), Node::text(id.clone(), reference.span)),
            (key("place", reference.span), Node { kind: place, span: reference.span }),
        ];
        nodes.push(Node { kind: Kind::Map(entry), span: reference.span });
    }
    nodes
}

fn of_service(reference: &Reference) -> Option<Node> {
    reference.model().map(|id| Node::text(id.clone(), reference.span))
}

/// The levels that are allowed and those that are forbidden, the highest allowed one, and the text itself.
fn of_autonomy(facts: &mut Facts, autonomy: &Autonomy) {
    let word = |level: &registry::Level| Node::text(level.word(), autonomy.span);
    let forbidden = if autonomy.forbidden { autonomy.levels.clone() } else { Default::default() };
    facts.list("autonomy", autonomy.allowed().iter().map(word).collect(), autonomy.span);
    facts.list("autonomy_forbidden", forbidden.iter().map(word).collect(), autonomy.span);
    facts.extend("ceiling", autonomy.ceiling().as_ref().map(word));
    facts.extend("autonomy_text", Some(Node::text(autonomy.text.clone(), autonomy.span)));
}

fn of_scope(scope: &Scope, layer: &Placed<Name>) -> Facts {
    let mut facts = Facts::default();
    facts.text("layer", Some(layer));
    facts.text("description", scope.description.as_ref());
    facts.text("version", scope.version.as_ref());
    facts.text("effective_date", scope.effective_date.as_ref());
    if let Some(autonomy) = &scope.autonomy {
        of_autonomy(&mut facts, autonomy);
    }
    for (allowed, forbidden, lists) in [
        ("inputs_allowed", "inputs_forbidden", &scope.inputs),
        ("outputs_allowed", "outputs_forbidden", &scope.outputs),
        ("tools_allowed", "tools_forbidden", &scope.tooling),
    ] {
        facts.texts(allowed, Some(&lists.allowed));
        facts.texts(forbidden, Some(&lists.forbidden));
    }
    facts.texts("required_fields", Some(&scope.required_fields));
    facts.texts("safety_checks", Some(&scope.safety_checks));
    facts.text("alert_channel", scope.alert_channel.as_ref());
    facts
}

/// Facts in the native form.
#[derive(Default)]
struct Facts(Vec<(Key, Node)>);

fn key(name: &str, span: Span) -> Key {
    Key { text: name.into(), span }
}

impl Facts {
    fn extend(&mut self, name: &str, node: Option<Node>) {
        self.0.extend(node.map(|node| (key(name, node.span), node)));
    }

    fn text(&mut self, name: &str, fact: Option<&Placed<Name>>) {
        self.extend(name, fact.map(|fact| Node::text(fact.value.clone(), fact.span)));
    }

    fn count(&mut self, name: &str, fact: Option<&Placed<i64>>) {
        let number = |fact: &Placed<i64>| Node { kind: Kind::Number(fact.value.to_string().into()), span: fact.span };
        self.extend(name, fact.map(number));
    }

    fn dollars(&mut self, name: &str, fact: Option<&Placed<Decimal>>) {
        let unit = Unit::Money(crate::base::Currency::USD);
        self.extend(name, fact.map(|fact| Node::text(number_text(fact.value, unit), fact.span)));
    }

    fn milliseconds(&mut self, name: &str, fact: Option<&Placed<i64>>) {
        self.extend(name, fact.map(|fact| Node::text(format!("{}ms", fact.value), fact.span)));
    }

    fn list(&mut self, name: &str, nodes: Vec<Node>, span: Span) {
        self.0.push((key(name, span), Node { kind: Kind::List(nodes), span }));
    }

    /// Texts, each once: a set has no element twice.
    fn texts(&mut self, name: &str, facts: Option<&[Placed<Name>]>) {
        let Some(facts) = facts else { return };
        let mut nodes: Vec<Node> = Vec::new();
        for fact in facts {
            let node = Node::text(fact.value.clone(), fact.span);
            if nodes.iter().all(|other| other.kind != node.kind) {
                nodes.push(node);
            }
        }
        let span = nodes.first().map_or(Span { file: crate::base::FileId(0), start: 0, end: 0 }, |node| node.span);
        self.list(name, nodes, span);
    }
}
