//! `provost lint` and `provost explain-lint`: what is allowed and still not right.

use std::path::Path;

use serde_json::json;

use super::args::{Format, LintArgs, Report};
use super::shell::{Failure, Opened, Shell, Verdict};
use crate::base::similar::nearest;
use crate::base::{Instant, limits};
use crate::diag::Diagnostic;
use crate::diag::print::{self, Findings, Rule};
use crate::lint::baseline::{self, Baseline, Compared};
use crate::lint::{self, LINTS, Settings};
use crate::package;
use crate::world::{World as _, shown};

/// Lints every package that is meant. A finding at the level `deny` is a definite no.
pub fn run(shell: &Shell, args: &LintArgs) -> Result<Verdict, Failure> {
    if args.list {
        return list(shell);
    }
    let now = match &args.now {
        Some(text) => text.parse().map_err(|error| Failure::Usage(format!("`--now {text}`: {error}")))?,
        None => shell.disk.now()?,
    };
    let packages = shell.packages()?;
    if packages.is_empty() {
        return Err(Failure::Usage("the workspace has no members".to_owned()));
    }
    let mut all: Vec<(Opened, Vec<Diagnostic>)> = Vec::new();
    let mut unsound = false;
    for opened in packages {
        let (settings, wrong) = lint::settings::read(opened.package.lints.as_ref());
        if !opened.package.is_sound() || !wrong.is_empty() {
            unsound = true;
            let found = opened.package.diagnostics.iter().cloned().chain(wrong).collect();
            all.push((opened, found));
            continue;
        }
        let opened = if args.fix || args.unsafe_fixes { fixed(shell, opened, &settings, now, args)? } else { opened };
        let found = lint::lint(&opened.package, &settings, now);
        let mut found: Vec<Diagnostic> = opened.package.diagnostics.iter().cloned().chain(found).collect();
        print::sort(&mut found, &opened.package.sources);
        let found = against_baseline(shell, args, &opened, found)?;
        all.push((opened, found));
    }
    let findings: Vec<Findings> =
        all.iter().map(|(o, found)| Findings { diagnostics: found, sources: &o.package.sources }).collect();
    shell.findings(&findings, &rules())?;
    let denied = findings.iter().any(|f| f.diagnostics.iter().any(Diagnostic::is_error));
    if shell.report == Report::Text && findings.iter().all(|f| f.diagnostics.is_empty()) {
        shell.out("nothing is left to say")?;
    }
    match (unsound, denied) {
        (true, _) => Err(Failure::Wrong),
        (false, true) => Ok(Verdict::No),
        (false, false) => Ok(Verdict::Yes),
    }
}

/// Every lint, for reports that list them.
fn rules() -> Vec<Rule> {
    let rule = |lint: &&'static lint::Lint| Rule {
        code: &lint.code,
        severity: lint.level.severity(),
        page: lint.page,
        group: lint.group.word(),
    };
    LINTS.iter().map(rule).collect()
}

/// The package after its fixes, which have been written.
fn fixed(shell: &Shell, opened: Opened, settings: &Settings, now: Instant, args: &LintArgs) -> Result<Opened, Failure> {
    let fixed = lint::fix::fix(&shell.disk, &opened.dir, settings, now, args.unsafe_fixes);
    for (path, text) in &fixed.files {
        shell.disk.write_atomic(path, text.as_bytes())?;
    }
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    if fixed.applied > 0 {
        let (fixes, files) = (count(fixed.applied, "fix").replace("fixs", "fixes"), count(fixed.files.len(), "file"));
        shell.remark(&format!("{}: {fixes} applied in {files}", shown(&opened.dir)));
    }
    if fixed.refused > 0 {
        let refused = count(fixed.refused, "fix").replace("fixs", "fixes");
        let with = if fixed.refused == 1 { "it" } else { "them" };
        shell
            .remark(&format!("{}: {refused} not applied: the package would not check with {with}", shown(&opened.dir)));
    }
    Ok(Opened { package: package::written(&shell.disk, &opened.dir), dir: opened.dir })
}

