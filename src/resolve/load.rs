//! Files into a program: the package, everything it depends on, and the data it imports.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::codes;
use super::manifest::{self, Entry, ImportEntry, Manifest, RegistryEntry};
use super::names::{PackageNames, Program};
use crate::base::{FileId, Name, Sources, Span, limits};
use crate::data::Node;
use crate::diag::Diagnostic;
use crate::syntax;
use crate::syntax::ast::Item;
use crate::world::{World, WorldError, normal, shown};

/// A data file that a package imports, read but not yet understood.
#[derive(Clone, Debug)]
pub struct Import {
    /// The place of the package that imports it.
    pub package: usize,
    /// What the manifest says of it.
    pub entry: ImportEntry,
    /// Its text.
    pub file: FileId,
    /// The scope files in the folder that the import names, by path.
    pub scopes: Vec<FileId>,
}

/// A package folder with everything that it needs, read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Every declaration.
    pub program: Program,
    /// What the manifest of the package that is run says of lints.
    pub lints: Option<Node>,
    /// Every file.
    pub sources: Sources,
    /// The data files.
    pub imports: Vec<Import>,
    /// The fields of requests that any of the packages masks in logs.
    pub masked: Vec<Entry>,
    /// The signals that a shell reads from the environment: the package that says so, the signal, the variable.
    pub signals: Vec<(usize, Entry, Entry)>,
    /// The registry of services of the package that is run.
    pub registry: Option<RegistryEntry>,
    /// What the packages say of tokens: the package that says so, and `[identity]` as it is written.
    pub identity: Vec<(usize, Node)>,
    /// What is wrong so far.
    pub diagnostics: Vec<Diagnostic>,
    /// The spans of items in which something did not parse.
    pub damaged: Vec<Span>,
}

/// Reads a package folder. Errors in one file hide nothing of another.
pub fn load(world: &dyn World, dir: &Path) -> Loaded {
    load_with(world, dir, &[])
}

/// The same with further sources of the package, each a name and a text, that are no files.
pub fn load_with(world: &dyn World, dir: &Path, further: &[(String, String)]) -> Loaded {
    let mut loader = Loader { world, loaded: Loaded::default(), packages: Vec::new(), items: Vec::new(), files: 0 };
    if loader.package(dir, None, &mut Vec::new()).is_some() {
        for (name, text) in further {
            let file = loader.loaded.sources.add(name.as_str(), text.as_str());
            loader.parse(0, file, text);
        }
    }
    let Loader { mut loaded, packages, items, .. } = loader;
    let names = packages.into_iter().map(|p| PackageNames { name: p.name, dependencies: p.dependencies }).collect();
    if items.len() > limits::ITEMS {
        if let Some((_, item)) = items.get(limits::ITEMS) {
            let message = format!("the package holds {} items; at most {}", items.len(), limits::ITEMS);
            loaded.diagnostics.push(Diagnostic::error(&codes::TOO_LARGE, item.span.at_start(), message));
        }
        return loaded;
    }
    let (program, diagnostics) = Program::collect(names, items);
    loaded.program = program;
    loaded.diagnostics.extend(diagnostics);
    loaded
}

/// The manifest of a folder, for whoever needs no more than that.
pub fn manifest(world: &dyn World, dir: &Path, sources: &mut Sources) -> Result<Manifest, Vec<Diagnostic>> {
    let path = normal(&dir.join(manifest::FILE));
    let text = match world.read_text(&path, limits::SOURCE_BYTES) {
        Ok(text) => text,
        Err(error) => {
            let file = sources.add(shown(&path), "");
            return Err(vec![unreadable_manifest(file, dir, &error)]);
        }
    };
    let file = sources.add(shown(&path), text.as_str());
    let (manifest, diagnostics) = manifest::read(file, &text);
    if diagnostics.is_empty() { Ok(manifest) } else { Err(diagnostics) }
}

fn unreadable_manifest(file: FileId, dir: &Path, error: &WorldError) -> Diagnostic {
    let span = Span::new(file, 0, 0);
    let folder = shown(dir);
    match error {
        WorldError::NotFound { .. } => {
            let message = format!("`{folder}` is not a package: it has no `{}`", manifest::FILE);
            Diagnostic::error(&codes::UNREADABLE, span, message)
                .help("name the folder of a package with `--package DIR`, or begin one with `provost new`")
        }
        other => Diagnostic::error(&codes::UNREADABLE, span, other.to_string()),
    }
}

