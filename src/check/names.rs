//! What a word in an expression refers to.

use super::scope::{Bare, Scope, Typed, Unknown};
use super::{Checker, codes};
use crate::base::similar::nearest;
use crate::base::words::Cardinality;
use crate::base::{Name, Span, limits};
use crate::diag::Diagnostic;
use crate::ir::Expr as Ir;
use crate::resolve::kind_word;
use crate::syntax::ast::{Ident, ItemKind, Path};
use crate::value::{Member, Type, Value};

impl Checker<'_> {
    /// A word, perhaps of another package.
    pub(super) fn name(&mut self, scope: &mut Scope, path: &Path, want: Option<&Type>) -> Typed {
        if path.package.is_some() {
            return self.item_name(scope, path, want);
        }
        let word = &path.name;
        if let Some(variable) = scope.variable(&word.text) {
            return Typed {
                expr: Ir::Variable(variable.name.clone()),
                ty: variable.ty.clone(),
                unknown: variable.unknown,
                bound: variable.bound.clone(),
            };
        }
        let wanted_member = self.wanted_member(&word.text, want);
        let found = self.in_scope(scope, word);
        match (found, wanted_member) {
            (Some(found), Some(member)) if found.ty != member.ty && found.ty.is_some() => member,
            (Some(found), _) => found,
            (None, Some(member)) => member,
            (None, None) => self.item_name(scope, path, want),
        }
    }

    /// The member of the wanted enum that has this name.
    fn wanted_member(&self, word: &str, want: Option<&Type>) -> Option<Typed> {
        match want {
            Some(Type::Enum(of)) => self.find_member(of, word),
            _ => None,
        }
    }

    /// What the place of the expression gives names to.
    fn in_scope(&mut self, scope: &Scope, word: &Ident) -> Option<Typed> {
        match &*word.text {
            "service" => return Some(self.subject(scope, word.span)),
            "request" => return Some(self.request(scope, word.span)),
            "now" if scope.now => return Some(Typed::new(Ir::Now, Type::Instant)),
            "now" => {
                return Some(self.not_here(word, "the time is an input of decisions, not of contracts and constants"));
            }
            "total" => return Some(self.not_here(word, "name one of its guarantees, such as `total.latency`")),
            _ => {}
        }
        if scope.broken_roles.contains(&word.text) {
            return Some(Typed::broken());
        }
        if let Some(role) = scope.role(&word.text) {
            if scope.candidate_only {
                return Some(self.not_here(word, "a key that breaks ties is about one candidate: name it `service`"));
            }
            let ty = Type::Service(Some(role.trait_.clone()));
            let typed = match role.cardinality {
                Cardinality::List { .. } => Typed::new(Ir::Role(role.name.clone()), Type::List(Box::new(ty))),
                Cardinality::Optional if scope.roles_may_be_empty => {
                    Typed::new(Ir::Role(role.name.clone()), ty).or_unknown(Unknown::Possibly)
                }
                _ => Typed::new(Ir::Role(role.name.clone()), ty),
            };
            return Some(typed);
        }
        self.bare_field(scope, word)
    }

    fn bare_field(&mut self, scope: &Scope, word: &Ident) -> Option<Typed> {
        match &scope.bare {
            Bare::Nothing => None,
            Bare::Trait(of) => {
                let of = of.clone();
                self.trait_field(&of, Ir::Subject, &word.text, word.span)
            }
            Bare::Measured(of) => {
                let declared = self.policy.traits.get(of)?;
                let fact = declared.fields.contains_key(&word.text) || declared.guarantees.contains_key(&word.text);
                let help = "the value of a guarantee follows from what is measured, as in `measured errors: int`";
                fact.then(|| self.not_here(word, help))
            }
            Bare::Request(of) => {
                let field = self.policy.requests.get(of)?.fields.iter().find(|f| f.name == word.text)?;
                Some(field_value(Ir::Field(Box::new(Ir::Request), field.name.clone()), field))
            }
        }
    }

    fn subject(&mut self, scope: &Scope, span: Span) -> Typed {
        match scope.subject.as_slice() {
            [] => {
                let diagnostic = Diagnostic::error(&codes::NOT_HERE, span, "there is no `service` here");
                let help = "`service` is the candidate for a role: it has a meaning in routes, rules and `accept`";
                self.report(diagnostic.label("no candidate is meant").help(help));
                Typed::broken()
            }
            traits => {
                let common = traits.iter().find(|t| match scope.subject_is_all {
                    true => traits.iter().all(|other| self.extends(t, other)),
                    false => traits.iter().all(|other| self.extends(other, t)),
                });
                Typed::new(Ir::Subject, Type::Service(common.cloned()))
            }
        }
    }

    fn request(&mut self, scope: &Scope, span: Span) -> Typed {
        match &scope.request {
            Some(of) => Typed::new(Ir::Request, Type::Request(of.clone())),
            None => {
                let diagnostic = Diagnostic::error(&codes::NOT_HERE, span, "there is no `request` here");
                self.report(diagnostic.label("no request is meant").help(
                    "`request` has a meaning in routes, rules, waivers and `accept`; a definition takes it as a parameter",
                ));
                Typed::broken()
            }
        }
    }

    fn not_here(&mut self, word: &Ident, help: &str) -> Typed {
        let message = format!("`{}` means nothing here", word.text);
        self.report(Diagnostic::error(&codes::NOT_HERE, word.span, message).help(help));
        Typed::broken()
    }

    /// A `let` or a signal, by name; else the member of the one enum that has it.
    fn item_name(&mut self, scope: &mut Scope, path: &Path, want: Option<&Type>) -> Typed {
        let program = self.program;
        // Every bare member of an enum comes by here: what is near its name is asked only where it is wrong.
        let declared = program.lookup(scope.package, path).is_some();
        if path.package.is_none() && !declared && !program.is_broken(&program.qualified(scope.package, &path.name.text))
        {
            return self.free_word(scope, &path.name, want);
        }
        match program.find(scope.package, path) {
            Ok(decl) => match &decl.item.kind {
                ItemKind::Let(_) => self.constant_name(&decl.name, path.span()),
                ItemKind::Signal(_) => self.signal(scope, &decl.name, &[], path.span()),
                ItemKind::Define(_) => self.apply(scope, decl, &[], path.span()),
                other => {
                    let member = if path.package.is_none() { self.only_member(&path.name.text) } else { None };
                    member.unwrap_or_else(|| self.not_a_value(path, kind_word(other)))
                }
            },
            Err(None) => Typed::broken(),
            Err(Some(diagnostic)) => {
                self.report(*diagnostic);
                Typed::broken()
            }
        }
    }

    fn not_a_value(&mut self, path: &Path, kind: &str) -> Typed {
        let name = &path.name.text;
        let help = match kind {
            "table" => format!("look up a row: `{name}[key]`"),
            "enum" => format!("name one of its members: `{name}.member`"),
            "trait" => format!("ask whether a service implements it: `service is {name}`"),
            _ => format!("a {kind} has no value that an expression could use"),
        };
        let message = format!("`{name}` is a {kind}, not a value");
        self.report(Diagnostic::error(&codes::NOT_HERE, path.span(), message).label(format!("a {kind}")).help(help));
        Typed::broken()
    }

    /// A word that no item and no scope gives a meaning to: a member of an enum, or a mistake.
    fn free_word(&mut self, scope: &Scope, word: &Ident, want: Option<&Type>) -> Typed {
        if let Some(Type::Enum(of)) = want {
            let of = of.clone();
            return self.member(&of, &word.text, word.span);
        }
        let enums: Vec<Name> = self.enums_with(&word.text);
        match enums.as_slice() {
            [only] => self.find_member(only, &word.text).unwrap_or_else(Typed::broken),
            [] => {
                self.report(self.unknown_word(scope, word));
                Typed::broken()
            }
            several => {
                let list: Vec<String> = several.iter().map(|e| format!("`{e}.{}`", word.text)).collect();
                let message = format!("`{}` is a member of several enums", word.text);
                let help = format!("say which is meant: {}", list.join(" or "));
                self.report(Diagnostic::error(&codes::AMBIGUOUS, word.span, message).label("which enum?").help(help));
                Typed::broken()
            }
        }
    }

    fn enums_with(&self, member: &str) -> Vec<Name> {
        let has = |e: &crate::ir::EnumType| e.members.iter().any(|m| &**m == member);
        self.policy.enums.iter().filter(|(_, e)| has(e)).map(|(name, _)| name.clone()).collect()
    }

    fn only_member(&self, word: &str) -> Option<Typed> {
        match self.enums_with(word).as_slice() {
            [only] => self.find_member(only, word),
            _ => None,
        }
    }

    fn unknown_word(&self, scope: &Scope, word: &Ident) -> Diagnostic {
        let diagnostic =
            Diagnostic::error(&codes::UNKNOWN_NAME, word.span, format!("nothing here is called `{}`", word.text))
                .label("not known here");
        let request = scope.request.as_ref().and_then(|r| self.policy.requests.get(r));
        if request.is_some_and(|r| r.fields.iter().any(|f| f.name == word.text)) {
            let replacement = format!("request.{}", word.text);
            return diagnostic.suggest(word.span, Some(&replacement));
        }
        let subject = scope.subject.first().and_then(|t| self.policy.traits.get(t));
        if subject.is_some_and(|t| t.fields.contains_key(&word.text) || t.guarantees.contains_key(&word.text)) {
            let replacement = format!("service.{}", word.text);
            return diagnostic.suggest(word.span, Some(&replacement));
        }
        if ["null", "none", "nil", "None"].contains(&&*word.text) {
            return diagnostic.help("nothing is written for the unknown: ask `known x` or `not known x`");
        }
        // So many are never shown, and each is compared with every name of the package.
        if self.diagnostics.len() > limits::ERRORS_PER_FILE {
            return diagnostic;
        }
        let roles = scope.roles.iter().map(|r| &*r.name);
        let variables = scope.variables.iter().map(|v| &*v.name);
        let members = self.policy.enums.values().flat_map(|e| e.members.iter().map(|m| &**m));
        let items = self.program.own_names(scope.package);
        let words = ["service", "request", "now"].into_iter();
        diagnostic
            .suggest(word.span, nearest(&word.text, roles.chain(variables).chain(items).chain(members).chain(words)))
    }

    /// A member of an enum, or the diagnostic that it has none of this name.
    pub(super) fn member(&mut self, of: &Name, word: &str, span: Span) -> Typed {
        if let Some(found) = self.find_member(of, word) {
            return found;
        }
        let Some(declared) = self.policy.enums.get(of) else { return Typed::broken() };
        let members: Vec<&str> = declared.members.iter().map(|m| &**m).collect();
        let near = nearest(word, members.iter().copied());
        let diagnostic =
            Diagnostic::error(&codes::UNKNOWN_MEMBER, span, format!("`{word}` is no member of enum `{of}`"))
                .label(format!("not a `{of}`"));
        let diagnostic = match self.program.by_name(of) {
            Some(decl) => diagnostic.related(decl.name_span, format!("`{of}` is declared here")),
            None => diagnostic,
        };
        let shown: Vec<String> = members.iter().take(8).map(|m| format!("`{m}`")).collect();
        let more = if members.len() > shown.len() { ", …" } else { "" };
        self.report(match near {
            Some(_) => diagnostic.suggest(span, near),
            None => diagnostic.help(format!("its members are {}{more}", shown.join(", "))),
        });
        Typed::broken()
    }

    /// The member of an enum with this name.
    pub(super) fn find_member(&self, of: &Name, word: &str) -> Option<Typed> {
        let members = &self.policy.enums.get(of)?.members;
        let index = members.iter().position(|m| &**m == word)?;
        let member = Member { of: of.clone(), index: index as u32, name: members.get(index)?.clone() };
        Some(Typed::new(Ir::Literal(Value::Member(member)), Type::Enum(of.clone())))
    }

    /// A service named by a text.
    pub(super) fn service_literal(&mut self, name: &Name, span: Span, of: Option<&Name>) -> Typed {
        let Some(known) = self.known_services.get(name) else {
            let wanted = |traits: &std::collections::BTreeSet<Name>| of.is_none_or(|t| traits.contains(t));
            let names = self.known_services.iter().filter(|(_, k)| wanted(&k.traits)).map(|(n, _)| &**n);
            let near = nearest(name, names).map(|n| format!("{n:?}"));
            let message = format!("no contract declares a service `{name}`");
            let diagnostic = Diagnostic::error(&codes::UNKNOWN_SERVICE, span, message).label("unknown service");
            self.report(diagnostic.suggest(span, near.as_deref()));
            return Typed::broken();
        };
        if let Some(of) = of
            && !known.traits.contains(of)
        {
            let message = format!("service `{name}` does not implement `{of}`");
            let diagnostic = Diagnostic::error(&codes::WRONG_TRAIT, span, message)
                .label(format!("a service of trait `{of}` is needed"))
                .related(known.span, format!("`{name}` is declared here"));
            self.report(diagnostic);
            return Typed::broken();
        }
        Typed::new(Ir::Literal(Value::Service(name.clone())), Type::Service(of.cloned()))
    }
}

/// A field's value with what its declaration says of it.
pub(super) fn field_value(expr: Ir, field: &crate::ir::Field) -> Typed {
    let unknown = if field.optional && field.default.is_none() { Unknown::Possibly } else { Unknown::Never };
    Typed::new(expr, field.ty.clone()).or_unknown(unknown)
}
