//! Access to fields, rows and the transitive closure, and the test of a trait.

use super::names::field_value;
use super::scope::{Bound, Scope, Typed, Unknown};
use super::{Checker, codes};
use crate::base::similar::nearest;
use crate::base::{Name, Span};
use crate::diag::Diagnostic;
use crate::ir::{Direction, Expr as Ir};
use crate::resolve::Program;
use crate::syntax::ast::{Expr, ExprKind, Ident, ItemKind, Path};
use crate::value::Type;

impl Checker<'_> {
    /// `of.field`: also `Region.eu_west` and `total.latency`.
    pub(super) fn field(&mut self, scope: &mut Scope, of: &Expr, field: &Ident, want: Option<&Type>) -> Typed {
        if let ExprKind::Name(path) = &of.kind {
            if path.package.is_none() && &*path.name.text == "total" && scope.variable("total").is_none() {
                return self.total(scope, field, path.name.span);
            }
            if let Some(member) = self.qualified_member(scope, path, field) {
                return member;
            }
        }
        let base = self.expr(scope, of, None);
        let Some(ty) = base.ty.clone() else { return Typed::broken() };
        let found = match &ty {
            Type::Service(Some(trait_)) => self.trait_field(trait_, base.expr.clone(), &field.text, field.span),
            Type::Service(None) if base.expr == Ir::Subject => self.subject_field(scope, field),
            Type::Service(None) => self.any_trait_field(&base, field),
            Type::Record(name) => self.record_field(name, &base, field),
            Type::Request(name) => self.request_field(name, &base, field),
            _ => None,
        };
        let unknown = base.unknown;
        let _ = want;
        match found {
            Some(found) => found.or_unknown(unknown),
            None if matches!(ty, Type::Service(_) | Type::Record(_) | Type::Request(_)) => {
                self.unknown_field(scope, &ty, field);
                Typed::broken()
            }
            None => {
                let message = format!("{ty:#} has no fields");
                self.report(Diagnostic::error(&codes::UNKNOWN_FIELD, field.span, message).label("no such field"));
                Typed::broken()
            }
        }
    }

    /// `Region.eu_west`, where `Region` is an enum and nothing nearer.
    fn qualified_member(&mut self, scope: &Scope, path: &Path, field: &Ident) -> Option<Typed> {
        let hidden = path.package.is_none()
            && (scope.variable(&path.name.text).is_some() || scope.role(&path.name.text).is_some());
        if hidden {
            return None;
        }
        let program: &Program = self.program;
        let decl = program.lookup(scope.package, path)?;
        matches!(decl.item.kind, ItemKind::Enum(_)).then(|| self.member(&decl.name, &field.text, field.span))
    }

    /// A field or promise of a trait's service.
    pub(super) fn trait_field(&mut self, trait_: &Name, of: Ir, field: &Name, span: Span) -> Option<Typed> {
        let declared = self.policy.traits.get(trait_)?;
        if let Some(found) = declared.fields.get(field) {
            return Some(field_value(Ir::Field(Box::new(of), field.clone()), found));
        }
        if let Some(guarantee) = declared.guarantees.get(field) {
            let bound = promise(guarantee.direction, field);
            let ty = guarantee.ty.clone();
            self.promises.push((field.clone(), span));
            let typed = Typed::new(Ir::Field(Box::new(of), field.clone()), ty);
            return Some(typed.or_unknown(Unknown::Unpromised).with_bound(bound));
        }
        (&**field == "name").then(|| Typed::new(Ir::Field(Box::new(of), field.clone()), Type::Text))
    }

    /// A field of `service` where the roles in scope have unrelated traits: each of them must have it, alike.
    fn subject_field(&mut self, scope: &Scope, field: &Ident) -> Option<Typed> {
        if scope.subject_is_all {
            let of = scope.subject.iter().find(|t| self.trait_has(t, &field.text)).cloned();
            return of.and_then(|t| self.trait_field(&t, Ir::Subject, &field.text, field.span));
        }
        let mut found: Option<Typed> = None;
        for trait_ in &scope.subject {
            let here = self.trait_field(trait_, Ir::Subject, &field.text, field.span)?;
            found = match found {
                None => Some(here),
                Some(before) if before.ty == here.ty && before.bound == here.bound => {
                    Some(before.or_unknown(here.unknown))
                }
                Some(_) => return None,
            };
        }
        found
    }

    /// A field of a service of any trait: all traits that have it must agree, and the service may have none of them.
    fn any_trait_field(&mut self, base: &Typed, field: &Ident) -> Option<Typed> {
        if &*field.text == "name" {
            return Some(Typed::new(Ir::Field(Box::new(base.expr.clone()), field.text.clone()), Type::Text));
        }
        let with: Vec<Name> = self
            .policy
            .traits
            .iter()
            .filter(|(_, t)| t.fields.contains_key(&field.text) || t.guarantees.contains_key(&field.text))
            .map(|(name, _)| name.clone())
            .collect();
        let mut found: Option<Typed> = None;
        for trait_ in with {
            let here = self.trait_field(&trait_, base.expr.clone(), &field.text, field.span)?;
            match &found {
                Some(before) if before.ty != here.ty || before.bound != here.bound => return None,
                _ => found = Some(here.or_unknown(Unknown::Possibly)),
            }
        }
        found
    }

    fn record_field(&mut self, record: &Name, base: &Typed, field: &Ident) -> Option<Typed> {
        let found = self.policy.records.get(record)?.iter().find(|f| f.name == field.text)?;
        Some(field_value(Ir::Field(Box::new(base.expr.clone()), field.text.clone()), found))
    }

    fn request_field(&mut self, request: &Name, base: &Typed, field: &Ident) -> Option<Typed> {
        let found = self.policy.requests.get(request)?.fields.iter().find(|f| f.name == field.text)?;
        Some(field_value(Ir::Field(Box::new(base.expr.clone()), field.text.clone()), found))
    }

    fn unknown_field(&mut self, scope: &Scope, ty: &Type, field: &Ident) {
        let (what, names, declared) = self.fields_of(scope, ty);
        let near = nearest(&field.text, names.iter().map(|n| &**n));
        let message = format!("{what} has no field `{}`", field.text);
        let mut diagnostic = Diagnostic::error(&codes::UNKNOWN_FIELD, field.span, message).label("no such field");
        if let Some(span) = declared {
            diagnostic = diagnostic.related(span, format!("{what} is declared here"));
        }
        let lacking = scope.subject.iter().find(|t| !self.trait_has(t, &field.text));
        let narrowed =
            matches!(ty, Type::Service(None)) && scope.subject.iter().any(|t| self.trait_has(t, &field.text));
        let measured = |t: &&Name| self.policy.traits.get(*t).is_some_and(|t| t.measurements.contains_key(&field.text));
        let of = if let Type::Service(of) = ty { of.iter().find(measured) } else { None };
        if of.is_some() {
            let help = "what is measured is told by results, and no service states it: name a field or a guarantee";
            return self.report(diagnostic.help(help));
        }
        diagnostic = match (near, lacking) {
            (_, Some(trait_)) if narrowed => diagnostic.help(format!(
                "`service` may be a `{trait_}` here, which does not have it; narrow the rule to the roles that do: `on route.role`"
            )),
            (Some(_), _) => diagnostic.suggest(field.span, near),
            (None, _) if names.is_empty() => diagnostic.help("it has no fields"),
            (None, _) => {
                let shown: Vec<String> = names.iter().take(10).map(|n| format!("`{n}`")).collect();
                let more = if names.len() > shown.len() { ", …" } else { "" };
                diagnostic.help(format!("it has {}{more}", shown.join(", ")))
            }
        };
        self.report(diagnostic);
    }

    fn trait_has(&self, trait_: &Name, field: &str) -> bool {
        self.policy.traits.get(trait_).is_some_and(|t| t.fields.contains_key(field) || t.guarantees.contains_key(field))
    }

    /// What has the fields, their names, and where it is declared.
    fn fields_of(&self, scope: &Scope, ty: &Type) -> (String, Vec<Name>, Option<Span>) {
        let place = |name: &Name| self.program.by_name(name).map(|d| d.name_span);
        let trait_names = |name: &Name| -> Vec<Name> {
            let found = self.policy.traits.get(name);
            found.map(|t| t.fields.keys().chain(t.guarantees.keys()).cloned().collect()).unwrap_or_default()
        };
        match ty {
            Type::Service(Some(name)) => (format!("trait `{name}`"), trait_names(name), place(name)),
            Type::Service(None) => {
                let names = scope.subject.iter().flat_map(trait_names).collect();
                ("the service".to_owned(), names, None)
            }
            Type::Record(name) => {
                let fields = self.policy.records.get(name).into_iter().flatten().map(|f| f.name.clone()).collect();
                match name.strip_suffix("[]") {
                    Some(table) => (format!("a row of table `{table}`"), fields, place(&Name::from(table))),
                    None => (format!("record `{name}`"), fields, place(name)),
                }
            }
            Type::Request(name) => {
                let fields = self.policy.requests.get(name).into_iter().flat_map(|r| &r.fields);
                (format!("request `{name}`"), fields.map(|f| f.name.clone()).collect(), place(name))
            }
            _ => (format!("{ty:#}"), Vec::new(), None),
        }
    }

    fn total(&mut self, scope: &Scope, field: &Ident, span: Span) -> Typed {
        let Some(totals) = &scope.totals else {
            let diagnostic = Diagnostic::error(&codes::NOT_HERE, span, "there is no `total` here");
            self.report(diagnostic.help(match scope.candidate_only {
                true => {
                    "a key that breaks ties is about one candidate: name what it promises, such as `service.latency`"
                }
                false => "`total` is what a route's pipeline promises: it has a meaning in routes and rules on them",
            }));
            return Typed::broken();
        };
        let Some(found) = totals.iter().find(|t| t.name == field.text) else {
            let near = nearest(&field.text, totals.iter().map(|t| &*t.name));
            let message = format!("the stages do not all promise `{}`", field.text);
            let diagnostic = Diagnostic::error(&codes::UNKNOWN_FIELD, field.span, message).label("no such guarantee");
            self.report(match near {
                Some(_) => diagnostic.suggest(field.span, near),
                None => diagnostic.help(
                    "a total exists for the guarantees that the traits of all stages have and that say `composes by`",
                ),
            });
            return Typed::broken();
        };
        let bound = promise(found.direction, &found.name);
        self.promises.push((found.name.clone(), field.span));
        // Unknown only where a stage does not make the promise.
        let typed = Typed::new(Ir::Total(found.name.clone()), found.ty.clone());
        typed.or_unknown(Unknown::Unpromised).with_bound(bound)
    }

    /// `service.uses+`
    pub(super) fn closure(&mut self, scope: &mut Scope, of: &Expr, span: Span) -> Typed {
        let typed = self.expr(scope, of, None);
        let Some(ty) = typed.ty.clone() else { return Typed::broken() };
        match (&typed.expr, &ty) {
            (Ir::Field(base, name), Type::Set(element)) if matches!(**element, Type::Service(_)) => {
                let expr = Ir::Closure(base.clone(), name.clone());
                Typed::new(expr, ty.clone()).or_unknown(typed.unknown)
            }
            _ => {
                let message = format!("`+` follows a field that names services, not {ty:#}");
                let diagnostic = Diagnostic::error(&codes::MISMATCH, span, message).label("not a set of services");
                self.report(
                    diagnostic
                        .help("the transitive closure is of a field of type `set<service>`, such as `service.uses+`"),
                );
                Typed::broken()
            }
        }
    }

    /// `layers[request.layer]`
    pub(super) fn index(&mut self, scope: &mut Scope, of: &Expr, key: &Expr, span: Span) -> Typed {
        if let ExprKind::Name(path) = &of.kind {
            let program: &Program = self.program;
            match program.find(scope.package, path) {
                Ok(decl) if matches!(decl.item.kind, ItemKind::Table(_)) => {
                    return self.row(scope, &decl.name, key);
                }
                Err(None) => return Typed::broken(),
                Err(Some(diagnostic))
                    if scope.variable(&path.name.text).is_none()
                        && scope.role(&path.name.text).is_none()
                        && !["request", "service"].contains(&&*path.name.text) =>
                {
                    self.report(diagnostic.help("a row is looked up in a table: `table[key]`"));
                    return Typed::broken();
                }
                _ => {}
            }
        }
        self.expr(scope, key, None);
        let message = "only a table has rows to look up";
        let diagnostic = Diagnostic::error(&codes::MISMATCH, span, message).label("not a table");
        self.report(diagnostic.help("declare `table name: Key -> { … }` and write `name[key]`; lists are read with `any`, `all` or `[… limit 1]`"));
        Typed::broken()
    }

    /// The row of a table.
    pub(super) fn row(&mut self, scope: &mut Scope, table: &Name, key: &Expr) -> Typed {
        let Some(declared) = self.policy.tables.get(table) else { return Typed::broken() };
        let (key_type, value_type) = (declared.key.clone(), declared.value.clone());
        let key = self.expect(scope, key, &key_type);
        if key.ty.is_none() {
            return Typed::broken();
        }
        Typed::new(Ir::Row(table.clone(), Box::new(key.expr)), value_type).or_unknown(Unknown::Possibly)
    }

    /// `service is Audited`
    pub(super) fn implements(&mut self, scope: &mut Scope, of: &Expr, path: &Path) -> Typed {
        let typed = self.expr(scope, of, None);
        let trait_ = self.trait_named(scope.package, path);
        let Some(ty) = typed.ty.clone() else { return Typed::broken() };
        if !matches!(ty, Type::Service(_)) {
            let message = format!("`is` asks for the trait of a service, not of {ty:#}");
            self.report(Diagnostic::error(&codes::MISMATCH, of.span, message).label(format!("this is {ty:#}")));
            return Typed::broken();
        }
        match trait_ {
            Some(trait_) => {
                Typed::new(Ir::Implements(Box::new(typed.expr), trait_), Type::Bool).or_unknown(typed.unknown)
            }
            None => Typed::broken(),
        }
    }
}

/// What a promise with this direction says of the real quantity.
fn promise(direction: Option<Direction>, name: &Name) -> Bound {
    match direction {
        Some(direction) => Bound::Promise(direction, name.clone()),
        None => Bound::Exact,
    }
}
