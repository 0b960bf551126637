//! What the parts of a registry say of each other: who is named, by whom, and whether that can stand.

use std::collections::BTreeMap;

use super::{Layer, Model, Named, Reference, Registry, Scope, identity};
use crate::base::{Name, Span, similar};
use crate::data::{Node, shortened};
use crate::diag::Diagnostic;
use crate::facts::codes;

/// The status in which a model may work.
pub(super) const PRODUCTION: &str = "production";

/// Finds out which model every name stands for, and says what cannot stand.
pub(super) fn judge(registry: &mut Registry, root: &Node, wanted: Option<&[Name]>) -> Vec<Diagnostic> {
    let mut judge = Judge { found: Vec::new() };
    let known = judge.identities(&registry.models);
    resolve(registry, &known);
    // Where a whole section is missing, everything that would be in it is missing as well, and was said to be.
    if root.get("models").is_some() {
        registry.layers.iter().for_each(|layer| judge.named(layer, registry));
    }
    if root.get("layer_mapping").is_some() {
        judge.all_layers(registry, wanted);
    }
    registry.layers.iter().for_each(|layer| judge.duties(layer));
    registry.models.iter().for_each(|model| judge.facts(model, registry));
    judge.scopes(registry, wanted);
    judge.found
}

/// Writes into every reference which model it names.
fn resolve(registry: &mut Registry, known: &BTreeMap<String, Name>) {
    let layers = registry.layers.iter_mut();
    let of_layers = layers.flat_map(|l| l.primary.iter_mut().chain(&mut l.fallback).chain(&mut l.critic));
    let scopes = registry.scopes.iter_mut();
    let of_scopes = scopes.flat_map(|s| s.primary.iter_mut().chain(&mut s.fallback).chain(&mut s.critic));
    let policies = registry.fallback_policy.iter_mut().flat_map(|p| &mut p.layers).flat_map(|l| &mut l.order);
    for reference in of_layers.chain(of_scopes).chain(policies) {
        if reference.names == Named::Unknown
            && let Some(id) = known.get(&identity(&reference.text))
        {
            reference.names = Named::Model(id.clone());
        }
    }
}

struct Judge {
    found: Vec<Diagnostic>,
}

impl Judge {
    /// The name of every model by what it is told apart by; two tables of one model cannot stand.
    fn identities(&mut self, models: &[Model]) -> BTreeMap<String, Name> {
        let mut known: BTreeMap<String, (Name, Span)> = BTreeMap::new();
        for model in models {
            let own = identity(&model.id.value);
            if identity(&model.key.value) != own {
                let message = format!("`models.{}` calls itself `{}`", model.key.value, shortened(&model.id.value));
                let found = Diagnostic::error(&codes::REGISTRY_IDENTITY, model.id.span, message);
                let found = found.related(model.key.span, "the table is of this model");
                self.found.push(found.help("a model goes by one name, in which dots and dashes are the same"));
            }
            match known.get(&own) {
                Some((first, place)) => {
                    let message = format!("`{}` and `{first}` are one model", shortened(&model.id.value));
                    let found = Diagnostic::error(&codes::REGISTRY_IDENTITY, model.key.span, message);
                    let found = found.label("stated again here").related(*place, "first stated here");
                    self.found.push(found.help("remove one of the two"));
                }
                None => {
                    known.insert(own, (model.id.value.clone(), model.key.span));
                }
            }
        }
        known.into_iter().map(|(own, (id, _))| (own, id)).collect()
    }

    /// Every model that a layer names must be there.
    fn named(&mut self, layer: &Layer, registry: &Registry) {
        let path = |role: &str| format!("layer_mapping.{}.{role}", layer.key.value);
        if let Some(primary) = &layer.primary {
            self.known(primary, &path("primary"), registry);
        }
        layer.fallback.iter().for_each(|fallback| self.known(fallback, &path("fallback"), registry));
        let Some(critic) = &layer.critic else { return };
        let worker = layer.primary.as_ref().is_some_and(|primary| primary.names != Named::Nobody);
        if critic.names == Named::Nobody && worker {
            let message = format!("`{}` is `none`, and a model does the work", path("critic"));
            let found = Diagnostic::error(&codes::REGISTRY_REFERENCE, critic.span, message);
            self.found.push(found.help("name the model that checks the work"));
        }
        self.known(critic, &path("critic"), registry);
    }

