//! Waiver that lasts longer than waivers should.

use crate::base::Date;
use crate::diag::Code;
use crate::lint::{Context, Fixability, Group, Level, Lint, Setting, SettingValue};

/// The lint.
pub static LINT: Lint = Lint {
    code: Code { id: "waiver-too-long", title: "waiver that lasts longer than waivers should" },
    group: Group::Governance,
    level: Level::Note,
    fix: Fixability::None,
    settings: &[Setting { name: "days", default: SettingValue::Number(366) }],
    page: include_str!("../../../docs/reference/lints/waiver-too-long.md"),
    check,
};

fn check(context: &mut Context<'_>) {
    let (today, most) = (context.now.date(), context.number("days"));
    for (declared, waiver) in context.waivers() {
        let far = |until: Date| i64::from(until.days()) - i64::from(today.days()) > most;
        if let Some((_, span)) = waiver.until.filter(|(until, _)| far(*until)) {
            let message = format!("waiver `{}` lasts for more than {most} days", declared.name);
            let finding = context.finding(span, message).label("far ahead");
            context.report(finding.help("change the rule, or let the waiver be approved again in time"));
        }
    }
}
