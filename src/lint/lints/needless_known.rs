//! `known` of what is always known.

use crate::base::{Name, Span};
use crate::diag::Code;
use crate::ir::{RequestType, Route};
use crate::lint::tree;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::resolve::Declared;
use crate::syntax::ast::{ExprKind, RuleTarget};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "needless-known", title: "`known` of what is always known" },
    group: Group::Style,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/needless-known.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let mut found = Vec::new();
    for (declared, item) in context.rules() {
        let route = |target: &RuleTarget| {
            let named = context.package.program.lookup(0, &target.route)?;
            context.policy().routes.get(&named.name)
        };
        let routes: Option<Vec<&Route>> = item.targets.iter().map(route).collect();
        found.extend(in_item(context, declared, &routes.unwrap_or_default()));
    }
    for (declared, _) in context.routes() {
        let route: Vec<&Route> = context.policy().routes.get(&declared.name).into_iter().collect();
        found.extend(in_item(context, declared, &route));
    }
    for (span, name) in found {
        let finding = context.finding(span, format!("`{name}` is always known")).label("always true");
        context.report(finding.help("leave it out, or make the field optional"));
    }
}

/// Each `known` of a field of the request that is never left out.
fn in_item(context: &Context<'_>, declared: &Declared, routes: &[&Route]) -> Vec<(Span, Name)> {
    let stated = |name: &str| {
        let requests = routes.iter().map(|route| context.policy().requests.get(&route.request));
        let certain = |request: Option<&RequestType>| {
            request.is_some_and(|request| request.fields.iter().any(|f| &*f.name == name && !f.optional))
        };
        !routes.is_empty() && requests.into_iter().all(certain)
    };
    let mut found = Vec::new();
    for whole in tree::expressions(&declared.item.kind) {
        tree::each(whole, &mut |e| {
            let ExprKind::Known(of) = &e.kind else { return };
            let ExprKind::Field(of, field) = &of.kind else { return };
            let ExprKind::Name(path) = &of.kind else { return };
            if path.package.is_none() && &*path.name.text == "request" && stated(&field.text) {
                found.push((e.span, field.text.clone()));
            }
        });
    }
    found
}