    fn known(&mut self, reference: &Reference, path: &str, registry: &Registry) {
        if reference.names != Named::Unknown {
            return;
        }
        let message = format!("`{path}` names `{}`, which the registry does not know", shortened(&reference.text));
        let found = Diagnostic::error(&codes::REGISTRY_REFERENCE, reference.span, message).label("unknown model");
        let near = similar::nearest(&reference.text, registry.models.iter().map(|model| &*model.id.value));
        self.found.push(match near {
            Some(near) => found.help(format!("did you mean `{near}`?")),
            None => found.help("add the model to `[models]`"),
        });
    }

    /// Every layer of the package is mapped, and no other.
    fn all_layers(&mut self, registry: &Registry, wanted: Option<&[Name]>) {
        let Some(wanted) = wanted else { return };
        for layer in registry.layers.iter().filter(|layer| !wanted.contains(&layer.key.value)) {
            let message = format!("the package declares no layer `{}`", shortened(&layer.key.value));
            let found = Diagnostic::warning(&codes::REGISTRY_REFERENCE, layer.key.span, message);
            self.found.push(found.label("never asked for").help("remove it, or add it to the layers of the package"));
        }
        let missing: Vec<String> =
            wanted.iter().filter(|name| registry.layer(name).is_none()).map(|name| format!("`{name}`")).collect();
        if !missing.is_empty() {
            let message = format!("the registry does not map {}", missing.join(", "));
            let found = Diagnostic::error(&codes::REGISTRY_REFERENCE, Span::new(registry.file, 0, 0), message);
            self.found.push(found.help("add a table `[layer_mapping.…]` for each"));
        }
    }

    /// Nobody checks their own work, nor would if a fallback took over.
    fn duties(&mut self, layer: &Layer) {
        let name = &layer.key.value;
        let (primary, critic) = (layer.primary.as_ref(), layer.critic.as_ref());
        if let (Some(primary), Some(critic)) = (primary, critic)
            && primary.model().is_some()
            && primary.model() == critic.model()
        {
            let message = format!("in `{name}`, `{}` would check its own work", shortened(&critic.text));
            let found = Diagnostic::error(&codes::REGISTRY_DUTIES, critic.span, message);
            self.found.push(found.related(primary.span, "does the work").help("name another critic"));
        }
        for (at, fallback) in layer.fallback.iter().enumerate() {
            let same = |other: &Reference| fallback.model().is_some() && fallback.model() == other.model();
            if let Some(critic) = critic.filter(|critic| same(critic)) {
                let message = format!("in `{name}`, `{}` would check its own work", shortened(&fallback.text));
                let found = Diagnostic::error(&codes::REGISTRY_DUTIES, fallback.span, message);
                let found = found.label("does the work where others fail").related(critic.span, "checks the work");
                self.found.push(found.help("name another fallback, or another critic"));
            }
            let before = primary.into_iter().chain(layer.fallback.iter().take(at));
            if let Some(first) = before.into_iter().find(|other| same(other)) {
                let message = format!("in `{name}`, the fallback `{}` is named already", shortened(&fallback.text));
                let found = Diagnostic::warning(&codes::REGISTRY_DUTIES, fallback.span, message);
                self.found.push(found.related(first.span, "named here").help("remove it: it helps nobody"));
            }
        }
    }

    /// What a model does not state: an error where a layer names it, and otherwise a warning.
    fn facts(&mut self, model: &Model, registry: &Registry) {
        let named = registry.layers.iter().find_map(|layer| {
            let mut all = layer.primary.iter().chain(&layer.fallback).chain(&layer.critic);
            all.find(|reference| reference.model() == Some(&model.id.value))
        });
        let missing = missing(model);
        if !missing.is_empty() {
            let message = format!("`models.{}` does not state {}", shortened(&model.key.value), missing.join(", "));
            let found = match named {
                Some(place) => {
                    let found = Diagnostic::error(&codes::REGISTRY_SHAPE, model.key.span, message);
                    found.related(place.span, "a layer names it here")
                }
                None => Diagnostic::warning(&codes::REGISTRY_SHAPE, model.key.span, message),
            };
            self.found.push(found.help("state it: what is not stated stays unknown"));
        }
        let status = model.status.as_ref().filter(|status| &*status.value != PRODUCTION);
        if let (Some(status), Some(place)) = (status, named) {
            let message = format!("`{}` is `{}`", shortened(&model.id.value), shortened(&status.value));
            let found = Diagnostic::warning(&codes::REGISTRY_STATUS, status.span, message);
            let found = found.label("not `production`").related(place.span, "a layer names it here");
            self.found.push(found.help("it is never selected: name another model"));
        }
    }

