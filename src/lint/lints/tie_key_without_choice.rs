//! Key for ties that never decides.

use std::collections::BTreeSet;

use crate::base::Name;
use crate::diag::Code;
use crate::ir::{Expr, Role, walk};
use crate::lint::{Context, Fixability, Group, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "tie-key-without-choice", title: "key for ties that never decides" },
    group: Group::Correctness,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/tie-key-without-choice.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for (declared, item) in context.routes() {
        let Some(route) = context.policy().routes.get(&declared.name) else { continue };
        for written in &item.ties {
            let roles: Vec<&Role> =
                route.roles.iter().filter(|role| written.roles.iter().any(|word| word.text == role.name)).collect();
            let Some(keys) = roles.first().and_then(|role| route.ties.get(&role.name)) else { continue };
            let mut decided: Option<&str> = None;
            for (at, (key, place)) in keys.iter().zip(&written.keys).enumerate() {
                let repeated = keys.iter().take(at).any(|earlier| earlier.value == key.value);
                let message = if !walk::any(&key.value, &mut |part| matches!(part, Expr::Subject)) {
                    "this key for ties is the same for every candidate".to_owned()
                } else if let Some(by) = decided {
                    format!("this key for ties never decides: {by}")
                } else if repeated {
                    "this key for ties never decides: it was compared before".to_owned()
                } else {
                    decided = roles.iter().map(|role| tells_apart(context, role, &key.value)).min().flatten();
                    continue;
                };
                let finding = context.finding(place.value.span, message).label("decides nothing");
                context.report(
                    finding.help("put it before the key that decides, let it depend on `service`, or leave it out"),
                );
            }
        }
    }
}

/// Why no two candidates of a role have the same value; nothing where some may.
fn tells_apart(context: &Context<'_>, role: &Role, key: &Expr) -> Option<&'static str> {
    let Expr::Field(of, field) = key else { return None };
    if **of != Expr::Subject {
        return None;
    }
    let of_trait = context.policy().traits.get(&role.trait_);
    let stated = of_trait.is_some_and(|of| of.fields.contains_key(field) || of.guarantees.contains_key(field));
    if &**field == "name" && !stated {
        return Some("no two candidates have one name");
    }
    let mut seen = BTreeSet::new();
    let candidates = context.services().values().filter(|service| service.traits.contains(&role.trait_));
    let values = candidates.map(|service| service.values.get::<Name>(field));
    let mut count = 0;
    for value in values {
        count += 1;
        if !seen.insert(value?) {
            return None;
        }
    }
    (count > 1).then_some("an earlier one is different for every candidate")
}