/// The findings that the package's baseline does not know; or none, where the baseline is written now.
fn against_baseline(
    shell: &Shell,
    args: &LintArgs,
    opened: &Opened,
    found: Vec<Diagnostic>,
) -> Result<Vec<Diagnostic>, Failure> {
    let path = args.baseline.clone().unwrap_or_else(|| opened.dir.join(baseline::FILE));
    if args.write_baseline {
        let written = Baseline::of(&found, &opened.package.sources);
        shell.disk.write_atomic(&path, written.text().as_bytes())?;
        shell.remark(&format!("{}: {} known from now on", shown(&path), findings(written.len())));
        return Ok(Vec::new());
    }
    let Some(baseline) = stored(shell, &path, args.baseline.is_some())? else { return Ok(found) };
    let Compared { new, known, gone } = baseline.compare(found, &opened.package.sources);
    if known > 0 {
        shell.remark(&format!("{}: {} known", shown(&path), findings(known)));
    }
    if !gone.is_empty() {
        shell.remark(&format!("{}: {} no longer found:", shown(&path), findings(gone.len())));
        for known in &gone {
            shell.remark(&format!("  {}: {}: {}", known.lint, known.subject, known.message));
        }
        shell.remark("  help: `provost lint --write-baseline` removes them");
    }
    Ok(new)
}

fn findings(count: usize) -> String {
    format!("{count} finding{}", if count == 1 { "" } else { "s" })
}

/// The baseline of a file; none where there is no file and none was named.
fn stored(shell: &Shell, path: &Path, named: bool) -> Result<Option<Baseline>, Failure> {
    if !named && !shell.disk.is_file(path) {
        return Ok(None);
    }
    let text = shell.disk.read_text(path, limits::DATA_BYTES)?;
    let wrong = |reason: String| {
        let help = "write it anew with `provost lint --write-baseline`";
        Failure::Usage(format!("`{}` is no baseline: {reason}\n  help: {help}", shown(path)))
    };
    Baseline::read(&text).map(Some).map_err(wrong)
}

/// The table of all lints.
fn list(shell: &Shell) -> Result<Verdict, Failure> {
    let json = |lint: &&lint::Lint| {
        json!({
            "name": lint.code.id,
            "group": lint.group.word(),
            "level": lint.level.word(),
            "fix": lint.fix.word(),
            "finds": lint.code.title,
        })
    };
    if shell.format == Format::Json {
        let all: Vec<_> = LINTS.iter().map(json).collect();
        shell.out(&format!("{:#}", json!({ "schema": "provost.lints/1", "lints": all })))?;
        return Ok(Verdict::Yes);
    }
    let width = LINTS.iter().map(|lint| lint.code.id.len()).max().unwrap_or_default();
    for lint in LINTS {
        let (name, group, level) = (lint.code.id, lint.group.word(), lint.level.word());
        shell.out(&format!("{name:width$}  {group:11}  {level:5}  {:10}  {}", lint.fix.word(), lint.code.title))?;
    }
    Ok(Verdict::Yes)
}

/// Prints the page of a lint.
pub fn explain(shell: &Shell, name: &str) -> Result<Verdict, Failure> {
    let Some(lint) = lint::find(name) else {
        let help = match nearest(name, LINTS.iter().map(|lint| lint.code.id)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`provost lint --list` names them all".to_owned(),
        };
        return Err(Failure::Usage(format!("there is no lint `{name}`\n  help: {help}")));
    };
    match shell.format {
        Format::Json => shell.out(&format!("{:#}", json!({ "name": lint.code.id, "page": page(lint.page) })))?,
        Format::Text => shell.out(&page(lint.page))?,
    }
    Ok(Verdict::Yes)
}

/// A page without the marks behind its fences, which only the tests of the book read.
fn page(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("```") {
        Some(rest) => format!("```{}\n", rest.split(' ').next().unwrap_or("")),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}
