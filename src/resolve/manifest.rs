//! `provost.toml`: a package's name, its sources, what it imports and what it depends on.

use crate::base::similar::nearest;
use crate::base::{FileId, Name, Span};
use crate::data::{self, Key, Kind, Node};
use crate::diag::Diagnostic;
use crate::resolve::codes;

/// The name of the file.
pub const FILE: &str = "provost.toml";
/// The only edition there is.
pub const EDITION: &str = "2026";
/// What a manifest may hold.
const SECTIONS: &[&str] =
    &["package", "dependencies", "import", "workspace", "identity", "lints", "test", "log", "signals", "registry"];
/// Where sources are, if the manifest names no others.
const SOURCES: &[&str] = &["contracts", "rules", "tests"];

/// A text of the manifest with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The text.
    pub text: Name,
    /// Where it stands.
    pub span: Span,
}

/// What a manifest says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    /// The package's name; none in a manifest that only lists a workspace.
    pub package: Option<Entry>,
    /// The folders or files that hold its sources, with where they are named; nowhere, for those that are usual.
    pub sources: Vec<(Name, Option<Span>)>,
    /// What it calls the packages it depends on, with their folders.
    pub dependencies: Vec<(Entry, Entry)>,
    /// The data files it imports.
    pub imports: Vec<ImportEntry>,
    /// The packages of the workspace.
    pub members: Vec<Entry>,
    /// The fields of requests that are masked in logs.
    pub masked: Vec<Entry>,
    /// The signals that a shell reads from the environment, each with its variable.
    pub signals: Vec<(Entry, Entry)>,
    /// `[registry]`: where the registry of services is, and how contracts are read that are registered.
    pub registry: Option<RegistryEntry>,
    /// `[identity]`, as it is written: the package understands it, which knows the request types.
    pub identity: Option<Node>,
    /// `[lints]`, as it is written: the lints understand it.
    pub lints: Option<Node>,
}

/// `[registry]`: the registry of services that decisions use besides the services of the package.
#[derive(Clone, Debug, PartialEq)]
pub struct RegistryEntry {
    /// Its folder, relative to the manifest; without one, decisions use a registry only where the shell names it.
    pub folder: Option<Entry>,
    /// The adapter that reads what is registered, where none is named then.
    pub adapter: Option<Entry>,
    /// The trait of the services, for adapters that need to be told.
    pub trait_: Option<Entry>,
}

/// `[[import]]`: a data file and the adapter that reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportEntry {
    /// The file, relative to the manifest.
    pub file: Entry,
    /// The adapter.
    pub adapter: Entry,
    /// The trait that the services implement, for adapters that need to be told.
    pub trait_: Option<Entry>,
    /// The folder of the capability scopes, relative to the manifest, for a registry that has them beside it.
    pub scopes: Option<Entry>,
    /// Everything else that is said, for the adapter to understand.
    pub options: Vec<(Key, Node)>,
    /// The whole entry.
    pub span: Span,
}

/// Reads a manifest; what is wrong with it comes back beside what could be understood.
pub fn read(file: FileId, text: &str) -> (Manifest, Vec<Diagnostic>) {
    let root = match data::read_toml(file, text) {
        Ok(root) => root,
        Err(found) => {
            let of_manifest = |d: Diagnostic| Diagnostic { code: &codes::MANIFEST_SYNTAX, ..d };
            return (Manifest::default(), found.into_iter().map(of_manifest).collect());
        }
    };
    let mut reader = Reader { diagnostics: Vec::new() };
    let manifest = reader.manifest(&root, Span::new(file, 0, text.len().min(1)));
    (manifest, reader.diagnostics)
}

