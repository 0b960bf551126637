//! `// provost-allow: name -- reason`: a finding that somebody has looked at and accepts.
//!
//! Behind code it speaks of its own line, and of the item or the condition that ends there, over however many lines these are set; alone on a line inside an item, of the next line that holds more than comments;
//! alone before an item, of the whole item.

use std::cell::Cell;

use super::context::whole;
use super::lints::{allow_without_reason, unknown_allow, unused_allow};
use super::{Context, LINTS, Level, Settings, tree};
use crate::base::similar::nearest;
use crate::base::{FileId, Instant, SourceFile, Span};
use crate::diag::Diagnostic;
use crate::package::Package;
use crate::syntax::comments::{Comment, comments};

const MARK: &str = "provost-allow";

/// What one comment allows.
#[derive(Debug)]
pub struct Allow {
    name: String,
    /// Where the name stands.
    span: Span,
    reason: bool,
    /// The place in which findings are allowed.
    place: Span,
    used: Cell<bool>,
}

/// Everything that the comments of a package allow.
#[derive(Debug, Default)]
pub struct Allows {
    all: Vec<Allow>,
}

impl Allows {
    /// Whether a finding is allowed, and by that the comment used.
    pub fn take(&self, finding: &Diagnostic) -> bool {
        let fits = |allow: &&Allow| {
            let (at, place) = (finding.span, allow.place);
            allow.name == finding.code.id && place.file == at.file && place.start <= at.start && at.start <= place.end
        };
        let mut any = false;
        for allow in self.all.iter().filter(fits) {
            allow.used.set(true);
            any = true;
        }
        any
    }
}

/// Reads the comments of the package's own sources.
pub fn read(package: &Package) -> Allows {
    let mut all = Vec::new();
    for (id, file) in package.sources.iter() {
        let own = !file.place.contains("::") && file.name.ends_with(".provost");
        if own && file.text.contains(MARK) {
            let found = comments(id, &file.text);
            all.extend(found.iter().flat_map(|comment| of_comment(package, (id, file), comment)));
        }
    }
    Allows { all }
}

/// What a comment allows: several names are separated by commas.
fn of_comment(package: &Package, (id, file): (FileId, &SourceFile), comment: &Comment) -> Vec<Allow> {
    // What stands behind further slashes is another remark.
    let said = comment.text.split("//").next().unwrap_or("");
    let Some(rest) = said.strip_prefix(MARK) else { return Vec::new() };
    let rest = match rest.trim_start().strip_prefix(':') {
        Some(rest) => rest,
        // Without its colon it allows nothing, and is told to name no lint; a sentence about such comments is none.
        None if rest.trim().is_empty() || rest.split_whitespace().next().and_then(super::find).is_some() => "",
        None => return Vec::new(),
    };
    let (names, reason) = rest.split_once("--").unwrap_or((rest, ""));
    let written = file.text.get(comment.span.start as usize..comment.span.end as usize).unwrap_or("");
    let place = place(package, (id, file), comment);
    let mut all = Vec::new();
    let mut from = written.find(':').map_or(0, |at| at + 1);
    for name in names.split(',') {
        let start = from + (name.len() - name.trim_start().len());
        let span =
            Span::new(id, comment.span.start as usize + start, comment.span.start as usize + start + name.trim().len());
        from += name.len() + 1;
        let (name, reason) = (name.trim().to_owned(), !reason.trim().is_empty());
        all.push(Allow { name, span, reason, place, used: Cell::new(false) });
    }
    all
}

/// Where what a comment says is allowed.
fn place(package: &Package, (id, file): (FileId, &SourceFile), comment: &Comment) -> Span {
    let text: &str = &file.text;
    let at = comment.span.start as usize;
    let line = |at: usize| {
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |found| found + 1);
        let end = text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |found| at + found);
        Span::new(id, start, end)
    };
    let own = package.program.items.iter().filter(|declared| declared.item.span.file == id);
    if !comment.alone {
        let here = line(at);
        let ends = |span: &Span| here.start < span.end && span.end as usize <= at;
        let conditions = own.clone().flat_map(|d| tree::expressions(&d.item.kind)).map(|whole| whole.span);
        let ended = own.clone().map(whole).chain(conditions).filter(ends).map(|span| span.start);
        return Span { start: ended.fold(here.start, u32::min), ..here };
    }
    let inside = own.clone().any(|d| d.item.span.start as usize <= at && at < d.item.span.end as usize);
    if !inside {
        let next = own.filter(|d| d.item.span.start as usize > at).min_by_key(|d| d.item.span.start);
        return next.map_or(comment.span, |declared| Span::new(id, at, declared.item.span.end as usize));
    }
    let mut next = line(at);
    while let Some(end) = Some(next.end as usize).filter(|end| end + 1 < text.len()) {
        next = line(end + 1);
        let said = text.get(next.start as usize..next.end as usize).unwrap_or("").trim();
        if !said.is_empty() && !said.starts_with("//") {
            break;
        }
    }
    next
}

/// What is wrong with the comments themselves.
pub fn findings(allows: &Allows, settings: &Settings, package: &Package, now: Instant) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let index = super::index::Index::default();
    let report = |lint: &'static super::Lint, span: Span, message: String| {
        let context = Context::new(package, settings, now, lint, &index);
        (settings.level(lint) != Level::Allow).then(|| context.finding(span, message))
    };
    for allow in &allows.all {
        let known = super::find(&allow.name);
        if allow.name.is_empty() {
            let finding = report(&unknown_allow::LINT, allow.span, "this comment names no lint".to_owned());
            let help = "write `// provost-allow: name -- reason`";
            found.extend(finding.map(|f| f.label("allows nothing").help(help)));
            continue;
        }
        if known.is_none() {
            let near = nearest(&allow.name, LINTS.iter().map(|lint| lint.code.id));
            let message = format!("there is no lint `{}`", allow.name);
            let finding = report(&unknown_allow::LINT, allow.span, message);
            found.extend(finding.map(|f| f.label("allows nothing").suggest(allow.span, near)));
        }
        if !allow.reason {
            let message = format!("`{}` is allowed without a reason", allow.name);
            let help = format!("say why: `// provost-allow: {} -- why this is right here`", allow.name);
            found.extend(report(&allow_without_reason::LINT, allow.span, message).map(|f| f.help(help)));
        }
        let runs = known.is_some_and(|lint| settings.level(lint) != Level::Allow);
        if runs && !allow.used.get() {
            let message = format!("`{}` finds nothing here that could be allowed", allow.name);
            let finding = report(&unused_allow::LINT, allow.span, message);
            found.extend(finding.map(|f| f.label("never used").help("remove the comment")));
        }
    }
    let named = |finding: Diagnostic| match super::context::subject(package, finding.span) {
        Some(subject) => finding.about(subject),
        None => finding,
    };
    found.into_iter().map(named).collect()
}
