//! Calls: signals, definitions, tables by call, and the built-in functions.

use super::promise::mixed;
use super::scope::{Bound, Scope, Typed, Unknown};
use super::{Checker, codes};
use crate::base::similar::nearest;
use crate::base::{Name, Span};
use crate::diag::Diagnostic;
use crate::ir::{Expr as Ir, Function};
use crate::resolve::{Declared, Program, kind_word};
use crate::syntax::ast::{Expr, ItemKind, Path};
use crate::value::Type;

impl Checker<'_> {
    /// `name(args)`
    pub(super) fn call(&mut self, scope: &mut Scope, path: &Path, args: &[Expr], span: Span) -> Typed {
        let program: &Program = self.program;
        match program.find(scope.package, path) {
            Ok(decl) => match &decl.item.kind {
                ItemKind::Signal(_) => self.signal(scope, &decl.name, args, span),
                ItemKind::Define(_) => self.apply(scope, decl, args, span),
                ItemKind::Table(_) => match args {
                    [key] => self.row(scope, &decl.name, key),
                    _ => self.wrong_count(&decl.name, "a key", args.len(), span, Some(decl.name_span)),
                },
                other => {
                    let message = format!("`{}` is a {}, and takes no arguments", path.name.text, kind_word(other));
                    self.report(
                        Diagnostic::error(&codes::ARGUMENTS, span, message).related(decl.name_span, "declared here"),
                    );
                    Typed::broken()
                }
            },
            Err(None) => Typed::broken(),
            Err(Some(diagnostic)) => {
                let function = Function::ALL.iter().find(|f| path.package.is_none() && *f.word() == *path.name.text);
                match function {
                    Some(function) => self.function(scope, *function, args, span),
                    None => {
                        let names = self.program.own_names(scope.package);
                        let near = nearest(&path.name.text, Function::ALL.iter().map(|f| f.word()).chain(names));
                        self.report(match near {
                            Some(_) => Diagnostic { help: None, fixes: Vec::new(), ..*diagnostic }
                                .suggest(path.name.span, near),
                            None if ["len", "length", "size"].contains(&&*path.name.text) => {
                                diagnostic.help("elements are counted with `count(xs)`")
                            }
                            None => *diagnostic,
                        });
                        for arg in args {
                            self.expr(scope, arg, None);
                        }
                        Typed::broken()
                    }
                }
            }
        }
    }

    pub(super) fn wrong_count(
        &mut self,
        name: &str,
        wants: &str,
        found: usize,
        span: Span,
        declared: Option<Span>,
    ) -> Typed {
        let message = format!("`{name}` takes {wants}, and got {found}");
        let mut diagnostic = Diagnostic::error(&codes::ARGUMENTS, span, message);
        if let Some(declared) = declared {
            diagnostic = diagnostic.related(declared, "declared here");
        }
        self.report(diagnostic);
        Typed::broken()
    }

    /// A signal, with the service it is asked for.
    pub(super) fn signal(&mut self, scope: &mut Scope, name: &Name, args: &[Expr], span: Span) -> Typed {
        if !scope.signals {
            let message = format!("signal `{name}` means nothing here");
            let diagnostic = Diagnostic::error(&codes::NOT_HERE, span, message);
            self.report(diagnostic.help("signals are inputs of decisions, not of contracts and constants"));
            return Typed::broken();
        }
        let Some(signal) = self.policy.signals.get(name).cloned() else { return Typed::broken() };
        let declared = self.program.by_name(name).map(|d| d.name_span);
        let unknown = if signal.default.is_none() { Unknown::Possibly } else { Unknown::Never };
        match (&signal.subject, args) {
            (None, []) => Typed::new(Ir::Signal(name.clone(), None), signal.ty).or_unknown(unknown),
            (Some(trait_), [of]) => {
                let of = self.expect(scope, of, &Type::Service(Some(trait_.clone())));
                if of.ty.is_none() {
                    return Typed::broken();
                }
                let expr = Ir::Signal(name.clone(), Some(Box::new(of.expr)));
                Typed::new(expr, signal.ty).or_unknown(unknown.max(of.unknown))
            }
            (None, args) => self.wrong_count(name, "no argument: it speaks of no service", args.len(), span, declared),
            (Some(trait_), args) => {
                let wants = format!("a service of trait `{trait_}`, as in `{name}(service)`");
                self.wrong_count(name, &wants, args.len(), span, declared)
            }
        }
    }

    /// A definition applied to arguments.
    pub(super) fn apply(&mut self, scope: &mut Scope, decl: &Declared, args: &[Expr], span: Span) -> Typed {
        let signature = self.signature(&decl.name, span);
        let Some((params, result)) = signature.params.clone().zip(signature.result.clone()) else {
            for arg in args {
                self.expr(scope, arg, None);
            }
            return Typed::broken();
        };
        if params.len() != args.len() {
            let plural = if params.len() == 1 { "" } else { "s" };
            let wants = format!("{} argument{plural}", params.len());
            return self.wrong_count(&decl.name, &wants, args.len(), span, Some(decl.name_span));
        }
        if !self.available(scope, &signature, &decl.name, span) {
            return Typed::broken();
        }
        let mut unknown = signature.unknown;
        let mut checked = Vec::new();
        let mut broken = false;
        let mut bounds = Vec::new();
        for ((_, ty, optional), arg) in params.iter().zip(args) {
            let typed = self.expect(scope, arg, ty);
            broken |= typed.ty.is_none();
            bounds.push(typed.bound.clone());
            if !optional {
                unknown = unknown.max(typed.unknown);
            }
            checked.push(typed.expr);
        }
        if broken {
            return Typed::broken();
        }
        let bound = self.bound_of_call(decl, bounds, signature.bound);
        Typed::new(Ir::Call(decl.name.clone(), checked), result).or_unknown(unknown).with_bound(bound)
    }

    /// Whether everything that a definition reads is known where it is used.
    fn available(&mut self, scope: &Scope, signature: &super::definitions::Signature, name: &Name, span: Span) -> bool {
        let lacking = match (signature.reads_now && !scope.now, signature.reads_signals && !scope.signals) {
            (true, _) => "the time",
            (_, true) => "signals",
            _ => return true,
        };
        let message = format!("`{name}` depends on {lacking}, which are inputs of decisions");
        self.report(
            Diagnostic::error(&codes::NOT_HERE, span, message).label("cannot be used in a contract or constant"),
        );
        false
    }

    fn function(&mut self, scope: &mut Scope, function: Function, args: &[Expr], span: Span) -> Typed {
        match self.vectors(scope, function, args, span) {
            Some(typed) => typed,
            None if function == Function::Draw => self.draw(scope, args, span),
            None => self.numeric(scope, function, args, span),
        }
    }

    /// `draw(seed, text)`
    fn draw(&mut self, scope: &mut Scope, args: &[Expr], span: Span) -> Typed {
        if args.len() != 2 {
            return self.wrong_count(Function::Draw.word(), "a seed and a text", args.len(), span, None);
        }
        let mut unknown = Unknown::Never;
        let mut checked = Vec::new();
        for arg in args {
            let typed = self.expr(scope, arg, Some(&Type::Text));
            match &typed.ty {
                Some(Type::Text) => {}
                Some(other) => {
                    let message = format!("`draw` draws from texts, and this is {other:#}");
                    let found = Diagnostic::error(&codes::MISMATCH, arg.span, message).label("no text");
                    self.report(found.help("write it as a text: `\"…\"`, or `\"{…}\"` for a value"));
                    return Typed::broken();
                }
                None => return Typed::broken(),
            }
            unknown = unknown.max(typed.unknown);
            checked.push(typed.expr);
        }
        Typed::new(Ir::Function(Function::Draw, checked), Type::Decimal).or_unknown(unknown)
    }

    /// `abs(x)`, `clamp(x, lo, hi)`
    fn numeric(&mut self, scope: &mut Scope, function: Function, args: &[Expr], span: Span) -> Typed {
        let count = if function == Function::Abs { 1 } else { 3 };
        let Some((first, rest)) = args.split_first().filter(|_| args.len() == count) else {
            return self.wrong_count(function.word(), &format!("{count} arguments"), args.len(), span, None);
        };
        let first = self.expr(scope, first, None);
        let Some(ty) = first.ty.clone() else { return Typed::broken() };
        if !matches!(ty, Type::Int | Type::Decimal | Type::Ratio | Type::Money(_) | Type::Duration) {
            let message = format!("`{}` takes a number, not {ty:#}", function.word());
            self.report(Diagnostic::error(&codes::MISMATCH, span, message));
            return Typed::broken();
        }
        let mut unknown = first.unknown;
        let mut bound = match (&first.bound, function) {
            (Bound::Promise(_, name), Function::Abs) => Bound::Mixed(name.clone()),
            (bound, _) => bound.clone(),
        };
        let mut checked = vec![first.expr];
        for arg in rest {
            let typed = self.expect(scope, arg, &ty);
            if typed.ty.is_none() {
                return Typed::broken();
            }
            unknown = unknown.max(typed.unknown);
            // A promise that clamps bounds the result only together with what it clamps.
            bound = if typed.bound == Bound::Exact { bound } else { mixed(&typed.bound) };
            checked.push(typed.expr);
        }
        Typed::new(Ir::Function(function, checked), ty).or_unknown(unknown).with_bound(bound)
    }
}