struct Reader {
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn manifest(&mut self, root: &Node, start: Span) -> Manifest {
        let mut manifest =
            Manifest { sources: SOURCES.iter().map(|s| (Name::from(*s), None)).collect(), ..Manifest::default() };
        for (key, value) in self.entries(root, SECTIONS) {
            match &*key.text {
                "package" => self.package(value, &mut manifest),
                "dependencies" => self.dependencies(value, &mut manifest),
                "import" => self.imports(value, &mut manifest),
                "log" => {
                    for (key, value) in self.entries(value, &["mask"]) {
                        if &*key.text == "mask" {
                            manifest.masked = self.texts(value);
                        }
                    }
                }
                "signals" => self.signals(value, &mut manifest),
                "registry" => manifest.registry = self.registry(value),
                "workspace" => {
                    for (key, value) in self.entries(value, &["members"]) {
                        if &*key.text == "members" {
                            manifest.members = self.texts(value);
                        }
                    }
                }
                "identity" => manifest.identity = Some(value.clone()),
                "lints" => manifest.lints = Some(value.clone()),
                _ => {}
            }
            if ["identity", "lints"].contains(&&*key.text) && root.get("package").is_none() {
                let message = format!("`[{}]` belongs to a package, and this manifest has none", key.text);
                let diagnostic = Diagnostic::error(&codes::MANIFEST, key.span, message);
                self.diagnostics.push(diagnostic.help("write it into the manifest of each package"));
            }
        }
        if root.get("package").is_none() && root.get("workspace").is_none() {
            let message = "the manifest has no `[package]`";
            let diagnostic = Diagnostic::error(&codes::MANIFEST, start, message);
            self.diagnostics.push(diagnostic.help("begin with `[package]`, `name = \"…\"` and `edition = \"2026\"`"));
        }
        manifest
    }

    fn package(&mut self, node: &Node, manifest: &mut Manifest) {
        for (key, value) in self.entries(node, &["name", "edition", "sources", "description", "version"]) {
            match &*key.text {
                "name" => manifest.package = self.package_name(value),
                "edition" => self.edition(value),
                "sources" => manifest.sources = self.texts(value).into_iter().map(|e| (e.text, Some(e.span))).collect(),
                _ => {
                    self.text(value);
                }
            }
        }
        for (wanted, example) in [("name", "name = \"policy\""), ("edition", "edition = \"2026\"")] {
            if node.get(wanted).is_none() {
                let message = format!("`[package]` says no `{wanted}`");
                let diagnostic = Diagnostic::error(&codes::MANIFEST, node.opening(), message);
                self.diagnostics.push(diagnostic.help(format!("write `{example}`")));
            }
        }
    }

    fn package_name(&mut self, node: &Node) -> Option<Entry> {
        let entry = self.text(node)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if entry.text.is_empty() || !entry.text.chars().all(plain) {
            let message = format!("`{}` is not a package name", entry.text);
            let diagnostic = Diagnostic::error(&codes::MANIFEST, entry.span, message);
            self.diagnostics.push(diagnostic.help("use letters, digits, `_` and `-`"));
        }
        Some(entry)
    }

    fn edition(&mut self, node: &Node) {
        let Some(entry) = self.text(node) else { return };
        if &*entry.text != EDITION {
            let message = format!("there is no edition `{}`", entry.text);
            let replacement = format!("{EDITION:?}");
            let diagnostic = Diagnostic::error(&codes::MANIFEST, entry.span, message).label("unknown edition");
            self.diagnostics.push(diagnostic.suggest(entry.span, Some(&replacement)));
        }
    }

    fn dependencies(&mut self, node: &Node, manifest: &mut Manifest) {
        for (key, value) in self.entries(node, &[]) {
            let path = match &value.kind {
                Kind::Text(_) => self.text(value),
                _ => {
                    let entries = self.entries(value, &["path"]);
                    entries.into_iter().find(|(k, _)| &*k.text == "path").and_then(|(_, v)| self.text(v))
                }
            };
            match path {
                Some(path) => {
                    manifest.dependencies.push((Entry { text: key.text.clone(), span: key.span }, path));
                }
                None if matches!(value.kind, Kind::Map(_)) => {
                    let message = format!("dependency `{}` says no `path`", key.text);
                    let diagnostic = Diagnostic::error(&codes::MANIFEST, key.span, message);
                    self.diagnostics
                        .push(diagnostic.help(format!("write `{} = {{ path = \"../{}\" }}`", key.text, key.text)));
                }
                None => {}
            }
        }
    }

    /// `enabled = { env = "SWITCH" }`
    fn signals(&mut self, node: &Node, manifest: &mut Manifest) {
        for (key, value) in self.entries(node, &[]) {
            let entries = self.entries(value, &["env"]);
            let Some((_, variable)) = entries.into_iter().find(|(key, _)| &*key.text == "env") else {
                if matches!(value.kind, Kind::Map(_)) {
                    let message = format!("signal `{}` says no `env`", key.text);
                    let diagnostic = Diagnostic::error(&codes::MANIFEST, key.span, message);
                    self.diagnostics.push(diagnostic.help("write `{ env = \"VARIABLE\" }`"));
                }
                continue;
            };
            let Some(variable) = self.text(variable) else { continue };
            if variable.text.is_empty() || variable.text.contains(['=', '\0']) {
                let message = format!("`{}` is no name of a variable", variable.text);
                self.diagnostics.push(Diagnostic::error(&codes::MANIFEST, variable.span, message));
                continue;
            }
            manifest.signals.push((Entry { text: key.text.clone(), span: key.span }, variable));
        }
    }

