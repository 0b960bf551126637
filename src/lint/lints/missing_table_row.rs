//! Table without a row for a member of its enum.

use crate::base::Name;
use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint};
use crate::value::{Type, Value};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "missing-table-row", title: "table without a row for a member of its enum" },
    group: Group::Correctness,
    level: Level::Warn,
    fix: Fixability::None,
    settings: &[],
    page: include_str!("../../../docs/reference/lints/missing-table-row.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    for (declared, _) in context.tables() {
        let Some(table) = context.policy().tables.get(&declared.name) else { continue };
        let Type::Enum(name) = &table.key else { continue };
        let Some(of) = context.policy().enums.get(name) else { continue };
        let has = |member: &Name| table.rows.keys().any(|key| matches!(key, Value::Member(m) if m.name == *member));
        let missing: Vec<String> = of.members.iter().filter(|m| !has(m)).map(|m| format!("`{m}`")).collect();
        if !missing.is_empty() && !table.rows.is_empty() {
            let message = format!("table `{}` has no row for {}", declared.name, missing.join(", "));
            let finding = context.finding(declared.name_span, message).label("unknown for these keys");
            context.report(finding.help(format!("add a row for each member of `{name}`")));
        }
    }
}
