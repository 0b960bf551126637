//! Types as written to types as known.

use super::{Checker, codes};
use crate::base::similar::nearest;
use crate::base::{Currency, Name, Span};
use crate::diag::Diagnostic;
use crate::resolve::{Program, kind_word};
use crate::syntax::ast::{ItemKind, Path, TypeExpr, TypeKind};
use crate::value::Type;

const BUILT_IN: &[(&str, Type)] = &[
    ("bool", Type::Bool),
    ("int", Type::Int),
    ("string", Type::Text),
    ("decimal", Type::Decimal),
    ("ratio", Type::Ratio),
    ("duration", Type::Duration),
    ("date", Type::Date),
    ("datetime", Type::Instant),
    ("vector", Type::Vector),
    ("complex_vector", Type::ComplexVector),
];

impl Checker<'_> {
    /// The type that is written, and whether it may be unknown; nothing if it was reported.
    ///
    /// Request types and traits are types of parameters only.
    pub(super) fn type_of(&mut self, package: usize, written: &TypeExpr, parameter: bool) -> Option<Type> {
        match &written.kind {
            TypeKind::Error => None,
            TypeKind::Name(path) => self.named_type(package, path, parameter),
            TypeKind::Set(element) => Some(Type::Set(Box::new(self.element_type(package, element)?))),
            TypeKind::List(element) => Some(Type::List(Box::new(self.element_type(package, element)?))),
            TypeKind::Service(None) => Some(Type::Service(None)),
            TypeKind::Service(Some(path)) => Some(Type::Service(Some(self.trait_named(package, path)?))),
            TypeKind::Record(_) => {
                let diagnostic = Diagnostic::error(
                    &codes::UNKNOWN_TYPE,
                    written.span,
                    "a record type is declared, not written in place",
                );
                self.report(
                    diagnostic
                        .help("declare `record Name { … }` and use its name; only a table may write its row in place"),
                );
                None
            }
        }
    }

    fn element_type(&mut self, package: usize, written: &TypeExpr) -> Option<Type> {
        if written.optional {
            let diagnostic =
                Diagnostic::error(&codes::UNKNOWN_TYPE, written.span, "an element of a collection cannot be unknown");
            self.report(
                diagnostic.label("remove the `?`").help("make the whole collection optional, as in `set<string>?`"),
            );
        }
        let ty = self.type_of(package, written, false)?;
        if matches!(ty, Type::Vector | Type::ComplexVector) {
            let diagnostic = Diagnostic::error(&codes::UNKNOWN_TYPE, written.span, "a collection cannot hold vectors");
            self.report(diagnostic.help("a vector is a field of its own"));
            return None;
        }
        Some(ty)
    }

    fn named_type(&mut self, package: usize, path: &Path, parameter: bool) -> Option<Type> {
        let word = &path.name;
        if path.package.is_none() {
            if let Some((_, ty)) = BUILT_IN.iter().find(|(name, _)| *name == &*word.text) {
                return Some(ty.clone());
            }
            let small = word.text.chars().all(|c| c.is_ascii_lowercase());
            if let Some(currency) = Currency::from_code(&word.text).filter(|_| small) {
                return Some(Type::Money(currency));
            }
        }
        let program: &Program = self.program;
        let decl = match program.find(package, path) {
            Ok(decl) => decl,
            Err(None) => return None,
            Err(Some(_)) => {
                self.unknown_type(package, &word.text, path.span());
                return None;
            }
        };
        match &decl.item.kind {
            ItemKind::Enum(_) => Some(Type::Enum(decl.name.clone())),
            ItemKind::Record(_) => Some(Type::Record(decl.name.clone())),
            ItemKind::Request(_) if parameter => Some(Type::Request(decl.name.clone())),
            ItemKind::Trait(_) if parameter => Some(Type::Service(Some(decl.name.clone()))),
            other => {
                let kind = kind_word(other);
                let message = format!("`{}` is a {kind}, not a type of values", word.text);
                let diagnostic = Diagnostic::error(&codes::UNKNOWN_TYPE, path.span(), message)
                    .related(decl.name_span, "declared here");
                let replacement = format!("service<{}>", word.text);
                self.report(match other {
                    ItemKind::Trait(_) => diagnostic.suggest(path.span(), Some(&replacement)),
                    _ => diagnostic,
                });
                None
            }
        }
    }

    fn unknown_type(&mut self, package: usize, word: &str, span: Span) {
        let items = self.program.items.iter().filter(|d| d.package == package);
        let types = items.filter(|d| matches!(d.item.kind, ItemKind::Enum(_) | ItemKind::Record(_)));
        let named = types.map(|d| d.name.rsplit("::").next().unwrap_or(&d.name));
        let aliases = [
            ("str", "string"),
            ("text", "string"),
            ("float", "decimal"),
            ("double", "decimal"),
            ("number", "decimal"),
            ("integer", "int"),
            ("boolean", "bool"),
            ("percent", "ratio"),
            ("timestamp", "datetime"),
        ];
        let alias = aliases.iter().find(|(from, _)| word.eq_ignore_ascii_case(from)).map(|(_, to)| *to);
        let near = alias.or_else(|| {
            nearest(word, BUILT_IN.iter().map(|(n, _)| *n).chain(named).chain(["set", "list", "service", "usd", "eur"]))
        });
        let diagnostic =
            Diagnostic::error(&codes::UNKNOWN_TYPE, span, format!("there is no type `{word}`")).label("unknown type");
        self.report(match near {
            Some(_) => diagnostic.suggest(span, near),
            None => diagnostic.help("types are bool, int, string, decimal, ratio, duration, date, datetime, vector, currencies such as `usd`, `set<…>`, `list<…>`, `service<…>`, and declared enums and records"),
        });
    }

    /// The trait of this name.
    pub(super) fn trait_named(&mut self, package: usize, path: &Path) -> Option<Name> {
        self.item_of_kind(package, path, "trait", |kind| matches!(kind, ItemKind::Trait(_)))
    }

    /// The one name of the item a path refers to, if it is of the kind that is needed.
    pub(super) fn item_of_kind(
        &mut self,
        package: usize,
        path: &Path,
        what: &str,
        is: fn(&ItemKind) -> bool,
    ) -> Option<Name> {
        let program: &Program = self.program;
        match program.find(package, path) {
            Ok(decl) if is(&decl.item.kind) => Some(decl.name.clone()),
            Ok(decl) => {
                let kind = kind_word(&decl.item.kind);
                let message = format!("`{}` is a {kind}; a {what} is needed", path.name.text);
                self.report(
                    Diagnostic::error(&crate::resolve::codes::WRONG_KIND, path.span(), message)
                        .label(format!("not a {what}"))
                        .related(decl.name_span, format!("declared here as a {kind}")),
                );
                None
            }
            Err(None) => None,
            Err(Some(diagnostic)) => {
                let home = match &path.package {
                    None => package,
                    Some(_) => usize::MAX,
                };
                let items = program.items.iter().filter(|d| d.package == home && is(&d.item.kind));
                let near = nearest(&path.name.text, items.map(|d| d.name.rsplit("::").next().unwrap_or(&d.name)));
                self.report(match (path.package.is_none(), near) {
                    (true, near) => {
                        let message = format!("there is no {what} `{}`", path.name.text);
                        Diagnostic::error(&crate::resolve::codes::UNKNOWN_ITEM, path.span(), message)
                            .label(format!("unknown {what}"))
                            .suggest(path.span(), near)
                    }
                    (false, _) => *diagnostic,
                });
                None
            }
        }
    }
}
