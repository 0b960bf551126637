//! Rule that nobody answers for.

use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint, Setting, SettingValue};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "rule-without-owner", title: "rule that nobody answers for" },
    group: Group::Governance,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[Setting { name: "annotations", default: SettingValue::Texts(&["owner"]) }],
    page: include_str!("../../../docs/reference/lints/rule-without-owner.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let wanted = context.texts("annotations");
    for (declared, _) in context.rules() {
        let owned = declared.item.front.annotations.iter().any(|a| wanted.contains(&a.name.text) && !a.args.is_empty());
        if !owned {
            let message = format!("rule `{}` has no owner", declared.name);
            let first = wanted.first().map_or("owner", |name| &**name);
            let help = format!("say who answers for it: `@{first}(\"…\")` before the rule");
            context.report(context.finding(declared.name_span, message).label("nobody answers for it").help(help));
        }
    }
}