    fn scopes(&mut self, registry: &Registry, wanted: Option<&[Name]>) {
        let mut first: BTreeMap<&Name, &Scope> = BTreeMap::new();
        for scope in &registry.scopes {
            let Some(of) = &scope.layer else { continue };
            if let Some(other) = first.get(&of.value) {
                let message =
                    format!("`{}` and `{}` are both scopes of `{}`", other.id, scope.id, shortened(&of.value));
                let found = Diagnostic::error(&codes::REGISTRY_IDENTITY, of.span, message);
                let found = found.related(other.layer.as_ref().map_or(of.span, |l| l.span), "the other is here");
                self.found.push(found.help("keep one of the two: a layer has one scope"));
                continue;
            }
            first.insert(&of.value, scope);
            match registry.layer(&of.value) {
                Some(layer) => self.agreement(scope, layer),
                // A layer that the package asks for and nobody maps was said to be missing already.
                None if wanted.is_some_and(|wanted| wanted.contains(&of.value)) => {}
                None => {
                    let message =
                        format!("`{}` is the scope of `{}`, which nobody maps", scope.id, shortened(&of.value));
                    let found = Diagnostic::error(&codes::REGISTRY_SCOPE, of.span, message);
                    self.found.push(found.help("name a layer of the registry"));
                }
            }
        }
        for layer in registry.layers.iter().filter(|layer| layer.primary.as_ref().is_some_and(|p| p.model().is_some()))
        {
            if !first.contains_key(&layer.key.value) {
                let message = format!("`{}` has no capability scope", layer.key.value);
                let found = Diagnostic::warning(&codes::REGISTRY_SCOPE, layer.key.span, message);
                self.found.push(found.help("add a scope file: until then nothing is selected for this layer"));
            }
        }
    }

    /// A scope repeats what its layer says.
    fn agreement(&mut self, scope: &Scope, layer: &Layer) {
        let mut differs = |what: &str, of_scope: Option<Span>, of_layer: Option<Span>| {
            let Some(place) = of_scope else { return };
            let message = format!("`{}` and the layer `{}` differ in {what}", scope.id, layer.key.value);
            let found = Diagnostic::warning(&codes::REGISTRY_SCOPE, place, message);
            let found = of_layer.into_iter().fold(found, |found, place| found.related(place, "the layer says this"));
            self.found.push(found.help("the layer counts; say the same in both"));
        };
        let same = |a: &Reference, b: &Reference| a.names == b.names && identity(&a.text) == identity(&b.text);
        for (what, of_scope, of_layer) in
            [("their primary", &scope.primary, &layer.primary), ("their critic", &scope.critic, &layer.critic)]
        {
            if let (Some(a), Some(b)) = (of_scope, of_layer)
                && !same(a, b)
            {
                differs(what, Some(a.span), Some(b.span));
            }
        }
        let alike = scope.fallback.len() == layer.fallback.len()
            && scope.fallback.iter().zip(&layer.fallback).all(|(a, b)| same(a, b));
        if !alike {
            let place = |list: &[Reference], other: Option<Span>| list.first().map(|r| r.span).or(other);
            let own = place(&scope.fallback, scope.layer.as_ref().map(|l| l.span));
            differs("their fallbacks", own, place(&layer.fallback, Some(layer.key.span)));
        }
        if let (Some(a), Some(b)) = (&scope.autonomy, &layer.autonomy)
            && (&a.levels, a.forbidden) != (&b.levels, b.forbidden)
        {
            differs("their autonomy", Some(a.span), Some(b.span));
        }
    }
}

/// The facts that a model should state and does not.
fn missing(model: &Model) -> Vec<&'static str> {
    let facts = [
        ("`provider`", model.provider.is_some()),
        ("`family`", model.family.is_some()),
        ("`description`", model.description.is_some()),
        ("`context_window`", model.context_window.is_some()),
        ("`max_output_tokens`", model.max_output_tokens.is_some()),
        ("`cost_per_1k_input`", model.cost_per_1k_input.is_some()),
        ("`cost_per_1k_output`", model.cost_per_1k_output.is_some()),
        ("`latency_p50_ms`", model.latency_p50_ms.is_some()),
        ("`latency_p99_ms`", model.latency_p99_ms.is_some()),
        ("`capabilities`", model.capabilities.is_some()),
        ("`use_cases`", model.use_cases.is_some()),
        ("`rate_limit_rpm`", model.rate_limit_rpm.is_some()),
        ("`status`", model.status.is_some()),
    ];
    facts.into_iter().filter(|(_, stated)| !stated).map(|(name, _)| name).collect()
}
