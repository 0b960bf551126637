//! Texts that are generated: schemas, completions, the manual page.

use clap::CommandFactory as _;

use super::args::{Arguments, Schema, SchemaArgs};
use super::shell::{Failure, Shell, Verdict};
use crate::facts::schema;

/// `provost schema`
pub fn schema(shell: &Shell, args: &SchemaArgs) -> Result<Verdict, Failure> {
    match args.what {
        Schema::Decision => shell.out(include_str!("../../schema/decision.schema.json"))?,
        Schema::Proofs => shell.out(include_str!("../../schema/proofs.schema.json"))?,
        Schema::Contracts => shell.out(include_str!("../../schema/contracts.schema.json"))?,
        Schema::RunManifest => shell.out(include_str!("../../schema/run-manifest.schema.json"))?,
        Schema::Package => {
            let opened = shell.one_written()?;
            shell.out(&format!("{:#}", schema::contract_schema(&opened.package.policy)))?;
        }
    }
    Ok(Verdict::Yes)
}

/// `provost completions`
pub fn completions(shell: &Shell, kind: clap_complete::Shell) -> Result<Verdict, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(kind, &mut Arguments::command(), "provost", &mut text);
    shell.out(&String::from_utf8_lossy(&text))?;
    Ok(Verdict::Yes)
}

/// `provost man`
pub fn man(shell: &Shell) -> Result<Verdict, Failure> {
    let mut text = Vec::new();
    let page = clap_mangen::Man::new(Arguments::command());
    page.render(&mut text).map_err(|e| Failure::Unexpected(e.to_string()))?;
    for verb in Arguments::command().get_subcommands() {
        let named = verb.clone().name(format!("provost {}", verb.get_name()));
        let page = clap_mangen::Man::new(named);
        page.render_description_section(&mut text).map_err(|e| Failure::Unexpected(e.to_string()))?;
        page.render_options_section(&mut text).map_err(|e| Failure::Unexpected(e.to_string()))?;
    }
    shell.out(&String::from_utf8_lossy(&text))?;
    Ok(Verdict::Yes)
}
