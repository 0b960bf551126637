//! What became of the tests, in the form that was asked for.

use serde_json::{Value as Json, json};

use super::run::Ran;
use crate::cli::args::{Report as Form, TestArgs};
use crate::cli::shell::{Failure, Shell};
use crate::diag::Diagnostic;
use crate::diag::print::{Findings, junit};
use crate::suite::Report;
use crate::suite::coverage::{self, Share};

/// Shows all results.
pub fn results(shell: &Shell, args: &TestArgs, all: &[Ran]) -> Result<(), Failure> {
    match shell.report {
        Form::Text => text(shell, args, all),
        Form::Json => shell.out(&format!("{:#}", document(all, args.coverage))),
        Form::Junit => shell.out(&junit::junit(&all.iter().map(suite).collect::<Vec<_>>())),
        Form::Sarif | Form::Github | Form::Gitlab => {
            let found: Vec<Vec<Diagnostic>> =
                all.iter().map(|ran| ran.reports.iter().flat_map(Report::diagnostics).collect()).collect();
            let findings: Vec<Findings<'_>> = found
                .iter()
                .zip(all)
                .map(|(diagnostics, ran)| Findings { diagnostics, sources: &ran.sources })
                .collect();
            shell.findings(&findings, &[])
        }
    }
}

/// How much all packages together have seen of their conditions.
pub fn share(all: &[Ran]) -> Share {
    Share::of(all.iter().flat_map(|ran| &ran.coverage.conditions))
}

fn text(shell: &Shell, args: &TestArgs, all: &[Ran]) -> Result<(), Failure> {
    let mut out = String::new();
    for report in all.iter().flat_map(|ran| &ran.reports) {
        out.push_str(&one(report));
    }
    let reports = || all.iter().flat_map(|ran| &ran.reports);
    let failed = reports().filter(|report| !report.passed()).count();
    out.push_str(&format!("{} passed, {failed} failed\n", reports().count() - failed));
    if args.coverage {
        for ran in all {
            out.push('\n');
            out.push_str(&coverage::text(&ran.coverage));
        }
    }
    shell.out(&out)?;
    let (share, min) = (share(all), args.min.map(usize::from));
    if let Some(min) = min.filter(|min| !share.reaches(*min)) {
        let help = if args.coverage { "" } else { "\n  help: `--coverage` shows what was not seen" };
        let (seen, all, percent) = (share.seen, share.all, share.percent());
        shell.remark(&format!("{seen} of {all} values of conditions seen, {percent}%: less than {min}%{help}"));
    }
    Ok(())
}

/// One line for a test that passes. For one that fails, each expectation against what is the case, and why it is.
fn one(report: &Report) -> String {
    if report.passed() {
        return format!("ok      {}\n", report.name);
    }
    let mut text = format!("FAILED  {}\n", report.name);
    for failed in &report.failed {
        text.push_str(&format!("\n  {}\n    - {}\n    + {}\n", failed.at, failed.text, failed.instead));
    }
    if let Err(error) = &report.decision {
        text.push_str(&format!("\n  {}\n    no decision: {error}\n", report.at));
    }
    if !report.explanation.is_empty() {
        text.push('\n');
        for line in report.explanation.lines() {
            text.push_str(format!("    | {line}").trim_end());
            text.push('\n');
        }
    }
    text.push('\n');
    text
}

fn document(all: &[Ran], covered: bool) -> Json {
    let tests: Vec<Json> = all.iter().flat_map(|ran| &ran.reports).map(test).collect();
    let mut document = json!({ "schema": "provost.tests/1", "tests": tests });
    if covered && let Json::Object(map) = &mut document {
        let packages = all.iter().map(|ran| coverage::json(&ran.coverage));
        map.insert("coverage".to_owned(), packages.collect());
    }
    document
}

fn test(report: &Report) -> Json {
    let failed: Vec<Json> =
        report.failed.iter().map(|f| json!({ "expect": &*f.text, "at": &*f.at, "instead": f.instead })).collect();
    let mut test = json!({ "name": &*report.name, "at": &*report.at, "passed": report.passed(), "failed": failed });
    if let Json::Object(map) = &mut test {
        match &report.decision {
            Ok(decision) => {
                map.insert("outcome".to_owned(), json!(decision.ending.word()));
                map.insert("decision_id".to_owned(), json!(decision.id()));
            }
            Err(error) => drop(map.insert("error".to_owned(), json!(error.to_string()))),
        }
        if !report.explanation.is_empty() {
            map.insert("explanation".to_owned(), json!(report.explanation));
        }
    }
    test
}

/// The tests of a package as a suite of JUnit.
fn suite(ran: &Ran) -> junit::Suite {
    let case = |report: &Report| {
        let file = ran.sources.get(report.span.file);
        let place = file.map(|file| (file.name.to_string(), file.position(report.span.start).0));
        let failures = report.diagnostics().into_iter().map(|found| junit::Failure {
            kind: found.code.id.to_owned(),
            text: format!("{}: {}", ran.sources.location(found.span), found.label),
            message: found.message,
        });
        let (failures, output) = (failures.collect(), report.explanation.clone());
        junit::Case { name: report.name.to_string(), place, failures, output, skipped: None }
    };
    junit::Suite { name: crate::world::shown(&ran.dir), cases: ran.reports.iter().map(case).collect() }
}