/// The source files of one package, and what cannot be listed.
#[derive(Debug, Default)]
pub struct SourceFiles {
    /// The files, by path.
    pub files: Vec<PathBuf>,
    /// What cannot be listed, in the order of the manifest.
    pub missing: Vec<Missing>,
}

/// A source that cannot be listed.
#[derive(Debug)]
pub enum Missing {
    /// The manifest names it, and there is nothing.
    Named(PathBuf, Span),
    /// A folder that cannot be read.
    Unreadable(PathBuf, WorldError),
}

/// The source files of a package: what its manifest names, or what it need not name.
pub fn source_files(world: &dyn World, dir: &Path, manifest: &Manifest) -> SourceFiles {
    let mut listed = SourceFiles::default();
    for (source, named) in &manifest.sources {
        let path = normal(&dir.join(&**source));
        if world.is_file(&path) {
            listed.files.push(path);
        } else if world.is_dir(&path) {
            match world.list(&path, "provost") {
                Ok(found) => listed.files.extend(found.iter().map(|path| normal(path))),
                Err(error) => listed.missing.push(Missing::Unreadable(path, error)),
            }
        } else {
            listed.missing.extend(named.map(|span| Missing::Named(path, span)));
        }
    }
    listed.files.sort();
    listed.files.dedup();
    listed
}

/// A package that has been read.
struct ReadPackage {
    dir: PathBuf,
    name: Name,
    dependencies: BTreeMap<Name, usize>,
}

struct Loader<'w> {
    world: &'w dyn World,
    loaded: Loaded,
    packages: Vec<ReadPackage>,
    items: Vec<(usize, Item)>,
    files: usize,
}

