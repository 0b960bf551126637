//! Everything that stands against a run: what is wrong with the configuration, what the rules deny, and what the scope
//! of the layer does not allow.

use super::violation::{self, Violation};
use super::{Configuration, Run, notes, pointers};
use crate::base::FileId;
use crate::base::glob::RelativePath;
use crate::base::limits;
use crate::data::shortened;
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::facts::registry::{self, Placed, Scope};
use crate::route::decision::{Decision, Ending};

use super::scope::{Lists, Verdict};

/// What stands before the names of the rules of the route.
const OWN_RULES: &str = "dry_run_";

/// Gathers what stands against a run.
pub struct Judge<'a> {
    run: &'a Run,
    configuration: Configuration<'a>,
    /// What was found so far.
    pub found: Vec<Violation>,
}

impl<'a> Judge<'a> {
    /// Nothing stands against the run yet.
    pub fn new(run: &'a Run, configuration: Configuration<'a>) -> Self {
        Self { run, configuration, found: Vec::new() }
    }

    /// What was found, in order; never nothing.
    pub fn finish(mut self) -> Vec<Violation> {
        if self.found.is_empty() {
            let message = "the package did not come to a decision that can be recorded";
            let found = Violation::new("no_decision", message);
            self.found.push(found.help("see `provost check`"));
        }
        violation::sort(&mut self.found);
        self.found
    }

