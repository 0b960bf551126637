//! What a lint is given: the package, what was set for the lint, and where it reports.

use super::index::Index;
use super::{Fixability, Lint, Settings};
use crate::base::{Instant, Name, Sources, Span};
use crate::diag::Diagnostic;
use crate::ir::{Policy, Services};
use crate::package::Package;
use crate::resolve::{Declared, kind_word};
use crate::syntax::ast;

/// What one lint works on.
#[derive(Debug)]
pub struct Context<'a> {
    /// The package, checked and without errors.
    pub package: &'a Package,
    /// The time.
    pub now: Instant,
    settings: &'a Settings,
    lint: &'static Lint,
    index: &'a Index,
    found: Vec<Diagnostic>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident: $variant:ident = $item:ident,)*) => {
        $(
            $(#[$doc])*
            pub fn $name(&self) -> impl Iterator<Item = (&'a Declared, &'a ast::$item)> + use<'a> {
                self.items().filter_map(|declared| match &declared.item.kind {
                    ast::ItemKind::$variant(item) => Some((declared, item)),
                    _ => None,
                })
            }
        )*
    };
}

impl<'a> Context<'a> {
    /// The context of one lint.
    pub fn new(
        package: &'a Package,
        settings: &'a Settings,
        now: Instant,
        lint: &'static Lint,
        index: &'a Index,
    ) -> Self {
        Self { package, now, settings, lint, index, found: Vec::new() }
    }

    /// What the organisation wrote.
    pub fn policy(&self) -> &'a Policy {
        &self.package.policy
    }

    /// What the services state.
    pub fn services(&self) -> &'a Services {
        &self.package.services
    }

    /// Every file.
    pub fn sources(&self) -> &'a Sources {
        &self.package.sources
    }

    /// The declarations of the package itself, by name.
    pub fn items(&self) -> impl Iterator<Item = &'a Declared> + use<'a> {
        self.package.program.items.iter().filter(|declared| declared.package == 0)
    }

    kinds! {
        /// Its enums.
        enums: Enum = EnumItem,
        /// Its traits.
        traits: Trait = TraitItem,
        /// The services that its sources declare.
        declared_services: Service = ServiceItem,
        /// Its request types.
        requests: Request = RequestItem,
        /// Its signals.
        signals: Signal = SignalItem,
        /// Its constants.
        lets: Let = LetItem,
        /// Its definitions.
        definitions: Define = DefineItem,
        /// Its tables.
        tables: Table = TableItem,
        /// Its routes.
        routes: Route = RouteItem,
        /// Its rules.
        rules: Rule = RuleItem,
        /// Its waivers.
        waivers: Waiver = WaiverItem,
        /// Its tests.
        tests: Test = TestItem,
    }

    /// Whether a name stands anywhere but where it is declared. Which of several things of one name is meant is not looked
    /// at, so a name that is not used is certainly not used.
    pub fn is_used(&self, name: &str, declared: Span) -> bool {
        // A name in quotes need not be one word; each of its words is then looked for.
        let parts: Vec<&str> =
            name.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|p| !p.is_empty()).collect();
        let words = self.index.words(self.package);
        let inside = |at: &Span| at.file == declared.file && declared.start <= at.start && at.end <= declared.end;
        parts.iter().all(|part| words.get(*part).is_some_and(|places| places.iter().any(|at| !inside(at))))
    }

    /// Every place in which a word stands.
    pub fn places(&self, word: &str) -> &'a [Span] {
        self.index.words(self.package).get(word).map_or(&[], Vec::as_slice)
    }

    /// Whether somebody else may use what the package declares: one without routes is there for others.
    pub fn is_library(&self) -> bool {
        self.routes().next().is_none()
    }

    /// The text under a span.
    pub fn text(&self, span: Span) -> &'a str {
        self.package.sources.text(span)
    }

    /// A number that is set for the lint.
    pub fn number(&self, name: &str) -> i64 {
        self.settings.number(self.lint, name)
    }

    /// Texts that are set for the lint.
    pub fn texts(&self, name: &str) -> Vec<Name> {
        self.settings.texts(self.lint, name)
    }

    /// A finding of the lint, to be completed and reported.
    #[must_use]
    pub fn finding(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        let severity = self.settings.level(self.lint).severity();
        Diagnostic { severity, ..Diagnostic::warning(&self.lint.code, span, message) }
    }

    /// With other words for the place of a finding as its fix; without one where a comment would be lost.
    #[must_use]
    pub fn rewrite(&self, finding: Diagnostic, span: Span, words: String) -> Diagnostic {
        if self.text(span).contains("//") {
            return finding.help(format!("write `{words}`"));
        }
        finding.fix(format!("write `{words}`"), span, words)
    }

    /// Reports a finding.
    pub fn report(&mut self, finding: Diagnostic) {
        self.found.push(finding);
    }

    /// Everything that was reported, each with the item of which it is said.
    pub fn finish(self) -> Vec<Diagnostic> {
        let package = self.package;
        let named = |finding: Diagnostic| match subject(package, finding.span) {
            Some(subject) if finding.subject.is_none() => finding.about(subject),
            _ => finding,
        };
        let safe = self.lint.fix == Fixability::Safe;
        let marked = |mut finding: Diagnostic| {
            finding.fixes.iter_mut().for_each(|fix| fix.safe = safe);
            finding
        };
        self.found.into_iter().map(named).map(marked).collect()
    }
}

/// The item in which a place stands, such as ``rule `pii` ``.
pub fn subject(package: &Package, span: Span) -> Option<String> {
    item_at(package, span).map(|declared| format!("{} `{}`", kind_word(&declared.item.kind), declared.name))
}

/// The item in which a place stands.
pub fn item_at(package: &Package, span: Span) -> Option<&Declared> {
    package.program.items.iter().find(|declared| {
        let whole = whole(declared);
        whole.file == span.file && whole.start <= span.start && span.end <= whole.end
    })
}

/// An item with the annotations before it.
pub fn whole(declared: &Declared) -> Span {
    let first = declared.item.front.annotations.first();
    first.map_or(declared.item.span, |annotation| annotation.span.to(declared.item.span))
}