impl Loader<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.loaded.diagnostics.push(diagnostic);
    }

    /// Reads the package in a folder, once, and returns its place; `trail` are the folders that led here.
    fn package(&mut self, dir: &Path, named: Option<&Entry>, trail: &mut Vec<PathBuf>) -> Option<usize> {
        let dir = normal(dir);
        if let Some(start) = trail.iter().position(|d| *d == dir) {
            let mut path: Vec<String> = trail.iter().skip(start).map(|d| format!("`{}`", shown(d))).collect();
            path.push(format!("`{}`", shown(&dir)));
            if let Some(entry) = named {
                let message = format!("packages depend on each other: {}", path.join(" → "));
                let diagnostic = Diagnostic::error(&codes::DEPENDENCY_CYCLE, entry.span, message);
                self.report(diagnostic.help("move what both need into a package of its own"));
            }
            return None;
        }
        if let Some(place) = self.packages.iter().position(|p| p.dir == dir) {
            return Some(place);
        }
        let manifest = match manifest(self.world, &dir, &mut self.loaded.sources) {
            Ok(manifest) => manifest,
            Err(found) => {
                self.loaded.diagnostics.extend(found.into_iter().map(|d| match named {
                    Some(entry) => d.related(entry.span, "depended on here"),
                    None => d,
                }));
                return None;
            }
        };
        let place = self.packages.len();
        if place == 0 {
            self.loaded.lints.clone_from(&manifest.lints);
            self.loaded.registry.clone_from(&manifest.registry);
        }
        let name = self.unique_name(&manifest, &dir)?;
        self.loaded.masked.extend(manifest.masked.iter().cloned());
        self.packages.push(ReadPackage { dir: dir.clone(), name: name.clone(), dependencies: BTreeMap::new() });
        trail.push(dir.clone());
        let mut dependencies = BTreeMap::new();
        for (alias, path) in &manifest.dependencies {
            if let Some(found) = self.package(&dir.join(&*path.text), Some(path), trail) {
                dependencies.insert(alias.text.clone(), found);
            }
        }
        trail.pop();
        if let Some(package) = self.packages.get_mut(place) {
            package.dependencies = dependencies;
        }
        self.sources(place, &dir, &name, &manifest);
        self.imports(place, &dir, &name, &manifest);
        self.loaded.identity.extend(manifest.identity.map(|node| (place, node)));
        self.loaded.signals.extend(manifest.signals.into_iter().map(|(signal, variable)| (place, signal, variable)));
        Some(place)
    }

    fn unique_name(&mut self, manifest: &Manifest, dir: &Path) -> Option<Name> {
        let entry = manifest.package.as_ref()?;
        if let Some(other) = self.packages.iter().find(|p| p.name == entry.text) {
            let message = format!("`{}` is the name of another package, in `{}`", entry.text, shown(&other.dir));
            let diagnostic = Diagnostic::error(&codes::DUPLICATE_PACKAGE, entry.span, message);
            let help = format!("rename the package in `{}`", shown(dir));
            self.report(diagnostic.help(help));
            return None;
        }
        Some(entry.text.clone())
    }

    /// The path of a file as decisions show it.
    fn place(&self, package: usize, dir: &Path, name: &Name, path: &Path) -> String {
        let inside = shown(path.strip_prefix(dir).unwrap_or(path));
        if package == 0 { inside } else { format!("{name}::{inside}") }
    }

    fn sources(&mut self, package: usize, dir: &Path, name: &Name, manifest: &Manifest) {
        let listed = source_files(self.world, dir, manifest);
        for missing in listed.missing {
            match missing {
                Missing::Named(path, span) => {
                    let message = format!("there is no `{}`", shown(&path));
                    let diagnostic = Diagnostic::error(&codes::UNREADABLE, span, message).label("named as a source");
                    self.report(diagnostic.help("name the folders and files that hold sources; without this entry they are `contracts`, `rules` and `tests`"));
                }
                Missing::Unreadable(path, error) => self.unreadable(&path, &error),
            }
        }
        for path in listed.files {
            self.source(package, dir, name, &path);
        }
    }

    fn source(&mut self, package: usize, dir: &Path, name: &Name, path: &Path) {
        self.files += 1;
        if self.files > limits::FILES {
            if self.files == limits::FILES + 1 {
                let file = self.loaded.sources.add(shown(path), "");
                let message = format!("the package has more than {} source files", limits::FILES);
                self.report(Diagnostic::error(&codes::TOO_LARGE, Span::new(file, 0, 0), message));
            }
            return;
        }
        match self.world.read_text(path, limits::SOURCE_BYTES) {
            Ok(text) => {
                let place = self.place(package, dir, name, path);
                let file = self.loaded.sources.add_at(shown(path), place, text.as_str());
                self.parse(package, file, &text);
            }
            Err(error) => self.unreadable(path, &error),
        }
    }

    fn parse(&mut self, package: usize, file: FileId, text: &str) {
        let parsed = syntax::parse(file, text);
        let errors: Vec<Span> = parsed.diagnostics.iter().map(|d| d.span).collect();
        let damaged = parsed.file.items.iter().map(|i| i.span);
        let damaged = damaged.filter(|s| errors.iter().any(|e| s.start <= e.start && e.start <= s.end));
        self.loaded.damaged.extend(damaged);
        self.loaded.diagnostics.extend(parsed.diagnostics);
        self.items.extend(parsed.file.items.into_iter().map(|item| (package, item)));
    }

    fn unreadable(&mut self, path: &Path, error: &WorldError) {
        let file = self.loaded.sources.add(shown(path), "");
        self.report(Diagnostic::error(&codes::UNREADABLE, Span::new(file, 0, 0), error.to_string()));
    }

    fn imports(&mut self, package: usize, dir: &Path, name: &Name, manifest: &Manifest) {
        for entry in &manifest.imports {
            let path = normal(&dir.join(&*entry.file.text));
            match self.world.read_text(&path, limits::DATA_BYTES) {
                Ok(text) => {
                    let place = self.place(package, dir, name, &path);
                    let file = self.loaded.sources.add_at(shown(&path), place, text);
                    let scopes = self.scopes(package, dir, name, entry);
                    self.loaded.imports.push(Import { package, entry: entry.clone(), file, scopes });
                }
                Err(error) => {
                    let diagnostic = Diagnostic::error(&codes::UNREADABLE, entry.file.span, error.to_string());
                    self.report(diagnostic.label("imported here"));
                }
            }
        }
    }

    /// The files directly in the folder of an import's scopes.
    fn scopes(&mut self, package: usize, dir: &Path, name: &Name, entry: &ImportEntry) -> Vec<FileId> {
        let Some(named) = &entry.scopes else { return Vec::new() };
        let folder = normal(&dir.join(&*named.text));
        let listed = match self.world.list(&folder, "toml") {
            Ok(listed) => listed,
            Err(error) => {
                let diagnostic = Diagnostic::error(&codes::UNREADABLE, named.span, error.to_string());
                self.report(diagnostic.label("named as the folder of the scopes"));
                return Vec::new();
            }
        };
        let mut files = Vec::new();
        for path in listed.iter().map(|path| normal(path)).filter(|path| path.parent() == Some(&folder)) {
            match self.world.read_text(&path, limits::SOURCE_BYTES) {
                Ok(text) => {
                    let place = self.place(package, dir, name, &path);
                    files.push(self.loaded.sources.add_at(shown(&path), place, text));
                }
                Err(error) => self.unreadable(&path, &error),
            }
        }
        files
    }
}
