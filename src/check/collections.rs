//! Set, list and record literals.

use std::collections::BTreeMap;

use super::scope::{Bound, Scope, Typed, Unknown};
use super::{Checker, codes};
use crate::base::similar::nearest;
use crate::base::{Name, Span};
use crate::diag::Diagnostic;
use crate::ir::Expr as Ir;
use crate::syntax::ast::{Expr, Ident};
use crate::value::{Type, Unit, Value};

impl Checker<'_> {
    /// `{ a, b }` or `[ a, b ]`.
    pub(super) fn elements(
        &mut self,
        scope: &mut Scope,
        elements: &[Expr],
        span: Span,
        is_set: bool,
        want: Option<&Type>,
    ) -> Typed {
        if elements.is_empty() && is_set && matches!(want, Some(Type::Record(_))) {
            return self.record(scope, &[], span, want);
        }
        if let (Some(Type::Vector), false) = (want, is_set) {
            return self.vector(scope, elements);
        }
        if let (Some(Type::ComplexVector), false) = (want, is_set) {
            return self.complex_vector(scope, elements);
        }
        let wanted = want.and_then(Type::element).cloned();
        let Some(element) = wanted.or_else(|| self.common_element(scope, elements, span)) else {
            return Typed::broken();
        };
        let mut unknown = Unknown::Never;
        let mut checked = Vec::new();
        let mut broken = false;
        let mut bound = Bound::Exact;
        for e in elements {
            let typed = self.expect(scope, e, &element);
            broken |= typed.ty.is_none();
            bound = self.same_bound(&bound, &typed.bound);
            unknown = unknown.max(typed.unknown);
            checked.push(typed.expr);
        }
        if broken {
            return Typed::broken();
        }
        if is_set {
            self.repeated(&checked, elements);
        }
        let element = Box::new(element);
        let typed = match is_set {
            true => Typed::new(Ir::SetOf(checked), Type::Set(element)),
            false => Typed::new(Ir::ListOf(checked), Type::List(element)),
        };
        typed.or_unknown(unknown).with_bound(bound)
    }

    /// The type of the elements where nothing says what is wanted: that of the first that has one of its own.
    fn common_element(&mut self, scope: &mut Scope, elements: &[Expr], span: Span) -> Option<Type> {
        if elements.is_empty() {
            let diagnostic =
                Diagnostic::error(&codes::MISMATCH, span, "nothing tells what this empty collection holds");
            self.report(diagnostic.help("give it a type, such as `let names: set<string> = {}`"));
            return None;
        }
        let before = self.diagnostics.len();
        let mut found: Option<Type> = None;
        for e in elements {
            if let Some(ty) = self.expr(scope, e, None).ty {
                found = match found {
                    None => Some(ty),
                    Some(first) => Some(self.join(&first, &ty).unwrap_or(first)),
                };
            }
        }
        // What is wrong with an element is said when it is checked against the type of all.
        if found.is_some() {
            self.diagnostics.truncate(before);
        }
        found
    }

    fn repeated(&mut self, checked: &[Ir], elements: &[Expr]) {
        for (i, (value, e)) in checked.iter().zip(elements).enumerate() {
            let first = checked.iter().take(i).position(|other| other == value && matches!(value, Ir::Literal(_)));
            if let Some(first) = first.and_then(|at| elements.get(at)) {
                let diagnostic = Diagnostic::error(&codes::DUPLICATE, e.span, "a set holds each element once")
                    .label("stands here again")
                    .related(first.span, "first here");
                self.report(diagnostic.help("remove one of the two"));
            }
        }
    }

    pub(super) fn vector(&mut self, scope: &mut Scope, elements: &[Expr]) -> Typed {
        let mut numbers = Vec::new();
        for e in elements {
            let typed = self.expect(scope, e, &Type::Decimal);
            match typed.expr {
                Ir::Literal(Value::Number(amount, Unit::Plain | Unit::Ratio)) => numbers.push(amount),
                _ if typed.ty.is_none() => return Typed::broken(),
                _ => {
                    let diagnostic = Diagnostic::error(&codes::NOT_CONSTANT, e.span, "a vector is written in numbers");
                    self.report(diagnostic.label("not a number"));
                    return Typed::broken();
                }
            }
        }
        Typed::new(Ir::Literal(Value::Vector(numbers.into())), Type::Vector)
    }

    /// `{ title: "x", priority: 2 }`
    pub(super) fn record(
        &mut self,
        scope: &mut Scope,
        fields: &[(Ident, Expr)],
        span: Span,
        want: Option<&Type>,
    ) -> Typed {
        let (name, declared) = match want {
            Some(Type::Record(name)) => (name.clone(), self.policy.records.get(name).cloned().unwrap_or_default()),
            Some(Type::Request(name)) => {
                (name.clone(), self.policy.requests.get(name).map(|r| r.fields.clone()).unwrap_or_default())
            }
            _ => {
                let diagnostic = match want {
                    Some(ty) => Diagnostic::error(&codes::MISMATCH, span, format!("expected {ty:#}, found a record")),
                    None => Diagnostic::error(&codes::MISMATCH, span, "nothing tells which record this is"),
                };
                self.report(
                    diagnostic.help("a record stands where a record type is wanted, such as a table's row or a field"),
                );
                return Typed::broken();
            }
        };
        let mut given: BTreeMap<Name, Typed> = BTreeMap::new();
        let mut broken = false;
        for (i, (field, value)) in fields.iter().enumerate() {
            if let Some((first, _)) = fields.iter().take(i).find(|(f, _)| f.text == field.text) {
                self.report(duplicate("field", field, first.span));
                broken = true;
                continue;
            }
            let Some(decl) = declared.iter().find(|d| d.name == field.text) else {
                let near = nearest(&field.text, declared.iter().map(|d| &*d.name));
                let message = format!("`{}` has no field `{}`", row_name(&name), field.text);
                let diagnostic = Diagnostic::error(&codes::UNKNOWN_FIELD, field.span, message).label("no such field");
                self.report(diagnostic.suggest(field.span, near));
                broken = true;
                continue;
            };
            let typed = self.expect(scope, value, &decl.ty);
            if !decl.optional {
                self.require_known(&typed, value.span, "this field");
            }
            broken |= typed.ty.is_none();
            given.insert(field.text.clone(), typed);
        }
        let missing: Vec<String> = declared
            .iter()
            .filter(|d| !d.optional && d.default.is_none() && !given.contains_key(&d.name))
            .filter(|d| !fields.iter().any(|(f, _)| f.text == d.name))
            .map(|d| format!("`{}: {}`", d.name, d.ty))
            .collect();
        if !missing.is_empty() {
            let message = format!("`{}` needs {}", row_name(&name), missing.join(", "));
            self.report(Diagnostic::error(&codes::UNKNOWN_FIELD, span, message).label("a field is missing"));
            broken = true;
        }
        if broken {
            return Typed::broken();
        }
        let complete = declared.iter().map(|d| {
            let default = d.default.clone().map(Ir::Literal);
            (d.name.clone(), given.remove(&d.name).map(|t| t.expr).or(default))
        });
        Typed::new(Ir::RecordOf(complete.collect()), want.cloned().unwrap_or(Type::Record(name)))
    }

    /// Reports a value that may be unknown where one is needed.
    pub(super) fn require_known(&mut self, typed: &Typed, span: Span, place: &str) -> bool {
        if typed.unknown == Unknown::Never || typed.ty.is_none() {
            return true;
        }
        let message = format!("{place} needs a value, and this may be unknown");
        let diagnostic = Diagnostic::error(&codes::MAY_BE_UNKNOWN, span, message).label("may be unknown");
        self.report(diagnostic.help("supply the missing case with `??`, such as `x ?? 0`"));
        false
    }
}

/// `layers[]` as a person says it.
fn row_name(record: &str) -> String {
    match record.strip_suffix("[]") {
        Some(table) => format!("row of {table}"),
        None => record.to_owned(),
    }
}

/// The diagnostic for a name given twice inside one item.
pub(super) fn duplicate(what: &str, second: &Ident, first: Span) -> Diagnostic {
    Diagnostic::error(&codes::DUPLICATE, second.span, format!("{what} `{}` stands here twice", second.text))
        .label("again here")
        .related(first, "first here")
        .help("rename or remove one of the two")
}
