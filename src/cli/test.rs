//! `provost test`: run the tests of every package that is meant.

use serde_json::{Value as Json, json};

use super::args::{Format, TestArgs};
use super::shell::{Failure, Opened, Shell, Verdict};
use crate::suite::{Report, Suite};

/// Runs the tests. One that fails is a definite no; a run without any test is wrong input, since it shows nothing.
pub fn run(shell: &Shell, args: &TestArgs) -> Result<Verdict, Failure> {
    let mut reports = Vec::new();
    let wanted = |name: &str| args.filter.as_ref().is_none_or(|f| name.contains(f.as_str()));
    for opened in shell.packages()? {
        let Opened { package, dir } = shell.sound(opened)?;
        let suite = Suite::new(&package.policy, &package.services, package.tests, false);
        for (number, _) in suite.tests().iter().enumerate().filter(|(_, test)| wanted(&test.name)) {
            let Some(report) = suite.run(number) else { continue };
            if shell.format == Format::Text {
                shell.out(&line(&report, &crate::world::shown(&dir)))?;
            }
            reports.push(report);
        }
    }
    let failed = reports.iter().filter(|r| !r.passed()).count();
    match shell.format {
        Format::Json => shell.out(&format!("{:#}", document(&reports)))?,
        Format::Text => shell.out(&format!("{} passed, {failed} failed", reports.len() - failed))?,
    }
    match (reports.is_empty(), failed) {
        (true, _) => Err(Failure::Usage("there is no test to run".to_owned())),
        (false, 0) => Ok(Verdict::Yes),
        (false, _) => Ok(Verdict::No),
    }
}

/// One line for a test that passes; the expectations, what is the case, and the explanation for one that fails.
fn line(report: &Report, dir: &str) -> String {
    if report.passed() {
        return format!("ok      {}", report.name);
    }
    let mut text = format!("FAILED  {}  [{dir}: {}]\n", report.name, report.at);
    for failed in &report.failed {
        text.push_str(&format!("  {}  [{}]\n    but {}\n", failed.text, failed.at, failed.instead));
    }
    match &report.decision {
        Err(error) => text.push_str(&format!("  no decision: {error}\n")),
        Ok(_) => {
            for line in report.explanation.lines() {
                text.push_str(&format!("  | {line}\n"));
            }
        }
    }
    text
}

fn document(reports: &[Report]) -> Json {
    let one = |report: &Report| {
        let failed: Vec<Json> =
            report.failed.iter().map(|f| json!({ "expect": &*f.text, "at": &*f.at, "instead": f.instead })).collect();
        json!({ "name": &*report.name, "at": &*report.at, "passed": report.passed(), "failed": failed })
    };
    json!({ "schema": "provost.tests/1", "tests": reports.iter().map(one).collect::<Vec<_>>() })
}