    fn registry(&self) -> Option<&'a registry::Registry> {
        self.configuration.registry
    }

    fn has(&self, name: &str) -> bool {
        self.found.iter().any(|violation| violation.name == name)
    }

    /// What is wrong with the registry and the scope. What a package may leave unsaid as long as nobody asks for it, a run
    /// that is written down may not.
    pub fn configuration(&mut self) {
        let Some(registry) = self.registry() else {
            self.elsewhere(&[]);
            if self.found.is_empty() {
                let found = Violation::new("invalid_registry", "the package has no registry of models");
                self.found.push(found.help("name one in `provost.toml` with `adapter = \"model-registry\"`"));
            }
            return;
        };
        let own = registry.scope(&self.run.layer).map(|scope| scope.file);
        for diagnostic in self.configuration.diagnostics {
            let file = diagnostic.span.file;
            if file == registry.file {
                self.of_registry(diagnostic);
            } else if registry.scopes.iter().any(|scope| scope.file == file)
                && (diagnostic.is_error() || own == Some(file))
            {
                self.of_scope(diagnostic);
            }
        }
        let told: Vec<FileId> = registry.scopes.iter().map(|scope| scope.file).chain([registry.file]).collect();
        self.elsewhere(&told);
        let layer = registry.layer(&self.run.layer);
        if let Some(layer) = layer.filter(|layer| layer.autonomy.is_none() && !self.has("forbidden_autonomy")) {
            let message = format!("the autonomy of `{}` cannot be read, and so allows nothing", layer.key.value);
            self.found.push(Violation::new("forbidden_autonomy", message).with("layer", &*self.run.layer));
        }
    }

    /// What the rules would have to deny in any case, where a package does not.
    pub fn named(&mut self) {
        let Some(registry) = self.registry() else { return };
        let run = self.run;
        if registry.layer(&run.layer).is_none() && !self.has("unknown_layer") {
            let found = Violation::new("unknown_layer", "the registry maps no such layer").with("layer", &*run.layer);
            self.found.push(found.help(self.layers()));
        }
        for (name, what, model) in
            [("unknown_primary", "primary", &run.primary), ("unknown_critic", "critic", &run.critic)]
        {
            if registry.model(model).is_none() && !self.has(name) {
                let found = Violation::new(name, "the registry knows no such model");
                self.found.push(found.with("layer", &*run.layer).with(what, &**model));
            }
        }
        let (primary, critic) =
            (super::identity(&run.primary, Some(registry)), super::identity(&run.critic, Some(registry)));
        // That a layer of the registry does not separate them says nothing of the two that were named.
        let is_of_these = |found: &Violation| {
            found.name == "separation_of_duties" && found.fields.iter().any(|(field, _)| *field == "primary")
        };
        if primary == critic && !self.found.iter().any(is_of_these) {
            let found = Violation::new("separation_of_duties", "nobody checks their own work");
            self.found.push(found.with("layer", &*run.layer).with("primary", primary).with("critic", critic));
        }
    }

    /// Errors elsewhere in the package than in these files: without its rules, nothing is allowed.
    fn elsewhere(&mut self, told: &[FileId]) {
        for diagnostic in self.configuration.errors().filter(|diagnostic| !told.contains(&diagnostic.span.file)) {
            // A scope that is no TOML is not among the scopes, and is known by where it stands: beside the others.
            let file = self.name(diagnostic);
            let has_registry = self.registry().is_some_and(|registry| registry.file != diagnostic.span.file);
            let name = match (file.ends_with(".toml"), has_registry && !file.ends_with("provost.toml")) {
                (true, true) => "invalid_scope",
                (true, false) => "invalid_registry",
                (false, _) => "invalid_package",
            };
            self.found.push(self.told(name, diagnostic));
        }
    }

    fn name(&self, diagnostic: &Diagnostic) -> &str {
        self.configuration.sources.get(diagnostic.span.file).map_or("", |file| &*file.name)
    }

    /// The layers that there are.
    fn layers(&self) -> String {
        let layers = self.registry().into_iter().flat_map(|registry| &registry.layers);
        let known: Vec<String> = layers.map(|layer| format!("`{}`", layer.key.value)).collect();
        if known.is_empty() { "the registry maps none".to_owned() } else { format!("there are {}", known.join(", ")) }
    }

    /// Whom the registry maps to a role of the layer.
    fn mapped(&self, role: &str) -> Option<String> {
        let layer = self.registry()?.layer(&self.run.layer)?;
        let stated = if role == "primary" { layer.primary.as_ref() } else { layer.critic.as_ref() };
        let stated = stated?;
        Some(match stated.names {
            registry::Named::Nobody => format!("`{}` has no {role}", layer.key.value),
            // What the registry does not know either is no way out.
            registry::Named::Unknown => return None,
            _ => format!("the {role} of `{}` is `{}`", layer.key.value, stated.text),
        })
    }

    fn of_registry(&mut self, diagnostic: &Diagnostic) {
        let id = diagnostic.code.id;
        let missing = id == codes::REGISTRY_SHAPE.id;
        // A layer without a scope and models out of production are told of the layer and the models that are asked for.
        if !missing && !diagnostic.is_error() {
            return;
        }
        let own = self.registry().and_then(|registry| registry.layer(&self.run.layer));
        let of_own_layer = own.is_some_and(|layer| layer.autonomy.is_none());
        if id == codes::REGISTRY_AUTONOMY.id && of_own_layer {
            let found = self.told("forbidden_autonomy", diagnostic);
            self.found.push(found.with("layer", &*self.run.layer));
            return;
        }
        // That layers are missing is told of the file as a whole; a model that is missing, of the place that names it.
        let names_a_model = id == codes::REGISTRY_REFERENCE.id && diagnostic.span.end > diagnostic.span.start;
        let name = match (names_a_model, id == codes::REGISTRY_DUTIES.id) {
            (true, _) => "unknown_mapped_model",
            (false, true) => "separation_of_duties",
            (false, false) => "invalid_registry",
        };
        let found = self.told(name, diagnostic);
        self.found.push(found);
    }

    fn of_scope(&mut self, diagnostic: &Diagnostic) {
        let name = if diagnostic.code.id == codes::REGISTRY_SCOPE.id { "scope_disagrees" } else { "invalid_scope" };
        let found = self.told(name, diagnostic);
        self.found.push(found);
    }

    /// A diagnostic as something that stands against the run.
    fn told(&self, name: &str, diagnostic: &Diagnostic) -> Violation {
        let at = self.configuration.sources.location(diagnostic.span);
        let found = Violation::new(name, &*diagnostic.message).with("code", diagnostic.code.id).with("at", at);
        diagnostic.help.iter().fold(found, |found, help| found.help(help))
    }

    /// What the rules of the package deny.
    pub fn decision(&mut self, decision: Option<&Decision>) {
        let Some(decision) = decision else { return };
        for failure in &decision.denied_by {
            let because = failure.because.as_deref().unwrap_or("a rule of the package denies it");
            let found = self.of_rule(&failure.constraint, because);
            // Of an autonomy that cannot be read, the registry was told with its place.
            if found.name == "forbidden_autonomy" && self.has("forbidden_autonomy") {
                continue;
            }
            self.found.push(found.with("rule", &*failure.constraint).with("at", &*failure.at));
        }
        for problem in decision.invalid.iter().flatten() {
            let found = Violation::new("invalid_request", &*problem.message);
            self.found.push(problem.field.iter().fold(found, |found, field| found.with("field", &**field)));
        }
        // Over a configuration with faults, that nobody is left says no more than the faults do.
        if decision.ending == Ending::Unroutable && self.configuration.errors().next().is_none() {
            self.rejected(decision);
        }
    }

    /// What stands against the two models that were named, where no assignment is admissible.
    fn rejected(&mut self, decision: &Decision) {
        let registry = self.registry();
        let model = |name: &str| registry.and_then(|registry| registry.model(name)).map(|model| &model.id.value);
        let named = [("primary", model(&self.run.primary)), ("critic", model(&self.run.critic))];
        let before = self.found.len();
        for rejected in &decision.rejected {
            if !named.contains(&(&*rejected.role, Some(&rejected.service))) {
                continue;
            }
            for failure in &rejected.by {
                let because = failure.because.as_deref().unwrap_or("a rule of the package does not hold");
                let found = self.of_rule(&failure.constraint, because).with("rule", &*failure.constraint);
                self.found.push(
                    found.with("role", &*rejected.role).with("model", &*rejected.service).with("at", &*failure.at),
                );
            }
        }
        // Without a scope nobody can be given its role, which was said.
        let said = self.found.len() > before || self.has("missing_scope");
        let core = decision.unroutable.as_ref().filter(|_| !said).map(|found| &found.core);
        for constraint in core.into_iter().flatten() {
            let found = self.of_rule(constraint, "together with others, this rule leaves nobody");
            self.found.push(found.with("rule", &**constraint));
        }
    }

    /// A rule by its own name, with what it is about.
    fn of_rule(&self, rule: &str, because: &str) -> Violation {
        // Rules share one namespace, so those of this route carry its name before their own.
        let name = rule.rsplit("::").next().unwrap_or(rule);
        let name = name.strip_prefix(OWN_RULES).unwrap_or(name);
        let found = Violation::new(name, because);
        match name {
            "unknown_layer" => found.with("layer", &*self.run.layer).help(self.layers()),
            "forbidden_autonomy" => {
                let layer = self.registry().and_then(|registry| registry.layer(&self.run.layer));
                let text = layer.and_then(|layer| layer.autonomy.as_ref()).map(|autonomy| autonomy.text.to_string());
                let found = found.with("layer", &*self.run.layer);
                text.into_iter().fold(found, |found, text| found.with("autonomy", text))
            }
            "primary_not_in_production" => found.with("layer", &*self.run.layer).with("primary", &*self.run.primary),
            "critic_not_in_production" => found.with("layer", &*self.run.layer).with("critic", &*self.run.critic),
            "unknown_primary" | "primary_not_mapped" => {
                let found = found.with("layer", &*self.run.layer).with("primary", &*self.run.primary);
                self.mapped("primary").into_iter().fold(found, Violation::help)
            }
            "unknown_critic" | "critic_not_mapped" => {
                let found = found.with("layer", &*self.run.layer).with("critic", &*self.run.critic);
                self.mapped("critic").into_iter().fold(found, Violation::help)
            }
            _ => {
                let found = found.with("layer", &*self.run.layer);
                found.with("primary", &*self.run.primary).with("critic", &*self.run.critic)
            }
        }
    }

    /// What the scope of the layer does not allow.
    pub fn scope(&mut self) {
        let Some(registry) = self.registry() else { return };
        let Some(scope) = registry.scope(&self.run.layer) else {
            if registry.layer(&self.run.layer).is_some() {
                let found = Violation::new("missing_scope", format!("`{}` has no capability scope", self.run.layer));
                self.found.push(found.with("layer", &*self.run.layer).help("add a scope file for the layer"));
            }
            return;
        };
        if scope.safety_checks.is_empty() && !self.has("invalid_scope") {
            let found = Violation::new("missing_safety_checks", format!("`{}` names no safety checks", scope.id));
            self.found.push(found.with("scope", &*scope.id).help("name the checks that every output has to pass"));
        }
        let lists =
            [("inputs", lists(&scope.inputs)), ("outputs", lists(&scope.outputs)), ("tooling", lists(&scope.tooling))];
        let [(_, inputs), (_, outputs), (_, tools)] = &lists;
        for (entry, reason) in inputs.invalid_patterns() {
            let found = Violation::new("invalid_scope", format!("`{}` is no pattern: {reason}", shortened(entry)));
            self.found.push(found.with("scope", &*scope.id).with("pattern", entry));
        }
        let run = self.run;
        for path in &run.inputs {
            self.touched("forbidden_input", "input", path, inputs.path(path), scope, inputs);
        }
        for output in &run.outputs {
            self.touched("forbidden_output", "output", output, outputs.name(output), scope, outputs);
        }
        for tool in &run.tools {
            self.touched("forbidden_tool", "tool", tool, tools.name(tool), scope, tools);
        }
    }

    fn touched(
        &mut self,
        name: &'static str,
        what: &'static str,
        named: &str,
        verdict: Verdict,
        scope: &Scope,
        lists: &Lists,
    ) {
        let shown = shortened(named);
        let message = match &verdict {
            // That a pattern is none was said of the scope.
            Verdict::Allowed(_) | Verdict::InvalidPattern(_) => return,
            Verdict::Forbidden(entry) if lists.in_both().any(|both| both == entry) => {
                format!(
                    "`{}` forbids the {what} `{shown}` by `{entry}`, which it also allows: what forbids wins",
                    scope.id
                )
            }
            Verdict::Forbidden(entry) => format!("`{}` forbids the {what} `{shown}` by `{entry}`", scope.id),
            Verdict::Unnamed => format!("`{}` does not allow the {what} `{shown}`", scope.id),
            Verdict::InvalidPath(error) => format!("`{shown}` is no path within the project: {error}"),
        };
        let found = Violation::new(name, message).with("scope", &*scope.id).with(what, named);
        let found = found.with("reason", verdict.to_string());
        self.found.push(match verdict {
            Verdict::Unnamed if !lists.allowed.is_empty() => {
                let allowed: Vec<String> = lists.allowed.iter().map(|entry| format!("`{entry}`")).collect();
                found.help(format!("allowed are {}", allowed.join(", ")))
            }
            Verdict::InvalidPath(_) => found.help("write the path as it stands below the project, without `..`"),
            _ => found,
        });
    }

    /// What an envelope hands over that it may only point at.
    pub fn envelope(&mut self) {
        let Some(envelope) = &self.run.envelope else { return };
        let surfaces = pointers::surfaces(envelope).err().unwrap_or_default();
        let faults = pointers::faults(envelope).into_iter().map(|fault| ("content_in_envelope", fault));
        for (name, fault) in faults.chain(surfaces.into_iter().map(|fault| ("forbidden_surface", fault))) {
            let place = match fault.place.as_str() {
                "" => "the envelope".to_owned(),
                place => format!("`{}`", shortened(place)),
            };
            self.found.push(Violation::new(name, format!("{place}: {}", fault.message)).with("place", fault.place));
        }
    }

    /// What of the texts cannot be recorded.
    pub fn texts(&mut self) {
        let run = self.run;
        let texts: [(&'static str, &[String]); 7] = [
            ("notes", std::slice::from_ref(&run.notes)),
            ("finding", &run.findings),
            ("action", &run.actions),
            ("output", &run.outputs),
            ("tool", &run.tools),
            ("folder", std::slice::from_ref(&run.out)),
            ("run id", std::slice::from_ref(&run.run_id)),
        ];
        for (what, texts) in texts {
            for (at, text) in texts.iter().enumerate() {
                let named = matches!(what, "output" | "tool" | "folder" | "run id");
                let broken = named && text.contains(['\n', '\t']);
                let reason =
                    notes::refused(text).or_else(|| broken.then(|| "it holds a line break or a tab".to_owned()));
                if let Some(reason) = reason {
                    let number = if texts.len() > 1 { format!(" {}", at + 1) } else { String::new() };
                    let found =
                        Violation::new("unrecordable_text", format!("the {what}{number} cannot be recorded: {reason}"));
                    self.found.push(found.with("field", what));
                }
            }
        }
        let counts = [
            ("findings", run.findings.len()),
            ("actions", run.actions.len()),
            ("inputs", run.inputs.len()),
            ("outputs", run.outputs.len()),
            ("tools", run.tools.len()),
        ];
        for (what, count) in counts.into_iter().filter(|(_, count)| *count > limits::NOTES) {
            let message = format!("there are {count} {what}, and at most {} are recorded", limits::NOTES);
            self.found.push(Violation::new("unrecordable_text", message).with("field", what));
        }
        // The identity of a run joins these by `|`; with one inside of them, two runs could share an identity.
        for (what, name) in [("layer", &run.layer), ("primary", &run.primary), ("critic", &run.critic)] {
            if name.contains('|') {
                let message =
                    format!("the {what} `{}` holds a `|`, and so has no identity of its own", shortened(name));
                self.found.push(Violation::new("unrecordable_text", message).with("field", what));
            }
        }
    }
}

/// The lists of a scope as texts.
fn lists(of: &registry::Lists) -> Lists {
    let texts = |placed: &[Placed<crate::base::Name>]| placed.iter().map(|entry| entry.value.to_string()).collect();
    Lists { allowed: texts(&of.allowed), forbidden: texts(&of.forbidden) }
}

/// A path as it is recorded: in its one spelling, where it has one.
pub fn path(text: &str) -> String {
    RelativePath::new(text).map_or_else(|_| text.to_owned(), |path| path.to_string())
}
