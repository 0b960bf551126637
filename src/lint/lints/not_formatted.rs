//! File that is not set as `provost fmt` sets it.

use crate::base::Span;
use crate::diag::Code;
use crate::diag::{Diagnostic, Fix};
use crate::fmt;
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "not-formatted", title: "file that is not set as `provost fmt` sets it" },
    group: Group::Style,
    level: Level::Note,
    fix: Fixability::Safe,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/not-formatted.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for (id, file) in context.sources().iter() {
        if file.place.contains("::") || !file.name.ends_with(".provost") {
            continue;
        }
        let formatted = fmt::format(&file.text);
        let Some(first) = formatted.edits.first() else { continue };
        let edits =
            formatted.edits.iter().map(|edit| (Span::new(id, edit.range.start, edit.range.end), edit.text.clone()));
        let fix = Fix { title: "set it with `provost fmt`".to_owned(), edits: edits.collect(), safe: true };
        let finding = context.finding(Span::new(id, first.range.start, first.range.end), "the file is not formatted");
        let finding = finding.about(format!("file `{}`", file.place)).label("the first place that differs");
        context.report(Diagnostic { fixes: vec![fix], ..finding });
    }
}
