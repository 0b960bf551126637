//! What the tools say: one [`Diagnostic`] for everything shown to people, and its printers.
//!
//! *Takes* diagnostics of any stage and the sources they point into; *gives* text for a terminal, or a document for a
//! machine. *Promises* one order on every run: by file name, then position, then code. *Leaves out* what a code means:
//! each stage declares its own codes.

pub mod fingerprint;
pub mod print;

use crate::base::{Name, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The input is wrong; nothing runs.
    Error,
    /// Probably a mistake; everything still runs.
    Warning,
    /// Worth knowing; nothing is wrong.
    Note,
}

impl Severity {
    /// Every one, the worst first.
    pub const ALL: &[Self] = &[Self::Error, Self::Warning, Self::Note];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A stable code, such as `P0201` or the name of a lint, with its title; declared once by the stage that emits it.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `P` and four digits, or the name of a lint.
    pub id: &'static str,
    /// What it stands for, in a few lower-case words.
    pub title: &'static str,
}

/// A place that helps to understand, and what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there.
    pub text: String,
}

/// A change of the source that would repair the cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the change does.
    pub title: String,
    /// Each span with the text that takes its place.
    pub edits: Vec<(Span, String)>,
    /// Whether it can be made without a look at it: no decision changes.
    pub safe: bool,
}

/// One finding: what, where, where it came from, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: &'static Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop, user text in back-ticks.
    pub message: String,
    /// Where; the first label's place.
    pub span: Span,
    /// What it is said of, such as ``rule `pii` ``, where that is known: by it a finding is recognised after it has moved.
    pub subject: Option<Name>,
    /// A few words at the place itself.
    pub label: String,
    /// Other places, such as where the conflicting thing was declared.
    pub related: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// Changes that would repair it.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            span,
            subject: None,
            label: String::new(),
            related: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// A warning at a place.
    pub fn warning(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// Something worth knowing at a place.
    pub fn note(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, span, message) }
    }

    /// Of what it is said.
    #[must_use]
    pub fn about(mut self, subject: impl Into<Name>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// With a few words at the place itself.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// With another place and what is there.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// With a change that replaces the text of one span, and that somebody has to look at.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        self.fixes.push(Fix { title: title.into(), edits: vec![(span, replacement.into())], safe: false });
        self
    }

    /// With "did you mean" help and the fix for it, where a near name is known.
    #[must_use]
    pub fn suggest(self, span: Span, near: Option<&str>) -> Self {
        match near {
            Some(near) => self.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near),
            None => self,
        }
    }

    /// Whether this is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
