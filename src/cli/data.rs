//! `provost import` and `provost export`: contracts as data, in and out.

use std::collections::BTreeMap;
use std::path::Path;

use super::args::{self, ExportArgs, ImportArgs};
use super::shell::{Failure, Opened, Shell, Verdict};
use crate::base::{FileId, Name, Sources, Span};
use crate::data::{self, Format, Node};
use crate::diag::Diagnostic;
use crate::facts::adapter::{self, Import};
use crate::facts::{contract, export, rules};
use crate::ir::{Policy, Services};
use crate::package::{self, Package};
use crate::syntax::ast::ItemKind;
use crate::translate;
use crate::world::shown;

/// Translates a file of a foreign schema into contract data of the package's own traits.
pub fn import(shell: &Shell, args: &ImportArgs) -> Result<Verdict, Failure> {
    let (_, dir) = only(shell)?;
    // Only the traits are needed, so a package whose data is not there yet will do.
    let package = package::written(&shell.disk, &dir);
    let mut sources = Sources::default();
    let command = sources.add("(command line)", command_line(args));
    let file = sources.add(shown(&args.file), shell.read(&args.file)?);
    let node = read(shell, file, &sources)?;
    let import = described(args, &package.policy, command)?;
    if args.adapter == rules::ADAPTER {
        return import_rules(shell, args, &package, &import, &node, &sources);
    }
    let (adapted, mut diagnostics) = adapter::adapt(&import, &node, &package.policy);
    let stated = adapted.services;
    let mut heads: BTreeMap<_, _> = package.services.iter().map(|(name, s)| (name.clone(), s.traits.clone())).collect();
    heads.extend(contract::heads(&package.policy, &stated));
    let places = contract::Places::new();
    let context = contract::Context { policy: &package.policy, heads: &heads, places: &places, sources: &sources };
    let (sound, found) = contract::contracts(&stated, &context);
    diagnostics.extend(found);
    crate::diag::print::sort(&mut diagnostics, &sources);
    shell.diagnostics(&diagnostics, &sources)?;
    if diagnostics.iter().any(Diagnostic::is_error) {
        shell.remark("nothing was written");
        return Err(Failure::Wrong);
    }
    let format = output_format(shell, args.output.as_deref())?;
    shell.write(args.output.as_deref(), &export::stated(&stated, format))?;
    if let Some(output) = &args.output {
        shell.remark(&format!("{} services written to `{}`", sound.len(), shown(output)));
    }
    Ok(Verdict::Yes)
}

/// Translates foreign rules into source text of the package.
fn import_rules(
    shell: &Shell,
    args: &ImportArgs,
    package: &Package,
    import: &Import<'_>,
    node: &Node,
    sources: &Sources,
) -> Result<Verdict, Failure> {
    if args.trait_.is_some() {
        let help = "rules govern routes, as in `--option routes=caio`";
        return Err(Failure::Usage(format!("the adapter `{}` takes no `--trait`\n  help: {help}", args.adapter)));
    }
    if let Some(path) = args.output.as_deref().filter(|path| path.extension().is_none_or(|end| end != "provost")) {
        return Err(Failure::Usage(format!("`{}` does not end in `.provost`", shown(path))));
    }
    // Services, waivers and tests are named by texts, which collide with nothing.
    let texts = |kind: &ItemKind| matches!(kind, ItemKind::Service(_) | ItemKind::Waiver(_) | ItemKind::Test(_));
    let items = package.program.items.iter().filter(|declared| !texts(&declared.item.kind));
    let taken = items.map(|declared| declared.name.clone()).collect();
    let world = rules::World { policy: &package.policy, services: &package.services, taken: &taken };
    let (read, mut diagnostics) = rules::read(node, import, world);
    diagnostics.extend(adapter::strange_options(import));
    let origin = args.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let text = match translate::translate(&read, &package.policy, &origin) {
        Ok(text) => text,
        Err(found) => {
            diagnostics.extend(found);
            String::new()
        }
    };
    crate::diag::print::sort(&mut diagnostics, sources);
    shell.diagnostics(&diagnostics, sources)?;
    if diagnostics.iter().any(Diagnostic::is_error) {
        shell.remark("nothing was written");
        return Err(Failure::Wrong);
    }
    shell.write(args.output.as_deref(), &text)?;
    if let Some(output) = &args.output {
        let rules = if read.rules.len() == 1 { "1 rule".to_owned() } else { format!("{} rules", read.rules.len()) };
        shell.remark(&format!("{rules} written to `{}`", shown(output)));
    }
    Ok(Verdict::Yes)
}

