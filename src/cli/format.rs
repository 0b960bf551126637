//! `provost fmt`: source files in their one form.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::args::{FmtArgs, Format};
use super::disk;
use super::shell::{Failure, Shell, Verdict};
use crate::base::{Sources, limits};
use crate::fmt::{self, Formatted, unified};
use crate::resolve::load::{self, Missing};
use crate::syntax;
use crate::world::{World as _, shown};

/// What standard input is called where files are named.
const STDIN: &str = "(standard input)";

/// One file, as it was and as it is to be.
struct Source {
    /// Where it is written; nothing for standard input.
    path: Option<PathBuf>,
    name: String,
    formatted: Formatted,
    /// The text as it was.
    text: String,
}

/// Formats what is named, or the whole package or workspace. In what is not asked to write, a file that is not formatted is a
/// definite no; what is no item, or cannot be read, is wrong input in any case.
pub fn run(shell: &Shell, args: &FmtArgs) -> Result<Verdict, Failure> {
    let piped = args.paths.iter().any(|path| path == Path::new("-"));
    if piped && args.paths.len() > 1 {
        let message =
            "`-` is standard input, and stands alone\n  help: format files and standard input one after the other";
        return Err(Failure::Usage(message.to_owned()));
    }
    let mut wrong = false;
    let mut say = |error: &dyn std::fmt::Display| {
        shell.remark(&format!("error: {error}"));
        wrong = true;
    };
    let mut sources: Vec<Source> = Vec::new();
    if piped {
        sources.push(read(None, STDIN.to_owned(), disk::read_stdin(limits::SOURCE_BYTES)?)?);
    } else {
        for path in files(shell, args, &mut say)? {
            let bytes = shell.disk.read(&path, limits::SOURCE_BYTES).map_err(Failure::from);
            match bytes.and_then(|bytes| read(Some(path.clone()), shown(&path), bytes)) {
                Ok(source) => sources.push(source),
                Err(Failure::Usage(message)) => say(&message),
                Err(other) => return Err(other),
            }
        }
    }
    let write = !args.check && !args.diff;
    for source in sources.iter().filter(|source| write && source.changes()) {
        if let Some(path) = &source.path {
            shell.disk.write_atomic(path, source.formatted.text.as_bytes())?;
        }
    }
    match shell.format {
        Format::Json => shell.out(&format!("{:#}", document(&sources)))?,
        Format::Text => tell(shell, args, &sources)?,
    }
    let left = sources.iter().any(|source| !source.formatted.left.is_empty());
    if wrong || left {
        return Err(Failure::Wrong);
    }
    let differs = !write && sources.iter().any(Source::changes);
    Ok(if differs { Verdict::No } else { Verdict::Yes })
}

impl Source {
    fn changes(&self) -> bool {
        !self.formatted.edits.is_empty()
    }
}

fn read(path: Option<PathBuf>, name: String, bytes: Vec<u8>) -> Result<Source, Failure> {
    let text = syntax::decode(&bytes)
        .map_err(|at| Failure::Usage(format!("`{name}` is not UTF-8 text: byte {at} begins no character")))?;
    Ok(Source { formatted: fmt::format(&text), path, name, text })
}

/// The files that are meant, by path; what cannot be found is said.
fn files(shell: &Shell, args: &FmtArgs, say: &mut dyn FnMut(&dyn std::fmt::Display)) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in &args.paths {
        if shell.disk.is_dir(path) {
            match shell.disk.list(path, "provost") {
                Ok(listed) => found.extend(listed),
                Err(error) => say(&error),
            }
        } else if shell.disk.is_file(path) && path.extension().is_none_or(|end| end != "provost") {
            say(&format!("`{}` is no source file\n  help: sources end in `.provost`; data is left alone", shown(path)));
        } else {
            found.push(path.clone());
        }
    }
    if args.paths.is_empty() {
        for (_, dir) in shell.folders()? {
            let mut sources = Sources::default();
            let manifest = load::manifest(&shell.disk, &dir, &mut sources).or_else(|diagnostics| {
                shell.diagnostics(&diagnostics, &sources)?;
                Err(Failure::Wrong)
            })?;
            let listed = load::source_files(&shell.disk, &dir, &manifest);
            found.extend(listed.files);
            for missing in &listed.missing {
                match missing {
                    Missing::Named(path, _) => say(&format!("there is no `{}`", shown(path))),
                    Missing::Unreadable(_, error) => say(error),
                }
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// Says to a person what was done, or would be.
fn tell(shell: &Shell, args: &FmtArgs, sources: &[Source]) -> Result<(), Failure> {
    let changed = sources.iter().filter(|source| source.changes()).count();
    for source in sources {
        match (&source.path, source.changes()) {
            (_, true) if args.diff => {
                shell.out(&unified::unified(&source.name, &source.text, &source.formatted.edits))?;
            }
            (_, true) if args.check => shell.out(&source.name)?,
            (None, _) if !args.check && !args.diff => shell.out(&source.formatted.text)?,
            (Some(_), true) => shell.out(&format!("formatted {}", source.name))?,
            _ => {}
        }
    }
    for source in sources.iter().filter(|source| !source.formatted.left.is_empty()) {
        damage(shell, args, source)?;
    }
    let files = |count: usize| format!("{count} file{}", if count == 1 { "" } else { "s" });
    let piped = sources.iter().any(|source| source.path.is_none());
    match (args.check || args.diff, changed) {
        (true, 0) => {}
        (true, _) => {
            let verb = if changed == 1 { "is" } else { "are" };
            shell.remark(&format!("{} of {} {verb} not formatted", changed, files(sources.len())));
        }
        (false, _) if piped || sources.is_empty() => {}
        (false, _) => shell.out(&format!("{} formatted, {} unchanged", files(changed), sources.len() - changed))?,
    }
    Ok(())
}

/// Says what in a file is no item, with the places at which it now stands.
fn damage(shell: &Shell, args: &FmtArgs, source: &Source) -> Result<(), Failure> {
    let written = !args.check && !args.diff;
    let text = if written { &source.formatted.text } else { &source.text };
    let mut sources = Sources::default();
    let file = sources.add(source.name.clone(), text.as_str());
    shell.diagnostics(&syntax::parse(file, text).diagnostics, &sources)?;
    shell.remark(&format!("{}: what does not parse, or would be too large, is left as it is", source.name));
    Ok(())
}

fn document(sources: &[Source]) -> Json {
    let one = |source: &Source| {
        let mut positions = Sources::default();
        let file = positions.add(source.name.clone(), source.text.as_str());
        let line = |at: usize| {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            positions.get(file).map_or(0, |file| file.position(at).0)
        };
        let left: Vec<Json> = source
            .formatted
            .left
            .iter()
            .map(|range| json!({ "first_line": line(range.start), "last_line": line(range.end.saturating_sub(1)) }))
            .collect();
        let mut found = json!({ "path": source.name, "formatted": !source.changes(), "left": left });
        if let (None, Some(object)) = (&source.path, found.as_object_mut()) {
            object.insert("text".to_owned(), json!(source.formatted.text));
        }
        found
    };
    json!({ "schema": "provost.format/1", "files": sources.iter().map(one).collect::<Vec<_>>() })
}