    /// `folder = "registry"`, `adapter = "caio"`, `trait = "services::Service"`
    fn registry(&mut self, node: &Node) -> Option<RegistryEntry> {
        let known = ["folder", "adapter", "trait"];
        let mut found = [None, None, None];
        for (key, value) in self.entries(node, &known) {
            if let Some(slot) = known.iter().position(|k| *k == &*key.text).and_then(|at| found.get_mut(at)) {
                *slot = self.text(value);
            }
        }
        let [folder, adapter, trait_] = found;
        if let Some(empty) = folder.as_ref().filter(|folder| folder.text.is_empty()) {
            let diagnostic = Diagnostic::error(&codes::MANIFEST, empty.span, "the folder of the registry has no name");
            self.diagnostics.push(diagnostic.help("write `folder = \"registry\"`"));
            return None;
        }
        Some(RegistryEntry { folder, adapter, trait_ })
    }

    fn imports(&mut self, node: &Node, manifest: &mut Manifest) {
        let Kind::List(imports) = &node.kind else {
            let diagnostic = Diagnostic::error(&codes::MANIFEST, node.opening(), "imports are written as `[[import]]`");
            self.diagnostics.push(diagnostic.help("double the brackets: there may be several"));
            return;
        };
        for import in imports {
            let Kind::Map(entries) = &import.kind else { continue };
            let mut found = [None, None, None, None];
            let mut options = Vec::new();
            for (key, value) in entries {
                match ["file", "adapter", "trait", "scopes"].iter().position(|k| *k == &*key.text) {
                    Some(at) => {
                        if let Some(slot) = found.get_mut(at) {
                            *slot = self.text(value);
                        }
                    }
                    None => options.push((key.clone(), value.clone())),
                }
            }
            let [file, adapter, trait_, scopes] = found;
            match (file, adapter) {
                (Some(file), Some(adapter)) => {
                    let span = import.opening();
                    manifest.imports.push(ImportEntry { file, adapter, trait_, scopes, options, span });
                }
                _ => {
                    let diagnostic = Diagnostic::error(
                        &codes::MANIFEST,
                        import.opening(),
                        "an import says its `file` and its `adapter`",
                    );
                    self.diagnostics
                        .push(diagnostic.help("write `file = \"models.yaml\"` and `adapter = \"provost\"`"));
                }
            }
        }
    }

    /// The entries of a table; keys that are not known are reported. No known keys: every key is one.
    fn entries<'n>(&mut self, node: &'n Node, known: &[&str]) -> Vec<(&'n Key, &'n Node)> {
        let Kind::Map(entries) = &node.kind else {
            let message = format!("expected a table, found {}", node.words());
            self.diagnostics.push(Diagnostic::error(&codes::MANIFEST, node.opening(), message));
            return Vec::new();
        };
        for (key, _) in entries.iter().filter(|(k, _)| !known.is_empty() && !known.contains(&&*k.text)) {
            let near = nearest(&key.text, known.iter().copied());
            let message = format!("the manifest knows no `{}` here", key.text);
            let diagnostic = Diagnostic::error(&codes::MANIFEST, key.span, message).label("unknown key");
            let list: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
            self.diagnostics.push(match near {
                Some(_) => diagnostic.suggest(key.span, near),
                None => diagnostic.help(format!("it knows {}", list.join(", "))),
            });
        }
        entries.iter().map(|(key, value)| (key, value)).collect()
    }

    fn text(&mut self, node: &Node) -> Option<Entry> {
        match &node.kind {
            Kind::Text(text) => Some(Entry { text: text.clone(), span: node.span }),
            _ => {
                let message = format!("expected a text, found {}", node.words());
                self.diagnostics.push(Diagnostic::error(&codes::MANIFEST, node.opening(), message));
                None
            }
        }
    }

    fn texts(&mut self, node: &Node) -> Vec<Entry> {
        match &node.kind {
            Kind::List(nodes) => nodes.iter().filter_map(|n| self.text(n)).collect(),
            _ => {
                let message = format!("expected a list of texts, found {}", node.words());
                self.diagnostics.push(Diagnostic::error(&codes::MANIFEST, node.opening(), message));
                Vec::new()
            }
        }
    }
}
