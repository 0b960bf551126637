//! What can be typed behind `provost mission`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `provost mission`
#[derive(Debug, Subcommand)]
pub enum MissionVerb {
    /// List the missions of a package, or with `--store` those that were begun.
    List(ListArgs),
    /// Run a mission from its beginning.
    Run(RunArgs),
    /// Answer the question that a mission waits for.
    Resume(ResumeArgs),
    /// Show how a mission stands.
    Show(ShowArgs),
    /// Run a mission again from its file, and compare every byte.
    Replay(ReplayArgs),
    /// Rehearse a workflow: human steps are recorded, and nobody is asked.
    Rehearse(RehearseArgs),
    /// Rehearse a suite of scenarios and look at what is expected of it.
    Test(TestArgs),
}

/// `provost mission list`
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The folder of the missions that were begun.
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
}

/// `provost mission run`
#[derive(Debug, Args)]
#[command(override_usage = "provost mission run NAME [OPTIONS]\n       provost mission run --workflow FILE [OPTIONS]")]
pub struct RunArgs {
    /// The mission; none with `--workflow`.
    #[arg(required_unless_present = "workflow")]
    pub name: Option<String>,
    /// Run this workflow, a JSON, YAML or TOML file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "set", "signals", "now"])]
    pub workflow: Option<PathBuf>,
    /// The parameters, or the first state of a workflow: a JSON, YAML or TOML file, or `-` for JSON on standard input.
    #[arg(long, visible_alias = "state", value_name = "FILE|-")]
    pub input: Option<PathBuf>,
    /// Set a parameter, as in `days=3`; may be given several times.
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// The signals: a JSON, YAML or TOML file.
    #[arg(long, value_name = "FILE")]
    pub signals: Option<PathBuf>,
    /// The instant that the mission reads; the present, where none is given.
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<String>,
    /// Who begins the mission, and so cannot answer its questions.
    #[arg(long, value_name = "NAME")]
    pub author: Option<String>,
    /// Who answers questions in the terminal.
    #[arg(long, value_name = "NAME")]
    pub actor: Option<String>,
    /// Ask on standard error and read answers from standard input, even where that is no terminal.
    #[arg(long)]
    pub interactive: bool,
    /// The folder that keeps the mission; `.provost/missions`, where it waits and none is named.
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// The name of its file in that folder; one that follows from the mission and its input, where none is given.
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
}

/// Which mission of a store is meant.
#[derive(Debug, Args)]
pub struct WhichArgs {
    /// The mission, by its id or its file.
    pub mission: String,
    /// The folder that keeps it.
    #[arg(long, value_name = "DIR", default_value = ".provost/missions")]
    pub store: PathBuf,
}

/// `provost mission resume`
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// Which mission is answered.
    #[command(flatten)]
    pub which: WhichArgs,
    /// The token of the question.
    #[arg(long, value_name = "TOKEN")]
    pub token: String,
    /// Who answers.
    #[arg(long, value_name = "NAME", default_value = "")]
    pub actor: String,
    /// The answer is yes.
    #[arg(long, group = "answer")]
    pub approve: bool,
    /// The answer is no.
    #[arg(long, group = "answer")]
    pub reject: bool,
    /// The answer is this value: JSON, or else a text as it stands.
    #[arg(long, value_name = "VALUE", group = "answer")]
    pub value: Option<String>,
    /// A remark that is kept with the answer.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// `provost mission show`
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Which mission is shown.
    #[command(flatten)]
    pub which: WhichArgs,
}

/// `provost mission replay`
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The file of the mission.
    pub file: PathBuf,
}

/// `provost mission rehearse`
#[derive(Debug, Args)]
#[command(
    override_usage = "provost mission rehearse MISSION [OPTIONS]\n       provost mission rehearse --workflow FILE [OPTIONS]"
)]
pub struct RehearseArgs {
    /// One of the missions that suites call, such as `daily_loop`; none with `--workflow`.
    #[arg(required_unless_present = "workflow")]
    pub mission: Option<String>,
    /// Rehearse this workflow, a JSON, YAML or TOML file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["mission", "params"])]
    pub workflow: Option<PathBuf>,
    /// The parameters that the mission is built from: a JSON, YAML or TOML file, or `-` for JSON on standard input.
    #[arg(long, value_name = "FILE|-")]
    pub params: Option<PathBuf>,
    /// The first state: a JSON, YAML or TOML file, or `-` for JSON on standard input.
    #[arg(long, visible_alias = "state", value_name = "FILE|-", conflicts_with = "plan")]
    pub input: Option<PathBuf>,
    /// Only build the workflow and look at its limits.
    #[arg(long)]
    pub plan: bool,
}

/// `provost mission test`
#[derive(Debug, Args)]
pub struct TestArgs {
    /// A file with a `suite` and what is expected of it, `expectations`.
    pub file: PathBuf,
}