fn only(shell: &Shell) -> Result<(Name, std::path::PathBuf), Failure> {
    let mut folders = shell.folders()?;
    match (folders.len(), folders.pop()) {
        (1, Some(folder)) => Ok(folder),
        _ => Err(Failure::Usage("name the package whose traits are meant with `-p NAME`".to_owned())),
    }
}

/// What was typed of the import, one thing a line, for diagnostics to point into.
fn command_line(args: &ImportArgs) -> String {
    let mut lines = vec![args.adapter.clone(), args.trait_.clone().unwrap_or_default()];
    lines.extend(args.options.iter().cloned());
    lines.join("\n")
}

fn described<'a>(args: &'a ImportArgs, policy: &Policy, command: FileId) -> Result<Import<'a>, Failure> {
    let second_line = args.adapter.len() + 1;
    let trait_ = match &args.trait_ {
        None => None,
        Some(name) if policy.traits.contains_key(&**name) => {
            Some((Name::from(name.as_str()), Span::new(command, second_line, second_line + name.len())))
        }
        Some(name) => {
            let near = crate::base::similar::nearest(name, policy.traits.keys().map(|t| &**t));
            let help =
                near.map_or_else(|| "declare it in the package first".to_owned(), |n| format!("did you mean `{n}`?"));
            return Err(Failure::Usage(format!("the package has no trait `{name}`\n  help: {help}")));
        }
    };
    let mut options = Vec::new();
    let mut start = second_line + args.trait_.as_ref().map_or(0, String::len) + 1;
    for option in &args.options {
        let Some((name, text)) = option.split_once('=') else {
            return Err(Failure::Usage(format!("`--option {option}` is not of the form `NAME=VALUE`")));
        };
        options.push((Name::from(name), Name::from(text), Span::new(command, start, start + name.len())));
        start += option.len() + 1;
    }
    let adapter = (args.adapter.as_str(), Span::new(command, 0, args.adapter.len()));
    Ok(Import { adapter, trait_, options, scopes: None, prefix: Name::from("") })
}

/// A data file as a tree; what is wrong with it has been said.
pub fn read(shell: &Shell, file: FileId, sources: &Sources) -> Result<Node, Failure> {
    let Some(source) = sources.get(file) else { return Err(Failure::Unexpected("the file is gone".to_owned())) };
    // Standard input has no name to tell its format by.
    let name = if &*source.name == "-" { "request.json" } else { &source.name };
    match data::read(file, name, &source.text) {
        Ok(node) => Ok(node),
        Err(found) => {
            shell.diagnostics(&found, sources)?;
            Err(Failure::Wrong)
        }
    }
}

fn output_format(shell: &Shell, output: Option<&Path>) -> Result<Format, Failure> {
    let Some(path) = output else {
        return Ok(if shell.format == args::Format::Json { Format::Json } else { Format::Yaml });
    };
    Format::of(&shown(path))
        .ok_or_else(|| Failure::Usage(format!("`{}` does not end in `.yaml`, `.toml` or `.json`", shown(path))))
}

/// Writes checked contracts as data that imports to the same contracts.
pub fn export(shell: &Shell, args: &ExportArgs) -> Result<Verdict, Failure> {
    let Opened { package, .. } = shell.one_written()?;
    let wanted = |name: &Name| args.filter.as_ref().is_none_or(|f| name.contains(f.as_str()));
    let services: Services = package.services.into_iter().filter(|(name, _)| wanted(name)).collect();
    if services.is_empty() {
        return Err(Failure::Usage("no service to write".to_owned()));
    }
    let format = output_format(shell, args.output.as_deref())?;
    shell.write(args.output.as_deref(), &export::services(&services, &package.policy, format))?;
    for name in export::unwritten(&services) {
        shell.remark(&format!(
            "warning: `{name}` has `accept` clauses, which only a `.provost` file can state; left out"
        ));
    }
    Ok(Verdict::Yes)
}
